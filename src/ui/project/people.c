/*
 * Project, people: who has tagged how much, when and how fast, and how far
 * they agree.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/current.h"
#include "tagtiger/scheme.h"

#include "../priv.h"

/* What the store's lane knows at once: schemes, and texts by person. */
struct people {
	struct scheme *schemes;
	size_t n, at;
	struct annot_by **by; /* (n) */
	size_t *nby;
	bool valid, test; /* are there such sets? */
	struct err err;
};

struct people_state {
	struct people p;
	struct crew crew;
	struct list list;
	bool ready, counted;
	char *subject; /* whose role is being changed */
};

static void
people_clear(struct people *p)
{
	for (size_t i = 0; p->by != NULL && i < p->n; i++)
		free(p->by[i]);
	free(p->by);
	free(p->nby);
	scheme_list_free(p->schemes, p->n);
	memset(p, 0, sizeof *p);
}

static void
people_drop(void *data)
{
	people_clear(data);
	free(data);
}

static int
people_fetch(struct fetch *f)
{
	struct people *p = f->data;
	struct scheme current = { 0 };
	int64_t sets[SET_COUNT];

	if (scheme_list(ui.project, &p->schemes, &p->n, &p->err) < 0 ||
	    doc_count(ui.project, sets, &p->err) < 0 ||
	    current_scheme(ui.project, &current, &p->err) < 0)
		return -1;
	p->valid = sets[SET_VALID] > 0;
	p->test = sets[SET_TEST] > 0;
	p->by = xcalloc(p->n + 1, sizeof *p->by);
	p->nby = xcalloc(p->n + 1, sizeof *p->nby);
	for (size_t i = 0; i < p->n; i++) {
		if (p->schemes[i].id == current.id)
			p->at = i;
		if (annot_by(ui.project, p->schemes[i].id, SETS_ALL,
		    &p->by[i], &p->nby[i], &p->err) < 0) {
			scheme_free(&current);
			return -1;
		}
	}
	scheme_free(&current);
	return 0;
}

static void
people_done(struct view *v, struct fetch *f)
{
	struct people_state *s = v->state;
	struct people *p = f->data, old = s->p;

	if (f->job.result < 0) {
		ui_error(&p->err);
		return;
	}
	s->p = *p;
	*p = old;
	s->ready = true;
}

static void
crew_done(struct view *v, struct crew *c)
{
	struct people_state *s = v->state;

	crew_take(&s->crew, c);
	s->counted = true;
	list_fit(&s->list, s->crew.n);
}

static void
people_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(people_fetch, people_done, people_drop,
	    xcalloc(1, sizeof(struct people))));
	crew_ask(v, crew_done);
}

static void
people_close(struct view *v)
{
	struct people_state *s = v->state;

	people_clear(&s->p);
	crew_free(&s->crew);
	free(s->subject);
}

/* ---- drawing ---- */

static void
number(int y, int x, int w, uint64_t n)
{
	char text[32];

	count_text((long long)n, text);
	scr_right(y, x, w, ST_TEXT, n > 0 ? text : "–");
}

static void
rate(int y, int x, int w, const struct pace *p)
{
	double r = pace_rate(p);

	if (isnan(r))
		scr_right(y, x, w, ST_TEXT, "–");
	else
		scr_right(y, x, w, ST_TEXT, COUNT(lround(r)));
}

/* Columns from the left: name and role, sets, then the rest. */
static int
sets_columns(const struct people_state *s, int y, int x,
    const struct member *m)
{
	static const enum set sets[] = { SET_TRAIN, SET_VALID, SET_TEST };

	for (size_t i = 0; i < 3; i++) {
		int width = 6;

		if ((sets[i] == SET_VALID && !s->p.valid) ||
		    (sets[i] == SET_TEST && !s->p.test))
			continue;
		for (size_t j = 0; j < s->crew.n; j++)
			width = count_width((long long)
			    s->crew.v[j].tagged[sets[i]], width);
		if (m == NULL)
			scr_right(y, x, width, ST_TEXT, set_name(sets[i]));
		else
			number(y, x, width, m->tagged[sets[i]]);
		x += width + 1;
	}
	return x;
}

static int
name_width(int w)
{
	return w >= 110 ? 30 : 12;
}

static void
header_draw(const struct people_state *s, int y, int w)
{
	int x = 4 + name_width(w);

	scr_put(y, 3, 14, ST_TEXT, "name");
	scr_put(y, x, 9, ST_TEXT, "role");
	x = sets_columns(s, y, x + 10, NULL);
	scr_right(y, x, 6, ST_TEXT, "agrees");
	scr_right(y, x + 7, 6, ST_TEXT, "/hour");
	scr_right(y, x + 14, 6, ST_TEXT, "today");
	scr_put(y, x + 22, w - x - 22, ST_TEXT, "last");
}

static void
member_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct people_state *s = of;
	const struct member *m = &s->crew.v[at];
	int x = 4 + name_width(w);
	char last[32] = "never";

	scr_cut(y, 3, x - 4, here ? ST_STRONG : ST_TEXT, m->name);
	scr_put(y, x, 9, ST_TEXT, m->role != ROLE_NONE ?
	    role_name(m->role) : "–");
	x = sets_columns(s, y, x + 10, m);
	if (m->shared > 0)
		scr_rightf(y, x, 6, ST_TEXT, "%.0f %%", 100.0 *
		    (double)m->same / (double)m->shared);
	else
		scr_right(y, x, 6, ST_TEXT, "–");
	rate(y, x + 7, 6, &m->week);
	rate(y, x + 14, 6, &m->today);
	if (m->last != 0)
		ui_clock(m->last, last);
	scr_put(y, x + 22, w - x - 22, ST_TEXT, last);
}

static uint64_t
tagged_in(const struct people *p, size_t scheme, int64_t uid)
{
	for (size_t i = 0; i < p->nby[scheme]; i++)
		if (p->by[scheme][i].uid == uid)
			return p->by[scheme][i].tagged;
	return 0;
}

/* What the person under the cursor did, by label and by scheme. */
static void
detail_draw(const struct people_state *s, struct rect r)
{
	const struct member *m = &s->crew.v[s->list.at];
	const struct scheme *sc = &s->p.schemes[s->p.at];
	struct buf b = BUF_INIT;
	char n[32];

	scr_rule(r.y, 0, r.w);
	for (size_t i = 0; i < sc->nlabels && i < s->crew.nlabels; i++) {
		count_text((long long)m->labels[i], n);
		buf_addf(&b, "%s%s %s", i > 0 ? " · " : "",
		    sc->labels[i].name, n);
	}
	scr_cut(r.y + 1, 1, 14, ST_STRONG, m->name);
	scr_cut(r.y + 1, 16, r.w - 17, ST_TEXT, b.len > 0 ? b.data :
	    "no label yet");
	buf_clear(&b);
	for (size_t i = 0; i < s->p.n; i++) {
		count_text((long long)tagged_in(&s->p, i, m->uid), n);
		buf_addf(&b, "%s%s %s", i > 0 ? " · " : "",
		    s->p.schemes[i].name, n);
	}
	scr_put(r.y + 2, 1, 14, ST_TEXT, "by scheme");
	scr_cut(r.y + 2, 16, r.w - 17, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
people_draw(struct view *v, struct rect r)
{
	struct people_state *s = v->state;
	struct buf b = BUF_INIT;
	int y = r.y, bottom = r.y + r.h;

	if (!s->ready || !s->counted) {
		scr_put(y, 1, r.w - 2, ST_TEXT, "counting the labels …");
		return;
	}
	buf_addf(&b, "%s · ", s->p.schemes[s->p.at].name);
	crew_words(&s->crew, false, &b);
	if (s->crew.overlap > 0)
		buf_addf(&b, ", %.0f %% alike", 100.0 *
		    (double)s->crew.same / (double)s->crew.overlap);
	scr_cut(y, 1, r.w - 2, ST_TEXT, buf_str(&b));
	buf_free(&b);
	header_draw(s, y + 2, r.w);
	y += 3;
	if (bottom - y >= 8)
		bottom -= 4;
	list_draw(&s->list, s->crew.n, (struct rect){ y, 0, bottom - y, r.w },
	    member_draw, s);
	if (bottom < r.y + r.h && s->list.at < s->crew.n)
		detail_draw(s, (struct rect){ bottom, 0, 4, r.w });
}

static void
acts_show(const struct member *m)
{
	struct buf word = BUF_INIT, query = BUF_INIT;

	buf_addf(&word, "user:%s", m->name);
	cmd_quote(buf_str(&word), &query);
	history_show(buf_str(&query));
	buf_free(&word);
	buf_free(&query);
}

static void
role_chosen(struct view *v, size_t i, const char *text)
{
	struct people_state *s = v->state;

	(void)text;
	if (s->subject != NULL)
		run_now(v, (const char *[]){ "user", "role", "--", s->subject,
			role_name(ROLE_ANNOTATOR + (enum role)i), NULL });
}

/* The list may be another one by the time an answer comes. */
static void
subject_set(struct people_state *s, const struct member *m)
{
	free(s->subject);
	s->subject = xstrdup(m->name);
}

static void
role_ask(struct view *v, const struct member *m)
{
	static const char *const roles[] = { /* from ROLE_ANNOTATOR on */
		"annotator: tags, comments, looks",
		"manager: also schemes, imports, models, exports, decisions",
		"owner: also people, and deleting the project",
	};
	struct choices c = { .verb = "give this role" };
	char *label = xasprintf("%s is %s; from now on: ", m->name,
	    role_name(m->role));

	subject_set(v->state, m);
	for (size_t i = 0; i < 3; i++) {
		choices_add(&c, roles[i], NULL, NULL, 0);
		c.v[i].on = ROLE_ANNOTATOR + (enum role)i == m->role;
	}
	choose_open(v, label, &c, role_chosen);
	free(label);
}

static void
remove_ask(struct view *v, const struct member *m)
{
	char *text = xasprintf("shut %s out? Their annotations stay.",
	    m->name);

	confirm_run(v, text, "yes, shut out", (const char *[]){ "user",
		"remove", "--", m->name, NULL });
	free(text);
}

/* What only makes sense for a user of the project. */
static unsigned
user_act(struct view *v, const struct member *m, const char *name)
{
	bool role = strcmp(name, "change-role") == 0;

	if (!role && strcmp(name, "remove") != 0)
		return R_PASS;
	if (m->role == ROLE_NONE)
		ui_message(MSG_NOTE, "%s is no user of the project: an import "
		    "named them, or they were removed", m->name);
	else if (role)
		role_ask(v, m);
	else
		remove_ask(v, m);
	return R_REDRAW;
}

static unsigned
people_act(struct view *v, struct cmd_call *c)
{
	struct people_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "enter") == 0 && s->list.at < s->crew.n)
		acts_show(&s->crew.v[s->list.at]);
	else if (s->list.at < s->crew.n)
		return user_act(v, &s->crew.v[s->list.at], name);
	else
		return R_PASS;
	return R_REDRAW;
}

static const char *
people_term(struct view *v)
{
	struct people_state *s = v->state;

	return s->list.at < s->crew.n ? "tagged, agreement, pace, alpha" :
	    NULL;
}

static const char *const contexts[] = { "people", "list", "project", "any",
	NULL };

static const struct lead leads[] = {
	{ "change-role", "user role" },
	{ "remove", "user remove" },
	{ NULL, NULL },
};

const struct view_ops view_people = {
	.name = "people", .page_of = "project", .page = "people",
	.contexts = contexts, .leads = leads,
	.state_size = sizeof(struct people_state),
	.shows = CHANGES_SETTINGS | CHANGES_ANNOTATIONS | CHANGES_USERS |
	    CHANGES_SCHEMES | CHANGES_LABELS | CHANGES_TEXTS,
	.close = people_close, .draw = people_draw, .head = pages_head,
	.act = people_act, .reload = people_reload, .term = people_term,
};

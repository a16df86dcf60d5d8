/*
 * `m` in Table: which texts are listed. Counted in the list lane with every
 * change; what was counted is what is then shown.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/model.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"

#include "table.h"

enum row {
	ROW_SET,
	ROW_ONLY,
	ROW_TEXT,
	ROW_FINAL,
	ROW_CARRIES,
	ROW_BY,
	ROW_PREDICTED,
	ROW_WRONG,
	ROW_MODEL,
	ROW_FLAG,
	ROW_COMMENT,
	ROWS,
};

struct names {
	char **v;
	int64_t *ids; /* (n) or NULL */
	size_t n;
};

struct listed_state {
	struct listing_query q;
	struct list list;
	struct listing *counted;
	struct fetch *counting;
	bool failed;
	struct names models, people;
};

static struct table_state *
table_of(struct view *v)
{
	return view_under(v)->state;
}

/* ---- counting ---- */

static void
count_done(struct view *v, struct fetch *f)
{
	struct listed_state *s = v->state;
	struct table_filling *l = f->data;

	if (f != s->counting)
		return;
	s->counting = NULL;
	if (f->job.result == 0)
		return;
	s->failed = true;
	ui_error(&l->err);
}

static void
count_news(struct view *v, struct fetch *f)
{
	(void)v;
	(void)f;
}

static void
count_cancel(struct listed_state *s)
{
	if (s->counting != NULL)
		atomic_store(&s->counting->job.progress.cancel, true);
	s->counting = NULL;
	listing_free(s->counted);
	s->counted = NULL;
}

static void
count_start(struct view *v)
{
	struct listed_state *s = v->state;
	struct table_state *t = table_of(v);
	struct listing_query q = s->q;
	struct err err = { 0 };

	count_cancel(s);
	s->failed = false;
	q.key = LISTING_FILE;
	q.down = false;
	q.gaps = t->gone > 0;
	s->counted = listing_new(&q, t->max, &err);
	if (s->counted == NULL)
		ui_error(&err);
	else if (!listing_complete(s->counted))
		s->counting = table_fill(v, s->counted, t->aged ? NULL :
		    t->listing, count_news, count_done);
}

/* ---- what there is to choose among ---- */

struct choosing {
	int64_t scheme;
	struct names models, people;
	struct err err;
};

static void
names_drop(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	free(l->ids);
	*l = (struct names){ 0 };
}

static int
choosing_fetch(struct fetch *f)
{
	struct choosing *c = f->data;
	struct model *m;
	struct user *u;
	size_t n;

	if (model_list(ui.project, c->scheme, NULL, &m, &n, &c->err) < 0)
		return -1;
	c->models.v = xcalloc(n + 1, sizeof *c->models.v);
	for (size_t i = 0; i < n; i++)
		if (strcmp(m[i].state, "ready") == 0)
			c->models.v[c->models.n++] = xstrdup(m[i].name);
	model_list_free(m, n);
	if (user_list(ui.project, &u, &n, &c->err) < 0)
		return -1;
	c->people.v = xcalloc(n + 1, sizeof *c->people.v);
	c->people.ids = xcalloc(n + 1, sizeof *c->people.ids);
	for (size_t i = 0; i < n; i++) {
		c->people.v[i] = xstrdup(u[i].name);
		c->people.ids[i] = u[i].uid;
	}
	c->people.n = n;
	user_list_free(u, n);
	return 0;
}

static void
choosing_done(struct view *v, struct fetch *f)
{
	struct listed_state *s = v->state;
	struct choosing *c = f->data;

	if (f->job.result < 0) {
		ui_error(&c->err);
		return;
	}
	s->models = c->models;
	s->people = c->people;
	c->models = c->people = (struct names){ 0 };
}

static void
choosing_drop(void *data)
{
	struct choosing *c = data;

	names_drop(&c->models);
	names_drop(&c->people);
	free(c);
}

/* ---- open, close, apply ---- */

static void
listed_open(struct view *v)
{
	struct listed_state *s = v->state;
	struct choosing *c = xcalloc(1, sizeof *c);

	listing_query_copy(&s->q, &table_of(v)->q);
	s->list.n = ROWS;
	c->scheme = s->q.c.scheme;
	fetch_start(v, fetch_new(choosing_fetch, choosing_done, choosing_drop,
	    c));
	count_start(v);
}

static void
listed_close(struct view *v)
{
	struct listed_state *s = v->state;

	count_cancel(s);
	listing_query_free(&s->q);
	names_drop(&s->models);
	names_drop(&s->people);
}

static void
listed_apply(struct view *v)
{
	struct listed_state *s = v->state;
	struct table_state *t = table_of(v);
	bool ready = s->counted != NULL && listing_complete(s->counted);

	if (!listing_query_same(&t->q, &s->q)) {
		table_own(t);
		table_forget(t);
	}
	listing_query_free(&t->q);
	listing_query_copy(&t->q, &s->q);
	table_choose(view_under(v), ready ? s->counted : NULL);
}

/* ---- changing ---- */

static int
set_at(const struct listing_query *q)
{
	switch (q->sets) {
	case SET_BIT(SET_TRAIN): return 1;
	case SET_BIT(SET_VALID): return 2;
	case SET_BIT(SET_TEST): return 3;
	case SET_BIT(SET_REST): return 4;
	default: return 0;
	}
}

static void
set_step(struct listing_query *q, int step)
{
	static const unsigned sets[] = { SETS_ALL, SET_BIT(SET_TRAIN),
		SET_BIT(SET_VALID), SET_BIT(SET_TEST), SET_BIT(SET_REST) };

	q->sets = sets[step_round(set_at(q), 5, step)];
}

static int
name_at(const struct names *l, const char *name)
{
	for (size_t i = 0; name != NULL && i < l->n; i++)
		if (strcmp(l->v[i], name) == 0)
			return (int)i + 1;
	return 0;
}

static int
person_at(const struct listed_state *s)
{
	for (size_t i = 0; i < s->people.n; i++)
		if (s->people.ids[i] == s->q.c.user)
			return (int)i + 1;
	return 0;
}

static void
person_step(struct listed_state *s, int step)
{
	int at = step_round(person_at(s), (int)s->people.n + 1, step);

	s->q.c.user = at == 0 ? NEXT_ANYONE : s->people.ids[at - 1];
}

static void
model_step(struct listed_state *s, int step)
{
	int at = step_round(name_at(&s->models, s->q.c.model),
	    (int)s->models.n + 1, step);

	free(s->q.c.model);
	s->q.c.model = at == 0 ? NULL : xstrdup(s->models.v[at - 1]);
}

static int
only_at(const struct listing_query *q)
{
	return q->c.filter == NEXT_ALL ? 0 : q->c.filter == NEXT_UNTAGGED ? 1 :
	    2;
}

static void row_step(struct view *v, int step);

static struct which
which_of(struct listed_state *s)
{
	return (struct which){ .c = &s->q.c, .list = &s->list,
		.row = ROW_TEXT, .step = row_step, .changed = count_start };
}

static void
text_ask(struct view *v)
{
	struct which w = which_of(v->state);

	which_ask(v, &w);
}

static void
row_step(struct view *v, int step)
{
	static const enum next_filter only[] = { NEXT_ALL, NEXT_UNTAGGED,
		NEXT_TAGGED };
	struct listed_state *s = v->state;
	struct next_criteria *c = &s->q.c;
	const struct scheme *sc = &table_of(v)->scheme;

	switch ((enum row)s->list.at) {
	case ROW_SET: set_step(&s->q, step); break;
	case ROW_ONLY:
		c->filter = only[step_round(only_at(&s->q), 3, step)];
		break;
	case ROW_TEXT: text_ask(v); return;
	case ROW_FINAL: label_step(sc, &s->q.final, step); break;
	case ROW_CARRIES: label_step(sc, &c->carries, step); break;
	case ROW_BY: person_step(s, step); break;
	case ROW_PREDICTED: label_step(sc, &c->predicted, step); break;
	case ROW_WRONG: c->wrong = !c->wrong; break;
	case ROW_MODEL: model_step(s, step); break;
	case ROW_FLAG: c->flag = !c->flag; break;
	case ROW_COMMENT: c->comment = !c->comment; break;
	case ROWS: break;
	}
	count_start(v);
}

/* Everything again. */
static void
clear_all(struct view *v)
{
	struct listed_state *s = v->state;

	table_unfilter(&s->q);
	count_start(v);
}

static unsigned
listed_act(struct view *v, struct cmd_call *c)
{
	struct listed_state *s = v->state;
	struct which w = which_of(s);
	const char *name = c->command->name;

	if (strcmp(name, "none") == 0) {
		clear_all(v);
	} else if (strcmp(name, "enter") == 0) {
		if (s->list.at == ROW_TEXT) {
			text_ask(v);
			return R_REDRAW;
		}
		listed_apply(v);
		return R_REDRAW | R_CLOSE;
	} else {
		return which_act(v, c, &w);
	}
	return R_REDRAW;
}

/* ---- drawing ---- */

static void
row_draw(const struct listed_state *s, const struct scheme *sc, enum row row,
    int y, int x, int w)
{
	static const char *const sets[] = { "all", "train", "validation",
		"test", "rest", NULL };
	static const char *const only[] = { "all", "untagged", "tagged",
		NULL };
	static const char *const yes_no[] = { "–", "yes", NULL };
	const struct next_criteria *c = &s->q.c;
	int person = person_at(s);

	switch (row) {
	case ROW_SET: which_words(y, x, w, sets, set_at(&s->q)); break;
	case ROW_ONLY: which_words(y, x, w, only, only_at(&s->q)); break;
	case ROW_TEXT: which_regex(y, x, w, c); break;
	case ROW_FINAL:
		which_label(y, x, w, sc, s->q.final, "–   the label that "
		    "counts");
		break;
	case ROW_CARRIES:
		which_label(y, x, w, sc, c->carries, "–   given by anyone, or "
		    "by the one below");
		break;
	case ROW_BY:
		which_value(y, x, w, person > 0, person > 0 ?
		    s->people.v[person - 1] : "–");
		break;
	case ROW_PREDICTED:
		which_label(y, x, w, sc, c->predicted, "–");
		break;
	case ROW_WRONG: which_words(y, x, w, yes_no, c->wrong); break;
	case ROW_MODEL:
		which_value(y, x, w, c->model != NULL, c->model != NULL ?
		    c->model : s->models.n > 0 ? "the newest quick model" :
		    "none yet");
		break;
	case ROW_FLAG: which_words(y, x, w, yes_no, c->flag); break;
	case ROW_COMMENT: which_words(y, x, w, yes_no, c->comment); break;
	case ROWS: break;
	}
}

static void
listed_draw(struct view *v, struct rect r)
{
	static const char *const names[ROWS] = { "set", "only", "text",
		"label", "carries", "tagged by", "predicted", "wrong",
		"model", "flagged", "commented" };
	struct listed_state *s = v->state;
	const struct scheme *sc = &table_of(v)->scheme;

	s->list.height = r.h;
	list_fit(&s->list, ROWS);
	hot_rows(&s->list, r.y, 0, r.w, r.h);
	for (int i = 0; i < r.h && (int)s->list.top + i < ROWS; i++) {
		int row = (int)s->list.top + i;
		bool here = (size_t)row == s->list.at;

		scr_put(r.y + i, 0, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(r.y + i, 1, 10, here ? ST_STRONG : ST_TEXT, names[row]);
		row_draw(s, sc, (enum row)row, r.y + i, 11, r.w - 12);
		if (here)
			scr_cursor(r.y + i, 12);
	}
}

static void
listed_head(struct view *v, struct buf *left, struct buf *right)
{
	struct listed_state *s = v->state;
	char n[32], all[32];

	buf_adds(left, "which texts are listed");
	if (s->counted == NULL || s->failed)
		return;
	count_text((long long)listing_count(s->counted), n);
	count_text((long long)table_of(v)->max, all);
	buf_addf(right, s->counting != NULL ? "%s so far of %s texts" :
	    "%s of %s texts fit", n, all);
}

const struct view_ops view_listed = {
	.name = "listed", .overlay = true, .covers = true,
	.state_size = sizeof(struct listed_state),
	.contexts = (const char *const[]){ "listed", "any", NULL },
	.open = listed_open, .close = listed_close, .draw = listed_draw,
	.head = listed_head, .act = listed_act,
};

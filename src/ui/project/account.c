/*
 * Project, account: who one is here, what one has labelled, how fast, and the
 * way to another password.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "../priv.h"

struct account_state {
	cJSON *a; /* the answer of `account` */
	struct crew crew; /* of the current scheme: one's pace */
	struct list list; /* schemes */
};

static void
account_close(struct view *v)
{
	struct account_state *s = v->state;

	cJSON_Delete(s->a);
	crew_free(&s->crew);
}

static void
account_got(struct view *v, struct cmd_call *c, int result)
{
	struct account_state *s = v->state;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	cJSON_Delete(s->a);
	s->a = c->reply;
	c->reply = cJSON_CreateObject();
	list_fit(&s->list, (size_t)cJSON_GetArraySize(reply_item(s->a,
	    "schemes")));
}

static void
account_crew(struct view *v, struct crew *c)
{
	crew_take(&((struct account_state *)v->state)->crew, c);
}

static void
account_reload(struct view *v, bool soft)
{
	(void)soft;
	run_query(v, account_got, (const char *[]){ "account", NULL });
	crew_ask(v, account_crew);
}

/* ---- drawing ---- */

static const char *
rights(const char *role)
{
	if (strcmp(role, "owner") == 0)
		return "You may do everything: also let others in and out, "
		    "and delete the project.";
	if (strcmp(role, "manager") == 0)
		return "You may tag, and change schemes, import, train, "
		    "export and adjudicate. Users are the owner's affair.";
	return "You may tag, skip, comment, take back what is yours, and "
	    "look at everything. Schemes, models and exports are for "
	    "managers.";
}

static void
pace_draw(const struct account_state *s, int y, int w)
{
	const char *me = reply_str(s->a, "user");
	struct buf b = BUF_INIT;
	char n[32];

	for (size_t i = 0; i < s->crew.n; i++) {
		const struct member *m = &s->crew.v[i];
		double today = pace_rate(&m->today), week = pace_rate(&m->week);

		if (strcmp(m->name, me) != 0)
			continue;
		if (!isnan(week)) {
			count_text(llround(week), n);
			buf_addf(&b, "%s texts an hour this week", n);
		}
		if (!isnan(today)) {
			count_text(llround(today), n);
			buf_addf(&b, "%s%s today", b.len > 0 ? ", " : "", n);
		}
		if (m->shared > 0)
			buf_addf(&b, "%sagrees on %s of %s shared texts",
			    b.len > 0 ? " · " : "", COUNT(m->same),
			    COUNT(m->shared));
	}
	scr_cut(y, 1, w - 2, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
labels_words(const cJSON *scheme, struct buf *out)
{
	const cJSON *labels = reply_item(scheme, "labels"), *l;

	cJSON_ArrayForEach(l, labels) {
		double texts = reply_num(labels, l->string, 0);
		char n[32];

		count_text((long long)texts, n);
		if (texts > 0)
			buf_addf(out, "%s%s %s", out->len > 0 ? " · " : "",
			    l->string, n);
	}
	if (out->len == 0)
		buf_adds(out, "–");
}

static const char *const counts[] = { "tagged", "last_hour", "last_day" };

static int
number_width(const struct account_state *s)
{
	const cJSON *schemes = reply_item(s->a, "schemes"), *o;
	int w = 8;

	cJSON_ArrayForEach(o, schemes)
		for (int i = 0; i < 3; i++)
			w = count_width((long long)reply_num(o, counts[i],
			    0), w);
	return w;
}

static void
scheme_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct account_state *s = of;
	const cJSON *o = cJSON_GetArrayItem(reply_item(s->a, "schemes"),
	    (int)at);
	int name = w >= 110 ? 30 : 18, x = 4 + name, width = number_width(s);
	struct buf b = BUF_INIT;

	scr_cut(y, 3, name, here ? ST_STRONG : ST_TEXT, reply_str(o,
	    "scheme"));
	for (int i = 0; i < 3; i++, x += width + 1) {
		char n[32];

		count_text((long long)reply_num(o, counts[i], 0), n);
		scr_right(y, x, width, ST_TEXT, n);
	}
	labels_words(o, &b);
	scr_cut(y, x + 2, w - x - 3, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
account_draw(struct view *v, struct rect r)
{
	struct account_state *s = v->state;
	int x = 4 + (r.w >= 110 ? 30 : 18), y = r.y, taken, width;

	if (s->a == NULL)
		return;
	taken = scr_put(y, 1, 40, ST_STRONG, reply_str(s->a, "user"));
	scr_putf(y, taken + 1, r.w - taken - 2, ST_TEXT, ", %s of %s",
	    reply_str(s->a, "role"), ui.name);
	y += 1 + scr_paragraph((struct rect){ y + 1, 1, 2, r.w - 2 < 76 ?
	    r.w - 2 : 76 }, ST_TEXT, rights(reply_str(s->a, "role")));
	pace_draw(s, y + 1, r.w);
	scr_rule(y + 2, 0, r.w);
	y += 3;
	scr_put(y, 3, 12, ST_TEXT, "scheme");
	width = number_width(s);
	scr_right(y, x, width, ST_TEXT, "tagged");
	x += width + 1;
	scr_right(y, x, width, ST_TEXT, "in 1 h");
	x += width + 1;
	scr_right(y, x, width, ST_TEXT, "in 24 h");
	x += width + 3;
	scr_put(y, x, r.w - x - 1, ST_TEXT, "your labels");
	y++;
	list_draw(&s->list, s->list.n, (struct rect){ y, 0, r.y + r.h - y,
		r.w }, scheme_draw, s);
}

static void
account_head(struct view *v, struct buf *left, struct buf *right)
{
	(void)v;
	(void)right;
	buf_adds(left, "account");
}

static unsigned
account_act(struct view *v, struct cmd_call *c)
{
	struct account_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "close") == 0 && view_top() == v) {
		view_show("project");
	} else if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "enter") == 0 && s->a != NULL) {
		struct buf word = BUF_INIT, query = BUF_INIT;

		buf_addf(&word, "user:%s", reply_str(s->a, "user"));
		cmd_quote(buf_str(&word), &query);
		history_show(buf_str(&query));
		buf_free(&word);
		buf_free(&query);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static unsigned
account_key(struct view *v, int key)
{
	(void)v;
	if (key != K_ESC)
		return R_PASS;
	view_show("project");
	return R_REDRAW;
}

static const char *const contexts[] = { "account", "list", "project", "any",
	NULL };

const struct view_ops view_account = {
	.name = "account", .page_of = "project", .contexts = contexts,
	.state_size = sizeof(struct account_state),
	.shows = CHANGES_ANNOTATIONS | CHANGES_USERS | CHANGES_SCHEMES |
	    CHANGES_LABELS | CHANGES_SETTINGS,
	.close = account_close, .draw = account_draw, .head = account_head,
	.act = account_act, .key = account_key, .reload = account_reload,
};

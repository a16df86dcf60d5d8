/*
 * Project, storage: what the file and the folder take on the disk, and what
 * can be deleted of it by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "../priv.h"

struct part {
	char *kind, *name, *aside;
	char *noun, *target; /* NOUN delete TARGET, */
	char *set;	     /* and --set SET of a prediction */
	double bytes;
};

struct storage_state {
	cJSON *whole; /* the answer of `storage` */
	struct part *v;
	size_t n, cap;
	struct list list;
	bool ready;
};

static void
parts_clear(struct storage_state *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].kind);
		free(s->v[i].name);
		free(s->v[i].aside);
		free(s->v[i].noun);
		free(s->v[i].target);
		free(s->v[i].set);
	}
	s->n = 0;
}

static void
storage_close(struct view *v)
{
	struct storage_state *s = v->state;

	parts_clear(s);
	free(s->v);
	cJSON_Delete(s->whole);
}

static int
largest_first(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return strcmp(x->name, y->name);
}

static struct part *
part_add(struct storage_state *s, const char *kind, const char *name,
    double bytes, const char *noun, const char *target)
{
	struct part *p;

	s->v = array_room(s->v, s->n, &s->cap, sizeof *s->v);
	p = &s->v[s->n++];
	*p = (struct part){ .kind = xstrdup(kind), .name = xstrdup(name),
		.bytes = bytes, .noun = xstrdup(noun),
		.target = xstrdup(target) };
	return p;
}

static void
snapshots_got(struct view *v, struct cmd_call *c, int result)
{
	struct storage_state *s = v->state;
	const cJSON *o;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	cJSON_ArrayForEach(o, reply_item(c->reply, "snapshots")) {
		const char *file = reply_str(o, "file");
		const char *slash = strrchr(file, '/');
		struct part *p = part_add(s, "snapshot", reply_str(o,
		    "reason"), reply_num(o, "bytes", 0), "snapshot",
		    slash != NULL ? slash + 1 : file);

		p->aside = xasprintf("%.16s", reply_str(o, "time"));
		p->aside[10] = ' ';
	}
	if (s->n > 0)
		qsort(s->v, s->n, sizeof *s->v, largest_first);
	list_fit(&s->list, s->n);
	s->ready = true;
}

static void
storage_got(struct view *v, struct cmd_call *c, int result)
{
	struct storage_state *s = v->state;
	const cJSON *o;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	parts_clear(s);
	cJSON_Delete(s->whole);
	s->whole = c->reply;
	c->reply = cJSON_CreateObject();
	cJSON_ArrayForEach(o, reply_item(s->whole, "parts")) {
		const char *line = reply_str(o, "delete");
		char *noun = xstrndup(line, strcspn(line, " "));

		const char *set = reply_str(o, "set");
		struct part *p = part_add(s, reply_str(o, "kind"),
		    reply_str(o, "name"), reply_num(o, "bytes", 0), noun,
		    reply_str(o, set != NULL ? "model" : "name"));

		if (set != NULL)
			p->set = xstrdup(set);
		free(noun);
	}
	run_query(v, snapshots_got, (const char *[]){ "snapshot", "list",
		NULL });
}

static void
storage_reload(struct view *v, bool soft)
{
	(void)soft;
	run_query(v, storage_got, (const char *[]){ "storage", NULL });
}

/* ---- drawing ---- */

static void
size_put(int y, int x, int w, int style, double bytes)
{
	struct buf b = BUF_INIT;

	buf_add_size(&b, (int64_t)bytes);
	scr_right(y, x, w, style, buf_str(&b));
	buf_free(&b);
}

static void
whole_draw(const struct storage_state *s, struct rect r)
{
	static const struct {
		const char *key, *what;
		int in;
	} rows[] = {
		{ "file", "the project file: all that people made", 0 },
		{ "texts", "texts", 2 },
		{ "log", "the log of all acts", 2 },
		{ "unused", "unused, which ':compact' gives back", 2 },
		{ "folder", "the folder: what can be made again", 0 },
		{ "snapshots", "snapshots", 2 },
		{ "total", "in all", 0 },
	};

	for (int i = 0; i < 7 && i < r.h; i++) {
		int style = rows[i].in == 0 ? ST_STRONG : ST_TEXT;

		size_put(r.y + i, 1 + rows[i].in, 10, style,
		    reply_num(s->whole, rows[i].key, 0));
		scr_put(r.y + i, 14 + rows[i].in, r.w - 16, ST_TEXT,
		    rows[i].what);
	}
}

static void
part_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct storage_state *s = of;
	const struct part *p = &s->v[at];
	int name = w >= 110 ? 40 : 24, x = 27 + name;

	size_put(y, 3, 10, ST_TEXT, p->bytes);
	scr_put(y, 15, 10, ST_TEXT, p->kind);
	scr_cut(y, 26, name, here ? ST_STRONG : ST_TEXT, p->name);
	if (p->aside != NULL)
		scr_put(y, x, 17, ST_TEXT, p->aside);
	if (w - x - 20 >= 8)
		scr_bar(y, x + 18, w - x - 20 < 30 ? w - x - 20 : 30, ST_ACCENT,
		    s->v[0].bytes > 0 ? p->bytes / s->v[0].bytes : 0);
}

static void
storage_draw(struct view *v, struct rect r)
{
	struct storage_state *s = v->state;
	int top = r.h >= 12 ? 8 : 0;

	if (!s->ready)
		return;
	if (top > 0) {
		whole_draw(s, r);
		scr_rule(r.y + top - 1, 0, r.w);
	}
	r.y += top;
	r.h -= top;
	if (s->n == 0)
		scr_paragraph((struct rect){ r.y, 2, r.h, r.w - 4 < 76 ?
		    r.w - 4 : 76 }, ST_TEXT, "No features, models, predictions or snapshots "
		    "yet: there is nothing to delete.");
	list_draw(&s->list, s->n, r, part_draw, s);
}

static void
storage_head(struct view *v, struct buf *left, struct buf *right)
{
	const struct storage_state *s = v->state;

	buf_adds(left, "storage");
	if (s->n > 0)
		buf_addf(right, "%zu of %zu", s->list.at + 1, s->n);
}

/* ---- acts ---- */

static void
delete_ask(struct view *v, const struct part *p)
{
	char *text = xasprintf("delete the %s %s%s%s%s?", p->kind, p->name,
	    p->aside != NULL ? " of " : "", p->aside != NULL ? p->aside : "",
	    strcmp(p->kind, "model") == 0 ? " and its predictions" : "");

	if (p->set != NULL)
		confirm_run(v, text, "yes, delete it", (const char *[]){
			p->noun, "delete", "--set", p->set, "--", p->target,
			NULL });
	else
		confirm_run(v, text, "yes, delete it", (const char *[]){
			p->noun, "delete", "--", p->target, NULL });
	free(text);
}

static unsigned
storage_act(struct view *v, struct cmd_call *c)
{
	struct storage_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "close") == 0 && view_top() == v)
		view_show("project");
	else if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "remove") == 0 && s->list.at < s->n)
		delete_ask(v, &s->v[s->list.at]);
	else
		return R_PASS;
	return R_REDRAW;
}

static unsigned
storage_key(struct view *v, int key)
{
	(void)v;
	if (key != K_ESC)
		return R_PASS;
	view_show("project");
	return R_REDRAW;
}

static const char *const contexts[] = { "storage", "list", "project", "any",
	NULL };

static const struct lead leads[] = {
	{ "remove", "snapshot delete" },
	{ NULL, NULL },
};

const struct view_ops view_storage = {
	.name = "storage", .page_of = "project", .contexts = contexts,
	.leads = leads,
	.state_size = sizeof(struct storage_state),
	.shows = CHANGES_FEATURES | CHANGES_MODELS | CHANGES_TEXTS,
	.close = storage_close, .draw = storage_draw, .head = storage_head,
	.act = storage_act, .key = storage_key, .reload = storage_reload,
};

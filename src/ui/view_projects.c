/* The projects that this account can see, to open one or make one. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/recent.h"

#include "priv.h"

struct projects_state {
	struct recent *v;
	size_t n;
	struct list list;
	int height;
};

struct reading {
	struct recent *v;
	size_t n;
};

static int
projects_fetch(struct fetch *f)
{
	struct reading *r = f->data;

	recent_list(&r->v, &r->n);
	return 0;
}

static void
projects_done(struct view *v, struct fetch *f)
{
	struct projects_state *s = v->state;
	struct reading *r = f->data;

	recent_list_free(s->v, s->n);
	s->v = r->v;
	s->n = r->n;
	r->v = NULL;
	r->n = 0;
}

static void
projects_drop(void *data)
{
	struct reading *r = data;

	recent_list_free(r->v, r->n);
	free(r);
}

static void
projects_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(projects_fetch, projects_done, projects_drop,
	    xcalloc(1, sizeof(struct reading))));
}

static void
projects_close(struct view *v)
{
	struct projects_state *s = v->state;

	recent_list_free(s->v, s->n);
}

static void
projects_head(struct view *v, struct buf *left, struct buf *right)
{
	struct projects_state *s = v->state;

	(void)right;
	buf_addf(left, "%zu project%s", s->n, s->n == 1 ? "" : "s");
}

static void
projects_draw(struct view *v, struct rect r)
{
	struct projects_state *s = v->state;

	if (s->n == 0) {
		scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 < 76 ?
		    r.w - 4 : 76 }, ST_TEXT, "No project yet.\n\n"
		    "A project is made of a file of texts (csv, xlsx, Parquet "
		    "or jsonl): press a and give its path, or start with\n\n"
		    "    tagtiger FILE.csv\n\n"
		    "Projects in this folder, in the folders of TAGTIGER_PATH, "
		    "and those that you opened lately are listed here.");
		scr_cursor(r.y + 1, 2);
		return;
	}
	s->height = r.h;
	list_fit(&s->list, s->n, r.h);
	hot_rows(&s->list, r.y, 0, r.w, r.h);
	for (int i = 0; i < r.h && s->list.top + (size_t)i < s->n; i++) {
		size_t at = s->list.top + (size_t)i;
		const struct recent *p = &s->v[at];
		bool here = at == s->list.at;
		char clock[32];

		ui_clock(p->time, clock);
		scr_put(r.y + i, 1, 1, ST_ACCENT, here ? "▸" : " ");
		scr_cut(r.y + i, 3, 24, here ? ST_STRONG : ST_TEXT, p->name);
		scr_cut(r.y + i, 28, 12, ST_TEXT, clock);
		scr_cut(r.y + i, 41, r.w - 42, ST_TEXT, p->path);
		if (here)
			scr_cursor(r.y + i, 3);
	}
}

static unsigned
file_given(struct view *v, const char *text, void *arg)
{
	(void)v;
	(void)arg;
	if (text[0] != '\0')
		new_project_show(text);
	return R_REDRAW;
}

static unsigned
projects_act(struct view *v, struct cmd_call *c)
{
	struct projects_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"), s->height);
	else if (strcmp(name, "start") == 0)
		prompt_open(v, &(struct prompt){ .label = "file of texts: ",
			.path = true, .done = file_given });
	else if (strcmp(name, "enter") == 0 && s->list.at < s->n)
		ui_open(s->v[s->list.at].path, NULL);
	else
		return R_PASS;
	return R_REDRAW;
}

static bool
projects_fill(struct view *v, const char *name, struct buf *out)
{
	struct projects_state *s = v->state;

	if (strcmp(name, "file") != 0 || s->list.at >= s->n)
		return false;
	buf_adds(out, s->v[s->list.at].path);
	return true;
}

static const char *const contexts[] = { "projects", "list", "any", NULL };

const struct view_ops view_projects = {
	.name = "projects", .no_project = true, .contexts = contexts,
	.state_size = sizeof(struct projects_state),
	.shows = CHANGES_PROJECT | CHANGES_TEXTS, .close = projects_close,
	.draw = projects_draw, .head = projects_head, .act = projects_act,
	.reload = projects_reload, .fill = projects_fill,
};

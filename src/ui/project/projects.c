/* The projects that this account can see, to open one or make one. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/current.h"
#include "tagtiger/doc.h"
#include "tagtiger/project.h"
#include "tagtiger/recent.h"
#include "tagtiger/scheme.h"

#include "../priv.h"

/* What a look into the file tells; texts -1: it could not be opened. */
struct glance {
	int64_t texts, tagged;
};

struct projects_state {
	struct recent *v;
	size_t n;
	struct glance *glances; /* (n); NULL: not looked yet */
	struct list list;
};

struct reading {
	struct recent *v;
	size_t n;
	struct glance *glances;
};

static int
projects_fetch(struct fetch *f)
{
	struct reading *r = f->data;

	recent_list(&r->v, &r->n);
	return 0;
}

static void glances_start(struct view *v);

static void
projects_drop(void *data)
{
	struct reading *r = data;

	recent_list_free(r->v, r->n);
	free(r->glances);
	free(r);
}

/* ---- a look into each, beside: files may be many and on a slow disk ---- */

static struct glance
glance_at(const char *path)
{
	struct glance g = { .texts = -1 };
	struct err err = { 0 };
	struct project *p = project_open(path, PROJECT_READ, &err);
	int64_t sets[SET_COUNT];
	struct scheme s = { 0 };
	struct annot_by *by;
	size_t n;

	if (p == NULL)
		return g;
	if (doc_count(p, sets, &err) == 0) {
		g.texts = 0;
		for (int i = 0; i < SET_COUNT; i++)
			g.texts += sets[i];
	}
	if (current_scheme(p, &s, &err) == 0 &&
	    annot_by(p, s.id, SETS_ALL, &by, &n, &err) == 0) {
		for (size_t i = 0; i < n; i++)
			g.tagged += (int64_t)by[i].tagged;
		free(by);
	}
	scheme_free(&s);
	project_close(p);
	return g;
}

static int
glances_fetch(struct fetch *f)
{
	struct reading *r = f->data;

	for (size_t i = 0; i < r->n; i++)
		r->glances[i] = glance_at(r->v[i].path);
	return 0;
}

static void
glances_done(struct view *v, struct fetch *f)
{
	struct projects_state *s = v->state;
	struct reading *r = f->data;

	if (r->n != s->n)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(r->v[i].path, s->v[i].path) != 0)
			return;
	free(s->glances);
	s->glances = r->glances;
	r->glances = NULL;
}

static void
glances_start(struct view *v)
{
	struct projects_state *s = v->state;
	struct reading *r = xcalloc(1, sizeof *r);
	struct fetch *f = fetch_new(glances_fetch, glances_done,
	    projects_drop, r);

	r->n = s->n;
	r->v = xcalloc(s->n + 1, sizeof *r->v);
	r->glances = xcalloc(s->n + 1, sizeof *r->glances);
	for (size_t i = 0; i < s->n; i++) {
		r->v[i] = s->v[i];
		r->v[i].path = xstrdup(s->v[i].path);
		r->v[i].name = xstrdup(s->v[i].name);
	}
	f->lane = JOB_QUICK;
	fetch_start(v, f);
}

static void
projects_done(struct view *v, struct fetch *f)
{
	struct projects_state *s = v->state;
	struct reading *r = f->data;

	recent_list_free(s->v, s->n);
	free(s->glances);
	s->v = r->v;
	s->n = r->n;
	s->glances = NULL;
	r->v = NULL;
	r->n = 0;
	glances_start(v);
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
	free(s->glances);
}

static void
projects_head(struct view *v, struct buf *left, struct buf *right)
{
	struct projects_state *s = v->state;

	(void)right;
	buf_addf(left, "%zu project%s", s->n, s->n == 1 ? "" : "s");
}

static void
header_draw(int y, int w)
{
	scr_put(y, 3, 20, ST_TEXT, "project");
	scr_right(y, 24, 9, ST_TEXT, "texts");
	scr_right(y, 34, 9, ST_TEXT, "tagged");
	scr_put(y, 45, 11, ST_TEXT, "changed");
	scr_put(y, 57, w - 58, ST_TEXT, "file");
}

/* From ~ on, and cut in front: the file's name is at the end. */
static void
file_draw(int y, int x, int w, const char *path)
{
	const char *home = getenv("HOME"), *end;
	size_t len = home != NULL ? strlen(home) : 0;
	int dots = glyph_width("…", strlen("…"));
	struct glyph g;
	char *s;

	s = len > 1 && strncmp(path, home, len) == 0 && path[len] == '/' ?
	    xasprintf("~%s", path + len) : xstrdup(path);
	end = s;
	if (glyph_width(s, strlen(s)) > w) {
		while (*end != '\0' && glyph_width(end, strlen(end)) > w - dots)
			end += glyph_next(end, strlen(end), &g);
		x += scr_put(y, x, w, ST_TEXT, "…");
	}
	scr_put(y, x, w, ST_TEXT, end);
	free(s);
}

static void
project_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct projects_state *s = of;
	const struct recent *p = &s->v[at];
	const struct glance *g = s->glances != NULL ? &s->glances[at] : NULL;
	char clock[32], n[32];

	ui_clock(p->time, clock);
	scr_cut(y, 3, 20, here ? ST_STRONG : ST_TEXT, p->name);
	if (g != NULL && g->texts < 0) {
		scr_right(y, 24, 19, ST_WARN, "cannot be read");
	} else if (g != NULL) {
		count_text((long long)g->texts, n);
		scr_right(y, 24, 9, ST_TEXT, n);
		count_text((long long)g->tagged, n);
		scr_right(y, 34, 9, ST_TEXT, n);
	}
	scr_put(y, 45, 11, ST_TEXT, clock);
	file_draw(y, 57, w - 58, p->path);
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
	header_draw(r.y, r.w);
	r.y++;
	r.h--;
	list_draw(&s->list, s->n, r, project_draw, s);
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

/* ---- deleting one ---- */

struct removal {
	char *path;
	struct err err;
};

static void
removal_drop(void *data)
{
	struct removal *r = data;

	free(r->path);
	free(r);
}

/* The command itself, which knows who may and when. */
static int
removal_fetch(struct fetch *f)
{
	struct removal *r = f->data;
	char words[2][8] = { "delete", "--yes" };
	struct cmd_call *c = cmd_parse(2, (char *[]){ words[0], words[1],
		NULL }, false, &r->err);
	int rc = -1;

	if (c == NULL)
		return -1;
	c->project = project_open(r->path, PROJECT_WRITE, &r->err);
	if (c->project != NULL) {
		rc = cmd_run(c);
		if (rc < 0)
			r->err = c->err;
		project_close(c->project);
	}
	if (rc == 0 && c->removes)
		rc = project_remove(r->path, &r->err);
	cmd_call_free(c);
	return rc;
}

static void
removal_done(struct view *v, struct fetch *f)
{
	struct removal *r = f->data;

	if (f->job.result < 0)
		ui_error(&r->err);
	else
		ui_message(MSG_DONE, "%s is deleted", r->path);
	view_mark(v, R_RELOAD);
}

static void
delete_yes(struct view *v, const char *name)
{
	struct projects_state *s = v->state;
	struct removal *r;
	struct fetch *f;

	if (s->list.at >= s->n || strcmp(s->v[s->list.at].name, name) != 0)
		return;
	r = xcalloc(1, sizeof *r);
	r->path = xstrdup(s->v[s->list.at].path);
	f = fetch_new(removal_fetch, removal_done, removal_drop, r);
	f->act = true;
	fetch_start(v, f);
}

static void
delete_ask(struct view *v)
{
	struct projects_state *s = v->state;
	const struct recent *p = &s->v[s->list.at];
	const struct glance *g = s->glances != NULL ?
	    &s->glances[s->list.at] : NULL;
	struct buf b = BUF_INIT;
	char texts[32] = "its", tagged[32] = "all";

	if (ui.open && ui.path != NULL && strcmp(ui.path, p->path) == 0) {
		ui_message(MSG_ERROR, "%s is open: leave it first, and start "
		    "tagtiger without a file", p->name);
		return;
	}
	if (g != NULL && g->texts >= 0) {
		count_text((long long)g->texts, texts);
		count_text((long long)g->tagged, tagged);
	}
	buf_addf(&b, "%s\nis removed for good: %s texts, %s annotations, "
	    "models and codebooks.", p->path, texts, tagged);
	confirm_name(v, p->name, buf_str(&b), delete_yes);
	buf_free(&b);
}

static unsigned
projects_act(struct view *v, struct cmd_call *c)
{
	struct projects_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "start") == 0)
		prompt_open(v, &(struct prompt){ .label = "file of texts: ",
			.path = true, .done = file_given });
	else if (strcmp(name, "delete-this") == 0 && s->list.at < s->n)
		delete_ask(v);
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

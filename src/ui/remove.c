/*
 * `delete` on a screen: the project that one stands in goes, after its name
 * was typed, and the list of projects comes.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/next.h"
#include "tagtiger/project.h"

#include "priv.h"

struct leaving {
	char *path;
	enum job_lane lane; /* which is waited for */
	struct err err;
};

static void leaving_next(const struct leaving *l);

static void
leaving_drop(void *data)
{
	struct leaving *l = data;

	free(l->path);
	free(l);
}

/* ---- closing it, when nothing reads it any more ---- */

static int
leaving_fetch(struct fetch *f)
{
	struct leaving *l = f->data;

	if (l->lane != JOB_STORE)
		return 0;
	picker_free(ui.picker);
	project_close(ui.project);
	ui.picker = NULL;
	ui.project = NULL;
	return project_remove(l->path, &l->err);
}

static void
leaving_done(struct view *v, struct fetch *f)
{
	struct leaving *l = f->data;

	(void)v;
	if (l->lane != JOB_STORE) {
		leaving_next(l);
		return;
	}
	free(ui.path);
	free(ui.name);
	ui.path = ui.name = NULL;
	if (f->job.result < 0)
		ui_error(&l->err);
	else
		ui_message(MSG_DONE, "%s is deleted", l->path);
	view_mark(view_tab(), R_RELOAD);
}

/* A lane does one thing after the other: what was read in it when the project
 * was left has ended when this comes back. The store's lane is the last. */
static void
leaving_next(const struct leaving *l)
{
	struct leaving *next = xcalloc(1, sizeof *next);
	struct fetch *f;

	*next = (struct leaving){ .path = xstrdup(l->path),
		.lane = (enum job_lane)((l->lane + 1) % JOB_LANES) };
	f = fetch_new(leaving_fetch, leaving_done, leaving_drop, next);
	f->lane = next->lane;
	f->act = true;
	fetch_start(NULL, f);
}

/* ---- asking ---- */

/* The command itself knows who may and when; it removes nothing. */
static int
may_fetch(struct fetch *f)
{
	struct leaving *l = f->data;
	char words[2][8] = { "delete", "--yes" };
	struct cmd_call *c = cmd_parse(2, (char *[]){ words[0], words[1],
		NULL }, true, &l->err);
	int rc;

	if (c == NULL)
		return -1;
	c->project = ui.project;
	rc = cmd_run(c);
	if (rc < 0)
		l->err = c->err;
	cmd_call_free(c);
	return rc;
}

static void
may_done(struct view *v, struct fetch *f)
{
	struct leaving *l = f->data;

	(void)v;
	if (f->job.result < 0) {
		ui_error(&l->err);
		return;
	}
	ui.open = false;
	view_close_all();
	view_show("projects");
	leaving_next(l);
}

static void
delete_yes(struct view *v, const char *name)
{
	struct leaving *l = xcalloc(1, sizeof *l);
	struct fetch *f;

	(void)name;
	l->path = xstrdup(ui.path);
	l->lane = JOB_STORE;
	f = fetch_new(may_fetch, may_done, leaving_drop, l);
	f->act = true;
	fetch_start(v, f);
}

void
project_delete_ask(struct view *v)
{
	char *touches = xasprintf("%s\nis removed for good: all texts, "
	    "annotations, models and codebooks.",
	    ui.path);

	confirm_name(v, ui.name, touches, delete_yes);
	free(touches);
}

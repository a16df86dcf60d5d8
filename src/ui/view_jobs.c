/*
 * Jobs: what this process runs, and what the project says of others' work.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/user.h"

#include "priv.h"

struct jobs_state {
	struct jobrow *rows;
	size_t n;
	struct list list;
};

struct reading {
	struct jobrow *rows;
	size_t n;
	struct err err;
};

static int
jobs_fetch(struct fetch *f)
{
	struct reading *r = f->data;

	jobrow_sweep(ui.project, NULL, NULL);
	return jobrow_list(ui.project, &r->rows, &r->n, &r->err);
}

static void
jobs_drop(void *data)
{
	struct reading *r = data;

	jobrow_list_free(r->rows, r->n);
	free(r);
}

static void
jobs_done(struct view *v, struct fetch *f)
{
	struct jobs_state *s = v->state;
	struct reading *r = f->data;

	if (f->job.result < 0) {
		ui_error(&r->err);
		return;
	}
	jobrow_list_free(s->rows, s->n);
	s->rows = r->rows;
	s->n = r->n;
	r->rows = NULL;
	r->n = 0;
}

static void
jobs_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(jobs_fetch, jobs_done, jobs_drop,
	    xcalloc(1, sizeof(struct reading))));
}

static void
jobs_close(struct view *v)
{
	struct jobs_state *s = v->state;

	jobrow_list_free(s->rows, s->n);
}

static struct run *
run_of_row(const struct jobrow *j)
{
	for (struct run *r = run_first(); j->here && r != NULL; r = r->next)
		if (r->row == j->id)
			return r;
	return NULL;
}

static void
jobs_head(struct view *v, struct buf *left, struct buf *right)
{
	struct jobs_state *s = v->state;
	size_t running = 0, queued = 0;

	for (size_t i = 0; i < s->n; i++) {
		running += s->rows[i].state == JOBROW_RUNNING;
		queued += s->rows[i].state == JOBROW_QUEUED;
	}
	(void)right;
	buf_addf(left, "jobs · %zu running · %zu waiting · %zu in all", running,
	    queued, s->n);
}

static void
progress_draw(const struct jobrow *j, const struct run *r, int y, int x,
    int w)
{
	const char *phase = j->phase;
	double step = (double)j->step, total = (double)j->total;

	if (r != NULL) {
		phase = atomic_load(&r->job.progress.phase);
		step = (double)atomic_load(&r->job.progress.step);
		total = (double)atomic_load(&r->job.progress.total);
	}
	scr_cut(y, x, 14, ST_TEXT, phase != NULL ? phase : "");
	if (total <= 0 || w < 24)
		return;
	scr_bar(y, x + 15, w - 21, ST_ACCENT, step / total);
	scr_rightf(y, x + w - 5, 5, ST_TEXT, "%.0f %%", step >= total ? 100 :
	    100 * step / total);
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct jobs_state *s = of;
	const struct jobrow *j = &s->rows[at];
	bool active = j->state == JOBROW_RUNNING || j->state == JOBROW_QUEUED;
	bool has_error = j->error != NULL && j->error[0] != '\0';
	int title = w >= 140 ? 60 : 28, x = 22 + title;
	char clock[32];

	ui_clock(j->start, clock);
	scr_put(y, 3, 7, ST_TEXT, clock);
	scr_cut(y, 11, 9, active ? ST_STRONG : j->state == JOBROW_FAILED ||
	    j->state == JOBROW_DIED ? ST_ERROR : ST_TEXT,
	    jobrow_state_name(j->state));
	scr_cut(y, 21, active || has_error ? title : w - 22, here ? ST_STRONG :
	    ST_TEXT, j->title);
	if (active)
		progress_draw(j, run_of_row(j), y, x, w - x - 1);
	else if (has_error)
		scr_cut(y, x, w - x - 1, ST_TEXT, j->error);
}

static void
jobs_draw(struct view *v, struct rect r)
{
	struct jobs_state *s = v->state;
	const struct jobrow *j;
	int list_h = r.h - 4;

	if (s->n == 0) {
		scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 }, ST_TEXT,
		    "Nothing runs, and nothing has run. Trainings, "
		    "predictions and exports show here.");
		return;
	}
	list_draw(&s->list, s->n, (struct rect){ r.y, 0, list_h, r.w },
	    row_draw, s);
	j = &s->rows[s->list.at];
	scr_rule(r.y + list_h, 0, r.w);
	scr_cut(r.y + list_h + 1, 1, r.w - 2, ST_TEXT, j->title);
	scr_putf(r.y + list_h + 2, 1, r.w - 2, ST_TEXT, "%s · process %lld%s%s",
	    j->host, (long long)j->pid, j->here ? ", this one" : "",
	    j->stop ? " · asked to stop" : "");
}

static void
stop_fetch_done(struct view *v, struct fetch *f)
{
	(void)f;
	v->stale = true;
	ui_message(MSG_NOTE, "asked to stop");
}

static int
stop_fetch(struct fetch *f)
{
	int64_t *id = f->data;

	return jobrow_ask_stop(ui.project, *id, NULL);
}

static void
stop_yes(struct view *v, void *arg)
{
	int64_t *id = xcalloc(1, sizeof *id);

	*id = *(int64_t *)arg;
	fetch_save(v, fetch_new(stop_fetch, stop_fetch_done, free, id));
	for (struct run *r = run_first(); r != NULL; r = r->next)
		if (r->row == *id && r->state <= RUN_RUNNING)
			run_stop(r);
}

static const struct answer stop_answers[] = {
	{ 'y', "yes, stop it", stop_yes },
	{ 'n', "no, go on", NULL },
	{ 0 },
};

static void
stop_ask(struct view *v, const struct jobrow *j)
{
	int64_t *id;
	char *text;

	if (j->state != JOBROW_RUNNING && j->state != JOBROW_QUEUED) {
		ui_message(MSG_NOTE, "it has ended");
		return;
	}
	id = xcalloc(1, sizeof *id);
	*id = j->id;
	text = xasprintf("stop %s?", j->title);
	question_open(v, text, stop_answers, id, free);
	free(text);
}

static void
log_show(struct view *v, const struct jobrow *j)
{
	struct run *r = run_of_row(j);
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s\n\n", j->title);
	if (r != NULL && r->outcome != NULL)
		buf_adds(&b, r->outcome);
	else /* of another process; one of the two is empty */
		buf_addf(&b, "%s%s", j->error, j->log);
	pager_open(v, "log of a job", buf_str(&b));
	buf_free(&b);
}

static unsigned
jobs_act(struct view *v, struct cmd_call *c)
{
	struct jobs_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "cancel-run") == 0 && s->n > 0)
		stop_ask(v, &s->rows[s->list.at]);
	else if ((strcmp(name, "job-log") == 0 ||
	    strcmp(name, "enter") == 0) && s->n > 0)
		log_show(v, &s->rows[s->list.at]);
	else
		return R_PASS;
	return R_REDRAW;
}

static bool
jobs_fill(struct view *v, const char *name, struct buf *out)
{
	struct jobs_state *s = v->state;

	if (strcmp(name, "job") != 0 || s->n == 0)
		return false;
	buf_addf(out, "%lld", (long long)s->rows[s->list.at].id);
	return true;
}

static const char *const contexts[] = { "jobs", "list", "any", NULL };

const struct view_ops view_jobs = {
	.name = "jobs", .title = "Jobs", .contexts = contexts,
	.state_size = sizeof(struct jobs_state), .shows = CHANGES_JOBS,
	.close = jobs_close, .draw = jobs_draw, .head = jobs_head,
	.act = jobs_act, .reload = jobs_reload, .fill = jobs_fill,
};

/*
 * Commands and fetches as jobs. Everything that touches the project runs in
 * the store's lane, or with a reader of its own in another; what it made
 * comes back on the main thread, which then says which views are stale.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/project.h"

#include "priv.h"

/* ---- fetches ---- */

static int
fetch_job(struct job *job)
{
	struct fetch *f = job->arg;

	return hold_blocks(&f->hold) ? 0 : f->fetch(f);
}

static void
fetch_free(struct fetch *f)
{
	if (f->drop != NULL)
		f->drop(f->data);
	free(f);
}

static void
fetch_done(struct job *job)
{
	struct fetch *f = job->arg;

	if (hold_again(&f->hold))
		return;
	ui.fetches--;
	if (f->act)
		ui.acts--;
	ui.active = true;
	if (f->done != NULL && (f->view == NULL ||
	    view_alive(f->view, f->serial)))
		f->done(f->view, f);
	if (f->hold.given_up && f->act)
		ui_message(MSG_NOTE, "given up: nothing was saved");
	fetch_free(f);
	ui_redraw();
}

static void
fetch_news(struct job *job)
{
	struct fetch *f = job->arg;

	if (f->view == NULL || view_alive(f->view, f->serial))
		f->news(f->view, f);
	ui_redraw();
}

struct fetch *
fetch_new(int (*run)(struct fetch *),
    void (*done)(struct view *, struct fetch *), void (*drop)(void *),
    void *data)
{
	struct fetch *f = xcalloc(1, sizeof *f);

	f->fetch = run;
	f->done = done;
	f->drop = drop;
	f->data = data;
	return f;
}

void
fetch_start(struct view *v, struct fetch *f)
{
	f->view = v;
	f->serial = v != NULL ? v->serial : 0;
	f->job = (struct job){ .name = "fetch", .run = fetch_job,
		.done = fetch_done, .arg = f,
		.news = f->news != NULL ? fetch_news : NULL };
	f->hold = (struct hold){ .job = &f->job, .act = f->act, .view = v,
		.serial = f->serial, .writes = f->writes };
	ui.fetches++;
	if (f->act)
		ui.acts++;
	if (f->writes)
		hold_start(&f->hold);
	else
		job_add(f->lane, &f->job);
}

void
fetch_save(struct view *v, struct fetch *f)
{
	f->writes = true;
	fetch_start(v, f);
}

/* ---- commands of the store's lane ---- */

static struct run *long_start(struct view *v, struct cmd_call *c,
    run_done *done, bool quiet);

struct act {
	struct job job;
	struct cmd_call *call;
	struct view *view;
	unsigned serial;
	run_done *done;
	bool query;
	struct hold hold;
};

static int
act_job(struct job *job)
{
	struct act *a = job->arg;

	return hold_blocks(&a->hold) ? 0 : cmd_run(a->call);
}

/* One line goes to the message line, more are read in a pager: not over what
 * a person has turned to meanwhile. */
static void
show_answer(struct view *v, const struct cmd_call *c, bool aside)
{
	const char *text = buf_str(&c->text);
	size_t line = strcspn(text, "\n");

	if (text[0] == '\0')
		return;
	if (text[line] == '\0' || text[line + 1] == '\0')
		ui_message(MSG_DONE, "%.*s", (int)line, text);
	else if (aside)
		ui_message(MSG_DONE, "%s has ended: Enter on it in Jobs (F10) "
		    "tells what it found", c->command->name);
	else
		pager_open(v, c->command->name, text);
}

static void
finish(struct view *v, unsigned serial, struct cmd_call *c, int result,
    run_done *done, bool query, bool aside)
{
	bool alive = v == NULL || view_alive(v, serial);

	if (done != NULL && alive)
		done(v, c, result);
	else if (result < 0 && !query) {
		ui_error(&c->err);
		if (c->findings)
			show_answer(alive ? v : NULL, c, aside);
	} else if (done == NULL)
		show_answer(alive ? v : NULL, c, aside);
	if (query)
		return;
	view_ran(c, result);
	if (result == 0)
		view_changed(c->command->changes, false);
}

static void
act_done(struct job *job)
{
	struct act *a = job->arg;

	if (hold_again(&a->hold))
		return;
	ui.fetches--;
	if (!a->query)
		ui.acts--;
	ui.active = true;
	if (a->call->lane != JOB_STORE) { /* it has more to do */
		long_start(a->view != NULL && view_alive(a->view, a->serial) ?
		    a->view : NULL, a->call, a->done, false);
		free(a);
		return;
	}
	if (a->hold.given_up)
		err_set(&a->call->err, "%s: given up, nothing was saved",
		    a->call->command->name);
	if (a->call->terminal && !term_headless()) {
		term_return();
		ui.away = false;
	}
	finish(a->view, a->serial, a->call, job->result, a->done, a->query,
	    false);
	cmd_call_free(a->call);
	free(a);
	ui_redraw();
}

static void
act_start(struct view *v, struct cmd_call *c, run_done *done, bool query)
{
	struct act *a = xcalloc(1, sizeof *a);

	*a = (struct act){ .call = c, .view = v, .done = done, .query = query,
		.serial = v != NULL ? v->serial : 0 };
	a->job = (struct job){ .name = c->command->name, .run = act_job,
		.done = act_done, .arg = a };
	c->project = ui.project;
	c->picker = &ui.picker;
	c->progress = &a->job.progress;
	a->hold = (struct hold){ .job = &a->job, .act = !query, .view = v,
		.serial = a->serial, .writes = c->command->changes != 0 &&
		c->command->needs_project && !c->command->takes_terminal };
	ui.fetches++;
	if (!query)
		ui.acts++;
	hold_start(&a->hold);
}

/* ---- long work ---- */

static struct run *runs;
static int run_number;

/* The row that others see, written in the store's lane. Where somebody else
 * writes it is this thread that waits, for as long as it is not stopped. */
struct row {
	struct run *run;
	bool ends;
	struct project_wait wait;
};

static int
row_write(void *arg)
{
	struct row *w = arg;
	struct cmd_call *c = w->run->call;

	if (project_blocked(ui.project, &w->wait))
		return 1;
	c->project = ui.project;
	if (w->ends) {
		cmd_job_close(c, w->run->job.result);
	} else {
		cmd_job_open(c);
		w->run->row = c->job;
	}
	return 0;
}

static void
long_row(struct run *r, bool ends)
{
	static const struct timespec nap = { .tv_nsec = 20000000 };
	struct row w = { .run = r, .ends = ends };

	if (ui.project == NULL)
		return;
	while (job_call(JOB_STORE, row_write, &w) == 1 &&
	    !progress_cancelled(&r->job.progress))
		nanosleep(&nap, NULL);
}

struct project *
run_connect(enum job_lane lane, struct progress *progress, struct err *err)
{
	return lane == JOB_BULK ?
	    project_open_writer(ui.project, progress, err) :
	    project_open_reader(ui.project, err);
}

/* Once more, where it finds that it has much to write. */
static int
long_run(struct run *r)
{
	struct cmd_call *c = r->call;
	enum job_lane lane;
	int rc;

	do {
		lane = c->lane;
		c->project = NULL;
		if (ui.project != NULL) {
			c->project = run_connect(lane, &r->job.progress,
			    &c->err);
			if (c->project == NULL)
				return -1;
		}
		rc = cmd_run(c);
		project_close(c->project);
	} while (rc == 0 && c->lane != lane);
	return rc;
}

/* On the lane's thread, with a connection of its own. */
static int
long_job(struct job *job)
{
	struct run *r = job->arg;
	int rc;

	r->started = ui_now();
	if (progress_cancelled(&job->progress))
		return progress_stopped(&r->call->err);
	long_row(r, false);
	rc = job->result = long_run(r);
	long_row(r, true);
	return rc;
}

/* ---- keys wait for a bulk act that may be done at once ---- */

#define LET_GO_MS 250

static void
keys_let(struct run *r)
{
	if (r->act)
		ui.acts--;
	r->act = false;
	ui_redraw();
}

int
run_let_go_ms(void)
{
	int least = -1;

	for (struct run *r = runs; r != NULL; r = r->next) {
		long long left = r->queued + LET_GO_MS - ui_now();

		if (!r->act)
			continue;
		if (left < 0 || left > LET_GO_MS)
			left = 0;
		if (least < 0 || left < least)
			least = (int)left;
	}
	return least;
}

void
run_let_go(bool now)
{
	for (struct run *r = runs; r != NULL; r = r->next)
		if (r->act && (now || ui_now() - r->queued >= LET_GO_MS ||
		    ui_now() < r->queued))
			keys_let(r);
}

static void
long_done(struct job *job)
{
	struct run *r = job->arg;
	bool stopped = progress_cancelled(&job->progress);

	keys_let(r);
	hold_retry(true);
	r->ended = ui_now();
	r->state = job->result == 0 ? RUN_DONE : stopped ? RUN_STOPPED :
	    RUN_FAILED;
	free(r->outcome);
	r->outcome = job->result == 0 || r->call->findings ?
	    xstrdup(buf_str(&r->call->text)) : NULL;
	ui.active = true;
	if (r->quiet && job->result == 0)
		r->done = NULL;
	if (r->quiet) {
		view_ran(r->call, job->result);
		if (job->result == 0)
			view_changed(r->call->command->changes, true);
		else if (!stopped)
			ui_message(MSG_ERROR, "%s: %s", r->line,
			    r->call->err.text);
	} else {
		if (ui.messages == r->message)
			buf_clear(&ui.message); /* that it was started */
		finish(r->view, r->serial, r->call, job->result, r->done,
		    false, ui.keys != r->keys);
	}
	view_changed(CHANGES_JOBS, true);
	ui_redraw();
}

static struct run *
long_start(struct view *v, struct cmd_call *c, run_done *done, bool quiet)
{
	struct run *r = xcalloc(1, sizeof *r);
	struct buf line = BUF_INIT;

	cmd_line(c, &line);
	r->number = ++run_number;
	r->lane = c->lane;
	r->call = c;
	r->line = buf_take(&line);
	r->queued = ui_now();
	r->view = v;
	r->serial = v != NULL ? v->serial : 0;
	r->done = done;
	r->quiet = quiet;
	r->job = (struct job){ .name = c->command->name, .run = long_job,
		.done = long_done, .arg = r };
	r->next = runs;
	runs = r;
	r->act = r->lane == JOB_BULK && !quiet;
	if (r->act)
		ui.acts++;
	else if (!quiet)
		ui_message(MSG_NOTE, "started: %s", r->line);
	r->message = ui.messages;
	r->keys = ui.keys;
	c->picker = NULL;
	c->progress = &r->job.progress;
	job_add(r->lane, &r->job);
	view_changed(CHANGES_JOBS, true);
	return r;
}

void
run_quietly(struct cmd_call *c)
{
	long_start(NULL, c, NULL, true);
}

struct run *
run_first(void)
{
	return runs;
}

struct run *
run_of(const char *command)
{
	for (struct run *r = runs; r != NULL; r = r->next)
		if (r->state <= RUN_RUNNING &&
		    strcmp(r->call->command->name, command) == 0)
			return r;
	return NULL;
}

struct run *
run_bulk(void)
{
	struct run *oldest = NULL;

	for (struct run *r = runs; r != NULL; r = r->next)
		if (r->state <= RUN_RUNNING && r->lane == JOB_BULK)
			oldest = r;
	return oldest;
}

size_t
run_active(bool loud_only)
{
	size_t n = 0;

	for (struct run *r = runs; r != NULL; r = r->next)
		n += r->state <= RUN_RUNNING && !(loud_only && r->quiet);
	return n;
}

void
run_stop(struct run *r)
{
	atomic_store(&r->job.progress.cancel, true);
}

/* Others see by it that the work's process lives, and may ask it to stop. */
static int
beat_fetch(struct fetch *f)
{
	struct run *r = f->data;
	struct progress *p = &r->job.progress;
	bool stop = false;

	if (r->call->job != 0)
		jobrow_beat(ui.project, r->call->job, atomic_load(&p->phase),
		    (int64_t)atomic_load(&p->step),
		    (int64_t)atomic_load(&p->total), &stop, NULL);
	if (stop)
		run_stop(r);
	return 0;
}

void
run_beat(void)
{
	for (struct run *r = runs; r != NULL; r = r->next) {
		if (r->state > RUN_RUNNING)
			continue;
		if (atomic_load(&r->job.progress.phase) != NULL)
			r->state = RUN_RUNNING;
		if (ui.project != NULL)
			fetch_start(NULL, fetch_new(beat_fetch, NULL, NULL, r));
	}
}

/* Rows, where it counts them: what reads a file counts bytes. */
static void
add_rows(struct buf *out, const char *phase, size_t step, size_t total)
{
	char of[32], n[32];

	if (strcmp(phase, "reading") == 0)
		return;
	count_text((long long)(step < total ? step : total), n);
	count_text((long long)total, of);
	buf_addf(out, " %s of %s", n, of);
}

static void
add_left(struct buf *out, const struct run *r, double share)
{
	double s = (double)(ui_now() - r->phase_start) / 1000;

	if (s < 2 || share <= 0)
		return;
	s = s / share - s;
	if (s < 100)
		buf_addf(out, " · %.0f s left", s + 1);
	else
		buf_addf(out, " · %.0f min left", s / 60 + 1);
}

double
run_progress(struct run *r, struct buf *out)
{
	const char *phase = atomic_load(&r->job.progress.phase);
	size_t step = atomic_load(&r->job.progress.step);
	size_t total = atomic_load(&r->job.progress.total);
	double share = total == 0 ? -1 : step < total ? (double)step /
	    (double)total : 1;

	if (phase != r->phase) {
		r->phase = phase;
		r->phase_start = ui_now();
	}
	if (progress_cancelled(&r->job.progress)) {
		buf_adds(out, " is stopping: what it did is taken back");
		return -1;
	}
	if (total > 0)
		buf_addf(out, " %2.0f %%", share * 100);
	buf_addf(out, " %s", phase != NULL ? phase : "begins");
	if (total > 0) {
		add_rows(out, phase, step, total);
		add_left(out, r, share);
	}
	buf_adds(out, " · Esc stops it");
	return share;
}

/* What runs for a person: its name and how far it is. */
void
run_status(struct buf *out)
{
	for (struct run *r = runs; r != NULL; r = r->next) {
		size_t step = atomic_load(&r->job.progress.step);
		size_t total = atomic_load(&r->job.progress.total);

		if (r->state > RUN_RUNNING || r->quiet ||
		    (r == run_bulk() && ui.message.len == 0))
			continue;
		buf_addf(out, "%s%s", out->len > 0 ? " · " : "",
		    r->call->command->name);
		if (r->state == RUN_QUEUED)
			buf_adds(out, " waits");
		else if (total > 0)
			buf_addf(out, " %zu %%",
			    (step < total ? step : total) * 100 / total);
	}
}

void
run_free_all(void)
{
	struct run *r;

	while ((r = runs) != NULL) {
		runs = r->next;
		cmd_call_free(r->call);
		free(r->line);
		free(r->outcome);
		free(r);
	}
}

/* ---- lines and calls ---- */

void
run_call(struct view *v, struct cmd_call *c, run_done *done)
{
	struct err err = { 0 };

	if (cmd_check(c, &err) < 0) {
		ui_error(&err);
		cmd_call_free(c);
		return;
	}
	if (c->command->needs_project && !ui.open) {
		ui_message(MSG_ERROR, "%s needs a project: open one first",
		    c->command->name);
		cmd_call_free(c);
		return;
	}
	/* It closes what all others work with. */
	if (strcmp(c->command->name, "delete") == 0) {
		project_delete_ask(v);
		cmd_call_free(c);
		return;
	}
	if (c->lane != JOB_STORE) {
		long_start(v, c, done, false);
		return;
	}
	/* It gets the terminal, and curses leaves. */
	if (c->command->takes_terminal && !term_headless()) {
		c->terminal = true;
		term_leave();
		ui.away = true;
	}
	act_start(v, c, done, false);
}

struct cmd_call *
call_words(const char *const *words)
{
	struct err err = { 0 };
	struct cmd_call *c;
	int n = 0;

	while (words[n] != NULL)
		n++;
	c = cmd_parse(n, (char *const *)words, true, &err);
	if (c == NULL)
		ui_error(&err);
	return c;
}

void
run_now(struct view *v, const char *const *words)
{
	struct cmd_call *c = call_words(words);

	if (c != NULL)
		run_call(v, c, NULL);
}

void
run_query(struct view *v, run_done *done, const char *const *words)
{
	struct cmd_call *c = call_words(words);

	if (c != NULL)
		act_start(v, c, done, true);
}

static bool
fill_word(struct view *v, const char *name, struct buf *out)
{
	for (; v != NULL; v = v->below)
		if (v->ops->fill != NULL && v->ops->fill(v, name, out))
			return true;
	return false;
}

/* %id and its like become what the view shows; a word that is not one of
 * these stays. */
static bool
fill_words(struct view *v, char **words, int n)
{
	static const char *const names[] = { "id", "scheme", "model", "label",
		"job", "file" };

	for (int i = 0; i < n; i++) {
		struct buf b = BUF_INIT;
		bool known = false;

		if (words[i][0] != '%')
			continue;
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			known |= strcmp(words[i] + 1, names[k]) == 0;
		if (!known)
			continue;
		if (!fill_word(v, words[i] + 1, &b)) {
			ui_message(MSG_ERROR, "there is no %s here",
			    words[i] + 1);
			buf_free(&b);
			return false;
		}
		free(words[i]);
		words[i] = buf_take(&b);
	}
	return true;
}

/* `help` prints to the shell; here it opens what tells of the keys, or of a
 * command. */
static bool
help_line(struct view *v, char **words, int n)
{
	const struct command *c = NULL;
	struct buf name = BUF_INIT, b = BUF_INIT;

	if (n == 0 || strcmp(words[0], "help") != 0)
		return false;
	for (int i = 1; i < n; i++)
		buf_addf(&name, "%s%s", i > 1 ? " " : "", words[i]);
	if (n > 1)
		c = cmd_find(buf_str(&name));
	if (n == 1) {
		cmd_help_all(&b);
		pager_open(v, "commands", buf_str(&b));
	} else if (c != NULL) {
		cmd_help(c, &b);
		pager_open(v, c->name, buf_str(&b));
	} else {
		ui_message(MSG_ERROR, "no command is called '%s'",
		    buf_str(&name));
	}
	buf_free(&name);
	buf_free(&b);
	return true;
}

unsigned
run_line(struct view *v, const char *line)
{
	struct err err = { 0 };
	struct cmd_call *c = NULL;
	char **words = NULL;
	unsigned what = R_REDRAW;
	int n = cmd_split(line, &words, &err);

	if (n < 0)
		ui_error(&err);
	else if (n > 0 && !help_line(v, words, n) &&
	    fill_words(v, words, n) &&
	    (c = cmd_parse(n, words, true, &err)) == NULL)
		ui_error(&err);
	if (n >= 0)
		cmd_words_free(words);
	if (c == NULL)
		return what;
	if (c->help) {
		struct buf b = BUF_INIT;

		cmd_help(c->command, &b);
		pager_open(v, c->command->name, buf_str(&b));
		buf_free(&b);
		cmd_call_free(c);
	} else if (!may_line(v, line, &err)) {
		ui_error(&err);
		cmd_call_free(c);
	} else if (c->command->where == CMD_SCREEN_ONLY) {
		what = view_act(v, c);
		cmd_call_free(c);
	} else {
		run_call(v, c, NULL);
	}
	return what;
}

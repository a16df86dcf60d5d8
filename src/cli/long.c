/*
 * Long commands: the work is a job, this thread draws the bar and listens.
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/jobrow.h"
#include "tagtiger/project.h"
#include "tagtiger/wait.h"
#include "priv.h"

#define BAR 24	   /* cells */
#define TICK_MS 100 /* the bar, at most ten times a second */

struct work {
	struct job job;
	struct cmd_call *call;
	struct project *writer, *own; /* own: what the job works with */
	bool ended;
	bool bar, drawn;
	double start;	 /* of the phase, seconds */
	double beat;	 /* the last sign of life */
	const char *phase;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* In the store's lane: it may have to wait, and signals are heard meanwhile. */
static int
work_open(void *arg)
{
	struct work *w = arg;

	w->call->project = w->writer;
	cmd_job_open(w->call);
	return 0;
}

/* On the lane's thread, with a connection of its own. One that only reads
 * publishes through the store's lane, as on the screen. */
static int
work_run(struct job *job)
{
	struct work *w = job->arg;

	job_call(JOB_STORE, work_open, w);
	w->call->project = w->own;
	return cmd_run(w->call);
}

static void
work_done(struct job *job)
{
	struct work *w = job->arg;

	w->ended = true;
}

/* In the store's lane. The job's own thread has the call meanwhile: what it
 * runs on is not touched. */
static int
work_beat(void *arg)
{
	struct work *w = arg;
	struct progress *p = &w->job.progress;
	bool stop = false;

	jobrow_beat(w->writer, w->call->job, atomic_load(&p->phase),
	    (int64_t)atomic_load(&p->step), (int64_t)atomic_load(&p->total),
	    &stop, NULL);
	if (stop)
		atomic_store(&p->cancel, true);
	return 0;
}

/* ---- Waiting for another's act ---- */

static struct {
	pthread_mutex_t lock;
	char whom[160];
	bool bar; /* which tells it, too */
} waits = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
waits_told(const char *whom)
{
	pthread_mutex_lock(&waits.lock);
	snprintf(waits.whom, sizeof waits.whom, "%s",
	    whom != NULL ? whom : "");
	if (!waits.bar && whom != NULL)
		fprintf(stderr, "\rwaits for %s...\033[K", whom);
	else if (!waits.bar)
		fputs("\r\033[K", stderr);
	fflush(stderr);
	pthread_mutex_unlock(&waits.lock);
}

static bool
bar_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

void
cli_waits(void)
{
	if (bar_possible())
		project_waits(waits_told);
}

/* ---- The bar ---- */

static int
terminal_columns(void)
{
	struct winsize ws;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col;
	return 80;
}

static void
bar_left(struct buf *b, double seconds)
{
	if (seconds < 1 || !isfinite(seconds))
		return;
	if (seconds < 100)
		buf_addf(b, "  %.0f s left", ceil(seconds));
	else if (seconds < 5400)
		buf_addf(b, "  %.0f min left", ceil(seconds / 60));
	else
		buf_addf(b, "  %.1f h left", seconds / 3600);
}

static void
bar_draw(struct work *w)
{
	struct progress *p = &w->job.progress;
	size_t step = atomic_load(&p->step), total = atomic_load(&p->total);
	const char *phase = atomic_load(&p->phase);
	double t = now();
	struct buf b = BUF_INIT;

	if (!w->bar)
		return;
	if (phase != w->phase) {
		w->phase = phase;
		w->start = t;
	}
	if (step > total && total > 0)
		step = total;
	buf_adds(&b, phase != NULL ? phase : w->call->command->name);
	if (total > 0) {
		size_t full = step * BAR / total;

		buf_adds(&b, "  [");
		for (size_t i = 0; i < BAR; i++)
			buf_addc(&b, i < full ? '#' : '.');
		buf_addf(&b, "] %3zu %%", step * 100 / total);
		if (step > 0 && t - w->start > 1)
			bar_left(&b, (t - w->start) * (double)(total - step) /
			    (double)step);
	} else if (step > 0) {
		buf_addf(&b, "  %zu", step);
	}
	pthread_mutex_lock(&waits.lock);
	if (waits.whom[0] != '\0') {
		buf_clear(&b);
		buf_addf(&b, "waits for %s...", waits.whom);
	}
	pthread_mutex_unlock(&waits.lock);
	if (atomic_load(&p->cancel))
		buf_adds(&b, "  stopping");
	/* All of it is ASCII but for a phase's name, which is short. */
	fprintf(stderr, "\r%.*s\033[K", terminal_columns() - 1, buf_str(&b));
	fflush(stderr);
	w->drawn = true;
	buf_free(&b);
}

static void
bar_erase(struct work *w)
{
	if (!w->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

/* ---- The loop ---- */

/* A second one does what it does to any program. */
static void
take_signal(struct work *w, int fd, const sigset_t *mask)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof info) != sizeof info)
		return;
	if (atomic_exchange(&w->job.progress.cancel, true))
		sigprocmask(SIG_UNBLOCK, mask, NULL);
}

static void
wait_for(struct work *w, int signals, const sigset_t *mask)
{
	struct pollfd fds[2] = { { .fd = job_fd(), .events = POLLIN },
		{ .fd = signals, .events = POLLIN } };

	while (!w->ended) {
		if (poll(fds, 2, w->bar ? TICK_MS : 1000) < 0 &&
		    errno != EINTR)
			fatal("poll: %s", strerror(errno));
		if (fds[1].revents & POLLIN)
			take_signal(w, signals, mask);
		job_reap();
		if (w->ended)
			break;
		bar_draw(w);
		if (w->call->job != 0 && now() - w->beat >= 1) {
			w->beat = now();
			job_call(JOB_STORE, work_beat, w);
		}
	}
}

/* What the caller ignores (nohup, a job in the background) stays ignored. */
static void
signals_wanted(sigset_t *mask)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction now_is;

	sigemptyset(mask);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (sigaction(all[i], NULL, &now_is) == 0 &&
		    now_is.sa_handler != SIG_IGN)
			sigaddset(mask, all[i]);
}

/* A project that was opened to read needs no second connection. */
static int
open_own(struct work *w)
{
	if (w->writer == NULL || !project_writable(w->writer))
		return 0;
	w->own = w->call->lane == JOB_BULK ?
	    project_open_writer(w->writer, &w->job.progress, &w->call->err) :
	    project_open_reader(w->writer, &w->call->err);
	return w->own != NULL ? 0 : -1;
}

int
cli_long(struct cmd_call *call)
{
	struct work w = { .call = call, .start = now(), .beat = now(),
		.writer = call->project, .own = call->project };
	sigset_t mask, old;
	int signals, rc;

	signals_wanted(&mask);
	sigprocmask(SIG_BLOCK, &mask, &old);
	signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		rc = err_set_errno(&call->err, "cannot listen to signals");
		goto out;
	}
	w.job = (struct job){ .name = call->command->name, .run = work_run,
		.done = work_done, .arg = &w };
	rc = open_own(&w);
	if (rc < 0 || (rc = job_start(&call->err)) < 0)
		goto out;
	w.bar = waits.bar = bar_possible();
	call->progress = &w.job.progress;
	if (w.writer != NULL)
		project_stops(w.writer, &w.job.progress);
	job_add(call->lane, &w.job);
	wait_for(&w, signals, &mask);
	rc = w.job.result;
	job_stop_all();
	call->project = w.writer;
	cmd_job_close(call, rc);
	if (w.writer != NULL)
		project_stops(w.writer, NULL);
	bar_erase(&w);
	waits.bar = false;
out:
	if (w.own != w.writer)
		project_close(w.own);
	call->project = w.writer;
	call->progress = NULL;
	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return rc;
}

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"

#define LONG_NICE 5

/* One lane: its thread sleeps on `wake` until there is a job or an end. */
struct lane {
	pthread_t thread;
	pthread_cond_t wake;
	struct job *first, *last, *running;
	bool stopping;
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t called; /* a job_call has ended */
	struct lane lanes[JOB_LANES];
	struct job *ended;
	int pipe[2];
	bool started;
} jobs = { .lock = PTHREAD_MUTEX_INITIALIZER, .called = PTHREAD_COND_INITIALIZER,
	.pipe = { -1, -1 } };

void
progress_phase(struct progress *p, const char *phase, size_t total)
{
	if (p == NULL)
		return;
	atomic_store(&p->step, 0);
	atomic_store(&p->total, total);
	atomic_store(&p->phase, phase);
}

bool
progress_step(struct progress *p, size_t n)
{
	if (p == NULL)
		return false;
	atomic_fetch_add(&p->step, n);
	return atomic_load(&p->cancel);
}

bool
progress_cancelled(struct progress *p)
{
	return p != NULL && atomic_load(&p->cancel);
}

int
progress_stopped(struct err *err)
{
	return err_set(err, "stopped as asked");
}

/* The main loop may be slow to read: a full pipe has already woken it. */
static void
wake_main(void)
{
	while (write(jobs.pipe[1], "", 1) < 0 && errno == EINTR)
		;
}

void
job_news(struct job *job)
{
	if (!atomic_exchange(&job->told, true) && jobs.started)
		wake_main();
}

/* What runs for seconds gives way to keys: the threads that it makes inherit
 * this. Linux keeps it by thread. */
static void
give_way(void)
{
	id_t self = (id_t)gettid();

	setpriority(PRIO_PROCESS, self, getpriority(PRIO_PROCESS, self) +
	    LONG_NICE);
}

static void *
lane_main(void *arg)
{
	struct lane *lane = arg;
	struct job *job;

	if (lane == &jobs.lanes[JOB_QUICK] || lane == &jobs.lanes[JOB_LONG])
		give_way();
	pthread_mutex_lock(&jobs.lock);
	for (;;) {
		while (lane->first == NULL && !lane->stopping)
			pthread_cond_wait(&lane->wake, &jobs.lock);
		if (lane->first == NULL)
			break;
		job = lane->running = lane->first;
		lane->first = job->next;
		if (lane->first == NULL)
			lane->last = NULL;
		pthread_mutex_unlock(&jobs.lock);

		job->result = job->run(job);

		pthread_mutex_lock(&jobs.lock);
		lane->running = NULL;
		if (job->done == NULL) { /* job_call waits for it */
			pthread_cond_broadcast(&jobs.called);
			continue;
		}
		job->next = jobs.ended;
		jobs.ended = job;
		wake_main();
	}
	pthread_mutex_unlock(&jobs.lock);
	return NULL;
}

/* Signals belong to the main thread: workers are made with all blocked. */
static int
thread_start(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	rc = pthread_create(thread, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

int
job_start(struct err *err)
{
	if (jobs.started)
		return 0;
	if (pipe2(jobs.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set_errno(err, "cannot make a pipe");
	for (int i = 0; i < JOB_LANES; i++) {
		struct lane *lane = &jobs.lanes[i];

		*lane = (struct lane){ .wake = PTHREAD_COND_INITIALIZER };
		errno = thread_start(&lane->thread, lane_main, lane);
		if (errno != 0)
			fatal("cannot start a thread");
	}
	jobs.started = true;
	return 0;
}

static void
lane_stop(struct lane *lane, bool cancel)
{
	pthread_mutex_lock(&jobs.lock);
	if (cancel && lane->running != NULL)
		atomic_store(&lane->running->progress.cancel, true);
	for (struct job *j = lane->first; cancel && j != NULL; j = j->next)
		atomic_store(&j->progress.cancel, true);
	lane->stopping = true;
	pthread_cond_signal(&lane->wake);
	pthread_mutex_unlock(&jobs.lock);
	pthread_join(lane->thread, NULL);
}

void
job_stop_all(void)
{
	if (!jobs.started)
		return;
	/* The store's lane last, and uncancelled: the others hand it what
	 * they have until they end. */
	for (int i = JOB_LANES - 1; i >= 0; i--)
		lane_stop(&jobs.lanes[i], i != JOB_STORE);
	job_reap();
	close(jobs.pipe[0]);
	close(jobs.pipe[1]);
	jobs.pipe[0] = jobs.pipe[1] = -1;
	jobs.started = false;
}

int
job_fd(void)
{
	return jobs.pipe[0];
}

void
job_add(enum job_lane which, struct job *job)
{
	struct lane *lane = &jobs.lanes[which];

	job->next = NULL;
	pthread_mutex_lock(&jobs.lock);
	if (lane->last != NULL)
		lane->last->next = job;
	else
		lane->first = job;
	lane->last = job;
	pthread_cond_signal(&lane->wake);
	pthread_mutex_unlock(&jobs.lock);
}

/* done() frees jobs on this thread alone, so that one which tells news is
 * there until it has been heard. */
static void
news_hear(void)
{
	for (int i = 0; i < JOB_LANES; i++) {
		struct job *job;

		pthread_mutex_lock(&jobs.lock);
		job = jobs.lanes[i].running;
		if (job != NULL && (job->news == NULL ||
		    !atomic_exchange(&job->told, false)))
			job = NULL;
		pthread_mutex_unlock(&jobs.lock);
		if (job != NULL)
			job->news(job);
	}
}

void
job_reap(void)
{
	struct job *ended, *job, *oldest = NULL;
	char drain[64];

	while (read(jobs.pipe[0], drain, sizeof drain) > 0)
		;
	news_hear();
	pthread_mutex_lock(&jobs.lock);
	ended = jobs.ended;
	jobs.ended = NULL;
	pthread_mutex_unlock(&jobs.lock);
	while ((job = ended) != NULL) { /* the list is newest first */
		ended = job->next;
		job->next = oldest;
		oldest = job;
	}
	while ((job = oldest) != NULL) {
		oldest = job->next;
		job->next = NULL;
		job->done(job);
	}
}

struct call {
	struct job job;
	int (*fn)(void *);
	void *arg;
	bool ended;
};

static int
call_run(struct job *job)
{
	struct call *call = job->arg;
	int result = call->fn(call->arg);

	pthread_mutex_lock(&jobs.lock);
	call->ended = true;
	pthread_mutex_unlock(&jobs.lock);
	return result;
}

int
job_call(enum job_lane lane, int (*fn)(void *), void *arg)
{
	struct call call = { .job = { .name = "call", .run = call_run },
		.fn = fn, .arg = arg };

	if (!jobs.started)
		return fn(arg);
	call.job.arg = &call;
	job_add(lane, &call.job);
	pthread_mutex_lock(&jobs.lock);
	while (!call.ended || jobs.lanes[lane].running == &call.job)
		pthread_cond_wait(&jobs.called, &jobs.lock);
	pthread_mutex_unlock(&jobs.lock);
	return call.job.result;
}

struct share {
	void (*fn)(void *, size_t);
	void *arg;
	size_t n;
	atomic_size_t next;
};

static void *
share_main(void *arg)
{
	struct share *s = arg;
	size_t i;

	while ((i = atomic_fetch_add(&s->next, 1)) < s->n)
		s->fn(s->arg, i);
	return NULL;
}

void
parallel_for(size_t n, int threads, void (*fn)(void *, size_t), void *arg)
{
	struct share share = { .fn = fn, .arg = arg, .n = n };
	pthread_t *helpers;
	int started = 0;

	if (threads <= 0)
		threads = thread_count();
	if ((size_t)threads > n)
		threads = n > 0 ? (int)n : 1;
	helpers = xcalloc((size_t)threads, sizeof *helpers);
	/* Where a thread cannot be had, the others do its share. */
	while (started < threads - 1 &&
	    thread_start(&helpers[started], share_main, &share) == 0)
		started++;
	share_main(&share);
	for (int i = 0; i < started; i++)
		pthread_join(helpers[i], NULL);
	free(helpers);
}

/* What the two halves of a pipeline share: `made` and `taken` count slots. */
struct pipeline {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t slots, made, taken;
	bool ended, stop; /* make will fill no more; take wants no more */
	int result;	  /* make's */
	int (*make)(void *, size_t);
	void *arg;
};

static void *
pipeline_main(void *arg)
{
	struct pipeline *p = arg;
	int got = 1;

	pthread_mutex_lock(&p->lock);
	while (got == 1 && !p->stop) {
		if (p->made - p->taken == p->slots) {
			pthread_cond_wait(&p->moved, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		got = p->make(p->arg, p->made % p->slots);
		pthread_mutex_lock(&p->lock);
		p->made += got == 1;
		pthread_cond_signal(&p->moved);
	}
	p->ended = true;
	p->result = got < 0 ? -1 : 0;
	pthread_cond_signal(&p->moved);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Both halves on one thread. */
static int
pipeline_alone(struct pipeline *p, int (*take)(void *, size_t))
{
	int got;

	while ((got = p->make(p->arg, 0)) == 1)
		if (take(p->arg, 0) < 0)
			return -1;
	return got;
}

int
pipeline(size_t slots, int (*make)(void *, size_t),
    int (*take)(void *, size_t), void *arg)
{
	struct pipeline p = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER, .slots = slots,
		.make = make, .arg = arg };
	pthread_t thread;
	int rc = 0;

	if (thread_count() == 1 ||
	    thread_start(&thread, pipeline_main, &p) != 0)
		return pipeline_alone(&p, take);
	pthread_mutex_lock(&p.lock);
	while (rc == 0 && !(p.ended && p.made == p.taken)) {
		if (p.made == p.taken) {
			pthread_cond_wait(&p.moved, &p.lock);
			continue;
		}
		pthread_mutex_unlock(&p.lock);
		rc = take(arg, p.taken % slots);
		pthread_mutex_lock(&p.lock);
		p.taken++;
		p.stop = rc < 0;
		pthread_cond_signal(&p.moved);
	}
	pthread_mutex_unlock(&p.lock);
	pthread_join(thread, NULL);
	return rc < 0 ? -1 : p.result;
}

int
thread_count(void)
{
	const char *s = getenv("TAGTIGER_THREADS");
	cpu_set_t set;
	long n = s != NULL ? strtol(s, NULL, 10) : 0;

	if (n >= 1 && n <= 1024)
		return (int)n;
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		return CPU_COUNT(&set);
	return 1;
}

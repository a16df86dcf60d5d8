/*
 * Threads: the only place that makes them.
 *
 * A job is long work that the screen must not wait for. The job owns its
 * inputs. run() is called on a thread of its own and touches no curses and no
 * global; when it has returned, one byte on the pipe of job_fd() wakes the
 * main loop, whose job_reap() calls done() on the main thread, where done()
 * only marks what to redraw and frees the job. Cancelling sets a flag that
 * run() reads every batch; a thread is never killed.
 *
 * A struct progress is the same thing's view for code that may run as a job
 * or in the foreground of a headless command.
 */
#ifndef TAGTIGER_JOB_H
#define TAGTIGER_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "tagtiger/err.h"

struct progress {
	atomic_bool cancel;
	_Atomic(const char *) phase;   /* "reading"; a string literal */
	atomic_size_t step, total;     /* total 0: not known */
};

/* All accept NULL. progress_step adds n and returns true when cancelled. */
void progress_phase(struct progress *p, const char *phase, size_t total);
bool progress_step(struct progress *p, size_t n);
bool progress_cancelled(struct progress *p);
/* What a cancelled piece of work returns: -1, "stopped as asked". */
int progress_stopped(struct err *err);

struct job {
	const char *name;		   /* static, for messages */
	int (*run)(struct job *);	   /* on the job's thread */
	void (*done)(struct job *);	   /* on the main thread; may free */
	void (*news)(struct job *);	   /* likewise, after job_news; or NULL */
	void *arg;			   /* what run works on */
	struct progress progress;
	int result;			   /* what run returned */
	struct err err;

	atomic_bool told; /* job_news was called */
	struct job *next; /* the queue's */
};

/*
 * One worker thread a lane; within a lane jobs run in the order they came.
 * The store lane owns the connection that writes: what runs there is an act
 * of milliseconds (a label's commit, a page of a table), never long work. The
 * bulk lane writes what takes longer (an import, a label for many texts), by
 * a connection of its own. The quick lane retrains quick models, so that a
 * training in the long lane never delays it; the list lane goes through the
 * texts for what a list shows.
 */
enum job_lane {
	JOB_STORE, JOB_BULK, JOB_QUICK, JOB_LONG, JOB_LIST, JOB_LANES
};

int job_start(struct err *err);	 /* the threads and the pipe */
void job_stop_all(void);	 /* cancels, waits, joins, closes */
int job_fd(void);		 /* readable when a job has ended */
void job_add(enum job_lane lane, struct job *job);
void job_reap(void);		 /* main thread: done() of the ended */
/* From the job itself: there is something to show before it ends. */
void job_news(struct job *job);
/* From a job of another lane: run fn(arg) in the lane and wait for what it
 * returns. Where job_start was not called (a headless command: one thread
 * does all) fn is simply called. */
int job_call(enum job_lane lane, int (*fn)(void *arg), void *arg);

/*
 * fn(arg, i) for i in [0, n), shared out dynamically over `threads` threads,
 * the calling one among them; 0 means thread_count(). Returns when all are
 * done. fn must not call it again.
 */
void parallel_for(size_t n, int threads, void (*fn)(void *arg, size_t i),
    void *arg);

/*
 * The two halves of a stream at once: make(arg, slot) on a thread of its own
 * fills the slots in turn (1; 0 at the end; -1), take(arg, slot) on the
 * calling one empties them in the same order (0; -1). Where no thread is to be
 * had they take turns. Returns 0, or -1 when one of the two did; what was made
 * before make failed has been taken.
 */
int pipeline(size_t slots, int (*make)(void *arg, size_t slot),
    int (*take)(void *arg, size_t slot), void *arg);

/* How many threads to use: TAGTIGER_THREADS, else the processors this
 * process may run on. */
int thread_count(void);

#endif

/*
 * The rows of long work in the project file, so that other processes see it,
 * can ask it to stop, and know when its process has died. (Threads are job.h's
 * affair.)
 */
#ifndef TAGTIGER_JOBROW_H
#define TAGTIGER_JOBROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

enum jobrow_state {
	JOBROW_QUEUED,
	JOBROW_RUNNING,
	JOBROW_DONE,
	JOBROW_FAILED,
	JOBROW_STOPPED,
	JOBROW_DIED, /* its process is gone */
};

const char *jobrow_state_name(enum jobrow_state state);

struct jobrow {
	int64_t id;
	char *kind;  /* "feature", "quick", "bert", "predict", ... */
	char *title; /* for people */
	char *host, *boot; /* boot: the machine's boot id */
	int64_t pid, uid;
	int64_t start, heartbeat, end; /* ms since 1970; 0: not yet */
	enum jobrow_state state;
	bool stop; /* asked to */
	char *phase;
	int64_t step, total;
	char *error, *log;
	bool here; /* this process runs it */
	bool far;  /* on another machine */
};

/* A row for work that this process will do. */
int jobrow_add(struct project *p, const char *kind, const char *title,
    int64_t *id, struct err *err);
/* Sign of life, once a second or less; *stop (may be NULL) is set where
 * somebody asked it to stop, also where the row could not be written since
 * another writes: nobody is waited for. */
int jobrow_beat(struct project *p, int64_t id, const char *phase,
    int64_t step, int64_t total, bool *stop, struct err *err);
/* error: NULL or what went wrong; log: NULL or what came of it, for people,
 * of which the first lines are kept. */
int jobrow_end(struct project *p, int64_t id, enum jobrow_state state,
    const char *error, const char *log, struct err *err);
int jobrow_ask_stop(struct project *p, int64_t id, struct err *err);
/* Newest first; rows of processes that are gone are told as such. */
int jobrow_list(struct project *p, struct jobrow **out, size_t *n,
    struct err *err);
void jobrow_list_free(struct jobrow *j, size_t n);
/* Mark rows of dead processes (this host: no such pid, or another boot;
 * elsewhere: no heartbeat for an hour). *n: how many. */
int jobrow_sweep(struct project *p, size_t *n, struct err *err);

#endif

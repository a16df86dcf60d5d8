/*
 * Errors. Below ui and cli nothing prints and nothing exits: a function that
 * can fail returns -1 (or NULL) and fills a struct err that the caller owns.
 * The text says what is wrong, where, and what to do, without a final stop.
 */
#ifndef TAGTIGER_ERR_H
#define TAGTIGER_ERR_H

#include <stdarg.h>

/* Also the exit status of a headless command. */
enum err_status {
	ERR_NONE = 0,
	ERR_FAILED = 1, /* everything not named below */
	ERR_USAGE = 2,	/* the command line does not parse */
	ERR_NAME = 3,	/* an id, label, column or file is absent or bad */
	ERR_DENIED = 4, /* busy, role or permission */
};

struct err {
	enum err_status status;
	char text[1024];
};

/* Fill err (which may be NULL) and return -1, so that callers can write
 * `return err_set(err, "...")`. err_set means ERR_FAILED. */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int err_set_status(struct err *err, enum err_status status, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* The same, with ": " and the text of errno as it was on entry, and where the
 * disk is full with what to do; ERR_DENIED where permission was lacking. */
int err_set_errno(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Put "PREFIX: " before the text that err already holds; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void err_clear(struct err *err);

/*
 * A bug, or no memory: runs the die hook (which restores the terminal and
 * replays what standard error held), prints the text and aborts or exits 1.
 */
_Noreturn void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
void fatal_hook_set(void (*hook)(void));

#endif

/*
 * Programs that run under trace (ptrace, with a seccomp filter that stops them
 * only where they change files): what they do to a folder is noted in a
 * platter, one operation at a time over all of them, so that its order is the
 * kernel's own. The caller is the only thread that traces.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "platter.h"

struct trace;

/* told: a program wrote a line to its standard output. It is in the platter as
 * told at the instant before, which is the first at which anyone can know. */
struct trace *trace_new(struct platter *p,
    void (*told)(int who, const char *line));

/* Does it work here? NULL, or why not. */
const char *trace_possible(void);

/* For the child that is to become program `who`, before it does exec. */
void trace_me(void);
void trace_program(struct trace *t, int who, pid_t pid);

/* Until so many operations are noted, or all have ended. Returns how many
 * programs still run. */
size_t trace_run(struct trace *t, size_t ops);
/* SIGKILL to all, and free. */
void trace_kill(struct trace *t);

#endif

/*
 * Others' transactions. They are waited for: patience (PATIENCE_MS at first) is
 * how long for one whose process does nothing, 0 for none at all; one that is
 * at work is waited for until it is done. `fn` is called in the thread that
 * waits, when that has lasted a second, with who it is for ("import by anna
 * (process 4711)"), and with NULL when it is over.
 */
#ifndef TAGTIGER_WAIT_H
#define TAGTIGER_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct project;

#define PATIENCE_MS 5000
typedef void project_waits_fn(const char *whom);
void project_patience(struct project *p, int ms);
void project_waits(project_waits_fn *fn);
/*
 * For who has something else to do meanwhile: whether another writes now, so
 * that it is better to ask again later; the first time the end of a short
 * transaction is waited for. False, too, where it is no use to wait any longer.
 * w is all 0 at first. project_holder appends whom for.
 */
struct project_wait {
	int64_t start, looked, worked; /* microseconds; at the holder, and when
					* it had last done something */
	long pid;
	long long work; /* the processor's time that it has had */
	bool told;
};
bool project_blocked(struct project *p, struct project_wait *w);
void project_holder(struct project *p, struct buf *out);

#endif

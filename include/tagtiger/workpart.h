/*
 * Which part of a project goes into a work copy (work.h): all texts of some
 * sets, or so many of those that nobody has tagged, holds or was given.
 */
#ifndef TAGTIGER_WORKPART_H
#define TAGTIGER_WORKPART_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

struct work_part {
	int64_t scheme; /* in which a text counts as tagged */
	unsigned sets;
	size_t n;	/* at random; 0: all */
	uint64_t seed;
};
/* Rising; the caller frees *docs. Fewer than asked for, or none: ERR_NAME. */
int work_choose(struct project *p, const struct work_part *part,
    int64_t **docs, size_t *n, struct err *err);

#endif

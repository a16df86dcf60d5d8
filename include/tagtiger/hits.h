/*
 * Where a pattern is found in a text, for showing it there.
 */
#ifndef TAGTIGER_HITS_H
#define TAGTIGER_HITS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct hit {
	size_t begin, end; /* bytes */
};

/* At most `max` hits that are not empty, in order; caller frees *out. The
 * pattern is read as for choosing the next text (regex.h). */
int hits_find(const char *pattern, bool match_case, const char *text,
    size_t len, size_t max, struct hit **out, size_t *n, struct err *err);

#endif

/* For the drivers here: texts from a file of lengths (32 bits, little endian)
 * and bytes, as bench_texts.py writes it; and the time. */
#ifndef BENCH_TEXTS_H
#define BENCH_TEXTS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/tfidf.h"

static inline double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The texts point into b. */
static inline struct text *
texts_read(const char *path, struct buf *b, size_t *n)
{
	struct text *v = NULL;
	size_t cap = 0;
	uint32_t len;
	struct err err;

	if (file_read(path, (size_t)1 << 32, b, &err) < 0)
		fatal("%s", err.text);
	*n = 0;
	for (size_t i = 0; i + 4 <= b->len; i += len) {
		memcpy(&len, b->data + i, 4);
		i += 4;
		v = array_room(v, *n, &cap, sizeof *v);
		v[(*n)++] = (struct text){ b->data + i, len };
	}
	return v;
}

#endif

/*
 * Feature files: a row of numbers for each text, in NAME.tiger-data/. Written
 * row by row, mapped for reading, so that neither needs the memory of all.
 *
 * Layout, little-endian:
 *	0	char[8]	"TTFEAT1\n"
 *	8	u32	1 if sparse, else 0
 *	12	u32	0
 *	16	u64	d, columns
 *	24	u64	n, rows (written last: 0 while the file is unfinished)
 *	32	u64	where the docs begin
 *	40	i64	when the feature was made, ms since 1970
 *	48	zeros up to 64
 *	dense:	f32[n*d]
 *	sparse:	entries { i32 column, f32 value }, a row's after another's
 *	docs:	i64[n] the texts' numbers, strictly rising
 *	sparse:	u64[n+1] where each row's entries begin, counted in entries
 */
#ifndef TAGTIGER_FEATFILE_H
#define TAGTIGER_FEATFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csr;
struct err;
struct mat;

struct featfile {
	int64_t made; /* 0: not said */
	bool sparse;
	size_t n, d;
	const int64_t *docs; /* (n) strictly rising */
	const float *dense;  /* (n,d) or NULL */

	/* Private. */
	const void *entries;
	const uint64_t *start;
	void *map;
	size_t map_size;
};

/* Maps a file and checks all that it says about itself. */
struct featfile *featfile_open(const char *path, struct err *err);
/* Is it that of the feature that was made then? The folder may be another
 * project's, or of another day. */
bool featfile_is_of(const struct featfile *f, int64_t made);
void featfile_close(struct featfile *f); /* accepts NULL */
/* The row of a text, or -1. */
int64_t featfile_row(const struct featfile *f, int64_t doc);
/* Rows of the given numbers (0 .. f->n-1) as a matrix that the caller frees;
 * of the kind that the file is. */
int featfile_dense(const struct featfile *f, const int64_t *rows, size_t n,
    struct mat *out, struct err *err);
int featfile_sparse(const struct featfile *f, const int64_t *rows, size_t n,
    struct csr *out, struct err *err);

/* Writing, into a file beside `path` that featfile_end syncs and renames onto
 * it. Docs must rise. featfile_drop gives up. */
struct featfile_out;
struct featfile_out *featfile_create(const char *path, int64_t made,
    bool sparse, size_t d, struct err *err);
int featfile_add_dense(struct featfile_out *o, int64_t doc,
    const float *row /* (d) */, struct err *err);
int featfile_add_sparse(struct featfile_out *o, int64_t doc,
    const int32_t *col, const float *val, size_t n, struct err *err);
/* Row i of another file of the same kind and width. */
int featfile_copy(struct featfile_out *o, const struct featfile *from,
    int64_t i, struct err *err);
int featfile_end(struct featfile_out *o, struct err *err); /* frees o */
void featfile_drop(struct featfile_out *o); /* accepts NULL */

#endif

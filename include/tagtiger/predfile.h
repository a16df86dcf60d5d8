/*
 * Prediction files: a model's probabilities for the texts of a project, in
 * NAME.tiger-data/. The rows are mapped, so that choosing the next text costs
 * one pass over an array and opening costs nothing.
 *
 * Layout, little-endian:
 *	0	char[8]	"TTPRED1\n"
 *	8	u32	1 if multi-label, else 0
 *	12	u32	k, labels
 *	16	u64	n, rows (written last: 0 while the file is unfinished)
 *	24	i64	model (its id in the project file)
 *	32	i64	when it was made, ms since 1970
 *	40	u64	where the docs begin
 *	48	u64	bytes of the names
 *	56	u64	0
 *	64	i64[k]	label ids
 *		names	k strings, each with its NUL, as they were then
 *		zeros up to a multiple of 64
 *		f32[n*k] probabilities, row-major
 *	docs:	i64[n]	the texts' ids in the project file, strictly rising
 */
#ifndef TAGTIGER_PREDFILE_H
#define TAGTIGER_PREDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct predfile {
	int64_t model;
	int64_t time; /* ms since 1970 */
	bool multilabel;
	size_t n, k;
	const int64_t *labels; /* (k) ids */
	const char **names;    /* (k) as they were at the time */
	const int64_t *docs;   /* (n) strictly rising */
	const float *prob;     /* (n,k); a row that begins with NaN is missing */

	void *map; /* the mapped file; NULL for one built by hand */
	size_t map_size;
};

/* Maps a file and checks all that it says about itself. NULL and err
 * (ERR_NAME when there is none). */
struct predfile *predfile_open(const char *path, struct err *err);
void predfile_close(struct predfile *p); /* accepts NULL */

/* The row of a text, or -1. */
int64_t predfile_row(const struct predfile *p, int64_t doc);

/*
 * Writing, row by row, into a file beside `path` that predfile_end syncs and
 * renames onto it; of `head`, model, time, multilabel, k, labels and names
 * are used, and copied. Docs must rise. predfile_drop gives up.
 */
struct predfile_out;
struct predfile_out *predfile_create(const char *path,
    const struct predfile *head, struct err *err);
int predfile_add(struct predfile_out *o, int64_t doc,
    const float *prob /* (k) */, struct err *err);
int predfile_end(struct predfile_out *o, struct err *err); /* frees o */
void predfile_drop(struct predfile_out *o); /* accepts NULL */

#endif

/*
 * What a model predicts of any text, whichever set it is in: its prediction
 * files, mapped. Read-only once open, and of any thread.
 */
#ifndef TAGTIGER_FORECAST_H
#define TAGTIGER_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/doc.h"

struct err;
struct project;

struct forecast;

/* Of the model of that name; NULL: the scheme's newest quick model. 1, or 0
 * with *out NULL where there is none or it has predicted nothing, or -1. */
int forecast_open(struct project *p, int64_t scheme, const char *model,
    struct forecast **out, struct err *err);
/* The same where *f may be open: it stays as it is when it is the newest. */
int forecast_sync(struct project *p, int64_t scheme, const char *model,
    struct forecast **f, struct err *err);
void forecast_free(struct forecast *f); /* NULL is fine */

const char *forecast_model(const struct forecast *f);

/* One text's: valid until the next call with the same row. Start from zeros;
 * free with forecast_row_free. */
struct forecast_row {
	size_t k;
	const int64_t *labels; /* (k) ids as they count now */
	const float *prob;     /* (k) */
	bool *chosen;	       /* (k) predicted; multi-label: any number */
	int best;	       /* the most probable */
	double probability;    /* of the chosen ones the lowest; NaN: none */
	float *memory;
	size_t cap;
};
/* False: it is not predicted. */
bool forecast_get(const struct forecast *f, enum set set, int64_t seq,
    struct forecast_row *row);
void forecast_row_free(struct forecast_row *row);
/* Is the label, which may have been merged since, among the chosen ones? */
bool forecast_chose(const struct forecast_row *row, int64_t label);
/* Are the chosen ones these labels, and no others? */
bool forecast_agrees(const struct forecast_row *row, const int64_t *labels,
    size_t n);

#endif

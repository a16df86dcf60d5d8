/*
 * What a model learns from or is measured on: the texts of some sets that
 * carry a label, and those labels as numbers.
 */
#ifndef TAGTIGER_TARGETS_H
#define TAGTIGER_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/annot.h"

struct err;
struct project;

struct targets {
	int64_t scheme;
	bool multilabel;
	size_t k;	/* labels: the scheme's living ones that are wanted */
	int64_t *label; /* (k) ids */
	char **name;	/* (k) */

	size_t n;	/* texts */
	int64_t *doc;	/* (n) rising */
	int *y;		/* (n) class, or NULL if multi-label */
	uint8_t *multi; /* (n,k) 0 or 1, or NULL */

	uint64_t disagree; /* texts left out: annotators differ */
	uint64_t excluded; /* texts left out: their label is not wanted */
};

struct targets_query {
	int64_t scheme;
	unsigned sets;
	enum layer_choice choice; /* final or one annotator's */
	int64_t uid;
	char *const *exclude; /* names of labels not wanted; ERR_NAME where
			       * there is none of that name */
	size_t nexclude;
	const int64_t *order; /* (norder) ids that fix the columns (a model's
			       * labels), or NULL; a text with another label
			       * is left out and counted in excluded */
	size_t norder;
};

int targets_load(struct project *p, const struct targets_query *q,
    struct targets *out, struct err *err);
void targets_free(struct targets *t);
/* Keep the texts for which keep[i]; the columns stay. */
void targets_filter(struct targets *t, const bool *keep /* (n) */);
/* Texts with each label. */
void targets_count(const struct targets *t, size_t *count /* (k) */);

#endif

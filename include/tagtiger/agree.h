/*
 * Where annotators agree and where they do not, from the labels of a project
 * that stand now. Adjudicated decisions are nobody's label: they count in
 * neither, and settle a disagreement.
 */
#ifndef TAGTIGER_AGREE_H
#define TAGTIGER_AGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/agreement.h"

struct err;
struct progress;
struct project;
struct scheme;

struct agree {
	struct agreement a; /* coder i is uid[i]; label j the scheme's j-th */
	int64_t *uid;	    /* (nuids) in the order of their names */
	size_t nuids;
};
/* resamples 0: no intervals. An error where no text was annotated by two. */
int agree_measure(struct project *p, const struct scheme *s, unsigned sets,
    int resamples, struct progress *progress, struct agree *out,
    struct err *err);
void agree_free(struct agree *a);

/*
 * The texts whose annotators differ, the most divided first: by the share of
 * pairs that differ, then by the number of people, then in file order.
 */
struct dispute {
	int64_t doc;
	double split; /* of the pairs of annotators, the share that differs */
	size_t people;
	bool decided;
	struct dispute_label {
		int64_t uid;	 /* LAYER_FINAL: the decision, the last one */
		int64_t *labels; /* (n) */
		size_t n;
	} *v; /* (people + decided) */
};
/* open: only those that were not decided. */
int disputes(struct project *p, const struct scheme *s, unsigned sets,
    bool open, struct dispute **out, size_t *n, struct err *err);
void disputes_free(struct dispute *v, size_t n);

#endif

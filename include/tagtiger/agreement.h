/*
 * Agreement between annotators, corrected for chance.
 */
#ifndef TAGTIGER_AGREEMENT_H
#define TAGTIGER_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/metrics.h"

struct err;
struct progress;

/* A number and its 95 % percentile bootstrap interval over texts; NaN: not
 * defined. */
struct estimate {
	double value;
	struct interval ci;
};

/*
 * All that is told of a scheme: for texts that at least two people coded.
 * Nominal. Texts are resampled, people are not. Pairs with no text in common
 * are left out.
 *	percent	the share of a text's pairs of codes that are equal, averaged
 *	fleiss	Fleiss 1971, of the texts that `raters` people coded, the most
 *		frequent number (it needs one)
 *	masi	alpha with Passonneau's distance (2006), where codes are sets
 *		of labels: half right is half an error
 *	label	all of these of "has this label", pairs' kappas too
 */
struct agreement {
	size_t texts, codes; /* with two codes or more; codes on them */
	struct estimate percent, alpha, fleiss, masi;
	size_t raters, fleiss_texts;
	size_t nlabels;
	struct agreement_label {
		struct estimate percent, alpha, fleiss;
	} *label; /* (nlabels) */
	struct agreement_pair {
		size_t a, b; /* coders */
		size_t texts;
		struct estimate percent, kappa; /* Cohen's */
		struct estimate *label;		/* (nlabels) kappa */
	} *pair; /* (npairs) */
	size_t npairs;
};

/*
 * Codes in [0,k), negative: none. A code stands for the labels that has[] (of
 * k rows, nlabels columns) marks. sets: a code may have several labels, or
 * none (else masi is NaN).
 */
int agreement_measure(const int *code /* (coders,n) */, size_t coders,
    size_t n, const uint8_t *has /* (k,nlabels) */, size_t k, size_t nlabels,
    bool sets, int resamples, uint64_t seed, struct progress *progress,
    struct agreement *out, struct err *err);
void agreement_free(struct agreement *a);

#endif

/*
 * Agreement between annotators, corrected for chance.
 */
#ifndef TAGTIGER_AGREEMENT_H
#define TAGTIGER_AGREEMENT_H

#include <stddef.h>

struct err;

enum kappa_weights { KAPPA_NONE, KAPPA_LINEAR, KAPPA_QUADRATIC };

/* Cohen 1960, 1968; codes in [0,k). NaN where chance alone explains all.
 * *observed (if not NULL): the share of texts with equal codes. */
int cohen_kappa(const int *a /* (n) */, const int *b /* (n) */, size_t n,
    size_t k, enum kappa_weights weights, double *kappa, double *observed,
    struct err *err);

enum alpha_level { ALPHA_NOMINAL, ALPHA_ORDINAL, ALPHA_INTERVAL, ALPHA_RATIO };

/*
 * Krippendorff's alpha (2011), for any number of coders and with missing
 * codes (negative). Codes in [0,k) stand for the rising values of
 * value[], which only ALPHA_INTERVAL and ALPHA_RATIO read (NULL: the codes
 * themselves). An error where fewer than two codes were given.
 */
int krippendorff_alpha(const int *code /* (coders,n) */, size_t coders,
    size_t n, size_t k, const double *value /* (k) */, enum alpha_level level,
    double *alpha, struct err *err);

#endif

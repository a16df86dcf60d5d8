/*
 * Metrics as JSON, the shape that `score` and `quick train` answer with and
 * that the project file keeps:
 *
 *	{"n", "accuracy", "accuracy_ci":[lo,hi], "f1_micro", "f1_macro",
 *	 "f1_weighted", "roc_auc", "brier", "log_loss", "ece",
 *	 "labels":[{"label","precision","recall","f1","f1_ci","support"}],
 *	 "confusion":{"labels":[...],"counts":[[...]]}}
 *
 * Each has its interval, as accuracy has. What is not defined is null. Rows of
 * the confusion matrix are annotations, columns predictions; of a multi-label
 * scheme each row is [tn,fp,fn,tp] of a label.
 */
#ifndef TAGTIGER_SCORES_H
#define TAGTIGER_SCORES_H

#include <cjson/cJSON.h>

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct progress;
struct targets;

/* Probabilities (t->n, t->k) against the annotations, with bootstrap
 * intervals, added to the object. */
int scores_measure(const struct targets *t, const float *prob, uint64_t seed,
    struct progress *progress, cJSON *object, struct err *err);

/* Is it of a multi-label scheme: a [tn,fp,fn,tp] a label, which all texts are
 * in? */
bool scores_binary(const cJSON *scores);

/* The same for people: a table of some lines. */
void scores_text(struct buf *out, const cJSON *scores);

#endif

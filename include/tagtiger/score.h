/*
 * How a model does on a set: its predictions against the annotations.
 */
#ifndef TAGTIGER_SCORE_H
#define TAGTIGER_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "tagtiger/annot.h"

struct err;
struct progress;
struct project;

struct score_spec {
	const char *model;
	const char *set; /* "train", "out", "valid", "test" */
	enum layer_choice choice;
	int64_t uid;
	uint64_t seed;	/* of the bootstrap */
	bool errors;	/* list the false predictions */
};

/*
 * `reply` gets "model", "set", "n", the metrics (scores.h), for a test set
 * "looks", "random" (all its texts were drawn at random) and "blind" (all its
 * labels were given in the program before the first look at its scores), and
 * with errors "errors":[{"id","text","label","prediction","probability"}], the
 * surest first. The scores are kept in the project, and a look at a test set
 * is counted.
 */
int score_model(struct project *p, const struct score_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err);

/*
 * The texts behind a cell of the confusion matrix, or all false predictions.
 * Nothing is kept, and no look is counted: who asks has seen the scores.
 */
enum outcome { OUTCOME_ANY, OUTCOME_TN, OUTCOME_FP, OUTCOME_FN, OUTCOME_TP };

struct score_filter {
	const char *label;     /* annotated with it; NULL: any */
	const char *predicted; /* NULL: any */
	enum outcome outcome;  /* of `label`, which then is not what is
				* annotated but what the outcome is about */
	size_t limit;	       /* texts listed at most; 0: all */
};

/* `reply` gets "model", "set", "n" (texts of that kind) and "texts", as
 * "errors" above: the false ones surest first, the right ones least sure
 * first. Without label and predicted: all false ones. ERR_NAME: a label that
 * the model does not know. */
int score_texts(struct project *p, const struct score_spec *spec,
    const struct score_filter *filter, cJSON *reply,
    struct progress *progress, struct err *err);

/* Two models on the texts of a set that both can be scored on; both must have
 * been scored on it. `reply` gets "models":[a,b], "set", "n", and "accuracy"
 * and "f1_macro": a's minus b's, each with its "_ci". Another look at a test
 * set. */
int score_compare(struct project *p, const struct score_spec *spec,
    const char *other, cJSON *reply, struct progress *progress,
    struct err *err);

#endif

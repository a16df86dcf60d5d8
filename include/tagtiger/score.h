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
 * "looks", and with errors "errors":[{"id","text","label","prediction",
 * "probability"}], the surest first. The scores are kept in the project, and
 * a look at a test set is counted.
 */
int score_model(struct project *p, const struct score_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err);

#endif

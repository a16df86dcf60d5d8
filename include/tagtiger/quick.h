/*
 * Quick models: logistic regression on a project's features, retrained while
 * one annotates.
 */
#ifndef TAGTIGER_QUICK_H
#define TAGTIGER_QUICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "tagtiger/annot.h"

struct err;
struct progress;
struct project;

struct quick_spec {
	const char *name; /* NULL: "quick", or where that is another scheme's
			   * model "quick-SCHEME" */
	int64_t scheme;
	char *const *features; /* names; none: those of the model of that name
				* before, else all that are at hand */
	size_t nfeatures;
	double c;
	int cv; /* folds; 0: no cross-validation */
	bool balance;
	char *const *exclude; /* names of labels */
	size_t nexclude;
	enum layer_choice choice; /* final or one annotator's */
	int64_t uid;
	uint64_t seed;
	bool automatic; /* a retraining: not in the history */
};

/*
 * Train on the annotated texts of the train set, from the weights of the
 * model of that name if there is one, which is replaced; predict the texts
 * of FEATURE_SETS. `reply` gets "model", "scheme", "features", "n", "exact"
 * and with cv "cv", as score answers.
 */
int quick_train(struct project *p, const struct quick_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err);

struct quick_curve_spec {
	const char *name; /* as in quick_spec; the model must be there */
	int64_t scheme;	  /* NULL name: of which scheme */
	int points, cv;
	uint64_t seed;
};

/*
 * The learning curve (learncurve.h) of a quick model, on the labels as they
 * are now; kept as the model's curve (curve.h). `reply` gets "model", "folds",
 * what learning_json tells, and "why" where the gain of more labels could not
 * be estimated.
 */
int quick_curve(struct project *p, const struct quick_curve_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err);

#endif

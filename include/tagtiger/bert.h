/*
 * Fine-tuned models of a project: an encoder trained on its annotated texts,
 * kept as a Hugging Face folder in NAME.tiger-data/models/.
 */
#ifndef TAGTIGER_BERT_H
#define TAGTIGER_BERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "tagtiger/annot.h"

struct err;
struct progress;
struct project;

struct bert_spec {
	const char *name; /* NULL: the base's name and a number */
	const char *base; /* folder or name; NULL: the recommended one */
	int64_t scheme;
	int epochs, batch, accumulate;
	double rate, weight_decay, warmup;
	size_t max_length; /* 0: what the base allows */
	int eval_steps;	   /* 0: at the end of each epoch */
	double eval_share;
	bool best;	   /* keep the best evaluation's weights */
	bool balanced;	   /* weighted cross-entropy */
	size_t min_class;  /* labels with fewer texts are left out */
	char *const *exclude;
	size_t nexclude;
	enum layer_choice choice;
	int64_t uid;
	uint64_t seed;
	const char *device;
};

/*
 * Train; loss curves reach the project as they come. `reply` gets "model",
 * "base", "n", "steps", "effective_batch", "labels" (used, with their
 * texts), "left_out", "eval" (the best evaluation). Cancelled: the state is
 * "stopped", and bert_resume goes on from there.
 */
int bert_train(struct project *p, const struct bert_spec *spec,
    cJSON *reply, struct progress *progress, struct err *err);
/* Go on with a stopped training, on the same texts and settings. */
int bert_resume(struct project *p, const char *name, cJSON *reply,
    struct progress *progress, struct err *err);

#endif

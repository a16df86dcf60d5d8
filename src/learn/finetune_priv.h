/*
 * One training, shared by the files that run it (finetune.c), share out its
 * texts (finetune_data.c) and write what comes of it (finetune_save.c).
 */
#ifndef TAGTIGER_LEARN_FINETUNE_PRIV_H
#define TAGTIGER_LEARN_FINETUNE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "encode_priv.h"
#include "tagtiger/finetune.h"

/* What a checkpoint keeps beside the shim's own state. */
struct training_state {
	int64_t step, best_step;
	double best_loss, best_f1, last_loss, last_f1;
	double loss_sum; /* of the steps since the last point */
	int64_t loss_steps;
	int64_t micro;	 /* texts at once */
	int64_t pending; /* 1: the step's evaluation is still to be made */
};

/* The parameters as they were at some step. */
struct snapshot {
	float **v; /* (count) */
	bool full, saved;
};

struct training {
	const struct finetune_spec *spec;
	const struct finetune_calls *calls;
	struct progress *progress;
	const struct torch_api *api;
	struct hf_model *hf;
	struct torch_config conf;
	struct torch_model *model;
	struct torch_trainer *trainer;
	struct tokens tokens;
	char device[16];
	bool bf16;
	unsigned char print[32]; /* of texts, settings and base */

	uint32_t *train; /* (train_n) texts learnt from */
	size_t train_n;
	uint32_t *order; /* (train_n) an epoch's */
	int64_t order_epoch;
	uint32_t *eval; /* (eval_n) held out, the longest first */
	size_t eval_n;
	float *weights; /* (k) of classes, or NULL */

	size_t effective; /* texts a step */
	int64_t steps, epoch_steps, eval_every, point_every;
	struct training_state state;
	struct snapshot best;
	double saved_at, save_cost; /* seconds, of the last checkpoint */

	/* A step's batch. */
	int32_t *ids;
	int64_t *offsets;
	int32_t *labels;
	float *cells;
	size_t ids_cap;
};

/* finetune_data.c */

int training_check(const struct finetune_spec *s, struct err *err);
/* Which texts are held out, which are learnt from; class weights. */
int training_split(struct training *t, struct err *err);
/* Texts `v` (n) as a batch with their targets, in t's own arrays. */
void training_batch(struct training *t, const uint32_t *v, size_t n,
    struct torch_batch *batch, struct torch_target *target);
/* The texts of a step, from 0; how many. */
size_t training_texts(struct training *t, int64_t step, const uint32_t **v);
/* Loss and macro F1 of the held-out texts. */
int training_evaluate(struct training *t, double *loss, double *f1,
    struct err *err);

/* finetune_save.c */

/* A hash of all that a training's result depends on. */
void training_fingerprint(struct training *t, const struct torch_tensor *w,
    size_t n);
/* Is there room for the result, and a checkpoint on the way? */
int training_room(const struct training *t, struct err *err);
int training_checkpoint(struct training *t, struct err *err);
int training_restore(struct training *t, struct err *err);
void training_forget_checkpoint(struct training *t);
int snapshot_take(struct training *t, struct snapshot *s, struct err *err);
void snapshot_free(struct training *t, struct snapshot *s);
/* As a Hugging Face folder. */
int snapshot_save(struct training *t, struct snapshot *s, const char *dir,
    struct err *err);

double seconds_now(void);

#endif

/*
 * Fine-tuning an encoder for classification: AdamW, a linear schedule with
 * warm-up, clipping, accumulation; evaluation on a held-out share as it goes;
 * a checkpoint at each evaluation, from which a training resumes to the same
 * result.
 *
 * The same seed gives the same weights, bit for bit, on a CPU with the same
 * number of threads. Everything here runs on the calling thread (libtorch
 * uses others inside), and so do the callbacks.
 */
#ifndef TAGTIGER_FINETUNE_H
#define TAGTIGER_FINETUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/tfidf.h" /* struct text */

struct err;
struct progress;

enum finetune_loss {
	FINETUNE_CE,	      /* one label a text */
	FINETUNE_CE_BALANCED, /* weights n / (k * count) */
	FINETUNE_BCE,	      /* any number of labels a text */
};

/* FINETUNE_INIT has the defaults. */
struct finetune_spec {
	const char *base; /* folder of the base model */
	const char *dir;  /* folder to make: the result, and what resuming
			   * needs while there is no result */
	const struct text *texts;  /* (n) */
	size_t n;
	const int *y;		   /* (n) classes, or NULL with BCE */
	const uint8_t *cells;	   /* (n, k) with BCE, else NULL */
	const char *const *labels; /* (k) names, by class index */
	size_t k;

	enum finetune_loss loss;
	int epochs;
	int batch;	     /* texts at once */
	int accumulate;	     /* effective batch: batch * accumulate */
	double rate;	     /* at the end of the warm-up */
	double weight_decay; /* not of biases and norms, unless decay_all */
	bool decay_all;
	double warmup;	     /* share of all steps */
	double clip;	     /* norm of the gradient; 0: none */
	size_t max_length;   /* tokens; 0: what the base allows */
	int eval_steps;	     /* 0: at the end of each epoch */
	double eval_share;   /* held out; 0: no evaluation */
	bool best;	     /* the result is the best evaluation's weights
			      * (lowest loss), not the last */
	uint64_t seed;
	const char *device;  /* "auto" (also NULL), "cpu", "cuda" */
	bool bf16;	     /* autocast; on a GPU it is on unless f32 */
	bool f32;
};

#define FINETUNE_INIT                                                        \
	{                                                                    \
		.epochs = 3, .batch = 4, .accumulate = 1, .rate = 5e-5,      \
		.weight_decay = 0.01, .warmup = 0.1, .clip = 1.0,            \
		.eval_share = 0.2, .best = true, .seed = 1                   \
	}

struct finetune_point {
	bool eval;	/* else training */
	int64_t step, steps; /* done, of all */
	double epoch;
	double loss;	/* training: mean since the last point */
	double f1;	/* macro, of an evaluation; else NAN */
	double rate;
};

/* Any may be NULL. */
struct finetune_calls {
	void *arg;
	void (*point)(void *arg, const struct finetune_point *p);
	/* A line for the log: device, effective batch, what was held out,
	 * a micro-batch halved. */
	void (*note)(void *arg, const char *line);
};

struct finetune_result {
	int64_t step, steps;	/* done, of all */
	int64_t best_step;	/* 0: none evaluated */
	double best_loss, best_f1, last_loss, last_f1; /* NAN: not evaluated */
	int effective_batch;
	size_t truncated;	/* texts cut at max_length */
	uint8_t *held_out;	/* (n) 1: evaluated on, not learnt from */
	double seconds;
	bool stopped;		/* cancelled; dir holds a checkpoint */
};

/*
 * Train. With `resume` a checkpoint in spec->dir is gone on from; it is an
 * error (ERR_NAME) where there is none, or one of other texts or settings.
 * When it is done spec->dir is a Hugging Face folder that `transformers`
 * loads; where the last weights are not the best ones they are in its folder
 * `last`. Cancelled: writes a checkpoint, sets stopped and returns 0.
 */
int finetune_run(const struct finetune_spec *spec, bool resume,
    const struct finetune_calls *calls, struct finetune_result *out,
    struct progress *p, struct err *err);
void finetune_result_free(struct finetune_result *r);

/* Whether dir holds a checkpoint to resume from. */
bool finetune_can_resume(const char *dir);

#endif

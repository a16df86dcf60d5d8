/*
 * Models (quick and bert in one name space), their curves, scores and
 * predictions.
 */
#ifndef TAGTIGER_MODEL_H
#define TAGTIGER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

struct model {
	int64_t id;
	char *name;	/* unique over all kinds */
	char *kind;	/* "quick", "bert" */
	char *method;	/* "logistic-l2", or the base model's name */
	int64_t scheme;
	char *params;	/* JSON object: all that the training was given */
	char *labels;	/* JSON array of label ids, in the outputs' order */
	char *state;	/* "training", "ready", "stopped", "failed" */
	char *folder;	/* below the data folder; "" none */
	char *metrics;	/* JSON object */
	char *error;	/* "" */
	int64_t position; /* of the log when it was trained: events since */
	int64_t uid, time; /* who, and when it was made (ms since 1970) */
};

/* ERR_NAME where there is none. */
int model_find(struct project *p, const char *name, struct model *out,
    struct err *err);
/* scheme 0: of all; kind NULL: of all. Oldest first. */
int model_list(struct project *p, int64_t scheme, const char *kind,
    struct model **out, size_t *n, struct err *err);
void model_free(struct model *m); /* what it points to */
void model_list_free(struct model *m, size_t n);
/* id 0: a new one; else replaced. Strings may be NULL for "". Publishing a
 * trained quick model is model_put and model_weights_put in one transaction
 * (project_begin). */
int model_put(struct project *p, struct model *m, struct err *err);
int model_rename(struct project *p, const struct model *m, const char *name,
    struct err *err);
/* With its curves, scores, weights and prediction rows; the caller removes
 * its folder and files. */
int model_delete(struct project *p, const struct model *m, struct err *err);

/* The weights of a quick model; 1 found, 0 none. Caller frees. */
int model_weights_get(struct project *p, int64_t id, void **data,
    size_t *size, struct err *err);
int model_weights_put(struct project *p, int64_t id, const void *data,
    size_t size, struct err *err);

/* Loss curves, as they come. */
struct curve_point {
	char split[8]; /* "train", "eval" */
	int64_t step;
	double epoch, loss, f1; /* NAN: not measured */
};
int curve_add(struct project *p, int64_t model, const struct curve_point *c,
    size_t n, struct err *err);
int curve_get(struct project *p, int64_t model, struct curve_point **out,
    size_t *n, struct err *err); /* by step; caller frees */
int curve_clear(struct project *p, int64_t model, struct err *err);

/* Scores; every look at a test set's is counted and in the history. */
struct score {
	int64_t id, model;
	char *set;  /* "train", "out", "valid", "test", "exact", "cv" */
	char *json; /* as the command answers */
	int64_t uid, time;
	int64_t looks;
};
int score_add(struct project *p, int64_t model, const char *set,
    const char *json, int64_t *id, struct err *err);
int score_looked(struct project *p, int64_t id, struct err *err);
int score_list(struct project *p, int64_t model, struct score **out,
    size_t *n, struct err *err); /* newest first */
void score_list_free(struct score *s, size_t n);
/* Looks at any model's scores on this set, the scheme's over. */
int score_looks(struct project *p, int64_t scheme, const char *set,
    int64_t *n, struct err *err);

/* Prediction files in the data folder, one a model and set. What a training
 * predicts by itself is the set "sets", a part of its model. */
#define PREDICTION_OWN "sets"
struct prediction {
	int64_t id, model;
	char *set;  /* "train", "all", ... */
	char *file; /* below the data folder */
	int64_t rows, max_seq;
	int64_t time;
};
int prediction_put(struct project *p, struct prediction *r, struct err *err);
int prediction_delete(struct project *p, const struct model *m,
    const struct prediction *r, struct err *err);
int prediction_list(struct project *p, int64_t model,
    struct prediction **out, size_t *n, struct err *err);
void prediction_list_free(struct prediction *r, size_t n);

#endif

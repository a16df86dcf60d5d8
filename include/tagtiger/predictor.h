/*
 * A trained model of either kind, opened for predicting; and predicting whole
 * sets with it. Belongs to one thread.
 */
#ifndef TAGTIGER_PREDICTOR_H
#define TAGTIGER_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/model.h"
#include "tagtiger/tfidf.h" /* struct text */

struct err;
struct predfile;
struct progress;
struct project;

struct predictor;

/* Of a ready model; ERR_NAME where there is none of that name. */
struct predictor *predictor_open(struct project *p, const char *model,
    struct progress *progress, struct err *err);
void predictor_close(struct predictor *r); /* NULL is fine */

const struct model *predictor_model(const struct predictor *r);
bool predictor_multilabel(const struct predictor *r);
size_t predictor_k(const struct predictor *r);
char *const *predictor_names(const struct predictor *r);    /* (k) */

/* prob is (n,k). docs: of the project, rising. */
int predictor_docs(struct predictor *r, const int64_t *docs, size_t n,
    float *prob, struct progress *progress, struct err *err);
int predictor_texts(struct predictor *r, const struct text *texts, size_t n,
    float *prob, struct progress *progress, struct err *err);

/*
 * Predict all texts of some sets and publish the file: predictions/ID-SET.
 * `set` is its name for the store ("train", "all", ...). *rows: texts.
 */
int predict_sets(struct predictor *r, unsigned sets, const char *set,
    int64_t *rows, struct progress *progress, struct err *err);

/* The newest published file of a model that covers all of these texts and is
 * not older than the model, or NULL (no error). Close with predfile_close. */
struct predfile *predict_stored(struct project *p, const struct model *m,
    const int64_t *docs, size_t n);

/*
 * A prediction as people read it. Multi-class: the most probable label and
 * its probability; multi-label: those at 0.5 or more joined by "|", the lowest
 * of their probabilities (the highest of all where none is chosen). Entropy
 * in nats; of a multi-label scheme the mean of the labels' binary ones.
 */
struct verdict {
	double probability, entropy;
	bool none; /* multi-label: no label is chosen */
};
struct buf;
void verdict_of(const float *prob /* (k) */, size_t k, bool multilabel,
    char *const *names, struct buf *labels, struct verdict *out);

/* Texts that a model learned from are kept by number in its folder, so that
 * scores can leave them out. learned_read: *docs rising, caller frees. */
int learned_write(struct project *p, int64_t model, const int64_t *docs,
    size_t n, struct err *err);
int learned_read(struct project *p, int64_t model, int64_t **docs, size_t *n,
    struct err *err);

/* Delete a model with all its files. */
int model_remove(struct project *p, const char *name, struct err *err);
/* What `predict` made with it, on a set or (NULL) on each: *n of them. */
int predictions_remove(struct project *p, const char *model, const char *set,
    size_t *n, struct err *err);

#endif

/*
 * Texts through an encoder: embeddings as sentence-transformers makes them,
 * and the classes of a fine-tuned model.
 *
 * Texts are tokenised in parallel, sorted by length and packed without
 * padding; results come in the order of the texts and do not depend on how
 * they were packed beyond the last bits. An encoder belongs to one thread at
 * a time, which uses others inside.
 */
#ifndef TAGTIGER_ENCODE_H
#define TAGTIGER_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "tagtiger/hf.h"
#include "tagtiger/tfidf.h" /* struct text */

struct encoder;
struct err;
struct mat;
struct progress;
struct torch_config;
struct torch_tensor;

/* All zero is fine. */
struct encoder_options {
	const char *device; /* "auto" (also NULL), "cpu", "cuda" */
	bool bf16;	    /* faster, cosine to f32 at least 0.9999 */
	size_t max_length;  /* tokens; 0: what the folder says; never more */
};

/* A Hugging Face or sentence-transformers folder. */
struct encoder *encoder_open(const char *dir, const struct encoder_options *o,
    struct err *err);
void encoder_free(struct encoder *e); /* NULL is fine */

const struct hf_model *encoder_model(const struct encoder *e);
size_t encoder_max_length(const struct encoder *e);
/* Texts cut at max_length by the calls so far. */
size_t encoder_truncated(const struct encoder *e);

/* out becomes (n, hidden), pooled and normalised as the folder says. The
 * caller frees it. Texts are UTF-8. */
int encoder_embed(struct encoder *e, const struct text *texts, size_t n,
    struct mat *out, struct progress *p, struct err *err);
/* out becomes (n, labels): what the classification head says. An error where
 * the folder has none. */
int encoder_logits(struct encoder *e, const struct text *texts, size_t n,
    struct mat *out, struct progress *p, struct err *err);
/* The same as probabilities: softmax over the labels, or where the folder's
 * problem is multi-label a sigmoid each. */
int encoder_classify(struct encoder *e, const struct text *texts, size_t n,
    struct mat *out, struct progress *p, struct err *err);

/* What a folder's config says, as the shim wants it; labels: classes of the
 * head, 0 for none. */
int encoder_config(const struct hf_config *hf, int labels,
    struct torch_config *out, struct err *err);

#endif

/*
 * What encoding and fine-tuning share: texts as token ids, and a folder's
 * weights as the shim takes them.
 */
#ifndef TAGTIGER_LEARN_ENCODE_PRIV_H
#define TAGTIGER_LEARN_ENCODE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/encode.h"
#include "tagtiger/torch.h"

struct safetensors;
struct tokenizer;

/* Token ids of texts, one after the other. */
struct tokens {
	size_t n;
	int32_t *ids;	  /* (offsets[n]) */
	int64_t *offsets; /* (n+1) */
	size_t truncated; /* texts cut */
};

/* What texts are tokenised with. */
struct tokens_options {
	const struct tokenizer *tokenizer;
	size_t max_length; /* > 0 */
	bool lower_first;
	int32_t pad_id; /* stands for a text that has no token at all */
};

/* In parallel. The caller frees with tokens_free, also after an error. */
int tokens_make(struct tokens *t, const struct tokens_options *o,
    const struct text *texts, size_t n, struct progress *p, struct err *err);
void tokens_free(struct tokens *t);

/* The tensors that are floating point numbers; *out is freed by the caller,
 * what it points to belongs to st. Tensors whose name begins with `without`
 * (NULL: none) are left out. */
size_t tensors_of(const struct safetensors *st, const char *without,
    struct torch_tensor **out);

#endif

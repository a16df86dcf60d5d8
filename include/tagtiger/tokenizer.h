/*
 * Hugging Face's tokenizer.json: normalise, split into words, look pieces up,
 * add special tokens, with the results of the `tokenizers` library. The file
 * is followed as it stands, but for its own truncation and padding, which the
 * caller decides.
 *
 * A tokenizer is read-only once read and may be used by any number of
 * threads; each brings a struct encoding of its own, which keeps its memory
 * from text to text.
 */
#ifndef TAGTIGER_TOKENIZER_H
#define TAGTIGER_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct tokenizer;
struct tokenizer_scratch;

/* Token i is ids[i] and covers the code points begin[i] .. end[i]-1 of the
 * text as it was given; both are 0 for tokens that were added. */
struct encoding {
	size_t n;
	int32_t *ids;	 /* (n) */
	uint32_t *begin; /* (n) */
	uint32_t *end;	 /* (n) */
	size_t cap;
	struct tokenizer_scratch *scratch;
};

#define ENCODING_INIT { 0 }

void encoding_free(struct encoding *e); /* usable again afterwards */

/* DIR/tokenizer.json; a kind of part that is not known here is an error that
 * names it. */
struct tokenizer *tokenizer_open(const char *dir, struct err *err);
/* The same from memory; `name` is for messages. */
struct tokenizer *tokenizer_parse(const char *json, size_t len,
    const char *name, struct err *err);
void tokenizer_free(struct tokenizer *t); /* NULL is fine */

/*
 * text is UTF-8; a byte that is not stands for U+FFFD. max_length counts the
 * special tokens and cuts at the end; 0 means no limit. Texts of 4 GiB and a
 * max_length that leaves no room beside the special tokens are errors.
 */
int tokenizer_encode(const struct tokenizer *t, const char *text, size_t len,
    size_t max_length, struct encoding *out, struct err *err);

#endif

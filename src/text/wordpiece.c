#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

/* Ids of tokens are small in every real file; an array by id stands on it. */
#define ID_MAX (1 << 26)

struct wordpiece {
	struct token_model model; /* first: a struct token_model * is this */
	int32_t unknown;
	int32_t rest; /* the trie's node behind "##", or -1 */
	size_t max_chars;
};

/* Longest piece first, from left to right; a word that this cannot cover is
 * one unknown token. (Wu et al., "Google's Neural Machine Translation
 * System", 2016, as BERT does it.) */
static void
wordpiece_encode(const struct token_model *m, const struct word *w,
    struct encoding *out)
{
	const struct wordpiece *wp = (const struct wordpiece *)m;
	const struct trie *t = &m->vocab;
	size_t had = out->n, i = 0, best;
	int32_t node = 0, id = -1;

	if (w->chars > wp->max_chars)
		goto unknown;
	while (i < w->len) {
		node = i == 0 ? 0 : wp->rest;
		best = i;
		for (size_t k = i; node >= 0 && k < w->len; k++) {
			node = trie_step(t, node, (unsigned char)w->s[k]);
			if (node >= 0 && t->nodes[node].value >= 0) {
				best = k + 1;
				id = t->nodes[node].value;
			}
		}
		if (best == i)
			goto unknown;
		encoding_add(out, id, w->at[i], w->at[best - 1] + 1);
		i = best;
	}
	return;
unknown:
	out->n = had;
	encoding_add(out, wp->unknown, w->at[0], w->at[w->len - 1] + 1);
}

static void
wordpiece_free(struct token_model *m)
{
	free(m);
}

static int
token_model_vocab(struct token_model *m, const cJSON *vocab, struct err *err)
{
	struct trie_key *keys = NULL;
	size_t n = 0, cap = 0;
	const cJSON *item;
	int64_t id;

	cJSON_ArrayForEach(item, vocab) {
		if (item->string == NULL || !cj_integer(item, &id) ||
		    id < 0 || id >= ID_MAX) {
			free(keys);
			return err_set(err, "the vocabulary is not a list of "
			    "tokens with their ids");
		}
		keys = array_room(keys, n, &cap, sizeof *keys);
		keys[n++] = (struct trie_key){ item->string,
			strlen(item->string), (int32_t)id };
		if ((size_t)id >= m->vocab_size)
			m->vocab_size = (size_t)id + 1;
	}
	m->count = n;
	m->tokens = xcalloc(m->vocab_size, sizeof *m->tokens);
	for (size_t i = 0; i < n; i++)
		if (m->tokens[keys[i].value] == NULL)
			m->tokens[keys[i].value] = xstrdup(keys[i].s);
	trie_build(&m->vocab, keys, n);
	free(keys);
	return 0;
}

struct token_model *
wordpiece_new(const cJSON *json, struct err *err)
{
	struct wordpiece *wp = xcalloc(1, sizeof *wp);
	struct token_model *m = &wp->model;
	const char *unknown = cj_str(json, "unk_token");
	const char *prefix = cj_str(json, "continuing_subword_prefix");
	const cJSON *max = cj_get(json, "max_input_chars_per_word");
	int64_t max_chars = 100;

	m->encode = wordpiece_encode;
	m->free = wordpiece_free;
	if (unknown == NULL)
		unknown = "[UNK]";
	if (prefix == NULL)
		prefix = "##";
	if (max != NULL && (!cj_integer(max, &max_chars) || max_chars < 0)) {
		err_set(err, "max_input_chars_per_word is not a number");
		goto fail;
	}
	wp->max_chars = (size_t)max_chars;
	if (token_model_vocab(m, cj_get(json, "vocab"), err) < 0)
		goto fail;
	wp->unknown = trie_find(&m->vocab, unknown, strlen(unknown));
	if (wp->unknown < 0) {
		err_set(err, "the vocabulary has no token %.64s for what is "
		    "unknown", unknown);
		goto fail;
	}
	wp->rest = trie_walk(&m->vocab, 0, prefix, strlen(prefix));
	return m;
fail:
	token_model_free(m);
	return NULL;
}

void
token_model_free(struct token_model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->vocab_size && m->tokens != NULL; i++)
		free(m->tokens[i]);
	free(m->tokens);
	trie_free(&m->vocab);
	m->free(m);
}

#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/utf8.h"

#define FILE_MAX ((size_t)256 << 20)

struct ids {
	int32_t *v; /* (n) */
	size_t n, cap;
};

struct tokenizer {
	struct normalizer *normalizer;
	struct pretokenizer *splitter;
	struct token_model *model;
	struct bert *bert; /* or NULL */
	struct added_token *added; /* (added_n) */
	size_t added_n, added_cap;
	struct added_set plain, normalized;
	struct ids before, after; /* special tokens around each text */
	size_t vocab_size;
};

void
encoding_grow(struct encoding *e)
{
	e->cap = e->cap == 0 ? 256 : e->cap * 2;
	e->ids = xreallocarray(e->ids, e->cap, sizeof *e->ids);
	e->begin = xreallocarray(e->begin, e->cap, sizeof *e->begin);
	e->end = xreallocarray(e->end, e->cap, sizeof *e->end);
}

void
scratch_room(struct tokenizer_scratch *s, size_t bytes)
{
	if (bytes <= s->cap)
		return;
	s->cap = bytes * 2 + 256;
	s->bytes = xreallocarray(s->bytes, s->cap, 1);
	s->at = xreallocarray(s->at, s->cap, sizeof *s->at);
}

void
encoding_free(struct encoding *e)
{
	struct tokenizer_scratch *k = e->scratch;

	free(e->ids);
	free(e->begin);
	free(e->end);
	if (k != NULL) {
		chars_free(&k->text);
		chars_free(&k->piece);
		chars_free(&k->other);
		free(k->words.v);
		free(k->other_words.v);
		free(k->parts);
		free(k->inner);
		free(k->bytes);
		free(k->at);
		free(k);
	}
	*e = (struct encoding){ 0 };
}

/* The words of k->piece from begin to end, through the model. */
static void
words_encode(const struct tokenizer *t, struct tokenizer_scratch *k,
    struct encoding *out, size_t limit)
{
	struct word w;
	struct span span;
	size_t n;

	for (size_t i = 0; i < k->words.n && out->n < limit; i++) {
		span = k->words.v[i];
		scratch_room(k, (span.end - span.begin) * 4);
		w = (struct word){ k->bytes, k->at, 0,
			span.end - span.begin };
		for (size_t j = span.begin; j < span.end; j++) {
			n = utf8_encode(k->piece.cp[j], k->bytes + w.len);
			while (n-- > 0)
				k->at[w.len++] = k->piece.at[j];
		}
		if (w.len > 0)
			t->model->encode(t->model, &w, out);
	}
}

static void
token_add(struct encoding *out, const struct chars *c, struct segment s)
{
	encoding_add(out, s.id, c->at[s.begin], c->at[s.end - 1] + 1);
}

static void
chars_copy(struct chars *to, const struct chars *from, size_t begin,
    size_t end)
{
	to->n = 0;
	chars_room(to, end - begin);
	memcpy(to->cp, from->cp + begin, (end - begin) * sizeof *to->cp);
	memcpy(to->at, from->at + begin, (end - begin) * sizeof *to->at);
	to->n = end - begin;
}

/* A stretch of k->text without tokens: normalise, look for the tokens that
 * show only then, split, encode. */
static void
piece_encode(const struct tokenizer *t, size_t begin, size_t end,
    struct tokenizer_scratch *k, struct encoding *out, size_t limit)
{
	struct chars whole;
	size_t n;

	chars_copy(&k->piece, &k->text, begin, end);
	normalizer_run(t->normalizer, &k->piece, &k->other);
	if (!t->normalized.any) {
		pretokenizer_run(t->splitter, &k->piece, &k->words,
		    &k->other_words);
		words_encode(t, k, out, limit);
		return;
	}
	n = added_set_cut(&t->normalized, &k->piece, &k->inner,
	    &k->inner_cap);
	whole = k->piece;
	k->piece = k->other;
	for (size_t i = 0; i < n && out->n < limit; i++) {
		if (k->inner[i].id >= 0) {
			token_add(out, &whole, k->inner[i]);
			continue;
		}
		chars_copy(&k->piece, &whole, k->inner[i].begin,
		    k->inner[i].end);
		pretokenizer_run(t->splitter, &k->piece, &k->words,
		    &k->other_words);
		words_encode(t, k, out, limit);
	}
	k->other = whole;
}

static void
text_encode(const struct tokenizer *t, const char *s, size_t len,
    struct encoding *out, size_t limit)
{
	struct tokenizer_scratch *k = out->scratch;
	size_t parts, n;
	int32_t cp;

	if (t->bert != NULL && !added_set_may_match(&t->plain, s, len) &&
	    bert_run(t->bert, t->model, s, len, limit, k, out))
		return;
	k->text.n = 0;
	chars_room(&k->text, len);
	for (size_t i = 0; i < len; i += n) {
		n = unicode_next(s + i, len - i, &cp);
		k->text.cp[k->text.n] = cp;
		k->text.at[k->text.n] = (uint32_t)k->text.n;
		k->text.n++;
	}
	parts = added_set_cut(&t->plain, &k->text, &k->parts, &k->part_cap);
	for (size_t i = 0; i < parts && out->n < limit; i++)
		if (k->parts[i].id >= 0)
			token_add(out, &k->text, k->parts[i]);
		else
			piece_encode(t, k->parts[i].begin, k->parts[i].end, k,
			    out, limit);
}

int
tokenizer_encode(const struct tokenizer *t, const char *text, size_t len,
    size_t max_length, struct encoding *out, struct err *err)
{
	size_t limit = SIZE_MAX;

	if (len >= UINT32_MAX)
		return err_set(err, "a text of 4 GiB or more");
	if (max_length > 0 && max_length <= t->before.n + t->after.n)
		return err_set(err, "a text cut to %zu tokens has none beside "
		    "the special ones: ask for more", max_length);
	if (max_length > 0)
		limit = max_length - t->after.n;
	if (out->scratch == NULL)
		out->scratch = xcalloc(1, sizeof *out->scratch);
	out->n = 0;
	for (size_t i = 0; i < t->before.n; i++)
		encoding_add(out, t->before.v[i], 0, 0);
	if (len > 0)
		text_encode(t, text, len, out, limit);
	if (out->n > limit)
		out->n = limit;
	for (size_t i = 0; i < t->after.n; i++)
		encoding_add(out, t->after.v[i], 0, 0);
	return 0;
}

static int
ids_add(struct ids *ids, const cJSON *item, struct err *err)
{
	int64_t id;

	if (!cj_integer(item, &id) || id < 0 || id > INT32_MAX)
		return err_set(err, "a special token without an id");
	ids->v = array_room(ids->v, ids->n, &ids->cap, sizeof *ids->v);
	ids->v[ids->n++] = (int32_t)id;
	return 0;
}

/* "single": special tokens around the sequence A. */
static int
template_read(struct tokenizer *t, const cJSON *json, struct err *err)
{
	const cJSON *item, *special, *known, *id;
	int texts = 0;
	int64_t type;

	cJSON_ArrayForEach(item, cj_get(json, "single")) {
		special = cj_get(item, "SpecialToken");
		if (special == NULL)
			special = cj_get(item, "Sequence");
		if (cj_integer(cj_get(special, "type_id"), &type) &&
		    type != 0)
			return err_set(err, "token types other than 0 are not "
			    "supported");
		if (cj_get(item, "Sequence") != NULL) {
			texts++;
			continue;
		}
		known = cj_get(cj_get(json, "special_tokens"),
		    cj_str(special, "id") ? cj_str(special, "id")
					       : "");
		if (!cJSON_IsArray(cj_get(known, "ids")))
			return err_set(err, "a special token without an id");
		cJSON_ArrayForEach(id, cj_get(known, "ids"))
			if (ids_add(texts > 0 ? &t->after : &t->before, id,
				err) < 0)
				return -1;
	}
	return texts == 1 ? 0
			  : err_set(err, "the post-processor's template does "
					 "not have the text once");
}

static int
postprocess_read(struct tokenizer *t, const cJSON *json, struct err *err)
{
	const char *type = cj_str(json, "type");

	if (json == NULL)
		return 0;
	if (type != NULL && strcmp(type, "TemplateProcessing") == 0)
		return template_read(t, json, err);
	if (type != NULL && strcmp(type, "BertProcessing") == 0) {
		if (ids_add(&t->before,
			cJSON_GetArrayItem(cj_get(json, "cls"), 1), err) < 0)
			return -1;
		return ids_add(&t->after,
		    cJSON_GetArrayItem(cj_get(json, "sep"), 1), err);
	}
	return err_set(err, "the post-processor %.64s is not supported",
	    type == NULL ? "(without a type)" : type);
}

/* An added token has the vocabulary's id, or the next one behind vocabulary
 * and added tokens: so the reference numbers them, whatever id the file
 * gives; in files that it wrote the two agree. */
static int
added_read(struct tokenizer *t, const cJSON *list, struct err *err)
{
	const cJSON *item;
	const char *content;
	struct added_token *a;
	int32_t known, next = (int32_t)t->model->count;

	cJSON_ArrayForEach(item, list) {
		content = cj_str(item, "content");
		if (content == NULL)
			return err_set(err, "an added token without content");
		if (*content == '\0')
			continue;
		known = trie_find(&t->model->vocab, content, strlen(content));
		t->added = array_room(t->added, t->added_n, &t->added_cap,
		    sizeof *t->added);
		a = &t->added[t->added_n++];
		*a = (struct added_token){ xstrdup(content),
			known >= 0 ? known : next,
			cj_bool(item, "single_word", false),
			cj_bool(item, "lstrip", false),
			cj_bool(item, "rstrip", false),
			cj_bool(item, "normalized",
			    !cj_bool(item, "special", false)) };
		if (a->id >= next)
			next = a->id + 1;
		if ((size_t)a->id >= t->vocab_size)
			t->vocab_size = (size_t)a->id + 1;
	}
	return 0;
}

/* Files of the first versions have no type; only WordPiece's parts have a
 * limit on a word's characters. */
static struct token_model *
wordmodel_new(const cJSON *json, struct err *err)
{
	const char *type = cj_str(json, "type");

	if (type == NULL && cj_get(json, "max_input_chars_per_word") != NULL)
		type = "WordPiece";
	if (type != NULL && strcmp(type, "WordPiece") == 0)
		return wordpiece_new(json, err);
	err_set(err, "the tokenizer model %.64s is not supported: use a base "
	    "model with WordPiece",
	    type == NULL ? "(without a type)" : type);
	return NULL;
}

static int
tokenizer_read(struct tokenizer *t, const cJSON *root, struct err *err)
{
	t->model = wordmodel_new(cj_get(root, "model"), err);
	if (t->model == NULL)
		return -1;
	t->vocab_size = t->model->vocab_size;
	t->normalizer = normalizer_new(cj_get(root, "normalizer"), err);
	if (t->normalizer == NULL)
		return -1;
	t->splitter = pretokenizer_new(cj_get(root, "pre_tokenizer"), err);
	if (t->splitter == NULL ||
	    added_read(t, cj_get(root, "added_tokens"), err) < 0 ||
	    postprocess_read(t, cj_get(root, "post_processor"), err) < 0)
		return -1;
	added_set_build(&t->plain, t->added, t->added_n, false,
	    t->normalizer);
	added_set_build(&t->normalized, t->added, t->added_n, true,
	    t->normalizer);
	if (!t->normalized.any)
		t->bert = bert_new(t->normalizer, t->splitter);
	return 0;
}

struct tokenizer *
tokenizer_parse(const char *json, size_t len, const char *name,
    struct err *err)
{
	cJSON *root = cj_parse(json, len, name, err);
	struct tokenizer *t;

	if (root == NULL)
		return NULL;
	unicode_init();
	t = xcalloc(1, sizeof *t);
	if (tokenizer_read(t, root, err) < 0) {
		err_prefix(err, "%s", name);
		tokenizer_free(t);
		t = NULL;
	}
	cJSON_Delete(root);
	return t;
}

struct tokenizer *
tokenizer_open(const char *dir, struct err *err)
{
	char *path = xasprintf("%s/tokenizer.json", dir);
	struct buf text = BUF_INIT;
	struct tokenizer *t = NULL;

	if (file_read(path, FILE_MAX, &text, err) == 0)
		t = tokenizer_parse(text.data, text.len, path, err);
	buf_free(&text);
	free(path);
	return t;
}

void
tokenizer_free(struct tokenizer *t)
{
	if (t == NULL)
		return;
	bert_free(t->bert);
	added_set_free(&t->plain);
	added_set_free(&t->normalized);
	for (size_t i = 0; i < t->added_n; i++)
		free(t->added[i].content);
	free(t->added);
	free(t->before.v);
	free(t->after.v);
	token_model_free(t->model);
	pretokenizer_free(t->splitter);
	normalizer_free(t->normalizer);
	free(t);
}

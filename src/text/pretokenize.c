#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

enum split_kind {
	SPLIT_BERT,	   /* at white space, and around punctuation */
	SPLIT_WORDS,	   /* \w+|[^\w\s]+ */
	SPLIT_SPACE,	   /* at white space */
	SPLIT_PUNCTUATION, /* around punctuation */
	SPLIT_DIGITS,	   /* around runs of digits, or each digit */
};

struct split {
	enum split_kind kind;
	bool each; /* of SPLIT_DIGITS */
};

struct pretokenizer {
	struct split *splits; /* (n) */
	size_t n, cap;
};

/* What a character does to the word it is met in. */
enum char_kind {
	CHAR_WORD,  /* goes on with what has the same kind */
	CHAR_OTHER, /* the same, but is no part of a word */
	CHAR_ALONE, /* a word of its own */
	CHAR_DROP,  /* ends a word and is no part of any */
};

static void
spans_add(struct spans *s, size_t begin, size_t end)
{
	s->v = array_room(s->v, s->n, &s->cap, sizeof *s->v);
	s->v[s->n++] = (struct span){ begin, end };
}

static enum char_kind
char_kind(const struct split *s, int32_t cp)
{
	unsigned class = unicode_classes(cp);

	switch (s->kind) {
	case SPLIT_BERT:
		if (unicode_is_space(cp))
			return CHAR_DROP;
		return class & UNI_TOK_PUNCT ? CHAR_ALONE : CHAR_WORD;
	case SPLIT_WORDS:
		if (class & UNI_TOK_WORD)
			return CHAR_WORD;
		return unicode_is_space(cp) ? CHAR_DROP : CHAR_OTHER;
	case SPLIT_SPACE:
		return unicode_is_space(cp) ? CHAR_DROP : CHAR_WORD;
	case SPLIT_PUNCTUATION:
		return class & UNI_TOK_PUNCT ? CHAR_ALONE : CHAR_WORD;
	case SPLIT_DIGITS:
		if (!(class & UNI_TOK_NUMERIC))
			return CHAR_WORD;
		return s->each ? CHAR_ALONE : CHAR_OTHER;
	}
	return CHAR_WORD;
}

static void
split_run(const struct split *s, const struct chars *c, struct span in,
    struct spans *out)
{
	size_t begin = in.begin;
	enum char_kind kind, last = CHAR_DROP;

	for (size_t i = in.begin; i < in.end; i++) {
		kind = char_kind(s, c->cp[i]);
		if (kind == last && kind != CHAR_ALONE)
			continue;
		if (last != CHAR_DROP)
			spans_add(out, begin, i);
		begin = i;
		last = kind;
	}
	if (last != CHAR_DROP)
		spans_add(out, begin, in.end);
}

void
pretokenizer_run(const struct pretokenizer *p, const struct chars *c,
    struct spans *out, struct spans *other)
{
	struct spans t;

	out->n = 0;
	if (c->n > 0)
		spans_add(out, 0, c->n);
	for (size_t k = 0; k < p->n; k++) {
		other->n = 0;
		for (size_t i = 0; i < out->n; i++)
			split_run(&p->splits[k], c, out->v[i], other);
		t = *out;
		*out = *other;
		*other = t;
	}
}

static int
split_read(struct split *s, const cJSON *json, const char *type,
    struct err *err)
{
	static const struct {
		const char *name;
		enum split_kind kind;
	} kinds[] = {
		{ "BertPreTokenizer", SPLIT_BERT },
		{ "Whitespace", SPLIT_WORDS },
		{ "WhitespaceSplit", SPLIT_SPACE },
		{ "Punctuation", SPLIT_PUNCTUATION },
		{ "Digits", SPLIT_DIGITS },
	};
	const char *behavior = cj_str(json, "behavior");

	*s = (struct split){ 0 };
	s->each = cj_bool(json, "individual_digits", false);
	if (behavior != NULL && strcmp(behavior, "Isolated") != 0)
		return err_set(err, "the pre-tokenizer %.64s is not supported "
		    "with the behaviour %.64s", type, behavior);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (strcmp(kinds[k].name, type) == 0) {
			s->kind = kinds[k].kind;
			return 0;
		}
	return err_set(err, "the pre-tokenizer %.64s is not supported", type);
}

static int
splits_add(struct pretokenizer *p, const cJSON *json, int depth,
    struct err *err)
{
	const char *type = cj_str(json, "type");
	const cJSON *list = cj_get(json, "pretokenizers"), *item;

	if (json == NULL)
		return 0;
	if (type == NULL)
		return err_set(err, "a pre-tokenizer without a type");
	if (strcmp(type, "Sequence") == 0) {
		if (!cJSON_IsArray(list) || depth > 8)
			return err_set(err, "the pre-tokenizer Sequence has "
			    "no list, or is nested too deep");
		cJSON_ArrayForEach(item, list)
			if (splits_add(p, item, depth + 1, err) < 0)
				return -1;
		return 0;
	}
	p->splits = array_room(p->splits, p->n, &p->cap, sizeof *p->splits);
	return split_read(&p->splits[p->n++], json, type, err);
}

struct pretokenizer *
pretokenizer_new(const cJSON *json, struct err *err)
{
	struct pretokenizer *p = xcalloc(1, sizeof *p);

	if (splits_add(p, json, 0, err) < 0) {
		pretokenizer_free(p);
		return NULL;
	}
	return p;
}

void
pretokenizer_free(struct pretokenizer *p)
{
	if (p == NULL)
		return;
	free(p->splits);
	free(p);
}

bool
pretokenizer_bert(const struct pretokenizer *p)
{
	return p->n == 1 && p->splits[0].kind == SPLIT_BERT;
}

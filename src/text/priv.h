/* What the text layer shares with itself. */
#ifndef TEXT_PRIV_H
#define TEXT_PRIV_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/tfidf.h"
#include "tagtiger/tokenizer.h"
#include "unicode_ranges.h"

/* terms.c: a table of strings that counts them. */

struct term {
	size_t key; /* where it starts in the pool */
	uint32_t len;
	uint32_t place; /* the user's: for counting within one text */
	int64_t texts;	/* in how many it is */
	int64_t count;	/* how often at all */
};

struct terms {
	struct term *v; /* (n) in the order of first insertion */
	size_t n, cap;
	char *pool;
	size_t pool_len, pool_cap;
	struct term_slot {
		uint32_t hash, id; /* id + 1; 0 is empty */
	} *slots; /* (mask + 1) */
	size_t mask;
};

uint32_t terms_put(struct terms *t, const char *s, size_t len); /* its id */
#define TERMS_NONE UINT32_MAX
uint32_t terms_get(const struct terms *t, const char *s, size_t len);
void terms_free(struct terms *t);

static inline const char *
terms_key(const struct terms *t, uint32_t id)
{
	return t->pool + t->v[id].key;
}

/* tfidf.c, and tfidf_json.c which saves and loads it. */

struct tfidf_worker;

struct tfidf {
	struct tfidf_options o; /* its pointers are to the two below */
	struct strmap *stop, *vocabulary;
	size_t texts;
	bool forget, fitted;
	/* While it is built. */
	struct tfidf_worker *workers; /* (worker_n) */
	size_t worker_n;
	struct tfidf_doc *docs; /* (texts), NULL when it forgets */
	size_t doc_cap;
	/* Once fitted: ids are columns, .texts is in how many texts. */
	struct terms terms;
	double *idf; /* (terms.n) or NULL */
};

/* From terms and the number of texts. */
void tfidf_weigh(struct tfidf *t);

/* cj.c: cJSON, with errors and without surprises. */

/*
 * A JSON document, with nothing but white space after it. `name` is for
 * messages. Caller frees with cJSON_Delete.
 */
cJSON *cj_parse(const char *json, size_t len, const char *name,
    struct err *err);
/* The same from the file DIR/NAME. Absent: NULL with err untouched where
 * `optional`; *bad says whether it failed. */
cJSON *cj_read(const char *dir, const char *name, bool optional, bool *bad,
    struct err *err);

/* A member; NULL where it is absent or null, or `object` is no object. */
const cJSON *cj_get(const cJSON *object, const char *key);
const char *cj_str(const cJSON *object, const char *key);
bool cj_bool(const cJSON *object, const char *key, bool fallback);
/* Is it a whole number of at most 2^53 in size? */
bool cj_integer(const cJSON *item, int64_t *out);

/* unicode.c */

/* The UNI_ bits of a code point (0 .. 0x10ffff). */
extern const uint16_t *unicode_pages[0x1100];
void unicode_init(void); /* before the first use; any thread, any often */

static inline unsigned
unicode_classes(int32_t cp)
{
	return unicode_pages[cp >> 8][cp & 0xff];
}

/* What stands for cp in lower case; cp must have one of the LOWERS bits. */
int32_t unicode_lower(int32_t cp);
bool unicode_is_space(int32_t cp); /* White_Space */
/* The canonical combining class, as the tokenizers library has it. */
unsigned unicode_combining(int32_t cp);
/* NFD or NFKD of one code point; how many, at most UNICODE_DECOMPOSED. */
#define UNICODE_DECOMPOSED 18
size_t unicode_decompose(int32_t cp, bool compat,
    int32_t out[UNICODE_DECOMPOSED]);
/* What a and b compose to, or -1. */
int32_t unicode_compose(int32_t a, int32_t b);

/* Like utf8_decode, but a byte that is no UTF-8 is U+FFFD, of one byte. */
size_t unicode_next_slow(const char *s, size_t len, int32_t *cp);

/* Short forms of two and three bytes are most of what there is. */
static inline size_t
unicode_next(const char *s, size_t len, int32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (len > 1 && p[0] >= 0xc2 && p[0] < 0xe0 && (p[1] & 0xc0) == 0x80) {
		*cp = (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		return 2;
	}
	if (len > 2 && p[0] > 0xe0 && p[0] < 0xed && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80) {
		*cp = (p[0] & 0xf) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		return 3;
	}
	return unicode_next_slow(s, len, cp);
}

/* trie.c */

/*
 * Byte strings with numbers, as a double array (Aoe, "An efficient digital
 * search algorithm by using a double-array structure", 1989): the child of
 * node s by byte c is base[s] + c if check there is s.
 */
struct trie_node {
	int32_t base, check, value; /* value -1: no string ends here */
};

struct trie {
	struct trie_node *nodes; /* (n); the root is nodes[0] */
	size_t n;
};

struct trie_key {
	const char *s;
	size_t len;
	int32_t value; /* not negative */
};

/* Sorts keys; of equal ones the first by value stays. Empty ones are left
 * out. */
void trie_build(struct trie *t, struct trie_key *keys, size_t n);
void trie_free(struct trie *t);

/* The node that c leads to from node s, or -1. */
static inline int32_t
trie_step(const struct trie *t, int32_t s, unsigned char c)
{
	int32_t to = t->nodes[s].base + c;

	return t->nodes[to].check == s ? to : -1;
}

/* The node of a whole string, or -1; and its number, or -1. */
int32_t trie_walk(const struct trie *t, int32_t from, const char *s,
    size_t len);
int32_t trie_find(const struct trie *t, const char *s, size_t len);
/* The longest key that s starts with: its length (0: none) and number. */
size_t trie_longest(const struct trie *t, const char *s, size_t len,
    int32_t *value);

/* normalize.c */

/* A piece of text on its way: characters, and for each the code point of the
 * original text that it comes from. */
struct chars {
	int32_t *cp; /* (n) */
	uint32_t *at; /* (n) */
	size_t n, cap;
};

void chars_room(struct chars *c, size_t more);
void chars_add(struct chars *c, int32_t cp, uint32_t at);
void chars_free(struct chars *c);

struct bert_normalizer {
	bool clean, chinese, strip, lower;
};

struct normalizer;
/* NULL json: one that changes nothing. */
struct normalizer *normalizer_new(const cJSON *json, struct err *err);
void normalizer_free(struct normalizer *z);
/* c in, c out; other is scratch. */
void normalizer_run(const struct normalizer *z, struct chars *c,
    struct chars *other);
/* Is it BERT's and nothing else? NULL where it is not. */
const struct bert_normalizer *normalizer_bert(const struct normalizer *z);

/* pretokenize.c */

struct span {
	size_t begin, end;
};

struct spans {
	struct span *v; /* (n) */
	size_t n, cap;
};


struct pretokenizer;
struct pretokenizer *pretokenizer_new(const cJSON *json, struct err *err);
void pretokenizer_free(struct pretokenizer *p);
/* out: the words of c, in order; other is scratch. */
void pretokenizer_run(const struct pretokenizer *p, const struct chars *c,
    struct spans *out, struct spans *other);
bool pretokenizer_bert(const struct pretokenizer *p);

/* wordpiece.c; a model is a table of functions, so that others can join. */

/* A word: len bytes of UTF-8, the code point each comes from, and how many
 * characters that is. len > 0. */
struct word {
	const char *s;
	const uint32_t *at; /* (len) */
	size_t len, chars;
};

struct token_model {
	/* Add the word's tokens to out. */
	void (*encode)(const struct token_model *m, const struct word *w,
	    struct encoding *out);
	void (*free)(struct token_model *m);
	struct trie vocab;
	char **tokens;	/* (vocab_size) by id; NULL where there is none */
	size_t vocab_size;
	size_t count;	/* of the vocabulary's entries */
};

struct token_model *wordpiece_new(const cJSON *json, struct err *err);
void token_model_free(struct token_model *m); /* NULL is fine */

void encoding_grow(struct encoding *e);

static inline void
encoding_add(struct encoding *e, int32_t id, uint32_t begin, uint32_t end)
{
	if (e->n == e->cap)
		encoding_grow(e);
	e->ids[e->n] = id;
	e->begin[e->n] = begin;
	e->end[e->n++] = end;
}

/* One thread's memory while it encodes. */
struct tokenizer_scratch {
	struct chars text, piece, other;
	struct spans words, other_words;
	struct segment *parts, *inner; /* of added.c */
	size_t part_cap, inner_cap;
	char *bytes;  /* (cap) of the word at hand */
	uint32_t *at; /* (cap) */
	size_t cap;
};

void scratch_room(struct tokenizer_scratch *s, size_t bytes);

/* bert.c: BERT's normaliser and pre-tokenizer in one pass. */

struct bert;
/* NULL where the two are not BERT's. Both are borrowed. */
struct bert *bert_new(const struct normalizer *z,
    const struct pretokenizer *p);
void bert_free(struct bert *b); /* NULL is fine */
/*
 * Encode a text; stops once out has `limit` tokens or a few more. false:
 * some character needs the general way; out is as it was.
 */
bool bert_run(const struct bert *b, const struct token_model *m, const char *s,
    size_t len, size_t limit, struct tokenizer_scratch *k,
    struct encoding *out);

/* added.c: tokens that are looked for in the text itself ("[MASK]"). */

struct added_token {
	char *content;
	int32_t id;
	bool single_word, lstrip, rstrip, normalized;
};

/* The tokens of one round: before the normaliser, or after it. */
struct added_set {
	struct trie trie; /* to indices of tokens */
	const struct added_token *tokens;
	bool any;
	bool first[256]; /* bytes that some token starts with */
};

/* Characters begin .. end-1 are the token `id`, or no token where it is -1. */
struct segment {
	size_t begin, end;
	int32_t id;
};

/* Those of the n tokens with `normalized` as said; after the normaliser (z)
 * they are looked for as it leaves them. tokens is borrowed. */
void added_set_build(struct added_set *set, const struct added_token *tokens,
    size_t n, bool normalized, const struct normalizer *z);
void added_set_free(struct added_set *set);
/* May the text hold one of them? */
bool added_set_may_match(const struct added_set *set, const char *s,
    size_t len);
/* Cut c into segments; returns how many. *v grows as needed. */
size_t added_set_cut(const struct added_set *set, const struct chars *c,
    struct segment **v, size_t *cap);

#endif

/*
 * BERT's normaliser and pre-tokenizer in one pass over the bytes: what
 * normalize.c and pretokenize.c do in general, for the characters of which
 * each has one fixed outcome. The outcomes are got from those two, character
 * by character, so that one place knows the rules.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#define OUT_MAX 12 /* Hangul: three jamo of three bytes */

enum outcome {
	OUTCOME_WORD,  /* part of a word, as the bytes in out */
	OUTCOME_ALONE, /* a word of its own */
	OUTCOME_SPACE, /* ends a word */
	OUTCOME_DROP,  /* as if it was not there */
	OUTCOME_OTHER, /* depends on what stands around it */
};

struct row {
	unsigned char outcome, n, chars;
	char out[OUT_MAX];
};

struct page {
	struct row rows[256];
};

struct bert {
	const struct normalizer *normalizer;
	const struct pretokenizer *splitter;
	bool strip;
	/* (0x1100) made when first met, by whichever thread is first. */
	_Atomic(struct page *) *pages;
};

/* What became of the character between two letters a. */
static void
row_read(struct row *r, const struct chars *c, const struct spans *words,
    bool strip)
{
	size_t begin = 1, end = c->n - 1, len, all = 0;
	char utf8[4];

	if (c->n == 2 && words->n == 1) {
		r->outcome = OUTCOME_DROP;
		return;
	}
	if (words->n == 1) {
		r->outcome = OUTCOME_WORD;
	} else if (words->n == 2 && words->v[0].end == 1 &&
	    words->v[1].begin == c->n - 1) {
		r->outcome = OUTCOME_SPACE;
		return;
	} else if (words->n == 3 && words->v[0].end == 1 &&
	    words->v[2].begin == c->n - 1) {
		r->outcome = OUTCOME_ALONE;
		begin = words->v[1].begin;
		end = words->v[1].end;
	} else {
		return;
	}
	for (size_t i = begin; i < end; i++) {
		len = utf8_encode(c->cp[i], utf8);
		/* Decomposed text comes in canonical order: a non-starter
		 * may change places with its neighbours. */
		if (all + len > OUT_MAX ||
		    (strip && unicode_combining(c->cp[i]) != 0)) {
			r->outcome = OUTCOME_OTHER;
			return;
		}
		memcpy(r->out + all, utf8, len);
		all += len;
	}
	r->n = (unsigned char)all;
	r->chars = (unsigned char)(end - begin);
}

static struct page *
page_make(const struct bert *b, int32_t first)
{
	struct page *p = xcalloc(1, sizeof *p);
	struct chars c = { 0 }, other = { 0 };
	struct spans words = { 0 }, more = { 0 };

	for (int32_t i = 0; i < 256; i++) {
		c.n = 0;
		chars_add(&c, 'a', 0);
		chars_add(&c, first + i, 1);
		chars_add(&c, 'a', 2);
		normalizer_run(b->normalizer, &c, &other);
		pretokenizer_run(b->splitter, &c, &words, &more);
		p->rows[i].outcome = OUTCOME_OTHER;
		row_read(&p->rows[i], &c, &words, b->strip);
	}
	chars_free(&c);
	chars_free(&other);
	free(words.v);
	free(more.v);
	return p;
}

static const struct page *
page_get(const struct bert *b, int32_t cp)
{
	struct page *p, *none = NULL;

	p = atomic_load_explicit(&b->pages[cp >> 8], memory_order_acquire);
	if (p != NULL)
		return p;
	p = page_make(b, cp & ~0xff);
	if (!atomic_compare_exchange_strong(&b->pages[cp >> 8], &none, p)) {
		free(p);
		p = none;
	}
	return p;
}

struct bert *
bert_new(const struct normalizer *z, const struct pretokenizer *p)
{
	struct bert *b;

	if (normalizer_bert(z) == NULL || !pretokenizer_bert(p))
		return NULL;
	b = xcalloc(1, sizeof *b);
	b->normalizer = z;
	b->splitter = p;
	b->strip = normalizer_bert(z)->strip;
	b->pages = xcalloc(0x1100, sizeof *b->pages);
	return b;
}

void
bert_free(struct bert *b)
{
	if (b == NULL)
		return;
	for (int i = 0; i < 0x1100; i++)
		free(atomic_load(&b->pages[i]));
	free(b->pages);
	free(b);
}

bool
bert_run(const struct bert *b, const struct token_model *m, const char *s,
    size_t len, size_t limit, struct tokenizer_scratch *k,
    struct encoding *out)
{
	const struct row *ascii = page_get(b, 0)->rows, *r;
	struct word w = { 0 };
	size_t had = out->n, n;
	uint32_t at = 0;
	int32_t cp;

	for (size_t i = 0; i < len && out->n < limit; i += n, at++) {
		if ((unsigned char)s[i] < 0x80) {
			n = 1;
			r = &ascii[(unsigned char)s[i]];
		} else {
			n = unicode_next(s + i, len - i, &cp);
			r = &page_get(b, cp)->rows[cp & 0xff];
		}
		if (r->outcome == OUTCOME_DROP)
			continue;
		if (r->outcome == OUTCOME_OTHER) {
			out->n = had;
			return false;
		}
		if (r->outcome != OUTCOME_WORD && w.len > 0) {
			w.s = k->bytes;
			w.at = k->at;
			m->encode(m, &w, out);
			w.len = w.chars = 0;
		}
		if (r->outcome == OUTCOME_SPACE)
			continue;
		if (w.len + OUT_MAX > k->cap)
			scratch_room(k, w.len + OUT_MAX);
		for (size_t j = 0; j < r->n; j++) {
			k->bytes[w.len + j] = r->out[j];
			k->at[w.len + j] = at;
		}
		w.len += r->n;
		w.chars += r->chars;
		if (r->outcome == OUTCOME_ALONE && out->n < limit) {
			w.s = k->bytes;
			w.at = k->at;
			m->encode(m, &w, out);
			w.len = w.chars = 0;
		}
	}
	if (w.len > 0 && out->n < limit) {
		w.s = k->bytes;
		w.at = k->at;
		m->encode(m, &w, out);
	}
	return true;
}

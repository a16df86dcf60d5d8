/*
 * Document-term matrices with the semantics and the numbers of scikit-learn's
 * CountVectorizer and TfidfVectorizer (1.x).
 *
 *	struct tfidf *t = tfidf_new(&options);
 *	while (more texts)
 *		tfidf_add(t, texts, n, progress, err);
 *	tfidf_fit(t, &matrix, progress, err);
 *
 * Columns are the terms by code point. Values are computed in double and
 * rounded to float once. Results do not depend on the number of threads.
 *
 * While it is being built a tfidf belongs to one thread (which uses others
 * inside); once fitted it is read-only and any thread may transform.
 */
#ifndef TAGTIGER_TFIDF_H
#define TAGTIGER_TFIDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/words.h"

struct buf;
struct csr;
struct err;
struct progress;
struct strmap;
struct tfidf;

struct text {
	const char *s;
	size_t len;
};

enum tfidf_norm { TFIDF_L2, TFIDF_L1, TFIDF_NO_NORM };

/* A number of texts, or a share of them. */
struct tfidf_bound {
	bool share;
	double value;
};

/* All zero is scikit-learn's default. */
struct tfidf_options {
	struct words_options words; /* .stop is copied */
	struct tfidf_bound min_df;  /* 0: every term */
	struct tfidf_bound max_df;  /* 0: every term */
	/* 0: all. Else those with the highest total counts; among equals the
	 * first by code point (scikit-learn's choice among equals depends on
	 * the processor). */
	size_t max_features;
	bool binary;
	bool sublinear;	 /* 1 + ln(count) */
	bool no_idf;
	bool no_smooth;	 /* idf without the added text */
	enum tfidf_norm norm;
	/* Only these terms, as they are: bounds and max_features do not
	 * apply. NULL: learn them. Copied. */
	const struct strmap *vocabulary;
	int threads; /* 0: thread_count() */
};

struct tfidf *tfidf_new(const struct tfidf_options *o);
void tfidf_free(struct tfidf *t); /* NULL is fine */

/*
 * Count the terms of n more texts, which are not kept; their counts are, as
 * long as `keep` says so (see tfidf_forget), 8 bytes a distinct term.
 */
int tfidf_add(struct tfidf *t, const struct text *texts, size_t n,
    struct progress *p, struct err *err);
/* Before the first tfidf_add: keep no counts; tfidf_fit then gives no matrix
 * (pass NULL) and the texts are transformed in a second pass. */
void tfidf_forget(struct tfidf *t);
/* Choose the terms. out (may be NULL): the matrix of all texts added, in
 * their order, (texts, tfidf_count); the caller frees it. Once only. */
int tfidf_fit(struct tfidf *t, struct csr *out, struct progress *p,
    struct err *err);

/* The matrix (n, tfidf_count) of other texts; the caller frees it. */
int tfidf_transform(const struct tfidf *t, const struct text *texts, size_t n,
    struct csr *out, struct progress *p, struct err *err);

/* One text, in double: the row's columns (rising) and values. Scratch is one
 * thread's and keeps its memory. */
struct tfidf_row {
	size_t n;
	int32_t *col; /* (n) */
	double *val;  /* (n) */
	size_t cap;
	struct words words;
	uint64_t *pairs; /* this and what follows is private */
	uint32_t *place;
	size_t pair_cap, place_cap;
};

#define TFIDF_ROW_INIT { 0 }

void tfidf_row(const struct tfidf *t, const char *text, size_t len,
    struct tfidf_row *row);
void tfidf_row_free(struct tfidf_row *row);

size_t tfidf_count(const struct tfidf *t); /* terms: columns */
/* j in [0, count). */
const char *tfidf_term(const struct tfidf *t, size_t j, size_t *len);

/* All that transforming needs, as a JSON object, and back. */
void tfidf_save(const struct tfidf *t, struct buf *json);
struct tfidf *tfidf_load(const char *json, size_t len, struct err *err);

#endif

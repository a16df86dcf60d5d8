#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/mat.h"
#include "tagtiger/rng.h"
#include "tagtiger/tfidf.h"

static struct text
text_of(const char *s)
{
	return (struct text){ s, strlen(s) };
}

/* The terms joined by "|". */
static char *
fitted_terms(const struct tfidf_options *o, const struct text *texts,
    size_t n, struct err *err)
{
	struct tfidf *t = tfidf_new(o);
	struct buf b = BUF_INIT;
	const char *s;
	size_t len;

	assert_int_equal(tfidf_add(t, texts, n, NULL, err), 0);
	if (tfidf_fit(t, NULL, NULL, err) == 0)
		for (size_t j = 0; j < tfidf_count(t); j++) {
			s = tfidf_term(t, j, &len);
			buf_adds(&b, j > 0 ? "|" : "");
			buf_add(&b, s, len);
		}
	tfidf_free(t);
	return buf_take(&b);
}

static void
check_terms(const struct tfidf_options *o, const char *want)
{
	static const char *const s[] = { "one two two", "two three three",
		"one three Four", "four five" };
	struct text texts[4];
	struct err err = { 0 };
	char *got;

	for (int i = 0; i < 4; i++)
		texts[i] = text_of(s[i]);
	got = fitted_terms(o, texts, 4, &err);
	assert_string_equal(got, want);
	free(got);
}

/* df: one 2, two 2, three 2, four 2, five 1. Counts: two 3, three 3, one 2,
 * four 2, five 1; among equals the first by code point stays. */
static void
test_choice(void **state)
{
	struct tfidf_options o = { 0 };

	(void)state;
	check_terms(&o, "five|four|one|three|two");
	o.min_df = (struct tfidf_bound){ false, 2 };
	check_terms(&o, "four|one|three|two");
	o.min_df = (struct tfidf_bound){ true, 0.5 };
	check_terms(&o, "four|one|three|two");
	o.min_df = (struct tfidf_bound){ true, 0.51 };
	check_terms(&o, "");
	o.min_df = (struct tfidf_bound){ 0 };
	o.max_df = (struct tfidf_bound){ false, 1 };
	check_terms(&o, "five");
	o.max_df = (struct tfidf_bound){ true, 0.25 };
	check_terms(&o, "five");
	o.max_df = (struct tfidf_bound){ 0 };
	o.max_features = 3;
	check_terms(&o, "four|three|two");
	o.binary = true; /* counts are then those of texts */
	check_terms(&o, "four|one|three");
	o.max_features = 100;
	check_terms(&o, "five|four|one|three|two");
	o = (struct tfidf_options){ .words = { .keep_case = true } };
	check_terms(&o, "Four|five|four|one|three|two");
}

static void
test_errors(void **state)
{
	struct text texts[] = { text_of("a b"), text_of("") };
	struct tfidf_options o = { 0 };
	struct err err = { 0 };

	(void)state;
	free(fitted_terms(&o, texts, 2, &err));
	assert_non_null(strstr(err.text, "no words"));
	err_clear(&err);
	texts[0] = text_of("word");
	o.min_df.value = 2;
	free(fitted_terms(&o, texts, 2, &err));
	assert_non_null(strstr(err.text, "of 1 words"));
	err_clear(&err);
	o.max_df.value = 1;
	free(fitted_terms(&o, texts, 2, &err));
	assert_non_null(strstr(err.text, "max_df"));
	err_clear(&err);
	assert_null(tfidf_load("{}", 2, &err));
	assert_null(tfidf_load("", 0, &err));
	tfidf_free(NULL);
}

/* Texts of random words, more than a thread takes at a time. */
static struct text *
random_texts(size_t n, struct rng *rng)
{
	struct text *texts = xcalloc(n, sizeof *texts);

	for (size_t i = 0; i < n; i++) {
		struct buf b = BUF_INIT;
		size_t words = rng_below(rng, 200);

		while (words-- > 0)
			buf_addf(&b, "w%llu é%llu ",
			    (unsigned long long)rng_below(rng, 300),
			    (unsigned long long)rng_below(rng, 20));
		texts[i].len = b.len;
		texts[i].s = buf_take(&b);
	}
	return texts;
}

static void
same(const struct csr *a, const struct csr *b)
{
	size_t nnz = (size_t)a->ptr[a->n];

	assert_int_equal(a->n, b->n);
	assert_int_equal(a->d, b->d);
	assert_memory_equal(a->ptr, b->ptr, (a->n + 1) * sizeof *a->ptr);
	assert_memory_equal(a->col, b->col, nnz * sizeof *a->col);
	assert_memory_equal(a->val, b->val, nnz * sizeof *a->val);
}

/* The number of threads and of batches, forgetting the counts, and saving
 * and loading leave every bit as it is; columns rise; rows have length 1. */
static void
test_ways(void **state)
{
	enum { N = 700 };
	struct rng rng;
	struct text *texts;
	struct err err = { 0 };
	struct csr first, other;
	struct buf json = BUF_INIT;
	struct tfidf *t;

	(void)state;
	rng_seed(&rng, 5);
	texts = random_texts(N, &rng);
	for (int way = 0; way < 3; way++) {
		struct tfidf_options o = { .threads = way + 1,
			.max_features = 250, .sublinear = true };

		t = tfidf_new(&o);
		if (way == 2)
			tfidf_forget(t);
		for (size_t i = 0; i < N; i += way == 1 ? 100 : N)
			assert_int_equal(tfidf_add(t, texts + i,
			    way == 1 ? 100 : N, NULL, &err), 0);
		assert_int_equal(tfidf_fit(t, way == 2 ? NULL : &other, NULL,
		    &err), 0);
		if (way == 2)
			assert_int_equal(tfidf_transform(t, texts, N, &other,
			    NULL, &err), 0);
		if (way == 0) {
			first = other;
			tfidf_save(t, &json);
		} else {
			same(&first, &other);
			csr_free(&other);
		}
		tfidf_free(t);
	}
	t = tfidf_load(json.data, json.len, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(tfidf_transform(t, texts, N, &other, NULL, &err), 0);
	same(&first, &other);
	assert_int_equal(tfidf_count(t), 250);
	for (size_t i = 0; i < N; i++) {
		double sum = 0;

		for (int64_t k = first.ptr[i]; k < first.ptr[i + 1]; k++) {
			assert_true(k == first.ptr[i] ||
			    first.col[k] > first.col[k - 1]);
			sum += (double)first.val[k] * first.val[k];
		}
		assert_true(sum == 0 || fabs(sum - 1) < 1e-6);
	}
	csr_free(&other);
	assert_int_equal(tfidf_transform(t, texts, 0, &other, NULL, &err), 0);
	assert_int_equal(other.n, 0);
	csr_free(&other);
	csr_free(&first);
	tfidf_free(t);
	buf_free(&json);
	for (size_t i = 0; i < N; i++)
		free((char *)texts[i].s);
	free(texts);
}

static void
test_cancel(void **state)
{
	struct text texts[] = { text_of("some words"), text_of("more words") };
	struct tfidf_options o = { 0 };
	struct progress p = { 0 };
	struct err err = { 0 };
	struct tfidf *t = tfidf_new(&o);
	struct csr m;

	(void)state;
	assert_int_equal(tfidf_add(t, texts, 2, &p, &err), 0);
	assert_int_equal(p.step, 2);
	p.cancel = true;
	assert_int_equal(tfidf_add(t, texts, 2, &p, &err), -1);
	assert_int_equal(tfidf_fit(t, &m, &p, &err), -1);
	assert_null(m.ptr);
	tfidf_free(t);
	t = tfidf_new(&o);
	p.cancel = false;
	assert_int_equal(tfidf_add(t, texts, 2, &p, &err), 0);
	assert_int_equal(tfidf_fit(t, NULL, &p, &err), 0);
	p.cancel = true;
	assert_int_equal(tfidf_transform(t, texts, 2, &m, &p, &err), -1);
	tfidf_free(t);
}

/* Bytes that are no UTF-8 end a word, whatever the options. */
static void
test_invalid(void **state)
{
	static const char s[] = "ab\xff" "cd \xe2\x82" "ef \xce\xa3\xc0";
	struct words w = WORDS_INIT;
	struct words_options o = { 0 };

	(void)state;
	for (int accents = 0; accents <= WORDS_ACCENTS_ASCII; accents++)
		for (int analyzer = 0; analyzer <= WORDS_CHAR_WB; analyzer++) {
			o.accents = (enum words_accents)accents;
			o.analyzer = (enum words_analyzer)analyzer;
			o.keep_case = analyzer == 0 && accents == 1;
			words_split(&w, &o, s, sizeof s - 1);
			assert_true(w.n > 0);
			if (analyzer == WORDS_WORD &&
			    accents != WORDS_ACCENTS_ASCII) {
				assert_int_equal(w.n, 3);
				assert_memory_equal(w.text + w.begin[1], "cd",
				    2);
			}
		}
	words_free(&w);
	words_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

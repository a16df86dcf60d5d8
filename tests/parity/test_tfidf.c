/* Terms and matrices against scikit-learn: sk/tfidf.json (options, matrices)
 * and words.json (the terms of many texts, see make_words.py). */
#include "skfix.h"

#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/mat.h"
#include "tagtiger/tfidf.h"
#include "tagtiger/words.h"

#define TOLERANCE 1e-9 /* absolute; computed in double */

static bool
is_true(const cJSON *o, const char *key, bool fallback)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	return v == NULL ? fallback : cJSON_IsTrue(v);
}

static const char *
string_of(const cJSON *o, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

/* A whole number counts texts, another is a share of them. */
static struct tfidf_bound
bound_of(const cJSON *o, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	if (v == NULL)
		return (struct tfidf_bound){ 0 };
	return (struct tfidf_bound){ v->valuedouble < 1, v->valuedouble };
}

/* stop is filled where the options have stop words. */
static struct tfidf_options
options_of(const cJSON *o, struct strmap *stop)
{
	struct tfidf_options out = { .threads = 2 };
	const cJSON *v, *word;
	const char *s = string_of(o, "analyzer");

	out.words.analyzer = strcmp(s, "char") == 0 ? WORDS_CHAR
	    : strcmp(s, "char_wb") == 0		    ? WORDS_CHAR_WB
						    : WORDS_WORD;
	s = string_of(o, "strip_accents");
	out.words.accents = strcmp(s, "unicode") == 0 ? WORDS_ACCENTS_UNICODE
	    : strcmp(s, "ascii") == 0		      ? WORDS_ACCENTS_ASCII
						      : WORDS_ACCENTS_KEEP;
	out.words.keep_case = !is_true(o, "lowercase", true);
	if (*string_of(o, "token_pattern") != '\0')
		out.words.min_chars = 1;
	v = cJSON_GetObjectItemCaseSensitive(o, "ngram_range");
	if (v != NULL) {
		out.words.ngram_min = v->child->valueint;
		out.words.ngram_max = v->child->next->valueint;
	}
	v = cJSON_GetObjectItemCaseSensitive(o, "stop_words");
	if (v != NULL)
		out.words.stop = stop;
	cJSON_ArrayForEach(word, v)
		strmap_put(stop, word->valuestring, strlen(word->valuestring),
		    0, NULL);
	out.min_df = bound_of(o, "min_df");
	out.max_df = bound_of(o, "max_df");
	v = cJSON_GetObjectItemCaseSensitive(o, "max_features");
	if (v != NULL)
		out.max_features = (size_t)v->valueint;
	out.binary = is_true(o, "binary", false);
	out.sublinear = is_true(o, "sublinear_tf", false);
	out.no_idf = !is_true(o, "use_idf", true);
	out.no_smooth = !is_true(o, "smooth_idf", true);
	s = string_of(o, "norm");
	v = cJSON_GetObjectItemCaseSensitive(o, "norm");
	out.norm = strcmp(s, "l1") == 0 ? TFIDF_L1
	    : v != NULL			? TFIDF_NO_NORM
					: TFIDF_L2;
	return out;
}

static struct text *
texts_of(const cJSON *list, size_t *n)
{
	struct text *out = calloc(fix_size(list) + 1, sizeof *out);
	const cJSON *v;

	*n = 0;
	cJSON_ArrayForEach(v, list)
		out[(*n)++] = (struct text){ v->valuestring,
			strlen(v->valuestring) };
	return out;
}

/* Each row by way of tfidf_row, in double; returns how many were equal. */
static size_t
check_rows(const struct tfidf *t, const cJSON *docs, const cJSON *matrix,
    double *worst)
{
	struct tfidf_row row = TFIDF_ROW_INIT;
	const cJSON *doc;
	size_t n, rows = 0, cells;
	double *data = fix_doubles(fix_get(matrix, "data"), &cells);
	int *ptr = fix_ints(fix_get(matrix, "indptr"), &n);
	int *col = fix_ints(fix_get(matrix, "indices"), &n);

	assert_int_equal(n, cells);
	cJSON_ArrayForEach(doc, docs) {
		tfidf_row(t, doc->valuestring, strlen(doc->valuestring),
		    &row);
		assert_int_equal(row.n, ptr[rows + 1] - ptr[rows]);
		for (size_t i = 0; i < row.n; i++) {
			double d = row.val[i] -
			    data[(size_t)ptr[rows] + i];

			assert_int_equal(row.col[i],
			    col[(size_t)ptr[rows] + i]);
			*worst = fmax(*worst, fabs(d));
		}
		rows++;
	}
	assert_true(*worst <= TOLERANCE);
	tfidf_row_free(&row);
	free(data);
	free(ptr);
	free(col);
	return rows;
}

/* The matrix of the fit, in float: within its rounding. */
static void
check_matrix(const struct csr *m, const cJSON *matrix)
{
	size_t n, cells;
	double *data = fix_doubles(fix_get(matrix, "data"), &cells);
	int *ptr = fix_ints(fix_get(matrix, "indptr"), &n);
	int *col = fix_ints(fix_get(matrix, "indices"), &n);

	assert_int_equal(m->ptr[m->n], cells);
	for (size_t i = 0; i <= m->n; i++)
		assert_int_equal(m->ptr[i], ptr[i]);
	for (size_t i = 0; i < cells; i++) {
		assert_int_equal(m->col[i], col[i]);
		assert_true(m->val[i] == (float)data[i] ||
		    fabs(m->val[i] - data[i]) <= 6e-8 * fabs(data[i]));
	}
	free(data);
	free(ptr);
	free(col);
}

static void
check_terms(const struct tfidf *t, const cJSON *c)
{
	const cJSON *name;
	size_t j = 0, len;
	const char *s;

	assert_int_equal(tfidf_count(t),
	    fix_size(fix_get(c, "features_in_column_order")));
	cJSON_ArrayForEach(name, fix_get(c, "features_in_column_order")) {
		s = tfidf_term(t, j, &len);
		assert_int_equal(len, strlen(name->valuestring));
		assert_memory_equal(s, name->valuestring, len);
		j++;
	}
}

/*
 * Which of several terms with equal counts max_features keeps is up to the
 * sort of the processor that made the fixture. So: the counts that were kept
 * are the same, and then the fixture's own terms are taken.
 */
static struct strmap *
check_limit(const struct tfidf_options *o, const struct text *texts, size_t n,
    const cJSON *c)
{
	struct tfidf_options all = *o, chosen = *o;
	struct strmap *names = strmap_new();
	struct tfidf *t, *every;
	const cJSON *name;
	double sum[2] = { 0 };
	struct err err = { 0 };
	struct csr m, k;

	cJSON_ArrayForEach(name, fix_get(c, "features_in_column_order"))
		strmap_put(names, name->valuestring,
		    strlen(name->valuestring), 0, NULL);
	/* Plain counts, so that the sums of the columns compare. */
	chosen.no_idf = all.no_idf = true;
	chosen.norm = all.norm = TFIDF_NO_NORM;
	chosen.sublinear = all.sublinear = false;
	all.vocabulary = names;
	t = tfidf_new(&chosen);
	assert_int_equal(tfidf_add(t, texts, n, NULL, &err), 0);
	assert_int_equal(tfidf_fit(t, &m, NULL, &err), 0);
	every = tfidf_new(&all);
	assert_int_equal(tfidf_add(every, texts, n, NULL, &err), 0);
	assert_int_equal(tfidf_fit(every, &k, NULL, &err), 0);
	for (int64_t i = 0; i < m.ptr[m.n]; i++)
		sum[0] += m.val[i];
	for (int64_t i = 0; i < k.ptr[k.n]; i++)
		sum[1] += k.val[i];
	assert_int_equal(tfidf_count(t), strmap_count(names));
	assert_true(sum[0] == sum[1]);
	csr_free(&m);
	csr_free(&k);
	tfidf_free(t);
	tfidf_free(every);
	return names;
}

static void
test_matrices(void **state)
{
	cJSON *fixture = fix_open("tfidf.json");
	const cJSON *docs = fix_get(fixture, "docs"), *c;
	size_t n, cases = 0, rows = 0;
	struct text *texts = texts_of(docs, &n);
	double worst = 0;

	(void)state;
	cJSON_ArrayForEach(c, fix_get(fixture, "cases")) {
		struct strmap *stop = strmap_new(), *names = NULL;
		struct tfidf_options o = options_of(fix_get(c, "options"),
		    stop);
		struct err err = { 0 };
		struct buf json = BUF_INIT;
		struct tfidf *t, *again;
		struct csr m, all;

		if (o.max_features > 0) {
			names = check_limit(&o, texts, n, c);
			o.vocabulary = names;
		}
		t = tfidf_new(&o);
		/* In two batches: the result must not show it. */
		assert_int_equal(tfidf_add(t, texts, 7, NULL, &err), 0);
		assert_int_equal(
		    tfidf_add(t, texts + 7, n - 7, NULL, &err), 0);
		assert_int_equal(tfidf_fit(t, &m, NULL, &err), 0);
		assert_string_equal(err.text, "");
		check_terms(t, c);
		check_matrix(&m, fix_get(c, "matrix"));
		rows += check_rows(t, docs, fix_get(c, "matrix"), &worst);
		rows += check_rows(t, fix_get(c, "new_docs"),
		    fix_get(c, "new_matrix"), &worst);
		assert_int_equal(
		    tfidf_transform(t, texts, n, &all, NULL, &err), 0);
		check_matrix(&all, fix_get(c, "matrix"));
		/* Saved and loaded it gives the same. */
		tfidf_save(t, &json);
		again = tfidf_load(json.data, json.len, &err);
		assert_string_equal(err.text, "");
		rows += check_rows(again, fix_get(c, "new_docs"),
		    fix_get(c, "new_matrix"), &worst);
		buf_free(&json);
		csr_free(&all);
		csr_free(&m);
		tfidf_free(again);
		tfidf_free(t);
		strmap_free(names);
		strmap_free(stop);
		cases++;
	}
	printf("%zu option sets, %zu rows, largest difference %.1e\n", cases,
	    rows, worst);
	assert_int_equal(cases, 11);
	assert_true(rows >= 11 * 20);
	free(texts);
	cJSON_Delete(fixture);
}

static void
test_terms(void **state)
{
	cJSON *fixture = fix_open("../words.json");
	const cJSON *texts = fix_get(fixture, "texts"), *c, *text, *list;
	struct words w = WORDS_INIT;
	size_t compared = 0;

	(void)state;
	cJSON_ArrayForEach(c, fix_get(fixture, "cases")) {
		struct strmap *stop = strmap_new();
		struct tfidf_options o = options_of(fix_get(c, "options"),
		    stop);

		list = fix_get(c, "terms")->child;
		cJSON_ArrayForEach(text, texts) {
			const cJSON *term = list->child;

			words_split(&w, &o.words, text->valuestring,
			    strlen(text->valuestring));
			assert_int_equal(w.n, fix_size(list));
			for (size_t i = 0; i < w.n; i++) {
				size_t len = w.end[i] - w.begin[i];

				if (len != strlen(term->valuestring) ||
				    memcmp(w.text + w.begin[i],
					term->valuestring, len) != 0)
					fail_msg("%s: term %zu is %.*s, "
					    "not %s", text->valuestring, i,
					    (int)len, w.text + w.begin[i],
					    term->valuestring);
				term = term->next;
				compared++;
			}
			list = list->next;
		}
		strmap_free(stop);
	}
	printf("%zu terms equal\n", compared);
	assert_true(compared >= 16000);
	words_free(&w);
	cJSON_Delete(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrices),
		cmocka_unit_test(test_terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

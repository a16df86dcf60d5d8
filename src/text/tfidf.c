#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/mat.h"
#include "tagtiger/tfidf.h"

#define CHUNK 64 /* texts that a thread takes at a time */

struct entry {
	uint32_t id, count;
};

/* A text's counts: entries begin .. begin+n-1 of that worker. */
struct tfidf_doc {
	size_t begin;
	uint32_t n, worker;
};

/* One thread's share: its own terms, whose ids mean nothing to others. */
struct tfidf_worker {
	struct words words;
	struct terms terms;
	struct entry *entries; /* (n) */
	size_t n, cap;
	int32_t *column; /* (terms.n) once fitted; -1: left out */
};

static struct strmap *
set_copy(const struct strmap *from)
{
	struct strmap *to = strmap_new();
	const char *key;
	size_t len;

	for (size_t i = 0; i < strmap_count(from); i++) {
		key = strmap_key(from, i, &len);
		strmap_put(to, key, len, 0, NULL);
	}
	return to;
}

struct tfidf *
tfidf_new(const struct tfidf_options *o)
{
	struct tfidf *t = xcalloc(1, sizeof *t);

	t->o = *o;
	if (o->words.stop != NULL)
		t->o.words.stop = t->stop = set_copy(o->words.stop);
	if (o->vocabulary != NULL)
		t->o.vocabulary = t->vocabulary = set_copy(o->vocabulary);
	return t;
}

static void
workers_free(struct tfidf *t)
{
	for (size_t i = 0; i < t->worker_n; i++) {
		words_free(&t->workers[i].words);
		terms_free(&t->workers[i].terms);
		free(t->workers[i].entries);
		free(t->workers[i].column);
	}
	free(t->workers);
	free(t->docs);
	t->workers = NULL;
	t->docs = NULL;
	t->worker_n = t->doc_cap = 0;
}

void
tfidf_free(struct tfidf *t)
{
	if (t == NULL)
		return;
	workers_free(t);
	terms_free(&t->terms);
	free(t->idf);
	strmap_free(t->stop);
	strmap_free(t->vocabulary);
	free(t);
}

void
tfidf_forget(struct tfidf *t)
{
	t->forget = true;
}

static size_t
thread_number(const struct tfidf_options *o)
{
	int n = o->threads > 0 ? o->threads : thread_count();

	return n < 1 ? 1 : (size_t)n;
}

/* What the threads of one pass over n items share. */
struct pass {
	struct tfidf *t;
	const struct tfidf *fitted; /* t, where it is only read */
	const struct text *texts;
	size_t first, n; /* first: the number of the batch's first text */
	atomic_size_t next;
	struct progress *progress;
	struct csr *out;
	struct rows *rows;
};

/* The next items to work on: begin .. end-1. false at the end. */
static bool
pass_take(struct pass *p, size_t *begin, size_t *end)
{
	size_t at = atomic_fetch_add(&p->next, CHUNK);

	if (at >= p->n || progress_cancelled(p->progress))
		return false;
	*begin = at;
	*end = p->n - at < CHUNK ? p->n : at + CHUNK;
	progress_step(p->progress, *end - at);
	return true;
}

/* Count the terms of one text at the end of the worker's entries. A term's
 * `place` is where its entry would be; whether it is of this text shows
 * there, so that nothing has to be cleared between texts. */
static void
text_count(const struct tfidf *t, struct tfidf_worker *w,
    const struct text *text, struct tfidf_doc *doc)
{
	size_t begin = w->n, at;
	struct term *term;
	uint32_t id;

	words_split(&w->words, &t->o.words, text->s, text->len);
	for (size_t i = 0; i < w->words.n; i++) {
		id = terms_put(&w->terms, w->words.text + w->words.begin[i],
		    w->words.end[i] - w->words.begin[i]);
		term = &w->terms.v[id];
		at = begin + term->place;
		if (at < w->n && w->entries[at].id == id) {
			w->entries[at].count++;
		} else {
			if (w->n == w->cap)
				w->entries = array_room(w->entries, w->n,
				    &w->cap, sizeof *w->entries);
			term->place = (uint32_t)(w->n - begin);
			term->texts++;
			w->entries[w->n++] = (struct entry){ id, 1 };
		}
	}
	for (size_t i = begin; i < w->n; i++)
		w->terms.v[w->entries[i].id].count +=
		    t->o.binary ? 1 : w->entries[i].count;
	if (doc != NULL) {
		doc->begin = begin;
		doc->n = (uint32_t)(w->n - begin);
	} else {
		w->n = begin;
	}
}

static void
count_run(void *arg, size_t i)
{
	struct pass *p = arg;
	struct tfidf_worker *w = &p->t->workers[i];
	struct tfidf_doc *doc = NULL;
	size_t begin, end;

	while (pass_take(p, &begin, &end))
		for (size_t k = begin; k < end; k++) {
			if (!p->t->forget) {
				doc = &p->t->docs[p->first + k];
				doc->worker = (uint32_t)i;
			}
			text_count(p->t, w, &p->texts[k], doc);
		}
}

int
tfidf_add(struct tfidf *t, const struct text *texts, size_t n,
    struct progress *progress, struct err *err)
{
	struct pass p = { .t = t, .texts = texts, .n = n, .first = t->texts,
		.progress = progress };

	if (t->fitted)
		fatal("texts added after tfidf_fit");
	if (t->workers == NULL) {
		t->worker_n = thread_number(&t->o);
		t->workers = xcalloc(t->worker_n, sizeof *t->workers);
	}
	if (!t->forget && t->texts + n > t->doc_cap) {
		t->doc_cap = (t->texts + n) * 3 / 2;
		t->docs = xreallocarray(t->docs, t->doc_cap,
		    sizeof *t->docs);
	}
	parallel_for(t->worker_n, (int)t->worker_n, count_run, &p);
	if (progress_cancelled(progress))
		return progress_stopped(err);
	t->texts += n;
	return 0;
}

/* The workers' terms as one table. */
static void
terms_merge(const struct tfidf *t, struct terms *all)
{
	struct terms *part;
	uint32_t id;

	if (t->worker_n == 1) {
		*all = t->workers[0].terms;
		t->workers[0].terms = (struct terms){ 0 };
		return;
	}
	for (size_t i = 0; i < t->worker_n; i++) {
		part = &t->workers[i].terms;
		for (uint32_t k = 0; k < part->n; k++) {
			id = terms_put(all, terms_key(part, k),
			    part->v[k].len);
			all->v[id].texts += part->v[k].texts;
			all->v[id].count += part->v[k].count;
		}
	}
}

struct choice {
	const char *key;
	struct term term;
};

static int
by_key(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;
	size_t len = x->term.len < y->term.len ? x->term.len : y->term.len;
	int c = memcmp(x->key, y->key, len);

	/* UTF-8 sorts as its code points do. */
	if (c != 0)
		return c;
	return (x->term.len > y->term.len) - (x->term.len < y->term.len);
}

static int
by_count(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->term.count != y->term.count)
		return x->term.count > y->term.count ? -1 : 1;
	return by_key(a, b);
}

/* How many texts a bound means; `none` where there is no bound. */
static double
bound_get(const struct tfidf_bound *b, size_t texts, double none)
{
	if (b->value == 0)
		return none;
	return b->share ? b->value * (double)texts : b->value;
}

/* The terms within the bounds and among the most frequent, in columns'
 * order. Caller frees. */
static struct choice *
terms_choose(const struct tfidf *t, const struct terms *all, size_t *n)
{
	double low = bound_get(&t->o.min_df, t->texts, 0);
	double high = bound_get(&t->o.max_df, t->texts, INFINITY);
	struct choice *c = xcalloc(all->n + 1, sizeof *c);

	*n = 0;
	for (uint32_t k = 0; k < all->n; k++)
		if ((double)all->v[k].texts >= low &&
		    (double)all->v[k].texts <= high)
			c[(*n)++] = (struct choice){ terms_key(all, k),
				all->v[k] };
	if (t->o.max_features > 0 && *n > t->o.max_features) {
		qsort(c, *n, sizeof *c, by_count);
		*n = t->o.max_features;
	}
	qsort(c, *n, sizeof *c, by_key);
	return c;
}

/* The terms that were asked for, in columns' order. Caller frees. */
static struct choice *
terms_given(const struct tfidf *t, const struct terms *all, size_t *n)
{
	struct choice *c;
	size_t len;
	uint32_t id;

	*n = strmap_count(t->vocabulary);
	c = xcalloc(*n + 1, sizeof *c);
	for (size_t i = 0; i < *n; i++) {
		c[i].key = strmap_key(t->vocabulary, i, &len);
		id = terms_get(all, c[i].key, len);
		if (all->v != NULL && id != TERMS_NONE)
			c[i].term = all->v[id];
		c[i].term.len = (uint32_t)len;
	}
	qsort(c, *n, sizeof *c, by_key);
	return c;
}

void
tfidf_weigh(struct tfidf *t)
{
	double n = (double)t->texts, more = t->o.no_smooth ? 0 : 1;

	if (t->o.no_idf)
		return;
	t->idf = xcalloc(t->terms.n, sizeof *t->idf);
	for (size_t j = 0; j < t->terms.n; j++)
		t->idf[j] = log((n + more) /
				((double)t->terms.v[j].texts + more)) + 1;
}

static int
vocabulary_fit(struct tfidf *t, struct err *err)
{
	struct terms all = { 0 };
	struct choice *c;
	size_t n, had;
	uint32_t id;

	terms_merge(t, &all);
	had = all.n;
	c = t->vocabulary != NULL ? terms_given(t, &all, &n)
				  : terms_choose(t, &all, &n);
	for (size_t j = 0; j < n; j++) {
		id = terms_put(&t->terms, c[j].key, c[j].term.len);
		t->terms.v[id].texts = c[j].term.texts;
		t->terms.v[id].count = c[j].term.count;
	}
	free(c);
	if (t->worker_n == 1) /* the entries' ids are of this table */
		t->workers[0].terms = all;
	else
		terms_free(&all);
	if (n == 0)
		return err_set(err, had == 0
			? "the texts hold no words, or stop words only"
			: "of %zu words none is left: lower min_df or raise "
			  "max_df", had);
	tfidf_weigh(t);
	return 0;
}

static void
columns_make(void *arg, size_t i)
{
	const struct tfidf *t = arg;
	struct tfidf_worker *w = &t->workers[i];

	w->column = xcalloc(w->terms.n, sizeof *w->column);
	for (uint32_t k = 0; k < w->terms.n; k++)
		w->column[k] = (int32_t)terms_get(&t->terms,
		    terms_key(&w->terms, k), w->terms.v[k].len);
}

/* Rising order; pairs is (n), other too. Merging runs of eight, as rows are
 * short and their columns in no order. */
static void
pairs_sort(uint64_t *pairs, uint64_t *other, size_t n)
{
	uint64_t *from = pairs, *to = other, *t, x;
	size_t i, j, k, end, mid;

	for (size_t run = 0; run < n; run += 8) {
		end = n - run < 8 ? n : run + 8;
		for (i = run + 1; i < end; i++) {
			x = pairs[i];
			for (j = i; j > run && pairs[j - 1] > x; j--)
				pairs[j] = pairs[j - 1];
			pairs[j] = x;
		}
	}
	for (size_t width = 8; width < n; width *= 2) {
		for (k = 0; k < n; k = end) {
			mid = n - k < width ? n : k + width;
			end = n - mid < width ? n : mid + width;
			for (i = k, j = mid; i < mid || j < end;)
				if (j == end || (i < mid && from[i] < from[j]))
					to[i + j - mid] = from[i], i++;
				else
					to[i + j - mid] = from[j], j++;
		}
		t = from;
		from = to;
		to = t;
	}
	if (from != pairs)
		memcpy(pairs, from, n * sizeof *pairs);
}

static void
row_room(struct tfidf_row *r, size_t n)
{
	if (n > r->cap) {
		r->cap = n * 2 + 64;
		r->col = xreallocarray(r->col, r->cap, sizeof *r->col);
		r->val = xreallocarray(r->val, r->cap, sizeof *r->val);
	}
	if (n > r->pair_cap) {
		r->pair_cap = n * 2 + 64;
		/* Twice: sorting needs the other half. */
		r->pairs = xreallocarray(r->pairs, 2 * r->pair_cap,
		    sizeof *r->pairs);
	}
}

/* r->pairs holds n times (column << 32 | count): sort and weigh. The order of
 * the operations is scikit-learn's. */
static void
row_finish(const struct tfidf *t, struct tfidf_row *r, size_t n)
{
	double x, sum = 0;

	pairs_sort(r->pairs, r->pairs + r->pair_cap, n);
	r->n = n;
	for (size_t i = 0; i < n; i++) {
		r->col[i] = (int32_t)(r->pairs[i] >> 32);
		x = t->o.binary ? 1 : (double)(uint32_t)r->pairs[i];
		if (t->o.sublinear)
			x = log(x) + 1;
		if (t->idf != NULL)
			x *= t->idf[r->col[i]];
		sum += t->o.norm == TFIDF_L2 ? x * x : x;
		r->val[i] = x;
	}
	if (t->o.norm == TFIDF_NO_NORM || sum == 0)
		return;
	if (t->o.norm == TFIDF_L2)
		sum = sqrt(sum);
	for (size_t i = 0; i < n; i++)
		r->val[i] /= sum;
}

/* A text's entries from terms to columns, in their place; those of terms
 * that were left out go. */
static void
doc_shrink(struct tfidf *t, struct tfidf_doc *doc)
{
	const struct tfidf_worker *w = &t->workers[doc->worker];
	struct entry *e = w->entries + doc->begin;
	uint32_t n = 0;

	for (uint32_t i = 0; i < doc->n; i++)
		if (w->column[e[i].id] >= 0)
			e[n++] = (struct entry){ (uint32_t)w->column[e[i].id],
				e[i].count };
	doc->n = n;
}

static void
shrink_run(void *arg, size_t i)
{
	struct pass *p = arg;
	size_t begin, end;

	(void)i;
	while (pass_take(p, &begin, &end))
		for (size_t k = begin; k < end; k++)
			doc_shrink(p->t, &p->t->docs[k]);
}

static void
doc_weigh(const struct tfidf *t, const struct tfidf_doc *doc,
    struct tfidf_row *r)
{
	const struct entry *e = t->workers[doc->worker].entries + doc->begin;

	row_room(r, doc->n);
	for (size_t i = 0; i < doc->n; i++)
		r->pairs[i] = (uint64_t)e[i].id << 32 | e[i].count;
	row_finish(t, r, doc->n);
}

static void
row_store(struct csr *out, size_t row, const struct tfidf_row *r)
{
	size_t at = (size_t)out->ptr[row];

	for (size_t i = 0; i < r->n; i++) {
		out->col[at + i] = r->col[i];
		out->val[at + i] = (float)r->val[i];
	}
}

static void
fill_run(void *arg, size_t i)
{
	struct pass *p = arg;
	struct tfidf_row r = TFIDF_ROW_INIT;
	size_t begin, end;

	(void)i;
	while (pass_take(p, &begin, &end))
		for (size_t k = begin; k < end; k++) {
			doc_weigh(p->t, &p->t->docs[k], &r);
			row_store(p->out, k, &r);
		}
	tfidf_row_free(&r);
}

static int
matrix_make(struct tfidf *t, struct csr *out, struct progress *progress,
    struct err *err)
{
	struct pass shrink = { .t = t, .n = t->texts };
	struct pass fill = { .t = t, .n = t->texts, .progress = progress,
		.out = out };
	int threads = (int)t->worker_n;
	size_t nnz = 0;

	parallel_for(t->worker_n, threads, columns_make, t);
	parallel_for(t->worker_n, threads, shrink_run, &shrink);
	for (size_t k = 0; k < t->texts; k++)
		nnz += t->docs[k].n;
	if (csr_alloc(out, t->texts, t->terms.n, nnz, err) < 0)
		return -1;
	for (size_t k = 0; k < t->texts; k++)
		out->ptr[k + 1] = out->ptr[k] + t->docs[k].n;
	parallel_for(t->worker_n, threads, fill_run, &fill);
	if (progress_cancelled(progress)) {
		csr_free(out);
		return progress_stopped(err);
	}
	return 0;
}

int
tfidf_fit(struct tfidf *t, struct csr *out, struct progress *progress,
    struct err *err)
{
	double low = bound_get(&t->o.min_df, t->texts, 0);
	int result;

	if (out != NULL)
		*out = (struct csr){ 0 };
	if (t->fitted || (out != NULL && t->forget))
		fatal("tfidf_fit: fitted before, or the counts are gone");
	t->fitted = true;
	if (bound_get(&t->o.max_df, t->texts, INFINITY) < low)
		return err_set(err, "max_df means fewer texts than min_df");
	result = vocabulary_fit(t, err);
	if (result == 0 && out != NULL)
		result = matrix_make(t, out, progress, err);
	workers_free(t);
	return result;
}

void
tfidf_row_free(struct tfidf_row *row)
{
	free(row->col);
	free(row->val);
	free(row->pairs);
	free(row->place);
	words_free(&row->words);
	*row = (struct tfidf_row){ 0 };
}

void
tfidf_row(const struct tfidf *t, const char *text, size_t len,
    struct tfidf_row *r)
{
	struct words *w = &r->words;
	size_t n = 0;
	uint32_t id;

	if (r->place_cap < t->terms.n) {
		free(r->place);
		r->place = xcalloc(t->terms.n, sizeof *r->place);
		r->place_cap = t->terms.n;
	}
	words_split(w, &t->o.words, text, len);
	row_room(r, w->n);
	for (size_t i = 0; i < w->n; i++) {
		id = terms_get(&t->terms, w->text + w->begin[i],
		    w->end[i] - w->begin[i]);
		if (id == TERMS_NONE)
			continue;
		if (r->place[id] < n && r->pairs[r->place[id]] >> 32 == id) {
			r->pairs[r->place[id]]++;
		} else {
			r->place[id] = (uint32_t)n;
			r->pairs[n++] = (uint64_t)id << 32 | 1;
		}
	}
	row_finish(t, r, n);
}

/* Rows that one thread has made, until their places in the matrix are known:
 * text k's are those of the thread that took it. */
struct rows {
	struct tfidf_row row;
	int32_t *col;
	float *val;
	size_t n, cap;
	size_t *text, *begin; /* (text_n) */
	size_t text_n, text_cap;
};

static void
rows_add(struct rows *rows, size_t text)
{
	const struct tfidf_row *r = &rows->row;
	size_t cap;

	if (rows->n + r->n > rows->cap) {
		cap = (rows->n + r->n) * 2 + 1024;
		rows->col = xreallocarray(rows->col, cap, sizeof *rows->col);
		rows->val = xreallocarray(rows->val, cap, sizeof *rows->val);
		rows->cap = cap;
	}
	if (rows->text_n == rows->text_cap) {
		cap = rows->text_cap * 2 + 256;
		rows->text = xreallocarray(rows->text, cap,
		    sizeof *rows->text);
		rows->begin = xreallocarray(rows->begin, cap,
		    sizeof *rows->begin);
		rows->text_cap = cap;
	}
	rows->text[rows->text_n] = text;
	rows->begin[rows->text_n++] = rows->n;
	for (size_t i = 0; i < r->n; i++) {
		rows->col[rows->n] = r->col[i];
		rows->val[rows->n++] = (float)r->val[i];
	}
}

static void
transform_run(void *arg, size_t i)
{
	struct pass *p = arg;
	struct rows *rows = &p->rows[i];
	size_t begin, end;

	while (pass_take(p, &begin, &end))
		for (size_t k = begin; k < end; k++) {
			tfidf_row(p->fitted, p->texts[k].s, p->texts[k].len,
			    &rows->row);
			rows_add(rows, k);
		}
}

/* How many entries rows->text[k] has. */
static size_t
rows_size(const struct rows *rows, size_t k)
{
	return (k + 1 < rows->text_n ? rows->begin[k + 1] : rows->n) -
	    rows->begin[k];
}

static int
rows_join(const struct rows *rows, size_t threads, size_t n, size_t d,
    struct csr *out, struct err *err)
{
	size_t nnz = 0, at, len;

	for (size_t i = 0; i < threads; i++)
		nnz += rows[i].n;
	if (csr_alloc(out, n, d, nnz, err) < 0)
		return -1;
	for (size_t i = 0; i < threads; i++)
		for (size_t k = 0; k < rows[i].text_n; k++)
			out->ptr[rows[i].text[k] + 1] =
			    (int64_t)rows_size(&rows[i], k);
	for (size_t k = 0; k < n; k++)
		out->ptr[k + 1] += out->ptr[k];
	for (size_t i = 0; i < threads; i++)
		for (size_t k = 0; k < rows[i].text_n; k++) {
			at = (size_t)out->ptr[rows[i].text[k]];
			len = rows_size(&rows[i], k);
			if (len == 0)
				continue;
			memcpy(out->col + at, rows[i].col + rows[i].begin[k],
			    len * sizeof *out->col);
			memcpy(out->val + at, rows[i].val + rows[i].begin[k],
			    len * sizeof *out->val);
		}
	return 0;
}

int
tfidf_transform(const struct tfidf *t, const struct text *texts, size_t n,
    struct csr *out, struct progress *progress, struct err *err)
{
	size_t threads = thread_number(&t->o);
	struct pass p = { .fitted = t, .texts = texts, .n = n,
		.progress = progress };
	int result;

	*out = (struct csr){ 0 };
	p.rows = xcalloc(threads, sizeof *p.rows);
	parallel_for(threads, (int)threads, transform_run, &p);
	if (progress_cancelled(progress))
		result = progress_stopped(err);
	else
		result = rows_join(p.rows, threads, n, t->terms.n, out, err);
	for (size_t i = 0; i < threads; i++) {
		tfidf_row_free(&p.rows[i].row);
		free(p.rows[i].col);
		free(p.rows[i].val);
		free(p.rows[i].text);
		free(p.rows[i].begin);
	}
	free(p.rows);
	return result;
}

size_t
tfidf_count(const struct tfidf *t)
{
	return t->terms.n;
}

const char *
tfidf_term(const struct tfidf *t, size_t j, size_t *len)
{
	*len = t->terms.v[j].len;
	return terms_key(&t->terms, (uint32_t)j);
}

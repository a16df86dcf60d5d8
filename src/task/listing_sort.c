/*
 * A listing in another order. A key for each row is read share by share:
 * eight bytes that compare as a number, and for strings 52 more. Then parts
 * of the rows are sorted on several processors, and merged.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/forecast.h"
#include "tagtiger/job.h"
#include "tagtiger/number.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"
#include "tagtiger/utf8.h"
#include "listing_priv.h"
#include "priv.h"

#define TAIL 52

struct keys {
	const struct listing_work *w;
	size_t n;
	uint64_t *head;	     /* (n) */
	char (*tail)[TAIL];  /* (n) of strings; NULL: numbers */
	uint8_t *there;	     /* (n) 0: missing */
	bool numeric;	     /* what the column holds */
	struct user *users;
	size_t nusers;
};

struct item {
	uint64_t head;
	uint32_t row;
};

/* ---- keys ---- */

static bool
has_strings(const struct keys *k)
{
	switch (k->w->l->q.key) {
	case LISTING_WHO:
	case LISTING_TEXT: return true;
	case LISTING_ID:
	case LISTING_COLUMN: return !k->numeric;
	default: return false;
	}
}

/* Bits that order as the numbers do. */
static void
key_number(struct keys *k, size_t row, double x)
{
	uint64_t bits;

	if (isnan(x))
		return;
	x += 0.0; /* no minus zero */
	memcpy(&bits, &x, sizeof bits);
	k->head[row] = bits >> 63 ? ~bits : bits | 1ull << 63;
	k->there[row] = 1;
}

static void
key_bytes(struct keys *k, size_t row, const char *s, size_t len)
{
	unsigned char b[8 + TAIL] = { 0 };

	if (len > sizeof b)
		len = sizeof b;
	for (size_t i = 0; i < len; i++)
		b[i] = s[i] >= 'A' && s[i] <= 'Z' ?
		    (unsigned char)(s[i] + 32) : (unsigned char)s[i];
	for (int i = 0; i < 8; i++)
		k->head[row] = k->head[row] << 8 | b[i];
	memcpy(k->tail[row], b + 8, TAIL);
	k->there[row] = 1;
}

static void
key_string(struct keys *k, size_t row, const char *s, size_t len)
{
	size_t ascii = 0;
	char *folded;

	while (ascii < len && ascii < 8 + TAIL && (s[ascii] & 0x80) == 0)
		ascii++;
	if (ascii == len || ascii == 8 + TAIL) {
		key_bytes(k, row, s, len);
		return;
	}
	/* Enough of it, up to the end of a character. */
	if (len > 400)
		for (len = 400; (s[len] & 0xc0) == 0x80; len--)
			;
	folded = utf8_fold(s, len);
	key_bytes(k, row, folded, strlen(folded));
	free(folded);
}

static void
key_cell(struct keys *k, size_t row, const char *s)
{
	double x;

	if (s == NULL)
		return;
	if (!k->numeric)
		key_string(k, row, s, strlen(s));
	else if (number_parse(s, strlen(s), &x))
		key_number(k, row, x);
}

/* ---- a share ---- */

struct part {
	struct keys *k;
	struct project *p;
	int64_t from, to;
	size_t first, end; /* its rows */
	struct err *err;
};

static size_t
row_from(const struct keys *k, int64_t seq)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((int64_t)k->w->l->v[mid] < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
text_key(void *arg, int64_t seq, const char *text, size_t len)
{
	struct part *t = arg;
	size_t row = row_from(t->k, seq);

	if (t->k->w->l->q.key == LISTING_LENGTH)
		key_number(t->k, row, (double)utf8_count(text, len));
	else
		key_string(t->k, row, text, len);
	return 0;
}

static int
part_docs(struct part *t)
{
	const struct listing_query *q = &t->k->w->l->q;
	size_t n = t->end - t->first;
	int64_t *seqs = xcalloc(n + 1, sizeof *seqs);
	struct doc_cursor *c;
	struct doc_view v;
	int rc = -1;

	for (size_t i = 0; i < n; i++)
		seqs[i] = t->k->w->l->v[t->first + i];
	c = doc_cursor_open_list(t->p, seqs, n,
	    q->key == LISTING_ID ? 0 : DOC_CELLS, t->err);
	while (c != NULL && (rc = doc_cursor_next(c, &v, t->err)) == 1)
		key_cell(t->k, row_from(t->k, v.seq), q->key == LISTING_ID ?
		    v.id : (size_t)q->column < v.ncells ?
		    v.cells[q->column] : NULL);
	doc_cursor_close(c);
	free(seqs);
	return rc;
}

static int
part_flags(struct part *t)
{
	const struct listing_work *w = t->k->w;
	const struct listing_query *q = &w->l->q;
	uint16_t flags[SCAN_SHARE];
	struct forecast_row row = { 0 };

	if (annot_flags_range(t->p, q->c.scheme, t->from, t->to, flags,
	    t->err) < 0)
		return -1;
	for (size_t i = t->first; i < t->end; i++) {
		int64_t seq = w->l->v[i];
		unsigned f = flags[seq - t->from];
		enum set set = (enum set)(f & DOC_SET_MASK);

		if (q->key == LISTING_SET)
			key_number(t->k, i, (set + 3) % 4);
		else if (q->key == LISTING_MARKS && (f & (DOC_FLAGGED |
		    DOC_COMMENTED)) != 0)
			key_number(t->k, i, ((f & DOC_FLAGGED) == 0) +
			    ((f & DOC_COMMENTED) == 0));
		else if (q->key == LISTING_MARKS || w->forecast == NULL ||
		    set == SET_TEST ||
		    !forecast_get(w->forecast, set, seq, &row))
			continue;
		else if (q->key == LISTING_SURE)
			key_number(t->k, i, row.probability);
		else
			key_number(t->k, i, label_index(w->scheme,
			    row.labels[row.best]));
	}
	forecast_row_free(&row);
	return 0;
}

static const char *
name_of(const struct keys *k, int64_t uid)
{
	for (size_t i = 0; i < k->nusers; i++)
		if (k->users[i].uid == uid)
			return k->users[i].name;
	return "";
}

static int
part_labels(struct part *t)
{
	const struct listing_work *w = t->k->w;
	struct annot_query q = { .scheme = w->l->q.c.scheme, .sets = SETS_ALL,
		.choice = CHOICE_FINAL, .extra = true, .from = t->from,
		.to = t->to };
	struct annot_bulk b;

	if (annot_bulk(t->p, &q, &b, t->err) < 0)
		return -1;
	for (size_t i = 0; i < b.n; i++) {
		size_t row = row_from(t->k, b.doc[i]);

		if (row >= t->end || (int64_t)w->l->v[row] != b.doc[i])
			continue;
		if (w->l->q.key == LISTING_TIME) {
			key_number(t->k, row, (double)b.time[i]);
		} else if (w->l->q.key == LISTING_WHO) {
			const char *name = name_of(t->k, b.uid[i]);

			key_string(t->k, row, name, strlen(name));
		} else { /* "none of these" behind the labels */
			key_number(t->k, row, b.start[i] < b.start[i + 1] ?
			    label_index(w->scheme, b.label[b.start[i]]) :
			    (double)w->scheme->nlabels);
		}
	}
	annot_bulk_free(&b);
	return 0;
}

static int
part_run(void *arg, struct project *p, int64_t from, int64_t to,
    struct err *err)
{
	struct keys *k = arg;
	struct part t = { .k = k, .p = p, .from = from, .to = to, .err = err,
		.first = row_from(k, from), .end = row_from(k, to + 1) };

	if (t.first == t.end)
		return 0;
	switch (k->w->l->q.key) {
	case LISTING_LENGTH:
	case LISTING_TEXT:
		return doc_texts(p, from, to, k->w->l->hits + from, text_key,
		    &t, err);
	case LISTING_ID:
	case LISTING_COLUMN: return part_docs(&t);
	case LISTING_LABEL:
	case LISTING_WHO:
	case LISTING_TIME: return part_labels(&t);
	default: return part_flags(&t);
	}
}

/* ---- sorting ---- */

struct sorting {
	const struct keys *k;
	struct item *v, *to;
	size_t n, parts;
};

static int
item_order(const struct keys *k, const struct item *a, const struct item *b)
{
	int order = a->head < b->head ? -1 : a->head > b->head;

	if (order == 0 && k->tail != NULL)
		order = memcmp(k->tail[a->row], k->tail[b->row], TAIL);
	return k->w->l->q.down ? -order : order;
}

/* Two runs that stand side by side, into `to`; stable. */
static void
merge(const struct keys *k, const struct item *v, size_t a, size_t b,
    size_t end, struct item *to)
{
	size_t i = a, j = b;

	for (size_t at = a; at < end; at++)
		to[at] = j >= end || (i < b &&
		    item_order(k, &v[i], &v[j]) <= 0) ? v[i++] : v[j++];
}

static size_t
part_start(const struct sorting *s, size_t i)
{
	return s->n / s->parts * i + (i < s->n % s->parts ? i :
	    s->n % s->parts);
}

/* By merging from below; the result is in v. */
static void
sort_part(void *arg, size_t i)
{
	struct sorting *s = arg;
	size_t begin = part_start(s, i), end = part_start(s, i + 1);
	struct item *from = s->v, *to = s->to;

	for (size_t run = 1; run < end - begin; run *= 2) {
		struct item *t = from;

		for (size_t a = begin; a < end; a += 2 * run) {
			size_t b = a + run < end ? a + run : end;

			merge(s->k, from, a, b, b + run < end ? b + run : end,
			    to);
		}
		from = to;
		to = t;
	}
	if (from != s->v)
		memcpy(s->v + begin, from + begin, (end - begin) *
		    sizeof *from);
}

static struct item *
sort_items(const struct keys *k, struct item *v, struct item *spare, size_t n)
{
	struct sorting s = { k, v, spare, n, (size_t)thread_count() };
	size_t done;

	if (n < 2 * s.parts || n < 1000)
		s.parts = 1;
	parallel_for(s.parts, (int)s.parts, sort_part, &s);
	done = part_start(&s, 1);
	for (size_t i = 1; i < s.parts; i++) {
		struct item *t = v;
		size_t end = part_start(&s, i + 1);

		merge(k, v, 0, done, end, spare);
		memcpy(spare + end, v + end, (n - end) * sizeof *v);
		v = spare;
		spare = t;
		done = end;
	}
	return v;
}

static int
rows_order(struct keys *k, struct err *err)
{
	uint32_t *v = k->w->l->v, *old;
	struct item *a = try_alloc(k->n + 1, sizeof *a, err);
	struct item *b = try_alloc(k->n + 1, sizeof *b, err), *sorted;
	size_t n = 0, at;

	old = try_alloc(k->n + 1, sizeof *old, err);
	if (a == NULL || b == NULL || old == NULL) {
		free(a);
		free(b);
		free(old);
		return -1;
	}
	for (size_t i = 0; i < k->n; i++)
		if (k->there[i])
			a[n++] = (struct item){ k->head[i], (uint32_t)i };
	sorted = sort_items(k, a, b, n);
	memcpy(old, v, k->n * sizeof *v);
	for (at = 0; at < n; at++)
		v[at] = old[sorted[at].row];
	for (size_t i = 0; i < k->n; i++)
		if (!k->there[i])
			v[at++] = old[i];
	free(a);
	free(b);
	free(old);
	return 0;
}

/* ---- the whole ---- */

static int
keys_prepare(struct keys *k, struct project *p, struct err *err)
{
	const struct listing_query *q = &k->w->l->q;
	struct column *c;
	size_t n;
	bool numbered = true; /* ids without a column of their own */
	char *id;
	double x;

	if (user_list(p, &k->users, &k->nusers, err) < 0 ||
	    column_list(p, &c, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (q->key == LISTING_ID ? c[i].role != COLUMN_ID :
		    c[i].no != q->column)
			continue;
		numbered = false;
		k->numeric = strcmp(c[i].kind, "int") == 0 ||
		    strcmp(c[i].kind, "real") == 0;
	}
	column_list_free(c, n);
	if (q->key == LISTING_ID && numbered && k->n > 0) {
		id = doc_id(p, k->w->l->v[0], err);
		if (id == NULL)
			return -1;
		k->numeric = number_parse(id, strlen(id), &x);
		free(id);
	}
	k->head = try_alloc(k->n + 1, sizeof *k->head, err);
	k->there = try_alloc(k->n + 1, 1, err);
	if (has_strings(k))
		k->tail = try_alloc(k->n + 1, TAIL, err);
	if (k->head == NULL || k->there == NULL ||
	    (has_strings(k) && k->tail == NULL))
		return -1;
	memset(k->head, 0, k->n * sizeof *k->head);
	memset(k->there, 0, k->n);
	return 0;
}

int
listing_sort(struct listing_work *w, size_t n, struct project *p,
    struct progress *progress, struct err *err)
{
	struct keys k = { .w = w, .n = n };
	struct scan_work scan = { .max = w->l->max, .fn = part_run, .arg = &k,
		.progress = progress };
	int rc = keys_prepare(&k, p, err);

	progress_phase(progress, "sorting", (size_t)w->l->max);
	if (rc == 0)
		rc = scan_texts(p, &scan, err);
	if (rc == 0)
		rc = rows_order(&k, err);
	user_list_free(k.users, k.nusers);
	free(k.head);
	free(k.tail);
	free(k.there);
	return rc;
}

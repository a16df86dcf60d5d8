#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/scheme.h"
#include "priv.h"

/* ---- what a label id counts as now ---- */

static int
meaning_order(const void *a, const void *b)
{
	const struct meaning *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int
meanings_read(struct project *p, int64_t scheme, struct meanings *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_LABEL_MEANINGS, ARGS(I(scheme)),
	    err);
	size_t cap = 0;
	int row = -1;

	*out = (struct meanings){ 0 };
	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		out->v = array_room(out->v, out->n, &cap, sizeof *out->v);
		out->v[out->n++] = (struct meaning){ col_int(s, 0),
			col_int(s, 1) };
		if (col_int(s, 1) == 0)
			out->any_dead = true;
	}
	if (out->n > 0)
		qsort(out->v, out->n, sizeof *out->v, meaning_order);
	return row;
}

const struct meaning *
meaning_find(const struct meanings *m, int64_t id)
{
	struct meaning key = { .id = id };

	return m->n == 0 ? NULL :
	    bsearch(&key, m->v, m->n, sizeof key, meaning_order);
}

/* 0: deleted, or not the scheme's. */
static int64_t
meaning_of(const struct meanings *m, int64_t id)
{
	const struct meaning *hit = meaning_find(m, id);

	return hit != NULL ? hit->effective : 0;
}

static void
ids_add_once(struct ids *out, size_t from, int64_t id)
{
	size_t at = out->n;

	while (at > from && out->v[at - 1] > id)
		at--;
	if (at > from && out->v[at - 1] == id)
		return;
	out->v = array_room(out->v, out->n, &out->cap, sizeof *out->v);
	memmove(&out->v[at + 1], &out->v[at],
	    (out->n - at) * sizeof *out->v);
	out->v[at] = id;
	out->n++;
}

bool
labels_meant(const struct meanings *m, const char *json, struct ids *out)
{
	int64_t small[32], *raw = small;
	size_t n = 0, from = out->n;

	if (json_read_ids(json, small, 32, &n) < 0)
		n = 0;
	if (n > 32) {
		raw = xcalloc(n, sizeof *raw);
		json_read_ids(json, raw, n, &n);
	}
	for (size_t i = 0; i < n; i++) {
		int64_t id = meaning_of(m, raw[i]);

		if (id != 0)
			ids_add_once(out, from, id);
	}
	if (raw != small)
		free(raw);
	return n == 0 || out->n > from;
}

/* ---- one text ---- */

static void
annot_read(sqlite3_stmt *s, const struct meanings *m, int64_t scheme,
    int64_t doc, struct annot *out)
{
	struct ids ids = { 0 };
	bool left;

	*out = (struct annot){ .scheme = scheme, .doc = doc,
		.tagged = col_int(s, 0) != 0, .time = col_int(s, 1),
		.accepted = col_int(s, 3) != 0, .flag = col_int(s, 4) != 0,
		.comment = col_dup(s, 5), .uid = col_int(s, 6) };
	left = labels_meant(m, col_text(s, 2), &ids);
	out->tagged = out->tagged && left;
	out->labels = ids.v;
	out->nlabels = ids.n;
}

int
annot_get(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    struct annot *out, struct err *err)
{
	sqlite3_stmt *s;
	struct meanings own = { 0 };
	const struct meanings *m = &own;
	const struct known_scheme *k;
	int row = annot_row(p, scheme, doc, uid, &s, err);

	*out = (struct annot){ 0 };
	if (row == 1 && p->depth > 0) {
		k = scheme_known(p, scheme, err);
		m = k != NULL ? &k->meanings : NULL;
	} else if (row == 1 && meanings_read(p, scheme, &own, err) < 0) {
		m = NULL;
	}
	if (m == NULL)
		row = -1;
	else if (row == 1)
		annot_read(s, m, scheme, doc, out);
	db_done(s);
	free(own.v);
	return row;
}

int
annot_blind(struct project *p, int64_t scheme, int64_t doc, int64_t before,
    bool *blind, struct err *err)
{
	int64_t n = 0;

	if (db_int(p, SQL_ANNOT_SIGHTED, ARGS(I(doc), I(scheme), I(EVENT_TAG),
	    I(before)), &n, err) < 0)
		return -1;
	*blind = n == 0;
	return 0;
}

int
annot_layers(struct project *p, int64_t scheme, int64_t doc,
    struct annot **out, size_t *n, struct err *err)
{
	struct meanings m;
	sqlite3_stmt *s;
	struct annot *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	if (meanings_read(p, scheme, &m, err) == 0) {
		s = db_query(p, SQL_ANNOT_LAYERS, ARGS(I(scheme), I(doc)),
		    err);
		while (s != NULL && (row = db_step(p, s, err)) == 1) {
			v = array_room(v, count, &cap, sizeof *v);
			annot_read(s, &m, scheme, doc, &v[count++]);
		}
	}
	free(m.v);
	if (row < 0) {
		annot_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

static bool
same_labels(const struct annot *a, const struct annot *b)
{
	size_t same = 0;

	for (size_t i = 0; i < a->nlabels; i++)
		for (size_t j = 0; j < b->nlabels; j++)
			same += a->labels[i] == b->labels[j];
	return same == a->nlabels && same == b->nlabels;
}

const struct annot *
annot_final(const struct annot *v, size_t n)
{
	const struct annot *first = NULL;

	for (size_t i = 0; i < n; i++)
		if (v[i].uid == LAYER_FINAL && v[i].tagged)
			return &v[i];
	for (size_t i = 0; i < n; i++) {
		if (!v[i].tagged)
			continue;
		if (first != NULL && !same_labels(first, &v[i]))
			return NULL;
		first = &v[i];
	}
	return first;
}

void
annot_free(struct annot *a)
{
	free(a->labels);
	free(a->comment);
	*a = (struct annot){ 0 };
}

void
annot_list_free(struct annot *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		annot_free(&a[i]);
	free(a);
}

/* ---- a scheme's annotations, text after text ---- */

static void
group_clear(struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->rows[i].comment);
	g->n = 0;
	g->ids.n = 0;
}

static void
group_add(struct group *g, sqlite3_stmt *s, const struct meanings *m,
    bool extra)
{
	size_t from = g->ids.n;
	struct layer_row *r;

	if (!labels_meant(m, col_text(s, 2), &g->ids))
		return;
	g->rows = array_room(g->rows, g->n, &g->cap, sizeof *g->rows);
	r = &g->rows[g->n++];
	*r = (struct layer_row){ .uid = col_int(s, 1), .time = col_int(s, 4),
		.start = from, .n = g->ids.n - from };
	if (extra && *col_text(s, 5) != '\0')
		r->comment = col_dup(s, 5);
}

/* Of a scan of all, and of texts that came since the sets were read. */
static enum set
set_of(struct project *p, const uint8_t *sets, int64_t max, int64_t doc)
{
	int64_t set = SET_REST;

	if (doc <= max && sets[doc] != SET_ABSENT)
		return (enum set)sets[doc];
	db_int(p, SQL_DOC_SET, ARGS(I(doc)), &set, NULL);
	return SET_OF(set);
}

/* The reading lets go of the file between two texts every few
 * milliseconds. */
int
group_scan(struct project *p, const struct annot_query *q, int64_t from,
    int64_t to, group_fn *fn, void *arg, struct err *err)
{
	bool all = from <= 1 && to == INT64_MAX;
	enum sql sql = all ? SQL_ANNOT_ALL : SQL_ANNOT_SCAN;
	const uint8_t *sets = NULL;
	struct group g = { 0 };
	struct meanings m;
	int64_t last = from - 1, max = 0;
	int row = meanings_read(p, q->scheme, &m, err);
	bool more;

	if (row == 0 && all && (sets = sets_known(p, &max, err)) == NULL)
		row = -1;
	more = row == 0;
	while (more) {
		sqlite3_stmt *s = db_query(p, sql,
		    ARGS(I(q->scheme), I(last), I(to)), err);
		struct pace pace = { 0 };

		row = s == NULL ? -1 : 1;
		more = false;
		while (row == 1 && (row = db_step(p, s, err)) == 1) {
			int64_t doc = col_int(s, 0);

			if (doc != g.doc) {
				if (g.n > 0)
					fn(arg, &g);
				group_clear(&g);
				if (pace_over(&pace)) {
					more = true;
					break;
				}
				g.doc = doc;
				g.set = all ? set_of(p, sets, max, doc) :
				    SET_OF(col_int(s, 3));
			}
			last = doc;
			if ((q->sets & SET_BIT(g.set)) != 0)
				group_add(&g, s, &m, q->extra);
		}
		db_done(s);
		g.doc = more ? 0 : g.doc;
	}
	if (row == 0 && g.n > 0)
		fn(arg, &g);
	group_clear(&g);
	free(g.rows);
	free(g.ids.v);
	free(m.v);
	return row < 0 ? -1 : 0;
}

static bool
rows_agree(const struct group *g, const struct layer_row *a,
    const struct layer_row *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(g->ids.v + a->start,
	    g->ids.v + b->start, a->n * sizeof *g->ids.v) == 0);
}

const struct layer_row *
group_final(const struct group *g)
{
	const struct layer_row *newest = &g->rows[0];

	for (size_t i = 0; i < g->n; i++) {
		if (g->rows[i].uid == LAYER_FINAL)
			return &g->rows[i];
	}
	for (size_t i = 1; i < g->n; i++) {
		if (!rows_agree(g, &g->rows[0], &g->rows[i]))
			return NULL;
		if (g->rows[i].time > newest->time)
			newest = &g->rows[i];
	}
	return newest;
}

/* ---- all of them ---- */

struct filling {
	const struct annot_query *q;
	struct annot_bulk *b;
	size_t cap, label_cap;
	size_t nlabels;
};

static void
fill_room(struct filling *f)
{
	struct annot_bulk *b = f->b;
	size_t cap = f->cap * 2;

	if (b->n + 1 < f->cap)
		return;
	b->doc = xreallocarray(b->doc, cap, sizeof *b->doc);
	b->set = xreallocarray(b->set, cap, sizeof *b->set);
	b->start = xreallocarray(b->start, cap, sizeof *b->start);
	if (f->q->extra) {
		b->uid = xreallocarray(b->uid, cap, sizeof *b->uid);
		b->time = xreallocarray(b->time, cap, sizeof *b->time);
		b->comment = xreallocarray(b->comment, cap,
		    sizeof *b->comment);
		b->agreed = xreallocarray(b->agreed, cap, sizeof *b->agreed);
	}
	f->cap = cap;
}

static char *
comments_joined(const struct group *g, const struct layer_row *r)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < g->n; i++) {
		const struct layer_row *o = &g->rows[i];

		if (o->comment == NULL || (r->uid == LAYER_FINAL && o != r))
			continue;
		if (b.len > 0)
			buf_adds(&b, " | ");
		buf_adds(&b, o->comment);
	}
	return b.len > 0 ? buf_take(&b) : NULL;
}

static void
fill_row(struct filling *f, const struct group *g, const struct layer_row *r,
    bool final)
{
	struct annot_bulk *b = f->b;

	fill_room(f);
	b->doc[b->n] = g->doc;
	b->set[b->n] = (uint8_t)g->set;
	for (size_t i = 0; i < r->n; i++) {
		b->label = array_room(b->label, f->nlabels, &f->label_cap,
		    sizeof *b->label);
		b->label[f->nlabels++] = g->ids.v[r->start + i];
	}
	if (f->q->extra) {
		b->uid[b->n] = r->uid;
		b->time[b->n] = r->time;
		b->agreed[b->n] = final && r->uid != LAYER_FINAL
		    ? (uint32_t)g->n : 1;
		if (final)
			b->comment[b->n] = comments_joined(g, r);
		else
			b->comment[b->n] = xstrdup(r->comment);
	}
	b->start[++b->n] = f->nlabels;
}

static void
fill_group(void *arg, const struct group *g)
{
	struct filling *f = arg;
	const struct layer_row *final;

	if (f->q->choice == CHOICE_FINAL) {
		final = group_final(g);
		if (final != NULL)
			fill_row(f, g, final, true);
		else
			f->b->disagree++;
		return;
	}
	for (size_t i = 0; i < g->n; i++) {
		if (f->q->choice == CHOICE_ALL || g->rows[i].uid == f->q->uid)
			fill_row(f, g, &g->rows[i], false);
	}
}

int
annot_bulk(struct project *p, const struct annot_query *q,
    struct annot_bulk *out, struct err *err)
{
	struct filling f = { .q = q, .b = out, .cap = 32 };

	*out = (struct annot_bulk){ 0 };
	fill_room(&(struct filling){ .q = q, .b = out, .cap = 1 });
	f.cap = 2;
	out->start[0] = 0;
	if (group_scan(p, q, q->to != 0 ? q->from : 1, q->to != 0 ? q->to :
	    INT64_MAX, fill_group, &f, err) < 0) {
		annot_bulk_free(out);
		return -1;
	}
	if (out->label == NULL)
		out->label = xcalloc(1, sizeof *out->label);
	return 0;
}

void
annot_bulk_free(struct annot_bulk *b)
{
	for (size_t i = 0; b->comment != NULL && i < b->n; i++)
		free(b->comment[i]);
	free(b->comment);
	free(b->agreed);
	free(b->time);
	free(b->uid);
	free(b->label);
	free(b->start);
	free(b->set);
	free(b->doc);
	*b = (struct annot_bulk){ 0 };
}

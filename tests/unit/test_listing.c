/*
 * Listings: whatever the filter and the order, and whatever the number of
 * readers, what a scan of text after text comes to.
 */
#include <math.h>

#include "predictions.h"
#include "store_test.h"

#include "tagtiger/job.h"
#include "tagtiger/listing.h"
#include "tagtiger/model.h"
#include "tagtiger/predfile.h"
#include "tagtiger/rng.h"
#include "tagtiger/utf8.h"

#define TEXTS 5000 /* more than two shares */

static const char *const words[] = { "coal", "Wind", "\xc3\x89t\xc3\xa9",
	"law", "sun" };

static int64_t scheme, labels[3], model;
static float prob[TEXTS * 3];

/* What a row is sorted by and filtered by, told apart from the engine. */
static int
number_of(int64_t seq)
{
	return (int)(seq * 7919 % 1009) - 500;
}

static void
texts_make(struct project *p)
{
	struct err e = { 0 };
	struct doc_import *imp;
	char id[32], text[300], number[32];
	int64_t seq;
	int no;

	OK(column_add(p, "n", COLUMN_CONTEXT, "int", &no, err));
	imp = doc_import_begin(p, &e);
	assert_non_null(imp);
	for (int i = 1; i <= TEXTS; i++) {
		struct doc_cell cell = { .s = number };
		struct doc_row row = { .id = id, .text = text,
			.set = (enum set)(i % 11 == 0 ? SET_TEST :
			    i % 5 == 0 ? SET_REST : SET_TRAIN),
			.cells = &cell, .ncells = 1 };

		row.id_len = (size_t)snprintf(id, sizeof id, "d%d",
		    TEXTS - i);
		row.text_len = (size_t)snprintf(text, sizeof text,
		    "%s %s %.*s", words[i % 5], words[i / 3 % 5], i % 100,
		    "....................................................."
		    ".....................................................");
		cell.len = (size_t)snprintf(number, sizeof number, "%d",
		    number_of(i));
		if (i % 17 == 0)
			cell.s = NULL;
		assert_int_equal(import_row(imp, &row, &seq, &e), 0);
	}
	assert_int_equal(doc_import_end(imp, &e), 0);
}

static void
predictions_make(struct project *p)
{
	struct predfile f = { .time = 1000, .n = TEXTS, .k = 3,
		.labels = labels, .names = (const char *[]){ "a", "b", "c" },
		.prob = prob };
	static int64_t docs[TEXTS];
	struct model m = { .name = (char *)"quick", .kind = (char *)"quick",
		.scheme = scheme, .state = (char *)"ready", .time = 1000 };
	struct prediction r = { .set = (char *)"all", .rows = TEXTS,
		.max_seq = TEXTS, .file = (char *)"predictions/q.pred" };
	struct rng rng;
	struct err e = { 0 };
	char *path;

	rng_seed(&rng, 5);
	for (int i = 0; i < TEXTS; i++) {
		float a = (float)rng_double(&rng), b = (float)rng_double(&rng);

		docs[i] = i + 1;
		prob[i * 3] = a * b;
		prob[i * 3 + 1] = a * (1 - b);
		prob[i * 3 + 2] = 1 - a;
	}
	f.docs = docs;
	OK(model_put(p, &m, err));
	f.model = r.model = model = m.id;
	path = project_file(p, r.file, &e);
	assert_non_null(path);
	predictions_write(path, &f);
	OK(prediction_put(p, &r, err));
	free(path);
}

static void
annotations_make(struct project *p)
{
	int64_t me = project_uid(p);

	OK(user_add(p, 2001, "bob", ROLE_ANNOTATOR, err));
	OK(act_begin(p, true, err));
	for (int64_t seq = 1; seq <= TEXTS; seq += 3) {
		struct tag t = { .scheme = scheme, .doc = seq, .nlabels = 1,
			.labels = &labels[seq % 2], .bulk = true };

		if (seq % 5 == 0)
			continue;
		OK(annot_tag(p, &t, NULL, err));
		t.labels = &labels[seq % 7 == 0 ? 2 : seq % 2];
		t.whose = WHOSE_UID;
		t.uid = 2001;
		if (seq % 4 == 0)
			OK(annot_tag(p, &t, NULL, err));
	}
	OK(act_end(p, 0, err));
	project_act_as(p, me);
	for (int64_t seq = 2; seq <= TEXTS; seq += 501) {
		OK(annot_flag(p, scheme, seq, true, err));
		OK(annot_comment(p, scheme, seq + 4, "look", err));
	}
}

static struct project *
project_make(void)
{
	static const char *const names[] = { "a", "b", "c" };
	struct err e = { 0 };
	struct project *p = project_create(test_path("list.tiger"), &e);

	if (p == NULL)
		fail_msg("%s", e.text);
	texts_make(p);
	OK(scheme_add(p, "default", SCHEME_MULTICLASS, &scheme, err));
	OK(label_add_many(p, scheme, names, 3, labels, err));
	OK(project_publish(p, err));
	annotations_make(p);
	predictions_make(p);
	return p;
}

/* ---- the naive way ---- */

static int
best_of(int64_t seq)
{
	const float *v = &prob[(seq - 1) * 3];
	int best = 0;

	for (int j = 1; j < 3; j++)
		if (v[j] > v[best])
			best = j;
	return best;
}

static bool
has_label(const struct annot *a, int64_t label)
{
	return a->tagged && a->nlabels == 1 && a->labels[0] == label;
}

static bool
fits_labels(const struct listing_query *q, int64_t seq, enum set set,
    const struct annot *v, size_t n)
{
	const struct next_criteria *c = &q->c;
	const struct annot *final = annot_final(v, n);
	bool tagged = false, carried = false, flag = false, comment = false;

	for (size_t i = 0; i < n; i++) {
		bool his = c->user == NEXT_ANYONE || v[i].uid == c->user;

		tagged |= his && v[i].tagged;
		carried |= his && has_label(&v[i], c->carries);
		flag |= v[i].flag;
		comment |= v[i].comment[0] != '\0';
	}
	if ((c->filter == NEXT_UNTAGGED && tagged) ||
	    (c->filter == NEXT_TAGGED && !tagged) ||
	    (c->filter == NEXT_ALL && c->user != NEXT_ANYONE && !tagged))
		return false;
	if ((c->carries != 0 && !carried) || (c->flag && !flag) ||
	    (c->comment && !comment))
		return false;
	if (q->final != 0 && (final == NULL || !has_label(final, q->final)))
		return false;
	if (c->predicted != 0 && (set == SET_TEST ||
	    labels[best_of(seq)] != c->predicted))
		return false;
	return !c->wrong || (final != NULL && set != SET_TEST &&
	    !has_label(final, labels[best_of(seq)]));
}

/* One pattern: "wind" in either case, by hand. */
static bool
fits(struct project *p, const struct listing_query *q, int64_t seq)
{
	struct annot *v;
	struct doc d;
	size_t n;
	bool yes;

	OK(doc_get(p, seq, &d, err));
	OK(annot_layers(p, scheme, seq, &v, &n, err));
	yes = (q->sets >> d.set & 1) && fits_labels(q, seq, d.set, v, n);
	if (q->c.regex != NULL)
		yes = yes && strstr(d.text, q->c.match_case ? "wind" :
		    "Wind") != NULL;
	annot_list_free(v, n);
	doc_free(&d);
	return yes;
}

static void
check_filter(struct project *p, const struct listing_query *q,
    const char *name)
{
	struct err e = { 0 };
	struct listing *l = listing_new(q, TEXTS, &e);
	size_t at = 0;

	assert_non_null(l);
	OK(listing_fill(l, NULL, p, NULL, NULL, NULL, err));
	assert_true(listing_complete(l));
	for (int64_t seq = 1; seq <= TEXTS; seq++) {
		bool want = fits(p, q, seq);
		bool got = at < listing_count(l) && listing_at(l, at) == seq;

		if (want != got)
			fail_msg("%s: text %lld is %slisted", name,
			    (long long)seq, want ? "not " : "");
		at += got;
	}
	assert_int_equal(at, listing_count(l));
	if (at > 3)
		assert_int_equal(listing_find(l, listing_at(l, 3)), 3);
	listing_free(l);
}

static void
test_filters(void **state)
{
	struct project *p = project_make();
	int64_t me = project_uid(p);
	struct {
		const char *name;
		unsigned sets;
		int regex; /* 2: case minded */
		enum next_filter filter;
		int64_t user;
		int carries, final, predicted; /* 1, 2, 3: label */
		bool wrong, flag, comment;
	} cases[] = {
		{ .name = "all", .filter = NEXT_ALL },
		{ .name = "train", .sets = SET_BIT(SET_TRAIN),
		    .filter = NEXT_ALL },
		{ .name = "rest and test", .sets = SET_BIT(SET_REST) |
		    SET_BIT(SET_TEST), .filter = NEXT_ALL },
		{ .name = "regex", .regex = 1, .filter = NEXT_ALL },
		{ .name = "no match", .regex = 2, .filter = NEXT_ALL },
		{ .name = "untagged", .filter = NEXT_UNTAGGED },
		{ .name = "tagged, regex", .filter = NEXT_TAGGED, .regex = 1 },
		{ .name = "by me", .filter = NEXT_ALL, .user = me },
		{ .name = "by bob", .filter = NEXT_TAGGED, .user = 2001 },
		{ .name = "not by bob", .filter = NEXT_UNTAGGED,
		    .user = 2001 },
		{ .name = "carries", .filter = NEXT_ALL, .carries = 3 },
		{ .name = "carries by bob", .filter = NEXT_ALL, .user = 2001,
		    .carries = 1 },
		{ .name = "final", .filter = NEXT_ALL, .final = 2 },
		{ .name = "predicted", .filter = NEXT_ALL, .predicted = 2 },
		{ .name = "cell", .filter = NEXT_ALL, .final = 1,
		    .predicted = 2 },
		{ .name = "cell of test", .filter = NEXT_ALL, .final = 1,
		    .predicted = 2, .sets = SET_BIT(SET_TEST) },
		{ .name = "blind", .filter = NEXT_ALL, .predicted = 2,
		    .sets = SET_BIT(SET_TEST) },
		{ .name = "wrong", .filter = NEXT_ALL, .wrong = true },
		{ .name = "flag", .filter = NEXT_ALL, .flag = true },
		{ .name = "comment", .filter = NEXT_ALL, .comment = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct listing_query q = LISTING_QUERY_INIT;

		q.c.scheme = scheme;
		q.sets = cases[i].sets != 0 ? cases[i].sets : SETS_ALL;
		q.c.regex = cases[i].regex ? (char *)"wind" : NULL;
		q.c.match_case = cases[i].regex == 2;
		q.c.filter = cases[i].filter;
		if (cases[i].user != 0)
			q.c.user = cases[i].user;
		if (cases[i].carries != 0)
			q.c.carries = labels[cases[i].carries - 1];
		if (cases[i].final != 0)
			q.final = labels[cases[i].final - 1];
		if (cases[i].predicted != 0)
			q.c.predicted = labels[cases[i].predicted - 1];
		q.c.wrong = cases[i].wrong;
		q.c.flag = cases[i].flag;
		q.c.comment = cases[i].comment;
		setenv("TAGTIGER_THREADS", i % 2 ? "1" : "3", 1);
		check_filter(p, &q, cases[i].name);
	}
	project_close(p);
}

/* ---- orders ---- */

/* The key as a number, NaN where it is missing. */
static double
key_number(struct project *p, enum listing_key key, int64_t seq)
{
	struct annot *v;
	const struct annot *final;
	struct doc d;
	double x = NAN;
	size_t n;

	OK(doc_get(p, seq, &d, err));
	OK(annot_layers(p, scheme, seq, &v, &n, err));
	final = annot_final(v, n);
	if (key == LISTING_LENGTH)
		x = (double)utf8_count(d.text, d.text_len);
	else if (key == LISTING_COLUMN)
		x = seq % 17 == 0 ? NAN : number_of(seq);
	else if (key == LISTING_SURE && d.set != SET_TEST)
		x = (double)prob[(seq - 1) * 3 + best_of(seq)];
	else if (key == LISTING_PREDICTED && d.set != SET_TEST)
		x = best_of(seq);
	else if (key == LISTING_LABEL && final != NULL)
		x = final->labels[0] == labels[0] ? 0 :
		    final->labels[0] == labels[1] ? 1 : 2;
	else if (key == LISTING_SET)
		x = d.set == SET_REST ? 3 : (int)d.set - 1;
	annot_list_free(v, n);
	doc_free(&d);
	return x;
}

static void
check_order(struct project *p, const struct listing_query *q)
{
	struct err e = { 0 };
	struct listing *l = listing_new(q, TEXTS, &e);
	double before = 0;

	OK(listing_fill(l, NULL, p, NULL, NULL, NULL, err));
	for (size_t i = 0; i < listing_count(l); i++) {
		double x = key_number(p, q->key, listing_at(l, i));
		bool same = i > 0 && ((isnan(x) && isnan(before)) ||
		    x == before);

		if (i > 0 && !same && (isnan(before) || (q->down ?
		    x > before : x < before)))
			fail_msg("key %d: row %zu", (int)q->key, i);
		if (same) /* stable */
			assert_true(listing_at(l, i) > listing_at(l, i - 1));
		before = x;
	}
	listing_free(l);
}

static void
test_orders(void **state)
{
	static const enum listing_key keys[] = { LISTING_LENGTH,
		LISTING_COLUMN, LISTING_SURE, LISTING_PREDICTED, LISTING_LABEL,
		LISTING_SET };
	struct err e = { 0 };
	struct project *p = project_open(test_path("list.tiger"),
	    PROJECT_WRITE, &e);

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < 2 * sizeof keys / sizeof keys[0]; i++) {
		struct listing_query q = LISTING_QUERY_INIT;

		q.c.scheme = scheme;
		q.key = keys[i / 2];
		q.down = i % 2 != 0;
		setenv("TAGTIGER_THREADS", i % 3 ? "2" : "5", 1);
		check_order(p, &q);
	}
	project_close(p);
}

static void
check_strings(struct project *p, enum listing_key key, bool down,
    struct listing *base)
{
	struct listing_query q = LISTING_QUERY_INIT;
	struct err e = { 0 };
	struct listing *l;
	char *before = NULL;

	q.c.scheme = scheme;
	q.c.regex = (char *)"wind";
	q.key = key;
	q.down = down;
	l = listing_new(&q, TEXTS, &e);
	OK(listing_fill(l, base, p, NULL, NULL, NULL, err));
	assert_int_equal(listing_count(l), listing_count(base));
	for (size_t i = 0; i < listing_count(l); i++) {
		struct doc d;
		char *now;
		int order;

		OK(doc_get(p, listing_at(l, i), &d, err));
		now = key == LISTING_ID ? utf8_fold(d.id, strlen(d.id)) :
		    utf8_fold(d.text, d.text_len);
		order = before != NULL ? strncmp(before, now, 60) : 0;
		if (down ? order < 0 : order > 0)
			fail_msg("'%s' before '%s'", before, now);
		free(before);
		before = now;
		doc_free(&d);
	}
	free(before);
	listing_free(l);
}

static void
test_strings(void **state)
{
	struct err e = { 0 };
	struct project *p = project_open(test_path("list.tiger"),
	    PROJECT_WRITE, &e);
	struct listing_query q = LISTING_QUERY_INIT;
	struct listing *base;

	(void)state;
	assert_non_null(p);
	q.c.scheme = scheme;
	q.c.regex = (char *)"wind";
	base = listing_new(&q, TEXTS, &e);
	OK(listing_fill(base, NULL, p, NULL, NULL, NULL, err));
	check_strings(p, LISTING_TEXT, false, base);
	check_strings(p, LISTING_TEXT, true, base);
	check_strings(p, LISTING_ID, false, base);
	check_strings(p, LISTING_ID, true, base);
	listing_free(base);
	project_close(p);
}

/* ---- on the way ---- */

struct watching {
	struct listing *l;
	struct progress *progress;
	size_t calls, rows;
	bool stop;
};

/* What is there never changes, and grows. */
static void
watch(void *arg)
{
	struct watching *w = arg;
	size_t n = listing_count(w->l);

	w->calls++;
	if (n > 1)
		assert_true(listing_at(w->l, n - 1) > listing_at(w->l, n - 2));
	if (w->stop)
		atomic_store(&w->progress->cancel, true);
}

static void
test_watched(void **state)
{
	struct err e = { 0 };
	struct project *p = project_open(test_path("list.tiger"),
	    PROJECT_WRITE, &e);
	struct progress progress = { 0 };
	struct listing_query q = LISTING_QUERY_INIT;
	struct watching w = { .progress = &progress };

	(void)state;
	setenv("TAGTIGER_THREADS", "1", 1);
	q.c.scheme = scheme;
	q.c.regex = (char *)"wind";
	w.l = listing_new(&q, TEXTS, &e);
	assert_false(listing_complete(w.l));
	OK(listing_fill(w.l, NULL, p, &progress, watch, &w, err));
	assert_int_equal(w.calls, 3); /* one a share */
	listing_free(w.l);
	w.stop = true;
	w.l = listing_new(&q, TEXTS, &e);
	FAILS(listing_fill(w.l, NULL, p, &progress, watch, &w, err), ERR_FAILED,
	    "stopped");
	assert_false(listing_complete(w.l));
	listing_free(w.l);
	q.c.regex = (char *)"(";
	w.l = listing_new(&q, TEXTS, &e);
	FAILS(listing_fill(w.l, NULL, p, NULL, NULL, NULL, err), ERR_USAGE,
	    "does not compile");
	listing_free(w.l);
	project_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_watched),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}

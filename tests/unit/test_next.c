/*
 * Choosing the next text: what fits, what is held, what comes again, and that
 * a picker which follows the log knows what one that reads all anew knows.
 */
#include <math.h>

#include "predictions.h"
#include "store_test.h"

#include "tagtiger/model.h"
#include "tagtiger/next.h"
#include "tagtiger/predfile.h"
#include "tagtiger/rng.h"

static struct next_criteria
criteria(int64_t scheme, enum select_mode mode)
{
	struct next_criteria c = NEXT_CRITERIA_INIT;

	c.scheme = scheme;
	c.mode = mode;
	return c;
}

static int64_t
draw(struct picker *k, struct project *p, const struct next_criteria *c,
    bool fresh)
{
	struct next_pick pick;
	int64_t doc;

	OK(next_draw(k, p, c, fresh, &pick, err));
	doc = pick.doc;
	next_pick_free(&pick);
	return doc;
}

static int64_t
tag_next(struct picker *k, struct project *p, const struct next_criteria *c,
    int64_t doc, int64_t label)
{
	struct tag t = { .scheme = c->scheme, .doc = doc, .labels = &label,
		.nlabels = 1 };
	struct next_pick pick;
	int64_t next;

	OK(next_tag(k, p, &t, c, &pick, err));
	next = pick.doc;
	next_pick_free(&pick);
	return next;
}

static void
test_sequential(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("seq.tiger", 4, &scheme, l);
	struct picker *k = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_SEQUENTIAL);
	struct next_pick pick;

	(void)state;
	assert_int_equal(draw(k, p, &c, false), 1);
	OK(next_draw(k, p, &c, false, &pick, err));
	assert_int_equal(pick.doc, 1);
	assert_true(pick.again);
	assert_true(isnan(pick.inclusion));
	assert_string_equal(pick.mode, "sequential");
	next_pick_free(&pick);
	assert_int_equal(tag_next(k, p, &c, 1, l[0]), 2);
	OK(next_skip(k, p, scheme, 2, &c, &pick, err));
	assert_int_equal(pick.doc, 3);
	next_pick_free(&pick);
	/* Let go of, it stays unseen: the one after it, then it again. */
	assert_int_equal(draw(k, p, &c, true), 4);
	assert_int_equal(draw(k, p, &c, true), 3);
	assert_int_equal(tag_next(k, p, &c, 3, l[1]), 4);
	assert_int_equal(tag_next(k, p, &c, 4, l[1]), 0);
	OK(next_draw(k, p, &c, false, &pick, err));
	assert_int_equal(pick.doc, 0);
	assert_int_equal(pick.counts.tagged, 3);
	assert_int_equal(pick.counts.skipped, 1);
	assert_non_null(strstr(pick.reason, "session clear"));
	next_pick_free(&pick);
	OK(session_clear(p, scheme, SETS_ALL, NULL, err));
	assert_int_equal(draw(k, p, &c, false), 2);
	picker_free(k);
	project_close(p);
}

static void
test_random(void **state)
{
	int64_t scheme, l[3], seen[21] = { 0 }, doc;
	struct project *p = test_project("random.tiger", 20, &scheme, l);
	struct picker *k = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_RANDOM);
	struct next_pick pick;
	size_t in_order = 0;

	(void)state;
	OK(next_draw(k, p, &c, false, &pick, err));
	assert_true(fabs(pick.inclusion - 1.0 / 20) < 1e-12);
	doc = pick.doc;
	next_pick_free(&pick);
	for (int i = 0; i < 20; i++) {
		int64_t next;

		assert_in_range(doc, 1, 20);
		assert_int_equal(seen[doc]++, 0);
		next = tag_next(k, p, &c, doc, l[0]);
		in_order += next == doc + 1;
		doc = next;
	}
	assert_int_equal(doc, 0);
	assert_in_range(in_order, 0, 15);
	picker_free(k);
	project_close(p);
}

/* Two accounts, two connections: nobody gets what the other has. */
static void
test_two(void **state)
{
	int64_t scheme, l[3];
	struct project *a = test_project("two.tiger", 3, &scheme, l), *b;
	struct picker *ka = picker_new(), *kb = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_SEQUENTIAL);
	struct next_counts n;
	struct err e = { 0 };

	(void)state;
	b = project_open(test_path("two.tiger"), PROJECT_WRITE, &e);
	assert_non_null(b);
	OK(user_add(a, 2001, "bob", ROLE_ANNOTATOR, err));
	project_act_as(b, 2001);
	assert_int_equal(draw(ka, a, &c, false), 1);
	assert_int_equal(draw(kb, b, &c, false), 2);
	OK(next_count(kb, b, &c, &n, err));
	assert_int_equal(n.held, 1);
	assert_int_equal(n.fits, 2);
	/* bob tags 2: alice's picker learns it from the log. */
	assert_int_equal(tag_next(kb, b, &c, 2, l[0]), 3);
	assert_int_equal(tag_next(ka, a, &c, 1, l[0]), 0);
	OK(next_count(ka, a, &c, &n, err));
	assert_int_equal(n.tagged, 2);
	assert_int_equal(n.held, 1);
	/* And tags in spite of the lease are a second opinion. */
	test_tag(a, scheme, 3, l[1]);
	assert_int_equal(tag_next(kb, b, &c, 3, l[0]), 0);
	c.filter = NEXT_TAGGED;
	c.user = 2001;
	OK(next_count(ka, a, &c, &n, err));
	assert_int_equal(n.untagged, 1);
	assert_int_equal(n.seen, 1);
	assert_int_equal(n.fits, 1); /* 2, which alice has not seen */
	assert_int_equal(draw(ka, a, &c, false), 2);
	c.carries = l[0];
	OK(next_count(ka, a, &c, &n, err));
	assert_int_equal(n.fits, 1);
	c.carries = l[1]; /* alice's of text 3, which she has seen */
	OK(next_count(ka, a, &c, &n, err));
	assert_int_equal(n.filtered, 1);
	assert_int_equal(n.fits, 0);
	c.carries = 0;
	c.filter = NEXT_UNTAGGED;
	OK(next_count(ka, a, &c, &n, err));
	assert_int_equal(n.tagged, 2);
	picker_free(ka);
	picker_free(kb);
	project_close(b);
	test_check(a);
	project_close(a);
}

static void
test_criteria(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("crit.tiger", 30, &scheme, l);
	struct picker *k = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_SEQUENTIAL);
	struct next_counts n;

	(void)state;
	assert_int_equal(draw(k, p, &c, false), 1);
	c.regex = (char *)"NUMBER 2";
	assert_int_equal(draw(k, p, &c, false), 2); /* others: drawn anew */
	assert_int_equal(draw(k, p, &c, false), 2);
	OK(next_count(k, p, &c, &n, err));
	assert_int_equal(n.fits, 11); /* 2, 20 ... 29 */
	assert_int_equal(n.filtered, 19);
	assert_int_equal(tag_next(k, p, &c, 2, l[0]), 20);
	c.match_case = true;
	assert_int_equal(draw(k, p, &c, false), 0);
	c.regex = (char *)"number (3|17)$";
	assert_int_equal(draw(k, p, &c, false), 3);
	FAILS((c.regex = (char *)"(", next_draw(k, p, &c, false,
	    &(struct next_pick){ 0 }, err)), ERR_USAGE, "");
	c.regex = NULL;
	c.flag = true;
	assert_int_equal(draw(k, p, &c, false), 0);
	OK(annot_flag(p, scheme, 9, true, err));
	assert_int_equal(draw(k, p, &c, false), 9);
	c.flag = false;
	c.comment = true;
	OK(annot_comment(p, scheme, 11, "hm", err));
	assert_int_equal(draw(k, p, &c, false), 11);
	c.comment = false;
	c.mode = SELECT_ACTIVE;
	FAILS(next_draw(k, p, &c, false, &(struct next_pick){ 0 }, err),
	    ERR_FAILED, "train one");
	c.mode = SELECT_RANDOM;
	c.set = SET_REST;
	FAILS(next_draw(k, p, &c, false, &(struct next_pick){ 0 }, err),
	    ERR_USAGE, "rest");
	picker_free(k);
	project_close(p);
}

/* ---- with a model ---- */

static void
put_model(struct project *p, int64_t scheme, const char *name,
    const int64_t *labels, size_t k, const float *prob, size_t n)
{
	static const char *names[] = { "a", "b", "c" };
	struct predfile f = { .time = 1000, .k = k, .n = n, .labels = labels,
		.names = names, .prob = prob };
	int64_t *docs = calloc(n, sizeof *docs);
	struct model m = { .name = (char *)name, .kind = (char *)"quick",
		.scheme = scheme, .state = (char *)"ready", .time = 1000 };
	struct prediction r = { .set = (char *)"train", .rows = (int64_t)n,
		.max_seq = (int64_t)n };
	char *file = NULL, *path;
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++)
		docs[i] = (int64_t)i + 1;
	f.docs = docs;
	OK(model_put(p, &m, err));
	f.model = r.model = m.id;
	assert_true(asprintf(&file, "predictions/%s.pred", name) > 0);
	path = project_file(p, file, &e);
	assert_non_null(path);
	predictions_write(path, &f);
	r.file = file;
	OK(prediction_put(p, &r, err));
	free(path);
	free(file);
	free(docs);
}

static void
test_model(void **state)
{
	/* Entropies in nats, by hand: .6390, 1.0986, .3944, .8979, .9503 */
	static const float prob[] = { .8f, .1f, .1f, 1 / 3.f, 1 / 3.f,
		1 / 3.f, .05f, .05f, .9f, .3f, .6f, .1f, .2f, .2f, .6f };
	int64_t scheme, l[3];
	struct project *p = test_project("model.tiger", 6, &scheme, l);
	struct picker *k = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_ACTIVE);
	struct next_prediction np;
	struct next_counts n;
	struct next_pick pick;
	struct undone u;
	uint64_t left;

	(void)state;
	put_model(p, scheme, "quick", l, 3, prob, 5);
	OK(next_draw(k, p, &c, false, &pick, err));
	assert_int_equal(pick.doc, 2);
	assert_non_null(strstr(pick.why, "entropy 1.10 of 1.10 nats"));
	assert_non_null(strstr(pick.why, "model quick"));
	next_pick_free(&pick);
	/* By a single pass, and then by the order that is made of it. */
	assert_int_equal(tag_next(k, p, &c, 2, l[0]), 5);
	assert_int_equal(tag_next(k, p, &c, 5, l[2]), 4);
	/* Undone, it is the most uncertain again. */
	OK(history_undo(p, &u, err));
	undone_free(&u);
	assert_int_equal(draw(k, p, &c, true), 5);
	c.mode = SELECT_MAXPROB;
	assert_int_equal(draw(k, p, &c, false), 3);
	c.label = l[1];
	assert_int_equal(draw(k, p, &c, false), 4);
	/* b: .1, -, .05, .6, .2. 4 is nearest to a half. */
	c.mode = SELECT_ACTIVE;
	assert_int_equal(draw(k, p, &c, false), 4);
	assert_int_equal(draw(k, p, &c, true), 5);
	assert_int_equal(draw(k, p, &c, true), 4);
	c.label = 0;
	c.mode = SELECT_SEQUENTIAL;
	c.predicted = l[2];
	assert_int_equal(draw(k, p, &c, false), 3);
	OK(next_count(k, p, &c, &n, err));
	assert_int_equal(n.fits, 2);
	OK(next_predict(k, p, &c, 4, &np, err));
	assert_int_equal(np.best, l[1]);
	assert_true(fabs(np.probability - .6) < 1e-6);
	assert_true(fabs(np.entropy - .8979457) < 1e-5);
	OK(next_predict(k, p, &c, 6, &np, err));
	assert_int_equal(np.k, 0); /* it has not been predicted */
	/* Wrong ones: 2 is tagged a and predicted a (a tie: the first). */
	c.predicted = 0;
	c.wrong = true;
	c.filter = NEXT_ALL;
	test_tag(p, scheme, 3, l[0]);
	OK(session_clear(p, scheme, SETS_ALL, NULL, err));
	assert_int_equal(draw(k, p, &c, false), 3);
	OK(next_count(k, p, &c, &n, err));
	assert_int_equal(n.fits, 1);
	test_tag(p, scheme, 3, l[2]);
	test_tag(p, scheme, 1, l[2]);
	OK(session_clear(p, scheme, SETS_ALL, &left, err));
	assert_int_equal(draw(k, p, &c, false), 1);
	OK(next_count(k, p, &c, &n, err));
	assert_int_equal(n.fits, 1);
	/* The test set is blind. */
	c.set = SET_TEST;
	FAILS(next_draw(k, p, &c, false, &pick, err), ERR_FAILED, "blind");
	OK(next_predict(k, p, &c, 4, &np, err));
	assert_int_equal(np.k, 0);
	picker_free(k);
	project_close(p);
}

/* What a reader has read and counted is taken over, and what was done
 * meanwhile follows. */
static void
test_taken(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("taken.tiger", 5, &scheme, l), *r;
	struct picker *k = picker_new(), *ahead = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_SEQUENTIAL);
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = SETS_ALL };
	struct annot_counts counts;
	struct annot_by *by;
	struct next_counts n;
	struct err e = { 0 };
	size_t nby;

	(void)state;
	test_tag(p, scheme, 2, l[0]);
	r = project_open_reader(p, &e);
	assert_non_null(r);
	OK(next_read(ahead, r, scheme, SET_TRAIN, err));
	OK(annot_count(r, &q, &counts, err));
	assert_int_equal(counts.count[0], 1);
	annot_counts_free(&counts);
	test_tag(p, scheme, 1, l[1]);
	test_tag(p, scheme, 2, l[1]);
	next_take(k, ahead);
	annot_counts_take(p, r);
	picker_free(ahead);
	project_close(r);
	OK(annot_count(p, &q, &counts, err));
	assert_int_equal(counts.tagged, 2);
	assert_int_equal(counts.count[0], 0);
	assert_int_equal(counts.count[1], 2);
	annot_counts_free(&counts);
	OK(annot_by(p, scheme, SET_BIT(SET_TRAIN), &by, &nby, err));
	assert_int_equal(nby, 1);
	assert_int_equal(by[0].tagged, 2);
	free(by);
	OK(next_ready(k, p, &c, err));
	OK(next_count(k, p, &c, &n, err));
	assert_int_equal(n.fits, 3);
	assert_int_equal(draw(k, p, &c, false), 3);
	picker_free(k);
	project_close(p);
}

/* Labels that were merged since share what was predicted for each. */
static void
test_merged(void **state)
{
	static const float prob[] = { .4f, .35f, .25f, .1f, .3f, .6f };
	int64_t scheme, l[3], into;
	struct project *p = test_project("merged.tiger", 2, &scheme, l);
	struct picker *k = picker_new();
	struct next_criteria c = criteria(scheme, SELECT_MAXPROB);
	struct next_prediction np;

	(void)state;
	put_model(p, scheme, "quick", l, 3, prob, 2);
	assert_int_equal(draw(k, p, &c, false), 2);
	OK(label_rename(p, l[2], "a", &into, err));
	assert_int_equal(into, l[0]);
	OK(next_predict(k, p, &c, 2, &np, err));
	assert_int_equal(np.k, 2);
	assert_int_equal(np.best, l[0]);
	assert_true(fabs(np.probability - .7) < 1e-6);
	OK(label_delete(p, l[0], err));
	OK(next_predict(k, p, &c, 1, &np, err));
	assert_int_equal(np.k, 1);
	assert_true(fabs(np.probability - 1) < 1e-6);
	picker_free(k);
	project_close(p);
}

/* ---- following ---- */

static void
move(struct project *p, int64_t doc, enum set set)
{
	OK(project_begin(p, err));
	OK(doc_set_assign(p, &doc, 1, set, .5, err));
	OK(history_add(p, EVENT_DRAW, 0, NULL, err));
	OK(project_end(p, 0, err));
}

static void
act(struct rng *r, struct project *p, struct project *other, int64_t scheme,
    const int64_t l[3])
{
	struct project *who = rng_below(r, 3) == 0 ? other : p;
	int64_t doc = 1 + (int64_t)rng_below(r, 40);
	int64_t label = l[rng_below(r, 3)];
	struct tag t = { .scheme = scheme, .doc = doc, .labels = &label,
		.nlabels = 1 };
	struct undone u = { 0 };

	/* Some are refused (no such annotation, a label that is gone): what
	 * counts is that both pickers then agree. */
	switch (rng_below(r, 14)) {
	case 0:
		annot_untag(who, scheme, doc, WHOSE_MINE, NULL);
		break;
	case 1:
		annot_skip(who, scheme, doc, NULL, NULL);
		break;
	case 2:
		annot_flag(who, scheme, doc, rng_below(r, 2) == 0, NULL);
		break;
	case 3:
		annot_comment(who, scheme, doc, rng_below(r, 2) ? "x" : "",
		    NULL);
		break;
	case 4:
	case 5:
		history_undo(who, &u, NULL);
		undone_free(&u);
		break;
	case 6:
		history_redo(who, &u, NULL);
		undone_free(&u);
		break;
	case 7:
		if (rng_below(r, 6) == 0)
			session_clear(who, scheme, SETS_ALL, NULL, NULL);
		break;
	case 8:
		if (rng_below(r, 8) == 0)
			label_delete(who, l[1 + rng_below(r, 2)], NULL);
		break;
	case 9:
		if (rng_below(r, 8) == 0) /* as import_draw does it */
			move(p, doc, rng_below(r, 2) ? SET_TRAIN : SET_VALID);
		break;
	default:
		annot_tag(who, &t, NULL, NULL);
	}
}

static void
same(struct picker *k, struct project *p, const struct next_criteria *c)
{
	struct picker *anew = picker_new();
	struct next_counts a, b;

	OK(next_count(k, p, c, &a, err));
	OK(next_count(anew, p, c, &b, err));
	assert_int_equal(a.fits, b.fits);
	assert_int_equal(a.tagged, b.tagged);
	assert_int_equal(a.untagged, b.untagged);
	assert_int_equal(a.skipped, b.skipped);
	assert_int_equal(a.seen, b.seen);
	assert_int_equal(a.held, b.held);
	assert_int_equal(a.filtered, b.filtered);
	assert_int_equal(a.total, b.total);
	picker_free(anew);
}

static void
test_follow(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("follow.tiger", 40, &scheme, l);
	struct next_criteria c[6];
	float prob[120];
	struct picker *k = picker_new();
	struct project *other;
	struct err e = { 0 };
	struct rng r;

	(void)state;
	rng_seed(&r, 7);
	for (int i = 0; i < 120; i++)
		prob[i] = (float)rng_double(&r) / 3;
	put_model(p, scheme, "quick", l, 3, prob, 40);
	other = project_open(test_path("follow.tiger"), PROJECT_WRITE, &e);
	assert_non_null(other);
	OK(user_add(p, 2001, "bob", ROLE_MANAGER, err));
	project_act_as(other, 2001);
	for (int i = 0; i < 6; i++)
		c[i] = criteria(scheme, SELECT_RANDOM);
	c[1].filter = NEXT_ALL;
	c[1].regex = (char *)"[1-5]$";
	c[1].wrong = true;
	c[2].filter = NEXT_TAGGED;
	c[2].user = 2001;
	c[3].flag = true;
	c[3].filter = NEXT_ALL;
	c[4].filter = NEXT_ALL;
	c[4].carries = l[1];
	c[5] = c[2];
	c[5].carries = l[2];
	for (int i = 0; i < 1200; i++) {
		for (uint64_t n = rng_below(&r, 6); n > 0; n--)
			act(&r, p, other, scheme, l);
		if (rng_below(&r, 4) == 0)
			draw(k, p, &c[0], true);
		same(k, p, &c[rng_below(&r, 6)]);
	}
	picker_free(k);
	project_close(other);
	test_check(p);
	project_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequential),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_criteria),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_follow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}

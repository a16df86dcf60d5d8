#include <math.h>
#include <sys/wait.h>

#include "store_test.h"

/* What a text carries in an account's layer: "a|b", "none", or "-". */
static const char *
carried(struct project *p, int64_t scheme, int64_t doc, int64_t uid)
{
	static char out[256];
	struct err e = { 0 };
	struct annot a;
	struct scheme s;
	int row = annot_get(p, scheme, doc, uid, &a, &e);

	strcpy(out, "-");
	if (row < 0)
		fail_msg("%s", e.text);
	if (row == 0)
		return out;
	OK(scheme_get(p, scheme, &s, err));
	if (a.tagged)
		strcpy(out, a.nlabels == 0 ? "none" : "");
	for (size_t i = 0; i < a.nlabels; i++) {
		const struct label *l = label_by_id(&s, a.labels[i]);

		if (i > 0)
			strcat(out, "|");
		strcat(out, l->name);
	}
	scheme_free(&s);
	annot_free(&a);
	return out;
}

#define CARRIES(doc, want)                                                     \
	assert_string_equal(carried(p, scheme, doc, project_uid(p)), want)

static void
undo(struct project *p, int want, const char *summary)
{
	struct err e = { 0 };
	struct undone u;
	int got = history_undo(p, &u, &e);

	if (got != want)
		fail_msg("undo: %d, %s", got, e.text);
	if (summary != NULL)
		assert_string_equal(u.summary, summary);
	undone_free(&u);
}

static void
redo(struct project *p, int want, const char *summary)
{
	struct err e = { 0 };
	struct undone u;
	int got = history_redo(p, &u, &e);

	if (got != want)
		fail_msg("redo: %d, %s", got, e.text);
	if (summary != NULL)
		assert_string_equal(u.summary, summary);
	undone_free(&u);
}

static void
test_tag_undo_redo(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("a.tiger", 5, &scheme, l);
	struct undone u;
	struct tag bad = { .scheme = scheme, .doc = 1, .labels = l,
		.nlabels = 2 };

	(void)state;
	/* The scheme that came with the project is not this hand's act ... */
	CARRIES(1, "-");
	test_tag(p, scheme, 1, l[0]);
	CARRIES(1, "a");
	test_tag(p, scheme, 1, l[1]);
	CARRIES(1, "b");
	test_tag(p, scheme, 2, 0);
	CARRIES(2, "none");
	OK(annot_untag(p, scheme, 1, WHOSE_MINE, err));
	CARRIES(1, "-");
	undo(p, 1, "undone: untagged d1");
	CARRIES(1, "b");
	undo(p, 1, "undone: tagged d2: none");
	CARRIES(2, "-");
	OK(history_undo(p, &u, err));
	assert_int_equal(u.kind, EVENT_TAG);
	assert_int_equal(u.doc, 1);
	assert_string_equal(u.doc_id, "d1");
	assert_string_equal(u.before, "b");
	assert_string_equal(u.after, "a");
	undone_free(&u);
	CARRIES(1, "a");
	redo(p, 1, "redone: tagged d1: b");
	CARRIES(1, "b");
	redo(p, 1, "redone: tagged d2: none");
	CARRIES(2, "none");
	undo(p, 1, NULL);
	CARRIES(2, "-");
	/* A fresh act ends what could be done again. */
	test_tag(p, scheme, 3, l[2]);
	redo(p, 0, NULL);
	CARRIES(2, "-");
	/* Undo goes on before it all the same. */
	undo(p, 1, "undone: tagged d3: c");
	undo(p, 1, "undone: tagged d1: b");
	CARRIES(1, "a");

	FAILS(annot_tag(p, &bad, NULL, err), ERR_NAME, "one label");
	bad.nlabels = 1;
	bad.doc = 99;
	FAILS(annot_tag(p, &bad, NULL, err), ERR_NAME, "no text has number");
	bad.doc = 1;
	bad.labels = &(int64_t){ 4711 };
	FAILS(annot_tag(p, &bad, NULL, err), ERR_NAME, "no such label");
	bad.scheme = 5;
	FAILS(annot_tag(p, &bad, NULL, err), ERR_NAME, "does not exist");
	test_check(p);
	project_close(p);
}

/* Undo outlives the process: each step in a connection of its own. */
static void
test_undo_across_runs(void **state)
{
	int64_t scheme, l[3];
	struct err e = { 0 };
	struct project *p = test_project("r.tiger", 5, &scheme, l);

	(void)state;
	for (int i = 1; i <= 5; i++)
		test_tag(p, scheme, i, l[i % 3]);
	project_close(p);
	for (int i = 5; i >= 1; i--) {
		p = project_open(test_path("r.tiger"), PROJECT_WRITE, &e);
		undo(p, 1, NULL);
		CARRIES(i, "-");
		project_close(p);
	}
	p = project_open(test_path("r.tiger"), PROJECT_WRITE, &e);
	for (int i = 1; i <= 5; i++)
		redo(p, 1, NULL);
	redo(p, 0, NULL);
	CARRIES(5, "c");
	test_check(p);
	project_close(p);
}

static void
test_comment_flag(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("c.tiger", 5, &scheme, l);
	struct tag t = { .scheme = scheme, .doc = 1, .labels = l,
		.nlabels = 1, .comment = "sure \"quoted\"\n\u00e9", };
	struct annot a;

	(void)state;
	OK(annot_tag(p, &t, NULL, err));
	OK(annot_get(p, scheme, 1, project_uid(p), &a, err));
	assert_string_equal(a.comment, "sure \"quoted\"\n\u00e9");
	annot_free(&a);
	/* Tagging anew without a word keeps the comment. */
	test_tag(p, scheme, 1, l[1]);
	OK(annot_comment(p, scheme, 1, "now this", err));
	OK(annot_flag(p, scheme, 1, true, err));
	OK(annot_flag(p, scheme, 1, true, err)); /* no act */
	OK(annot_get(p, scheme, 1, project_uid(p), &a, err));
	assert_string_equal(a.comment, "now this");
	assert_true(a.flag);
	annot_free(&a);
	undo(p, 1, "undone: flagged d1");
	undo(p, 1, "undone: commented on d1: now this");
	OK(annot_get(p, scheme, 1, project_uid(p), &a, err));
	assert_string_equal(a.comment, "sure \"quoted\"\n\u00e9");
	assert_false(a.flag);
	annot_free(&a);
	/* A comment on a text without a label. */
	OK(annot_comment(p, scheme, 2, "later", err));
	CARRIES(2, "-");
	t.comment = "\xff";
	FAILS(annot_tag(p, &t, NULL, err), ERR_NAME, "UTF-8");
	test_check(p);
	project_close(p);
}

/* Rename, merge, delete and move with annotations before, between, after. */
static void
test_label_life(void **state)
{
	int64_t scheme, l[3], into;
	struct project *p = test_project("l.tiger", 9, &scheme, l);
	struct annot_counts n;
	struct annot_query q = { .sets = SETS_ALL };

	(void)state;
	q.scheme = scheme;
	test_tag(p, scheme, 1, l[0]);
	test_tag(p, scheme, 2, l[1]);
	OK(label_rename(p, l[0], "alpha", &into, err));
	assert_int_equal(into, 0);
	CARRIES(1, "alpha");
	/* Onto an existing one: a merge. */
	OK(label_rename(p, l[0], "b", &into, err));
	assert_int_equal(into, l[1]);
	CARRIES(1, "b");
	OK(annot_count(p, &q, &n, err));
	assert_int_equal(n.nlabels, 2);
	assert_int_equal(n.count[0], 2);
	annot_counts_free(&n);
	/* A screen that is behind may still send the old label. */
	test_tag(p, scheme, 3, l[0]);
	CARRIES(3, "b");
	OK(label_delete(p, l[1], err));
	CARRIES(1, "-");
	CARRIES(2, "-");
	OK(annot_count(p, &q, &n, err));
	assert_int_equal(n.tagged, 0);
	annot_counts_free(&n);
	FAILS(label_rename(p, l[1], "x", NULL, err), ERR_NAME, "deleted");
	{
		struct tag t = { .scheme = scheme, .doc = 4, .labels = l,
			.nlabels = 1 };

		FAILS(annot_tag(p, &t, NULL, err), ERR_NAME, "deleted");
	}
	test_check(p);
	undo(p, 1, "undone: label delete b");
	CARRIES(1, "b");
	CARRIES(3, "b");
	undo(p, 1, NULL); /* the tag of 3 */
	CARRIES(3, "-");
	undo(p, 1, "undone: label merge alpha into b");
	CARRIES(1, "alpha");
	CARRIES(2, "b");
	undo(p, 1, "undone: label rename a to alpha");
	CARRIES(1, "a");
	for (int i = 0; i < 4; i++)
		redo(p, 1, NULL);
	CARRIES(1, "-");
	test_check(p);
	project_close(p);
}

/* Annotations made after a merge stay when the merge is undone. */
static void
test_undo_merge_keeps_later(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("m.tiger", 9, &scheme, l);
	struct event *page;
	struct history_place place = { 0 };
	struct history_filter f = HISTORY_ALL;
	struct undone u;
	size_t n;

	(void)state;
	test_tag(p, scheme, 1, l[0]);
	OK(label_rename(p, l[0], "b", NULL, err));
	test_tag(p, scheme, 2, l[1]);
	f.kind = EVENT_LABEL_MERGE;
	OK(history_page(p, &f, &place, 10, &page, &n, err));
	assert_int_equal(n, 1);
	assert_string_equal(page[0].summary, "label merge a into b");
	OK(history_undo_act(p, page[0].replica, page[0].act, &u, err));
	undone_free(&u);
	CARRIES(1, "a");
	CARRIES(2, "b");
	assert_int_equal(history_undo_act(p, page[0].replica, page[0].act, &u,
	    NULL), 0); /* undone already */
	history_page_free(page, n);
	test_check(p);
	project_close(p);
}

static void
test_names(void **state)
{
	int64_t scheme, l[3], id, multi;
	struct project *p = test_project("n.tiger", 2, &scheme, l);
	struct scheme s;
	struct undone u;
	char long_name[300];

	(void)state;
	FAILS(label_add(p, scheme, "a", NULL, err), ERR_NAME, "already");
	/* e + combining acute is é */
	OK(label_add(p, scheme, "caf\u00e9", &id, err));
	FAILS(label_add(p, scheme, "cafe\u0301", NULL, err), ERR_NAME,
	    "already");
	FAILS(label_add(p, scheme, "  ", NULL, err), ERR_NAME, "empty");
	FAILS(label_add(p, scheme, "a\tb", NULL, err), ERR_NAME, "one line");
	FAILS(label_add(p, scheme, "\xff", NULL, err), ERR_NAME, "UTF-8");
	memset(long_name, 'x', sizeof long_name);
	long_name[299] = '\0';
	FAILS(label_add(p, scheme, long_name, NULL, err), ERR_NAME, "200");
	OK(label_key_set(p, l[0], "p", err));
	FAILS(label_key_set(p, l[1], "p", err), ERR_NAME, "that of a");
	FAILS(label_key_set(p, l[1], "pq", err), ERR_NAME, "one character");
	OK(label_key_set(p, l[1], "\u00e9", err));
	OK(label_colour_set(p, l[0], "#aabbcc", err));
	OK(label_describe(p, l[0], "two\nlines", err));
	OK(label_move(p, l[2], 0, err));
	FAILS(label_move(p, l[2], 9, err), ERR_NAME, "4 labels");
	OK(scheme_find(p, "default", &s, err));
	assert_int_equal(s.nlabels, 4);
	assert_int_equal(s.labels[0].id, l[2]);
	assert_ptr_equal(label_named(&s, "cafe\u0301"), label_by_id(&s, id));
	assert_int_equal(label_keyed(&s, "p")->id, l[0]);
	assert_string_equal(label_keyed(&s, "p")->colour, "#aabbcc");
	assert_string_equal(label_keyed(&s, "p")->description, "two\nlines");
	assert_int_equal(label_index(&s, l[2]), 0);
	scheme_free(&s);
	undo(p, 1, "undone: label move c to 1");

	/* A name that is another's by now cannot come back. */
	OK(label_rename(p, l[0], "x", NULL, err));
	project_act_as(p, 0);
	OK(label_add(p, scheme, "a", NULL, err));
	project_act_as(p, getuid());
	if (getuid() != 0)
		FAILS(history_undo(p, &u, err), ERR_DENIED, "two labels");

	OK(scheme_add(p, "multi", SCHEME_MULTILABEL, &multi, err));
	FAILS(label_add(p, multi, "x|y", NULL, err), ERR_NAME, "|");
	OK(label_add(p, scheme, "x|y", NULL, err));
	FAILS(scheme_add(p, "multi", SCHEME_MULTICLASS, NULL, err), ERR_NAME,
	    "already");
	OK(scheme_rename(p, multi, "themes", err));
	FAILS(scheme_find(p, "multi", &s, err), ERR_NAME, "no scheme");
	OK(scheme_delete(p, multi, err));
	FAILS(scheme_delete(p, scheme, err), ERR_DENIED, "only scheme");
	undo(p, 1, "undone: scheme delete themes");
	OK(scheme_find(p, "themes", &s, err));
	assert_int_equal(s.position, 1);
	scheme_free(&s);
	test_check(p);
	project_close(p);
}

static void
test_codebook(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("cb.tiger", 2, &scheme, l);
	char *text = codebook_get(p, scheme, NULL);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	OK(codebook_set(p, scheme, "# One\n", err));
	OK(codebook_set(p, scheme, "# Two\n", err));
	undo(p, 1, NULL);
	text = codebook_get(p, scheme, NULL);
	assert_string_equal(text, "# One\n");
	free(text);
	test_check(p);
	project_close(p);
}

static void
test_scheme_copy(void **state)
{
	int64_t scheme, l[3], copy, ml[2], multi;
	struct err e = { 0 };
	uint64_t left;
	struct project *p = test_project("sc.tiger", 5, &scheme, l);
	struct scheme s;
	struct tag t = { .doc = 4, .labels = ml, .nlabels = 2 };

	(void)state;
	test_tag(p, scheme, 1, l[0]);
	test_tag(p, scheme, 2, 0);
	OK(label_key_set(p, l[0], "p", err));
	OK(scheme_copy(p, scheme, "copy", SCHEME_MULTILABEL, true, &copy,
	    &left, err));
	assert_int_equal(left, 0);
	assert_string_equal(carried(p, copy, 1, project_uid(p)), "a");
	assert_string_equal(carried(p, copy, 2, project_uid(p)), "none");
	OK(scheme_get(p, copy, &s, err));
	assert_int_equal(s.kind, SCHEME_MULTILABEL);
	assert_string_equal(label_named(&s, "a")->key, "p");
	ml[0] = s.labels[2].id;
	ml[1] = s.labels[0].id;
	scheme_free(&s);
	t.scheme = copy;
	OK(annot_tag(p, &t, NULL, err));
	assert_string_equal(carried(p, copy, 4, project_uid(p)), "a|c");
	OK(scheme_copy(p, copy, "back", SCHEME_MULTICLASS, true, &multi,
	    &left, err));
	assert_int_equal(left, 1);
	undo(p, 1, NULL); /* the whole copy is one act */
	assert_int_equal(scheme_find(p, "back", &s, &e), -1);
	redo(p, 1, NULL);
	assert_string_equal(carried(p, multi, 1, project_uid(p)), "a");
	test_check(p);
	project_close(p);
}

/* ---- several people ---- */

static void
test_layers(void **state)
{
	int64_t scheme, l[3], uid;
	struct project *p = test_project("p.tiger", 9, &scheme, l);
	struct annot_query q = { .sets = SET_BIT(SET_TRAIN), .extra = true };
	struct annot_bulk b;
	struct annot_by *by;
	struct undone u;
	size_t n;
	struct tag t = { .scheme = scheme, .whose = WHOSE_FINAL, .nlabels = 1 };

	(void)state;
	q.scheme = scheme;
	uid = project_uid(p);
	OK(user_add(p, 2001, "bob", ROLE_ANNOTATOR, err));
	FAILS(user_add(p, 2001, "bob", ROLE_MANAGER, err), ERR_NAME,
	    "already");
	test_tag(p, scheme, 1, l[0]);
	test_tag(p, scheme, 2, l[0]);
	test_tag(p, scheme, 3, l[0]);
	test_tag(p, scheme, 4, l[2]);
	project_act_as(p, 2001);
	assert_int_equal(user_role(p), ROLE_ANNOTATOR);
	FAILS(user_require(p, ROLE_MANAGER, err), ERR_DENIED, "manager");
	test_tag(p, scheme, 1, l[0]);
	test_tag(p, scheme, 2, l[1]);
	test_tag(p, scheme, 3, l[1]);
	OK(annot_comment(p, scheme, 1, "me too", err));
	/* Undo is one's own: bob's newest, not the owner's. */
	undo(p, 1, "undone: commented on d1: me too");
	redo(p, 1, NULL);
	project_act_as(p, uid);
	t.doc = 3;
	t.labels = &l[2];
	OK(annot_tag(p, &t, NULL, err)); /* adjudicated */

	q.choice = CHOICE_FINAL;
	OK(annot_bulk(p, &q, &b, err));
	assert_int_equal(b.n, 3);
	assert_int_equal(b.disagree, 1);
	assert_int_equal(b.doc[0], 1);
	assert_int_equal(b.label[b.start[0]], l[0]);
	assert_int_equal(b.agreed[0], 2);
	assert_string_equal(b.comment[0], "me too");
	assert_int_equal(b.doc[1], 3);
	assert_int_equal(b.label[b.start[1]], l[2]);
	assert_int_equal(b.uid[1], LAYER_FINAL);
	assert_int_equal(b.doc[2], 4);
	assert_int_equal(b.set[2], SET_TRAIN);
	annot_bulk_free(&b);
	q.choice = CHOICE_ALL;
	OK(annot_bulk(p, &q, &b, err));
	assert_int_equal(b.n, 8);
	annot_bulk_free(&b);
	q.choice = CHOICE_UID;
	q.uid = 2001;
	OK(annot_bulk(p, &q, &b, err));
	assert_int_equal(b.n, 3);
	assert_int_equal(b.label[b.start[1]], l[1]);
	annot_bulk_free(&b);
	q.sets = SET_BIT(SET_TEST);
	OK(annot_bulk(p, &q, &b, err));
	assert_int_equal(b.n, 0);
	annot_bulk_free(&b);
	OK(annot_by(p, scheme, SETS_ALL, &by, &n, err));
	assert_int_equal(n, 3);
	free(by);

	/* Merging b into a makes 2 unanimous. */
	OK(label_rename(p, l[1], "a", NULL, err));
	q = (struct annot_query){ .scheme = scheme, .sets = SETS_ALL };
	OK(annot_bulk(p, &q, &b, err));
	assert_int_equal(b.n, 4);
	assert_int_equal(b.disagree, 0);
	assert_null(b.uid);
	annot_bulk_free(&b);

	/* An annotator takes back neither another's tag nor a scheme act. */
	{
		struct history_filter f = HISTORY_ALL;
		struct history_place place = { 0 };
		struct event *page;

		f.uid = uid;
		OK(history_page(p, &f, &place, 100, &page, &n, err));
		project_act_as(p, 2001);
		for (size_t i = 0; i < n; i++) {
			if (page[i].kind == EVENT_TAG)
				FAILS(history_undo_act(p, page[i].replica,
				    page[i].act, &u, err), ERR_DENIED,
				    "only who did it");
			else if (page[i].kind == EVENT_LABEL_MERGE)
				FAILS(history_undo_act(p, page[i].replica,
				    page[i].act, &u, err), ERR_DENIED,
				    "manager");
		}
		history_page_free(page, n);
		project_act_as(p, uid);
	}
	test_check(p);
	project_close(p);
}

static void
test_import_in_a_name(void **state)
{
	int64_t scheme, l[3], ann, again;
	struct project *p = test_project("i.tiger", 9, &scheme, l);
	struct tag t = { .scheme = scheme, .whose = WHOSE_UID, .labels = l,
		.nlabels = 1, .when = 1234567 };
	struct session_entry *seen;
	struct annot a;
	struct undone u;
	size_t n;
	struct history_filter f = HISTORY_ALL;
	uint64_t count;
	struct event *page;
	struct history_place place = { 0 };
	char *name;

	(void)state;
	OK(act_begin(p, true, err));
	OK(user_import(p, "Anna", &ann, err));
	OK(user_import(p, "Anna", &again, err));
	assert_int_equal(ann, again);
	assert_true(ann < LAYER_FINAL);
	t.uid = ann;
	for (int i = 1; i <= 3; i++) {
		t.doc = i;
		OK(annot_tag(p, &t, NULL, err));
	}
	OK(history_add(p, EVENT_IMPORT, scheme,
	    "{\"summary\":\"3 annotations of x.csv\"}", err));
	OK(act_end(p, 0, err));
	name = user_name(p, ann);
	assert_string_equal(name, "Anna");
	free(name);
	OK(annot_get(p, scheme, 1, ann, &a, err));
	assert_int_equal(a.time, 1234567);
	annot_free(&a);
	/* Not seen by the importer, and not for the undo key. */
	OK(session_list(p, scheme, SETS_ALL, &seen, &n, err));
	assert_int_equal(n, 0);
	free(seen);
	undo(p, 1, NULL); /* that is the last label of the project's making */
	redo(p, 1, NULL);
	assert_string_equal(carried(p, scheme, 2, ann), "a");
	/* The history shows one line; a manager can take the whole back. */
	f.kind = EVENT_IMPORT;
	OK(history_page(p, &f, &place, 10, &page, &n, err));
	assert_int_equal(n, 1);
	assert_string_equal(page[0].summary, "import 3 annotations of x.csv");
	f = (struct history_filter)HISTORY_ALL;
	f.kind = EVENT_TAG;
	OK(history_count(p, &f, &count, err));
	assert_int_equal(count, 0);
	f.bulk = true;
	OK(history_count(p, &f, &count, err));
	assert_int_equal(count, 3);
	OK(history_undo_act(p, page[0].replica, page[0].act, &u, err));
	assert_int_equal(u.events, 4);
	undone_free(&u);
	assert_string_equal(carried(p, scheme, 2, ann), "-");
	redo(p, 1, NULL);
	assert_string_equal(carried(p, scheme, 2, ann), "a");
	history_page_free(page, n);
	test_check(p);
	project_close(p);
}

/* ---- leases and sessions ---- */

/* Proposes the first text from `from` on that is not seen and not rejected. */
struct chooser {
	int64_t scheme, from, asked;
};

static int
choose(struct project *p, void *arg, int64_t rejected, struct pick *out,
    struct err *err)
{
	struct chooser *c = arg;
	uint16_t *flags;
	int64_t max;

	c->asked++;
	if (annot_flags(p, c->scheme, &flags, &max, err) < 0)
		return -1;
	if (rejected >= c->from)
		c->from = rejected + 1;
	out->doc = 0;
	for (int64_t i = c->from; i <= max && out->doc == 0; i++) {
		if ((flags[i] & (DOC_SEEN | DOC_ABSENT)) == 0)
			out->doc = i;
	}
	free(flags);
	strcpy(out->mode, "sequential");
	strcpy(out->why, "the next one");
	strcpy(out->criteria, "{\"set\":\"train\"}");
	out->probability = 0.25;
	return 0;
}

static void
test_leases(void **state)
{
	int64_t scheme, l[3], uid;
	struct project *p = test_project("le.tiger", 4, &scheme, l);
	struct chooser c = { scheme, 1, 0 }, d = { scheme, 1, 0 };
	struct lease a;
	struct lease_held *held;
	struct tag t = { .scheme = scheme, .labels = l, .nlabels = 1 };
	struct next next = { .set = SET_TRAIN, .pick = choose, .arg = &c };
	struct event *page;
	struct history_place place = { 0 };
	struct history_filter f = HISTORY_ALL;
	size_t n;

	(void)state;
	uid = project_uid(p);
	OK(user_add(p, 2001, "bob", ROLE_ANNOTATOR, err));
	OK(lease_take(p, scheme, SET_TRAIN, false, choose, &c, &a, err));
	assert_int_equal(a.pick.doc, 1);
	assert_false(a.again);
	/* Asked again: the same. */
	OK(lease_take(p, scheme, SET_TRAIN, false, choose, &c, &a, err));
	assert_int_equal(a.pick.doc, 1);
	assert_true(a.again);
	assert_int_equal(c.asked, 1);
	assert_string_equal(a.pick.why, "the next one");

	project_act_as(p, 2001);
	OK(lease_take(p, scheme, SET_TRAIN, false, choose, &d, &a, err));
	assert_int_equal(a.pick.doc, 2); /* 1 is held */
	assert_int_equal(d.asked, 2);
	OK(lease_held(p, scheme, &held, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(held[0].doc, 1);
	assert_int_equal(held[0].uid, uid);
	free(held);
	project_act_as(p, uid);

	/* The tag, the session and the next lease in one act. */
	t.doc = 1;
	c.from = 1;
	OK(annot_tag(p, &t, &next, err));
	assert_int_equal(next.lease.pick.doc, 3);
	OK(history_page(p, &f, &place, 1, &page, &n, err));
	assert_non_null(strstr(page[0].data, "\"mode\":\"sequential\""));
	assert_non_null(strstr(page[0].data, "\"probability\":0.25"));
	assert_non_null(strstr(page[0].data,
	    "\"criteria\":{\"set\":\"train\"}"));
	history_page_free(page, n);
	/* Drawn anew: another one, and the first stays unseen. */
	c.from = 1;
	OK(lease_take(p, scheme, SET_TRAIN, true, choose, &c, &a, err));
	assert_int_equal(a.pick.doc, 4);
	OK(lease_open(p, scheme, SET_TRAIN, &a, err));
	assert_int_equal(a.pick.doc, 4);
	c.from = 1;
	OK(annot_skip(p, scheme, 4, &next, err));
	assert_int_equal(next.lease.pick.doc, 3);
	c.from = 1;
	OK(annot_skip(p, scheme, 3, &next, err));
	assert_int_equal(next.lease.pick.doc, 0); /* 2 is bob's */
	assert_int_equal(lease_open(p, scheme, SET_TRAIN, &a, NULL), 0);
	project_act_as(p, 2001);
	OK(lease_renew(p, err));
	/* Let go of, others may have it; come back, one finds it again. */
	OK(lease_release(p, err));
	project_act_as(p, uid);
	OK(lease_held(p, scheme, &held, &n, err));
	assert_int_equal(n, 0);
	free(held);
	project_act_as(p, 2001);
	OK(lease_take(p, scheme, SET_TRAIN, false, choose, &d, &a, err));
	assert_int_equal(a.pick.doc, 2);
	assert_true(a.again);
	/* Unless somebody has tagged it meanwhile. */
	OK(lease_release(p, err));
	project_act_as(p, uid);
	t.doc = 2;
	OK(annot_tag(p, &t, NULL, err));
	project_act_as(p, 2001);
	OK(lease_take(p, scheme, SET_TRAIN, false, choose, &d, &a, err));
	assert_int_equal(a.pick.doc, 3);
	assert_false(a.again);
	test_check(p);
	project_close(p);
}

static void
test_sessions(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("s.tiger", 5, &scheme, l);
	struct session_entry *seen;
	uint64_t cleared;
	uint16_t flag;
	size_t n;

	(void)state;
	test_tag(p, scheme, 2, l[0]);
	OK(annot_skip(p, scheme, 1, NULL, err));
	OK(session_list(p, scheme, SETS_ALL, &seen, &n, err));
	assert_int_equal(n, 2);
	assert_int_equal(seen[0].how + seen[1].how,
	    SESSION_TAGGED + SESSION_SKIPPED);
	free(seen);
	OK(annot_flags_one(p, scheme, 1, &flag, err));
	assert_int_equal(flag, SET_TRAIN | DOC_SEEN | DOC_SKIPPED);
	undo(p, 1, "undone: skipped d1");
	OK(annot_flags_one(p, scheme, 1, &flag, err));
	assert_int_equal(flag, SET_TRAIN);
	redo(p, 1, NULL);
	OK(session_clear(p, scheme, SET_BIT(SET_TEST), &cleared, err));
	assert_int_equal(cleared, 0);
	OK(session_clear(p, scheme, SETS_ALL, &cleared, err));
	assert_int_equal(cleared, 2);
	OK(annot_flags_one(p, scheme, 2, &flag, err));
	assert_int_equal(flag, SET_TRAIN | DOC_TAGGED | DOC_TAGGED_MINE |
	    DOC_PEOPLE_ONE);
	test_check(p);
	/* What is done again after the clear was seen before it. */
	undo(p, 1, NULL);
	redo(p, 1, NULL);
	OK(session_list(p, scheme, SETS_ALL, &seen, &n, err));
	assert_int_equal(n, 0);
	free(seen);
	test_check(p);
	project_close(p);
}

static void
test_flags_and_changes(void **state)
{
	int64_t scheme, l[3], max, since = 0, *docs;
	struct project *p = test_project("fl.tiger", 6, &scheme, l);
	uint16_t *flags;
	size_t n;

	(void)state;
	OK(annot_changed(p, scheme, &since, &docs, &n, err));
	assert_int_equal(n, 0);
	free(docs);
	test_tag(p, scheme, 3, l[0]);
	OK(annot_flag(p, scheme, 4, true, err));
	OK(annot_comment(p, scheme, 5, "hm", err));
	undo(p, 1, NULL);
	OK(annot_changed(p, scheme, &since, &docs, &n, err));
	assert_int_equal(n, 3);
	assert_int_equal(docs[0], 3);
	assert_int_equal(docs[2], 5);
	free(docs);
	redo(p, 1, NULL);
	OK(annot_changed(p, scheme, &since, &docs, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(docs[0], 5);
	free(docs);
	OK(annot_flags(p, scheme, &flags, &max, err));
	assert_int_equal(max, 6);
	assert_int_equal(flags[0], DOC_ABSENT);
	assert_int_equal(flags[1], SET_TRAIN);
	assert_int_equal(flags[3], SET_TRAIN | DOC_TAGGED | DOC_TAGGED_MINE |
	    DOC_SEEN | DOC_PEOPLE_ONE);
	assert_int_equal(flags[4], SET_TRAIN | DOC_FLAGGED);
	assert_int_equal(flags[5], SET_TRAIN | DOC_COMMENTED);
	free(flags);
	OK(label_delete(p, l[0], err));
	OK(annot_flags(p, scheme, &flags, &max, err));
	assert_int_equal(flags[3], SET_TRAIN | DOC_SEEN);
	free(flags);
	project_close(p);
}

/* Two processes tag at once: every act of both is there. */
static void
test_two_writers(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("2.tiger", 400, &scheme, l);
	struct annot_query q = { .sets = SETS_ALL };
	struct annot_counts n;
	int status;
	pid_t pid[2];

	(void)state;
	q.scheme = scheme;
	project_close(p);
	for (int w = 0; w < 2; w++) {
		pid[w] = fork();
		if (pid[w] != 0)
			continue;
		struct err e = { 0 };
		struct tag t = { .scheme = scheme, .labels = &l[w],
			.nlabels = 1 };

		p = project_open(test_path("2.tiger"), PROJECT_WRITE, &e);
		for (int i = 1; p != NULL && i <= 200; i++) {
			t.doc = w * 200 + i;
			if (annot_tag(p, &t, NULL, &e) < 0)
				break;
		}
		if (e.status != 0)
			fprintf(stderr, "%s\n", e.text);
		project_close(p);
		_exit(e.status);
	}
	for (int w = 0; w < 2; w++) {
		waitpid(pid[w], &status, 0);
		assert_int_equal(status, 0);
	}
	p = project_open(test_path("2.tiger"), PROJECT_WRITE, NULL);
	OK(annot_count(p, &q, &n, err));
	assert_int_equal(n.count[0], 200);
	assert_int_equal(n.count[1], 200);
	annot_counts_free(&n);
	test_check(p);
	project_close(p);
}

static void
test_history_pages(void **state)
{
	int64_t scheme, l[3], last = INT64_MAX;
	struct project *p = test_project("h.tiger", 30, &scheme, l);
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct event *page;
	uint64_t count;
	size_t n, all = 0;

	(void)state;
	for (int i = 1; i <= 30; i++)
		test_tag(p, scheme, i, l[i % 3]);
	test_tag(p, scheme, 7, l[2]);
	do {
		OK(history_page(p, &f, &place, 7, &page, &n, err));
		for (size_t i = 0; i < n; i++) {
			assert_true(page[i].lamport < last);
			last = page[i].lamport;
		}
		all += n;
		history_page_free(page, n);
	} while (n == 7);
	OK(history_count(p, &f, &count, err));
	assert_int_equal(all, count);
	assert_int_equal(count, 30 + 1 + 1 + 3);
	f.doc = 7;
	place = (struct history_place){ 0 };
	OK(history_page(p, &f, &place, 10, &page, &n, err));
	assert_int_equal(n, 2);
	assert_string_equal(page[0].summary, "tagged d7: c");
	history_page_free(page, n);
	f = (struct history_filter)HISTORY_ALL;
	f.until = 1;
	OK(history_count(p, &f, &count, err));
	assert_int_equal(count, 0);
	FAILS(history_add(p, EVENT_EXPORT, 0, "[1]", err), ERR_FAILED,
	    "not a JSON object");
	project_close(p);
}

static void
counts_are(struct project *p, int64_t scheme, uint64_t tagged,
    uint64_t disagree, uint64_t first)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_FINAL,
		.sets = SETS_ALL };
	struct annot_counts n;

	OK(annot_count(p, &q, &n, err));
	assert_int_equal(n.tagged, tagged);
	assert_int_equal(n.disagree, disagree);
	assert_int_equal(n.count[0], first);
	annot_counts_free(&n);
}

/* Counts follow acts on labels: who disagreed may agree then. */
static void
test_counts_of_labels(void **state)
{
	int64_t scheme, labels[3];
	struct project *p = test_project("p.tiger", 3, &scheme, labels);
	struct tag tag = { .scheme = scheme, .nlabels = 1 };
	struct undone u;

	(void)state;
	for (int who = 0; who < 2; who++) {
		project_act_as(p, 7000 + who);
		for (int i = 1; i <= 3; i++) {
			tag.doc = i;
			tag.labels = &labels[i == 1 ? who : 1];
			OK(annot_tag(p, &tag, NULL, err));
		}
	}
	counts_are(p, scheme, 2, 1, 0);
	OK(label_rename(p, labels[2], "z", NULL, err));
	counts_are(p, scheme, 2, 1, 0);
	OK(label_rename(p, labels[1], "a", NULL, err));
	counts_are(p, scheme, 3, 0, 3);
	OK(history_undo(p, &u, err));
	undone_free(&u);
	counts_are(p, scheme, 2, 1, 0);
	OK(label_delete(p, labels[1], err));
	counts_are(p, scheme, 1, 0, 1);
	project_close(p);
}

/* An act on many texts asks where nothing stands, instead of for each: with
 * some that stand, in any order, several times over. */
static void
test_many(void **state)
{
	enum { N = 3000 };
	int64_t scheme, labels[3];
	struct project *p = test_project("p.tiger", N, &scheme, labels);
	struct tag tag = { .scheme = scheme, .nlabels = 1 };
	struct annot a;
	unsigned random = 1;

	(void)state;
	for (int i = 1; i <= N; i += i < 1000 ? 90 : i < 1100 ? 1 : 400) {
		tag.doc = i;
		tag.labels = &labels[2];
		OK(annot_tag(p, &tag, NULL, err));
	}
	OK(act_begin(p, false, err));
	for (int i = 0; i < 4 * N; i++) {
		random = random * 1103515245u + 12345;
		tag.doc = i < N ? i + 1 : i < 2 * N ? 2 * N - i :
		    1 + random / 65536 % N;
		tag.labels = &labels[random / 4096 % 3];
		tag.bulk = i % 2;
		OK(annot_tag(p, &tag, NULL, err));
		if (i % 7 > 0)
			continue;
		OK(annot_get(p, scheme, tag.doc, project_uid(p), &a, err));
		assert_int_equal(a.labels[0], *tag.labels);
		annot_free(&a);
	}
	OK(act_end(p, 0, err));
	test_check(p);
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_tag_undo_redo),
		T(test_undo_across_runs),
		T(test_comment_flag),
		T(test_label_life),
		T(test_undo_merge_keeps_later),
		T(test_names),
		T(test_codebook),
		T(test_scheme_copy),
		T(test_layers),
		T(test_import_in_a_name),
		T(test_leases),
		T(test_sessions),
		T(test_flags_and_changes),
		T(test_two_writers),
		T(test_history_pages),
		T(test_many),
		T(test_counts_of_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tagtiger/param.h"
#include "store_test.h"

static struct doc_cell
cell(const char *s)
{
	return (struct doc_cell){ s, s != NULL ? strlen(s) : 0 };
}

static int
put(struct doc_import *imp, const char *id, const char *text,
    const char *author, enum set set, int64_t *seq)
{
	struct doc_cell cells[3] = { cell(id), cell(text), cell(author) };
	struct doc_row row = { .id = id, .id_len = id ? strlen(id) : 0,
		.text = text, .text_len = strlen(text), .set = set,
		.weight = 0.125, .cells = cells, .ncells = 3 };
	struct err e = { 0 };
	int rc = import_row(imp, &row, seq, &e);

	if (rc < 0)
		fail_msg("%s", e.text);
	return rc;
}

static struct project *
columns_project(const char *name)
{
	struct err e = { 0 };
	struct project *p = project_create(test_path(name), &e);
	int no;

	OK(column_add(p, "post_id", COLUMN_ID, "text", &no, err));
	assert_int_equal(no, 0);
	OK(column_add(p, "body", COLUMN_TEXT, "text", &no, err));
	OK(column_add(p, "author", COLUMN_CONTEXT, "text", &no, err));
	assert_int_equal(no, 2);
	OK(column_add(p, "author", COLUMN_OTHER, "text", &no, err));
	assert_int_equal(no, 2);
	return p;
}

static void
test_import_and_read(void **state)
{
	struct project *p = columns_project("d.tiger");
	struct doc_import *imp;
	struct doc d;
	int64_t seq, counts[SET_COUNT], max;
	struct column *c;
	uint8_t sets[6];
	size_t n;

	(void)state;
	imp = doc_import_begin(p, NULL);
	assert_int_equal(put(imp, "fr_0001", "Il faut\narr\u00eater", "A \"M\"",
	    SET_TRAIN, &seq), 0);
	assert_int_equal(put(imp, "fr-0001", "second", NULL, SET_TEST, &seq),
	    0);
	assert_int_equal(put(imp, "fr 0001", "third", "third", SET_REST,
	    &seq), 0);
	assert_int_equal(seq, 3);
	/* The same id again: told, not stored. */
	assert_int_equal(put(imp, "fr-0001", "again", NULL, SET_REST, &seq),
	    1);
	assert_int_equal(seq, 2);
	assert_int_equal(put(imp, "42", "the answer", "fr-0001", SET_VALID,
	    &seq), 0);
	assert_int_equal(seq, 4);
	OK(doc_import_end(imp, err));
	OK(project_publish(p, err));

	OK(doc_need(p, "fr_0001", &seq, err));
	assert_int_equal(seq, 1);
	assert_int_equal(doc_get(p, 1, &d, NULL), 1);
	assert_string_equal(d.id, "fr_0001");
	/* fr-0001 is an id as it is, so the slug of the first gave way. */
	assert_string_equal(d.slug, "fr-0001-2");
	assert_string_equal(d.text, "Il faut\narr\u00eater");
	assert_int_equal(d.set, SET_TRAIN);
	assert_true(d.weight == 0.125);
	assert_int_equal(d.nvalues, 3);
	assert_string_equal(d.values[0].value, "fr_0001");
	assert_string_equal(d.values[1].value, "Il faut\narr\u00eater");
	assert_string_equal(d.values[2].column, "author");
	assert_string_equal(d.values[2].value, "A \"M\"");
	assert_int_equal(d.values[2].role, COLUMN_CONTEXT);
	doc_free(&d);
	assert_int_equal(doc_get(p, 2, &d, NULL), 1);
	assert_string_equal(d.slug, "fr-0001");
	assert_null(d.values[2].value);
	doc_free(&d);
	assert_int_equal(doc_get(p, 3, &d, NULL), 1);
	assert_string_equal(d.slug, "fr-0001-3");
	assert_string_equal(d.values[2].value, "third");
	doc_free(&d);
	assert_int_equal(doc_get(p, 9, &d, NULL), 0);
	/* By slug where that is no id; the id's own form comes first. */
	OK(doc_need(p, "fr-0001-3", &seq, err));
	assert_int_equal(seq, 3);
	OK(doc_need(p, "fr-0001", &seq, err));
	assert_int_equal(seq, 2);
	FAILS(doc_need(p, "nope", &seq, err), ERR_NAME, "no text has the id");
	assert_int_equal(doc_get(p, 4, &d, NULL), 1);
	assert_string_equal(d.values[2].value, "fr-0001");
	doc_free(&d);

	OK(doc_count(p, counts, err));
	for (int i = 0; i < SET_COUNT; i++)
		assert_int_equal(counts[i], 1);
	OK(doc_max(p, &max, err));
	assert_int_equal(max, 4);
	OK(doc_set_assign(p, (int64_t[]){ 3 }, 1, SET_TRAIN, 0.5, err));
	OK(doc_sets(p, sets, max, err));
	assert_int_equal(sets[0], 0xff);
	assert_int_equal(sets[3], SET_TRAIN);
	assert_int_equal(sets[4], SET_VALID);
	OK(column_role_set(p, 0, COLUMN_CONTEXT, err));
	FAILS(column_role_set(p, 7, COLUMN_CONTEXT, err), ERR_NAME,
	    "no column");
	OK(column_list(p, &c, &n, err));
	assert_int_equal(n, 3);
	assert_int_equal(c[0].role, COLUMN_CONTEXT);
	column_list_free(c, n);
	test_check(p);
	project_close(p);
}

static void
test_numbered_and_later(void **state)
{
	struct err e = { 0 };
	struct project *p = columns_project("n.tiger");
	struct doc_import *imp = doc_import_begin(p, &e);
	struct doc_row bad = { .id = "", .text = "x", .text_len = 1 };
	int64_t seq, counts[SET_COUNT];
	char *id;

	(void)state;
	assert_int_equal(put(imp, NULL, "a", NULL, SET_TRAIN, &seq), 0);
	assert_int_equal(put(imp, NULL, "b", NULL, SET_TRAIN, &seq), 0);
	OK(doc_import_end(imp, err));
	OK(project_publish(p, err));
	id = doc_id(p, 2, &e);
	assert_string_equal(id, "2");
	free(id);
	/* More texts later; an id of before is found again. */
	imp = doc_import_begin(p, &e);
	assert_int_equal(put(imp, "x_1", "c", NULL, SET_TRAIN, &seq), 0);
	assert_int_equal(seq, 3);
	assert_int_equal(put(imp, "2", "d", NULL, SET_TRAIN, &seq), 1);
	assert_int_equal(seq, 2);
	assert_int_equal(import_row(imp, &bad, &seq, &e), -1);
	assert_int_equal(e.status, ERR_NAME);
	doc_import_abandon(imp);
	assert_int_equal(doc_find(p, "x_1", &seq, &e), 0);
	imp = doc_import_begin(p, &e);
	assert_int_equal(put(imp, "x_1", "c", NULL, SET_TEST, &seq), 0);
	assert_int_equal(put(imp, "x-1", "d", NULL, SET_TEST, &seq), 0);
	OK(doc_import_end(imp, err));
	OK(doc_need(p, "x-1-2", &seq, err)); /* the slug of x_1 */
	assert_int_equal(seq, 3);
	/* And later still, another of that slug. */
	imp = doc_import_begin(p, &e);
	assert_int_equal(put(imp, "x 1", "e", NULL, SET_TEST, &seq), 0);
	OK(doc_import_end(imp, err));
	OK(doc_need(p, "x-1-3", &seq, err));
	assert_int_equal(seq, 5);
	OK(doc_count(p, counts, err));
	assert_int_equal(counts[SET_TEST], 3);
	test_check(p);
	project_close(p);
}

/* The sets are kept between calls: draws of this process and of another, and
 * what is rolled back, must be seen. */
static void
test_sets_kept(void **state)
{
	enum { N = 300 };
	struct err e = { 0 };
	struct project *p = columns_project("s.tiger"), *other;
	struct doc_import *imp = doc_import_begin(p, &e);
	int64_t counts[SET_COUNT], seq, *list, two[] = { 7, 299 };
	uint8_t sets[N + 1];
	size_t n;

	(void)state;
	for (int i = 0; i < N; i++)
		assert_int_equal(put(imp, NULL, "a", NULL, i % 10 == 4 ?
		    SET_VALID : SET_TRAIN, &seq), 0);
	OK(doc_import_end(imp, err));
	OK(project_publish(p, err));
	OK(doc_count(p, counts, err));
	assert_int_equal(counts[SET_TRAIN], N - N / 10);
	assert_int_equal(counts[SET_VALID], N / 10);
	OK(project_begin(p, err));
	OK(doc_set_assign(p, two, 2, SET_REST, 0, err));
	OK(doc_count(p, counts, err));
	assert_int_equal(counts[SET_REST], 2);
	assert_int_equal(project_end(p, -1, NULL), -1);
	OK(doc_count(p, counts, err));
	assert_int_equal(counts[SET_REST], 0);
	other = project_open(test_path("s.tiger"), PROJECT_WRITE, &e);
	assert_non_null(other);
	OK(project_begin(other, err));
	OK(doc_set_assign(other, two, 2, SET_TEST, 0, err));
	OK(history_add(other, EVENT_DRAW, 0, "{}", err));
	OK(project_end(other, 0, err));
	project_close(other);
	OK(doc_sets(p, sets, N, err));
	for (int i = 1; i <= N; i++)
		assert_int_equal(sets[i], i == 7 || i == 299 ? SET_TEST :
		    i % 10 == 5 ? SET_VALID : SET_TRAIN);
	OK(doc_list(p, SET_BIT(SET_TEST), &list, &n, err));
	assert_int_equal(n, 2);
	assert_int_equal(list[1], 299);
	free(list);
	project_close(p);
}

static void
test_cursor(void **state)
{
	enum { N = 3000 };
	struct err e = { 0 };
	struct project *p = columns_project("c.tiger");
	struct doc_import *imp = doc_import_begin(p, &e);
	struct doc_cursor *c;
	struct doc_view v;
	int64_t seq, *list, wanted[] = { 2999, 1, 77, 100000, 5 };
	char id[32], text[64];
	size_t n, seen = 0;
	int row;

	(void)state;
	for (int i = 1; i <= N; i++) {
		snprintf(id, sizeof id, "id %d", i);
		snprintf(text, sizeof text, "text %d", i);
		put(imp, id, text, i % 2 ? NULL : "even",
		    i % 3 == 0 ? SET_TEST : SET_TRAIN, &seq);
	}
	OK(doc_import_end(imp, err));
	OK(project_publish(p, err));

	c = doc_cursor_open(p, SET_BIT(SET_TEST), DOC_TEXT | DOC_CELLS, &e);
	while ((row = doc_cursor_next(c, &v, &e)) == 1) {
		seen++;
		assert_int_equal(v.seq, seen * 3);
		snprintf(text, sizeof text, "text %d", (int)v.seq);
		assert_string_equal(v.text, text);
		assert_int_equal(v.text_len, strlen(text));
		snprintf(id, sizeof id, "id-%d", (int)v.seq);
		assert_string_equal(v.slug, id);
		assert_int_equal(v.set, SET_TEST);
		assert_int_equal(v.ncells, 3);
		assert_string_equal(v.cells[1], text);
		if (v.seq % 2 == 0)
			assert_string_equal(v.cells[2], "even");
		else
			assert_null(v.cells[2]);
	}
	assert_int_equal(row, 0);
	assert_int_equal(seen, N / 3);
	doc_cursor_close(c);

	c = doc_cursor_open_list(p, wanted, 5, DOC_TEXT, &e);
	seen = 0;
	while ((row = doc_cursor_next(c, &v, &e)) == 1) {
		assert_int_equal(v.seq, wanted[seen == 3 ? 4 : seen]);
		assert_null(v.cells);
		seen++;
	}
	assert_int_equal(row, 0);
	assert_int_equal(seen, 4);
	doc_cursor_close(c);

	/* Ids alone, and with a text being added while one reads. */
	c = doc_cursor_open(p, SETS_ALL, 0, &e);
	for (seen = 0; doc_cursor_next(c, &v, &e) == 1; seen++) {
		if (seen == 0) {
			imp = doc_import_begin(p, &e);
			put(imp, "late", "late", NULL, SET_REST, &seq);
			OK(doc_import_end(imp, err));
		}
		assert_null(v.text);
	}
	assert_int_equal(seen, N + 1);
	doc_cursor_close(c);
	OK(doc_list(p, SET_BIT(SET_REST) | SET_BIT(SET_TEST), &list, &n, err));
	assert_int_equal(n, N / 3 + 1);
	assert_int_equal(list[n - 1], N + 1);
	free(list);
	project_close(p);
}

static void
test_names(void **state)
{
	enum set set;
	unsigned sets;

	(void)state;
	assert_int_equal(set_of_name("valid", &set), 0);
	assert_int_equal(set, SET_VALID);
	assert_string_equal(set_name(SET_REST), "rest");
	assert_int_equal(set_of_name("all", &set), -1);
	assert_int_equal(sets_of_name("all", &sets), 0);
	assert_int_equal(sets, SETS_ALL);
	assert_int_equal(sets_of_name("test", &sets), 0);
	assert_int_equal(sets, SET_BIT(SET_TEST));
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_import_and_read),
		T(test_numbered_and_later),
		T(test_sets_kept),
		T(test_cursor),
		T(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What others do between an import's reading of its file and its lock: texts
 * are looked for again where they came or went, and there alone.
 */
#include "store_test.h"
#include "tagtiger/import.h"

#include <sqlite3.h>

static int64_t scheme, labels[3];
static void (*meanwhile)(struct project *p); /* by another, or NULL */
static unsigned begun; /* transactions that write */

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(test_path(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
bring_texts(struct project *p)
{
	char *text[] = { "text" };
	struct import_spec spec = { .file = test_path("texts.csv"),
		.id = "id", .text = text, .ntext = 1, .set = SET_TRAIN };
	struct import_report report;

	OK(import_texts(p, &spec, &report, NULL, err));
	import_report_free(&report);
}

static void
tag_text(struct project *p)
{
	struct tag tag = { .scheme = scheme, .doc = 2, .labels = labels,
		.nlabels = 1 };

	OK(annot_tag(p, &tag, NULL, err));
}

/* At the statement that is about to take the lock. */
static int
traced(unsigned kind, void *arg, void *stmt, void *sql)
{
	void (*act)(struct project *p) = meanwhile;
	struct err err = { 0 };
	struct project *p;

	(void)kind;
	(void)arg;
	(void)stmt;
	if (strcmp(sql, "BEGIN IMMEDIATE") != 0)
		return 0;
	begun++;
	meanwhile = NULL;
	if (act == NULL)
		return 0;
	p = project_open(test_path("p.tiger"), PROJECT_WRITE, &err);
	if (p == NULL)
		fail_msg("%s", err.text);
	act(p);
	project_close(p);
	begun = 1;
	return 0;
}

static int
trace(sqlite3 *db, const char **error, const void *api)
{
	(void)error;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, traced, NULL);
}

/* The file has labels for d1 and d9. */
static void
import(struct project *p, void (*act)(struct project *p),
    struct import_report *report)
{
	struct import_annotations spec = { .file = test_path("labels.csv"),
		.id = "id", .label = "label", .current = scheme };

	meanwhile = act;
	begun = 0;
	OK(import_annotations(p, &spec, report, NULL, err));
	assert_null(meanwhile);
}

static void
test_late(void **state)
{
	struct import_report r;
	struct project *p;

	(void)state;
	p = test_project("p.tiger", 3, &scheme, labels);
	project_close(p);
	write_file("labels.csv", "id,label\nd1,a\nd9,b\n");
	write_file("texts.csv", "id,text\nd9,the ninth\n");
	sqlite3_auto_extension((void (*)(void))trace);
	p = project_open(test_path("p.tiger"), PROJECT_WRITE,
	    &(struct err){ 0 });
	assert_non_null(p);

	import(p, tag_text, &r);
	assert_int_equal(begun, 1); /* labels change nothing of it */
	assert_int_equal(r.kept, 1);
	assert_int_equal(r.unknown.n, 1);
	import_report_free(&r);

	import(p, bring_texts, &r);
	assert_int_equal(begun, 2);
	assert_int_equal(r.rows, 2);
	assert_int_equal(r.kept, 1);
	assert_int_equal(r.same, 1);
	assert_int_equal(r.unknown.n, 0);
	import_report_free(&r);

	test_check(p);
	project_close(p);
	sqlite3_reset_auto_extension();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_late, test_dir_make,
		    test_dir_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

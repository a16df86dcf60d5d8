/*
 * How far a model reads: found by model and feature, and counted with the
 * tokenizer of tests/parity.
 */
#include "store_test.h"

#include "tagtiger/feature.h"
#include "tagtiger/model.h"
#include "tagtiger/reach.h"

#define BASE "tests/parity/bert_uncased"

static void
put_feature(struct project *p, const char *name, const char *kind,
    const char *params)
{
	struct feature f = { .name = (char *)name, .kind = (char *)kind,
		.params = (char *)params, .state = (char *)"ready" };

	OK(feature_put(p, &f, err));
}

static void
put_model(struct project *p, int64_t scheme, const char *name,
    const char *kind, const char *params, const char *folder)
{
	struct model m = { .name = (char *)name, .kind = (char *)kind,
		.scheme = scheme, .state = (char *)"ready",
		.params = (char *)params, .folder = (char *)folder };

	OK(model_put(p, &m, err));
}

static void
test_find(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("reach.tiger", 3, &scheme, l);
	struct reach_spec s, copy;
	struct err e = { 0 };

	(void)state;
	put_feature(p, "words", "tfidf", "{}");
	put_feature(p, "mini", "sbert",
	    "{\"path\":\"" BASE "\",\"max_length\":12}");
	put_model(p, scheme, "w", "quick", "{\"features\":[\"words\"]}", "");
	put_model(p, scheme, "both", "quick",
	    "{\"features\":[\"words\",\"mini\"]}", "");
	put_model(p, scheme, "gone", "quick", "{\"features\":[\"none\"]}", "");
	put_model(p, scheme, "b", "bert", "{\"max_length\":20}", "models/b");
	assert_int_equal(reach_find(p, "w", &s, &e), 0);
	assert_null(s.dir);
	assert_int_equal(reach_find(p, "both", &s, &e), 1);
	assert_string_equal(s.name, "mini");
	assert_string_equal(s.dir, BASE);
	assert_int_equal(s.max, 12);
	assert_true(s.sentence);
	reach_spec_copy(&copy, &s);
	assert_true(reach_spec_same(&copy, &s));
	copy.max = 13;
	assert_false(reach_spec_same(&copy, &s));
	reach_spec_free(&copy);
	reach_spec_free(&s);
	assert_int_equal(reach_find(p, "b", &s, &e), 1);
	assert_string_equal(s.name, "b");
	assert_non_null(strstr(s.dir, "reach.tiger-data/models/b"));
	assert_int_equal(s.max, 20);
	assert_false(s.sentence);
	reach_spec_free(&s);
	FAILS(reach_find(p, "nope", &s, err), ERR_NAME, "nope");
	FAILS(reach_find(p, "gone", &s, err), ERR_NAME, "none");
	project_close(p);
}

/* The number of tokens is told by how much more it takes to be cut. */
static void
test_text(void **state)
{
	struct reach_spec s = { .dir = (char *)BASE, .max = 8 };
	struct err e = { 0 };
	struct reach *r = reach_open(&s, &e);
	const char *text = "the cat, the dog; the bird. the fish.";
	size_t byte = 0, longer = 0;

	(void)state;
	if (r == NULL)
		fail_msg("%s", e.text);
	assert_int_equal(reach_tokens(r), 8);
	assert_int_equal(reach_text(r, "", 0, &byte, &e), 0);
	assert_int_equal(reach_text(r, "the", 3, &byte, &e), 0);
	assert_int_equal(reach_text(r, text, strlen(text), &byte, &e), 1);
	assert_in_range(byte, 3, strlen(text) - 1);
	/* What it reads, it reads whole; one sign more, not. */
	assert_int_equal(reach_text(r, text, byte, &longer, &e), 0);
	assert_int_equal(reach_text(r, text, byte + 2, &longer, &e), 1);
	assert_int_equal(longer, byte);
	/* Bytes, not code points. */
	assert_int_equal(reach_text(r, "é é é é é é é é é", 26, &byte, &e), 1);
	assert_int_equal(byte, 17);
	reach_free(r);
	s.max = 100000; /* never more than the folder says */
	r = reach_open(&s, &e);
	assert_non_null(r);
	assert_int_equal(reach_tokens(r), 128);
	reach_free(r);
	s.dir = (char *)"tests/unit";
	assert_null(reach_open(&s, &e));
	reach_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}

/*
 * Highlights: the list of an account, and where they are in a text.
 */
#include "store_test.h"

#include "tagtiger/highlight.h"

static void
test_list(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("high.tiger", 3, &scheme, l);
	struct highlight *v;
	char name[16];
	size_t n;

	(void)state;
	OK(highlight_list(p, &v, &n, err));
	assert_int_equal(n, 0);
	OK(highlight_add(p, "a|b", false, err));
	OK(highlight_add(p, "caf\u00e9 \"x\"", true, err));
	OK(highlight_add(p, "a|b", true, err)); /* replaced */
	OK(highlight_list(p, &v, &n, err));
	assert_int_equal(n, 2);
	assert_string_equal(v[0].pattern, "a|b");
	assert_true(v[0].word);
	assert_string_equal(v[1].pattern, "caf\u00e9 \"x\"");
	highlight_list_free(v, n);
	FAILS(highlight_add(p, "", false, err), ERR_USAGE, "empty");
	FAILS(highlight_add(p, "(", false, err), ERR_USAGE, "pattern");
	OK(highlight_add(p, "(", true, err)); /* stands for itself */
	FAILS(highlight_delete(p, "none", err), ERR_NAME, "none");
	/* Another account has its own. */
	OK(user_add(p, 2001, "bob", ROLE_ANNOTATOR, err));
	project_act_as(p, 2001);
	OK(highlight_list(p, &v, &n, err));
	assert_int_equal(n, 0);
	highlight_list_free(v, n);
	for (int i = 0; i < HIGHLIGHTS_MAX; i++) {
		snprintf(name, sizeof name, "w%d", i);
		OK(highlight_add(p, name, true, err));
	}
	FAILS(highlight_add(p, "more", true, err), ERR_USAGE, "delete one");
	OK(highlight_add(p, "w7", false, err));
	for (int i = 0; i < HIGHLIGHTS_MAX; i++) {
		snprintf(name, sizeof name, "w%d", i);
		OK(highlight_delete(p, name, err));
	}
	OK(highlight_list(p, &v, &n, err));
	assert_int_equal(n, 0);
	highlight_list_free(v, n);
	project_close(p);
}

/* The text with what is found in brackets. */
static void
finds(const struct highlight *v, size_t n, const char *text, const char *want)
{
	char got[256] = "";
	struct hit *hits;
	size_t nhits, at = 0;

	highlight_find(v, n, text, strlen(text), 100, &hits, &nhits);
	for (size_t i = 0; i < nhits; i++) {
		strncat(got, text + at, hits[i].begin - at);
		strcat(got, "[");
		strncat(got, text + hits[i].begin,
		    hits[i].end - hits[i].begin);
		strcat(got, "]");
		at = hits[i].end;
	}
	strcat(got, text + at);
	free(hits);
	assert_string_equal(got, want);
}

static void
test_find(void **state)
{
	struct highlight word = { (char *)"coal", true };
	struct highlight sign = { (char *)"C++", true };
	struct highlight pattern = { (char *)"c.a", false };
	struct highlight both[] = { pattern, word, sign };

	(void)state;
	finds(&word, 1, "Coal, charcoal, coals: coal", "[Coal], charcoal, "
	    "coals: [coal]");
	finds(&word, 1, "\u00e9coal coal\u00e9", "\u00e9coal coal\u00e9");
	finds(&sign, 1, "c++ and c+ and C++17", "[c++] and c+ and C++17");
	finds(&pattern, 1, "coal and cua", "[coa]l and [cua]");
	/* One inside another is one. */
	finds(both, 3, "coal c++", "[coal] [c++]");
	finds(both, 3, "", "");
	finds(NULL, 0, "coal", "coal");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_find),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}

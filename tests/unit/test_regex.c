#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/regex.h"

static struct regex *
compiled(const char *pattern, unsigned flags)
{
	struct err err = { 0 };
	struct regex *re;

	re = regex_compile(pattern, strlen(pattern), flags, &err);
	assert_string_equal(err.text, "");
	assert_non_null(re);
	return re;
}

/* Spans as Python's re.finditer gives them (in UTF-8 bytes). */
static void
test_matches(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *text, *spans;
	} cases[] = {
		{ "coal|gas", 0, "coal and gas, Coal", "0-4 9-12 " },
		{ "coal|gas", REGEX_NO_CASE, "coal and gas, Coal",
		    "0-4 9-12 14-18 " },
		{ "ÉTÉ", REGEX_NO_CASE, "un été", "3-8 " },
		{ "\\bété\\b", 0, "été l'été étés", "0-5 8-13 " },
		{ "\\w+", 0, "naïve Łódź", "0-6 7-14 " },
		{ "\\d", 0, "a٣b4", "1-3 4-5 " },
		{ ".", 0, "a€\n😀", "0-1 1-4 5-9 " },
		{ "x*", 0, "é", "0-0 2-2 " },
		{ "a*", 0, "ab", "0-1 1-1 2-2 " },
		{ "^", 0, "", "0-0 " },
		{ "(?m)^b", 0, "a\nb\nb", "2-3 4-5 " },
		{ "\\Ba", 0, "aa", "1-2 " },
		{ "a.b", REGEX_LITERAL, "axb a.b", "4-7 " },
		{ "É.", REGEX_LITERAL | REGEX_NO_CASE, "x é.", "2-5 " },
		{ "nothing", 0, "here", "" },
	};
	size_t from, begin, end;
	struct err err = { 0 };
	struct regex *re;
	char got[128];
	long n;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = cases[i].text;
		size_t len = strlen(text), used = 0;

		re = compiled(cases[i].pattern, cases[i].flags);
		*got = '\0';
		from = 0;
		n = 0;
		while (regex_next(re, text, len, &from, &begin, &end,
			   &err) == 1) {
			used += (size_t)snprintf(got + used,
			    sizeof got - used, "%zu-%zu ", begin, end);
			n++;
		}
		assert_string_equal(got, cases[i].spans);
		assert_int_equal(regex_match(re, text, len, &err), n > 0);
		regex_free(re);
	}
	regex_free(NULL);
}

static void
test_errors(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(regex_compile("été(", 6, 0, &err));
	assert_int_equal(err.status, ERR_USAGE);
	assert_non_null(strstr(err.text, "after 4 characters"));
	assert_non_null(strstr(err.text, "parenthesis"));
	assert_null(regex_compile("[b-a]", 5, 0, &err));
	assert_null(regex_compile("a\xff", 2, 0, &err));
	assert_null(regex_compile("\\C", 2, 0, &err));
}

/* Exponential without the limit: ends as an error, and says so. */
static void
test_limit(void **state)
{
	struct regex *re = compiled("(a+)+$", 0);
	size_t from = 0, begin, end;
	struct err err = { 0 };
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = 'b';
	assert_int_equal(regex_match(re, text, sizeof text, &err), -1);
	assert_non_null(strstr(err.text, "too many steps"));
	assert_int_equal(regex_next(re, text, sizeof text, &from, &begin, &end,
	    &err), -1);
	/* The next search is not touched by it. */
	assert_int_equal(regex_match(re, "aaa", 3, &err), 1);
	regex_free(re);
}

/* Bytes that are no UTF-8 match nothing and end nothing. */
static void
test_invalid(void **state)
{
	struct regex *re = compiled("b.d", 0);
	struct err err = { 0 };
	size_t from = 0, begin, end;

	(void)state;
	assert_int_equal(regex_match(re, "b\xff" "d", 3, &err), 0);
	assert_int_equal(regex_next(re, "\xff\xe2\x82 bcd", 7, &from, &begin,
	    &end, &err), 1);
	assert_int_equal(begin, 4);
	assert_int_equal(end, 7);
	assert_int_equal(regex_match(re, "", 0, &err), 0);
	regex_free(re);
}

static void
match_many(void *arg, size_t i)
{
	char text[32];
	struct err err = { 0 };
	int n = snprintf(text, sizeof text, "text %zu!", i);

	if (regex_match(arg, text, (size_t)n, &err) != (i % 10 == 7))
		fatal("text %zu", i);
}

static void
test_threads(void **state)
{
	struct regex *re = compiled("7!$", 0);

	(void)state;
	parallel_for(2000, 4, match_many, re);
	regex_free(re);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

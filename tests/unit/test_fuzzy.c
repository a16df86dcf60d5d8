#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "tagtiger/fuzzy.h"

static int
rank(const char *typed, const char *name)
{
	struct fuzzy *f = fuzzy_new(typed);
	int r = fuzzy_rank(f, name);

	fuzzy_free(f);
	return r;
}

/* Each of these is nearer to what was typed than the next one. */
static void
test_order(void **state)
{
	static const char *const po[] = { "po", "policy instrument",
		"big polluter", "plan of war", "export control",
		"spa dot", "spear tools" };
	static const char *const pi[] = { "pi", "pine", "apple pie",
		"policy instrument", "topic", "polluters in", NULL };

	(void)state;
	for (size_t i = 0; i + 1 < sizeof po / sizeof po[0]; i++) {
		if (rank("po", po[i]) < 0 ||
		    rank("po", po[i]) >= rank("po", po[i + 1]))
			fail_msg("po: %s is no nearer than %s", po[i],
			    po[i + 1]);
	}
	for (size_t i = 0; i < 4; i++)
		if (rank("pi", pi[i]) >= rank("pi", pi[i + 1]))
			fail_msg("pi: %s is no nearer than %s", pi[i],
			    pi[i + 1]);
}

static void
test_has(void **state)
{
	static const struct {
		const char *typed, *name;
		bool has;
	} v[] = {
		{ "", "anything", true },
		{ "ECO", "Économie", true },
		{ "économie", "ECONOMIE", true },
		{ "strasse", "Straße", true },
		{ "expco", "export control", true },
		{ "control exp", "export control", true },
		{ "op", "export", false },
		{ "exx", "export", false },
		{ "漢字", "新漢字", true },
		{ "字漢", "新漢字", false },
		{ "a", "", false },
		{ "\xff", "x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
		if ((rank(v[i].typed, v[i].name) >= 0) != v[i].has)
			fail_msg("'%s' in '%s'", v[i].typed, v[i].name);
}

/* Names of any length are safe. */
static void
test_long(void **state)
{
	char name[5000], typed[300];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	memset(typed, 'a', sizeof typed - 1);
	typed[sizeof typed - 1] = '\0';
	assert_true(rank(typed, name) >= 0);
	for (size_t i = 0; i < sizeof name - 1; i += 2)
		name[i] = ' ';
	assert_true(rank(typed, name) >= 0);
	assert_int_equal(rank("ab", name), -1);
}

/* What was typed stands here under the letters it is. */
static void
test_mark(void **state)
{
	static const struct {
		const char *typed, *name, *marks;
	} v[] = {
		{ "", "pine", "    " },
		{ "pi", "pine", "^^  " },
		{ "pi", "apple pie", "      ^^ " },
		{ "pi", "policy instrument", "^      ^         " },
		{ "expco", "export control", "^^^    ^^     " },
		{ "po", "spa dot", " ^   ^ " },
		{ "or", "export", "   ^^ " },
		{ "ect", "export control", "^      ^  ^   " },
		{ "con exp", "export control", "^^^    ^^^    " },
		{ "eco", "\u00c9conomie", "^^^^     " },
		{ "ss", "Stra\u00dfe", "    ^^ " },
		{ "zz", "pine", "    " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
		struct fuzzy *f = fuzzy_new(v[i].typed);
		bool marked[32];
		char got[32] = "";

		fuzzy_mark(f, v[i].name, marked);
		for (size_t j = 0; j < strlen(v[i].name); j++)
			got[j] = marked[j] ? '^' : ' ';
		assert_string_equal(got, v[i].marks);
		fuzzy_free(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

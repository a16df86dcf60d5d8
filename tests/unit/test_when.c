#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tagtiger/when.h"

static void
test_moments(void **state)
{
	static const struct {
		const char *s;
		int64_t ms;
	} cases[] = {
		{ "1970-01-01", 0 },
		{ "2024-02-29", 1709164800000 },
		{ "2024-02-29T12:30", 1709209800000 },
		{ "2024-02-29 12:30:01", 1709209801000 },
		{ "2024-02-29T12:30:01.5Z", 1709209801500 },
		{ "2024-02-29T12:30:01.123456789Z", 1709209801123 },
		{ "2024-02-29T12:30:01+01:00", 1709206201000 },
		{ "2024-02-29T12:30:01-0530", 1709229601000 },
		{ "2024-02-29T12:30:01+01", 1709206201000 },
		{ "1969-12-31T23:59:59Z", -1000 },
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(when_parse(cases[i].s, &ms));
		assert_int_equal(ms, cases[i].ms);
	}
}

static void
test_none(void **state)
{
	static const char *const cases[] = { "", "2024", "2024-02-30",
		"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01",
		"2024-02-29T", "2024-02-29T25:00", "2024-02-29T12:60",
		"2024-02-29T12:30:01.", "2024-02-29T12:30x", "2024-02-29 ",
		"2024-02-29T12:30+15:00", "29/02/2024", "1709209801" };
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_false(when_parse(cases[i], &ms));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The two halves of a stream (job.c). */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tagtiger/job.h"

#define SLOTS 3

struct stream {
	int slot[SLOTS], made, taken;
	int n, make_fails, take_fails; /* after so many; 0: never */
};

static int
make(void *arg, size_t slot)
{
	struct stream *s = arg;

	if (s->make_fails > 0 && s->made == s->make_fails)
		return -1;
	if (s->made == s->n)
		return 0;
	s->slot[slot] = ++s->made;
	return 1;
}

static int
take(void *arg, size_t slot)
{
	struct stream *s = arg;

	assert_int_equal(s->slot[slot], ++s->taken);
	return s->take_fails > 0 && s->taken == s->take_fails ? -1 : 0;
}

static void
test_all(const char *threads)
{
	struct stream all = { .n = 10000 };
	struct stream none = { .n = 0 };
	struct stream half = { .n = 10000, .make_fails = 500 };
	struct stream less = { .n = 10000, .take_fails = 500 };

	setenv("TAGTIGER_THREADS", threads, 1);
	assert_int_equal(pipeline(SLOTS, make, take, &all), 0);
	assert_int_equal(all.taken, 10000);
	assert_int_equal(pipeline(SLOTS, make, take, &none), 0);
	assert_int_equal(none.taken, 0);
	assert_int_equal(pipeline(SLOTS, make, take, &half), -1);
	assert_int_equal(half.taken, 500);
	assert_int_equal(pipeline(SLOTS, make, take, &less), -1);
	assert_int_equal(less.taken, 500);
	assert_true(less.made <= 500 + SLOTS);
}

static void
test_two_threads(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		test_all("2");
}

static void
test_one_thread(void **state)
{
	(void)state;
	test_all("1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_one_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

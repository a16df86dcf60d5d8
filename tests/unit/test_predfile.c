/*
 * Prediction files: what was written is read, rows are found, and a file that
 * is damaged or cut short is refused.
 */
#include <math.h>

#include "predictions.h"
#include "store_test.h"

#include "tagtiger/predfile.h"

static const int64_t labels[] = { 7, 3, 12 };
static const char *names[] = { "support", "é, and", "" };
static const int64_t docs[] = { 2, 5, 6, 900000000000 };
static const float prob[] = { .1f, .2f, .7f, 1, 0, 0, .3f, .3f, .4f, NAN, NAN,
	NAN };

static void
write_it(const char *path)
{
	struct predfile f = { .model = 42, .time = 1790000000123, .k = 3,
		.multilabel = true, .labels = labels, .names = names, .n = 4,
		.docs = docs, .prob = prob };

	predictions_write(path, &f);
}

static void
test_round_trip(void **state)
{
	const char *path = test_path("a.pred");
	struct err e = { 0 };
	struct predfile *p;

	(void)state;
	write_it(path);
	p = predfile_open(path, &e);
	assert_non_null(p);
	assert_int_equal(p->model, 42);
	assert_int_equal(p->time, 1790000000123);
	assert_true(p->multilabel);
	assert_int_equal(p->n, 4);
	assert_int_equal(p->k, 3);
	assert_memory_equal(p->labels, labels, sizeof labels);
	assert_memory_equal(p->docs, docs, sizeof docs);
	assert_memory_equal(p->prob, prob, sizeof prob);
	for (int i = 0; i < 3; i++)
		assert_string_equal(p->names[i], names[i]);
	assert_int_equal(predfile_row(p, 2), 0);
	assert_int_equal(predfile_row(p, 6), 2);
	assert_int_equal(predfile_row(p, 900000000000), 3);
	assert_int_equal(predfile_row(p, 1), -1);
	assert_int_equal(predfile_row(p, 7), -1);
	assert_int_equal(predfile_row(p, 900000000001), -1);
	assert_int_equal((uintptr_t)p->prob % 64, 0);
	predfile_close(p);
}

static void
test_empty(void **state)
{
	const char *path = test_path("empty.pred");
	struct predfile f = { .k = 1, .labels = labels, .names = names }, *p;
	struct err e = { 0 };

	(void)state;
	predictions_write(path, &f);
	p = predfile_open(path, &e);
	assert_non_null(p);
	assert_int_equal(p->n, 0);
	assert_int_equal(predfile_row(p, 1), -1);
	predfile_close(p);
	assert_null(predfile_open(test_path("none.pred"), &e));
	assert_int_equal(e.status, ERR_NAME);
}

/* What is given up leaves nothing; what is there stands until the new one is
 * whole. */
static void
test_drop(void **state)
{
	const char *path = test_path("drop.pred");
	struct predfile head = { .k = 3, .labels = labels, .names = names };
	struct predfile_out *o;
	struct err e = { 0 };
	struct predfile *p;

	(void)state;
	write_it(path);
	o = predfile_create(path, &head, &e);
	assert_non_null(o);
	assert_int_equal(predfile_add(o, 1, prob, &e), 0);
	predfile_drop(o);
	p = predfile_open(path, &e);
	assert_non_null(p);
	assert_int_equal(p->n, 4);
	predfile_close(p);
}

/* Cut at any length, or with any byte of the header wrong, it is refused or
 * stays within its bounds (the sanitizers watch). */
static void
test_damage(void **state)
{
	const char *path = test_path("whole.pred"), *bad = test_path("bad");
	unsigned char data[512];
	struct err e;
	size_t size, refused = 0;
	FILE *f;

	(void)state;
	write_it(path);
	f = fopen(path, "rb");
	size = fread(data, 1, sizeof data, f);
	fclose(f);
	assert_in_range(size, 100, 511);
	for (size_t cut = 0; cut < size; cut++) {
		f = fopen(bad, "wb");
		fwrite(data, 1, cut, f);
		fclose(f);
		assert_null(predfile_open(bad, &e));
	}
	for (size_t i = 0; i < size * 2; i++) {
		unsigned char copy[512];
		struct predfile *p;

		memcpy(copy, data, size);
		copy[i / 2] ^= i % 2 ? 0xff : 0x01;
		f = fopen(bad, "wb");
		fwrite(copy, 1, size, f);
		fclose(f);
		p = predfile_open(bad, &e);
		refused += p == NULL;
		for (size_t r = 0; p != NULL && r < p->n; r++)
			assert_int_equal(predfile_row(p, p->docs[r]), r);
		predfile_close(p);
	}
	assert_in_range(refused, 60, size * 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_damage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}

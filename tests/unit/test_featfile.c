/* Feature files: what goes in comes out, and damaged ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tagtiger/err.h"
#include "tagtiger/featfile.h"
#include "tagtiger/mat.h"

static char path[64], second[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(path, "/tmp/tagtiger-featXXXXXX");
	close(mkstemp(path));
	strcpy(second, "/tmp/tagtiger-featXXXXXX");
	close(mkstemp(second));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(second);
	return 0;
}

static void
write_dense(void)
{
	struct featfile_out *o = featfile_create(path, 7, false, 3, NULL);
	const float rows[3][3] = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } };

	assert_non_null(o);
	for (int i = 0; i < 3; i++)
		assert_int_equal(featfile_add_dense(o, 10 * i + 5, rows[i],
		    NULL), 0);
	assert_int_equal(featfile_end(o, NULL), 0);
}

static void
write_sparse(void)
{
	struct featfile_out *o = featfile_create(path, 7, true, 100, NULL);
	const int32_t col[3] = { 1, 50, 99 };
	const float val[3] = { 0.5f, 0.25f, 2 };

	assert_non_null(o);
	assert_int_equal(featfile_add_sparse(o, 1, col, val, 3, NULL), 0);
	assert_int_equal(featfile_add_sparse(o, 2, col, val, 0, NULL), 0);
	assert_int_equal(featfile_add_sparse(o, 9, col + 1, val + 1, 2,
	    NULL), 0);
	assert_int_equal(featfile_end(o, NULL), 0);
}

static void
test_dense(void **state)
{
	const int64_t want[] = { 2, 0 };
	struct featfile *f;
	struct mat m;

	(void)state;
	write_dense();
	f = featfile_open(path, NULL);
	assert_non_null(f);
	assert_int_equal(f->n, 3);
	assert_int_equal(f->d, 3);
	assert_int_equal(featfile_row(f, 15), 1);
	assert_int_equal(featfile_row(f, 16), -1);
	assert_int_equal(featfile_row(f, 1), -1);
	assert_int_equal(featfile_row(f, 99), -1);
	assert_int_equal(featfile_dense(f, want, 2, &m, NULL), 0);
	assert_true(m.v[0] == 7 && m.v[2] == 9 && m.v[3] == 1);
	mat_free(&m);
	featfile_close(f);
}

static void
test_sparse(void **state)
{
	const int64_t want[] = { 2, 1, 0 };
	struct featfile *f;
	struct csr m;

	(void)state;
	write_sparse();
	f = featfile_open(path, NULL);
	assert_non_null(f);
	assert_int_equal(featfile_sparse(f, want, 3, &m, NULL), 0);
	assert_int_equal(m.ptr[1], 2);
	assert_int_equal(m.ptr[2], 2);
	assert_int_equal(m.ptr[3], 5);
	assert_int_equal(m.col[0], 50);
	assert_int_equal(m.col[4], 99);
	assert_true(m.val[1] == 2 && m.val[2] == 0.5f);
	csr_free(&m);
	featfile_close(f);
}

/* A second file from the rows of the first and a new one. */
static void
test_copy(void **state)
{
	struct featfile_out *o;
	struct featfile *f, *g;
	const int32_t col = 7;
	const float val = 1;

	(void)state;
	write_sparse();
	f = featfile_open(path, NULL);
	o = featfile_create(second, 7, true, 100, NULL);
	assert_int_equal(featfile_copy(o, f, 0, NULL), 0);
	assert_int_equal(featfile_add_sparse(o, 5, &col, &val, 1, NULL), 0);
	assert_int_equal(featfile_copy(o, f, 2, NULL), 0);
	assert_int_equal(featfile_end(o, NULL), 0);
	g = featfile_open(second, NULL);
	assert_non_null(g);
	assert_int_equal(g->n, 3);
	assert_int_equal(featfile_row(g, 5), 1);
	assert_int_equal(featfile_row(g, 9), 2);
	featfile_close(f);
	featfile_close(g);
}

static void
put(const char *data, size_t n)
{
	FILE *file = fopen(path, "wb");

	fwrite(data, 1, n, file);
	fclose(file);
}

/* Every cut of a good file, and every changed byte of its header. */
static void
damage(void)
{
	char data[4096];
	struct featfile *f;
	struct err err;
	FILE *file = fopen(path, "rb");
	size_t n = fread(data, 1, sizeof data, file);

	fclose(file);
	for (size_t cut = 0; cut < n; cut++) {
		put(data, cut);
		err_clear(&err);
		assert_null(featfile_open(path, &err));
		assert_int_equal(err.status, ERR_FAILED);
	}
	for (size_t i = 0; i < 40; i++) {
		data[i] ^= 0x41;
		put(data, n);
		f = featfile_open(path, NULL); /* must not crash */
		if (f != NULL)
			featfile_row(f, 5);
		featfile_close(f);
		data[i] ^= 0x41;
	}
}

/* A column that the feature does not have, in every place of the file. */
static void
odd_column(void)
{
	const int64_t rows[] = { 0, 1, 2 };
	const int32_t odd = 100;
	char data[4096], whole[4096];
	struct featfile *f;
	struct csr x;
	FILE *file = fopen(path, "rb");
	size_t n = fread(whole, 1, sizeof whole, file), refused = 0;

	fclose(file);
	for (size_t at = 40; at + sizeof odd <= n; at += sizeof odd) {
		memcpy(data, whole, n);
		memcpy(data + at, &odd, sizeof odd);
		put(data, n);
		f = featfile_open(path, NULL);
		if (f == NULL)
			continue;
		if (featfile_sparse(f, rows, 3, &x, NULL) == 0)
			csr_free(&x);
		else
			refused++;
		featfile_close(f);
	}
	assert_int_equal(refused, 5);
	put(whole, n);
}

static void
test_damage(void **state)
{
	(void)state;
	write_dense();
	damage();
	write_sparse();
	odd_column();
	damage();
}

static void
test_unfinished(void **state)
{
	struct featfile_out *o;
	struct featfile *f;

	(void)state;
	write_dense();
	o = featfile_create(path, 7, false, 2, NULL);
	featfile_drop(o);
	f = featfile_open(path, NULL); /* the old file stands */
	assert_non_null(f);
	assert_int_equal(f->d, 3);
	featfile_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dense, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sparse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unfinished, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

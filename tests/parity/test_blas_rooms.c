/*
 * Two BLAS live in one process: OpenBLAS, linked into the program, and the
 * one inside libtorch. Each must call its own: where libtorch's references
 * bind to OpenBLAS, complex dot products come out wrong and batched products
 * crash. And before the shim is opened no library of the kind is loaded.
 */
#include "fixture.h"

#include <cblas.h>

/* How many mapped files have a name with `part` in it. */
static int
mapped(const char *part)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[4096];
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		const char *path = strchr(line, '/');

		if (path == NULL)
			continue;
		path = strrchr(path, '/') + 1;
		n += strstr(path, part) != NULL;
	}
	fclose(f);
	return n;
}

static void
check_ours(void)
{
	static const double a[6] = { 1, 2, 3, 4, 5, 6 };
	static const double b[6] = { 1, 0, 2, 1, 0, 3 };
	static const double want[4] = { 5, 11, 14, 23 };
	double c[4] = { 0 }, z[2];
	static const double x[4] = { 1, 2, 3, 4 }, y[4] = { 5, 6, 7, 8 };

	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 2, 2, 3, 1, a,
	    3, b, 2, 0, c, 2);
	assert_memory_equal(c, want, sizeof c);
	cblas_zdotu_sub(2, x, 1, y, 1, z);
	assert_true(z[0] == -18 && z[1] == 68);
}

static void
test_rooms(void **state)
{
	static const char *const blas[] = { "blas", "lapack", "mkl", "atlas",
		"torch", "libgomp" };
	struct torch_err terr = { "" };
	struct err err = { 0 };
	double d[4] = { NAN, NAN, NAN, NAN };
	const struct torch_api *api;

	(void)state;
	if (!have_torch())
		skip();
	check_ours();
	for (size_t i = 0; i < sizeof blas / sizeof blas[0]; i++) {
		if (mapped(blas[i]) > 0)
			print_message("%s is loaded\n", blas[i]);
		/* The name of this test's own file has "blas" in it. */
		assert_int_equal(mapped(blas[i]) - mapped("test_blas_rooms") *
		    (i == 0), 0);
	}
	api = torch_load(&err);
	assert_string_equal(err.text, "");
	assert_true(mapped("libtorch_cpu") > 0);
	assert_int_equal(mapped("libopenblas"), 0);
	assert_int_equal(mapped("libblas"), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(api->blas_check(d, &terr), 0);
		assert_string_equal(terr.text, "");
		assert_true(d[0] < 1e-5);
		assert_true(d[1] < 1e-10);
		assert_true(d[2] < 1e-10);
		assert_true(d[3] < 1e-10);
		check_ours();
	}
}

static void
test_api(void **state)
{
	struct torch_err terr = { "" };
	struct torch_device dev;
	struct err err = { 0 };
	const struct torch_api *api;

	(void)state;
	if (!have_torch())
		skip();
	assert_true(torch_built());
	api = torch_load(&err);
	assert_ptr_equal(api, torch_load(&err));
	assert_int_equal(api->version, TORCH_API_VERSION);
	assert_true(strlen(api->torch_version()) >= 3);
	assert_int_equal(api->device_find("auto", &dev, &terr), 0);
	assert_int_equal(api->device_find("cpu", &dev, &terr), 0);
	assert_string_equal(dev.name, "cpu");
	assert_int_equal(api->device_find("abacus", &dev, &terr),
	    TORCH_FAILED);
	assert_non_null(strstr(terr.text, "abacus"));
	/* Nothing to free is fine. */
	api->model_free(NULL);
	api->trainer_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_api),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

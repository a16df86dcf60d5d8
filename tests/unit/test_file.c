#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"

static char dir[64], path[96];

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/tagtiger-file-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/x", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir); /* fails when a temporary file is left */
}

static size_t
entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
check_content(const char *want)
{
	struct buf b = BUF_INIT;
	struct err err = { 0 };

	assert_int_equal(file_read(path, 1 << 20, &b, &err), 0);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

/* The old content stands until the end, and after a drop. */
static void
test_atomic(void **state)
{
	struct file_out f;
	struct err err = { 0 };
	struct stat st;
	mode_t mask = umask(022);

	(void)state;
	umask(mask);
	assert_int_equal(file_write(path, "old", 3, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
	assert_int_equal(file_begin(&f, path, &err), 0);
	assert_int_equal(file_add(&f, "ne", 2, &err), 0);
	check_content("old");
	assert_int_equal(entries(), 2);
	assert_int_equal(file_add(&f, "w", 1, &err), 0);
	assert_int_equal(file_end(&f, &err), 0);
	check_content("new");
	assert_int_equal(file_begin(&f, path, &err), 0);
	file_drop(&f);
	check_content("new");
	assert_int_equal(entries(), 1);
}

static void
test_errors(void **state)
{
	struct buf b = BUF_INIT;
	struct file_out f;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_read("/nonexistent/x", 10, &b, &err), -1);
	assert_int_equal(err.status, ERR_NAME);
	assert_int_equal(file_read(dir, 10, &b, &err), -1);
	assert_int_equal(file_begin(&f, "/nonexistent/x", &err), -1);
	assert_int_equal(file_write(path, "12345", 5, &err), 0);
	assert_int_equal(file_read(path, 4, &b, &err), -1);
	buf_clear(&b);
	buf_adds(&b, "0");
	assert_int_equal(file_read(path, 5, &b, &err), 0);
	assert_string_equal(b.data, "012345"); /* it appends */
	buf_free(&b);
	/* A folder in the way: the rename fails, nothing is left. */
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(file_write(path, "x", 1, &err), -1);
	assert_int_equal(entries(), 1);
	assert_int_equal(rmdir(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_atomic, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

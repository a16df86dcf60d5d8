#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/safetensors.h"

/* A file of that header and so many bytes of data 0, 1, 2, ... */
static void
make(struct buf *b, const char *header, size_t data)
{
	uint64_t len = strlen(header);

	buf_clear(b);
	for (int i = 0; i < 8; i++)
		buf_addc(b, (char)(len >> 8 * i));
	buf_adds(b, header);
	for (size_t i = 0; i < data; i++)
		buf_addc(b, (char)i);
}

/* The file of those bytes. */
static struct safetensors *
opened(const char *data, size_t len, struct err *err)
{
	char path[] = "/tmp/tagtiger-st-XXXXXX";
	struct safetensors *st;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	st = safetensors_open(path, err);
	unlink(path);
	return st;
}

#define T(name, type, shape, from, to)                                        \
	"\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape               \
	",\"data_offsets\":[" #from "," #to "]}"

static void
test_reads(void **state)
{
	struct buf b = BUF_INIT;
	struct err err = { 0 };
	struct safetensors *st;
	const struct st_tensor *t;

	(void)state;
	make(&b, "{\"__metadata__\":{\"format\":\"pt\"}," T("b", "I64", "[1]",
	    8, 16) "," T("a", "F32", "[2,1]", 0, 8) "," T("none", "F32",
	    "[0,3]", 16, 16) "," T("one", "BOOL", "[]", 16, 17) "}  ", 17);
	st = opened(b.data, b.len, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(safetensors_count(st), 4);
	t = safetensors_at(st, 0);
	assert_string_equal(t->name, "a");
	assert_int_equal(t->type, ST_F32);
	assert_int_equal(t->ndim, 2);
	assert_int_equal(t->shape[0], 2);
	assert_int_equal(t->count, 2);
	assert_memory_equal(t->data, b.data + b.len - 17, 8);
	t = safetensors_at(st, 2);
	assert_string_equal(t->name, "none");
	assert_int_equal(t->count, 0);
	t = safetensors_at(st, 3);
	assert_string_equal(t->name, "one");
	assert_int_equal(t->ndim, 0);
	assert_int_equal(t->count, 1);
	safetensors_free(st);
	make(&b, "{}", 0);
	st = opened(b.data, b.len, &err);
	assert_non_null(st);
	assert_int_equal(safetensors_count(st), 0);
	safetensors_free(st);
	safetensors_free(NULL);
	buf_free(&b);
}

static void
test_refuses(void **state)
{
	static const struct {
		const char *header;
		size_t data;
		const char *says;
	} bad[] = {
		{ "{" T("a", "F32", "[2]", 0, 8) "}", 7, "outside" },
		{ "{" T("a", "F32", "[2]", 0, 8) "}", 9, "belong to no" },
		{ "{" T("a", "F32", "[2]", 0, 4) "}", 8, "need 8 bytes" },
		{ "{" T("a", "F32", "[2]", 8, 0) "}", 8, "outside" },
		{ "{" T("a", "F32", "[-2]", 0, 8) "}", 8, "no size" },
		{ "{" T("a", "F32", "[1.5]", 0, 8) "}", 8, "no size" },
		{ "{" T("a", "F32", "[\"2\"]", 0, 8) "}", 8, "no size" },
		{ "{" T("a", "F32", "[1e300]", 0, 8) "}", 8, "no size" },
		{ "{" T("a", "F32", "[4294967296,4294967296]", 0, 0) "}", 0,
		    "too large" },
		{ "{" T("a", "F32", "[4611686018427387904]", 0, 0) "}", 0,
		    "no size" },
		{ "{" T("a", "U8", "[1,1,1,1,1,1,1,1,1]", 0, 1) "}", 1,
		    "dimensions" },
		{ "{" T("a", "F8_E4M3", "[1]", 0, 1) "}", 1, "F8_E4M3" },
		{ "{" T("a", "F32", "[1]", 0, 4) "," T("b", "F32", "[1]", 0,
		      4) "}", 4, "overlaps" },
		{ "{" T("a", "F32", "[1]", 0, 4) "," T("b", "F32", "[1]", 8,
		      12) "}", 12, "hole" },
		{ "{" T("a", "F32", "[1]", 0, 4) "," T("a", "F32", "[1]", 4,
		      8) "}", 8, "stands twice" },
		{ "{" T("a\\u0000b", "F32", "[1]", 0, 4) "}", 4, "NUL" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "missing" },
		{ "{\"a\":7}", 4, "missing" },
		{ "{\"__metadata__\":{\"n\":1}}", 0, "strings" },
		{ "[1]", 0, "start with {" },
		{ "{", 0, "not JSON" },
		{ "{} x", 0, "follows" },
	};
	struct buf b = BUF_INIT;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		make(&b, bad[i].header, bad[i].data);
		err_clear(&err);
		assert_null(opened(b.data, b.len, &err));
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].header, err.text);
	}
	/* Header lengths that the file cannot hold. */
	make(&b, "{}", 0);
	for (size_t len = 0; len < b.len; len++)
		assert_null(opened(b.data, len, &err));
	memset(b.data, 0xff, 8);
	assert_null(opened(b.data, b.len, &err));
	buf_free(&b);
	assert_null(safetensors_open("/nonexistent/x", &err));
	assert_int_equal(err.status, ERR_NAME);
	assert_null(safetensors_open_folder("/nonexistent", &err));
	assert_int_equal(err.status, ERR_NAME);
	assert_null(safetensors_open("/dev/null", &err));
}

/* The parity folders' files were written by the safetensors library: what we
 * write from what we read must be the same bytes. */
static void
test_writes(void **state)
{
	static const char *const files[] = {
		"tests/parity/bert_uncased/model.safetensors",
		"tests/parity/bert_cased/model.safetensors",
		"tests/parity/bert_uncased/heads.safetensors" };
	char dir[] = "/tmp/tagtiger-st-XXXXXX", path[64];
	struct buf was = BUF_INIT, is = BUF_INIT;
	struct err err = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/x.safetensors", dir);
	for (size_t i = 0; i < 3; i++) {
		struct safetensors *st = safetensors_open(files[i], &err);
		size_t n;

		assert_string_equal(err.text, "");
		n = safetensors_count(st);
		assert_int_equal(
		    safetensors_write(path, safetensors_at(st, 0), n, &err),
		    0);
		safetensors_free(st);
		buf_clear(&was);
		buf_clear(&is);
		file_read(files[i], 1 << 24, &was, &err);
		file_read(path, 1 << 24, &is, &err);
		assert_int_equal(was.len, is.len);
		assert_memory_equal(was.data, is.data, was.len);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0); /* and no temporary file */
	buf_free(&was);
	buf_free(&is);
}

static void
put(const char *dir, const char *name, const char *data, size_t len)
{
	char path[128];
	struct err err = { 0 };

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(file_write(path, data, len, &err), 0);
}

static void
drop(const char *dir, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

/* A model in parts; an index that points outside is refused. */
static void
test_parts(void **state)
{
	static const char good[] = "{\"weight_map\":{\"a\":\"1.safetensors\","
				   "\"c\":\"1.safetensors\","
				   "\"b\":\"2.safetensors\"}}";
	static const char out[] = "{\"weight_map\":{\"a\":\"../x\"}}";
	char dir[] = "/tmp/tagtiger-st-XXXXXX";
	struct buf b = BUF_INIT;
	struct err err = { 0 };
	struct safetensors *st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	make(&b, "{" T("a", "U8", "[1]", 0, 1) "," T("c", "U8", "[1]", 1, 2)
	    "}", 2);
	put(dir, "1.safetensors", b.data, b.len);
	make(&b, "{" T("b", "U8", "[1]", 0, 1) "}", 1);
	put(dir, "2.safetensors", b.data, b.len);
	put(dir, "model.safetensors.index.json", good, strlen(good));
	st = safetensors_open_folder(dir, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(safetensors_count(st), 3);
	assert_string_equal(safetensors_at(st, 1)->name, "b");
	safetensors_free(st);
	/* The same name in two files. */
	make(&b, "{" T("a", "U8", "[1]", 0, 1) "}", 1);
	put(dir, "2.safetensors", b.data, b.len);
	assert_null(safetensors_open_folder(dir, &err));
	assert_non_null(strstr(err.text, "twice"));
	put(dir, "model.safetensors.index.json", out, strlen(out));
	assert_null(safetensors_open_folder(dir, &err));
	assert_non_null(strstr(err.text, "outside"));
	drop(dir, "1.safetensors");
	drop(dir, "2.safetensors");
	drop(dir, "model.safetensors.index.json");
	put(dir, "pytorch_model.bin", "x", 1);
	assert_null(safetensors_open_folder(dir, &err));
	assert_non_null(strstr(err.text, "pytorch_model.bin"));
	drop(dir, "pytorch_model.bin");
	assert_int_equal(rmdir(dir), 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

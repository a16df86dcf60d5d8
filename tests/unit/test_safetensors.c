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
	st = safetensors_parse(b.data, b.len, "x", &err);
	assert_string_equal(err.text, "");
	assert_int_equal(safetensors_count(st), 4);
	assert_string_equal(safetensors_meta(st, "format"), "pt");
	assert_null(safetensors_meta(st, "other"));
	t = safetensors_find(st, "a");
	assert_ptr_equal(t, safetensors_at(st, 0));
	assert_int_equal(t->type, ST_F32);
	assert_int_equal(t->ndim, 2);
	assert_int_equal(t->shape[0], 2);
	assert_int_equal(t->count, 2);
	assert_memory_equal(t->data, b.data + b.len - 17, 8);
	assert_int_equal(safetensors_find(st, "none")->count, 0);
	t = safetensors_find(st, "one");
	assert_int_equal(t->ndim, 0);
	assert_int_equal(t->count, 1);
	assert_null(safetensors_find(st, "c"));
	safetensors_free(st);
	make(&b, "{}", 0);
	st = safetensors_parse(b.data, b.len, "x", &err);
	assert_non_null(st);
	assert_int_equal(safetensors_count(st), 0);
	assert_null(safetensors_find(st, "a"));
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
		assert_null(safetensors_parse(b.data, b.len, "x", &err));
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].header, err.text);
	}
	/* Header lengths that the file cannot hold. */
	make(&b, "{}", 0);
	for (size_t len = 0; len < b.len; len++)
		assert_null(safetensors_parse(b.data, len, "x", &err));
	memset(b.data, 0xff, 8);
	assert_null(safetensors_parse(b.data, b.len, "x", &err));
	buf_free(&b);
	assert_null(safetensors_open("/nonexistent/x", &err));
	assert_int_equal(err.status, ERR_NAME);
	assert_null(safetensors_open_folder("/nonexistent", &err));
	assert_int_equal(err.status, ERR_NAME);
	assert_null(safetensors_open("/dev/null", &err));
}

/* Bit patterns and the numbers that IEEE 754 and bfloat16 give them. */
static void
test_widens(void **state)
{
	static const uint16_t half[] = { 0x0000, 0x8000, 0x3c00, 0xc000,
		0x7bff, 0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00, 0x7e00,
		0x3555, 0x8001 };
	static const float value[] = { 0, -0.f, 1, -2, 65504, 0x1p-24f,
		0x1.ff8p-15f, 0x1p-14f, INFINITY, -INFINITY, NAN,
		0.333251953125f, -0x1p-24f };
	static const uint16_t brain[] = { 0x3f80, 0xc040, 0x0001, 0x7f80,
		0x7fc0 };
	static const float wide[] = { 1, -3, 0x1p-133f, INFINITY, NAN };
	static const double twice[] = { 0.1, 1e300 };
	struct st_tensor t = { .type = ST_F16, .count = 13, .data = half };
	struct err err = { 0 };
	float out[13];

	(void)state;
	assert_int_equal(st_to_f32(&t, out, &err), 0);
	for (int i = 0; i < 13; i++) {
		assert_true(out[i] == value[i] ||
		    (isnan(out[i]) && isnan(value[i])));
		assert_int_equal(signbit(out[i]) != 0,
		    signbit(value[i]) != 0);
	}
	t = (struct st_tensor){ .type = ST_BF16, .count = 5, .data = brain };
	assert_int_equal(st_to_f32(&t, out, &err), 0);
	for (int i = 0; i < 5; i++)
		assert_true(out[i] == wide[i] ||
		    (isnan(out[i]) && isnan(wide[i])));
	t = (struct st_tensor){ .type = ST_F64, .count = 2, .data = twice };
	assert_int_equal(st_to_f32(&t, out, &err), 0);
	assert_true(out[0] == 0.1f && isinf(out[1]));
	t = (struct st_tensor){ .name = "x", .type = ST_I64, .count = 1,
		.data = twice };
	assert_int_equal(st_to_f32(&t, out, &err), -1);
	assert_non_null(strstr(err.text, "I64"));
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
		cmocka_unit_test(test_widens),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

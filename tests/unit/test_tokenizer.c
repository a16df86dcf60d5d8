#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/err.h"
#include "tagtiger/tokenizer.h"

#define VOCAB "\"vocab\":{\"[UNK]\":0,\"a\":1,\"##b\":2,\"c\":5}"
#define MODEL "\"model\":{\"type\":\"WordPiece\"," VOCAB "}"

static struct tokenizer *
parsed(const char *json)
{
	struct err err = { 0 };
	struct tokenizer *t = tokenizer_parse(json, strlen(json), "x", &err);

	assert_string_equal(err.text, "");
	assert_non_null(t);
	return t;
}

static void
encode(const struct tokenizer *t, const char *s, size_t len, size_t max,
    struct encoding *e)
{
	struct err err = { 0 };

	assert_int_equal(tokenizer_encode(t, s, len, max, e, &err), 0);
}

/* Kinds that are not there are named; what is broken is refused. */
static void
test_refuses(void **state)
{
	static const struct {
		const char *json, *says;
	} bad[] = {
		{ "", "not JSON" },
		{ "[]", "without a type" },
		{ "{}", "without a type" },
		{ "{\"model\":{\"type\":\"BPE\"," VOCAB "}}", "BPE" },
		{ "{\"model\":{\"type\":\"Unigram\"}}", "Unigram" },
		{ "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0}}}",
		    "[UNK]" },
		{ "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":-1}}}",
		    "vocabulary" },
		{ "{\"model\":{\"type\":\"WordPiece\",\"vocab\":"
		  "{\"a\":4e9}}}", "vocabulary" },
		{ "{\"model\":{\"type\":\"WordPiece\",\"vocab\":[0]}}",
		    "vocabulary" },
		{ "{" MODEL ",\"normalizer\":{\"type\":\"Precompiled\"}}",
		    "Precompiled" },
		{ "{" MODEL ",\"normalizer\":{}}", "without a type" },
		{ "{" MODEL ",\"normalizer\":{\"type\":\"Replace\","
		  "\"pattern\":{\"Regex\":\"a\"},\"content\":\"\"}}",
		    "plain pattern" },
		{ "{" MODEL ",\"pre_tokenizer\":{\"type\":\"ByteLevel\"}}",
		    "ByteLevel" },
		{ "{" MODEL ",\"pre_tokenizer\":{\"type\":\"Punctuation\","
		  "\"behavior\":\"Removed\"}}", "Removed" },
		{ "{" MODEL ",\"post_processor\":{\"type\":\"ByteLevel\"}}",
		    "ByteLevel" },
		{ "{" MODEL ",\"post_processor\":{\"type\":"
		  "\"TemplateProcessing\",\"single\":[]}}", "text once" },
		{ "{" MODEL ",\"post_processor\":{\"type\":"
		  "\"TemplateProcessing\",\"single\":[{\"SpecialToken\":"
		  "{\"id\":\"x\"}}]}}", "without an id" },
		{ "{" MODEL ",\"added_tokens\":[{}]}", "content" },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		err_clear(&err);
		assert_null(tokenizer_parse(bad[i].json, strlen(bad[i].json),
		    "x", &err));
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].json, err.text);
	}
	assert_null(tokenizer_open("/nonexistent", &err));
	assert_int_equal(err.status, ERR_NAME);
	tokenizer_free(NULL);
}

/* Added tokens stand behind the four of the vocabulary, as the library counts;
 * one that is in it keeps its id. */
static void
test_added(void **state)
{
	struct tokenizer *t = parsed("{" MODEL ",\"added_tokens\":"
	    "[{\"content\":\"a\",\"special\":true},"
	    "{\"content\":\"[X]\",\"special\":true}]}");
	struct encoding e = { 0 };

	(void)state;
	encode(t, "a[X]c", 5, 0, &e);
	assert_int_equal(e.n, 3);
	assert_int_equal(e.ids[0], 1);
	assert_int_equal(e.ids[1], 4);
	assert_int_equal(e.ids[2], 5);
	encoding_free(&e);
	tokenizer_free(t);
}

/* Cutting keeps the special tokens; no room beside them is an error. */
static void
test_length(void **state)
{
	struct tokenizer *t = parsed("{" MODEL ",\"pre_tokenizer\":"
	    "{\"type\":\"WhitespaceSplit\"},\"post_processor\":"
	    "{\"type\":\"BertProcessing\",\"sep\":[\"s\",8],"
	    "\"cls\":[\"c\",7]}}");
	struct encoding e = ENCODING_INIT;
	struct err err = { 0 };

	(void)state;
	encode(t, "ab c a", 6, 0, &e);
	assert_int_equal(e.n, 6);
	assert_int_equal(e.ids[0], 7);
	assert_int_equal(e.ids[5], 8);
	encode(t, "ab c a", 6, 3, &e);
	assert_int_equal(e.n, 3);
	assert_int_equal(e.ids[1], 1);
	assert_int_equal(e.end[1], 1);
	assert_int_equal(e.ids[2], 8);
	encode(t, "", 0, 3, &e);
	assert_int_equal(e.n, 2);
	assert_int_equal(tokenizer_encode(t, "a", 1, 2, &e, &err), -1);
	assert_int_equal(tokenizer_encode(t, "a", 1, 1, &e, &err), -1);
	encoding_free(&e);
	encoding_free(&e);
	tokenizer_free(t);
}

/* Bytes that are no UTF-8, and NULs: one code point each. */
static void
test_bytes(void **state)
{
	struct tokenizer *t = parsed("{" MODEL ",\"normalizer\":"
	    "{\"type\":\"BertNormalizer\"},\"pre_tokenizer\":"
	    "{\"type\":\"BertPreTokenizer\"}}");
	struct encoding e = ENCODING_INIT;

	(void)state;
	encode(t, "\xff\0\xe2\x82 a\xc0", 7, 0, &e);
	assert_int_equal(e.n, 1);
	assert_int_equal(e.ids[0], 1);
	assert_int_equal(e.begin[0], 5);
	assert_int_equal(e.end[0], 6);
	encoding_free(&e);
	tokenizer_free(t);
}

/* A run of marks in every order is sorted in linear time; the letter before
 * stands alone. */
static void
test_marks(void **state)
{
	struct tokenizer *t = parsed("{" MODEL ",\"normalizer\":"
	    "{\"type\":\"NFD\"}}");
	struct encoding e = ENCODING_INIT;
	size_t n = 200000;
	char *s = malloc(2 * n + 1);

	(void)state;
	s[0] = 'a';
	for (size_t i = 0; i < n; i++) /* U+0301 and U+0323 by turns */
		memcpy(s + 1 + 2 * i, i % 2 ? "\xcc\x81" : "\xcc\xa3", 2);
	encode(t, s, 2 * n + 1, 0, &e);
	assert_int_equal(e.n, 1);
	assert_int_equal(e.end[0], n + 1);
	free(s);
	encoding_free(&e);
	tokenizer_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

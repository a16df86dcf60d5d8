/*
 * tokenizer.json, and texts through it: the input is the file, a byte 0xff
 * (which JSON cannot hold), and the text. With no 0xff it is all a text, for
 * BERT's fast way and for the general one, which must agree.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/err.h"
#include "tagtiger/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0,"    \
	"\"a\":1,\"##a\":2,\"b\":3,\"##b\":4,\"ab\":5,\"e\":6,\".\":7,"       \
	"\"\u4e2d\":8,\"##e\":9}},\"normalizer\":"
#define BERT "{\"type\":\"BertNormalizer\"}"
#define TAIL ",\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}}"

static struct tokenizer *fast, *slow;

static void
check(const struct encoding *e, const struct tokenizer *t, size_t len)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->ids[i] < 0 || e->begin[i] > e->end[i] ||
		    e->end[i] > len || (e->begin[i] == e->end[i] &&
			e->begin[i] > 0))
			abort();
	(void)t;
}

static void
compare(const char *s, size_t len)
{
	struct encoding a = ENCODING_INIT, b = ENCODING_INIT;
	struct err err;

	if (fast == NULL) {
		fast = tokenizer_parse(HEAD BERT TAIL,
		    sizeof HEAD BERT TAIL - 1, "fast", &err);
		/* One step more, that changes nothing: the general way. */
		slow = tokenizer_parse(
		    HEAD "{\"type\":\"Sequence\",\"normalizers\":[" BERT
			 ",{\"type\":\"Lowercase\"}]}" TAIL,
		    sizeof HEAD "{\"type\":\"Sequence\",\"normalizers\":[" BERT
				",{\"type\":\"Lowercase\"}]}" TAIL - 1,
		    "slow", &err);
	}
	tokenizer_encode(fast, s, len, 0, &a, &err);
	tokenizer_encode(slow, s, len, 0, &b, &err);
	check(&a, fast, len);
	if (a.n != b.n ||
	    (a.n > 0 && (memcmp(a.ids, b.ids, a.n * sizeof *a.ids) != 0 ||
		memcmp(a.begin, b.begin, a.n * sizeof *a.begin) != 0 ||
		memcmp(a.end, b.end, a.n * sizeof *a.end) != 0)))
		abort();
	encoding_free(&a);
	encoding_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size == 0 ? NULL : memchr(data, 0xff, size);
	struct encoding e = ENCODING_INIT;
	struct tokenizer *t;
	struct err err;
	size_t len;

	if (cut == NULL) {
		compare((const char *)data, size);
		return 0;
	}
	t = tokenizer_parse((const char *)data, (size_t)(cut - data), "fuzz",
	    &err);
	if (t == NULL)
		return 0;
	len = size - (size_t)(cut + 1 - data);
	for (size_t max = 0; max < 8; max += 7)
		if (tokenizer_encode(t, (const char *)cut + 1, len, max, &e,
			&err) == 0)
			check(&e, t, len);
	tokenizer_free(t);
	encoding_free(&e);
	return 0;
}

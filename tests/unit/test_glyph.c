/* Graphemes as cells, and texts in lines: what is never sent, what is in
 * doubt, and that no line is wider than it may be. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tagtiger/err.h"
#include "tagtiger/rng.h"
#include "tagtiger/utf8.h"

#include "../../src/ui/priv.h"

static const struct term_size size = { 24, 80 };

static int
utf8_start(void **state)
{
	struct err err = { 0 };

	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	return term_start(&size, &err);
}

static int
ascii_start(void **state)
{
	struct err err = { 0 };

	(void)state;
	setenv("LC_ALL", "C", 1);
	return term_start(&size, &err);
}

static int
stop(void **state)
{
	(void)state;
	term_stop();
	return 0;
}

/* As it would be sent. */
static char *
sent(const char *s, size_t len)
{
	static char out[4096];
	struct glyph g;
	size_t n = 0;

	for (size_t at = 0; at < len;) {
		size_t step = glyph_next(s + at, len - at, &g);

		assert_in_range(step, 1, len - at);
		assert_in_range(g.n, 1, 12);
		at += step;
		for (int i = 0; i < g.n && n < sizeof out - 5; i++)
			n += utf8_encode((int32_t)g.c[i], out + n);
	}
	out[n] = '\0';
	return out;
}

static void
shown(const char *s, const char *want, int width)
{
	assert_string_equal(sent(s, strlen(s)), want);
	assert_int_equal(glyph_width(s, strlen(s)), width);
}

static void
test_shown(void **state)
{
	(void)state;
	shown("plain", "plain", 5);
	shown("e\u0301te\u0301", "e\u0301te\u0301", 3);
	shown("\u6f22\u5b57", "\u6f22\u5b57", 4);
	shown("\U0001f600", "\U0001f600", 2);
	/* joined by ZWJ: the parts, without what joins them */
	shown("\U0001f469\u200d\U0001f4bb", "\U0001f469\U0001f4bb", 4);
	/* a skin tone is a part, a presentation is no sign */
	shown("\U0001f44d\U0001f3fd", "\U0001f44d\U0001f3fd", 4);
	shown("\u2764\ufe0f!", "\u2764!", 2);
	/* joiners that shape letters stay */
	shown("\u0646\u0645\u06cc\u200c\u062e", "\u0646\u0645\u06cc\u200c"
	    "\u062e", 4);
	/* right to left in the order of the text */
	shown("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd", 4);
	/* a mark alone stands on a blank */
	shown("\u0301", " \u0301", 1);
	shown("\u200b", " \u200b", 1);
}

static void
test_escaped(void **state)
{
	struct glyph g;

	(void)state;
	shown("\033[31m", "^[[31m", 6);
	shown("\a\b\x7f", "^G^H^?", 6);
	/* C1, and what turns the writing round */
	shown("\xc2\x9b" "1m", "\\u009b1m", 8);
	shown("\u202eabc\u202c", "\\u202eabc\\u202c", 15);
	shown("\u2066x\u2069\u200f", "\\u2066x\\u2069\\u200f", 19);
	shown("a\u202eb", "a\\u202eb", 8);
	assert_int_equal(glyph_next("\033", 1, &g), 1);
	assert_true(g.escape);
	/* bytes that are no UTF-8 */
	shown("a\xff\xfez", "a\ufffd\ufffdz", 4);
	shown("\xe6\xbc", "\ufffd\ufffd", 2);
	assert_string_equal(sent("\0x", 2), "^@x");
}

static void
test_doubt(void **state)
{
	static const char *const doubtful[] = { "\U0001f469\u200d\U0001f4bb",
		"\U0001f1eb\U0001f1f7", "\U0001f44d\U0001f3fd", "\u2764\ufe0f" };
	struct glyph g;

	(void)state;
	for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++) {
		assert_int_equal(glyph_next(doubtful[i], strlen(doubtful[i]),
		    &g), strlen(doubtful[i]));
		assert_true(g.doubt);
	}
	glyph_next("\u6f22", 3, &g);
	assert_false(g.doubt);
	option_set(OPT_EMOJI, 1);
	shown("a\U0001f469\u200d\U0001f4bbb", "a\u25af" "b", 3);
	shown("\u6f22", "\u6f22", 2);
	option_set(OPT_EMOJI, 0);
	option_set(OPT_BORDERS, 1);
	shown("\u2500\u2502\u2192", "-|->", 4);
	shown("\u00e9\u6f22", "\u00e9\u6f22", 3);
	option_set(OPT_BORDERS, 0);
}

static void
test_ascii(void **state)
{
	(void)state;
	shown("d\u00e9j\u00e0 vu", "deja vu", 7);
	shown("\u2500\u25b8 \u00ab\u2026\u00bb", "-> <<...>>", 10);
	shown("\u6f22\U0001f469\u200d\U0001f4bb", "??", 2);
	shown("\033", "^[", 2);
}

/* Every byte is on exactly one line, and no line is too wide but by spaces
 * that hang over. */
static void
lay_out(const char *s, size_t len, int width)
{
	struct textbox t = { 0 };
	size_t at = 0;

	textbox_set(&t, s, len, width);
	for (size_t i = 0; i < t.n; i++) {
		const struct text_line *l = &t.v[i];
		size_t end = l->start + l->len;
		struct glyph g;
		size_t last = l->start;

		assert_true(l->start >= at);
		for (; at < l->start; at++)
			assert_true(s[at] == '\n' || s[at] == '\r');
		assert_true(end <= len);
		while (end > l->start && (s[end - 1] == ' ' ||
		    s[end - 1] == '\t'))
			end--;
		for (size_t k = l->start; k < end;) {
			last = k;
			k += glyph_next(s + k, end - k, &g);
		}
		if (memchr(s + l->start, '\t', end - l->start) == NULL)
			assert_true(glyph_width(s + l->start, end - l->start) <=
			    width || last == l->start);
		at = l->start + l->len;
	}
	for (; at < len; at++)
		assert_true(s[at] == '\n' || s[at] == '\r');
	textbox_free(&t);
}

static void
test_lines(void **state)
{
	static const char *const parts[] = { "word ", "a", " ", "\n", "\r\n",
		"\t", "\u6f22\u5b57", "\U0001f469\u200d\U0001f4bb", "\u05e9",
		"\u0301", "\xff", "\033[1m", "\u202e", "-", "\u2014",
		"unbreakablylongwordthatgoeson", "\U0001f1eb\U0001f1f7",
		"\uffff", "\u00a0", "\xf0\x9f" };
	struct rng rng;
	char text[2048];

	(void)state;
	rng_seed(&rng, 4);
	for (int round = 0; round < 3000; round++) {
		size_t len = 0;

		while (len < 60 + rng_below(&rng, 900)) {
			const char *p = parts[rng_below(&rng, sizeof parts /
			    sizeof parts[0])];

			memcpy(text + len, p, strlen(p));
			len += strlen(p);
		}
		lay_out(text, len, 1 + (int)rng_below(&rng, 90));
	}
	lay_out("", 0, 10);
}

static void
test_breaks(void **state)
{
	const char *s = "one two three\nfour";
	struct textbox t = { 0 };

	(void)state;
	textbox_set(&t, s, strlen(s), 8);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.v[1].start, 8);
	assert_int_equal(t.v[2].start, 14);
	assert_int_equal(textbox_line_of(&t, 9), 1);
	textbox_free(&t);
}

int
main(void)
{
	const struct CMUnitTest wide[] = {
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_breaks),
	};
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(wide, utf8_start, stop) +
	    cmocka_run_group_tests(plain, ascii_start, stop);
}

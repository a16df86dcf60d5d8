#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../src/ui/priv.h"

/* The lines as they would be drawn, a / after each. */
static char *
laid_out(const char *s, int width)
{
	struct mdbox m = { 0 };
	struct buf b = BUF_INIT;

	mdbox_set(&m, s, strlen(s), width);
	for (size_t i = 0; i < m.n; i++) {
		size_t at = b.len;

		buf_add(&b, m.text.data + m.v[i].prefix, m.v[i].nprefix);
		buf_add(&b, m.text.data + m.v[i].start, m.v[i].len);
		while (b.len > at && b.data[b.len - 1] == ' ')
			b.len--;
		buf_addc(&b, '/');
	}
	mdbox_free(&m);
	return buf_take(&b);
}

static void
test_lines(void **state)
{
	static const struct {
		int width;
		const char *in, *out;
	} t[] = {
		{ 40, "", "" },
		{ 40, "\n\n", "" },
		{ 40, "one\ntwo\n\n\nthree", "one two//three/" },
		{ 40, "# A #\n\ntext\n## B\nmore\n", "A/text//B/more/" },
		{ 40, "A\n===\ntext\n\nB\n---\n", "A/text//B/" },
		{ 12, "- one two three\n- four", "• one two/  three/• four/" },
		{ 40, "- a\n  - b\n- c", "• a/  • b/• c/" },
		{ 40, "- a\n\n  more\n\n- c", "• a//  more//• c/" },
		{ 40, "9. nine\n10. ten\n    more", "9. nine/10. ten more/" },
		{ 40, "✓ yes\n✗ no\nstill", "✓ yes/✗ no still/" },
		{ 40, "- ✓ yes\n- ✗ no", "✓ yes/✗ no/" },
		{ 40, "> quoted\n> on\n\nout", "│ quoted on//out/" },
		{ 40, "> - a\n> - b", "│ • a/│ • b/" },
		{ 40, "```c\n# not\n  x\n```\nafter", "  # not/    x/after/" },
		{ 40, "    code *x*\n\nafter", "  code *x*//after/" },
		{ 40, "a **b** _c_ `d*e` \\*f\\*", "a b c d*e *f*/" },
		{ 40, "snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4/" },
		{ 40, "[a](b) ![pic](x.png) <http://y/>",
		    "a (b) pic http://y//" },
		{ 40, "x &lt; y<!-- gone --> z", "x < y z/" },
		{ 40, "<!-- gone -->\ntext", " text/" },
		{ 40, "line  \nbreak\\\nhere", "line/break/here/" },
		{ 40, "| a | b |\n| - | - |", "| a | b |/| - | - |/" },
		{ 40, "***both*** ** lone", "both ** lone/" },
		{ 40, "-\n-", "•/•/" },
		{ 40, "[open **never", "[open **never/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		char *out = laid_out(t[i].in, t[i].width);

		assert_string_equal(out, t[i].out);
		free(out);
	}
}

static char *
section(const char *s, const char *name)
{
	struct span at;

	if (!markdown_section(s, name, &at))
		return NULL;
	return strndup(s + at.begin, at.end - at.begin);
}

static void
expect_section(const char *s, const char *name, const char *want)
{
	char *got = section(s, name);

	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
	free(got);
}

static void
test_section(void **state)
{
	const char *book = "# All\nhow\n## Support\nS1\n### yes\nS2\n"
	    "## oppose: against\nO1\n```\n# neutral\n```\nNeutral\n---\nN1\n"
	    "# `off-topic`\nF1\n";

	(void)state;
	expect_section(book, "support", "S1\n### yes\nS2\n");
	expect_section(book, "oppose", "O1\n```\n# neutral\n```\n");
	expect_section(book, "neutral", "N1\n");
	expect_section(book, "off-topic", "F1\n");
	expect_section(book, "off", NULL);
	expect_section("# a\n# a b\nx", "a", "");
	expect_section("", "a", NULL);
}

/* Whatever it is given, it ends, and draws no more than the text. */
static void
test_any(void **state)
{
	static const char signs[] = "#-*>`_[]()!<~1. \t\n\n\nab|\\=&";
	char s[200];
	unsigned x = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = 1 + round % 199;
		struct span at;

		for (size_t i = 0; i < n; i++) {
			x = x * 1664525u + 1013904223u;
			s[i] = signs[(x >> 16) % (sizeof signs - 1)];
		}
		s[n] = '\0';
		free(laid_out(s, 10 + round % 60));
		if (markdown_section(s, "a", &at))
			assert_true(at.begin <= at.end && at.end <= n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Colours: what can be read where, labels' own, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tagtiger/colour.h"
#include "tagtiger/scheme.h"

#include "../../src/ui/priv.h"

static const int depths[] = { 256, 16, 8 };
static const enum theme themes[] = { THEME_AUTO, THEME_DARK, THEME_LIGHT };

static double
contrast_of(int colour, enum theme theme, int depth)
{
	const uint32_t *back = style_backgrounds(theme, depth);
	uint32_t fg = colour_xterm(colour & 511);
	double a, b;

	if (colour >> 9 != 0)
		return colour_contrast(fg, colour_xterm((colour >> 9) - 1));
	a = colour_contrast(fg, back[0]);
	b = colour_contrast(fg, back[1]);
	return a < b ? a : b;
}

static void
test_contrast(void **state)
{
	size_t looked = 0;

	(void)state;
	for (size_t t = 0; t < 3; t++) {
		for (size_t d = 0; d < 3; d++) {
			for (int s = 0; s < ST_COLOUR; s++) {
				int c = style_colour(s, themes[t], depths[d]);
				bool label = s >= ST_LABEL;
				double least = label && themes[t] ==
				    THEME_AUTO ? 3 : 4.5;

				if (c < 0)
					continue;
				looked++;
				if (contrast_of(c, themes[t], depths[d]) <
				    least)
					fail_msg("style %d, theme %zu, %d "
					    "colours: contrast %.2f", s, t,
					    depths[d], contrast_of(c,
					    themes[t], depths[d]));
			}
		}
	}
	assert_true(looked > 70);
}

/* Eight labels, eight colours, where the terminal has them. */
static void
test_apart(void **state)
{
	(void)state;
	for (size_t t = 0; t < 3; t++)
		for (size_t i = 0; i < ST_LABELS; i++)
			for (size_t k = 0; k < i; k++)
				assert_int_not_equal(style_colour(ST_LABEL +
				    (int)i, themes[t], 256), style_colour(
				    ST_LABEL + (int)k, themes[t], 256));
	/* and the accent is no label's */
	for (size_t t = 0; t < 3; t++)
		for (int i = 0; i < ST_LABELS; i++)
			assert_int_not_equal(style_colour(ST_ACCENT, themes[t],
			    256), style_colour(ST_LABEL + i, themes[t], 256));
	assert_int_equal(style_colour(ST_ERROR, THEME_NONE, 256), -1);
	assert_int_equal(style_colour(ST_ERROR, THEME_DARK, 0), -1);
}

/* Any colour that somebody gives a label can be seen. */
static void
test_nearest(void **state)
{
	(void)state;
	for (size_t t = 0; t < 3; t++)
		for (size_t d = 0; d < 3; d++)
			for (uint32_t rgb = 0; rgb < 0x1000000;
			     rgb += 0x0f2f4f) {
				int c = style_nearest(rgb, themes[t],
				    depths[d]);

				assert_in_range(c, 0, depths[d] - 1);
				assert_true(contrast_of(c, themes[t],
				    depths[d]) >= (themes[t] == THEME_AUTO ?
				    3 : 4.5));
			}
	/* one that can be read is itself */
	assert_int_equal(style_nearest(colour_xterm(75), THEME_DARK, 256), 75);
	assert_int_equal(style_nearest(colour_xterm(25), THEME_LIGHT, 256),
	    25);
	assert_int_equal(style_nearest(0xff0000, THEME_LIGHT, 8), 1);
}

static void
test_label(void **state)
{
	struct label own = { .colour = (char *)"#d55e00" };
	struct label bad = { .colour = (char *)"nosuch" };
	struct label none = { .colour = (char *)"" };

	(void)state;
	assert_int_equal(style_of_label(&none, 3), style_label(3));
	assert_int_equal(style_of_label(&bad, 3), style_label(3));
	assert_int_equal(style_of_label(NULL, 9), style_label(1));
	/* without a terminal there are no colours: none is made up */
	assert_int_equal(style_of_label(&own, 3), ST_TEXT);
}

static void
test_names(void **state)
{
	uint32_t rgb;

	(void)state;
	assert_true(colour_parse("#d55e00", &rgb));
	assert_int_equal(rgb, 0xd55e00);
	assert_true(colour_parse("#fA0", &rgb));
	assert_int_equal(rgb, 0xffaa00);
	assert_true(colour_parse("Vermillion", &rgb));
	assert_int_equal(rgb, 0xd55e00);
	assert_false(colour_parse("", &rgb));
	assert_false(colour_parse("#12345", &rgb));
	assert_false(colour_parse("#12345g", &rgb));
	assert_false(colour_parse("reddish", &rgb));
	for (size_t i = 0; colour_name(i) != NULL; i++)
		assert_true(colour_parse(colour_name(i), &rgb));
	assert_true(colour_contrast(0, 0xffffff) > 20.99 &&
	    colour_contrast(0, 0xffffff) < 21.01);
	assert_true(colour_contrast(0x767676, 0xffffff) > 4.53 &&
	    colour_contrast(0x767676, 0xffffff) < 4.55);
	assert_int_equal(colour_xterm(196), 0xff0000);
	assert_int_equal(colour_xterm(232), 0x080808);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

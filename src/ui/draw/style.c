/*
 * Styles: what a role looks like on this terminal and in this theme. One
 * table holds the colours for 256, 16 and 8 of them, and the attribute that
 * says the same without colour.
 *
 * The terminal's own background stays. A theme says what it is taken to be:
 * dark from #000000 to #262626, light from #ffffff to #eeeeee (where there
 * are 256 colours; black and white where there are fewer); auto knows
 * nothing, so its colours must do on black and on white. Contrast is WCAG's,
 * over xterm's palette: at least 4.5 for what is read; in auto 3 for labels,
 * whose colour stands on bars and points alone. tests/unit/test_style.c
 * computes it.
 */
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "tagtiger/colour.h"
#include "tagtiger/scheme.h"

#include "draw.h"

/* A colour on another background than the terminal's. */
#define ON(fg, bg) ((fg) | ((bg) + 1) << 9)

/* Labels in the order of Okabe and Ito's: blue, orange, green, purple,
 * vermillion, sky, yellow, grey, each the nearest that can be read. The
 * accent is none of them. */
static const struct {
	int style;
	short c[THEME_NONE][3]; /* 256, 16, 8; -1 the terminal's own */
} table[] = {
	/*			auto		dark		light */
	{ ST_ACCENT,	{ { 98, -1, -1 }, { 141, 14, 6 }, { 55, 4, 4 } } },
	{ ST_WARN,	{ { -1, -1, -1 }, { 178, 11, 3 }, { 94, -1, -1 } } },
	{ ST_ERROR,	{ { 131, ON(7, 1), ON(7, 1) },
			{ 203, 9, ON(7, 1) }, { 160, 1, 1 } } },
	{ ST_LABEL + 0, { { 32, 12, 5 }, { 75, 6, 6 }, { 25, 4, 4 } } },
	{ ST_LABEL + 1, { { 136, 9, 1 }, { 214, 3, 3 }, { 94, 1, 1 } } },
	{ ST_LABEL + 2, { { 29, -1, -1 }, { 36, 10, 2 }, { 22, 5, 5 } } },
	{ ST_LABEL + 3, { { 132, 5, 5 }, { 175, 13, 7 }, { 96, 12, -1 } } },
	{ ST_LABEL + 4, { { 166, 1, 1 }, { 208, 9, 6 }, { 124, -1, 4 } } },
	{ ST_LABEL + 5, { { 67, 12, -1 }, { 74, 15, 3 }, { 24, 4, 1 } } },
	{ ST_LABEL + 6, { { 100, 9, 5 }, { 227, 11, 2 }, { 58, 1, 5 } } },
	{ ST_LABEL + 7, { { 244, 8, 1 }, { 247, 7, 7 }, { 242, 5, -1 } } },
};

#define ROLES (sizeof table / sizeof table[0])

static struct {
	bool ready;
	enum theme theme;
	short pairs[ST_COLOUR + 256];
	short npairs;
	struct {
		uint32_t rgb;
		int style; /* 0: none yet */
	} known[64]; /* labels' own colours: looking one up takes 0.1 ms */
} now;

static int
depth_of(int colours)
{
	return colours >= 256 ? 0 : colours >= 16 ? 1 : 2;
}

int
style_colour(int style, enum theme theme, int colours)
{
	if (theme == THEME_NONE || colours < 8)
		return -1;
	if (style >= ST_COLOUR)
		return style - ST_COLOUR;
	for (size_t i = 0; i < ROLES; i++)
		if (table[i].style == style)
			return table[i].c[theme][depth_of(colours)];
	return -1;
}

const uint32_t *
style_backgrounds(enum theme theme, int colours)
{
	static const uint32_t both[2] = { 0x000000, 0xffffff };
	static const uint32_t dark[2] = { 0x000000, 0x262626 };
	static const uint32_t light[2] = { 0xffffff, 0xeeeeee };
	static const uint32_t black[2] = { 0x000000, 0x000000 };
	static const uint32_t white[2] = { 0xffffff, 0xffffff };

	if (theme == THEME_DARK)
		return colours >= 256 ? dark : black;
	if (theme == THEME_LIGHT)
		return colours >= 256 ? light : white;
	return both;
}

int
style_nearest(uint32_t rgb, enum theme theme, int colours)
{
	const uint32_t *back = style_backgrounds(theme, colours);
	double least = theme == THEME_AUTO ? 3 : 4.5, nearest = 0;
	int first = colours >= 256 ? 16 : 0, best = -1;
	int end = colours >= 256 ? 256 : colours >= 16 ? 16 : 8;

	for (int i = first; i < end; i++) {
		uint32_t c = colour_xterm(i);
		double away = colour_distance(rgb, c);

		if (colour_contrast(c, back[0]) < least ||
		    colour_contrast(c, back[1]) < least)
			continue;
		if (best < 0 || away < nearest) {
			best = i;
			nearest = away;
		}
	}
	return best;
}

/* ---- the theme ---- */

/* What the terminal says of its background, where it does: rxvt, konsole and
 * others set COLORFGBG; the console is black. */
static enum theme
theme_guess(void)
{
	const char *s = getenv("COLORFGBG"), *term = getenv("TERM");
	const char *back = s != NULL ? strrchr(s, ';') : NULL;
	int n;

	if (back != NULL && back[1] >= '0' && back[1] <= '9') {
		n = atoi(back + 1);
		return n <= 6 || n == 8 ? THEME_DARK : THEME_LIGHT;
	}
	if (term != NULL && strcmp(term, "linux") == 0)
		return THEME_DARK;
	return THEME_AUTO;
}

void
style_theme(enum theme theme)
{
	memset(&now, 0, sizeof now);
	now.theme = theme == THEME_AUTO ? theme_guess() : theme;
	now.ready = true;
}

static short
pair_of(int style)
{
	int c;

	if (!now.ready)
		style_theme(THEME_AUTO);
	if (now.pairs[style] != 0)
		return now.pairs[style] > 0 ? now.pairs[style] : 0;
	c = style_colour(style, now.theme, term_colours());
	if (c < 0 || now.npairs + 1 >= COLOR_PAIRS) {
		now.pairs[style] = -1;
		return 0;
	}
	now.pairs[style] = ++now.npairs;
	init_pair(now.npairs, (short)(c & 511), (short)((c >> 9) - 1));
	return now.npairs;
}

/* Colour never alone: what it says is also bold, reversed or underlined, or
 * said by a sign. */
void
style_set(int style)
{
	attr_t attr = A_NORMAL;

	if (style == ST_STRONG || style == ST_ACCENT || style == ST_ERROR ||
	    style == ST_WARN)
		attr = A_BOLD;
	else if (style == ST_MATCH)
		attr = A_BOLD | A_UNDERLINE;
	else if (style == ST_ESCAPE)
		attr = A_REVERSE;
	else if (style == ST_EMPH || style == ST_HIGHLIGHT)
		attr = A_UNDERLINE;
	attr_set(attr, pair_of(style), NULL);
}

int
style_label(size_t place)
{
	return ST_LABEL + (int)(place % ST_LABELS);
}

static int
style_of_rgb(uint32_t rgb)
{
	size_t slot = (rgb * 2654435761u) >> 26;
	int c;

	if (now.known[slot].style == 0 || now.known[slot].rgb != rgb) {
		c = now.theme == THEME_NONE || term_colours() == 0 ? -1 :
		    style_nearest(rgb, now.theme, term_colours());
		now.known[slot].rgb = rgb;
		now.known[slot].style = c >= 0 ? ST_COLOUR + c : -1;
	}
	c = now.known[slot].style;
	return c > 0 ? c : ST_TEXT;
}

int
style_of_label(const struct label *l, size_t place)
{
	uint32_t rgb;

	if (!now.ready)
		style_theme(THEME_AUTO);
	if (l == NULL || l->colour == NULL || l->colour[0] == '\0' ||
	    !colour_parse(l->colour, &rgb))
		return style_label(place);
	return style_of_rgb(rgb);
}

char
style_letter(unsigned long attr, short pair)
{
	for (int i = 0; pair != 0 && i < ST_COLOUR + 256; i++) {
		if (now.pairs[i] != pair)
			continue;
		if (i >= ST_COLOUR)
			return 'c';
		if (i >= ST_LABEL)
			return (char)('0' + i - ST_LABEL);
		if (i == ST_ERROR)
			return 'e';
		if (i == ST_ACCENT)
			return 'a';
	}
	if ((attr & A_BOLD) && (attr & A_UNDERLINE))
		return 'U';
	return attr & A_REVERSE ? 'r' : attr & A_UNDERLINE ? 'u' :
	    attr & A_BOLD ? 'b' : '.';
}

#include <string.h>
#include <utf8proc.h>

#include "tagtiger/utf8.h"

#include "../priv.h"

/* Signs of our own, for terminals that have ASCII alone. */
static const struct {
	int32_t cp;
	const char *ascii;
} plain[] = {
	{ 0x2500, "-" }, { 0x2502, "|" }, { 0x252c, "+" }, { 0x2534, "+" },
	{ 0x251c, "+" }, { 0x2524, "+" }, { 0x253c, "+" }, { 0x2514, "+" },
	{ 0x2504, "-" }, { 0x2518, "+" },
	{ 0x2581, "_" }, { 0x2588, "#" }, { 0x2587, "#" }, { 0x258f, "#" },
	{ 0x25b8, ">" }, { 0x25cf, "o" }, { 0x25c6, "@" },
	{ 0x2591, "-" }, { 0x2592, "=" }, { 0x2593, "%" }, { 0x2022, "*" }, { 0x2713, "+" },
	{ 0x2717, "x" }, { 0x2190, "<-" }, { 0x2192, "->" }, { 0x2191, "^" },
	{ 0x2193, "v" }, { 0x2026, "..." }, { 0x22ef, "..." },
	{ 0x2013, "-" }, { 0x2014, "--" }, { 0x2212, "-" }, { 0x2018, "'" },
	{ 0x2019, "'" }, { 0x201c, "\"" }, { 0x201d, "\"" }, { 0xab, "<<" },
	{ 0xbb, ">>" }, { 0xb7, "." }, { 0xb1, "+-" }, { 0xd7, "x" },
	{ 0xa0, " " }, { 0xdf, "ss" }, { 0xe6, "ae" }, { 0xc6, "AE" },
	{ 0x153, "oe" }, { 0x152, "OE" }, { 0xf8, "o" }, { 0xd8, "O" },
	{ 0x20ac, "EUR" }, { 0xb0, "deg" },
};

static void
glyph_ascii(struct glyph *g, const char *s)
{
	g->n = 0;
	while (*s != '\0')
		g->c[g->n++] = (unsigned char)*s++;
	g->width = g->n;
}

/* A letter without its accent, a sign of ours, or "?". */
static void
glyph_plain(struct glyph *g, int32_t cp)
{
	utf8proc_int32_t parts[8];
	utf8proc_ssize_t n;
	int boundary = 0;

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (plain[i].cp == cp) {
			glyph_ascii(g, plain[i].ascii);
			return;
		}
	}
	n = utf8proc_decompose_char(cp, parts, 8,
	    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
	if (n >= 1 && n <= 8 && parts[0] >= 0x20 && parts[0] < 0x7f)
		glyph_ascii(g, (char[]){ (char)parts[0], '\0' });
	else
		glyph_ascii(g, "?");
}

/* Lines, blocks and arrows: what `set borders ascii` is about. */
static bool
is_sign(int32_t cp)
{
	return (cp >= 0x2190 && cp <= 0x2193) || cp == 0x22ef ||
	    (cp >= 0x2500 && cp <= 0x25ff) || cp == 0x2713 || cp == 0x2717;
}

static const char hex[] = "0123456789abcdef";

/* ^A for a control character, \u202e for the others that must not be sent. */
static void
glyph_escape(struct glyph *g, int32_t cp)
{
	g->escape = true;
	if (cp < 0x20 || cp == 0x7f) {
		glyph_ascii(g, (char[]){ '^', (char)(cp ^ 0x40), '\0' });
	} else {
		char s[12] = "\\u";
		int n = 2, digits = cp > 0xffff ? 6 : 4;

		for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
			s[n++] = hex[(cp >> shift) & 15];
		s[n] = '\0';
		glyph_ascii(g, s);
	}
}

/*
 * What joins emoji into one picture or chooses their colour is not sent:
 * terminals disagree on how wide the result is. The parts are shown side by
 * side, as wide as the C library, and so curses, says. In scripts where a
 * joiner shapes letters it stays.
 */
static bool
drops(const struct glyph *g, int32_t cp)
{
	if (cp >= 0xfe00 && cp <= 0xfe0f)
		return true;
	return cp == 0x200d && g->width >= 2;
}

static bool
is_rtl(int32_t cp)
{
	int class = cp < 0x590 ? 0 : utf8proc_get_property(cp)->bidi_class;

	return class == UTF8PROC_BIDI_CLASS_R ||
	    class == UTF8PROC_BIDI_CLASS_AL;
}

static void
glyph_add(struct glyph *g, int32_t cp)
{
	int w;

	if (drops(g, cp)) {
		g->doubt = true;
		return;
	}
	if (g->n == (int)(sizeof g->c / sizeof g->c[0]))
		return; /* a tower of marks: what fits is enough */
	w = wcwidth((wchar_t)cp);
	if (w < 0) {
		cp = 0xfffd;
		w = 1;
	}
	if (g->n == 0 && w == 0)
		g->c[g->n++] = L' ', g->width++; /* a mark alone */
	else if (g->n > 0 && w > 0)
		g->doubt = true;
	g->rtl |= is_rtl(cp);
	g->c[g->n++] = (wchar_t)cp;
	g->width += w;
	if (cp > 0x2000 && w != 2 && utf8proc_charwidth(cp) != w)
		g->doubt = true;
	if (cp >= 0x1f000 || (cp >= 0x2600 && cp <= 0x27bf))
		g->doubt = true;
}

/* Of one column on every terminal. */
static void
glyph_box(struct glyph *g)
{
	g->c[0] = 0x25af;
	g->n = g->width = 1;
	g->doubt = false;
}

size_t
glyph_next(const char *s, size_t len, struct glyph *g)
{
	size_t used, at, step;
	int32_t cp;
	int w;

	memset(g, 0, sizeof *g);
	if ((unsigned char)s[0] >= 0x20 && (unsigned char)s[0] < 0x7f &&
	    (len == 1 || (unsigned char)s[1] < 0x80)) {
		g->c[0] = (unsigned char)s[0];
		g->n = g->width = 1;
		return 1;
	}
	used = utf8_grapheme(s, len, &w);
	if (used == 0)
		used = 1;
	for (at = 0; at < used; at += step) {
		step = utf8_decode(s + at, used - at, &cp);
		if (step == 0) {
			step = 1;
			cp = 0xfffd;
		}
		if (utf8_is_control(cp)) {
			if (at > 0)
				return at;
			glyph_escape(g, cp);
			return step;
		}
		if (!term_utf8() || (!term_signs() && is_sign(cp))) {
			if (at == 0 && cp >= 0x80)
				glyph_plain(g, cp);
			else if (at == 0)
				glyph_ascii(g, (char[]){ (char)cp, '\0' });
			continue;
		}
		glyph_add(g, cp);
	}
	if (g->doubt && option_get(OPT_EMOJI) != 0)
		glyph_box(g);
	return used;
}

int
glyph_width(const char *s, size_t len)
{
	struct glyph g;
	int width = 0;

	for (size_t at = 0; at < len; width += g.width)
		at += glyph_next(s + at, len - at, &g);
	return width;
}

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tagtiger/colour.h"

/* Okabe and Ito's first: they differ for every eye. */
static const struct {
	const char *name;
	uint32_t rgb;
} names[] = {
	{ "blue", 0x0072b2 }, { "orange", 0xe69f00 }, { "green", 0x009e73 },
	{ "purple", 0xcc79a7 }, { "vermillion", 0xd55e00 },
	{ "sky", 0x56b4e9 }, { "yellow", 0xf0e442 }, { "black", 0x000000 },
	{ "white", 0xffffff }, { "grey", 0x808080 }, { "gray", 0x808080 },
	{ "red", 0xd00000 }, { "brown", 0x8b4513 }, { "pink", 0xff87af },
	{ "magenta", 0xd700d7 }, { "violet", 0x875fd7 },
	{ "cyan", 0x00afaf }, { "teal", 0x008080 }, { "navy", 0x000080 },
	{ "olive", 0x808000 }, { "lime", 0x5fd700 },
};

#define NAMES (sizeof names / sizeof names[0])

const char *
colour_name(size_t i)
{
	return i < NAMES ? names[i].name : NULL;
}

bool
colour_parse(const char *s, uint32_t *rgb)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	size_t len = strlen(s);
	uint32_t v;

	for (size_t i = 0; i < NAMES; i++) {
		if (strcasecmp(names[i].name, s) == 0) {
			*rgb = names[i].rgb;
			return true;
		}
	}
	if (s[0] != '#' || (len != 7 && len != 4) ||
	    strspn(s + 1, digits) != len - 1)
		return false;
	v = (uint32_t)strtoul(s + 1, NULL, 16);
	if (len == 4)
		v = ((v & 0xf00) << 8 | (v & 0xf0) << 4 | (v & 0xf)) * 0x11;
	*rgb = v;
	return true;
}

uint32_t
colour_xterm(int n)
{
	static const uint32_t first[16] = { 0x000000, 0xcd0000, 0x00cd00,
		0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
		0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
		0xffffff };
	static const uint32_t steps[6] = { 0, 95, 135, 175, 215, 255 };
	uint32_t grey;

	if (n < 16)
		return first[n & 15];
	if (n < 232) {
		n -= 16;
		return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 |
		    steps[n % 6];
	}
	grey = 8 + 10 * (uint32_t)(n - 232);
	return grey << 16 | grey << 8 | grey;
}

static double
linear(uint32_t rgb, int shift)
{
	double c = (double)(rgb >> shift & 255) / 255;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb, 16) + 0.7152 * linear(rgb, 8) +
	    0.0722 * linear(rgb, 0);
}

double
colour_contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

/* In CIE L*a*b*, lightness at half its weight: where a colour must become
 * lighter or darker to be read, its hue should stay. */
static void
lab(uint32_t rgb, double out[3])
{
	double r = linear(rgb, 16), g = linear(rgb, 8), b = linear(rgb, 0);
	double xyz[3] = { (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
		0.2126 * r + 0.7152 * g + 0.0722 * b,
		(0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089 };

	for (int i = 0; i < 3; i++)
		xyz[i] = xyz[i] > 0.008856 ? cbrt(xyz[i]) :
		    7.787 * xyz[i] + 16.0 / 116;
	out[0] = (116 * xyz[1] - 16) / 2;
	out[1] = 500 * (xyz[0] - xyz[1]);
	out[2] = 200 * (xyz[1] - xyz[2]);
}

double
colour_distance(uint32_t a, uint32_t b)
{
	double x[3], y[3], sum = 0;

	lab(a, x);
	lab(b, y);
	for (int i = 0; i < 3; i++)
		sum += (x[i] - y[i]) * (x[i] - y[i]);
	return sqrt(sum);
}

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define UNICODE_TABLES
#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

const uint16_t *unicode_pages[0x1100];

/* Runs into pages of 256. Two pages of one class each are one in memory:
 * most of the 4352 are. The pages are never freed: they are tables. */
static void
pages_make(void)
{
	static uint16_t *uniform[1 << 12];
	uint16_t page[256] = { 0 }, *copy;
	size_t run = 0, left = class_runs[0].count, fill;

	for (size_t p = 0; p < COUNT(unicode_pages); p++) {
		for (size_t i = 0; i < 256; i += fill) {
			if (left == 0)
				left = class_runs[++run].count;
			fill = left < 256 - i ? left : 256 - i;
			for (size_t j = 0; j < fill; j++)
				page[i + j] = class_runs[run].classes;
			left -= fill;
			if (fill == 256 && uniform[page[0]] != NULL)
				break;
		}
		copy = fill == 256 ? uniform[page[0]] : NULL;
		if (copy == NULL) {
			copy = xmalloc(sizeof page);
			memcpy(copy, page, sizeof page);
			if (fill == 256)
				uniform[page[0]] = copy;
		}
		unicode_pages[p] = copy;
	}
}

void
unicode_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, pages_make);
}

int32_t
unicode_lower(int32_t cp)
{
	size_t low = 0, high = COUNT(lower_runs), mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (cp > lower_runs[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	/* Runs with a step may enclose others: look on. */
	for (; low < COUNT(lower_runs) && lower_runs[low].first <= cp; low++)
		if (cp <= lower_runs[low].last &&
		    (cp - lower_runs[low].first) % lower_runs[low].step == 0)
			return cp + lower_runs[low].delta;
	return cp;
}

bool
unicode_is_space(int32_t cp)
{
	return (cp >= 9 && cp <= 13) || cp == ' ' || cp == 0x85 ||
	    cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	    cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	    cp == 0x3000;
}

unsigned
unicode_combining(int32_t cp)
{
	if (unicode_classes(cp) & UNI_TOK_STARTER)
		return 0;
	return (unsigned)utf8proc_get_property(cp)->combining_class;
}

size_t
unicode_decompose(int32_t cp, bool compat, int32_t out[UNICODE_DECOMPOSED])
{
	utf8proc_ssize_t n;
	int state = 0;

	n = utf8proc_decompose_char(cp, out, UNICODE_DECOMPOSED,
	    UTF8PROC_DECOMPOSE | (compat ? UTF8PROC_COMPAT : 0), &state);
	if (n < 1 || n > UNICODE_DECOMPOSED) {
		out[0] = cp;
		return 1;
	}
	return (size_t)n;
}

int32_t
unicode_compose(int32_t a, int32_t b)
{
	utf8proc_int32_t pair[2] = { a, b };

	return utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE |
		   UTF8PROC_STABLE) == 1
	    ? pair[0]
	    : -1;
}

size_t
unicode_next_slow(const char *s, size_t len, int32_t *cp)
{
	size_t n = utf8_decode(s, len, cp);

	if (n == 0) {
		*cp = 0xfffd;
		return 1;
	}
	return n;
}

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/utf8.h"

size_t
utf8_decode(const char *s, size_t len, int32_t *cp)
{
	utf8proc_ssize_t n;

	if ((unsigned char)*s < 0x80) {
		*cp = (unsigned char)*s;
		return 1;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)s,
	    len > 4 ? 4 : (utf8proc_ssize_t)len, cp);
	return n > 0 ? (size_t)n : 0;
}

size_t
utf8_encode(int32_t cp, char out[4])
{
	return (size_t)utf8proc_encode_char(cp, (utf8proc_uint8_t *)out);
}

size_t
utf8_validate(const char *s, size_t len)
{
	size_t i = 0, n;
	uint64_t word;
	int32_t cp;

	while (i < len) {
		/* Most text is ASCII: eight bytes at a time. */
		while (len - i >= 8) {
			memcpy(&word, s + i, 8);
			if (word & 0x8080808080808080)
				break;
			i += 8;
		}
		if (i == len)
			break;
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return i;
		i += n;
	}
	return len;
}

size_t
utf8_repair(const char *s, size_t len, struct buf *out)
{
	size_t good, bad = 0;

	for (;;) {
		good = utf8_validate(s, len);
		buf_add(out, s, good);
		if (good == len)
			return bad;
		buf_adds(out, "\xef\xbf\xbd");
		bad++;
		s += good + 1;
		len -= good + 1;
	}
}

size_t
utf8_count(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

bool
utf8_is_control(int32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
	    (cp >= 0x200e && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2066 && cp <= 0x2069) || cp == 0x61c;
}

size_t
utf8_grapheme(const char *s, size_t len, int *width)
{
	utf8proc_int32_t state = 0;
	int32_t cp, next;
	size_t used, n;
	int w;

	used = utf8_decode(s, len, &cp);
	if (used == 0) {
		*width = -1;
		return 1;
	}
	if (utf8_is_control(cp)) {
		*width = -1;
		return used;
	}
	*width = utf8proc_charwidth(cp);
	while (used < len) {
		n = utf8_decode(s + used, len - used, &next);
		if (n == 0 || utf8_is_control(next) ||
		    utf8proc_grapheme_break_stateful(cp, next, &state))
			break;
		w = utf8proc_charwidth(next);
		if (next == 0xfe0f) /* emoji presentation is two wide */
			w = 2;
		if (w > *width)
			*width = w;
		cp = next;
		used += n;
	}
	return used;
}

int
utf8_width(const char *s, size_t len)
{
	size_t i = 0;
	int w, total = 0;

	while (i < len) {
		i += utf8_grapheme(s + i, len - i, &w);
		total += w > 0 ? w : 0;
	}
	return total;
}

static char *
utf8_map(const char *s, size_t len, utf8proc_option_t options)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;
	struct buf fixed = BUF_INIT;

	n = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len,
	    &out, options);
	if (n == UTF8PROC_ERROR_INVALIDUTF8) {
		utf8_repair(s, len, &fixed);
		n = utf8proc_map((const utf8proc_uint8_t *)buf_str(&fixed),
		    (utf8proc_ssize_t)fixed.len, &out, options);
		buf_free(&fixed);
	}
	if (n < 0)
		fatal("utf8proc: %s", utf8proc_errmsg(n));
	return (char *)out;
}

char *
utf8_nfc(const char *s, size_t len)
{
	return utf8_map(s, len, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

char *
utf8_fold(const char *s, size_t len)
{
	return utf8_map(s, len,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

char *
utf8_plain(const char *s, size_t len)
{
	return utf8_map(s, len, UTF8PROC_STABLE | UTF8PROC_COMPOSE |
	    UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
}

static void
slug_add(struct buf *out, const char *s, size_t n, int32_t cp)
{
	if (cp == ' ' || cp == '_' || cp == '-') {
		if (out->len > 0 && out->data[out->len - 1] != '-')
			buf_addc(out, '-');
	} else if (cp < 0x80) {
		if ((cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
		    (cp >= 'a' && cp <= 'z') || cp == '.' || cp == '~')
			buf_addc(out, (char)cp);
	} else {
		utf8proc_category_t c = utf8proc_category(cp);

		if (c == UTF8PROC_CATEGORY_ZS)
			slug_add(out, " ", 1, ' ');
		else if (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_NO)
			for (size_t i = 0; i < n; i++)
				buf_addf(out, "%%%02X", (unsigned char)s[i]);
	}
}

bool
utf8_is_slug(const char *s, size_t len)
{
	/* A table: ids come in no order that a branch could foresee. */
	enum { NO, PLAIN, DASH };
	static const unsigned char kinds[256] = {
		['0' ... '9'] = PLAIN, ['A' ... 'Z'] = PLAIN,
		['a' ... 'z'] = PLAIN, ['.'] = PLAIN, ['~'] = PLAIN,
		['-'] = DASH,
	};
	unsigned before = DASH, kind;

	for (size_t i = 0; i < len; i++) {
		kind = kinds[(unsigned char)s[i]];
		if (kind == NO || (kind == DASH && before == DASH))
			return false;
		before = kind;
	}
	return before != DASH;
}

char *
utf8_slug(const char *s, size_t len)
{
	char *plain = utf8_map(s, len,
	    UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK);
	size_t i = 0, n, all = strlen(plain);
	struct buf out = BUF_INIT;
	int32_t cp;

	for (; i < all; i += n) {
		n = utf8_decode(plain + i, all - i, &cp);
		if (n == 0)
			n = 1;
		else
			slug_add(&out, plain + i, n, cp);
	}
	while (out.len > 0 && out.data[out.len - 1] == '-')
		out.data[--out.len] = '\0';
	if (out.len == 0)
		buf_addc(&out, '-');
	free(plain);
	return buf_take(&out);
}

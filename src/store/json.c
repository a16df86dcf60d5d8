#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/*
 * The store's JSON: flat objects that it writes itself, with 64-bit integers
 * that keep every digit. The reader stands any bytes, since a file may have
 * been written by others.
 */

void
json_string(struct buf *b, const char *s, size_t len)
{
	size_t start = 0;

	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s + start, i - start);
		start = i + 1;
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '\t')
			buf_adds(b, "\\t");
		else
			buf_addf(b, "\\u%04x", c);
	}
	buf_add(b, s + start, len - start);
	buf_addc(b, '"');
}

void
json_open(struct buf *b)
{
	buf_addc(b, '{');
}

static void
json_key(struct buf *b, const char *key)
{
	if (b->data[b->len - 1] != '{')
		buf_addc(b, ',');
	buf_addc(b, '"');
	buf_adds(b, key);
	buf_adds(b, "\":");
}

void
json_int(struct buf *b, const char *key, int64_t v)
{
	json_key(b, key);
	buf_addi(b, v);
}

void
json_real(struct buf *b, const char *key, double v)
{
	if (!isfinite(v))
		return;
	json_key(b, key);
	buf_addf(b, "%.17g", v);
}

void
json_text(struct buf *b, const char *key, const char *s)
{
	if (s == NULL)
		return;
	json_key(b, key);
	json_string(b, s, strlen(s));
}

void
json_true(struct buf *b, const char *key)
{
	json_key(b, key);
	buf_adds(b, "true");
}

void
json_raw(struct buf *b, const char *key, const char *json)
{
	json_key(b, key);
	buf_adds(b, json);
}

void
json_ids(struct buf *b, const char *key, const int64_t *v, size_t n)
{
	json_key(b, key);
	buf_addc(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		buf_addi(b, v[i]);
	}
	buf_addc(b, ']');
}

void
json_close(struct buf *b)
{
	buf_addc(b, '}');
}

static const char *
skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		s++;
	return s;
}

/* Past the string that s is at the opening quote of, or NULL. */
static const char *
skip_string(const char *s)
{
	for (s++; *s != '"'; s++) {
		if (*s == '\0' || (*s == '\\' && *++s == '\0'))
			return NULL;
	}
	return s + 1;
}

/* Past any value, or NULL where it does not end. Nesting is counted, not
 * recursed into. */
static const char *
skip_value(const char *s)
{
	size_t depth = 0, n;

	if (*s == '"')
		return skip_string(s);
	if (*s != '{' && *s != '[') {
		n = strcspn(s, ",:]} \t\r\n");
		return n > 0 ? s + n : NULL;
	}
	do {
		if (*s == '\0')
			return NULL;
		if (*s == '"') {
			s = skip_string(s);
			if (s == NULL)
				return NULL;
			continue;
		}
		if (*s == '{' || *s == '[')
			depth++;
		else if (*s == '}' || *s == ']')
			depth--;
		s++;
	} while (depth > 0);
	return s;
}

const char *
json_find(const char *s, const char *key)
{
	size_t len = strlen(key);

	if (s == NULL)
		return NULL;
	s = skip_space(s);
	if (*s != '{')
		return NULL;
	s = skip_space(s + 1);
	while (*s == '"') {
		const char *name = s + 1;
		bool hit;

		s = skip_string(s);
		if (s == NULL)
			return NULL;
		hit = (size_t)(s - name) == len + 1 &&
		    memcmp(name, key, len) == 0;
		s = skip_space(s);
		if (*s != ':')
			return NULL;
		s = skip_space(s + 1);
		if (hit)
			return s;
		s = skip_value(s);
		if (s == NULL)
			return NULL;
		s = skip_space(s);
		if (*s != ',')
			return NULL;
		s = skip_space(s + 1);
	}
	return NULL;
}

int64_t
json_get_int(const char *object, const char *key, int64_t otherwise)
{
	const char *s = json_find(object, key);
	char *end;
	long long v;

	if (s == NULL)
		return otherwise;
	v = strtoll(s, &end, 10);
	return end == s ? otherwise : v;
}

bool
json_get_true(const char *object, const char *key)
{
	const char *s = json_find(object, key);

	return s != NULL && strncmp(s, "true", 4) == 0;
}

static int
hex4(const char *s)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i];

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* One \u escape with its second half; returns bytes read after "\u". */
static size_t
unescape_u(const char *s, struct buf *out)
{
	int cp = hex4(s), low;
	char utf8[4];
	size_t used = 4;

	if (cp < 0)
		return 0;
	if (cp >= 0xd800 && cp < 0xdc00) {
		if (s[4] != '\\' || s[5] != 'u')
			return 0;
		low = hex4(s + 6);
		if (low < 0xdc00 || low > 0xdfff)
			return 0;
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		used = 10;
	} else if (cp >= 0xdc00 && cp < 0xe000) {
		return 0;
	}
	buf_add(out, utf8, utf8_encode(cp, utf8));
	return used;
}

/* Decode the string at the quote s; returns past it, or NULL. */
static const char *
decode_string(const char *s, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit;
	size_t n;

	for (s++; *s != '"';) {
		n = strcspn(s, "\"\\");
		buf_add(out, s, n);
		s += n;
		if (*s == '\0')
			return NULL;
		if (*s == '"')
			break;
		s++;
		if (*s == 'u') {
			n = unescape_u(s + 1, out);
			if (n == 0)
				return NULL;
			s += 1 + n;
			continue;
		}
		hit = *s != '\0' ? strchr(from, *s) : NULL;
		if (hit == NULL)
			return NULL;
		buf_addc(out, to[hit - from]);
		s++;
	}
	return s + 1;
}

char *
json_get_text(const char *object, const char *key)
{
	const char *s = json_find(object, key);
	struct buf b = BUF_INIT;

	if (s == NULL || *s != '"' || decode_string(s, &b) == NULL) {
		buf_free(&b);
		return NULL;
	}
	return buf_take(&b);
}

int
json_read_ids(const char *s, int64_t *out, size_t max, size_t *n)
{
	char *end;
	long long v;

	*n = 0;
	if (s == NULL)
		return -1;
	s = skip_space(s);
	if (*s != '[')
		return -1;
	s = skip_space(s + 1);
	while (*s != ']') {
		v = strtoll(s, &end, 10);
		if (end == s)
			return -1;
		if (*n < max)
			out[*n] = v;
		(*n)++;
		s = skip_space(end);
		if (*s == ',')
			s = skip_space(s + 1);
		else if (*s != ']')
			return -1;
	}
	return 0;
}

char *
json_get_raw(const char *object, const char *key)
{
	const char *s = json_find(object, key);
	const char *end = s != NULL ? skip_value(s) : NULL;

	return end != NULL ? xstrndup(s, (size_t)(end - s)) : NULL;
}

char *
json_get_ids(const char *object, const char *key)
{
	const char *s = json_find(object, key);
	size_t n, len;

	if (s == NULL || json_read_ids(s, NULL, 0, &n) < 0)
		return xstrdup("[]");
	len = strcspn(s, "]") + 1;
	return xstrndup(s, len);
}

int
json_array(const char *s, size_t len, struct buf *b,
    struct json_element *out, size_t max, size_t *n)
{
	const char *end = s + len;
	char *num_end;

	*n = 0;
	if (*s != '[')
		return -1;
	s = skip_space(s + 1);
	while (s < end && *s != ']') {
		struct json_element e = { .type = JSON_NULL };

		if (*s == '"') {
			e.type = JSON_STRING;
			e.offset = b->len;
			s = decode_string(s, b);
			if (s == NULL)
				return -1;
			e.len = b->len - e.offset;
			buf_addc(b, '\0');
		} else if (strncmp(s, "null", 4) == 0) {
			s += 4;
		} else {
			e.type = JSON_INT;
			e.i = strtoll(s, &num_end, 10);
			if (num_end == s)
				return -1;
			s = num_end;
		}
		if (*n < max)
			out[*n] = e;
		(*n)++;
		s = skip_space(s);
		if (*s == ',')
			s = skip_space(s + 1);
		else if (*s != ']')
			return -1;
	}
	return s < end ? 0 : -1;
}

bool
json_is_object(const char *s)
{
	const char *end;

	if (s == NULL || *skip_space(s) != '{')
		return false;
	end = skip_value(skip_space(s));
	return end != NULL && *skip_space(end) == '\0';
}

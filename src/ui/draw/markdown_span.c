/* Markdown inside a paragraph: emphasis, code, links. */
#include <string.h>

#include "markdown.h"
#include "draw.h"

struct source
md_trim(struct source l)
{
	while (l.len > 0 && (*l.s == ' ' || *l.s == '\t')) {
		l.s++;
		l.len--;
	}
	while (l.len > 0 && (l.s[l.len - 1] == ' ' || l.s[l.len - 1] == '\t'))
		l.len--;
	return l;
}

bool
md_is_word(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static int
style_of(int bits)
{
	return bits & (MD_STRONG | MD_CODE) ? ST_STRONG : bits & MD_EMPHASIS ? ST_EMPH :
	    ST_TEXT;
}

void
md_plain(struct mdbox *m, const char *s, size_t len, int bits)
{
	buf_add(&m->text, s, len);
	for (size_t i = 0; i < len; i++)
		buf_addc(&m->styles, (char)style_of(bits));
}

/* Where a run of n signs closes what opened before `from`; len: nowhere. */
static size_t
closing(const char *s, size_t len, size_t from, char sign, size_t n)
{
	for (size_t i = from; i + n <= len; i++) {
		size_t run = 0;

		if (s[i] == '\\') {
			i++;
			continue;
		}
		while (i + run < len && s[i + run] == sign)
			run++;
		if (run == 0)
			continue;
		if (run >= n && (run == n || run > 2) && i > from &&
		    s[i - 1] != ' ' && (sign != '_' || i + run == len ||
		    !md_is_word((unsigned char)s[i + run])))
			return i + run - n;
		i += run - 1;
	}
	return len;
}

/* Bytes taken at s[at], 0: no emphasis begins there. */
static size_t
emphasis(struct mdbox *m, const char *s, size_t len, size_t at, int bits)
{
	char sign = s[at];
	size_t n = 0, end;

	while (at + n < len && s[at + n] == sign)
		n++;
	if (n > 3 || at + n == len || s[at + n] == ' ' ||
	    (sign == '_' && at > 0 && md_is_word((unsigned char)s[at - 1])))
		return 0;
	end = closing(s, len, at + n, sign, n);
	if (end == len)
		return 0;
	md_spans(m, s + at + n, end - at - n, bits |
	    (n > 1 ? MD_STRONG : 0) | (n != 2 ? MD_EMPHASIS : 0));
	return end + n - at;
}

static size_t
code_span(struct mdbox *m, const char *s, size_t len, size_t at, int bits)
{
	size_t n = 0, i;

	while (at + n < len && s[at + n] == '`')
		n++;
	for (i = at + n; i < len; i++) {
		size_t run = 0;

		while (i + run < len && s[i + run] == '`')
			run++;
		if (run == n) {
			struct source in = { s + at + n, i - at - n };

			if (md_trim(in).len > 0)
				in = md_trim(in);
			md_plain(m, in.s, in.len, bits | MD_CODE);
			return i + n - at;
		}
		i += run > 0 ? run - 1 : 0;
	}
	md_plain(m, s + at, n, bits);
	return n;
}

/* The ] of a [ at s[at], nested ones passed over; len: none. */
static size_t
bracket_end(const char *s, size_t len, size_t at)
{
	int depth = 0;

	for (size_t i = at; i < len; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '[')
			depth++;
		else if (s[i] == ']' && --depth == 0)
			return i;
	}
	return len;
}

/* [text](address), ![text](address): the text, and an address that says more
 * than it. */
static size_t
link_span(struct mdbox *m, const char *s, size_t len, size_t at, int bits)
{
	size_t start = at + (s[at] == '!'), end = bracket_end(s, len, start);
	struct source to;
	const char *close;
	size_t title;

	if (end + 1 >= len || s[end + 1] != '(')
		return 0;
	close = memchr(s + end, ')', len - end);
	if (close == NULL)
		return 0;
	to = md_trim((struct source){ s + end + 2,
	    (size_t)(close - s) - end - 2 });
	for (title = 0; title < to.len && to.s[title] != ' ';)
		title++;
	to.len = title;
	md_spans(m, s + start + 1, end - start - 1, bits);
	if (s[at] == '[' && to.len > 0 && *to.s != '#' &&
	    (to.len != end - start - 1 ||
	    memcmp(to.s, s + start + 1, to.len) != 0)) {
		md_plain(m, " (", 2, bits);
		md_plain(m, to.s, to.len, bits);
		md_plain(m, ")", 1, bits);
	}
	return (size_t)(close - s) + 1 - at;
}

/* <https://…>, and comments, which are not shown. */
static size_t
angle_span(struct mdbox *m, const char *s, size_t len, size_t at, int bits)
{
	const char *end;
	size_t n;

	if (len - at >= 7 && memcmp(s + at, "<!--", 4) == 0) {
		end = memmem(s + at + 4, len - at - 4, "-->", 3);
		return end != NULL ? (size_t)(end - s) + 3 - at : 0;
	}
	end = memchr(s + at, '>', len - at);
	if (end == NULL)
		return 0;
	n = (size_t)(end - s) - at - 1;
	if (memchr(s + at + 1, ' ', n) != NULL ||
	    (memmem(s + at + 1, n, "://", 3) == NULL &&
	    memchr(s + at + 1, '@', n) == NULL))
		return 0;
	md_plain(m, s + at + 1, n, bits);
	return n + 2;
}

static size_t
entity(struct mdbox *m, const char *s, size_t len, size_t at, int bits)
{
	static const struct {
		const char *name, *text;
	} known[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" },
		{ "&quot;", "\"" }, { "&#39;", "'" }, { "&nbsp;", " " } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		size_t n = strlen(known[i].name);

		if (len - at < n || memcmp(s + at, known[i].name, n) != 0)
			continue;
		md_plain(m, known[i].text, strlen(known[i].text), bits);
		return n;
	}
	return 0;
}

static size_t
span_at(struct mdbox *m, const char *s, size_t len, size_t at, int bits)
{
	switch (s[at]) {
	case '\\':
		if (at + 1 == len || strchr("\\`*_{}[]()#+-.!|<>~\"'&$:",
		    s[at + 1]) == NULL)
			return 0;
		md_plain(m, s + at + 1, 1, bits);
		return 2;
	case '*': case '_': return emphasis(m, s, len, at, bits);
	case '`': return code_span(m, s, len, at, bits);
	case '[': return link_span(m, s, len, at, bits);
	case '!': return at + 1 < len && s[at + 1] == '[' ?
		    link_span(m, s, len, at, bits) : 0;
	case '<': return angle_span(m, s, len, at, bits);
	case '&': return entity(m, s, len, at, bits);
	default: return 0;
	}
}

void
md_spans(struct mdbox *m, const char *s, size_t len, int bits)
{
	for (size_t at = 0; at < len;) {
		size_t used = span_at(m, s, len, at, bits), run = 1;

		if (used > 0) {
			at += used;
			continue;
		}
		/* a run of signs that begins nothing is passed over whole */
		while (at + run < len && (s[at] == '*' || s[at] == '_') &&
		    s[at + run] == s[at])
			run++;
		md_plain(m, s + at, run, bits);
		at += run;
	}
}

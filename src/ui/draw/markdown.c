/*
 * Markdown laid out in lines for the terminal: headings bold, lists with
 * hanging indents, quotes, code as it stands, emphasis underlined, links as
 * text. A line that begins with ✓ or ✗ is an item of a list with that sign.
 * Lines are broken by text.c. What is not understood is shown as written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "markdown.h"
#include "draw.h"

#define MAX_DEPTH 8 /* of lists and quotes in one another */
#define NARROW 8    /* columns that indenting leaves to the text */

struct lines {
	struct source *v;
	size_t n, cap;
};

struct layout {
	struct mdbox *m;
	/* what stands before the next line, and before those after it */
	struct buf first, rest;
	bool gap; /* an empty line is due */
	int depth;
};

/* ---- lines ---- */

static void
lines_add(struct lines *l, const char *s, size_t len)
{
	l->v = array_room(l->v, l->n, &l->cap, sizeof *l->v);
	l->v[l->n++] = (struct source){ s, len };
}

static void
lines_split(struct lines *l, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *end = memchr(s + at, '\n', len - at);
		size_t n = end != NULL ? (size_t)(end - s) - at : len - at;

		lines_add(l, s + at, n > 0 && s[at + n - 1] == '\r' ? n - 1 :
		    n);
		at += n + 1;
	}
}

/* Columns of white space at the start; *bytes of it. */
static int
indent_of(struct source l, size_t *bytes)
{
	int col = 0;
	size_t i = 0;

	for (; i < l.len && (l.s[i] == ' ' || l.s[i] == '\t'); i++)
		col = l.s[i] == ' ' ? col + 1 : (col / 4 + 1) * 4;
	*bytes = i;
	return col;
}

static bool
is_blank(struct source l)
{
	size_t at;

	indent_of(l, &at);
	return at == l.len;
}

/* Without as much white space at the start, at most `columns` of it. */
static struct source
dedent(struct source l, int columns)
{
	int col = 0;

	while (l.len > 0 && col < columns && (*l.s == ' ' || *l.s == '\t')) {
		col = *l.s == ' ' ? col + 1 : (col / 4 + 1) * 4;
		l.s++;
		l.len--;
	}
	return l;
}

/* 1 to 6 and the heading's text, or 0. */
static int
heading_of(struct source l, struct source *text)
{
	size_t at, n = 0;

	if (indent_of(l, &at) > 3)
		return 0;
	while (at + n < l.len && l.s[at + n] == '#')
		n++;
	if (n == 0 || n > 6 ||
	    (at + n < l.len && l.s[at + n] != ' ' && l.s[at + n] != '\t'))
		return 0;
	*text = md_trim((struct source){ l.s + at + n, l.len - at - n });
	at = text->len;
	while (at > 0 && text->s[at - 1] == '#')
		at--;
	if (at == 0 || text->s[at - 1] == ' ')
		*text = md_trim((struct source){ text->s, at });
	return (int)n;
}

/* The line under a heading: 1 for ===, 2 for ---. */
static int
underline_of(struct source l)
{
	size_t at;

	if (indent_of(l, &at) > 3)
		return 0;
	l = md_trim(l);
	if (l.len == 0 || (*l.s != '=' && *l.s != '-'))
		return 0;
	for (size_t i = 1; i < l.len; i++)
		if (l.s[i] != *l.s)
			return 0;
	return *l.s == '=' ? 1 : 2;
}

static bool
is_rule(struct source l)
{
	size_t at, n = 0;

	if (indent_of(l, &at) > 3 || at == l.len ||
	    strchr("-*_", l.s[at]) == NULL)
		return false;
	for (size_t i = at; i < l.len; i++) {
		if (l.s[i] == l.s[at])
			n++;
		else if (l.s[i] != ' ' && l.s[i] != '\t')
			return false;
	}
	return n >= 3;
}

/* How many ` or ~ open a block of code, or 0. */
static size_t
fence_of(struct source l, char *sign)
{
	size_t at, n = 0;

	if (indent_of(l, &at) > 3 || at == l.len)
		return 0;
	*sign = l.s[at];
	if (*sign != '`' && *sign != '~')
		return 0;
	while (at + n < l.len && l.s[at + n] == *sign)
		n++;
	if (n < 3 || (*sign == '`' &&
	    memchr(l.s + at + n, '`', l.len - at - n) != NULL))
		return 0;
	return n;
}

static bool
is_fence_end(struct source l, char sign, size_t open)
{
	size_t at, n = 0;

	if (indent_of(l, &at) > 3)
		return false;
	l = md_trim(l);
	while (n < l.len && l.s[n] == sign)
		n++;
	return n >= open && n == l.len;
}

static const char *const marks[] = { "✓", "✔", "✗", "✘" };

/* The sign that an item begins with, ✓ or ✗ (bytes with white space after
 * it), or 0. */
static size_t
mark_of(struct source l, const char **sign)
{
	size_t at, n;

	indent_of(l, &at);
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		n = strlen(marks[i]);
		if (l.len < at + n || memcmp(l.s + at, marks[i], n) != 0)
			continue;
		*sign = marks[i / 2 * 2];
		for (n += at; n < l.len && l.s[n] == ' ';)
			n++;
		return n;
	}
	return 0;
}

/*
 * An item of a list: bytes up to its text, 0 where it is none. `sign` is what
 * is shown, `column` where its further lines begin, `kind` the same for items
 * of one list.
 */
struct item {
	size_t bytes;
	int indent, column;
	char kind;
	char sign[16];
};

static bool
item_number(struct source l, size_t at, size_t *end, struct item *out)
{
	size_t i = at;

	while (i < l.len && i < at + 9 && l.s[i] >= '0' && l.s[i] <= '9')
		i++;
	if (i == at || i == l.len || (l.s[i] != '.' && l.s[i] != ')'))
		return false;
	out->kind = l.s[i];
	*end = i + 1;
	memcpy(out->sign, l.s + at, i + 1 - at);
	out->sign[i + 1 - at] = '\0';
	return true;
}

static bool
item_of(struct source l, struct item *out)
{
	const char *sign;
	size_t at, end, n;

	memset(out, 0, sizeof *out);
	out->indent = indent_of(l, &at);
	if (at == l.len)
		return false;
	n = mark_of(l, &sign);
	if (n > 0) {
		out->bytes = n;
		out->column = out->indent + 2;
		out->kind = 'm';
		strcpy(out->sign, sign);
		return true;
	}
	if (strchr("-*+", l.s[at]) != NULL && !is_rule(l)) {
		end = at + 1;
		out->kind = l.s[at];
		strcpy(out->sign, "•");
	} else if (!item_number(l, at, &end, out)) {
		return false;
	}
	if (end < l.len && l.s[end] != ' ' && l.s[end] != '\t')
		return false;
	n = end;
	while (n < l.len && n < end + 4 && l.s[n] == ' ')
		n++;
	if (n == l.len || n == end)
		n = end + (end < l.len);
	out->bytes = n;
	out->column = out->indent + (int)(n - at) + (n == l.len && n == end);
	return true;
}

/* ---- lines of the layout ---- */

static void
line_put(struct layout *l, size_t start, size_t len)
{
	struct mdbox *m = l->m;
	struct mdline *line;
	size_t prefix = m->text.len;

	md_plain(m, buf_str(&l->first), l->first.len, 0);
	m->v = array_room(m->v, m->n, &m->cap, sizeof *m->v);
	line = &m->v[m->n++];
	*line = (struct mdline){ .prefix = prefix, .nprefix = l->first.len,
		.start = start, .len = len, .indent = glyph_width(
		buf_str(&l->first), l->first.len) };
	buf_clear(&l->first);
	buf_add(&l->first, buf_str(&l->rest), l->rest.len);
}

static void
gap_put(struct layout *l)
{
	struct buf kept = l->first;

	if (!l->gap || l->m->n == 0) {
		l->gap = false;
		return;
	}
	l->gap = false;
	/* an item's sign stands before its text, not before the gap */
	l->first = (struct buf)BUF_INIT;
	line_put(l, 0, 0);
	buf_free(&l->first);
	l->first = kept;
}

/* What was added to the text since `start`, in lines. */
static void
flow_put(struct layout *l, size_t start)
{
	struct mdbox *m = l->m;
	size_t len = m->text.len - start;
	int room = m->width - glyph_width(buf_str(&l->first), l->first.len);
	struct textbox t = { 0 };

	gap_put(l);
	textbox_set(&t, buf_str(&m->text) + start, len, room < NARROW ?
	    NARROW : room);
	for (size_t i = 0; i < t.n; i++)
		line_put(l, start + t.v[i].start, t.v[i].len);
	if (t.n == 0 && len == 0)
		line_put(l, start, 0);
	textbox_free(&t);
}

/* ---- blocks ---- */

static void blocks(struct layout *l, const struct lines *in);

static void
heading_put(struct layout *l, struct source text, int level)
{
	struct mdbox *m = l->m;
	size_t start = m->text.len;

	l->gap = true;
	md_spans(m, text.s, text.len, MD_STRONG);
	m->heads = array_room(m->heads, m->nheads, &m->heads_cap,
	    sizeof *m->heads);
	gap_put(l);
	m->heads[m->nheads++] = (struct mdhead){ .line = m->n, .level = level,
		.title = xstrndup(m->text.data + start, m->text.len - start) };
	flow_put(l, start);
}

static void
code_put(struct layout *l, struct source line)
{
	size_t start = l->m->text.len;

	md_plain(l->m, line.s, line.len, 0);
	flow_put(l, start);
}

static size_t
fenced(struct layout *l, const struct lines *in, size_t at)
{
	size_t strip, open;
	char sign;

	open = fence_of(in->v[at], &sign);
	indent_of(in->v[at], &strip);
	buf_adds(&l->first, "  ");
	buf_adds(&l->rest, "  ");
	for (at++; at < in->n && !is_fence_end(in->v[at], sign, open); at++)
		code_put(l, dedent(in->v[at], (int)strip));
	l->rest.len -= 2;
	l->rest.data[l->rest.len] = '\0';
	buf_clear(&l->first);
	buf_add(&l->first, buf_str(&l->rest), l->rest.len);
	return at < in->n ? at + 1 : at;
}

/* Blocks inside `sign` (on the first line) and `rest` (on the others). */
static void
inside(struct layout *l, const char *sign, const char *rest,
    const struct lines *in)
{
	size_t keep = l->rest.len, made = l->m->n;

	if (l->depth == MAX_DEPTH) {
		sign = rest = "";
	}
	l->depth++;
	buf_adds(&l->first, sign);
	buf_adds(&l->rest, rest);
	blocks(l, in);
	if (l->m->n == made)
		line_put(l, 0, 0);
	l->rest.len = keep;
	if (l->rest.data != NULL)
		l->rest.data[keep] = '\0';
	buf_clear(&l->first);
	buf_add(&l->first, buf_str(&l->rest), l->rest.len);
	l->depth--;
}

static bool
is_quote(struct source l)
{
	size_t at;

	return indent_of(l, &at) <= 3 && at < l.len && l.s[at] == '>';
}

static bool
starts_block(struct source l)
{
	struct source text;
	struct item item;
	char sign;

	return is_blank(l) || heading_of(l, &text) > 0 || is_rule(l) ||
	    fence_of(l, &sign) > 0 || is_quote(l) || item_of(l, &item);
}

static size_t
quote(struct layout *l, const struct lines *in, size_t at)
{
	struct lines sub = { 0 };

	for (; at < in->n; at++) {
		struct source line = in->v[at];

		if (is_quote(line)) {
			line = md_trim(line);
			line = dedent((struct source){ line.s + 1,
			    line.len - 1 }, 1);
		} else if (starts_block(line)) {
			break;
		}
		lines_add(&sub, line.s, line.len);
	}
	inside(l, "│ ", "│ ", &sub);
	free(sub.v);
	return at;
}

/* The item's own lines: those that stand under its text, and lines that go
 * on with its paragraph. */
static size_t
item_lines(const struct lines *in, size_t at, const struct item *item,
    struct lines *sub)
{
	bool blank = false;
	size_t skip;

	lines_add(sub, in->v[at].s + item->bytes, in->v[at].len - item->bytes);
	for (at++; at < in->n; at++) {
		struct source line = in->v[at];
		int indent = indent_of(line, &skip);

		if (is_blank(line)) {
			blank = true;
		} else if (indent >= item->column ||
		    (item->kind != 'm' && indent > item->indent &&
		    indent >= item->indent + 2)) {
			for (; blank; blank = false)
				lines_add(sub, "", 0);
			line = dedent(line, item->column);
			lines_add(sub, line.s, line.len);
		} else if (blank || starts_block(line)) {
			break;
		} else {
			lines_add(sub, line.s, line.len);
		}
	}
	return blank ? at - 1 : at; /* the blank line is the list's */
}

/* "- ✓ text": the sign that says more stands alone. */
static void
item_sign(struct item *item, struct lines *sub)
{
	const char *sign;
	size_t n = mark_of(sub->v[0], &sign);

	if (n == 0 || item->kind == '.' || item->kind == ')')
		return;
	strcpy(item->sign, sign);
	sub->v[0].s += n;
	sub->v[0].len -= n;
}

static size_t
list_item(struct layout *l, const struct lines *in, size_t at,
    const struct item *found)
{
	struct item item = *found;
	struct lines sub = { 0 };
	char sign[24], rest[24];
	int width;

	at = item_lines(in, at, &item, &sub);
	item_sign(&item, &sub);
	snprintf(sign, sizeof sign, "%s ", item.sign);
	width = glyph_width(sign, strlen(sign));
	snprintf(rest, sizeof rest, "%*s", width, "");
	inside(l, sign, rest, &sub);
	free(sub.v);
	return at;
}

static size_t
code_block(struct layout *l, const struct lines *in, size_t at)
{
	size_t skip;

	buf_adds(&l->first, "  ");
	for (; at < in->n && (is_blank(in->v[at]) ||
	     indent_of(in->v[at], &skip) >= 4); at++) {
		if (is_blank(in->v[at]) && (at + 1 == in->n ||
		    indent_of(in->v[at + 1], &skip) < 4))
			break;
		code_put(l, dedent(in->v[at], 4));
		buf_adds(&l->first, "  ");
	}
	buf_clear(&l->first);
	buf_add(&l->first, buf_str(&l->rest), l->rest.len);
	return at;
}

/* Lines of a table stay lines. */
static bool
is_row(struct source l)
{
	l = md_trim(l);
	return l.len > 1 && *l.s == '|';
}

static bool
hard_break(struct source l)
{
	return (l.len >= 2 && memcmp(l.s + l.len - 2, "  ", 2) == 0) ||
	    (l.len >= 1 && l.s[l.len - 1] == '\\');
}

static size_t
paragraph(struct layout *l, const struct lines *in, size_t at)
{
	struct buf b = BUF_INIT;
	size_t start = l->m->text.len;
	int level = 0;

	for (bool first = true; at < in->n; at++, first = false) {
		struct source line = in->v[at], text = md_trim(line);

		if (!first && (level = underline_of(line)) > 0) {
			at++;
			break;
		}
		if (!first && starts_block(line))
			break;
		if (hard_break(line) && text.len > 0 &&
		    text.s[text.len - 1] == '\\')
			text.len--;
		buf_add(&b, text.s, text.len);
		buf_addc(&b, hard_break(line) || (is_row(line) &&
		    at + 1 < in->n && is_row(in->v[at + 1])) ? '\n' : ' ');
	}
	while (b.len > 0 && (b.data[b.len - 1] == ' ' ||
	    b.data[b.len - 1] == '\n'))
		b.len--;
	if (level > 0) {
		heading_put(l, (struct source){ b.data, b.len }, level);
	} else {
		md_spans(l->m, buf_str(&b), b.len, 0);
		if (l->m->text.len > start) /* else a comment alone */
			flow_put(l, start);
	}
	buf_free(&b);
	return at;
}

static void
rule_put(struct layout *l)
{
	size_t start = l->m->text.len;
	int w = l->m->width - glyph_width(buf_str(&l->first), l->first.len);

	for (int i = 0; i < w && i < 20; i++)
		md_plain(l->m, "─", strlen("─"), 0);
	flow_put(l, start);
}

static void
blocks(struct layout *l, const struct lines *in)
{
	bool after_heading = false;

	for (size_t at = 0; at < in->n;) {
		struct source line = in->v[at], text;
		struct item item;
		size_t skip;
		char sign;
		int level = heading_of(line, &text);

		if (is_blank(line)) {
			l->gap = !after_heading;
			at++;
			continue;
		}
		after_heading = level > 0;
		if (level > 0) {
			heading_put(l, text, level);
			at++;
		} else if (indent_of(line, &skip) >= 4) {
			at = code_block(l, in, at);
		} else if (fence_of(line, &sign) > 0) {
			at = fenced(l, in, at);
		} else if (is_rule(line)) {
			rule_put(l);
			at++;
		} else if (is_quote(line)) {
			at = quote(l, in, at);
		} else if (item_of(line, &item)) {
			at = list_item(l, in, at, &item);
		} else {
			size_t heads = l->m->nheads;

			at = paragraph(l, in, at);
			after_heading = l->m->nheads > heads;
		}
	}
}

/* ---- from outside ---- */

static void
mdbox_clear(struct mdbox *m)
{
	for (size_t i = 0; i < m->nheads; i++)
		free(m->heads[i].title);
	m->n = m->nheads = 0;
	buf_clear(&m->text);
	buf_clear(&m->styles);
}

void
mdbox_set(struct mdbox *m, const char *s, size_t len, int width)
{
	struct layout l = { .m = m };
	struct lines in = { 0 };

	mdbox_clear(m);
	m->width = width < NARROW ? NARROW : width;
	lines_split(&in, s, len);
	blocks(&l, &in);
	free(in.v);
	buf_free(&l.first);
	buf_free(&l.rest);
}

void
mdbox_free(struct mdbox *m)
{
	mdbox_clear(m);
	buf_free(&m->text);
	buf_free(&m->styles);
	free(m->v);
	free(m->heads);
	memset(m, 0, sizeof *m);
}

void
mdbox_draw_line(const struct mdbox *m, size_t line, int y, int x)
{
	const struct mdline *l = &m->v[line];
	const char *text = buf_str(&m->text), *styles = buf_str(&m->styles);
	size_t at = l->start, end = l->start + l->len, from;
	int col = l->indent;

	scr_putn(y, x, m->width, ST_TEXT, text + l->prefix, l->nprefix);
	while (at < end && col < m->width) {
		from = at;
		while (at < end && styles[at] == styles[from])
			at++;
		col += scr_putn(y, x + col, m->width - col, styles[from],
		    text + from, at - from);
	}
}

size_t
mdbox_head_of(const struct mdbox *m, size_t line)
{
	size_t i = 0;

	while (i < m->nheads && m->heads[i].line <= line)
		i++;
	return i > 0 ? i - 1 : 0;
}

/* Does a heading name the label: alone, or before a sign ("support: …")? */
static int
names_label(struct source heading, const char *folded)
{
	struct mdbox plain = { 0 };
	size_t n = strlen(folded);
	char *title;
	int rank = 0;

	md_spans(&plain, heading.s, heading.len, 0);
	title = utf8_fold(buf_str(&plain.text), plain.text.len);
	if (strcmp(title, folded) == 0)
		rank = 2;
	else if (n > 0 && strncmp(title, folded, n) == 0 &&
	    !md_is_word((unsigned char)title[n]) && title[n] != '-' &&
	    (title[n] != ' ' || !md_is_word((unsigned char)title[n + 1])))
		rank = 1;
	free(title);
	mdbox_free(&plain);
	return rank;
}

/* The level of the heading at line i (1 to 6) and its text; *used lines. */
static int
heading_at(const struct lines *in, size_t i, struct source *text,
    size_t *used)
{
	int level = heading_of(in->v[i], text);

	*used = 1;
	if (level > 0 || i + 1 == in->n || starts_block(in->v[i]))
		return level;
	*used = 2;
	*text = md_trim(in->v[i]);
	return underline_of(in->v[i + 1]);
}

bool
markdown_section(const char *s, const char *name, struct span *out)
{
	struct lines in = { 0 };
	char *folded = utf8_fold(name, strlen(name)), sign = 0, other = 0;
	size_t fence = 0, used;
	int best = 0, within = 0, level, rank;
	struct source text;

	lines_split(&in, s, strlen(s));
	for (size_t i = 0; i < in.n; i += used) {
		used = 1;
		if (fence > 0) {
			if (is_fence_end(in.v[i], sign, fence))
				fence = 0;
			continue;
		}
		fence = fence_of(in.v[i], &other);
		sign = other;
		level = fence > 0 ? 0 : heading_at(&in, i, &text, &used);
		if (level == 0) {
			used = 1;
			continue;
		}
		if (within > 0 && level <= within) {
			out->end = (size_t)(in.v[i].s - s);
			within = 0;
		}
		rank = names_label(text, folded);
		if (rank > best) {
			best = rank;
			within = level;
			out->begin = i + used < in.n ?
			    (size_t)(in.v[i + used].s - s) : strlen(s);
			out->end = strlen(s);
		}
	}
	free(folded);
	free(in.v);
	return best > 0;
}

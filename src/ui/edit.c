/* A line to type in: by graphemes, with the keys of readline. */
#include <string.h>

#include "tagtiger/utf8.h"

#include "priv.h"

void
edit_set(struct edit *e, const char *s)
{
	buf_clear(&e->text);
	buf_adds(&e->text, s);
	e->at = e->text.len;
}

void
edit_free(struct edit *e)
{
	buf_free(&e->text);
	e->at = 0;
}

static void
edit_cut(struct edit *e, size_t from, size_t to)
{
	if (to <= from)
		return;
	memmove(e->text.data + from, e->text.data + to, e->text.len - to + 1);
	e->text.len -= to - from;
	e->at = from;
}

static void
edit_insert(struct edit *e, const char *s, size_t len)
{
	buf_reserve(&e->text, len);
	memmove(e->text.data + e->at + len, e->text.data + e->at,
	    e->text.len - e->at);
	memcpy(e->text.data + e->at, s, len);
	e->text.len += len;
	e->text.data[e->text.len] = '\0';
	e->at += len;
}

static size_t
before(const struct edit *e)
{
	size_t at = 0, step;
	int w;

	while (at < e->at) {
		step = utf8_grapheme(e->text.data + at, e->text.len - at, &w);
		if (at + step >= e->at)
			break;
		at += step;
	}
	return at;
}

static size_t
after(const struct edit *e)
{
	int w;

	if (e->at >= e->text.len)
		return e->at;
	return e->at + utf8_grapheme(e->text.data + e->at,
	    e->text.len - e->at, &w);
}

static size_t
word_start(const struct edit *e)
{
	size_t at = e->at;

	while (at > 0 && e->text.data[at - 1] == ' ')
		at--;
	while (at > 0 && e->text.data[at - 1] != ' ')
		at--;
	return at;
}

unsigned
edit_key(struct edit *e, int key)
{
	char bytes[4];

	switch (key) {
	case K_LEFT: case K_CTRL('B'): e->at = before(e); break;
	case K_RIGHT: case K_CTRL('F'): e->at = after(e); break;
	case K_HOME: case K_CTRL('A'): e->at = 0; break;
	case K_END: case K_CTRL('E'): e->at = e->text.len; break;
	case K_BACKSPACE: edit_cut(e, before(e), e->at); break;
	case K_DELETE: case K_CTRL('D'): edit_cut(e, e->at, after(e)); break;
	case K_CTRL('U'): edit_cut(e, 0, e->at); break;
	case K_CTRL('K'): edit_cut(e, e->at, e->text.len); break;
	case K_CTRL('W'): edit_cut(e, word_start(e), e->at); break;
	default:
		if (key < ' ' || key >= 0x110000 || utf8_is_control(key))
			return R_PASS;
		edit_insert(e, bytes, utf8_encode(key, bytes));
	}
	return R_REDRAW;
}

void
edit_draw(const struct edit *e, int y, int x, int w)
{
	const char *s = buf_str(&e->text);
	size_t from = 0;
	struct glyph g;

	/* The part that ends where the cursor is, when all does not fit. */
	while (from < e->at && glyph_width(s + from, e->at - from) >= w)
		from += glyph_next(s + from, e->text.len - from, &g);
	scr_clear(y, x, w);
	scr_put(y, x, w, ST_TEXT, s + from);
	scr_cursor(y, x + glyph_width(s + from, e->at - from));
}

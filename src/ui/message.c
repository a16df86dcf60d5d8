/*
 * The message line: what the last key did, what is wrong, news of the others,
 * and what else goes on. A message stays until the next key.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

void
ui_log(const char *s)
{
	size_t len = strlen(s);

	buf_add(&ui.log, s, len);
	if (len > 0 && s[len - 1] != '\n')
		buf_addc(&ui.log, '\n');
}

void
ui_message(enum message_kind kind, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	char at[32];

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		fatal("out of memory");
	va_end(ap);
	buf_clear(&ui.message);
	buf_adds(&ui.message, s);
	ui.message_kind = kind;
	ui.messages++;
	ui_clock(ui_now(), at);
	buf_addf(&ui.log, "%s %s\n", at, s);
	free(s);
	ui_redraw();
}

void
ui_error(const struct err *err)
{
	ui_message(MSG_ERROR, "%s", err->text[0] != '\0' ? err->text :
	    "that did not work");
}

#define BULK_BAR 20

/* What writes for long, how far it is and how it is stopped. */
static int
draw_bulk(int y, int w)
{
	struct run *r = run_bulk();
	struct buf b = BUF_INIT;
	double share;
	int x = 1;

	if (r == NULL || r->act)
		return 0;
	share = run_progress(r, &b);
	x += scr_cut(y, x, w - 2, ST_STRONG, r->call->command->name) + 1;
	if (share >= 0 && x + BULK_BAR < w) {
		scr_bar(y, x, BULK_BAR, ST_ACCENT, share);
		x += BULK_BAR;
	}
	x += scr_cut(y, x, w - x - 1, ST_TEXT, buf_str(&b));
	buf_free(&b);
	return x - 1;
}

/* Lines of a message: all that it needs, but most of the view stays. */
static int
lines_most(int room)
{
	int share = scr_lines() / 2;

	return room < 4 ? room : share < 4 ? 4 : share < room ? share : room;
}

#define WORD 20 /* bytes of one that is not cut */

/* What has not room whole begins with what is wrong and ends with what to do:
 * the middle goes. */
static char *
without_middle(const char *text, struct textbox *t, int w, int lines)
{
	size_t len = strlen(text), head = t->v[lines / 2].start, at = head;
	size_t rest;
	struct buf b = BUF_INIT;
	struct glyph g;

	while (head > 0 && (text[head - 1] == ' ' || text[head - 1] == '\n'))
		head--;
	do {
		at += glyph_next(text + at, len - at, &g);
		rest = strcspn(text + at, " ");
		at += rest < WORD && at + rest < len ? rest : 0;
		buf_clear(&b);
		buf_add(&b, text, head);
		buf_addf(&b, " …%s", text + at);
		textbox_set(t, buf_str(&b), b.len, w);
	} while (at < len && t->n > (size_t)lines);
	return buf_take(&b);
}

/* Upwards from line y, over what stands there, a rule on top where it takes
 * more than the line; at most `room` lines. */
static void
lines_draw(int y, int room, int style, const char *text)
{
	int w = scr_columns(), lines = lines_most(room), top;
	struct textbox t = { 0 };
	char *cut = NULL;

	textbox_set(&t, text, strlen(text), w - 2);
	if (t.n > (size_t)lines)
		text = cut = without_middle(text, &t, w - 2, lines);
	top = y - (int)t.n + 1;
	for (int i = 0; i < (int)t.n; i++) {
		scr_clear(top + i, 0, w);
		scr_putn(top + i, 1, w - 2, style, text + t.v[i].start,
		    t.v[i].len);
	}
	if (t.n > 1 && (int)t.n < room)
		scr_rule(top - 1, 0, w);
	textbox_free(&t);
	free(cut);
}

static bool
is_long(const char *text)
{
	return strchr(text, '\n') != NULL ||
	    glyph_width(text, strlen(text)) > scr_columns() - 2;
}

static int
message_style(void)
{
	return ui.message_kind == MSG_ERROR ? ST_ERROR : ST_TEXT;
}

void
message_draw(struct view *v, struct rect r)
{
	int y = r.y + r.h, taken = 0, rw;
	struct buf left = BUF_INIT, right = BUF_INIT;
	const char *text = buf_str(&ui.message);

	if (is_long(text)) {
		lines_draw(y, r.h + 1, message_style(), text);
		return;
	}
	hold_status(&left, typed_count());
	if (text[0] != '\0')
		taken = scr_cut(y, 1, r.w - 2, message_style(), text);
	else if (left.len > 0)
		taken = scr_cut(y, 1, r.w - 2, ST_WARN, buf_str(&left));
	else
		taken = draw_bulk(y, r.w);
	buf_free(&left);
	if (v->ops->status != NULL)
		v->ops->status(v, &right);
	run_status(&right);
	rw = glyph_width(buf_str(&right), right.len);
	if (rw > 0 && taken + rw + 4 <= r.w)
		scr_right(y, taken + 3, r.w - taken - 4, ST_TEXT,
		    buf_str(&right));
	buf_free(&right);
}

bool
message_beside(struct rect r)
{
	const char *text = buf_str(&ui.message);

	if (text[0] == '\0')
		return false;
	if (is_long(text)) {
		lines_draw(r.y + r.h - 1, r.h, message_style(), text);
		return false;
	}
	scr_clear(r.y + r.h + 1, 0, r.w);
	scr_cut(r.y + r.h + 1, 1, r.w - 2, message_style(), text);
	return true;
}

void
message_ask(struct rect r, const char *question)
{
	scr_clear(r.y + r.h, 0, r.w);
	lines_draw(r.y + r.h, r.h + 1, ST_STRONG, question);
	scr_cursor(r.y + r.h, 1);
}

/*
 * The terminal and what is drawn on it: all that a view needs to show itself.
 *
 *	term.c		the terminal: start, stop, keys, size, signals, stderr
 *	glyph.c		a grapheme as cells of this terminal
 *	scr.c		drawing: text, bars, rules
 *	style.c		roles and labels as colours of this terminal
 *	text.c		laying out a text in lines
 *	markdown.c	the same of Markdown, for the codebook
 *	plot.c		curves in Braille, intervals
 */
#ifndef TAGTIGER_UI_DRAW_H
#define TAGTIGER_UI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "tagtiger/buf.h"
#include "tagtiger/err.h"

/* ---- keys: a code point, or one of these ---- */

enum {
	K_NONE = -1,
	K_ENTER = 13,
	K_TAB = 9,
	K_ESC = 27,
	K_UP = 0x110000,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_INSERT,
	K_DELETE,
	K_BACKSPACE,
	K_BACKTAB,
	K_PASTE, /* the terminal brackets what is pasted */
	K_PASTE_END,
	K_F1,
	K_F12 = K_F1 + 11,
};

/* The mouse, as a key: what it did and where, in one number. */
enum mouse { MOUSE_CLICK, MOUSE_TWICE, MOUSE_UP, MOUSE_DOWN };

#define K_MOUSE		     (1 << 30)
#define K_MOUSE_AT(m, y, x)  (K_MOUSE | (m) << 24 | (y) << 12 | (x))
#define K_MOUSE_WHAT(key)    ((enum mouse)((key) >> 24 & 3))
#define K_MOUSE_Y(key)	     ((key) >> 12 & 0xfff)
#define K_MOUSE_X(key)	     ((key) & 0xfff)

#define K_CTRL(c) ((c) & 0x1f)

/* "1", "Enter", "^R", "S-Tab", "F2", "Space" and back. key_parse: K_NONE. */
int key_parse(const char *name);
void key_spell(int key, char out[16]);
const char *key_sign(const char *name); /* an arrow for "Up", where it can */

/* ---- term.c ---- */

struct term_size {
	int lines, columns;
};

/* headless: NULL for the real terminal */
int term_start(const struct term_size *headless, struct err *err);
void term_stop(void);
bool term_utf8(void);
bool term_headless(void);
int term_colours(void);	    /* 0, 8, 16 or 256 */
int term_key(void);	    /* the next that waits, or K_NONE */
int term_fd(void);	    /* to poll for keys; -1: none */
bool term_writable(void);   /* would a frame go out without waiting? */
void term_resized(void);    /* look at the size again */
void term_resize_to(int lines, int columns); /* headless */
void term_leave(void);	    /* give the terminal to another program */
void term_return(void);
void term_suspend(void);    /* ^Z: stops here until continued */
void term_hangup(void);	    /* the terminal is gone */
void term_mouse(bool on);
bool term_has_mouse(void);
bool term_no_colour(void); /* NO_COLOR is set */
void term_escape(int ms);
bool term_signs(void); /* may lines, bars and arrows be more than ASCII? */
/* Signals arrive as bytes, the signal's number, on a pipe. */
int term_signal_fd(void);
int term_signal(void);	    /* the next one, or 0 */
/* What was written to standard error since, appended. */
void term_stderr(struct buf *out);

/* ---- glyph.c ---- */

struct glyph {
	wchar_t c[12];
	int n;	     /* of c */
	int width;   /* columns: what c takes on this terminal */
	bool escape; /* c stands for something that must not be sent */
	bool doubt;  /* terminals disagree on its width */
	bool rtl;    /* a letter that is read from right to left */
};

/* The grapheme that s starts with; returns its bytes. len > 0. */
size_t glyph_next(const char *s, size_t len, struct glyph *g);
int glyph_width(const char *s, size_t len); /* columns of the whole */

/* ---- scr.c ---- */

enum style {
	ST_TEXT,
	ST_STRONG,   /* headings, numbers that matter */
	ST_ACCENT,   /* what is active */
	ST_MATCH,    /* what a search found */
	ST_HIGHLIGHT, /* what this account wants marked */
	ST_ESCAPE,   /* a control character made visible */
	ST_WARN,
	ST_ERROR,
	ST_EMPH,     /* emphasis in a codebook */
	ST_LABEL,    /* + i: the colour of the label at place i */
	ST_LABELS = 8,
	ST_COLOUR = ST_LABEL + ST_LABELS, /* + n: the terminal's colour n */
};

struct rect {
	int y, x, h, w;
};

void scr_begin(void); /* a new frame: all blank */
void scr_end(void);   /* send what differs */
void scr_redraw_all(void);
int scr_lines(void);
int scr_columns(void);

/* Draw at most `w` columns; returns how many were taken. */
int scr_put(int y, int x, int w, int style, const char *s);
int scr_putn(int y, int x, int w, int style, const char *s, size_t len);
int scr_putf(int y, int x, int w, int style, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Cut with an ellipsis where it does not fit; line breaks become spaces. */
int scr_cut(int y, int x, int w, int style, const char *s);
/* Flush right in [x, x+w). */
void scr_right(int y, int x, int w, int style, const char *s);
void scr_rightf(int y, int x, int w, int style, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void scr_rule(int y, int x, int w);
void scr_vrule(int y, int x, int h);
/* share in [0,1] of w columns, in eighths where the terminal has them */
void scr_bar(int y, int x, int w, int style, double share);
void scr_cursor(int y, int x); /* where the hardware cursor stands */
void scr_clear(int y, int x, int w);

/* ---- style.c ---- */

struct label;

enum theme { THEME_AUTO, THEME_DARK, THEME_LIGHT, THEME_NONE };

/* The style of a label: its own colour, or that of its place. For bars and
 * points; a name is read, and stands in ST_TEXT or ST_STRONG. */
int style_of_label(const struct label *l, size_t place);
/* The colour of a place, for what is no label: curves. */
int style_label(size_t place);
void style_theme(enum theme theme);
void style_set(int style); /* of what curses is given next */
/* Of the table: the colour (foreground, and background + 1 from bit 9), -1
 * the terminal's own; and what a theme is read on. */
int style_colour(int style, enum theme theme, int colours);
const uint32_t *style_backgrounds(enum theme theme, int colours); /* (2) */
/* The terminal's colour that looks most like it and can be read; -1. */
int style_nearest(uint32_t rgb, enum theme theme, int colours);
char style_letter(unsigned long attr, short pair); /* for the tests */

/* ---- text.c ---- */

struct text_line {
	size_t start, len; /* bytes of the text, without its line break */
};

struct textbox {
	struct text_line *v;
	size_t n, cap;
	int width;
};

/* Lay out for that many columns; breaks by UAX 14. */
void textbox_set(struct textbox *t, const char *s, size_t len, int width);
void textbox_free(struct textbox *t);
size_t textbox_line_of(const struct textbox *t, size_t byte);

struct span {
	size_t begin, end; /* bytes */
	int style;	   /* 0: ST_MATCH */
};

void textbox_draw_line(const struct textbox *t, const char *s, size_t line,
    int y, int x, const struct span *spans, size_t nspans);
/* Lay out and draw at most r.h lines; returns how many there are. */
int scr_paragraph(struct rect r, int style, const char *s);

/* ---- markdown.c ---- */

struct mdline {
	size_t prefix, nprefix; /* signs of lists and quotes, or spaces */
	size_t start, len;	/* bytes of mdbox.text */
	int indent;		/* columns of the prefix */
};

struct mdhead {
	size_t line;
	int level; /* from 1 */
	char *title;
};

/* A Markdown text, laid out: n lines. Zero it before the first use. */
struct mdbox {
	struct mdline *v;
	size_t n, cap;
	struct mdhead *heads; /* its headings, for contents */
	size_t nheads, heads_cap;
	struct buf text, styles; /* what is drawn; a style a byte */
	int width;
};

void mdbox_set(struct mdbox *m, const char *s, size_t len, int width);
void mdbox_free(struct mdbox *m);
void mdbox_draw_line(const struct mdbox *m, size_t line, int y, int x);
/* The heading that the line stands under; 0 too where there is none. */
size_t mdbox_head_of(const struct mdbox *m, size_t line);
/* What stands under the heading that is this label's name, without the
 * heading: bytes of s. False: no heading names it. */
bool markdown_section(const char *s, const char *name, struct span *out);

/* ---- plot.c ---- */

struct learning;

enum curve_kind { CURVE_LINE, CURVE_POINTS, CURVE_DOTS };

struct curve {
	const double *x, *y; /* (n); y that is not finite is left out */
	size_t n;
	int style;
	enum curve_kind kind;
	bool best;	/* points: one of them has a sign of its own, */
	size_t best_at; /* this one */
};

struct plot {
	const struct curve *v;
	size_t n;
	const char *unit;    /* of x, at the end of the axis; or NULL */
	bool compact;	     /* the axis is one line, without numbers */
	bool from_zero;	     /* x begins there */
	double x_to;	     /* the axis reaches at least so far */
	const double *marks; /* (nmarks) x to mark; none: 1, 2, 5 */
	size_t nmarks;
};

/* Axes, then the curves in Braille or ASCII. */
void plot_draw(struct rect r, const struct plot *p);
/* A curve's sign and its name; the columns taken. */
int plot_legend(int y, int x, int w, const struct curve *k, const char *name);
/* F1 by labels, with bounds unless compact. */
void plot_learning(struct rect r, const struct learning *l, bool compact);
/* A point and its interval on a scale from lo to hi. */
void plot_interval(int y, int x, int w, double lo, double hi, double at,
    double from, double to);

#endif

/*
 * What the screen shares with itself. One thread, one global: struct ui.
 *
 *	term.c		the terminal: start, stop, keys, size, signals, stderr
 *	glyph.c		a grapheme as cells of this terminal
 *	scr.c		drawing: text, bars, rules
 *	style.c		roles and labels as colours of this terminal
 *	hot.c		zones that the mouse can hit
 *	text.c		laying out a text in lines
 *	markdown.c	the same of Markdown, for the codebook
 *	keymap.c	keys to commands, from keys.conf
 *	run.c		commands and queries as jobs; what they change
 *	view.c		the views that are open, overlays, tabs
 *	loop.c		the one poll; the test's door
 *	edit.c prompt.c	a line to type in; `:` and questions
 *	list.c form.c choose.c help.c glossary.c plot.c
 *	remove.c	deleting the project that is open
 *	view_*.c	a screen a file
 */
#ifndef TAGTIGER_UI_PRIV_H
#define TAGTIGER_UI_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "tagtiger/buf.h"
#include "tagtiger/cmd.h"
#include "tagtiger/crew.h"
#include "tagtiger/err.h"
#include "tagtiger/doc.h"
#include "tagtiger/job.h"
#include "tagtiger/ui.h"

struct project;
struct picker;
struct view;
struct view_ops;

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
bool term_gone(void);
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

/* ---- hot.c: what the mouse can do where ---- */

struct list;

/*
 * A zone of the frame. Views declare theirs while they draw, with hot_add;
 * what is drawn later lies above, and an overlay covers what it blanks
 * (hot_cover). All that is set of it is done, in this order: the cursor goes
 * to row `at` of `list`, `hit` is called, the key is pressed as if typed, the
 * line is run as if bound to a key. A second click within 400 ms does what
 * `twice` says and not the first once more. The wheel moves `list`, else
 * calls `wheel`, else runs "move up" or "move down"; three lines a notch.
 */
struct hot {
	struct rect r;
	struct list *list; /* of the view's state */
	size_t at;
	int key, twice;	   /* keys; 0: none. twice is often K_ENTER */
	const char *line;  /* copied */
	bool (*hit)(struct view *v, const struct hot *h, int y, int x,
	    bool twice);   /* y and x within r; false: nothing there */
	void (*wheel)(struct view *v, int lines);
	long arg;	   /* for hit */
};

void hot_add(const struct hot *h);
/* Rows of a list from y on: a click moves the cursor there, two are Enter. */
void hot_rows(struct list *l, int y, int x, int w, int rows);
void hot_cover(struct rect r); /* what lies below cannot be hit */
void hot_begin(void);		  /* a new frame */
void hot_owner(struct view *v);	  /* whose zones come; NULL: the frame's */
void hot_mouse(int key);	  /* a K_MOUSE */
void hot_free(void);

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

/* ---- keymap.c ---- */

struct binding {
	char *context, *line;
	int key;
	bool user;   /* from the user's own file, */
	int at_line; /* this one */
	char *was;   /* what the key did before, or NULL */
};

struct hint {
	char *context, *word, *line;
};

/* The compiled-in keys, then the user's file. What is wrong is said in
 * `problems`, a line each, and left out. */
void keymap_load(struct buf *problems);
int keymap_read(const char *text, const char *name, bool user,
    struct buf *problems); /* the number of problems */
void keymap_free(void);
/* Are keys of the user's own labels' as well? Asks the project. */
void keys_check_labels(void);
/* The first context of the list that binds the key decides. */
const struct binding *keymap_find(const char *const *contexts, int key);
size_t keymap_count(void);
const struct binding *keymap_at(size_t i);
/* The names of the keys that run this line here, "a b"; at most `max`. */
void keymap_keys(const char *const *contexts, const char *line, size_t max,
    struct buf *out);
const struct hint *keymap_hint(const char *context, size_t i); /* or NULL */

/* ---- run.c ---- */

typedef void run_done(struct view *v, struct cmd_call *c, int result);

/*
 * A piece of work with the project: fetch runs in the lane (JOB_STORE: owns
 * the project and the picker), done on the main thread with what fetch made.
 * Where the view was closed meanwhile, only drop is called. drop frees data.
 */
struct fetch {
	struct job job;
	enum job_lane lane;
	int (*fetch)(struct fetch *f);
	void (*done)(struct view *v, struct fetch *f); /* may be NULL */
	void (*news)(struct view *v, struct fetch *f); /* after job_news */
	void (*drop)(void *data);
	void *data;
	struct view *view;
	unsigned serial;
	bool act; /* further keys wait until it is done */
};

void fetch_start(struct view *v, struct fetch *f); /* takes f */
struct fetch *fetch_new(int (*run)(struct fetch *),
    void (*done)(struct view *, struct fetch *), void (*drop)(void *),
    void *data);

/* ahead.c: the first count of a scheme (0: of all) and what drawing from a set
 * needs, beside the store's lane; the view is reloaded when they are there. */
void ahead_start(struct view *v, int64_t scheme, enum set set);

/* One line as typed or bound: %id and its like are filled in by the view. */
unsigned run_line(struct view *v, const char *line);
/* Takes the call. done (may be NULL) comes before what the call changed is
 * reloaded; without it the call's text is the message. */
void run_call(struct view *v, struct cmd_call *c, run_done *done);
/* A question to the program that a view asks itself: no message, no reload,
 * keys do not wait. NULL-terminated words. An error is shown. */
void run_query(struct view *v, run_done *done, const char *const *words);
/* A call made of words, or NULL with the error as message. */
struct cmd_call *call_words(const char *const *words);
/* A command made of words, as if it had been typed. */
void run_now(struct view *v, const char *const *words);

/* Long work: started from here, running or ended. */
struct run {
	int number;
	enum job_lane lane;
	struct cmd_call *call;
	char *line; /* as one would type it */
	struct job job;
	enum { RUN_QUEUED, RUN_RUNNING, RUN_DONE, RUN_FAILED, RUN_STOPPED } state;
	long long queued, ended;    /* ms since 1970 */
	_Atomic(long long) started; /* 0: not yet */
	char *outcome; /* text or error */
	struct view *view;
	unsigned serial;
	run_done *done;
	bool quiet; /* started by the program itself: the news is short */
	struct run *next;
};

/* Start it without a person asking: retraining. */
void run_quietly(struct cmd_call *c);
struct run *run_first(void); /* newest first */
struct run *run_of(const char *command); /* running, of that command */
size_t run_active(bool loud_only);
void run_stop(struct run *r);
void run_beat(void); /* once a second: signs of life of what runs */
void run_status(struct buf *out); /* "quick train 34 %": for the screen */
void run_free_all(void);

/* ---- view.c ---- */

/* What a handler answers. */
enum {
	R_NONE = 0,
	R_REDRAW = 1 << 0,
	R_RELOAD = 1 << 1,
	R_CLOSE = 1 << 2,
	R_PASS = 1 << 3, /* not mine: the next one's */
};

/* A key that a view has by itself: a label's. */
struct live_key {
	char name[16];
	char *what;
};

struct live_keys {
	struct live_key *v;
	size_t n, cap;
};

void live_add(struct live_keys *l, const char *name, const char *what);

struct view_ops {
	const char *name;  /* what `view NAME` takes, and its key context */
	const char *title; /* on its tab; NULL: an overlay, which has none */
	const char *help;
	const char *const *contexts; /* of keys, NULL-terminated */
	bool overlay;	   /* lies on another view */
	bool covers;	   /* nothing of what is below it shows */
	bool no_project;   /* works without one */
	const char *page_of; /* the tab's view that this is a page of */
	const char *page;    /* what it is called there */
	unsigned shows;    /* of enum cmd_changes: reload when it changes */
	size_t state_size;
	void (*open)(struct view *);
	void (*close)(struct view *);
	/* the lines between tabs and message; r is the whole room */
	void (*draw)(struct view *, struct rect r);
	/* the line under the tabs */
	void (*head)(struct view *, struct buf *left, struct buf *right);
	/* right end of the message line, when there is room */
	void (*status)(struct view *, struct buf *out);
	/* what the key line begins with: "1-7 label" */
	void (*lead)(struct view *, struct buf *out);
	/* a command of the screen */
	unsigned (*act)(struct view *, struct cmd_call *);
	/* before the keymap; R_PASS: look there */
	unsigned (*key)(struct view *, int key);
	void (*keys)(struct view *, struct live_keys *out);
	/* fetch what is shown; soft: others changed the project meanwhile */
	void (*reload)(struct view *, bool soft);
	/* the glossary's names of what the cursor is on, "share, enough":
	 * `?` begins with them; NULL or none: nothing */
	const char *(*term)(struct view *);
	/* %name in a line; false: unknown here */
	bool (*fill)(struct view *, const char *name, struct buf *out);
	/* a command has run, whoever asked; before the reload */
	void (*ran)(struct view *, struct cmd_call *, int result);
};

struct view {
	const struct view_ops *ops;
	void *state;
	const char *const *contexts; /* of keys: ops->contexts, or others */
	struct view *below;	/* overlays: the view they lie on */
	unsigned serial;	/* never used twice */
	bool stale, soft;
};

extern const struct view_ops *const views[]; /* tabs in order; NULL ends */

struct view *view_open(const struct view_ops *ops); /* tab or overlay */
void view_close(struct view *v);
struct view *view_top(void);  /* what gets the keys */
struct view *view_tab(void);  /* the tab's view */
struct view *view_under(struct view *v); /* v, or what its overlay lies on */
struct view *view_named(const char *name); /* open or not; NULL: unknown */
bool view_show(const char *name); /* "next", "previous" too */
void view_close_all(void);
void view_mark(struct view *v, unsigned what); /* R_… of a handler */
void view_reload_stale(void);
void view_changed(unsigned changes, bool soft);
bool view_alive(const struct view *v, unsigned serial);
void view_draw_all(void);
/* "Enter run   ↑↓ move   Esc leave" on the key line, three spaces apart: as
 * many whole ones as fit. */
void hints_draw(int y, const char *text);
/* A screen's command: the view's, the ones below it, then everybody's. */
unsigned view_act(struct view *v, struct cmd_call *c);
void view_ran(struct cmd_call *c, int result); /* tell all that are open */
/* A key: the view's own, then the keymap's. */
void view_key(int key);

/* ---- loop.c ---- */

enum message_kind { MSG_NOTE, MSG_DONE, MSG_ERROR };

struct ui {
	struct project *project; /* touched in the store's lane only */
	struct picker *picker;	 /* likewise */
	char *path;		 /* of the project, or NULL */
	bool open;		 /* there is a project */
	bool dirty, quit;
	size_t acts;		 /* under way: keys wait */
	size_t fetches;		 /* under way, acts among them */
	bool away;		 /* another program has the terminal */
	struct buf message;
	enum message_kind message_kind;
	struct buf log;		 /* messages and standard error, by line */
	char *user, *name;	 /* this account; the project's name */
	bool hung_up;
	bool active;		 /* something was shown since last idle */
};

extern struct ui ui;

void ui_message(enum message_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void ui_error(const struct err *err);
void ui_redraw(void);
void ui_log(const char *s); /* lines for `log` alone */
void ui_open(const char *path, const char *view); /* a project, by a job */
long long ui_now(void); /* ms since 1970 */
/* "14:02" today, else "3 May" */
void ui_clock(long long ms, char out[32]);
void ui_ago(long long ms, char out[32]); /* "2 min" */
void ui_number(long long n, char out[32]); /* 48,210 */
/* Leave the program; asks where something runs. */
void ui_quit(void);

/* ---- front.c ---- */

/* 0: this is the process with the screen; 1: the one in front of it, which
 * has nothing to do but front_wait; -1. */
int front_start(struct err *err);
_Noreturn void front_wait(void);
bool front_there(void); /* can this process go on without a screen? */
void front_detach(void);

/* `switch`: choose among the schemes. */
void scheme_switch(struct view *v);
/* The form for a project made of a file of texts. */
void new_project_show(const char *path);

/* ---- edit.c ---- */

struct edit {
	struct buf text;
	size_t at; /* byte */
};

void edit_set(struct edit *e, const char *s);
void edit_free(struct edit *e);
/* R_PASS: not a key of editing. */
unsigned edit_key(struct edit *e, int key);
/* Draws in w columns with the hardware cursor where it stands. */
void edit_draw(const struct edit *e, int y, int x, int w);

/* ---- prompt.c ---- */

struct prompt {
	const char *label;   /* "Rename neutral to: " ; copied */
	const char *initial; /* or NULL */
	const char *hint;    /* for the key line; copied; NULL: the usual */
	bool command;	     /* completion and history of `:` */
	bool path;	     /* completion of files */
	/* Enter: the text, without spaces around it. R_NONE keeps the prompt
	 * open (say why in the message). */
	unsigned (*done)(struct view *owner, const char *text, void *arg);
	/* called at the start and after each change; lines above the prompt */
	void (*preview)(struct view *owner, const char *text, void *arg,
	    struct buf *lines);
	void *arg;
	void (*drop)(void *arg);
};

void prompt_open(struct view *owner, const struct prompt *p);
void prompt_history_load(void);
void prompt_history_free(void);

struct answer {
	int key;
	const char *word; /* static: "detach" */
	void (*chosen)(struct view *owner, void *arg);
};

/* A question on the message line; Esc leaves. answers end with key 0. */
void question_open(struct view *owner, const char *text,
    const struct answer *answers, void *arg, void (*drop)(void *));

/* ---- label_key.c ---- */

struct scheme;

/* The key of the label at a place: a digit, its letter, or "". */
void label_key(const struct scheme *s, size_t place, char out[8]);
/* The place of the label that a key means, or -1. */
int key_label(const struct scheme *s, int key);
/* The labels with their keys, as many as fit the line; on: (nlabels) which are
 * toggled, or NULL. */
void label_keys_draw(const struct scheme *s, const bool *on, int y, int w);

/* ---- confirm.c ---- */

/* Asks for the thing's name before it is deleted; touches: what goes with
 * it, lines above the prompt. yes may do it. */
void confirm_name(struct view *owner, const char *name, const char *touches,
    void (*yes)(struct view *owner, const char *name));

/* ---- remove.c ---- */

/* Asks for the name of the project that is open, deletes it, and shows the
 * list of projects. */
void project_delete_ask(struct view *v);

/* ---- view_table.c ---- */

/* Texts that another view wants shown: those behind a number. Names; NULL,
 * 0 or false where it does not matter. */
struct table_filter {
	const char *scheme;    /* NULL: the current one */
	unsigned sets;	       /* SET_BIT of each; 0: all */
	const char *annotated; /* the label that counts (the rule `final`) */
	const char *carries;   /* a label that anyone gave */
	const char *predicted, *model;
	bool wrong;	       /* label and prediction differ */
	bool looked;	       /* of the test set too: its scores were shown */
	bool untagged, tagged, flag, comment;
	const char *regex;
	const char *annotator; /* who tagged them */
};

/* Open Tag at the text of this id. */
void tag_show(const char *id);
/* Open Table with these texts alone. */
void table_show(const struct table_filter *f);

/* ---- choose.c: a list that narrows as one types ---- */

struct choice {
	char *text;
	char *aside; /* right of it, or NULL */
	char *key;   /* or NULL */
	long long weight; /* order among equals */
	bool on;	  /* it is chosen already */
};

struct choices {
	struct choice *v;
	size_t n, cap;
	const char *verb; /* static: what Enter does; NULL: "choose" */
};

void choices_add(struct choices *c, const char *text, const char *aside,
    const char *key, long long weight);
void choices_free(struct choices *c);
/* Takes what c holds; chosen gets the index that it had there. */
void choose_open(struct view *owner, const char *label, struct choices *c,
    void (*chosen)(struct view *owner, size_t i, const char *text));

/* ---- list.c ---- */

struct list {
	size_t n, at, top;
};

/* "up", "down", "page-up", "first" ...; true when it moved or could have */
bool list_move(struct list *l, const char *where, int height);
void list_fit(struct list *l, size_t n, int height); /* keep `at` in sight */

/* ---- form.c ---- */

enum field_kind { FIELD_TEXT, FIELD_CHOICE, FIELD_FLAG };

struct field {
	char *name;	/* of the parameter: "--cv", "NAME" */
	char *label;	/* shown */
	char *help;
	enum field_kind kind;
	struct buf value;
	char **options;	/* of a choice; or suggestions, for Enter */
	size_t noptions;
	bool many;	/* a list: options toggle */
	bool required;
	char *def;	/* shown where nothing is given */
};

struct form {
	const struct command *command;
	struct field *v;
	size_t n;
	struct list list;
	struct edit edit;
	bool editing;
	size_t bad; /* the field that form_try found wrong */
};

/* A field for each parameter of the command that is not in `without` (names,
 * NULL-terminated, or NULL). */
void form_init(struct form *f, const struct command *command,
    const char *const *without);
void form_free(struct form *f);
struct field *form_field(struct form *f, const char *name);
void form_set(struct form *f, const char *name, const char *value);
/* Names of the project for the fields that refer to them (labels, models,
 * features): asked in the store's lane. */
void form_fetch(struct form *f, struct view *v);
void form_draw(struct form *f, struct rect r);
unsigned form_key(struct form *f, struct view *v, int key);
unsigned form_act(struct form *f, struct view *v, struct cmd_call *c);
/* NULL with a message where a value is bad. */
struct cmd_call *form_call(struct form *f);
/* The same without a message, and while a field is edited. */
struct cmd_call *form_try(struct form *f, struct err *err);
void form_line(const struct form *f, struct buf *out); /* as typed after `:` */
/* An overlay with the form of a command; presets are name and value pairs,
 * NULL-terminated, or NULL. done as in run_call. */
void form_open(struct view *owner, const char *command,
    const char *const *presets, run_done *done);

/* All commands, to choose the form of one. */
void commands_open(struct view *owner);

/* ---- options.c: what the screen is like for this account ---- */

enum option {
	OPT_CONTEXT,
	OPT_PREDICTION,
	OPT_COUNTS,
	OPT_WHY,
	OPT_PROGRESS,
	OPT_COMMENT,
	OPT_OTHERS,
	OPT_HIGHLIGHT,
	OPT_LIMIT,
	OPT_SIDE,
	OPT_CODEBOOK,
	OPT_CURVE,
	OPT_PEOPLE,
	OPT_WIDTH,
	OPT_AZERTY,
	OPT_THEME, /* an enum theme */
	OPT_MOUSE,
	OPT_BORDERS, /* 1: ASCII */
	OPT_EMOJI,   /* 1: a box */
	OPT_ESCAPE,
	OPTIONS,
};

void options_start(struct buf *problems); /* reads options.conf */
void options_load(void); /* of the project that is open */
int option_get(enum option o); /* of a choice: its place */
void option_set(enum option o, int value);
void options_command(struct view *v, struct cmd_call *c); /* `set` */
void options_open(struct view *owner); /* the sheet of `d` */
void options_open_all(struct view *owner);
void options_names(enum cmd_ref ref, const char *of, cmd_name_add *add,
    void *arg);

/* ---- optfile.c: files of this account ---- */

/* ${XDG_CONFIG_HOME:-~/.config}/tagtiger/NAME */
char *config_path(const char *name);
char *config_shown(const char *path); /* with ~ for the home */
/* false: there is none, or it cannot be read, which is said */
bool config_read(const char *path, struct buf *out, struct buf *problems);

/* ---- glossary.c: what the numbers mean ---- */

struct term {
	const char *name, *also; /* other names, "a, b" */
	const char *text;	 /* two lines of 74 columns */
};

const struct term *glossary_at(size_t i); /* NULL: no more */
const struct term *glossary_find(const char *name); /* or NULL */

/* ---- crew_ask.c: who works on the current scheme ---- */

/* done takes what is in the crew (crew_take), on the main thread. */
void crew_ask(struct view *v, void (*done)(struct view *, struct crew *));
void crew_take(struct crew *to, struct crew *from);
/* "2 annotators, alpha 0.78 on 120 shared texts", brief without the last four
 * words; appended */
void crew_words(const struct crew *c, bool brief, struct buf *out);

/* ---- pages of Project ---- */

/* The history, narrowed by a line of words: "user:bob kind:tag". */
void history_show(const char *query);

/* " [1 overview] 2 labels": for .head. */
void pages_head(struct view *v, struct buf *left, struct buf *right);

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

/* ---- labels.c ---- */

struct scheme;

/* The names of label ids: "support + oppose", "none"; the caller frees. */
char *labels_joined(const struct scheme *s, const int64_t *labels, size_t n);

/* ---- replies of commands ---- */

const char *reply_str(const cJSON *o, const char *key); /* NULL: absent */
double reply_num(const cJSON *o, const char *key, double absent);
bool reply_bool(const cJSON *o, const char *key);
double reply_num_at(const cJSON *array, int i); /* NaN: absent */
const cJSON *reply_item(const cJSON *o, const char *key);

/* A text to read, over everything. */
void pager_open(struct view *owner, const char *title, const char *text);

extern const struct view_ops view_help, view_import, view_export,
    view_codebook, view_features, view_history, view_options,
    view_highlight;

#endif

/*
 * What the screen shares with itself. One thread, one global: struct ui.
 *
 *	draw/		the terminal and what is drawn on it
 *	key.c keymap.c keycheck.c	keys to commands, from keys.conf
 *	hot.c		zones that the mouse can hit
 *	run.c ahead.c	commands and queries as jobs; what they change
 *	hold.c		acts that wait while another holds the file
 *	may.c		what this account may do
 *	view.c		the views that are open, overlays, tabs
 *	loop.c front.c	the one poll, the test's door; the process in front
 *	message.c figure.c	the message line; times and numbers in words
 *	typed.c		keys that wait for their turn
 *	edit.c prompt.c	a line to type in; `:` and questions
 *	criteria.c	which texts: as JSON, and in the sheets of `m`
 *	list.c form.c choose.c confirm.c help.c glossary.c	of all views
 *	options.c optfile.c optsheet.c	what the screen is like
 *	tag/ table/ scores/ project/ adjudicate/	the views, by tab
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
#include "tagtiger/user.h"
#include "tagtiger/wait.h"

#include "draw/draw.h"

struct project;
struct picker;
struct view;
struct view_ops;

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

/* ---- hold.c: acts that wait for another's transaction ---- */

struct hold {
	struct job *job;
	bool writes; /* else it never waits here */
	bool act;    /* keys wait for it */
	const struct view *view;
	unsigned serial;
	/* hold.c's: */
	bool held, queued, unwanted, given_up;
	char found[160], whom[160]; /* the lane's, and what it said last */
	long pid;		    /* the process that this is */
	struct project_wait wait;
	struct hold *next;
};

void hold_init(void);
void hold_start(struct hold *h); /* instead of job_add */
/* The first thing in the lane: true: return, it is not its turn. */
bool hold_blocks(struct hold *h);
/* The first thing in the job's done: true: it has not run yet, and waits.
 * Where it was given up it has not run, and never will. */
bool hold_again(struct hold *h);
void hold_retry(bool now);
int hold_wait_ms(void);	     /* until the next one is due; -1: none */
size_t hold_count(void);     /* that wait, with nothing else to be done */
size_t hold_acts(void);	     /* acts that wait or are just being tried */
bool hold_of(const struct view *v); /* does an act of the view wait? */
bool hold_give_up(const struct view *v); /* the newest of the view's */
void hold_give_up_all(void);
void hold_status(struct buf *out, size_t typed);

/* ---- may.c ---- */

/* May this account do it? err (may be NULL): why not. */
bool may(const struct command *c, struct err *err); /* NULL: nothing to do */
bool may_give(const struct cmd_param *p, struct err *err);
bool may_line(const struct view *v, const char *line, struct err *err);
/* What to tell those who may do it, and the others. */
const char *may_words(const char *command, const char *words,
    const char *others);
/* The command that a line begins with, or NULL, and what follows its name. */
const struct command *line_command(const char *line, const char **rest);

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
	bool writes; /* in the store's lane: waits its turn (hold.c) */
	struct hold hold;
};

void fetch_start(struct view *v, struct fetch *f); /* takes f */
void fetch_save(struct view *v, struct fetch *f); /* the same, and it writes */
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
	_Atomic(int64_t) row; /* of the project's jobs; 0: none */
	char *outcome; /* what it tells, or NULL */
	struct view *view;
	unsigned serial;
	run_done *done;
	bool quiet; /* started by the program itself: the news is short */
	bool act;   /* keys wait for it: it may be done at once */
	unsigned message, keys; /* ui's, when it was started */
	const char *phase; /* as it was drawn, and since when */
	long long phase_start;
	struct run *next;
};

/* Start it without a person asking: retraining. */
void run_quietly(struct cmd_call *c);
struct run *run_first(void); /* newest first */
struct run *run_of(const char *command); /* running, of that command */
struct run *run_bulk(void); /* the one that writes much, or NULL */
size_t run_active(bool loud_only);
/* Keys wait a moment for what may be done at once, and not for longer. */
void run_let_go(bool now);
int run_let_go_ms(void); /* until then; -1: none */
/* A connection for a job of that lane, on its thread. */
struct project *run_connect(enum job_lane lane, struct progress *progress,
    struct err *err);
void run_stop(struct run *r);
void run_beat(void); /* once a second: signs of life of what runs */
/* "34 % tagging 102,000 of 300,000 · 12 s left · Esc stops it", for after the
 * name; its share done, or -1: not known. */
double run_progress(struct run *r, struct buf *out);
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

/* A command of the screen, and that of the project which it comes to: whoever
 * may not do that is told so at once, and it is not offered. */
struct lead {
	const char *act, *to;
};

struct view_ops {
	const char *name;  /* what `view NAME` takes, and its key context */
	const char *title; /* on its tab; NULL: an overlay, which has none */
	const char *help;
	const char *const *contexts; /* of keys, NULL-terminated */
	bool overlay;	   /* lies on another view */
	bool covers;	   /* nothing of what is below it shows */
	bool asks;	   /* the message line is its own */
	bool no_project;   /* works without one */
	const char *page_of; /* the tab's view that this is a page of */
	const char *page;    /* what it is called there */
	unsigned shows;    /* of enum cmd_changes: reload when it changes */
	const struct lead *leads; /* ends with NULL; or NULL */
	size_t state_size;
	void (*open)(struct view *);
	void (*close)(struct view *);
	/* of a tab: another one is shown now; and this one again */
	void (*leave)(struct view *);
	void (*back)(struct view *);
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

/* ---- typed.c: keys that wait for their turn ---- */

void typed_key(int key);   /* one that was typed */
void typed_queue(int key); /* the same, as it is */
bool typed_next(void);	   /* is it the first one's turn? */
void typed_run(void);	   /* all whose turn it is */
size_t typed_count(void);
void typed_forget(void);
void typed_free(void);

/* ---- loop.c ---- */

enum message_kind { MSG_NOTE, MSG_DONE, MSG_ERROR };

struct ui {
	struct project *project; /* touched in the store's lane only */
	struct picker *picker;	 /* likewise */
	char *path;		 /* of the project, or NULL */
	bool open;		 /* there is a project */
	bool readonly;		 /* which can only be read */
	enum role role;		 /* of this account, in it */
	bool dirty, quit;
	size_t acts;		 /* under way: keys wait */
	size_t fetches;		 /* under way, acts among them */
	bool away;		 /* another program has the terminal */
	struct buf message;
	enum message_kind message_kind;
	unsigned messages, keys; /* so far */
	struct buf log;		 /* messages and standard error, by line */
	char *user, *name;	 /* this account; the project's name */
	bool hung_up;
	bool active;		 /* something was shown since last idle */
};

extern struct ui ui;

void ui_redraw(void);
void ui_open(const char *path, const char *view); /* a project, by a job */
/* Leave the program; asks where something runs. */
void ui_quit(void);

/* ---- message.c ---- */

void ui_message(enum message_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void ui_error(const struct err *err);
void ui_log(const char *s); /* lines for `log` alone */
/* The line below r, and as many above it as the message needs. */
void message_draw(struct view *v, struct rect r);
/* Where that line is another's: a message on the key line (true), or above it
 * where it needs more. */
bool message_beside(struct rect r);
/* A question, in the message's place. */
void message_ask(struct rect r, const char *question);

/* ---- figure.c ---- */

long long ui_now(void); /* ms since 1970 */
/* "14:02" today, else "3 May" */
void ui_clock(long long ms, char out[32]);
void ui_ago(long long ms, char out[32]); /* "2 min" */
/* What a column needs for COUNT(n), and at least that much. */
int count_width(long long n, int least);

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
/* ---- criteria.c: which texts ---- */
/* ---- criteria.c: which texts, as JSON ---- */

struct next_criteria;
struct scheme;

void criteria_read(struct next_criteria *c, const cJSON *o);
void criteria_write(const struct next_criteria *c, cJSON *o); /* adds to o */
int64_t json_id(const cJSON *o, const char *key); /* 0: absent */
void json_add_id(cJSON *o, const char *key, int64_t id);

/* The fields of the sheets of `m`. From 0 to n - 1 and round again: */
int step_round(int at, int n, int step);
/* any (0), then each label */
void label_step(const struct scheme *s, int64_t *label, int step);
/* Words to choose among, of which one is on; where not all have room, it and
 * its place stand alone. */
void which_words(int y, int x, int w, const char *const *words, int on);
int which_word(int y, int x, int w, bool on, const char *word); /* columns */
/* A value of its own; bold where it narrows anything. */
void which_value(int y, int x, int w, bool set, const char *word);
void which_label(int y, int x, int w, const struct scheme *s, int64_t id,
    const char *none);
void which_regex(int y, int x, int w, const struct next_criteria *c);
/* What both sheets do with keys: from field to field, from choice to choice,
 * F4, and / for the pattern, which is asked for in its row. */
struct which {
	struct next_criteria *c;
	struct list *list; /* the fields */
	size_t row;	   /* the pattern's */
	void (*step)(struct view *v, int step);
	void (*changed)(struct view *v);
};
unsigned which_act(struct view *v, struct cmd_call *c, const struct which *w);
void which_ask(struct view *v, const struct which *w);

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
/* The same to choose among; c is empty. */
struct choices;
void label_choices(const struct scheme *s, const bool *on, struct choices *c);

/* ---- confirm.c ---- */

/* Asks for the thing's name before it is deleted; touches: what goes with
 * it, lines above the prompt. yes may do it. */
void confirm_name(struct view *owner, const char *name, const char *touches,
    void (*yes)(struct view *owner, const char *name));
/* Asks; on y, which is called `yes`, the words are run as a command. */
void confirm_run(struct view *owner, const char *question, const char *yes,
    const char *const *words);

/* ---- remove.c ---- */

/* Asks for the name of the project that is open, deletes it, and shows the
 * list of projects. */
void project_delete_ask(struct view *v);

/* ---- tag/view.c ---- */

/* Open Tag at the text of this id. */
void tag_show(const char *id);

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
	int height; /* rows on the screen */
};

/* "up", "down", "page-up", "first" ...; true when it moved or could have */
bool list_move(struct list *l, const char *where);
void list_fit(struct list *l, size_t n); /* n rows; keep `at` in sight */
/* Row `at` of what is listed, right of the sign that list_draw puts where the
 * cursor is; it may place the hardware cursor elsewhere than there. */
typedef void list_row(void *of, size_t at, int y, int w, bool here);
/* As many of n rows as there is room for, which the mouse can hit. */
void list_draw(struct list *l, size_t n, struct rect r, list_row *row,
    void *of);
/* A title over the lower lines of r, and n rows or as many as leave a quarter
 * of r in sight: the room for them, blank. The place in l is told where more
 * is listed. */
struct rect sheet_begin(struct rect r, size_t n, const struct list *l,
    const char *title);

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
	OPT_BIDI,
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

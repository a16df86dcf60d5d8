/*
 * The screen: curses on one thread, which never touches the project file.
 *
 * ui_main is what the program calls on a terminal. The ui_test_* half drives
 * the same code without one, for scripted tests: keys are fed by name, the
 * loop is run until nothing is under way, and the screen is read back as
 * text. Everything here belongs to the main thread.
 */
#ifndef TAGTIGER_UI_H
#define TAGTIGER_UI_H

#include <stdbool.h>

struct buf;
struct err;

struct ui_options {
	/* A project (*.tiger), or a file of texts to make one of; NULL: the
	 * list of this account's projects. */
	const char *path;
	const char *view; /* the view to start in, or NULL */
};

/*
 * Run on the terminal until the user leaves. Returns 0, or -1 and err: no
 * terminal, a terminal that lacks what is needed, a project that cannot be
 * opened. Starts and ends the job threads; err is set after the terminal has
 * been given back.
 */
int ui_main(const struct ui_options *options, struct err *err);

/* ---- without a terminal ---- */

/* As ui_main up to its loop, on a screen of that size in memory. Once in a
 * process; ui_test_stop before the next. */
int ui_test_start(const struct ui_options *options, int lines, int columns,
    struct err *err);
/* One key by its name in keys.conf: "1", "Enter", "^R", "S-Tab", "Space"; or
 * "Paste" and "PasteEnd". -1: no such name. It is dealt with in ui_test_settle. */
int ui_test_key(const char *name, struct err *err);
/* "click", "twice" or the wheel, "up" and "down"; from 0. */
void ui_test_mouse(int line, int column, const char *what);
/* Run the loop until no key waits and no job is under way; with `jobs` false
 * only until none of the store's is. Returns false when the user has left. */
bool ui_test_settle(bool jobs);
void ui_test_resize(int lines, int columns);
/* The screen's lines without trailing spaces, and "cursor LINE COLUMN". */
void ui_test_dump(struct buf *out);
/* The same shape, a letter for each cell's style: . plain, b bold, r reverse,
 * u underlined, digits for the colours of labels. */
void ui_test_dump_styles(struct buf *out);
/* What is open, and what the message line says; until the next call. */
struct ui_test_state {
	const char *project; /* NULL: none */
	const char *message; /* "" */
};
void ui_test_look(struct ui_test_state *out);
void ui_test_stop(void);

#endif

/* The two ways a screen script runs: in this process without a terminal
 * (driver.c), and as the real program on a pseudo-terminal (pty.c). */
#ifndef SCREEN_DRIVER_H
#define SCREEN_DRIVER_H

#include <stdbool.h>

#include "tagtiger/buf.h"

_Noreturn void script_fail(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/* The program $TAGTIGER under a terminal in memory (libvterm). */
void pty_start(int lines, int columns, const char *path);
bool pty_running(void);
void pty_key(const char *name); /* sent at once */
void pty_text(const char *text);
/* "click", "twice", "up", "down" at a place from 0, as xterm reports it. */
void pty_mouse(int line, int column, const char *what);
bool pty_mouse_on(void); /* has the program asked for the mouse? */
/* Until the program says that it has nothing left to do; false: it ended. */
bool pty_idle(void);
/* Is there more to come within some seconds? Then it is on the screen. */
bool pty_more(void);
void pty_resize(int lines, int columns);
void pty_dump(struct buf *out);
/* A letter a cell: of 16 colours 0-9A-F, a sign for others; b bold, u underlined, r
 * reversed. */
void pty_dump_styles(struct buf *out);
/* Until it has stopped (^Z), and on again in a terminal of that size. */
void pty_stopped(void);
void pty_continue(int lines, int columns);
void pty_signal(int sig);
void pty_hangup(void);	  /* the line drops: the terminal goes away */
int pty_wait(void);	  /* until it has ended: its status */
long pty_bytes(void);	  /* sent to the screen since the last call */

/* ---- picture.c ---- */

/* The screen of the headless terminal as SVG. */
void picture_write(const char *path, const char *title);

#endif

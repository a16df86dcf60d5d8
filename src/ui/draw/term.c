/*
 * The terminal. Signals write their number into a pipe and nothing else;
 * standard error goes to a memory file while curses runs, since libtorch and
 * CUDA write to it, and is replayed when the program dies.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <curses.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "../priv.h"

static struct {
	bool on, headless, gone, utf8, paste, mouse, clicks;
	int colours;
	SCREEN *screen;
	FILE *null_in, *null_out;
	WINDOW *keys; /* reading here never draws, as reading stdscr does */
	int signals[2];
	int err_saved, err_file;
	off_t err_read;
	char partial[4]; /* of a character in UTF-8 */
	size_t npartial;
} term = { .signals = { -1, -1 }, .err_saved = -1, .err_file = -1 };

/* ---- signals ---- */

static void
on_signal(int sig)
{
	int saved = errno;
	char byte = (char)sig;

	while (write(term.signals[1], &byte, 1) < 0 && errno == EINTR)
		;
	errno = saved;
}

static const int caught[] = { SIGWINCH, SIGCONT, SIGHUP, SIGTERM, SIGINT,
	SIGTSTP };

static int
signals_start(struct err *err)
{
	struct sigaction sa = { .sa_handler = on_signal,
		.sa_flags = SA_RESTART };

	if (pipe2(term.signals, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set_errno(err, "cannot make a pipe");
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		sigaction(caught[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static void
signals_stop(void)
{
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		signal(caught[i], SIG_DFL);
	close(term.signals[0]);
	close(term.signals[1]);
	term.signals[0] = term.signals[1] = -1;
}

int
term_signal_fd(void)
{
	return term.signals[0];
}

int
term_signal(void)
{
	char byte;

	return read(term.signals[0], &byte, 1) == 1 ? byte : 0;
}

/* ---- standard error ---- */

static void
stderr_start(void)
{
	term.err_file = memfd_create("stderr", MFD_CLOEXEC);
	if (term.err_file < 0)
		return;
	fcntl(term.err_file, F_SETFL, O_APPEND);
	fflush(stderr);
	term.err_saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (term.err_saved < 0 || dup2(term.err_file, STDERR_FILENO) < 0) {
		close(term.err_file);
		term.err_file = -1;
	}
	term.err_read = 0;
}

void
term_stderr(struct buf *out)
{
	char chunk[4096];
	ssize_t n;

	while (term.err_file >= 0 &&
	    (n = pread(term.err_file, chunk, sizeof chunk, term.err_read)) > 0) {
		term.err_read += n;
		buf_add(out, chunk, (size_t)n);
	}
}

static void
stderr_stop(void)
{
	if (term.err_file < 0)
		return;
	fflush(stderr);
	dup2(term.err_saved, STDERR_FILENO);
	close(term.err_saved);
	close(term.err_file);
	term.err_saved = term.err_file = -1;
}

/* ---- start and stop ---- */

/* The program dies: give the terminal back, then say what was held back. */
static void
on_fatal(void)
{
	struct buf held = BUF_INIT;

	if (!term.on)
		return;
	if (!term.headless && !term.gone)
		term_leave();
	term.err_read = 0;
	term_stderr(&held);
	stderr_stop();
	if (fwrite(buf_str(&held), 1, held.len, stderr) < held.len)
		return;
	term.on = false;
}

static const int deadly[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

#define DEADLY (sizeof deadly / sizeof deadly[0])

/* What was there before: a sanitiser's, which tells what happened. */
static struct sigaction deadly_before[DEADLY];

/*
 * Struck down by a signal. Little may be called here, but there is nothing to
 * lose: the worst is the death that was coming anyway, and that a person is
 * left with a terminal that works, and with what a library said last, is
 * worth the try.
 */
static void
on_crash(int sig)
{
	char chunk[4096];
	off_t at = 0;
	ssize_t n;

	for (size_t i = 0; i < DEADLY; i++)
		if (deadly[i] == sig)
			sigaction(sig, &deadly_before[i], NULL);
	if (term.on && !term.headless && !term.gone)
		endwin();
	while (term.err_file >= 0 &&
	    (n = pread(term.err_file, chunk, sizeof chunk, at)) > 0) {
		at += n;
		if (write(term.err_saved, chunk, (size_t)n) < 0)
			break;
	}
	raise(sig);
}

static void
crash_handlers(bool on)
{
	struct sigaction sa = { .sa_handler = on_crash };

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < DEADLY; i++) {
		if (on)
			sigaction(deadly[i], &sa, &deadly_before[i]);
		else
			sigaction(deadly[i], &deadly_before[i], NULL);
	}
}

static void
colours_start(void)
{
	term.colours = 0;
	if (term_no_colour() || !has_colors())
		return;
	start_color();
	use_default_colors();
	term.colours = COLORS >= 256 ? 256 : COLORS >= 16 ? 16 :
	    COLORS >= 8 ? 8 : 0;
}

/* Sequences that only terminals of the xterm family are known to take. */
static bool
xterm_like(void)
{
	static const char *const names[] = { "xterm", "screen", "tmux", "rxvt",
		"alacritty", "foot", "kitty", "konsole", "vte", "gnome" };
	const char *t = getenv("TERM");

	for (size_t i = 0; t != NULL && i < sizeof names / sizeof names[0]; i++)
		if (strncmp(t, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void
paste_brackets(bool on)
{
	if (!term.paste)
		return;
	putp(on ? "\033[?2004h" : "\033[?2004l");
	fflush(stdout);
}

static void
env_number(const char *name, int n)
{
	char s[16];

	snprintf(s, sizeof s, "%d", n);
	setenv(name, s, 1);
}

static int
screen_start(const struct term_size *headless, struct err *err)
{
	const char *name = getenv("TERM");

	if (headless != NULL) {
		name = "xterm-256color";
		term.null_in = fopen("/dev/null", "re");
		term.null_out = fopen("/dev/null", "we");
		if (term.null_in == NULL || term.null_out == NULL)
			return err_set_errno(err, "cannot open /dev/null");
		env_number("LINES", headless->lines);
		env_number("COLUMNS", headless->columns);
	}
	term.screen = newterm(name, headless ? term.null_out : stdout,
	    headless ? term.null_in : stdin);
	if (term.screen == NULL)
		return err_set(err, "this terminal's type, %s, is not known "
		    "here: set TERM, for example to xterm-256color",
		    name != NULL && *name != '\0' ? name : "TERM");
	if (tigetstr("cup") == NULL || tigetstr("cup") == (char *)-1) {
		endwin();
		return err_set(err, "a terminal of type %s cannot move its "
		    "cursor: set TERM to what it really is, or use the "
		    "commands (tagtiger help)", name);
	}
	return 0;
}

int
term_start(const struct term_size *headless, struct err *err)
{
	setlocale(LC_CTYPE, "");
	term.headless = headless != NULL;
	term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!term.headless && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		return err_set_status(err, ERR_USAGE,
		    "the screen needs a terminal: give a command instead "
		    "(tagtiger help), or a script on standard input");
	if (signals_start(err) < 0)
		return -1;
	if (screen_start(headless, err) < 0) {
		signals_stop();
		return -1;
	}
	stderr_start();
	raw();
	noecho();
	nonl();
	colours_start();
	term.keys = newpad(1, 1);
	keypad(term.keys, TRUE);
	nodelay(term.keys, TRUE);
	define_key("\033[200~", KEY_MAX - 1);
	define_key("\033[201~", KEY_MAX - 2);
	term.paste = !term.headless && xterm_like();
	paste_brackets(true);
	term.on = true;
	term.gone = false;
	fatal_hook_set(on_fatal);
	crash_handlers(true);
	return 0;
}

void
term_stop(void)
{
	if (!term.on)
		return;
	if (!term.gone) {
		paste_brackets(false);
		endwin();
	}
	term.on = false;
	delwin(term.keys);
	delscreen(term.screen);
	if (term.headless) {
		fclose(term.null_in);
		fclose(term.null_out);
	}
	stderr_stop();
	signals_stop();
	crash_handlers(false);
	fatal_hook_set(NULL);
}

bool
term_utf8(void)
{
	return term.utf8;
}

bool
term_headless(void)
{
	return term.headless;
}

bool
term_no_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return no != NULL && *no != '\0';
}

bool
term_signs(void)
{
	return term.utf8 && option_get(OPT_BORDERS) == 0;
}

void
term_escape(int ms)
{
	set_escdelay(ms);
}

int
term_colours(void)
{
	return term.colours;
}

int
term_fd(void)
{
	return term.headless || term.gone ? -1 : STDIN_FILENO;
}

/* A slow line is still busy with the last frame: the next can wait. */
bool
term_writable(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return term.headless || poll(&p, 1, 0) > 0;
}

/* ---- size ---- */

void
term_resized(void)
{
	struct winsize ws;

	if (term.headless || term.gone ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0 ||
	    ws.ws_col == 0)
		return;
	if (ws.ws_row != LINES || ws.ws_col != COLS)
		resizeterm(ws.ws_row, ws.ws_col);
}

void
term_resize_to(int lines, int columns)
{
	resizeterm(lines, columns);
}

/* ---- giving the terminal away ---- */

void
term_leave(void)
{
	paste_brackets(false);
	endwin();
}

void
term_return(void)
{
	term_resized();
	reset_prog_mode();
	paste_brackets(true);
	clearok(curscr, TRUE);
	refresh();
}

void
term_suspend(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;
	sigset_t stop, before;

	if (term.headless || term.gone)
		return;
	term_leave();
	sigemptyset(&dfl.sa_mask);
	sigaction(SIGTSTP, &dfl, &old);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, &before);
	kill(0, SIGTSTP); /* the shell's whole job, as the terminal would */
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGTSTP, &old, NULL);
	term_return();
}

/* The line dropped: nothing may write to it, or read from it, again. */
void
term_hangup(void)
{
	int null;

	if (term.gone || term.headless)
		return;
	term.gone = true;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (term.err_saved >= 0)
		dup2(null, term.err_saved);
	close(null);
}

/* ---- keys ---- */

static const struct {
	int curses, key;
} special[] = {
	{ KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT },
	{ KEY_RIGHT, K_RIGHT }, { KEY_HOME, K_HOME }, { KEY_END, K_END },
	{ KEY_FIND, K_HOME }, { KEY_SELECT, K_END }, { KEY_PPAGE, K_PGUP },
	{ KEY_NPAGE, K_PGDN }, { KEY_IC, K_INSERT }, { KEY_DC, K_DELETE },
	{ KEY_BACKSPACE, K_BACKSPACE }, { KEY_BTAB, K_BACKTAB },
	{ KEY_ENTER, K_ENTER }, { KEY_MAX - 1, K_PASTE },
	{ KEY_MAX - 2, K_PASTE_END }, { 127, K_BACKSPACE }, { 8, K_BACKSPACE },
	{ 10, K_ENTER },
};

/* ---- the mouse: while it is off, nothing of it is sent ---- */

#define TWICE_MS 400

void
term_mouse(bool on)
{
	if (term.headless || term.gone || term.mouse == on)
		return;
	term.mouse = on;
	/* No waiting for what a press may become: a second one is told apart
	 * by its time, below. */
	mouseinterval(0);
	mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED :
	    0, NULL);
}

bool
term_has_mouse(void)
{
	return term.headless || has_mouse();
}

static long long
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One event; K_NONE: of no interest. */
static int
mouse_key(const MEVENT *e)
{
	static struct {
		long long when;
		int y, x;
	} last = { -TWICE_MS, -1, -1 };
	long long now = clock_ms();
	enum mouse what;
	bool again;

	if (e->y < 0 || e->x < 0 || e->y > 0xfff || e->x > 0xfff)
		return K_NONE;
	if (e->bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
		what = e->bstate & BUTTON4_PRESSED ? MOUSE_UP : MOUSE_DOWN;
	} else if (e->bstate & BUTTON1_PRESSED) {
		again = e->y == last.y && e->x == last.x &&
		    now - last.when <= TWICE_MS;
		what = again ? MOUSE_TWICE : MOUSE_CLICK;
		last.when = again ? now - TWICE_MS - 1 : now;
		last.y = e->y;
		last.x = e->x;
	} else {
		return K_NONE;
	}
	return K_MOUSE_AT((int)what, e->y, e->x);
}

/* Curses tells once of several events that came together. */
static int
mouse_next(void)
{
	MEVENT e;
	int key;

	while (term.clicks) {
		term.clicks = getmouse(&e) == OK;
		key = term.clicks ? mouse_key(&e) : K_NONE;
		if (key != K_NONE)
			return key;
	}
	return K_NONE;
}

static int
key_special(int c)
{
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		if (special[i].curses == c)
			return special[i].key;
	if (c >= KEY_F(1) && c <= KEY_F(12))
		return K_F1 + c - KEY_F(1);
	return c < 256 ? c : K_NONE;
}

/* How many bytes a character that starts so has; 0: it cannot start so. */
static size_t
utf8_expect(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 :
	    c < 0xf5 ? 4 : 0;
}

/* A byte of a character: the character when it is whole, else K_NONE. What
 * makes no character is dropped. */
static int
key_byte(unsigned char c)
{
	size_t want;
	int32_t cp;

	if (term.npartial > 0 && (c & 0xc0) != 0x80)
		term.npartial = 0;
	term.partial[term.npartial++] = (char)c;
	want = utf8_expect((unsigned char)term.partial[0]);
	if (want == 0 || term.npartial < want) {
		if (want == 0)
			term.npartial = 0;
		return K_NONE;
	}
	term.npartial = 0;
	return utf8_decode(term.partial, want, &cp) == want ? cp : K_NONE;
}

int
term_key(void)
{
	int c, key;

	if (term.headless || term.gone)
		return K_NONE;
	if ((key = mouse_next()) != K_NONE)
		return key;
	while ((c = wgetch(term.keys)) != ERR) {
		if (c == KEY_RESIZE)
			continue; /* SIGWINCH's byte does it */
		if (c >= 0x80 && c < 0x100) {
			if (!term.utf8)
				continue;
			key = key_byte((unsigned char)c);
		} else if (c == KEY_MOUSE) {
			term.clicks = true;
			key = mouse_next();
		} else {
			key = key_special(c);
		}
		if (key != K_NONE)
			return key;
	}
	return K_NONE;
}

/*
 * The real program on a pseudo-terminal, its screen kept by libvterm. What
 * the terminal answers (reports that programs ask for) goes back to the
 * program. The program says when it is idle by a byte on a pipe
 * (TAGTIGER_IDLE_FD), so that nothing here waits for silence.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vterm.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

#include "driver.h"

#define PATIENCE_MS 60000 /* then something hangs */

static struct {
	VTerm *vt;
	VTermScreen *screen;
	int master, idle, report;
	pid_t shell, pid; /* the program's */
	int lines, columns;
	int status;
	bool ended, mouse;
	long bytes;
} t = { .master = -1, .idle = -1, .report = -1 };

/* What the shell below tells: the program's pid first, then that it stopped
 * or ended. */
struct report {
	char what; /* p, s, e */
	int value;
};

static void
answer(const char *s, size_t len, void *user)
{
	(void)user;
	if (write(t.master, s, len) < 0)
		return; /* it has ended: seen elsewhere */
}

/* libvterm minds the first mode of several in one sequence: the mouse's,
 * 1000, is looked for here. */
static void
mouse_watch(const char *bytes, size_t len)
{
	static const char mode[] = "1000";
	static size_t at;

	for (size_t i = 0; i < len; i++) {
		if (at == 4 && (bytes[i] == 'h' || bytes[i] == 'l'))
			t.mouse = bytes[i] == 'h';
		at = at < 4 && bytes[i] == mode[at] ? at + 1 :
		    bytes[i] == mode[0];
	}
}

static void
vterm_start(void)
{
	t.vt = vterm_new(t.lines, t.columns);
	vterm_set_utf8(t.vt, 1);
	vterm_output_set_callback(t.vt, answer, NULL);
	t.screen = vterm_obtain_screen(t.vt);
	t.mouse = false;
	vterm_screen_enable_altscreen(t.screen, 1);
	vterm_screen_reset(t.screen, 1);
}

/*
 * What stands between: a shell of one job. A program is stopped by ^Z only
 * where a parent in its session, in another process group, could go on with
 * it.
 */
static _Noreturn void
shell(const char *program, const char *path, int report, int idle)
{
	struct report r = { 'p', 0 };
	pid_t pid = fork();
	char fd[16];
	int status;

	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpid());
		signal(SIGTTOU, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		snprintf(fd, sizeof fd, "%d", idle);
		setenv("TAGTIGER_IDLE_FD", fd, 1);
		execl(program, program, path, (char *)NULL);
		_exit(127);
	}
	close(idle);
	r.value = pid;
	if (write(report, &r, sizeof r) < 0)
		_exit(1);
	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			_exit(1);
		}
		r = WIFSTOPPED(status) ? (struct report){ 's', 0 } :
		    (struct report){ 'e', WIFEXITED(status) ?
			WEXITSTATUS(status) : 128 + WTERMSIG(status) };
		if (write(report, &r, sizeof r) < 0 || r.what == 'e')
			_exit(0);
	}
}

static struct report
report_read(void)
{
	struct report r = { 'e', 127 };
	ssize_t n;

	while ((n = read(t.report, &r, sizeof r)) < 0 && errno == EINTR)
		;
	return r;
}

void
pty_start(int lines, int columns, const char *path)
{
	struct winsize ws = { .ws_row = (unsigned short)lines,
		.ws_col = (unsigned short)columns };
	const char *program = getenv("TAGTIGER");
	int idle[2], report[2];

	if (program == NULL)
		script_fail("TAGTIGER does not name the program");
	t.lines = lines;
	t.columns = columns;
	t.ended = false;
	if (pipe(idle) < 0 || pipe2(report, O_CLOEXEC) < 0)
		script_fail("pipe: %s", strerror(errno));
	fcntl(idle[0], F_SETFD, FD_CLOEXEC);
	fflush(stdout);
	t.shell = forkpty(&t.master, NULL, NULL, &ws);
	if (t.shell < 0)
		script_fail("forkpty: %s", strerror(errno));
	if (t.shell == 0) {
		signal(SIGTTOU, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		shell(program, path, report[1], idle[1]);
	}
	close(idle[1]);
	close(report[1]);
	t.report = report[0];
	t.pid = report_read().value;
	t.idle = idle[0];
	fcntl(t.master, F_SETFD, FD_CLOEXEC);
	vterm_start();
}

bool
pty_running(void)
{
	return t.master >= 0;
}

/* What the program has sent goes to the screen; false: it closed it. */
static bool
drain(int timeout)
{
	struct pollfd p = { .fd = t.master, .events = POLLIN };
	char chunk[65536];
	ssize_t n;

	while (poll(&p, 1, timeout) > 0) {
		n = read(t.master, chunk, sizeof chunk);
		if (n <= 0)
			return false;
		t.bytes += n;
		mouse_watch(chunk, (size_t)n);
		vterm_input_write(t.vt, chunk, (size_t)n);
		timeout = 0;
	}
	return true;
}

static void
ended(void)
{
	struct report r;

	while (!t.ended) {
		r = report_read();
		t.ended = r.what == 'e';
		t.status = r.value;
	}
	while (waitpid(t.shell, NULL, 0) < 0 && errno == EINTR)
		;
	if (t.master >= 0)
		close(t.master);
	close(t.idle);
	close(t.report);
	t.master = t.idle = t.report = -1;
	vterm_free(t.vt);
	t.vt = NULL;
}

bool
pty_idle(void)
{
	struct pollfd p[2] = { { .fd = t.idle, .events = POLLIN },
		{ .fd = t.master, .events = POLLIN } };
	char bytes[256];

	for (;;) {
		if (poll(p, 2, PATIENCE_MS) <= 0)
			script_fail("the program neither answers nor ends");
		if ((p[1].revents & (POLLIN | POLLHUP)) && !drain(0)) {
			ended();
			return false;
		}
		if (p[0].revents & POLLIN) {
			if (read(t.idle, bytes, sizeof bytes) <= 0)
				continue;
			drain(0); /* it wrote before it was idle */
			return true;
		}
		if (p[0].revents & POLLHUP)
			p[0].fd = -1;
	}
}

bool
pty_more(void)
{
	struct pollfd p = { .fd = t.master, .events = POLLIN };

	return t.vt != NULL && poll(&p, 1, 5000) > 0 &&
	    (p.revents & POLLIN) && drain(0);
}

static const struct {
	const char *name, *bytes;
} sequences[] = {
	{ "Space", " " }, { "Enter", "\r" }, { "Tab", "\t" },
	{ "S-Tab", "\033[Z" }, { "Esc", "\033" }, { "Backspace", "\177" },
	{ "Up", "\033OA" }, { "Down", "\033OB" }, { "Right", "\033OC" },
	{ "Left", "\033OD" }, { "Home", "\033OH" }, { "End", "\033OF" },
	{ "PgUp", "\033[5~" }, { "PgDn", "\033[6~" }, { "F2", "\033OQ" },
	{ "F3", "\033OR" }, { "F6", "\033[17~" }, { "F7", "\033[18~" },
	{ "F8", "\033[19~" }, { "F9", "\033[20~" }, { "F10", "\033[21~" },
	{ "Paste", "\033[200~" }, { "PasteEnd", "\033[201~" },
};

void
pty_text(const char *text)
{
	size_t len = strlen(text);

	if (write(t.master, text, len) != (ssize_t)len)
		script_fail("the terminal takes no key");
}

void
pty_key(const char *name)
{
	char control[2] = { 0 };

	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
		if (strcmp(sequences[i].name, name) == 0) {
			pty_text(sequences[i].bytes);
			return;
		}
	}
	if (name[0] == '^' && name[1] != '\0') {
		control[0] = (char)(name[1] & 0x1f);
		name = control;
	}
	pty_text(name);
}

void
pty_mouse(int line, int column, const char *what)
{
	int button = strcmp(what, "up") == 0 ? 64 :
	    strcmp(what, "down") == 0 ? 65 : 0;
	char *press = xasprintf("\033[<%d;%d;%dM%s", button, column + 1,
	    line + 1, button == 0 ? "\033[<0;1;1m" : "");
	char *bytes = xasprintf("%s%s", press, strcmp(what, "twice") == 0 ?
	    press : "");

	pty_text(bytes);
	free(press);
	free(bytes);
}

bool
pty_mouse_on(void)
{
	return t.mouse;
}

void
pty_resize(int lines, int columns)
{
	struct winsize ws = { .ws_row = (unsigned short)lines,
		.ws_col = (unsigned short)columns };

	t.lines = lines;
	t.columns = columns;
	vterm_set_size(t.vt, lines, columns);
	if (ioctl(t.master, TIOCSWINSZ, &ws) < 0)
		script_fail("TIOCSWINSZ: %s", strerror(errno));
}

void
pty_dump(struct buf *out)
{
	VTermScreenCell cell;
	char bytes[4];

	for (int y = 0; y < t.lines; y++) {
		size_t start = out->len;

		for (int x = 0; x < t.columns; x++) {
			VTermPos pos = { y, x };

			vterm_screen_get_cell(t.screen, pos, &cell);
			if (cell.chars[0] == (uint32_t)-1)
				continue; /* second half of a wide one */
			if (cell.chars[0] == 0)
				buf_addc(out, ' ');
			for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL &&
			     cell.chars[i] != 0; i++)
				buf_add(out, bytes, utf8_encode(
				    (int32_t)cell.chars[i], bytes));
		}
		while (out->len > start && out->data[out->len - 1] == ' ')
			out->data[--out->len] = '\0';
		buf_addc(out, '\n');
	}
}

static char
cell_letter(const VTermScreenCell *c)
{
	if (VTERM_COLOR_IS_INDEXED(&c->fg) && !VTERM_COLOR_IS_DEFAULT_FG(&c->fg))
		return c->fg.indexed.idx < 16 ?
		    "0123456789ABCDEF"[c->fg.indexed.idx] :
		    "!$%&*+<=>?@~^"[c->fg.indexed.idx % 13];
	return c->attrs.reverse ? 'r' : c->attrs.underline ? 'u' :
	    c->attrs.bold ? 'b' : '.';
}

void
pty_dump_styles(struct buf *out)
{
	VTermScreenCell cell;

	for (int y = 0; y < t.lines; y++) {
		size_t start = out->len;

		for (int x = 0; x < t.columns; x++) {
			vterm_screen_get_cell(t.screen, (VTermPos){ y, x },
			    &cell);
			buf_addc(out, cell_letter(&cell));
		}
		while (out->len > start && out->data[out->len - 1] == '.')
			out->data[--out->len] = '\0';
		buf_addc(out, '\n');
	}
}

void
pty_stopped(void)
{
	if (report_read().what != 's')
		script_fail("it ended instead of stopping");
	drain(0);
}

void
pty_continue(int lines, int columns)
{
	struct winsize ws = { .ws_row = (unsigned short)lines,
		.ws_col = (unsigned short)columns };

	t.lines = lines;
	t.columns = columns;
	vterm_set_size(t.vt, lines, columns);
	ioctl(t.master, TIOCSWINSZ, &ws);
	kill(-t.pid, SIGCONT);
}

void
pty_signal(int sig)
{
	kill(t.pid, sig);
}

void
pty_hangup(void)
{
	close(t.master);
	t.master = -1;
}

int
pty_wait(void)
{
	struct pollfd p = { .fd = t.master, .events = POLLIN };

	while (t.master >= 0 && !t.ended) {
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			script_fail("the program does not end");
		if (!drain(0))
			break;
	}
	if (t.vt != NULL)
		ended();
	return t.status;
}

long
pty_bytes(void)
{
	long n = t.bytes;

	t.bytes = 0;
	return n;
}

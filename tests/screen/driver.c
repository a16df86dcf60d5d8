/*
 * driver SCRIPT.t: runs a screen script and speaks TAP.
 *
 *	do PROJECT COMMAND…	a command in this process; PROJECT may be -
 *	run SHELL LINE		sh -c, in the test's folder, $ROOT the sources
 *	hold PROJECT		somebody else writes to it from here on, to release
 *	account NAME UID	who one is from here on; alone: alice again
 *	torch			skip the rest of the script without libtorch
 *	size 80x24		what the next `open` starts in: in memory
 *	terminal 80x24		or the real program on a pseudo-terminal
 *	locale NAME  env N V
 *	readonly on|off		can the file system only be read?
 *	open [PATH]		start the program; `quit` ends it, `left`: it has
 *	keys K K…  type TEXT	keys by name; a text, a key each
 *	send K K…		keys, without waiting for what they do
 *	click LINE COLUMN	the mouse, from 0; `twice` after it; `wheel` with
 *				up or down after it
 *	nowait			do not wait for long jobs from here on; `wait`
 *	resize 160x50
 *	screen NAME		compare with expected/NAME.txt
 *	suffix WORD		after the names of screens from here on
 *	source FILE		the lines of another file, from the sources' root
 *	styles NAME		the same of bold, reverse and colours
 *	has TEXT  lacks TEXT	somewhere on the screen, or nowhere
 *	stopped  continue 80x24  hangup  signal N  ended STATUS
 *	mouse on|off		has the program asked for it?
 *	bytes N			at most N were sent since the last `bytes`
 *	file PATH TEXT		the file holds the text
 *	picture FILE TITLE	the screen as SVG; FILE from the sources' root
 *	random SEED KEYS	random keys; KEYS: how many, or FROM..TO
 *
 * The next line is read only when the program has nothing left to do: there
 * are no sleeps. With UPDATE=1 expected screens are written, not compared.
 * The account's name and the clock are this file's own, so that screens are
 * the same everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "tagtiger/next.h"
#include "tagtiger/project.h"
#include "tagtiger/torch_load.h"
#include "tagtiger/ui.h"

#include "driver.h"
#include "random.h"

/* ---- the same account and the same time everywhere ---- */

static char account_name[64] = "alice";
static long account_uid = -1; /* the process's own */

uid_t
getuid(void)
{
	return account_uid >= 0 ? (uid_t)account_uid :
	    (uid_t)syscall(SYS_getuid);
}

static bool readonly;

/* Of a file system that is mounted so; root too is told. */
int
access(const char *path, int mode)
{
	if (readonly && (mode & W_OK) != 0) {
		errno = EROFS;
		return -1;
	}
	return faccessat(AT_FDCWD, path, mode, 0);
}

struct passwd *
getpwuid(uid_t uid)
{
	static struct passwd pw = { .pw_dir = (char *)"/home/alice",
		.pw_shell = (char *)"/bin/sh" };

	pw.pw_name = uid == getuid() ? account_name : (char *)"alice";
	pw.pw_uid = uid;
	return &pw;
}

int
getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size,
    struct passwd **result)
{
	(void)buf;
	(void)size;
	*pw = *getpwuid(uid);
	*result = pw;
	return 0;
}

/* 14 May 2024, 14:02 UTC, and a millisecond more at each look. */
#define START 1715695320

static _Atomic long looks;

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	long n;

	if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, t);
	n = ++looks;
	t->tv_sec = START + n / 1000;
	t->tv_nsec = n % 1000 * 1000000;
	return 0;
}

time_t
time(time_t *t)
{
	if (t != NULL)
		*t = START;
	return START;
}

/* ---- the script ---- */

static struct {
	const char *name; /* of the script */
	char root[4096];
	char suffix[32]; /* of expected screens */
	int line, tests;
	bool failed, update, pty, nowait, running, skip;
	int lines, columns;
} s;

void
script_fail(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! %s:%d: ", s.name, s.line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	exit(1);
}

static void
result(bool ok, const char *what, const char *detail)
{
	printf("%sok %d - line %d: %s\n", ok ? "" : "not ", ++s.tests, s.line,
	    what);
	s.failed |= !ok;
	while (!ok && *detail != '\0') {
		int len = (int)strcspn(detail, "\n");

		printf("# %.*s\n", len, detail);
		detail += len + (detail[len] == '\n');
	}
}

static void
size_parse(const char *word, int *lines, int *columns)
{
	if (sscanf(word, "%dx%d", columns, lines) != 2)
		script_fail("a size is 80x24, not %s", word);
}

static void
settle(void)
{
	if (!s.running)
		script_fail("nothing is open");
	if (s.pty)
		s.running = pty_idle();
	else
		s.running = ui_test_settle(!s.nowait);
}

/* The test's own folder has another name each time. */
static void
hide_folder(struct buf *b)
{
	const char *tmp = getenv("TMPDIR");
	char *at;

	while (tmp != NULL && *tmp != '\0' && b->len > 0 &&
	    (at = strstr(b->data, tmp)) != NULL) {
		struct buf copy = BUF_INIT;

		buf_add(&copy, b->data, (size_t)(at - b->data));
		buf_addf(&copy, "~%s", at + strlen(tmp));
		buf_free(b);
		*b = copy;
	}
}

static void
dump(struct buf *out, bool styles)
{
	if (s.pty && styles)
		pty_dump_styles(out);
	else if (s.pty)
		pty_dump(out);
	else if (styles)
		ui_test_dump_styles(out);
	else
		ui_test_dump(out);
	hide_folder(out);
}

/* ---- verbs ---- */

static void
do_command(char **words, int n)
{
	struct cmd_call *c;
	struct project *p = NULL;
	struct picker *picker = NULL;
	struct err err = { 0 };

	if (n < 2)
		script_fail("do needs a project and a command");
	c = cmd_parse(n - 1, words + 1, false, &err);
	if (c == NULL)
		script_fail("%s", err.text);
	if (strcmp(words[0], "-") != 0) {
		p = project_open(words[0], PROJECT_WRITE, &err);
		if (p == NULL)
			script_fail("%s", err.text);
	}
	c->project = p;
	c->picker = &picker;
	if (cmd_run(c) < 0)
		script_fail("%s", c->err.text);
	cmd_call_free(c);
	picker_free(picker);
	project_close(p);
}

static void
do_open(char **words, int n)
{
	struct ui_options o = { .path = n > 0 ? words[0] : NULL };
	struct err err = { 0 };

	if (s.pty) {
		pty_start(s.lines, s.columns, o.path);
		s.running = true;
		settle();
		return;
	}
	if (ui_test_start(&o, s.lines, s.columns, &err) < 0)
		script_fail("%s", err.text);
	s.running = true;
	settle();
}

static void
do_quit(void)
{
	if (s.pty && pty_running()) {
		pty_hangup();
		pty_wait();
	} else if (!s.pty)
		ui_test_stop();
	s.running = false;
}

static void
press(const char *name)
{
	struct err err = { 0 };

	if (s.pty)
		pty_key(name);
	else if (ui_test_key(name, &err) < 0)
		script_fail("%s", err.text);
	settle();
}

static void
do_type(const char *text)
{
	char one[8];

	while (*text != '\0') {
		size_t len = 1;

		while (((unsigned char)text[len] & 0xc0) == 0x80)
			len++;
		memcpy(one, text, len);
		one[len] = '\0';
		press(one[0] == ' ' ? "Space" : one);
		text += len;
	}
}

static char *
expected_path(const char *name, const char *suffix)
{
	return xasprintf("%s/tests/screen/expected/%s%s%s", s.root, name,
	    s.suffix, suffix);
}

static char *
read_file(const char *path)
{
	struct buf b = BUF_INIT;
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return NULL;
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(&b, chunk, n);
	fclose(f);
	return buf_take(&b);
}

static void
do_screen(const char *name, bool styles)
{
	char *path = expected_path(name, styles ? ".styles" : ".txt");
	struct buf got = BUF_INIT, detail = BUF_INIT;
	char *want;
	FILE *f;

	dump(&got, styles);
	if (s.update) {
		f = fopen(path, "we");
		if (f == NULL || fputs(buf_str(&got), f) < 0 || fclose(f) != 0)
			script_fail("%s: %s", path, strerror(errno));
		result(true, name, "");
	} else {
		want = read_file(path);
		buf_addf(&detail, "--- expected\n%s--- got\n%s",
		    want != NULL ? want : "(no such file)\n", buf_str(&got));
		result(want != NULL && strcmp(want, buf_str(&got)) == 0, name,
		    buf_str(&detail));
		free(want);
	}
	buf_free(&got);
	buf_free(&detail);
	free(path);
}

static void
do_has(const char *text, bool has)
{
	struct buf got = BUF_INIT;

	/* On a terminal a byte of an earlier idling may have been taken for
	 * this one's: what is still to come decides. */
	do {
		buf_clear(&got);
		dump(&got, false);
	} while ((strstr(buf_str(&got), text) != NULL) != has && s.pty &&
	    pty_more());
	result((strstr(buf_str(&got), text) != NULL) == has, text,
	    buf_str(&got));
	buf_free(&got);
}

static void
do_file(const char *path, const char *text)
{
	char *got = read_file(path);

	result(got != NULL && strstr(got, text) != NULL, text,
	    got != NULL ? got : "(no such file)");
	free(got);
}

static void
do_run(const char *line)
{
	int rc = system(line);

	if (rc != 0)
		script_fail("status %d: %s", rc, line);
}

static void
do_resize(const char *word)
{
	int lines, columns;

	size_parse(word, &lines, &columns);
	if (s.pty)
		pty_resize(lines, columns);
	else
		ui_test_resize(lines, columns);
	settle();
}

static void
do_ended(const char *word)
{
	int status = pty_wait();
	char *what = xasprintf("ended with %d", status);

	result(status == atoi(word), what, "");
	s.running = false;
	free(what);
}

static void
do_mouse(const char *line, const char *column, const char *what)
{
	if (s.pty)
		pty_mouse(atoi(line), atoi(column), what);
	else
		ui_test_mouse(atoi(line), atoi(column), what);
	settle();
}

/* SEED and KEYS of the environment go before the script's. */
static void
do_random(const char *seed, const char *keys)
{
	const char *own_seed = getenv("SEED"), *own_keys = getenv("KEYS");
	long from = 0, to;
	bool part;

	if (own_seed != NULL && *own_seed != '\0')
		seed = own_seed;
	if (own_keys != NULL && *own_keys != '\0')
		keys = own_keys;
	part = sscanf(keys, "%ld..%ld", &from, &to) == 2;
	if (!part) {
		from = 0;
		to = atol(keys);
	}
	if (from < 0 || to <= from)
		script_fail("%s is no number of keys, nor FROM..TO", keys);
	result(random_run(s.root, strtoull(seed, NULL, 10), from, to, part) ==
	    0, "random keys", "");
}

/* Another connection's transaction, which lasts. */
static void
do_hold(const char *path)
{
	static struct project *holder;
	struct err err = { 0 };

	if (path == NULL && holder != NULL) {
		project_end(holder, -1, NULL);
		project_close(holder);
		holder = NULL;
		settle();
		return;
	}
	holder = path != NULL ? project_open(path, PROJECT_WRITE, &err) : NULL;
	if (holder == NULL || project_begin(holder, &err) < 0)
		script_fail("%s", err.text);
}

/* Verbs of the pseudo-terminal. */
static bool
verb_pty(char **w, int n)
{
	int lines, columns;

	if (strcmp(w[0], "stopped") == 0) {
		pty_stopped();
	} else if (strcmp(w[0], "continue") == 0 && n == 2) {
		size_parse(w[1], &lines, &columns);
		pty_continue(lines, columns);
		settle();
	} else if (strcmp(w[0], "hangup") == 0) {
		pty_hangup();
	} else if (strcmp(w[0], "signal") == 0 && n == 2) {
		pty_signal(atoi(w[1]));
	} else if (strcmp(w[0], "ended") == 0 && n == 2) {
		do_ended(w[1]);
	} else if (strcmp(w[0], "mouse") == 0 && n == 2) {
		bool on = strcmp(w[1], "on") == 0;

		/* as in do_has: what is still to come decides */
		while (pty_mouse_on() != on && pty_more())
			;
		result(pty_mouse_on() == on, "mouse",
		    pty_mouse_on() ? "it is on" : "it is off");
	} else if (strcmp(w[0], "bytes") == 0 && n == 2) {
		long sent = pty_bytes();
		char *what = xasprintf("%ld bytes, at most %s", sent, w[1]);

		result(sent <= atol(w[1]), what, "");
		free(what);
	} else {
		return false;
	}
	return true;
}

static void script_file(FILE *f);

static void
do_source(const char *name)
{
	char *path = xasprintf("%s/%s", s.root, name);
	FILE *f = fopen(path, "re");

	if (f == NULL)
		script_fail("%s: %s", path, strerror(errno));
	script_file(f);
	free(path);
}

static void
verb(char **w, int n, const char *rest)
{
	if (strcmp(w[0], "do") == 0) {
		do_command(w + 1, n - 1);
	} else if (strcmp(w[0], "run") == 0) {
		do_run(rest);
	} else if ((strcmp(w[0], "size") == 0 ||
	    strcmp(w[0], "terminal") == 0) && n == 2) {
		size_parse(w[1], &s.lines, &s.columns);
		s.pty = w[0][0] == 't';
	} else if (strcmp(w[0], "account") == 0 && (n == 1 || n == 3)) {
		snprintf(account_name, sizeof account_name, "%s",
		    n == 3 ? w[1] : "alice");
		account_uid = n == 3 ? atol(w[2]) : -1;
	} else if (strcmp(w[0], "hold") == 0 && n == 2) {
		do_hold(w[1]);
	} else if (strcmp(w[0], "release") == 0 && n == 1) {
		do_hold(NULL);
	} else if (strcmp(w[0], "readonly") == 0 && n == 2) {
		readonly = strcmp(w[1], "on") == 0;
	} else if (strcmp(w[0], "locale") == 0 && n == 2) {
		setenv("LC_ALL", w[1], 1);
	} else if (strcmp(w[0], "env") == 0 && n == 3) {
		setenv(w[1], w[2], 1);
	} else if (strcmp(w[0], "open") == 0) {
		do_open(w + 1, n - 1);
	} else if (strcmp(w[0], "quit") == 0) {
		do_quit();
	} else if (strcmp(w[0], "left") == 0) {
		result(!s.running, "the user has left", "");
		do_quit();
	} else if (strcmp(w[0], "keys") == 0) {
		for (int i = 1; i < n; i++)
			press(w[i]);
	} else if (strcmp(w[0], "send") == 0) {
		for (int i = 1; i < n; i++)
			pty_key(w[i]);
	} else if (strcmp(w[0], "type") == 0) {
		do_type(rest);
	} else if (strcmp(w[0], "torch") == 0) {
		s.skip = torch_load(NULL) == NULL;
	} else if (strcmp(w[0], "nowait") == 0) {
		s.nowait = true;
	} else if (strcmp(w[0], "wait") == 0) {
		s.nowait = false;
		settle();
	} else if (strcmp(w[0], "resize") == 0 && n == 2) {
		do_resize(w[1]);
	} else if (strcmp(w[0], "click") == 0 && n >= 3) {
		do_mouse(w[1], w[2], n > 3 ? w[3] : "click");
	} else if (strcmp(w[0], "wheel") == 0 && n == 4) {
		do_mouse(w[1], w[2], w[3]);
	} else if (strcmp(w[0], "suffix") == 0 && n == 2) {
		snprintf(s.suffix, sizeof s.suffix, "%s", w[1]);
	} else if (strcmp(w[0], "source") == 0 && n == 2) {
		do_source(w[1]);
	} else if (strcmp(w[0], "screen") == 0 && n == 2) {
		do_screen(w[1], false);
	} else if (strcmp(w[0], "styles") == 0 && n == 2) {
		do_screen(w[1], true);
	} else if (strcmp(w[0], "has") == 0) {
		do_has(rest, true);
	} else if (strcmp(w[0], "lacks") == 0) {
		do_has(rest, false);
	} else if (strcmp(w[0], "file") == 0 && n == 3) {
		do_file(w[1], w[2]);
	} else if (strcmp(w[0], "picture") == 0 && n == 3) {
		char *path = xasprintf("%s/%s", s.root, w[1]);

		picture_write(path, w[2]);
		free(path);
	} else if (strcmp(w[0], "random") == 0 && n == 3) {
		do_random(w[1], w[2]);
	} else if (!verb_pty(w, n)) {
		script_fail("not a line of a script: %s %s", w[0], rest);
	}
}

static void
script_line(char *line)
{
	struct err err = { 0 };
	char **words;
	const char *rest;
	int n;

	line[strcspn(line, "\n")] = '\0';
	s.line++;
	if (line[0] == '#' || line[strspn(line, " \t")] == '\0')
		return;
	rest = line + strcspn(line, " ");
	rest += *rest == ' ';
	if (strncmp(line, "run ", 4) == 0 || strncmp(line, "type ", 5) == 0 ||
	    strncmp(line, "has ", 4) == 0 || strncmp(line, "lacks ", 6) == 0) {
		char *verb_word = xstrndup(line, strcspn(line, " "));

		verb((char *[]){ verb_word, NULL }, 1, rest);
		free(verb_word);
		return;
	}
	n = cmd_split(line, &words, &err);
	if (n < 0)
		script_fail("%s", err.text);
	if (n > 0)
		verb(words, n, rest);
	cmd_words_free(words);
}

static void
script_file(FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	int before = s.line;

	s.line = 0;
	while (!s.skip && getline(&line, &cap, f) > 0)
		script_line(line);
	s.line = before;
	free(line);
	fclose(f);
}

int
main(int argc, char **argv)
{
	const char *update = getenv("UPDATE"), *tmp = getenv("TMPDIR");
	FILE *f;

	if (argc != 2 || (f = fopen(argv[1], "re")) == NULL) {
		fprintf(stderr, "driver SCRIPT.t\n");
		return 2;
	}
	s.name = argv[1];
	s.update = update != NULL && *update != '\0';
	s.lines = 24;
	s.columns = 80;
	if (getcwd(s.root, sizeof s.root) == NULL)
		script_fail("no current folder");
	setenv("ROOT", s.root, 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORFGBG");
	if (tmp != NULL && chdir(tmp) < 0)
		script_fail("%s: %s", tmp, strerror(errno));
	script_file(f);
	if (s.skip)
		printf("ok %d # SKIP needs libtorch\n", ++s.tests);
	if (s.running)
		do_quit();
	printf("1..%d\n", s.tests);
	return s.failed;
}

/*
 * screen start N MARK PROJECT: from the fork to the first screen, by which the
 * terminal has been sent MARK, a word of it, in the view that this account
 * left; and until nothing more is to come. N times: "MEDIAN WORST COMPLETE",
 * ms.
 *
 * screen keys N KEYS PROJECT [OTHER]: from the byte written to the
 * pseudo-terminal to the last byte of the next screen, the commit included,
 * for N keys in Tag, those of KEYS by turns. Meanwhile another process tags
 * texts of the scheme `other`, ids one a line in OTHER, one each 50 ms.
 * "MEDIAN P99 WORST BYTES MB": bytes a key, and the anonymous memory after
 * the last one.
 *
 * screen acts N PROJECT KEYS...: N times the program is started anew and each
 * of KEYS is typed when what came of the one before is there; a line for each,
 * from the first byte written to the last one drawn: "MEDIAN WORST". One that
 * begins with "-" is typed without it and not measured.
 *
 * The real program on a pseudo-terminal of 80x24.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *program;

struct session {
	int master, idle;
	pid_t pid;
	long bytes;
	const char *mark;  /* waited for, or NULL */
	char seen[1 << 18]; /* what was sent while it was */
	double marked;	   /* when it came; 0: not yet */
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "screen: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
session_start(struct session *s, const char *project, const char *mark)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };
	char fd[16];
	int idle[2];

	if (pipe(idle) < 0)
		die("pipe");
	s->bytes = 0;
	s->mark = mark;
	s->marked = 0;
	s->pid = forkpty(&s->master, NULL, NULL, &ws);
	if (s->pid < 0)
		die("forkpty");
	if (s->pid == 0) {
		close(idle[0]);
		snprintf(fd, sizeof fd, "%d", idle[1]);
		setenv("TAGTIGER_IDLE_FD", fd, 1);
		setenv("TERM", "xterm-256color", 1);
		execl(program, program, project, (char *)NULL);
		_exit(127);
	}
	close(idle[1]);
	s->idle = idle[0];
}

static void
session_mark(struct session *s, const char *bytes, size_t n, double when)
{
	if (s->mark == NULL || s->marked > 0 ||
	    (size_t)s->bytes + n >= sizeof s->seen)
		return;
	memcpy(s->seen + s->bytes, bytes, n);
	s->seen[(size_t)s->bytes + n] = '\0';
	if (memmem(s->seen, (size_t)s->bytes + n, s->mark, strlen(s->mark)) !=
	    NULL)
		s->marked = when;
}

/* Read what is sent until the program is idle; when the last byte came. */
static double
session_idle(struct session *s)
{
	struct pollfd p[2] = { { .fd = s->master, .events = POLLIN },
		{ .fd = s->idle, .events = POLLIN } };
	char chunk[65536];
	double last = now();
	ssize_t n;

	for (;;) {
		if (poll(p, 2, 20000) <= 0)
			die("the program is silent");
		if (p[0].revents & (POLLIN | POLLHUP)) {
			n = read(s->master, chunk, sizeof chunk);
			if (n <= 0)
				die("the program ended");
			last = now();
			session_mark(s, chunk, (size_t)n, last);
			s->bytes += n;
			continue;
		}
		if (p[1].revents & POLLIN) {
			if (read(s->idle, chunk, 1) != 1)
				die("the program ended");
			return last;
		}
	}
}

static double
session_key(struct session *s, const char *keys)
{
	double start = now();

	if (write(s->master, keys, strlen(keys)) < 0)
		die("write");
	return session_idle(s) - start;
}

static void
session_end(struct session *s)
{
	close(s->master);
	close(s->idle);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* The other process, and one that feeds it. */
static pid_t
writer_start(const char *project, const char *ids)
{
	char id[4096];
	int feed[2], null;
	pid_t pid, other;
	FILE *f, *out;

	pid = fork();
	if (pid != 0)
		return pid;
	if (pipe(feed) < 0)
		die("pipe");
	other = fork();
	if (other == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(feed[0], STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		close(feed[1]);
		execl(program, program, project, (char *)NULL);
		_exit(127);
	}
	close(feed[0]);
	f = fopen(ids, "r");
	out = fdopen(feed[1], "w");
	while (f != NULL && fgets(id, sizeof id, f) != NULL) {
		id[strcspn(id, "\n")] = '\0';
		if (fprintf(out, "tag '%s' one --scheme other\n", id) < 0 ||
		    fflush(out) != 0)
			break;
		usleep(50000);
	}
	_exit(0);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Anonymous memory of a process and those that it made, in kB. */
static long
memory_of(pid_t pid)
{
	char path[64], line[256];
	long kb = 0, n;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "RssAnon: %ld", &n) == 1)
			kb += n;
	if (f != NULL)
		fclose(f);
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid,
	    (int)pid);
	f = fopen(path, "r");
	while (f != NULL && fscanf(f, "%ld", &n) == 1)
		kb += memory_of((pid_t)n);
	if (f != NULL)
		fclose(f);
	return kb;
}

static double
by_rank(double *ms, int n, int rank)
{
	qsort(ms, (size_t)n, sizeof *ms, by_size);
	return ms[rank];
}

static int
start_measure(int n, const char *mark, const char *project)
{
	double *ms = calloc((size_t)n, sizeof *ms);
	double *all = calloc((size_t)n, sizeof *all);
	static struct session s;

	if (ms == NULL || all == NULL)
		die("calloc");
	for (int i = 0; i < n; i++) {
		double start = now();

		session_start(&s, project, mark);
		all[i] = session_idle(&s) - start;
		ms[i] = s.marked - start;
		session_end(&s);
		if (s.marked <= 0)
			die("the first screen is another");
	}
	printf("%.1f %.1f %.1f\n", by_rank(ms, n, n / 2),
	    by_rank(ms, n, n - 1), by_rank(all, n, n / 2));
	free(ms);
	free(all);
	return 0;
}

static int
keys_measure(int n, const char *keys, const char *project, const char *other)
{
	double *ms = calloc((size_t)n, sizeof *ms);
	size_t turns = strlen(keys);
	pid_t writer = 0;
	static struct session s;

	if (ms == NULL)
		die("calloc");
	session_start(&s, project, NULL);
	session_idle(&s);
	session_key(&s, "\033OR"); /* F3, Tag */
	if (other != NULL)
		writer = writer_start(project, other);
	for (int i = 0; i < 20; i++) /* all is read once */
		session_key(&s, "1");
	s.bytes = 0;
	for (int i = 0; i < n; i++)
		ms[i] = session_key(&s,
		    (char[]){ keys[(size_t)i % turns], '\0' });
	if (writer > 0)
		kill(writer, SIGTERM);
	printf("%.2f %.2f %.2f %ld %.0f\n", by_rank(ms, n, n / 2),
	    by_rank(ms, n, n - 1 - n / 100), by_rank(ms, n, n - 1),
	    s.bytes / n,
	    (double)memory_of(s.pid) / 1024);
	session_end(&s);
	free(ms);
	return 0;
}

/* What the one before still draws, and says of itself, is not the next one's:
 * until nothing has come for a fifth of a second. */
static void
session_quiet(struct session *s)
{
	struct pollfd p[2] = { { .fd = s->master, .events = POLLIN },
		{ .fd = s->idle, .events = POLLIN } };
	char chunk[65536];

	while (poll(p, 2, 200) > 0)
		if (read(p[0].revents & POLLIN ? s->master : s->idle, chunk,
		    sizeof chunk) <= 0)
			die("the program ended");
}

static int
acts_measure(int n, const char *project, char *const *acts)
{
	static struct session s;
	int count = 0;
	double *ms;

	while (acts[count] != NULL)
		count++;
	ms = calloc((size_t)(n * count) + 1, sizeof *ms);
	if (ms == NULL)
		die("calloc");
	for (int i = 0; i < n; i++) {
		session_start(&s, project, NULL);
		session_idle(&s);
		for (int j = 0; j < count; j++) {
			session_quiet(&s);
			ms[j * n + i] = session_key(&s, acts[j] +
			    (acts[j][0] == '-'));
		}
		session_end(&s);
	}
	for (int j = 0; j < count; j++)
		if (acts[j][0] != '-')
			printf("%.1f %.1f\n", by_rank(ms + j * n, n, n / 2),
			    by_rank(ms + j * n, n, n - 1));
	free(ms);
	return 0;
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 0;

	program = getenv("TAGTIGER");
	signal(SIGPIPE, SIG_IGN);
	if (program != NULL && n > 0 && argc == 5 &&
	    strcmp(argv[1], "start") == 0)
		return start_measure(n, argv[3], argv[4]);
	if (program != NULL && n > 0 && argc > 4 && argv[3][0] != '\0' &&
	    strcmp(argv[1], "keys") == 0)
		return keys_measure(n, argv[3], argv[4], argv[5]);
	if (program != NULL && n > 0 && argc > 4 &&
	    strcmp(argv[1], "acts") == 0)
		return acts_measure(n, argv[3], argv + 4);
	fprintf(stderr, "screen start N MARK PROJECT\n"
	    "screen acts N PROJECT KEYS...\n"
	    "screen keys N KEYS PROJECT [OTHER]\n");
	return 2;
}

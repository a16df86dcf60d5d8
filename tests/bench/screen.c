/*
 * screen PROJECT STARTS KEYS OTHER: how fast the screen is, on a
 * pseudo-terminal with the real program.
 *
 *	start	from the fork to the byte by which the program says that its
 *		first screen is complete: median and worst of STARTS
 *	key	from the byte written to the pseudo-terminal to the last byte
 *		of the next text's screen, the label's commit included, over
 *		KEYS keys, while another process writes to the project: it
 *		tags texts of the scheme `other`, ids one a line in OTHER, one
 *		each 50 ms
 *
 * Prints "start MEDIAN WORST" and "key MEDIAN P99 WORST BYTES", ms and bytes.
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
session_start(struct session *s, const char *project)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };
	char fd[16];
	int idle[2];

	if (pipe(idle) < 0)
		die("pipe");
	s->bytes = 0;
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
			s->bytes += n;
			last = now();
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

int
main(int argc, char **argv)
{
	int starts = argc == 5 ? atoi(argv[2]) : 0;
	int keys = argc == 5 ? atoi(argv[3]) : 0;
	double *ms;
	struct session s;
	pid_t writer;

	program = getenv("TAGTIGER");
	if (program == NULL || starts < 1 || keys < 1) {
		fprintf(stderr, "screen PROJECT STARTS KEYS OTHER\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	ms = calloc((size_t)(starts > keys ? starts : keys), sizeof *ms);
	if (ms == NULL)
		die("calloc");
	for (int i = 0; i < starts; i++) {
		double start = now();

		session_start(&s, argv[1]);
		ms[i] = session_idle(&s) - start;
		session_end(&s);
	}
	qsort(ms, (size_t)starts, sizeof *ms, by_size);
	printf("start %.1f %.1f\n", ms[starts / 2], ms[starts - 1]);

	session_start(&s, argv[1]);
	session_idle(&s);
	session_key(&s, "\033OR"); /* F3, Tag */
	writer = writer_start(argv[1], argv[4]);
	for (int i = 0; i < 20; i++) /* all is read once */
		session_key(&s, "1");
	s.bytes = 0;
	for (int i = 0; i < keys; i++)
		ms[i] = session_key(&s, i % 3 == 0 ? "2" : "1");
	kill(writer, SIGTERM);
	qsort(ms, (size_t)keys, sizeof *ms, by_size);
	printf("key %.2f %.2f %.2f %ld\n", ms[keys / 2],
	    ms[keys - 1 - keys / 100], ms[keys - 1], s.bytes / keys);
	session_end(&s);
	free(ms);
	return 0;
}

/*
 * The process that the shell waits for. It forks at the start, before there
 * is any thread, and does nothing but wait for the one that has the screen;
 * so that this one can outlive it, when a training is to go on without a
 * screen and the shell is to have its prompt back.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "priv.h"

static struct {
	pid_t child;
	int pipe[2];
	bool there;
} front = { .pipe = { -1, -1 } };

static void
pass_on(int sig)
{
	int saved = errno;

	if (front.child > 0)
		kill(front.child, sig);
	errno = saved;
}

int
front_start(struct err *err)
{
	pid_t parent = getpid();

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return 0; /* no screen will come of it */
	if (pipe2(front.pipe, O_CLOEXEC) < 0)
		return err_set_errno(err, "cannot make a pipe");
	fflush(NULL);
	front.child = fork();
	if (front.child < 0)
		return err_set_errno(err, "cannot start a process");
	if (front.child > 0) {
		close(front.pipe[1]);
		return 1;
	}
	close(front.pipe[0]);
	/* Killed, the front takes the screen with it, not the work. */
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	if (getppid() != parent)
		raise(SIGHUP);
	front.there = true;
	return 0;
}

/* The byte says that the screen is gone and the work goes on; the pipe's end
 * without one, that the process has ended. */
_Noreturn void
front_wait(void)
{
	struct sigaction sa = { .sa_handler = pass_on };
	int status = 0;
	ssize_t n;
	char byte;

	/* No SA_RESTART: the loops below go on by themselves, and TSan runs a
	 * handler only when the call it came in returns. */
	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	while ((n = read(front.pipe[0], &byte, 1)) < 0 && errno == EINTR)
		;
	if (n == 1)
		_exit(0);
	while (waitpid(front.child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

bool
front_there(void)
{
	return front.there;
}

void
front_detach(void)
{
	if (!front.there)
		return;
	front.there = false;
	setsid();
	if (write(front.pipe[1], "d", 1) < 0)
		return; /* it is gone already */
	close(front.pipe[1]);
}

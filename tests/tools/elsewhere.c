/*
 * The program as it would be on another machine, at another time: its clock is
 * off by ELSEWHERE_SECONDS, and the machine's name is ELSEWHERE_HOST. Linked
 * with the program's own main().
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	const char *off = getenv("ELSEWHERE_SECONDS");
	int rc = (int)syscall(SYS_clock_gettime, clock, t);

	if (rc == 0 && off != NULL && (clock == CLOCK_REALTIME ||
	    clock == CLOCK_REALTIME_COARSE))
		t->tv_sec += strtol(off, NULL, 10);
	return rc;
}

time_t
time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int
gethostname(char *name, size_t size)
{
	const char *host = getenv("ELSEWHERE_HOST");

	snprintf(name, size, "%s", host != NULL ? host : "elsewhere");
	return 0;
}

/* Names of what is not finished: whose they are, and what is removed. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tagtiger/alloc.h"
#include "tagtiger/temporary.h"
#include "store_test.h"

static void
touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* A process that is no more; `reaped`: nor does its parent wait for it. */
static pid_t
dead_process(bool reaped)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	if (reaped)
		waitpid(pid, NULL, 0);
	else
		waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	return pid;
}

static char *
name_of(const char *name, const char *host, long pid, const char *end)
{
	char *last = xasprintf("%s.%s.%ld-3.tiger-tmp%s", name, host, pid,
	    end);
	char *path = xstrdup(test_path(last));

	free(last);
	return path;
}

static void
test_names(void **state)
{
	char *a = temporary_name(test_path("out.csv"));
	char *b = temporary_name(test_path("out.csv"));
	char longest[256];

	(void)state;
	assert_string_not_equal(a, b);
	free(a);
	free(b);
	memset(longest, 'x', 255);
	longest[255] = '\0';
	a = temporary_name(longest);
	assert_true(strlen(a) < 255);
	free(a);
}

static void
test_sweep(void **state)
{
	long gone = dead_process(true), zombie = dead_process(false);
	const struct {
		const char *name, *host, *end;
		long pid;
		bool stays;
	} tried[] = {
		{ ".a", host_name(), "", gone, false },
		{ ".b", host_name(), "-journal", gone, false },
		{ ".c", host_name(), "", zombie, false },
		{ ".d", host_name(), "", getpid(), true },
		{ ".e", "elsewhere", "", gone, true },
		{ "f", host_name(), "", gone, true },
		{ ".g", host_name(), ".txt", gone, true },
	};
	char *path[7], *folder, *inside, *deep;

	(void)state;
	assert_true(process_gone(gone, host_name()));
	assert_true(process_gone(zombie, host_name()));
	assert_false(process_gone(getpid(), host_name()));
	assert_false(process_gone(gone, "elsewhere"));
	assert_false(process_gone(0, host_name()));
	for (size_t i = 0; i < 7; i++) {
		path[i] = name_of(tried[i].name, tried[i].host, tried[i].pid,
		    tried[i].end);
		touch(path[i]);
	}
	/* A folder with what is in it; and one in another folder. */
	folder = name_of(".h", host_name(), gone, "");
	mkdir(folder, 0700);
	inside = xasprintf("%s/x", folder);
	touch(inside);
	mkdir(test_path("sub"), 0700);
	deep = name_of("sub/.i", host_name(), gone, "");
	touch(deep);
	free(temporary_name(test_path("x")));
	for (size_t i = 0; i < 7; i++) {
		if ((access(path[i], F_OK) == 0) != tried[i].stays)
			fail_msg("%s", path[i]);
		unlink(path[i]);
		free(path[i]);
	}
	assert_int_equal(access(folder, F_OK), -1);
	assert_int_equal(access(deep, F_OK), 0);
	temporary_sweep(test_dir, 1);
	assert_int_equal(access(deep, F_OK), -1);
	waitpid((pid_t)zombie, NULL, 0);
	free(folder);
	free(inside);
	free(deep);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_names),
		T(test_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

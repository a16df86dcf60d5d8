#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/temporary.h"

/* ".NAME.HOST.PID-N.tiger-tmp"; SQLite's journal of it has one word more. */
#define SUFFIX	".tiger-tmp"
#define JOURNAL "-journal"
#define KEPT	120 /* bytes of NAME: the whole must not be too long */

const char *
host_name(void)
{
	static _Thread_local char name[256];

	if (gethostname(name, sizeof name) < 0 || *name == '\0')
		strcpy(name, "localhost");
	name[sizeof name - 1] = '\0';
	return name;
}

/* Dead, though nobody has asked after it: in a container often for ever. */
static bool
is_zombie(long pid)
{
	char path[40], text[512] = "", *state;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	state = strrchr(text, ')');
	return state != NULL && (strncmp(state, ") Z", 3) == 0 ||
	    strncmp(state, ") X", 3) == 0);
}

bool
process_gone(long pid, const char *host)
{
	if (pid <= 0 || strcmp(host, host_name()) != 0)
		return false;
	return (kill((pid_t)pid, 0) < 0 && errno == ESRCH) || is_zombie(pid);
}

/* The length of ".NAME.HOST.PID-N", or 0: it is no temporary's name. */
static size_t
stem(const char *name)
{
	size_t len = strlen(name), n = sizeof JOURNAL - 1;

	if (len > n && strcmp(name + len - n, JOURNAL) == 0)
		len -= n;
	n = sizeof SUFFIX - 1;
	if (name[0] != '.' || len <= n ||
	    memcmp(name + len - n, SUFFIX, n) != 0)
		return 0;
	return len - n;
}

static size_t
skip_digits(const char *name, size_t end)
{
	while (end > 0 && isdigit((unsigned char)name[end - 1]))
		end--;
	return end;
}

/* Of a dead process of this machine? */
static bool
is_left(const char *name)
{
	const char *host = host_name();
	size_t len = strlen(host), at = skip_digits(name, stem(name)), pid;

	if (at == 0 || name[--at] != '-')
		return false;
	pid = skip_digits(name, at);
	return pid > len + 1 && name[pid - 1] == '.' &&
	    memcmp(name + pid - 1 - len, host, len) == 0 &&
	    name[pid - 2 - len] == '.' &&
	    process_gone(strtol(name + pid, NULL, 10), host);
}

void
temporary_sweep(const char *folder, int depth)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	struct stat st;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char *path;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		path = xasprintf("%s/%s", folder, e->d_name);
		if (is_left(e->d_name))
			tree_remove(path);
		else if (depth > 0 && fstatat(dirfd(dir), e->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
			temporary_sweep(path, depth - 1);
		free(path);
	}
	if (dir != NULL)
		closedir(dir);
}

char *
temporary_name(const char *path)
{
	static atomic_uint serial;
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *folder = slash == NULL ? xstrdup(".") :
	    xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	char *out;

	temporary_sweep(folder, 0);
	out = xasprintf("%.*s.%.*s.%s.%ld-%u" SUFFIX, (int)(name - path), path,
	    KEPT, name, host_name(), (long)getpid(),
	    atomic_fetch_add(&serial, 1));
	free(folder);
	return out;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
tree_remove(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

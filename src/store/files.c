/* Files and folders copied: blocks are shared where the disk can do so. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"
#include "priv.h"

#define CHUNK ((size_t)1 << 20)

static int
write_all(int fd, const char *data, size_t len)
{
	for (ssize_t put; len > 0; data += put, len -= (size_t)put) {
		put = write(fd, data, len);
		if (put < 0)
			return -1;
	}
	return 0;
}

/* The next part, by the kernel where it can; by way of *chunk from then on
 * where it can not. 0: the end. */
static ssize_t
copy_part(int from, int to, char **chunk)
{
	ssize_t got = -1;

	if (*chunk == NULL) {
		got = copy_file_range(from, NULL, to, NULL, CHUNK, 0);
		if (got >= 0 || (errno != EXDEV && errno != ENOSYS &&
		    errno != EINVAL && errno != EOPNOTSUPP))
			return got;
		*chunk = xmalloc(CHUNK);
	}
	got = read(from, *chunk, CHUNK);
	return got > 0 && write_all(to, *chunk, (size_t)got) < 0 ? -1 : got;
}

static int
copy_bytes(int from, int to, const char *path, struct progress *progress,
    struct err *err)
{
	char *chunk = NULL;
	ssize_t got = 1;
	int rc = 0;

	/* The disk may share the blocks: then nothing is copied. */
	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	while (rc == 0 && got > 0) {
		got = copy_part(from, to, &chunk);
		if (got < 0)
			rc = err_set_errno(err, "%s", path);
		else if (progress_step(progress, (size_t)got >> 10))
			rc = progress_stopped(err);
	}
	free(chunk);
	return rc;
}

bool
file_shares(const char *from, const char *to)
{
	char *name = temporary_name(to);
	int a = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int b = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	bool shares = a >= 0 && b >= 0 && ioctl(b, FICLONE, a) == 0;

	if (b >= 0) {
		close(b);
		unlink(name);
	}
	if (a >= 0)
		close(a);
	free(name);
	return shares;
}

int
file_copy(const char *from, const char *to, struct progress *progress,
    int64_t *bytes, struct err *err)
{
	int a = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), b = -1, rc = -1;
	struct stat st;

	if (a < 0 && errno == ENOENT)
		return 0; /* a job has just replaced it */
	if (a >= 0)
		b = open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (a < 0 || b < 0 || fstat(a, &st) < 0)
		err_set_errno(err, "%s", b < 0 && a >= 0 ? to : from);
	else
		rc = copy_bytes(a, b, to, progress, err);
	if (rc == 0 && bytes != NULL)
		*bytes += st.st_size;
	if (b >= 0 && close(b) < 0 && rc == 0)
		rc = err_set_errno(err, "%s", to);
	if (a >= 0)
		close(a);
	return rc < 0 ? -1 : 1;
}

int
owner_keep(const char *made, const char *like, struct err *err)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (lstat(like, &st) < 0 || lchown(made, st.st_uid, st.st_gid) < 0)
		return err_set_errno(err, "%s", made);
	return 0;
}

int
folder_each(const char *folder, int (*fn)(void *arg, const char *name,
    struct err *err), void *arg, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	int rc = 0;

	if (dir == NULL)
		return err_set_errno(err, "%s", folder);
	while (rc == 0 && (e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			rc = fn(arg, e->d_name, err);
	closedir(dir);
	return rc;
}

struct copying {
	const char *from, *to;
	struct progress *progress;
};

static int
copy_child(void *arg, const char *name, struct err *err)
{
	const struct copying *c = arg;
	char *from = xasprintf("%s/%s", c->from, name);
	char *to = xasprintf("%s/%s", c->to, name);
	int rc = folder_copy(from, to, c->progress, err);

	free(to);
	free(from);
	return rc;
}

int
folder_copy(const char *from, const char *to, struct progress *progress,
    struct err *err)
{
	struct copying c = { from, to, progress };
	struct stat st;
	int made = 0;

	if (lstat(from, &st) < 0)
		return errno == ENOENT ? 0 : err_set_errno(err, "%s", from);
	if (S_ISREG(st.st_mode))
		made = file_copy(from, to, progress, NULL, err);
	else if (S_ISDIR(st.st_mode) && mkdir(to, 0700) < 0)
		made = err_set_errno(err, "%s", to);
	else if (S_ISDIR(st.st_mode))
		made = folder_each(from, copy_child, &c, err) < 0 ? -1 : 1;
	return made == 1 ? owner_keep(to, from, err) : made;
}

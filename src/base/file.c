#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"

int
file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	struct stat st;
	ssize_t n = 0;
	size_t had = out->len;
	int fd, result = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set_errno(err, "%s", path);
		if (err != NULL)
			err->status = ERR_NAME;
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (size_t)st.st_size <= max)
		buf_reserve(out, (size_t)st.st_size);
	for (;;) {
		if (out->cap - out->len < 65536)
			buf_reserve(out, 65536);
		n = read(fd, out->data + out->len, out->cap - out->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		if (out->len - had > max) {
			err_set(err, "%s: larger than %zu bytes", path, max);
			goto out;
		}
	}
	out->data[out->len] = '\0';
	if (n < 0)
		err_set_errno(err, "%s", path);
	else
		result = 0;
out:
	close(fd);
	return result;
}

int
file_begin(struct file_out *f, const char *path, struct err *err)
{
	static atomic_uint serial;
	const char *name = strrchr(path, '/');

	name = name == NULL ? path : name + 1;
	*f = (struct file_out){ .fd = -1 };
	f->path = xstrdup(path);
	f->tmp = xasprintf("%.*s.%s.%ld-%u.tmp", (int)(name - path), path,
	    name, (long)getpid(), atomic_fetch_add(&serial, 1));
	f->fd = open(f->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (f->fd < 0) {
		err_set_errno(err, "%s", path);
		free(f->path);
		free(f->tmp);
		return -1;
	}
	return 0;
}

int
file_add(struct file_out *f, const void *data, size_t len, struct err *err)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(f->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, "%s", f->path);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A rename is on disk when its directory is. A file system that has no sync
 * of directories says EINVAL: there is nothing more to be done then. */
static int
dir_sync(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int fd, result = 0;

	if (slash == NULL)
		dir = xstrdup(".");
	else
		dir = xstrndup(path,
		    slash == path ? 1 : (size_t)(slash - path));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		result = err_set_errno(err, "%s", dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return result;
}

int
file_end(struct file_out *f, struct err *err)
{
	int result = -1, fd = f->fd;

	if (fsync(fd) < 0) {
		err_set_errno(err, "%s", f->path);
		goto out;
	}
	f->fd = -1;
	if (close(fd) < 0 || rename(f->tmp, f->path) < 0) {
		err_set_errno(err, "%s", f->path);
		goto out;
	}
	free(f->tmp);
	f->tmp = NULL;
	result = dir_sync(f->path, err);
out:
	file_drop(f);
	return result;
}

void
file_drop(struct file_out *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->tmp != NULL)
		unlink(f->tmp);
	free(f->tmp);
	free(f->path);
	*f = (struct file_out){ .fd = -1 };
}

int
file_write(const char *path, const void *data, size_t len, struct err *err)
{
	struct file_out f;

	if (file_begin(&f, path, err) < 0)
		return -1;
	if (file_add(&f, data, len, err) < 0) {
		file_drop(&f);
		return -1;
	}
	return file_end(&f, err);
}

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/temporary.h"

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
	*f = (struct file_out){ .fd = -1, .path = xstrdup(path),
		.tmp = temporary_name(path) };
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

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int
file_room(const char *path, double bytes, struct err *err)
{
	struct buf need = BUF_INIT, left = BUF_INIT;
	char *folder = folder_of(path);
	struct statvfs st;
	double room;
	int rc = 0;

	if (statvfs(folder, &st) == 0 &&
	    (room = (double)st.f_bavail * (double)st.f_frsize) < bytes) {
		buf_add_size(&need, (int64_t)bytes);
		buf_add_size(&left, (int64_t)room);
		rc = err_set(err, "%s: %s are needed there and %s are left: "
		    "free some space", path, buf_str(&need), buf_str(&left));
		buf_free(&need);
		buf_free(&left);
	}
	free(folder);
	return rc;
}

int
file_sync(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;

	/* Some file systems cannot sync a folder, and need not. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != EROFS))
		rc = err_set_errno(err, "%s", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
file_name_sync(const char *path, struct err *err)
{
	char *folder = folder_of(path);
	/* Who may write in a folder and not read it cannot sync it. */
	int rc = access(folder, R_OK) < 0 ? 0 : file_sync(folder, err);

	free(folder);
	return rc;
}

int
file_rename(const char *from, const char *to, struct err *err)
{
	if (rename(from, to) < 0)
		return err_set_errno(err, "%s", to);
	return file_name_sync(to, err);
}

int
folder_begin(const char *path, unsigned mode, struct err *err)
{
	if (mkdir(path, (mode_t)mode) == 0)
		return file_name_sync(path, err);
	return errno == EEXIST ? 0 : err_set_errno(err, "%s", path);
}

static int
sync_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	return type == FTW_SL ? 0 : file_sync(path, NULL);
}

int
tree_sync(const char *path, struct err *err)
{
	return nftw(path, sync_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 :
	    err_set_errno(err, "%s", path);
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
	if (close(fd) < 0) {
		err_set_errno(err, "%s", f->path);
		goto out;
	}
	result = file_rename(f->tmp, f->path, err);
	if (result == 0) {
		free(f->tmp);
		f->tmp = NULL;
	}
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

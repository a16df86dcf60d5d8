/* Paths of projects: names that appear whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "priv.h"

char *
path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	if (slash == path)
		return xstrdup("/");
	return xstrndup(path, (size_t)(slash - path));
}

const char *
path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The real folder of a file that need not exist, and its name in there. */
char *
path_real(const char *path, struct err *err)
{
	char *parent = path_parent(path), *real, *out = NULL;
	const char *last = path_last(path);

	real = realpath(parent, NULL);
	if (real == NULL)
		err_set_status(err, errno == EACCES ? ERR_DENIED : ERR_NAME,
		    "%s: %s%s", parent, strerror(errno),
		    errno == ENOENT ? ": make this folder first" : "");
	else if (*last == '\0')
		err_set_status(err, ERR_NAME, "%s: is a folder", path);
	else
		out = xasprintf("%s/%s", strcmp(real, "/") == 0 ? "" : real,
		    last);
	free(real);
	free(parent);
	return out;
}

char *
path_folder(const char *path, struct err *err)
{
	size_t len = strlen(path);
	char *cut, *real;

	while (len > 1 && path[len - 1] == '/')
		len--;
	cut = xstrndup(path, len);
	real = path_real(cut, err);
	free(cut);
	return real;
}

int
path_taken(const char *path, struct err *err)
{
	return err_set_status(err, ERR_NAME, "%s: exists already: choose "
	    "another name, or remove it first", path);
}

int
path_unused(const char *path, struct err *err)
{
	return access(path, F_OK) < 0 ? 0 : path_taken(path, err);
}

int
path_publish(const char *temporary, const char *target, struct err *err)
{
	int rc;

	if (tree_sync(temporary, err) < 0)
		return -1;
	rc = renameat2(AT_FDCWD, temporary, AT_FDCWD, target,
	    RENAME_NOREPLACE);
	if (rc < 0 && (errno == EINVAL || errno == ENOSYS)) {
		/* The file system has no such rename: a link does as well,
		 * and where there are no links a look has to do. */
		rc = link(temporary, target);
		if (rc == 0)
			unlink(temporary);
		else if (errno != EEXIST && access(target, F_OK) < 0)
			rc = rename(temporary, target);
		else
			errno = EEXIST;
	}
	if (rc < 0 && errno == EEXIST)
		path_taken(target, err);
	else if (rc < 0)
		err_set_errno(err, "%s", target);
	else
		rc = file_name_sync(target, err);
	return rc;
}

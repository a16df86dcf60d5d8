#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/account.h"
#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "tagtiger/share.h"
#include "priv.h"

/* Each folder from the root down; `folder` itself not. */
bool
share_reaches(const char *folder, int64_t uid, char **blocked)
{
	char *path = path_folder(folder, NULL);

	*blocked = NULL;
	if (path == NULL)
		return true; /* nothing is there to stop anybody */
	for (char *s = path; *blocked == NULL && (s = strchr(s, '/')) != NULL;
	     s++) {
		char cut = s[s == path];

		s[s == path] = '\0';
		if (!account_may(path, uid, 1))
			*blocked = xstrdup(path);
		s[s == path] = cut;
	}
	free(path);
	return *blocked == NULL;
}

static bool
place_fits(const char *folder, int64_t uid)
{
	char *inside = xasprintf("%s/x", folder), *blocked = NULL;
	bool fits = access(folder, W_OK | X_OK) == 0 &&
	    share_reaches(inside, uid, &blocked);

	free(blocked);
	free(inside);
	return fits;
}

char *
share_place(const struct project *p, int64_t uid)
{
	static const char *const usual[] = { "/srv/tagtiger", "/srv",
		"/data", "/scratch", "/projects", "/var/tmp" };
	char *parent = path_parent(p->path), *place = NULL;

	for (int i = -1; place == NULL &&
	     i < (int)(sizeof usual / sizeof usual[0]); i++) {
		const char *folder = i < 0 ? parent : usual[i];

		if (!place_fits(folder, uid))
			continue;
		place = xasprintf("%s/%s", folder, p->name);
		for (int n = 2; access(place, F_OK) == 0; n++) {
			free(place);
			place = xasprintf("%s/%s-%d", folder, p->name, n);
		}
	}
	free(parent);
	return place;
}

bool
share_alone(const struct project *p)
{
	char *folder = path_parent(p->path);
	size_t len = strlen(p->name);
	DIR *dir = opendir(folder);
	struct dirent *e;
	bool alone = dir != NULL;

	while (alone && (e = readdir(dir)) != NULL)
		alone = e->d_name[0] == '.' ||
		    (strncmp(e->d_name, p->name, len) == 0 &&
		    strncmp(e->d_name + len, ".tiger", 6) == 0);
	if (dir != NULL)
		closedir(dir);
	free(folder);
	return alone;
}

/* ---- moving ---- */

static int
folder_ready(const char *folder, struct err *err)
{
	if (mkdir(folder, 0700) == 0)
		return file_name_sync(folder, err);
	if (errno != EEXIST)
		return err_set_errno(err, "%s: cannot make the folder",
		    folder);
	/* An empty one will do. */
	if (rmdir(folder) < 0 || mkdir(folder, 0700) < 0)
		return err_set_status(err, ERR_NAME, "%s: is not empty: a "
		    "shared project lives in a folder of its own", folder);
	return 0;
}

/* To another file system. */
static int
copy_both(struct project *p, const char *path, const char *data,
    struct progress *progress, struct err *err)
{
	int rc = folder_copy(p->folder, data, progress, err);

	if (rc == 0 && access(data, F_OK) == 0)
		rc = tree_sync(data, err);
	if (rc == 0)
		rc = project_backup(p, path, progress, err);
	if (rc == 0)
		rc = owner_keep(path, p->path, err);
	if (rc == 0 && unlink(p->path) < 0)
		rc = err_set_errno(err, "%s: cannot be removed", p->path);
	if (rc < 0) {
		unlink(path);
		tree_remove(data);
	} else {
		tree_remove(p->folder);
	}
	return rc;
}

static int
rename_both(struct project *p, const char *path, const char *data,
    struct progress *progress, struct err *err)
{
	bool folder = access(p->folder, F_OK) == 0;

	if (folder && rename(p->folder, data) < 0)
		return errno == EXDEV ?
		    copy_both(p, path, data, progress, err) :
		    err_set_errno(err, "%s", data);
	if (rename(p->path, path) == 0) {
		/* A disk that fails here fails the next label too. */
		file_name_sync(path, NULL);
		file_name_sync(p->path, NULL);
		return 0;
	}
	if (errno == EXDEV && !folder)
		return copy_both(p, path, data, progress, err);
	err_set_errno(err, "%s", path);
	if (folder)
		rename(data, p->folder);
	return -1;
}

/*
 * With the lock that nobody shares: who waits for it finds the file gone, and
 * writes nothing beside the old path. It is held without a transaction, in
 * which SQLite would copy nothing.
 */
static int
move_locked(struct project *p, const char *path, const char *data,
    struct progress *progress, struct err *err)
{
	int rc = db_exec(p, "PRAGMA locking_mode = EXCLUSIVE", err);

	if (rc == 0)
		rc = db_exec(p, "BEGIN EXCLUSIVE; COMMIT", err);
	if (rc == 0)
		rc = rename_both(p, path, data, progress, err);
	if (rc < 0) {
		db_exec(p, "PRAGMA locking_mode = NORMAL", NULL);
		db_exec(p, "SELECT 1 FROM sqlite_schema", NULL); /* let go */
	}
	return rc;
}

int
project_move(struct project *p, const char *folder, struct progress *progress,
    struct err *err)
{
	char *real = path_folder(folder, err), *path = NULL, *data = NULL;
	int rc = -1;

	if (real == NULL)
		return -1;
	if (p->depth > 0 || p->readonly) {
		free(real);
		return err_set_status(err, ERR_DENIED, "%s: cannot be moved "
		    "now", p->path);
	}
	path = xasprintf("%s/%s.tiger", real, p->name);
	data = xasprintf("%s/%s.tiger-data", real, p->name);
	if (folder_ready(real, err) == 0) {
		rc = owner_keep(real, p->path, err);
		if (rc == 0)
			rc = move_locked(p, path, data, progress, err);
		if (rc < 0)
			rmdir(real);
	}
	free(real);
	if (rc < 0) {
		free(path);
		free(data);
		return -1;
	}
	free(p->path);
	free(p->folder);
	p->path = path;
	p->folder = data;
	return project_reopen(p, err);
}

#include <acl/libacl.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/account.h"
#include "tagtiger/alloc.h"
#include "tagtiger/share.h"
#include "priv.h"

/* Each folder from the root down; `folder` itself not. */
bool
share_reaches(const char *folder, int64_t uid, char **blocked)
{
	char *path = xstrdup(folder);

	*blocked = NULL;
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
		return 0;
	if (errno != EEXIST)
		return err_set_errno(err, "%s: cannot make the folder",
		    folder);
	/* An empty one will do. */
	if (rmdir(folder) < 0 || mkdir(folder, 0700) < 0)
		return err_set_status(err, ERR_NAME, "%s: is not empty: a "
		    "shared project lives in a folder of its own", folder);
	return 0;
}

static int
rename_both(struct project *p, const char *path, const char *data,
    struct err *err)
{
	bool folder = access(p->folder, F_OK) == 0;

	if (folder && rename(p->folder, data) < 0)
		return errno == EXDEV ? err_set(err, "%s: lies on another "
		    "file system: use archive, and restore there", data) :
		    err_set_errno(err, "%s", data);
	if (rename(p->path, path) == 0)
		return 0;
	if (errno == EXDEV)
		err_set(err, "%s: lies on another file system: use archive, "
		    "and restore there", path);
	else
		err_set_errno(err, "%s", path);
	if (folder)
		rename(data, p->folder);
	return -1;
}

/* With the lock that nobody shares: who waits for it finds the file gone, and
 * writes nothing beside the old path. */
static int
move_locked(struct project *p, const char *path, const char *data,
    struct err *err)
{
	int rc = db_exec(p, "BEGIN EXCLUSIVE", err);

	if (rc < 0)
		return -1;
	rc = rename_both(p, path, data, err);
	db_exec(p, "ROLLBACK", NULL);
	return rc;
}

int
project_move(struct project *p, const char *folder, struct err *err)
{
	char *real = path_real(folder, err), *path = NULL, *data = NULL;
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
		rc = move_locked(p, path, data, err);
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

/* ---- access lists ---- */

/* The entry of a tag and, for named users, of an account; made if absent. */
static acl_entry_t
entry_of(acl_t *acl, acl_tag_t tag, uid_t uid)
{
	acl_entry_t e;
	acl_tag_t is;

	for (int which = ACL_FIRST_ENTRY; acl_get_entry(*acl, which, &e) == 1;
	     which = ACL_NEXT_ENTRY) {
		void *q;
		bool same;

		acl_get_tag_type(e, &is);
		if (is != tag)
			continue;
		if (tag != ACL_USER)
			return e;
		q = acl_get_qualifier(e);
		same = q != NULL && *(uid_t *)q == uid;
		acl_free(q);
		if (same)
			return e;
	}
	if (acl_create_entry(acl, &e) < 0 || acl_set_tag_type(e, tag) < 0 ||
	    (tag == ACL_USER && acl_set_qualifier(e, &uid) < 0))
		return NULL;
	return e;
}

static int
entry_set(acl_t *acl, acl_tag_t tag, uid_t uid, int mode)
{
	acl_entry_t e = entry_of(acl, tag, uid);
	acl_permset_t set;

	if (e == NULL || acl_get_permset(e, &set) < 0)
		return -1;
	acl_clear_perms(set);
	if (mode & 4)
		acl_add_perm(set, ACL_READ);
	if (mode & 2)
		acl_add_perm(set, ACL_WRITE);
	if (mode & 1)
		acl_add_perm(set, ACL_EXECUTE);
	return acl_set_permset(e, set);
}

static int
entry_drop(acl_t *acl, uid_t uid)
{
	acl_entry_t e = entry_of(acl, ACL_USER, uid);

	return e == NULL ? -1 : acl_delete_entry(*acl, e);
}

/* A default list begins with what the folder's owner, its group and others
 * get: all, nothing, nothing. */
static acl_t
acl_begin(const char *path, acl_type_t type)
{
	acl_t acl = acl_get_file(path, type);

	if (acl == NULL || type == ACL_TYPE_ACCESS || acl_entries(acl) > 0)
		return acl;
	if (entry_set(&acl, ACL_USER_OBJ, 0, 7) == 0 &&
	    entry_set(&acl, ACL_GROUP_OBJ, 0, 0) == 0 &&
	    entry_set(&acl, ACL_OTHER, 0, 0) == 0)
		return acl;
	acl_free(acl);
	return NULL;
}

/* mode 0 takes the account's entry away. */
static int
list_set(const char *path, acl_type_t type, uid_t uid, int mode)
{
	acl_t acl = acl_begin(path, type);
	int rc = -1;

	if (acl == NULL)
		return -1;
	if (mode == 0)
		rc = entry_drop(&acl, uid);
	else if (entry_set(&acl, ACL_USER, uid, mode) == 0)
		rc = entry_set(&acl, ACL_MASK, 0, mode);
	if (rc == 0)
		rc = acl_set_file(path, type, acl);
	acl_free(acl);
	return rc;
}

struct granting {
	uid_t uid, owner;
	bool grant;
	int error;
};

static _Thread_local struct granting *granting;

static int
grant_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct granting *g = granting;
	bool dir = S_ISDIR(st->st_mode);
	int mode = !g->grant ? 0 : dir ? 7 : 6, rc;

	(void)ftw;
	if (type == FTW_SL || (!dir && !S_ISREG(st->st_mode)))
		return 0;
	rc = list_set(path, ACL_TYPE_ACCESS, g->uid, mode);
	if (rc == 0 && dir)
		rc = list_set(path, ACL_TYPE_DEFAULT, g->uid, mode);
	/* What a colleague makes is the owner's to read too. */
	if (rc == 0 && dir && g->grant)
		rc = list_set(path, ACL_TYPE_DEFAULT, g->owner, 7);
	/* A colleague's file is theirs to open to others. */
	if (rc < 0 && errno == EPERM && st->st_uid != geteuid())
		rc = 0;
	if (rc < 0)
		g->error = errno;
	return rc < 0;
}

static int
share_walk(struct project *p, int64_t uid, bool grant, struct err *err)
{
	static const char *const beside[] = { "", "-journal" };
	char *folder = path_parent(p->path);
	struct granting g = { .uid = (uid_t)uid, .grant = grant };
	struct stat st;
	int rc;

	granting = &g;
	rc = stat(p->path, &st);
	g.owner = st.st_uid;
	rc = rc < 0 ? -1 : stat(folder, &st);
	if (rc == 0)
		rc = grant_one(folder, &st, FTW_D, NULL);
	for (size_t i = 0; rc == 0 && i < 2; i++) {
		char *path = xasprintf("%s%s", p->path, beside[i]);

		if (stat(path, &st) == 0)
			rc = grant_one(path, &st, FTW_F, NULL);
		free(path);
	}
	if (rc == 0 && access(p->folder, F_OK) == 0)
		rc = nftw(p->folder, grant_one, 16, FTW_PHYS);
	if (rc != 0)
		errno = g.error != 0 ? g.error : errno;
	if (rc != 0 && errno == ENOTSUP)
		err_set(err, "%s: this file system has no access lists: share "
		    "by a group instead (chgrp -R and chmod -R g+rwXs on the "
		    "folder), then add the user again with --no-acl", folder);
	else if (rc != 0)
		err_set_errno(err, "%s: access cannot be changed", folder);
	free(folder);
	return rc != 0 ? -1 : 0;
}

int
share_grant(struct project *p, int64_t uid, struct err *err)
{
	return share_walk(p, uid, true, err);
}

int
share_revoke(struct project *p, int64_t uid, struct err *err)
{
	return share_walk(p, uid, false, err);
}

/*
 * Access lists: the accounts that a project's folder, its file and what is made
 * in there are open to.
 */
#include <acl/libacl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/account.h"
#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "tagtiger/share.h"
#include "priv.h"

/* ---- lists ---- */

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

/* ---- letting an account in, and out ---- */

struct access {
	uid_t uid;
	uid_t owner; /* of the project's file: all is open to them too */
	bool grant;
};

/* 0, or -1 with errno. */
static int
entries_set(const struct access *a, const char *path, const struct stat *st)
{
	bool dir = S_ISDIR(st->st_mode);
	int mode = !a->grant ? 0 : dir ? 7 : 6;
	int rc = list_set(path, ACL_TYPE_ACCESS, a->uid, mode);

	if (rc == 0 && dir)
		rc = list_set(path, ACL_TYPE_DEFAULT, a->uid, mode);
	if (rc < 0 || !a->grant)
		return rc;
	if (st->st_uid != a->owner)
		rc = list_set(path, ACL_TYPE_ACCESS, a->owner, mode);
	if (rc == 0 && dir)
		rc = list_set(path, ACL_TYPE_DEFAULT, a->owner, mode);
	return rc;
}

static int
access_failed(const char *path, struct err *err)
{
	if (errno == ENOTSUP)
		return err_set(err, "%s: this file system has no access "
		    "lists: share by a group instead (chgrp -R and chmod -R "
		    "g+rwXs on the folder), then add the user again with "
		    "--no-acl", path);
	return err_set_errno(err, "%s: access cannot be changed", path);
}

/* The folder or the file itself: only whose it is may say who else has it. */
static int
access_top(const struct access *a, const char *path, struct err *err)
{
	struct stat st;
	char *owner;

	if (stat(path, &st) < 0)
		return err_set_errno(err, "%s", path);
	if (!a->grant && st.st_uid == a->uid)
		return err_set_status(err, ERR_DENIED, "%s belongs to them: "
		    "root can give it to somebody else (chown)", path);
	if (entries_set(a, path, &st) == 0)
		return 0;
	if (errno != EPERM)
		return access_failed(path, err);
	owner = account_name(st.st_uid);
	err_set_status(err, ERR_DENIED, "%s belongs to %s: only they, or "
	    "root, can say who else has access to it", path,
	    owner != NULL ? owner : "another account");
	free(owner);
	return -1;
}

/*
 * What a colleague made is theirs to open to others. A copy takes its place,
 * which is ours: as the project's owners, we may read it and write the folder.
 */
static int
file_take(const char *path, struct err *err)
{
	char *temporary = temporary_name(path);
	int rc = file_copy(path, temporary, NULL, NULL, err);

	if (rc == 1 && (file_sync(temporary, err) < 0 ||
	    file_rename(temporary, path, err) < 0))
		rc = -1;
	if (rc < 0)
		unlink(temporary);
	free(temporary);
	return rc < 0 ? -1 : 0;
}

struct taking {
	const char *from, *to;
};

static int
child_take(void *arg, const char *name, struct err *err)
{
	const struct taking *t = arg;
	char *from = xasprintf("%s/%s", t->from, name);
	char *to = xasprintf("%s/%s", t->to, name);
	int rc = rename(from, to) < 0 && errno != ENOENT ?
	    err_set_errno(err, "%s", from) : 0;

	free(to);
	free(from);
	return rc;
}

static int
folder_take(const char *path, struct err *err)
{
	/* Not a temporary's name: it stays, should this be killed amid. */
	char *old = xasprintf("%s.taken-%ld", path, (long)getpid());
	struct taking t = { old, path };
	int rc = rename(path, old) < 0 ? -1 : mkdir(path, 0700);

	if (rc < 0)
		err_set_errno(err, "%s", path);
	else
		rc = folder_each(old, child_take, &t, err);
	if (rc == 0 && rmdir(old) < 0)
		rc = err_set_errno(err, "%s", old);
	free(old);
	return rc;
}

static int access_tree(const struct access *a, const char *path,
    struct err *err);

struct below {
	const struct access *access;
	const char *folder;
};

static int
access_child(void *arg, const char *name, struct err *err)
{
	const struct below *b = arg;
	char *path = xasprintf("%s/%s", b->folder, name);
	int rc = access_tree(b->access, path, err);

	free(path);
	return rc;
}

static int
access_tree(const struct access *a, const char *path, struct err *err)
{
	struct below b = { a, path };
	struct stat st;
	bool dir;
	int rc;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set_errno(err, "%s", path);
	dir = S_ISDIR(st.st_mode);
	if (!dir && !S_ISREG(st.st_mode))
		return 0;
	rc = entries_set(a, path, &st);
	if (rc < 0 && errno == EPERM && a->grant) {
		if ((dir ? folder_take : file_take)(path, err) < 0)
			return -1;
		st.st_uid = geteuid();
		rc = entries_set(a, path, &st);
	}
	/* Who is let out cannot come this far any more. */
	if (rc < 0 && (errno != EPERM || a->grant))
		return access_failed(path, err);
	return dir ? folder_each(path, access_child, &b, err) : 0;
}

static int
access_set(struct project *p, int64_t uid, bool grant, struct err *err)
{
	char *folder = path_parent(p->path);
	char *journal = xasprintf("%s-journal", p->path);
	struct access a = { .uid = (uid_t)uid, .grant = grant };
	struct stat st;
	int rc = stat(p->path, &st);

	if (rc < 0)
		err_set_errno(err, "%s", p->path);
	a.owner = st.st_uid;
	if (rc == 0)
		rc = access_top(&a, folder, err);
	if (rc == 0)
		rc = access_top(&a, p->path, err);
	if (rc == 0)
		rc = access_tree(&a, journal, err);
	if (rc == 0)
		rc = access_tree(&a, p->folder, err);
	free(journal);
	free(folder);
	return rc;
}

int
share_grant(struct project *p, int64_t uid, struct err *err)
{
	return access_set(p, uid, true, err);
}

int
share_revoke(struct project *p, int64_t uid, struct err *err)
{
	return access_set(p, uid, false, err);
}

bool
share_open_to(const struct project *p, int64_t uid)
{
	char *folder = path_parent(p->path), *blocked = NULL;
	bool open = share_reaches(folder, uid, &blocked) &&
	    account_may(folder, uid, 1) && account_may(folder, uid, 2) &&
	    account_may(p->path, uid, 4) && account_may(p->path, uid, 2);

	free(blocked);
	free(folder);
	return open;
}

/* ---- what is made later ---- */

static bool
has_names(acl_t acl)
{
	acl_entry_t e;
	acl_tag_t tag;

	for (int which = ACL_FIRST_ENTRY; acl_get_entry(acl, which, &e) == 1;
	     which = ACL_NEXT_ENTRY) {
		acl_get_tag_type(e, &tag);
		if (tag == ACL_USER || tag == ACL_GROUP)
			return true;
	}
	return false;
}

/* A folder is passed through by whom it is read by. */
static int
folder_modes(acl_t acl)
{
	acl_entry_t e;
	acl_permset_t set;

	for (int which = ACL_FIRST_ENTRY; acl_get_entry(acl, which, &e) == 1;
	     which = ACL_NEXT_ENTRY)
		if (acl_get_permset(e, &set) < 0 ||
		    (acl_get_perm(set, ACL_READ) == 1 &&
		    acl_add_perm(set, ACL_EXECUTE) < 0))
			return -1;
	return 0;
}

/* The list of `file`, with whose it is as one more name. */
static int
list_copy(const char *made, const struct stat *is, acl_t acl,
    const struct stat *file)
{
	bool dir = S_ISDIR(is->st_mode);

	/* The file itself may be one that can only be read. */
	if (entry_set(&acl, ACL_USER_OBJ, 0, 6) < 0)
		return -1;
	if (file->st_uid != is->st_uid &&
	    entry_set(&acl, ACL_USER, file->st_uid, 6) < 0)
		return -1;
	if (dir && folder_modes(acl) < 0)
		return -1;
	if (acl_set_file(made, ACL_TYPE_ACCESS, acl) < 0)
		return -1;
	return dir ? acl_set_file(made, ACL_TYPE_DEFAULT, acl) : 0;
}

/* To the group, where that is the same one; a folder gives it on. */
static int
group_let_in(const char *made, const struct stat *is, const struct stat *file)
{
	if (is->st_gid != file->st_gid &&
	    chown(made, (uid_t)-1, file->st_gid) < 0)
		return 0; /* not this account's: it stays alone with it */
	return chmod(made, S_ISDIR(is->st_mode) ? 02770 :
						  0600 | (file->st_mode & 060));
}

/* Is the file open by name? Else by its group, if at all. */
static bool
is_open_by_name(const char *file, acl_t *acl)
{
	*acl = acl_get_file(file, ACL_TYPE_ACCESS);
	if (*acl != NULL && has_names(*acl))
		return true;
	if (*acl != NULL)
		acl_free(*acl);
	return false;
}

int
access_like(const char *made, const char *file, struct err *err)
{
	struct stat st, is;
	acl_t acl;
	int rc;

	if (stat(file, &st) < 0 || stat(made, &is) < 0)
		return err_set_errno(err, "%s", made);
	if ((st.st_mode & 060) == 0)
		return 0;
	if (is_open_by_name(file, &acl)) {
		rc = list_copy(made, &is, acl, &st);
		acl_free(acl);
	} else {
		rc = group_let_in(made, &is, &st);
	}
	/* Where there are no lists, it is this account's alone. */
	return rc < 0 && errno != ENOTSUP ? err_set_errno(err, "%s", made) : 0;
}

struct made {
	const char *folder;
	const struct stat *file; /* the project's */
};

static int
made_let_in(void *arg, const char *name, struct err *err)
{
	const struct made *m = arg;
	char *path = xasprintf("%s/%s", m->folder, name);
	struct made below = { path, m->file };
	struct stat st;

	if (lstat(path, &st) < 0)
		st.st_mode = 0;
	if (st.st_mode != 0 && st.st_uid == geteuid() &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) &&
	    (st.st_gid != m->file->st_gid || (st.st_mode & 060) != 060))
		group_let_in(path, &st, m->file);
	if (S_ISDIR(st.st_mode))
		folder_each(path, made_let_in, &below, err);
	free(path);
	return 0;
}

void
share_made(struct project *p)
{
	struct stat st;
	struct made m = { p->folder, &st };
	acl_t acl;

	if (stat(p->path, &st) < 0 || (st.st_mode & 060) == 0)
		return;
	if (is_open_by_name(p->path, &acl))
		acl_free(acl);
	else
		folder_each(p->folder, made_let_in, &m, NULL);
}

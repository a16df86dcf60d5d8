/* The accounts of this machine, and what modes and access lists let them do. */
#include <acl/libacl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/acl.h>
#include <sys/stat.h>

#include "tagtiger/account.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

#define GROUPS 256

/* ---- accounts ---- */

int
account_find(const char *who, int64_t *uid, char **name, struct err *err)
{
	const struct passwd *pw = getpwnam(who);
	char *end;
	long number = strtol(who, &end, 10);

	if (pw == NULL && end != who && *end == '\0')
		pw = getpwuid((uid_t)number);
	if (pw == NULL)
		return err_set_status(err, ERR_NAME, "this machine has no "
		    "account '%s': users of a project are its accounts", who);
	*uid = pw->pw_uid;
	*name = xstrdup(pw->pw_name);
	return 0;
}

/* ---- who may what ---- */

struct account {
	uid_t uid;
	gid_t groups[GROUPS];
	int ngroups;
};

static void
account_read(int64_t uid, struct account *a)
{
	const struct passwd *pw = getpwuid((uid_t)uid);

	*a = (struct account){ .uid = (uid_t)uid, .ngroups = GROUPS };
	if (pw == NULL || getgrouplist(pw->pw_name, pw->pw_gid, a->groups,
	    &a->ngroups) < 0)
		a->ngroups = pw == NULL ? 0 : GROUPS;
}

static bool
in_group(const struct account *a, gid_t group)
{
	for (int i = 0; i < a->ngroups; i++)
		if (a->groups[i] == group)
			return true;
	return false;
}

static bool
entry_has(acl_entry_t e, acl_perm_t want)
{
	acl_permset_t set;

	return acl_get_permset(e, &set) == 0 && acl_get_perm(set, want) == 1;
}

/* What an access list says to an account that does not own the file (POSIX
 * 1003.1e draft 17, 23.1.5): 1, 0, or -1 for what `other` may. */
static int
acl_allows(acl_t acl, const struct account *a, gid_t owner, acl_perm_t want)
{
	bool mask = true, named = false, named_may = false, group = false;
	bool group_may = false;
	acl_entry_t e;
	acl_tag_t tag;

	for (int which = ACL_FIRST_ENTRY; acl_get_entry(acl, which, &e) == 1;
	     which = ACL_NEXT_ENTRY) {
		void *q = NULL;
		bool mine;

		acl_get_tag_type(e, &tag);
		if (tag == ACL_USER || tag == ACL_GROUP)
			q = acl_get_qualifier(e);
		if (tag == ACL_MASK)
			mask = entry_has(e, want);
		if (tag == ACL_USER && q != NULL && *(uid_t *)q == a->uid) {
			named = true;
			named_may = entry_has(e, want);
		}
		mine = (tag == ACL_GROUP_OBJ && in_group(a, owner)) ||
		    (tag == ACL_GROUP && q != NULL &&
		    in_group(a, *(gid_t *)q));
		group |= mine;
		group_may |= mine && entry_has(e, want);
		acl_free(q);
	}
	return named ? named_may && mask : group ? group_may && mask : -1;
}

bool
account_may(const char *path, int64_t uid, int want)
{
	struct account a;
	mode_t bits = (mode_t)want;
	struct stat st;
	acl_t acl;
	int may = -1;

	if (stat(path, &st) < 0)
		return false;
	if (uid == 0)
		return true;
	account_read(uid, &a);
	if (st.st_uid == a.uid)
		return (st.st_mode >> 6 & bits) == bits;
	acl = acl_get_file(path, ACL_TYPE_ACCESS);
	if (acl != NULL) {
		may = acl_allows(acl, &a, st.st_gid,
		    want == 1 ? ACL_EXECUTE : want == 2 ? ACL_WRITE :
		    ACL_READ);
		acl_free(acl);
	} else if (in_group(&a, st.st_gid)) {
		may = (st.st_mode >> 3 & bits) == bits;
	}
	return may >= 0 ? may == 1 : (st.st_mode & bits) == bits;
}

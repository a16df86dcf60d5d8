#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/hash.h"
#include "tagtiger/utf8.h"
#include "priv.h"

static const char *const role_names[] = {
	[ROLE_NONE] = "none",
	[ROLE_ANNOTATOR] = "annotator",
	[ROLE_MANAGER] = "manager",
	[ROLE_OWNER] = "owner",
};

const char *
role_name(enum role role)
{
	return role_names[role <= ROLE_OWNER ? role : ROLE_NONE];
}

int
role_of_name(const char *name, enum role *role)
{
	for (int r = ROLE_ANNOTATOR; r <= ROLE_OWNER; r++) {
		if (strcmp(name, role_names[r]) == 0) {
			*role = (enum role)r;
			return 0;
		}
	}
	return -1;
}

void
user_role_refresh(struct project *p)
{
	int64_t role = ROLE_NONE;

	if (db_int(p, SQL_USER_ROLE, ARGS(I(p->uid)), &role, NULL) < 0)
		return; /* as it was */
	if (role < ROLE_NONE || role > ROLE_OWNER)
		role = ROLE_NONE;
	/* Whoever was given a work copy may work in it. */
	if (p->copy && role == ROLE_NONE)
		role = ROLE_ANNOTATOR;
	p->role = p->uid == 0 ? ROLE_OWNER : (enum role)role;
}

enum role
user_role_now(struct project *p)
{
	user_role_refresh(p);
	return p->role;
}

enum role
user_role(const struct project *p)
{
	return p->role;
}

int
role_require(enum role role, enum role needed, struct err *err)
{
	if (role >= needed)
		return 0;
	if (role == ROLE_NONE)
		return err_set_status(err, ERR_DENIED, "this account is no "
		    "user of the project: ask its owner to add you (user add)");
	return err_set_status(err, ERR_DENIED, "this is for %ss, and you are "
	    "%s %s: ask %s", role_name(needed),
	    role == ROLE_MANAGER ? "a" : "an", role_name(role),
	    needed == ROLE_OWNER ? "the project's owner"
				 : "the owner or a manager");
}

int
user_require(struct project *p, enum role role, struct err *err)
{
	return role_require(p->role, role, err);
}

int
user_list(struct project *p, struct user **out, size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_USER_LIST, NO_ARGS, err);
	struct user *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct user){ .uid = col_int(s, 0),
			.name = col_dup(s, 1),
			.role = (enum role)col_int(s, 2),
			.since = col_int(s, 3) };
	}
	if (row < 0) {
		user_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
user_list_free(struct user *u, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(u[i].name);
	free(u);
}

char *
account_name(int64_t uid)
{
	char memory[4096];
	struct passwd pw, *found = NULL;

	if (uid < 0 || getpwuid_r((uid_t)uid, &pw, memory, sizeof memory,
	    &found) != 0 || found == NULL)
		return NULL;
	return xstrdup(pw.pw_name);
}

char *
user_name(struct project *p, int64_t uid)
{
	char *name = NULL;

	if (uid == LAYER_FINAL)
		return xstrdup("final");
	db_text(p, SQL_USER_NAME, ARGS(I(uid)), &name, NULL);
	if (name == NULL)
		name = account_name(uid);
	if (name == NULL)
		name = xasprintf("uid %lld", (long long)uid);
	return name;
}

int
user_find(struct project *p, const char *name, int64_t *uid, struct err *err)
{
	char *end;
	long long number;
	int row;

	row = db_int(p, SQL_USER_NAMED, ARGS(S(name)), uid, err);
	if (row != 0)
		return row;
	number = strtoll(name, &end, 10);
	if (end == name || *end != '\0')
		return 0;
	return db_int(p, SQL_USER_EXISTS, ARGS(I(number)), uid, err);
}

static int
user_event(struct project *p, const char *what, int64_t uid, const char *name,
    enum role role, struct err *err)
{
	struct event_new e = { .kind = EVENT_USER };
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_text(&b, "act", what);
	json_int(&b, "uid", uid);
	json_text(&b, "name", name);
	if (role != ROLE_NONE)
		json_text(&b, "role", role_name(role));
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(p, &e, NULL, err);
	buf_free(&b);
	return rc;
}

static int
user_put(struct project *p, const char *what, int64_t uid, const char *name,
    enum role role, struct err *err)
{
	if (user_event(p, what, uid, name, role, err) < 0)
		return -1;
	return db_run(p, SQL_USER_PUT,
	    ARGS(I(uid), S(name), I(role), I(now_ms())), err);
}

char *
user_name_free(struct project *p, const char *name)
{
	char *out = xstrdup(name);
	int64_t other;

	for (int i = 2; db_int(p, SQL_USER_NAMED, ARGS(S(out)), &other,
	    NULL) == 1; i++) {
		free(out);
		out = xasprintf("%s-%d", name, i);
	}
	return out;
}

bool
name_is_numbered(const char *name, const char *of)
{
	size_t len = strlen(of);

	return strncmp(name, of, len) == 0 && name[len] == '-' &&
	    strspn(name + len + 1, "0123456789") == strlen(name + len + 1);
}

int
user_role_of(struct project *p, int64_t uid, enum role *role, struct err *err)
{
	int64_t there = ROLE_NONE;
	int row = db_int(p, SQL_USER_ROLE, ARGS(I(uid)), &there, err);

	*role = (enum role)there;
	return row < 0 ? -1 : 0;
}

/* An annotator of that name, whom an import or a work copy brought, makes room
 * for the account. */
static int
namesake_rename(struct project *p, int64_t uid, const char *name,
    struct err *err)
{
	int64_t other = uid;
	enum role role;
	char *as;
	int rc = db_int(p, SQL_USER_NAMESAKE, ARGS(S(name), I(uid)), &other,
	    err);

	if (rc <= 0)
		return rc;
	as = user_name_free(p, name);
	rc = user_role_of(p, other, &role, err);
	if (rc == 0)
		rc = user_event(p, "rename", other, as, role, err);
	if (rc == 0)
		rc = db_run(p, SQL_USER_RENAME, ARGS(I(other), S(as)), err);
	free(as);
	return rc;
}

int
user_addable(struct project *p, int64_t uid, const char *name,
    struct err *err)
{
	enum role there;

	if (work_refuses(p, "add users", err) < 0 ||
	    user_role_of(p, uid, &there, err) < 0)
		return -1;
	return there == ROLE_NONE ? 0 : err_set_status(err, ERR_NAME,
	    "%s is a user already (%s): change the role instead", name,
	    role_name(there));
}

int
user_add(struct project *p, int64_t uid, const char *name, enum role role,
    struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = user_addable(p, uid, name, err);
	if (rc == 0)
		rc = namesake_rename(p, uid, name, err);
	if (rc == 0)
		rc = user_put(p, "add", uid, name, role, err);
	return project_end(p, rc, err);
}

/* Fails where uid is the last owner. */
static int
not_last_owner(struct project *p, int64_t uid, struct err *err)
{
	int64_t others = 0;

	if (db_int(p, SQL_USER_OTHER_OWNERS, ARGS(I(uid)), &others, err) < 0)
		return -1;
	if (others > 0)
		return 0;
	return err_set_status(err, ERR_DENIED, "a project needs an owner: "
	    "make somebody else one first");
}

static int
user_change(struct project *p, const char *what, int64_t uid, enum role role,
    struct err *err)
{
	int64_t there = 0;
	char *name = NULL;
	int rc;

	if (work_refuses(p, "change users", err) < 0 ||
	    project_begin(p, err) < 0)
		return -1;
	rc = db_int(p, SQL_USER_ROLE, ARGS(I(uid)), &there, err);
	if (rc == 0 || (rc == 1 && there == ROLE_NONE)) {
		name = user_name(p, uid);
		rc = err_set_status(err, ERR_NAME,
		    "%s is no user of this project: user add", name);
		free(name);
	} else if (rc == 1) {
		rc = 0;
	}
	if (rc == 0 && there == ROLE_OWNER && role != ROLE_OWNER)
		rc = not_last_owner(p, uid, err);
	if (rc == 0) {
		name = user_name(p, uid);
		rc = user_put(p, what, uid, name, role, err);
		free(name);
	}
	/* What they had before them is for others. */
	if (rc == 0 && role == ROLE_NONE)
		rc = db_run(p, SQL_LEASE_EMPTY_OF, ARGS(I(uid)), err);
	rc = project_end(p, rc, err);
	user_role_refresh(p);
	return rc;
}

int
user_role_set(struct project *p, int64_t uid, enum role role, struct err *err)
{
	return user_change(p, "role", uid, role, err);
}

int
user_remove(struct project *p, int64_t uid, struct err *err)
{
	return user_change(p, "remove", uid, ROLE_NONE, err);
}

int64_t
imported_uid(const char *name)
{
	struct sha256 c;
	unsigned char hash[32];
	int64_t v = 0;
	char *nfc = utf8_nfc(name, strlen(name));

	sha256_init(&c);
	sha256_add(&c, nfc, strlen(nfc));
	sha256_end(&c, hash);
	free(nfc);
	for (int i = 0; i < 5; i++)
		v = v << 8 | hash[i];
	return LAYER_FINAL - 1 - v;
}

int
user_import_look(struct project *p, const char *name, int64_t *uid,
    struct err *err)
{
	int row;

	if (*name == '\0')
		return err_set_status(err, ERR_NAME,
		    "an annotator without a name");
	row = db_int(p, SQL_USER_NAMED, ARGS(S(name)), uid, err);
	if (row == 0)
		*uid = imported_uid(name);
	return row;
}

int
user_import(struct project *p, const char *name, int64_t *uid,
    struct err *err)
{
	int rc = user_import_look(p, name, uid, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_USER_PUT,
	    ARGS(I(*uid), S(name), I(ROLE_NONE), I(now_ms())), err);
	return project_end(p, rc, err);
}

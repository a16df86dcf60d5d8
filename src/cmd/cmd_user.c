/*
 * user, account, passwd: who works on the project, and how they get in.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tagtiger/account.h"
#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/history.h"
#include "tagtiger/project.h"
#include "tagtiger/recent.h"
#include "tagtiger/share.h"
#include "tagtiger/user.h"
#include "tagtiger/when.h"
#include "priv.h"

#define GROUP "People and jobs"
#define HOUR  ((int64_t)3600 * 1000)

/* ---- user list ---- */

static uint64_t
tagged_by(const struct annot_by *by, size_t n, int64_t uid, int64_t *last)
{
	for (size_t i = 0; i < n; i++)
		if (by[i].uid == uid) {
			*last = by[i].last;
			return by[i].tagged;
		}
	*last = 0;
	return 0;
}

static int
user_list_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	struct annot_by *by;
	struct user *v;
	size_t n, nby;
	cJSON *list;

	if (call_scheme(c, &s) < 0)
		return -1;
	if (annot_by(c->project, s.id, SETS_ALL, &by, &nby, &c->err) < 0) {
		scheme_free(&s);
		return -1;
	}
	scheme_free(&s);
	if (user_list(c->project, &v, &n, &c->err) < 0) {
		free(by);
		return -1;
	}
	list = cJSON_CreateArray();
	cmd_reply_item(c, "users", list);
	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();
		int64_t last;
		uint64_t tagged = tagged_by(by, nby, v[i].uid, &last);

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "user", v[i].name);
		cJSON_AddItemToObject(o, "uid", cjson_int(v[i].uid));
		cJSON_AddStringToObject(o, "role", role_name(v[i].role));
		cJSON_AddItemToObject(o, "since", cjson_time(v[i].since));
		cJSON_AddItemToObject(o, "tagged", cjson_int((int64_t)tagged));
		cJSON_AddItemToObject(o, "last", cjson_time(last));
		buf_addf(&c->text, "%-16s %-10s ", v[i].name,
		    role_name(v[i].role));
		add_count(&c->text, tagged, "text tagged\n", "texts tagged\n");
	}
	user_list_free(v, n);
	free(by);
	return 0;
}

/* ---- user add ---- */

/* What to add to the line, for an account to come to the project. */
static void
propose(struct cmd_call *c, int64_t uid, struct buf *out)
{
	char *place = share_place(c->project, uid);

	if (place != NULL) {
		buf_adds(out, "add --move ");
		cmd_quote(place, out);
	} else {
		buf_adds(out, "add --move DIR, a folder that is not there yet, "
		    "in one that both of you reach (ask who runs this "
		    "machine)");
	}
	free(place);
}

/* The project lies, or will after a move, where the account can come to it. */
static int
reachable(struct cmd_call *c, int64_t uid, const char *name)
{
	const char *move = cmd_str(c, "--move");
	const char *path = project_path(c->project);
	char *folder = move != NULL ? xstrdup(move) :
	    xstrndup(path, (size_t)(strrchr(path, '/') - path));
	char *blocked = NULL;
	struct buf advice = BUF_INIT;
	int rc = 0;

	propose(c, uid, &advice);
	if (move == NULL && !share_alone(c->project)) {
		rc = err_set_status(&c->err, ERR_DENIED, "%s holds other "
		    "files too, which %s would get into, and a shared project "
		    "has a folder of its own: %s", folder, name,
		    buf_str(&advice));
	} else if (!share_reaches(folder, uid, &blocked)) {
		rc = err_set_status(&c->err, ERR_DENIED, "%s cannot pass "
		    "through %s, so not come to the project: %s", name,
		    blocked, buf_str(&advice));
	}
	buf_free(&advice);
	free(blocked);
	free(folder);
	return rc;
}

/* The new folder is open to whom the old one was. */
static int
move(struct cmd_call *c, const char *folder)
{
	struct user *v;
	size_t n;
	int rc = 0;

	if (project_move(c->project, folder, c->progress, &c->err) < 0)
		return -1;
	recent_add(project_path(c->project));
	buf_addf(&c->text, "the project is now %s\n",
	    project_path(c->project));
	if (cmd_flag(c, "--no-acl"))
		return 0;
	if (user_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (v[i].role != ROLE_NONE && v[i].uid > 0 &&
		    !share_open_to(c->project, v[i].uid))
			rc = share_grant(c->project, v[i].uid, &c->err);
	user_list_free(v, n);
	return rc;
}

static void
added_tell(struct cmd_call *c, const char *name, int64_t uid, enum role role)
{
	const char *path = project_path(c->project);
	struct buf b = BUF_INIT;

	buf_adds(&b, "tagtiger ");
	cmd_quote(path, &b);
	cmd_reply_str(c, "user", name);
	cmd_reply_int(c, "uid", uid);
	cmd_reply_str(c, "role", role_name(role));
	cmd_reply_str(c, "path", path);
	cmd_reply_str(c, "send", buf_str(&b));
	buf_addf(&c->text, "%s is %s %s of the project; send them this line:"
	    "\n\n    %s\n\n", name, role == ROLE_MANAGER ? "a" : "an",
	    role_name(role), buf_str(&b));
	cmd_note(c, "who may write the folder may also remove the project: "
	    "keep backups elsewhere");
	buf_free(&b);
}

/*
 * *role is what they are from now on. A user who cannot come to the file (it
 * was restored, copied or moved by hand) is let in again as what they are.
 */
static int
let_in(struct cmd_call *c, int64_t uid, const char *name, enum role *role)
{
	const char *folder = cmd_str(c, "--move");
	bool lists = !cmd_flag(c, "--no-acl"), again;
	enum role there;

	if (user_role_of(c->project, uid, &there, &c->err) < 0)
		return -1;
	again = there != ROLE_NONE && lists &&
	    (there == *role || !cmd_given(c, "--role")) &&
	    (folder != NULL || !share_open_to(c->project, uid));
	if (!again && user_addable(c->project, uid, name, &c->err) < 0)
		return -1;
	if (lists && reachable(c, uid, name) < 0)
		return -1;
	if (folder != NULL && move(c, folder) < 0)
		return -1;
	if (lists && share_grant(c->project, uid, &c->err) < 0)
		return -1;
	if (!again)
		return user_add(c->project, uid, name, *role, &c->err);
	*role = there;
	return 0;
}

static int
user_add_run(struct cmd_call *c)
{
	enum role role = ROLE_ANNOTATOR;
	char *name = NULL;
	int64_t uid;
	int rc;

	role_of_name(cmd_str(c, "--role"), &role);
	if (account_find(cmd_str(c, "NAME"), &uid, &name, &c->err) < 0)
		return -1;
	if (uid == project_uid(c->project))
		rc = err_set_status(&c->err, ERR_NAME, "%s is you", name);
	else
		rc = let_in(c, uid, name, &role);
	if (rc == 0)
		added_tell(c, name, uid, role);
	free(name);
	return rc;
}

/* ---- user role, user remove ---- */

static int
user_named(struct cmd_call *c, int64_t *uid)
{
	cmd_reply_str(c, "user", cmd_str(c, "NAME"));
	return call_user(c, cmd_str(c, "NAME"), uid);
}

static int
user_role_run(struct cmd_call *c)
{
	enum role role = ROLE_ANNOTATOR;
	int64_t uid;

	role_of_name(cmd_str(c, "ROLE"), &role);
	if (user_named(c, &uid) < 0 ||
	    user_role_set(c->project, uid, role, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "role", role_name(role));
	buf_addf(&c->text, "%s is now %s\n", cmd_str(c, "NAME"),
	    role_name(role));
	return 0;
}

static int
user_remove_run(struct cmd_call *c)
{
	int64_t uid;

	if (user_named(c, &uid) < 0 ||
	    user_remove(c->project, uid, &c->err) < 0)
		return -1;
	if (uid >= 0 && uid != project_uid(c->project) &&
	    !cmd_flag(c, "--no-acl") &&
	    share_revoke(c->project, uid, &c->err) < 0)
		return err_prefix(&c->err, "%s is no user any more, but the "
		    "files are still open to them", cmd_str(c, "NAME"));
	cmd_reply_bool(c, "removed", true);
	buf_addf(&c->text, "%s is no user any more; their annotations stay\n",
	    cmd_str(c, "NAME"));
	return 0;
}

/* ---- account, passwd ---- */

static int
pace(struct cmd_call *c, int64_t scheme, int64_t since, uint64_t *n)
{
	struct history_filter f = HISTORY_ALL;

	f.uid = project_uid(c->project);
	f.scheme = scheme;
	f.kind = EVENT_TAG;
	f.since = since;
	return history_count(c->project, &f, n, &c->err);
}

static int
account_scheme(struct cmd_call *c, const struct scheme *s, int64_t now,
    cJSON *list)
{
	struct annot_query q = { .scheme = s->id, .choice = CHOICE_UID,
		.uid = project_uid(c->project), .sets = SETS_ALL };
	cJSON *o = cJSON_CreateObject(), *labels;
	uint64_t hour = 0, day = 0;
	struct annot_counts n;

	cJSON_AddItemToArray(list, o);
	if (annot_count(c->project, &q, &n, &c->err) < 0)
		return -1;
	cJSON_AddStringToObject(o, "scheme", s->name);
	cJSON_AddItemToObject(o, "tagged", cjson_int((int64_t)n.tagged));
	labels = cJSON_AddObjectToObject(o, "labels");
	buf_addf(&c->text, "%s: ", s->name);
	add_count(&c->text, n.tagged, "text", "texts");
	for (size_t i = 0; i < s->nlabels && i < n.nlabels; i++) {
		cJSON_AddItemToObject(labels, s->labels[i].name,
		    cjson_int((int64_t)n.count[i]));
		if (n.count[i] > 0)
			buf_addf(&c->text, ", %s %s", COUNT(n.count[i]),
			    s->labels[i].name);
	}
	annot_counts_free(&n);
	if (pace(c, s->id, now - HOUR, &hour) < 0 ||
	    pace(c, s->id, now - 24 * HOUR, &day) < 0)
		return -1;
	cJSON_AddItemToObject(o, "last_hour", cjson_int((int64_t)hour));
	cJSON_AddItemToObject(o, "last_day", cjson_int((int64_t)day));
	buf_addf(&c->text, "; %s in the last hour, %s in the last day\n",
	    COUNT(hour), COUNT(day));
	return 0;
}

static int
account_run(struct cmd_call *c)
{
	char *name = user_name(c->project, project_uid(c->project));
	cJSON *list = cJSON_CreateArray();
	int64_t now = now_ms();
	struct scheme *v;
	size_t n;
	int rc = 0;

	cmd_reply_str(c, "user", name);
	cmd_reply_int(c, "uid", project_uid(c->project));
	cmd_reply_str(c, "role", role_name(user_role(c->project)));
	cmd_reply_item(c, "schemes", list);
	buf_addf(&c->text, "%s, %s of %s\n", name,
	    role_name(user_role(c->project)), project_name(c->project));
	free(name);
	if (scheme_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = account_scheme(c, &v[i], now, list);
	scheme_list_free(v, n);
	return rc;
}

/* The system's own, which asks for what it needs. */
static int
passwd_run(struct cmd_call *c)
{
	int status = 0;
	pid_t pid;

	if (!c->terminal)
		return err_set_status(&c->err, ERR_USAGE, "'passwd' needs a "
		    "terminal: run the system's passwd in one");
	pid = fork();
	if (pid == 0) {
		execlp("passwd", "passwd", (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_set_errno(&c->err, "cannot run passwd");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(&c->err, "the password is as it was (passwd "
		    "ended with status %d)", WIFEXITED(status) ?
		    WEXITSTATUS(status) : 128 + WTERMSIG(status));
	buf_adds(&c->text, "the account's password is changed\n");
	return 0;
}

/* ---- The table ---- */

#define ROLES "annotator|manager|owner"
#define PARAM_NO_ACL                                                        \
	{                                                                   \
		"--no-acl", .type = CMD_FLAG, .help =                       \
		"leave the files' access as it is: a group has it"          \
	}

static const struct cmd_param user_list_params[] = {
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param user_add_params[] = {
	{ "NAME", .required = true, .help = "an account of this machine" },
	{ "--role", .type = CMD_CHOICE, .choices = ROLES, .def = "annotator",
	    .help = "what they may do" },
	{ "--move", .type = CMD_FILE, .value = "DIR",
	    .help = "first move the project into this new folder" },
	PARAM_NO_ACL,
	CMD_PARAM_END,
};
static const struct cmd_param user_role_params[] = {
	{ "NAME", .ref = REF_USER, .required = true, .help = "the user" },
	{ "ROLE", .type = CMD_CHOICE, .choices = ROLES, .required = true,
	    .help = "what they may do from now on" },
	CMD_PARAM_END,
};
static const struct cmd_param user_remove_params[] = {
	{ "NAME", .ref = REF_USER, .required = true, .help = "the user" },
	PARAM_NO_ACL,
	CMD_PARAM_END,
};

static const struct command cmd_user_list = {
	.name = "user list", .group = GROUP, .params = user_list_params,
	.help = "The project's users, their roles and what they have tagged",
	.needs_project = true, .run = user_list_run,
};
static const struct command cmd_user_add = {
	.name = "user add", .group = GROUP, .params = user_add_params,
	.help = "Let an account of this machine work on the project",
	.more = "The project's folder must hold nothing else, and all folders "
		"above it must let the account through; --move takes it to "
		"one that does. Access lists (ACLs) on the folder, the file "
		"and the data folder let the account in, also to what is made "
		"later. A user who has no access any more, because the "
		"project was restored or moved, is let in again. An annotator "
		"tags; a manager also changes schemes, "
		"imports, trains, exports and adjudicates; an owner also adds "
		"users and deletes.",
	.needs_project = true, .role = CMD_OWNER, .run = user_add_run,
	.changes = CHANGES_USERS,
};
static const struct command cmd_user_role = {
	.name = "user role", .group = GROUP, .params = user_role_params,
	.help = "Change what a user may do", .needs_project = true,
	.role = CMD_OWNER, .run = user_role_run, .changes = CHANGES_USERS,
};
static const struct command cmd_user_remove = {
	.name = "user remove", .group = GROUP, .params = user_remove_params,
	.help = "Shut a user out; their annotations stay",
	.needs_project = true, .role = CMD_OWNER, .run = user_remove_run,
	.changes = CHANGES_USERS,
};
static const struct command cmd_account = {
	.name = "account", .group = GROUP,
	.help = "Your role, your labels and your pace", .needs_project = true,
	.run = account_run,
};
static const struct command cmd_passwd = {
	.name = "passwd", .group = GROUP,
	.help = "Change this account's password, by the system's passwd",
	.takes_terminal = true, .run = passwd_run,
};

const struct command *const cmds_user[] = { &cmd_user_list, &cmd_user_add,
	&cmd_user_role, &cmd_user_remove, &cmd_account, &cmd_passwd, NULL };

/*
 * Calls: values by name, the reply, and running.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/project.h"
#include "tagtiger/share.h"
#include "tagtiger/user.h"
#include "priv.h"

static const struct cmd_value *
value_of(const struct cmd_call *c, const char *param)
{
	size_t at;

	if (param_find(c->command, param, &at) == NULL)
		fatal("%s has no parameter %s", c->command->name, param);
	return &c->values[at];
}

bool
cmd_given(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->given;
}

const char *
cmd_str(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->s;
}

int64_t
cmd_int(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->i;
}

double
cmd_real(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->r;
}

bool
cmd_flag(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->given;
}

char *const *
cmd_list(const struct cmd_call *c, const char *param, size_t *n)
{
	const struct cmd_value *v = value_of(c, param);

	*n = v->n;
	return v->list;
}

void
cmd_reply_item(struct cmd_call *c, const char *key, cJSON *item)
{
	cJSON_DeleteItemFromObjectCaseSensitive(c->reply, key);
	cJSON_AddItemToObject(c->reply, key, item);
}

void
cmd_reply_str(struct cmd_call *c, const char *key, const char *s)
{
	cmd_reply_item(c, key,
	    s != NULL ? cJSON_CreateString(s) : cJSON_CreateNull());
}

/* Through text: a double would lose the last digits of a large one. */
void
cmd_reply_int(struct cmd_call *c, const char *key, int64_t i)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)i);
	cmd_reply_item(c, key, cJSON_CreateRaw(digits));
}

void
cmd_reply_real(struct cmd_call *c, const char *key, double r)
{
	cmd_reply_item(c, key,
	    isfinite(r) ? cJSON_CreateNumber(r) : cJSON_CreateNull());
}

void
cmd_reply_bool(struct cmd_call *c, const char *key, bool b)
{
	cmd_reply_item(c, key, cJSON_CreateBool(b));
}

void
cmd_note(struct cmd_call *c, const char *fmt, ...)
{
	cJSON *notes = cJSON_GetObjectItemCaseSensitive(c->reply, "notes");
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (notes == NULL) {
		notes = cJSON_CreateArray();
		cmd_reply_item(c, "notes", notes);
	}
	cJSON_AddItemToArray(notes, cJSON_CreateString(text));
	buf_addf(&c->text, "%s\n", text);
}

/* ---- Running ---- */

int
cmd_may(enum cmd_role needed, enum role role, struct err *err)
{
	static const enum role least[] = {
		[CMD_ANNOTATOR] = ROLE_ANNOTATOR,
		[CMD_MANAGER] = ROLE_MANAGER,
		[CMD_OWNER] = ROLE_OWNER,
	};

	return role_require(role, least[needed], err);
}

static enum cmd_role
role_needed(const struct cmd_call *c)
{
	const struct cmd_param *p = c->command->params;
	enum cmd_role role = c->command->role;

	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (c->values[i].given && p[i].waives)
			role = CMD_ANNOTATOR;
	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (c->values[i].given && p[i].role > role)
			role = p[i].role;
	return role;
}

static bool
needs_writing(const struct command *command)
{
	return command->changes != 0 && !command->reads;
}

/* Before hours of work, not after them. */
static int
unwritable(struct cmd_call *c)
{
	const char *why = project_unwritable(c->project);

	return err_set_status(&c->err, ERR_DENIED, "%s: %s would change it",
	    why != NULL ? why : project_path(c->project), c->command->name);
}

int
cmd_run(struct cmd_call *c)
{
	const struct command *command = c->command;
	int rc;

	if (command->run == NULL)
		fatal("%s is run without being a command", command->name);
	cJSON_Delete(c->reply);
	c->reply = cJSON_CreateObject();
	buf_clear(&c->text);
	err_clear(&c->err);
	if (command->needs_project && c->project == NULL)
		rc = err_set_status(&c->err, ERR_USAGE, "%s needs a project",
		    command->name);
	else if (command->needs_project && cmd_may(role_needed(c),
	    user_role_now(c->project), &c->err) < 0)
		rc = -1;
	else if (command->needs_project && needs_writing(command) &&
	    !project_writable(c->project))
		rc = unwritable(c);
	else
		rc = command->run(c);
	if (c->project != NULL && !c->removes &&
	    (command->changes & (CHANGES_FEATURES | CHANGES_MODELS)) != 0)
		share_made(c->project);
	if (rc < 0 && c->err.status == ERR_NONE)
		err_set(&c->err, "%s failed", command->name);
	return rc;
}

bool
cmd_to_bulk(struct cmd_call *c)
{
	if (c->lane == JOB_BULK)
		return false;
	c->lane = JOB_BULK;
	return true;
}

/* One value as a word; a list's is the whole list. */
static void
value_word(const struct cmd_param *p, const struct cmd_value *v, size_t j,
    struct buf *word)
{
	if (p->type == CMD_LIST)
		cmd_csv_join(v->list, v->n, word);
	else
		buf_adds(word, p->repeatable ? v->list[j] : v->s);
}

static void
param_line(const struct cmd_param *p, const struct cmd_value *v,
    struct buf *out)
{
	bool option = param_is_option(p);
	bool each = p->repeatable && p->type != CMD_LIST;

	for (size_t j = 0; v->given && j < (each ? v->n : 1); j++) {
		struct buf word = BUF_INIT;

		if (option)
			buf_addf(out, " %s", p->name);
		if (p->type == CMD_FLAG)
			continue;
		value_word(p, v, j, &word);
		/* What looks like an option is tied to its name. */
		buf_addc(out, option && strncmp(buf_str(&word), "--", 2) == 0 ?
		    '=' : ' ');
		cmd_quote(buf_str(&word), out);
		buf_free(&word);
	}
}

static bool
has_dashes(const struct cmd_call *c)
{
	const struct cmd_param *p = c->command->params;

	for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
		if (!param_is_option(&p[i]) && c->values[i].given &&
		    c->values[i].s[0] == '-')
			return true;
	return false;
}

void
cmd_line(const struct cmd_call *c, struct buf *out)
{
	const struct cmd_param *p = c->command->params;
	bool last = has_dashes(c); /* arguments: after the options and -- */

	buf_adds(out, c->command->name);
	for (int turn = 0; turn < 2; turn++) {
		bool options = last ? turn == 0 : turn == 1;

		if (last && turn == 1)
			buf_adds(out, " --");
		for (size_t i = 0; p != NULL && p[i].name != NULL; i++)
			if (param_is_option(&p[i]) == options)
				param_line(&p[i], &c->values[i], out);
	}
}

/* What only looks must not write, not even that it does. */
static bool
only_looks(const struct cmd_call *c)
{
	static const char *const flags[] = { "--check", "--dry-run" };
	size_t at;

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (param_find(c->command, flags[i], &at) != NULL &&
		    c->values[at].given)
			return true;
	return false;
}

void
cmd_job_open(struct cmd_call *c)
{
	struct buf title = BUF_INIT;
	const char *name = c->command->name;
	char *kind = xstrndup(name, strcspn(name, " "));

	cmd_line(c, &title);
	if (c->project == NULL || !project_writable(c->project) ||
	    only_looks(c) || jobrow_add(c->project, kind, buf_str(&title), &c->job, NULL) < 0)
		c->job = 0;
	buf_free(&title);
	free(kind);
}

void
cmd_job_close(struct cmd_call *c, int rc)
{
	bool stopped = rc < 0 && progress_cancelled(c->progress);

	if (c->job == 0)
		return;
	jobrow_end(c->project, c->job, rc == 0 ? JOBROW_DONE : stopped ?
	    JOBROW_STOPPED : JOBROW_FAILED, rc < 0 ? c->err.text : NULL,
	    rc == 0 ? buf_str(&c->text) : NULL, NULL);
	c->job = 0;
}

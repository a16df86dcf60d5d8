/*
 * config: the parameters of a project.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "priv.h"

enum kind { NUMBER, REAL, WORD, CONTEXT };

/* One parameter; its type checks what is set, its help is in `config`. */
static const struct setting {
	const char *key;
	enum kind kind;
	double min, max;
	const char *def;
	const char *help;
	const char *all; /* the word for 1 */
} settings[] = {
	{ "annotators", NUMBER, 2, 7, "2",
	    "how many people tag a text that double chooses" },
	{ "audit", REAL, 0, 1, "0",
	    "share of texts that active mode draws at random" },
	{ "context", CONTEXT, 0, 0, "",
	    "columns shown beside a text, a list" },
	{ "double", REAL, 0, 1, "0",
	    "share of train texts that several people tag, or all", "all" },
	{ "language", WORD, 0, 0, "",
	    "of the texts: en, fr, ...; chooses models" },
	{ "keep-snapshots", NUMBER, 0, 36500, "30",
	    "days that automatic snapshots are kept; 0: for ever" },
	{ "retrain", NUMBER, 0, 1e6, "0",
	    "train the quick model again after so many labels; 0: never" },
};

#define SETTINGS (sizeof settings / sizeof settings[0])

void
names_of_config(struct names *out)
{
	for (size_t i = 0; i < SETTINGS; i++)
		names_add(out, settings[i].key);
}

static const struct setting *
find(struct cmd_call *c, const char *key)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].key, key) == 0)
			return &settings[i];
	err_set_status(&c->err, ERR_NAME, "no parameter is called '%s'", key);
	call_near(c, key, REF_CONFIG, NULL);
	return NULL;
}

/* ---- Context columns ---- */

static char *
context_get(struct cmd_call *c)
{
	struct buf b = BUF_INIT;
	struct names names = { 0 };
	struct column *v;
	size_t n;

	if (column_list(c->project, &v, &n, &c->err) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (v[i].role == COLUMN_CONTEXT)
			names_add(&names, v[i].name);
	cmd_csv_join(names.v, names.n, &b);
	names_free(&names);
	column_list_free(v, n);
	return buf_take(&b);
}

static bool
listed(char *const *items, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i], name) == 0)
			return true;
	return false;
}

static int
context_check(struct cmd_call *c, const struct column *v, size_t n,
    char *const *items, size_t nitems)
{
	for (size_t i = 0; i < nitems; i++) {
		bool there = false;

		for (size_t j = 0; j < n; j++) {
			if (strcmp(v[j].name, items[i]) != 0)
				continue;
			there = true;
			if (v[j].role == COLUMN_ID || v[j].role == COLUMN_TEXT)
				return err_set_status(&c->err, ERR_NAME,
				    "column '%s' is shown already",
				    items[i]);
		}
		if (there)
			continue;
		err_set_status(&c->err, ERR_NAME, "the file had no column "
		    "'%s'", items[i]);
		call_near(c, items[i], REF_COLUMN, NULL);
		return -1;
	}
	return 0;
}

static int
context_apply(struct cmd_call *c, const struct column *v, size_t n,
    char *const *items, size_t nitems)
{
	for (size_t j = 0; j < n; j++) {
		bool want = listed(items, nitems, v[j].name);
		bool is = v[j].role == COLUMN_CONTEXT;

		if (want == is || v[j].role == COLUMN_ID ||
		    v[j].role == COLUMN_TEXT)
			continue;
		if (column_role_set(c->project, v[j].no, want ?
		    COLUMN_CONTEXT : COLUMN_OTHER, &c->err) < 0)
			return -1;
	}
	return 0;
}

static int
context_set(struct cmd_call *c, const char *value)
{
	struct column *v;
	char **items;
	size_t n, nitems;
	int rc;

	if (cmd_csv_split(value, &items, &nitems, &c->err) < 0)
		return -1;
	rc = column_list(c->project, &v, &n, &c->err);
	if (rc < 0) {
		cmd_words_free(items);
		return -1;
	}
	rc = context_check(c, v, n, items, nitems);
	if (rc == 0)
		rc = project_begin(c->project, &c->err);
	if (rc == 0)
		rc = project_end(c->project,
		    context_apply(c, v, n, items, nitems), &c->err);
	column_list_free(v, n);
	cmd_words_free(items);
	return rc;
}

/* ---- Values ---- */

/* Caller frees; NULL and the call's error. */
static char *
get(struct cmd_call *c, const struct setting *s)
{
	char *value;

	if (s->kind == CONTEXT)
		return context_get(c);
	value = param_get(c->project, s->key, &c->err);
	if (value == NULL && c->err.status != ERR_NONE)
		return NULL;
	return value != NULL ? value : xstrdup(s->def);
}

static int
check(struct cmd_call *c, const struct setting *s, const char *value)
{
	char *end;
	double x;

	if (s->kind != NUMBER && s->kind != REAL)
		return 0;
	errno = 0;
	x = strtod(value, &end);
	if (*value == '\0' || *end != '\0' || errno != 0 || !isfinite(x) ||
	    x < s->min || x > s->max || (s->kind == NUMBER && x != floor(x)))
		return err_set_status(&c->err, ERR_USAGE, "%s is a%s number "
		    "from %g to %g, not '%s'", s->key, s->kind == NUMBER ?
		    " whole" : "", s->min, s->max, value);
	return 0;
}

static cJSON *
value_json(const struct setting *s, const char *value)
{
	if (s->kind == NUMBER || s->kind == REAL)
		return cJSON_CreateNumber(strtod(value, NULL));
	return cJSON_CreateString(value);
}

static int
list(struct cmd_call *c)
{
	cJSON *all = cJSON_CreateArray();

	cmd_reply_item(c, "config", all);
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		char *value = get(c, s);
		cJSON *o;

		if (value == NULL)
			return -1;
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "key", s->key);
		cJSON_AddItemToObject(o, "value", value_json(s, value));
		cJSON_AddStringToObject(o, "default", s->def);
		cJSON_AddStringToObject(o, "help", s->help);
		cJSON_AddItemToArray(all, o);
		buf_addf(&c->text, "%-14s %-10s %s\n", s->key,
		    *value != '\0' ? value : "-", s->help);
		free(value);
	}
	return 0;
}

static int
config_run(struct cmd_call *c)
{
	const char *key = cmd_str(c, "KEY"), *value = cmd_str(c, "VALUE");
	const struct setting *s;
	char *now;

	if (key == NULL)
		return list(c);
	s = find(c, key);
	if (s == NULL)
		return -1;
	if (value != NULL && s->all != NULL && strcmp(value, s->all) == 0)
		value = "1";
	if (value != NULL) {
		if (check(c, s, value) < 0)
			return -1;
		if ((s->kind == CONTEXT ? context_set(c, value) :
		    param_set(c->project, key, value, &c->err)) < 0)
			return -1;
	}
	now = get(c, s);
	if (now == NULL)
		return -1;
	cmd_reply_str(c, "key", key);
	cmd_reply_item(c, "value", value_json(s, now));
	if (value != NULL)
		buf_addf(&c->text, "%s is %s\n", key, *now != '\0' ? now :
								    "empty");
	else
		buf_addf(&c->text, "%s\n", now);
	free(now);
	return 0;
}

static const struct cmd_param config_params[] = {
	{ "KEY", .ref = REF_CONFIG, .help = "which; none: all are listed" },
	{ "VALUE", .role = CMD_MANAGER, .help = "what it shall be" },
	CMD_PARAM_END,
};

static const struct command cmd_config = {
	.name = "config", .group = "Project", .params = config_params,
	.help = "Show or change the project's parameters",
	.needs_project = true, .run = config_run,
	.changes = CHANGES_SETTINGS | CHANGES_TEXTS, .reads = true,
};

const struct command *const cmds_config[] = { &cmd_config, NULL };

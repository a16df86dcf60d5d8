/*
 * label: what texts are tagged with.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/annot.h"
#include "tagtiger/colour.h"
#include "tagtiger/project.h"
#include "tagtiger/utf8.h"
#include "priv.h"

#define GROUP "Schemes and labels"

/* Texts by label, whoever gave it. */
static int
counts_of(struct cmd_call *c, int64_t scheme, unsigned sets,
    struct annot_counts *out)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = sets };

	return annot_count(c->project, &q, out, &c->err);
}

static int
count_one(struct cmd_call *c, int64_t scheme, int64_t label, uint64_t *n)
{
	struct annot_counts counts;

	*n = 0;
	if (counts_of(c, scheme, SETS_ALL, &counts) < 0)
		return -1;
	for (size_t i = 0; i < counts.nlabels; i++)
		if (counts.label[i] == label)
			*n = counts.count[i];
	annot_counts_free(&counts);
	return 0;
}

/* The scheme, and its label that an argument names: the reply's "scheme" and
 * "label". */
static int
start(struct cmd_call *c, const char *param, struct scheme *s,
    const struct label **label)
{
	if (call_scheme(c, s) < 0)
		return -1;
	if (call_label(c, s, cmd_str(c, param), label) < 0) {
		scheme_free(s);
		return -1;
	}
	cmd_reply_str(c, "label", (*label)->name);
	return 0;
}

static void
list_one(struct cmd_call *c, const struct label *l, size_t i,
    const struct annot_counts *counts, cJSON *list)
{
	cJSON *o = cJSON_CreateObject();
	uint64_t n = 0;
	char digit[2] = { i < 9 ? (char)('1' + i) : '0', 0 };
	const char *key = *l->key != '\0' ? l->key : i < 10 ? digit : "";

	for (size_t j = 0; j < counts->nlabels; j++)
		if (counts->label[j] == l->id)
			n = counts->count[j];
	cJSON_AddItemToArray(list, o);
	cJSON_AddStringToObject(o, "label", l->name);
	cJSON_AddNumberToObject(o, "position", (double)(i + 1));
	cJSON_AddStringToObject(o, "key", key);
	cJSON_AddItemToObject(o, "annotations", cjson_int((int64_t)n));
	if (*l->colour != '\0')
		cJSON_AddStringToObject(o, "colour", l->colour);
	if (*l->description != '\0')
		cJSON_AddStringToObject(o, "description", l->description);
	buf_addf(&c->text, "%3zu %-2s %7s  %s%s%s\n", i + 1, key,
	    COUNT(n), l->name, *l->description != '\0' ? "  " : "",
	    l->description);
}

static int
label_list_run(struct cmd_call *c)
{
	struct annot_counts counts;
	unsigned sets = SETS_ALL;
	struct scheme s = { 0 };
	cJSON *list;

	sets_of_name(cmd_str(c, "--set"), &sets);
	if (call_scheme(c, &s) < 0)
		return -1;
	if (counts_of(c, s.id, sets, &counts) < 0) {
		scheme_free(&s);
		return -1;
	}
	cmd_reply_str(c, "kind", scheme_kind_name(s.kind));
	cmd_reply_int(c, "tagged", (int64_t)counts.tagged);
	cmd_reply_int(c, "none", (int64_t)counts.none);
	list = cJSON_CreateArray();
	cmd_reply_item(c, "labels", list);
	if (s.nlabels == 0)
		buf_addf(&c->text, "%s has no labels yet: 'label add NAME'\n",
		    s.name);
	for (size_t i = 0; i < s.nlabels; i++)
		list_one(c, &s.labels[i], i, &counts, list);
	annot_counts_free(&counts);
	scheme_free(&s);
	return 0;
}

/* ---- Keys ---- */

static bool
key_taken(const struct scheme *s, const char *key)
{
	for (size_t i = 0; i < s->nlabels; i++)
		if (strcmp(s->labels[i].key, key) == 0)
			return true;
	return false;
}

/* The first letter that is free: of the label's name, else of the alphabet. */
static char
key_proposal(const struct scheme *s, const char *name)
{
	char letters[256];
	size_t n = 0;

	for (const char *t = name; *t != '\0' && n < 200; t++)
		if (isascii((unsigned char)*t) && isalpha((unsigned char)*t))
			letters[n++] = (char)tolower((unsigned char)*t);
	for (int a = 'a'; a <= 'z'; a++)
		letters[n++] = (char)a;
	for (size_t i = 0; i < n; i++) {
		char key[2] = { letters[i], 0 };

		if (strchr(CMD_RESERVED_KEYS, key[0]) == NULL &&
		    !key_taken(s, key))
			return key[0];
	}
	return '\0';
}

static int
key_check(struct cmd_call *c, const struct scheme *s, const char *name,
    const char *key)
{
	const char *why = NULL;
	char free_key = key_proposal(s, name);
	const struct label *other = label_keyed(s, key);

	if (isascii((unsigned char)key[0]) && (key[1] != '\0' ||
	    !isalpha((unsigned char)key[0])))
		why = "is not a letter (digits are the first ten labels')";
	else if (strchr(CMD_RESERVED_KEYS "N", key[0]) != NULL)
		why = "is a key of the Tag screen";
	else if (other != NULL && strcmp(other->name, name) != 0)
		why = "is another label's";
	if (why == NULL)
		return 0;
	if (free_key == '\0')
		return err_set_status(&c->err, ERR_NAME, "the key '%s' %s",
		    key, why);
	return err_set_status(&c->err, ERR_NAME, "the key '%s' %s: '%c' is "
	    "free", key, why, free_key);
}

static int
label_key_run(struct cmd_call *c)
{
	const char *key = cmd_str(c, "KEY");
	const struct label *l;
	struct scheme s = { 0 };
	int rc = 0;

	if (start(c, "NAME", &s, &l) < 0)
		return -1;
	if (*key != '\0')
		rc = key_check(c, &s, l->name, key);
	if (rc == 0)
		rc = label_key_set(c->project, l->id, key, &c->err);
	cmd_reply_str(c, "key", key);
	if (*key != '\0')
		buf_addf(&c->text, "%s: key %s\n", l->name, key);
	else
		buf_addf(&c->text, "%s has no letter of its own\n", l->name);
	scheme_free(&s);
	return rc;
}

/* ---- Acts ---- */

static int
colour_check(struct cmd_call *c, const char *colour)
{
	uint32_t rgb;

	if (*colour == '\0' || colour_parse(colour, &rgb))
		return 0;
	err_set_status(&c->err, ERR_NAME, "no colour is called '%s': give a "
	    "name such as blue or orange, or #rrggbb", colour);
	call_near(c, colour, REF_COLOUR, NULL);
	return -1;
}

static int
add_one(struct cmd_call *c, const struct scheme *s, const char *name)
{
	const char *key = cmd_str(c, "--key");
	const char *colour = cmd_str(c, "--colour");
	const char *help = cmd_str(c, "--description");
	int64_t id;

	if ((key != NULL && key_check(c, s, name, key) < 0) ||
	    (colour != NULL && colour_check(c, colour) < 0))
		return -1;
	if (label_add(c->project, s->id, name, &id, &c->err) < 0)
		return -1;
	if (key != NULL && label_key_set(c->project, id, key, &c->err) < 0)
		return -1;
	if (colour != NULL &&
	    label_colour_set(c->project, id, colour, &c->err) < 0)
		return -1;
	if (help != NULL && label_describe(c->project, id, help, &c->err) < 0)
		return -1;
	return 0;
}

static int
label_add_run(struct cmd_call *c)
{
	const char *name = cmd_str(c, "NAME");
	struct scheme s = { 0 };
	int rc = -1;

	if (call_scheme(c, &s) < 0)
		return -1;
	if (project_begin(c->project, &c->err) == 0)
		rc = project_end(c->project, add_one(c, &s, name), &c->err);
	if (rc == 0) {
		cmd_reply_str(c, "label", name);
		cmd_reply_int(c, "position", (int64_t)s.nlabels + 1);
		cmd_reply_int(c, "labels", (int64_t)s.nlabels + 1);
		buf_addf(&c->text, "%s: label %zu of %s\n", name,
		    s.nlabels + 1, s.name);
	}
	scheme_free(&s);
	return rc;
}

static int
label_rename_run(struct cmd_call *c)
{
	const char *name = cmd_str(c, "NEW");
	const struct label *l;
	struct scheme s = { 0 };
	int64_t merged = 0;
	uint64_t n;
	int rc = -1;

	if (start(c, "OLD", &s, &l) < 0)
		return -1;
	if (count_one(c, s.id, l->id, &n) < 0 ||
	    label_rename(c->project, l->id, name, &merged, &c->err) < 0)
		goto out;
	cmd_reply_str(c, "label", name);
	cmd_reply_str(c, "was", l->name);
	cmd_reply_bool(c, "merged", merged != 0);
	cmd_reply_int(c, "annotations", (int64_t)n);
	buf_addf(&c->text, merged != 0 ? "%s is merged into %s: " :
					 "%s is now %s: ", l->name, name);
	add_count(&c->text, n, "text\n", "texts\n");
	rc = 0;
out:
	scheme_free(&s);
	return rc;
}

static int
label_move_run(struct cmd_call *c)
{
	int64_t position = cmd_int(c, "POSITION");
	const struct label *l;
	struct scheme s = { 0 };
	int rc = -1;

	if (start(c, "NAME", &s, &l) < 0)
		return -1;
	if (position > (int64_t)s.nlabels)
		err_set_status(&c->err, ERR_USAGE, "%s has %zu labels: "
		    "POSITION is 1 to %zu", s.name, s.nlabels, s.nlabels);
	else
		rc = label_move(c->project, l->id, (int)position - 1, &c->err);
	cmd_reply_int(c, "position", position);
	buf_addf(&c->text, "%s is label %" PRId64 "\n", l->name, position);
	scheme_free(&s);
	return rc;
}

static int
label_delete_run(struct cmd_call *c)
{
	const struct label *l;
	struct scheme s = { 0 };
	uint64_t n;
	int rc = -1;

	if (start(c, "NAME", &s, &l) < 0)
		return -1;
	if (count_one(c, s.id, l->id, &n) < 0 ||
	    label_delete(c->project, l->id, &c->err) < 0)
		goto out;
	cmd_reply_int(c, "annotations", (int64_t)n);
	cmd_reply_int(c, "labels", (int64_t)s.nlabels - 1);
	buf_addf(&c->text, "%s is deleted: ", l->name);
	add_count(&c->text, n, "text loses it", "texts lose it");
	buf_adds(&c->text, "; 'undo' brings it back\n");
	rc = 0;
out:
	scheme_free(&s);
	return rc;
}

static int
label_text(struct cmd_call *c, const char *param, const char *key,
    int (*set)(struct project *, int64_t, const char *, struct err *))
{
	const char *value = cmd_str(c, param);
	const struct label *l;
	struct scheme s = { 0 };
	int rc;

	if (start(c, "NAME", &s, &l) < 0)
		return -1;
	rc = set(c->project, l->id, value, &c->err);
	cmd_reply_str(c, key, value);
	buf_addf(&c->text, "%s: %s\n", l->name, value);
	scheme_free(&s);
	return rc;
}

static int
label_colour_run(struct cmd_call *c)
{
	if (colour_check(c, cmd_str(c, "COLOUR")) < 0)
		return -1;
	return label_text(c, "COLOUR", "colour", label_colour_set);
}

static int
label_describe_run(struct cmd_call *c)
{
	return label_text(c, "TEXT", "description", label_describe);
}

/* ---- The table ---- */

static const struct cmd_param list_params[] = {
	CMD_PARAM_SCHEME,
	CMD_PARAM_SET("all", "count texts of this set"),
	CMD_PARAM_END,
};
static const struct cmd_param add_params[] = {
	{ "NAME", .required = true, .help = "the new label's name" },
	{ "--key", .value = "LETTER",
	    .help = "a letter that tags with it on the screen" },
	{ "--colour", .ref = REF_COLOUR, .value = "COLOUR", .help = "a name or #rrggbb" },
	{ "--description", .value = "TEXT", .help = "what it means" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param rename_params[] = {
	{ "OLD", .ref = REF_LABEL, .required = true, .help = "its name" },
	{ "NEW", .ref = REF_LABEL, .required = true,
	    .help = "its new name, or the label to merge it into" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param move_params[] = {
	{ "NAME", .ref = REF_LABEL, .required = true, .help = "which" },
	{ "POSITION", .type = CMD_INT, .required = true, .min = 1,
	    .max = 100000, .help = "its place, the first is 1" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param delete_params[] = {
	{ "NAME", .ref = REF_LABEL, .required = true, .help = "which" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param key_params[] = {
	{ "NAME", .ref = REF_LABEL, .required = true, .help = "which" },
	{ "KEY", .required = true,
	    .help = "a letter; an empty word takes it away" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param colour_params[] = {
	{ "NAME", .ref = REF_LABEL, .required = true, .help = "which" },
	{ "COLOUR", .ref = REF_COLOUR, .required = true,
	    .help = "a name or #rrggbb; an empty word takes it away" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param describe_params[] = {
	{ "NAME", .ref = REF_LABEL, .required = true, .help = "which" },
	{ "TEXT", .required = true, .help = "what the label means" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};

#define LABEL_ACT(verb, parameters, function, what, changed)                \
	{                                                                   \
		.name = "label " verb, .group = GROUP, .help = what,        \
		.params = parameters, .run = function, .needs_project = true, \
		.role = CMD_MANAGER, .changes = changed                     \
	}

static const struct command cmd_list_ = {
	.name = "label list", .group = GROUP, .params = list_params,
	.help = "The labels of a scheme, their keys and how often they stand",
	.needs_project = true, .run = label_list_run,
};
static const struct command cmd_add = LABEL_ACT("add", add_params,
    label_add_run, "Add a label", CHANGES_LABELS);
static const struct command cmd_rename = LABEL_ACT("rename", rename_params,
    label_rename_run, "Rename a label; onto an existing one, merge the two",
    CHANGES_LABELS | CHANGES_ANNOTATIONS);
static const struct command cmd_move = LABEL_ACT("move", move_params,
    label_move_run, "Give a label another place, and so another digit",
    CHANGES_LABELS);
static const struct command cmd_delete = LABEL_ACT("delete", delete_params,
    label_delete_run, "Delete a label and its annotations",
    CHANGES_LABELS | CHANGES_ANNOTATIONS | CHANGES_SELECTION);
static const struct command cmd_key = LABEL_ACT("key", key_params,
    label_key_run, "Give a label a letter that tags with it", CHANGES_LABELS);
static const struct command cmd_colour = LABEL_ACT("colour", colour_params,
    label_colour_run, "Give a label a colour", CHANGES_LABELS);
static const struct command cmd_describe = LABEL_ACT("describe",
    describe_params, label_describe_run, "Say what a label means",
    CHANGES_LABELS);

const struct command *const cmds_label[] = { &cmd_list_, &cmd_add,
	&cmd_rename, &cmd_move, &cmd_delete, &cmd_key, &cmd_colour,
	&cmd_describe, NULL };

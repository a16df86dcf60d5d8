/*
 * scheme: layers of annotation.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/annot.h"
#include "tagtiger/current.h"
#include "tagtiger/project.h"
#include "priv.h"

static enum scheme_kind
kind_of(const struct cmd_call *c)
{
	enum scheme_kind kind = SCHEME_MULTICLASS;

	scheme_kind_of_name(cmd_str(c, "--kind"), &kind);
	return kind;
}

/* A scheme by its name, as the reply's "scheme". */
static int
named(struct cmd_call *c, const char *param, struct scheme *out)
{
	const char *name = cmd_str(c, param);

	if (scheme_find(c->project, name, out, &c->err) < 0) {
		if (c->err.status == ERR_NAME)
			call_near(c, name, REF_SCHEME, NULL);
		return -1;
	}
	cmd_reply_str(c, "scheme", out->name);
	return 0;
}

/* How many texts have labels of the scheme, whoever gave them. */
static int
tagged(struct cmd_call *c, int64_t scheme, uint64_t *n)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = SETS_ALL };
	struct annot_counts counts;

	if (annot_count(c->project, &q, &counts, &c->err) < 0)
		return -1;
	*n = counts.tagged;
	annot_counts_free(&counts);
	return 0;
}

static int
list_one(struct cmd_call *c, const struct scheme *s, bool current, cJSON *list)
{
	cJSON *o = cJSON_CreateObject(), *labels;
	uint64_t n = 0;

	cJSON_AddItemToArray(list, o);
	if (tagged(c, s->id, &n) < 0)
		return -1;
	cJSON_AddStringToObject(o, "scheme", s->name);
	cJSON_AddStringToObject(o, "kind", scheme_kind_name(s->kind));
	cJSON_AddBoolToObject(o, "current", current);
	cJSON_AddItemToObject(o, "tagged", cjson_int((int64_t)n));
	labels = cJSON_AddArrayToObject(o, "labels");
	for (size_t i = 0; i < s->nlabels; i++)
		cJSON_AddItemToArray(labels,
		    cJSON_CreateString(s->labels[i].name));
	buf_addf(&c->text, "%c %s  %s, ", current ? '*' : ' ', s->name,
	    scheme_kind_name(s->kind));
	add_count(&c->text, s->nlabels, "label", "labels");
	buf_adds(&c->text, ", ");
	add_count(&c->text, n, "text tagged", "texts tagged");
	buf_addc(&c->text, '\n');
	return 0;
}

static int
scheme_list_run(struct cmd_call *c)
{
	return call_each_scheme(c, list_one);
}

static int
scheme_add_run(struct cmd_call *c)
{
	const char *name = cmd_str(c, "NAME");
	enum scheme_kind kind = kind_of(c);

	if (scheme_add(c->project, name, kind, NULL, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "scheme", name);
	cmd_reply_str(c, "kind", scheme_kind_name(kind));
	buf_addf(&c->text, "%s: %s; 'scheme use' makes it your current one\n",
	    name, scheme_kind_name(kind));
	return 0;
}

static int
scheme_copy_run(struct cmd_call *c)
{
	const char *name = cmd_str(c, "NEW");
	bool labels_only = cmd_flag(c, "--labels-only");
	struct scheme old = { 0 };
	uint64_t left_out = 0, n = 0;
	enum scheme_kind kind;
	int64_t id;
	int rc = -1;

	if (named(c, "OLD", &old) < 0)
		return -1;
	kind = cmd_given(c, "--kind") ? kind_of(c) : old.kind;
	if (scheme_copy(c->project, old.id, name, kind, !labels_only, &id,
	    &left_out, &c->err) < 0 || tagged(c, id, &n) < 0)
		goto out;
	cmd_reply_str(c, "scheme", name);
	cmd_reply_str(c, "copy_of", old.name);
	cmd_reply_str(c, "kind", scheme_kind_name(kind));
	cmd_reply_int(c, "labels", (int64_t)old.nlabels);
	cmd_reply_int(c, "annotated", (int64_t)n);
	cmd_reply_int(c, "left_out", (int64_t)left_out);
	buf_addf(&c->text, "%s: ", name);
	add_count(&c->text, old.nlabels, "label", "labels");
	buf_adds(&c->text, ", ");
	add_count(&c->text, n, "annotated text\n", "annotated texts\n");
	if (left_out > 0)
		cmd_note(c, "%s with several labels were left out",
		    COUNT(left_out));
	rc = 0;
out:
	scheme_free(&old);
	return rc;
}

static int
scheme_rename_run(struct cmd_call *c)
{
	const char *name = cmd_str(c, "NEW");
	struct scheme s = { 0 };
	int rc;

	if (named(c, "OLD", &s) < 0)
		return -1;
	rc = scheme_rename(c->project, s.id, name, &c->err);
	if (rc == 0) {
		cmd_reply_str(c, "scheme", name);
		cmd_reply_str(c, "was", s.name);
		buf_addf(&c->text, "%s is now %s\n", s.name, name);
	}
	scheme_free(&s);
	return rc;
}

static int
scheme_delete_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	uint64_t n = 0;
	int rc = -1;

	if (named(c, "NAME", &s) < 0)
		return -1;
	if (tagged(c, s.id, &n) < 0 ||
	    scheme_delete(c->project, s.id, &c->err) < 0)
		goto out;
	cmd_reply_int(c, "labels", (int64_t)s.nlabels);
	cmd_reply_int(c, "annotations", (int64_t)n);
	buf_addf(&c->text, "%s is deleted, with ", s.name);
	add_count(&c->text, s.nlabels, "label", "labels");
	buf_adds(&c->text, " and ");
	add_count(&c->text, n, "annotated text", "annotated texts");
	buf_adds(&c->text, "; 'undo' brings it back\n");
	rc = 0;
out:
	scheme_free(&s);
	return rc;
}

static int
scheme_use_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	int rc;

	if (named(c, "NAME", &s) < 0)
		return -1;
	rc = current_scheme_set(c->project, s.id, &c->err);
	cmd_reply_str(c, "kind", scheme_kind_name(s.kind));
	cmd_reply_int(c, "labels", (int64_t)s.nlabels);
	buf_addf(&c->text, "your scheme is now %s\n", s.name);
	scheme_free(&s);
	return rc;
}

#define KINDS "multiclass|multilabel"

static const struct cmd_param add_params[] = {
	{ "NAME", .required = true, .help = "the new scheme's name" },
	{ "--kind", .type = CMD_CHOICE, .choices = KINDS, .def = "multiclass",
	    .help = "one label a text, or several" },
	CMD_PARAM_END,
};
static const struct cmd_param copy_params[] = {
	{ "OLD", .ref = REF_SCHEME, .required = true,
	    .help = "the scheme to copy" },
	{ "NEW", .required = true, .help = "the copy's name" },
	{ "--kind", .type = CMD_CHOICE, .choices = KINDS,
	    .help = "the copy's kind; default: the same" },
	{ "--labels-only", .type = CMD_FLAG,
	    .help = "leave the annotations behind" },
	CMD_PARAM_END,
};
static const struct cmd_param rename_params[] = {
	{ "OLD", .ref = REF_SCHEME, .required = true, .help = "its name" },
	{ "NEW", .required = true, .help = "its new name" },
	CMD_PARAM_END,
};
static const struct cmd_param name_params[] = {
	{ "NAME", .ref = REF_SCHEME, .required = true, .help = "which" },
	CMD_PARAM_END,
};

static const struct command cmd_list_ = {
	.name = "scheme list", .group = "Schemes and labels",
	.help = "The schemes, their kinds and labels; * is your current one",
	.needs_project = true, .run = scheme_list_run,
};
static const struct command cmd_add = {
	.name = "scheme add", .group = "Schemes and labels",
	.params = add_params, .role = CMD_MANAGER, .needs_project = true,
	.help = "Add a scheme, a layer of annotation of its own",
	.run = scheme_add_run, .changes = CHANGES_SCHEMES,
};
static const struct command cmd_copy = {
	.name = "scheme copy", .group = "Schemes and labels",
	.params = copy_params, .role = CMD_MANAGER, .needs_project = true,
	.help = "Copy a scheme with its labels and annotations",
	.more = "Everybody's labels are copied. From a multi-label scheme to "
		"a multi-class one, texts with several labels are left out, "
		"and counted.",
	.lane = JOB_BULK, .run = scheme_copy_run,
	.changes = CHANGES_SCHEMES | CHANGES_LABELS | CHANGES_ANNOTATIONS,
};
static const struct command cmd_rename = {
	.name = "scheme rename", .group = "Schemes and labels",
	.params = rename_params, .role = CMD_MANAGER, .needs_project = true,
	.help = "Rename a scheme", .run = scheme_rename_run,
	.changes = CHANGES_SCHEMES,
};
static const struct command cmd_delete = {
	.name = "scheme delete", .group = "Schemes and labels",
	.params = name_params, .role = CMD_MANAGER, .needs_project = true,
	.help = "Delete a scheme; undo brings it back with its annotations",
	.run = scheme_delete_run,
	.changes = CHANGES_SCHEMES | CHANGES_LABELS | CHANGES_ANNOTATIONS |
	    CHANGES_SELECTION,
};
static const struct command cmd_use = {
	.name = "scheme use", .group = "Schemes and labels",
	.params = name_params, .needs_project = true,
	.help = "Make a scheme the one you work on",
	.run = scheme_use_run, .changes = CHANGES_SETTINGS | CHANGES_SELECTION,
};

const struct command *const cmds_scheme[] = { &cmd_list_, &cmd_add, &cmd_copy,
	&cmd_rename, &cmd_delete, &cmd_use, NULL };

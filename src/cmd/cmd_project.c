/*
 * list, info, check, delete: the project as a whole.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tagtiger/annot.h"
#include "tagtiger/current.h"
#include "tagtiger/doc.h"
#include "tagtiger/feature.h"
#include "tagtiger/folder.h"
#include "tagtiger/history.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/recent.h"
#include "tagtiger/twins.h"
#include "tagtiger/user.h"
#include "tagtiger/work.h"
#include "import.h"

#define GROUP "Project"

/* ---- list ---- */

static int
list_run(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray();
	struct recent *v;
	size_t n;

	recent_list(&v, &n);
	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();
		char when[24];

		text_time(v[i].time, when);
		cJSON_AddStringToObject(o, "project", v[i].name);
		cJSON_AddStringToObject(o, "path", v[i].path);
		cJSON_AddItemToObject(o, "bytes", cjson_int(v[i].size));
		cJSON_AddItemToObject(o, "changed", cjson_time(v[i].time));
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "%s  %-20s  %s\n", when, v[i].name,
		    v[i].path);
	}
	if (n == 0)
		buf_adds(&c->text, "no projects in TAGTIGER_PATH, or here: "
		    "'tagtiger new FILE --data F --text COL' makes one\n");
	cmd_reply_int(c, "count", (int64_t)n);
	cmd_reply_item(c, "projects", list);
	recent_list_free(v, n);
	return 0;
}

/* ---- info ---- */

static int
info_texts(struct cmd_call *c)
{
	int64_t n[SET_COUNT], total = 0;
	cJSON *o = cJSON_CreateObject();

	cmd_reply_item(c, "texts", o);
	if (doc_count(c->project, n, &c->err) < 0)
		return -1;
	buf_adds(&c->text, "texts     ");
	for (int s = 1; s <= SET_COUNT; s++) {
		enum set set = (enum set)(s % SET_COUNT); /* rest last */

		total += n[set];
		cJSON_AddItemToObject(o, set_name(set), cjson_int(n[set]));
		buf_addf(&c->text, "%s%s %s", s > 1 ? ", " : "",
		    COUNT(n[set]), set_name(set));
	}
	cJSON_AddItemToObject(o, "total", cjson_int(total));
	buf_addc(&c->text, '\n');
	return 0;
}

static int
info_scheme(struct cmd_call *c, const struct scheme *s, bool current,
    cJSON *list)
{
	cJSON *o = cJSON_CreateObject(), *tagged;

	cJSON_AddItemToArray(list, o);
	cJSON_AddStringToObject(o, "scheme", s->name);
	cJSON_AddStringToObject(o, "kind", scheme_kind_name(s->kind));
	cJSON_AddBoolToObject(o, "current", current);
	cJSON_AddNumberToObject(o, "labels", (double)s->nlabels);
	tagged = cJSON_AddObjectToObject(o, "tagged");
	buf_addf(&c->text, "scheme    %s%s: %s, ", s->name,
	    current ? " (current)" : "", scheme_kind_name(s->kind));
	add_count(&c->text, s->nlabels, "label", "labels");
	for (int i = 1; i <= SET_COUNT; i++) {
		enum set set = (enum set)(i % SET_COUNT);
		struct annot_query q = { .scheme = s->id,
			.choice = CHOICE_ALL, .sets = SET_BIT(set) };
		struct annot_counts n;

		if (annot_count(c->project, &q, &n, &c->err) < 0)
			return -1;
		cJSON_AddItemToObject(tagged, set_name(set),
		    cjson_int((int64_t)n.tagged));
		if (n.tagged > 0)
			buf_addf(&c->text, ", %s of %s tagged",
			    COUNT(n.tagged), set_name(set));
		annot_counts_free(&n);
	}
	buf_addc(&c->text, '\n');
	return 0;
}

static int
info_learnt(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray(), *models = cJSON_CreateArray();
	struct feature *f;
	struct model *m;
	size_t n;

	cmd_reply_item(c, "features", list);
	cmd_reply_item(c, "models", models);
	if (feature_list(c->project, &f, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		cJSON_AddItemToArray(list, cJSON_CreateString(f[i].name));
		buf_addf(&c->text, "feature   %s\n", f[i].name);
	}
	feature_list_free(f, n);
	if (model_list(c->project, 0, NULL, &m, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		cJSON_AddItemToArray(models, cJSON_CreateString(m[i].name));
		buf_addf(&c->text, "model     %s: %s, %s\n", m[i].name,
		    m[i].kind, m[i].state);
	}
	model_list_free(m, n);
	return 0;
}

static int
info_users(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray();
	struct user *v;
	size_t n;

	cmd_reply_item(c, "users", list);
	if (user_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "user", v[i].name);
		cJSON_AddStringToObject(o, "role", role_name(v[i].role));
		buf_addf(&c->text, "user      %s: %s\n", v[i].name,
		    role_name(v[i].role));
	}
	user_list_free(v, n);
	return 0;
}

static void
heads_tell(struct cmd_call *c, const struct project_head *v, size_t n)
{
	cJSON *list = cJSON_CreateArray();

	cmd_reply_item(c, "heads", list);
	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddItemToObject(o, "replica", cjson_int(v[i].replica));
		cJSON_AddItemToObject(o, "events", cjson_int(v[i].events));
		cJSON_AddStringToObject(o, "hash", v[i].hash);
		buf_addf(&c->text, "log       %" PRId64 ": %s events, %s\n",
		    v[i].replica, COUNT(v[i].events), v[i].hash);
	}
}

static int
info_heads(struct cmd_call *c)
{
	struct project_head *v;
	size_t n;

	if (project_heads(c->project, &v, &n, &c->err) < 0)
		return -1;
	heads_tell(c, v, n);
	free(v);
	return 0;
}

static int
info_run(struct cmd_call *c)
{
	char *language = param_get(c->project, "language", NULL);
	char *seed = param_get(c->project, "seed", NULL);
	struct stat st;
	int64_t bytes = stat(project_path(c->project), &st) == 0 ?
	    st.st_size : 0;

	cmd_reply_str(c, "project", project_name(c->project));
	cmd_reply_str(c, "path", project_path(c->project));
	cmd_reply_int(c, "bytes", bytes);
	cmd_reply_str(c, "language", language);
	if (seed != NULL)
		cmd_reply_int(c, "seed", strtoll(seed, NULL, 10));
	cmd_reply_str(c, "role", role_name(user_role(c->project)));
	buf_addf(&c->text, "project   %s (%s, ", project_name(c->project),
	    project_path(c->project));
	buf_add_size(&c->text, bytes);
	buf_addf(&c->text, ")\nlanguage  %s\n",
	    language != NULL && *language != '\0' ? language : "not said");
	free(language);
	free(seed);
	if (info_texts(c) < 0 || call_each_scheme(c, info_scheme) < 0 || info_learnt(c) < 0 ||
	    info_users(c) < 0)
		return -1;
	return info_heads(c);
}

/* ---- check ---- */

/* What the log does not say, so that a change of it is not seen. */
static void
unvouched_tell(struct cmd_call *c, const struct project_check *k)
{
	const struct settings_check *s = &k->settings;
	const struct {
		const char *what;
		bool not_said;
	} all[] = {
		{ "sets", k->texts > 0 && !k->sets_vouched },
		{ "parameters", s->unknown || s->parameters > 0 },
		{ "roles", s->unknown || s->roles > 0 },
		{ "columns", s->unknown || s->columns > 0 },
	};
	cJSON *list = cJSON_CreateArray();
	struct buf b = BUF_INIT;

	cmd_reply_item(c, "unvouched", list);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (!all[i].not_said)
			continue;
		cJSON_AddItemToArray(list, cJSON_CreateString(all[i].what));
		buf_addf(&b, "%s%s", b.len > 0 ? ", " : "", all[i].what);
	}
	if (b.len > 0)
		cmd_note(c, "not all said in the log, so that a change by "
		    "other means is not seen: %s (%s)", buf_str(&b),
		    work_is_copy(c->project) ? "a work copy has a part of "
		    "the texts" : "of files that an older tagtiger made");
	buf_free(&b);
}

static void
check_tell(struct cmd_call *c, const struct project_check *k)
{
	cJSON *list = cJSON_CreateArray();

	cmd_reply_bool(c, "sound", k->found == 0);
	cmd_reply_int(c, "found", (int64_t)k->found);
	cmd_reply_item(c, "findings", list);
	for (size_t i = 0; i < k->n; i++) {
		cJSON_AddItemToArray(list,
		    cJSON_CreateString(k->findings[i]));
		buf_addf(&c->text, "%s\n", k->findings[i]);
	}
	if (k->found > k->n)
		buf_addf(&c->text, "and %zu more\n", k->found - k->n);
	cmd_reply_int(c, "events", (int64_t)k->events);
	cmd_reply_int(c, "chains", (int64_t)k->chains);
	cmd_reply_int(c, "annotations", (int64_t)k->annotations);
	cmd_reply_int(c, "labels", (int64_t)k->labels);
	cmd_reply_int(c, "texts", (int64_t)k->texts);
	cmd_reply_int(c, "unsummed", (int64_t)k->unsummed);
	if (k->texts_differed)
		cmd_note(c, "before the last import the texts were not all "
		    "as they had been imported: which, can no more be known");
	if (k->texts_moved)
		cmd_note(c, "before the last import, draw or drop texts were "
		    "not all in the sets that the log said: which, can no "
		    "more be known");
	if (k->unsummed > 0)
		cmd_note(c, "%s of %s texts came in with an older "
		    "tagtiger, which made no checksums: a changed letter of "
		    "theirs is not seen", COUNT(k->unsummed), COUNT(k->texts));
	unvouched_tell(c, k);
	if (k->found == 0) {
		add_count(&c->text, k->texts, "text", "texts");
		buf_adds(&c->text, ", ");
		add_count(&c->text, k->events, "event", "events");
		buf_adds(&c->text, " and ");
		add_count(&c->text, k->annotations, "annotation",
		    "annotations");
		buf_adds(&c->text, " agree; the project is sound\n");
	}
	heads_tell(c, k->heads, k->chains);
}

static void
mended_tell(struct cmd_call *c, const struct mended *m)
{
	cmd_reply_int(c, "mended", (int64_t)(m->damaged + m->gone + m->moved));
	cmd_reply_int(c, "damaged", (int64_t)m->damaged);
	cmd_reply_int(c, "gone", (int64_t)m->gone);
	cmd_reply_int(c, "moved", (int64_t)m->moved);
	buf_adds(&c->text, "put back: ");
	add_count(&c->text, m->damaged, "damaged text, ", "damaged texts, ");
	add_count(&c->text, m->gone, "that was gone, ", "that were gone, ");
	add_count(&c->text, m->moved, "that was in another set\n",
	    "that were in other sets\n");
}

/* Wanted, this is run in the bulk lane: 1 where it is yet to get there. */
static int
check_mend(struct cmd_call *c)
{
	const char *from = cmd_str(c, "--mend");
	bool again = cmd_flag(c, "--rebuild");
	struct mended m;

	if (!again && from == NULL)
		return 0;
	if (cmd_to_bulk(c))
		return 1;
	if (call_snapshot(c, again ? "rebuild" : "mend") < 0 || (again &&
	    project_rebuild(c->project, c->progress, &c->err) < 0))
		return -1;
	if (from == NULL)
		return 0;
	if (project_mend(c->project, from, c->progress, &m, &c->err) < 0)
		return -1;
	mended_tell(c, &m);
	return 0;
}

static void
folder_finding(void *arg, const char *what)
{
	project_check_add(arg, what);
}

/* Files that no row names are told, and are no fault. */
static void
folder_tell(struct cmd_call *c, const struct folder_check *f)
{
	cJSON *list = cJSON_CreateArray();

	cmd_reply_item(c, "leftovers", list);
	for (size_t i = 0; i < f->n; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "file", f->leftovers[i].name);
		cJSON_AddItemToObject(o, "bytes",
		    cjson_int(f->leftovers[i].bytes));
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "left over in %s: %s (",
		    project_folder_path(c->project), f->leftovers[i].name);
		buf_add_size(&c->text, f->leftovers[i].bytes);
		buf_adds(&c->text, "), which can be removed\n");
	}
	if (f->absent)
		cmd_note(c, "%s is not here: what is computed can be computed "
		    "again", project_folder_path(c->project));
}

static int
check_all(struct cmd_call *c, struct project_check *k, struct folder_check *f)
{
	if (project_check(c->project, cmd_str(c, "--against"), c->progress, k,
	    &c->err) < 0)
		return -1;
	/* A file that SQLite cannot read tells nothing of its folder. */
	if (k->chains == 0 && k->found > 0)
		return 0;
	return folder_check(c->project, f, &c->err);
}

/* No fault of the file, but one of what it is used for. */
static int
check_twins(struct cmd_call *c)
{
	struct import_names first = { 0 };
	int64_t *docs;
	size_t n;
	int rc = twins_of_sets(c->project, SET_BIT(SET_VALID) |
	    SET_BIT(SET_TEST), &docs, &n, c->progress, &c->err);

	for (size_t i = 0; rc == 0 && i < n && i < FAULT_ROWS; i++) {
		char *id = doc_id(c->project, docs[i], &c->err);

		rc = id == NULL ? -1 : 0;
		if (rc == 0)
			import_name_add(&first, id, strlen(id));
		free(id);
	}
	if (rc == 0)
		reply_twins(c, n, &first, "valid and test", "leave them out "
		    "when such a set is imported again ('drop test', 'drop "
		    "valid')");
	import_names_free(&first);
	free(docs);
	return rc;
}

static int
check_run(struct cmd_call *c)
{
	struct project_check k = { 0 };
	struct folder_check f = { .say = folder_finding, .arg = &k };
	size_t found;
	int rc;

	if ((rc = check_mend(c)) != 0)
		return rc < 0 ? -1 : 0;
	rc = check_all(c, &k, &f);
	if (rc == 0) {
		check_tell(c, &k);
		folder_tell(c, &f);
		cmd_reply_str(c, "against", cmd_str(c, "--against"));
		if (k.found == 0)
			rc = check_twins(c);
	}
	found = k.found;
	folder_check_free(&f);
	project_check_free(&k);
	if (rc < 0 || found == 0)
		return rc;
	c->findings = true;
	return err_set(&c->err, "the project is not sound: %zu finding%s",
	    found, found == 1 ? "" : "s");
}

/* ---- delete ---- */

static int
nothing_runs(struct cmd_call *c)
{
	struct jobrow *v;
	int rc = 0;
	size_t n;

	if (jobrow_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (v[i].state > JOBROW_RUNNING)
			continue;
		if (v[i].far)
			rc = err_set_status(&c->err, ERR_DENIED, "job %" PRId64
			    " (%s) runs on %s: stop it first; should that "
			    "machine be down, it counts as dead when nothing "
			    "is heard of it for an hour", v[i].id, v[i].title,
			    v[i].host);
		else
			rc = err_set_status(&c->err, ERR_DENIED, "job %" PRId64
			    " (%s) is running in the project: stop it first "
			    "(job stop %" PRId64 ")", v[i].id, v[i].title,
			    v[i].id);
	}
	jobrow_list_free(v, n);
	return rc;
}

static int
delete_run(struct cmd_call *c)
{
	int64_t n[SET_COUNT];
	if (!cmd_flag(c, "--yes"))
		return err_set_status(&c->err, ERR_USAGE, "'delete' removes "
		    "the project, all its annotations and its folder for "
		    "good: add --yes if that is meant");
	if (nothing_runs(c) < 0)
		return -1;
	if (doc_count(c->project, n, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "deleted", project_path(c->project));
	cmd_reply_int(c, "texts", n[SET_REST] + n[SET_TRAIN] + n[SET_VALID] +
	    n[SET_TEST]);
	buf_addf(&c->text, "%s is deleted\n", project_path(c->project));
	c->removes = true;
	return 0;
}

/* ---- The table ---- */

static const struct cmd_param check_params[] = {
	{ "--against", .type = CMD_FILE, .value = "F", .help =
	    "also compare with a backup: was the log rewritten?" },
	{ "--mend", .type = CMD_FILE, .value = "F", .role = CMD_MANAGER, .help =
	    "first put texts that are damaged, gone or in other sets back as a "
	    "backup has them, after a snapshot" },
	{ "--rebuild", .type = CMD_FLAG, .role = CMD_MANAGER,
	    .help = "first make labels, parameters and roles anew from the "
		    "log, after a snapshot" },
	CMD_PARAM_END,
};
static const struct cmd_param delete_params[] = {
	{ "--yes", .type = CMD_FLAG, .help = "it is meant" },
	CMD_PARAM_END,
};

static const struct command cmd_list_ = {
	.name = "list", .group = GROUP,
	.help = "Your projects: opened lately, or in TAGTIGER_PATH",
	.run = list_run,
};
static const struct command cmd_info = {
	.name = "info", .group = GROUP, .needs_project = true,
	.help = "Summary: texts, schemes, models, users, heads of the log",
	.run = info_run,
};
static const struct command cmd_check_ = {
	.name = "check", .group = GROUP, .params = check_params,
	.help = "Check the file, its tables, the log and all labels against it, "
		"and the folder",
	.more = "Ends with status 1 where something is found. Checksums and "
		"the chain show accidents and naive edits; --against a backup "
		"finds rewriting of the log. Of a damaged text it is said "
		"which backup or snapshot has it whole. Texts of validation and "
		"test that stand in train too are told, which is no fault of "
		"the file.",
	.needs_project = true, .lane = JOB_LONG, .run = check_run,
};
static const struct command cmd_delete = {
	.name = "delete", .group = GROUP, .params = delete_params,
	.help = "Remove the project and its folder for good",
	.more = "On a screen its name is asked for, and the list of projects "
		"comes.",
	.needs_project = true, .role = CMD_OWNER, .run = delete_run,
	.changes = CHANGES_PROJECT,
};

const struct command *const cmds_project[] = { &cmd_list_, &cmd_info,
	&cmd_check_, &cmd_delete, NULL };

/* new, import and draw: from files to texts. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/import.h"
#include "tagtiger/project.h"
#include "tagtiger/recent.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* ---- parameters that all imports share ---- */

#define PARAM_ID(text)                                                      \
	{                                                                   \
		"--id", .value = "COL", .help = text                        \
	}
#define PARAM_TEXT                                                          \
	{                                                                   \
		"--text", .type = CMD_LIST, .value = "COL[,COL...]",        \
		.required = true,                                           \
		.help = "text column; several are joined by a blank line"   \
	}
#define PARAM_LABEL                                                         \
	{                                                                   \
		"--label", .repeatable = true, .value = "COL",              \
		.help = "column of labels; repeat: a scheme each"           \
	}
#define PARAM_MULTILABEL                                                    \
	{                                                                   \
		"--multilabel", .repeatable = true, .value = "COL[:SEP]",   \
		.help = "column of several labels a cell, joined by SEP "   \
			"(default |)"                                       \
	}
#define PARAMS_FILE                                                         \
	{ "--format", .type = CMD_CHOICE, .choices =                        \
		"csv|xlsx|parquet|jsonl",                                   \
		.help = "the file's format; default: by its content" },     \
	{ "--sheet", .value = "NAME", .help =                               \
		"xlsx: which sheet; default: the first" },                  \
	{ "--sep", .value = "C", .help =                                    \
		"csv: the separator; default: found among , ; tab |" },     \
	{ "--encoding", .value = "E", .help =                               \
		"of the file, as iconv names it; default: UTF-8" },         \
	{ "--replace-invalid", .type = CMD_FLAG, .help =                    \
		"invalid bytes become U+FFFD instead of an error" },        \
	{ "--bad-rows", .type = CMD_CHOICE, .choices = "refuse|drop",       \
		.def = "refuse", .help = "rows that cannot be used: "       \
		"refuse the file, or leave them out" },                     \
	{ "--check", .type = CMD_FLAG, .help =                              \
		"only report what would be done: nothing is written" }

static int
file_options(struct cmd_call *c, struct table_options *o)
{
	const char *sep = cmd_str(c, "--sep"), *format = cmd_str(c, "--format");

	*o = (struct table_options){ .encoding = cmd_str(c, "--encoding"),
		.sheet = cmd_str(c, "--sheet"),
		.replace_invalid = cmd_flag(c, "--replace-invalid") };
	if (format != NULL)
		o->format = table_format_of(format);
	if (sep == NULL)
		return 0;
	if (strcmp(sep, "\\t") == 0 || strcmp(sep, "tab") == 0)
		sep = "\t";
	if (strlen(sep) != 1)
		return err_set_status(&c->err, ERR_USAGE, "--sep takes one "
		    "ASCII character, or tab, not \"%s\"", sep);
	o->sep = *sep;
	return 0;
}

static bool
drop_rows(const struct cmd_call *c)
{
	return strcmp(cmd_str(c, "--bad-rows"), "drop") == 0;
}

/* --label and --multilabel; owns the columns' names. */
struct label_args {
	struct import_label *v;
	char **names;
	size_t n;
};

static void
label_args_add(struct label_args *a, const char *arg, enum scheme_kind kind)
{
	const char *colon = kind == SCHEME_MULTILABEL ?
	    strrchr(arg, ':') : NULL;

	a->v = xreallocarray(a->v, a->n + 1, sizeof *a->v);
	a->names = xreallocarray(a->names, a->n + 1, sizeof *a->names);
	if (colon != NULL && colon[1] == '\0')
		colon = NULL;
	a->names[a->n] = colon != NULL ?
	    xstrndup(arg, (size_t)(colon - arg)) : xstrdup(arg);
	a->v[a->n] = (struct import_label){ a->names[a->n], kind,
		colon != NULL ? colon + 1 : "|" };
	a->n++;
}

static void
label_args_read(struct cmd_call *c, struct label_args *a)
{
	char *const *v;
	size_t n;

	*a = (struct label_args){ 0 };
	v = cmd_list(c, "--label", &n);
	for (size_t i = 0; i < n; i++)
		label_args_add(a, v[i], SCHEME_MULTICLASS);
	v = cmd_list(c, "--multilabel", &n);
	for (size_t i = 0; i < n; i++)
		label_args_add(a, v[i], SCHEME_MULTILABEL);
}

static void
label_args_free(struct label_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->names[i]);
	free(a->names);
	free(a->v);
}

/* ---- answers ---- */

static cJSON *
row_numbers(const struct import_faults *f, int fault)
{
	cJSON *list = cJSON_CreateArray();

	for (uint64_t i = 0; i < f->count[fault] && i < FAULT_ROWS; i++)
		cJSON_AddItemToArray(list,
		    cJSON_CreateNumber((double)f->row[fault][i]));
	return list;
}

static void
reply_faults(struct cmd_call *c, const struct import_report *r)
{
	cJSON *dropped = cJSON_CreateObject(), *o;
	char *s;

	for (int i = 0; i < FAULT_COUNT; i++) {
		if (r->faults.count[i] == 0)
			continue;
		o = cJSON_AddObjectToObject(dropped,
		    import_fault_name((enum import_fault)i));
		cJSON_AddNumberToObject(o, "count",
		    (double)r->faults.count[i]);
		cJSON_AddItemToObject(o, "rows", row_numbers(&r->faults, i));
		s = import_fault_text(&r->faults, (enum import_fault)i);
		buf_addf(&c->text, "left out: %s\n", s);
		free(s);
	}
	cmd_reply_item(c, "dropped", dropped);
}

static cJSON *
names_json(const struct import_names *names)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < names->n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(names->v[i]));
	return list;
}

/* "a, b, c and 4 more" */
static void
add_names(struct buf *b, const struct import_names *names)
{
	for (size_t i = 0; i < names->n && i < FAULT_ROWS; i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : "", names->v[i]);
	if (names->n > FAULT_ROWS)
		buf_addf(b, " and %zu more", names->n - FAULT_ROWS);
}

/* What a check says of the file's columns. */
static void
reply_columns(struct cmd_call *c, const char *file,
    const struct table_options *options)
{
	static const char *const kinds[] = { [TABLE_TEXT] = "text",
		[TABLE_INT] = "int", [TABLE_REAL] = "real",
		[TABLE_FLOAT] = "real", [TABLE_BOOL] = "bool",
		[TABLE_DATE] = "date", [TABLE_JSON] = "json" };
	struct import_preview v;
	cJSON *list, *o;

	if (import_preview(file, options, &v, c->progress, NULL) < 0)
		return;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < v.ncolumns; i++) {
		const struct preview_column *p = &v.columns[i];

		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "column", p->name);
		cJSON_AddStringToObject(o, "kind", kinds[p->kind]);
		cJSON_AddNumberToObject(o, "filled", (double)p->filled);
		cJSON_AddNumberToObject(o, "different", (double)p->distinct);
		cJSON_AddItemToObject(o, "first", p->first[0] == NULL ?
		    cJSON_CreateNull() : cJSON_CreateString(p->first[0]));
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "column %s: %s, %llu filled, %llu%s "
		    "different\n", p->name, kinds[p->kind],
		    (unsigned long long)p->filled,
		    (unsigned long long)p->distinct,
		    p->distinct_more ? " or more" : "");
	}
	cmd_reply_item(c, "columns", list);
	import_preview_free(&v);
}

/* A check tells all it found, though the import would be refused. */
static void
reply_check(struct cmd_call *c, const struct import_report *r,
    const char *file, const struct table_options *options)
{
	cmd_reply_bool(c, "check", true);
	cmd_reply_item(c, "labels", names_json(&r->labels));
	if (r->labels.n > 0) {
		buf_adds(&c->text, "labels that would be made: ");
		add_names(&c->text, &r->labels);
		buf_addc(&c->text, '\n');
	}
	reply_columns(c, file, options);
	buf_adds(&c->text, "nothing was written: a check\n");
	c->findings = true;
}

static void
reply_file(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_str(c, "format", table_format_name(r->info.format));
	cmd_reply_str(c, "encoding", r->encoding);
	cmd_reply_int(c, "rows", (int64_t)r->rows);
	cmd_reply_int(c, "kept", (int64_t)r->kept);
	if (strcmp(r->encoding, "UTF-8") != 0)
		cmd_note(c, "converted from %s", r->encoding);
	for (size_t i = 0; i < r->nnotes; i++)
		cmd_note(c, "%s", r->notes[i]);
	reply_faults(c, r);
}

static void
reply_sets(struct cmd_call *c, const struct import_report *r)
{
	static const enum set order[] = { SET_TRAIN, SET_VALID, SET_TEST,
		SET_REST };

	for (int i = 0; i < SET_COUNT; i++)
		cmd_reply_int(c, set_name(order[i]),
		    (int64_t)r->sets[order[i]]);
	buf_addf(&c->text, "train %zu, valid %zu, test %zu, rest %zu\n",
	    r->sets[SET_TRAIN], r->sets[SET_VALID], r->sets[SET_TEST],
	    r->sets[SET_REST]);
	if (r->annotated > 0)
		buf_addf(&c->text, "%llu texts carry labels\n",
		    (unsigned long long)r->annotated);
	cmd_reply_int(c, "annotated", (int64_t)r->annotated);
	if (r->cleared > 0)
		cmd_reply_int(c, "cleared", (int64_t)r->cleared);
}

static void
reply_strata(struct cmd_call *c, const struct import_report *r)
{
	cJSON *list, *o;

	if (r->nstrata == 0)
		return;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < r->nstrata; i++) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "category", r->strata[i].name);
		cJSON_AddNumberToObject(o, "rows",
		    (double)r->strata[i].there);
		cJSON_AddNumberToObject(o, "valid",
		    (double)r->strata[i].valid);
		cJSON_AddNumberToObject(o, "test", (double)r->strata[i].test);
		cJSON_AddItemToArray(list, o);
	}
	cmd_reply_item(c, "strata", list);
}

/* ---- new ---- */

static char *
project_file_name(const char *name)
{
	size_t len = strlen(name);

	if (len > 6 && strcmp(name + len - 6, ".tiger") == 0)
		return xstrdup(name);
	return xasprintf("%s.tiger", name);
}

static void
new_reply(struct cmd_call *c, const char *path,
    const struct import_report *r)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	char *name = xstrndup(base, strlen(base) - strlen(".tiger"));
	char *slug = utf8_slug(name, strlen(name));

	cmd_reply_str(c, "project", path);
	cmd_reply_str(c, "name", name);
	cmd_reply_str(c, "slug", slug);
	buf_addf(&c->text, "%s: %llu of %llu rows%s\n", path,
	    (unsigned long long)r->kept, (unsigned long long)r->rows,
	    cmd_flag(c, "--check") ? " would be in it" : "");
	reply_sets(c, r);
	reply_strata(c, r);
	reply_file(c, r);
	free(slug);
	free(name);
}

static int
new_run(struct cmd_call *c)
{
	struct import_spec spec = { .file = cmd_str(c, "--data"),
		.id = cmd_str(c, "--id"), .lang = cmd_str(c, "--lang"),
		.valid = (size_t)cmd_int(c, "--valid"),
		.test = (size_t)cmd_int(c, "--test"),
		.train_all = strcmp(cmd_str(c, "--train"), "all") == 0,
		.stratify = cmd_str(c, "--stratify"),
		.proportional = strcmp(cmd_str(c, "--stratify-how"),
		    "proportional") == 0,
		.clear_test = cmd_flag(c, "--clear-test"),
		.seed = (uint64_t)cmd_int(c, "--seed"),
		.drop = drop_rows(c), .check = cmd_flag(c, "--check") };
	char *path = project_file_name(cmd_str(c, "FILE"));
	struct import_report report = { 0 };
	struct label_args labels;
	int rc = -1;

	if (!spec.train_all)
		spec.train = (size_t)cmd_int(c, "--train");
	spec.text = cmd_list(c, "--text", &spec.ntext);
	spec.context = cmd_list(c, "--context", &spec.ncontext);
	label_args_read(c, &labels);
	spec.label = labels.v;
	spec.nlabel = labels.n;
	if (file_options(c, &spec.table) == 0)
		rc = import_new(path, &spec, &report, c->progress, &c->err);
	if (rc == 0 && !spec.check)
		recent_add(path);
	if (rc == 0 || (spec.check && report.rows > 0))
		new_reply(c, path, &report);
	if (spec.check && report.rows > 0)
		reply_check(c, &report, spec.file, &spec.table);
	import_report_free(&report);
	label_args_free(&labels);
	free(path);
	return rc;
}

static const struct cmd_param new_params[] = {
	{ "FILE", .type = CMD_FILE, .required = true,
	    .help = "the project to make; .tiger is added" },
	{ "--data", .type = CMD_FILE, .required = true, .value = "F",
	    .help = "the file of texts: csv, xlsx, Parquet or jsonl" },
	PARAM_ID("column of unique ids; default: rows are numbered"),
	PARAM_TEXT,
	PARAM_LABEL,
	PARAM_MULTILABEL,
	{ "--context", .type = CMD_LIST, .value = "COL,...",
	    .help = "columns shown beside the text, and exported" },
	{ "--lang", .value = "LL", .help = "language of the texts: en, fr" },
	{ "--train", .type = CMD_INT, .choices = "all", .def = "all",
	    .value = "N|all", .max = 4e9,
	    .help = "texts to annotate; those with labels go in first" },
	{ "--valid", .type = CMD_INT, .def = "0", .max = 4e9,
	    .help = "texts of the validation set, drawn first" },
	{ "--test", .type = CMD_INT, .def = "0", .max = 4e9,
	    .help = "texts of the test set, drawn first" },
	{ "--stratify", .value = "COL", .help =
	    "equal numbers of each category in validation and test" },
	{ "--stratify-how", .type = CMD_CHOICE,
	    .choices = "equal|proportional", .def = "equal",
	    .help = "equal numbers per category, or shares as in the file" },
	{ "--clear-test", .type = CMD_FLAG,
	    .help = "drop the labels that the file gives test texts" },
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of the draws" },
	PARAMS_FILE,
	{ NULL },
};

static const struct command cmd_new = {
	.name = "new", .group = "Project", .params = new_params,
	.help = "Make a project from a file of texts",
	.more = "Validation and test are drawn first, at random from all "
	    "rows; then train; what is in no set is kept and predicted but "
	    "never shown for tagging. Nothing is made when the import fails.",
	.lane = JOB_LONG, .run = new_run,
};

/* ---- more texts ---- */

/* Of a set that was dropped before. */
static void
reply_revived(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_int(c, "revived", (int64_t)r->revived);
	cmd_reply_int(c, "anew", (int64_t)r->anew);
	if (r->revived > 0)
		cmd_note(c, "%llu of them had been dropped: the labels that "
		    "they had stand again", (unsigned long long)r->revived);
	if (r->anew > 0)
		cmd_note(c, "%llu of them have the id of a text that was "
		    "dropped, and other words: they begin without labels",
		    (unsigned long long)r->anew);
}

static int
import_set(struct cmd_call *c, enum set set)
{
	struct import_spec spec = { .file = cmd_str(c, "F"),
		.id = cmd_str(c, "--id"), .set = set, .drop = drop_rows(c),
		.check = cmd_flag(c, "--check") };
	struct import_report report = { 0 };
	struct label_args labels;
	int rc = -1;

	spec.text = cmd_list(c, "--text", &spec.ntext);
	label_args_read(c, &labels);
	spec.label = labels.v;
	spec.nlabel = labels.n;
	if (file_options(c, &spec.table) == 0)
		rc = import_texts(c->project, &spec, &report, c->progress,
		    &c->err);
	if (rc == 0 || (spec.check && report.rows > 0)) {
		cmd_reply_str(c, "set", set_name(set));
		cmd_reply_int(c, "annotated", (int64_t)report.annotated);
		buf_addf(&c->text, "%llu of %llu rows %s in the %s set%s\n",
		    (unsigned long long)report.kept,
		    (unsigned long long)report.rows,
		    spec.check ? "would be" : "are", set_name(set),
		    spec.check ? "" : " now");
		reply_file(c, &report);
		reply_revived(c, &report);
	}
	if (spec.check && report.rows > 0)
		reply_check(c, &report, spec.file, &spec.table);
	import_report_free(&report);
	label_args_free(&labels);
	return rc;
}

static int
import_texts_run(struct cmd_call *c)
{
	return import_set(c, SET_TRAIN);
}

static int
import_valid_run(struct cmd_call *c)
{
	return import_set(c, SET_VALID);
}

static int
import_test_run(struct cmd_call *c)
{
	return import_set(c, SET_TEST);
}

static const struct cmd_param import_params[] = {
	{ "F", .type = CMD_FILE, .required = true, .help = "the file" },
	{ "--id", .value = "COL", .required = true,
	    .help = "column of ids that no text of the project has" },
	PARAM_TEXT,
	PARAM_LABEL,
	PARAM_MULTILABEL,
	PARAMS_FILE,
	{ NULL },
};

static const struct command cmd_import_texts = {
	.name = "import texts", .group = "Project", .params = import_params,
	.help = "More texts for the train set", .role = CMD_MANAGER,
	.needs_project = true, .run = import_texts_run,
	.changes = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

static const struct command cmd_import_valid = {
	.name = "import valid", .group = "Project", .params = import_params,
	.help = "Texts for the validation set", .role = CMD_MANAGER,
	.needs_project = true, .run = import_valid_run,
	.changes = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

static const struct command cmd_import_test = {
	.name = "import test", .group = "Project", .params = import_params,
	.help = "Texts for the test set", .role = CMD_MANAGER,
	.needs_project = true, .run = import_test_run,
	.changes = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

/* ---- annotations by id ---- */

static void
reply_unknown(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_item(c, "unknown", names_json(&r->unknown));
	if (r->unknown.n == 0)
		return;
	buf_adds(&c->text, "no text of the project: ");
	add_names(&c->text, &r->unknown);
	buf_addc(&c->text, '\n');
}

static void
reply_conflicts(struct cmd_call *c, const struct import_report *r,
    const char *how)
{
	cJSON *all = cJSON_CreateObject(), *list, *o;

	cJSON_AddNumberToObject(all, "count", (double)r->nconflicts);
	cJSON_AddStringToObject(all, "decided", how);
	list = cJSON_AddArrayToObject(all, "first");
	for (uint64_t i = 0; i < r->nconflicts && i < FAULT_ROWS; i++) {
		const struct import_conflict *k = &r->conflicts[i];

		o = cJSON_CreateObject();
		cJSON_AddNumberToObject(o, "row", (double)k->row);
		cJSON_AddStringToObject(o, "id", k->id);
		cJSON_AddStringToObject(o, "has", k->have);
		cJSON_AddStringToObject(o, "file", k->now);
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "conflict: row %llu, %s has %s, the file "
		    "%s\n", (unsigned long long)k->row, k->id, k->have,
		    k->now);
	}
	cmd_reply_item(c, "conflicts", all);
	if (r->nconflicts > FAULT_ROWS)
		cmd_note(c, "%llu conflicts in all", (unsigned long long)
		    r->nconflicts);
}

static void
annotations_reply(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_int(c, "annotations", (int64_t)r->kept);
	cmd_reply_int(c, "same", (int64_t)r->same);
	cmd_reply_int(c, "conflicts_kept", (int64_t)r->kept_own);
	cmd_reply_int(c, "replaced", (int64_t)r->replaced);
	cmd_reply_int(c, "added", (int64_t)r->added);
	cmd_reply_int(c, "empty", (int64_t)r->unfilled);
	cmd_reply_int(c, "passed_over", (int64_t)r->passed_over);
	if (r->from != FROM_TABLE)
		cmd_reply_str(c, "from", import_from_name(r->from));
	buf_addf(&c->text, "%llu annotations%s; %llu were there already, %llu "
	    "rows without a label\n", (unsigned long long)r->kept,
	    cmd_flag(c, "--check") ? " would be made" : "",
	    (unsigned long long)r->same, (unsigned long long)r->unfilled);
	if (r->from != FROM_TABLE)
		cmd_note(c, "read as an export of %s",
		    import_from_name(r->from));
	if (r->passed_over > 0)
		cmd_note(c, "%llu were rejected, ignored or cancelled there",
		    (unsigned long long)r->passed_over);
	reply_conflicts(c, r, cmd_str(c, "--on-conflict"));
	if (r->kept_own > 0)
		cmd_note(c, "%llu texts kept another label that they had: "
		    "--on-conflict replace takes the file's, add stores it as "
		    "another annotator's", (unsigned long long)r->kept_own);
	reply_unknown(c, r);
	reply_file(c, r);
}

static void
annotations_spec(struct cmd_call *c, struct import_annotations *spec)
{
	static const char *const how[] = { [CONFLICT_KEEP] = "keep",
		[CONFLICT_REPLACE] = "replace", [CONFLICT_ADD] = "add" };
	const char *from = cmd_str(c, "--from");
	const char *conflict = cmd_str(c, "--on-conflict");

	*spec = (struct import_annotations){ .file = cmd_str(c, "F"),
		.id = cmd_str(c, "--id"), .label = cmd_str(c, "--label"),
		.text = cmd_str(c, "--text"),
		.annotator = cmd_str(c, "--annotator"),
		.as = cmd_str(c, "--as"), .scheme = cmd_str(c, "--scheme"),
		.sep = cmd_str(c, "--join"), .guess = from == NULL,
		.drop = drop_rows(c), .check = cmd_flag(c, "--check") };
	for (int i = FROM_TABLE; from != NULL && i < FROM_COUNT; i++)
		if (strcmp(from, import_from_name((enum import_from)i)) == 0)
			spec->from = (enum import_from)i;
	for (int i = CONFLICT_KEEP; i <= CONFLICT_ADD; i++)
		if (strcmp(conflict, how[i]) == 0)
			spec->on_conflict = (enum on_conflict)i;
}

static int
import_annotations_run(struct cmd_call *c)
{
	struct import_annotations spec;
	struct import_report r = { 0 };
	struct scheme s = { 0 };
	int rc = -1;

	annotations_spec(c, &spec);
	if (file_options(c, &spec.table) < 0 ||
	    current_scheme(c->project, &s, &c->err) < 0)
		return -1;
	spec.current = s.id;
	scheme_free(&s);
	rc = import_annotations(c->project, &spec, &r, c->progress, &c->err);
	c->findings = rc < 0 && (r.unknown.n > 0 || spec.check) && r.rows > 0;
	if (rc == 0 || c->findings)
		annotations_reply(c, &r);
	if (spec.check && r.rows > 0)
		reply_check(c, &r, spec.file, &spec.table);
	import_report_free(&r);
	return rc;
}

static const struct cmd_param annotations_params[] = {
	{ "F", .type = CMD_FILE, .required = true, .help = "the file" },
	{ "--id", .value = "COL",
	    .help = "column of the texts' ids, in their original form" },
	{ "--label", .value = "COL",
	    .help = "column of labels; missing ones are added" },
	{ "--scheme", .ref = REF_SCHEME, .value = "S",
	    .help = "default: the one named as the column, else the current" },
	{ "--from", .type = CMD_CHOICE,
	    .choices = "table|doccano|label-studio|prodigy",
	    .help = "whose export it is; default: by its shape" },
	{ "--text", .value = "KEY",
	    .help = "of an export: its key of the text, where ids are none" },
	{ "--annotator", .value = "COL",
	    .help = "column of who said it; default: you" },
	{ "--as", .value = "NAME", .ref = REF_USER,
	    .help = "in whose name; with add, the second annotator" },
	{ "--on-conflict", .type = CMD_CHOICE, .choices = "keep|replace|add",
	    .def = "keep", .help = "texts that have another label already" },
	{ "--join", .value = "SEP", .def = "|",
	    .help = "multi-label: what stands between labels" },
	PARAMS_FILE,
	{ NULL },
};

static const struct command cmd_import_annotations = {
	.name = "import annotations", .group = "Project",
	.params = annotations_params, .role = CMD_MANAGER,
	.help = "Labels by id, for texts of any set",
	.more = "A table needs --id and --label. Exports of doccano, Label "
	    "Studio and Prodigy (JSON and JSONL) are known by their shape; "
	    "where they have no ids of ours, texts are found by their exact "
	    "words. Ids that no text has are listed, and the file is refused "
	    "unless --bad-rows drop.",
	.needs_project = true, .run = import_annotations_run,
	.changes = CHANGES_LABELS | CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

/* ---- draw ---- */

static int
draw_run(struct cmd_call *c)
{
	struct import_report r = { 0 };
	enum set set = SET_TRAIN;
	size_t n = (size_t)cmd_int(c, "N");

	set_of_name(cmd_str(c, "SET"), &set);
	if (import_draw(c->project, set, n, cmd_str(c, "--stratify"),
	    strcmp(cmd_str(c, "--stratify-how"), "proportional") == 0,
	    (uint64_t)cmd_int(c, "--seed"), &r, &c->err) < 0) {
		import_report_free(&r);
		return -1;
	}
	cmd_reply_str(c, "set", set_name(set));
	cmd_reply_int(c, "texts", (int64_t)n);
	buf_addf(&c->text, "%zu texts of rest are in the %s set now\n", n,
	    set_name(set));
	reply_strata(c, &r);
	for (size_t i = 0; i < r.nnotes; i++)
		cmd_note(c, "%s", r.notes[i]);
	import_report_free(&r);
	return 0;
}

static const struct cmd_param draw_params[] = {
	{ "SET", .type = CMD_CHOICE, .choices = "train|valid|test",
	    .required = true, .help = "the set to add to" },
	{ "N", .type = CMD_INT, .required = true, .min = 1, .max = 4e9,
	    .help = "how many texts" },
	{ "--stratify", .value = "COL", .ref = REF_COLUMN,
	    .help = "equal numbers of each category" },
	{ "--stratify-how", .type = CMD_CHOICE,
	    .choices = "equal|proportional", .def = "equal",
	    .help = "equal numbers per category, or shares as in rest" },
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of the draw" },
	{ NULL },
};

static const struct command cmd_draw = {
	.name = "draw", .group = "Project", .params = draw_params,
	.help = "More texts from rest, at random", .role = CMD_MANAGER,
	.needs_project = true, .run = draw_run,
	.changes = CHANGES_TEXTS | CHANGES_SELECTION,
};

const struct command *const cmds_new[] = { &cmd_new, NULL };
const struct command *const cmds_import[] = { &cmd_draw, &cmd_import_texts,
	&cmd_import_valid, &cmd_import_test, &cmd_import_annotations, NULL };

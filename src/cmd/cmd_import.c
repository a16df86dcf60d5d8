/* import: more texts, and annotations by id. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/history.h"
#include "tagtiger/project.h"
#include "import.h"

/* ---- more texts ---- */

/* Of a set that was dropped before. */
static void
reply_revived(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_int(c, "revived", (int64_t)r->revived);
	cmd_reply_int(c, "anew", (int64_t)r->anew);
	if (r->revived > 0)
		cmd_note(c, "%s of them had been dropped: the labels that "
		    "they had stand again", COUNT(r->revived));
	if (r->anew > 0)
		cmd_note(c, "%s of them have the id of a text that was "
		    "dropped, and other words: they begin without labels",
		    COUNT(r->anew));
}

static int
import_set(struct cmd_call *c, enum set set)
{
	struct import_spec spec = { .file = cmd_str(c, "F"),
		.id = cmd_str(c, "--id"), .set = set, .drop = import_drop_rows(c),
		.check = cmd_flag(c, "--check") };
	struct import_report report = { 0 };
	struct label_args labels;
	int rc = -1;

	spec.text = cmd_list(c, "--text", &spec.ntext);
	label_args_read(c, &labels);
	spec.label = labels.v;
	spec.nlabel = labels.n;
	if (import_file_options(c, &spec.table) == 0)
		rc = import_texts(c->project, &spec, &report, c->progress,
		    &c->err);
	if (rc == 0 || (spec.check && report.rows > 0)) {
		cmd_reply_str(c, "set", set_name(set));
		cmd_reply_int(c, "annotated", (int64_t)report.annotated);
		buf_addf(&c->text, "%s of %s rows %s in the %s set%s\n",
		    COUNT(report.kept), COUNT(report.rows),
		    spec.check ? "would be" : "are", set_name(set),
		    spec.check ? "" : " now");
		reply_file(c, &report);
		reply_revived(c, &report);
		if (report.compared)
			reply_twins(c, report.twins, &report.twin_ids,
			    set_name(set), set == SET_TEST ?
			    "'drop test', and import the file without them" :
			    "'drop valid', and import the file without them");
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

#define TWINS_MORE \
	"Texts that stand in train too, word for word, are told: models have " \
	"learned them, and their scores come out too good."

static const struct command cmd_import_texts = {
	.name = "import texts", .group = "Project", .params = import_params,
	.help = "More texts for the train set", .role = CMD_MANAGER,
	.needs_project = true, .lane = JOB_BULK,
	.run = import_texts_run,
	.changes = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

static const struct command cmd_import_valid = {
	.name = "import valid", .group = "Project", .params = import_params,
	.help = "Texts for the validation set", .role = CMD_MANAGER,
	.more = TWINS_MORE,
	.needs_project = true, .lane = JOB_BULK,
	.run = import_valid_run,
	.changes = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

static const struct command cmd_import_test = {
	.name = "import test", .group = "Project", .params = import_params,
	.help = "Texts for the test set", .role = CMD_MANAGER,
	.more = TWINS_MORE,
	.needs_project = true, .lane = JOB_BULK,
	.run = import_test_run,
	.changes = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

/* ---- annotations by id ---- */

#define UNKNOWN_WARNED 5

/* What people would miss in an answer for programs. */
static void
warn_unknown(struct cmd_call *c, const struct import_report *r)
{
	struct buf *b = &c->warning;

	add_count(b, r->unknown.n, "annotation left out, as no text has its "
	    "id: ", "annotations left out, as no text has their ids: ");
	for (size_t i = 0; i < r->unknown.n && i < UNKNOWN_WARNED; i++)
		buf_addf(b, "%s%s (row %llu)", i > 0 ? ", " : "",
		    r->unknown.v[i], (unsigned long long)
		    r->faults.row[FAULT_UNKNOWN_ID][i]);
	if (r->unknown.n > UNKNOWN_WARNED)
		buf_addf(b, " and %s more", COUNT(r->unknown.n -
		    UNKNOWN_WARNED));
}

static void
reply_unknown(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_item(c, "unknown", import_names_json(&r->unknown));
	if (r->unknown.n == 0)
		return;
	warn_unknown(c, r);
	buf_adds(&c->text, "no text of the project: ");
	import_names_text(&c->text, &r->unknown);
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
		cmd_note(c, "%s conflicts in all", COUNT(r->nconflicts));
	if (r->kept_own == 0)
		return;
	add_count(&c->text, r->kept_own, "text keeps", "texts keep");
	buf_adds(&c->text, " another label: --on-conflict replace takes the "
	    "file's, add stores it as another annotator's\n");
}

/* What there is to say of so many, where there are any. */
static void
count_line(struct cmd_call *c, uint64_t n, const char *one, const char *many)
{
	if (n == 0)
		return;
	add_count(&c->text, n, one, many);
	buf_addc(&c->text, '\n');
}

static void
count_part(struct cmd_call *c, uint64_t n, const char *one, const char *many)
{
	if (n == 0)
		return;
	buf_adds(&c->text, "; ");
	add_count(&c->text, n, one, many);
}

static void
counts_text(struct cmd_call *c, const struct import_report *r,
    const char *second, bool done)
{
	add_count(&c->text, r->kept, "annotation", "annotations");
	buf_adds(&c->text, done ? "" : " would be made");
	count_part(c, r->added, "of them by", "of them by");
	if (r->added > 0)
		buf_addf(&c->text, " %s, beside another's", second);
	count_part(c, r->same, "was there already", "were there already");
	count_part(c, r->unfilled, "row without a label",
	    "rows without a label");
	buf_addc(&c->text, '\n');
	count_line(c, r->comments, "comment", "comments");
	count_line(c, r->flags, "flag", "flags");
	if (r->from != FROM_TABLE)
		cmd_note(c, "read as an export of %s",
		    import_from_name(r->from));
	count_line(c, r->passed_over, "was rejected, ignored or cancelled "
	    "there", "were rejected, ignored or cancelled there");
	count_line(c, r->others, "row says something that is no label of a "
	    "whole text (a span, a rating): passed by", "rows say something "
	    "that is no label of a whole text (spans, ratings): passed by");
}

static void
annotations_reply(struct cmd_call *c, const struct import_report *r,
    const char *second, bool done)
{
	const struct {
		const char *key;
		uint64_t n;
	} counts[] = { { "annotations", r->kept }, { "same", r->same },
		{ "conflicts_kept", r->kept_own }, { "replaced", r->replaced },
		{ "added", r->added }, { "empty", r->unfilled },
		{ "passed_over", r->passed_over }, { "others", r->others },
		{ "comments", r->comments }, { "flags", r->flags } };

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		cmd_reply_int(c, counts[i].key, (int64_t)counts[i].n);
	if (r->from != FROM_TABLE)
		cmd_reply_str(c, "from", import_from_name(r->from));
	counts_text(c, r, second, done);
	reply_conflicts(c, r, cmd_str(c, "--on-conflict"));
	reply_unknown(c, r);
	reply_file(c, r);
	if (!done && !cmd_flag(c, "--check"))
		buf_adds(&c->text, "nothing was written\n");
}

/* How to take it back: the newest import of the log. */
static int
reply_act(struct cmd_call *c, bool changed)
{
	struct history_filter f = { .uid = project_uid(c->project),
		.kind = EVENT_IMPORT };
	struct history_place newest = { 0 };
	struct event *e;
	size_t n;
	char *act;

	if (history_page(c->project, &f, &newest, 1, &e, &n, &c->err) < 0)
		return -1;
	if (n == 1) {
		act = xasprintf("%" PRId64 ":%" PRId64, e->replica, e->act);
		cmd_reply_str(c, "act", act);
		if (changed)
			buf_addf(&c->text, "'undo --act %s' takes it back\n",
			    act);
		free(act);
	}
	history_page_free(e, n);
	return 0;
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
		.comment = cmd_str(c, "--comment"),
		.flag = cmd_str(c, "--flag"), .when = cmd_str(c, "--time"),
		.as = cmd_str(c, "--as"), .scheme = cmd_str(c, "--scheme"),
		.sep = cmd_str(c, "--join"), .guess = from == NULL,
		.drop = import_drop_rows(c), .check = cmd_flag(c, "--check") };
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
	char *stem;
	int rc = -1;

	annotations_spec(c, &spec);
	stem = file_stem(spec.file);
	if (spec.on_conflict == CONFLICT_ADD && spec.as == NULL)
		spec.as = stem;
	if (import_file_options(c, &spec.table) < 0 ||
	    current_scheme(c->project, &s, &c->err) < 0)
		goto out;
	spec.current = s.id;
	rc = import_annotations(c->project, &spec, &r, c->progress, &c->err);
	c->findings = rc < 0 && r.rows > 0 && (spec.check ||
	    import_faulty(&r.faults));
	if (rc == 0 || c->findings)
		annotations_reply(c, &r, spec.as, rc == 0 && !spec.check);
	if (spec.check && r.rows > 0)
		reply_check(c, &r, spec.file, &spec.table);
	if (rc == 0 && !spec.check)
		rc = reply_act(c, r.kept + r.comments + r.flags > 0);
out:
	import_report_free(&r);
	scheme_free(&s);
	free(stem);
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
	{ "--comment", .value = "COL",
	    .help = "column of comments; of doccano they come by themselves" },
	{ "--flag", .value = "COL",
	    .help = "column that says which texts get a flag: true, 1, x" },
	{ "--time", .value = "COL",
	    .help = "column of when it was said, as ISO 8601" },
	{ "--as", .value = "NAME", .ref = REF_USER,
	    .help = "in whose name; with add, the second annotator; "
		"default: you; with add, the file's name" },
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
	    "Studio and Prodigy (JSON and JSONL; CSV of Label Studio, and of "
	    "doccano with --from) are known by their shape; where they have "
	    "no ids of ours, texts are found by their exact words. A comment "
	    "is taken where the text has none yet, or with --on-conflict "
	    "replace. Annotations with ids that no text has are left out, "
	    "counted and listed; where no text has any of the ids, the file "
	    "is refused.",
	.needs_project = true, .lane = JOB_BULK,
	.run = import_annotations_run,
	.changes = CHANGES_LABELS | CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

const struct command *const cmds_import[] = { &cmd_import_texts,
	&cmd_import_valid, &cmd_import_test, &cmd_import_annotations, NULL };

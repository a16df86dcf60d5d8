/* new: from a file of texts to a project; draw: more of them into a set. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/recent.h"
#include "tagtiger/utf8.h"
#include "import.h"

/* ---- new ---- */

static void
reply_sets(struct cmd_call *c, const struct import_report *r)
{
	static const enum set order[] = { SET_TRAIN, SET_VALID, SET_TEST,
		SET_REST };

	for (int i = 0; i < SET_COUNT; i++)
		cmd_reply_int(c, set_name(order[i]),
		    (int64_t)r->sets[order[i]]);
	buf_addf(&c->text, "train %s, valid %s, test %s, rest %s\n",
	    COUNT(r->sets[SET_TRAIN]), COUNT(r->sets[SET_VALID]),
	    COUNT(r->sets[SET_TEST]), COUNT(r->sets[SET_REST]));
	if (r->annotated > 0)
		add_count(&c->text, r->annotated, "text carries labels\n",
		    "texts carry labels\n");
	cmd_reply_int(c, "annotated", (int64_t)r->annotated);
	if (r->cleared > 0)
		cmd_reply_int(c, "cleared", (int64_t)r->cleared);
}

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
	buf_addf(&c->text, "%s: %s of %s rows%s\n", path,
	    COUNT(r->kept), COUNT(r->rows), cmd_flag(c, "--check") ?
	    " would be in it" : "");
	reply_sets(c, r);
	reply_strata(c, r);
	reply_file(c, r);
	if (r->compared)
		reply_twins(c, r->twins, &r->twin_ids, "valid and test",
		    "make the project of a file that has each text once");
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
		.drop = import_drop_rows(c), .check = cmd_flag(c, "--check") };
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
	if (import_file_options(c, &spec.table) == 0)
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
	    (uint64_t)cmd_int(c, "--seed"), &r, c->progress, &c->err) < 0) {
		import_report_free(&r);
		return -1;
	}
	cmd_reply_str(c, "set", set_name(set));
	cmd_reply_int(c, "texts", (int64_t)n);
	add_count(&c->text, n, "text of rest is", "texts of rest are");
	buf_addf(&c->text, " in the %s set now\n", set_name(set));
	reply_strata(c, &r);
	if (r.compared)
		reply_twins(c, r.twins, &r.twin_ids, set_name(set),
		    set == SET_TEST ? "'drop test' puts all of it back" :
		    "'drop valid' puts all of it back");
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
	.needs_project = true, .lane = JOB_BULK, .run = draw_run,
	.changes = CHANGES_TEXTS | CHANGES_SELECTION,
};

const struct command *const cmds_new[] = { &cmd_new, &cmd_draw, NULL };

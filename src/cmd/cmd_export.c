/* predict and export: from models to files. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/export.h"
#include "tagtiger/file.h"
#include "tagtiger/history.h"
#include "tagtiger/predictor.h"
#include "tagtiger/project.h"
#include "priv.h"

#define PARAM_OUT                                                           \
	{                                                                   \
		"--out", .type = CMD_FILE, .required = true, .value = "F",  \
		.help = "the file to write"                                 \
	}
#define PARAM_FORMAT                                                        \
	{                                                                   \
		"--format", .type = CMD_CHOICE,                             \
		.choices = "csv|xlsx|parquet|jsonl",                        \
		.help = "default: by the file name's ending"                \
	}
#define PARAM_GUARD                                                         \
	{                                                                   \
		"--guard", .type = CMD_FLAG, .help =                        \
		"csv: an apostrophe before what a spreadsheet would run "   \
		"as a formula"                                              \
	}
#define PARAM_MODEL                                                         \
	{                                                                   \
		"--model", .ref = REF_MODEL, .required = true,              \
		.value = "N", .help = "which"                               \
	}

static void
export_spec(struct cmd_call *c, struct export_spec *spec)
{
	const char *format = cmd_str(c, "--format");

	*spec = (struct export_spec){ .out = cmd_str(c, "--out"),
		.guard = cmd_flag(c, "--guard"), .sets = SETS_ALL };
	if (format != NULL)
		spec->format = table_format_of(format);
}

static void
note_count(struct cmd_call *c, uint64_t n, const char *one, const char *many)
{
	struct buf b = BUF_INIT;

	if (n > 0) {
		add_count(&b, n, one, many);
		cmd_note(c, "%s", buf_str(&b));
	}
	buf_free(&b);
}

static void
reply_export(struct cmd_call *c, const struct export_spec *spec,
    const struct export_report *r)
{
	cmd_reply_str(c, "file", spec->out);
	cmd_reply_int(c, "rows", (int64_t)r->written.rows);
	cmd_reply_int(c, "bytes", (int64_t)r->written.bytes);
	buf_addf(&c->text, "%s: ", spec->out);
	add_count(&c->text, r->written.rows, "row\n", "rows\n");
	if (r->written.truncated > 0) {
		cmd_reply_int(c, "truncated", (int64_t)r->written.truncated);
		note_count(c, r->written.truncated,
		    "cell was cut to Excel's 32,767 characters",
		    "cells were cut to Excel's 32,767 characters");
	}
	note_count(c, r->written.replaced,
	    "byte that the format cannot hold became U+FFFD",
	    "bytes that the format cannot hold became U+FFFD");
	if (r->written.guarded > 0)
		cmd_reply_int(c, "guarded", (int64_t)r->written.guarded);
	if (r->disagree > 0) {
		cmd_reply_int(c, "disagree", (int64_t)r->disagree);
		note_count(c, r->disagree, "text has no label here: its "
		    "annotators differ (--layer all shows it)", "texts have "
		    "no label here: their annotators differ (--layer all "
		    "shows them)");
	}
	if (r->missing > 0) {
		cmd_reply_int(c, "missing", (int64_t)r->missing);
		note_count(c, r->missing, "row was left out",
		    "rows were left out");
	}
}

/* ---- predict ---- */

static int
predict_outside(struct cmd_call *c)
{
	struct predict_file_spec in = { .file = cmd_str(c, "--data"),
		.id = cmd_str(c, "--id") };
	struct export_spec spec;
	struct export_report r;

	export_spec(c, &spec);
	in.text = cmd_list(c, "--text", &in.ntext);
	if (in.ntext == 0 || spec.out == NULL)
		return err_set_status(&c->err, ERR_USAGE, "--data needs "
		    "--text COL and --out F");
	if (predict_file(c->project, cmd_str(c, "MODEL"), &in, &spec, &r,
	    c->progress, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "model", cmd_str(c, "MODEL"));
	reply_export(c, &spec, &r);
	return 0;
}

static int
predict_run(struct cmd_call *c)
{
	const char *set = cmd_str(c, "--set"), *name = cmd_str(c, "MODEL");
	struct predictor *p;
	struct export_spec spec;
	struct export_report r;
	unsigned sets = SETS_ALL;
	int64_t rows = 0;
	int rc;

	if (cmd_str(c, "--data") != NULL)
		return predict_outside(c);
	sets_of_name(set, &sets);
	p = predictor_open(c->project, name, c->progress, &c->err);
	if (p == NULL)
		return -1;
	rc = predict_sets(p, sets, set, &rows, c->progress, &c->err);
	predictor_close(p);
	if (rc < 0)
		return -1;
	cmd_reply_str(c, "model", name);
	cmd_reply_str(c, "set", set);
	cmd_reply_int(c, "predicted", rows);
	buf_addf(&c->text, "%s predicted %s texts (%s)\n", name,
	    COUNT(rows), set);
	export_spec(c, &spec);
	spec.sets = sets;
	if (spec.out == NULL)
		return 0;
	rc = export_predictions(c->project, name, &spec, &r, c->progress,
	    &c->err);
	if (rc == 0)
		reply_export(c, &spec, &r);
	return rc;
}

static const struct cmd_param predict_params[] = {
	{ "MODEL", .ref = REF_MODEL, .required = true, .help = "which" },
	CMD_PARAM_SET("all", "the texts to predict"),
	{ "--out", .type = CMD_FILE, .value = "F",
	    .help = "write the predictions to a file, too" },
	PARAM_FORMAT,
	PARAM_GUARD,
	{ "--data", .type = CMD_FILE, .value = "F",
	    .help = "predict the rows of another file instead" },
	{ "--id", .value = "COL", .help = "its column of ids" },
	{ "--text", .type = CMD_LIST, .value = "COL[,COL...]",
	    .help = "its text columns" },
	{ NULL },
};

static const struct command cmd_predict = {
	.name = "predict", .group = "Models", .params = predict_params,
	.help = "A model's probabilities for all texts",
	.role = CMD_MANAGER, .needs_project = true, .lane = JOB_LONG,
	.run = predict_run, .changes = CHANGES_MODELS | CHANGES_SELECTION,
};

/* ---- export ---- */

static int
export_annotations_run(struct cmd_call *c)
{
	struct export_spec spec;
	struct export_report r;

	export_spec(c, &spec);
	sets_of_name(cmd_str(c, "--set"), &spec.sets);
	spec.layer = cmd_str(c, "--layer");
	if (layer_choice(c, true, &spec.choice, &spec.uid) < 0 ||
	    export_annotations(c->project, &spec, &r, c->progress,
	    &c->err) < 0)
		return -1;
	reply_export(c, &spec, &r);
	return 0;
}

static int
export_predictions_run(struct cmd_call *c)
{
	struct export_spec spec;
	struct export_report r;

	export_spec(c, &spec);
	sets_of_name(cmd_str(c, "--set"), &spec.sets);
	if (export_predictions(c->project, cmd_str(c, "--model"), &spec, &r,
	    c->progress, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "model", cmd_str(c, "--model"));
	reply_export(c, &spec, &r);
	return 0;
}

static int
export_features_run(struct cmd_call *c)
{
	struct export_spec spec;
	struct export_report r;

	export_spec(c, &spec);
	sets_of_name(cmd_str(c, "--set"), &spec.sets);
	if (export_features(c->project, cmd_str(c, "--feature"), &spec, &r,
	    c->progress, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "feature", cmd_str(c, "--feature"));
	reply_export(c, &spec, &r);
	return 0;
}

static int
export_model_run(struct cmd_call *c)
{
	struct export_spec spec;
	struct export_report r;

	export_spec(c, &spec);
	if (export_model(c->project, cmd_str(c, "NAME"), &spec, &r,
	    c->progress, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "model", cmd_str(c, "NAME"));
	cmd_reply_str(c, "file", spec.out);
	buf_addf(&c->text, "%s is written to %s\n", cmd_str(c, "NAME"),
	    spec.out);
	return 0;
}

static int
export_codebook_run(struct cmd_call *c)
{
	const char *out = cmd_str(c, "--out");
	struct scheme s = { 0 };
	char *markdown;
	int rc = -1;

	if (current_scheme_named(c->project, cmd_str(c, "--scheme"), &s,
	    &c->err) < 0)
		return -1;
	markdown = codebook_get(c->project, s.id, &c->err);
	if (markdown != NULL)
		rc = file_write(out, markdown, strlen(markdown), &c->err);
	if (rc == 0) {
		cmd_reply_str(c, "scheme", s.name);
		cmd_reply_str(c, "file", out);
		cmd_reply_int(c, "bytes", (int64_t)strlen(markdown));
		buf_addf(&c->text, "the codebook of %s is in %s\n", s.name,
		    out);
	}
	free(markdown);
	scheme_free(&s);
	return rc;
}

static int
export_history_run(struct cmd_call *c)
{
	struct export_spec spec;
	struct export_report r;

	export_spec(c, &spec);
	if (export_history(c->project, &spec, &r, c->progress, &c->err) < 0)
		return -1;
	reply_export(c, &spec, &r);
	return 0;
}

static const struct cmd_param export_annotations_params[] = {
	PARAM_OUT,
	PARAM_FORMAT,
	PARAM_GUARD,
	CMD_PARAM_SET("train", "the texts to write"),
	{ "--layer", .ref = REF_USER, .def = "final", .value = "NAME",
	    .help = "whose labels: final, one annotator's, or all: a row for "
	    "each text and annotator" },
	{ NULL },
};
static const struct cmd_param export_predictions_params[] = {
	PARAM_MODEL,
	PARAM_OUT,
	PARAM_FORMAT,
	PARAM_GUARD,
	CMD_PARAM_SET("all", "the texts to write"),
	{ NULL },
};
static const struct cmd_param export_features_params[] = {
	{ "--feature", .ref = REF_FEATURE, .required = true, .value = "N",
	    .help = "which" },
	PARAM_OUT,
	PARAM_FORMAT,
	PARAM_GUARD,
	CMD_PARAM_SET("train", "the texts to write"),
	{ NULL },
};
static const struct cmd_param export_model_params[] = {
	{ "NAME", .ref = REF_MODEL, .required = true, .help = "which" },
	{ "--out", .type = CMD_FILE, .required = true, .value = "F",
	    .help = "fine-tuned: the folder to make; quick: a file" },
	PARAM_FORMAT,
	PARAM_GUARD,
	{ NULL },
};
static const struct cmd_param export_codebook_params[] = {
	PARAM_OUT,
	CMD_PARAM_SCHEME,
	{ NULL },
};
static const struct cmd_param export_history_params[] = {
	PARAM_OUT,
	PARAM_FORMAT,
	PARAM_GUARD,
	{ NULL },
};

static const struct command cmd_export_annotations = {
	.name = "export annotations", .group = "Export",
	.params = export_annotations_params, .role = CMD_MANAGER,
	.help = "Texts and their labels, a row each",
	.more = "Columns: id, id_slug, text, set, the context columns, then "
	    "for each scheme its label (several joined by |), annotator, time "
	    "and comment. Context keeps its types, dates too, where the file "
	    "has any; csv has it as it was.",
	.needs_project = true, .lane = JOB_LONG,
	.run = export_annotations_run, .reads = true,
};
static const struct command cmd_export_predictions = {
	.name = "export predictions", .group = "Export",
	.params = export_predictions_params, .role = CMD_MANAGER,
	.help = "A model's labels and probabilities",
	.needs_project = true, .lane = JOB_LONG,
	.run = export_predictions_run, .changes = CHANGES_MODELS,
	.reads = true,
};
static const struct command cmd_export_features = {
	.name = "export features", .group = "Export",
	.params = export_features_params, .role = CMD_MANAGER,
	.help = "A feature's numbers, a column per dimension",
	.needs_project = true, .lane = JOB_LONG, .run = export_features_run,
	.reads = true,
};
static const struct command cmd_export_model = {
	.name = "export model", .group = "Export",
	.params = export_model_params, .role = CMD_MANAGER,
	.help = "A model: a Hugging Face folder, or coefficients",
	.more = "A fine-tuned one is written as the folder that transformers "
	    "loads, a quick one as a table of its coefficients.",
	.needs_project = true, .lane = JOB_LONG, .run = export_model_run,
	.reads = true,
};
static const struct command cmd_export_codebook = {
	.name = "export codebook", .group = "Export",
	.params = export_codebook_params, .role = CMD_MANAGER,
	.help = "The codebook, as Markdown", .needs_project = true,
	.run = export_codebook_run,
};
static const struct command cmd_export_history = {
	.name = "export history", .group = "Export",
	.params = export_history_params, .role = CMD_MANAGER,
	.help = "All that was done, a row each", .needs_project = true,
	.lane = JOB_LONG, .run = export_history_run, .reads = true,
};

const struct command *const cmds_predict[] = { &cmd_predict, NULL };
const struct command *const cmds_export[] = {
	&cmd_export_annotations, &cmd_export_predictions,
	&cmd_export_features, &cmd_export_model, &cmd_export_codebook,
	&cmd_export_history, NULL
};

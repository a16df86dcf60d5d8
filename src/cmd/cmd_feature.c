/* feature: numbers made of texts, which quick models and maps learn from. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/feature.h"
#include "tagtiger/featurize.h"
#include "tagtiger/project.h"
#include "priv.h"

/* Its files may be gone while its row is there: the folder can be lost. */
static void
feature_state(struct cmd_call *c, const struct feature *f, cJSON *o)
{
	char *folder = xasprintf("features/%s", f->name);
	int64_t bytes = project_disk(c->project, folder);
	const char *state = bytes == 0 && strcmp(f->state, "ready") == 0 ?
	    "lost" : f->state;

	cJSON_AddItemToObject(o, "bytes", cjson_int(bytes));
	cJSON_AddStringToObject(o, "state", state);
	cJSON_AddStringToObject(o, "error", f->error);
	buf_addf(&c->text, "%s  %s  %s texts  %s dimensions  ", f->name,
	    f->kind, COUNT(f->rows), COUNT(f->dims));
	buf_add_size(&c->text, bytes);
	buf_addf(&c->text, "  %s%s%s\n", state, f->error[0] != '\0' ? ": " :
	    "", f->error);
	free(folder);
}

static int
feature_list_run(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray(), *o;
	struct feature *v;
	size_t n;

	if (feature_list(c->project, &v, &n, &c->err) < 0) {
		cJSON_Delete(list);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "feature", v[i].name);
		cJSON_AddStringToObject(o, "kind", v[i].kind);
		cJSON_AddNumberToObject(o, "texts", (double)v[i].rows);
		cJSON_AddNumberToObject(o, "dimensions", (double)v[i].dims);
		cJSON_AddItemToObject(o, "params", cjson_object(v[i].params));
		feature_state(c, &v[i], o);
		cJSON_AddItemToArray(list, o);
	}
	if (n == 0)
		buf_adds(&c->text, "no features yet: feature add sbert, or "
		    "feature add tfidf\n");
	cmd_reply_item(c, "features", list);
	feature_list_free(v, n);
	return 0;
}

static int
feature_add_run(struct cmd_call *c)
{
	struct featurize_spec spec = { .kind = cmd_str(c, "KIND"),
		.name = cmd_str(c, "--name"), .base = cmd_str(c, "--base"),
		.device = cmd_str(c, "--device"),
		.max_length = (size_t)cmd_int(c, "--max-length"),
		.bf16 = cmd_flag(c, "--bf16"),
		.min_df = cmd_real(c, "--min-df"),
		.max_df = cmd_real(c, "--max-df"),
		.max_features = (size_t)cmd_int(c, "--max-features"),
		.ngram_max = (int)cmd_int(c, "--ngrams") };
	struct buf notes = BUF_INIT;
	struct feature f;
	char *line, *at;

	if (featurize_new(c->project, &spec, &f, &notes, c->progress,
	    &c->err) < 0) {
		buf_free(&notes);
		return -1;
	}
	cmd_reply_str(c, "feature", f.name);
	cmd_reply_str(c, "kind", f.kind);
	cmd_reply_int(c, "texts", f.rows);
	cmd_reply_int(c, "dimensions", f.dims);
	cmd_reply_item(c, "params", cjson_object(f.params));
	buf_addf(&c->text, "%s: %s texts, %s dimensions\n", f.name,
	    COUNT(f.rows), COUNT(f.dims));
	at = (char *)buf_str(&notes);
	while (notes.len > 0 && (line = strsep(&at, "\n")) != NULL)
		if (*line != '\0')
			cmd_note(c, "%s", line);
	buf_free(&notes);
	feature_free(&f);
	return 0;
}

static int
feature_delete_run(struct cmd_call *c)
{
	if (featurize_delete(c->project, cmd_str(c, "NAME"), &c->err) < 0)
		return -1;
	cmd_reply_str(c, "feature", cmd_str(c, "NAME"));
	buf_addf(&c->text, "%s is deleted\n", cmd_str(c, "NAME"));
	return 0;
}

static const struct cmd_param feature_add_params[] = {
	{ "KIND", .type = CMD_CHOICE, .choices = "sbert|tfidf",
	    .required = true, .help = "sentence embeddings, or word weights" },
	{ "--name", .value = "N", .help = "default: the kind" },
	{ "--base", .ref = REF_BASE, .value = "DIR|NAME", .help =
	    "sbert: the model; default: the recommended one at hand" },
	{ "--max-length", .type = CMD_INT, .def = "0", .max = 1e6,
	    .help = "sbert: tokens a text is cut at; 0: the model's" },
	{ "--bf16", .type = CMD_FLAG, .help =
	    "sbert: compute in bfloat16, faster, to about 4 digits" },
	{ "--device", .type = CMD_CHOICE, .choices = "auto|cpu|cuda",
	    .def = "auto", .help = "sbert: where to compute" },
	{ "--min-df", .type = CMD_REAL, .def = "2", .max = 1e9, .help =
	    "tfidf: a word's least number of texts; below 1: their share" },
	{ "--max-df", .type = CMD_REAL, .def = "1", .max = 1e9, .help =
	    "tfidf: the greatest number; up to 1: the share" },
	{ "--max-features", .type = CMD_INT, .def = "20000", .max = 1e8,
	    .help = "tfidf: keep the most frequent words; 0: all" },
	{ "--ngrams", .type = CMD_INT, .def = "1", .min = 1, .max = 5,
	    .help = "tfidf: up to so many words together" },
	{ NULL },
};

static const struct cmd_param feature_name_params[] = {
	{ "NAME", .ref = REF_FEATURE, .required = true, .help = "which" },
	{ NULL },
};

static const struct command cmd_feature_list = {
	.name = "feature list", .group = "Models", .needs_project = true,
	.help = "The features there are", .run = feature_list_run,
};
static const struct command cmd_feature_add = {
	.name = "feature add", .group = "Models",
	.params = feature_add_params, .role = CMD_MANAGER,
	.help = "Make numbers of texts, for quick models",
	.needs_project = true, .lane = JOB_LONG, .run = feature_add_run,
	.changes = CHANGES_FEATURES,
};
static const struct command cmd_feature_delete = {
	.name = "feature delete", .group = "Models",
	.params = feature_name_params, .role = CMD_MANAGER,
	.help = "Delete a feature and its files", .needs_project = true,
	.run = feature_delete_run, .changes = CHANGES_FEATURES,
};

const struct command *const cmds_feature[] = { &cmd_feature_list,
	&cmd_feature_add, &cmd_feature_delete, NULL };

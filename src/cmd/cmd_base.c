/* base and doctor: the models and libraries on this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/base.h"
#include "tagtiger/probe.h"
#include "priv.h"

static int
base_list_run(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray(), *o;
	struct base *v;
	size_t n;

	base_list(&v, &n);
	for (size_t i = 0; i < n; i++) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "base", v[i].name);
		cJSON_AddStringToObject(o, "path", v[i].path);
		cJSON_AddStringToObject(o, "language", v[i].language);
		cJSON_AddBoolToObject(o, "runs", v[i].runs);
		if (!v[i].runs)
			cJSON_AddStringToObject(o, "problem", v[i].problem);
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "%s  %s  %s%s\n", v[i].name,
		    *v[i].language != '\0' ? v[i].language : "-", v[i].path,
		    v[i].runs ? "" : "  (cannot be run here)");
	}
	if (n == 0)
		buf_adds(&c->text, "no base models: base add FOLDER copies "
		    "one here\n");
	cmd_reply_item(c, "bases", list);
	base_list_free(v, n);
	return 0;
}

static int
base_add_run(struct cmd_call *c)
{
	char *path;

	if (base_add(cmd_str(c, "FOLDER"), &path, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "path", path);
	buf_addf(&c->text, "%s\n", path);
	free(path);
	return 0;
}

/* The three below answer with lines of their own, as they come. */
static int
probe(struct cmd_call *c, enum probe_what what)
{
	struct probe_spec spec = { .what = what, .dir = cmd_str(c, "DIR"),
		.max_length = (size_t)cmd_int(c, "--max-length"),
		.in = stdin, .out = stdout };
	size_t n = 0;

	if (probe_run(&spec, &n, c->progress, &c->err) < 0)
		return -1;
	c->silent = true;
	cmd_reply_int(c, "texts", (int64_t)n);
	return 0;
}

static int
base_tokenize_run(struct cmd_call *c)
{
	return probe(c, PROBE_TOKENS);
}

static int
base_embed_run(struct cmd_call *c)
{
	return probe(c, PROBE_EMBEDDING);
}

static int
base_classify_run(struct cmd_call *c)
{
	return probe(c, PROBE_LOGITS);
}

static int
doctor_run(struct cmd_call *c)
{
	doctor(c->reply, &c->text);
	return 0;
}

static const struct cmd_param base_add_params[] = {
	{ "FOLDER", .type = CMD_FILE, .required = true,
	    .help = "a Hugging Face or sentence-transformers folder" },
	{ NULL },
};
static const struct cmd_param probe_params[] = {
	{ "DIR", .ref = REF_BASE, .required = true,
	    .help = "a model's folder or name" },
	{ "--max-length", .type = CMD_INT, .def = "0", .max = 1e6,
	    .help = "tokens a text is cut at; 0: not at all for tokenize, "
	    "else the model's" },
	{ NULL },
};

static const struct command cmd_base_list = {
	.name = "base list", .group = "Machine",
	.help = "Base models on this machine", .run = base_list_run,
};
static const struct command cmd_base_add = {
	.name = "base add", .group = "Machine", .params = base_add_params,
	.help = "Copy a model folder to where base models are found",
	.lane = JOB_LONG, .run = base_add_run,
};
static const struct command cmd_base_tokenize = {
	.name = "base tokenize", .group = "Machine", .params = probe_params,
	.help = "Token ids and offsets of the JSON strings on standard input",
	.where = CMD_HEADLESS_ONLY, .run = base_tokenize_run,
};
static const struct command cmd_base_embed = {
	.name = "base embed", .group = "Machine", .params = probe_params,
	.help = "Embeddings of the JSON strings on standard input",
	.where = CMD_HEADLESS_ONLY, .run = base_embed_run,
};
static const struct command cmd_base_classify = {
	.name = "base classify", .group = "Machine", .params = probe_params,
	.help = "Logits of the JSON strings on standard input",
	.where = CMD_HEADLESS_ONLY, .run = base_classify_run,
};
static const struct command cmd_doctor = {
	.name = "doctor", .group = "Machine",
	.help = "What this machine and this program can do",
	.lane = JOB_LONG, .run = doctor_run,
};

const struct command *const cmds_base[] = {
	&cmd_base_list, &cmd_base_add, &cmd_base_tokenize, &cmd_base_embed,
	&cmd_base_classify, &cmd_doctor, NULL
};

/*
 * highlight: what this account wants marked in the texts that it reads.
 */
#include "tagtiger/highlight.h"
#include "priv.h"

static int
highlight_add_run(struct cmd_call *c)
{
	const char *pattern = cmd_str(c, "PATTERN");
	bool word = cmd_flag(c, "--word");

	if (highlight_add(c->project, pattern, word, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "pattern", pattern);
	cmd_reply_bool(c, "word", word);
	buf_addf(&c->text, word ? "the word '%s' is highlighted\n" :
	    "/%s/ is highlighted\n", pattern);
	return 0;
}

static int
highlight_list_run(struct cmd_call *c)
{
	struct highlight *v;
	cJSON *list;
	size_t n;

	if (highlight_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "pattern", v[i].pattern);
		cJSON_AddBoolToObject(o, "word", v[i].word);
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, v[i].word ? "%s\n" : "/%s/\n",
		    v[i].pattern);
	}
	if (n == 0)
		buf_adds(&c->text, "nothing is highlighted: 'highlight add "
		    "PATTERN' marks what matches\n");
	cmd_reply_item(c, "highlights", list);
	highlight_list_free(v, n);
	return 0;
}

static int
highlight_delete_run(struct cmd_call *c)
{
	const char *pattern = cmd_str(c, "PATTERN");

	if (highlight_delete(c->project, pattern, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "pattern", pattern);
	buf_addf(&c->text, "'%s' is no longer highlighted\n", pattern);
	return 0;
}

static const struct cmd_param add_params[] = {
	{ "PATTERN", .required = true,
	    .help = "a regular expression; case is ignored" },
	{ "--word", .type = CMD_FLAG,
	    .help = "it is a word or words, and stands for itself" },
	CMD_PARAM_END,
};
static const struct cmd_param delete_params[] = {
	{ "PATTERN", .required = true, .help = "as it was added" },
	CMD_PARAM_END,
};

static const struct command cmd_highlight_add = {
	.name = "highlight add", .group = "Annotation", .params = add_params,
	.help = "Mark what matches in every text that you read",
	.needs_project = true, .run = highlight_add_run,
	.changes = CHANGES_SETTINGS,
};
static const struct command cmd_highlight_list = {
	.name = "highlight list", .group = "Annotation",
	.help = "What is marked in the texts that you read",
	.needs_project = true, .run = highlight_list_run,
};
static const struct command cmd_highlight_delete = {
	.name = "highlight delete", .group = "Annotation",
	.params = delete_params, .help = "Mark it no longer",
	.needs_project = true, .run = highlight_delete_run,
	.changes = CHANGES_SETTINGS,
};

const struct command *const cmds_highlight[] = { &cmd_highlight_add,
	&cmd_highlight_list, &cmd_highlight_delete, NULL };

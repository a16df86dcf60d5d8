/*
 * The one table: every noun's commands, in the order of help and manual.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "priv.h"

static const struct command *const *const nouns[] = {
	cmds_new,
	cmds_import,
	cmds_drop,
	cmds_project,
	cmds_copy,
	cmds_history,
	cmds_config,
	cmds_scheme,
	cmds_label,
	cmds_split,
	cmds_codebook,
	cmds_next,
	cmds_tag,
	cmds_highlight,
	cmds_tagall,
	cmds_feature,
	cmds_model,
	cmds_predict,
	cmds_prediction,
	cmds_export,
	cmds_work,
	cmds_chart,
	cmds_user,
	cmds_agree,
	cmds_job,
	cmds_base,
	cmds_help,
	cmds_screen,
};

#define NOUNS (sizeof nouns / sizeof nouns[0])

size_t
cmd_count(void)
{
	size_t n = 0;

	for (size_t i = 0; i < NOUNS; i++)
		for (size_t j = 0; nouns[i][j] != NULL; j++)
			n++;
	return n;
}

const struct command *
cmd_at(size_t at)
{
	for (size_t i = 0; i < NOUNS; i++)
		for (size_t j = 0; nouns[i][j] != NULL; j++)
			if (at-- == 0)
				return nouns[i][j];
	return NULL;
}

const struct command *
cmd_find(const char *name)
{
	for (size_t i = 0; i < NOUNS; i++)
		for (size_t j = 0; nouns[i][j] != NULL; j++) {
			const struct command *c = nouns[i][j];

			if (strcmp(c->name, name) == 0 || (c->alias != NULL &&
			    strcmp(c->alias, name) == 0))
				return c;
		}
	return NULL;
}

/* What may stand where a word is wrong or not yet written. */
void
names_of_commands(const char *noun, struct names *out)
{
	size_t len = noun != NULL ? strlen(noun) : 0;

	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *c = cmd_at(i);
		const char *s = c->name;
		char *word;

		if (c->hidden)
			continue;
		if (noun != NULL) {
			if (strncmp(s, noun, len) != 0 || s[len] != ' ')
				continue;
			s += len + 1;
		}
		word = xstrndup(s, strcspn(s, " "));
		if (out->n == 0 || strcmp(out->v[out->n - 1], word) != 0)
			names_add(out, word);
		free(word);
	}
}

/* The second word by itself: snapshot restore. */
static void
near_second(int argc, char *const *argv, struct buf *out)
{
	const struct command *c = argc > 1 && out->len == 0 ?
	    cmd_find(argv[1]) : NULL;

	if (c != NULL && !c->hidden && c->where != CMD_SCREEN_ONLY)
		buf_addf(out, ": did you mean '%s'?", c->name);
}

static const struct command *
no_match(int argc, char *const *argv, struct err *err)
{
	struct buf b = BUF_INIT;
	const char *noun = argv[0];
	struct names names = { 0 };

	names_of_commands(noun, &names);
	if (names.n == 0) {
		names_of_commands(NULL, &names);
		near_meaning(noun, (const char *const *)names.v, names.n, &b);
		near_second(argc, argv, &b);
		err_set_status(err, ERR_USAGE,
		    "no command is called '%s'%s%s", noun, buf_str(&b),
		    b.len > 0 ? "" : ": 'tagtiger help' lists them");
	} else {
		if (argc > 1)
			near_meaning(argv[1], (const char *const *)names.v,
			    names.n, &b);
		near_second(argc, argv, &b);
		if (b.len == 0) {
			buf_adds(&b, names.n == 1 ? ": there is " :
						    ": there are ");
			for (size_t i = 0; i < names.n; i++)
				buf_addf(&b, "%s%s", i == 0 ? "" :
				    i + 1 == names.n ? " and " : ", ",
				    names.v[i]);
		}
		if (argc > 1)
			err_set_status(err, ERR_USAGE,
			    "no command is called '%s %s'%s", noun, argv[1],
			    buf_str(&b));
		else
			err_set_status(err, ERR_USAGE,
			    "'%s' needs a second word%s", noun, buf_str(&b));
	}
	names_free(&names);
	buf_free(&b);
	return NULL;
}

const struct command *
cmd_match(int argc, char *const *argv, int *used, struct err *err)
{
	const struct command *c = NULL;

	if (argc > 1) {
		char *two = xasprintf("%s %s", argv[0], argv[1]);

		c = cmd_find(two);
		free(two);
		*used = 2;
	}
	if (c == NULL) {
		c = strchr(argv[0], ' ') == NULL ? cmd_find(argv[0]) : NULL;
		*used = 1;
	}
	return c != NULL ? c : no_match(argc, argv, err);
}

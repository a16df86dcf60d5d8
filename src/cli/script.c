/*
 * A script: commands on standard input, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/utf8.h"
#include "priv.h"

#define BOM "\xef\xbb\xbf" /* as some editors begin a file */

static bool
has_json(const char *line)
{
	char **words;
	struct err err;
	bool yes = false;

	if (cmd_split(line, &words, &err) < 0)
		return false;
	for (char **w = words; *w != NULL && strcmp(*w, "--") != 0; w++)
		yes = yes || strcmp(*w, "--json") == 0;
	cmd_words_free(words);
	return yes;
}

static int
run_line(struct cli *cli, const char *line, size_t len)
{
	struct err err = { 0 };
	struct cmd_call *call;
	bool empty = false;
	int status;

	if (memchr(line, '\0', len) != NULL ||
	    utf8_validate(line, len) != len) {
		err_set_status(&err, ERR_USAGE,
		    "the line is not UTF-8 text: save the script as UTF-8");
		return cli_error(cli, cli->json, &err);
	}
	call = cmd_parse_line(line, false, &empty, &err);
	if (call == NULL && empty)
		return 0;
	if (call == NULL)
		return cli_error(cli, cli->json || has_json(line), &err);
	status = cli_run(cli, call);
	cmd_call_free(call);
	return status;
}

/* The status is that of the first failure; with --keep-going too, after the
 * last line. */
int
cli_script(struct cli *cli)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int status = 0;

	cli->script = true;
	while ((status == 0 || cli->keep_going) &&
	    (len = getline(&line, &cap, stdin)) >= 0) {
		int rc;

		if (cli->line++ == 0 && strncmp(line, BOM, strlen(BOM)) == 0)
			memset(line, ' ', strlen(BOM));
		if (len > 0 && line[len - 1] == '\n')
			line[--len] = '\0';
		rc = run_line(cli, line, (size_t)len);
		if (status == 0)
			status = rc;
	}
	free(line);
	return status;
}

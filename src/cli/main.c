/*
 * The program: a screen, one command, or a script.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tagtiger/ui.h"
#include "priv.h"

static bool
ends_in(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n > m && strcasecmp(s + n - m, suffix) == 0;
}

/* A file of texts, by its name. */
static bool
is_data(const char *s)
{
	static const char *const kinds[] = { ".csv", ".tsv", ".tab", ".txt",
		".xlsx", ".parquet", ".jsonl", ".ndjson" };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (ends_in(s, kinds[i]))
			return true;
	return false;
}

static bool
on_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int
screen(const struct cli *cli, const char *path)
{
	struct ui_options options = { .path = path };
	struct err err = { 0 };

	if (ui_main(&options, &err) == 0)
		return 0;
	return cli_error(cli, false, &err);
}

/* --json is honoured also where the line does not parse. */
static bool
has_json(int argc, char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static int
command(struct cli *cli, int argc, char *const *argv)
{
	struct err err = { 0 };
	struct cmd_call *call = cmd_parse(argc, argv, false, &err);
	const struct command *c;
	int status, used;

	if (call == NULL) {
		c = cmd_match(argc, argv, &used, NULL);
		if (c != NULL) /* tell first of what stands first */
			cli_need_project(cli, c, &err);
		return cli_error(cli, cli->json || has_json(argc, argv), &err);
	}
	status = cli_run(cli, call);
	cmd_call_free(call);
	return status;
}

/* A file of texts where no form can be shown: the line to type instead. */
static int
data_file(const struct cli *cli, const char *path)
{
	struct buf b = BUF_INIT;

	if (access(path, R_OK) < 0) {
		struct err err = { 0 };

		err_set_errno(&err, "cannot read '%s'", path);
		err.status = ERR_NAME;
		return cli_error(cli, false, &err);
	}
	if (on_terminal())
		return screen(cli, path);
	cmd_suggest_new(path, &b);
	buf_addc(&b, '\n');
	cli_put(stdout, buf_str(&b), b.len);
	buf_free(&b);
	return 0;
}

/* `tagtiger FILE.tiger` with no command: the screen, or a script. */
static int
project(struct cli *cli)
{
	struct err err = { 0 };

	if (!isatty(STDIN_FILENO))
		return cli_script(cli);
	if (!cli->json && !cli->keep_going && on_terminal())
		return screen(cli, cli->path);
	err_set_status(&err, ERR_USAGE, "the screen needs a terminal: name a "
	    "command ('tagtiger help' lists them), or give a script on "
	    "standard input");
	return cli_error(cli, cli->json, &err);
}

static int
unknown(const struct cli *cli, int argc, char *const *argv)
{
	struct err err = { 0 };
	const char *word = argv[0];

	if (word[0] == '-' || access(word, F_OK) < 0) {
		struct cmd_call *c = cmd_parse(argc, argv, false, &err);

		cmd_call_free(c);
	} else if (is_data(word)) {
		err_set_status(&err, ERR_USAGE, "'%s' is a file of texts: "
		    "make a project of it with 'tagtiger new FILE --data %s', "
		    "and name that", word, word);
	} else {
		err_set_status(&err, ERR_USAGE, "'%s' is neither a project "
		    "(*.tiger) nor a file of texts by its name (.csv, .tsv, "
		    ".txt, .xlsx, .parquet, .jsonl): give it its suffix, or "
		    "name it with 'tagtiger new FILE --data %s'", word, word);
	}
	return cli_error(cli, has_json(argc, argv), &err);
}

static bool
is_command(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *c = cmd_at(i);

		if (strcspn(c->name, " ") == len &&
		    strncmp(c->name, word, len) == 0)
			return true;
	}
	return cmd_find(word) != NULL;
}

static int
start(struct cli *cli, int argc, char **argv)
{
	static char *const list[] = { "list", NULL };
	static char *const help[] = { "help", NULL };
	int at = 0;

	/* What concerns all commands may stand in front of one. */
	for (; at < argc; at++) {
		if (cli->path == NULL && ends_in(argv[at], ".tiger"))
			cli->path = argv[at];
		else if (strcmp(argv[at], "--json") == 0)
			cli->json = true;
		else if (strcmp(argv[at], "--keep-going") == 0)
			cli->keep_going = true;
		else
			break;
	}
	argc -= at;
	argv += at;
	if (argc > 0 && (strcmp(argv[0], "--help") == 0 ||
	    strcmp(argv[0], "-h") == 0))
		return command(cli, 1, help);
	if (argc > 0 && strcmp(argv[0], "--version") == 0) {
		puts("tagtiger " TAGTIGER_VERSION);
		return 0;
	}
	if (argc == 0 && cli->path != NULL)
		return project(cli);
	if (argc == 0)
		return on_terminal() && !cli->json ? screen(cli, NULL) :
						     command(cli, 1, list);
	if (cli->path != NULL || is_command(argv[0]))
		return command(cli, argc, argv);
	if (is_data(argv[0]) && argc == 1)
		return data_file(cli, argv[0]);
	return unknown(cli, argc, argv);
}

int
main(int argc, char **argv)
{
	struct cli cli = { 0 };
	int status;

	setlocale(LC_CTYPE, "");
	signal(SIGXFSZ, SIG_IGN); /* said as an error, like a full disk */
	status = start(&cli, argc - 1, argv + 1);
	cli_close(&cli);
	return status;
}

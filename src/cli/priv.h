/* What the headless door shares only with itself. */
#ifndef CLI_PRIV_H
#define CLI_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tagtiger/cmd.h"

/* One run of the program without a screen. */
struct cli {
	const char *path; /* of the project, or NULL */
	bool json;	  /* asked for all commands */
	bool keep_going;
	size_t line;	  /* of the script; 0: no script */
	bool script;	  /* keeps one connection that writes */
	struct project *project;
	bool writing;	  /* project can write */
	struct picker *picker;
};

/* Run one parsed command and print its answer; returns the exit status. */
int cli_run(struct cli *cli, struct cmd_call *call);
/* An error where the command needs one and none is given. */
int cli_need_project(const struct cli *cli, const struct command *command,
    struct err *err);
/* Print an error in the form that was asked for; returns its status. */
int cli_error(const struct cli *cli, bool json, const struct err *err);
/* Data reaches a terminal without the characters that steer it; a pipe or a
 * file gets it as it is. */
void cli_put(FILE *f, const char *s, size_t len);
void cli_close(struct cli *cli);
/* Commands from standard input, one a line. */
int cli_script(struct cli *cli);

/* cmd_run as a job of its lane, with a progress bar on a terminal, stopped by
 * signals, its row in the project kept alive. */
int cli_long(struct cmd_call *call);
/* At a terminal tell for whom the program waits. */
void cli_waits(void);

#endif

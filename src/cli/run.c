/*
 * One command, headless: open the project, run, print.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/next.h"
#include "tagtiger/project.h"
#include "tagtiger/utf8.h"
#include "priv.h"

void
cli_put(FILE *f, const char *s, size_t len)
{
	struct buf b = BUF_INIT;

	if (!isatty(fileno(f))) {
		fwrite(s, 1, len, f);
		return;
	}
	for (size_t i = 0; i < len;) {
		int32_t cp = 0;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (n == 0 || (utf8_is_control(cp) && cp != '\n' && cp != '\t'))
			buf_adds(&b, "\xef\xbf\xbd");
		else
			buf_add(&b, s + i, n);
		i += n > 0 ? n : 1;
	}
	fwrite(buf_str(&b), 1, b.len, f);
	buf_free(&b);
}

static void
put_json(cJSON *object)
{
	char *s = cJSON_PrintUnformatted(object);

	if (s == NULL)
		fatal("no memory for the answer");
	cli_put(stdout, s, strlen(s));
	putchar('\n');
	cJSON_free(s);
}

static int
report(const struct cli *cli, bool json, const struct err *err, cJSON *more)
{
	enum err_status status = err->status != ERR_NONE ? err->status :
							   ERR_FAILED;
	struct buf first = BUF_INIT;
	cJSON *o, *item;

	fflush(stdout);
	fputs("tagtiger: ", stderr);
	if (cli->line > 0)
		fprintf(stderr, "line %zu: ", cli->line);
	cli_put(stderr, err->text, strlen(err->text));
	fputc('\n', stderr);
	if (!json)
		return (int)status;
	o = cJSON_CreateObject();
	buf_add(&first, err->text, strcspn(err->text, "\n"));
	cJSON_AddStringToObject(o, "error", buf_str(&first));
	cJSON_AddNumberToObject(o, "status", status);
	if (cli->line > 0)
		cJSON_AddNumberToObject(o, "line", (double)cli->line);
	cJSON_ArrayForEach(item, more)
		if (!cJSON_HasObjectItem(o, item->string))
			cJSON_AddItemToObject(o, item->string,
			    cJSON_Duplicate(item, true));
	put_json(o);
	fflush(stdout);
	cJSON_Delete(o);
	buf_free(&first);
	return (int)status;
}

int
cli_error(const struct cli *cli, bool json, const struct err *err)
{
	return report(cli, json, err, NULL);
}

void
cli_close(struct cli *cli)
{
	picker_free(cli->picker);
	cli->picker = NULL;
	project_close(cli->project);
	cli->project = NULL;
}

static void
note(const char *what, const char *so)
{
	fputs("tagtiger: note: ", stderr);
	cli_put(stderr, what, strlen(what));
	fprintf(stderr, "%s\n", so);
}

/* A command that changes nothing is content with reading, and so works where
 * the file cannot be written. */
static int
open_project(struct cli *cli, const struct command *command, struct err *err)
{
	bool write = command->changes != 0 || command->lane != JOB_STORE ||
	    cli->script;

	if (cli->project != NULL && (cli->writing || !write))
		return 0;
	cli_close(cli);
	cli->project = write ? project_open_as_can(cli->path, err) :
	    project_open(cli->path, PROJECT_READ, err);
	if (cli->project == NULL && !write && access(cli->path, W_OK) == 0)
		/* an older file, which is then brought up to date */
		cli->project = project_open(cli->path, PROJECT_WRITE, err);
	cli->writing = write && cli->project != NULL;
	if (cli->project == NULL)
		return -1;
	if (command->reads && project_unwritable(cli->project) != NULL)
		note(project_unwritable(cli->project), ": nothing is noted in "
		    "it");
	return 0;
}

int
cli_need_project(const struct cli *cli, const struct command *command,
    struct err *err)
{
	struct buf b = BUF_INIT;

	if (!command->needs_project || cli->path != NULL)
		return 0;
	cmd_usage(command, &b);
	err_set_status(err, ERR_USAGE, "%s needs a project: tagtiger "
	    "FILE.tiger %s", command->name, buf_str(&b));
	buf_free(&b);
	return -1;
}

/* What a command found before it failed (the findings of a check) is told
 * too: in the same object, or on standard output. */
static int
failed(const struct cli *cli, struct cmd_call *call, bool json)
{
	if (!call->findings)
		return report(cli, json, &call->err, NULL);
	if (!json)
		cli_put(stdout, buf_str(&call->text), call->text.len);
	return report(cli, json, &call->err, call->reply);
}

int
cli_run(struct cli *cli, struct cmd_call *call)
{
	const struct command *command = call->command;
	bool json = call->json || cli->json;
	enum job_lane lane;
	int rc;

	if (call->help) {
		cmd_help(command, &call->text);
		cli_put(stdout, buf_str(&call->text), call->text.len);
		return 0;
	}
	cli_waits();
	if (cli_need_project(cli, command, &call->err) < 0)
		return cli_error(cli, json, &call->err);
	if (cli->path != NULL && open_project(cli, command, &call->err) < 0) {
		if (command->needs_project)
			return cli_error(cli, json, &call->err);
		err_clear(&call->err);
	}
	call->project = cli->project;
	call->picker = &cli->picker;
	call->terminal = !cli->script && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO);
	do { /* once more, where it has moved */
		lane = call->lane;
		rc = lane == JOB_STORE ? cmd_run(call) : cli_long(call);
	} while (rc == 0 && call->lane != lane);
	if (rc == 0 && call->removes) {
		cli_close(cli);
		call->project = NULL;
		rc = project_remove(cli->path, &call->err);
	}
	if (rc < 0)
		return failed(cli, call, json);
	if (call->warning.len > 0)
		note(buf_str(&call->warning), "");
	if (json && !call->silent)
		put_json(call->reply);
	else if (!call->silent)
		cli_put(stdout, buf_str(&call->text), call->text.len);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		err_set_errno(&call->err, "cannot write the answer");
		return cli_error(cli, false, &call->err);
	}
	return 0;
}

/*
 * codebook: what the labels of a scheme mean, in Markdown.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"
#include "priv.h"

#define GROUP "Schemes and labels"
#define LARGEST (16 << 20) /* bytes of a codebook */

static int
read_file(const char *path, struct buf *out, struct err *err)
{
	FILE *f = fopen(path, "re");
	char part[65536];
	size_t n;
	int rc = 0;

	if (f == NULL) {
		err_set_errno(err, "cannot read '%s'", path);
		err->status = ERR_NAME;
		return -1;
	}
	while (out->len <= LARGEST && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	if (ferror(f))
		rc = err_set_errno(err, "cannot read '%s'", path);
	fclose(f);
	if (rc == 0 && out->len > LARGEST)
		rc = err_set(err, "'%s' is larger than 16 MiB: a codebook is "
		    "text", path);
	if (rc == 0 && (utf8_validate(buf_str(out), out->len) != out->len ||
	    memchr(buf_str(out), '\0', out->len) != NULL))
		rc = err_set_status(err, ERR_NAME, "'%s' is not UTF-8 text: "
		    "save it as UTF-8", path);
	return rc;
}

static int
write_file(const char *path, const char *text, struct err *err)
{
	size_t len = strlen(text);
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return err_set_errno(err, "cannot write '%s'", path);
	if (fwrite(text, 1, len, f) != len || fflush(f) != 0) {
		err_set_errno(err, "cannot write '%s'", path);
		fclose(f);
		return -1;
	}
	if (fclose(f) != 0)
		return err_set_errno(err, "cannot write '%s'", path);
	return 0;
}

/* The scheme's name and its codebook, which the caller frees. */
static int
start(struct cmd_call *c, struct scheme *s, char **text)
{
	if (call_scheme(c, s) < 0)
		return -1;
	*text = codebook_get(c->project, s->id, &c->err);
	if (*text != NULL)
		return 0;
	scheme_free(s);
	return -1;
}

static int
codebook_show_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	size_t len;
	char *text;

	if (start(c, &s, &text) < 0)
		return -1;
	len = strlen(text);
	cmd_reply_str(c, "codebook", text);
	cmd_reply_int(c, "bytes", (int64_t)len);
	buf_add(&c->text, text, len);
	if (len > 0 && text[len - 1] != '\n')
		buf_addc(&c->text, '\n');
	if (len == 0)
		buf_addf(&c->text, "%s has no codebook yet: 'codebook edit'\n",
		    s.name);
	free(text);
	scheme_free(&s);
	return 0;
}

static int
store(struct cmd_call *c, const struct scheme *s, const char *text)
{
	if (codebook_set(c->project, s->id, text, &c->err) < 0)
		return -1;
	cmd_reply_int(c, "bytes", (int64_t)strlen(text));
	buf_addf(&c->text, "the codebook of %s: ", s->name);
	add_count(&c->text, strlen(text), "byte\n", "bytes\n");
	return 0;
}

static int
codebook_set_run(struct cmd_call *c)
{
	struct buf text = BUF_INIT;
	struct scheme s = { 0 };
	int rc = -1;

	if (call_scheme(c, &s) < 0)
		return -1;
	if (read_file(cmd_str(c, "F"), &text, &c->err) == 0)
		rc = store(c, &s, buf_str(&text));
	buf_free(&text);
	scheme_free(&s);
	return rc;
}

static int
codebook_export_run(struct cmd_call *c)
{
	const char *path = cmd_str(c, "--out");
	struct scheme s = { 0 };
	char *text;
	int rc = 0;

	if (path == NULL)
		return codebook_show_run(c);
	if (start(c, &s, &text) < 0)
		return -1;
	rc = write_file(path, text, &c->err);
	cmd_reply_str(c, "file", path);
	cmd_reply_int(c, "bytes", (int64_t)strlen(text));
	buf_addf(&c->text, "%s: the codebook of %s\n", path, s.name);
	free(text);
	scheme_free(&s);
	return rc;
}

/* ---- edit ---- */

/* As git does it: the variable is a line for the shell, the file its last
 * argument. */
static int
run_editor(const char *path, struct err *err)
{
	const char *editor = getenv("VISUAL");
	char *line;
	int status;
	pid_t pid;

	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	line = xasprintf("%s \"$1\"", editor);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", line, editor, path, (char *)NULL);
		_exit(127);
	}
	free(line);
	if (pid < 0)
		return err_set_errno(err, "cannot start '%s'", editor);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set_errno(err, "'%s'", editor);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, "'%s' failed: set EDITOR to one that "
		    "works", editor);
	return 0;
}

/* A heading for each label, with what is known of it. */
static void
first_draft(const struct scheme *s, struct buf *out)
{
	for (size_t i = 0; i < s->nlabels; i++) {
		const struct label *l = &s->labels[i];

		buf_addf(out, "# %s\n\n", l->name);
		if (*l->description != '\0')
			buf_addf(out, "%s\n\n", l->description);
		buf_adds(out, "<!-- What belongs here: \xe2\x9c\x93 \"an "
		    "example\"; what does not: \xe2\x9c\x97 \"another\" "
		    "-->\n\n");
	}
}

/* What was edited is never thrown away: where it cannot be stored, the error
 * says in which file it stands. */
static int
edit(struct cmd_call *c, const struct scheme *s, const char *old,
    const char *path, bool *keep)
{
	struct buf text = BUF_INIT, begin = BUF_INIT;
	char *now = NULL;
	int rc = -1;

	buf_adds(&begin, old);
	if (*old == '\0')
		first_draft(s, &begin);
	if (write_file(path, buf_str(&begin), &c->err) < 0 ||
	    run_editor(path, &c->err) < 0 ||
	    read_file(path, &text, &c->err) < 0)
		goto out;
	if (strcmp(buf_str(&text), buf_str(&begin)) == 0) {
		cmd_reply_bool(c, "changed", false);
		buf_adds(&c->text, "the codebook is as it was\n");
		rc = 0;
		goto out;
	}
	*keep = true;
	now = codebook_get(c->project, s->id, &c->err);
	if (now == NULL)
		goto out;
	if (strcmp(now, old) != 0) {
		err_set_status(&c->err, ERR_DENIED, "somebody else changed the "
		    "codebook meanwhile: yours is in %s; merge the two and "
		    "'codebook set' the file", path);
		goto out;
	}
	cmd_reply_bool(c, "changed", true);
	rc = store(c, s, buf_str(&text));
	if (rc == 0)
		*keep = false;
	else
		err_prefix(&c->err, "what you wrote is in %s", path);
out:
	free(now);
	buf_free(&text);
	buf_free(&begin);
	return rc;
}

static int
codebook_edit_run(struct cmd_call *c)
{
	const char *dir = getenv("TMPDIR");
	char *path, *old;
	bool keep = false;
	struct scheme s = { 0 };
	int fd, rc = -1;

	if (!c->terminal)
		return err_set_status(&c->err, ERR_USAGE, "'codebook edit' "
		    "needs a terminal for the editor: use 'codebook set F'");
	if (start(c, &s, &old) < 0)
		return -1;
	path = xasprintf("%s/codebook-XXXXXX.md",
	    dir != NULL && *dir == '/' ? dir : "/tmp");
	fd = mkstemps(path, 3);
	if (fd < 0) {
		err_set_errno(&c->err, "cannot write '%s'", path);
		goto out;
	}
	close(fd);
	rc = edit(c, &s, old, path, &keep);
	if (!keep)
		unlink(path);
out:
	free(path);
	free(old);
	scheme_free(&s);
	return rc;
}

static const struct cmd_param scheme_params[] = {
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param set_params[] = {
	{ "F", .type = CMD_FILE, .required = true,
	    .help = "a file of Markdown, UTF-8" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param export_params[] = {
	{ "--out", .type = CMD_FILE, .value = "F",
	    .help = "the file to write; default: standard output" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};

static const struct command cmd_show = {
	.name = "codebook show", .group = GROUP, .params = scheme_params,
	.help = "Show the codebook of a scheme", .needs_project = true,
	.run = codebook_show_run,
};
static const struct command cmd_set_ = {
	.name = "codebook set", .group = GROUP, .params = set_params,
	.help = "Take a file as the codebook; the old ones stay in the log",
	.needs_project = true, .role = CMD_MANAGER, .run = codebook_set_run,
	.changes = CHANGES_CODEBOOK,
};
static const struct command cmd_edit = {
	.name = "codebook edit", .group = GROUP, .params = scheme_params,
	.help = "Edit the codebook in $VISUAL or $EDITOR",
	.needs_project = true, .role = CMD_MANAGER, .takes_terminal = true,
	.run = codebook_edit_run,
	.changes = CHANGES_CODEBOOK,
};
static const struct command cmd_export = {
	.name = "codebook export", .group = GROUP, .params = export_params,
	.help = "Write the codebook to a file", .needs_project = true,
	.run = codebook_export_run,
};

const struct command *const cmds_codebook[] = { &cmd_show, &cmd_set_,
	&cmd_edit, &cmd_export, NULL };

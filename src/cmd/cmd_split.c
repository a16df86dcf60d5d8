/*
 * label split: some of a label's annotations become another label's.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/history.h"
#include "tagtiger/project.h"
#include "tagtiger/split.h"
#include "tagtiger/user.h"
#include "priv.h"

static int
query_of(struct cmd_call *c, const struct scheme *s, struct split_query *q)
{
	const char *user = cmd_str(c, "--user");
	const struct label *l;

	if (call_label(c, s, cmd_str(c, "OLD"), &l) < 0)
		return -1;
	*q = (struct split_query){ .scheme = s->id, .label = l->id,
		.regex = cmd_str(c, "--match"), .uid = HISTORY_ANY,
		.match_case = cmd_flag(c, "--match-case"),
		.comment = cmd_flag(c, "--comment") };
	if (q->regex != NULL && *q->regex == '\0')
		q->regex = NULL;
	if (call_user(c, user, &q->uid) < 0)
		return -1;
	if (q->regex == NULL && user == NULL && !q->comment)
		return err_set_status(&c->err, ERR_USAGE, "say which texts go: "
		    "--match REGEX, --user U or --comment (all of them: "
		    "'label rename')");
	return 0;
}

static void
how_text(struct cmd_call *c, struct buf *out)
{
	if (cmd_given(c, "--match"))
		buf_addf(out, "/%s/", cmd_str(c, "--match"));
	if (cmd_given(c, "--user"))
		buf_addf(out, "%sof %s", out->len > 0 ? ", " : "",
		    cmd_str(c, "--user"));
	if (cmd_flag(c, "--comment"))
		buf_addf(out, "%swith a comment", out->len > 0 ? ", " : "");
}

struct write {
	struct label_split split;
	struct label_split_result result;
};

static int
write_split(struct project *p, void *arg, struct err *err)
{
	struct write *w = arg;

	return label_split(p, &w->split, &w->result, err);
}

static void
tell(struct cmd_call *c, const struct split_found *f,
    const struct label_split_result *r)
{
	const char *old = cmd_str(c, "OLD"), *new = cmd_str(c, "NEW");

	cmd_reply_str(c, "label", old);
	cmd_reply_str(c, "into", new);
	cmd_reply_int(c, "texts", (int64_t)(r != NULL ? r->texts : f->n));
	cmd_reply_int(c, "annotations", (int64_t)(r != NULL ?
	    r->annotations : f->annotations));
	cmd_reply_int(c, "of", (int64_t)f->of);
	cmd_reply_bool(c, "done", r != NULL);
	buf_addf(&c->text, "%s of %s texts of %s %s to %s%s\n",
	    COUNT(r != NULL ? r->texts : (uint64_t)f->n), COUNT(f->of), old,
	    r == NULL ? "would go" : r->texts == 1 ? "goes" : "go", new,
	    r != NULL ? "; 'undo' takes it back" : "");
}

static int
split_do(struct cmd_call *c, const struct split_query *q,
    const struct split_found *f)
{
	struct buf how = BUF_INIT;
	struct write w = { 0 };
	int rc;

	if (f->n == 0)
		return err_set_status(&c->err, ERR_NAME, "none of the %s "
		    "texts of %s is meant by that: nothing was changed",
		    COUNT(f->of), cmd_str(c, "OLD"));
	how_text(c, &how);
	w.split = (struct label_split){ .scheme = q->scheme,
		.label = q->label, .name = cmd_str(c, "NEW"), .uid = q->uid,
		.docs = f->docs, .n = f->n, .how = buf_str(&how) };
	rc = project_write(c->project, write_split, &w, &c->err);
	if (rc == 0)
		tell(c, f, &w.result);
	buf_free(&how);
	return rc;
}

static int
label_split_run(struct cmd_call *c)
{
	struct split_query q;
	struct split_found f = { 0 };
	struct scheme s = { 0 };
	int rc;

	if (call_scheme(c, &s) < 0)
		return -1;
	rc = query_of(c, &s, &q);
	if (rc == 0)
		rc = split_find(c->project, &q, &f, c->progress, &c->err);
	if (rc == 0 && cmd_flag(c, "--dry-run"))
		tell(c, &f, NULL);
	else if (rc == 0)
		rc = split_do(c, &q, &f);
	split_found_free(&f);
	scheme_free(&s);
	return rc;
}

static const struct cmd_param split_params[] = {
	{ "OLD", .ref = REF_LABEL, .required = true,
	    .help = "the label to split" },
	{ "NEW", .ref = REF_LABEL, .required = true,
	    .help = "the label that some of its annotations go to; it is made "
		    "where there is none" },
	{ "--match", .value = "REGEX", .help = "texts that match this" },
	{ "--match-case", .type = CMD_FLAG,
	    .help = "the pattern tells A from a" },
	{ "--user", .ref = REF_USER, .value = "U",
	    .help = "annotations of this user" },
	{ "--comment", .type = CMD_FLAG,
	    .help = "texts that have a comment" },
	{ "--dry-run", .type = CMD_FLAG,
	    .help = "only say how many it would be" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};

static const struct command cmd_split_ = {
	.name = "label split", .group = "Schemes and labels",
	.params = split_params, .run = label_split_run,
	.help = "Give some of a label's annotations to another label",
	.more = "What is asked for has to hold together: --match and --user "
		"give away the annotations of one user on texts that match. "
		"Each goes in its annotator's name and keeps its time. It is "
		"one act, which 'undo' takes back.",
	.role = CMD_MANAGER, .needs_project = true, .lane = JOB_QUICK,
	.changes = CHANGES_LABELS | CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

const struct command *const cmds_split[] = { &cmd_split_, NULL };

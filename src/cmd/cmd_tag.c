/*
 * tag, untag, skip, flag, comment; undo and redo; the session.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/doc.h"
#include "tagtiger/history.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "priv.h"

#define GROUP "Annotation"

/* The scheme and the text that a call names; the text is in a set that is
 * tagged. */
static int
start(struct cmd_call *c, struct scheme *s, int64_t *seq)
{
	enum set set = SET_REST;
	struct doc d = { 0 };

	if (call_scheme(c, s) < 0)
		return -1;
	if (call_doc(c, cmd_str(c, "ID"), seq) < 0 ||
	    doc_get(c->project, *seq, &d, &c->err) < 0) {
		scheme_free(s);
		return -1;
	}
	set = d.set;
	cmd_reply_str(c, "id", d.id);
	cmd_reply_str(c, "set", set_name(set));
	doc_free(&d);
	if (set != SET_REST)
		return 0;
	scheme_free(s);
	return err_set_status(&c->err, ERR_NAME, "text '%s' is in the rest, "
	    "which is predicted and not tagged: 'draw train N' takes texts "
	    "from there", cmd_str(c, "ID"));
}

static int
labels_now(struct cmd_call *c, const struct scheme *s, int64_t seq,
    const char *key)
{
	struct annot a = { 0 };
	int got = annot_get(c->project, s->id, seq, project_uid(c->project),
	    &a, &c->err);

	if (got < 0)
		return -1;
	cmd_reply_item(c, key, got == 1 && a.tagged ?
	    cjson_labels(s, a.labels, a.nlabels) : cJSON_CreateArray());
	if (got == 1)
		annot_free(&a);
	return 0;
}

/* ---- tag ---- */

/* Is it time to train the scheme's quick model again? */
static int
retrain_due(struct cmd_call *c, const struct scheme *s, bool *due)
{
	int64_t every = param_int(c->project, "retrain", 0);
	struct history_filter f = HISTORY_ALL;
	struct model *v;
	uint64_t tags = 0;
	size_t n;

	*due = false;
	if (every <= 0)
		return 0;
	if (model_list(c->project, s->id, "quick", &v, &n, &c->err) < 0)
		return -1;
	f.scheme = s->id;
	f.kind = EVENT_TAG;
	for (size_t i = 0; i < n; i++)
		if (v[i].time > f.since)
			f.since = v[i].time;
	model_list_free(v, n);
	if (history_count(c->project, &f, &tags, &c->err) < 0)
		return -1;
	*due = tags >= (uint64_t)every;
	return 0;
}

static void
tag_told(struct cmd_call *c, const struct scheme *s, const int64_t *ids,
    size_t n)
{
	cmd_reply_item(c, "labels", cjson_labels(s, ids, n));
	cmd_reply_str(c, "comment", cmd_str(c, "--comment"));
	buf_addf(&c->text, "%s: ", cmd_str(c, "ID"));
	if (n == 0)
		buf_adds(&c->text, "none of these");
	add_labels_text(&c->text, s, ids, n, "|");
	buf_addc(&c->text, '\n');
}

static int
tag_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	struct tag tag = { .comment = cmd_str(c, "--comment"),
		.accepted = cmd_flag(c, "--accepted"), .whose = WHOSE_MINE };
	int64_t *ids = NULL;
	bool due = false;
	int rc = -1;

	if (start(c, &s, &tag.doc) < 0)
		return -1;
	tag.scheme = s.id;
	if (call_labels(c, &s, "LABELS", &ids, &tag.nlabels) < 0 ||
	    labels_now(c, &s, tag.doc, "was") < 0)
		goto out;
	tag.labels = ids;
	if (annot_tag(c->project, &tag, NULL, &c->err) < 0)
		goto out;
	tag_told(c, &s, ids, tag.nlabels);
	/* The label is on disk: nothing that follows may call it failed. */
	if (retrain_due(c, &s, &due) < 0)
		err_clear(&c->err);
	cmd_reply_bool(c, "retrain_due", due);
	if (due)
		buf_adds(&c->text, "it is time for 'quick train'\n");
	rc = 0;
out:
	free(ids);
	scheme_free(&s);
	return rc;
}

/* ---- The other acts on a text ---- */

static int
untag_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	struct annot a = { 0 };
	int64_t seq;
	int rc = -1, got;

	if (start(c, &s, &seq) < 0)
		return -1;
	got = annot_get(c->project, s.id, seq, project_uid(c->project), &a,
	    &c->err);
	if (got < 0)
		goto out;
	if (got == 0 || !a.tagged) {
		err_set_status(&c->err, ERR_NAME, "you have not tagged '%s' "
		    "in scheme '%s'", cmd_str(c, "ID"), s.name);
		goto out;
	}
	if (annot_untag(c->project, s.id, seq, WHOSE_MINE, &c->err) < 0)
		goto out;
	cmd_reply_item(c, "was", cjson_labels(&s, a.labels, a.nlabels));
	cmd_reply_item(c, "labels", cJSON_CreateArray());
	buf_addf(&c->text, "%s is not tagged any more; it was ",
	    cmd_str(c, "ID"));
	if (a.nlabels == 0)
		buf_adds(&c->text, "none of these");
	add_labels_text(&c->text, &s, a.labels, a.nlabels, "|");
	buf_addc(&c->text, '\n');
	rc = 0;
out:
	annot_free(&a);
	scheme_free(&s);
	return rc;
}

static int
skip_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	int64_t seq;
	int rc;

	if (start(c, &s, &seq) < 0)
		return -1;
	rc = annot_skip(c->project, s.id, seq, NULL, &c->err);
	cmd_reply_bool(c, "skipped", true);
	buf_addf(&c->text, "%s is skipped in this session\n",
	    cmd_str(c, "ID"));
	scheme_free(&s);
	return rc;
}

static int
flag_run(struct cmd_call *c)
{
	bool on = !cmd_flag(c, "--off");
	struct scheme s = { 0 };
	int64_t seq;
	int rc;

	if (start(c, &s, &seq) < 0)
		return -1;
	rc = annot_flag(c->project, s.id, seq, on, &c->err);
	cmd_reply_bool(c, "flag", on);
	buf_addf(&c->text, on ? "%s is flagged\n" :
				"%s has no flag of yours\n", cmd_str(c, "ID"));
	scheme_free(&s);
	return rc;
}

static int
comment_run(struct cmd_call *c)
{
	const char *text = cmd_str(c, "TEXT");
	struct scheme s = { 0 };
	int64_t seq;
	int rc;

	if (start(c, &s, &seq) < 0)
		return -1;
	rc = annot_comment(c->project, s.id, seq, text, &c->err);
	cmd_reply_str(c, "comment", text);
	buf_addf(&c->text, *text != '\0' ? "%s: the comment is kept\n" :
	    "%s: the comment is taken away\n", cmd_str(c, "ID"));
	scheme_free(&s);
	return rc;
}

/* ---- undo, redo ---- */

/* "1:42": the work copy and the act's number there. */
static int
act_given(struct cmd_call *c, struct turn *t)
{
	const char *act = cmd_str(c, "--act");
	long long replica = 0, seq = 0;
	char rest;

	if (sscanf(act, "%lld:%lld%c", &replica, &seq, &rest) != 2)
		return err_set_status(&c->err, ERR_USAGE, "--act takes a "
		    "replica and a number, 1:42, as 'history --json' tells "
		    "them, not '%s'", act);
	*t = (struct turn){ .replica = replica, .act = seq };
	return 0;
}

static int
undo_certain(struct cmd_call *c, struct undone *u)
{
	struct turn t = { 0 };

	if (act_given(c, &t) < 0)
		return -1;
	return history_undo_act(c->project, t.replica, t.act, u, &c->err);
}

/* 1: an act on many texts, which is taken back elsewhere. Undo says now
 * which: another may be the newest when its turn has come. */
static int
moves(struct cmd_call *c, struct turn *t)
{
	bool newest = t->act == 0;
	char act[48];

	if (c->lane == JOB_BULK)
		return 0;
	if (history_turn(c->project, t, &c->err) < 0)
		return -1;
	if (!t->many)
		return 0;
	snprintf(act, sizeof act, "%lld:%lld", (long long)t->replica,
	    (long long)t->act);
	if (newest && !t->redo && cmd_set(c, "--act", act, &c->err) < 0)
		return -1;
	return cmd_to_bulk(c);
}

static int
back(struct cmd_call *c, const char *key, const char *nothing,
    int (*step)(struct project *, struct undone *, struct err *))
{
	struct undone u = { 0 };
	struct scheme s = { 0 };
	int got = step != NULL ? step(c->project, &u, &c->err) :
	    undo_certain(c, &u);

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(&c->err, "%s", nothing);
	if (u.scheme != 0 && scheme_get(c->project, u.scheme, &s, NULL) == 0)
		cmd_reply_str(c, "scheme", s.name);
	cmd_reply_str(c, key, u.summary);
	cmd_reply_str(c, "act", event_kind_name(u.kind));
	cmd_reply_str(c, "id", u.doc_id);
	cmd_reply_str(c, "before", u.before);
	cmd_reply_str(c, "after", u.after);
	cmd_reply_int(c, "events", (int64_t)u.events);
	buf_addf(&c->text, "%s\n", u.summary);
	scheme_free(&s);
	undone_free(&u);
	return 0;
}

static int
undo_run(struct cmd_call *c)
{
	struct turn t = { 0 };
	int went;

	if (cmd_given(c, "--act") && act_given(c, &t) < 0)
		return -1;
	if ((went = moves(c, &t)) != 0)
		return went < 0 ? -1 : 0;
	if (cmd_given(c, "--act"))
		return back(c, "undone", "this act is undone already", NULL);
	return back(c, "undone", "there is nothing of yours to undo",
	    history_undo);
}

static int
redo_run(struct cmd_call *c)
{
	struct turn t = { .redo = true };
	int went = moves(c, &t);

	if (went != 0)
		return went < 0 ? -1 : 0;
	return back(c, "redone", "there is nothing to redo", history_redo);
}

/* ---- session ---- */

static int
session_list_run(struct cmd_call *c)
{
	struct session_entry *v;
	struct scheme s = { 0 };
	unsigned sets = SETS_ALL;
	cJSON *list;
	size_t n, skipped = 0;

	sets_of_name(cmd_str(c, "--set"), &sets);
	if (call_scheme(c, &s) < 0)
		return -1;
	if (session_list(c->project, s.id, sets, &v, &n, &c->err) < 0) {
		scheme_free(&s);
		return -1;
	}
	list = cJSON_CreateArray();
	for (size_t i = 0; i < n; i++) {
		const char *how = v[i].how == SESSION_SKIPPED ? "skipped" :
								"tagged";
		char *id = doc_id(c->project, v[i].doc, NULL), when[24];
		cJSON *o = cJSON_CreateObject();

		skipped += v[i].how == SESSION_SKIPPED;
		text_time(v[i].time, when);
		cJSON_AddStringToObject(o, "id", id != NULL ? id : "?");
		cJSON_AddStringToObject(o, "how", how);
		cJSON_AddStringToObject(o, "set", set_name(v[i].set));
		cJSON_AddItemToObject(o, "time", cjson_time(v[i].time));
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "%s  %-7s  %-5s  %s\n", when, how,
		    set_name(v[i].set), id != NULL ? id : "?");
		free(id);
	}
	cmd_reply_int(c, "seen", (int64_t)n);
	cmd_reply_int(c, "skipped", (int64_t)skipped);
	cmd_reply_item(c, "texts", list);
	if (n == 0)
		buf_adds(&c->text, "this session has seen no text yet\n");
	free(v);
	scheme_free(&s);
	return 0;
}

static int
session_clear_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	unsigned sets = SETS_ALL;
	uint64_t cleared = 0;
	int rc;

	sets_of_name(cmd_str(c, "--set"), &sets);
	if (call_scheme(c, &s) < 0)
		return -1;
	rc = session_clear(c->project, s.id, sets, &cleared, &c->err);
	cmd_reply_int(c, "cleared", (int64_t)cleared);
	add_count(&c->text, cleared, "text", "texts");
	buf_adds(&c->text, " of this session can come again\n");
	scheme_free(&s);
	return rc;
}

/* ---- The table ---- */

static const struct cmd_param tag_params[] = {
	{ "ID", .ref = REF_DOC, .required = true, .help = "the text" },
	{ "LABELS", .type = CMD_LIST, .ref = REF_LABEL,
	    .help = "its label; several, as A,B, in a multi-label scheme" },
	{ "--none", .type = CMD_FLAG, .help = "multi-label: none of them" },
	{ "--comment", .value = "T",
	    .help = "store a comment; an empty one takes it away" },
	{ "--accepted", .type = CMD_FLAG,
	    .help = "note that a prediction was accepted" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param id_params[] = {
	{ "ID", .ref = REF_DOC, .required = true, .help = "the text" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param flag_params[] = {
	{ "ID", .ref = REF_DOC, .required = true, .help = "the text" },
	{ "--off", .type = CMD_FLAG, .help = "take the flag away" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param comment_params[] = {
	{ "ID", .ref = REF_DOC, .required = true, .help = "the text" },
	{ "TEXT", .required = true,
	    .help = "the comment; an empty one takes it away" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param session_params[] = {
	CMD_PARAM_SET("all", "of this set"),
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};

#define ON_TEXT(verb, parameters, function, what)                           \
	{                                                                   \
		.name = verb, .group = GROUP, .help = what,                 \
		.params = parameters, .run = function,                      \
		.needs_project = true,                                      \
		.changes = CHANGES_ANNOTATIONS | CHANGES_SELECTION          \
	}

static const struct command cmd_tag = ON_TEXT("tag", tag_params, tag_run,
    "Give a text its label, or labels");
static const struct command cmd_untag = ON_TEXT("untag", id_params, untag_run,
    "Take your labels from a text");
static const struct command cmd_skip = ON_TEXT("skip", id_params, skip_run,
    "Pass a text by for this session");
static const struct command cmd_flag_ = ON_TEXT("flag", flag_params, flag_run,
    "Put a flag on a text, to find it again");
static const struct command cmd_comment = ON_TEXT("comment", comment_params,
    comment_run, "Comment on a text");

#define BACK_CHANGES                                                        \
	(CHANGES_SCHEMES | CHANGES_LABELS | CHANGES_ANNOTATIONS |           \
	    CHANGES_CODEBOOK | CHANGES_SELECTION)

static const struct cmd_param undo_params[] = {
	{ "--act", .value = "R:N", .help = "this act, as 'history --json' "
	    "numbers it (replica:act), and not the newest" },
	CMD_PARAM_END,
};
static const struct command cmd_undo = {
	.name = "undo", .group = GROUP, .needs_project = true,
	.params = undo_params,
	.help = "Take back your newest act, on a text or on a scheme",
	.more = "Without limit, also acts of earlier runs. Labels that came "
		"later stay.",
	.run = undo_run, .changes = BACK_CHANGES,
};
static const struct command cmd_redo = {
	.name = "redo", .group = GROUP, .needs_project = true,
	.help = "Do again what was undone last", .run = redo_run,
	.changes = BACK_CHANGES,
};
static const struct command cmd_session_list = {
	.name = "session list", .group = GROUP, .params = session_params,
	.help = "The texts you have seen in this session",
	.needs_project = true, .run = session_list_run,
};
static const struct command cmd_session_clear = {
	.name = "session clear", .group = GROUP, .params = session_params,
	.help = "Begin a new session: seen and skipped texts can come again",
	.needs_project = true, .run = session_clear_run,
	.changes = CHANGES_SELECTION,
};

const struct command *const cmds_tag[] = { &cmd_tag, &cmd_untag, &cmd_skip,
	&cmd_flag_, &cmd_comment, &cmd_undo, &cmd_redo, &cmd_session_list,
	&cmd_session_clear, NULL };

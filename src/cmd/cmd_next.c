/*
 * next and why: which text comes, and what chose it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/doc.h"
#include "tagtiger/history.h"
#include "tagtiger/next.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"
#include "priv.h"

/* ---- What is asked for ---- */

static int
criteria_label(struct cmd_call *c, const struct scheme *s, const char *param,
    int64_t *id)
{
	const struct label *l;

	if (cmd_str(c, param) == NULL)
		return 0;
	if (call_label(c, s, cmd_str(c, param), &l) < 0)
		return -1;
	*id = l->id;
	return 0;
}

static double
audit_share(struct project *p)
{
	char *value = param_get(p, "audit", NULL);
	double share = value != NULL ? strtod(value, NULL) : 0;

	free(value);
	return share;
}

static int
criteria_of(struct cmd_call *c, const struct scheme *s,
    struct next_criteria *out)
{
	static const char *const filters[] = { "untagged", "tagged", "all" };
	const char *filter = cmd_str(c, "--filter");

	*out = (struct next_criteria)NEXT_CRITERIA_INIT;
	out->scheme = s->id;
	out->regex = xstrdup(cmd_str(c, "--match"));
	out->model = xstrdup(cmd_str(c, "--model"));
	out->match_case = cmd_flag(c, "--match-case");
	out->wrong = cmd_flag(c, "--wrong");
	out->comment = cmd_flag(c, "--comment");
	out->flag = cmd_flag(c, "--flag");
	for (int i = 0; i < 3; i++)
		if (strcmp(filter, filters[i]) == 0)
			out->filter = (enum next_filter)i;
	/* Wrong ones, one's own and those of a label are looked for among
	 * tagged texts. */
	if (!cmd_given(c, "--filter") && (out->wrong || out->comment))
		out->filter = NEXT_ALL;
	if (!cmd_given(c, "--filter") &&
	    (cmd_given(c, "--user") || cmd_given(c, "--carries")))
		out->filter = NEXT_TAGGED;
	if (select_mode_parse(cmd_str(c, "--mode"), &out->mode) < 0 ||
	    set_of_name(cmd_str(c, "--set"), &out->set) < 0)
		fatal("a choice of next is not known below it");
	if (out->mode == SELECT_ACTIVE)
		out->audit = audit_share(c->project);
	if (criteria_label(c, s, "--label", &out->label) < 0 ||
	    criteria_label(c, s, "--carries", &out->carries) < 0 ||
	    criteria_label(c, s, "--predicted", &out->predicted) < 0 ||
	    call_user(c, cmd_str(c, "--user"), &out->user) < 0)
		return -1;
	if (out->label != 0 && out->mode != SELECT_ACTIVE &&
	    out->mode != SELECT_MAXPROB)
		return err_set_status(&c->err, ERR_USAGE, "--label goes with "
		    "--mode active or maxprob");
	return 0;
}

/* The caller's picker, or one of its own that picker_free(*own) frees. */
static struct picker *
picker_of(struct cmd_call *c, struct picker **own)
{
	*own = NULL;
	if (c->picker == NULL)
		return *own = picker_new();
	if (*c->picker == NULL)
		*c->picker = picker_new();
	return *c->picker;
}

/* ---- The answer ---- */

static void
tell_context(struct cmd_call *c, const struct doc *d, cJSON *reply)
{
	cJSON *context = cJSON_AddObjectToObject(reply, "context");
	bool any = false;

	for (size_t i = 0; i < d->nvalues; i++) {
		const struct doc_value *v = &d->values[i];

		if (v->role != COLUMN_CONTEXT)
			continue;
		cJSON_AddItemToObject(context, v->column, v->value != NULL ?
		    cJSON_CreateString(v->value) : cJSON_CreateNull());
		if (v->value == NULL || *v->value == '\0')
			continue;
		buf_addf(&c->text, "%s%s: %s", any ? " | " : "", v->column,
		    v->value);
		any = true;
	}
	if (any)
		buf_addc(&c->text, '\n');
}

/* Multi-label: the labels of at least one half, joined; the probability is
 * that of the least probable of them. */
static cJSON *
prediction_json(const struct scheme *s, const struct next_prediction *p)
{
	cJSON *o;
	struct buf labels = BUF_INIT;
	double least = p->probability;

	if (p->k == 0)
		return cJSON_CreateNull();
	for (size_t j = 0; j < p->k; j++) {
		const struct label *l = label_by_id(s, p->labels[j]);
		bool in = p->multilabel ? p->prob[j] >= 0.5f :
					  p->labels[j] == p->best;

		if (l == NULL || !in)
			continue;
		buf_addf(&labels, "%s%s", labels.len > 0 ? "|" : "", l->name);
		if ((double)p->prob[j] < least)
			least = (double)p->prob[j];
	}
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "label", buf_str(&labels));
	cJSON_AddNumberToObject(o, "probability", least);
	cJSON_AddNumberToObject(o, "entropy", p->entropy);
	cJSON_AddStringToObject(o, "model", p->model);
	buf_free(&labels);
	return o;
}

static int
tell_labels(struct cmd_call *c, const struct scheme *s, int64_t doc,
    cJSON *reply)
{
	struct annot a = { 0 };
	int got = annot_get(c->project, s->id, doc,
	    project_uid(c->project), &a, &c->err);

	if (got < 0)
		return -1;
	cJSON_AddItemToObject(reply, "labels", got == 1 ?
	    cjson_labels(s, a.labels, a.nlabels) : cJSON_CreateArray());
	if (got == 1 && a.comment != NULL && *a.comment != '\0')
		cJSON_AddStringToObject(reply, "comment", a.comment);
	if (got == 1)
		annot_free(&a);
	return 0;
}

static void
tell_nothing(struct cmd_call *c, const struct next_pick *pick, cJSON *reply)
{
	const struct next_counts *n = &pick->counts;

	cJSON_AddNullToObject(reply, "id");
	cJSON_AddStringToObject(reply, "reason", pick->reason);
	cJSON_AddItemToObject(reply, "tagged", cjson_int((int64_t)n->tagged));
	cJSON_AddItemToObject(reply, "untagged",
	    cjson_int((int64_t)n->untagged));
	cJSON_AddItemToObject(reply, "skipped", cjson_int((int64_t)n->skipped));
	cJSON_AddItemToObject(reply, "seen", cjson_int((int64_t)n->seen));
	cJSON_AddItemToObject(reply, "filtered",
	    cjson_int((int64_t)n->filtered));
	cJSON_AddItemToObject(reply, "held", cjson_int((int64_t)n->held));
	buf_addf(&c->text, "%s\n", pick->reason);
}

static int
tell_doc(struct cmd_call *c, struct picker *picker, const struct scheme *s,
    const struct next_criteria *criteria, const struct next_pick *pick,
    const struct doc *d, cJSON *reply)
{
	struct next_prediction prediction;

	cJSON_AddStringToObject(reply, "id", d->id);
	cJSON_AddStringToObject(reply, "text", d->text);
	cJSON_AddStringToObject(reply, "set", set_name(d->set));
	cJSON_AddStringToObject(reply, "scheme", s->name);
	buf_addf(&c->text, "%s\n", d->id);
	tell_context(c, d, reply);
	buf_addf(&c->text, "%s\n", d->text);
	if (tell_labels(c, s, d->seq, reply) < 0 ||
	    next_predict(picker, c->project, criteria, d->seq, &prediction,
	    &c->err) < 0)
		return -1;
	cJSON_AddStringToObject(reply, "mode", pick->mode);
	cJSON_AddStringToObject(reply, "why", pick->why);
	cJSON_AddItemToObject(reply, "inclusion_probability",
	    isnan(pick->inclusion) ? cJSON_CreateNull() :
				     cJSON_CreateNumber(pick->inclusion));
	cJSON_AddItemToObject(reply, "prediction",
	    prediction_json(s, &prediction));
	buf_addf(&c->text, "(%s)\n", pick->why);
	return 0;
}

static int
tell(struct cmd_call *c, struct picker *picker,
    const struct scheme *s, const struct next_criteria *criteria,
    const struct next_pick *pick, cJSON *reply)
{
	struct doc d;
	int rc;

	if (pick->doc == 0) {
		tell_nothing(c, pick, reply);
		return 0;
	}
	rc = doc_get(c->project, pick->doc, &d, &c->err);
	if (rc <= 0)
		return rc < 0 ? -1 :
				err_set(&c->err, "the next text is gone");
	rc = tell_doc(c, picker, s, criteria, pick, &d, reply);
	doc_free(&d);
	return rc;
}

static int
next_run(struct cmd_call *c)
{
	struct next_criteria criteria = NEXT_CRITERIA_INIT;
	struct next_pick pick = { 0 };
	struct scheme s = { 0 };
	struct picker *own, *picker = picker_of(c, &own);
	int rc = -1;

	if (call_scheme(c, &s) < 0)
		goto out;
	cJSON_DeleteItemFromObjectCaseSensitive(c->reply, "scheme");
	if (criteria_of(c, &s, &criteria) < 0)
		goto out;
	rc = next_draw(picker, c->project, &criteria, cmd_flag(c, "--fresh"),
	    &pick, &c->err);
	if (rc == 0)
		rc = tell(c, picker, &s, &criteria, &pick, c->reply);
out:
	next_pick_free(&pick);
	next_criteria_free(&criteria);
	scheme_free(&s);
	picker_free(own);
	return rc;
}

/* ---- why ---- */

/* The object that begins at s, as it stands there: parsed, the ids in it would
 * lose digits. */
static cJSON *
object_at(const char *s)
{
	bool quoted = false;
	cJSON *raw = NULL;
	size_t depth = 0;
	char *text;

	for (const char *t = s; s != NULL && *s == '{' && *t != '\0'; t++) {
		if (quoted && *t == '\\' && t[1] != '\0')
			t++;
		else if (*t == '"')
			quoted = !quoted;
		else if (!quoted && *t == '{')
			depth++;
		else if (!quoted && *t == '}' && --depth == 0) {
			text = xstrndup(s, (size_t)(t - s) + 1);
			raw = cJSON_CreateRaw(text);
			free(text);
			break;
		}
	}
	return raw;
}

static void
why_tell(struct cmd_call *c, const char *mode, const char *why,
    cJSON *criteria, double inclusion, double score)
{
	cmd_reply_str(c, "mode", mode);
	cmd_reply_str(c, "why", why);
	cmd_reply_real(c, "inclusion_probability", inclusion);
	cmd_reply_real(c, "score", score);
	cmd_reply_item(c, "criteria",
	    criteria != NULL ? criteria : cJSON_CreateNull());
	buf_addf(&c->text, "%s\n", why);
}

static double
number_of(const cJSON *o, const char *key)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsNumber(x) ? x->valuedouble : NAN;
}

static const char *
string_of(const cJSON *o, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

/* An open lease says it: 1, or 0. */
static int
why_lease(struct cmd_call *c, const struct scheme *s, const struct doc *d)
{
	struct lease lease;
	int open = lease_open(c->project, s->id, d->set, &lease, &c->err);

	if (open <= 0 || lease.pick.doc != d->seq)
		return open < 0 ? -1 : 0;
	why_tell(c, lease.pick.mode, lease.pick.why,
	    object_at(lease.pick.criteria), lease.pick.probability,
	    lease.pick.score);
	cmd_reply_str(c, "state", "leased");
	return 1;
}

static bool
why_event(struct cmd_call *c, const struct event *e)
{
	static const char key[] = "\"criteria\":";
	cJSON *data = cJSON_Parse(e->data);
	const char *mode = string_of(data, "mode"), *why;
	const char *criteria = strstr(e->data, key);
	char *who;

	if (mode == NULL || *mode == '\0') {
		cJSON_Delete(data);
		return false;
	}
	why = string_of(data, "why");
	why_tell(c, mode, why != NULL ? why : mode,
	    criteria != NULL ? object_at(criteria + sizeof key - 1) : NULL,
	    number_of(data, "probability"), number_of(data, "score"));
	who = user_name(c->project, e->uid);
	cmd_reply_str(c, "state", "tagged");
	cmd_reply_str(c, "user", who);
	cmd_reply_item(c, "time", cjson_time(e->time));
	free(who);
	cJSON_Delete(data);
	return true;
}

/* The newest tag that says how its text was chosen. */
static int
why_history(struct cmd_call *c, const struct scheme *s, const struct doc *d)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	int found = 0;

	f.scheme = s->id;
	f.doc = d->seq;
	f.kind = EVENT_TAG;
	f.bulk = true;
	for (;;) {
		struct event *e;
		size_t n;

		if (history_page(c->project, &f, &place, 16, &e, &n,
		    &c->err) < 0)
			return -1;
		for (size_t i = 0; i < n && !found; i++)
			found = why_event(c, &e[i]);
		history_page_free(e, n);
		if (found || n < 16)
			return found;
	}
}

static int
why_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	struct doc d = { 0 };
	int64_t seq;
	int rc = -1;

	if (call_scheme(c, &s) < 0)
		return -1;
	if (call_doc(c, cmd_str(c, "ID"), &seq) < 0 ||
	    doc_get(c->project, seq, &d, &c->err) < 0)
		goto out;
	rc = why_lease(c, &s, &d);
	if (rc == 0)
		rc = why_history(c, &s, &d);
	if (rc == 0)
		why_tell(c, NULL, "it was not handed out by 'next'", NULL, NAN,
		    NAN);
	cmd_reply_str(c, "set", set_name(d.set));
	rc = rc < 0 ? -1 : 0;
out:
	doc_free(&d);
	scheme_free(&s);
	return rc;
}

/* ---- The table ---- */

static const struct cmd_param next_params[] = {
	{ "--mode", .type = CMD_CHOICE, .def = "random",
	    .choices = "sequential|deterministic|random|active|maxprob",
	    .help = "in file order, by chance, the most uncertain, or the "
		    "most probable" },
	{ "--label", .ref = REF_LABEL, .value = "L",
	    .help = "active, maxprob: by this label's probability" },
	{ "--match", .value = "REGEX",
	    .help = "only texts that match; case is ignored" },
	{ "--match-case", .type = CMD_FLAG,
	    .help = "upper and lower case differ in --match" },
	{ "--filter", .type = CMD_CHOICE, .choices = "untagged|tagged|all",
	    .def = "untagged", .help = "only texts nobody has tagged, or "
				       "only tagged ones" },
	{ "--set", .type = CMD_CHOICE, .choices = "train|valid|test",
	    .def = "train", .help = "the set; test is shown without "
				    "predictions" },
	{ "--user", .ref = REF_USER, .value = "U",
	    .help = "only texts this user has tagged; with --filter "
		    "untagged, has not" },
	{ "--carries", .ref = REF_LABEL, .value = "L",
	    .help = "only texts that carry this label; with --user, that "
		    "this user gave it" },
	{ "--predicted", .ref = REF_LABEL, .value = "L",
	    .help = "only texts the model predicts as this label" },
	{ "--wrong", .type = CMD_FLAG,
	    .help = "only texts whose label isn't the predicted one" },
	{ "--comment", .type = CMD_FLAG,
	    .help = "only texts with a comment" },
	{ "--flag", .type = CMD_FLAG, .help = "only flagged texts" },
	{
		"--model", .ref = REF_MODEL, .value = "N",
		.help = "the model; default: the newest quick one"
	},
	{ "--fresh", .type = CMD_FLAG,
	    .help = "let go of the text at hand and draw another" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param why_params[] = {
	{ "ID", .ref = REF_DOC, .required = true, .help = "the text" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};

static const struct command cmd_next = {
	.name = "next", .group = "Annotation", .params = next_params,
	.help = "The next text to tag, held for you until it is tagged",
	.more = "Asked again in the same words, it gives the same text, until "
		"that is tagged, skipped or let go of. Within a session a "
		"text comes once: see session clear.",
	.needs_project = true, .run = next_run, .changes = CHANGES_SELECTION,
};
static const struct command cmd_why = {
	.name = "why", .group = "Annotation", .params = why_params,
	.help = "Tell why a text was chosen: policy, score, probability",
	.needs_project = true, .run = why_run,
};

const struct command *const cmds_next[] = { &cmd_next, &cmd_why, NULL };

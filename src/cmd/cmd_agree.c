/*
 * agreement, adjudicate: where annotators agree, and what is decided where
 * they do not.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/agree.h"
#include "tagtiger/alloc.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "priv.h"

#define GROUP	  "People and jobs"
#define RESAMPLES 1000

/* ---- agreement ---- */

static cJSON *
number(double v)
{
	return isfinite(v) ? cJSON_CreateNumber(v) : cJSON_CreateNull();
}

/* "alpha": .81, "alpha_ci": [.7, .9] */
static void
add_estimate(cJSON *o, const char *key, const struct estimate *e)
{
	char *ci = xasprintf("%s_ci", key);
	cJSON *ends = isfinite(e->ci.lo) ? cJSON_CreateArray() :
					   cJSON_CreateNull();

	cJSON_AddItemToObject(o, key, number(e->value));
	if (isfinite(e->ci.lo)) {
		cJSON_AddItemToArray(ends, number(e->ci.lo));
		cJSON_AddItemToArray(ends, number(e->ci.hi));
	}
	cJSON_AddItemToObject(o, ci, ends);
	free(ci);
}

static void
text_estimate(struct buf *b, const char *what, const struct estimate *e)
{
	buf_addf(b, "%-32s ", what);
	if (!isfinite(e->value))
		buf_adds(b, "not defined\n");
	else if (isfinite(e->ci.lo))
		buf_addf(b, "%.3f  (%.3f to %.3f)\n", e->value, e->ci.lo,
		    e->ci.hi);
	else
		buf_addf(b, "%.3f\n", e->value);
}

static cJSON *
kappas_json(const struct scheme *s, const struct estimate *kappa)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t j = 0; j < s->nlabels; j++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "label", s->labels[j].name);
		add_estimate(o, "kappa", &kappa[j]);
	}
	return list;
}

static void
pairs_tell(struct cmd_call *c, const struct scheme *s, const struct agree *g)
{
	cJSON *list = cJSON_CreateArray();

	cmd_reply_item(c, "pairs", list);
	for (size_t i = 0; i < g->a.npairs; i++) {
		const struct agreement_pair *pair = &g->a.pair[i];
		char *a = user_name(c->project, g->uid[pair->a]);
		char *b = user_name(c->project, g->uid[pair->b]);
		char *what = xasprintf("kappa %s, %s (%zu)", a, b,
		    pair->texts);
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "a", a);
		cJSON_AddStringToObject(o, "b", b);
		cJSON_AddItemToObject(o, "n", cjson_int((int64_t)pair->texts));
		add_estimate(o, "percent", &pair->percent);
		add_estimate(o, "kappa", &pair->kappa);
		cJSON_AddItemToObject(o, "labels", kappas_json(s,
		    pair->label));
		text_estimate(&c->text, what, &pair->kappa);
		free(what);
		free(b);
		free(a);
	}
}

static void
labels_tell(struct cmd_call *c, const struct scheme *s, const struct agree *g)
{
	cJSON *list = cJSON_CreateArray();

	cmd_reply_item(c, "labels", list);
	for (size_t j = 0; j < g->a.nlabels; j++) {
		const struct agreement_label *l = &g->a.label[j];
		char *what = xasprintf("alpha of %s", s->labels[j].name);
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "label", s->labels[j].name);
		add_estimate(o, "percent", &l->percent);
		add_estimate(o, "alpha", &l->alpha);
		add_estimate(o, "fleiss", &l->fleiss);
		text_estimate(&c->text, what, &l->alpha);
		free(what);
	}
}

static void
agreement_tell(struct cmd_call *c, const struct scheme *s,
    const struct agree *g)
{
	const struct agreement *a = &g->a;

	cmd_reply_int(c, "n", (int64_t)a->texts);
	cmd_reply_int(c, "annotators", (int64_t)g->nuids);
	add_count(&c->text, a->texts, "text was", "texts were");
	buf_addf(&c->text, " annotated by two or more of %zu people\n",
	    g->nuids);
	add_estimate(c->reply, "percent", &a->percent);
	add_estimate(c->reply, "alpha", &a->alpha);
	add_estimate(c->reply, "fleiss", &a->fleiss);
	cmd_reply_int(c, "fleiss_raters", (int64_t)a->raters);
	cmd_reply_int(c, "fleiss_n", (int64_t)a->fleiss_texts);
	text_estimate(&c->text, "agreement", &a->percent);
	text_estimate(&c->text, "Krippendorff's alpha", &a->alpha);
	if (s->kind == SCHEME_MULTILABEL) {
		add_estimate(c->reply, "alpha_masi", &a->masi);
		text_estimate(&c->text, "  half right is half an error (MASI)",
		    &a->masi);
	}
	text_estimate(&c->text, "Fleiss' kappa", &a->fleiss);
	if (a->fleiss_texts < a->texts)
		buf_addf(&c->text, "  of the %s texts that %s people "
		    "annotated\n", COUNT(a->fleiss_texts), COUNT(a->raters));
	pairs_tell(c, s, g);
	labels_tell(c, s, g);
}

static int
agreement_run(struct cmd_call *c)
{
	unsigned sets = SETS_ALL;
	struct scheme s = { 0 };
	struct agree g;
	int rc;

	sets_of_name(cmd_str(c, "--set"), &sets);
	if (call_scheme(c, &s) < 0)
		return -1;
	rc = agree_measure(c->project, &s, sets, RESAMPLES, c->progress, &g,
	    &c->err);
	if (rc == 0) {
		agreement_tell(c, &s, &g);
		agree_free(&g);
	}
	scheme_free(&s);
	return rc;
}

/* ---- adjudicate ---- */

static void
dispute_tell(struct cmd_call *c, const struct scheme *s,
    const struct dispute *d, cJSON *list)
{
	char *id = doc_id(c->project, d->doc, NULL);
	cJSON *o = cJSON_CreateObject();
	cJSON *all = cJSON_CreateArray();

	cJSON_AddItemToArray(list, o);
	cJSON_AddStringToObject(o, "id", id != NULL ? id : "?");
	cJSON_AddNumberToObject(o, "split", d->split);
	cJSON_AddItemToObject(o, "annotations", all);
	cJSON_AddItemToObject(o, "decision", d->decided ?
	    cjson_labels(s, d->v[d->people].labels, d->v[d->people].n) :
	    cJSON_CreateNull());
	buf_addf(&c->text, "%-16s", id != NULL ? id : "?");
	for (size_t i = 0; i < d->people + d->decided; i++) {
		const struct dispute_label *l = &d->v[i];
		char *who = user_name(c->project, l->uid);

		buf_addf(&c->text, "  %s: ", i < d->people ? who : "decided");
		if (l->n == 0)
			buf_adds(&c->text, "none of these");
		add_labels_text(&c->text, s, l->labels, l->n, "|");
		if (i < d->people) {
			cJSON *one = cJSON_CreateObject();

			cJSON_AddStringToObject(one, "user", who);
			cJSON_AddItemToObject(one, "labels",
			    cjson_labels(s, l->labels, l->n));
			cJSON_AddItemToArray(all, one);
		}
		free(who);
	}
	buf_addc(&c->text, '\n');
	free(id);
}

static int
disputes_run(struct cmd_call *c, const struct scheme *s)
{
	cJSON *list = cJSON_CreateArray();
	unsigned sets = SETS_ALL;
	struct dispute *v;
	size_t n;

	cmd_reply_item(c, "disagreements", list);
	sets_of_name(cmd_str(c, "--set"), &sets);
	if (disputes(c->project, s, sets, !cmd_flag(c, "--all"), &v, &n,
	    &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		dispute_tell(c, s, &v[i], list);
	cmd_reply_int(c, "count", (int64_t)n);
	if (n == 0)
		buf_addf(&c->text, "nobody differs%s\n", cmd_flag(c, "--all") ?
		    "" : " on a text that is not decided");
	disputes_free(v, n);
	return 0;
}

/* Back to what the annotators say. */
static int
decision_clear(struct cmd_call *c, const struct scheme *s, int64_t doc)
{
	struct annot a = { 0 };
	int got = annot_get(c->project, s->id, doc, LAYER_FINAL, &a, &c->err);
	int rc = got;

	if (got == 1 && a.tagged)
		rc = annot_untag(c->project, s->id, doc, WHOSE_FINAL, &c->err);
	else if (got >= 0)
		rc = err_set_status(&c->err, ERR_NAME, "'%s' was not decided",
		    cmd_str(c, "ID"));
	if (got == 1)
		annot_free(&a);
	cmd_reply_item(c, "decision", cJSON_CreateNull());
	buf_addf(&c->text, "%s is open again\n", cmd_str(c, "ID"));
	return rc;
}

static int
decide(struct cmd_call *c, const struct scheme *s, int64_t doc)
{
	struct tag tag = { .scheme = s->id, .doc = doc,
		.comment = cmd_str(c, "--comment"), .whose = WHOSE_FINAL };
	int64_t *ids;
	int rc;

	if (cmd_flag(c, "--clear"))
		return decision_clear(c, s, doc);
	if (call_labels(c, s, "LABELS", &ids, &tag.nlabels) < 0)
		return -1;
	tag.labels = ids;
	rc = annot_tag(c->project, &tag, NULL, &c->err);
	if (rc == 0) {
		cmd_reply_item(c, "decision",
		    cjson_labels(s, ids, tag.nlabels));
		buf_addf(&c->text, "%s is decided: ", cmd_str(c, "ID"));
		if (tag.nlabels == 0)
			buf_adds(&c->text, "none of these");
		add_labels_text(&c->text, s, ids, tag.nlabels, "|");
		buf_addc(&c->text, '\n');
	}
	free(ids);
	return rc;
}

static int
adjudicate_run(struct cmd_call *c)
{
	struct scheme s = { 0 };
	int64_t doc;
	int rc;

	if (call_scheme(c, &s) < 0)
		return -1;
	if (!cmd_given(c, "ID"))
		rc = disputes_run(c, &s);
	else
		rc = call_doc(c, cmd_str(c, "ID"), &doc) < 0 ? -1 :
		    decide(c, &s, doc);
	scheme_free(&s);
	return rc;
}

/* ---- The table ---- */

static const struct cmd_param agreement_params[] = {
	CMD_PARAM_SCHEME,
	CMD_PARAM_SET("all", "of which texts"),
	CMD_PARAM_END,
};
static const struct cmd_param adjudicate_params[] = {
	{ "ID", .ref = REF_DOC, .help = "the text; without it, the texts "
					"whose annotators differ are listed" },
	{ "LABELS", .type = CMD_LIST, .ref = REF_LABEL,
	    .help = "the decision" },
	{ "--none", .type = CMD_FLAG, .help = "none of the labels" },
	{ "--clear", .type = CMD_FLAG, .help = "take the decision back" },
	{ "--comment", .value = "T", .help = "why" },
	{ "--all", .type = CMD_FLAG, .help = "list the decided ones too" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_SET("all", "which texts to list"),
	CMD_PARAM_END,
};

static const struct command cmd_agreement = {
	.name = "agreement", .group = GROUP, .params = agreement_params,
	.help = "How far annotators agree: percent, kappas, alpha, by label",
	.more = "Of the texts that two people or more annotated, with 95 % "
		"bootstrap intervals over texts. Fleiss' kappa needs one "
		"number of annotators: it takes the most frequent. In a "
		"multi-label scheme two annotations agree where all their "
		"labels do; MASI counts half right as half. --json has "
		"the percentage and the kappas of each label too.",
	.needs_project = true, .lane = JOB_QUICK, .run = agreement_run,
};
static const struct command cmd_adjudicate = {
	.name = "adjudicate", .group = GROUP, .params = adjudicate_params,
	.help = "Decide a text whose annotators differ, or list these",
	.more = "The decision is a layer of its own, which exports and "
		"trainings take by default; the annotators' labels stay as "
		"they are. The list begins with the most divided.",
	.needs_project = true, .role = CMD_MANAGER, .run = adjudicate_run,
	.changes = CHANGES_ANNOTATIONS, .reads = true,
};

const struct command *const cmds_agree[] = { &cmd_agreement, &cmd_adjudicate,
	NULL };

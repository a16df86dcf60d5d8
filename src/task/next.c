/*
 * Choosing the next text: one pass over the set, a pick, and why.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/lease.h"
#include "tagtiger/scheme.h"
#include "picker.h"

/* ---- Criteria and picks ---- */

void
next_criteria_copy(struct next_criteria *to, const struct next_criteria *from)
{
	*to = *from;
	to->regex = xstrdup(from->regex);
	to->model = xstrdup(from->model);
}

void
next_criteria_free(struct next_criteria *c)
{
	free(c->regex);
	free(c->model);
	c->regex = c->model = NULL;
}

void
next_pick_free(struct next_pick *p)
{
	free(p->mode);
	free(p->why);
	free(p->reason);
	*p = (struct next_pick){ 0 };
}

/* Bytes of a string in JSON, where each may become \uXXXX. */
static size_t
json_length(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += (unsigned char)*s < 0x20 ? 6 : *s == '"' || *s == '\\' ?
		    2 : 1;
	return n;
}

/* With all its digits: a double would lose some. */
static void
add_id(cJSON *o, const char *key, int64_t id)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%" PRId64, id);
	cJSON_AddRawToObject(o, key, digits);
}

/*
 * What a lease stores of the criteria: JSON that begins with them, so that
 * the same ones are recognised, and ends with the draw. The store keeps a few
 * hundred bytes: a longer pattern stands there by its hash.
 */
static char *
criteria_text(const struct next_criteria *c)
{
	static const char *const filters[] = { "untagged", "tagged", "all" };
	cJSON *o = cJSON_CreateObject();
	char *s, *text;

	cJSON_AddStringToObject(o, "mode", select_mode_name(c->mode));
	cJSON_AddStringToObject(o, "filter", filters[c->filter]);
	if (c->label != 0)
		add_id(o, "label", c->label);
	if (c->regex != NULL && json_length(c->regex) > 160) {
		unsigned char hash[32];
		struct sha256 h;
		char hex[65];

		sha256_init(&h);
		sha256_add(&h, c->regex, strlen(c->regex));
		sha256_end(&h, hash);
		sha256_hex(hash, hex);
		cJSON_AddStringToObject(o, "match_sha256", hex);
	} else if (c->regex != NULL) {
		cJSON_AddStringToObject(o, "match", c->regex);
	}
	if (c->match_case)
		cJSON_AddBoolToObject(o, "case", true);
	if (c->user != NEXT_ANYONE)
		add_id(o, "user", c->user);
	if (c->carries != 0)
		add_id(o, "carries", c->carries);
	if (c->predicted != 0)
		add_id(o, "predicted", c->predicted);
	if (c->wrong)
		cJSON_AddBoolToObject(o, "wrong", true);
	if (c->comment)
		cJSON_AddBoolToObject(o, "comment", true);
	if (c->flag)
		cJSON_AddBoolToObject(o, "flag", true);
	if (c->model != NULL && strlen(c->model) <= 64)
		cJSON_AddStringToObject(o, "model", c->model);
	s = cJSON_PrintUnformatted(o);
	if (s == NULL)
		fatal("no memory for the criteria");
	s[strlen(s) - 1] = '\0'; /* the brace: the draw follows */
	text = xstrdup(s);
	cJSON_free(s);
	cJSON_Delete(o);
	return text;
}

static bool
same_criteria(const struct lease *lease, const struct next_criteria *c)
{
	char *text = criteria_text(c);
	size_t len = strlen(text);
	bool same = strncmp(lease->pick.criteria, text, len) == 0 &&
	    strncmp(lease->pick.criteria + len, ",\"seed\":", 8) == 0;

	free(text);
	return same;
}

/* ---- Choosing ---- */

struct draw {
	struct picker *picker;
	const struct next_criteria *c;
	struct next_counts counts;
	int64_t proposed; /* the last text that this draw proposed */
	bool fresh;	  /* the account asked for another text */
	bool passed;
};

static void
add_age(struct buf *b, int64_t then)
{
	int64_t now = (int64_t)time(NULL), s = now - then / 1000;

	if (s < 60)
		buf_adds(b, "just trained");
	else if (s < 90 * 60)
		buf_addf(b, "%" PRId64 " min old", s / 60);
	else if (s < 36 * 3600)
		buf_addf(b, "%" PRId64 " h old", (s + 1800) / 3600);
	else
		buf_addf(b, "%" PRId64 " days old", (s + 43200) / 86400);
}

static void
add_label(struct buf *b, struct project *project, int64_t scheme, int64_t id)
{
	struct scheme s;
	const struct label *l;

	if (scheme_get(project, scheme, &s, NULL) < 0)
		return;
	l = label_by_id(&s, id);
	if (l != NULL)
		buf_addf(b, " %s", l->name);
	scheme_free(&s);
}

static void
say_why(struct project *project, const struct draw *d,
    const struct selected *got, struct buf *b)
{
	const struct next_criteria *c = d->c;
	const struct scores *s = &d->picker->scores;
	size_t k = c->label != 0 || s->multilabel ? 2 : s->k;
	int64_t label = c->label;

	switch (got->how) {
	case PICK_NONE:
		return;
	case PICK_ORDER:
		buf_addf(b, "in file order: first of %s", COUNT(got->eligible));
		return;
	case PICK_CHANCE:
		buf_addf(b, "random: 1 of %s", COUNT(got->eligible));
		return;
	case PICK_AUDIT:
		buf_addf(b, "random, mixed in: 1 of %s", COUNT(got->eligible));
		return;
	case PICK_UNSCORED:
		buf_addf(b, "not predicted yet: 1 of %s at random",
		    COUNT(got->eligible));
		break;
	case PICK_SCORE:
		buf_adds(b, c->mode == SELECT_ACTIVE ? "most uncertain" :
						       "most probable");
		if (c->mode == SELECT_MAXPROB && label == 0 && got->label >= 0)
			label = s->labels[got->label];
		if (label != 0)
			add_label(b, project, c->scheme, label);
		if (c->mode == SELECT_ACTIVE)
			buf_addf(b, ": entropy %.2f of %.2f nats", got->score,
			    log((double)k));
		else
			buf_addf(b, ": probability %.2f", got->score);
		break;
	}
	buf_addf(b, "; model %s, ", s->name);
	add_age(b, s->time);
}

static int
choose(struct draw *d, struct selected *got, struct err *err)
{
	struct picker *p = d->picker;
	struct scores *s = &p->scores;
	const struct next_criteria *c = d->c;
	bool scored = c->mode == SELECT_ACTIVE || c->mode == SELECT_MAXPROB;
	bool second = p->nwaits > 0;
	struct candidates all = { .n = p->n,
		.eligible = second ? p->waits : p->fits };
	struct select_opts opts = { .mode = c->mode, .label = -1,
		.seed = p->seed, .draw = ++p->draw,
		.audit = c->audit };

	if (!scored)
		return select_next(got, &all, &opts, err);
	all.prob = s->prob;
	all.k = s->k;
	all.multilabel = s->multilabel;
	if (c->label != 0)
		opts.label = scores_label(s, c->label);
	if (second) /* few, and gone when they are tagged */
		return select_next(got, &all, &opts, err);
	if (s->order != NULL && (s->order_mode != c->mode ||
	    s->order_label != opts.label)) {
		select_order_free(s->order);
		s->order = NULL;
	}
	if (s->order == NULL) {
		s->order = select_order_new(&all, &opts, err);
		if (s->order == NULL)
			return -1;
		s->order_mode = c->mode;
		s->order_label = opts.label;
	}
	return select_order_next(s->order, p->fits, d->counts.fits - d->counts.second, opts.draw,
	    c->audit, got, err);
}

/* Called by the store inside the transaction that leases. */
static int
draw_pick(struct project *project, void *arg, int64_t rejected,
    struct pick *out, struct err *err)
{
	struct draw *d = arg;
	struct picker *p = d->picker;
	size_t row = SIZE_MAX;
	struct selected got;
	struct buf why = BUF_INIT;
	char *criteria;

	*out = (struct pick){ .probability = NAN, .score = NAN };
	if (!d->passed) {
		if (picker_prepare(p, project, d->c, err) < 0 ||
		    picker_pass(p, project, d->c, &d->counts, err) < 0)
			return -1;
		d->passed = true;
	}
	if (rejected != 0)
		row = picker_row(p, rejected);
	/* What was let go of is not drawn at once again, unless it is the
	 * only one or the question is another; what somebody else holds is
	 * not drawn at all. */
	if (row != SIZE_MAX && (p->fits[row] | p->waits[row]) &&
	    (rejected == d->proposed ||
	    (d->fresh && d->counts.fits > 1))) {
		d->counts.second -= p->waits[row];
		picker_aside(p, row);
		d->counts.fits--;
		d->counts.held += rejected == d->proposed;
	}
	if (choose(d, &got, err) < 0)
		return -1;
	if (got.how == PICK_NONE)
		return 0;
	if (p->waits[got.index])
		buf_adds(&why, "second opinion; ");
	say_why(project, d, &got, &why);
	out->doc = d->proposed = p->rows[got.index];
	out->probability = got.inclusion;
	out->score = got.score;
	out->model = got.how == PICK_SCORE ? p->scores.id : 0;
	snprintf(out->mode, sizeof out->mode, "%s",
	    select_mode_name(d->c->mode));
	snprintf(out->why, sizeof out->why, "%s", buf_str(&why));
	criteria = criteria_text(d->c);
	snprintf(out->criteria, sizeof out->criteria,
	    "%s,\"seed\":%" PRIu64 ",\"draw\":%" PRIu64 "}", criteria,
	    p->seed, p->draw);
	free(criteria);
	buf_free(&why);
	return 0;
}

/* ---- What is left ---- */

static void
say_part(struct buf *b, size_t n, const char *what)
{
	if (n > 0)
		buf_addf(b, "%s%s %s", b->len > 0 ? ", " : "", COUNT(n), what);
}

/* Why there is nothing, and each way on. */
static char *
say_reason(const struct next_criteria *c, const struct next_counts *n)
{
	struct buf b = BUF_INIT, parts = BUF_INIT;

	if (n->total == 0) {
		buf_addf(&b, "%s has no texts: 'draw %s N' takes some from "
		    "the rest", set_name(c->set), set_name(c->set));
		return buf_take(&b);
	}
	say_part(&parts, n->tagged, "tagged");
	say_part(&parts, n->untagged, "not tagged");
	say_part(&parts, n->skipped, "skipped in this session");
	say_part(&parts, n->seen, "seen in this session");
	say_part(&parts, n->held, "held by others");
	say_part(&parts, n->filtered, "filtered out");
	if (n->tagged == n->total)
		buf_addf(&b, "all %s texts of %s are tagged", COUNT(n->total),
		    set_name(c->set));
	else
		buf_addf(&b, "nothing is left of the %s texts of %s: %s",
		    COUNT(n->total), set_name(c->set), buf_str(&parts));
	buf_clear(&parts);
	if (n->skipped + n->seen > 0)
		buf_adds(&parts, "'session clear' shows seen texts again");
	if (n->filtered > 0)
		buf_addf(&parts, "%sfewer filters", parts.len > 0 ? ", " : "");
	if (n->tagged > 0)
		buf_addf(&parts, "%s'--filter all' shows tagged ones, 'draw "
		    "%s N' takes more from the rest",
		    parts.len > 0 ? ", " : "", set_name(c->set));
	if (parts.len > 0)
		buf_addf(&b, "; %s", buf_str(&parts));
	buf_free(&parts);
	return buf_take(&b);
}

static void
pick_tell(const struct draw *d, const struct lease *lease,
    struct next_pick *out)
{
	*out = (struct next_pick){ .doc = lease->pick.doc, .set = d->c->set,
		.scheme = d->c->scheme, .again = lease->again,
		.inclusion = lease->pick.probability, .counts = d->counts };
	if (out->doc == 0)
		out->reason = say_reason(d->c, &d->counts);
	out->mode = xstrdup(lease->pick.mode);
	out->why = xstrdup(lease->pick.why);
}

/* ---- Doors ---- */

int
next_draw(struct picker *p, struct project *project,
    const struct next_criteria *c, bool fresh, struct next_pick *pick,
    struct err *err)
{
	struct draw d = { .picker = p, .c = c, .fresh = fresh };
	struct lease lease;
	int open;

	*pick = (struct next_pick){ 0 };
	open = lease_open(project, c->scheme, c->set, &lease, err);
	if (open < 0)
		return -1;
	if (open == 0 || fresh || !same_criteria(&lease, c)) {
		if (picker_prepare(p, project, c, err) < 0)
			return -1;
		fresh = true;
	}
	if (lease_take(project, c->scheme, c->set, fresh, draw_pick, &d,
	    &lease, err) < 0) {
		next_forget(p);
		return -1;
	}
	pick_tell(&d, &lease, pick);
	return 0;
}

static int
act(struct picker *p, struct project *project, const struct tag *tag,
    int64_t scheme, int64_t doc, const struct next_criteria *c,
    struct next_pick *pick, struct err *err)
{
	struct draw d = { .picker = p, .c = c };
	struct next next = { 0 }, *then = NULL;
	int rc;

	if (c != NULL) {
		*pick = (struct next_pick){ 0 };
		if (picker_prepare(p, project, c, err) < 0)
			return -1;
		next = (struct next){ .set = c->set, .pick = draw_pick,
			.arg = &d };
		then = &next;
	}
	rc = tag != NULL ? annot_tag(project, tag, then, err) :
			   annot_skip(project, scheme, doc, then, err);
	if (rc < 0) {
		/* The picker has followed what is rolled back. */
		next_forget(p);
		return -1;
	}
	if (c != NULL)
		pick_tell(&d, &next.lease, pick);
	return 0;
}

int
next_tag(struct picker *p, struct project *project, const struct tag *tag,
    const struct next_criteria *c, struct next_pick *pick, struct err *err)
{
	return act(p, project, tag, tag->scheme, tag->doc, c, pick, err);
}

int
next_skip(struct picker *p, struct project *project, int64_t scheme,
    int64_t doc, const struct next_criteria *c, struct next_pick *pick,
    struct err *err)
{
	return act(p, project, NULL, scheme, doc, c, pick, err);
}

int
next_ready(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	struct draw d = { .picker = p, .c = c };
	uint64_t draw = p->draw;
	struct selected got;
	int rc;

	if (picker_prepare(p, project, c, err) < 0 ||
	    picker_pass(p, project, c, &d.counts, err) < 0)
		return -1;
	rc = choose(&d, &got, err);
	p->draw = draw; /* nothing was drawn */
	return rc;
}

int
next_count(struct picker *p, struct project *project,
    const struct next_criteria *c, struct next_counts *out, struct err *err)
{
	if (picker_prepare(p, project, c, err) < 0)
		return -1;
	return picker_pass(p, project, c, out, err);
}

static double
row_entropy(const float *row, size_t k, bool multilabel)
{
	double h = 0;

	for (size_t j = 0; j < k; j++) {
		double v = (double)row[j];

		if (v > 0)
			h -= v * log(v);
		if (multilabel && v < 1)
			h -= (1 - v) * log1p(-v);
	}
	return multilabel ? h / (double)k : h;
}

int
next_predict(struct picker *p, struct project *project,
    const struct next_criteria *c, int64_t doc, struct next_prediction *out,
    struct err *err)
{
	struct scores *s = &p->scores;
	const float *row;
	size_t best = 0;
	int rc;

	*out = (struct next_prediction){ 0 };
	if (c->set == SET_TEST || c->set == SET_REST)
		return 0;
	/* Without the other texts of the set: a start in Tag needs none. */
	rc = picker_scores(p, project, c, err);
	row = rc == 1 ? scores_of(s, doc) : NULL;
	if (rc < 0 || row == NULL)
		return rc < 0 ? -1 : 0;
	for (size_t j = 1; j < s->k; j++)
		if (row[j] > row[best])
			best = j;
	*out = (struct next_prediction){ .k = s->k, .labels = s->labels,
		.prob = row, .best = s->labels[best], .model = s->name,
		.probability = (double)row[best], .time = s->time,
		.multilabel = s->multilabel,
		.entropy = row_entropy(row, s->k, s->multilabel) };
	return 0;
}

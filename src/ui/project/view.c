/*
 * Project, overview: where one is, and what to do next; Enter does it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/base.h"
#include "tagtiger/current.h"
#include "tagtiger/feature.h"
#include "tagtiger/history.h"
#include "tagtiger/model.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"

#include "../priv.h"

#define ENOUGH 50 /* texts of a label that a model can learn from */
#define CREW_MAX 200000
#define START 200 /* texts to tag at random before anything else */

enum step {
	STEP_LABELS,
	STEP_TAG,
	STEP_FEATURE,
	STEP_QUICK,
	STEP_MORE,
	STEP_TUNE,
	STEP_TEST,
	STEP_SCORE,
	STEP_PREDICT,
	STEP_EXPORT,
	STEPS,
};

struct overview {
	struct scheme *schemes;
	size_t nschemes, at; /* the current one */
	uint64_t *tagged;    /* (nschemes) of train */
	int64_t sets[SET_COUNT];
	bool counted, insist; /* else the labels are being counted */
	struct annot_counts counts;
	int64_t test_tagged, valid_tagged;
	struct annot_by *by;
	char **names;
	size_t nby;
	struct feature *features;
	size_t nfeatures;
	struct model *models;
	size_t nmodels;
	struct project_size size;
	struct event *news;
	size_t nnews;
	bool scored, predicted;
	bool has_base;
	struct err err;
};

struct project_state {
	struct overview o;
	struct crew crew;
	bool ready, compared; /* the overview; the crew */
	bool ahead; /* the labels are or were counted beside */
};

/* ---- reading ---- */

static void
overview_free(struct overview *o)
{
	scheme_list_free(o->schemes, o->nschemes);
	annot_counts_free(&o->counts);
	for (size_t i = 0; o->names != NULL && i < o->nby; i++)
		free(o->names[i]);
	free(o->names);
	free(o->by);
	free(o->tagged);
	feature_list_free(o->features, o->nfeatures);
	model_list_free(o->models, o->nmodels);
	history_page_free(o->news, o->nnews);
	memset(o, 0, sizeof *o);
}

static void
overview_drop(void *data)
{
	overview_free(data);
	free(data);
}

static int
count_set(struct project *p, int64_t scheme, enum set set, int64_t *tagged,
    struct err *err)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = SET_BIT(set) };
	struct annot_counts c = { 0 };

	if (annot_count(p, &q, &c, err) < 0)
		return -1;
	*tagged = (int64_t)c.tagged;
	annot_counts_free(&c);
	return 0;
}

static int
read_counts(struct project *p, struct overview *o)
{
	struct scheme current = { 0 };
	struct annot_query q = { .choice = CHOICE_ALL,
		.sets = SET_BIT(SET_TRAIN) };
	int64_t n;

	if (scheme_list(p, &o->schemes, &o->nschemes, &o->err) < 0 ||
	    current_scheme(p, &current, &o->err) < 0)
		return -1;
	o->tagged = xcalloc(o->nschemes + 1, sizeof *o->tagged);
	o->counted = true;
	for (size_t i = 0; i < o->nschemes; i++) {
		if (o->schemes[i].id == current.id)
			o->at = i;
		o->counted = o->counted && (o->insist ||
		    annot_counted(p, o->schemes[i].id));
	}
	if (!o->counted) {
		scheme_free(&current);
		return 0;
	}
	for (size_t i = 0; i < o->nschemes; i++) {
		if (count_set(p, o->schemes[i].id, SET_TRAIN, &n,
		    &o->err) < 0)
			goto bad;
		o->tagged[i] = (uint64_t)n;
	}
	q.scheme = current.id;
	if (annot_count(p, &q, &o->counts, &o->err) < 0 ||
	    count_set(p, current.id, SET_TEST, &o->test_tagged, &o->err) < 0 ||
	    count_set(p, current.id, SET_VALID, &o->valid_tagged,
	    &o->err) < 0 ||
	    annot_by(p, current.id, SET_BIT(SET_TRAIN), &o->by, &o->nby,
	    &o->err) < 0)
		goto bad;
	o->names = xcalloc(o->nby + 1, sizeof *o->names);
	for (size_t i = 0; i < o->nby; i++)
		o->names[i] = o->by[i].uid == LAYER_FINAL ?
		    xstrdup("adjudicated") : user_name(p, o->by[i].uid);
	scheme_free(&current);
	return 0;
bad:
	scheme_free(&current);
	return -1;
}

static void
read_models(struct project *p, struct overview *o)
{
	for (size_t i = 0; i < o->nmodels; i++) {
		struct score *scores = NULL;
		struct prediction *pr = NULL;
		size_t n = 0;

		if (score_list(p, o->models[i].id, &scores, &n, NULL) == 0)
			for (size_t k = 0; k < n; k++)
				o->scored |= strcmp(scores[k].set,
				    "test") == 0;
		score_list_free(scores, n);
		n = 0;
		if (prediction_list(p, o->models[i].id, &pr, &n, NULL) == 0)
			for (size_t k = 0; k < n; k++)
				o->predicted |= strcmp(pr[k].set, "all") == 0;
		prediction_list_free(pr, n);
	}
}

static int
overview_fetch(struct fetch *f)
{
	struct overview *o = f->data;
	struct project *p = ui.project;
	struct history_filter all = HISTORY_ALL;
	struct history_place newest_first = { 0, 0 };
	char *base;

	if (doc_count(p, o->sets, &o->err) < 0 || read_counts(p, o) < 0 ||
	    feature_list(p, &o->features, &o->nfeatures, &o->err) < 0 ||
	    model_list(p, 0, NULL, &o->models, &o->nmodels, &o->err) < 0 ||
	    history_page(p, &all, &newest_first, 12, &o->news, &o->nnews,
	    &o->err) < 0)
		return -1;
	read_models(p, o);
	project_size(p, &o->size, NULL);
	base = base_find(NULL, NULL, NULL);
	o->has_base = base != NULL;
	free(base);
	return 0;
}

static void
crew_done(struct view *v, struct crew *c)
{
	struct project_state *s = v->state;

	crew_take(&s->crew, c);
	s->compared = true;
}

static void
overview_done(struct view *v, struct fetch *f)
{
	struct project_state *s = v->state;
	struct overview *o = f->data, old;

	if (f->job.result < 0) {
		ui_error(&o->err);
		return;
	}
	old = s->o;
	s->o = *o;
	*o = old;
	s->ready = true;
	if (!s->o.counted && !s->ahead) {
		s->ahead = true;
		ahead_start(v, 0, SET_TRAIN);
	}
	/* of a million annotations People tells, when it is asked */
	if (s->o.counted && s->o.counts.tagged <= CREW_MAX)
		crew_ask(v, crew_done);
}

static void
project_reload(struct view *v, bool soft)
{
	struct project_state *s = v->state;
	struct overview *o = xcalloc(1, sizeof *o);

	o->insist = soft && s->ahead;
	fetch_start(v, fetch_new(overview_fetch, overview_done, overview_drop,
	    o));
}

static void
project_close_view(struct view *v)
{
	struct project_state *s = v->state;

	overview_free(&s->o);
	crew_free(&s->crew);
}

/* ---- the next step ---- */

static const struct model *
newest(const struct overview *o, const char *kind)
{
	for (size_t i = o->nmodels; i-- > 0;)
		if (strcmp(o->models[i].kind, kind) == 0 &&
		    strcmp(o->models[i].state, "ready") == 0)
			return &o->models[i];
	return NULL;
}

/* The label with the fewest texts; -1 where all have enough. */
static int
rarest(const struct overview *o)
{
	int at = -1;

	for (size_t i = 0; i < o->counts.nlabels; i++)
		if (o->counts.count[i] < ENOUGH &&
		    (at < 0 || o->counts.count[i] < o->counts.count[at]))
			at = (int)i;
	return at;
}

static bool
step_done(const struct overview *o, enum step step)
{
	uint64_t tagged = o->counts.tagged;
	int64_t train = o->sets[SET_TRAIN];

	switch (step) {
	case STEP_LABELS: return o->schemes[o->at].nlabels >= 2;
	case STEP_TAG:
		return tagged >= START || (int64_t)tagged >= train;
	case STEP_FEATURE: return o->nfeatures > 0;
	case STEP_QUICK: return newest(o, "quick") != NULL;
	case STEP_MORE:
		return rarest(o) < 0 || (int64_t)tagged >= train ||
		    newest(o, "bert") != NULL;
	case STEP_TUNE: return newest(o, "bert") != NULL;
	case STEP_TEST:
		return o->sets[SET_TEST] == 0 ||
		    o->test_tagged >= o->sets[SET_TEST];
	case STEP_SCORE: return o->sets[SET_TEST] == 0 || o->scored;
	case STEP_PREDICT: return o->predicted;
	case STEP_EXPORT:
	case STEPS: return false;
	}
	return false;
}

/* Some are not for everybody. */
static bool
step_mine(enum step step)
{
	static const char *const commands[STEPS] = {
		[STEP_LABELS] = "label add",
		[STEP_FEATURE] = "feature add",
		[STEP_QUICK] = "quick train",
		[STEP_TUNE] = "bert train",
		[STEP_PREDICT] = "predict",
		[STEP_EXPORT] = "export annotations",
	};

	return commands[step] == NULL || may(cmd_find(commands[step]), NULL);
}

/* Without labels everybody waits; past other people's steps one tags on. */
static enum step
step_next(const struct overview *o)
{
	for (int i = 0; i < STEPS; i++)
		if (!step_done(o, (enum step)i) &&
		    (i == STEP_LABELS || step_mine((enum step)i)))
			return (enum step)i;
	return step_mine(STEP_EXPORT) ? STEP_EXPORT : STEP_MORE;
}

static void
step_words(const struct overview *o, enum step step, struct buf *out)
{
	int rare;

	switch (step) {
	case STEP_LABELS:
		buf_adds(out, step_mine(step) ? "add the labels that texts "
		    "are tagged with" : "wait until a manager has added the "
		    "labels");
		break;
	case STEP_TAG:
		buf_addf(out, "tag a couple of hundred texts drawn at random: "
		    "%s so far", COUNT(o->counts.tagged));
		break;
	case STEP_FEATURE:
		buf_addf(out, "make a feature, %s, for models to learn from",
		    o->has_base ? "sbert" : "tfidf");
		break;
	case STEP_QUICK:
		buf_adds(out, "train a quick model");
		break;
	case STEP_MORE:
		rare = rarest(o);
		buf_adds(out, "tag on, active and random in turn");
		if (rare >= 0)
			buf_addf(out, "; %s needs %llu more",
			    o->schemes[o->at].labels[rare].name,
			    (unsigned long long)(ENOUGH -
			    o->counts.count[rare]));
		break;
	case STEP_TUNE: buf_adds(out, "fine-tune a BERT"); break;
	case STEP_TEST:
		buf_addf(out, "tag the test set, blind: %s of %s",
		    COUNT(o->test_tagged), COUNT(o->sets[SET_TEST]));
		break;
	case STEP_SCORE: buf_adds(out, "score it on the test set"); break;
	case STEP_PREDICT: buf_adds(out, "predict all texts"); break;
	case STEP_EXPORT:
	case STEPS: buf_adds(out, "export"); break;
	}
}

static void
feature_start(struct view *v, const struct overview *o)
{
	struct cmd_call *c = call_words((const char *[]){ "feature", "add",
		o->has_base ? "sbert" : "tfidf", NULL });

	if (c != NULL)
		run_call(v, c, NULL);
}

static void
predict_start(struct view *v, const struct overview *o)
{
	const struct model *m = newest(o, "bert");
	struct cmd_call *c;

	if (m == NULL)
		m = newest(o, "quick");
	if (m == NULL)
		return;
	c = call_words((const char *[]){ "predict", m->name, NULL });
	if (c != NULL)
		run_call(v, c, NULL);
}

static void
step_do(struct view *v, const struct overview *o)
{
	switch (step_next(o)) {
	case STEP_LABELS: view_show("labels"); break;
	case STEP_TAG:
	case STEP_MORE: view_show("tag"); break;
	case STEP_FEATURE: feature_start(v, o); break;
	case STEP_QUICK: view_show("quick"); break;
	case STEP_TUNE: view_show("bert"); break;
	case STEP_TEST:
		if (view_show("tag"))
			run_line(view_top(), "mode");
		ui_message(MSG_NOTE, "set: test, then Enter");
		break;
	case STEP_SCORE: view_show("scores"); break;
	case STEP_PREDICT: predict_start(v, o); break;
	case STEP_EXPORT:
	case STEPS: view_show("export"); break;
	}
}

/* ---- drawing ---- */

#define WIDE 110 /* columns from which on the work stands beside the counts */

static int
left_width(int w)
{
	return w >= WIDE ? 84 : 49;
}

/* left: the width of the last column. */
static void
set_row(int y, const char *name, int64_t n, int64_t tagged, bool is_tagged,
    int left)
{
	const char *none = is_tagged ? "…" : "–";
	char s[32];

	is_tagged = is_tagged && tagged >= 0;

	scr_put(y, 1, 11, ST_TEXT, name);
	count_text(n, s);
	scr_right(y, 12, count_width(n, 9), ST_TEXT, s);
	count_text(tagged, s);
	scr_right(y, 25, 13, is_tagged ? ST_STRONG : ST_TEXT,
	    is_tagged ? s : none);
	count_text(n - tagged, s);
	scr_right(y, 38, left, ST_TEXT, is_tagged ? s : none);
}

static int
sets_draw(const struct overview *o, int y)
{
	const struct scheme *sc = &o->schemes[o->at];
	int left = 8;

	for (int i = 0; i < SET_COUNT; i++)
		left = count_width(o->sets[i], left - 1) + 1;
	scr_cut(y, 1, 28, ST_STRONG, sc->name);
	scr_put(y, 2 + glyph_width(sc->name, strlen(sc->name)), 16, ST_TEXT,
	    sc->kind == SCHEME_MULTILABEL ? "· multi-label" : "· multi-class");
	scr_right(y, 30, 8, ST_TEXT, "tagged");
	scr_right(y++, 38, left, ST_TEXT, "left");
	set_row(y++, "train", o->sets[SET_TRAIN], o->counted ?
	    (int64_t)o->counts.tagged : -1, true, left);
	if (o->sets[SET_VALID] > 0)
		set_row(y++, "validation", o->sets[SET_VALID], o->counted ?
		    o->valid_tagged : -1, true, left);
	if (o->sets[SET_TEST] > 0)
		set_row(y++, "test", o->sets[SET_TEST], o->counted ?
		    o->test_tagged : -1, true, left);
	if (o->sets[SET_REST] > 0)
		set_row(y++, "rest", o->sets[SET_REST], 0, false, left);
	return y;
}

static void
size_text(int64_t bytes, char out[32])
{
	if (bytes < 1 << 20)
		snprintf(out, 32, "%lld kB", (long long)(bytes + 1023) / 1024);
	else if (bytes < (int64_t)10 << 30)
		snprintf(out, 32, "%lld MB", (long long)(bytes >> 20));
	else
		snprintf(out, 32, "%lld GB", (long long)(bytes >> 30));
}

static void
models_lines(const struct overview *o, int *y, int x, int w)
{
	const struct model *quick = newest(o, "quick");
	const struct model *bert = newest(o, "bert");
	cJSON *metrics = quick != NULL ? cJSON_Parse(quick->metrics) : NULL;
	double f1 = reply_num(reply_item(metrics, "cv"), "f1_macro", NAN);
	char size[32];

	scr_put((*y), x, 10, ST_TEXT, "feature");
	scr_cut((*y)++, x + 11, w - 11, ST_TEXT, o->nfeatures > 0 ?
	    o->features[o->nfeatures - 1].name : "none yet");
	scr_put(*y, x, 10, ST_TEXT, "quick");
	if (quick == NULL)
		scr_put((*y)++, x + 11, w - 11, ST_TEXT, "none yet");
	else if (!isnan(f1))
		scr_putf((*y)++, x + 11, w - 11, ST_TEXT,
		    "%s, CV F1 %.2f", quick->name, f1);
	else
		scr_cut((*y)++, x + 11, w - 11, ST_TEXT, quick->name);
	scr_put(*y, x, 10, ST_TEXT, "bert");
	scr_cut((*y)++, x + 11, w - 11, ST_TEXT, bert != NULL ? bert->name :
	    "none yet");
	size_text(o->size.file + o->size.folder, size);
	scr_put(*y, x, 10, ST_TEXT, "disk");
	scr_put((*y)++, x + 11, w - 11, ST_TEXT, size);
	cJSON_Delete(metrics);
}

/* Names and texts, then agreement and pace where they are known. */
static int
people_lines(const struct project_state *s, int y, int x, int w)
{
	const struct overview *o = &s->o;
	struct buf b = BUF_INIT;
	struct pace week = { 0 }, today = { 0 };
	char n[32];

	for (size_t i = 0; i < o->nby; i++) {
		count_text((long long)o->by[i].tagged, n);
		buf_addf(&b, "%s%s %s", i > 0 ? "  " : "", o->names[i], n);
	}
	scr_put(y, x, 10, ST_TEXT, "people");
	scr_cut(y++, x + 11, w - 11, ST_TEXT, b.len > 0 ? b.data :
	    o->counted ? "–" : "…");
	buf_clear(&b);
	for (size_t i = 0; s->compared && i < s->crew.n; i++) {
		week.tags += s->crew.v[i].week.tags;
		week.hours += s->crew.v[i].week.hours;
		today.tags += s->crew.v[i].today.tags;
		today.hours += s->crew.v[i].today.hours;
	}
	if (s->compared && s->crew.overlap > 0) {
		if (!isnan(s->crew.alpha))
			buf_addf(&b, "alpha %.2f, ", s->crew.alpha);
		buf_addf(&b, "%.0f %% alike on %s", 100.0 *
		    (double)s->crew.same / (double)s->crew.overlap,
		    COUNT(s->crew.overlap));
		scr_put(y, x, 10, ST_TEXT, "agree");
		scr_cut(y++, x + 11, w - 11, ST_TEXT, buf_str(&b));
	}
	if (!isnan(pace_rate(&week))) {
		scr_put(y, x, 10, ST_TEXT, "pace");
		buf_clear(&b);
		count_text(llround(pace_rate(&week)), n);
		buf_addf(&b, "%s an hour", n);
		if (!isnan(pace_rate(&today))) {
			count_text(llround(pace_rate(&today)), n);
			buf_addf(&b, ", today %s", n);
		}
		scr_cut(y++, x + 11, w - 11, ST_TEXT, buf_str(&b));
	}
	buf_free(&b);
	return y;
}

static int
side_draw(const struct project_state *s, int y, int x, int w)
{
	const struct overview *o = &s->o;
	int width = 8;
	char n[32];

	for (size_t i = 0; o->counted && i < o->nschemes && i < 3; i++)
		width = count_width((int64_t)o->tagged[i], width);
	for (size_t i = 0; i < o->nschemes && i < 3; i++) {
		if (o->counted)
			count_text((long long)o->tagged[i], n);
		else
			snprintf(n, sizeof n, "…");
		scr_put(y, x, 9, ST_TEXT, i == 0 ? "scheme" : "");
		scr_put(y, x + 9, 1, ST_ACCENT, i == o->at ? "▸" : " ");
		scr_cut(y, x + 11, w - 12 - width, ST_TEXT,
		    o->schemes[i].name);
		scr_right(y++, x + w - width, width, ST_TEXT, n);
	}
	if (o->nschemes > 3)
		scr_putf(y++, x + 11, w - 11, ST_TEXT, "%zu more",
		    o->nschemes - 3);
	y = people_lines(s, y, x, w);
	models_lines(o, &y, x, w);
	return y;
}

static void
label_draw(const struct overview *o, size_t i, uint64_t most, int y, int w)
{
	const struct label *l = &o->schemes[o->at].labels[i];
	int name = w >= WIDE ? 26 : 12, bar = w >= WIDE ? 32 : 11;
	int number = count_width((int64_t)most, 6);
	uint64_t k = o->counts.count[i];
	int x = 1 + name;
	char n[32];

	scr_cut(y, 1, name, ST_TEXT, l->name);
	count_text((long long)k, n);
	scr_right(y, x, number, ST_TEXT, n);
	bar -= number - 6;
	x += number - 6;
	scr_bar(y, x + 7, bar, style_of_label(l, i), (double)k / (double)most);
	x += 8 + bar;
	if (o->counts.tagged > 0)
		scr_rightf(y, x, 5, ST_TEXT, "%.0f %%", 100.0 * (double)k /
		    (double)o->counts.tagged);
	if (k < ENOUGH)
		scr_putf(y, x + 6, 11, ST_WARN, "! %llu of %d",
		    (unsigned long long)k, ENOUGH);
}

static void
labels_draw(const struct overview *o, int y, int end, int w)
{
	uint64_t most = 1;
	size_t n = o->counts.nlabels;

	if (n == 0 && y < end && o->counted)
		scr_cut(y, 1, left_width(w), ST_TEXT,
		    step_mine(STEP_LABELS) ? "no labels yet: 2, then a, adds "
		    "them" : "no labels yet");
	for (size_t i = 0; i < n; i++)
		if (o->counts.count[i] > most)
			most = o->counts.count[i];
	for (size_t i = 0; i < n && y < end; i++, y++) {
		if (y == end - 1 && i + 1 < n) {
			scr_putf(y, 1, 40, ST_TEXT, "%zu more: 2 shows all",
			    n - i);
			return;
		}
		label_draw(o, i, most, y, w);
	}
}

static const char *const step_names[STEPS] = { "labels", "tagged", "feature",
	"quick model", "every label", "fine-tuned", "test set", "scored",
	"predicted", "export" };

static void
steps_draw(const struct overview *o, int y, int w)
{
	enum step next = step_next(o);
	struct buf b = BUF_INIT;

	if (!o->counted) {
		scr_put(y + 1, 1, w - 2, ST_TEXT, "counting the labels …");
		return;
	}
	for (int i = 0; i < (int)next; i++)
		if (step_done(o, (enum step)i))
			buf_addf(&b, "%s ✓  ", step_names[i]);
	if (b.len > 0) {
		scr_put(y, 1, 6, ST_TEXT, "done");
		scr_cut(y++, 7, w - 8, ST_TEXT, buf_str(&b));
	}
	buf_clear(&b);
	step_words(o, next, &b);
	scr_put(y, 1, 6, ST_TEXT, "next");
	scr_put(y, 7, 2, ST_ACCENT, "▸");
	scr_cursor(y, 7);
	scr_cut(y++, 9, w - 10, ST_STRONG, buf_str(&b));
	buf_clear(&b);
	for (int i = (int)next + 1; i < STEPS; i++)
		if (!step_done(o, (enum step)i) && step_mine((enum step)i))
			buf_addf(&b, "%s%s", b.len > 0 ? " · " : "",
			    step_names[i]);
	if (b.len > 0) {
		scr_put(y, 1, 6, ST_TEXT, "then");
		scr_cut(y, 7, w - 8, ST_TEXT, buf_str(&b));
	}
	buf_free(&b);
}

/* Where there is room: the whole way, a line a step. */
static void
way_draw(const struct overview *o, int y, int end, int x, int w)
{
	enum step next = o->counted ? step_next(o) : STEPS;
	struct buf b = BUF_INIT;

	if (!o->counted)
		scr_put(y, x, w, ST_TEXT, "counting the labels …");
	for (int i = 0; o->counted && i < STEPS && y < end; i++, y++) {
		bool here = i == (int)next, done = step_done(o, (enum step)i);

		buf_clear(&b);
		step_words(o, (enum step)i, &b);
		if (!here && !step_mine((enum step)i))
			buf_adds(&b, " · for managers");
		scr_put(y, x, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(y, x + 2, 1, ST_STRONG, done ? "✓" : " ");
		scr_cut(y, x + 4, w - 4, here ? ST_STRONG : ST_TEXT, done ?
		    step_names[i] : buf_str(&b));
		if (here)
			scr_cursor(y, x);
	}
	buf_free(&b);
}

static void
news_draw(const struct overview *o, int y, int end, int x, int w)
{
	char clock[32];

	for (size_t i = 0; i < o->nnews && y < end; i++, y++) {
		ui_clock(o->news[i].time, clock);
		scr_put(y, x, 11, ST_TEXT, clock);
		scr_cut(y, x + (w >= 60 ? 12 : 8), w - (w >= 60 ? 12 : 8),
		    ST_TEXT, o->news[i].summary);
	}
}

static void
wide_draw(const struct project_state *s, struct rect r)
{
	int x = left_width(r.w) + 2, w = r.w - x - 1 < 76 ? r.w - x - 1 : 76;
	int y = sets_draw(&s->o, r.y), end = r.y + r.h;

	labels_draw(&s->o, y + 1, end, r.w);
	y = side_draw(s, r.y, x, w < 44 ? w : 44) + 1;
	scr_put(y, x, w, ST_ACCENT, "the way");
	way_draw(&s->o, y + 1, end, x, w);
	y += STEPS + 2;
	if (end - y >= 3) {
		scr_put(y, x, w, ST_ACCENT, "done last");
		news_draw(&s->o, y + 1, end, x + 2, w - 2);
	}
}

static void
project_draw(struct view *v, struct rect r)
{
	struct project_state *s = v->state;
	const struct overview *o = &s->o;
	int y, end = r.y + r.h, news = r.h >= 18 ? 2 : 0;

	if (!s->ready)
		return;
	if (r.w >= WIDE && r.h >= 18) {
		wide_draw(s, r);
		return;
	}
	y = sets_draw(o, r.y);
	if (r.w >= 76)
		side_draw(s, r.y, 51, r.w - 52 < 40 ? r.w - 52 : 40);
	labels_draw(o, y + 1, end - 4 - news, r.w);
	steps_draw(o, end - 3 - news, r.w);
	news_draw(o, end - 1, news > 0 ? end : end - 1, 1, r.w - 2);
}

static const char *
project_term(struct view *v)
{
	(void)v;
	return "tagged, left, share, enough, alpha, pace, disk";
}

static unsigned
project_act(struct view *v, struct cmd_call *c)
{
	struct project_state *s = v->state;

	if (strcmp(c->command->name, "enter") != 0)
		return R_PASS;
	if (s->ready && s->o.counted)
		step_do(v, &s->o);
	return R_REDRAW;
}

static const char *const contexts[] = { "overview", "project", "any", NULL };

const struct view_ops view_project = {
	.name = "project", .title = "Project", .page = "overview",
	.contexts = contexts, .state_size = sizeof(struct project_state),
	.shows = ~(unsigned)CHANGES_VIEW, .close = project_close_view,
	.draw = project_draw, .head = pages_head, .act = project_act,
	.reload = project_reload, .term = project_term,
};

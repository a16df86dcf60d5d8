/*
 * Project, labels: what they are, how often they were given, and what can be
 * done with them, each step told before it is done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/colour.h"
#include "tagtiger/current.h"
#include "tagtiger/utf8.h"

#include "../priv.h"

#define ENOUGH 50

struct labels {
	struct scheme scheme;
	struct annot_counts counts;
	int64_t train;
	struct err err;
};

struct labels_state {
	struct labels l;
	struct crew crew;
	struct list list;
	bool ready, counted;
};

static void
labels_free(struct labels *l)
{
	scheme_free(&l->scheme);
	annot_counts_free(&l->counts);
	memset(l, 0, sizeof *l);
}

static void
labels_drop(void *data)
{
	labels_free(data);
	free(data);
}

static int
labels_fetch(struct fetch *f)
{
	struct labels *l = f->data;
	struct annot_query q = { .choice = CHOICE_ALL,
		.sets = SET_BIT(SET_TRAIN) };
	int64_t sets[SET_COUNT];

	if (current_scheme(ui.project, &l->scheme, &l->err) < 0)
		return -1;
	q.scheme = l->scheme.id;
	if (annot_count(ui.project, &q, &l->counts, &l->err) < 0 ||
	    doc_count(ui.project, sets, &l->err) < 0)
		return -1;
	l->train = sets[SET_TRAIN];
	return 0;
}

static void
labels_done(struct view *v, struct fetch *f)
{
	struct labels_state *s = v->state;
	struct labels *l = f->data, old;

	if (f->job.result < 0) {
		ui_error(&l->err);
		return;
	}
	old = s->l;
	s->l = *l;
	*l = old;
	s->ready = true;
	list_fit(&s->list, s->l.scheme.nlabels);
}

static void
crew_done(struct view *v, struct crew *c)
{
	struct labels_state *s = v->state;

	crew_take(&s->crew, c);
	s->counted = true;
}

static void
labels_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(labels_fetch, labels_done, labels_drop,
	    xcalloc(1, sizeof(struct labels))));
	crew_ask(v, crew_done);
}

static void
labels_close(struct view *v)
{
	struct labels_state *s = v->state;

	labels_free(&s->l);
	crew_free(&s->crew);
}

/* ---- drawing ---- */

/* Where the columns stand. */
struct columns {
	int name, texts, bar, share, rest; /* the first column of each */
	int number; /* columns of `texts` */
};

static uint64_t
most_texts(const struct labels_state *s)
{
	uint64_t most = 1;

	for (size_t i = 0; i < s->l.counts.nlabels; i++)
		if (s->l.counts.count[i] > most)
			most = s->l.counts.count[i];
	return most;
}

static struct columns
columns_of(const struct labels_state *s, int w)
{
	int name = w >= 110 ? 32 : 16, bar = w >= 110 ? 24 : 9;
	int texts = count_width((long long)most_texts(s), 7);

	return (struct columns){ .name = 6, .texts = 6 + name,
		.number = texts, .bar = 8 + texts + name, .share = 17 + name + bar,
		.rest = 24 + name + bar };
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct labels_state *s = of;
	const struct label *l = &s->l.scheme.labels[at];
	uint64_t n = at < s->l.counts.nlabels ? s->l.counts.count[at] : 0;
	struct columns c = columns_of(s, w);
	char number[32], key[8] = "";

	if (l->key != NULL && l->key[0] != '\0')
		strncpy(key, l->key, sizeof key - 1);
	else if (at < 10)
		key[0] = (char)('0' + (at + 1) % 10);
	count_text((long long)n, number);
	scr_put(y, 3, 3, ST_STRONG, key);
	scr_cut(y, c.name, c.texts - c.name, here ? ST_STRONG : ST_TEXT,
	    l->name);
	scr_right(y, c.texts, c.number, ST_TEXT, number);
	scr_bar(y, c.bar, c.share - c.bar - 2, style_of_label(l, at),
	    (double)n / (double)most_texts(s));
	if (s->l.counts.tagged > 0)
		scr_rightf(y, c.share, 5, ST_TEXT, "%.0f %%", 100.0 *
		    (double)n / (double)s->l.counts.tagged);
	if (n < ENOUGH)
		c.rest += 2 + scr_putf(y, c.rest, 11, ST_WARN, "! %llu of %d",
		    (unsigned long long)n, ENOUGH);
	scr_cut(y, c.rest, w - c.rest - 1, ST_TEXT,
	    l->description != NULL ? l->description : "");
}

static void
summary_draw(const struct labels_state *s, int y, int w)
{
	const struct scheme *sc = &s->l.scheme;
	char tagged[32], train[32];
	struct buf b = BUF_INIT;

	count_text((long long)s->l.counts.tagged, tagged);
	count_text((long long)s->l.train, train);
	buf_addf(&b, "%s · %s · %s of %s texts tagged", sc->name,
	    sc->kind == SCHEME_MULTILABEL ? "multi-label" : "multi-class",
	    tagged, train);
	if (s->counted) {
		buf_adds(&b, " · ");
		crew_words(&s->crew, w < 110, &b);
	}
	scr_cut(y, 1, w - 2, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

static void
labels_draw(struct view *v, struct rect r)
{
	struct labels_state *s = v->state;
	const struct scheme *sc = &s->l.scheme;
	struct columns c = columns_of(s, r.w);
	int y = r.y;

	if (!s->ready)
		return;
	summary_draw(s, y, r.w);
	y += 2;
	scr_put(y, 2, 4, ST_TEXT, "key");
	scr_put(y, c.name, 16, ST_TEXT, "label");
	scr_right(y, c.texts, c.number, ST_TEXT, "texts");
	scr_right(y, c.share, 5, ST_TEXT, "share");
	scr_put(y++, c.rest, r.w - c.rest, ST_TEXT, "what it means");
	if (sc->nlabels == 0)
		scr_put(y, 6, r.w - 7, ST_TEXT, "none yet: a adds one");
	list_draw(&s->list, sc->nlabels, (struct rect){ y, 0, r.y + r.h - y,
		r.w }, row_draw, s);
}

/* ---- acts ---- */

static const struct label *
chosen(const struct labels_state *s)
{
	return s->list.at < s->l.scheme.nlabels ?
	    &s->l.scheme.labels[s->list.at] : NULL;
}

static unsigned
add_given(struct view *v, const char *text, void *arg)
{
	struct labels_state *s = v->state;

	(void)arg;
	if (text[0] == '\0')
		return R_REDRAW;
	run_now(v, (const char *[]){ "label", "add", text, NULL });
	s->list.at = s->l.scheme.nlabels; /* where it will stand */
	return R_REDRAW;
}

static unsigned
rename_given(struct view *v, const char *text, void *arg)
{
	if (text[0] == '\0' || strcmp(text, arg) == 0)
		return R_REDRAW;
	run_now(v, (const char *[]){ "label", "rename", arg, text, NULL });
	return R_REDRAW;
}

/* "391 annotations of alice and bob", or the texts before they are counted. */
static void
touched(const struct labels_state *s, const char *name, struct buf *out)
{
	const struct label *l = label_named(&s->l.scheme, name);
	size_t at = l != NULL ? (size_t)(l - s->l.scheme.labels) : 0, n = 0;
	uint64_t all = 0;
	char number[32];

	if (l == NULL || !s->counted || at >= s->crew.nlabels) {
		count_text(l != NULL && at < s->l.counts.nlabels ?
		    (long long)s->l.counts.count[at] : 0, number);
		buf_addf(out, "%s texts", number);
		return;
	}
	for (size_t i = 0; i < s->crew.n; i++) {
		all += s->crew.v[i].labels[at];
		n += s->crew.v[i].labels[at] > 0;
	}
	count_text((long long)all, number);
	buf_addf(out, "%s annotation%s", all > 0 ? number : "no",
	    all == 1 ? "" : "s");
	for (size_t i = 0, k = 0; i < s->crew.n; i++)
		if (s->crew.v[i].labels[at] > 0 && ++k <= 3)
			buf_addf(out, "%s%s", k == 1 ? " of " : k == n ?
			    " and " : ", ", k == 3 && n > 3 ? "others" :
			    s->crew.v[i].name);
}

static void
rename_preview(struct view *v, const char *text, void *arg, struct buf *lines)
{
	const struct labels_state *s = v->state;
	struct buf b = BUF_INIT;

	touched(s, arg, &b);
	if (text[0] == '\0' || strcmp(text, arg) == 0)
		buf_addf(lines, "%s has %s. A new name touches none of them,\n"
		    "another label's name merges the two.",
		    (const char *)arg, buf_str(&b));
	else if (label_named(&s->l.scheme, text) != NULL)
		buf_addf(lines, "%s exists: merge. %s become %s;\n"
		    "u takes it back.", text, buf_str(&b), text);
	else
		buf_addf(lines, "%s gets a new name, its %s stay;\n"
		    "u takes it back.", (const char *)arg, buf_str(&b));
	buf_free(&b);
}

static void
delete_ask(struct view *v, const struct label *l)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "delete %s and its ", l->name);
	touched(v->state, l->name, &b);
	buf_adds(&b, "? u takes it back");
	confirm_run(v, buf_str(&b), "yes, delete it", (const char *[]){
		"label", "delete", "--", l->name, NULL });
	buf_free(&b);
}

/* ---- what it means, its colour ---- */

static unsigned
description_given(struct view *v, const char *text, void *arg)
{
	run_now(v, (const char *[]){ "label", "describe", arg, text, NULL });
	return R_REDRAW;
}

static unsigned
colour_given(struct view *v, const char *text, void *arg)
{
	uint32_t rgb;

	if (text[0] != '\0' && !colour_parse(text, &rgb)) {
		ui_message(MSG_ERROR, "%s is no colour: write #rrggbb, or one "
		    "of the names above", text);
		return R_NONE;
	}
	run_now(v, (const char *[]){ "label", "colour", arg, text, NULL });
	return R_REDRAW;
}

static void
colour_preview(struct view *v, const char *text, void *arg, struct buf *lines)
{
	size_t at = 0;

	(void)v;
	(void)text;
	(void)arg;
	for (const char *name; (name = colour_name(at)) != NULL; at++) {
		size_t line = lines->len;

		while (line > 0 && lines->data[line - 1] != '\n')
			line--;
		if (lines->len - line + strlen(name) > 74)
			buf_adds(lines, "\n");
		else if (lines->len > line)
			buf_adds(lines, " ");
		buf_adds(lines, name);
	}
	buf_adds(lines, "\nor #rrggbb; empty: the colour of its place.");
}

static void
colour_ask(struct view *v, const struct label *l)
{
	char *label = xasprintf("Colour of %s: ", l->name);

	prompt_open(v, &(struct prompt){ .label = label, .initial = l->colour,
		.done = colour_given, .preview = colour_preview,
		.arg = xstrdup(l->name), .drop = free });
	free(label);
}

static void
describe_ask(struct view *v, const struct label *l)
{
	char *label = xasprintf("%s means: ", l->name);

	prompt_open(v, &(struct prompt){ .label = label,
		.initial = l->description, .done = description_given,
		.arg = xstrdup(l->name), .drop = free });
	free(label);
}

/* ---- a letter of its own ---- */

/* Keys that Tag has another use for, and the digits, are no letters. */
static bool
letter_free(const struct labels_state *s, const char *text, char proposal[8])
{
	static const char *const tag[] = { "tag", "tag-multi", "any", NULL };
	const struct label *own = chosen(s);
	const char *name = own->name;
	int key = key_parse(text);

	proposal[0] = '\0';
	if (key > ' ' && key < K_UP && !(key >= '0' && key <= '9') &&
	    keymap_find(tag, key) == NULL &&
	    (label_keyed(&s->l.scheme, text) == NULL ||
	    label_keyed(&s->l.scheme, text) == own))
		return true;
	for (const char *c = name; *c != '\0'; c++) {
		char one[2] = { *c, '\0' };

		if (*c < 'a' || *c > 'z' || keymap_find(tag, *c) != NULL ||
		    label_keyed(&s->l.scheme, one) != NULL)
			continue;
		proposal[0] = *c;
		proposal[1] = '\0';
		break;
	}
	return false;
}

static unsigned
letter_given(struct view *v, const char *text, void *arg)
{
	const struct labels_state *s = v->state;
	char proposal[8];

	(void)arg;
	if (chosen(s) == NULL)
		return R_REDRAW;
	if (text[0] != '\0' && !letter_free(s, text, proposal)) {
		ui_message(MSG_ERROR, "%s does something else in Tag%s%s",
		    text, proposal[0] != '\0' ? ": take " : "", proposal);
		return R_NONE;
	}
	run_now(v, (const char *[]){ "label", "key", chosen(s)->name, text,
		NULL });
	return R_REDRAW;
}

static void
shift(struct view *v, const char *where)
{
	struct labels_state *s = v->state;
	const struct label *l = chosen(s);
	size_t to = s->list.at + (where[0] == 'u' ? 0 : 2); /* from 1 */
	char position[24];

	if (l == NULL || to == 0 || to > s->l.scheme.nlabels)
		return;
	snprintf(position, sizeof position, "%zu", to);
	run_now(v, (const char *[]){ "label", "move", l->name, position,
		NULL });
	s->list.at = to - 1;
}

static unsigned
labels_act(struct view *v, struct cmd_call *c)
{
	struct labels_state *s = v->state;
	const char *name = c->command->name;
	const struct label *l = chosen(s);

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "new-label") == 0) {
		prompt_open(v, &(struct prompt){ .label = "new label: ",
			.done = add_given });
	} else if (l == NULL) {
		return R_PASS;
	} else if (strcmp(name, "rename-label") == 0) {
		char *label = xasprintf("Rename %s to: ", l->name);

		prompt_open(v, &(struct prompt){ .label = label,
			.done = rename_given, .preview = rename_preview,
			.arg = xstrdup(l->name), .drop = free });
		free(label);
	} else if (strcmp(name, "delete-label") == 0) {
		delete_ask(v, l);
	} else if (strcmp(name, "describe-label") == 0) {
		describe_ask(v, l);
	} else if (strcmp(name, "colour-label") == 0) {
		colour_ask(v, l);
	} else if (strcmp(name, "split-label") == 0) {
		form_open(v, "label split", (const char *[]){ "OLD", l->name,
			NULL }, NULL);
	} else if (strcmp(name, "shift-label") == 0) {
		shift(v, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "letter") == 0) {
		prompt_open(v, &(struct prompt){ .label = "letter: ",
			.initial = l->key, .done = letter_given,
			.hint = "Enter apply   empty: its digit   Esc leave" });
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static bool
labels_fill(struct view *v, const char *name, struct buf *out)
{
	const struct labels_state *s = v->state;

	if (strcmp(name, "label") == 0 && chosen(s) != NULL)
		buf_adds(out, chosen(s)->name);
	else if (strcmp(name, "scheme") == 0 && s->ready)
		buf_adds(out, s->l.scheme.name);
	else
		return false;
	return true;
}

static const char *
labels_term(struct view *v)
{
	return chosen(v->state) != NULL ? "texts of a label, share, enough" :
	    NULL;
}

static const char *const contexts[] = { "labels", "list", "project", "any",
	NULL };

static const struct lead leads[] = {
	{ "new-label", "label add" },
	{ "rename-label", "label rename" },
	{ "delete-label", "label delete" },
	{ "shift-label", "label move" },
	{ "letter", "label key" },
	{ "describe-label", "label describe" },
	{ "colour-label", "label colour" },
	{ "split-label", "label split" },
	{ NULL, NULL },
};

const struct view_ops view_labels = {
	.name = "labels", .page_of = "project", .page = "labels",
	.contexts = contexts, .leads = leads,
	.state_size = sizeof(struct labels_state),
	.shows = CHANGES_LABELS | CHANGES_SCHEMES | CHANGES_ANNOTATIONS |
	    CHANGES_TEXTS | CHANGES_SETTINGS,
	.close = labels_close, .draw = labels_draw, .head = pages_head,
	.act = labels_act, .reload = labels_reload, .fill = labels_fill,
	.term = labels_term,
};

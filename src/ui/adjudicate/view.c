/*
 * Project, adjudication: the texts whose annotators differ, the most divided
 * first. A label's key decides and goes to the next that is open. What models
 * predict is not shown. The decisions are a layer of their own: nobody's
 * label changes.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "adjudicate.h"

struct dispute *
adj_here(struct adj_state *s)
{
	return s->ready && s->list.at < s->list.n ?
	    &s->r.v[s->shown[s->list.at]] : NULL;
}

static const char *
id_here(struct adj_state *s)
{
	const char *id = adj_here(s) != NULL ?
	    s->r.ids[s->shown[s->list.at]] : NULL;

	return id;
}

const char *
adj_name(const struct adj_state *s, int64_t uid)
{
	for (size_t i = 0; i < s->r.npeople; i++)
		if (s->r.people[i].uid == uid)
			return s->r.people[i].name;
	return "?";
}

static bool
same(const struct dispute_label *a, const struct dispute_label *b)
{
	return a->n == b->n &&
	    memcmp(a->labels, b->labels, a->n * sizeof *a->labels) == 0;
}

static const struct dispute_label *
adj_majority(const struct dispute *d)
{
	for (size_t i = 0; i < d->people; i++) {
		size_t n = 0;

		for (size_t j = 0; j < d->people; j++)
			n += same(&d->v[i], &d->v[j]);
		if (2 * n > d->people)
			return &d->v[i];
	}
	return NULL;
}

/* "support|irony", in the scheme's order. */
void
adj_labels(const struct scheme *s, const int64_t *labels, size_t n,
    struct buf *out)
{
	size_t from = out->len;

	for (size_t i = 0; i < s->nlabels; i++)
		for (size_t j = 0; j < n; j++)
			if (label_index(s, labels[j]) == (int)i) {
				buf_addf(out, "%s%s", out->len > from ? "|" :
				    "", s->labels[i].name);
				break;
			}
	if (out->len == from)
		buf_adds(out, "none of these");
}

/* ---- toggles of a multi-label scheme ---- */

static bool
gave(const struct scheme *s, const struct dispute_label *l, size_t place)
{
	for (size_t i = 0; i < l->n; i++)
		if (label_index(s, l->labels[i]) == (int)place)
			return true;
	return false;
}

/* At first what was decided, else what all of them gave. */
bool *
adj_toggles(struct adj_state *s)
{
	const struct scheme *sc = &s->r.scheme;
	const struct dispute *d = adj_here(s);

	if (d == NULL || s->on_doc == d->doc)
		return s->on;
	free(s->on);
	s->on = xcalloc(sc->nlabels + 1, sizeof *s->on);
	s->on_doc = d->doc;
	for (size_t i = 0; i < sc->nlabels; i++) {
		s->on[i] = true;
		for (size_t j = 0; j < d->people && !d->decided; j++)
			s->on[i] &= gave(sc, &d->v[j], i);
		if (d->decided)
			s->on[i] = gave(sc, &d->v[d->people], i);
	}
	return s->on;
}

/* ---- deciding ---- */

void
adj_go_free(struct adj_state *s, size_t from)
{
	for (size_t i = 0; i < s->list.n; i++) {
		size_t row = (from + i) % s->list.n, place = s->shown[row];

		if (s->r.v[place].decided || s->r.holder[place] != -1)
			continue;
		s->list.at = row;
		break;
	}
	list_fit(&s->list, s->list.n);
}

/* Here it is decided at once; the list is read again behind it. */
static void
decision_set(struct adj_state *s, struct dispute *d, const cJSON *names)
{
	struct dispute_label *l;
	const cJSON *name;

	if (!d->decided) {
		d->v = xreallocarray(d->v, d->people + 1, sizeof *d->v);
		d->v[d->people] = (struct dispute_label){ LAYER_FINAL };
		s->r.decided++;
	}
	d->decided = true;
	l = &d->v[d->people];
	free(l->labels);
	l->labels = xcalloc((size_t)cJSON_GetArraySize(names) + 1,
	    sizeof *l->labels);
	l->n = 0;
	cJSON_ArrayForEach(name, names) {
		const struct label *label = label_named(&s->r.scheme,
		    cJSON_GetStringValue(name));

		if (label != NULL)
			l->labels[l->n++] = label->id;
	}
}

static struct dispute *
dispute_of(struct adj_state *s, const char *id)
{
	for (size_t i = 0; i < s->r.n; i++)
		if (s->r.ids[i] != NULL && strcmp(s->r.ids[i], id) == 0)
			return &s->r.v[i];
	return NULL;
}

static void
decided(struct view *v, struct cmd_call *c, int result)
{
	struct adj_state *s = v->state;
	const char *id = cmd_str(c, "ID");
	struct buf b = BUF_INIT;
	struct dispute *d;
	size_t at = s->list.at;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	s->mine = true;
	s->made++;
	d = dispute_of(s, id);
	if (d == NULL)
		return;
	decision_set(s, d, reply_item(c->reply, "decision"));
	free(s->note);
	s->note = NULL;
	adj_labels(&s->r.scheme, d->v[d->people].labels, d->v[d->people].n,
	    &b);
	ui_message(MSG_DONE, "#%s → %s%s", id, buf_str(&b),
	    s->r.decided == s->r.n ? "; all are decided" : "");
	buf_free(&b);
	s->stale = true;
	s->on_doc = 0;
	if (s->filter == RULINGS_OPEN) {
		adj_filter(s, 0, at);
		adj_go_free(s, at);
	} else {
		adj_go_free(s, at + 1);
	}
	adj_text_read(v);
}

static void
reopened(struct view *v, struct cmd_call *c, int result)
{
	struct adj_state *s = v->state;
	struct dispute *d;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	s->mine = true;
	s->made++;
	d = dispute_of(s, cmd_str(c, "ID"));
	if (d == NULL || !d->decided)
		return;
	free(d->v[d->people].labels);
	d->decided = false;
	s->r.decided--;
	s->stale = true;
	s->on_doc = 0;
	ui_message(MSG_DONE, "#%s is open again", cmd_str(c, "ID"));
	adj_filter(s, d->doc, s->list.at);
	adj_text_read(v);
}

/* n == 0: none of these. */
static unsigned
decide(struct view *v, const int64_t *labels, size_t n)
{
	struct adj_state *s = v->state;
	const char *id = id_here(s);
	const char *words[12] = { "adjudicate", "--scheme" };
	char **names = xcalloc(n + 1, sizeof *names);
	struct buf list = BUF_INIT;
	struct cmd_call *c;
	size_t at = 2;

	for (size_t i = 0; i < n; i++)
		names[i] = label_by_id(&s->r.scheme, labels[i])->name;
	cmd_csv_join(names, n, &list);
	words[at++] = s->r.scheme.name;
	if (s->note != NULL) {
		words[at++] = "--comment";
		words[at++] = s->note;
	}
	if (n == 0)
		words[at++] = "--none";
	words[at++] = "--";
	words[at++] = id;
	if (n > 0)
		words[at++] = buf_str(&list);
	c = id != NULL ? call_words(words) : NULL;
	if (c != NULL)
		run_call(v, c, decided);
	free(names);
	buf_free(&list);
	return R_REDRAW;
}

static unsigned
place_given(struct view *v, size_t place)
{
	struct adj_state *s = v->state;
	bool *on;

	if (adj_here(s) == NULL || place >= s->r.scheme.nlabels)
		return R_REDRAW;
	if (s->r.scheme.kind == SCHEME_MULTICLASS)
		return decide(v, &s->r.scheme.labels[place].id, 1);
	on = adj_toggles(s);
	on[place] = !on[place];
	return R_REDRAW;
}

static unsigned
toggled_decide(struct view *v)
{
	struct adj_state *s = v->state;
	const struct scheme *sc = &s->r.scheme;
	const bool *on = adj_toggles(s);
	int64_t *labels = xcalloc(sc->nlabels + 1, sizeof *labels);
	size_t n = 0;

	for (size_t i = 0; i < sc->nlabels; i++)
		if (on[i])
			labels[n++] = sc->labels[i].id;
	if (n > 0)
		decide(v, labels, n);
	else
		ui_message(MSG_NOTE, "no label is chosen: = decides \"none of "
		    "these\"");
	free(labels);
	return R_REDRAW;
}

static unsigned
majority_decide(struct view *v)
{
	struct adj_state *s = v->state;
	const struct dispute *d = adj_here(s);
	const struct dispute_label *l = adj_majority(d);

	if (l != NULL)
		return decide(v, l->labels, l->n);
	ui_message(MSG_NOTE, "no answer has more than half of the %zu people: "
	    "decide with a label's key", d->people);
	return R_REDRAW;
}

static unsigned
decision_clear(struct view *v)
{
	struct adj_state *s = v->state;
	struct cmd_call *c;

	if (!adj_here(s)->decided) {
		ui_message(MSG_NOTE, "#%s is not decided", id_here(s));
		return R_REDRAW;
	}
	c = call_words((const char *[]){ "adjudicate", "--clear", "--scheme",
		s->r.scheme.name, "--", id_here(s), NULL });
	if (c != NULL)
		run_call(v, c, reopened);
	return R_REDRAW;
}

/* ---- the other acts ---- */

static void
picked(struct view *v, size_t i, const char *text)
{
	(void)text;
	place_given(v, i);
}

static unsigned
pick(struct view *v)
{
	struct adj_state *s = v->state;
	const struct scheme *sc = &s->r.scheme;
	const bool *on = sc->kind == SCHEME_MULTILABEL ? adj_toggles(s) : NULL;
	struct choices c = { 0 };

	label_choices(sc, on, &c);
	choose_open(v, ";", &c, picked);
	return R_REDRAW;
}

static unsigned
note_given(struct view *v, const char *text, void *arg)
{
	struct adj_state *s = v->state;

	(void)arg;
	free(s->note);
	s->note = text[0] != '\0' ? xstrdup(text) : NULL;
	ui_message(MSG_NOTE, s->note != NULL ? "goes with the next decision" :
	    "no comment");
	return R_REDRAW;
}

static unsigned
filter_next(struct view *v)
{
	static const char *const names[] = { "those that are open", "all",
		"those that are decided" };
	struct adj_state *s = v->state;
	struct dispute *d = adj_here(s);

	s->filter = (enum ruling_filter)((s->filter + 1) % 3);
	adj_filter(s, d != NULL ? d->doc : 0, 0);
	ui_message(MSG_NOTE, "listed: %s", names[s->filter]);
	adj_text_read(v);
	return R_REDRAW;
}

static unsigned
scroll(struct adj_state *s, bool down)
{
	size_t page = s->text_rows > 1 ? (size_t)s->text_rows - 1 : 1;
	size_t last = s->box.n > (size_t)s->text_rows ?
	    s->box.n - (size_t)s->text_rows : 0;

	s->scroll = down ? s->scroll + page : s->scroll > page ?
	    s->scroll - page : 0;
	if (s->scroll > last)
		s->scroll = last;
	return R_REDRAW;
}

/* The acts on the text under the cursor. */
static unsigned
text_act(struct view *v, const char *name)
{
	struct adj_state *s = v->state;
	bool multi = s->r.scheme.kind == SCHEME_MULTILABEL;

	if (strcmp(name, "enter") == 0 && multi)
		return toggled_decide(v);
	if (strcmp(name, "enter") == 0 && s->t.text != NULL)
		pager_open(v, id_here(s), s->t.text);
	else if (strcmp(name, "majority") == 0)
		return majority_decide(v);
	else if (strcmp(name, "remove") == 0)
		return decision_clear(v);
	else if (strcmp(name, "pick") == 0)
		return pick(v);
	else if (strcmp(name, "none") == 0 && multi)
		return decide(v, NULL, 0);
	else if (strcmp(name, "none") == 0)
		ui_message(MSG_NOTE, "\"none of these\" is for multi-label "
		    "schemes");
	else if (strcmp(name, "note") == 0)
		prompt_open(v, &(struct prompt){ .label = "comment: ",
			.initial = s->note, .done = note_given });
	else if (strcmp(name, "jump") == 0)
		tag_show(id_here(s));
	else
		return R_PASS;
	return R_REDRAW;
}

static unsigned
adj_act(struct view *v, struct cmd_call *c)
{
	struct adj_state *s = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "close") == 0 && view_top() == v)
		view_show("people");
	else if (!s->ready)
		return R_PASS;
	else if (strcmp(name, "move") == 0 &&
	    strcmp(cmd_str(c, "WHERE"), "left") != 0 &&
	    strcmp(cmd_str(c, "WHERE"), "right") != 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "move") == 0)
		return scroll(s, strcmp(cmd_str(c, "WHERE"), "right") == 0);
	else if (strcmp(name, "filter") == 0)
		return filter_next(v);
	else if (adj_here(s) != NULL)
		return text_act(v, name);
	else
		return R_PASS;
	adj_text_read(v);
	return R_REDRAW;
}

static unsigned
adj_key(struct view *v, int key)
{
	struct adj_state *s = v->state;
	int place = s->ready ? key_label(&s->r.scheme, key) : -1;

	if (key == K_ESC) {
		view_show("people");
		return R_REDRAW;
	}
	return place >= 0 ? place_given(v, (size_t)place) : R_PASS;
}

static void
adj_keys(struct view *v, struct live_keys *out)
{
	struct adj_state *s = v->state;
	char key[8];

	for (size_t i = 0; s->ready && s->r.role >= ROLE_MANAGER &&
	     i < s->r.scheme.nlabels; i++) {
		label_key(&s->r.scheme, i, key);
		if (key[0] != '\0')
			live_add(out, key, s->r.scheme.labels[i].name);
	}
}

static void
adj_lead(struct view *v, struct buf *out)
{
	struct adj_state *s = v->state;
	size_t n = s->r.scheme.nlabels;

	if (s->ready && n > 0 && s->r.role >= ROLE_MANAGER)
		buf_addf(out, "1-%zu %s", n < 9 ? n : 9,
		    s->r.scheme.kind == SCHEME_MULTILABEL ? "label" :
		    "decide");
}

/* What was undone is where one looks, once the list is read again. */
static void
adj_ran(struct view *v, struct cmd_call *c, int result)
{
	struct adj_state *s = v->state;
	const char *id = reply_str(c->reply, "id");
	struct dispute *d;

	if (result < 0 || id == NULL || !s->ready || view_tab() != v ||
	    (strcmp(c->command->name, "undo") != 0 &&
	    strcmp(c->command->name, "redo") != 0))
		return;
	d = dispute_of(s, id);
	s->wanted = d != NULL ? d->doc : 0;
	s->on_doc = 0;
	s->made++;
}

static const char *
adj_term(struct view *v)
{
	(void)v;
	return "alpha, agreement, kappa, interval";
}

static const char *const contexts[] = { "adjudicate", "list", "any", NULL };

static const struct lead leads[] = {
	{ "majority", "adjudicate" },
	{ "pick", "adjudicate" },
	{ "none", "adjudicate" },
	{ "remove", "adjudicate" },
	{ "note", "adjudicate" },
	{ NULL, NULL },
};

const struct view_ops view_adjudicate = {
	.name = "adjudicate", .page_of = "project",
	.contexts = contexts, .leads = leads,
	.state_size = sizeof(struct adj_state),
	.shows = CHANGES_SETTINGS | CHANGES_ANNOTATIONS | CHANGES_USERS |
	    CHANGES_SCHEMES | CHANGES_LABELS | CHANGES_TEXTS,
	.close = adj_close, .leave = adj_leave, .back = adj_back,
	.draw = adj_draw, .head = adj_head, .act = adj_act, .key = adj_key,
	.keys = adj_keys, .lead = adj_lead, .reload = adj_reload,
	.ran = adj_ran, .term = adj_term,
};

/*
 * Tag: one key is one decision. Keys that change something start a request
 * (data.c); the loop holds further keys back until it is answered.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "tag.h"

static void tag_goto(struct view *v, const char *id);

static void
ask(struct view *v, enum tag_want want)
{
	tag_ask(v, tag_request_new(v, want), true);
}

/* ---- acts ---- */

static unsigned
tag_labels(struct view *v, const int64_t *labels, size_t n, bool accepted)
{
	struct tag_state *t = v->state;
	struct tag_request *r;

	if (!t->shot.have) {
		ui_message(MSG_NOTE, "there is no text to label");
		return R_REDRAW;
	}
	r = tag_request_new(v, WANT_TAG);
	r->nlabels = n < 64 ? n : 64;
	for (size_t i = 0; i < r->nlabels; i++)
		r->labels[i] = labels[i];
	r->accepted = accepted;
	r->counts = !t->shot.annotated || !t->shot.mine.tagged;
	r->comment = xstrdup(t->comment);
	tag_ask(v, r, true);
	return R_REDRAW;
}

static unsigned
tag_place(struct view *v, size_t place)
{
	struct tag_state *t = v->state;

	if (t->shot.scheme.kind == SCHEME_MULTILABEL) {
		if (place < TOGGLES)
			t->toggled[place] = !t->toggled[place];
		return R_REDRAW;
	}
	return tag_labels(v, &t->shot.scheme.labels[place].id, 1, false);
}

static unsigned
tag_save(struct view *v)
{
	struct tag_state *t = v->state;
	int64_t labels[64];
	size_t n = 0;

	for (size_t i = 0; i < t->shot.scheme.nlabels && n < 64; i++)
		if (i < TOGGLES && t->toggled[i])
			labels[n++] = t->shot.scheme.labels[i].id;
	if (n == 0) {
		ui_message(MSG_NOTE, "no label is chosen: = saves \"none of "
		    "these\"");
		return R_REDRAW;
	}
	return tag_labels(v, labels, n, false);
}

/* The predicted label; of a multi-label scheme all that are likelier than
 * not. */
static unsigned
tag_accept(struct view *v)
{
	struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	int64_t labels[64];
	size_t n = 0;

	if (s->prob == NULL || s->best < 0) {
		ui_message(MSG_NOTE, t->criteria.set == SET_TEST ?
		    "the test set is labelled blind: no prediction is shown" :
		    "there is no prediction to accept: train a quick model "
		    "(F6)");
		return R_REDRAW;
	}
	if (s->scheme.kind == SCHEME_MULTICLASS)
		labels[n++] = s->scheme.labels[s->best].id;
	else
		for (size_t i = 0; i < s->scheme.nlabels && n < 64; i++)
			if (s->prob[i] >= 0.5F)
				labels[n++] = s->scheme.labels[i].id;
	return tag_labels(v, labels, n, true);
}

static void
picked(struct view *v, size_t i, const char *text)
{
	(void)text;
	tag_place(v, i);
}

static void
tag_pick(struct view *v)
{
	struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	bool multi = s->scheme.kind == SCHEME_MULTILABEL;
	struct choices c = { 0 };
	char key[8], n[32];

	for (size_t i = 0; i < s->scheme.nlabels; i++) {
		uint64_t count = i < s->counts.nlabels ? s->counts.count[i] : 0;

		tag_label_key(s, i, key);
		count_text((long long)count, n);
		choices_add(&c, s->scheme.labels[i].name, n, key,
		    (long long)count);
		c.v[i].on = multi && i < TOGGLES && t->toggled[i];
	}
	c.verb = multi ? "choose, or not" : "tag";
	choose_open(v, ";", &c, picked);
}

/* ---- flag, comment and filter ---- */

static void
tag_mark(struct view *v)
{
	struct tag_state *t = v->state;
	bool on = t->shot.annotated && t->shot.mine.flag;
	struct cmd_call *c;

	if (!t->shot.have)
		return;
	c = call_words((const char *[]){ "flag", t->shot.doc.id, on ?
		"--off" : NULL, NULL });
	if (c != NULL)
		run_call(v, c, NULL);
}

static unsigned
comment_given(struct view *v, const char *text, void *arg)
{
	struct tag_state *t = v->state;
	struct cmd_call *c;

	(void)arg;
	if (!t->shot.annotated || !t->shot.mine.tagged) {
		free(t->comment);
		t->comment = text[0] != '\0' ? xstrdup(text) : NULL;
		ui_message(MSG_NOTE, text[0] != '\0' ?
		    "the comment goes with the next label" : "no comment");
		return R_REDRAW;
	}
	c = call_words((const char *[]){ "comment", t->shot.doc.id, text,
		NULL });
	if (c != NULL)
		run_call(v, c, NULL);
	return R_REDRAW;
}

static unsigned
filter_given(struct view *v, const char *text, void *arg)
{
	struct tag_request *r = tag_request_new(v, WANT_NEXT);

	(void)arg;
	free(r->criteria.regex);
	r->criteria.regex = text[0] != '\0' ? xstrdup(text) : NULL;
	r->save = true;
	tag_ask(v, r, true);
	return R_REDRAW;
}

/* From hit to hit of the filter; without one, of what is highlighted. */
static void
find_hit(struct view *v, const char *where)
{
	struct tag_state *t = v->state;
	const struct shot *s = &t->shot;
	bool marks = t->criteria.regex == NULL;
	size_t n = marks ? s->nmarks : s->nhits, line;

	if (n == 0) {
		ui_message(MSG_NOTE, marks ? "nothing is marked here: / sets "
		    "a filter, d and h what is highlighted" :
		    "no hit in this text");
		return;
	}
	if (!t->hit_shown)
		t->hit = where[0] == 'n' ? 0 : n - 1;
	else
		t->hit = (t->hit + (where[0] == 'n' ? 1 : n - 1)) % n;
	t->hit_shown = true;
	line = tag_row_of(t, textbox_line_of(&t->box,
	    s->hits[t->hit].begin));
	if (line < t->top || line >= t->top + (size_t)t->text_h)
		t->top = line > 2 ? line - 2 : 0;
	ui_message(MSG_NOTE, "%s %zu of %zu", marks ? "highlight" : "hit",
	    t->hit + 1, n);
}

/* ---- schemes ---- */

static void
scheme_switched(struct view *v, struct cmd_call *c, int result)
{
	struct tag_state *t = v != NULL ? v->state : NULL;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	if (t != NULL)
		t->known = false;
}

static void
scheme_chosen(struct view *v, size_t i, const char *text)
{
	struct cmd_call *c = call_words((const char *[]){ "scheme", "use", text,
		NULL });

	(void)i;
	if (c != NULL)
		run_call(v, c, v != NULL && v->ops == &view_tag ?
		    scheme_switched : NULL);
}

static void
schemes_listed(struct view *v, struct cmd_call *c, int result)
{
	const cJSON *list = reply_item(c->reply, "schemes"), *item;
	struct choices choices = { 0 };

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	cJSON_ArrayForEach(item, list) {
		const char *name = reply_str(item, "scheme");

		if (name == NULL)
			name = reply_str(item, "name");
		if (name != NULL)
			choices_add(&choices, name, NULL, NULL, 0);
	}
	choose_open(v, "scheme: ", &choices, scheme_chosen);
}

void
scheme_switch(struct view *v)
{
	run_query(v, schemes_listed, (const char *[]){ "scheme", "list",
		NULL });
}

/* ---- the view ---- */

static void
tag_open(struct view *v)
{
	struct tag_state *t = v->state;

	t->criteria = (struct next_criteria)NEXT_CRITERIA_INIT;
}

static void
tag_close(struct view *v)
{
	struct tag_state *t = v->state;

	shot_free(&t->shot);
	next_criteria_free(&t->criteria);
	textbox_free(&t->box);
	mdbox_free(&t->side.box);
	mdbox_free(&t->lower.box);
	free(t->comment);
	free(t->goto_id);
	free(t->trouble);
}

static void
tag_reload(struct view *v, bool soft)
{
	struct tag_state *t = v->state;
	struct tag_request *r;

	if (t->busy)
		return;
	tag_retrain_read(v);
	if (t->goto_id != NULL) {
		tag_goto(v, t->goto_id);
		free(t->goto_id);
		t->goto_id = NULL;
		return;
	}
	/* A text on the screen stays there, whatever others do. */
	r = tag_request_new(v, t->known && t->shot.have && !t->leave &&
	    (soft || !t->shot.picked) ? WANT_AGAIN : WANT_NEXT);
	t->leave = false;
	tag_ask(v, r, !soft);
}

/* Left and right go from label to label; so do up and down where nothing is
 * to be scrolled. */
static void
tag_move(struct tag_state *t, const char *where)
{
	bool fits = tag_rows(t) <= (size_t)t->text_h && t->codebook ==
	    CODEBOOK_OFF;
	struct list l = { .n = tag_rows(t) > (size_t)t->text_h ?
		tag_rows(t) - (size_t)t->text_h + 1 : 1, .at = t->top,
		.height = t->text_h };

	if (strcmp(where, "left") == 0 ||
	    (fits && strcmp(where, "up") == 0)) {
		tag_label_move(t, -1);
	} else if (strcmp(where, "right") == 0 ||
	    (fits && strcmp(where, "down") == 0)) {
		tag_label_move(t, 1);
	} else if (t->codebook != CODEBOOK_OFF) {
		l = (struct list){ .n = t->codebook_top + 1000,
			.at = t->codebook_top, .height = t->text_h };
		list_move(&l, where);
		t->codebook_top = l.at;
	} else {
		list_move(&l, where);
		t->top = l.at;
	}
}

/* The label's entry, then the whole codebook, then none. */
static void
codebook_step(struct tag_state *t)
{
	if (t->codebook == CODEBOOK_OFF)
		t->codebook = CODEBOOK_ENTRY;
	else if (t->codebook == CODEBOOK_ENTRY && tag_codebook_more(t))
		t->codebook = CODEBOOK_WHOLE;
	else
		t->codebook = CODEBOOK_OFF;
	t->codebook_top = 0;
}

static unsigned
goto_given(struct view *v, const char *text, void *arg)
{
	(void)arg;
	if (text[0] != '\0')
		tag_goto(v, text);
	return R_REDRAW;
}

static unsigned
tag_act_labels(struct view *v, const char *name)
{
	struct tag_state *t = v->state;

	if (strcmp(name, "accept") == 0)
		return tag_accept(v);
	if (strcmp(name, "save") == 0)
		return tag_save(v);
	if (strcmp(name, "none") == 0) {
		if (t->shot.scheme.kind == SCHEME_MULTILABEL)
			return tag_labels(v, NULL, 0, false);
		ui_message(MSG_NOTE, "\"none of these\" is for multi-label "
		    "schemes; s skips the text");
	} else if (strcmp(name, "repeat") == 0) {
		if (t->nlast > 0)
			return tag_labels(v, t->last, t->nlast, false);
		ui_message(MSG_NOTE, "nothing was labelled yet");
	} else if (strcmp(name, "pick") == 0) {
		tag_pick(v);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static void
tag_goto(struct view *v, const char *id)
{
	struct tag_request *r = tag_request_new(v, WANT_SHOW);

	r->id = xstrdup(id);
	tag_ask(v, r, true);
}

void
tag_show(const char *id)
{
	struct tag_state *t;

	if (!view_show("tag"))
		return;
	t = view_tab()->state;
	free(t->goto_id);
	t->goto_id = xstrdup(id);
	view_tab()->stale = true;
}

static unsigned
tag_act(struct view *v, struct cmd_call *c)
{
	struct tag_state *t = v->state;
	const char *name = c->command->name;
	unsigned what = tag_act_labels(v, name);

	if (!(what & R_PASS))
		return what;
	if (strcmp(name, "again") == 0) {
		ask(v, t->shot.have && !t->shot.picked ? WANT_NEXT :
		    WANT_FRESH);
	} else if (strcmp(name, "back") == 0) {
		ask(v, WANT_BACK);
	} else if (strcmp(name, "move") == 0) {
		tag_move(t, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "note") == 0) {
		prompt_open(v, &(struct prompt){ .label = "comment: ",
			.initial = t->shot.annotated ? t->shot.mine.comment :
			t->comment, .done = comment_given });
	} else if (strcmp(name, "mark") == 0) {
		tag_mark(v);
	} else if (strcmp(name, "filter") == 0) {
		if (cmd_given(c, "REGEX"))
			filter_given(v, cmd_str(c, "REGEX"), NULL);
		else
			prompt_open(v, &(struct prompt){ .label = "/",
				.initial = t->criteria.regex,
				.hint = "Enter filter and draw   an empty "
				"one ends the filter   Esc leave",
				.done = filter_given });
	} else if (strcmp(name, "find") == 0) {
		find_hit(v, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "codebook-pane") == 0) {
		codebook_step(t);
	} else if (strcmp(name, "display") == 0) {
		options_open(v);
	} else if (strcmp(name, "mode") == 0) {
		if (t->known)
			view_open(&view_mode);
	} else if (strcmp(name, "switch") == 0) {
		scheme_switch(v);
	} else if (strcmp(name, "goto") == 0) {
		if (cmd_given(c, "ID"))
			tag_goto(v, cmd_str(c, "ID"));
		else
			prompt_open(v, &(struct prompt){ .label = "#",
				.hint = "the id of a text   Enter go there   "
				"Esc leave", .done = goto_given });
	} else if (strcmp(name, "widen") == 0) {
		tag_widen(v, cmd_str(c, "HOW"));
	} else if (strcmp(name, "highlights") == 0) {
		view_open(&view_highlight);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

/* ---- keys of labels ---- */

static int
tag_key_label(const struct shot *s, int key)
{
	return key_label(&s->scheme, key);
}

static unsigned
tag_key(struct view *v, int key)
{
	struct tag_state *t = v->state;
	int place = tag_key_label(&t->shot, key);

	if (t->codebook != CODEBOOK_OFF &&
	    (key == K_ESC || key == K_CTRL('C'))) {
		t->codebook = CODEBOOK_OFF;
		return R_REDRAW;
	}
	if (place < 0 || !t->ready || !t->shot.have)
		return R_PASS; /* what was typed ahead labels nothing else */
	return tag_place(v, (size_t)place);
}

static void
tag_keys(struct view *v, struct live_keys *out)
{
	struct tag_state *t = v->state;
	char key[8];

	for (size_t i = 0; i < t->shot.scheme.nlabels; i++) {
		tag_label_key(&t->shot, i, key);
		if (key[0] != '\0')
			live_add(out, key, t->shot.scheme.labels[i].name);
	}
}

static void
tag_lead(struct view *v, struct buf *out)
{
	struct tag_state *t = v->state;
	size_t n = t->shot.scheme.nlabels;

	if (!t->shot.have)
		return;
	if (n == 1)
		buf_adds(out, "1 label");
	else if (n > 1)
		buf_addf(out, "1-%zu label", n > 10 ? 0 : n % 10);
}

static bool
tag_fill(struct view *v, const char *name, struct buf *out)
{
	struct tag_state *t = v->state;

	if (strcmp(name, "id") == 0 && t->shot.have)
		buf_adds(out, t->shot.doc.id);
	else if (strcmp(name, "scheme") == 0 && t->shot.scheme.name != NULL)
		buf_adds(out, t->shot.scheme.name);
	else if (strcmp(name, "model") == 0 && t->shot.model != NULL)
		buf_adds(out, t->shot.model);
	else
		return false;
	return true;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Where a command from anywhere leads: undo goes to the text, skip and a
 * cleared session to the next one. */
static void
tag_ran(struct view *v, struct cmd_call *c, int result)
{
	static const char *const undoing[] = { "undo", "redo", NULL };
	static const char *const away[] = { "skip", "session clear",
		"scheme use", NULL };
	struct tag_state *t = v->state;
	const char *name = c->command->name;

	if (result < 0)
		return;
	if (is_one_of(name, undoing)) {
		const char *id = reply_str(c->reply, "id");

		if (id != NULL && view_tab() == v) {
			free(t->goto_id);
			t->goto_id = xstrdup(id);
		}
	} else if (is_one_of(name, away)) {
		t->leave = true;
	}
	if (strcmp(name, "scheme use") == 0)
		t->known = false;
	if (strcmp(name, "quick train") == 0)
		t->since = 0;
}

static const char *
tag_term(struct view *v)
{
	const struct tag_state *t = v->state;

	return t->shot.best >= 0 ? "sure, probability, texts of a label, "
	    "retrain, cross-validated" : "texts of a label";
}

const struct view_ops view_tag = {
	.name = "tag", .title = "Tag", .help = "label the texts",
	.contexts = tag_contexts, .state_size = sizeof(struct tag_state),
	.shows = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_MODELS | CHANGES_SELECTION |
	    CHANGES_CODEBOOK | CHANGES_SETTINGS,
	.open = tag_open, .close = tag_close, .draw = tag_draw,
	.head = tag_head, .status = tag_status, .lead = tag_lead,
	.act = tag_act, .key = tag_key, .keys = tag_keys,
	.reload = tag_reload, .fill = tag_fill, .ran = tag_ran,
	.term = tag_term,
};

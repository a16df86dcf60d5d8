/*
 * Table: all texts, a line each. What it lists, in which order, and where the
 * cursor goes.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"

#include "table.h"

/* ---- open, close ---- */

static void
table_open(struct view *v)
{
	struct table_state *t = v->state;

	t->q = (struct listing_query)LISTING_QUERY_INIT;
	t->source = xcalloc(1, sizeof *t->source);
}

static int
source_fetch(struct fetch *f)
{
	(void)f;
	return 0;
}

static void
source_drop(void *data)
{
	table_source_drop(data);
}

static void
table_close(struct view *v)
{
	struct table_state *t = v->state;

	if (t->filling != NULL)
		atomic_store(&t->filling->job.progress.cancel, true);
	listing_free(t->coming);
	listing_free(t->listing);
	listing_query_free(&t->q);
	scheme_free(&t->scheme);
	column_list_free(t->columns, t->ncolumns);
	table_rows_free(t->rows, t->nrows);
	textbox_free(&t->box);
	free(t->hits);
	free(t->marked);
	free(t->model);
	free(t->scheme_name);
	free(t->title);
	cJSON_Delete(t->own);
	/* behind the pages that still use it */
	fetch_start(NULL, fetch_new(source_fetch, NULL, source_drop,
	    t->source));
}

static void
table_reload(struct view *v, bool soft)
{
	struct table_state *t = v->state;

	if (t->asked)
		t->again = true;
	else
		table_ask(v, table_request_new(v, ACT_NONE), !soft &&
		    !t->ready);
}

/* ---- what is listed ---- */

static unsigned
filter_given(struct view *v, const char *text, void *arg)
{
	struct table_state *t = v->state;

	(void)arg;
	free(t->q.c.regex);
	t->q.c.regex = text[0] != '\0' ? xstrdup(text) : NULL;
	t->box.n = 0;
	table_choose(v, NULL);
	return R_REDRAW;
}

static unsigned
filter_ask(struct view *v, struct cmd_call *c)
{
	struct table_state *t = v->state;

	if (cmd_given(c, "REGEX"))
		return filter_given(v, cmd_str(c, "REGEX"), NULL);
	prompt_open(v, &(struct prompt){ .label = "/",
		.initial = t->q.c.regex, .hint = "Enter list these   an empty "
		"one ends the filter   Esc leave", .done = filter_given });
	return R_REDRAW;
}

static unsigned
sets_given(struct view *v, const char *name)
{
	struct table_state *t = v->state;

	if (sets_of_name(name, &t->q.sets) == 0)
		table_choose(v, NULL);
	return R_REDRAW;
}

static unsigned
sort_by(struct view *v, int column)
{
	struct table_state *t = v->state;
	enum listing_key key = table_column_key(column);
	int no = column >= TABLE_FIELDS ? column - TABLE_FIELDS : 0;

	if (t->q.key == key && t->q.column == no) {
		/* up, down, and the file's order again */
		if (t->q.down)
			t->q.key = LISTING_FILE;
		t->q.down = !t->q.down;
	} else {
		t->q.key = key;
		t->q.column = no;
		t->q.down = false;
	}
	if (t->q.key == LISTING_FILE) {
		t->q.down = false;
		t->q.column = 0;
	}
	table_choose(v, NULL);
	return R_REDRAW;
}

static void
sort_chosen(struct view *v, size_t i, const char *text)
{
	struct table_state *t = v->state;
	int column = table_column_named(t, text);

	(void)i;
	if (column >= 0)
		sort_by(v, column);
}

static unsigned
sort_ask(struct view *v, struct cmd_call *c)
{
	struct table_state *t = v->state;
	struct choices choices = { 0 };
	int column;

	if (cmd_given(c, "COLUMN")) {
		column = table_column_named(t, cmd_str(c, "COLUMN"));
		if (column >= 0)
			return sort_by(v, column);
		ui_message(MSG_ERROR, "there is no column '%s': s lists them",
		    cmd_str(c, "COLUMN"));
		return R_REDRAW;
	}
	for (size_t i = 0; i < t->nshown; i++)
		if (table_column_there(t, t->shown[i]))
			choices_add(&choices, table_column_name(t,
			    t->shown[i]), t->shown[i] == table_sort_column(t) ?
			    t->q.down ? "↓" : "↑" : NULL, NULL, 0);
	choose_open(v, "sort by: ", &choices, sort_chosen);
	return R_REDRAW;
}

/* Without the filter, in the same order. */
static void
list_all(struct view *v)
{
	struct table_state *t = v->state;

	table_unfilter(&t->q);
	table_own(t);
	table_choose(v, NULL);
}

/* ---- moving ---- */

static unsigned
move(struct view *v, const char *where)
{
	struct table_state *t = v->state;
	struct list pane = { .n = t->box.n, .at = t->top,
		.height = t->pane_h };
	bool left = strcmp(where, "left") == 0;

	if (left || strcmp(where, "right") == 0) {
		list_move(&pane, left ? "page-up" : "page-down");
		t->top = pane.at;
		return R_REDRAW;
	}
	list_move(&t->list, where);
	t->last = strcmp(where, "last") == 0;
	t->stay = 0;
	return R_REDRAW;
}

/* From hit to hit: in the text that is shown, then in the next row's. */
static unsigned
find(struct view *v, bool next)
{
	struct table_state *t = v->state;
	size_t end = t->top + (size_t)t->pane_h, line;

	if (t->q.c.regex == NULL || t->q.c.regex[0] == '\0') {
		ui_message(MSG_NOTE, "no filter is set: / sets one");
		return R_REDRAW;
	}
	for (size_t i = 0; next && t->pane && i < t->nhits; i++) {
		line = textbox_line_of(&t->box, t->hits[i].begin);
		if (line >= end) {
			t->top = line > 1 ? line - 1 : 0;
			return R_REDRAW;
		}
	}
	return move(v, next ? "down" : "up");
}

static void
go_to_id(struct view *v, const char *id, bool quiet)
{
	struct table_request *q = table_request_new(v, ACT_NONE);

	q->id = xstrdup(id);
	q->quiet = quiet;
	table_ask(v, q, true);
}

static unsigned
jump(struct view *v)
{
	const struct table_row *r = table_here(v->state);

	if (r == NULL || r->seq == 0)
		return R_REDRAW;
	if (r->set == SET_REST)
		ui_message(MSG_NOTE, "this text is in the rest, which is "
		    "predicted and not tagged");
	else
		tag_show(r->id);
	return R_REDRAW;
}

static unsigned
table_view_act(struct view *v, struct cmd_call *c)
{
	struct table_state *t = v->state;
	const char *name = c->command->name;
	unsigned what = t->ready ? table_act(v, c) : R_PASS;

	if (!(what & R_PASS) || !t->ready)
		return what;
	if (strcmp(name, "move") == 0)
		return move(v, cmd_str(c, "WHERE"));
	if (strcmp(name, "filter") == 0)
		return filter_ask(v, c);
	if (strcmp(name, "find") == 0)
		return find(v, cmd_str(c, "WHERE")[0] == 'n');
	if (strcmp(name, "sort") == 0)
		return sort_ask(v, c);
	if (strcmp(name, "list-set") == 0)
		return sets_given(v, cmd_str(c, "SET"));
	if (strcmp(name, "mode") == 0)
		view_open(&view_listed);
	else if (strcmp(name, "display") == 0)
		table_columns_open(v);
	else if (strcmp(name, "text-pane") == 0) {
		t->pane = !t->pane;
		table_save(v);
	} else if (strcmp(name, "goto") == 0)
		go_to_id(v, cmd_str(c, "ID"), false);
	else if (strcmp(name, "jump") == 0)
		return jump(v);
	else if (strcmp(name, "list-all") == 0)
		list_all(v);
	else if (strcmp(name, "list-anew") == 0) {
		t->aged = true;
		table_list(v, NULL);
	} else
		return R_PASS;
	return R_REDRAW;
}

/* ---- keys ---- */

static unsigned
table_key(struct view *v, int key)
{
	struct table_state *t = v->state;
	int place;

	t->failed = false; /* once more, for a key */
	if (!t->ready)
		return R_PASS;
	place = key_label(&t->scheme, key);
	if (place < 0)
		return R_PASS;
	return table_place(v, (size_t)place);
}

static void
table_keys(struct view *v, struct live_keys *out)
{
	struct table_state *t = v->state;
	char key[8];

	for (size_t i = 0; i < t->scheme.nlabels; i++) {
		label_key(&t->scheme, i, key);
		if (key[0] != '\0')
			live_add(out, key, t->scheme.labels[i].name);
	}
}

static void
table_lead(struct view *v, struct buf *out)
{
	struct table_state *t = v->state;
	size_t n = t->scheme.nlabels;

	if (n == 1)
		buf_adds(out, "1 label");
	else if (n > 1)
		buf_addf(out, "1-%zu label", n > 10 ? 0 : n % 10);
}

static bool
table_word(struct view *v, const char *name, struct buf *out)
{
	struct table_state *t = v->state;
	const struct table_row *r = table_here(t);

	if (strcmp(name, "id") == 0 && r != NULL && r->seq != 0)
		buf_adds(out, r->id);
	else if (strcmp(name, "scheme") == 0 && t->scheme.name != NULL)
		buf_adds(out, t->scheme.name);
	else if (strcmp(name, "model") == 0 && t->model != NULL)
		buf_adds(out, t->model);
	else
		return false;
	return true;
}

/* Undo leads to the text. */
static void
table_ran(struct view *v, struct cmd_call *c, int result)
{
	struct table_state *t = v->state;
	const char *name = c->command->name, *id;

	if (result < 0 || !t->ready)
		return;
	if (strcmp(name, "scheme use") == 0) {
		free(t->scheme_name);
		t->scheme_name = NULL;
	}
	if (c->command->changes & CHANGES_ANNOTATIONS)
		t->aged |= listing_query_filters(&t->q);
	id = reply_str(c->reply, "id");
	if (id != NULL && view_tab() == v && (strcmp(name, "undo") == 0 ||
	    strcmp(name, "redo") == 0))
		go_to_id(v, id, true);
}

const struct view_ops view_table = {
	.name = "table", .title = "Table", .help = "all texts, in lines",
	.contexts = (const char *const[]){ "table", "list", "any", NULL },
	.state_size = sizeof(struct table_state),
	.shows = CHANGES_TEXTS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_MODELS | CHANGES_SETTINGS,
	.open = table_open, .close = table_close, .draw = table_draw,
	.head = table_head, .status = table_status, .lead = table_lead,
	.act = table_view_act, .key = table_key, .keys = table_keys,
	.reload = table_reload, .fill = table_word, .ran = table_ran,
};

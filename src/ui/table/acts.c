/*
 * What is done in Table: on the cursor's row, or on all that are marked.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/project.h"
#include "tagtiger/tagmany.h"

#include "table.h"

/* ---- marks ---- */

bool
table_is_marked(const struct table_state *t, int64_t seq)
{
	return t->marked != NULL && seq <= t->marks_max &&
	    (t->marked[seq / 8] >> seq % 8 & 1) != 0;
}

void
table_unmark(struct table_state *t)
{
	free(t->marked);
	t->marked = NULL;
	t->nmarked = 0;
}

static void
mark_set(struct table_state *t, int64_t seq, bool on)
{
	if (t->marked == NULL) {
		t->marks_max = t->max;
		t->marked = xcalloc((size_t)t->max / 8 + 1, 1);
	}
	if (seq < 1 || seq > t->marks_max || table_is_marked(t, seq) == on)
		return;
	t->marked[seq / 8] ^= (uint8_t)(1 << seq % 8);
	t->nmarked += on ? 1 : (size_t)-1;
}

static unsigned
marks(struct table_state *t, const char *what)
{
	int64_t seq = table_seq(t);

	if (strcmp(what, "none") == 0) {
		table_unmark(t);
	} else if (strcmp(what, "all") == 0) {
		size_t n = t->listing != NULL ? listing_count(t->listing) : 0;

		for (size_t i = 0; i < n; i++)
			mark_set(t, listing_at(t->listing, i), true);
		if (t->filling != NULL)
			ui_message(MSG_NOTE, "those listed so far are marked: "
			    "more are coming");
	} else if (seq != 0) {
		mark_set(t, seq, !table_is_marked(t, seq));
		list_move(&t->list, "down");
	}
	return R_REDRAW;
}

/* ---- tagging ---- */

static struct table_request *
request_labels(struct view *v, enum table_act act, const int64_t *labels,
    size_t n)
{
	struct table_request *q = table_request_new(v, act);

	q->nlabels = n < 64 ? n : 64;
	for (size_t i = 0; i < q->nlabels; i++)
		q->labels[i] = labels[i];
	return q;
}

static void
labels_remember(struct table_state *t, const int64_t *labels, size_t n)
{
	t->nlast = n < 64 ? n : 64;
	memcpy(t->last_labels, labels, t->nlast * sizeof *labels);
}

static unsigned
row_tag(struct view *v, const int64_t *labels, size_t n, bool accepted)
{
	struct table_state *t = v->state;
	struct table_request *q;

	if (table_seq(t) == 0) {
		ui_message(MSG_NOTE, "there is no text to label");
		return R_REDRAW;
	}
	q = request_labels(v, ACT_TAG, labels, n);
	q->accepted = accepted;
	if (n > 0)
		labels_remember(t, labels, n);
	table_ask(v, q, true);
	list_move(&t->list, "down");
	return R_REDRAW;
}

/* Many texts, after a question that says how many it is about. */
struct many {
	int64_t *docs;
	size_t n;
	int64_t labels[64];
	size_t nlabels;
	int64_t scheme;
	struct project *reader;
	struct tag_many_look look;
	struct err err;
};

static void
many_free(void *data)
{
	struct many *m = data;

	if (m != NULL)
		free(m->docs);
	free(m);
}

static void
many_done(struct view *v, struct cmd_call *c, int result)
{
	struct table_state *t = v->state;
	struct buf names = BUF_INIT;
	const cJSON *item;
	char number[32];
	double n;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	n = reply_num(c->reply, "tagged", 0);
	cJSON_ArrayForEach(item, reply_item(c->reply, "labels"))
		buf_addf(&names, "%s%s", names.len > 0 ? " + " : "",
		    cJSON_IsString(item) ? item->valuestring : "");
	count_text((long long)n, number);
	ui_message(MSG_DONE, "%s %s → %s; u takes it back", number,
	    n == 1 ? "text" : "texts",
	    names.len > 0 ? buf_str(&names) : "none");
	buf_free(&names);
	t->aged |= listing_query_filters(&t->q);
}

static void
many_start(struct view *v, void *arg)
{
	struct table_state *t = v->state;
	struct many *m = arg;
	struct cmd_call *c = call_words((const char *[]){ "tag-all",
		"--scheme", t->scheme.name, NULL });
	struct err err = { 0 };
	struct buf names = BUF_INIT;
	char *word[64];
	int rc;

	if (c == NULL)
		return;
	for (size_t i = 0; i < m->nlabels; i++)
		word[i] = label_by_id(&t->scheme, m->labels[i])->name;
	cmd_csv_join(word, m->nlabels, &names);
	rc = m->nlabels > 0 ?
	    cmd_set(c, "--label", buf_str(&names), &err) :
	    cmd_set(c, "--none", NULL, &err);
	buf_free(&names);
	if (rc < 0) {
		ui_error(&err);
		cmd_call_free(c);
		return;
	}
	c->docs = m->docs;
	c->ndocs = m->n;
	m->docs = NULL;
	table_unmark(t);
	labels_remember(t, m->labels, m->nlabels);
	run_call(v, c, many_done);
}

static void
many_ask(struct view *v, struct many *m)
{
	static const struct answer answers[] = {
		{ 'y', "tag them", many_start },
		{ 'n', "leave", NULL },
		{ 0 },
	};
	struct table_state *t = v->state;
	char *names = labels_joined(&t->scheme, m->labels, m->nlabels);
	char n[32], other[32], *text;

	count_text((long long)m->n, n);
	count_text((long long)m->look.other, other);
	text = m->look.other > 0 ? xasprintf("%s texts become %s; %s of them "
	    "you tagged otherwise:", n, names, other) :
	    xasprintf("%s texts become %s:", n, names);
	question_open(v, text, answers, m, many_free);
	free(text);
	free(names);
}

/* The question takes what was looked at. */
struct looking {
	struct many *many;
};

static int
look_reader(void *arg)
{
	struct many *m = arg;

	m->reader = project_open_reader(ui.project, &m->err);
	return m->reader != NULL ? 0 : -1;
}

static int
look_fetch(struct fetch *f)
{
	struct many *m = ((struct looking *)f->data)->many;
	struct tag tag = { .scheme = m->scheme, .labels = m->labels,
		.nlabels = m->nlabels };
	int rc;

	if (job_call(JOB_STORE, look_reader, m) < 0)
		return -1;
	rc = tag_many_look(m->reader, &tag, m->docs, m->n, &m->look, &m->err);
	project_close(m->reader);
	return rc;
}

static void
look_done(struct view *v, struct fetch *f)
{
	struct looking *l = f->data;

	if (f->job.result < 0 ||
	    tag_many_may(&l->many->look, &l->many->err) < 0) {
		ui_error(&l->many->err);
		return;
	}
	many_ask(v, l->many);
	l->many = NULL;
}

static void
look_drop(void *data)
{
	many_free(((struct looking *)data)->many);
	free(data);
}

static unsigned
marked_tag(struct view *v, const int64_t *labels, size_t n)
{
	struct table_state *t = v->state;
	struct many *m = xcalloc(1, sizeof *m);
	struct looking *l;
	struct fetch *f;

	m->docs = xcalloc(t->nmarked + 1, sizeof *m->docs);
	for (int64_t seq = 1; seq <= t->marks_max; seq++)
		if (table_is_marked(t, seq))
			m->docs[m->n++] = seq;
	m->nlabels = n < 64 ? n : 64;
	for (size_t i = 0; i < m->nlabels; i++)
		m->labels[i] = labels[i];
	m->scheme = t->scheme.id;
	if (m->n <= (size_t)t->list.height) {
		many_start(v, m);
		many_free(m);
		return R_REDRAW;
	}
	l = xcalloc(1, sizeof *l);
	l->many = m;
	f = fetch_new(look_fetch, look_done, look_drop, l);
	f->lane = JOB_LIST;
	f->act = true;
	fetch_start(v, f);
	return R_REDRAW;
}

unsigned
table_tag(struct view *v, const int64_t *labels, size_t n)
{
	struct table_state *t = v->state;

	return t->nmarked > 0 ? marked_tag(v, labels, n) :
	    row_tag(v, labels, n, false);
}

unsigned
table_place(struct view *v, size_t place)
{
	struct table_state *t = v->state;

	if (place >= t->scheme.nlabels)
		return R_REDRAW; /* it has gone since it was shown */
	if (t->scheme.kind == SCHEME_MULTILABEL && t->nmarked == 0) {
		table_toggles_open(v, (int)place);
		return R_REDRAW;
	}
	return table_tag(v, &t->scheme.labels[place].id, 1);
}

static unsigned
row_accept(struct view *v)
{
	struct table_state *t = v->state;
	const struct table_row *r = table_here(t);
	int64_t labels[64];
	size_t n = 0;

	if (r == NULL || r->npredicted == 0) {
		ui_message(MSG_NOTE, r != NULL && r->set == SET_TEST ?
		    "the test set is labelled blind: no prediction is shown" :
		    "there is no prediction to accept: train a quick model "
		    "(F6)");
		return R_REDRAW;
	}
	for (size_t i = 0; i < r->npredicted && n < 64; i++)
		labels[n++] = t->scheme.labels[r->predicted[i]].id;
	return row_tag(v, labels, n, true);
}

static void
picked(struct view *v, size_t i, const char *text)
{
	(void)text;
	table_place(v, i);
}

static unsigned
row_pick(struct view *v)
{
	struct table_state *t = v->state;
	struct choices c = { 0 };

	if (t->scheme.kind == SCHEME_MULTILABEL && t->nmarked == 0) {
		table_toggles_open(v, -1);
		return R_REDRAW;
	}
	if (t->scheme.nlabels == 0) {
		ui_message(MSG_NOTE, "%s", may_words("label add",
		    "no label yet: :label add NAME",
		    "no label yet: a manager adds them"));
		return R_REDRAW;
	}
	label_choices(&t->scheme, NULL, &c);
	choose_open(v, ";", &c, picked);
	return R_REDRAW;
}

/* ---- the row's other acts ---- */

static unsigned
row_act(struct view *v, enum table_act act)
{
	struct table_state *t = v->state;

	if (table_seq(t) != 0)
		table_ask(v, table_request_new(v, act), true);
	return R_REDRAW;
}

static unsigned
row_flag(struct view *v)
{
	const struct table_row *r = table_here(v->state);

	return row_act(v, r != NULL && r->flag ? ACT_UNFLAG : ACT_FLAG);
}

struct noting {
	int64_t doc;
};

static unsigned
note_given(struct view *v, const char *text, void *arg)
{
	struct noting *n = arg;
	struct table_request *q = table_request_new(v, ACT_COMMENT);

	q->doc = n->doc;
	q->comment = xstrdup(text);
	table_ask(v, q, true);
	return R_REDRAW;
}

static unsigned
row_note(struct view *v)
{
	const struct table_row *r = table_here(v->state);
	struct noting *n;

	if (r == NULL)
		return R_REDRAW;
	n = xcalloc(1, sizeof *n);
	n->doc = r->seq;
	prompt_open(v, &(struct prompt){ .label = "comment: ",
		.initial = r->note, .done = note_given, .arg = n,
		.drop = free });
	return R_REDRAW;
}

/* ---- commands ---- */

unsigned
table_act(struct view *v, struct cmd_call *c)
{
	struct table_state *t = v->state;
	const char *name = c->command->name;

	if (strcmp(name, "select") == 0)
		return marks(t, cmd_str(c, "WHAT"));
	if (strcmp(name, "accept") == 0)
		return row_accept(v);
	if (strcmp(name, "pick") == 0 || strcmp(name, "enter") == 0)
		return row_pick(v);
	if (strcmp(name, "none") == 0) {
		if (t->scheme.kind == SCHEME_MULTILABEL)
			return table_tag(v, NULL, 0);
		ui_message(MSG_NOTE, "\"none of these\" is for multi-label "
		    "schemes");
		return R_REDRAW;
	}
	if (strcmp(name, "repeat") == 0) {
		if (t->nlast > 0)
			return table_tag(v, t->last_labels, t->nlast);
		ui_message(MSG_NOTE, "nothing was labelled here yet");
		return R_REDRAW;
	}
	if (strcmp(name, "mark") == 0)
		return row_flag(v);
	if (strcmp(name, "note") == 0)
		return row_note(v);
	return R_PASS;
}

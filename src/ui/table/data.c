/*
 * Table's requests: pages near the screen, read in the store's lane one at a
 * time, so that those that were scrolled past are never asked for; and the
 * listings, filled in a lane of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"

#include "table.h"

/* ---- rows that are there ---- */

struct table_row *
table_row_at(struct table_state *t, size_t row)
{
	struct table_row *r;

	if (row < t->first || row >= t->first + t->nrows ||
	    t->listing == NULL || row >= listing_count(t->listing))
		return NULL;
	r = &t->rows[row - t->first];
	return r->seq == listing_at(t->listing, row) ? r : NULL;
}

struct table_row *
table_here(struct table_state *t)
{
	return table_row_at(t, t->list.at);
}

int64_t
table_seq(const struct table_state *t)
{
	return t->listing != NULL && t->list.at < listing_count(t->listing) ?
	    listing_at(t->listing, t->list.at) : 0;
}

/* ---- what the account has chosen ---- */

static int
save_fetch(struct fetch *f)
{
	return account_set(ui.project, "screen.table", f->data, NULL);
}

static cJSON *
listed_json(const struct table_state *t)
{
	cJSON *o = cJSON_CreateObject();
	int column = table_sort_column(t);

	criteria_write(&t->q.c, o);
	json_add_id(o, "scheme", t->q.c.scheme);
	cJSON_AddNumberToObject(o, "sets", t->q.sets);
	json_add_id(o, "final", t->q.final);
	if (column >= 0)
		cJSON_AddStringToObject(o, "sort", table_column_name(t,
		    column));
	cJSON_AddBoolToObject(o, "down", t->q.down);
	return o;
}

/* A label may have gone since. */
static int64_t
label_still(const struct table_state *t, bool same, int64_t id)
{
	return same && label_by_id(&t->scheme, id) != NULL ? id : 0;
}

static void
listed_read(struct table_state *t, const cJSON *o)
{
	struct listing_query *q = &t->q;
	bool same = json_id(o, "scheme") == q->c.scheme;
	const char *sort = reply_str(o, "sort");
	int column = sort != NULL ? table_column_named(t, sort) : -1;

	criteria_read(&q->c, o);
	q->c.carries = label_still(t, same, q->c.carries);
	q->c.predicted = label_still(t, same, q->c.predicted);
	q->final = label_still(t, same, json_id(o, "final"));
	if (!same) { /* models are a scheme's */
		q->c.wrong = false;
		free(q->c.model);
		q->c.model = NULL;
	}
	q->sets = (unsigned)reply_num(o, "sets", SETS_ALL) & SETS_ALL;
	if (q->sets == 0)
		q->sets = SETS_ALL;
	if (column < 0)
		return;
	q->key = table_column_key(column);
	q->column = column >= TABLE_FIELDS ? column - TABLE_FIELDS : 0;
	q->down = reply_bool(o, "down");
}

void
table_save(struct view *v)
{
	struct table_state *t = v->state;
	cJSON *o = cJSON_CreateObject(), *columns = cJSON_CreateArray();
	char *json;

	for (size_t i = 0; i < t->nshown; i++)
		cJSON_AddItemToArray(columns, cJSON_CreateString(
		    table_column_name(t, t->shown[i])));
	cJSON_AddItemToObject(o, "columns", columns);
	cJSON_AddBoolToObject(o, "text", t->pane);
	if (!t->guest) {
		cJSON_Delete(t->own);
		t->own = listed_json(t);
	}
	if (t->own != NULL)
		cJSON_AddItemToObject(o, "listed", cJSON_Duplicate(t->own,
		    true));
	json = cJSON_PrintUnformatted(o);
	cJSON_Delete(o);
	fetch_save(v, fetch_new(save_fetch, NULL, free, xstrdup(json)));
	cJSON_free(json);
}

static void
column_show(struct table_state *t, const char *name)
{
	int c = table_column_named(t, name);

	if (c >= 0 && t->nshown < TABLE_SHOWN)
		t->shown[t->nshown++] = c;
}

static void
table_state_read(struct table_state *t, const char *json)
{
	cJSON *o = json != NULL ? cJSON_Parse(json) : NULL;
	const cJSON *name, *columns = reply_item(o, "columns");

	t->nshown = 0;
	cJSON_ArrayForEach(name, columns)
		if (cJSON_IsString(name))
			column_show(t, name->valuestring);
	if (t->nshown == 0)
		table_columns_default(t);
	t->pane = o == NULL || reply_bool(o, "text");
	t->own = cJSON_DetachItemFromObjectCaseSensitive(o, "listed");
	if (t->own != NULL && !t->guest)
		listed_read(t, t->own);
	cJSON_Delete(o);
}

/* ---- pages ---- */

/* The rows that a page holds: those of the screen, and as many before and
 * after. */
static void
page_place(const struct table_state *t, size_t *first, size_t *n)
{
	size_t h = t->list.height > 0 ? (size_t)t->list.height : 24;
	size_t count = t->listing != NULL ? listing_count(t->listing) : 0;

	*first = t->list.top > h ? t->list.top - h : 0;
	*n = count - (*first < count ? *first : count);
	if (*n > 3 * h)
		*n = 3 * h;
}

struct table_request *
table_request_new(struct view *v, enum table_act act)
{
	struct table_state *t = v->state;
	struct table_request *q = xcalloc(1, sizeof *q);

	q->source = t->source;
	q->act = act;
	q->first = !t->ready;
	q->scheme_name = xstrdup(t->scheme_name);
	q->model = xstrdup(t->q.c.model);
	q->doc = table_seq(t);
	page_place(t, &q->row, &q->n);
	q->seqs = xcalloc(q->n + 1, sizeof *q->seqs);
	for (size_t i = 0; i < q->n; i++)
		q->seqs[i] = listing_at(t->listing, q->row + i);
	return q;
}

static void
scheme_take(struct view *v, struct table_request *q)
{
	struct table_state *t = v->state;
	bool other = q->scheme.id != t->q.c.scheme;

	if (other) { /* labels of the one before mean nothing here */
		t->q.c.scheme = q->scheme.id;
		t->q.c.carries = t->q.c.predicted = t->q.final = 0;
		if (t->listing != NULL && listing_query_filters(&t->q))
			t->aged = true;
	}
	scheme_free(&t->scheme);
	t->scheme = q->scheme;
	memset(&q->scheme, 0, sizeof q->scheme);
	column_list_free(t->columns, t->ncolumns);
	t->columns = q->columns;
	t->ncolumns = q->ncolumns;
	q->columns = NULL;
	q->ncolumns = 0;
	free(t->model);
	t->model = q->model_name;
	q->model_name = NULL;
	if (q->first)
		table_state_read(t, q->state);
}

void
table_forget(struct table_state *t)
{
	table_rows_free(t->rows, t->nrows);
	t->rows = NULL;
	t->nrows = 0;
}

static void
rows_take(struct table_state *t, struct table_request *q)
{
	table_forget(t);
	t->rows = q->rows;
	t->nrows = q->n;
	t->first = q->row;
	t->box.n = 0;
	q->rows = NULL;
	q->n = 0;
}

static void
go_to(struct table_state *t, int64_t seq, bool quiet)
{
	size_t row = t->listing != NULL ? listing_find(t->listing, seq) :
	    SIZE_MAX;

	if (row != SIZE_MAX)
		t->list.at = row;
	else if (!quiet)
		ui_message(MSG_NOTE, "that text is not among these: m changes "
		    "which are listed");
}

/* Rows that had been counted may be others, or more. */
static void
texts_changed(struct view *v, const struct table_request *q)
{
	struct table_state *t = v->state;

	t->max = q->max;
	t->gone = q->gone;
	table_list(v, NULL);
}

static void
page_done(struct view *v, struct fetch *f)
{
	struct table_request *q = f->data;
	struct table_state *t = v->state;
	int64_t found = q->found;

	if (q->act == ACT_NONE && q->id == NULL)
		t->asked = false;
	if (f->job.result < 0) {
		/* drawing asks for what is missing: not for ever */
		t->failed |= q->act == ACT_NONE;
		ui_error(&q->err);
		return;
	}
	t->failed = false;
	if (q->done != NULL)
		ui_message(MSG_DONE, "%s", q->done);
	scheme_take(v, q);
	t->ready = true;
	rows_take(t, q);
	if (q->max != t->max || q->gone != t->gone || t->listing == NULL)
		texts_changed(v, q);
	if (found != 0)
		go_to(t, found, q->quiet);
	if (q->act != ACT_NONE) {
		t->aged |= listing_query_filters(&t->q);
		view_changed(CHANGES_ANNOTATIONS | CHANGES_SELECTION, false);
		v->stale = false; /* it is what has just been read */
	}
	if (t->again) {
		t->again = false;
		table_forget(t);
	}
}

void
table_ask(struct view *v, struct table_request *q, bool act)
{
	struct fetch *f = fetch_new(table_fetch, page_done,
	    table_request_free, q);
	struct table_state *t = v->state;

	if (q->act == ACT_NONE && q->id == NULL)
		t->asked = true;
	f->act = act;
	f->writes = q->act != ACT_NONE;
	fetch_start(v, f);
}

/* Half a screen before the rows end, more are read: what one steps to is
 * there when one gets to it. */
void
table_need(struct view *v)
{
	struct table_state *t = v->state;
	size_t first, n, h, ahead, end, count;

	if (t->asked || t->failed || t->listing == NULL || !t->ready)
		return;
	count = listing_count(t->listing);
	h = t->list.height > 0 ? (size_t)t->list.height : 24;
	ahead = h / 2;
	first = t->list.top > ahead ? t->list.top - ahead : 0;
	end = t->list.top + h + ahead < count ? t->list.top + h + ahead :
	    count;
	if (first >= end)
		return;
	if (table_row_at(t, first) != NULL && table_row_at(t, end - 1) != NULL)
		return;
	page_place(t, &first, &n);
	/* a text that is gone would be asked for again and again */
	if (t->nrows == n && t->first == first && n > 0 &&
	    t->rows[n - 1].seq == 0)
		return;
	table_ask(v, table_request_new(v, ACT_NONE), false);
}

/* ---- listings ---- */

static void
filling_drop(void *data)
{
	struct table_filling *l = data;

	listing_free(l->listing);
	listing_free(l->base);
	free(l);
}

static int
reader_open(void *arg)
{
	struct table_filling *l = arg;

	l->reader = ui.project != NULL ? project_open_reader(ui.project,
	    &l->err) : NULL;
	return l->reader != NULL ? 0 : -1;
}

static void
tell(void *arg)
{
	job_news(&((struct table_filling *)arg)->fetch->job);
}

static int
fill_fetch(struct fetch *f)
{
	struct table_filling *l = f->data;
	int rc;

	if (progress_cancelled(&f->job.progress))
		return -1;
	if (job_call(JOB_STORE, reader_open, l) < 0)
		return -1;
	rc = listing_fill(l->listing, l->base, l->reader, &f->job.progress,
	    tell, l, &l->err);
	project_close(l->reader);
	return rc;
}

struct fetch *
table_fill(struct view *v, struct listing *l, struct listing *base,
    void (*news)(struct view *, struct fetch *),
    void (*done)(struct view *, struct fetch *))
{
	struct table_filling *fill = xcalloc(1, sizeof *fill);

	fill->listing = listing_ref(l);
	fill->base = base != NULL ? listing_ref(base) : NULL;
	fill->fetch = fetch_new(fill_fetch, done, filling_drop, fill);
	fill->fetch->lane = JOB_LIST;
	fill->fetch->news = news;
	fetch_start(v, fill->fetch);
	return fill->fetch;
}

/* The listing that comes takes the place of the one on the screen. */
static void
listing_show(struct table_state *t)
{
	if (t->coming == NULL)
		return;
	listing_free(t->listing);
	t->listing = t->coming;
	t->coming = NULL;
	t->list.at = t->list.top = 0;
	t->aged = false;
}

static void
place_again(struct table_state *t)
{
	size_t n = listing_count(t->listing), row;

	if (t->last) {
		t->list.at = n > 0 ? n - 1 : 0;
	} else if (t->stay != 0 && t->list.at == 0) {
		row = listing_find(t->listing, t->stay);
		if (row != SIZE_MAX)
			t->list.at = row;
	}
	list_fit(&t->list, n);
}

static void
fill_news(struct view *v, struct fetch *f)
{
	struct table_state *t = v->state;

	if (f != t->filling)
		return;
	listing_show(t);
	t->list.n = listing_count(t->listing);
	if (t->last && t->list.n > 0)
		t->list.at = t->list.n - 1;
}

/* What was kept cannot be listed: the model has gone, perhaps. */
static void
list_plain(struct view *v)
{
	struct table_state *t = v->state;

	if (!listing_query_filters(&t->q) && t->q.key == LISTING_FILE)
		return;
	t->q.key = LISTING_FILE;
	t->q.down = false;
	table_unfilter(&t->q);
	table_list(v, NULL);
}

static void
fill_done(struct view *v, struct fetch *f)
{
	struct table_state *t = v->state;
	struct table_filling *l = f->data;

	if (f != t->filling)
		return;
	t->filling = NULL;
	if (f->job.result < 0) {
		listing_free(t->coming);
		t->coming = NULL;
		if (progress_cancelled(&f->job.progress))
			return;
		ui_error(&l->err);
		if (t->listing == NULL)
			list_plain(v);
		return;
	}
	listing_show(t);
	place_again(t);
	t->stay = 0;
}

static void
filling_cancel(struct table_state *t)
{
	if (t->filling != NULL)
		atomic_store(&t->filling->job.progress.cancel, true);
	t->filling = NULL;
	listing_free(t->coming);
	t->coming = NULL;
}

static const char *const contexts_all[] = { "table", "list", "any", NULL };
static const char *const contexts_some[] = { "table-filtered", "table", "list",
	"any", NULL };

void
table_list(struct view *v, struct listing *base)
{
	struct table_state *t = v->state;
	struct err err = { 0 };

	v->contexts = listing_query_filters(&t->q) ? contexts_some :
	    contexts_all;
	filling_cancel(t);
	t->stay = table_seq(t);
	t->q.gaps = t->gone > 0;
	t->coming = listing_new(&t->q, t->max, &err);
	if (t->coming == NULL) {
		ui_error(&err);
		return;
	}
	if (listing_complete(t->coming)) {
		listing_show(t);
		place_again(t);
		return;
	}
	t->last = false;
	if (base == NULL && !t->aged)
		base = t->listing;
	t->filling = table_fill(v, t->coming, base, fill_news, fill_done);
}

void
table_unfilter(struct listing_query *q)
{
	struct listing_query all = LISTING_QUERY_INIT;

	all.c.scheme = q->c.scheme;
	all.key = q->key;
	all.column = q->column;
	all.down = q->down;
	listing_query_free(q);
	*q = all;
}

void
table_own(struct table_state *t)
{
	t->guest = false;
	free(t->title);
	t->title = NULL;
}

void
table_choose(struct view *v, struct listing *base)
{
	table_list(v, base);
	table_save(v);
}

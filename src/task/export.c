#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/export.h"
#include "tagtiger/hash.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"
#include "priv.h"

/* ---- what all exports share ---- */

void
export_column(struct export_columns *c, const char *name,
    enum table_kind kind)
{
	char *unique = xstrdup(name);
	int is_new = 0;

	if (c->names == NULL)
		c->names = strmap_new();
	for (int i = 2;; i++) {
		strmap_put(c->names, unique, strlen(unique), 0, &is_new);
		if (is_new)
			break;
		free(unique);
		unique = xasprintf("%s_%d", name, i);
	}
	c->v = array_room(c->v, c->n, &c->cap, sizeof *c->v);
	c->v[c->n++] = (struct table_column){ unique, kind };
}

void
export_columns_free(struct export_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		free((char *)c->v[i].name);
	free(c->v);
	strmap_free(c->names);
	*c = (struct export_columns){ 0 };
}

static enum table_format
export_format(const struct export_spec *spec)
{
	return spec->format != TABLE_AUTO ? spec->format :
	    table_format_of_path(spec->out);
}

struct table_writer *
export_open(const struct export_spec *spec, const struct export_columns *c,
    struct err *err)
{
	struct table_write_options o = { .guard = spec->guard };
	enum table_format format = export_format(spec);

	if (format == TABLE_AUTO) {
		err_set_status(err, ERR_NAME, "%s: its ending names no format; "
		    "add --format csv, xlsx, parquet or jsonl", spec->out);
		return NULL;
	}
	return table_create(spec->out, format, c->v, c->n, &o, err);
}

struct export_event {
	const struct export_spec *spec;
	const struct export_report *report;
	const char *what;
};

static int
add_event(struct project *writer, void *arg, struct err *err)
{
	const struct export_event *e = arg;
	cJSON *o = cJSON_CreateObject();
	char *json;
	int rc;

	cJSON_AddStringToObject(o, "what", e->what);
	cJSON_AddStringToObject(o, "file", e->spec->out);
	cJSON_AddNumberToObject(o, "rows", (double)e->report->written.rows);
	json = cJSON_PrintUnformatted(o);
	rc = history_add(writer, EVENT_EXPORT, 0, json, err);
	cJSON_free(json);
	cJSON_Delete(o);
	return rc;
}

int
export_log(struct project *p, const struct export_spec *spec,
    const char *what, const struct export_report *report, struct err *err)
{
	struct export_event e = { spec, report, what };

	if (project_record(p, add_event, &e, err) < 0)
		return err_prefix(err, "%s is written, but not noted in the "
		    "history", spec->out);
	return 0;
}

int
export_close(struct project *p, struct table_writer *w, int rc,
    const struct export_spec *spec, const char *what,
    struct export_report *report, struct err *err)
{
	if (rc < 0) {
		table_abandon(w);
		return -1;
	}
	if (table_finish(w, &report->written, err) < 0)
		return -1;
	return export_log(p, spec, what, report, err);
}

static char *
iso_time(int64_t ms, char out[32])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

/* ---- annotations ---- */

/* A column of the file, and what it is written as. */
struct context {
	int no;
	enum table_kind kind;
};

struct layer {
	struct scheme scheme;
	struct annot_bulk bulk;
	size_t at; /* row of the text at hand, or the next one's */
};

struct annot_export {
	struct project *p;
	const struct export_spec *spec;
	struct export_report *report;
	struct layer *layers; /* a scheme each */
	size_t nlayers;
	struct scheme *schemes; /* owns what layers' schemes point to */
	struct context *context; /* (ncontext) */
	size_t ncontext;
	struct export_columns columns;
	struct table_writer *w;
	struct table_value *row;
	char **user; /* names of accounts seen, by place in uids */
	int64_t *uids;
	size_t nusers;
	struct buf *labels; /* (nlayers) of the row at hand */
	char (*times)[32];
};

static const char *
name_of(struct annot_export *x, int64_t uid)
{
	for (size_t i = 0; i < x->nusers; i++)
		if (x->uids[i] == uid)
			return x->user[i];
	x->uids = xreallocarray(x->uids, x->nusers + 1, sizeof *x->uids);
	x->user = xreallocarray(x->user, x->nusers + 1, sizeof *x->user);
	x->uids[x->nusers] = uid;
	x->user[x->nusers] = user_name(x->p, uid);
	return x->user[x->nusers++];
}

static int
load_layers(struct annot_export *x, struct err *err)
{
	struct annot_query q = { .choice = x->spec->choice,
		.uid = x->spec->uid, .sets = x->spec->sets, .extra = true };

	if (scheme_list(x->p, &x->schemes, &x->nlayers, err) < 0)
		return -1;
	x->layers = xcalloc(x->nlayers, sizeof *x->layers);
	x->labels = xcalloc(x->nlayers, sizeof *x->labels);
	x->times = xcalloc(x->nlayers, sizeof *x->times);
	for (size_t i = 0; i < x->nlayers; i++) {
		x->layers[i].scheme = x->schemes[i];
		q.scheme = x->schemes[i].id;
		if (annot_bulk(x->p, &q, &x->layers[i].bulk, err) < 0)
			return -1;
		x->report->disagree += x->layers[i].bulk.disagree;
	}
	return 0;
}

/* A column is of its kind where every cell is: else its cells are texts. Csv
 * knows no other, and has them as they were. */
static int
context_kinds(struct annot_export *x, struct err *err)
{
	struct doc_cursor *c;
	struct doc_view v;
	bool typed = false;
	int got = -1;

	for (size_t i = 0; i < x->ncontext; i++) {
		if (export_format(x->spec) == TABLE_CSV)
			x->context[i].kind = TABLE_TEXT;
		typed |= x->context[i].kind != TABLE_TEXT;
	}
	if (!typed)
		return 0;
	c = doc_cursor_open(x->p, x->spec->sets, DOC_CELLS, err);
	while (c != NULL && (got = doc_cursor_next(c, &v, err)) == 1)
		for (size_t i = 0; i < x->ncontext; i++)
			x->context[i].kind = export_kind(
			    v.cells[x->context[i].no], x->context[i].kind);
	doc_cursor_close(c);
	for (size_t i = 0; i < x->ncontext; i++)
		if (x->context[i].kind == TABLE_DATE)
			x->context[i].kind = TABLE_TEXT; /* all are empty */
	return got;
}

static int
make_columns(struct annot_export *x, struct err *err)
{
	static const char *const extra[] = { "", "_annotator", "_time",
		"_comment" };
	struct column *c;
	size_t n;
	char *name;

	if (column_list(x->p, &c, &n, err) < 0)
		return -1;
	export_column(&x->columns, "id", TABLE_TEXT);
	export_column(&x->columns, "id_slug", TABLE_TEXT);
	export_column(&x->columns, "text", TABLE_TEXT);
	export_column(&x->columns, "set", TABLE_TEXT);
	x->context = xcalloc(n, sizeof *x->context);
	for (size_t i = 0; i < n; i++) {
		if (c[i].role != COLUMN_CONTEXT)
			continue;
		x->context[x->ncontext++] = (struct context){ c[i].no,
			table_kind_of(c[i].kind) };
	}
	if (context_kinds(x, err) < 0) {
		column_list_free(c, n);
		return -1;
	}
	for (size_t i = 0, k = 0; i < n; i++)
		if (c[i].role == COLUMN_CONTEXT)
			export_column(&x->columns, c[i].name,
			    x->context[k++].kind);
	for (size_t i = 0; i < x->nlayers; i++)
		for (int j = 0; j < 4; j++) {
			name = xasprintf("%s%s", x->layers[i].scheme.name,
			    extra[j]);
			export_column(&x->columns, name, TABLE_TEXT);
			free(name);
		}
	column_list_free(c, n);
	x->row = xcalloc(x->columns.n, sizeof *x->row);
	return 0;
}

/* The four cells of a scheme from row r of its bulk. */
static void
put_layer(struct annot_export *x, size_t i, size_t r,
    struct table_value *cells)
{
	const struct layer *l = &x->layers[i];
	const struct annot_bulk *b = &l->bulk;
	const struct label *label;

	buf_clear(&x->labels[i]);
	for (size_t j = b->start[r]; j < b->start[r + 1]; j++) {
		label = label_by_id(&l->scheme, b->label[j]);
		buf_addf(&x->labels[i], "%s%s", j > b->start[r] ? "|" : "",
		    label != NULL ? label->name : "?");
	}
	cells[0] = table_text(buf_str(&x->labels[i]));
	cells[1] = table_text(name_of(x, b->uid[r]));
	cells[2] = table_text(iso_time(b->time[r], x->times[i]));
	cells[3] = table_text(b->comment[r]);
}

/* Of the layers' rows at this text the ones by uid, or with CHOICE_FINAL and
 * CHOICE_UID the only ones. */
static int
put_row(struct annot_export *x, const struct doc_view *v, bool by,
    int64_t uid, struct err *err)
{
	struct table_value *cells = x->row;
	const struct annot_bulk *b;

	*cells++ = table_text(v->id);
	*cells++ = table_text(v->slug);
	*cells++ = table_textn(v->text, v->text_len);
	*cells++ = table_text(set_name(v->set));
	for (size_t i = 0; i < x->ncontext; i++)
		export_typed(v->cells[x->context[i].no], x->context[i].kind,
		    cells++);
	for (size_t i = 0; i < x->nlayers; i++, cells += 4) {
		b = &x->layers[i].bulk;
		for (int j = 0; j < 4; j++)
			cells[j] = table_null();
		for (size_t r = x->layers[i].at; r < b->n &&
		    b->doc[r] == v->seq; r++)
			if (!by || b->uid[r] == uid)
				put_layer(x, i, r, cells);
	}
	return table_put(x->w, x->row, err);
}

/* Every annotator of this text once, in the order of their numbers. */
static int
put_annotators(struct annot_export *x, const struct doc_view *v,
    struct err *err)
{
	int64_t last = INT64_MIN, next;
	const struct annot_bulk *b;

	for (;; last = next) {
		next = INT64_MAX;
		for (size_t i = 0; i < x->nlayers; i++) {
			b = &x->layers[i].bulk;
			for (size_t r = x->layers[i].at; r < b->n &&
			    b->doc[r] == v->seq; r++)
				if (b->uid[r] > last && b->uid[r] < next)
					next = b->uid[r];
		}
		if (next == INT64_MAX)
			return 0;
		if (put_row(x, v, true, next, err) < 0)
			return -1;
	}
}

static int
put_docs(struct annot_export *x, struct progress *progress, struct err *err)
{
	struct doc_cursor *c = doc_cursor_open(x->p, x->spec->sets,
	    DOC_TEXT | DOC_CELLS, err);
	struct layer *l;
	struct doc_view v;
	int got = -1;

	if (c == NULL)
		return -1;
	progress_phase(progress, "writing", 0);
	while ((got = doc_cursor_next(c, &v, err)) == 1) {
		for (l = x->layers; l < x->layers + x->nlayers; l++)
			while (l->at < l->bulk.n &&
			    l->bulk.doc[l->at] < v.seq)
				l->at++;
		got = x->spec->choice == CHOICE_ALL ?
		    put_annotators(x, &v, err) :
		    put_row(x, &v, false, 0, err);
		if (got == 0 && progress_step(progress, 1))
			got = progress_stopped(err);
		if (got < 0)
			break;
	}
	doc_cursor_close(c);
	return got;
}

static void
annot_export_free(struct annot_export *x)
{
	for (size_t i = 0; i < x->nlayers && x->layers != NULL; i++) {
		annot_bulk_free(&x->layers[i].bulk);
		buf_free(&x->labels[i]);
	}
	for (size_t i = 0; i < x->nusers; i++)
		free(x->user[i]);
	free(x->user);
	free(x->uids);
	free(x->layers);
	free(x->labels);
	free(x->times);
	free(x->context);
	free(x->row);
	export_columns_free(&x->columns);
	scheme_list_free(x->schemes, x->nlayers);
}

int
export_annotations(struct project *p, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err)
{
	struct annot_export x = { .p = p, .spec = spec, .report = report };
	int rc = -1;

	*report = (struct export_report){ 0 };
	if (load_layers(&x, err) < 0 || make_columns(&x, err) < 0)
		goto out;
	x.w = export_open(spec, &x.columns, err);
	if (x.w == NULL)
		goto out;
	rc = put_docs(&x, progress, err);
	rc = export_close(p, x.w, rc, spec, "annotations", report, err);
out:
	annot_export_free(&x);
	return rc;
}

/* ---- history ---- */

static int
put_event(struct project *p, struct table_writer *w, const struct event *e,
    struct err *err)
{
	char *user = user_name(p, e->uid), *id = NULL, time[32];
	struct scheme s = { 0 };
	struct table_value row[7];
	int rc;

	if (e->doc != 0)
		id = doc_id(p, e->doc, NULL);
	if (e->scheme != 0)
		scheme_get(p, e->scheme, &s, NULL);
	row[0] = table_text(iso_time(e->time, time));
	row[1] = table_text(user);
	row[2] = table_text(event_kind_name(e->kind));
	row[3] = table_text(s.name);
	row[4] = table_text(id);
	row[5] = table_text(e->summary);
	row[6] = (struct table_value){ .kind = TABLE_BOOL, .b = e->undone };
	rc = table_put(w, row, err);
	scheme_free(&s);
	free(id);
	free(user);
	return rc;
}

int
export_history(struct project *p, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err)
{
	struct history_filter filter = HISTORY_ALL;
	struct history_place place = { 0 };
	struct export_columns c = { 0 };
	struct table_writer *w;
	struct event *e;
	size_t n = 1;
	int rc = 0;

	*report = (struct export_report){ 0 };
	filter.bulk = true;
	export_column(&c, "time", TABLE_DATE);
	export_column(&c, "user", TABLE_TEXT);
	export_column(&c, "what", TABLE_TEXT);
	export_column(&c, "scheme", TABLE_TEXT);
	export_column(&c, "id", TABLE_TEXT);
	export_column(&c, "summary", TABLE_TEXT);
	export_column(&c, "undone", TABLE_BOOL);
	w = export_open(spec, &c, err);
	export_columns_free(&c);
	if (w == NULL)
		return -1;
	progress_phase(progress, "writing", 0);
	while (rc == 0 && n > 0) {
		rc = history_page(p, &filter, &place, 500, &e, &n, err);
		if (rc < 0)
			break;
		for (size_t i = 0; rc == 0 && i < n; i++)
			rc = put_event(p, w, &e[i], err);
		if (rc == 0 && progress_step(progress, n))
			rc = progress_stopped(err);
		history_page_free(e, n);
	}
	return export_close(p, w, rc, spec, "history", report, err);
}

/*
 * A page of Table, read in the store's lane after the act that asked for it:
 * the texts, what stands of them in the scheme, and what the model says.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/forecast.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/tagmany.h"
#include "tagtiger/user.h"
#include "tagtiger/utf8.h"

#include "table.h"

/* ---- freeing ---- */

static void
row_free(struct table_row *r)
{
	free(r->id);
	free(r->text);
	for (size_t i = 0; i < r->nfields; i++)
		free(r->fields[i]);
	free(r->fields);
	free(r->labels);
	free(r->who);
	free(r->own);
	free(r->note);
	free(r->predicted);
}

void
table_rows_free(struct table_row *v, size_t n)
{
	for (size_t i = 0; v != NULL && i < n; i++)
		row_free(&v[i]);
	free(v);
}

void
table_request_free(void *request)
{
	struct table_request *r = request;

	free(r->scheme_name);
	free(r->model);
	free(r->comment);
	free(r->id);
	free(r->seqs);
	scheme_free(&r->scheme);
	column_list_free(r->columns, r->ncolumns);
	free(r->model_name);
	free(r->state);
	table_rows_free(r->rows, r->n);
	free(r->done);
	free(r);
}

void
table_source_drop(struct table_source *s)
{
	forecast_free(s->forecast);
	for (size_t i = 0; i < s->nnames; i++)
		free(s->names[i].name);
	free(s->names);
	free(s);
}

/* ---- a row ---- */

static const char *
name_of(struct table_source *s, int64_t uid)
{
	for (size_t i = 0; i < s->nnames; i++)
		if (s->names[i].uid == uid)
			return s->names[i].name;
	s->names = array_room(s->names, s->nnames, &s->cap, sizeof *s->names);
	s->names[s->nnames] = (struct uid_name){ uid, uid == LAYER_FINAL ?
		xstrdup("adjudicated") : user_name(ui.project, uid) };
	return s->names[s->nnames++].name;
}

static int64_t *
ids_copy(const int64_t *v, size_t n)
{
	int64_t *to = xcalloc(n + 1, sizeof *to);

	if (n > 0)
		memcpy(to, v, n * sizeof *to);
	return to;
}

/* What this account and all the others say of the text. */
static void
row_layers(struct table_row *r, struct table_source *source,
    const struct annot *v, size_t n)
{
	const struct annot *newest = NULL, *final;
	size_t others = 0;

	for (size_t i = 0; i < n; i++) {
		r->flag |= v[i].flag;
		r->comment |= v[i].comment[0] != '\0';
		if (v[i].uid == project_uid(ui.project)) {
			r->note = xstrdup(v[i].comment);
			r->mine = v[i].tagged;
			r->own = ids_copy(v[i].labels, v[i].nlabels);
			r->nown = v[i].nlabels;
		}
		if (!v[i].tagged)
			continue;
		r->tagged = true;
		others++;
		if (newest == NULL || v[i].time > newest->time)
			newest = &v[i];
	}
	final = annot_final(v, n);
	r->differ = r->tagged && final == NULL;
	if (final != NULL) {
		r->labels = ids_copy(final->labels, final->nlabels);
		r->nlabels = final->nlabels;
	}
	if (newest == NULL)
		return;
	r->time = newest->time;
	r->who = others > 1 ? xasprintf("%s +%zu", name_of(source,
	    newest->uid), others - 1) : xstrdup(name_of(source, newest->uid));
}

static void
row_predicted(struct table_row *r, const struct table_request *q,
    struct forecast_row *of)
{
	const struct forecast *f = q->source->forecast;

	r->sure = NAN;
	if (f == NULL || r->set == SET_TEST ||
	    !forecast_get(f, r->set, r->seq, of))
		return;
	r->sure = isnan(of->probability) ? 1 - (double)of->prob[of->best] :
	    of->probability;
	r->predicted = xcalloc(of->k + 1, sizeof *r->predicted);
	for (size_t j = 0; j < of->k; j++) {
		int place = label_index(&q->scheme, of->labels[j]);

		if (of->chosen[j] && place >= 0)
			r->predicted[r->npredicted++] = place;
	}
}

static int
row_read(struct table_row *r, struct table_request *q,
    struct forecast_row *of)
{
	struct doc d;
	struct annot *v = NULL;
	size_t n = 0;
	int got = doc_get(ui.project, r->seq, &d, &q->err);

	if (got <= 0) {
		r->seq = 0;
		return got;
	}
	if (annot_layers(ui.project, q->scheme.id, r->seq, &v, &n,
	    &q->err) < 0) {
		doc_free(&d);
		return -1;
	}
	r->set = d.set;
	r->id = d.id;
	r->text = d.text;
	r->text_len = d.text_len;
	r->length = utf8_count(d.text, d.text_len);
	d.id = d.text = NULL;
	r->fields = xcalloc(d.nvalues + 1, sizeof *r->fields);
	r->nfields = d.nvalues;
	for (size_t i = 0; i < d.nvalues; i++)
		r->fields[i] = xstrdup(d.values[i].value);
	doc_free(&d);
	row_layers(r, q->source, v, n);
	annot_list_free(v, n);
	row_predicted(r, q, of);
	return 0;
}

static int
rows_read(struct table_request *q)
{
	struct forecast_row of = { 0 };
	int rc = forecast_sync(ui.project, q->scheme.id, q->model,
	    &q->source->forecast, &q->err);

	q->rows = xcalloc(q->n + 1, sizeof *q->rows);
	if (q->source->forecast != NULL)
		q->model_name = xstrdup(forecast_model(q->source->forecast));
	for (size_t i = 0; rc >= 0 && i < q->n; i++) {
		q->rows[i].seq = q->seqs[i];
		q->rows[i].sure = NAN;
		rc = row_read(&q->rows[i], q, &of);
	}
	forecast_row_free(&of);
	return rc < 0 ? -1 : 0;
}

/* ---- acts ---- */

static int
act_tag(struct table_request *q)
{
	struct tag tag = { .scheme = q->scheme.id, .doc = q->doc,
		.labels = q->labels, .nlabels = q->nlabels,
		.accepted = q->accepted };
	char *id, *names;

	if (annot_tag(ui.project, &tag, NULL, &q->err) < 0)
		return -1;
	id = doc_id(ui.project, q->doc, NULL);
	names = labels_joined(&q->scheme, q->labels, q->nlabels);
	q->done = xasprintf("#%s → %s%s", id != NULL ? id : "?", names,
	    q->accepted ? " (accepted)" : "");
	free(names);
	free(id);
	return 0;
}

static int
act_do(struct table_request *q)
{
	int64_t scheme = q->scheme.id;

	switch (q->act) {
	case ACT_NONE: return 0;
	case ACT_TAG: return act_tag(q);
	case ACT_FLAG:
	case ACT_UNFLAG:
		return annot_flag(ui.project, scheme, q->doc,
		    q->act == ACT_FLAG, &q->err);
	case ACT_COMMENT:
		return annot_comment(ui.project, scheme, q->doc, q->comment,
		    &q->err);
	}
	return 0;
}

/* Texts of the rest are predicted and not tagged. */
static int
act_refused(struct table_request *q)
{
	struct doc d;
	enum set set;

	if (q->act != ACT_TAG && q->act != ACT_FLAG && q->act != ACT_COMMENT)
		return 0;
	if (doc_get(ui.project, q->doc, &d, &q->err) != 1)
		return -1;
	set = d.set;
	doc_free(&d);
	return set == SET_REST ? err_set_status(&q->err, ERR_NAME, "this text "
	    "is in the rest, which is predicted and not tagged: ':draw train "
	    "N' takes texts from there") : 0;
}

int
table_fetch(struct fetch *f)
{
	struct table_request *q = f->data;
	struct project *p = ui.project;

	if (current_scheme_named(p, q->scheme_name, &q->scheme, &q->err) < 0 ||
	    column_list(p, &q->columns, &q->ncolumns, &q->err) < 0 ||
	    doc_max(p, &q->max, &q->err) < 0 ||
	    doc_dropped(p, &q->gone, &q->err) < 0)
		return -1;
	if (q->first)
		q->state = account_get(p, "screen.table", NULL);
	if (q->id != NULL && doc_need(p, q->id, &q->found, &q->err) < 0)
		return -1;
	if (act_refused(q) < 0 || act_do(q) < 0)
		return -1;
	return rows_read(q);
}

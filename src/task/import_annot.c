#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "priv.h"

struct annot_import {
	struct project *p;
	const struct import_annotations *spec;
	struct import_report *report;
	struct annot_source source;
	char *own_id; /* the project's column of ids */
	struct text_index *texts; /* made when first needed */
	struct scheme scheme;	  /* read again when it gets a label */
	struct strmap *done; /* "doc uid" of what this import has put */
	uint64_t row;
	int64_t *labels; /* of the annotation at hand */
	size_t n, cap;
	struct err *err;
	int rc;
};

/* ---- labels ---- */

static void
label_put(struct annot_import *a, int64_t id)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->labels[i] == id)
			return;
	a->labels = array_room(a->labels, a->n, &a->cap, sizeof *a->labels);
	a->labels[a->n++] = id;
}

/* A label by name: found, or made. */
static void
row_label(void *arg, const char *s, size_t len)
{
	struct annot_import *a = arg;
	char *name = xstrndup(s, len);
	const struct label *l = label_named(&a->scheme, name);
	int64_t id = 0, scheme = a->scheme.id;

	if (l != NULL)
		id = l->id;
	else if (a->rc == 0 && label_add(a->p, scheme, name, &id, a->err) < 0)
		a->rc = -1;
	else if (a->rc == 0) {
		import_name_add(&a->report->labels, s, len);
		scheme_free(&a->scheme);
		a->rc = scheme_get(a->p, scheme, &a->scheme, a->err);
	}
	free(name);
	label_put(a, id);
}

static void
item_labels(struct annot_import *a, const struct annot_item *item)
{
	const struct import_names *names = &item->labels;

	a->n = 0;
	for (size_t i = 0; i < names->n; i++) {
		if (item->joined && a->scheme.kind == SCHEME_MULTILABEL)
			import_split(names->v[i], strlen(names->v[i]),
			    a->spec->sep, row_label, a);
		else
			row_label(a, names->v[i], strlen(names->v[i]));
	}
}

static bool
same_labels(const struct annot *have, const struct annot_import *a)
{
	size_t equal = 0;

	for (size_t i = 0; i < have->nlabels; i++)
		for (size_t j = 0; j < a->n; j++)
			equal += have->labels[i] ==
			    label_by_id(&a->scheme, a->labels[j])->effective;
	return have->nlabels == a->n && equal == a->n;
}

static char *
label_names(const struct annot_import *a, const int64_t *ids, size_t n)
{
	const struct label *l;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		l = label_by_id(&a->scheme, ids[i]);
		buf_addf(&b, "%s%s", i > 0 ? " | " : "",
		    l != NULL ? l->name : "?");
	}
	return buf_take(&b);
}

/* ---- storing ---- */

static int
put_tag(struct annot_import *a, int64_t doc, int64_t uid)
{
	struct tag tag = { .scheme = a->scheme.id, .doc = doc,
		.labels = a->labels, .nlabels = a->n, .bulk = true,
		.whose = uid == project_uid(a->p) ? WHOSE_MINE : WHOSE_UID,
		.uid = uid };

	a->report->kept++;
	return annot_tag(a->p, &tag, NULL, a->err);
}

static int
conflict_note(struct annot_import *a, int64_t doc, const struct annot *have)
{
	struct import_conflict c = { .row = a->row };

	c.id = doc_id(a->p, doc, a->err);
	if (c.id == NULL)
		return -1;
	c.have = label_names(a, have->labels, have->nlabels);
	c.now = label_names(a, a->labels, a->n);
	import_conflict_add(a->report, &c);
	return 0;
}

static int put(struct annot_import *a, int64_t doc, int64_t uid, bool second);

/* The annotator has said something else already. */
static int
conflict(struct annot_import *a, int64_t doc, const struct annot *have,
    bool second)
{
	int64_t uid;

	if (second || a->spec->on_conflict == CONFLICT_KEEP) {
		a->report->kept_own++;
		return conflict_note(a, doc, have);
	}
	if (conflict_note(a, doc, have) < 0)
		return -1;
	if (a->spec->on_conflict == CONFLICT_REPLACE) {
		a->report->replaced++;
		return put_tag(a, doc, have->uid);
	}
	if (user_import(a->p, a->spec->as, &uid, a->err) < 0)
		return -1;
	return put(a, doc, uid, true);
}

/* One annotation; `second`: of the second annotator of a conflict. */
static int
put(struct annot_import *a, int64_t doc, int64_t uid, bool second)
{
	struct annot have = { 0 };
	int got = annot_get(a->p, a->scheme.id, doc, uid, &have, a->err);
	int rc = 0;

	if (got < 0)
		return -1;
	if (got == 0 || !have.tagged) {
		a->report->added += second;
		rc = put_tag(a, doc, uid);
	} else if (same_labels(&have, a)) {
		a->report->same++;
	} else {
		rc = conflict(a, doc, &have, second);
	}
	annot_free(&have);
	return rc;
}

/* Labels that come one by one: add to those that this import gave the text
 * before. 1 where there are some, and all is done. */
static int
put_more(struct annot_import *a, const struct annot_item *item, int64_t doc,
    int64_t uid)
{
	struct annot have = { 0 };
	char key[64];
	int len, is_new, got, rc = 0;

	if (!item->more || a->scheme.kind != SCHEME_MULTILABEL)
		return 0;
	len = snprintf(key, sizeof key, "%lld %lld", (long long)doc,
	    (long long)uid);
	strmap_put(a->done, key, (size_t)len, 1, &is_new);
	if (is_new)
		return 0;
	got = annot_get(a->p, a->scheme.id, doc, uid, &have, a->err);
	for (size_t i = 0; got == 1 && i < have.nlabels; i++)
		label_put(a, have.labels[i]);
	if (got == 1 && same_labels(&have, a))
		a->report->same++;
	else if (got >= 0)
		rc = put_tag(a, doc, uid);
	annot_free(&have);
	return got < 0 || rc < 0 ? -1 : 1;
}

/* ---- which text ---- */

static int
same_as_text(struct annot_import *a, int64_t doc, const char *text)
{
	struct doc d;
	int got = doc_get(a->p, doc, &d, a->err);

	if (got == 1) {
		got = import_same_text(d.text, d.text_len, text, strlen(text));
		doc_free(&d);
	}
	return got;
}

/* By an id that may be the other program's own: it counts where the text is
 * the same. Else by the text. FAULT_COUNT: found. */
static int
find_doc(struct annot_import *a, const struct annot_item *item, int64_t *doc,
    enum import_fault *fault)
{
	bool ours = a->spec->id != NULL || item->text == NULL;
	int got = 0;

	*fault = FAULT_UNKNOWN_ID;
	if (item->id != NULL)
		got = doc_find(a->p, item->id, doc, a->err);
	if (got == 1 && !ours)
		got = same_as_text(a, *doc, item->text);
	if (got < 0)
		return -1;
	if (got == 0 && !ours) {
		if (a->texts == NULL)
			a->texts = text_index_new(a->p, a->err);
		if (a->texts == NULL)
			return -1;
		got = text_index_find(a->texts, item->text, doc, a->err);
		if (got < 0)
			return -1;
		if (got > 1)
			*fault = FAULT_AMBIGUOUS;
	}
	if (got == 1)
		*fault = FAULT_COUNT;
	return 0;
}

#define UNKNOWN_TEXT 80 /* bytes of a text that stands for an id */

static void
unknown_note(struct annot_import *a, const struct annot_item *item)
{
	const char *s = a->spec->id == NULL && item->text != NULL ?
	    item->text : item->id != NULL ? item->id : "";
	size_t len = strlen(s);

	if (len > UNKNOWN_TEXT)
		for (len = UNKNOWN_TEXT; ((unsigned char)s[len] & 0xc0) ==
		    0x80;)
			len--;
	import_name_add(&a->report->unknown, s, len);
}

/* ---- rows ---- */

static int
item_uid(struct annot_import *a, const struct annot_item *item, int64_t *uid)
{
	const char *name = item->annotator;

	if (a->spec->as != NULL && a->spec->on_conflict != CONFLICT_ADD)
		name = a->spec->as;
	*uid = project_uid(a->p);
	return name == NULL ? 0 : user_import(a->p, name, uid, a->err);
}

static int
take_item(void *arg, const struct annot_item *item)
{
	struct annot_import *a = arg;
	enum import_fault fault;
	int64_t doc, uid;
	int rc;

	if (item->passed_over || item->labels.n == 0) {
		a->report->passed_over += item->passed_over;
		a->report->unfilled += !item->passed_over;
		return 0;
	}
	if (find_doc(a, item, &doc, &fault) < 0)
		return -1;
	if (fault != FAULT_COUNT) {
		import_fault_add(&a->report->faults, fault, a->row);
		if (fault == FAULT_UNKNOWN_ID)
			unknown_note(a, item);
		return 0;
	}
	if (a->scheme.kind == SCHEME_MULTICLASS && item->labels.n > 1) {
		import_fault_add(&a->report->faults, FAULT_BAD_LABEL, a->row);
		return 0;
	}
	if (item_uid(a, item, &uid) < 0)
		return -1;
	item_labels(a, item);
	if (a->rc < 0)
		return -1;
	rc = put_more(a, item, doc, uid);
	return rc != 0 ? rc < 0 ? -1 : 0 : put(a, doc, uid, false);
}

static int
read_row(struct annot_import *a, const struct table_row *row)
{
	a->report->rows++;
	a->row = row->number;
	if (row->ncells < table_ncolumns(a->source.reader)) {
		import_fault_add(&a->report->faults, FAULT_RAGGED,
		    row->number);
		return 0;
	}
	if (annot_source_row(&a->source, row, take_item, a, a->err) < 0)
		return err_prefix(a->err, "%s: row %llu", a->spec->file,
		    (unsigned long long)row->number);
	return 0;
}

static int
read_rows(struct annot_import *a, struct progress *progress)
{
	struct table_reader *t = a->source.reader;
	const struct table_info *info = table_info(t);
	struct table_row row;
	uint64_t done = 0;
	char *json;
	int got, rc;

	progress_phase(progress, "reading", info->total);
	while ((got = table_next(t, &row, a->err)) == 1) {
		if (read_row(a, &row) < 0)
			return -1;
		info = table_info(t);
		if (progress_step(progress, info->done - done))
			return progress_stopped(a->err);
		done = info->done;
	}
	import_report_info(a->report, t);
	if (got < 0)
		return -1;
	if (import_fault_check(&a->report->faults, a->spec->drop, a->err) < 0)
		return err_prefix(a->err, "%s", a->spec->file);
	json = xasprintf("{\"annotations\":%llu,\"rows\":%llu,\"from\":"
	    "\"%s\"}", (unsigned long long)a->report->kept,
	    (unsigned long long)a->report->rows,
	    import_from_name(a->source.from));
	rc = history_add(a->p, EVENT_IMPORT, a->scheme.id, json, a->err);
	free(json);
	return rc;
}

static int
find_scheme(struct annot_import *a)
{
	const char *label = a->spec->label != NULL ? a->spec->label
						   : a->source.name;

	if (a->spec->scheme != NULL)
		return scheme_find(a->p, a->spec->scheme, &a->scheme, a->err);
	if (label != NULL && scheme_find(a->p, label, &a->scheme, NULL) == 0)
		return 0;
	return scheme_get(a->p, a->spec->current, &a->scheme, a->err);
}

static int
find_own_id(struct annot_import *a)
{
	struct column *c;
	size_t n;

	if (column_list(a->p, &c, &n, a->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (c[i].role == COLUMN_ID && a->own_id == NULL)
			a->own_id = xstrdup(c[i].name);
	column_list_free(c, n);
	return 0;
}

static int
import_all(struct annot_import *a, struct progress *progress)
{
	const struct import_annotations *spec = a->spec;
	int rc;

	if (spec->on_conflict == CONFLICT_ADD && spec->as == NULL)
		return err_set_status(a->err, ERR_USAGE, "conflicts are to be "
		    "added as a second annotator's: say whose by --as NAME");
	if (find_own_id(a) < 0)
		return -1;
	a->source.own_id = a->own_id;
	if (annot_source_open(&a->source, spec, a->err) < 0)
		return -1;
	a->report->from = a->source.from;
	if (find_scheme(a) < 0 || act_begin(a->p, true, a->err) < 0)
		return -1;
	err_clear(a->err);
	rc = read_rows(a, progress);
	/* Nothing is kept of a check: what it did is rolled back. */
	if (act_end(a->p, spec->check ? -1 : rc, a->err) < 0 && !spec->check)
		rc = -1;
	return rc;
}

int
import_annotations(struct project *p, const struct import_annotations *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct annot_import a = { .p = p, .spec = spec, .report = report,
		.done = strmap_new(), .err = err };
	int rc;

	*report = (struct import_report){ 0 };
	rc = import_all(&a, progress);
	annot_source_close(&a.source);
	text_index_free(a.texts);
	scheme_free(&a.scheme);
	strmap_free(a.done);
	free(a.own_id);
	free(a.labels);
	return rc;
}

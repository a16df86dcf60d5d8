#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "priv.h"

struct annot_import {
	struct project *p;
	const struct import_annotations *spec;
	struct import_report *report;
	struct table_reader *reader;
	int id, label, annotator; /* columns */
	struct scheme scheme;	  /* read again when it gets a label */
	int64_t *labels;	  /* of the row at hand */
	size_t n, cap;
	struct err *err;
	int rc;
};

/* A label of the row: found, or made. */
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
		scheme_free(&a->scheme);
		a->rc = scheme_get(a->p, scheme, &a->scheme, a->err);
	}
	free(name);
	for (size_t i = 0; i < a->n; i++)
		if (a->labels[i] == id)
			return;
	a->labels = array_room(a->labels, a->n, &a->cap, sizeof *a->labels);
	a->labels[a->n++] = id;
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

/* One annotation, unless the annotator has said something else already. */
static int
put(struct annot_import *a, int64_t doc, int64_t uid)
{
	struct annot have = { 0 };
	struct tag tag = { .scheme = a->scheme.id, .doc = doc,
		.labels = a->labels, .nlabels = a->n, .bulk = true,
		.whose = uid == project_uid(a->p) ? WHOSE_MINE : WHOSE_UID,
		.uid = uid };
	int got = annot_get(a->p, a->scheme.id, doc, uid, &have, a->err);
	bool tagged = got == 1 && have.tagged, same;

	if (got < 0)
		return -1;
	same = tagged && same_labels(&have, a);
	annot_free(&have);
	if (same)
		a->report->same++;
	else if (tagged && !a->spec->replace)
		a->report->kept_own++;
	else {
		a->report->kept++;
		return annot_tag(a->p, &tag, NULL, a->err);
	}
	return 0;
}

static int
row_doc(struct annot_import *a, const struct table_row *row, int64_t *doc)
{
	size_t len = row->cells[a->id].len;
	const char *s = import_trim(row->cells[a->id].s, &len);
	char *id = xstrndup(s, len);
	int got = doc_find(a->p, id, doc, a->err);

	free(id);
	return got;
}

static int
row_uid(struct annot_import *a, const struct table_row *row, int64_t *uid)
{
	const char *name;
	char *s;
	size_t len;
	int rc;

	*uid = project_uid(a->p);
	if (a->annotator < 0)
		return 0;
	len = row->cells[a->annotator].len;
	name = import_trim(row->cells[a->annotator].s, &len);
	if (len == 0)
		return 0;
	s = xstrndup(name, len);
	rc = user_import(a->p, s, uid, a->err);
	free(s);
	return rc;
}

static int
row_import(struct annot_import *a, const struct table_row *row)
{
	struct import_faults *f = &a->report->faults;
	const char *cell;
	int64_t doc, uid;
	size_t len;
	int got;

	if (row->ncells < table_ncolumns(a->reader)) {
		import_fault_add(f, FAULT_RAGGED, row->number);
		return 0;
	}
	len = row->cells[a->label].len;
	cell = import_trim(row->cells[a->label].s, &len);
	if (len == 0) {
		a->report->unfilled++;
		return 0;
	}
	got = row_doc(a, row, &doc);
	if (got < 0 || row_uid(a, row, &uid) < 0)
		return -1;
	if (got == 0) {
		import_fault_add(f, FAULT_UNKNOWN_ID, row->number);
		return 0;
	}
	a->n = 0;
	if (a->scheme.kind == SCHEME_MULTICLASS)
		row_label(a, cell, len);
	else
		import_split(cell, len, a->spec->sep, row_label, a);
	if (a->rc < 0)
		return err_prefix(a->err, "%s: row %llu", a->spec->file,
		    (unsigned long long)row->number);
	return put(a, doc, uid);
}

static int
read_rows(struct annot_import *a, struct progress *progress)
{
	const struct table_info *info = table_info(a->reader);
	struct table_row row;
	uint64_t done = 0;
	char *json;
	int got, rc;

	progress_phase(progress, "reading", info->total);
	while ((got = table_next(a->reader, &row, a->err)) == 1) {
		a->report->rows++;
		if (row_import(a, &row) < 0)
			return -1;
		info = table_info(a->reader);
		if (progress_step(progress, info->done - done))
			return progress_stopped(a->err);
		done = info->done;
	}
	if (got < 0)
		return -1;
	if (import_fault_check(&a->report->faults, a->spec->drop, a->err) < 0)
		return err_prefix(a->err, "%s", a->spec->file);
	import_report_info(a->report, a->reader);
	json = xasprintf("{\"annotations\":%llu,\"rows\":%llu}",
	    (unsigned long long)a->report->kept,
	    (unsigned long long)a->report->rows);
	rc = history_add(a->p, EVENT_IMPORT, a->scheme.id, json, a->err);
	free(json);
	return rc;
}

static int
find_scheme(struct annot_import *a)
{
	if (a->spec->scheme != NULL)
		return scheme_find(a->p, a->spec->scheme, &a->scheme, a->err);
	if (scheme_find(a->p, a->spec->label, &a->scheme, NULL) == 0)
		return 0;
	return scheme_get(a->p, a->spec->current, &a->scheme, a->err);
}

int
import_annotations(struct project *p, const struct import_annotations *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct annot_import a = { .p = p, .spec = spec, .report = report,
		.annotator = -1, .err = err };
	int rc = -1;

	*report = (struct import_report){ 0 };
	a.reader = table_open(spec->file, &spec->table, err);
	if (a.reader == NULL)
		return -1;
	if ((a.id = import_column(a.reader, spec->file, spec->id, err)) < 0 ||
	    (a.label = import_column(a.reader, spec->file, spec->label,
	    err)) < 0 || (spec->annotator != NULL && (a.annotator =
	    import_column(a.reader, spec->file, spec->annotator, err)) < 0))
		goto out;
	if (find_scheme(&a) < 0 || act_begin(p, true, err) < 0)
		goto out;
	rc = act_end(p, read_rows(&a, progress), err);
out:
	scheme_free(&a.scheme);
	free(a.labels);
	table_close(a.reader);
	return rc;
}

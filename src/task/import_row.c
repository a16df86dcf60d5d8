#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "priv.h"

#define STRATA_MAX 1000 /* more is no category but an id or a number */

const char *
import_trim(const char *s, size_t *len)
{
	while (*len > 0 && strchr(" \t\r\n", s[*len - 1]) != NULL)
		--*len;
	while (*len > 0 && strchr(" \t\r\n", *s) != NULL) {
		s++;
		--*len;
	}
	return s;
}

void
import_split(const char *cell, size_t len, const char *sep,
    void (*fn)(void *, const char *, size_t), void *arg)
{
	const char *end = cell + len, *next, *s;
	size_t n, width = strlen(sep);

	while (cell <= end) {
		next = memmem(cell, (size_t)(end - cell), sep, width);
		n = (size_t)((next != NULL ? next : end) - cell);
		s = import_trim(cell, &n);
		if (n > 0)
			fn(arg, s, n);
		if (next == NULL)
			break;
		cell = next + width;
	}
}

int
import_column(const struct table_reader *t, const char *file,
    const char *name, struct err *err)
{
	int i = table_column_find(t, name);
	struct buf names = BUF_INIT;

	if (i >= 0)
		return i;
	for (size_t j = 0; j < table_ncolumns(t) && names.len < 600; j++)
		buf_addf(&names, "%s%s", j > 0 ? ", " : "",
		    table_column(t, j)->name);
	err_set_status(err, ERR_NAME, "%s has no column %s; its columns: %s",
	    file, name, buf_str(&names));
	buf_free(&names);
	return -1;
}

int
import_rows_open(struct import_rows *r, const struct import_spec *spec,
    struct err *err)
{
	*r = (struct import_rows){ .spec = spec, .id = -1, .stratify = -1 };
	r->reader = table_open(spec->file, &spec->table, err);
	if (r->reader == NULL)
		return -1;
	if (spec->id != NULL &&
	    (r->id = import_column(r->reader, spec->file, spec->id, err)) < 0)
		return -1;
	r->text = xcalloc(spec->ntext, sizeof *r->text);
	for (size_t i = 0; i < spec->ntext; i++) {
		r->text[i] = import_column(r->reader, spec->file,
		    spec->text[i], err);
		if (r->text[i] < 0)
			return -1;
	}
	r->label = xcalloc(spec->nlabel, sizeof *r->label);
	for (size_t i = 0; i < spec->nlabel; i++) {
		r->label[i].spec = &spec->label[i];
		r->label[i].names = strmap_new();
		r->label[i].column = import_column(r->reader, spec->file,
		    spec->label[i].column, err);
		if (r->label[i].column < 0)
			return -1;
	}
	for (size_t i = 0; i < spec->ncontext; i++)
		if (import_column(r->reader, spec->file, spec->context[i],
		    err) < 0)
			return -1;
	if (spec->stratify != NULL) {
		r->stratify = import_column(r->reader, spec->file,
		    spec->stratify, err);
		if (r->stratify < 0)
			return -1;
		r->strata = strmap_new();
	}
	return 0;
}

void
import_rows_free(struct import_rows *r)
{
	table_close(r->reader);
	for (size_t i = 0; r->label != NULL && i < r->spec->nlabel; i++) {
		strmap_free(r->label[i].names);
		free(r->label[i].rows);
	}
	free(r->label);
	free(r->text);
	free(r->cell_of);
	free(r->seq);
	free(r->labelled);
	free(r->stratum);
	strmap_free(r->strata);
	*r = (struct import_rows){ 0 };
}

struct label_arg {
	struct import_rows *r;
	struct label_column *l;
};

static void
row_label_add(void *arg, const char *s, size_t len)
{
	struct label_arg *a = arg;
	struct label_column *l = a->l;
	int64_t *code = strmap_put(l->names, s, len,
	    (int64_t)strmap_count(l->names), NULL);

	l->rows = array_room(l->rows, l->n, &l->cap, sizeof *l->rows);
	l->rows[l->n++] = (struct row_label){ (uint32_t)a->r->n,
		(int32_t)*code };
	a->r->labelled[a->r->n] = true;
}

static void
row_labels(struct import_rows *r, const struct table_row *row)
{
	const struct table_cell *cell;
	const char *s;
	size_t len;

	for (size_t i = 0; i < r->spec->nlabel; i++) {
		struct label_arg arg = { r, &r->label[i] };

		cell = &row->cells[r->label[i].column];
		len = cell->len;
		s = import_trim(cell->s, &len);
		if (len == 0)
			continue;
		if (r->label[i].spec->kind == SCHEME_MULTICLASS)
			row_label_add(&arg, s, len);
		else
			import_split(s, len, r->label[i].spec->sep,
			    row_label_add, &arg);
	}
}

static int
row_stratum(struct import_rows *r, const struct table_row *row,
    struct err *err)
{
	const struct table_cell *cell = &row->cells[r->stratify];

	r->stratum[r->n] = (int32_t)*strmap_put(r->strata, cell->s, cell->len,
	    (int64_t)strmap_count(r->strata), NULL);
	if (strmap_count(r->strata) > STRATA_MAX)
		return err_set_status(err, ERR_NAME, "column %s has more than "
		    "%d different values: stratify by a column of categories",
		    r->spec->stratify, STRATA_MAX);
	return 0;
}

static void
rows_room(struct import_rows *r)
{
	size_t cap = r->cap;

	if (r->n < cap)
		return;
	r->seq = array_room(r->seq, r->n, &r->cap, sizeof *r->seq);
	r->labelled = xreallocarray(r->labelled, r->cap, sizeof *r->labelled);
	r->stratum = xreallocarray(r->stratum, r->cap, sizeof *r->stratum);
	memset(r->labelled + cap, 0, r->cap - cap);
}

/* The text of a row: its columns, joined by a blank line where both sides
 * have something. */
static void
row_text(const struct import_rows *r, const struct table_row *row,
    struct buf *text)
{
	const struct table_cell *cell;

	buf_clear(text);
	for (size_t i = 0; i < r->spec->ntext; i++) {
		cell = &row->cells[r->text[i]];
		if (cell->len == 0)
			continue;
		if (text->len > 0)
			buf_adds(text, "\n\n");
		buf_add(text, cell->s, cell->len);
	}
}

static bool
blank(const char *s, size_t len)
{
	import_trim(s, &len);
	return len == 0;
}

/* Cells too many that are all empty are a spreadsheet's habit, not a fault. */
static bool
ragged(const struct import_rows *r, const struct table_row *row)
{
	size_t n = table_ncolumns(r->reader);

	for (size_t i = n; i < row->ncells; i++)
		if (row->cells[i].len > 0)
			return true;
	return row->ncells < n;
}

/* FAULT_COUNT: the row can be used so far. */
static enum import_fault
row_fault(const struct import_rows *r, const struct table_row *row,
    const struct buf *text)
{
	if (r->id >= 0 &&
	    blank(row->cells[r->id].s, row->cells[r->id].len))
		return FAULT_EMPTY_ID;
	if (blank(buf_str(text), text->len))
		return FAULT_EMPTY_TEXT;
	return FAULT_COUNT;
}

/* 0 stored, 1 the id is taken, -1 an error. */
static int
row_put(struct import_rows *r, struct doc_import *imp, enum set set,
    const struct table_row *row, const struct buf *text,
    struct doc_cell *cells, struct err *err)
{
	struct doc_row doc = { .text = buf_str(text), .text_len = text->len,
		.set = set, .weight = set == SET_REST ? 0 : 1,
		.cells = cells, .ncells = r->ncells };
	const struct table_cell *cell;

	if (r->id >= 0) {
		doc.id_len = row->cells[r->id].len;
		doc.id = import_trim(row->cells[r->id].s, &doc.id_len);
	}
	for (size_t i = 0; i < r->ncells; i++) {
		cells[i] = (struct doc_cell){ 0 };
		if (r->cell_of[i] < 0)
			continue;
		cell = &row->cells[r->cell_of[i]];
		if (!cell->null)
			cells[i] = (struct doc_cell){ cell->s, cell->len };
	}
	return doc_import_put(imp, &doc, &r->seq[r->n], err);
}

static int
row_take(struct import_rows *r, struct doc_import *imp, enum set set,
    const struct table_row *row, struct buf *text, struct doc_cell *cells,
    struct import_report *report, struct err *err)
{
	enum import_fault fault = FAULT_RAGGED;
	int rc;

	if (!ragged(r, row)) {
		row_text(r, row, text);
		fault = row_fault(r, row, text);
	}
	if (fault == FAULT_COUNT) {
		rows_room(r);
		rc = row_put(r, imp, set, row, text, cells, err);
		if (rc < 0)
			return err_prefix(err, "%s: row %llu", r->spec->file,
			    (unsigned long long)row->number);
		if (rc == 0) {
			if (r->stratify >= 0 && row_stratum(r, row, err) < 0)
				return -1;
			row_labels(r, row);
			r->n++;
			return 0;
		}
		fault = FAULT_TWICE;
	}
	import_fault_add(&report->faults, fault, row->number);
	return 0;
}

/* Which of the file's columns each of the project's is. */
static int
rows_columns(struct import_rows *r, struct project *p, struct err *err)
{
	struct column *c;

	if (column_list(p, &c, &r->ncells, err) < 0)
		return -1;
	r->cell_of = xcalloc(r->ncells, sizeof *r->cell_of);
	for (size_t i = 0; i < r->ncells; i++)
		r->cell_of[i] = table_column_find(r->reader, c[i].name);
	column_list_free(c, r->ncells);
	return 0;
}

int
import_rows_read(struct import_rows *r, struct project *p, enum set set,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct buf text = BUF_INIT;
	struct doc_import *imp = NULL;
	struct doc_cell *cells = NULL;
	const struct table_info *info;
	struct table_row row;
	uint64_t done = 0;
	int rc = -1, got;

	if (rows_columns(r, p, err) < 0)
		return -1;
	cells = xcalloc(r->ncells, sizeof *cells);
	imp = doc_import_begin(p, err);
	if (imp == NULL)
		goto out;
	info = table_info(r->reader);
	progress_phase(progress, "reading", info->total);
	while ((got = table_next(r->reader, &row, err)) == 1) {
		report->rows++;
		if (row_take(r, imp, set, &row, &text, cells, report, err) < 0)
			goto out;
		if (report->rows % 1024 != 0)
			continue;
		info = table_info(r->reader);
		if (progress_step(progress, info->done - done)) {
			progress_stopped(err);
			goto out;
		}
		done = info->done;
	}
	if (got < 0)
		goto out;
	if (import_fault_check(&report->faults, r->spec->drop, err) < 0) {
		err_prefix(err, "%s", r->spec->file);
		goto out;
	}
	rc = doc_import_end(imp, err);
	imp = NULL;
	report->kept = r->n;
	import_report_info(report, r->reader);
out:
	if (imp != NULL)
		doc_import_abandon(imp);
	free(cells);
	buf_free(&text);
	return rc;
}

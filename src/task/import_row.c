#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/twins.h"
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

static bool
blank(const char *s, size_t len)
{
	import_trim(s, &len);
	return len == 0;
}

/* A spreadsheet saves its empty rows as separators alone. */
int
import_next(struct table_reader *t, struct table_row *row, struct err *err)
{
	int got;

	while ((got = table_next(t, row, err)) == 1)
		for (size_t i = 0; i < row->ncells; i++)
			if (!blank(row->cells[i].s, row->cells[i].len))
				return 1;
	return got;
}

/* Cells too many that are all empty are a spreadsheet's habit, not a fault. */
bool
import_ragged(const struct table_reader *t, const struct table_row *row)
{
	size_t n = table_ncolumns(t);

	for (size_t i = n; i < row->ncells; i++)
		if (row->cells[i].len > 0)
			return true;
	return row->ncells < n;
}

int
import_column(const struct table_reader *t, const char *file,
    const char *name, struct err *err)
{
	int i = table_column_find(t, name);
	struct buf names = BUF_INIT;

	if (i >= 0)
		return i;
	for (size_t j = 0; j < table_ncolumns(t) && names.len < 600; j++) {
		const char *have = table_column(t, j)->name;
		const char *quote = strpbrk(have, ",\r\n") != NULL ? "\"" :
								      "";

		/* as a list of columns would name it */
		buf_addf(&names, "%s%s%s%s", j > 0 ? ", " : "", quote, have,
		    quote);
	}
	err_set_status(err, ERR_NAME, "%s has no column %s; its columns: %s",
	    file, name, buf_str(&names));
	buf_free(&names);
	return -1;
}

/* Which columns faults of each kind are in. */
static void
fault_columns(const struct import_rows *r, struct import_faults *f)
{
	if (r->spec->id != NULL) {
		import_fault_column(f, FAULT_EMPTY_ID, r->spec->id);
		import_fault_column(f, FAULT_TWICE, r->spec->id);
	}
	for (size_t i = 0; i < r->spec->ntext; i++)
		import_fault_column(f, FAULT_EMPTY_TEXT, r->spec->text[i]);
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
	free(r->seen);
	free(r->seq);
	free(r->labelled);
	free(r->stratum);
	free(r->hash);
	strmap_free(r->strata);
	*r = (struct import_rows){ 0 };
}

/*
 * Rows on their way from the file to the project: one thread reads and makes
 * them ready, another stores them (pipeline). What the storing one must see
 * of a row's labels and category stands in `kept`, nkept cells a row.
 */
#define BATCH_ROWS  1024
#define BATCH_BYTES ((size_t)1 << 20)
#define BATCHES	    4
#define WRITE_OUT   ((size_t)16 << 20)

struct kept_cell {
	size_t at, len; /* of mem */
};

struct row_batch {
	struct buf mem;
	size_t n, nbad, rows;
	bool summed;
	struct doc_ready doc[BATCH_ROWS];
	uint64_t number[BATCH_ROWS];
	uint64_t hash[BATCH_ROWS];
	struct kept_cell *kept; /* (BATCH_ROWS, nkept) */
	struct {
		enum import_fault fault;
		uint64_t number;
	} bad[BATCH_ROWS];
};

struct row_stream {
	struct import_rows *r;
	struct doc_import *imp;
	struct import_report *report;
	struct progress *progress;
	enum set set;
	size_t nkept;
	struct row_batch *batch; /* (BATCHES) */
	atomic_size_t waiting;	 /* batches made and not yet stored */

	/* the reading half's */
	struct doc_cell *cells; /* (r->ncells) */
	struct buf text;
	uint64_t done;
	size_t put; /* bytes made ready since doc_import_write_out */
	bool over;
	struct err read_err;

	/* the storing half's */
	int64_t seq[BATCH_ROWS];
	struct err *err;
};

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
row_labels(struct import_rows *r, const struct kept_cell *kept,
    const char *mem)
{
	const char *s;
	size_t len;

	for (size_t i = 0; i < r->spec->nlabel; i++) {
		struct label_arg arg = { r, &r->label[i] };

		len = kept[i].len;
		s = import_trim(mem + kept[i].at, &len);
		if (len == 0)
			continue;
		if (r->spec->label[i].kind == SCHEME_MULTICLASS)
			row_label_add(&arg, s, len);
		else
			import_split(s, len, r->spec->label[i].sep,
			    row_label_add, &arg);
	}
}

static int
row_stratum(struct import_rows *r, const char *s, size_t len,
    struct err *err)
{
	r->stratum[r->n] = (int32_t)*strmap_put(r->strata, s, len,
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
	if (r->hashing)
		r->hash = xreallocarray(r->hash, r->cap, sizeof *r->hash);
}

/* The text of a row: its columns, joined by a blank line where both sides
 * have something; of a single column the cell itself. */
static struct doc_cell
row_text(const struct import_rows *r, const struct table_row *row,
    struct buf *text)
{
	const struct table_cell *cell = &row->cells[r->text[0]];

	if (r->spec->ntext == 1)
		return (struct doc_cell){ cell->s, cell->len };
	buf_clear(text);
	for (size_t i = 0; i < r->spec->ntext; i++) {
		cell = &row->cells[r->text[i]];
		if (cell->len == 0)
			continue;
		if (text->len > 0)
			buf_adds(text, "\n\n");
		buf_add(text, cell->s, cell->len);
	}
	return (struct doc_cell){ buf_str(text), text->len };
}

/* FAULT_COUNT: the row can be used so far. */
static enum import_fault
row_fault(const struct import_rows *r, const struct table_row *row,
    const struct doc_cell *text)
{
	if (r->id >= 0 &&
	    blank(row->cells[r->id].s, row->cells[r->id].len))
		return FAULT_EMPTY_ID;
	if (blank(text->s, text->len))
		return FAULT_EMPTY_TEXT;
	return FAULT_COUNT;
}

/* A quarter of all work: the half that has time for it does it. */
static void
batch_sum(struct row_batch *b)
{
	for (size_t i = 0; !b->summed && i < b->n; i++)
		doc_ready_sum(&b->mem, &b->doc[i]);
	b->summed = true;
}

/* ---- the reading half ---- */

static void
keep_cell(struct row_batch *b, struct kept_cell *k,
    const struct table_cell *cell)
{
	*k = (struct kept_cell){ b->mem.len, cell->len };
	buf_add(&b->mem, cell->s, cell->len);
}

static int
row_ready(struct row_stream *s, struct row_batch *b,
    const struct table_row *row, const struct doc_cell *text)
{
	const struct import_rows *r = s->r;
	struct kept_cell *kept = b->kept + b->n * s->nkept;
	struct doc_row doc = { .text = text->s, .text_len = text->len,
		.set = s->set,
		.weight = s->set == SET_TRAIN ? 1 : 0, .cells = s->cells,
		.ncells = r->ncells };
	const struct table_cell *cell;

	if (r->id >= 0) {
		doc.id_len = row->cells[r->id].len;
		doc.id = import_trim(row->cells[r->id].s, &doc.id_len);
	}
	for (size_t i = 0; i < r->ncells; i++) {
		s->cells[i] = (struct doc_cell){ 0 };
		if (r->cell_of[i] < 0)
			continue;
		cell = &row->cells[r->cell_of[i]];
		if (cell->null)
			continue;
		s->cells[i] = (struct doc_cell){ cell->s, cell->len };
		r->seen[i] |= 1u << cell->kind;
	}
	if (doc_ready(&doc, &b->mem, &b->doc[b->n], &s->read_err) < 0)
		return err_prefix(&s->read_err, "%s: row %llu", r->spec->file,
		    (unsigned long long)row->number);
	for (size_t i = 0; i < r->spec->nlabel; i++)
		keep_cell(b, kept++, &row->cells[r->label[i].column]);
	if (r->stratify >= 0)
		keep_cell(b, kept, &row->cells[r->stratify]);
	if (r->hashing)
		b->hash[b->n] = twins_hash(text->s, text->len);
	b->number[b->n++] = row->number;
	return 0;
}

static int
row_make(struct row_stream *s, struct row_batch *b,
    const struct table_row *row)
{
	enum import_fault fault = FAULT_RAGGED;
	struct doc_cell text;

	b->rows++;
	if (!import_ragged(s->r->reader, row)) {
		text = row_text(s->r, row, &s->text);
		fault = row_fault(s->r, row, &text);
	}
	if (fault == FAULT_COUNT)
		return row_ready(s, b, row, &text);
	b->bad[b->nbad].fault = fault;
	b->bad[b->nbad++].number = row->number;
	return 0;
}

static int
batch_make(void *arg, size_t slot)
{
	struct row_stream *s = arg;
	struct row_batch *b = &s->batch[slot];
	const struct table_info *info;
	struct table_row row;
	int got = 1;

	if (s->over)
		return 0;
	buf_clear(&b->mem);
	b->n = b->nbad = b->rows = 0;
	b->summed = false;
	while (b->rows < BATCH_ROWS && b->mem.len < BATCH_BYTES &&
	    (got = import_next(s->r->reader, &row, &s->read_err)) == 1)
		if (row_make(s, b, &row) < 0)
			return -1;
	if (got < 0)
		return -1;
	s->over = got == 0;
	s->put += b->mem.len;
	if (s->put > WRITE_OUT) {
		doc_import_write_out(s->imp);
		s->put = 0;
	}
	info = table_info(s->r->reader);
	if (progress_step(s->progress, info->done - s->done))
		return progress_stopped(&s->read_err);
	s->done = info->done;
	if (s->waiting > BATCHES / 2)
		batch_sum(b);
	s->waiting++;
	return 1;
}

/* ---- the storing half ---- */

static int
batch_take(void *arg, size_t slot)
{
	struct row_stream *s = arg;
	struct import_rows *r = s->r;
	struct row_batch *b = &s->batch[slot];
	const struct kept_cell *kept = b->kept;

	batch_sum(b);
	s->report->rows += b->rows;
	for (size_t i = 0; i < b->nbad; i++)
		import_fault_add(&s->report->faults, b->bad[i].fault,
		    b->bad[i].number);
	if (doc_import_put_many(s->imp, &b->mem, b->doc, b->n, s->seq,
	    s->err) < 0)
		return -1;
	for (size_t i = 0; i < b->n; i++, kept += s->nkept) {
		if (s->seq[i] < 0) {
			import_fault_add(&s->report->faults, FAULT_TWICE,
			    b->number[i]);
			continue;
		}
		rows_room(r);
		r->seq[r->n] = s->seq[i];
		if (r->hashing)
			r->hash[r->n] = b->hash[i];
		if (r->stratify >= 0 && row_stratum(r, b->mem.data +
		    kept[s->nkept - 1].at, kept[s->nkept - 1].len, s->err) < 0)
			return -1;
		row_labels(r, kept, b->mem.data);
		r->n++;
	}
	s->waiting--;
	return 0;
}

static int
stream_run(struct row_stream *s)
{
	struct import_rows *r = s->r;
	int rc;

	s->nkept = r->spec->nlabel + (r->stratify >= 0);
	s->cells = xcalloc(r->ncells + 1, sizeof *s->cells);
	s->batch = xcalloc(BATCHES, sizeof *s->batch);
	for (size_t i = 0; i < BATCHES; i++)
		s->batch[i].kept = xcalloc(BATCH_ROWS * s->nkept + 1,
		    sizeof *s->batch[i].kept);
	progress_phase(s->progress, "reading",
	    table_info(r->reader)->total);
	rc = pipeline(BATCHES, batch_make, batch_take, s);
	for (size_t i = 0; i < BATCHES; i++) {
		buf_free(&s->batch[i].mem);
		free(s->batch[i].kept);
	}
	free(s->batch);
	free(s->cells);
	buf_free(&s->text);
	if (rc < 0 && s->read_err.status != ERR_NONE && s->err != NULL &&
	    s->err->status == ERR_NONE)
		*s->err = s->read_err;
	return rc;
}

/* Is the file's column one of those that were asked for? */
static bool
column_used(const struct import_rows *r, int column)
{
	bool used = column == r->id;

	for (size_t i = 0; i < r->spec->ntext; i++)
		used |= r->text[i] == column;
	for (size_t i = 0; i < r->spec->nlabel; i++)
		used |= r->label[i].column == column;
	return used;
}

/* Names of columns for a note, the first of them. */
static void
column_name_add(struct buf *b, const char *name)
{
	if (b->len < 400)
		buf_addf(b, "%s%s", b->len > 0 ? ", " : "", name);
}

/* What of the file goes nowhere, and what of the context stays empty. */
static void
columns_note(const struct import_rows *r, const struct column *c,
    struct import_report *report)
{
	size_t n = table_ncolumns(r->reader);
	bool *kept = xcalloc(n + 1, sizeof *kept);
	struct buf lost = BUF_INIT, empty = BUF_INIT;

	for (size_t i = 0; i < r->ncells; i++) {
		if (r->cell_of[i] >= 0)
			kept[r->cell_of[i]] = true;
		else if (c[i].role == COLUMN_CONTEXT)
			column_name_add(&empty, c[i].name);
	}
	for (size_t i = 0; i < n; i++)
		if (!kept[i] && !column_used(r, (int)i))
			column_name_add(&lost, table_column(r->reader,
			    i)->name);
	if (lost.len > 0)
		import_note(report, "left out, since the project has no such "
		    "columns: %s", buf_str(&lost));
	if (empty.len > 0)
		import_note(report, "context that the file does not have: %s",
		    buf_str(&empty));
	buf_free(&empty);
	buf_free(&lost);
	free(kept);
}

/* Which of the file's columns each of the project's is: the one of its name;
 * ids are under whatever name they have in the file. */
static int
rows_columns(struct import_rows *r, struct project *p,
    struct import_report *report, struct err *err)
{
	struct column *c;

	if (p == NULL) /* it is yet to be made, and not now */
		return 0;
	if (column_list(p, &c, &r->ncells, err) < 0)
		return -1;
	r->cell_of = xcalloc(r->ncells, sizeof *r->cell_of);
	r->seen = xcalloc(r->ncells, sizeof *r->seen);
	for (size_t i = 0; i < r->ncells; i++)
		r->cell_of[i] = c[i].role == COLUMN_ID && r->id >= 0 ? r->id :
		    table_column_find(r->reader, c[i].name);
	columns_note(r, c, report);
	column_list_free(c, r->ncells);
	return 0;
}

/* The kind of a column by those of its cells: text where they have nothing in
 * common. */
static enum table_kind
kind_of_seen(unsigned seen)
{
	static const unsigned whole = 1u << TABLE_INT, real = 1u << TABLE_REAL;

	if (seen == (whole | real))
		return TABLE_REAL;
	for (int k = TABLE_TEXT; k <= TABLE_JSON; k++)
		if (seen == 1u << k)
			return (enum table_kind)k;
	return TABLE_TEXT;
}

/* What the columns' cells are, together with those that were there. */
static int
kinds_store(const struct import_rows *r, struct project *p, struct err *err)
{
	struct column *c;
	const char *kind;
	size_t n;
	int rc = 0;

	if (column_list(p, &c, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++) {
		unsigned seen = r->seen[i];

		if (seen == 0)
			continue;
		if (!r->fresh)
			seen |= 1u << table_kind_of(c[i].kind);
		kind = table_kind_name(kind_of_seen(seen));
		if (strcmp(kind, c[i].kind) != 0)
			rc = column_kind_set(p, c[i].no, kind, err);
	}
	column_list_free(c, n);
	return rc;
}

int
import_rows_read(struct import_rows *r, struct project *p, enum set set,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct row_stream s = { .r = r, .report = report, .set = set,
		.progress = progress, .err = err };
	int rc;

	err_clear(err);
	fault_columns(r, &report->faults);
	if (rows_columns(r, p, report, err) < 0)
		return -1;
	s.imp = r->spec->check ? doc_import_try(p, err)
			       : doc_import_begin(p, err);
	if (s.imp == NULL)
		return -1;
	rc = stream_run(&s);
	report->kept = r->n;
	doc_import_revived(s.imp, &report->revived, &report->anew);
	import_report_info(report, r->reader);
	if (rc == 0 && (rc = import_fault_check(&report->faults,
	    r->spec->drop, err)) < 0)
		err_prefix(err, "%s", r->spec->file);
	if (rc < 0) {
		doc_import_abandon(s.imp);
		return -1;
	}
	if (doc_import_total(s.imp, &report->total, err) < 0) {
		doc_import_abandon(s.imp);
		return -1;
	}
	progress_phase(progress, "sorting", 0);
	if (doc_import_end(s.imp, err) < 0)
		return -1;
	return r->spec->check ? 0 : kinds_store(r, p, err);
}

/*
 * The reading half of an import of annotations: what a file says, each
 * matched with its text, in some thirty bytes a piece. Nothing is locked
 * meanwhile: writing them (import_annot.c) is all that others wait for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/scheme.h"
#include "priv.h"

#define BATCH 1024 /* annotations that are matched at once */

struct waiting {
	struct staged staged;
	char *text; /* or NULL */
	bool several, bad_when;
};

struct annot_batch {
	size_t n;
	struct waiting v[BATCH];
	char *id[BATCH]; /* NULL: none */
	int64_t doc[BATCH];
};

void
annot_stage_free(struct annot_stage *s)
{
	annot_source_close(&s->source);
	column_list_free(s->columns, s->ncolumns);
	text_index_free(s->texts);
	strmap_free(s->labels);
	strmap_free(s->lists);
	strmap_free(s->people);
	for (size_t i = 0; i < s->nremarks; i++)
		free(s->remarks[i].comment);
	free(s->remarks);
	free(s->v);
	for (size_t i = 0; s->batch != NULL && i < s->batch->n; i++) {
		free(s->batch->id[i]);
		free(s->batch->v[i].text);
	}
	free(s->batch);
	free(s->codes);
}

static void
fault_columns(struct annot_stage *a)
{
	const struct annot_source *s = &a->source;
	const struct {
		enum import_fault fault;
		int column;
	} at[] = { { FAULT_EMPTY_ID, s->id }, { FAULT_UNKNOWN_ID, s->id },
		{ FAULT_AMBIGUOUS, s->text }, { FAULT_BAD_LABEL, s->label },
		{ FAULT_BAD_TIME, s->when } };

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		if (at[i].column >= 0)
			import_fault_column(&a->report->faults, at[i].fault,
			    annot_source_column(s, at[i].column));
}

int
annot_stage_open(struct annot_stage *s, struct project *p,
    const struct import_annotations *spec, struct import_report *report,
    struct err *err)
{
	*s = (struct annot_stage){ .p = p, .spec = spec, .report = report,
		.labels = strmap_new(), .lists = strmap_new(),
		.people = strmap_new(), .err = err };
	s->batch = xcalloc(1, sizeof *s->batch);
	s->remarks = array_room(NULL, 0, &s->remarks_cap, sizeof *s->remarks);
	s->remarks[s->nremarks++] = (struct remark){ .person = NOBODY };
	if (column_list(p, &s->columns, &s->ncolumns, err) < 0)
		return -1;
	s->source.own = s->columns;
	s->source.nown = s->ncolumns;
	if (annot_source_open(&s->source, spec, err) < 0)
		return -1;
	report->from = s->source.from;
	fault_columns(s);
	return 0;
}

/* ---- what one says ---- */

static void
code_add(void *arg, const char *name, size_t len)
{
	struct annot_stage *s = arg;
	int32_t code = (int32_t)*strmap_put(s->labels, name, len,
	    (int64_t)strmap_count(s->labels), NULL);

	for (size_t i = 0; i < s->ncodes; i++)
		if (s->codes[i] == code)
			return;
	s->codes = array_room(s->codes, s->ncodes, &s->codes_cap,
	    sizeof *s->codes);
	s->codes[s->ncodes++] = code;
}

/* Few lists of labels make up a million annotations. */
static uint32_t
labels_stage(struct annot_stage *s, const struct annot_item *item)
{
	const struct import_names *names = &item->labels;

	s->ncodes = 0;
	for (size_t i = 0; i < names->n; i++) {
		if (item->sep != NULL && s->kind == SCHEME_MULTILABEL)
			import_split(names->v[i], strlen(names->v[i]),
			    item->sep, code_add, s);
		else
			code_add(s, names->v[i], strlen(names->v[i]));
	}
	return (uint32_t)*strmap_put(s->lists, s->ncodes > 0 ?
	    (const char *)s->codes : "", s->ncodes * sizeof *s->codes,
	    (int64_t)strmap_count(s->lists), NULL);
}

const int32_t *
annot_stage_labels(struct annot_stage *s, uint32_t list, size_t *n)
{
	size_t len;
	const char *key = strmap_key(s->lists, list, &len);

	/* It fitted when it was put together. */
	if (len > 0)
		memcpy(s->codes, key, len);
	*n = len / sizeof *s->codes;
	return s->codes;
}

static uint32_t
person_stage(struct annot_stage *s, const char *name)
{
	if (s->spec->as != NULL && s->spec->on_conflict != CONFLICT_ADD)
		name = s->spec->as;
	return name == NULL ? NOBODY : (uint32_t)*strmap_put(s->people, name,
	    strlen(name), (int64_t)strmap_count(s->people), NULL);
}

static uint32_t
remark_stage(struct annot_stage *s, const struct annot_item *item)
{
	struct remark r = { .when = item->when, .flag = item->flag,
		.more = item->more && s->kind == SCHEME_MULTILABEL,
		.person = person_stage(s, item->annotator) };
	const struct remark *last = &s->remarks[s->nremarks - 1];

	if (item->comment == NULL && last->comment == NULL &&
	    last->when == r.when && last->flag == r.flag &&
	    last->more == r.more && last->person == r.person)
		return (uint32_t)s->nremarks - 1;
	if (item->comment != NULL)
		r.comment = xstrdup(item->comment);
	s->remarks = array_room(s->remarks, s->nremarks, &s->remarks_cap,
	    sizeof *s->remarks);
	s->remarks[s->nremarks++] = r;
	return (uint32_t)s->nremarks - 1;
}

/* ---- which text ---- */

static int
same_as_text(struct annot_stage *s, int64_t doc, const char *text)
{
	struct doc d;
	int got = doc_get(s->p, doc, &d, s->err);

	if (got == 1) {
		got = import_same_text(d.text, d.text_len, text, strlen(text));
		doc_free(&d);
	}
	return got;
}

/* By an id that may be the other program's own: it counts where the text is
 * the same. Else by the text. FAULT_COUNT: found. */
static int
match(struct annot_stage *s, const char *id, const char *text, int64_t *doc,
    enum import_fault *fault)
{
	bool ours = s->spec->id != NULL || text == NULL;
	int got = *doc != 0;

	*fault = id == NULL && ours ? FAULT_EMPTY_ID : FAULT_UNKNOWN_ID;
	if (got == 1 && !ours)
		got = same_as_text(s, *doc, text);
	if (got == 0 && !ours) {
		if (s->texts == NULL)
			s->texts = text_index_new(s->p, s->err);
		if (s->texts == NULL)
			return -1;
		got = text_index_find(s->texts, text, doc, s->err);
		if (got > 1)
			*fault = FAULT_AMBIGUOUS;
	}
	if (got == 1)
		*fault = FAULT_COUNT;
	return got < 0 ? -1 : 0;
}

#define UNKNOWN_TEXT 80 /* bytes of a text that stands for an id */

static void
unknown_note(struct annot_stage *s, const char *id, const char *text)
{
	size_t len;

	if (s->spec->id == NULL && text != NULL)
		id = text;
	len = id != NULL ? strlen(id) : 0;
	if (len > UNKNOWN_TEXT)
		for (len = UNKNOWN_TEXT; ((unsigned char)id[len] & 0xc0) ==
		    0x80;)
			len--;
	import_name_add(&s->report->unknown, id != NULL ? id : "", len);
}

/* Whole numbers become 1.0 where a program read a column with gaps as other
 * numbers; and a file may hold the slugs that exports give beside the ids. */
static int
near_id(struct annot_stage *s, const char *id)
{
	size_t len = id != NULL ? strlen(id) : 0;
	int64_t doc;
	char *whole;
	int got;

	if (len == 0)
		return 0;
	got = doc_find(s->p, id, &doc, s->err);
	s->slugs += got == 1;
	if (got != 0 || len < 3 || strcmp(id + len - 2, ".0") != 0)
		return got < 0 ? -1 : 0;
	whole = xstrndup(id, len - 2);
	got = doc_find_exact(s->p, whole, &doc, s->err);
	s->points += got == 1;
	free(whole);
	return got < 0 ? -1 : 0;
}

static void
near_ids_note(struct annot_stage *s)
{
	if (s->points > 0)
		import_note(s->report, "%s of the unknown ids end in .0 and "
		    "are texts' without it: the program that wrote the file "
		    "took whole numbers for others", COUNT(s->points));
	if (s->slugs > 0)
		import_note(s->report, "%s of the unknown ids are slugs of "
		    "texts: give the column of the ids in their original form",
		    COUNT(s->slugs));
}

static int
settle(struct annot_stage *s, struct waiting *w, const char *id)
{
	enum import_fault fault;

	if (match(s, id, w->text, &w->staged.doc, &fault) < 0)
		return -1;
	s->known += fault == FAULT_COUNT || fault == FAULT_AMBIGUOUS;
	if (fault == FAULT_COUNT && w->several)
		fault = FAULT_BAD_LABEL;
	if (fault == FAULT_COUNT && w->bad_when)
		fault = FAULT_BAD_TIME;
	if (fault == FAULT_COUNT) {
		s->v = array_room(s->v, s->n, &s->cap, sizeof *s->v);
		s->v[s->n++] = w->staged;
		return 0;
	}
	import_fault_add(&s->report->faults, fault, w->staged.row);
	if (fault != FAULT_UNKNOWN_ID)
		return 0;
	unknown_note(s, id, w->text);
	return near_id(s, id);
}

static int
batch_match(struct annot_stage *s)
{
	struct annot_batch *b = s->batch;
	int rc = doc_find_many(s->p, b->id, b->n, b->doc, s->err);

	for (size_t i = 0; i < b->n; i++) {
		b->v[i].staged.doc = b->doc[i];
		if (rc == 0)
			rc = settle(s, &b->v[i], b->id[i]);
		free(b->id[i]);
		free(b->v[i].text);
	}
	b->n = 0;
	return rc;
}

/* ---- rows ---- */

static int
take_item(void *arg, const struct annot_item *item)
{
	struct annot_stage *s = arg;
	struct annot_batch *b = s->batch;
	struct waiting *w;

	s->report->others += item->other;
	if (item->passed_over || item->labels.n == 0) {
		s->report->passed_over += item->passed_over;
		s->report->unfilled += !item->passed_over;
		if (item->passed_over || (item->comment == NULL &&
		    !item->flag))
			return 0;
	}
	if (b->n == BATCH && batch_match(s) < 0)
		return -1;
	w = &b->v[b->n];
	*w = (struct waiting){ .staged = { .row = s->row,
		.labels = labels_stage(s, item),
		.remark = remark_stage(s, item) },
		.several = item->labels.n > 1 &&
		s->kind == SCHEME_MULTICLASS,
		.bad_when = item->bad_when };
	w->text = item->text != NULL ? xstrdup(item->text) : NULL;
	b->id[b->n++] = item->id != NULL ? xstrdup(item->id) : NULL;
	return 0;
}

static int
read_row(struct annot_stage *s, const struct table_row *row)
{
	s->report->rows++;
	s->row = row->number;
	if (import_ragged(s->source.reader, row)) {
		import_fault_add(&s->report->faults, FAULT_RAGGED,
		    row->number);
		return 0;
	}
	if (annot_source_row(&s->source, row, take_item, s, s->err) < 0)
		return err_prefix(s->err, "%s: row %llu", s->spec->file,
		    (unsigned long long)row->number);
	return 0;
}

int
annot_stage_read(struct annot_stage *s, enum scheme_kind kind,
    struct progress *progress)
{
	struct table_reader *t = s->source.reader;
	const struct table_info *info = table_info(t);
	struct table_row row;
	uint64_t done = 0;
	int got;

	s->kind = kind;
	progress_phase(progress, "reading", info->total);
	while ((got = import_next(t, &row, s->err)) == 1) {
		if (read_row(s, &row) < 0)
			return -1;
		info = table_info(t);
		if (progress_step(progress, info->done - done))
			return progress_stopped(s->err);
		done = info->done;
	}
	if (got == 0)
		got = batch_match(s);
	import_report_info(s->report, t);
	near_ids_note(s);
	return got;
}

/* ---- a wrong column ---- */

#define LOOKED_AT 1000 /* rows, for what would match better */

struct tried {
	struct project *p;
	struct table_reader *t;
	uint64_t *known; /* (columns) cells that are ids */
	struct err *err;
};

static int
row_try(struct tried *y, const struct table_row *row)
{
	size_t n = table_ncolumns(y->t);
	char **ids = xcalloc(n + 1, sizeof *ids);
	int64_t *docs = xcalloc(n + 1, sizeof *docs);
	int rc;

	for (size_t i = 0; i < n && i < row->ncells; i++) {
		size_t len = row->cells[i].len;
		const char *s = import_trim(row->cells[i].s, &len);

		ids[i] = len > 0 ? xstrndup(s, len) : NULL;
	}
	rc = doc_find_many(y->p, ids, n, docs, y->err);
	for (size_t i = 0; i < n; i++) {
		y->known[i] += docs[i] != 0;
		free(ids[i]);
	}
	free(docs);
	free(ids);
	return rc;
}

/* "key (998 of the first 1000 rows)" */
static int
columns_try(struct annot_stage *s, struct buf *b)
{
	struct tried y = { .p = s->p, .err = s->err };
	struct table_row row;
	uint64_t rows = 0;
	int got = 1;

	y.t = table_open(s->spec->file, &s->spec->table, s->err);
	if (y.t == NULL)
		return -1;
	y.known = xcalloc(table_ncolumns(y.t) + 1, sizeof *y.known);
	while (rows < LOOKED_AT && (got = import_next(y.t, &row, s->err)) ==
	    1) {
		rows++;
		if ((got = row_try(&y, &row)) < 0)
			break;
	}
	for (size_t i = 0; i < table_ncolumns(y.t) && b->len < 600; i++)
		if (y.known[i] > 0)
			buf_addf(b, "%s%s (%s of the first %s rows)",
			    b->len > 0 ? ", " : "", table_column(y.t, i)->name,
			    COUNT(y.known[i]), COUNT(rows));
	free(y.known);
	table_close(y.t);
	return got < 0 ? -1 : 0;
}

int
annot_stage_known(struct annot_stage *s)
{
	const struct import_names *u = &s->report->unknown;
	struct buf b = BUF_INIT;

	if (s->known > 0 || u->n == 0)
		return 0;
	if (s->spec->id == NULL)
		return err_set_status(s->err, ERR_NAME, "%s: no text of it is "
		    "one of the project's, beginning with \"%s\"",
		    s->spec->file, u->v[0]);
	if (columns_try(s, &b) < 0) {
		buf_free(&b);
		return -1;
	}
	if (b.len > 0)
		err_set_status(s->err, ERR_NAME, "%s: no text has any of the "
		    "ids in column %s, beginning with \"%s\": --id is to name "
		    "one that has ids of texts: %s", s->spec->file,
		    s->spec->id, u->v[0], buf_str(&b));
	else
		err_set_status(s->err, ERR_NAME, "%s: no text has any of the "
		    "ids in column %s, beginning with \"%s\", and no other "
		    "column has ids of texts: is it a file of this project?",
		    s->spec->file, s->spec->id, u->v[0]);
	buf_free(&b);
	return -1;
}

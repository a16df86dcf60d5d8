#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* A label of the annotation at hand; id 0: there is none of that name yet,
 * and it is made when the annotation is stored. */
struct wanted {
	int64_t id;
	char *name;
};

struct annot_import {
	struct project *p;
	const struct import_annotations *spec;
	struct import_report *report;
	struct annot_source source;
	struct column *columns; /* the project's */
	size_t ncolumns;
	struct text_index *texts; /* made when first needed */
	struct annot_plan *plan;  /* of a check, which stores nothing */
	struct scheme scheme;	  /* read again when it gets a label */
	struct strmap *known;	  /* names of labels: their ids */
	struct strmap *done; /* "doc uid" of what this import has put */
	uint64_t row;
	const struct annot_item *item;
	struct wanted *labels; /* of the annotation at hand */
	size_t n, cap;
	uint64_t points, slugs; /* ids of no text that nearly are one's */
	struct err *err;
};

/* ---- labels ---- */

static void
labels_clear(struct annot_import *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->labels[i].name);
	a->n = 0;
}

static void
label_want(struct annot_import *a, int64_t id, const char *name, size_t len)
{
	for (size_t i = 0; i < a->n; i++)
		if (id != 0 ? a->labels[i].id == id :
		    strlen(a->labels[i].name) == len &&
		    memcmp(a->labels[i].name, name, len) == 0)
			return;
	a->labels = array_room(a->labels, a->n, &a->cap, sizeof *a->labels);
	a->labels[a->n++] = (struct wanted){ id, xstrndup(name, len) };
}

static void
label_named_as(void *arg, const char *s, size_t len)
{
	struct annot_import *a = arg;
	int64_t *known = strmap_get(a->known, s, len);
	const struct label *l;
	char *name;

	if (known == NULL) {
		name = xstrndup(s, len);
		l = label_named(&a->scheme, name);
		if (l != NULL)
			known = strmap_put(a->known, s, len, l->id, NULL);
		free(name);
	}
	label_want(a, known != NULL ? *known : 0, s, len);
}

static void
item_labels(struct annot_import *a, const struct annot_item *item)
{
	const struct import_names *names = &item->labels;

	labels_clear(a);
	for (size_t i = 0; i < names->n; i++) {
		if (item->sep != NULL && a->scheme.kind == SCHEME_MULTILABEL)
			import_split(names->v[i], strlen(names->v[i]),
			    item->sep, label_named_as, a);
		else
			label_named_as(a, names->v[i], strlen(names->v[i]));
	}
}

/* The name of a label that stands; of a check, those that it would make have
 * numbers below 0. */
static const char *
name_of_label(const struct annot_import *a, int64_t id)
{
	const struct label *l;

	if (id < 0)
		return a->report->labels.v[-id - 1];
	l = label_by_id(&a->scheme, id);
	return l != NULL ? l->name : "?";
}

/* How alike labels are that were meant to be one: case, or the ".0" that
 * whole numbers get which were read as others. */
static bool
nearly(const char *a, const char *b)
{
	char *x = utf8_fold(a, strlen(a)), *y = utf8_fold(b, strlen(b));
	size_t n = strlen(x), m = strlen(y);
	bool same;

	if (n > 2 && strcmp(x + n - 2, ".0") == 0)
		n -= 2;
	if (m > 2 && strcmp(y + m - 2, ".0") == 0)
		m -= 2;
	same = n == m && memcmp(x, y, n) == 0;
	free(x);
	free(y);
	return same;
}

static void
near_note(struct annot_import *a, const char *name)
{
	for (size_t i = 0; i < a->scheme.nlabels; i++)
		if (nearly(a->scheme.labels[i].name, name))
			import_note(a->report, "the label %s is new, though "
			    "%s is there: 'label rename' makes one of the "
			    "two", name, a->scheme.labels[i].name);
}

static int
labels_make(struct annot_import *a)
{
	int64_t scheme = a->scheme.id;

	for (size_t i = 0; i < a->n; i++) {
		struct wanted *w = &a->labels[i];

		if (w->id != 0)
			continue;
		near_note(a, w->name);
		if (a->plan != NULL) {
			if (label_name_check(&a->scheme, w->name, a->err) < 0)
				return -1;
			import_name_add(&a->report->labels, w->name,
			    strlen(w->name));
			w->id = -(int64_t)a->report->labels.n;
			strmap_put(a->known, w->name, strlen(w->name), w->id,
			    NULL);
			continue;
		}
		if (label_add(a->p, scheme, w->name, &w->id, a->err) < 0)
			return -1;
		import_name_add(&a->report->labels, w->name, strlen(w->name));
		scheme_free(&a->scheme);
		if (scheme_get(a->p, scheme, &a->scheme, a->err) < 0)
			return -1;
	}
	return 0;
}

static bool
same_labels(const struct annot *have, const struct annot_import *a)
{
	const struct label *l;
	size_t equal = 0;

	for (size_t i = 0; i < have->nlabels; i++)
		for (size_t j = 0; j < a->n; j++) {
			l = label_by_id(&a->scheme, a->labels[j].id);
			equal += have->labels[i] == (l != NULL ?
			    l->effective : a->labels[j].id);
		}
	return have->nlabels == a->n && equal == a->n;
}

/* ---- storing ---- */

/* The text's comment after an import that gives it one; NULL: as it is. */
static const char *
comment_for(struct annot_import *a, const struct annot *have)
{
	const char *comment = a->item->comment;

	if (comment == NULL || strcmp(have->comment != NULL ? have->comment :
	    "", comment) == 0)
		return NULL;
	if (have->comment != NULL && *have->comment != '\0' &&
	    a->spec->on_conflict != CONFLICT_REPLACE)
		return NULL;
	a->report->comments++;
	return comment;
}

static int
put_flag(struct annot_import *a, int64_t doc, const struct annot *have,
    int64_t uid)
{
	if (!a->item->flag || have->flag)
		return 0;
	a->report->flags++;
	return a->plan != NULL ? 0 : annot_flag_as(a->p, a->scheme.id, doc,
	    uid, true, a->err);
}

/* What stands for the text, or would after a check's rows so far. */
static int
standing(struct annot_import *a, int64_t doc, int64_t uid, struct annot *out)
{
	if (a->plan != NULL && annot_plan_get(a->plan, doc, uid, out))
		return 1;
	return annot_get(a->p, a->scheme.id, doc, uid, out, a->err);
}

static void
plan_put(struct annot_import *a, const struct annot *have, int64_t doc,
    int64_t uid, const int64_t *labels, size_t n, const char *comment)
{
	struct annot after = *have;

	after.doc = doc;
	after.uid = uid;
	after.tagged |= n > 0;
	after.flag |= a->item->flag;
	if (n > 0) {
		after.labels = (int64_t *)labels;
		after.nlabels = n;
	}
	if (comment != NULL)
		after.comment = (char *)comment;
	annot_plan_put(a->plan, &after);
}

static int
put_tag(struct annot_import *a, int64_t doc, const struct annot *have,
    int64_t uid)
{
	struct tag tag = { .scheme = a->scheme.id, .doc = doc,
		.nlabels = a->n, .bulk = true, .when = a->item->when,
		.comment = comment_for(a, have), .uid = uid,
		.whose = uid == project_uid(a->p) ? WHOSE_MINE : WHOSE_UID };
	int64_t *ids;
	int rc;

	if (labels_make(a) < 0)
		return -1;
	ids = xcalloc(a->n + 1, sizeof *ids);
	for (size_t i = 0; i < a->n; i++)
		ids[i] = a->labels[i].id;
	tag.labels = ids;
	a->report->kept++;
	if (a->plan != NULL) {
		plan_put(a, have, doc, uid, ids, a->n, tag.comment);
		rc = 0;
	} else {
		rc = annot_tag(a->p, &tag, NULL, a->err);
	}
	free(ids);
	return rc < 0 ? -1 : put_flag(a, doc, have, uid);
}

/* What the row says besides labels, to a text that has those or gets none. */
static int
put_remarks(struct annot_import *a, int64_t doc, const struct annot *have,
    int64_t uid)
{
	const char *comment = comment_for(a, have);

	if (a->plan != NULL)
		plan_put(a, have, doc, uid, NULL, 0, comment);
	else if (comment != NULL && annot_comment_as(a->p, a->scheme.id, doc, uid,
	    comment, a->err) < 0)
		return -1;
	return put_flag(a, doc, have, uid);
}

static int
conflict_note(struct annot_import *a, int64_t doc, const struct annot *have)
{
	struct import_conflict c = { .row = a->row };
	struct buf has = BUF_INIT, now = BUF_INIT;

	c.id = doc_id(a->p, doc, a->err);
	if (c.id == NULL)
		return -1;
	for (size_t i = 0; i < have->nlabels; i++)
		buf_addf(&has, "%s%s", i > 0 ? " | " : "",
		    name_of_label(a, have->labels[i]));
	for (size_t i = 0; i < a->n; i++)
		buf_addf(&now, "%s%s", i > 0 ? " | " : "", a->labels[i].name);
	c.have = buf_take(&has);
	c.now = buf_take(&now);
	import_conflict_add(a->report, &c);
	return 0;
}

static int
import_uid(struct annot_import *a, const char *name, int64_t *uid)
{
	int got;

	if (a->plan == NULL)
		return user_import(a->p, name, uid, a->err);
	got = user_import_look(a->p, name, uid, a->err);
	return got < 0 ? -1 : 0;
}

static int put(struct annot_import *a, int64_t doc, int64_t uid, bool second);

/* The annotator has said something else already. */
static int
conflict(struct annot_import *a, int64_t doc, const struct annot *have,
    bool second)
{
	int64_t uid;

	if (conflict_note(a, doc, have) < 0)
		return -1;
	if (second || a->spec->on_conflict == CONFLICT_KEEP) {
		a->report->kept_own++;
		return 0;
	}
	if (a->spec->on_conflict == CONFLICT_REPLACE) {
		a->report->replaced++;
		return put_tag(a, doc, have, have->uid);
	}
	if (import_uid(a, a->spec->as, &uid) < 0)
		return -1;
	return put(a, doc, uid, true);
}

/* One annotation; `second`: of the second annotator of a conflict. */
static int
put(struct annot_import *a, int64_t doc, int64_t uid, bool second)
{
	struct annot have = { 0 };
	int got = standing(a, doc, uid, &have);
	int rc = 0;

	if (got < 0)
		return -1;
	if (a->n == 0) {
		rc = put_remarks(a, doc, &have, uid);
	} else if (got == 0 || !have.tagged) {
		a->report->added += second;
		rc = put_tag(a, doc, &have, uid);
	} else if (same_labels(&have, a)) {
		a->report->same++;
		rc = put_remarks(a, doc, &have, uid);
	} else {
		rc = conflict(a, doc, &have, second);
	}
	annot_free(&have);
	return rc;
}

/* Labels that come one by one: add to those that this import gave the text
 * before. 1 where there are some, and all is done. */
static int
put_more(struct annot_import *a, int64_t doc, int64_t uid)
{
	struct annot have = { 0 };
	const char *name;
	char key[64];
	int len, is_new, got, rc = 0;

	if (!a->item->more || a->n == 0 ||
	    a->scheme.kind != SCHEME_MULTILABEL)
		return 0;
	len = snprintf(key, sizeof key, "%lld %lld", (long long)doc,
	    (long long)uid);
	strmap_put(a->done, key, (size_t)len, 1, &is_new);
	if (is_new)
		return 0;
	got = standing(a, doc, uid, &have);
	for (size_t i = 0; got == 1 && i < have.nlabels; i++) {
		name = name_of_label(a, have.labels[i]);
		label_want(a, have.labels[i], name, strlen(name));
	}
	if (got == 1 && same_labels(&have, a))
		a->report->same++;
	else if (got >= 0)
		rc = put_tag(a, doc, &have, uid);
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

	*fault = item->id == NULL && ours ? FAULT_EMPTY_ID : FAULT_UNKNOWN_ID;
	if (item->id != NULL)
		got = doc_find_exact(a->p, item->id, doc, a->err);
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

/* Whole numbers become 1.0 where a program read a column with gaps as other
 * numbers; and a file may hold the slugs that exports give beside the ids. */
static int
near_id(struct annot_import *a, const char *id)
{
	size_t len = id != NULL ? strlen(id) : 0;
	int64_t doc;
	char *whole;
	int got;

	if (len == 0)
		return 0;
	got = doc_find(a->p, id, &doc, a->err);
	a->slugs += got == 1;
	if (got != 0 || len < 3 || strcmp(id + len - 2, ".0") != 0)
		return got < 0 ? -1 : 0;
	whole = xstrndup(id, len - 2);
	got = doc_find_exact(a->p, whole, &doc, a->err);
	a->points += got == 1;
	free(whole);
	return got < 0 ? -1 : 0;
}

static void
near_ids_note(struct annot_import *a)
{
	if (a->points > 0)
		import_note(a->report, "%llu of the unknown ids end in .0 and "
		    "are texts' without it: the program that wrote the file "
		    "took whole numbers for others", (unsigned long long)
		    a->points);
	if (a->slugs > 0)
		import_note(a->report, "%llu of the unknown ids are slugs of "
		    "texts: give the column of the ids in their original form",
		    (unsigned long long)a->slugs);
}

/* ---- rows ---- */

static int
item_uid(struct annot_import *a, const struct annot_item *item, int64_t *uid)
{
	const char *name = item->annotator;

	if (a->spec->as != NULL && a->spec->on_conflict != CONFLICT_ADD)
		name = a->spec->as;
	*uid = project_uid(a->p);
	return name == NULL ? 0 : import_uid(a, name, uid);
}

/* FAULT_COUNT: it can be used, and *doc is the text. */
static int
item_fault(struct annot_import *a, const struct annot_item *item,
    int64_t *doc, enum import_fault *fault)
{
	if (find_doc(a, item, doc, fault) < 0)
		return -1;
	if (*fault == FAULT_UNKNOWN_ID) {
		unknown_note(a, item);
		return near_id(a, item->id);
	}
	if (*fault == FAULT_COUNT && item->labels.n > 1 &&
	    a->scheme.kind == SCHEME_MULTICLASS)
		*fault = FAULT_BAD_LABEL;
	if (*fault == FAULT_COUNT && item->bad_when)
		*fault = FAULT_BAD_TIME;
	return 0;
}

static int
take_item(void *arg, const struct annot_item *item)
{
	struct annot_import *a = arg;
	bool remarks = item->comment != NULL || item->flag;
	enum import_fault fault;
	int64_t doc, uid;
	int rc;

	a->report->others += item->other;
	if (item->passed_over || item->labels.n == 0) {
		a->report->passed_over += item->passed_over;
		a->report->unfilled += !item->passed_over;
		if (item->passed_over || !remarks)
			return 0;
	}
	if (item_fault(a, item, &doc, &fault) < 0)
		return -1;
	if (fault != FAULT_COUNT) {
		import_fault_add(&a->report->faults, fault, a->row);
		return 0;
	}
	if (item_uid(a, item, &uid) < 0)
		return -1;
	a->item = item;
	item_labels(a, item);
	rc = put_more(a, doc, uid);
	return rc != 0 ? rc < 0 ? -1 : 0 : put(a, doc, uid, false);
}

static int
read_row(struct annot_import *a, const struct table_row *row)
{
	a->report->rows++;
	a->row = row->number;
	if (import_ragged(a->source.reader, row)) {
		import_fault_add(&a->report->faults, FAULT_RAGGED,
		    row->number);
		return 0;
	}
	if (annot_source_row(&a->source, row, take_item, a, a->err) < 0)
		return err_prefix(a->err, "%s: row %llu", a->spec->file,
		    (unsigned long long)row->number);
	return 0;
}

/* "12 annotations from more.csv" */
static int
remember(struct annot_import *a)
{
	const struct import_report *r = a->report;
	cJSON *data = import_log_new(a->spec->file, r);
	const char *slash = strrchr(a->spec->file, '/');
	char *summary;

	summary = xasprintf("%llu annotation%s from %s",
	    (unsigned long long)r->kept, r->kept == 1 ? "" : "s",
	    slash != NULL ? slash + 1 : a->spec->file);
	cJSON_AddStringToObject(data, "summary", summary);
	cJSON_AddNumberToObject(data, "comments", (double)r->comments);
	cJSON_AddNumberToObject(data, "flags", (double)r->flags);
	cJSON_AddStringToObject(data, "from",
	    import_from_name(a->source.from));
	free(summary);
	return import_log_add(a->p, a->scheme.id, data, a->err);
}

static int
read_rows(struct annot_import *a, struct progress *progress)
{
	struct table_reader *t = a->source.reader;
	const struct table_info *info = table_info(t);
	struct table_row row;
	uint64_t done = 0;
	int got;

	progress_phase(progress, "reading", info->total);
	while ((got = import_next(t, &row, a->err)) == 1) {
		if (read_row(a, &row) < 0)
			return -1;
		info = table_info(t);
		if (progress_step(progress, info->done - done))
			return progress_stopped(a->err);
		done = info->done;
	}
	import_report_info(a->report, t);
	near_ids_note(a);
	if (got < 0)
		return -1;
	if (import_fault_check(&a->report->faults, a->spec->drop, a->err) < 0)
		return err_prefix(a->err, "%s", a->spec->file);
	return a->plan != NULL ? 0 : remember(a);
}

static int
find_scheme(struct annot_import *a)
{
	const char *label = a->spec->label != NULL ? a->spec->label
						   : a->source.question;

	if (a->spec->scheme != NULL)
		return scheme_find(a->p, a->spec->scheme, &a->scheme, a->err);
	if (label != NULL && scheme_find(a->p, label, &a->scheme, NULL) == 0)
		return 0;
	return scheme_get(a->p, a->spec->current, &a->scheme, a->err);
}

static void
fault_columns(struct annot_import *a)
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

static int
import_all(struct annot_import *a, struct progress *progress)
{
	const struct import_annotations *spec = a->spec;
	int rc;

	if (spec->on_conflict == CONFLICT_ADD && spec->as == NULL)
		return err_set_status(a->err, ERR_USAGE, "conflicts are to be "
		    "added as a second annotator's: say whose by --as NAME");
	if (column_list(a->p, &a->columns, &a->ncolumns, a->err) < 0)
		return -1;
	a->source.own = a->columns;
	a->source.nown = a->ncolumns;
	if (annot_source_open(&a->source, spec, a->err) < 0)
		return -1;
	a->report->from = a->source.from;
	fault_columns(a);
	if (find_scheme(a) < 0)
		return -1;
	err_clear(a->err);
	if (spec->check) {
		a->plan = annot_plan_new();
		return read_rows(a, progress);
	}
	if (act_begin(a->p, true, a->err) < 0)
		return -1;
	rc = read_rows(a, progress);
	return act_end(a->p, rc, a->err);
}

int
import_annotations(struct project *p, const struct import_annotations *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct annot_import a = { .p = p, .spec = spec, .report = report,
		.done = strmap_new(), .known = strmap_new(), .err = err };
	int rc;

	*report = (struct import_report){ 0 };
	rc = import_all(&a, progress);
	annot_source_close(&a.source);
	column_list_free(a.columns, a.ncolumns);
	annot_plan_free(a.plan);
	text_index_free(a.texts);
	scheme_free(&a.scheme);
	strmap_free(a.known);
	strmap_free(a.done);
	labels_clear(&a);
	free(a.labels);
	return rc;
}

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
	int32_t code; /* among those of the file; -1: another */
};

struct annot_import {
	struct project *p;
	const struct import_annotations *spec;
	struct import_report *report;
	struct annot_stage stage;
	struct annot_plan *plan; /* of a check, which stores nothing */
	struct scheme scheme;	 /* read again when it gets a label */
	int64_t *label;		 /* (labels of the stage) 0: to be made */
	int64_t *uid;		 /* (people of the stage) */
	const struct staged *at; /* the annotation at hand, */
	const struct remark *remark;
	struct wanted *labels; /* and its labels */
	size_t n, cap;
	int64_t *ids;
	int64_t *done; /* who of its text has got labels by this import */
	size_t ndone, done_cap;
	struct err *err;
};

/* ---- labels ---- */

static void
label_want(struct annot_import *a, int64_t id, int32_t code)
{
	for (size_t i = 0; i < a->n; i++)
		if (id != 0 ? a->labels[i].id == id :
		    a->labels[i].code == code)
			return;
	a->labels = array_room(a->labels, a->n, &a->cap, sizeof *a->labels);
	a->labels[a->n++] = (struct wanted){ id, code };
}

/* What is at hand from now on. */
static void
take(struct annot_import *a, const struct staged *v)
{
	size_t n;
	const int32_t *codes = annot_stage_labels(&a->stage, v->labels, &n);

	if (a->at == NULL || a->at->doc != v->doc)
		a->ndone = 0;
	a->at = v;
	a->remark = &a->stage.remarks[v->remark];
	a->n = 0;
	for (size_t i = 0; i < n; i++)
		label_want(a, a->label[codes[i]], codes[i]);
}

static const char *
name_of_code(const struct annot_import *a, int32_t code)
{
	return strmap_key(a->stage.labels, (size_t)code, NULL);
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
label_make(struct annot_import *a, const char *name, int64_t *id)
{
	int64_t scheme = a->scheme.id;

	near_note(a, name);
	if (a->plan != NULL) {
		if (label_name_check(&a->scheme, name, a->err) < 0)
			return -1;
		import_name_add(&a->report->labels, name, strlen(name));
		*id = -(int64_t)a->report->labels.n;
		return 0;
	}
	if (label_add(a->p, scheme, name, id, a->err) < 0)
		return -1;
	import_name_add(&a->report->labels, name, strlen(name));
	scheme_free(&a->scheme);
	return scheme_get(a->p, scheme, &a->scheme, a->err);
}

static int
labels_make(struct annot_import *a)
{
	for (size_t i = 0; i < a->n; i++) {
		struct wanted *w = &a->labels[i];

		if (w->id != 0)
			continue;
		if (label_make(a, name_of_code(a, w->code), &w->id) < 0)
			return -1;
		a->label[w->code] = w->id;
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
	const char *comment = a->remark->comment;

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
	if (!a->remark->flag || have->flag)
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
	after.flag |= a->remark->flag;
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
		.nlabels = a->n, .bulk = true, .when = a->remark->when,
		.comment = comment_for(a, have), .uid = uid,
		.whose = uid == project_uid(a->p) ? WHOSE_MINE : WHOSE_UID };
	int rc = 0;

	if (labels_make(a) < 0)
		return -1;
	a->ids = xreallocarray(a->ids, a->n + 1, sizeof *a->ids);
	for (size_t i = 0; i < a->n; i++)
		a->ids[i] = a->labels[i].id;
	tag.labels = a->ids;
	a->report->kept++;
	if (a->plan != NULL)
		plan_put(a, have, doc, uid, a->ids, a->n, tag.comment);
	else
		rc = annot_tag(a->p, &tag, NULL, a->err);
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
	struct import_conflict c = { .row = a->at->row };
	struct buf has = BUF_INIT, now = BUF_INIT;

	c.id = doc_id(a->p, doc, a->err);
	if (c.id == NULL)
		return -1;
	for (size_t i = 0; i < have->nlabels; i++)
		buf_addf(&has, "%s%s", i > 0 ? " | " : "",
		    name_of_label(a, have->labels[i]));
	for (size_t i = 0; i < a->n; i++)
		buf_addf(&now, "%s%s", i > 0 ? " | " : "",
		    a->labels[i].code >= 0 ? name_of_code(a,
		    a->labels[i].code) : name_of_label(a, a->labels[i].id));
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

/* Has this import given the text labels in that name before? */
static bool
met_before(struct annot_import *a, int64_t uid)
{
	for (size_t i = 0; i < a->ndone; i++)
		if (a->done[i] == uid)
			return true;
	a->done = array_room(a->done, a->ndone, &a->done_cap,
	    sizeof *a->done);
	a->done[a->ndone++] = uid;
	return false;
}

/* Labels that come one by one: add to those that this import gave the text
 * before. 1 where there are some, and all is done. */
static int
put_more(struct annot_import *a, int64_t doc, int64_t uid)
{
	struct annot have = { 0 };
	int got, rc = 0;

	if (!a->remark->more || a->n == 0 || !met_before(a, uid))
		return 0;
	got = standing(a, doc, uid, &have);
	for (size_t i = 0; got == 1 && i < have.nlabels; i++)
		label_want(a, have.labels[i], -1);
	if (got == 1 && same_labels(&have, a))
		a->report->same++;
	else if (got >= 0)
		rc = put_tag(a, doc, &have, uid);
	annot_free(&have);
	return got < 0 || rc < 0 ? -1 : 1;
}

/* ---- all of them ---- */

static int
put_staged(struct annot_import *a, const struct staged *v)
{
	int64_t uid;
	int rc;

	take(a, v);
	uid = a->remark->person == NOBODY ? project_uid(a->p) :
	    a->uid[a->remark->person];
	rc = put_more(a, v->doc, uid);
	return rc != 0 ? rc < 0 ? -1 : 0 : put(a, v->doc, uid, false);
}

static int
people_find(struct annot_import *a)
{
	const struct strmap *people = a->stage.people;
	size_t n = strmap_count(people);

	a->uid = xcalloc(n + 1, sizeof *a->uid);
	for (size_t i = 0; i < n; i++)
		if (import_uid(a, strmap_key(people, i, NULL), &a->uid[i]) < 0)
			return -1;
	return 0;
}

/* New labels in the order of the file, and only those that a text gets. */
static int
labels_find(struct annot_import *a)
{
	const struct annot_stage *s = &a->stage;
	size_t n = strmap_count(s->labels), missing = 0;
	const struct label *l;
	struct annot have;
	int got;

	a->label = xcalloc(n + 1, sizeof *a->label);
	for (size_t i = 0; i < n; i++) {
		l = label_named(&a->scheme, name_of_code(a, (int32_t)i));
		a->label[i] = l != NULL ? l->id : 0;
		missing += l == NULL;
	}
	for (size_t i = 0; i < s->n && missing > 0; i++) {
		size_t lack = 0;

		take(a, &s->v[i]);
		for (size_t j = 0; j < a->n; j++)
			lack += a->labels[j].id == 0;
		if (lack == 0)
			continue;
		got = a->spec->on_conflict != CONFLICT_KEEP ||
		    a->remark->more ? 0 : standing(a, s->v[i].doc,
		    a->remark->person == NOBODY ? project_uid(a->p) :
		    a->uid[a->remark->person], &have);
		if (got < 0)
			return -1;
		if ((got == 0 || !have.tagged) && labels_make(a) < 0)
			return -1;
		missing -= got == 0 || !have.tagged ? lack : 0;
		if (got == 1)
			annot_free(&have);
	}
	return 0;
}

static int
staged_order(const void *a, const void *b)
{
	const struct staged *x = a, *y = b;

	if (x->doc != y->doc)
		return x->doc < y->doc ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* "12 annotations from more.csv" */
static int
remember(struct annot_import *a)
{
	const struct import_report *r = a->report;
	cJSON *data = import_log_new(a->spec->file, r);
	const char *slash = strrchr(a->spec->file, '/');
	char *summary;

	summary = xasprintf("%s annotation%s from %s",
	    COUNT(r->kept), r->kept == 1 ? "" : "s",
	    slash != NULL ? slash + 1 : a->spec->file);
	cJSON_AddStringToObject(data, "summary", summary);
	cJSON_AddNumberToObject(data, "comments", (double)r->comments);
	cJSON_AddNumberToObject(data, "flags", (double)r->flags);
	cJSON_AddStringToObject(data, "from",
	    import_from_name(a->stage.source.from));
	free(summary);
	return import_log_add(a->p, a->scheme.id, data, a->err);
}

/* In the order of the texts, which is that of the tables. */
static int
store_all(struct annot_import *a, struct progress *progress)
{
	struct annot_stage *s = &a->stage;
	int64_t scheme = a->scheme.id;

	scheme_free(&a->scheme);
	if (scheme_get(a->p, scheme, &a->scheme, a->err) < 0 ||
	    people_find(a) < 0 || labels_find(a) < 0)
		return -1;
	progress_phase(progress, a->plan != NULL ? "comparing" : "storing",
	    s->n);
	if (s->n > 0)
		qsort(s->v, s->n, sizeof *s->v, staged_order);
	for (size_t i = 0; i < s->n; i++) {
		if (put_staged(a, &s->v[i]) < 0)
			return err_prefix(a->err, "%s: row %llu",
			    a->spec->file, (unsigned long long)s->v[i].row);
		if (progress_step(progress, 1))
			return progress_stopped(a->err);
	}
	return a->plan != NULL ? 0 : remember(a);
}

static int
find_scheme(struct annot_import *a)
{
	const char *label = a->spec->label != NULL ? a->spec->label
						   : a->stage.source.question;

	if (a->spec->scheme != NULL)
		return scheme_find(a->p, a->spec->scheme, &a->scheme, a->err);
	if (label != NULL && scheme_find(a->p, label, &a->scheme, NULL) == 0)
		return 0;
	return scheme_get(a->p, a->spec->current, &a->scheme, a->err);
}

/* 1: texts were imported or drawn since they were looked for. */
static int
texts_changed(struct annot_import *a, const struct doc_mark *before)
{
	struct doc_mark now;

	if (doc_mark(a->p, &now, a->err) < 0)
		return -1;
	return !doc_mark_same(before, &now);
}

static int
read_all(struct annot_import *a, struct progress *progress)
{
	if (annot_stage_open(&a->stage, a->p, a->spec, a->report, a->err) < 0 ||
	    find_scheme(a) < 0)
		return -1;
	err_clear(a->err);
	if (annot_stage_read(&a->stage, a->scheme.kind, progress) < 0)
		return -1;
	return annot_stage_known(&a->stage);
}

/* A check, and what a file that is refused would have brought. */
static int
only_tell(struct annot_import *a, struct progress *progress)
{
	a->plan = annot_plan_new();
	if (store_all(a, progress) < 0)
		return -1;
	if (import_fault_check(&a->report->faults, a->spec->drop, a->err) < 0)
		return err_prefix(a->err, "%s", a->spec->file);
	return 0;
}

/* 1: something has changed since it was read. */
static int
write_all(struct annot_import *a, const struct doc_mark *mark,
    struct progress *progress)
{
	int rc, changed;

	if (act_begin(a->p, true, a->err) < 0)
		return -1;
	rc = changed = texts_changed(a, mark);
	if (rc == 0)
		rc = store_all(a, progress);
	rc = act_end(a->p, rc < 0 ? -1 : 0, a->err);
	return rc < 0 ? -1 : changed;
}

static int
import_once(struct project *p, const struct import_annotations *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct annot_import a = { .p = p, .spec = spec, .report = report,
		.err = err };
	struct doc_mark mark;
	int rc;

	*report = (struct import_report){ 0 };
	rc = doc_mark(p, &mark, err);
	if (rc == 0)
		rc = read_all(&a, progress);
	if (rc == 0 && (spec->check || (!spec->drop &&
	    import_refused(&report->faults))))
		rc = only_tell(&a, progress);
	else if (rc == 0)
		rc = write_all(&a, &mark, progress);
	annot_stage_free(&a.stage);
	annot_plan_free(a.plan);
	scheme_free(&a.scheme);
	free(a.label);
	free(a.uid);
	free(a.labels);
	free(a.ids);
	free(a.done);
	return rc;
}

/* What the file says is read, and its texts found, before anything is locked;
 * where texts came or went meanwhile, all is done again with the lock. */
int
import_annotations(struct project *p, const struct import_annotations *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	int rc;

	*report = (struct import_report){ 0 };
	rc = import_once(p, spec, report, progress, err);
	if (rc != 1)
		return rc;
	import_report_free(report);
	if (act_begin(p, true, err) < 0)
		return -1;
	rc = import_once(p, spec, report, progress, err);
	return act_end(p, rc, err);
}

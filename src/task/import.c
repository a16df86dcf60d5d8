#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/draw.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hash.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/rng.h"
#include "tagtiger/twins.h"
#include "tagtiger/user.h"
#include "priv.h"

/* ---- columns and schemes ---- */

static enum column_role
column_role_of(const struct import_rows *r, int i)
{
	const struct import_spec *spec = r->spec;

	if (i == r->id)
		return COLUMN_ID;
	for (size_t j = 0; j < spec->ntext; j++)
		if (i == r->text[j])
			return COLUMN_TEXT;
	for (size_t j = 0; j < spec->nlabel; j++)
		if (i == r->label[j].column)
			return COLUMN_LABEL;
	for (size_t j = 0; j < spec->ncontext; j++)
		if (i == table_column_find(r->reader, spec->context[j]))
			return COLUMN_CONTEXT;
	return COLUMN_OTHER;
}

static int
columns_add(const struct import_rows *r, struct project *p, struct err *err)
{
	const struct table_column *c;

	for (size_t i = 0; i < table_ncolumns(r->reader); i++) {
		c = table_column(r->reader, i);
		if (column_add(p, c->name, column_role_of(r, (int)i),
		    table_kind_name(c->kind), NULL, err) < 0)
			return -1;
	}
	return 0;
}

struct named {
	const char *name;
	int64_t code;
};

static int
named_compare(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name,
	    ((const struct named *)b)->name);
}

/*
 * The scheme's labels for a column's names, made where they are missing, in
 * alphabetical order: id[code].
 */
static int
labels_add(struct project *p, int64_t scheme, const struct strmap *names,
    int64_t *id, struct err *err)
{
	size_t n = strmap_count(names);
	struct named *v = xcalloc(n, sizeof *v);
	const struct label *have;
	struct scheme s = { 0 };
	int rc = -1;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct named){ strmap_key(names, i, NULL),
			strmap_value(names, i) };
	qsort(v, n, sizeof *v, named_compare);
	if (scheme_get(p, scheme, &s, err) < 0)
		goto out;
	for (size_t i = 0; i < n; i++) {
		have = label_named(&s, v[i].name);
		if (have != NULL)
			id[v[i].code] = have->id;
		else if (label_add(p, scheme, v[i].name, &id[v[i].code],
		    err) < 0)
			goto out;
	}
	rc = 0;
out:
	scheme_free(&s);
	free(v);
	return rc;
}

/* The labels that the file gives its rows, as this account's. */
static int
annotations_add(struct project *p, const struct import_rows *r,
    const struct label_column *l, int64_t scheme, const uint8_t *set,
    bool clear_test, struct import_report *report, struct progress *progress,
    struct err *err)
{
	int64_t *id = xcalloc(strmap_count(l->names) + 1, sizeof *id);
	int64_t *labels = xcalloc(strmap_count(l->names) + 1, sizeof *labels);
	struct tag tag = { .scheme = scheme, .labels = labels, .bulk = true };
	int rc = labels_add(p, scheme, l->names, id, err);

	if (rc < 0)
		err_prefix(err, "column %s", l->spec->column);
	progress_phase(progress, "annotations", l->n);
	for (size_t i = 0, j; rc == 0 && i < l->n; i = j) {
		uint32_t row = l->rows[i].row;

		tag.nlabels = 0;
		for (j = i; j < l->n && l->rows[j].row == row; j++)
			labels[tag.nlabels++] = id[l->rows[j].code];
		if (progress_step(progress, j - i))
			rc = progress_stopped(err);
		else if (clear_test && set[row] == SET_TEST)
			report->cleared++;
		else {
			tag.doc = r->seq[row];
			rc = annot_tag(p, &tag, NULL, err);
		}
	}
	free(labels);
	free(id);
	return rc;
}

static int
same_kind(const struct scheme *s, const struct import_label *l,
    struct err *err)
{
	if (s->kind == l->kind)
		return 0;
	return err_set_status(err, ERR_NAME, "scheme %s is %s: give its "
	    "column by --%s", s->name, scheme_kind_name(s->kind),
	    s->kind == SCHEME_MULTILABEL ? "multilabel" : "label");
}

/* Of a check: the labels that would be made, as "scheme: label". */
static int
labels_look(struct project *p, const struct label_column *l,
    struct import_report *report, struct err *err)
{
	struct scheme s = { 0 };
	bool there = p != NULL &&
	    scheme_find(p, l->spec->column, &s, NULL) == 0;
	const char *name;
	char *text;
	int rc = 0;

	if (there)
		rc = same_kind(&s, l->spec, err);
	for (size_t i = 0; rc == 0 && i < strmap_count(l->names); i++) {
		name = strmap_key(l->names, i, NULL);
		if (there && label_named(&s, name) != NULL)
			continue;
		text = xasprintf("%s: %s", l->spec->column, name);
		import_name_add(&report->labels, text, strlen(text));
		free(text);
	}
	scheme_free(&s);
	return rc;
}

static int
scheme_of_column(struct project *p, const struct import_label *l,
    int64_t *scheme, struct err *err)
{
	struct scheme s = { 0 };
	int rc;

	if (scheme_find(p, l->column, &s, NULL) < 0)
		return scheme_add(p, l->column, l->kind, scheme, err);
	*scheme = s.id;
	rc = same_kind(&s, l, err);
	scheme_free(&s);
	return rc;
}

static int
schemes_add(struct project *p, const struct import_rows *r,
    const uint8_t *set, struct import_report *report,
    struct progress *progress, struct err *err)
{
	int64_t scheme;
	int rc;

	for (size_t i = 0; i < r->n; i++)
		report->annotated += r->labelled[i];
	for (size_t i = 0; i < r->spec->nlabel; i++) {
		if (r->spec->check) {
			if (labels_look(p, &r->label[i], report, err) < 0)
				return -1;
			continue;
		}
		if (act_begin(p, true, err) < 0)
			return -1;
		rc = scheme_of_column(p, &r->spec->label[i], &scheme, err);
		if (rc == 0)
			rc = annotations_add(p, r, &r->label[i], scheme, set,
			    r->spec->clear_test, report, progress, err);
		if (act_end(p, rc, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- drawing ---- */

static void
report_strata(struct import_report *report, const struct strmap *names,
    const struct draw_stratum *taken, enum set set, size_t want)
{
	size_t n = strmap_count(names), even = want / n;

	if (report->strata == NULL) {
		report->strata = xcalloc(n, sizeof *report->strata);
		report->nstrata = n;
		for (size_t i = 0; i < n; i++) {
			report->strata[i].name =
			    xstrdup(strmap_key(names, i, NULL));
			report->strata[i].there = taken[i].there;
		}
	}
	report->strata_sets |= SET_BIT(set);
	for (size_t i = 0; i < n; i++) {
		report->strata[i].taken[set] = taken[i].taken;
		if (taken[i].taken < even && taken[i].taken == taken[i].there)
			import_note(report, "%s of \"%s\" are all in the %s "
			    "set: %zu", "texts", report->strata[i].name,
			    set_name(set), taken[i].taken);
	}
}

static int
draw_one(struct draw *d, const struct strmap *strata, enum set set,
    size_t want, struct rng *rng, struct import_report *report,
    struct err *err)
{
	struct draw_stratum *taken = NULL;
	int rc;

	if (want == 0)
		return 0;
	if (d->stratum != NULL)
		taken = xcalloc(d->strata, sizeof *taken);
	rc = draw_set(d, (uint8_t)set, want, rng, taken, err);
	if (rc < 0)
		err_prefix(err, "the %s set", set_name(set));
	else if (taken != NULL && !d->proportional)
		report_strata(report, strata, taken, set, want);
	free(taken);
	return rc;
}

/* Rows of one set and one probability are assigned together. */
static int
assign(struct project *p, const struct draw *d, const int64_t *seq,
    enum set set, struct err *err)
{
	int64_t *v = xcalloc(d->n, sizeof *v);
	bool *done = xcalloc(d->n, sizeof *done);
	size_t n, first = 0;
	int rc = 0;

	while (rc == 0) {
		while (first < d->n && (done[first] || d->set[first] != set))
			first++;
		if (first == d->n)
			break;
		n = 0;
		for (size_t i = first; i < d->n; i++) {
			if (done[i] || d->set[i] != set ||
			    d->weight[i] != d->weight[first])
				continue;
			done[i] = true;
			v[n++] = seq[i];
		}
		rc = doc_set_assign(p, v, n, set, (double)d->weight[first],
		    err);
	}
	free(done);
	free(v);
	return rc;
}

/* Validation and test at random from all rows, then train; `set` becomes
 * (rows) the set of each. */
static int
draw_sets(struct project *p, const struct import_rows *r, uint8_t *set,
    struct import_report *report, struct err *err)
{
	const struct import_spec *spec = r->spec;
	struct draw d = { .n = r->n, .set = set, .proportional =
		spec->proportional, .strata = r->strata != NULL ?
		strmap_count(r->strata) : 0 };
	struct places places;
	struct rng rng;
	int rc = -1;

	d.weight = xcalloc(r->n, sizeof *d.weight);
	d.stratum = r->strata != NULL ? r->stratum : NULL;
	rng_seed(&rng, spec->seed);
	if (draw_one(&d, r->strata, SET_VALID, spec->valid, &rng, report,
	    err) < 0 || draw_one(&d, r->strata, SET_TEST, spec->test, &rng,
	    report, err) < 0)
		goto out;
	d.first = r->labelled;
	d.stratum = NULL;
	if (!spec->train_all && draw_one(&d, NULL, SET_TRAIN, spec->train,
	    &rng, report, err) < 0)
		goto out;
	if (!spec->check && (assign(p, &d, r->seq, SET_VALID, err) < 0 ||
	    assign(p, &d, r->seq, SET_TEST, err) < 0 ||
	    (!spec->train_all && assign(p, &d, r->seq, SET_TRAIN, err) < 0)))
		goto out;
	places_init(&places);
	for (size_t i = 0; i < r->n; i++) {
		double weight = (double)d.weight[i];

		if (spec->train_all && set[i] == SET_REST) {
			set[i] = SET_TRAIN;
			weight = 1;
		}
		report->sets[set[i]]++;
		if (!spec->check)
			places_add(&places, r->seq[i], set[i], weight);
	}
	places_end(&places, report->total.sets);
	rc = 0;
out:
	free(d.weight);
	return rc;
}

/* ---- texts that are in train too ---- */

static bool
is_scored_on(enum set set)
{
	return set == SET_VALID || set == SET_TEST;
}

static int
twin_add(struct project *p, struct import_report *report, int64_t seq,
    struct err *err)
{
	char *id;

	if (report->twins++ >= FAULT_ROWS)
		return 0;
	id = doc_id(p, seq, err);
	if (id == NULL)
		return -1;
	import_name_add(&report->twin_ids, id, strlen(id));
	free(id);
	return 0;
}

/* Train is what the file has of it, or else what the project has. */
static int
rows_compare(struct project *p, const struct import_rows *r,
    const uint8_t *set, struct import_report *report,
    struct progress *progress, struct err *err)
{
	struct twins *t;
	int rc = 0;

	if (!r->hashing)
		return 0;
	t = twins_new();
	for (size_t i = 0; i < r->n; i++)
		if (is_scored_on(set[i]))
			twins_add(t, r->hash[i]);
	for (size_t i = 0; i < r->n; i++)
		if (set[i] == SET_TRAIN)
			twins_see(t, r->hash[i]);
	if (!r->fresh)
		rc = twins_see_train(t, p, progress, err);
	report->compared = true;
	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		if (!is_scored_on(set[i]) || !twins_seen(t, r->hash[i]))
			continue;
		if (r->spec->check)
			report->twins++;
		else
			rc = twin_add(p, report, r->seq[i], err);
	}
	twins_free(t);
	return rc;
}

static int
set_compare(struct project *p, enum set set, struct import_report *report,
    struct progress *progress, struct err *err)
{
	int64_t *docs = NULL;
	size_t n = 0;
	int rc;

	if (!is_scored_on(set))
		return 0;
	rc = twins_of_sets(p, SET_BIT(set), &docs, &n, progress, err);
	report->compared = true;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = twin_add(p, report, docs[i], err);
	free(docs);
	return rc;
}

/*
 * What the project grows by at least, as far as the file's size tells: of csv
 * 1.1 times that, with long texts (tiny ones 2 to 7 times); jsonl says its
 * columns' names in each row, and UTF-16 has two bytes a letter; the others are
 * compressed.
 */
static int
import_room(const struct import_rows *r, const char *path, struct err *err)
{
	const struct table_info *info = table_info(r->reader);
	double factor = info->format == TABLE_CSV ? 1.1 :
	    info->format == TABLE_JSONL ? 0.5 : 1;
	struct stat st;

	if (info->encoding != NULL && strncmp(info->encoding, "UTF-16", 6) == 0)
		factor /= 2;
	if (stat(r->spec->file, &st) < 0)
		return 0; /* it has been opened: a pipe's end, perhaps */
	return file_room(path, factor * (double)st.st_size, err);
}

/* ---- a new project ---- */

/* What the log keeps of all texts: store's sum.c reads it. */
static void
total_write(cJSON *data, const struct doc_total *total)
{
	cJSON_AddNumberToObject(data, "total", (double)total->texts);
	cJSON_AddStringToObject(data, "sum", total->sum);
	if (total->differed)
		cJSON_AddTrueToObject(data, "differed");
	cJSON_AddStringToObject(data, "sets", total->sets);
	if (total->moved)
		cJSON_AddTrueToObject(data, "moved");
}

/* Who owns the project from the beginning, and what its columns are: store's
 * settings.c reads it. */
static int
first_write(struct project *p, cJSON *data, struct err *err)
{
	char *owner = user_name(p, project_uid(p));
	cJSON *roles = cJSON_AddArrayToObject(data, "roles");
	struct column *c;
	size_t n;

	cJSON_AddStringToObject(data, "owner", owner);
	free(owner);
	if (column_list(p, &c, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(roles, cJSON_CreateNumber(c[i].role));
	column_list_free(c, n);
	return 0;
}

static int
remember(struct project *p, const struct import_rows *r,
    const struct import_report *report, struct err *err)
{
	const struct import_spec *spec = r->spec;
	cJSON *data = import_log_new(spec->file, report);
	char seed[32];

	snprintf(seed, sizeof seed, "%llu", (unsigned long long)spec->seed);
	cJSON_AddStringToObject(data, "encoding", report->encoding);
	cJSON_AddNumberToObject(data, "train", (double)report->sets[SET_TRAIN]);
	cJSON_AddNumberToObject(data, "valid", (double)report->sets[SET_VALID]);
	cJSON_AddNumberToObject(data, "test", (double)report->sets[SET_TEST]);
	cJSON_AddStringToObject(data, "seed", seed);
	if (spec->stratify != NULL)
		cJSON_AddStringToObject(data, "stratify", spec->stratify);
	total_write(data, &report->total);
	if (spec->lang != NULL)
		cJSON_AddStringToObject(data, "language", spec->lang);
	if (first_write(p, data, err) < 0 ||
	    import_log_add(p, 0, data, err) < 0 ||
	    param_set_quiet(p, "seed", seed, err) < 0 ||
	    (spec->lang != NULL &&
	    param_set_quiet(p, "language", spec->lang, err) < 0))
		return -1;
	return 0;
}

/* "12 texts into test from more.csv" */
static int
remember_more(struct project *p, const struct import_rows *r,
    const struct import_report *report, struct err *err)
{
	cJSON *data = import_log_new(r->spec->file, report);
	const char *slash = strrchr(r->spec->file, '/');
	char *summary;

	summary = xasprintf("%s text%s into %s from %s",
	    COUNT(report->kept), report->kept == 1 ? "" : "s",
	    set_name(r->spec->set), slash != NULL ? slash + 1 :
	    r->spec->file);
	cJSON_AddStringToObject(data, "summary", summary);
	cJSON_AddStringToObject(data, "set", set_name(r->spec->set));
	total_write(data, &report->total);
	free(summary);
	return import_log_add(p, 0, data, err);
}

static int
fill_new(struct project *p, struct import_rows *r,
    struct import_report *report, struct progress *progress, struct err *err)
{
	uint8_t *set = NULL;
	int64_t scheme;
	int rc = -1, read;

	if (p != NULL && columns_add(r, p, err) < 0)
		goto out;
	r->fresh = true;
	r->hashing = r->spec->valid + r->spec->test > 0;
	read = import_rows_read(r, p, r->spec->train_all ? SET_TRAIN :
	    SET_REST, report, progress, err);
	if (read < 0 && (!r->spec->check || r->n == 0))
		goto out;
	if (r->n == 0) {
		err_set_status(err, ERR_NAME, "%s has no row that can be used",
		    r->spec->file);
		goto out;
	}
	set = xcalloc(r->n, 1);
	progress_phase(progress, "drawing", 0);
	if (draw_sets(p, r, set, report, read < 0 ? NULL : err) < 0 ||
	    schemes_add(p, r, set, report, progress, read < 0 ? NULL :
	    err) < 0)
		goto out;
	if (rows_compare(p, r, set, report, progress, err) < 0)
		goto out;
	if (r->spec->check) {
		rc = read;
		goto out;
	}
	if (r->spec->nlabel == 0 && (act_begin(p, true, err) < 0 ||
	    act_end(p, scheme_add(p, "default", SCHEME_MULTICLASS, &scheme,
	    err), err) < 0))
		goto out;
	rc = remember(p, r, report, err);
out:
	free(set);
	return rc;
}

int
import_new(const char *path, const struct import_spec *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct import_rows rows = { .spec = spec };
	struct project *p = NULL;
	int rc = -1;

	*report = (struct import_report){ 0 };
	if (access(path, F_OK) == 0)
		return err_set_status(err, ERR_NAME, "%s exists: choose "
		    "another name, or delete it first", path);
	if (import_rows_open(&rows, spec, err) < 0)
		goto out;
	if (spec->check) {
		rc = fill_new(NULL, &rows, report, progress, err);
		goto out;
	}
	if (import_room(&rows, path, err) < 0)
		goto out;
	p = project_create(path, err);
	if (p == NULL)
		goto out;
	if (project_begin(p, err) < 0 || project_end(p,
	    fill_new(p, &rows, report, progress, err), err) < 0)
		goto out;
	rc = project_publish(p, err);
out:
	if (rc < 0 && p != NULL)
		project_abandon(p);
	else if (p != NULL)
		project_close(p);
	import_rows_free(&rows);
	return rc;
}

/* ---- more texts ---- */

static int
fill_more(struct project *p, struct import_rows *r,
    struct import_report *report, struct progress *progress, struct err *err)
{
	uint8_t *set;
	int rc, read;

	r->hashing = is_scored_on(r->spec->set);
	read = import_rows_read(r, p, r->spec->set, report, progress, err);
	if (read < 0 && !r->spec->check)
		return -1;
	set = xcalloc(r->n + 1, 1);
	memset(set, r->spec->set, r->n);
	report->sets[r->spec->set] = r->n;
	rc = schemes_add(p, r, set, report, progress, read < 0 ? NULL : err);
	if (rc == 0)
		rc = rows_compare(p, r, set, report, progress, read < 0 ? NULL :
		    err);
	if (read < 0)
		rc = -1;
	if (rc == 0 && !r->spec->check)
		rc = remember_more(p, r, report, err);
	free(set);
	return rc;
}

int
import_texts(struct project *p, const struct import_spec *spec,
    struct import_report *report, struct progress *progress, struct err *err)
{
	struct import_rows rows = { .spec = spec };
	int rc = -1;

	*report = (struct import_report){ 0 };
	if (import_rows_open(&rows, spec, err) < 0)
		goto out;
	if (spec->check) {
		rc = fill_more(p, &rows, report, progress, err);
		goto out;
	}
	if (import_room(&rows, project_path(p), err) < 0 ||
	    project_begin(p, err) < 0)
		goto out;
	rc = project_end(p, fill_more(p, &rows, report, progress, err), err);
out:
	import_rows_free(&rows);
	return rc;
}

/* ---- from rest into a set ---- */

/* The category of each text in seqs, from the stored column. */
static int
strata_of(struct project *p, const int64_t *seqs, size_t n,
    const char *column, struct strmap *names, int32_t *stratum,
    struct err *err)
{
	struct doc_cursor *c = NULL;
	struct column *cols = NULL;
	struct doc_view v;
	const char *cell;
	size_t ncols = 0, i = 0;
	int no = -1, got = -1;

	if (column_list(p, &cols, &ncols, err) < 0)
		return -1;
	for (size_t j = 0; j < ncols; j++)
		if (strcmp(cols[j].name, column) == 0)
			no = (int)j;
	if (no < 0) {
		err_set_status(err, ERR_NAME, "there is no column %s", column);
		goto out;
	}
	c = doc_cursor_open_list(p, seqs, n, DOC_CELLS, err);
	if (c == NULL)
		goto out;
	while ((got = doc_cursor_next(c, &v, err)) == 1 && i < n) {
		cell = v.cells[no] != NULL ? v.cells[no] : "";
		stratum[i++] = (int32_t)*strmap_put(names, cell, strlen(cell),
		    (int64_t)strmap_count(names), NULL);
	}
out:
	doc_cursor_close(c);
	column_list_free(cols, ncols);
	return got < 0 ? -1 : 0;
}

int
import_draw(struct project *p, enum set set, size_t want,
    const char *stratify, bool proportional, uint64_t seed,
    struct import_report *report, struct progress *progress,
    struct err *err)
{
	struct draw d = { .proportional = proportional };
	struct strmap *names = strmap_new();
	struct doc_moving moving;
	int32_t *stratum = NULL;
	int64_t *seqs = NULL;
	struct rng rng;
	char *json = NULL;
	int rc = -1;

	*report = (struct import_report){ 0 };
	if (project_begin(p, err) < 0)
		goto out;
	if (doc_moving_begin(p, &moving, err) < 0 ||
	    doc_list(p, SET_BIT(SET_REST), &seqs, &d.n, err) < 0)
		goto end;
	d.set = xcalloc(d.n, 1);
	d.weight = xcalloc(d.n, sizeof *d.weight);
	if (stratify != NULL) {
		d.stratum = stratum = xcalloc(d.n, sizeof *stratum);
		if (strata_of(p, seqs, d.n, stratify, names, stratum, err) < 0)
			goto end;
		d.strata = strmap_count(names);
	}
	rng_seed(&rng, seed);
	json = xasprintf("{\"set\":\"%s\",\"texts\":%zu,\"seed\":\"%llu\"}",
	    set_name(set), want, (unsigned long long)seed);
	if (draw_one(&d, names, set, want, &rng, report, err) < 0 ||
	    assign(p, &d, seqs, set, err) < 0 ||
	    doc_moving_end(p, &moving, json, err) < 0)
		goto end;
	report->sets[set] = want;
	rc = set_compare(p, set, report, progress, err);
end:
	rc = project_end(p, rc, err);
out:
	strmap_free(names);
	free(json);
	free(stratum);
	free(d.set);
	free(d.weight);
	free(seqs);
	return rc;
}

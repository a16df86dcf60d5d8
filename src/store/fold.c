#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hash.h"
#include "tagtiger/scheme.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/*
 * What a scheme's events come to. A scheme act plays all of its scheme's
 * events that are not undone, from the first, and writes the rows that then
 * differ: undo is no case of its own, and what stands is what a rebuild gives.
 */
struct flabel {
	int64_t id, alias_of, effective;
	char *name, *key, *colour, *description;
	bool live; /* neither deleted nor merged nor unmade */
	bool deleted;
	int position;
};

struct fold {
	int64_t id, position;
	char *name;
	int kind;
	bool deleted;
	char *codebook; /* NULL: none */
	struct flabel *labels;
	size_t n, cap;
	size_t *order; /* (norder) the living, as people see them */
	size_t norder, order_cap;
};

static void
fold_free(struct fold *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->labels[i].name);
		free(f->labels[i].key);
		free(f->labels[i].colour);
		free(f->labels[i].description);
	}
	free(f->labels);
	free(f->order);
	free(f->name);
	free(f->codebook);
}

static struct flabel *
fold_label(struct fold *f, int64_t id)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->labels[i].id == id)
			return &f->labels[i];
	}
	return NULL;
}

static void
order_insert(struct fold *f, size_t label, int64_t at)
{
	size_t place = at < 0 || (size_t)at > f->norder ? f->norder
							: (size_t)at;

	f->order = array_room(f->order, f->norder, &f->order_cap,
	    sizeof *f->order);
	memmove(&f->order[place + 1], &f->order[place],
	    (f->norder - place) * sizeof *f->order);
	f->order[place] = label;
	f->norder++;
}

static void
order_remove(struct fold *f, size_t label)
{
	for (size_t i = 0; i < f->norder; i++) {
		if (f->order[i] != label)
			continue;
		memmove(&f->order[i], &f->order[i + 1],
		    (f->norder - i - 1) * sizeof *f->order);
		f->norder--;
		return;
	}
}

static void
replace_text(char **field, const struct event *e, const char *key)
{
	char *s = json_get_text(e->data, key);

	free(*field);
	*field = s != NULL ? s : xstrdup("");
}

/* An undone `add` leaves a row behind, which annotations may point to. */
static void
fold_label_add(struct fold *f, const struct event *e)
{
	struct flabel *l;

	f->labels = array_room(f->labels, f->n, &f->cap, sizeof *f->labels);
	l = &f->labels[f->n];
	*l = (struct flabel){ .id = id_of(e->replica, e->seq),
		.live = !e->undone, .deleted = e->undone };
	replace_text(&l->name, e, "name");
	replace_text(&l->key, e, "key");
	replace_text(&l->colour, e, "colour");
	replace_text(&l->description, e, "description");
	if (l->live)
		order_insert(f, f->n, json_get_int(e->data, "position", -1));
	f->n++;
}

static void
fold_label_event(struct fold *f, const struct event *e)
{
	struct flabel *l, *into;

	l = fold_label(f, json_get_int(e->data, "label", 0));
	/* Not living here: the act that made or freed it was undone later. */
	if (l == NULL || !l->live)
		return;
	switch (e->kind) {
	case EVENT_LABEL_RENAME: replace_text(&l->name, e, "name"); break;
	case EVENT_LABEL_KEY: replace_text(&l->key, e, "key"); break;
	case EVENT_LABEL_COLOUR: replace_text(&l->colour, e, "colour"); break;
	case EVENT_LABEL_DESCRIBE:
		replace_text(&l->description, e, "description");
		break;
	case EVENT_LABEL_MOVE:
		order_remove(f, (size_t)(l - f->labels));
		order_insert(f, (size_t)(l - f->labels),
		    json_get_int(e->data, "position", -1));
		break;
	case EVENT_LABEL_MERGE:
		/* Another copy may have merged the other one meanwhile. */
		into = fold_label(f, json_get_int(e->data, "into", 0));
		while (into != NULL && into->alias_of != 0)
			into = fold_label(f, into->alias_of);
		if (into == NULL || !into->live || into == l)
			break;
		l->alias_of = into->id;
		l->live = false;
		order_remove(f, (size_t)(l - f->labels));
		break;
	case EVENT_LABEL_DELETE:
		l->live = false;
		l->deleted = true;
		order_remove(f, (size_t)(l - f->labels));
		break;
	default: break;
	}
}

static void
fold_event(struct fold *f, const struct event *e)
{
	char *kind;

	switch (e->kind) {
	case EVENT_SCHEME_ADD:
		f->position = e->lamport;
		f->deleted = e->undone;
		replace_text(&f->name, e, "name");
		kind = json_get_text(e->data, "kind");
		f->kind = kind != NULL && strcmp(kind, "multilabel") == 0
		    ? SCHEME_MULTILABEL : SCHEME_MULTICLASS;
		free(kind);
		return;
	case EVENT_LABEL_ADD: fold_label_add(f, e); return;
	default: break;
	}
	if (e->undone)
		return;
	if (e->kind == EVENT_SCHEME_RENAME)
		replace_text(&f->name, e, "name");
	else if (e->kind == EVENT_SCHEME_DELETE)
		f->deleted = true;
	else if (e->kind == EVENT_CODEBOOK)
		replace_text(&f->codebook, e, "markdown");
	else
		fold_label_event(f, e);
}

static void
fold_finish(struct fold *f)
{
	if (f->labels == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		struct flabel *l = &f->labels[i], *end = l;

		/* A merge only ever goes into a living label, and what is
		 * merged never lives again: no cycle can come of it. */
		while (end != NULL && end->alias_of != 0)
			end = fold_label(f, end->alias_of);
		/* NOLINTNEXTLINE: l is not NULL */
		l->effective = end != NULL && !end->deleted ? end->id : 0;
		l->position = -1;
	}
	for (size_t i = 0; i < f->norder; i++)
		f->labels[f->order[i]].position = (int)i;
}

static int
fold_read(struct project *p, int64_t scheme, struct fold *f, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_OF_SCHEME, ARGS(I(scheme)),
	    err);
	struct event e;
	int row;

	*f = (struct fold){ .id = scheme };
	if (s == NULL)
		return -1;
	while ((row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		fold_event(f, &e);
	}
	if (row == 0 && f->name == NULL) {
		err_set(err, "the log has no scheme %lld",
		    (long long)scheme);
		row = -1;
	}
	fold_finish(f);
	return row;
}

static int
key_clash(const struct fold *f, struct strmap *seen, size_t i,
    struct err *err)
{
	const struct flabel *l = &f->labels[f->order[i]];
	int64_t *first;
	int is_new;

	if (*l->key == '\0')
		return 0;
	first = strmap_put(seen, l->key, strlen(l->key), (int64_t)i, &is_new);
	if (is_new)
		return 0;
	return err_set_status(err, ERR_DENIED, "the key %s would be that of "
	    "%s and of %s: give one of them another first", l->key,
	    f->labels[f->order[*first]].name, l->name);
}

/* Names and keys that two living labels have, after an undo gave one back. */
static int
fold_clash(const struct fold *f, struct err *err)
{
	struct strmap *names = strmap_new(), *keys = strmap_new();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->norder; i++) {
		const struct flabel *l = &f->labels[f->order[i]];
		char *nfc = utf8_nfc(l->name, strlen(l->name));
		int is_new;

		strmap_put(names, nfc, strlen(nfc), 0, &is_new);
		free(nfc);
		if (!is_new)
			rc = err_set_status(err, ERR_DENIED, "two labels "
			    "would be named %s: rename one of them first",
			    l->name);
		else
			rc = key_clash(f, keys, i, err);
	}
	strmap_free(names);
	strmap_free(keys);
	return rc;
}

static int
fold_write_scheme(struct project *p, const struct fold *f, struct err *err)
{
	char *key = utf8_nfc(f->name, strlen(f->name));
	int64_t other = 0;
	int rc = 0;

	if (!f->deleted)
		rc = db_int(p, SQL_SCHEME_NAMED_OTHER,
		    ARGS(S(key), I(f->id)), &other, err);
	if (rc == 1)
		rc = err_set_status(err, ERR_DENIED, "two schemes would be "
		    "named %s: rename one of them first", f->name);
	if (rc == 0)
		rc = db_run(p, SQL_SCHEME_PUT,
		    ARGS(I(f->id), S(f->name), S(key), I(f->kind),
		    I(f->position), I(f->deleted)), err);
	free(key);
	return rc;
}

/* Is the row of this label what the fold says? 1, 0 differs or absent. */
static int
label_row_same(struct project *p, const struct flabel *l, bool *there,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_LABEL_ROW, ARGS(I(l->id)), err);
	int row, same = 0;

	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	*there = row == 1;
	if (row == 1)
		same = strcmp(col_text(s, 0), l->name) == 0 &&
		    strcmp(col_text(s, 1), l->key) == 0 &&
		    strcmp(col_text(s, 2), l->colour) == 0 &&
		    strcmp(col_text(s, 3), l->description) == 0 &&
		    col_int(s, 4) == l->position &&
		    (col_int(s, 5) != 0) == l->deleted &&
		    col_int(s, 6) == l->alias_of &&
		    col_int(s, 7) == l->effective;
	db_done(s);
	return row < 0 ? -1 : same;
}

static int
label_row_write(struct project *p, const struct flabel *l, struct err *err)
{
	char *key = utf8_nfc(l->name, strlen(l->name));
	int rc = db_run(p, SQL_LABEL_UPDATE,
	    ARGS(I(l->id), S(l->name), S(key), S(l->key), S(l->colour),
	    S(l->description), I(l->position), I(l->deleted), Z(l->alias_of),
	    Z(l->effective)), err);

	free(key);
	return rc;
}

/* Rows that differ leave the index of living names first: two labels may
 * have swapped theirs. */
static int
fold_write_labels(struct project *p, const struct fold *f, struct err *err)
{
	bool *differs = xcalloc(f->n + 1, sizeof *differs), there;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->n; i++) {
		int same = label_row_same(p, &f->labels[i], &there, err);

		differs[i] = same == 0;
		if (same < 0)
			rc = -1;
		else if (!there)
			rc = db_run(p, SQL_LABEL_PUT,
			    ARGS(I(f->labels[i].id), I(f->id)), err);
		else if (same == 0)
			rc = db_run(p, SQL_LABEL_ASIDE,
			    ARGS(I(f->labels[i].id)), err);
	}
	for (size_t i = 0; rc == 0 && i < f->n; i++) {
		if (differs[i])
			rc = label_row_write(p, &f->labels[i], err);
	}
	free(differs);
	return rc;
}

int
scheme_fold(struct project *p, int64_t scheme, struct err *err)
{
	struct fold f;
	int rc = fold_read(p, scheme, &f, err);

	scheme_forget(p);
	if (rc == 0)
		rc = fold_clash(&f, err);
	if (rc == 0)
		rc = fold_write_scheme(p, &f, err);
	if (rc == 0)
		rc = fold_write_labels(p, &f, err);
	if (rc == 0 && f.codebook != NULL)
		rc = db_run(p, SQL_CODEBOOK_PUT,
		    ARGS(I(scheme), S(f.codebook)), err);
	else if (rc == 0)
		rc = db_run(p, SQL_CODEBOOK_DELETE, ARGS(I(scheme)), err);
	fold_free(&f);
	return rc;
}

/* ---- two copies' acts on one scheme ---- */

/* Of two living labels of one name, or (keys) of one key, the later one; NULL:
 * there are none. Labels stand in the order in which they were added. */
static const struct flabel *
fold_later(const struct fold *f, bool keys, const struct flabel **earlier)
{
	struct strmap *seen = strmap_new();
	const struct flabel *later = NULL;
	int64_t *first;
	int is_new;

	for (size_t i = 0; later == NULL && i < f->n; i++) {
		const struct flabel *l = &f->labels[i];
		char *s;

		if (!l->live || (keys && *l->key == '\0'))
			continue;
		s = keys ? xstrdup(l->key) : utf8_nfc(l->name,
		    strlen(l->name));
		first = strmap_put(seen, s, strlen(s), (int64_t)i, &is_new);
		free(s);
		if (is_new)
			continue;
		*earlier = &f->labels[*first];
		later = l;
	}
	strmap_free(seen);
	return later;
}

static int
settle_one(struct project *p, const struct fold *f, const struct flabel *l,
    const struct flabel *first, bool keys,
    void (*say)(void *arg, const char *what), void *arg, struct err *err)
{
	struct event_new e = { .scheme = f->id,
		.kind = keys ? EVENT_LABEL_KEY : EVENT_LABEL_MERGE };
	struct buf b = BUF_INIT;
	char *what;
	int rc;

	json_open(&b);
	json_int(&b, "label", l->id);
	if (keys) {
		json_text(&b, "key", "");
		json_text(&b, "before", l->key);
		what = xasprintf("the key %s was given to %s and to %s: %s "
		    "keeps it", l->key, first->name, l->name, first->name);
	} else {
		json_int(&b, "into", first->id);
		json_text(&b, "before", l->name);
		json_text(&b, "name", first->name);
		what = xasprintf("both sides have a label %s in scheme %s: "
		    "the two are one now", l->name, f->name);
	}
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(p, &e, NULL, err);
	if (rc == 0)
		say(arg, what);
	free(what);
	buf_free(&b);
	return rc;
}

int
scheme_settle(struct project *p, int64_t scheme,
    void (*say)(void *arg, const char *what), void *arg, struct err *err)
{
	const struct flabel *l, *first = NULL;
	struct fold f;
	int rc;

	/* Names first: a label that goes has no key left to give up. */
	for (;;) {
		bool keys = false;

		rc = fold_read(p, scheme, &f, err);
		l = rc == 0 ? fold_later(&f, keys, &first) : NULL;
		if (rc == 0 && l == NULL) {
			keys = true;
			l = fold_later(&f, keys, &first);
		}
		if (l != NULL)
			rc = settle_one(p, &f, l, first, keys, say, arg, err);
		fold_free(&f);
		if (rc < 0 || l == NULL)
			return rc;
	}
}

int
scheme_name_of_log(struct project *p, int64_t scheme, char **name,
    int64_t *position, struct err *err)
{
	struct fold f;
	int rc = fold_read(p, scheme, &f, err);

	*name = rc == 0 && !f.deleted ? xstrdup(f.name) : NULL;
	*position = f.position;
	fold_free(&f);
	return rc;
}

static int
compare_scheme_row(struct project *p, const struct fold *f, bool *same,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_SCHEME_ROW, ARGS(I(f->id)), err);
	int row = -1;

	*same = false;
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1)
		*same = strcmp(col_text(s, 1), f->name) == 0 &&
		    col_int(s, 2) == f->kind &&
		    col_int(s, 3) == f->position &&
		    (col_int(s, 4) != 0) == f->deleted;
	db_done(s);
	return row < 0 ? -1 : 0;
}

int
scheme_compare(struct project *p, int64_t scheme,
    void (*say)(void *arg, const char *what), void *arg, struct err *err)
{
	struct fold f;
	char *what, *book = NULL;
	bool same, there;
	int64_t rows = 0;
	int rc = fold_read(p, scheme, &f, err);

	if (rc == 0)
		rc = compare_scheme_row(p, &f, &same, err);
	if (rc == 0 && !same) {
		what = xasprintf("scheme %s differs from the log", f.name);
		say(arg, what);
		free(what);
	}
	for (size_t i = 0; rc == 0 && i < f.n; i++) {
		int as = label_row_same(p, &f.labels[i], &there, err);

		if (as < 0)
			rc = -1;
		if (as != 0)
			continue;
		what = xasprintf("label %s of scheme %s differs from the log",
		    f.labels[i].name, f.name);
		say(arg, what);
		free(what);
	}
	if (rc == 0 && db_int(p, SQL_LABEL_COUNT, ARGS(I(scheme)), &rows,
	    err) < 0)
		rc = -1;
	if (rc == 0 && (size_t)rows != f.n)
		say(arg, "a scheme has labels that the log does not know");
	if (rc == 0 && db_text(p, SQL_CODEBOOK_GET, ARGS(I(scheme)), &book,
	    err) < 0)
		rc = -1;
	if (rc == 0 && strcmp(book != NULL ? book : "",
	    f.codebook != NULL ? f.codebook : "") != 0)
		say(arg, "a codebook differs from the log");
	free(book);
	fold_free(&f);
	return rc;
}

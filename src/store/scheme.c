#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/job.h"
#include "tagtiger/scheme.h"
#include "tagtiger/utf8.h"
#include "priv.h"

static const char *const kind_names[] = { "multiclass", "multilabel" };

const char *
scheme_kind_name(enum scheme_kind kind)
{
	return kind_names[kind == SCHEME_MULTILABEL];
}

int
scheme_kind_of_name(const char *name, enum scheme_kind *kind)
{
	for (int k = 0; k < 2; k++) {
		if (strcmp(name, kind_names[k]) == 0) {
			*kind = (enum scheme_kind)k;
			return 0;
		}
	}
	return -1;
}

/* ---- reading ---- */

void
scheme_free(struct scheme *s)
{
	for (size_t i = 0; i < s->nall; i++) {
		free(s->labels[i].name);
		free(s->labels[i].key);
		free(s->labels[i].colour);
		free(s->labels[i].description);
	}
	free(s->labels);
	free(s->name);
	memset(s, 0, sizeof *s);
}

void
scheme_list_free(struct scheme *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		scheme_free(&s[i]);
	free(s);
}

static int
labels_read(struct project *p, struct scheme *out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_LABEL_LIST, ARGS(I(out->id)), err);
	size_t cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		struct label *l;

		out->labels = array_room(out->labels, out->nall, &cap,
		    sizeof *out->labels);
		l = &out->labels[out->nall++];
		*l = (struct label){
			.id = col_int(s, 0),
			.name = col_dup(s, 1),
			.key = col_dup(s, 2),
			.colour = col_dup(s, 3),
			.description = col_dup(s, 4),
			.position = (int)col_int(s, 5),
			.deleted = col_int(s, 6) != 0,
			.alias_of = col_int(s, 7),
			.effective = col_int(s, 8),
		};
		if (!l->deleted && l->alias_of == 0)
			out->nlabels++;
	}
	return row;
}

static int
scheme_read(struct project *p, int64_t id, struct scheme *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_SCHEME_ROW, ARGS(I(id)), err);
	int64_t place = 0;
	int row;

	memset(out, 0, sizeof *out);
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row <= 0)
		return row;
	out->id = col_int(s, 0);
	out->name = col_dup(s, 1);
	out->kind = col_int(s, 2) == SCHEME_MULTILABEL ? SCHEME_MULTILABEL
						       : SCHEME_MULTICLASS;
	place = col_int(s, 3);
	out->deleted = col_int(s, 4) != 0;
	db_done(s);
	if (db_int(p, SQL_SCHEME_BEFORE, ARGS(I(place), I(id)), &place,
	    err) < 0 || labels_read(p, out, err) < 0) {
		scheme_free(out);
		return -1;
	}
	out->position = (int)place;
	return 1;
}

int
scheme_get(struct project *p, int64_t id, struct scheme *out, struct err *err)
{
	int row = scheme_read(p, id, out, err);

	if (row == 0)
		return err_set_status(err, ERR_NAME, "no such scheme (%lld)",
		    (long long)id);
	return row < 0 ? -1 : 0;
}

int
scheme_find(struct project *p, const char *name, struct scheme *out,
    struct err *err)
{
	char *key = utf8_nfc(name, strlen(name));
	int64_t id = 0;
	int row = db_int(p, SQL_SCHEME_NAMED, ARGS(S(key)), &id, err);

	free(key);
	memset(out, 0, sizeof *out);
	if (row == 0)
		return err_set_status(err, ERR_NAME, "no scheme is named %s: "
		    "scheme list shows them", name);
	return row < 0 ? -1 : scheme_get(p, id, out, err);
}

int
scheme_list(struct project *p, struct scheme **out, size_t *n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_SCHEME_LIST, NO_ARGS, err);
	struct scheme *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1, rc = 0;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		memset(&v[count], 0, sizeof *v);
		v[count++].id = col_int(s, 0);
	}
	for (size_t i = 0; row == 0 && rc == 0 && i < count; i++)
		rc = scheme_get(p, v[i].id, &v[i], err);
	if (row < 0 || rc < 0) {
		scheme_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

const struct label *
label_named(const struct scheme *s, const char *name)
{
	char *key = utf8_nfc(name, strlen(name)), *other;
	const struct label *hit = NULL;

	for (size_t i = 0; hit == NULL && i < s->nlabels; i++) {
		if (strcmp(s->labels[i].name, name) == 0) {
			hit = &s->labels[i];
			break;
		}
		other = utf8_nfc(s->labels[i].name,
		    strlen(s->labels[i].name));
		if (strcmp(key, other) == 0)
			hit = &s->labels[i];
		free(other);
	}
	free(key);
	return hit;
}

const struct label *
label_keyed(const struct scheme *s, const char *key)
{
	for (size_t i = 0; *key != '\0' && i < s->nlabels; i++) {
		if (strcmp(s->labels[i].key, key) == 0)
			return &s->labels[i];
	}
	return NULL;
}

const struct label *
label_by_id(const struct scheme *s, int64_t id)
{
	for (size_t i = 0; i < s->nall; i++) {
		if (s->labels[i].id == id)
			return &s->labels[i];
	}
	return NULL;
}

int
label_index(const struct scheme *s, int64_t id)
{
	const struct label *l = label_by_id(s, id);

	if (l == NULL || l->effective == 0)
		return -1;
	for (size_t i = 0; i < s->nlabels; i++) {
		if (s->labels[i].id == l->effective)
			return (int)i;
	}
	return -1;
}

/* ---- acts ---- */

int
scheme_word_check(const char *what, const char *name, struct err *err)
{
	size_t len = strlen(name), i = 0, n;
	bool blank = true;
	int32_t cp;

	if (len > 200)
		return err_set_status(err, ERR_NAME, "%.40s...: a %s is at "
		    "most 200 bytes long: is this the right column?", name,
		    what);
	while (i < len) {
		n = utf8_decode(name + i, len - i, &cp);
		if (n == 0)
			return err_set_status(err, ERR_NAME,
			    "a %s must be valid UTF-8", what);
		if (utf8_is_control(cp))
			return err_set_status(err, ERR_NAME,
			    "a %s is one line without control characters",
			    what);
		if (cp != ' ')
			blank = false;
		i += n;
	}
	if (blank)
		return err_set_status(err, ERR_NAME, "a %s cannot be empty",
		    what);
	return 0;
}

int
scheme_living(struct project *p, int64_t id, struct scheme *out,
    struct err *err)
{
	if (scheme_get(p, id, out, err) < 0)
		return -1;
	if (!out->deleted)
		return 0;
	err_set_status(err, ERR_NAME, "scheme %s was deleted", out->name);
	scheme_free(out);
	return -1;
}

int
scheme_event(struct project *p, enum event_kind kind, int64_t scheme,
    struct buf *data, struct err *err)
{
	struct event_new e = { .kind = kind, .scheme = scheme,
		.data = buf_str(data) };

	if (event_add(p, &e, NULL, err) < 0)
		return -1;
	return scheme_fold(p, scheme, err);
}

static int
scheme_name_free(struct project *p, const char *name, int64_t but,
    struct err *err)
{
	char *key = utf8_nfc(name, strlen(name));
	int64_t id = 0;
	int row = db_int(p, SQL_SCHEME_NAMED_OTHER, ARGS(S(key), I(but)), &id,
	    err);

	free(key);
	if (row == 1)
		return err_set_status(err, ERR_NAME,
		    "a scheme is named %s already", name);
	return row;
}

static int
scheme_make(struct project *p, const char *name, enum scheme_kind kind,
    int64_t copy_of, int64_t *id, struct err *err)
{
	struct event_id next;
	struct buf b = BUF_INIT;
	int rc;

	if (scheme_word_check("scheme's name", name, err) < 0 ||
	    scheme_name_free(p, name, 0, err) < 0 ||
	    event_next(p, &next, err) < 0)
		return -1;
	json_open(&b);
	json_text(&b, "name", name);
	json_text(&b, "kind", scheme_kind_name(kind));
	if (copy_of != 0)
		json_int(&b, "copy_of", copy_of);
	json_close(&b);
	*id = id_of(next.replica, next.seq);
	rc = scheme_event(p, EVENT_SCHEME_ADD, *id, &b, err);
	buf_free(&b);
	return rc;
}

int
scheme_add(struct project *p, const char *name, enum scheme_kind kind,
    int64_t *id, struct err *err)
{
	int64_t made;

	if (project_begin(p, err) < 0)
		return -1;
	if (id == NULL)
		id = &made;
	return project_end(p, scheme_make(p, name, kind, 0, id, err), err);
}

int
scheme_rename(struct project *p, int64_t scheme, const char *name,
    struct err *err)
{
	struct scheme s = { 0 };
	struct buf b = BUF_INIT;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = scheme_word_check("scheme's name", name, err);
	if (rc == 0)
		rc = scheme_living(p, scheme, &s, err);
	if (rc == 0)
		rc = scheme_name_free(p, name, scheme, err);
	if (rc == 0) {
		json_open(&b);
		json_text(&b, "name", name);
		json_text(&b, "before", s.name);
		json_close(&b);
		rc = scheme_event(p, EVENT_SCHEME_RENAME, scheme, &b, err);
	}
	buf_free(&b);
	scheme_free(&s);
	return project_end(p, rc, err);
}

int
scheme_delete(struct project *p, int64_t scheme, struct err *err)
{
	struct scheme s = { 0 };
	struct buf b = BUF_INIT;
	int64_t living = 0;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = scheme_living(p, scheme, &s, err);
	if (rc == 0 && db_int(p, SQL_SCHEME_COUNT, NO_ARGS, &living, err) < 0)
		rc = -1;
	if (rc == 0 && living <= 1)
		rc = err_set_status(err, ERR_DENIED, "%s is the only scheme: "
		    "add another one first", s.name);
	if (rc == 0) {
		json_open(&b);
		json_text(&b, "name", s.name);
		json_close(&b);
		rc = scheme_event(p, EVENT_SCHEME_DELETE, scheme, &b, err);
	}
	buf_free(&b);
	scheme_free(&s);
	return project_end(p, rc, err);
}

char *
codebook_get(struct project *p, int64_t scheme, struct err *err)
{
	char *text;

	if (db_text(p, SQL_CODEBOOK_GET, ARGS(I(scheme)), &text, err) < 0)
		return NULL;
	return text != NULL ? text : xstrdup("");
}

int
codebook_set(struct project *p, int64_t scheme, const char *markdown,
    struct err *err)
{
	struct scheme s = { 0 };
	struct buf b = BUF_INIT;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = scheme_living(p, scheme, &s, err);
	if (rc == 0 &&
	    utf8_validate(markdown, strlen(markdown)) != strlen(markdown))
		rc = err_set_status(err, ERR_NAME,
		    "the codebook is not valid UTF-8");
	if (rc == 0) {
		json_open(&b);
		json_text(&b, "markdown", markdown);
		json_close(&b);
		rc = scheme_event(p, EVENT_CODEBOOK, scheme, &b, err);
	}
	buf_free(&b);
	scheme_free(&s);
	return project_end(p, rc, err);
}

/* ---- copies ---- */

static int
copy_annotations(struct project *p, const struct scheme *from, int64_t to,
    enum scheme_kind kind, const int64_t *new_ids, uint64_t *left_out,
    struct err *err)
{
	struct annot_query q = { .scheme = from->id, .choice = CHOICE_ALL,
		.sets = SETS_ALL, .extra = true };
	struct annot_bulk all;
	int64_t *labels = NULL;
	size_t cap = 0;
	int rc = 0;

	if (annot_bulk(p, &q, &all, err) < 0)
		return -1;
	progress_phase(p->progress, "copying", all.n);
	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		size_t n = 0;
		struct tag t = { .scheme = to, .doc = all.doc[i],
			.comment = all.comment[i], .when = all.time[i],
			.whose = WHOSE_UID, .uid = all.uid[i], .bulk = true };

		for (size_t j = all.start[i]; j < all.start[i + 1]; j++) {
			int at = label_index(from, all.label[j]);

			labels = array_room(labels, n, &cap, sizeof *labels);
			labels[n++] = new_ids[at];
		}
		if (kind == SCHEME_MULTICLASS && n > 1) {
			(*left_out)++;
			continue;
		}
		t.labels = labels;
		t.nlabels = n;
		rc = annot_tag(p, &t, NULL, err);
		progress_step(p->progress, 1);
	}
	free(labels);
	annot_bulk_free(&all);
	return rc;
}

static int
copy_labels(struct project *p, const struct scheme *from, int64_t to,
    enum scheme_kind kind, int64_t *new_ids, struct err *err)
{
	struct scheme target = { .kind = kind };

	for (size_t i = 0; i < from->nlabels; i++) {
		const struct label *l = &from->labels[i];

		if (label_name_check(&target, l->name, err) < 0 ||
		    label_add_event(p, to, l->name, l, &new_ids[i], err) < 0)
			return -1;
	}
	return scheme_fold(p, to, err);
}

int
scheme_copy(struct project *p, int64_t scheme, const char *name,
    enum scheme_kind kind, bool annotations, int64_t *id, uint64_t *left_out,
    struct err *err)
{
	struct scheme from = { 0 };
	int64_t made = 0, *new_ids = NULL;
	uint64_t left = 0;
	char *book = NULL;
	int rc;

	if (act_begin(p, false, err) < 0)
		return -1;
	rc = scheme_living(p, scheme, &from, err);
	if (rc == 0)
		rc = scheme_make(p, name, kind, scheme, &made, err);
	new_ids = xcalloc(from.nlabels + 1, sizeof *new_ids);
	if (rc == 0)
		rc = copy_labels(p, &from, made, kind, new_ids, err);
	if (rc == 0 && (book = codebook_get(p, scheme, err)) == NULL)
		rc = -1;
	if (rc == 0 && *book != '\0')
		rc = codebook_set(p, made, book, err);
	if (rc == 0 && annotations)
		rc = copy_annotations(p, &from, made, kind, new_ids, &left,
		    err);
	free(book);
	free(new_ids);
	scheme_free(&from);
	if (id != NULL)
		*id = made;
	if (left_out != NULL)
		*left_out = left;
	return act_end(p, rc, err);
}

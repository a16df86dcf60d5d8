/* The labels of a scheme: each act is an event, folded into what stands. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/scheme.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* The scheme of a label, and the label in it; NULL and err where there is
 * none that lives. */
static const struct label *
label_living(struct project *p, int64_t id, struct scheme *out,
    struct err *err)
{
	const struct label *l;
	int64_t scheme = 0;
	int row = db_int(p, SQL_LABEL_SCHEME, ARGS(I(id)), &scheme, err);

	memset(out, 0, sizeof *out);
	if (row == 0)
		err_set_status(err, ERR_NAME, "no such label (%lld)",
		    (long long)id);
	if (row <= 0 || scheme_living(p, scheme, out, err) < 0)
		return NULL;
	l = label_by_id(out, id);
	if (l != NULL && l->position >= 0)
		return l;
	err_set_status(err, ERR_NAME, "label %s was deleted or merged",
	    l != NULL ? l->name : "");
	scheme_free(out);
	return NULL;
}

int
label_name_check(const struct scheme *s, const char *name, struct err *err)
{
	if (scheme_word_check("label", name, err) < 0)
		return -1;
	if (s->kind == SCHEME_MULTILABEL && strchr(name, '|') != NULL)
		return err_set_status(err, ERR_NAME, "%s: in a multi-label "
		    "scheme a label cannot have a | in it, which joins "
		    "several labels in files", name);
	return 0;
}

int
label_add_event(struct project *p, int64_t scheme, const char *name,
    const struct label *like, int64_t *id, struct err *err)
{
	struct event_new e = { .kind = EVENT_LABEL_ADD, .scheme = scheme };
	struct event_id made;
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_text(&b, "name", name);
	if (like != NULL) {
		json_text(&b, "key", like->key);
		json_text(&b, "colour", like->colour);
		json_text(&b, "description", like->description);
	}
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(p, &e, &made, err);
	buf_free(&b);
	if (rc == 0)
		*id = id_of(made.replica, made.seq);
	return rc;
}

int
label_add_many(struct project *p, int64_t scheme, const char *const *names,
    size_t n, int64_t *ids, struct err *err)
{
	struct scheme s = { 0 };
	int64_t made;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = scheme_living(p, scheme, &s, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = label_name_check(&s, names[i], err);
		if (rc == 0 && label_named(&s, names[i]) != NULL)
			rc = err_set_status(err, ERR_NAME, "scheme %s has a "
			    "label %s already", s.name, names[i]);
		if (rc == 0)
			rc = label_add_event(p, scheme, names[i], NULL,
			    ids != NULL ? &ids[i] : &made, err);
	}
	if (rc == 0)
		rc = scheme_fold(p, scheme, err);
	scheme_free(&s);
	return project_end(p, rc, err);
}

int
label_add(struct project *p, int64_t scheme, const char *name, int64_t *id,
    struct err *err)
{
	return label_add_many(p, scheme, &name, 1, id, err);
}

/* One event on one label: {"label":id, field:value, "before":…}. */
static int
label_change(struct project *p, int64_t label, enum event_kind kind,
    const char *field, const char *value, const char *before,
    const struct scheme *s, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_int(&b, "label", label);
	if (field != NULL)
		json_text(&b, field, value);
	json_text(&b, "before", before);
	json_close(&b);
	rc = scheme_event(p, kind, s->id, &b, err);
	buf_free(&b);
	return rc;
}

static int
label_merge(struct project *p, const struct label *from,
    const struct label *into, const struct scheme *s, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_int(&b, "label", from->id);
	json_int(&b, "into", into->id);
	json_text(&b, "before", from->name);
	json_text(&b, "name", into->name);
	json_close(&b);
	rc = scheme_event(p, EVENT_LABEL_MERGE, s->id, &b, err);
	buf_free(&b);
	return rc;
}

int
label_rename(struct project *p, int64_t label, const char *name,
    int64_t *merged_into, struct err *err)
{
	struct scheme s = { 0 };
	const struct label *l, *other;
	int rc;

	if (merged_into != NULL)
		*merged_into = 0;
	if (project_begin(p, err) < 0)
		return -1;
	l = label_living(p, label, &s, err);
	rc = l != NULL ? 0 : -1;
	if (rc == 0)
		rc = label_name_check(&s, name, err);
	if (rc == 0) {
		other = label_named(&s, name);
		if (other != NULL && other != l) {
			rc = label_merge(p, l, other, &s, err);
			if (merged_into != NULL)
				*merged_into = other->id;
		} else {
			rc = label_change(p, label, EVENT_LABEL_RENAME,
			    "name", name, l->name, &s, err);
		}
	}
	scheme_free(&s);
	return project_end(p, rc, err);
}

int
label_move(struct project *p, int64_t label, int position, struct err *err)
{
	struct scheme s = { 0 };
	const struct label *l;
	struct buf b = BUF_INIT;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	l = label_living(p, label, &s, err);
	rc = l != NULL ? 0 : -1;
	if (rc == 0 && (position < 0 || (size_t)position >= s.nlabels))
		rc = err_set_status(err, ERR_NAME, "position %d: there are "
		    "%zu labels", position + 1, s.nlabels);
	if (rc == 0) {
		json_open(&b);
		json_int(&b, "label", label);
		json_int(&b, "position", position);
		json_int(&b, "before", l->position);
		json_close(&b);
		rc = scheme_event(p, EVENT_LABEL_MOVE, s.id, &b, err);
	}
	buf_free(&b);
	scheme_free(&s);
	return project_end(p, rc, err);
}

int
label_delete(struct project *p, int64_t label, struct err *err)
{
	struct scheme s = { 0 };
	const struct label *l;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	l = label_living(p, label, &s, err);
	rc = l != NULL ? 0 : -1;
	if (rc == 0)
		rc = label_change(p, label, EVENT_LABEL_DELETE, NULL, NULL,
		    l->name, &s, err);
	scheme_free(&s);
	return project_end(p, rc, err);
}

int
label_key_set(struct project *p, int64_t label, const char *key,
    struct err *err)
{
	struct scheme s = { 0 };
	const struct label *l, *other;
	int width, rc;

	if (key == NULL)
		key = "";
	if (project_begin(p, err) < 0)
		return -1;
	l = label_living(p, label, &s, err);
	rc = l != NULL ? 0 : -1;
	if (rc == 0 && *key != '\0' &&
	    (utf8_validate(key, strlen(key)) != strlen(key) ||
	    utf8_grapheme(key, strlen(key), &width) != strlen(key) ||
	    width < 0 || *key == ' '))
		rc = err_set_status(err, ERR_NAME,
		    "a label's key is one character");
	if (rc == 0) {
		other = label_keyed(&s, key);
		if (other != NULL && other != l)
			rc = err_set_status(err, ERR_NAME,
			    "the key %s is that of %s", key, other->name);
	}
	if (rc == 0)
		rc = label_change(p, label, EVENT_LABEL_KEY, "key", key,
		    l->key, &s, err);
	scheme_free(&s);
	return project_end(p, rc, err);
}

static int
label_text_set(struct project *p, int64_t label, enum event_kind kind,
    const char *field, const char *value, struct err *err)
{
	struct scheme s = { 0 };
	const struct label *l;
	int rc;

	if (value == NULL)
		value = "";
	if (project_begin(p, err) < 0)
		return -1;
	l = label_living(p, label, &s, err);
	rc = l != NULL ? 0 : -1;
	if (rc == 0 && utf8_validate(value, strlen(value)) != strlen(value))
		rc = err_set_status(err, ERR_NAME, "not valid UTF-8");
	if (rc == 0)
		rc = label_change(p, label, kind, field, value,
		    kind == EVENT_LABEL_COLOUR ? l->colour : l->description,
		    &s, err);
	scheme_free(&s);
	return project_end(p, rc, err);
}

int
label_colour_set(struct project *p, int64_t label, const char *colour,
    struct err *err)
{
	return label_text_set(p, label, EVENT_LABEL_COLOUR, "colour", colour,
	    err);
}

int
label_describe(struct project *p, int64_t label, const char *text,
    struct err *err)
{
	return label_text_set(p, label, EVENT_LABEL_DESCRIBE, "description",
	    text, err);
}

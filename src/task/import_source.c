/*
 * Annotations as files have them: tables, and the exports of doccano, Label
 * Studio and Prodigy, which are JSON with the same few keys. The table layer
 * has made columns of the keys; what is nested is JSON text in a cell.
 *
 * doccano: {"id", "text", "label": ["a", ...]}, or "cats" for "label"; keys
 * of the uploaded file beside them. Its id is a number of its own.
 *
 * Label Studio, JSON: {"id", "data": {...}, "annotations": [{"completed_by",
 * "was_cancelled", "result": [{"from_name", "type": "choices", "value":
 * {"choices": [...]}}]}]}. JSON-MIN: the keys of data, "annotator",
 * "annotation_id", and under the question's name "a" or {"choices": [...]}.
 *
 * Prodigy: {"text", "meta", "answer": "accept|reject|ignore", and "label": "a"
 * or "accept": ["a", ...], "_session_id", "_annotator_id"}.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "priv.h"

static void
item_free(struct annot_item *item)
{
	free(item->id);
	free(item->text);
	free(item->annotator);
	for (size_t i = 0; i < item->labels.n; i++)
		free(item->labels.v[i]);
	free(item->labels.v);
	*item = (struct annot_item){ 0 };
}

/* ---- values ---- */

/* A string, or a number in as few digits as it needs; NULL for others. */
static char *
plain_value(const cJSON *j)
{
	if (cJSON_IsString(j))
		return xstrdup(j->valuestring);
	return cJSON_IsNumber(j) ? cJSON_PrintUnformatted(j) : NULL;
}

static void
label_add_trimmed(void *arg, const char *s, size_t len)
{
	struct import_names *labels = arg;

	s = import_trim(s, &len);
	if (len > 0)
		import_name_add(labels, s, len);
}

/* "a", ["a", "b"], {"choices": [...]}; spaCy's {"a": 1, "b": 0}. */
static void
labels_of(const cJSON *j, struct import_names *labels)
{
	const cJSON *m, *choices = cJSON_GetObjectItemCaseSensitive(j,
	    "choices");
	char *s;

	if (choices != NULL)
		j = choices;
	if (j == NULL)
		return;
	if (!cJSON_IsArray(j) && !cJSON_IsObject(j)) {
		s = plain_value(j);
		if (s != NULL)
			label_add_trimmed(labels, s, strlen(s));
		free(s);
		return;
	}
	cJSON_ArrayForEach(m, j) {
		if (cJSON_IsObject(j)) {
			if (cJSON_IsTrue(m) || m->valuedouble >= 0.5)
				label_add_trimmed(labels, m->string,
				    strlen(m->string));
			continue;
		}
		s = plain_value(m);
		if (s != NULL)
			label_add_trimmed(labels, s, strlen(s));
		free(s);
	}
}

static cJSON *
cell_json(const struct table_row *row, int column)
{
	const struct table_cell *c = column < 0 ? NULL : &row->cells[column];

	if (c == NULL || c->null)
		return NULL;
	return c->kind == TABLE_JSON ? cJSON_ParseWithLength(c->s, c->len)
				     : cJSON_CreateString(c->s);
}

static char *
cell_text(const struct table_row *row, int column)
{
	const struct table_cell *c = column < 0 ? NULL : &row->cells[column];
	size_t len;
	const char *s;

	if (c == NULL || c->null)
		return NULL;
	len = c->len;
	s = import_trim(c->s, &len);
	return len > 0 ? xstrndup(s, len) : NULL;
}

/* The member of a nested object under the key that was asked for, else under
 * what the project calls its ids, else "id". */
static char *
nested_id(const struct annot_source *s, const cJSON *object)
{
	const char *keys[] = { s->spec->id, s->own_id, "id" };
	size_t n = s->spec->id != NULL ? 1 : 3;
	const cJSON *m;

	for (size_t i = 0; i < n; i++) {
		m = keys[i] == NULL ? NULL :
		    cJSON_GetObjectItemCaseSensitive(object, keys[i]);
		if (m != NULL)
			return plain_value(m);
	}
	return NULL;
}

/* ---- tables ---- */

static void
table_item(struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	const struct table_cell *c = &row->cells[s->label];
	cJSON *j;

	if (c->kind != TABLE_JSON) {
		label_add_trimmed(&item->labels, c->s, c->len);
		item->joined = true;
		return;
	}
	j = cell_json(row, s->label);
	labels_of(j, &item->labels);
	cJSON_Delete(j);
}

/* ---- Prodigy ---- */

static void
prodigy_item(struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	cJSON *meta = cell_json(row, s->meta), *accept, *label;
	char *answer = cell_text(row, s->answer);

	if (item->id == NULL)
		item->id = nested_id(s, meta);
	item->passed_over = answer != NULL && strcmp(answer, "accept") != 0;
	accept = cell_json(row, s->accept);
	if (accept != NULL) {
		labels_of(accept, &item->labels);
	} else {
		label = cell_json(row, s->label);
		labels_of(label, &item->labels);
		cJSON_Delete(label);
		item->more = true;
	}
	cJSON_Delete(accept);
	cJSON_Delete(meta);
	free(answer);
}

/* ---- Label Studio ---- */

/* Which question's answers are read: the one asked for, else the only one. */
static int
question_is(struct annot_source *s, const char *name, struct err *err)
{
	if (s->spec->label != NULL)
		return strcmp(name, s->spec->label) == 0;
	if (s->name == NULL)
		s->name = xstrdup(name);
	if (strcmp(s->name, name) != 0)
		return err_set_status(err, ERR_NAME, "the export answers "
		    "several questions, %s and %s: say which by --label",
		    s->name, name);
	return 1;
}

/* Accounts of theirs that are known by a number alone. */
static char *
numbered(char *take, bool number)
{
	char *name = number && take != NULL ?
	    xasprintf("label-studio %s", take) : NULL;

	if (name == NULL)
		return take;
	free(take);
	return name;
}

static char *
completed_by(const cJSON *annotation)
{
	const cJSON *by = cJSON_GetObjectItemCaseSensitive(annotation,
	    "completed_by"), *email;

	email = cJSON_GetObjectItemCaseSensitive(by, "email");
	if (cJSON_IsObject(by))
		by = email != NULL ? email
		    : cJSON_GetObjectItemCaseSensitive(by, "id");
	return numbered(plain_value(by), cJSON_IsNumber(by));
}

static int
one_annotation(struct annot_source *s, const cJSON *annotation,
    struct annot_item *item, struct err *err)
{
	const cJSON *r, *results = cJSON_GetObjectItemCaseSensitive(annotation,
	    "result"), *name, *value, *type;
	int is;

	item->passed_over = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(
	    annotation, "was_cancelled"));
	cJSON_ArrayForEach(r, results) {
		name = cJSON_GetObjectItemCaseSensitive(r, "from_name");
		type = cJSON_GetObjectItemCaseSensitive(r, "type");
		value = cJSON_GetObjectItemCaseSensitive(r, "value");
		if (!cJSON_IsString(name) || !cJSON_IsString(type) ||
		    strcmp(type->valuestring, "choices") != 0)
			continue;
		is = question_is(s, name->valuestring, err);
		if (is < 0)
			return -1;
		if (is)
			labels_of(value, &item->labels);
	}
	return 0;
}

static char *
data_text(const struct annot_source *s, const cJSON *data)
{
	const char *key = s->spec->text != NULL ? s->spec->text : "text";
	const cJSON *m = cJSON_GetObjectItemCaseSensitive(data, key), *only;
	size_t strings = 0;

	if (m != NULL)
		return plain_value(m);
	if (s->spec->text != NULL)
		return NULL;
	only = NULL;
	cJSON_ArrayForEach(m, data) {
		if (cJSON_IsString(m)) {
			only = m;
			strings++;
		}
	}
	return strings == 1 ? plain_value(only) : NULL;
}

static int
label_studio_row(struct annot_source *s, const struct table_row *row,
    int (*fn)(void *, const struct annot_item *), void *arg, struct err *err)
{
	cJSON *data = cell_json(row, s->data);
	cJSON *list = cell_json(row, s->annotations);
	const cJSON *a;
	int rc = 0;

	cJSON_ArrayForEach(a, list) {
		struct annot_item item = { .annotator = completed_by(a),
			.id = nested_id(s, data), .text = data_text(s, data) };

		rc = one_annotation(s, a, &item, err);
		if (rc == 0)
			rc = fn(arg, &item);
		item_free(&item);
		if (rc < 0)
			break;
	}
	cJSON_Delete(list);
	cJSON_Delete(data);
	return rc;
}

/* ---- all ---- */

int
annot_source_row(struct annot_source *s, const struct table_row *row,
    int (*fn)(void *, const struct annot_item *), void *arg, struct err *err)
{
	struct annot_item item = { 0 };
	cJSON *label;
	int rc;

	if (s->annotations >= 0)
		return label_studio_row(s, row, fn, arg, err);
	item.id = cell_text(row, s->id);
	item.text = cell_text(row, s->text);
	item.annotator = numbered(cell_text(row, s->annotator),
	    s->from == FROM_LABEL_STUDIO && s->annotator >= 0 &&
	    row->cells[s->annotator].kind == TABLE_INT);
	switch (s->from) {
	case FROM_PRODIGY: prodigy_item(s, row, &item); break;
	case FROM_DOCCANO:
	case FROM_LABEL_STUDIO:
		label = cell_json(row, s->label);
		labels_of(label, &item.labels);
		cJSON_Delete(label);
		break;
	default: table_item(s, row, &item); break;
	}
	rc = fn(arg, &item);
	item_free(&item);
	return rc;
}

/* ---- opening ---- */

static int
column(const struct annot_source *s, const char *name)
{
	size_t n = table_ncolumns(s->reader);

	for (size_t i = 0; name != NULL && i < n; i++)
		if (strcmp(table_column(s->reader, i)->name, name) == 0)
			return (int)i;
	return -1;
}

static int
first_column(const struct annot_source *s, const char *const *names)
{
	int c = -1;

	for (; c < 0 && *names != NULL; names++)
		c = column(s, *names);
	return c;
}

static bool
is_json(const struct annot_source *s, int c)
{
	return c >= 0 && table_column(s->reader, (size_t)c)->kind == TABLE_JSON;
}

static enum import_from
guess(const struct annot_source *s)
{
	if (table_info(s->reader)->format != TABLE_JSONL)
		return FROM_TABLE;
	if ((is_json(s, column(s, "annotations")) &&
	    is_json(s, column(s, "data"))) ||
	    column(s, "annotation_id") >= 0)
		return FROM_LABEL_STUDIO;
	if (column(s, "answer") >= 0 || column(s, "_task_hash") >= 0)
		return FROM_PRODIGY;
	if (column(s, "text") >= 0 && (is_json(s, column(s, "label")) ||
	    is_json(s, column(s, "cats"))))
		return FROM_DOCCANO;
	return FROM_TABLE;
}

/* JSON-MIN's question is the key that holds choices, where it is not said:
 * of the keys that are none of the program's own, the only one that is not in
 * the project. */
static int
open_min(struct annot_source *s, struct err *err)
{
	static const char *const own[] = { "id", "annotator", "annotation_id",
		"created_at", "updated_at", "lead_time", "text", NULL };
	struct table_reader *t = s->reader;
	const char *name;
	size_t k;

	s->annotator = s->annotator >= 0 ? s->annotator
					 : column(s, "annotator");
	for (size_t i = 0; s->label < 0 && i < table_ncolumns(t); i++) {
		name = table_column(t, i)->name;
		for (k = 0; own[k] != NULL && strcmp(own[k], name) != 0; k++)
			;
		if (own[k] != NULL || (s->own_id != NULL &&
		    strcmp(name, s->own_id) == 0))
			continue;
		if (s->name != NULL)
			return err_set_status(err, ERR_NAME, "%s: the labels "
			    "may be under %s or %s: say which by --label",
			    s->spec->file, s->name, name);
		s->name = xstrdup(name);
	}
	if (s->label < 0)
		s->label = column(s, s->name);
	return 0;
}

static int
open_export(struct annot_source *s, struct err *err)
{
	static const char *const labels[] = { "label", "cats", "labels",
		NULL };
	static const char *const annotators[] = { "_annotator_id",
		"_session_id", NULL };
	const char *text = s->spec->text != NULL ? s->spec->text : "text";

	if (s->from == FROM_LABEL_STUDIO)
		s->annotations = column(s, "annotations");
	if (s->annotations >= 0) {
		s->data = column(s, "data");
		return 0;
	}
	s->text = column(s, text);
	if (s->id < 0 && s->spec->id == NULL)
		s->id = column(s, s->own_id);
	if (s->from == FROM_LABEL_STUDIO)
		return open_min(s, err);
	if (s->id < 0 && s->spec->id == NULL)
		s->id = column(s, "id");
	if (s->label < 0)
		s->label = first_column(s, labels);
	if (s->from == FROM_PRODIGY) {
		s->meta = column(s, "meta");
		s->answer = column(s, "answer");
		s->accept = column(s, "accept");
		if (s->annotator < 0)
			s->annotator = first_column(s, annotators);
		if (s->accept >= 0)
			return 0;
	}
	if (s->label < 0)
		return err_set_status(err, ERR_NAME, "%s: no export of %s: it "
		    "has no key for labels", s->spec->file,
		    import_from_name(s->from));
	return 0;
}

int
annot_source_open(struct annot_source *s,
    const struct import_annotations *spec, struct err *err)
{
	const char *file = spec->file;

	s->spec = spec;
	s->from = spec->from;
	s->id = s->label = s->annotator = s->text = -1;
	s->data = s->annotations = s->answer = s->accept = s->meta = -1;
	s->reader = table_open(file, &spec->table, err);
	if (s->reader == NULL)
		return -1;
	if (spec->guess && (spec->label == NULL || spec->id == NULL))
		s->from = guess(s);
	if (s->from != FROM_TABLE) {
		s->id = column(s, spec->id);
		s->label = column(s, spec->label);
		s->annotator = column(s, spec->annotator);
		return open_export(s, err);
	}
	if (spec->id == NULL || spec->label == NULL)
		return err_set_status(err, ERR_NAME, "%s is no export of "
		    "doccano, Label Studio or Prodigy that can be told by its "
		    "shape: say the columns by --id and --label, or the "
		    "program by --from", file);
	if ((s->id = import_column(s->reader, file, spec->id, err)) < 0 ||
	    (s->label = import_column(s->reader, file, spec->label,
	    err)) < 0 || (spec->annotator != NULL && (s->annotator =
	    import_column(s->reader, file, spec->annotator, err)) < 0))
		return -1;
	return 0;
}

void
annot_source_close(struct annot_source *s)
{
	table_close(s->reader);
	free(s->name);
}

/*
 * Label Studio's exports.
 *
 * JSON: {"id", "data": {...}, "annotations": [{"completed_by",
 * "was_cancelled", "updated_at", "result": [{"from_name", "type": "choices",
 * "value": {"choices": [...]}}]}]}; "completions" and "skipped" before 1.0.
 * Other types of result are no labels of a text; a "textarea" may be asked
 * for as the comment. Predictions are passed by.
 *
 * JSON-MIN and CSV: a row an annotation, with the keys of data, "annotator",
 * "annotation_id", and under the question's name "a" or {"choices": [...]},
 * or a list of these.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/when.h"
#include "priv.h"

#define MEMBER(o, key) cJSON_GetObjectItemCaseSensitive(o, key)

char *
label_studio_person(char *take, bool number)
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
	const cJSON *by = MEMBER(annotation, "completed_by");
	const cJSON *email = MEMBER(by, "email");

	if (cJSON_IsObject(by))
		by = email != NULL ? email : MEMBER(by, "id");
	return label_studio_person(annot_plain(by), cJSON_IsNumber(by));
}

/* Which question's answers are read: the one asked for, else the only one. */
static int
question_is(struct annot_source *s, const char *name, struct err *err)
{
	if (s->spec->label != NULL)
		return strcmp(name, s->spec->label) == 0;
	if (s->question == NULL)
		s->question = xstrdup(name);
	if (strcmp(s->question, name) != 0)
		return err_set_status(err, ERR_NAME, "the export answers "
		    "several questions, %s and %s: say which by --label",
		    s->question, name);
	return 1;
}

static int
one_result(struct annot_source *s, const cJSON *result,
    struct annot_item *item, struct err *err)
{
	const cJSON *name = MEMBER(result, "from_name");
	const cJSON *type = MEMBER(result, "type");
	const cJSON *value = MEMBER(result, "value");
	const char *comment = s->spec->comment;
	int is;

	if (!cJSON_IsString(name) || !cJSON_IsString(type))
		return 0;
	if (strcmp(type->valuestring, "choices") == 0) {
		is = question_is(s, name->valuestring, err);
		if (is > 0)
			annot_labels(value, item);
		return is < 0 ? -1 : 0;
	}
	if (strcmp(type->valuestring, "textarea") != 0)
		item->other = true;
	else if (comment != NULL && item->comment == NULL &&
	    strcmp(comment, name->valuestring) == 0)
		item->comment = annot_joined(MEMBER(value, "text"));
	return 0;
}

static int
one_annotation(struct annot_source *s, const cJSON *annotation,
    struct annot_item *item, struct err *err)
{
	const cJSON *result, *when = MEMBER(annotation, "updated_at");

	item->annotator = completed_by(annotation);
	item->passed_over = cJSON_IsTrue(MEMBER(annotation,
	    "was_cancelled")) || cJSON_IsTrue(MEMBER(annotation, "skipped"));
	if (!cJSON_IsString(when))
		when = MEMBER(annotation, "created_at");
	if (cJSON_IsString(when))
		when_parse(when->valuestring, &item->when);
	cJSON_ArrayForEach(result, MEMBER(annotation, "result"))
		if (one_result(s, result, item, err) < 0)
			return -1;
	return 0;
}

static char *
data_text(const struct annot_source *s, const cJSON *data)
{
	const char *key = s->spec->text != NULL ? s->spec->text : "text";
	const cJSON *m = MEMBER(data, key), *only = NULL;
	size_t strings = 0;

	if (m != NULL)
		return annot_plain(m);
	if (s->spec->text != NULL)
		return NULL;
	cJSON_ArrayForEach(m, data) {
		if (cJSON_IsString(m)) {
			only = m;
			strings++;
		}
	}
	return strings == 1 ? annot_plain(only) : NULL;
}

/* A task with its annotations; without any it is an empty one. */
int
label_studio_row(struct annot_source *s, const struct table_row *row,
    annot_item_fn *fn, void *arg, struct err *err)
{
	cJSON *data = annot_cell_json(s, row, s->data);
	cJSON *list = annot_cell_json(s, row, s->annotations);
	const cJSON *a = list != NULL ? list->child : NULL;
	int rc;

	do {
		struct annot_item item = { .id = annot_nested_id(s, data),
			.text = data_text(s, data) };

		rc = a == NULL ? 0 : one_annotation(s, a, &item, err);
		if (rc == 0)
			rc = fn(arg, &item);
		annot_item_free(&item);
		a = a != NULL ? a->next : NULL;
	} while (rc == 0 && a != NULL);
	cJSON_Delete(list);
	cJSON_Delete(data);
	return rc;
}

/* Is it a key of the program's own, or a column that the project has? */
static bool
no_question(const struct annot_source *s, const char *name)
{
	static const char *const own[] = { "id", "annotator", "annotation_id",
		"created_at", "updated_at", "lead_time", "agreement", "text",
		NULL };

	for (size_t i = 0; own[i] != NULL; i++)
		if (strcmp(own[i], name) == 0)
			return true;
	for (size_t i = 0; i < s->nown; i++)
		if (s->own[i].role != COLUMN_LABEL &&
		    strcmp(s->own[i].name, name) == 0)
			return true;
	return s->spec->text != NULL && strcmp(s->spec->text, name) == 0;
}

/* Of a row an annotation, the question is the key that holds choices: where
 * it is not said, the only one that is nothing else. */
static int
find_question(struct annot_source *s, struct err *err)
{
	struct table_reader *t = s->reader;
	const char *name;

	for (size_t i = 0; i < table_ncolumns(t); i++) {
		name = table_column(t, i)->name;
		if ((int)i == s->comment || (int)i == s->flag ||
		    (int)i == s->when || no_question(s, name))
			continue;
		if (s->label >= 0)
			return err_set_status(err, ERR_NAME, "%s: the labels "
			    "may be under %s or %s: say which by --label",
			    s->spec->file, s->question, name);
		s->question = xstrdup(name);
		s->label = (int)i;
	}
	return s->label >= 0 ? 0 : err_set_status(err, ERR_NAME, "%s has no "
	    "key that may hold labels: say which by --label", s->spec->file);
}

bool
label_studio_tasks(struct annot_source *s)
{
	s->annotations = annot_column(s, "annotations");
	if (s->annotations < 0)
		s->annotations = annot_column(s, "completions");
	s->data = annot_column(s, "data");
	return s->annotations >= 0;
}

int
label_studio_open(struct annot_source *s, struct err *err)
{
	if (s->annotator < 0)
		s->annotator = annot_column(s, "annotator");
	if (s->when < 0)
		s->when = annot_column(s, "updated_at");
	return s->label >= 0 ? 0 : find_question(s, err);
}

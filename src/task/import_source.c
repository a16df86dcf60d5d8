/*
 * Annotations as files have them: tables, and the exports of doccano, Label
 * Studio (import_studio.c) and Prodigy. These are JSON with the same few
 * keys, of which the table layer has made columns; what is nested is JSON text
 * in a cell.
 *
 * doccano: {"id", "text", "label": ["a", ...], "Comments": ["..."]}, or "cats"
 * or, before 1.0, "labels", or "data" for "text" (1.4); keys of the uploaded
 * file beside them. Its id is a number of its own, unless the uploaded file had
 * one. As csv, labels and comments are joined by #.
 *
 * Prodigy: {"text", "meta", "answer": "accept|reject|ignore", and "label": "a"
 * or "accept": ["a", ...], ids of "options", "_session_id", "_annotator_id",
 * "_timestamp" (seconds)}.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/number.h"
#include "tagtiger/when.h"
#include "priv.h"

#define MEMBER(o, key) cJSON_GetObjectItemCaseSensitive(o, key)

void
annot_item_free(struct annot_item *item)
{
	free(item->id);
	free(item->text);
	free(item->annotator);
	free(item->comment);
	for (size_t i = 0; i < item->labels.n; i++)
		free(item->labels.v[i]);
	free(item->labels.v);
	*item = (struct annot_item){ 0 };
}

/* ---- values ---- */

#define SURE_DIGITS 15 /* of a whole number that a double holds */

/* How long the number, string or other character at s is; *whole: digits
 * alone. */
static size_t
token(const char *s, size_t len, bool *whole)
{
	size_t digits, n = 1;

	*whole = false;
	if (*s == '"') {
		while (n < len && s[n] != '"')
			n += s[n] == '\\' ? 2 : 1;
		return n < len ? n + 1 : len;
	}
	if (*s != '-' && (*s < '0' || *s > '9'))
		return 1;
	digits = 1 + strspn(s + 1, "0123456789");
	n = digits + strspn(s + digits, ".0123456789eE+-");
	*whole = n == digits;
	return n;
}

/* cJSON makes doubles of all numbers: whole ones that are too long for that
 * are handed to it as strings. */
static cJSON *
parse(const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	bool whole;
	size_t n;
	cJSON *j;

	for (size_t i = 0; i < len; i += n) {
		n = token(s + i, len - i, &whole);
		if (whole && n > SURE_DIGITS)
			buf_addf(&b, "\"%.*s\"", (int)n, s + i);
		else
			buf_add(&b, s + i, n);
	}
	j = cJSON_ParseWithLength(buf_str(&b), b.len);
	buf_free(&b);
	return j;
}

char *
annot_plain(const cJSON *j)
{
	if (cJSON_IsString(j))
		return xstrdup(j->valuestring);
	return cJSON_IsNumber(j) ? cJSON_PrintUnformatted(j) : NULL;
}

static void
label_add_trimmed(struct import_names *labels, const char *s, size_t len)
{
	s = import_trim(s, &len);
	if (len > 0)
		import_name_add(labels, s, len);
}

static void
label_add_plain(const cJSON *j, struct annot_item *item)
{
	char *s = annot_plain(j);

	if (s != NULL)
		label_add_trimmed(&item->labels, s, strlen(s));
	free(s);
}

/* A span of a text is a list or an object: [0, 4, "a"]. */
void
annot_labels(const cJSON *j, struct annot_item *item)
{
	const cJSON *m, *choices = MEMBER(j, "choices");

	if (cJSON_IsArray(choices))
		j = choices;
	if (cJSON_IsObject(j)) {
		cJSON_ArrayForEach(m, j)
			if (cJSON_IsTrue(m) || (cJSON_IsNumber(m) &&
			    m->valuedouble >= 0.5))
				label_add_trimmed(&item->labels, m->string,
				    strlen(m->string));
	} else if (cJSON_IsArray(j)) {
		cJSON_ArrayForEach(m, j) {
			if (cJSON_IsArray(MEMBER(m, "choices")))
				annot_labels(m, item);
			else if (cJSON_IsArray(m) || cJSON_IsObject(m))
				item->other = true;
			else
				label_add_plain(m, item);
		}
	} else if (j != NULL) {
		label_add_plain(j, item);
	}
}

char *
annot_joined(const cJSON *list)
{
	struct buf b = BUF_INIT;
	const cJSON *m;

	if (cJSON_IsString(list))
		return annot_plain(list);
	cJSON_ArrayForEach(m, list)
		if (cJSON_IsString(m) && *m->valuestring != '\0')
			buf_addf(&b, "%s%s", b.len > 0 ? " | " : "",
			    m->valuestring);
	if (b.len == 0) {
		buf_free(&b);
		return NULL;
	}
	return buf_take(&b);
}

static const struct table_cell *
cell_at(const struct table_row *row, int column)
{
	return column < 0 || row->cells[column].null ? NULL
						     : &row->cells[column];
}

cJSON *
annot_cell_json(const struct annot_source *s, const struct table_row *row,
    int column)
{
	const struct table_cell *c = cell_at(row, column);
	cJSON *j = NULL;

	if (c == NULL)
		return NULL;
	if (c->kind == TABLE_JSON || (s->from == FROM_LABEL_STUDIO &&
	    c->len > 0 && strchr("{[", *c->s) != NULL))
		j = parse(c->s, c->len);
	return j != NULL ? j : cJSON_CreateString(c->s);
}

static char *
cell_text(const struct table_row *row, int column)
{
	const struct table_cell *c = cell_at(row, column);
	size_t len;
	const char *s;

	if (c == NULL)
		return NULL;
	len = c->len;
	s = import_trim(c->s, &len);
	return len > 0 ? xstrndup(s, len) : NULL;
}

char *
annot_nested_id(const struct annot_source *s, const cJSON *object)
{
	const char *keys[] = { s->spec->id, s->own_id, "id" };
	size_t n = s->spec->id != NULL ? 1 : 3;
	const cJSON *m;

	for (size_t i = 0; i < n; i++) {
		m = keys[i] == NULL ? NULL : MEMBER(object, keys[i]);
		if (m != NULL)
			return annot_plain(m);
	}
	return NULL;
}

/* ---- what all have ---- */

static bool
cell_true(const struct table_row *row, int column)
{
	static const char *const no[] = { "0", "false", "no", "n", "f", NULL };
	char *s = cell_text(row, column);
	bool is = s != NULL;

	for (size_t i = 0; is && no[i] != NULL; i++)
		is = strcasecmp(s, no[i]) != 0;
	free(s);
	return is;
}

static void
item_when(const struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	char *text = cell_text(row, s->when);
	double seconds;

	if (text != NULL && !when_parse(text, &item->when)) {
		if (s->from == FROM_PRODIGY && number_parse(text,
		    strlen(text), &seconds) && fabs(seconds) < 1e11)
			item->when = (int64_t)(seconds * 1000);
		else
			item->bad_when = s->spec->when != NULL;
	}
	free(text);
}

static void
item_comment(const struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	cJSON *j;

	if (s->comment < 0)
		return;
	j = annot_cell_json(s, row, s->comment);
	item->comment = cJSON_IsArray(j) ? annot_joined(j)
					 : cell_text(row, s->comment);
	cJSON_Delete(j);
}

/* ---- tables, doccano, Prodigy ---- */

static void
table_labels(struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	const struct table_cell *c = &row->cells[s->label];
	cJSON *j;

	if (c->kind != TABLE_JSON && s->from != FROM_LABEL_STUDIO) {
		label_add_trimmed(&item->labels, c->s, c->len);
		item->sep = s->from == FROM_DOCCANO ? "#" : s->spec->sep;
		return;
	}
	j = annot_cell_json(s, row, s->label);
	annot_labels(j, item);
	cJSON_Delete(j);
}

/* An option's id is its label, unless it is a number with a text beside. */
static void
option_add(const cJSON *id, const cJSON *options, struct annot_item *item)
{
	const cJSON *o, *text;

	cJSON_ArrayForEach(o, options) {
		text = MEMBER(o, "text");
		if (cJSON_IsNumber(id) && cJSON_IsString(text) &&
		    cJSON_Compare(MEMBER(o, "id"), id, true)) {
			label_add_plain(text, item);
			return;
		}
	}
	label_add_plain(id, item);
}

static void
prodigy_labels(struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	cJSON *accept = annot_cell_json(s, row, s->accept);
	cJSON *options = annot_cell_json(s, row, s->options);
	cJSON *label = annot_cell_json(s, row, s->label);
	const cJSON *id;

	if (accept != NULL) {
		cJSON_ArrayForEach(id, accept)
			option_add(id, options, item);
	} else {
		annot_labels(label, item);
		item->more = true;
	}
	cJSON_Delete(label);
	cJSON_Delete(options);
	cJSON_Delete(accept);
}

static void
prodigy_item(struct annot_source *s, const struct table_row *row,
    struct annot_item *item)
{
	cJSON *meta = annot_cell_json(s, row, s->meta);
	char *answer = cell_text(row, s->answer);

	if (item->id == NULL)
		item->id = annot_nested_id(s, meta);
	item->passed_over = answer != NULL && strcmp(answer, "accept") != 0;
	prodigy_labels(s, row, item);
	cJSON_Delete(meta);
	free(answer);
}

int
annot_source_row(struct annot_source *s, const struct table_row *row,
    annot_item_fn *fn, void *arg, struct err *err)
{
	struct annot_item item = { 0 };
	int rc;

	if (s->annotations >= 0)
		return label_studio_row(s, row, fn, arg, err);
	item.id = cell_text(row, s->id);
	item.text = cell_text(row, s->text);
	item.annotator = cell_text(row, s->annotator);
	if (s->from == FROM_LABEL_STUDIO)
		item.annotator = label_studio_person(item.annotator,
		    s->annotator >= 0 &&
		    row->cells[s->annotator].kind == TABLE_INT);
	item.flag = cell_true(row, s->flag);
	item_when(s, row, &item);
	item_comment(s, row, &item);
	if (s->from == FROM_PRODIGY)
		prodigy_item(s, row, &item);
	else
		table_labels(s, row, &item);
	rc = fn(arg, &item);
	annot_item_free(&item);
	return rc;
}

/* ---- opening ---- */

int
annot_column(const struct annot_source *s, const char *name)
{
	size_t n = table_ncolumns(s->reader);

	for (size_t i = 0; name != NULL && i < n; i++)
		if (strcmp(table_column(s->reader, i)->name, name) == 0)
			return (int)i;
	return -1;
}

const char *
annot_source_column(const struct annot_source *s, int column)
{
	return column < 0 ? NULL : table_column(s->reader,
	    (size_t)column)->name;
}

static int
first_column(const struct annot_source *s, const char *const *names)
{
	int c = -1;

	for (; c < 0 && *names != NULL; names++)
		c = annot_column(s, *names);
	return c;
}

static bool
is_json(const struct annot_source *s, const char *name)
{
	int c = annot_column(s, name);

	return c >= 0 && table_column(s->reader, (size_t)c)->kind == TABLE_JSON;
}

/* doccano 1.4 called it "data", which is an object with Label Studio. */
static int
text_column(const struct annot_source *s)
{
	int c = annot_column(s, "text");

	return c >= 0 || is_json(s, "data") ? c : annot_column(s, "data");
}

static enum import_from
guess(const struct annot_source *s)
{
	if (annot_column(s, "annotation_id") >= 0)
		return FROM_LABEL_STUDIO;
	if (table_info(s->reader)->format != TABLE_JSONL)
		return FROM_TABLE;
	if (is_json(s, "data") && (is_json(s, "annotations") ||
	    is_json(s, "completions")))
		return FROM_LABEL_STUDIO;
	if (annot_column(s, "answer") >= 0 ||
	    annot_column(s, "_task_hash") >= 0)
		return FROM_PRODIGY;
	if (text_column(s) >= 0 && (is_json(s, "label") ||
	    is_json(s, "labels") || is_json(s, "cats") ||
	    annot_column(s, "annotation_approver") >= 0))
		return FROM_DOCCANO;
	return FROM_TABLE;
}

/* The column that is asked for; -1 where it is none, which *rc tells. */
static int
asked(const struct annot_source *s, const char *name, struct err *err, int *rc)
{
	int c = -1;

	if (name != NULL && *rc == 0 && (c = import_column(s->reader,
	    s->spec->file, name, err)) < 0)
		*rc = -1;
	return c;
}

static int
prodigy_open(struct annot_source *s)
{
	static const char *const annotators[] = { "_annotator_id",
		"_session_id", NULL };

	s->meta = annot_column(s, "meta");
	s->answer = annot_column(s, "answer");
	s->accept = annot_column(s, "accept");
	s->options = annot_column(s, "options");
	if (s->annotator < 0)
		s->annotator = first_column(s, annotators);
	if (s->when < 0)
		s->when = annot_column(s, "_timestamp");
	return s->accept >= 0;
}

static int
no_labels(const struct annot_source *s, struct err *err)
{
	if (s->from == FROM_DOCCANO && annot_column(s, "annotations") >= 0)
		return err_set_status(err, ERR_NAME, "%s: this export of "
		    "doccano has its labels as numbers: export it again as "
		    "JSONL with text labels", s->spec->file);
	return err_set_status(err, ERR_NAME, "%s: no export of %s: it has no "
	    "key for labels of texts", s->spec->file,
	    import_from_name(s->from));
}

/* Columns that are asked for; `nested`: the id may be in another one. */
static int
columns_open(struct annot_source *s, bool nested, struct err *err)
{
	const struct import_annotations *spec = s->spec;
	int rc = 0;

	s->id = nested ? annot_column(s, spec->id)
		       : asked(s, spec->id, err, &rc);
	s->label = asked(s, spec->label, err, &rc);
	s->annotator = asked(s, spec->annotator, err, &rc);
	s->comment = asked(s, spec->comment, err, &rc);
	s->flag = asked(s, spec->flag, err, &rc);
	s->when = asked(s, spec->when, err, &rc);
	return rc;
}

static int
program_open(struct annot_source *s, struct err *err)
{
	static const char *const labels[] = { "label", "cats", "labels",
		NULL };

	if (s->from == FROM_LABEL_STUDIO && label_studio_tasks(s))
		return 0;
	if (columns_open(s, s->from == FROM_PRODIGY, err) < 0)
		return -1;
	s->text = s->spec->text != NULL ? annot_column(s, s->spec->text) :
					  text_column(s);
	if (s->id < 0 && s->spec->id == NULL)
		s->id = annot_column(s, s->own_id);
	if (s->from == FROM_LABEL_STUDIO)
		return label_studio_open(s, err);
	if (s->id < 0 && s->spec->id == NULL)
		s->id = annot_column(s, "id");
	if (s->label < 0)
		s->label = first_column(s, labels);
	if (s->from == FROM_PRODIGY && prodigy_open(s))
		return 0;
	if (s->from == FROM_DOCCANO && s->comment < 0)
		s->comment = annot_column(s, "Comments");
	return s->label >= 0 ? 0 : no_labels(s, err);
}

int
annot_source_open(struct annot_source *s,
    const struct import_annotations *spec, struct err *err)
{
	s->spec = spec;
	s->from = spec->from;
	s->id = s->label = s->annotator = s->text = -1;
	s->comment = s->flag = s->when = -1;
	s->data = s->annotations = s->answer = s->accept = -1;
	s->options = s->meta = -1;
	for (size_t i = 0; i < s->nown && s->own_id == NULL; i++)
		if (s->own[i].role == COLUMN_ID)
			s->own_id = s->own[i].name;
	s->reader = table_open(spec->file, &spec->table, err);
	if (s->reader == NULL)
		return -1;
	if (spec->guess && (spec->label == NULL || spec->id == NULL))
		s->from = guess(s);
	if (s->from != FROM_TABLE)
		return program_open(s, err);
	if (spec->id != NULL && spec->label != NULL)
		return columns_open(s, false, err);
	return err_set_status(err, ERR_NAME, "%s is no export of doccano, "
	    "Label Studio or Prodigy that can be told by its shape: say the "
	    "columns by --id and --label, or the program by --from",
	    spec->file);
}

void
annot_source_close(struct annot_source *s)
{
	table_close(s->reader);
	free(s->question);
}

/*
 * Reading jsonl: one JSON object a line; or a file that is one list of
 * objects, as many programs export them, which is cut into its objects here
 * and never held whole.
 *
 * cJSON checks the line and decodes the strings. It makes doubles of all
 * numbers and ends strings at a NUL, so a scan of the line keeps where each
 * member's value stands: numbers are given in the digits of the file, lists
 * and objects as their own JSON text, and an escaped NUL is refused.
 *
 * The columns are the keys of the first rows, in order of appearance.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"

#define HEAD_ROWS  1000
#define HEAD_BYTES ((size_t)8 << 20)
#define LATE_KEYS  20 /* so many are named one by one */

struct span {
	size_t from, to;
	const cJSON *value;
};

struct jsonl_state {
	struct source source;
	const char *data; /* what of the current piece is left */
	size_t len;
	uint64_t line; /* of the record given last */
	struct buf record;
	bool list;     /* the file is one list */
	bool ended;    /* and its end was met */
	uint64_t lines; /* line ends passed, in a list */

	struct buf *head; /* the first lines, read for their keys */
	uint64_t *head_line;
	size_t nhead, head_cap, head_at;
	int head_end;     /* what reading them ended with, */
	struct err *held; /* and the error, told when its turn comes */

	struct span *spans; /* of the members' values, in order */
	size_t nspans, spans_cap;
	bool nul;        /* an escaped NUL was seen */
	size_t *cell_of; /* column -> 1 + member */
	struct strmap *late;
};

/* A piece to read from: 1; 0 at the end of the file; -1. */
static int
have_data(struct table_reader *r, uint64_t line, struct err *err)
{
	struct jsonl_state *j = r->state;
	char place[64];

	if (j->len > 0)
		return 1;
	switch (source_next(&j->source, &j->data, &j->len, err)) {
	case SOURCE_DATA: return 1;
	case SOURCE_END: return 0;
	case SOURCE_FAIL: break;
	case SOURCE_BAD:
		snprintf(place, sizeof place, "line %llu",
		    (unsigned long long)line);
		return source_complain(&j->source, place, err);
	}
	return -1;
}

/* The next character that is no blank, not yet taken; 0: the file's end. */
static int
list_peek(struct table_reader *r, struct err *err)
{
	struct jsonl_state *j = r->state;
	int got;

	while ((got = have_data(r, j->lines + 1, err)) == 1) {
		if (strchr(" \t\r\n", *j->data) == NULL)
			return (unsigned char)*j->data;
		j->lines += *j->data == '\n';
		j->data++;
		j->len--;
	}
	return got;
}

static void
list_take(struct jsonl_state *j)
{
	j->data++;
	j->len--;
}

/* Is the file one list? Its bracket is taken. */
static int
list_begin(struct table_reader *r, struct err *err)
{
	struct jsonl_state *j = r->state;
	int c;

	c = have_data(r, 1, err);
	if (c != 1 || *j->data != '[')
		return c == -1 ? -1 : 0;
	list_take(j);
	c = list_peek(r, err);
	if (c == -1)
		return -1;
	j->list = true;
	if (c == ']') {
		list_take(j);
		j->ended = true;
	}
	return 0;
}

/* What of the current piece belongs to the value that was begun, to the
 * bracket that closes it. */
static size_t
value_length(struct jsonl_state *j, size_t *depth, bool *quoted,
    bool *escaped)
{
	size_t i = 0;

	while (i < j->len) {
		char c = j->data[i++];

		j->lines += c == '\n';
		if (*escaped)
			*escaped = false;
		else if (*quoted && c == '\\')
			*escaped = true;
		else if (c == '"')
			*quoted = !*quoted;
		else if (!*quoted && (c == '{' || c == '['))
			++*depth;
		else if (!*quoted && (c == '}' || c == ']') && --*depth == 0)
			break;
	}
	return i;
}

/* After an element: a comma, or the end of the list and then of the file. */
static int
list_after(struct table_reader *r, struct err *err)
{
	struct jsonl_state *j = r->state;
	int c = list_peek(r, err);
	unsigned long long line = j->lines + 1;

	if (c == -1)
		return -1;
	if (c == 0)
		return err_set(err, "line %llu: the list is not ended: the "
		    "file is cut short", line);
	if (c != ',' && c != ']')
		return err_set(err, "line %llu: no valid JSON: a comma or a "
		    "bracket was expected after an object", line);
	list_take(j);
	if (c == ',')
		return 0;
	j->ended = true;
	c = list_peek(r, err);
	return c <= 0 ? c : err_set(err, "line %llu: something follows the "
	    "list", (unsigned long long)j->lines + 1);
}

/* The next object of the list in *record. */
static int
next_element(struct table_reader *r, struct buf *record, struct err *err)
{
	struct jsonl_state *j = r->state;
	bool quoted = false, escaped = false;
	size_t depth = 0, n;
	int c, got;

	buf_clear(record);
	if (j->ended)
		return 0;
	c = list_peek(r, err);
	j->line = j->lines + 1;
	if (c == -1)
		return -1;
	if (c != '{')
		return err_set(err, "line %llu: no JSON object: a list must "
		    "be of objects", (unsigned long long)j->line);
	do {
		got = have_data(r, j->lines + 1, err);
		if (got == -1)
			return -1;
		if (got == 0)
			return err_set(err, "line %llu: the object is not "
			    "ended: the file is cut short",
			    (unsigned long long)j->line);
		n = value_length(j, &depth, &quoted, &escaped);
		if (record->len + n > TABLE_RECORD_MAX)
			return err_set(err, "line %llu: more than %zu MB",
			    (unsigned long long)j->line,
			    TABLE_RECORD_MAX >> 20);
		buf_add(record, j->data, n);
		j->data += n;
		j->len -= n;
	} while (depth > 0);
	return list_after(r, err) == -1 ? -1 : 1;
}

/* The next line that is not blank, without its end, in *record. */
static int
next_line(struct table_reader *r, struct buf *record, struct err *err)
{
	struct jsonl_state *j = r->state;
	const char *lf;
	size_t n;
	int got;

	if (j->list)
		return next_element(r, record, err);
	buf_clear(record);
	for (;;) {
		got = have_data(r, j->line + 1, err);
		if (got == -1)
			return -1;
		if (got == 0) {
			j->line++;
			return record->len > 0 && record->data[strspn(
			    record->data, " \t\r")] != '\0';
		}
		lf = memchr(j->data, '\n', j->len);
		n = lf == NULL ? j->len : (size_t)(lf - j->data);
		if (record->len + n > TABLE_RECORD_MAX)
			return err_set(err, "line %llu: more than %zu MB",
			    (unsigned long long)j->line + 1,
			    TABLE_RECORD_MAX >> 20);
		buf_add(record, j->data, n);
		n += lf != NULL;
		j->data += n;
		j->len -= n;
		if (lf == NULL)
			continue;
		j->line++;
		if (record->len > 0 &&
		    record->data[strspn(record->data, " \t\r")] != '\0')
			return 1;
		r->info.blank++;
		buf_clear(record);
	}
}

/*
 * Where the values of the outermost object's members stand in the text s,
 * which cJSON has found to be valid: after each colon at depth 1, up to the
 * comma or brace that ends the member.
 */
static void
find_spans(struct jsonl_state *j, const char *s)
{
	size_t depth = 0, from = 0, i;

	j->nspans = 0;
	j->nul = false;
	for (i = 0; s[i] != '\0'; i++) {
		switch (s[i]) {
		case '"':
			for (i++; s[i] != '"'; i++) {
				if (s[i] != '\\')
					continue;
				i++;
				if (strncmp(s + i, "u0000", 5) == 0)
					j->nul = true;
			}
			break;
		case '{':
		case '[': depth++; break;
		case ':':
			if (depth == 1)
				from = i + 1;
			break;
		case '}':
		case ']': depth--; /* FALLTHROUGH */
		case ',':
			if (from == 0 || depth > 1 ||
			    (depth == 1 && s[i] != ','))
				break;
			j->spans = array_room(j->spans, j->nspans,
			    &j->spans_cap, sizeof *j->spans);
			j->spans[j->nspans++] = (struct span){ from, i, NULL };
			from = 0;
			break;
		}
	}
	/* blanks around a value are none of it */
	for (i = 0; i < j->nspans; i++) {
		struct span *p = &j->spans[i];

		while (strchr(" \t\r\n", s[p->from]) != NULL)
			p->from++;
		while (strchr(" \t\r\n", s[p->to - 1]) != NULL)
			p->to--;
	}
}

/* RFC 8259's number; cJSON takes whatever strtod does. */
static bool
is_number(const char *s, size_t len, bool *whole)
{
	size_t i = 0, digits;

#define DIGITS()                                                          \
	for (digits = 0; i < len && s[i] >= '0' && s[i] <= '9'; digits++) \
	i++
	*whole = true;
	if (i < len && s[i] == '-')
		i++;
	if (i < len && s[i] == '0') {
		i++;
	} else {
		DIGITS();
		if (digits == 0)
			return false;
	}
	if (i < len && s[i] == '.') {
		*whole = false;
		i++;
		DIGITS();
		if (digits == 0)
			return false;
	}
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		*whole = false;
		i++;
		if (i < len && (s[i] == '+' || s[i] == '-'))
			i++;
		DIGITS();
		if (digits == 0)
			return false;
	}
#undef DIGITS
	return i == len;
}

/* JSON text without the blanks between its parts. */
static void
add_compact(struct table_reader *r, const char *s, size_t len)
{
	char *text = xmalloc(len + 1);
	size_t n = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (!quoted && strchr(" \t\r\n", s[i]) != NULL)
			continue;
		text[n++] = s[i];
		if (quoted && s[i] == '\\')
			text[n++] = s[++i];
		else if (s[i] == '"')
			quoted = !quoted;
	}
	row_add(r, text, n, false, TABLE_JSON);
	free(text);
}

static int
add_member(struct table_reader *r, const struct span *span, const char *s,
    struct err *err)
{
	const cJSON *m = span->value;
	const char *text = s + span->from;
	size_t len = span->to - span->from;
	bool whole;

	if (cJSON_IsNull(m)) {
		row_add(r, "", 0, true, TABLE_TEXT);
	} else if (cJSON_IsString(m)) {
		row_add(r, m->valuestring, strlen(m->valuestring), false,
		    TABLE_TEXT);
	} else if (cJSON_IsBool(m)) {
		text = cJSON_IsTrue(m) ? "true" : "false";
		row_add(r, text, strlen(text), false, TABLE_BOOL);
	} else if (cJSON_IsNumber(m)) {
		if (!is_number(text, len, &whole))
			return err_set(err,
			    "line %llu: '%.*s' is no JSON "
			    "number",
			    (unsigned long long)r->line,
			    len > 40 ? 40 : (int)len, text);
		row_add(r, text, len, false, whole ? TABLE_INT : TABLE_REAL);
	} else {
		add_compact(r, text, len);
	}
	return 0;
}

/* What it is that cJSON stopped at, where people would not see it. */
static const char *
stumbled(const char *s, size_t n)
{
	static const char *const numbers[] = { "NaN", "nan", "Infinity",
		"-Infinity", "inf", "-inf" };
	const char *at = s + n;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (strncmp(at, numbers[i], strlen(numbers[i])) == 0)
			return ": NaN and Infinity are no JSON: write null";
	if (at[strspn(at, " \t\r\n")] == '\0')
		return ", where it ends: an object is whole on its line";
	return *at == '\'' || (n > 0 && at[-1] == '\'') ?
	    ": JSON has double quotes" : "";
}

/* The object on a line: parsed and its spans found, or NULL. */
static cJSON *
parse_line(struct table_reader *r, const struct buf *record, uint64_t line,
    struct err *err)
{
	struct jsonl_state *j = r->state;
	const char *end = NULL, *s = record->data;
	cJSON *object;
	unsigned long long n = line;

	object = cJSON_ParseWithLengthOpts(s, record->len + 1, &end, 1);
	if (object == NULL) {
		size_t at = end == NULL ? 0 : (size_t)(end - s);

		err_set(err,
		    "line %llu: no valid JSON at character "
		    "%zu of it%s",
		    n, at + 1, stumbled(s, at));
		return NULL;
	}
	if (!cJSON_IsObject(object)) {
		err_set(err,
		    "line %llu: no JSON object: each line must be "
		    "one",
		    n);
		goto fail;
	}
	find_spans(j, s);
	if (j->nul) {
		err_set(err,
		    "line %llu: a NUL character (\\u0000), which no "
		    "text can hold",
		    n);
		goto fail;
	}
	if (j->nspans != (size_t)cJSON_GetArraySize(object)) {
		err_set(err, "line %llu: no valid JSON", n);
		goto fail;
	}
	return object;
fail:
	cJSON_Delete(object);
	return NULL;
}

/* A key that is no column: said once each, the first of them by name. */
static void
late_key(struct table_reader *r, const char *key)
{
	struct jsonl_state *j = r->state;
	int is_new;

	if (strmap_count(j->late) > LATE_KEYS)
		return;
	strmap_put(j->late, key, strlen(key), 0, &is_new);
	if (!is_new)
		return;
	if (strmap_count(j->late) > LATE_KEYS)
		note_add(r,
		    "more keys appear after row %d: they are left "
		    "out too",
		    HEAD_ROWS);
	else
		note_add(r,
		    "the key %s appears only at line %llu, after the "
		    "rows that make the columns: it is left out",
		    key, (unsigned long long)r->line);
}

static int
jsonl_row(struct table_reader *r, const struct buf *record, struct err *err)
{
	struct jsonl_state *j = r->state;
	cJSON *object = parse_line(r, record, r->line, err), *m;
	size_t n = 0;
	int64_t *column;
	int ret = -1;

	if (object == NULL)
		return err_prefix(
		    err, "row %llu", (unsigned long long)r->number + 1);
	memset(j->cell_of, 0, r->ncolumns * sizeof *j->cell_of);
	cJSON_ArrayForEach(m, object)
	{
		j->spans[n++].value = m;
		column = strmap_get(r->names, m->string, strlen(m->string));
		if (column == NULL)
			late_key(r, m->string);
		else
			j->cell_of[*column - 1] = n; /* the last one counts */
	}
	row_clear(r);
	for (size_t c = 0; c < r->ncolumns; c++) {
		size_t at = j->cell_of[c];

		if (at == 0)
			row_add(r, "", 0, true, TABLE_TEXT);
		else if (add_member(r, &j->spans[at - 1], record->data, err) ==
		    -1)
			goto out;
	}
	ret = 1;
out:
	if (ret == -1)
		err_prefix(err, "row %llu", (unsigned long long)r->number + 1);
	cJSON_Delete(object);
	return ret;
}

static int
jsonl_next(struct table_reader *r, struct err *err)
{
	struct jsonl_state *j = r->state;
	int got;

	if (j->head_at < j->nhead) {
		size_t i = j->head_at++;

		r->line = j->head_line[i];
		got = jsonl_row(r, &j->head[i], err);
		buf_free(&j->head[i]);
		return got;
	}
	if (j->head_end != 1) {
		if (j->head_end == -1 && err != NULL)
			*err = *j->held;
		return j->head_end;
	}
	got = next_line(r, &j->record, err);
	if (got == -1)
		err_prefix(err, "row %llu", (unsigned long long)r->number + 1);
	r->line = j->line;
	return got == 1 ? jsonl_row(r, &j->record, err) : got;
}

static enum table_kind
kind_of(const cJSON *m)
{
	return cJSON_IsNumber(m)                    ? TABLE_REAL
	    : cJSON_IsBool(m)                       ? TABLE_BOOL
	    : cJSON_IsArray(m) || cJSON_IsObject(m) ? TABLE_JSON
						    : TABLE_TEXT;
}

/* Read the first lines and make columns of their keys. An error beyond the
 * first line is kept for when the reading comes there. */
static int
jsonl_head(struct table_reader *r, struct err *err)
{
	struct jsonl_state *j = r->state;
	size_t bytes = 0, head_cap = 0;
	struct buf b = BUF_INIT;
	cJSON *object, *m;

	j->held = xcalloc(1, sizeof *j->held);
	while (j->nhead < HEAD_ROWS && bytes < HEAD_BYTES) {
		j->head_end = next_line(r, &b, j->held);
		if (j->head_end != 1)
			break;
		object = parse_line(r, &b, j->line, err);
		if (object == NULL && j->nhead == 0)
			break;
		cJSON_ArrayForEach(
		    m, object) if (strmap_get(r->names, m->string,
				       strlen(m->string)) == NULL)
		    columns_add(r, m->string, strlen(m->string), kind_of(m));
		cJSON_Delete(object);
		j->head = array_room(
		    j->head, j->nhead, &j->head_cap, sizeof *j->head);
		j->head_line = array_room(
		    j->head_line, j->nhead, &head_cap, sizeof *j->head_line);
		j->head_line[j->nhead] = j->line;
		bytes += b.len;
		j->head[j->nhead++] = b;
		b = (struct buf)BUF_INIT;
	}
	buf_free(&b);
	if (j->nhead == 0) {
		if (j->head_end == -1 && err != NULL)
			*err = *j->held;
		return j->head_end == 0 ? err_set(err, "it has no rows") : -1;
	}
	err_clear(err);
	return 0;
}

static int
jsonl_open(struct table_reader *r, struct err *err)
{
	struct jsonl_state *j = xcalloc(1, sizeof *j);

	r->state = j;
	j->late = strmap_new();
	if (source_open(&j->source, r->path, &r->options, err) == -1 ||
	    list_begin(r, err) == -1 || jsonl_head(r, err) == -1)
		return -1;
	j->cell_of = xcalloc(r->ncolumns, sizeof *j->cell_of);
	return columns_done(r, err);
}

static void
jsonl_progress(struct table_reader *r)
{
	struct jsonl_state *j = r->state;

	source_info(&j->source, &r->info);
}

static void
jsonl_close(struct table_reader *r)
{
	struct jsonl_state *j = r->state;

	if (j == NULL)
		return;
	source_close(&j->source);
	for (size_t i = j->head_at; i < j->nhead; i++)
		buf_free(&j->head[i]);
	free(j->head);
	free(j->head_line);
	free(j->held);
	free(j->spans);
	free(j->cell_of);
	buf_free(&j->record);
	strmap_free(j->late);
	free(j);
}

const struct reader_ops jsonl_reader_ops = {
	.open = jsonl_open,
	.next = jsonl_next,
	.progress = jsonl_progress,
	.close = jsonl_close,
};

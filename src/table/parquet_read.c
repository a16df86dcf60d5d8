/*
 * Reading Parquet, over carquet's column readers: a cursor for each leaf
 * column, which holds one batch of its values, so that the memory goes with
 * the number of columns and not with the size of a row group.
 *
 * Leaves of structs are columns of their own ("address.city"); what repeats
 * (lists, maps) is given as JSON text, put together from the definition and
 * repetition levels (Melnik et al., "Dremel", 2010).
 */
#include <carquet/carquet.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/number.h"
#include "tagtiger/utf8.h"

#define BATCH_CELLS ((size_t)1 << 20) /* of all columns together */
#define DEPTH_MAX   64

struct cursor {
	carquet_column_reader_t *reader;
	carquet_physical_type_t type;
	carquet_logical_type_t logical;
	int32_t width; /* bytes of a fixed-length value */
	size_t size;   /* bytes of a value in `values` */
	int16_t max_def, max_rep;
	int16_t list_def[DEPTH_MAX]; /* by depth, 1..max_rep: the level from
				      * which that list has an element */
	char *values; /* those that are not null, one after the other */
	int16_t *def, *rep;
	size_t n, at, dense;
};

struct parquet_state {
	carquet_reader_t *file;
	struct cursor *cursors;
	size_t batch;
	int32_t group, ngroups;
	int64_t rows_left; /* in the group */
	int32_t node;      /* of the schema, found last */
	struct buf value, json;
};

static int
carquet_failed(struct err *err, const carquet_error_t *e)
{
	return err_set(err,
	    "it is damaged, cut short or of a kind that is "
	    "not supported (%s)",
	    e->message[0] != '\0' ? e->message
				  : carquet_status_string(e->code));
}

/* ---- values as text ---- */

static void
add_date(struct buf *b, int64_t days)
{
	char out[DATE_MAX];

	buf_add(b, out, date_iso(days, out));
}

/* A time of day, counted in units of which a second has per_second. */
static void
add_time(struct buf *b, int64_t t, int64_t per_second)
{
	int64_t s = t / per_second, part = t % per_second;
	int digits = per_second == 1000 ? 3 : per_second == 1000000 ? 6 : 9;

	buf_addf(b, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600,
	    s / 60 % 60, s % 60);
	if (part == 0)
		return;
	while (part % 1000 == 0) {
		part /= 1000;
		digits -= 3;
	}
	buf_addf(b, ".%0*" PRId64, digits, part);
}

static void
add_timestamp(struct buf *b, int64_t t, int64_t per_second, bool utc)
{
	int64_t day = per_second * 86400, days = t / day, rest = t % day;

	if (rest < 0) {
		rest += day;
		days--;
	}
	add_date(b, days);
	buf_addc(b, 'T');
	add_time(b, rest, per_second);
	if (utc)
		buf_addc(b, 'Z');
}

static int64_t
units(carquet_time_unit_t unit)
{
	return unit == CARQUET_TIME_UNIT_MILLIS ? 1000
	    : unit == CARQUET_TIME_UNIT_MICROS  ? 1000000
						: 1000000000;
}

static void
add_decimal(struct buf *b, __int128 v, int32_t scale)
{
	char digits[64];
	int n = 0;
	unsigned __int128 u =
	    v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;

	if (scale < 0 || scale > 38)
		scale = 0;
	do {
		digits[n++] = (char)('0' + (int)(u % 10));
		u /= 10;
		if (n == scale)
			digits[n++] = '.';
	} while (u > 0 || n <= scale + (scale > 0));
	if (v < 0)
		buf_addc(b, '-');
	while (n > 0)
		buf_addc(b, digits[--n]);
}

static void
add_hex(struct buf *b, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_addf(b, "%02x", p[i]);
}

static float
half_to_float(const uint8_t *p)
{
	unsigned h = (unsigned)p[0] | (unsigned)p[1] << 8;
	int e = (int)(h >> 10 & 0x1f);
	float m = (float)(h & 0x3ff), v;

	if (e == 31)
		v = m == 0 ? INFINITY : NAN;
	else
		v = e == 0 ? ldexpf(m, -24) : ldexpf(m + 1024, e - 25);
	return h >> 15 ? -v : v;
}

static enum table_kind
add_integer(const struct cursor *c, int64_t v, struct buf *b)
{
	const carquet_logical_type_t *l = &c->logical;

	switch (l->id) {
	case CARQUET_LOGICAL_DATE: add_date(b, v); return TABLE_DATE;
	case CARQUET_LOGICAL_TIME:
		add_time(b, v, units(l->params.time.unit));
		return TABLE_TEXT;
	case CARQUET_LOGICAL_TIMESTAMP:
		add_timestamp(b, v, units(l->params.timestamp.unit),
		    l->params.timestamp.is_adjusted_to_utc);
		return TABLE_DATE;
	case CARQUET_LOGICAL_DECIMAL:
		add_decimal(b, v, l->params.decimal.scale);
		return TABLE_REAL;
	case CARQUET_LOGICAL_INTEGER:
		if (!l->params.integer.is_signed) {
			buf_addf(b, "%" PRIu64,
			    c->type == CARQUET_PHYSICAL_INT32
				? (uint64_t)(uint32_t)v
				: (uint64_t)v);
			return TABLE_INT;
		}
		/* FALLTHROUGH */
	default: buf_addf(b, "%" PRId64, v); return TABLE_INT;
	}
}

static enum table_kind
add_bytes(const struct cursor *c, const uint8_t *p, size_t len, struct buf *b,
    bool *null)
{
	__int128 v;
	float f;

	switch (c->logical.id) {
	case CARQUET_LOGICAL_DECIMAL:
		if (len == 0 || len > 16)
			break;
		v = p[0] < 128 ? p[0] : (int)p[0] - 256;
		for (size_t i = 1; i < len; i++)
			v = v * 256 + p[i];
		add_decimal(b, v, c->logical.params.decimal.scale);
		return TABLE_REAL;
	case CARQUET_LOGICAL_FLOAT16:
		if (len != 2)
			break;
		f = half_to_float(p);
		*null = isnan(f);
		b->len += number_float(f, b->data + b->len);
		return TABLE_REAL;
	case CARQUET_LOGICAL_UUID:
		for (size_t i = 0; i < len; i++)
			buf_addf(b, "%s%02x",
			    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			    p[i]);
		return TABLE_TEXT;
	default: break;
	}
	if (c->type == CARQUET_PHYSICAL_BYTE_ARRAY)
		buf_add(b, p, len);
	else
		add_hex(b, p, len);
	return TABLE_TEXT;
}

/* The value as text in *b (emptied first); *null for a NaN. */
static enum table_kind
value_to_text(const struct cursor *c, const char *p, struct buf *b, bool *null)
{
	carquet_byte_array_t bytes;
	int64_t i64;
	int32_t i32;
	double d;
	float f;

	buf_clear(b);
	buf_reserve(b, NUMBER_MAX);
	*null = false;
	switch (c->type) {
	case CARQUET_PHYSICAL_BOOLEAN:
		buf_adds(b, *p ? "true" : "false");
		return TABLE_BOOL;
	case CARQUET_PHYSICAL_INT32:
		memcpy(&i32, p, sizeof i32);
		return add_integer(c, i32, b);
	case CARQUET_PHYSICAL_INT64:
		memcpy(&i64, p, sizeof i64);
		return add_integer(c, i64, b);
	case CARQUET_PHYSICAL_INT96:
		/* nanoseconds of the day, then the Julian day */
		memcpy(&i64, p, sizeof i64);
		memcpy(&i32, p + 8, sizeof i32);
		add_date(b, (int64_t)i32 - 2440588);
		buf_addc(b, 'T');
		add_time(b, i64 < 0 ? 0 : i64, 1000000000);
		return TABLE_DATE;
	case CARQUET_PHYSICAL_FLOAT:
		memcpy(&f, p, sizeof f);
		*null = isnan(f);
		b->len = number_float(f, b->data);
		return TABLE_REAL;
	case CARQUET_PHYSICAL_DOUBLE:
		memcpy(&d, p, sizeof d);
		*null = isnan(d);
		b->len = number_double(d, b->data);
		return TABLE_REAL;
	case CARQUET_PHYSICAL_BYTE_ARRAY:
		memcpy(&bytes, p, sizeof bytes);
		return add_bytes(c, bytes.data,
		    bytes.length < 0 ? 0 : (size_t)bytes.length, b, null);
	case CARQUET_PHYSICAL_FIXED_LEN_BYTE_ARRAY:
		return add_bytes(c, (const uint8_t *)p, (size_t)c->width, b,
		    null);
	}
	return TABLE_TEXT;
}

/* Text that is no UTF-8, or holds a NUL: refused, or repaired. */
static int
check_text(
    struct table_reader *r, size_t column, struct buf *b, struct err *err)
{
	struct buf good = BUF_INIT;
	char place[256];
	char *nul = b->len == 0 ? NULL : memchr(b->data, '\0', b->len);
	size_t bad = utf8_validate(buf_str(b), b->len);

	if (nul == NULL && bad == b->len)
		return 0;
	if (!r->options.replace_invalid) {
		row_place(r, column, place, sizeof place);
		return err_set(err,
		    "%s: %s: have such bytes replaced "
		    "(--replace-invalid), or leave the column out of the "
		    "file",
		    place,
		    nul != NULL ? "a NUL byte, which no text has"
				: "the bytes are not valid UTF-8");
	}
	r->info.replaced += utf8_repair(b->data, b->len, &good);
	buf_clear(b);
	for (size_t i = 0; i < good.len; i++) {
		if (good.data[i] != '\0') {
			buf_addc(b, good.data[i]);
			continue;
		}
		buf_adds(b, "\xef\xbf\xbd");
		r->info.replaced++;
	}
	buf_free(&good);
	return 0;
}

/* ---- cursors ---- */

/* One more batch; -1 where the column ends before its row group. */
static int
cursor_fill(struct table_reader *r, size_t column, struct err *err)
{
	struct parquet_state *s = r->state;
	struct cursor *c = &s->cursors[column];
	carquet_error_t e = CARQUET_ERROR_INIT;
	char place[256];
	int64_t n;

	if (c->reader == NULL)
		return err_set(err, "no row group is open");
	n = carquet_column_read_batch_ex(
	    c->reader, c->values, (int64_t)s->batch, c->def, c->rep, &e);
	if (n <= 0 || e.code != CARQUET_OK) {
		if (e.code != CARQUET_OK)
			carquet_failed(err, &e);
		else
			err_set(err,
			    "it is damaged: the column ends too "
			    "early");
		return err_prefix(
		    err, "%s", row_place(r, column, place, sizeof place));
	}
	c->n = (size_t)n;
	c->at = c->dense = 0;
	return 0;
}

static bool
cursor_present(const struct cursor *c)
{
	return c->max_def == 0 || c->def[c->at] == c->max_def;
}

static int
flat_cell(struct table_reader *r, size_t column, struct err *err)
{
	struct parquet_state *s = r->state;
	struct cursor *c = &s->cursors[column];
	carquet_byte_array_t bytes;
	enum table_kind kind;
	const char *p;
	bool null;

	if (c->at == c->n && cursor_fill(r, column, err) == -1)
		return -1;
	if (!cursor_present(c)) {
		c->at++;
		row_add(r, "", 0, true, TABLE_TEXT);
		return 0;
	}
	p = c->values + c->dense * c->size;
	c->dense++;
	c->at++;
	if (c->type == CARQUET_PHYSICAL_BYTE_ARRAY &&
	    c->logical.id != CARQUET_LOGICAL_DECIMAL) {
		/* by far the most, and worth a copy less */
		memcpy(&bytes, p, sizeof bytes);
		if (bytes.length > 0 &&
		    memchr(bytes.data, '\0', (size_t)bytes.length) == NULL &&
		    utf8_validate((char *)bytes.data, (size_t)bytes.length) ==
			(size_t)bytes.length) {
			row_add(r, (char *)bytes.data, (size_t)bytes.length,
			    false, TABLE_TEXT);
			return 0;
		}
	}
	kind = value_to_text(c, p, &s->value, &null);
	if (kind == TABLE_TEXT && check_text(r, column, &s->value, err) == -1)
		return -1;
	if (null)
		row_add(r, "", 0, true, TABLE_REAL);
	else
		row_add(r, s->value.data, s->value.len, false, kind);
	return 0;
}

static void
add_json_string(struct buf *b, const struct buf *text)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < text->len; i++) {
		unsigned char ch = (unsigned char)text->data[i];

		if (ch == '"' || ch == '\\')
			buf_addc(b, '\\');
		if (ch == '\n')
			buf_adds(b, "\\n");
		else if (ch < 0x20)
			buf_addf(b, "\\u%04x", ch);
		else
			buf_addc(b, (char)ch);
	}
	buf_addc(b, '"');
}

/* The value at the cursor as an element of a list. */
static int
add_element(struct table_reader *r, size_t column, struct err *err)
{
	struct parquet_state *s = r->state;
	struct cursor *c = &s->cursors[column];
	enum table_kind kind;
	bool null;

	if (!cursor_present(c)) {
		buf_adds(&s->json, "null");
		return 0;
	}
	kind =
	    value_to_text(c, c->values + c->dense * c->size, &s->value, &null);
	c->dense++;
	if (kind == TABLE_TEXT && check_text(r, column, &s->value, err) == -1)
		return -1;
	if (null ||
	    (kind == TABLE_REAL && s->value.len > 0 &&
		strstr(s->value.data, "inf") != NULL))
		buf_adds(&s->json, "null");
	else if (kind == TABLE_TEXT || kind == TABLE_DATE)
		add_json_string(&s->json, &s->value);
	else
		buf_add(&s->json, s->value.data, s->value.len);
	return 0;
}

static int
list_cell(struct table_reader *r, size_t column, struct err *err)
{
	struct parquet_state *s = r->state;
	struct cursor *c = &s->cursors[column];
	bool first = true, null = false;
	int open = 0, level;
	int16_t def, rep;

	buf_clear(&s->json);
	for (;; c->at++) {
		if (c->at == c->n) {
			/* the next batch may go on with this row's list */
			if (!first && !carquet_column_has_next(c->reader))
				break;
			if (cursor_fill(r, column, err) == -1)
				return -1;
		}
		def = c->def[c->at];
		rep = c->rep[c->at];
		if (!first && rep == 0)
			break;
		if ((first && rep != 0) || rep < 0 || rep > c->max_rep ||
		    (!first && rep > open))
			return err_set(err,
			    "row %llu: a list that begins in "
			    "its middle: damaged",
			    (unsigned long long)r->number + 1);
		for (; open > rep; open--)
			buf_addc(&s->json, ']');
		if (!first)
			buf_addc(&s->json, ',');
		first = false;
		for (level = rep + 1; level <= c->max_rep; level++) {
			if (def < c->list_def[level])
				break;
			buf_addc(&s->json, '[');
			open = level;
		}
		if (level <= c->max_rep) {
			bool empty = def == c->list_def[level] - 1;

			null = level == 1 && !empty;
			buf_adds(&s->json, empty ? "[]" : "null");
		} else if (add_element(r, column, err) == -1) {
			return -1;
		}
		if (s->json.len > TABLE_RECORD_MAX)
			return err_set(err,
			    "row %llu: a list of more than "
			    "%zu MB",
			    (unsigned long long)r->number + 1,
			    TABLE_RECORD_MAX >> 20);
	}
	for (; open > 0; open--)
		buf_addc(&s->json, ']');
	if (null)
		row_add(r, "", 0, true, TABLE_JSON);
	else
		row_add(r, s->json.data, s->json.len, false, TABLE_JSON);
	return 0;
}

static void
close_group(struct parquet_state *s, size_t ncolumns)
{
	for (size_t i = 0; i < ncolumns; i++) {
		carquet_column_reader_free(s->cursors[i].reader);
		s->cursors[i].reader = NULL;
	}
}

/* The next row group that has rows: 1, 0 after the last, -1. */
static int
open_group(struct table_reader *r, struct err *err)
{
	struct parquet_state *s = r->state;
	carquet_error_t e = CARQUET_ERROR_INIT;
	carquet_row_group_metadata_t meta;
	struct cursor *c;

	close_group(s, r->ncolumns);
	do {
		if (++s->group >= s->ngroups)
			return 0;
		if (carquet_reader_row_group_metadata(
			s->file, s->group, &meta) != CARQUET_OK ||
		    meta.num_rows < 0)
			return err_set(
			    err, "row group %d is damaged", s->group + 1);
	} while (meta.num_rows == 0);
	s->rows_left = meta.num_rows;
	for (size_t i = 0; i < r->ncolumns; i++) {
		c = &s->cursors[i];
		c->reader = carquet_reader_get_column(
		    s->file, s->group, (int32_t)i, &e);
		if (c->reader == NULL)
			return carquet_failed(err, &e);
		c->n = c->at = c->dense = 0;
	}
	return 1;
}

static int
parquet_next(struct table_reader *r, struct err *err)
{
	struct parquet_state *s = r->state;
	int got;

	row_clear(r);
	r->line = r->number + 1;
	if (s->rows_left == 0) {
		got = open_group(r, err);
		if (got != 1)
			return got;
	}
	for (size_t i = 0; i < r->ncolumns; i++)
		if ((s->cursors[i].max_rep > 0 ? list_cell(r, i, err)
					       : flat_cell(r, i, err)) == -1)
			return -1;
	s->rows_left--;
	return 1;
}

/* ---- opening ---- */

/* A path's parts are the names of the schema's own nodes: the same pointers,
 * which tells nodes of one name apart. */
static const carquet_schema_node_t *
node_named(
    struct parquet_state *s, const carquet_schema_t *schema, const char *name)
{
	int32_t n = carquet_schema_num_elements(schema), at;
	const carquet_schema_node_t *node;

	/* leaves come in the order of the nodes: go on where the last was */
	for (int32_t i = 0; i < n; i++) {
		at = (s->node + i) % n;
		node = carquet_schema_get_element(schema, at);
		if (node != NULL && carquet_schema_node_name(node) == name) {
			s->node = at;
			return node;
		}
	}
	return NULL;
}

/* Names that the format itself puts between a list and its elements. */
static bool
is_filler(const char *name, bool repeated, bool after_repeated)
{
	static const char *const groups[] = { "list", "bag", "array",
		"key_value", "map" };
	static const char *const leaves[] = { "element", "item", "array",
		"array_element" };

	for (size_t i = 0; repeated && i < sizeof groups / sizeof *groups; i++)
		if (strcmp(name, groups[i]) == 0)
			return true;
	for (size_t i = 0; after_repeated && i < sizeof leaves / sizeof *leaves;
	     i++)
		if (strcmp(name, leaves[i]) == 0)
			return true;
	return false;
}

/* Levels and the column's name from the path of leaf i. */
static int
leaf_path(struct parquet_state *s, const carquet_schema_t *schema, int32_t i,
    struct cursor *c, struct buf *name, struct err *err)
{
	const char *path[DEPTH_MAX];
	const carquet_schema_node_t *node;
	int32_t n = carquet_schema_column_path(schema, i, path, DEPTH_MAX);
	int def = 0, depth = 0;
	bool repeated, after = false;

	buf_clear(name);
	if (n == 1) {
		buf_adds(name, path[0]);
		if (c->max_rep == 0)
			return 0;
	}
	for (int32_t k = 0; k < n; k++) {
		node = node_named(s, schema, path[k]);
		if (node == NULL)
			return err_set(err, "its schema is damaged");
		repeated = carquet_schema_node_repetition(node) ==
		    CARQUET_REPETITION_REPEATED;
		if (carquet_schema_node_repetition(node) !=
		    CARQUET_REPETITION_REQUIRED)
			def++;
		if (repeated && depth + 1 < DEPTH_MAX)
			c->list_def[++depth] = (int16_t)def;
		if (n > 1 && (k == 0 || !is_filler(path[k], repeated, after)))
			buf_addf(
			    name, "%s%s", name->len > 0 ? "." : "", path[k]);
		after = repeated;
	}
	if (n == 0 || depth != c->max_rep || def != c->max_def)
		return err_set(
		    err, "column %d lies deeper than is read here", i + 1);
	return 0;
}

static size_t
value_size(const struct cursor *c)
{
	int32_t n = c->type == CARQUET_PHYSICAL_BYTE_ARRAY
	    ? (int32_t)sizeof(carquet_byte_array_t)
	    : c->type == CARQUET_PHYSICAL_FIXED_LEN_BYTE_ARRAY
	    ? c->width
	    : carquet_physical_type_size(c->type);

	return n <= 0 ? 0 : (size_t)n;
}

static enum table_kind
column_kind(const struct cursor *c)
{
	if (c->max_rep > 0)
		return TABLE_JSON;
	switch (c->logical.id) {
	case CARQUET_LOGICAL_DATE:
	case CARQUET_LOGICAL_TIMESTAMP: return TABLE_DATE;
	case CARQUET_LOGICAL_TIME: return TABLE_TEXT;
	case CARQUET_LOGICAL_DECIMAL:
	case CARQUET_LOGICAL_FLOAT16: return TABLE_REAL;
	default: break;
	}
	switch (c->type) {
	case CARQUET_PHYSICAL_BOOLEAN: return TABLE_BOOL;
	case CARQUET_PHYSICAL_INT32:
	case CARQUET_PHYSICAL_INT64: return TABLE_INT;
	case CARQUET_PHYSICAL_FLOAT:
	case CARQUET_PHYSICAL_DOUBLE: return TABLE_REAL;
	case CARQUET_PHYSICAL_INT96: return TABLE_DATE;
	default: return TABLE_TEXT;
	}
}

static int
open_column(struct table_reader *r, const carquet_schema_t *schema, int32_t i,
    struct err *err)
{
	struct parquet_state *s = r->state;
	struct cursor *c = &s->cursors[i];
	const carquet_schema_node_t *node = NULL;
	const carquet_logical_type_t *logical;
	const char *path[DEPTH_MAX];
	struct buf name = BUF_INIT;
	int32_t n = carquet_schema_column_path(schema, i, path, DEPTH_MAX);
	int ret = -1;

	if (n > 0)
		node = node_named(s, schema, path[n - 1]);
	if (node == NULL || !carquet_schema_node_is_leaf(node))
		return err_set(err, "its schema is damaged");
	c->type = carquet_schema_node_physical_type(node);
	logical = carquet_schema_node_logical_type(node);
	if (logical != NULL)
		c->logical = *logical;
	c->width = carquet_schema_node_type_length(node);
	c->max_def = carquet_schema_max_def_level(schema, i);
	c->max_rep = carquet_schema_max_rep_level(schema, i);
	c->size = value_size(c);
	if (c->size == 0 || c->size > 65536 || c->max_def < 0 ||
	    c->max_rep < 0) {
		err_set(err, "its schema is damaged");
		goto out;
	}
	if (leaf_path(s, schema, i, c, &name, err) == -1)
		goto out;
	c->values = try_alloc(s->batch, c->size, err);
	if (c->values == NULL)
		goto out;
	/* what a damaged page leaves unset must not be read as pointers */
	memset(c->values, 0, s->batch * c->size);
	c->def = xcalloc(s->batch, sizeof *c->def);
	c->rep = xcalloc(s->batch, sizeof *c->rep);
	columns_add(r, buf_str(&name), name.len, column_kind(c));
	ret = 0;
out:
	buf_free(&name);
	return ret;
}

static int
parquet_open(struct table_reader *r, struct err *err)
{
	struct parquet_state *s = xcalloc(1, sizeof *s);
	carquet_error_t e = CARQUET_ERROR_INIT;
	carquet_reader_options_t o;
	const carquet_schema_t *schema;
	int32_t n;

	r->state = s;
	carquet_reader_options_init(&o);
	o.num_threads = 1;
	s->file = carquet_reader_open(r->path, &o, &e);
	if (s->file == NULL)
		return carquet_failed(err, &e);
	schema = carquet_reader_schema(s->file);
	n = carquet_reader_num_columns(s->file);
	if (n <= 0 || n > TABLE_COLUMNS_MAX)
		return err_set(err, "it has %d columns: 1 to %d are read", n,
		    TABLE_COLUMNS_MAX);
	s->cursors = xcalloc((size_t)n, sizeof *s->cursors);
	s->batch = BATCH_CELLS / (size_t)n;
	s->batch = s->batch > 4096 ? 4096 : s->batch < 16 ? 16 : s->batch;
	s->group = -1;
	s->ngroups = carquet_reader_num_row_groups(s->file);
	for (int32_t i = 0; i < n; i++)
		if (open_column(r, schema, i, err) == -1)
			return err_prefix(err, "column %d", i + 1);
	r->info.rows = carquet_reader_num_rows(s->file);
	r->info.total = r->info.rows < 0 ? 0 : (uint64_t)r->info.rows;
	return columns_done(r, err);
}

static void
parquet_progress(struct table_reader *r)
{
	r->info.done = r->number;
}

static void
parquet_close(struct table_reader *r)
{
	struct parquet_state *s = r->state;
	size_t n = 0;

	if (s == NULL)
		return;
	if (s->file != NULL && s->cursors != NULL)
		n = (size_t)carquet_reader_num_columns(s->file);
	for (size_t i = 0; i < n; i++) {
		carquet_column_reader_free(s->cursors[i].reader);
		free(s->cursors[i].values);
		free(s->cursors[i].def);
		free(s->cursors[i].rep);
	}
	free(s->cursors);
	buf_free(&s->value);
	buf_free(&s->json);
	carquet_reader_close(s->file);
	free(s);
}

const struct reader_ops parquet_reader_ops = {
	.open = parquet_open,
	.next = parquet_next,
	.progress = parquet_progress,
	.close = parquet_close,
};

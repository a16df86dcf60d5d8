/*
 * Writing Parquet, over carquet: rows are gathered into columns, a batch at a
 * time, and a row group ends when it holds enough.
 */
#include <carquet/carquet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/number.h"

#define BATCH_CELLS ((size_t)1 << 21) /* of all columns together */
#define BATCH_BYTES ((size_t)4 << 20)
#define GROUP_BYTES ((size_t)32 << 20)

struct column {
	enum table_kind kind;
	carquet_physical_type_t type;
	size_t size;  /* bytes of a value */
	char *values; /* those that are not null; texts as offsets */
	size_t nvalues;
	int16_t *def; /* 1: there is a value */
};

struct parquet_writer {
	carquet_writer_t *file;
	FILE *stream;
	struct column *columns;
	size_t batch, rows; /* rows it may and does hold */
	struct buf texts;
	size_t group_bytes;
};

static int
write_failed(struct err *err, carquet_status_t status)
{
	return err_set(err, "it cannot be written: %s: is the disk full? "
	    "then free some space", carquet_status_string(status));
}

static carquet_physical_type_t
physical(enum table_kind kind)
{
	switch (kind) {
	case TABLE_DAY: return CARQUET_PHYSICAL_INT32;
	case TABLE_STAMP:
	case TABLE_UTC:
	case TABLE_INT: return CARQUET_PHYSICAL_INT64;
	case TABLE_REAL: return CARQUET_PHYSICAL_DOUBLE;
	case TABLE_FLOAT: return CARQUET_PHYSICAL_FLOAT;
	case TABLE_BOOL: return CARQUET_PHYSICAL_BOOLEAN;
	default: return CARQUET_PHYSICAL_BYTE_ARRAY;
	}
}

/* ---- one value ---- */

static bool
to_int(const struct table_value *v, int64_t *i)
{
	if (v->kind == TABLE_INT) {
		*i = v->i;
		return true;
	}
	if ((v->kind == TABLE_REAL || v->kind == TABLE_FLOAT) &&
	    fabs(v->d) <= 9007199254740992.0 && v->d == floor(v->d)) {
		*i = (int64_t)v->d;
		return true;
	}
	return false;
}

static bool
to_real(const struct table_value *v, double *d)
{
	if (v->kind == TABLE_REAL || v->kind == TABLE_FLOAT) {
		*d = v->d;
		return true;
	}
	*d = (double)v->i;
	return v->kind == TABLE_INT && v->i <= 9007199254740992 &&
	    v->i >= -9007199254740992;
}

/* A date as Parquet counts it: days, or microseconds, since 1970. */
static bool
keep_date(const struct table_value *v, enum table_kind kind, char *to)
{
	int64_t days, us;
	int32_t day;
	enum table_kind is;

	if (v->kind != TABLE_DATE)
		return false;
	is = table_moment(v->text.s, v->text.len, &days, &us);
	if (kind == TABLE_DAY && is == TABLE_DAY) {
		day = (int32_t)days;
		memcpy(to, &day, sizeof day);
		return true;
	}
	us += days * 86400000000;
	memcpy(to, &us, sizeof us);
	return kind != TABLE_DAY && (is == kind ||
	    (is == TABLE_DAY && kind == TABLE_STAMP));
}

/* Append v to the column's values; false where it is of no such kind. */
static bool
keep_value(
    struct table_writer *w, struct column *c, const struct table_value *v)
{
	struct parquet_writer *p = w->state;
	char *to = c->values + c->nvalues * c->size, number[NUMBER_MAX];
	struct {
		size_t from, len;
	} text;
	const char *s;
	uint8_t b;
	int64_t i;
	double d;
	float f;

	switch (c->type) {
	case CARQUET_PHYSICAL_INT32:
		if (!keep_date(v, c->kind, to))
			return false;
		break;
	case CARQUET_PHYSICAL_INT64:
		if (c->kind != TABLE_INT) {
			if (!keep_date(v, c->kind, to))
				return false;
			break;
		}
		if (!to_int(v, &i))
			return false;
		memcpy(to, &i, sizeof i);
		break;
	case CARQUET_PHYSICAL_DOUBLE:
		if (!to_real(v, &d))
			return false;
		memcpy(to, &d, sizeof d);
		break;
	case CARQUET_PHYSICAL_FLOAT:
		if (!to_real(v, &d) ||
		    (v->kind != TABLE_FLOAT && !isnan(d) && (float)d != d))
			return false;
		f = (float)d;
		memcpy(to, &f, sizeof f);
		break;
	case CARQUET_PHYSICAL_BOOLEAN:
		if (v->kind != TABLE_BOOL)
			return false;
		b = v->b;
		memcpy(to, &b, sizeof b);
		break;
	default:
		if (v->kind == TABLE_TEXT || v->kind == TABLE_DATE ||
		    v->kind == TABLE_JSON)
			value_text(w, v, &s, &text.len);
		else
			s = value_string(v, number, &text.len);
		if (text.len > TABLE_RECORD_MAX)
			return false;
		/* texts moves while it grows: pointers come at the end */
		text.from = p->texts.len;
		buf_add(&p->texts, s, text.len);
		memcpy(to, &text, sizeof text);
	}
	p->group_bytes += c->size;
	c->nvalues++;
	return true;
}

/* ---- batches ---- */

static void
texts_to_pointers(struct parquet_writer *p, struct column *c)
{
	struct {
		size_t from, len;
	} text;
	carquet_byte_array_t bytes;

	_Static_assert(sizeof text == sizeof bytes,
	    "one takes the other's "
	    "place");
	for (size_t i = 0; i < c->nvalues; i++) {
		memcpy(&text, c->values + i * c->size, sizeof text);
		memset(&bytes, 0, sizeof bytes);
		bytes.data = (uint8_t *)p->texts.data + text.from;
		bytes.length = (int32_t)text.len;
		memcpy(c->values + i * c->size, &bytes, sizeof bytes);
	}
}

static int
flush_batch(struct table_writer *w, struct err *err)
{
	struct parquet_writer *p = w->state;
	carquet_status_t status;
	struct column *c;

	if (p->rows == 0)
		return 0;
	for (size_t i = 0; i < w->ncolumns; i++) {
		c = &p->columns[i];
		if (c->type == CARQUET_PHYSICAL_BYTE_ARRAY)
			texts_to_pointers(p, c);
		status = carquet_writer_write_batch(p->file, (int32_t)i,
		    c->values, (int64_t)p->rows, c->def, NULL);
		if (status != CARQUET_OK)
			return write_failed(err, status);
		c->nvalues = 0;
	}
	p->group_bytes += p->texts.len;
	buf_clear(&p->texts);
	p->rows = 0;
	if (p->group_bytes < GROUP_BYTES)
		return 0;
	p->group_bytes = 0;
	status = carquet_writer_new_row_group(p->file);
	return status == CARQUET_OK ? 0 : write_failed(err, status);
}

static int
parquet_put(
    struct table_writer *w, const struct table_value *v, struct err *err)
{
	struct parquet_writer *p = w->state;
	struct column *c;

	for (size_t i = 0; i < w->ncolumns; i++) {
		c = &p->columns[i];
		c->def[p->rows] = !v[i].null;
		if (!v[i].null && !keep_value(w, c, &v[i]))
			return err_set(err,
			    "row %llu, column %s: a value "
			    "that the column's type cannot hold",
			    (unsigned long long)w->written.rows + 1,
			    w->columns[i].name);
	}
	p->rows++;
	return p->rows == p->batch || p->texts.len > BATCH_BYTES
	    ? flush_batch(w, err)
	    : 0;
}

/* ---- the file ---- */

/* What the physical type stands for; false: itself. */
static bool
logical(enum table_kind kind, carquet_logical_type_t *out)
{
	*out = (carquet_logical_type_t){ .id = CARQUET_LOGICAL_STRING };
	switch (kind) {
	case TABLE_DAY: out->id = CARQUET_LOGICAL_DATE; return true;
	case TABLE_STAMP:
	case TABLE_UTC:
		out->id = CARQUET_LOGICAL_TIMESTAMP;
		out->params.timestamp.unit = CARQUET_TIME_UNIT_MICROS;
		out->params.timestamp.is_adjusted_to_utc = kind == TABLE_UTC;
		return true;
	default: return physical(kind) == CARQUET_PHYSICAL_BYTE_ARRAY;
	}
}

static int
add_column(
    struct table_writer *w, carquet_schema_t *schema, size_t i, struct err *err)
{
	struct parquet_writer *p = w->state;
	struct column *c = &p->columns[i];
	carquet_logical_type_t means;
	carquet_status_t status;

	c->kind = w->columns[i].kind;
	c->type = physical(c->kind);
	c->size = c->type == CARQUET_PHYSICAL_BYTE_ARRAY
	    ? sizeof(carquet_byte_array_t)
	    : (size_t)carquet_physical_type_size(c->type);
	c->values = xcalloc(p->batch, c->size);
	c->def = xcalloc(p->batch, sizeof *c->def);
	status = carquet_schema_add_column(schema, w->columns[i].name, c->type,
	    logical(c->kind, &means) ? &means : NULL,
	    CARQUET_REPETITION_OPTIONAL, 0, 0);
	return status == CARQUET_OK ? 0 : write_failed(err, status);
}

static int
parquet_create(struct table_writer *w, struct err *err)
{
	struct parquet_writer *p = xcalloc(1, sizeof *p);
	carquet_error_t e = CARQUET_ERROR_INIT;
	carquet_writer_options_t o;
	carquet_schema_t *schema;
	int ret = -1;

	w->state = p;
	p->columns = xcalloc(w->ncolumns, sizeof *p->columns);
	p->batch = BATCH_CELLS / w->ncolumns;
	p->batch = p->batch > 4096 ? 4096 : p->batch < 16 ? 16 : p->batch;
	schema = carquet_schema_create(&e);
	if (schema == NULL)
		return err_set(err, "%s", e.message);
	for (size_t i = 0; i < w->ncolumns; i++)
		if (add_column(w, schema, i, err) == -1)
			goto out;
	carquet_writer_options_init(&o);
	o.compression = CARQUET_COMPRESSION_ZSTD;
	o.row_group_size = (int64_t)1 << 40; /* we end them */
	o.write_arrow_schema = false;
	o.created_by = "tagtiger";
	o.async_io = false; /* threads are job.c's */
	p->stream = fopen(w->temp, "wb");
	if (p->stream == NULL) {
		err_set_errno(err, "it cannot be written");
		goto out;
	}
	p->file = carquet_writer_create_file(p->stream, schema, &o, &e);
	ret = p->file != NULL
	    ? 0
	    : err_set(err, "it cannot be written: %s", e.message);
out:
	carquet_schema_free(schema);
	return ret;
}

static int
parquet_finish(struct table_writer *w, struct err *err)
{
	struct parquet_writer *p = w->state;
	carquet_status_t status;
	FILE *stream = p->stream;

	if (flush_batch(w, err) == -1)
		return -1;
	status = carquet_writer_close(p->file);
	p->file = NULL;
	p->stream = NULL;
	if (fclose(stream) != 0 && status == CARQUET_OK)
		return err_set_errno(err, "it cannot be written");
	return status == CARQUET_OK ? 0 : write_failed(err, status);
}

static void
parquet_close(struct table_writer *w)
{
	struct parquet_writer *p = w->state;

	if (p == NULL)
		return;
	if (p->file != NULL)
		carquet_writer_abort(p->file);
	if (p->stream != NULL)
		fclose(p->stream);
	for (size_t i = 0; p->columns != NULL && i < w->ncolumns; i++) {
		free(p->columns[i].values);
		free(p->columns[i].def);
	}
	free(p->columns);
	buf_free(&p->texts);
	free(p);
}

const struct writer_ops parquet_writer_ops = {
	.columns_max = TABLE_COLUMNS_MAX,
	.by_name = true,
	.open = parquet_create,
	.put = parquet_put,
	.finish = parquet_finish,
	.close = parquet_close,
};

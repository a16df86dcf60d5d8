/*
 * Tables in files: csv (any separator and encoding), xlsx, Parquet and jsonl
 * behind one reader, which streams rows in memory that does not grow with the
 * file, and one writer, whose file appears under its name only when complete.
 *
 * A reader or writer belongs to one thread at a time; several may be in use.
 * Every string handed out is valid UTF-8 without NUL bytes, and followed by
 * one.
 */
#ifndef TAGTIGER_TABLE_H
#define TAGTIGER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum table_format {
	TABLE_AUTO, /* by the file's first bytes, then by its name */
	TABLE_CSV,
	TABLE_XLSX,
	TABLE_PARQUET,
	TABLE_JSONL,
};

/* What a cell or column holds. Csv knows text only. */
enum table_kind {
	TABLE_TEXT,
	TABLE_INT,   /* int64 */
	TABLE_REAL,  /* double */
	TABLE_FLOAT, /* float: as TABLE_REAL, in fewer digits and bytes */
	TABLE_BOOL,  /* "true", "false" */
	TABLE_DATE,  /* ISO 8601: 2024-01-31, 2024-01-31T12:00:00 */
	TABLE_JSON,  /* lists and objects, as JSON text */

	/* Of columns to write, whose values are TABLE_DATE: days, days with
	 * a time, and those in UTC. Parquet types them as such, xlsx does but
	 * the last. */
	TABLE_DAY,
	TABLE_STAMP,
	TABLE_UTC,
};

/* Which of these a TABLE_DATE is, in days since 1970 and microseconds of the
 * day; TABLE_TEXT: none, or it has more digits than that. */
enum table_kind table_moment(const char *s, size_t len, int64_t *days,
    int64_t *us);

/* What a kind of cells is called: "text", "int", "real", "bool", "date",
 * "json"; and back, TABLE_TEXT where it is none. */
const char *table_kind_name(enum table_kind kind);
enum table_kind table_kind_of(const char *name);

/* The name of a format ("csv"), and the format of a name or of a file name's
 * ending; TABLE_AUTO where there is none. */
const char *table_format_name(enum table_format f);
enum table_format table_format_of(const char *name);
enum table_format table_format_of_path(const char *path);

/* A separator as people write it: one ASCII character, "tab" or "\t". */
bool table_separator(const char *s, char *out);

/* ---- reading ---- */

struct table_options {
	enum table_format format;
	/* csv: the separator; 0: found among , ; tab | */
	char sep;
	/* csv, jsonl: a name that iconv knows; NULL: the byte order mark's,
	 * else UTF-8 */
	const char *encoding;
	/* xlsx: NULL: the first visible sheet */
	const char *sheet;
	/* Bytes that are invalid in the encoding (and NUL) become U+FFFD and
	 * are counted, instead of ending the reading with an error. */
	bool replace_invalid;
	/* csv: quotes are ordinary characters */
	bool no_quotes;
};

struct table_column {
	const char *name;
	enum table_kind kind; /* reading: a hint; cells may differ */
};

struct table_cell {
	const char *s; /* never NULL; "" when null */
	size_t len;
	bool null; /* Parquet and jsonl null, xlsx missing; never in csv */
	enum table_kind kind;
};

/*
 * One row; all of it is valid until the next table_next. ncells differs from
 * table_ncolumns only where the row is ragged (csv; xlsx cells to the right
 * of the header): fewer cells, or more.
 */
struct table_row {
	const struct table_cell *cells;
	size_t ncells;
	uint64_t number; /* of the record, from 1, the header not counted */
	uint64_t line;   /* where it starts in the file, from 1: csv, jsonl a
			  * line, xlsx the sheet's row; Parquet: the number */
};

struct table_info {
	enum table_format format;
	const char *encoding;      /* "UTF-8"; NULL: the format fixes it */
	bool encoding_assumed;     /* not given, and no byte order mark */
	char sep;                  /* csv */
	const char *sheet;         /* xlsx: the one read */
	const char *const *sheets; /* xlsx: all */
	size_t nsheets;
	int64_t rows;         /* in all; -1: not known before the end */
	uint64_t done, total; /* for a progress bar; total 0: unknown */
	uint64_t replaced;    /* invalid bytes replaced so far */
	uint64_t blank;       /* empty lines or rows passed over so far */
	/* What the user should hear, a sentence each: columns renamed, keys
	 * that came too late to be columns. Grows while reading. */
	const char *const *notes;
	size_t nnotes;
};

struct table_reader;

/*
 * Open and read up to the header. NULL fills err: no such file, not readable,
 * not of the format, no header, no such sheet or encoding. options may be
 * NULL. Columns without a name are called column_N (N from 1); a name that
 * comes again gets _2, _3, ...: both are said in the notes. At most 32,767
 * columns are read (Parquet: 9,999, which is carquet's own limit).
 */
struct table_reader *table_open(
    const char *path, const struct table_options *options, struct err *err);
void table_close(struct table_reader *r);

size_t table_ncolumns(const struct table_reader *r);
const struct table_column *table_column(const struct table_reader *r, size_t i);
/* The column's number, or -1: exact match, else one that alone matches
 * when letter case is left aside. */
int table_column_find(const struct table_reader *r, const char *name);

/*
 * The next row: 1; 0 at the end; -1 fills err with what is wrong and its row
 * and column, and the reader is good only for table_close.
 */
int table_next(struct table_reader *r, struct table_row *row, struct err *err);

/* Valid until the next call with r. */
const struct table_info *table_info(struct table_reader *r);

/* ---- writing ---- */

struct table_value {
	bool null;
	enum table_kind kind;
	union {
		struct {
			const char *s;
			size_t len;
		} text; /* also TABLE_DATE and TABLE_JSON */
		int64_t i;
		double d; /* also TABLE_FLOAT */
		bool b;
	};
};

static inline struct table_value
table_null(void)
{
	return (struct table_value){ .null = true };
}

static inline struct table_value
table_textn(const char *s, size_t len)
{
	return (struct table_value){ .kind = TABLE_TEXT, .text = { s, len } };
}

/* NUL-terminated; NULL makes a null cell. */
struct table_value table_text(const char *s);

static inline struct table_value
table_int(int64_t i)
{
	return (struct table_value){ .kind = TABLE_INT, .i = i };
}

static inline struct table_value
table_real(double d)
{
	return (struct table_value){ .kind = TABLE_REAL, .d = d };
}

static inline struct table_value
table_float(float d)
{
	return (struct table_value){ .kind = TABLE_FLOAT, .d = d };
}

struct table_write_options {
	/* csv: a text that a spreadsheet would run as a formula (= + - @ tab
	 * or return first) gets an apostrophe before it */
	bool guard;
	char sep;          /* csv; 0: comma */
	const char *sheet; /* xlsx: its name; NULL: "Sheet1" */
};

/* What table_finish says about the file. */
struct table_written {
	uint64_t rows;
	uint64_t bytes;
	uint64_t truncated; /* xlsx: cells cut to Excel's 32,767 */
	uint64_t guarded;   /* csv: cells that got an apostrophe */
	uint64_t replaced;  /* NULs and invalid bytes that became U+FFFD */
};

struct table_writer;

/*
 * Write a new file of that format (not TABLE_AUTO) beside path, under a
 * temporary name; names are copied, options may be NULL. Errors: a folder
 * that cannot be written, too many columns for the format, two columns of one
 * name. Columns: xlsx 16,384, the others 32,767.
 *
 * Csv has a header line, LF line ends, quotes where needed, no byte order
 * mark; a null is an empty cell and an empty text is "". Xlsx cells are
 * strings, numbers or dates, never formulas; whole numbers beyond 15 digits are
 * written as strings, since Excel would round them. Parquet is ZSTD, every
 * column nullable and typed by its kind. Jsonl is an object a line.
 */
struct table_writer *table_create(const char *path, enum table_format format,
    const struct table_column *columns, size_t ncolumns,
    const struct table_write_options *options, struct err *err);
/* One row of ncolumns values, copied. A value's kind may differ from its
 * column's in csv, xlsx and jsonl; in Parquet it is converted where nothing
 * is lost, else an error. After an error only table_abandon is left. */
int table_put(
    struct table_writer *w, const struct table_value *values, struct err *err);
/* Complete the file, sync it, give it its name; frees w in any case. On an
 * error nothing is left and an older file of that name stays as it was.
 * written may be NULL. */
int table_finish(
    struct table_writer *w, struct table_written *written, struct err *err);
void table_abandon(struct table_writer *w); /* leaves nothing; NULL is fine */

#endif

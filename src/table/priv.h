/*
 * What the files of the table layer share: the body of a reader with its row,
 * text as it comes out of a file of any encoding, and the two tables of
 * functions that a format fills in.
 */
#ifndef TABLE_PRIV_H
#define TABLE_PRIV_H

#include <iconv.h>

#include "tagtiger/buf.h"
#include "tagtiger/table.h"

struct err;

/* A record or cell beyond this is taken for a mistake in the file. */
#define TABLE_RECORD_MAX  ((size_t)256 << 20)
#define TABLE_COLUMNS_MAX 32767
#define TABLE_CELLS_MAX   ((size_t)1 << 20)

/* ---- readers ---- */

struct reader_ops {
	/* Fill r->columns (columns_add, columns_done) and r->info. */
	int (*open)(struct table_reader *r, struct err *err);
	/* Fill r->row by row_add; set r->line; 1, 0 or -1. */
	int (*next)(struct table_reader *r, struct err *err);
	void (*progress)(struct table_reader *r); /* info.done; may be NULL */
	void (*close)(struct table_reader *r);    /* after any open */
};

struct table_reader {
	const struct reader_ops *ops;
	void *state; /* the format's */
	const char *path;
	struct table_options options;

	struct table_column *columns;
	size_t ncolumns, columns_cap;
	struct strmap *names; /* of the columns as the file has them */
	struct strmap *taken; /* names given, to number double ones */

	struct table_cell *cells; /* s is an offset into text until the end */
	size_t ncells, cells_cap;
	struct buf text;
	uint64_t number, line;

	struct table_info info;
	char **notes;
	size_t notes_cap;
	bool over; /* the end or an error was met */
};

extern const struct reader_ops csv_reader_ops, xlsx_reader_ops,
    parquet_reader_ops, jsonl_reader_ops;

void columns_add(
    struct table_reader *r, const char *name, size_t len, enum table_kind kind);
/* Names those without one and those that come again, with notes. */
int columns_done(struct table_reader *r, struct err *err);
void note_add(struct table_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static inline void
row_clear(struct table_reader *r)
{
	r->ncells = 0;
	r->text.len = 0;
}
void row_add(struct table_reader *r, const char *s, size_t len, bool null,
    enum table_kind kind);
/* Names the place where the row under way is: row, line and column. */
const char *row_place(
    const struct table_reader *r, size_t column, char *out, size_t size);

/* A day counted from 1970-01-01, in the Gregorian calendar, as "2024-01-31";
 * returns the length. */
#define DATE_MAX 32
size_t date_iso(int64_t days, char out[DATE_MAX]);

/* ---- text files ---- */

enum source_got {
	SOURCE_FAIL = -1, /* err is filled */
	SOURCE_END,
	SOURCE_DATA,
	SOURCE_BAD, /* here are invalid bytes: source_complain says which */
};

struct source {
	int fd;
	const char *encoding; /* as said to the user */
	bool assumed, replace;
	iconv_t cd;         /* (iconv_t)-1: UTF-8 already */
	unsigned char *raw; /* bytes of the file */
	size_t pos, end;    /* what of raw is still to come */
	char *out;          /* decoded, where cd is used */
	bool eof, started;
	size_t bad; /* 1 + offset in raw of invalid bytes */
	uint64_t size, done, replaced;
};

int source_open(struct source *s, const char *path,
    const struct table_options *o, struct err *err);
void source_close(struct source *s);
/* The next piece of valid UTF-8 without NUL; it may begin and end anywhere
 * between two characters. */
enum source_got source_next(
    struct source *s, const char **data, size_t *len, struct err *err);
/* Fill err after SOURCE_BAD; where: "row 3, column 2". Returns -1. */
int source_complain(const struct source *s, const char *where, struct err *err);
void source_info(const struct source *s, struct table_info *info);

/* ---- writers ---- */

struct writer_ops {
	size_t columns_max;
	bool by_name; /* a library writes it under its name */
	int (*open)(struct table_writer *w, struct err *err);
	int (*put)(struct table_writer *w, const struct table_value *v,
	    struct err *err);
	/* Complete what lies at w->temp; not called after an error. */
	int (*finish)(struct table_writer *w, struct err *err);
	void (*close)(struct table_writer *w); /* after any open */
};

struct table_writer {
	const struct writer_ops *ops;
	void *state;
	char *path; /* resolved */
	char *temp; /* NULL: path is no regular file, written in place */
	int fd;     /* of temp; formats that write by name leave it */
	struct table_column *columns;
	size_t ncolumns;
	struct table_write_options options;
	struct table_written written;
	struct buf out; /* of the text formats */
	struct buf scratch;
	bool opened, failed;
};

extern const struct writer_ops csv_writer_ops, xlsx_writer_ops,
    parquet_writer_ops, jsonl_writer_ops;

/* Write out w->out when it is large, or in any case. */
int writer_drain(struct table_writer *w, bool all, struct err *err);
/* The text of a value that is no text, shortest that reads back the same;
 * *len its length. buf holds at least 32 bytes. */
const char *value_string(const struct table_value *v, char *buf, size_t *len);
/* The text of v, with invalid bytes and NULs replaced (counted). */
void value_text(struct table_writer *w, const struct table_value *v,
    const char **s, size_t *len);

#endif

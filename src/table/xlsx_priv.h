/*
 * What the two halves of the xlsx reader share: the package (zip, XML parts,
 * styles, shared strings) and the sheet.
 */
#ifndef TABLE_XLSX_PRIV_H
#define TABLE_XLSX_PRIV_H

#include <expat.h>
#include <minizip/unzip.h>

#include "tagtiger/buf.h"
#include "tagtiger/err.h"

/* Excel's own limits. */
#define XLSX_ROWS    1048576
#define XLSX_COLUMNS 16384

/* How a number with some style is meant. */
enum xlsx_date {
	XLSX_NUMBER = 0,
	XLSX_DATE = 1,
	XLSX_TIME = 2,   /* may be joined with XLSX_DATE */
	XLSX_EITHER = 4, /* built-in of an Asian Excel: the value decides */
};

/* One XML part of the package, unpacked and parsed a piece at a time. */
struct xlsx_part {
	unzFile zip;
	bool open;
	XML_Parser xml;
	uint64_t size, done; /* unpacked bytes */
	struct err err;      /* what a handler found wrong */
	bool over;
	void *arg; /* the handlers' */
};

/* err is prefixed with the part's name. Handlers get the struct xlsx_part. */
int part_open(struct xlsx_part *p, unzFile zip, const char *name,
    XML_StartElementHandler start, XML_EndElementHandler end,
    XML_CharacterDataHandler text, void *arg, struct err *err);
/* Parse on: 1 when a handler suspended (XML_StopParser(p->xml, XML_TRUE)),
 * 0 at the end of the part, -1 on an error. */
int part_parse(struct xlsx_part *p, struct err *err);
void part_close(struct xlsx_part *p);
/* For handlers: remember what is wrong and stop. */
void part_fail(struct xlsx_part *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool part_exists(unzFile zip, const char *name);

/* The name without its namespace's prefix; attribute `name` or NULL. */
const char *xml_local(const char *name);
const char *xml_attr(const char **attrs, const char *name);
/* Undo _xHHHH_ in place (ECMA-376, 22.4.2.4 ST_Xstring). Escapes that make
 * no character are left as they are. */
void xstring_decode(struct buf *b);

/* Strings by number; beyond some size they live in an unlinked file. */
struct xlsx_strings {
	struct buf mem, one;
	uint64_t *ends; /* of each string, counted from the first's start */
	size_t n, cap;
	uint64_t spilled; /* bytes in the file */
	int fd;
};

int strings_load(
    struct xlsx_strings *s, unzFile zip, const char *part, struct err *err);
/* String i, valid until the next call; -1 where there is none. */
int strings_get(struct xlsx_strings *s, size_t i, const char **text,
    size_t *len, struct err *err);
void strings_free(struct xlsx_strings *s);

/* Cell formats by number: an enum xlsx_date each. */
struct xlsx_styles {
	unsigned char *kinds;
	size_t n, cap;
};

int styles_load(
    struct xlsx_styles *s, unzFile zip, const char *part, struct err *err);

struct xlsx_sheet {
	char *name, *part;
	char *id; /* of the relation, until it is resolved */
	bool hidden;
};

struct xlsx_book {
	struct xlsx_sheet *sheets;
	size_t nsheets, cap;
	char *strings, *styles; /* parts; NULL: none */
	bool date1904;
};

int book_load(struct xlsx_book *b, unzFile zip, struct err *err);
void book_free(struct xlsx_book *b);

#endif

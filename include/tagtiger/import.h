/*
 * From a file of texts to a project, and more texts or annotations into one.
 * A file is read once; rows that cannot be used are refused or dropped, and
 * always counted and named by their numbers. When an import fails nothing of
 * it stays.
 */
#ifndef TAGTIGER_IMPORT_H
#define TAGTIGER_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/doc.h"
#include "tagtiger/scheme.h"
#include "tagtiger/table.h"

struct err;
struct progress;
struct project;

struct import_label {
	const char *column;
	enum scheme_kind kind;
	const char *sep; /* multi-label: between labels in a cell */
};

struct import_spec {
	const char *file;
	struct table_options table;
	const char *id; /* column; NULL: rows are numbered */
	char *const *text;
	size_t ntext; /* columns, joined by a blank line */
	const struct import_label *label;
	size_t nlabel;
	char *const *context;
	size_t ncontext;
	bool drop; /* rows that cannot be used; else they end the import */

	/* A new project's. */
	const char *lang;
	size_t valid, test, train;
	bool train_all;	      /* the rest of the rows; train is not read */
	const char *stratify; /* column, for validation and test */
	bool proportional;
	bool clear_test; /* the labels that the file gives test rows */
	uint64_t seed;

	/* More texts: where they go. */
	enum set set;

	bool check; /* report, and write nothing */
};

/* Why a row was not used. */
enum import_fault {
	FAULT_RAGGED,	  /* more or fewer cells than columns */
	FAULT_EMPTY_ID,
	FAULT_TWICE,	  /* an id that another row or text has */
	FAULT_EMPTY_TEXT,
	FAULT_UNKNOWN_ID, /* annotations: no text has it */
	FAULT_AMBIGUOUS,  /* annotations: known by a text that several have */
	FAULT_BAD_LABEL,  /* annotations: several in a multi-class scheme */
	FAULT_BAD_TIME,	  /* annotations: no moment */
	FAULT_COUNT
};

#define FAULT_ROWS 20 /* row numbers kept of each kind */

struct import_faults {
	uint64_t count[FAULT_COUNT];
	uint64_t row[FAULT_COUNT][FAULT_ROWS]; /* from 1, header not counted */
	char *column[FAULT_COUNT]; /* where it is; NULL: in the whole row */
};

bool import_faulty(const struct import_faults *f);
/* Is a file of such rows refused, where they are not to be left out? */
bool import_refused(const struct import_faults *f);
const char *import_fault_name(enum import_fault fault); /* "empty text" */
/* "3 rows with an empty text (column body): 4, 18, 77"; "" where there is
 * none. Caller frees. */
char *import_fault_text(const struct import_faults *f,
    enum import_fault fault);

struct import_stratum {
	char *name;
	size_t there; /* rows of the category */
	size_t taken[SET_COUNT];
};

struct import_names {
	char **v;
	size_t n, cap;
};
void import_name_add(struct import_names *names, const char *s, size_t len);
void import_names_free(struct import_names *names);

/* A text that has another label by the same annotator already. */
struct import_conflict {
	uint64_t row;
	char *id, *have, *now; /* labels joined by " | " */
};

/* Programs whose exports are read as they are. */
enum import_from {
	FROM_TABLE, /* none: columns are named */
	FROM_DOCCANO,
	FROM_LABEL_STUDIO,
	FROM_PRODIGY,
	FROM_COUNT
};
const char *import_from_name(enum import_from from); /* "doccano" */

struct import_report {
	uint64_t rows, kept; /* of the file; in the project */
	struct doc_total total; /* of all texts of the project, then */
	struct import_faults faults;
	struct table_info info; /* format, encoding, separator, sheet; the
				 * lists in it are not kept */
	char encoding[64], sheet[128];
	size_t sets[SET_COUNT]; /* rows that went there */
	uint64_t annotated;	/* rows with a label of any scheme */
	uint64_t revived; /* had been dropped: back with their labels, */
	uint64_t anew;	  /* or, their text being another one, without */
	uint64_t cleared;	/* test rows whose labels were dropped */
	/* annotations: see below */
	uint64_t same, kept_own, replaced, added, unfilled, passed_over;
	uint64_t comments, flags; /* that came along */
	uint64_t others; /* what they say is no label of a text */
	enum import_from from;
	struct import_names unknown; /* ids (or texts, cut) of no text */
	struct import_names labels;  /* that were made */
	struct import_conflict *conflicts; /* the first FAULT_ROWS */
	uint64_t nconflicts;		   /* all */
	unsigned strata_sets; /* bits: were drawn by them */
	struct import_stratum *strata;
	size_t nstrata;
	bool compared;	/* with the texts of train: */
	uint64_t twins; /* of validation or test that stand there too, */
	struct import_names twin_ids; /* the first FAULT_ROWS, if stored */
	char **notes; /* sentences */
	size_t nnotes;
};
void import_report_free(struct import_report *r);

/* Make the project file `path` from spec. */
int import_new(const char *path, const struct import_spec *spec,
    struct import_report *report, struct progress *progress, struct err *err);

/* More texts, into spec->set. Columns are matched by name; what the project
 * does not have is left out and noted. */
int import_texts(struct project *p, const struct import_spec *spec,
    struct import_report *report, struct progress *progress, struct err *err);

/* More texts of the set `rest` into another set, at random. */
int import_draw(struct project *p, enum set set, size_t want,
    const char *stratify, bool proportional, uint64_t seed,
    struct import_report *report, struct progress *progress,
    struct err *err);

/*
 * Labels for texts of any set: a table with columns of ids and labels, or an
 * export of another program, known by its shape unless `from` says it. Texts
 * are found by id; in an export without ids that are ours, by their exact
 * text.
 *
 * In whose name: `as`, else what the column or the export says, else this
 * account. A text that has an equal label by the same annotator is counted
 * (report->same), as are empty cells (unfilled) and what an export says was
 * rejected, ignored or cancelled (passed_over). One that has another label is
 * a conflict: it keeps it (kept_own), the file's replaces it (replaced), or
 * the file's is stored as a second annotator's, who is then `as` (added). A
 * comment goes where the label goes; one that is there already stays, unless
 * the file's is to replace it.
 */
enum on_conflict { CONFLICT_KEEP, CONFLICT_REPLACE, CONFLICT_ADD };

struct import_annotations {
	const char *file;
	struct table_options table;
	bool guess;		/* from: by its shape, where `label` is NULL */
	enum import_from from;
	const char *id, *label; /* columns; of an export: keys, or NULL */
	const char *text;	/* of an export: key, or NULL */
	const char *annotator;	/* column or NULL */
	const char *comment, *flag, *when; /* columns or NULL */
	const char *as;		/* name or NULL */
	const char *scheme;	/* name; NULL: the column's, else `current` */
	int64_t current;	/* scheme */
	const char *sep;	/* multi-label */
	enum on_conflict on_conflict;
	bool drop;  /* rows that cannot be used; those of unknown texts are
		     * left out always, unless all are */
	bool check; /* report, and write nothing */
};
int import_annotations(struct project *p,
    const struct import_annotations *spec, struct import_report *report,
    struct progress *progress, struct err *err);

/* What a form shows of a file before anything is written. */
struct preview_column {
	char *name;
	enum table_kind kind;
	char *first[3]; /* the first values that are not empty, cut short */
	uint64_t filled, distinct;
	bool distinct_more; /* than were counted */
};
struct import_preview {
	struct table_info info; /* as in the report */
	char encoding[64], sheet[128];
	char **sheets; /* xlsx: all */
	size_t nsheets;
	uint64_t rows, ragged;
	struct preview_column *columns;
	size_t ncolumns;
};
int import_preview(const char *file, const struct table_options *options,
    struct import_preview *out, struct progress *progress, struct err *err);
void import_preview_free(struct import_preview *v);

#endif

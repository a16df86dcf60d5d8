/* What the task layer shares with itself. */
#ifndef TAGTIGER_TASK_PRIV_H
#define TAGTIGER_TASK_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/import.h"

struct project;
struct strmap;

/* ---- scan.c: all texts, on several processors ---- */

struct progress;
struct project;
struct regex;

#define SCAN_SHARE 2048 /* texts */

/*
 * fn is called for texts from..to until all up to max have had their turn, on
 * any thread and with a connection that reads. Shares begin in rising order.
 */
struct scan_work {
	int64_t max; /* doc_max */
	int (*fn)(void *arg, struct project *reader, int64_t from, int64_t to,
	    struct err *err);
	void *arg;
	struct progress *progress; /* a step a text; or NULL */
};
int scan_texts(struct project *p, const struct scan_work *work,
    struct err *err);
/* Of the texts from..to those where hits (by seq) is not 0 are looked at, and
 * it becomes whether they match. */
int scan_match(struct project *p, const struct regex *re, int64_t from,
    int64_t to, uint8_t *hits, struct err *err);

/* ---- import_report.c ---- */

void import_fault_add(struct import_faults *f, enum import_fault fault,
    uint64_t row);
/* Where such a fault is: the column, or several joined by a comma. */
void import_fault_column(struct import_faults *f, enum import_fault fault,
    const char *name);
/* -1 and err where there is any fault and rows are not to be dropped. */
int import_fault_check(const struct import_faults *f, bool drop,
    struct err *err);
void import_note(struct import_report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void import_conflict_add(struct import_report *r,
    const struct import_conflict *take);
/* What the log says of an import: its file, rows, and what is added to it. */
struct cJSON *import_log_new(const char *file, const struct import_report *r);
int import_log_add(struct project *p, int64_t scheme, struct cJSON *take,
    struct err *err);
/* Copies what the reader says about itself into the report. */
void import_report_info(struct import_report *r, struct table_reader *t);

/* ---- import_row.c: what import_new and import_texts do with rows ---- */

/* A row's label: several a row in a multi-label scheme. */
struct row_label {
	uint32_t row; /* from 0, of the kept ones */
	int32_t code; /* which name */
};

struct label_column {
	int column; /* of the file */
	const struct import_label *spec;
	struct strmap *names;
	struct row_label *rows;
	size_t n, cap;
};

/* The columns of a file and what is kept in memory of its rows. */
struct import_rows {
	const struct import_spec *spec;
	struct table_reader *reader;
	int id, *text, stratify; /* columns of the file; -1: none */
	int *cell_of;		 /* (columns of the project) of the file, -1 */
	unsigned *seen; /* (the same) a bit for each kind of cell */
	bool fresh;	/* the project is new: no text has columns yet */
	size_t ncells;
	struct label_column *label; /* (spec->nlabel) */

	size_t n, cap; /* kept rows */
	int64_t *seq;
	bool *labelled;
	int32_t *stratum;
	struct strmap *strata;
	bool hashing;	/* twins are looked for: */
	uint64_t *hash; /* of each text, where they are */
};

int import_rows_open(struct import_rows *r, const struct import_spec *spec,
    struct err *err);
/* All rows into the project, each into `set`. */
int import_rows_read(struct import_rows *r, struct project *p, enum set set,
    struct import_report *report, struct progress *progress,
    struct err *err);
void import_rows_free(struct import_rows *r);
/* The column of that name, else -1 and an error with the names there are. */
int import_column(const struct table_reader *t, const char *file,
    const char *name, struct err *err);
/* Labels in a multi-label cell: calls fn with each, trimmed, not empty. */
void import_split(const char *cell, size_t len, const char *sep,
    void (*fn)(void *arg, const char *s, size_t len), void *arg);
/* The next row that holds anything; as table_next. */
int import_next(struct table_reader *t, struct table_row *row,
    struct err *err);
/* More or fewer cells than there are columns. */
bool import_ragged(const struct table_reader *t, const struct table_row *row);
/* Without white space at both ends. */
const char *import_trim(const char *s, size_t *len);

/* ---- import_source.c: annotations as a file has them ---- */

struct cJSON;
struct column;

struct annot_source {
	const struct import_annotations *spec;
	const struct column *own; /* (nown) the project's columns */
	size_t nown;
	enum import_from from;
	struct table_reader *reader;
	const char *own_id; /* what the project's own column of ids is called */
	/* columns; -1: none */
	int id, label, annotator, text, comment, flag, when;
	int data, annotations, answer, accept, options, meta; /* of exports */
	char *question; /* Label Studio: whose answers are read */
};

/* One annotation. Strings are valid while it is handed on. */
struct annot_item {
	char *id, *text, *annotator, *comment; /* NULL: not said */
	int64_t when; /* ms since 1970; 0: not said */
	struct import_names labels;
	const char *sep;  /* a label is a cell of several, perhaps; or NULL */
	bool passed_over; /* rejected, ignored or cancelled */
	bool more; /* labels of a text come one by one: add to the others */
	bool flag;
	bool other;	/* it says something that is no label of a text */
	bool bad_when;	/* the cell of the time holds none */
};
typedef int annot_item_fn(void *arg, const struct annot_item *item);

int annot_source_open(struct annot_source *s,
    const struct import_annotations *spec, struct err *err);
/* fn with each annotation of a row; -1 when it, or the row, is wrong. */
int annot_source_row(struct annot_source *s, const struct table_row *row,
    annot_item_fn *fn, void *arg, struct err *err);
void annot_source_close(struct annot_source *s);
/* What a column is called, for errors. */
const char *annot_source_column(const struct annot_source *s, int column);

/* What the readers of exports share. */
void annot_item_free(struct annot_item *item);
/* A string, or a number in its digits; NULL for others. Caller frees. */
char *annot_plain(const struct cJSON *j);
struct cJSON *annot_cell_json(const struct annot_source *s,
    const struct table_row *row, int column);
/* "a", ["a", "b"], {"choices": [...]}, several of these; {"a": 1, "b": 0}. */
void annot_labels(const struct cJSON *j, struct annot_item *item);
/* All texts of a list, joined by " | "; NULL where there is none. */
char *annot_joined(const struct cJSON *list);
/* The member of a nested object under the key that was asked for, else under
 * what the project calls its ids, else "id". */
char *annot_nested_id(const struct annot_source *s,
    const struct cJSON *object);
int annot_column(const struct annot_source *s, const char *name);

/* ---- import_studio.c: Label Studio ---- */

/* JSON of tasks, each with its annotations? Else a row is an annotation, and
 * label_studio_open finds its columns. */
bool label_studio_tasks(struct annot_source *s);
int label_studio_open(struct annot_source *s, struct err *err);
int label_studio_row(struct annot_source *s, const struct table_row *row,
    annot_item_fn *fn, void *arg, struct err *err);
/* Accounts of theirs that are known by a number alone. */
char *label_studio_person(char *take, bool number);

/* ---- import_stage.c: a file's annotations in memory, with their texts ---- */

#define NOBODY UINT32_MAX

struct staged {
	int64_t doc;
	uint64_t row;
	uint32_t labels; /* which list of labels */
	uint32_t remark; /* which remark */
};
/* What one says besides labels, mostly the same as the last. */
struct remark {
	char *comment;	 /* NULL: not said */
	int64_t when;	 /* 0: not said */
	uint32_t person; /* of people; NOBODY: not said */
	bool flag, more; /* as in struct annot_item */
};

struct annot_batch;
struct annot_stage {
	struct project *p;
	const struct import_annotations *spec;
	struct import_report *report;
	struct annot_source source;
	struct column *columns; /* the project's */
	size_t ncolumns;
	enum scheme_kind kind;
	struct text_index *texts; /* made when first needed */
	struct annot_batch *batch; /* those not matched yet */
	uint64_t row;
	uint64_t known; /* that are of a text */
	uint64_t points, slugs; /* ids of no text that nearly are one's */

	struct staged *v; /* (n) in the order of the file */
	size_t n, cap;
	struct strmap *labels, *people; /* names: their numbers */
	struct strmap *lists; /* of labels' numbers, as bytes */
	int32_t *codes;	      /* a list */
	size_t ncodes, codes_cap;
	struct remark *remarks;
	size_t nremarks, remarks_cap;
	struct err *err;
};

/* Free it also after a failure. */
int annot_stage_open(struct annot_stage *s, struct project *p,
    const struct import_annotations *spec, struct import_report *report,
    struct err *err);
int annot_stage_read(struct annot_stage *s, enum scheme_kind kind,
    struct progress *progress);
/* -1 where none of the file's ids is a text's: what column is meant? */
int annot_stage_known(struct annot_stage *s);
/* The numbers of a list's labels, until the next call. */
const int32_t *annot_stage_labels(struct annot_stage *s, uint32_t list,
    size_t *n);
void annot_stage_free(struct annot_stage *s);

/* ---- import_plan.c: what a check would have stored so far ---- */

struct annot;
struct annot_plan;
struct annot_plan *annot_plan_new(void);
void annot_plan_free(struct annot_plan *plan);
void annot_plan_put(struct annot_plan *plan, const struct annot *a);
/* What stands then for the text and account; free it. False: as it was. */
bool annot_plan_get(const struct annot_plan *plan, int64_t doc, int64_t uid,
    struct annot *out);

/* ---- import_match.c: texts by their exact words ---- */

struct text_index;
struct text_index *text_index_new(struct project *p, struct err *err);
void text_index_free(struct text_index *x);
bool import_same_text(const char *a, size_t alen, const char *b,
    size_t blen);
/* How many texts are that text, white space at both ends aside (2: several);
 * *doc is the first. -1 on an error. */
int text_index_find(struct text_index *x, const char *s, int64_t *doc,
    struct err *err);

/* ---- featurize.c: one feature, opened for computing ---- */

struct csr;
struct encoder;
struct featfile;
struct feature;
struct mat;
struct progress;
struct text;
struct tfidf;

/* One of the two is set: a feature is what makes numbers of texts. */
struct featurizer {
	struct encoder *encoder;
	struct tfidf *tfidf;
};
int featurizer_open(struct featurizer *z, struct project *p,
    const struct feature *f, struct err *err);
void featurizer_close(struct featurizer *z);
size_t featurizer_dim(const struct featurizer *z);
/* Only one of dense and sparse is filled. */
int featurizer_run(struct featurizer *z, const struct text *texts, size_t n,
    struct mat *dense, struct csr *sparse, struct progress *progress,
    struct err *err);
/* The feature's file anew, with a row for each of docs (rising) and for those
 * that `old` has; f's rows, dims and max_seq follow. */
int featurizer_write(struct project *p, struct featurizer *z,
    struct feature *f, const struct featfile *old, const int64_t *docs,
    size_t n, struct progress *progress, struct err *err);
/* The feature's row, by its name, and the history. */
int featurizer_publish(struct project *p, struct feature *f,
    struct err *err);

/* ---- export.c: what all exports share ---- */

struct export_spec;
struct export_report;
struct table_writer;

/* The names of a table to be: each once (a second gets _2). Freed with the
 * names in it. */
struct export_columns {
	struct table_column *v;
	size_t n, cap;
	struct strmap *names;
};
void export_column(struct export_columns *c, const char *name,
    enum table_kind kind);
void export_columns_free(struct export_columns *c);
/* ---- export_typed.c: cells of the file in their kind ---- */

/* What a column is once it has that cell too (NULL: none): its kind where the
 * cell can be written as one and read back the same, else TABLE_TEXT. Dates
 * begin as TABLE_DATE and become TABLE_DAY, TABLE_STAMP or TABLE_UTC. */
enum table_kind export_kind(const char *cell, enum table_kind kind);
/* The cell of a column of that kind. */
void export_typed(const char *cell, enum table_kind kind,
    struct table_value *out);

struct table_writer *export_open(const struct export_spec *spec,
    const struct export_columns *c, struct err *err);
int export_log(struct project *p, const struct export_spec *spec,
    const char *what, const struct export_report *report, struct err *err);
/* Ends the writer either way; adds the export to the history. */
int export_close(struct project *p, struct table_writer *w, int rc,
    const struct export_spec *spec, const char *what,
    struct export_report *report, struct err *err);

/* ---- modelfiles.c ---- */

struct model;

/* The event of a training: of what, on how much, with what score. training:
 * "started", "finished" ...; or NULL. */
int model_log_training(struct project *writer, const struct model *m,
    const char *training, struct err *err);

#endif

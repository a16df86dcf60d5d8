/*
 * Features of a project's texts: making them, bringing them up to date, and
 * computing them for texts that have none stored.
 *
 * What can be computed again stands in the data folder: features/NAME.rows
 * (featfile.h) and for tfidf its terms, features/NAME.json. The store keeps
 * a row that describes them (feature.h).
 */
#ifndef TAGTIGER_FEATURIZE_H
#define TAGTIGER_FEATURIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/feature.h"
#include "tagtiger/logreg.h"
#include "tagtiger/mat.h"
#include "tagtiger/tfidf.h"

struct buf;
struct err;
struct progress;
struct project;

/* The sets whose texts have features at once; others get theirs when a
 * prediction asks for them. */
#define FEATURE_SETS (SETS_ALL & ~SET_BIT(SET_REST))

struct featurize_spec {
	const char *name; /* NULL: the kind */
	const char *kind; /* "sbert", "tfidf" */
	/* sbert */
	const char *base;   /* folder or name; NULL: the recommended one */
	const char *device; /* NULL: "auto" */
	size_t max_length;  /* 0: the model's */
	bool bf16;
	/* tfidf */
	double min_df;	     /* < 1: a share */
	double max_df;	     /* <= 1: a share */
	size_t max_features; /* 0: all */
	int ngram_max;	     /* words; 0 means 1 */
};

/* The file of a tfidf feature's terms, by that of its rows (feature.file);
 * the caller frees. */
char *feature_terms_file(const char *rows);

/*
 * Make a feature: fitted on the train set's texts (tfidf), computed for
 * FEATURE_SETS. One of that name stays until the new one is whole. `notes`
 * gets a line for people for each thing that they should know. *out is filled;
 * feature_free.
 */
int featurize_new(struct project *p, const struct featurize_spec *spec,
    struct feature *out, struct buf *notes, struct progress *progress,
    struct err *err);

/* Remove row and files. */
int featurize_delete(struct project *p, const char *name, struct err *err);

/*
 * Several features at once, opened for reading and for computing: what a
 * quick model learns from. Belongs to one thread.
 */
struct feature_set;
/* Names in the order of the columns. Texts of FEATURE_SETS that came since a
 * feature was made are computed first. */
struct feature_set *feature_set_open(struct project *p, char *const *names,
    size_t n, struct progress *progress, struct err *err);
void feature_set_close(struct feature_set *s); /* NULL is fine */
/* Rows for all texts of these sets, kept: what predicts them again need not
 * compute them again. */
int feature_set_extend(struct feature_set *s, unsigned sets,
    struct progress *progress, struct err *err);
/* Columns in all. */
size_t feature_set_dim(const struct feature_set *s);

/* Rows, and the struct features that points at them. */
struct feature_rows {
	struct features x;
	struct mat dense;
	struct csr sparse;
};
void feature_rows_free(struct feature_rows *r);

/* The rows of texts of the project (docs rising), computed where they are
 * not stored. */
int feature_set_rows(struct feature_set *s, const int64_t *docs, size_t n,
    struct feature_rows *out, struct progress *progress, struct err *err);
/* The rows of any texts. */
int feature_set_texts(struct feature_set *s, const struct text *texts,
    size_t n, struct feature_rows *out, struct progress *progress,
    struct err *err);

/* The texts of these docs, copied: texts[i].s is NUL-terminated and owned by
 * the array's memory, all freed by texts_free. */
struct texts {
	struct text *v; /* (n) */
	size_t n;
	char *memory;
};
int texts_read(struct project *p, const int64_t *docs, size_t n,
    struct texts *out, struct err *err);
void texts_free(struct texts *t);

#endif

/*
 * Features: the rows that the store keeps about arrays in the data folder.
 * What is in the files belongs to the task layer.
 */
#ifndef TAGTIGER_FEATURE_H
#define TAGTIGER_FEATURE_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

struct feature {
	int64_t id;
	char *name;	/* unique */
	char *kind;	/* "sbert", "tfidf", ... */
	char *params;	/* JSON object */
	char *file;	/* path below the data folder, "" none yet */
	char *state;	/* "making", "ready", "failed" */
	char *error;	/* "" */
	int64_t dims, rows; /* rows: texts it has values for */
	int64_t max_seq; /* doc_max when it was made */
	int64_t uid, time; /* who made it, ms since 1970 */
};

/* ERR_NAME where there is none of that name. */
int feature_find(struct project *p, const char *name, struct feature *out,
    struct err *err);
int feature_list(struct project *p, struct feature **out, size_t *n,
    struct err *err);
void feature_free(struct feature *f); /* what it points to */
void feature_list_free(struct feature *f, size_t n);
/* f->id 0: a new one (id, uid and time are set); else the row is replaced.
 * Strings may be NULL for "". A name that another has is ERR_NAME. */
int feature_put(struct project *p, struct feature *f, struct err *err);
int feature_delete(struct project *p, int64_t id, struct err *err);

#endif

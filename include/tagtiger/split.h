/*
 * Splitting a label: which of its texts go to the other one.
 */
#ifndef TAGTIGER_SPLIT_H
#define TAGTIGER_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct progress;
struct project;

/* The texts that carry the label and meet all that is asked for. */
struct split_query {
	int64_t scheme, label;
	const char *regex; /* the text matches; NULL: any */
	bool match_case;
	int64_t uid;  /* this annotator gave it; HISTORY_ANY: anybody */
	bool comment; /* the text has a comment, anybody's */
};

struct split_found {
	int64_t *docs; /* (n) rising */
	size_t n;
	size_t of;	    /* texts that carry the label */
	size_t annotations; /* of the label on docs, of those asked for */
};

/* On any connection; the texts are read in short transactions. */
int split_find(struct project *p, const struct split_query *q,
    struct split_found *out, struct progress *progress, struct err *err);
void split_found_free(struct split_found *f);

#endif

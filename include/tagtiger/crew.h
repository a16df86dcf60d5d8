/*
 * Who works on a scheme: what each has tagged, how fast, and how far they
 * agree. Read at once, on any connection; a project of 100,000 annotations
 * takes a fraction of a second.
 */
#ifndef TAGTIGER_CREW_H
#define TAGTIGER_CREW_H

#include <stddef.h>
#include <stdint.h>

#include "tagtiger/doc.h"
#include "tagtiger/user.h"

struct err;
struct project;

/* Tags and the time that they took; a break of more than ten minutes is no
 * work. */
struct pace {
	size_t tags;
	double hours;
};

/* Tags an hour; NaN: too few to say. */
double pace_rate(const struct pace *p);
/* Of the times (rising) in [from, to). */
struct pace pace_between(const int64_t *times, size_t n, int64_t from, int64_t to);

struct member {
	int64_t uid;
	char *name;
	enum role role;
	uint64_t tagged[SET_COUNT];
	uint64_t *labels; /* (nlabels) texts that it gave the label to */
	int64_t last;	  /* ms since 1970; 0: never */
	struct pace week, today;
	size_t shared, same; /* texts that others tagged too; as all of them */
};

struct crew {
	struct member *v; /* most texts first */
	size_t n, nlabels;
	size_t annotators; /* with a text at least */
	size_t overlap;	   /* texts tagged by two or more */
	size_t same;	   /* of these, by all alike */
	double alpha;	   /* Krippendorff's, nominal, of sets of labels;
			      NaN: not defined */
};

/* now: ms since 1970; midnight: when today began. */
int crew_read(struct project *p, int64_t scheme, int64_t now,
    int64_t midnight, struct crew *out, struct err *err);
void crew_free(struct crew *c);

#endif

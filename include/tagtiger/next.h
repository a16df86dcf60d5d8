/*
 * Which text an account gets next, and why.
 *
 * A struct picker keeps what choosing needs, in memory: a byte of flags for
 * each text, the texts that match a regular expression, the model's mapped
 * probabilities and their order. Filling it reads the project once; afterwards
 * acts change single bytes, one's own and those of other processes as the
 * log tells them, so that a draw costs a fraction of a millisecond however
 * large the project is. It belongs to the thread that owns the writing
 * connection.
 */
#ifndef TAGTIGER_NEXT_H
#define TAGTIGER_NEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/doc.h"
#include "tagtiger/select.h"

struct err;
struct project;
struct tag;

enum next_filter { NEXT_UNTAGGED, NEXT_TAGGED, NEXT_ALL };

/* Labels by their ids, users by uid. Start from NEXT_CRITERIA_INIT. */
struct next_criteria {
	int64_t scheme;	  /* its id */
	enum set set;	  /* train, valid or test; test is blind */
	enum select_mode mode;
	int64_t label;	  /* active, maxprob: of this label; 0 any */
	char *regex;	  /* PCRE2 with UTF and UCP, case ignored; or NULL */
	bool match_case;
	enum next_filter filter;
	int64_t user;	  /* only texts that this one tagged, or with
			     NEXT_UNTAGGED: did not tag, whoever else did */
	int64_t carries;  /* only texts that carry this label: by anyone, or by
			     `user` where that is given; 0 any */
	int64_t predicted; /* only those predicted as this label; 0 any */
	bool wrong;	  /* only those whose label is not the predicted one */
	bool comment;	  /* only those with a comment */
	bool flag;	  /* only flagged ones */
	double audit;	  /* active: share of picks drawn at random, 0 .. 1 */
	char *model;	  /* by name; NULL: the scheme's newest quick model */
};

#define NEXT_ANYONE INT64_MIN
#define NEXT_CRITERIA_INIT                                                  \
	{                                                                   \
		.set = SET_TRAIN, .mode = SELECT_RANDOM,                    \
		.user = NEXT_ANYONE                                         \
	}

void next_criteria_copy(struct next_criteria *to,
    const struct next_criteria *from);
void next_criteria_free(struct next_criteria *c);

/* Why there is nothing, or how much there is. Each text of the set falls in
 * one: it fits, or the first of these that keeps it away. */
struct next_counts {
	size_t fits;
	size_t second;	 /* of these, for a second opinion: drawn first */
	size_t tagged;	 /* tagged, and the filter asks for untagged ones */
	size_t untagged; /* the other way round */
	size_t skipped;	 /* skipped in this session */
	size_t seen;	 /* shown in this session */
	size_t held;	 /* leased to somebody else */
	size_t filtered; /* regex, user, carries, predicted, wrong, ... */
	size_t total;	 /* texts of the set */
};

struct next_pick {
	int64_t doc;	      /* 0: nothing is left; then counts and reason */
	int64_t scheme;
	bool again;	      /* it was leased already */
	enum set set;
	char *mode;	      /* "active" */
	char *why;	      /* "most uncertain: entropy 1.37 of 2.08 ..." */
	double inclusion;     /* NaN where the pick was no random draw */
	struct next_counts counts;
	char *reason;	      /* "all 812 texts of train are tagged: ..." */
};

void next_pick_free(struct next_pick *p); /* what is in it */

struct picker *picker_new(void);
void picker_free(struct picker *p);

/*
 * The next text for this account: leased, with its pick stored, in the
 * transaction that is open, or in one of its own. The same criteria give the
 * leased text again unless `fresh`, which draws anew and lets go of the old
 * one unseen (Enter in Tag).
 */
int next_draw(struct picker *p, struct project *project,
    const struct next_criteria *c, bool fresh, struct next_pick *pick,
    struct err *err);

/* The same without drawing: what would be left (`m`'s "87 of 1,038 fit"). */
int next_count(struct picker *p, struct project *project,
    const struct next_criteria *c, struct next_counts *out, struct err *err);

/* Read and score now what the next draw would have to, so that a key need not
 * wait for a model that has just been trained again. */
int next_ready(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err);

/*
 * An act and the next text in one transaction: when these return, the label
 * is on disk and the next text leased. Without criteria (NULL) nothing is
 * drawn and pick, which may be NULL then, is not touched.
 */
int next_tag(struct picker *p, struct project *project, const struct tag *tag,
    const struct next_criteria *c, struct next_pick *pick, struct err *err);
int next_skip(struct picker *p, struct project *project, int64_t scheme,
    int64_t doc, const struct next_criteria *c, struct next_pick *pick,
    struct err *err);

/*
 * Most of what a first draw reads, for a picker of its own, with a connection
 * that reads and in any thread; and taking it over, unless p has read it all
 * by itself meanwhile.
 */
int next_read(struct picker *p, struct project *reader, int64_t scheme,
    enum set set, struct err *err);
void next_take(struct picker *p, struct picker *from);

/* Read all again at the next draw. Acts of any process are seen without. */
void next_forget(struct picker *p);

/*
 * The probabilities of a text under the criteria's model, for the bars beside
 * the labels: by label id, (k) each; k 0 without a model or on a blind set.
 * The arrays live until the next call that takes the picker.
 */
struct next_prediction {
	size_t k;
	const int64_t *labels;
	const float *prob;
	int64_t best;	  /* the most probable label's id; 0 none */
	double probability; /* of it */
	double entropy;	  /* nats; multi-label: mean of the binary ones */
	bool multilabel;
	const char *model; /* its name */
	int64_t time;	  /* when it predicted, ms since 1970 */
};
int next_predict(struct picker *p, struct project *project,
    const struct next_criteria *c, int64_t doc, struct next_prediction *out,
    struct err *err);

#endif

/*
 * Which text an account gets next, and why.
 *
 * A struct picker keeps what choosing needs, in memory: a byte of flags for
 * each text, the texts that match a regular expression, the model's mapped
 * probabilities and their order. Filling it reads the project once; afterwards
 * own acts change single bytes (next_touch) and another process's work is seen
 * by data_version, so that a draw costs a fraction of a millisecond however
 * large the project is. It belongs to the thread that owns the writing
 * connection.
 */
#ifndef TAGTIGER_NEXT_H
#define TAGTIGER_NEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/select.h"

struct err;
struct project;

enum next_filter { NEXT_UNTAGGED, NEXT_TAGGED, NEXT_ALL };

/* Zeroed, with set "train", it is the default: sequential is 0 of
 * select_mode, so say NEXT_CRITERIA_INIT, whose mode is random. */
struct next_criteria {
	int64_t scheme;	  /* its id */
	char set[8];	  /* train, valid, test, all */
	enum select_mode mode;
	int64_t label;	  /* active, maxprob: of this label; 0 any */
	char *regex;	  /* PCRE2 with UTF and UCP, case ignored; or NULL */
	bool match_case;
	enum next_filter filter;
	int64_t user;	  /* only texts that this user tagged; -1 any. With
			     NEXT_UNTAGGED: that this user did not tag */
	int64_t predicted; /* only those predicted as this label; 0 any */
	bool wrong;	  /* only those whose label is not the predicted one */
	bool comment;	  /* only those with a comment */
	bool flag;	  /* only flagged ones */
	char *model;	  /* by name; NULL: the scheme's newest quick model */
};

#define NEXT_CRITERIA_INIT                                                  \
	{                                                                   \
		.set = "train", .mode = SELECT_RANDOM, .user = -1           \
	}

void next_criteria_copy(struct next_criteria *to,
    const struct next_criteria *from);
void next_criteria_free(struct next_criteria *c);

/* Why there is nothing, or how much there is. Each text of the set falls in
 * one: it fits, or the first of these that keeps it away. */
struct next_counts {
	size_t fits;
	size_t tagged;	 /* the filter asks for untagged ones (or untagged
			    though it asks for tagged ones) */
	size_t skipped;	 /* skipped in this session */
	size_t seen;	 /* shown in this session */
	size_t held;	 /* leased to somebody else */
	size_t filtered; /* regex, user, predicted, wrong, comment, flag */
	size_t total;	 /* texts of the set */
};

struct next_pick {
	int64_t doc;	      /* 0: nothing is left; then counts and reason */
	bool again;	      /* it was leased already */
	char *why;	      /* "most uncertain: entropy 1.37 of 2.08 nats; ..." */
	double inclusion;     /* NaN where the pick was no random draw */
	uint64_t seed;
	int64_t label;	      /* the model's label, 0 without a prediction */
	double probability;
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

/* After an own act on a text (tag, untag, skip, comment, flag, undo). doc 0:
 * something larger changed, read all again. */
void next_touch(struct picker *p, int64_t doc);

/*
 * The probabilities of a text under the criteria's model, for the bars beside
 * the labels: by label id, (k) each; k 0 without a model or on a blind set.
 * The arrays live until the next call that takes the picker.
 */
struct next_prediction {
	size_t k;
	const int64_t *labels;
	const float *prob;
	int64_t best;	  /* label id; 0 none. multi-label: the most probable */
	double entropy;	  /* nats */
	const char *model; /* its name */
	int64_t time;	  /* when it predicted, ms since 1970 */
};
int next_predict(struct picker *p, struct project *project,
    const struct next_criteria *c, int64_t doc, struct next_prediction *out,
    struct err *err);

#endif

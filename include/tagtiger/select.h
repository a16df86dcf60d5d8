/*
 * Which text comes next: pure functions of arrays. The same candidates,
 * options and seed give the same pick, so that a log entry can be derived
 * again.
 *
 * select_next is one pass over what it needs and allocates nothing. Where a
 * model's scores stay the same for many picks, a struct select_order goes
 * through them once; a pick then scores a few hundred texts.
 */
#ifndef TAGTIGER_SELECT_H
#define TAGTIGER_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum select_mode {
	SELECT_SEQUENTIAL, /* the lowest index */
	SELECT_RANDOM,	   /* each with the same chance */
	SELECT_ACTIVE,	   /* the highest entropy */
	SELECT_MAXPROB,	   /* the highest probability */
};

/* NULL if the name is none; names as in the command table, "deterministic"
 * for sequential too. */
const char *select_mode_name(enum select_mode mode);
int select_mode_parse(const char *name, enum select_mode *mode); /* 0 or -1 */

struct candidates {
	size_t n;
	const uint8_t *eligible; /* (n) 0: not to be picked; NULL: all may */
	const float *prob;	 /* (n,k) or NULL; a row that begins with NaN
				  * is missing: its text has no prediction */
	size_t k;
	bool multilabel;	 /* probabilities are each label's own */
};

struct select_opts {
	enum select_mode mode;
	int label;	/* active, maxprob: this label's probability; -1 all */
	uint64_t seed;
	uint64_t draw;	/* which pick of this seed this is: 0, 1, ... */
	double audit;	/* active: share of picks drawn by chance, 0 .. 1 */
};

enum pick_how {
	PICK_NONE,	/* nothing is eligible */
	PICK_ORDER,	/* sequential */
	PICK_CHANCE,	/* random: inclusion is 1 / eligible */
	PICK_AUDIT,	/* random within active: inclusion is audit / eligible */
	PICK_SCORE,	/* its score is the highest */
	PICK_UNSCORED,	/* active or maxprob, but all that is left has no
			 * prediction: drawn by chance among that */
};

struct selected {
	enum pick_how how;
	size_t index;
	double score;	  /* entropy in nats or probability; NaN if not used */
	double inclusion; /* probability of this draw to pick this text; NaN
			   * where it was no random draw */
	int label;	  /* maxprob: the label whose probability won; else -1 */
	size_t eligible;  /* candidates there were */
};

/*
 * active: entropy of the row, with a label that of p against 1 - p, for
 * multi-label the mean of the binary ones; maxprob: the highest probability
 * of any label, or of that one. Ties go by a shuffle made from the seed.
 * Errors: a mode that needs probabilities without any, a bad label.
 */
int select_next(struct selected *pick, const struct candidates *c,
    const struct select_opts *opts, struct err *err);

struct select_order;

/*
 * The candidates of c by score: eligible is not looked at, prob must stay.
 * opts->mode is active or maxprob. NULL on error.
 */
struct select_order *select_order_new(const struct candidates *c,
    const struct select_opts *opts, struct err *err);
void select_order_free(struct select_order *o);
/*
 * As select_next with the same seed and scores. eligible (n) may lose ones
 * freely; a text that became eligible again is announced with
 * select_order_again; n_eligible is how many are set (for the draws by chance
 * and their inclusion probability).
 */
int select_order_next(struct select_order *o, const uint8_t *eligible,
    size_t n_eligible, uint64_t draw, double audit, struct selected *pick,
    struct err *err);
void select_order_again(struct select_order *o, size_t index);

#endif

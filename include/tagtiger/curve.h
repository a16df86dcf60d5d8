/*
 * Curves of a model as the project keeps them (struct curve_point), read for
 * people: the learning curve of a quick model, and what the losses of a
 * fine-tuning say. And the axes that they are drawn on, here and in files.
 */
#ifndef TAGTIGER_CURVE_H
#define TAGTIGER_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "tagtiger/model.h"

struct buf;
struct learn_curve;

/* Rows of a learning curve: f1 at step texts learned from, in the splits
 * "learn", "learnlo", "learnhi"; "labels": how many there were; "gain",
 * "gainlo", "gainhi": the change of F1 that step more would bring. */
struct learning {
	size_t n;	       /* points */
	double *x, *f1, *lo, *hi; /* (n) rising x */
	int64_t labels;	       /* 0: there is no curve */
	int64_t more;	       /* 0: not estimated */
	double gain, gain_lo, gain_hi;
};

/* The rows of a curve; the caller frees. */
struct curve_point *learning_rows(const struct learn_curve *c, size_t *n);
void learning_read(struct learning *l, const struct curve_point *rows,
    size_t n);
void learning_free(struct learning *l); /* zeroes the struct */
/* "100 more: about +.01 (−.01 to +.03)"; appended; nothing where there is no
 * estimate. */
void learning_words(const struct learning *l, struct buf *out);
/* A line a point, and the estimate. */
void learning_text(const struct learning *l, struct buf *out);
/* {"labels","points":[{"n","f1_macro","f1_macro_ci"}],"gain":{"labels",
 * "f1_macro","f1_macro_ci"} or null} added to the object. */
void learning_json(const struct learning *l, cJSON *object);

/*
 * What the losses say, by these rules, in this order:
 *	early	fewer than two evaluations
 *	rising	the last loss is more than 2 % above the lowest
 *	falling	the last is the lowest, more than 2 % below the one before
 *	heart	the training's (mean of its last five) is below half of it
 *	flat	none of these
 */
enum loss_trend { LOSS_EARLY, LOSS_RISING, LOSS_FALLING, LOSS_HEART,
	LOSS_FLAT };

struct loss_summary {
	enum loss_trend trend;
	size_t evals;
	double loss, f1;     /* of the last evaluation; NaN */
	/* The evaluation with the lowest loss: what a training keeps. */
	double best_loss, best_f1;
	int64_t best_step;
	double epoch;	     /* of the last row; NaN */
	int64_t step;
};
void loss_read(struct loss_summary *s, const struct curve_point *rows,
    size_t n);
const char *loss_advice(const struct loss_summary *s);

/* Marks at multiples of 1, 2 or 5 times a power of ten within [lo, hi], at
 * most `most` of them (but always one step). */
struct axis {
	double lo, hi, first, step;
	int n, decimals; /* marks, and digits after the point that they need */
};
void axis_of(struct axis *a, double lo, double hi, int most);
double axis_mark(const struct axis *a, int i);

#endif

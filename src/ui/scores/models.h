/*
 * The models of a project as several views show them: read in the store's
 * lane, with the curves and the newest score of the one that is chosen.
 */
#ifndef TAGTIGER_UI_MODELS_H
#define TAGTIGER_UI_MODELS_H

#include "tagtiger/curve.h"
#include "tagtiger/feature.h"
#include "tagtiger/model.h"

#include "../priv.h"

struct models {
	const char *kind; /* "quick", "bert"; NULL: both */
	struct model *v;
	size_t n;
	char *chosen;	/* by name */
	cJSON *metrics; /* of the chosen */
	struct curve_point *curve;
	size_t ncurve;
	struct learning learning; /* of the same rows, a quick model's */
	struct score *scores; /* of the chosen, newest first */
	size_t nscores;
	size_t nfeatures;
	long tagged; /* texts of the current scheme that carry labels */
	char *scheme;
	struct list list; /* of a view that lists them */
	struct err err;
};

/* done is called with f->data a struct models, for models_take. */
void models_fetch(struct view *v, const char *kind, const char *chosen,
    void (*done)(struct view *, struct fetch *));
bool models_take(struct models *m, struct fetch *f); /* false: it failed */
void models_free(struct models *m);
size_t models_at(const struct models *m); /* place of the chosen */

/* Of a view that lists them: the cursor's, which is the chosen one. */
const struct model *models_here(const struct models *m); /* or NULL */
void models_move(struct view *v, struct models *m, const char *where);
bool models_fill(const struct models *m, const char *name, struct buf *out);

/* Metrics as lines: label, precision, recall, F1, support, with bars; the
 * lines that were used. `title` names the column of totals. */
int metrics_draw(struct rect r, const cJSON *metrics, const char *title);
/* "F1 macro .81 ±.03" of an object of metrics, appended. */
void metrics_short(const cJSON *metrics, struct buf *out);
/* Ask for a file and draw the chart ("loss", "learning", "confusion" or
 * "scores", then of a set) into it. */
void chart_ask(struct view *v, const char *chart, const char *model,
    const char *set);

#endif

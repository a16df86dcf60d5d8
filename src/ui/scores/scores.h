/*
 * Scores: what is fetched and done (view.c), the numbers and the matrix (draw.c),
 * and the texts behind a cell (texts.c).
 */
#ifndef TAGTIGER_UI_SCORES_H
#define TAGTIGER_UI_SCORES_H

#include "tagtiger/scheme.h"

#include "models.h"

struct scores_state {
	struct models m;
	cJSON *score; /* a reply of `score` */
	int cell;     /* of the matrix, -1 none: row * columns + column */
	int top, left; /* first row and column of it that show */

	/* the texts behind a cell, or all false predictions */
	bool listing;
	cJSON *texts; /* a reply of `confusion`; NULL: not yet there */
	char *title;
	struct scheme scheme; /* of the model */
	struct list list;
	struct textbox box; /* of the text that the cursor is on */
	const void *boxed;  /* which item that is */
	size_t corrected;
};

/* Of the matrix of a score: its size, names and numbers. */
int matrix_rows(const cJSON *score);
int matrix_columns(const cJSON *score);
const char *matrix_name(const cJSON *score, int row);
double matrix_count(const cJSON *score, int row, int column);

void scores_numbers_draw(struct scores_state *s, struct rect r);

/* cell -1: all false predictions */
void texts_open(struct view *v, int cell);
void texts_close(struct view *v);
void texts_draw(struct scores_state *s, struct rect r);
void texts_head(const struct scores_state *s, struct buf *left,
    struct buf *right);
unsigned texts_enter(struct scores_state *s);
unsigned texts_key(struct view *v, int key);
const char *texts_id(const struct scores_state *s); /* or NULL */
/* An act was taken back: its text is as it was. */
void texts_undone(struct scores_state *s, const char *id);

#endif

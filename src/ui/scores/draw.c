/*
 * The numbers of Scores: metrics with their intervals on a scale, the labels,
 * and the matrix, which scrolls with its cursor where it is larger than the
 * screen.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/scores.h"
#include "tagtiger/utf8.h"

#include "scores.h"

/* ---- the matrix as numbers ---- */

static const cJSON *
matrix(const cJSON *score, const char *key)
{
	return reply_item(reply_item(score, "confusion"), key);
}

int
matrix_rows(const cJSON *score)
{
	return cJSON_GetArraySize(matrix(score, "labels"));
}

int
matrix_columns(const cJSON *score)
{
	return scores_binary(score) ? 4 : matrix_rows(score);
}

const char *
matrix_name(const cJSON *score, int row)
{
	const char *s = cJSON_GetStringValue(cJSON_GetArrayItem(matrix(score,
	    "labels"), row));

	return s != NULL ? s : "";
}

double
matrix_count(const cJSON *score, int row, int column)
{
	double v = reply_num_at(cJSON_GetArrayItem(matrix(score, "counts"),
	    row), column);

	return isnan(v) ? 0 : v;
}

/* ---- names in few columns ---- */

/* The first graphemes of s that fit w columns. */
static size_t
prefix(const char *s, int w)
{
	size_t len = strlen(s), at = 0, step;
	struct glyph g;
	int used = 0;

	while (at < len) {
		step = glyph_next(s + at, len - at, &g);
		if (used + g.width > w)
			break;
		used += g.width;
		at += step;
	}
	return at;
}

static bool
taken(char **names, int n, const char *s)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], s) == 0)
			return true;
	return false;
}

/* Does another name begin as this one does, as far as w columns show? */
static bool
alike(const char *const *names, int n, int i, int w)
{
	size_t cut = prefix(names[i], w);

	for (int j = 0; j < n; j++)
		if (j != i && prefix(names[j], w) == cut &&
		    strncmp(names[j], names[i], cut) == 0)
			return true;
	return false;
}

/* Try the beginning and `len` bytes of a later letter. */
static bool
try_letter(char **out, int i, const char *name, size_t keep, size_t at,
    size_t len)
{
	free(out[i]);
	out[i] = xasprintf("%.*s%.*s", (int)keep, name, (int)len, name + at);
	return !taken(out, i, out[i]);
}

/* The beginning and the last letter, else a later one that tells it apart,
 * else a number. */
static void
tell_apart(char **out, int i, const char *name, int w)
{
	size_t len = strlen(name), keep = prefix(name, w - 1), last = 0, step;
	struct glyph g;

	for (size_t at = 0; at < len; at += step) {
		step = glyph_next(name + at, len - at, &g);
		last = at;
	}
	if (last >= keep && try_letter(out, i, name, keep, last, len - last))
		return;
	for (size_t at = keep; at < len; at += step) {
		step = glyph_next(name + at, len - at, &g);
		if (try_letter(out, i, name, keep, at, step))
			return;
	}
	for (int k = 2; k < 1000 && taken(out, i, out[i]); k++) {
		free(out[i]);
		out[i] = xasprintf("%.*s%d", (int)prefix(name, w - (k > 9 ?
		    2 : 1)), name, k);
	}
}

static char **
short_names(const char *const *names, int n, int w)
{
	char **out = xcalloc((size_t)n + 1, sizeof *out);

	for (int i = 0; i < n; i++) {
		out[i] = xstrndup(names[i], prefix(names[i], w));
		if (alike(names, n, i, w))
			tell_apart(out, i, names[i], w);
	}
	return out;
}

/* Those of the rows; freed with names_drop. */
static char **
row_names(const cJSON *score, int w)
{
	int n = matrix_rows(score);
	const char **names = xcalloc((size_t)n + 1, sizeof *names);
	char **cut;

	for (int i = 0; i < n; i++)
		names[i] = matrix_name(score, i);
	cut = short_names(names, n, w);
	free(names);
	return cut;
}

static void
names_drop(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* ---- metrics ---- */

/* ".847", "1.00", "12.3": four columns. */
static const char *
score_words(double v, char s[8])
{
	if (isnan(v))
		return "   –";
	if (v < 0.9995)
		snprintf(s, 8, ".%03.0f", fmax(v, 0) * 1000);
	else
		snprintf(s, 8, v < 9.995 ? "%.2f" : "%.1f", fmin(v, 99));
	return s;
}

static void
score_put(int y, int x, int style, double v)
{
	char s[8];

	scr_put(y, x, 4, isnan(v) ? ST_TEXT : style, score_words(v, s));
}

static const char *const totals[][3] = {
	{ "accuracy", "accuracy_ci", "accuracy" },
	{ "f1_macro", "f1_macro_ci", "F1 macro" },
	{ "f1_micro", "f1_micro_ci", "F1 micro" },
	{ "f1_weighted", "f1_weighted_ci", "F1 weigh." },
	{ "roc_auc", "roc_auc_ci", "ROC AUC" },
};

/* The lower the better, from 0. */
static const char *const losses[][3] = {
	{ "ece", "ece_ci", "ECE" },
	{ "brier", "brier_ci", "Brier" },
	{ "log_loss", "log_loss_ci", "log loss" },
};

#define NTOTALS (sizeof totals / sizeof totals[0])
#define NLOSSES (sizeof losses / sizeof losses[0])

/* The scale begins at a half where all intervals do. */
static double
scale_from(const cJSON *score)
{
	double least = 1, v;

	for (size_t i = 0; i < NTOTALS; i++) {
		v = reply_num_at(reply_item(score, totals[i][1]), 0);
		least = fmin(least, isnan(v) ? reply_num(score, totals[i][0],
		    1) : v);
	}
	return least >= 0.5 ? 0.5 : 0;
}

#define SCALE 17 /* where the scale begins */

static int
totals_draw(const cJSON *score, int y, int w)
{
	int scale = w >= SCALE + 16 ? w - SCALE - 2 : 0;
	double from = scale_from(score);

	if (scale > 0) {
		scr_putf(y, SCALE, 4, ST_TEXT, "%.1f", from);
		scr_put(y++, SCALE + scale - 3, 4, ST_TEXT, "1.0");
	}
	for (size_t i = 0; i < NTOTALS; i++) {
		double at = reply_num(score, totals[i][0], NAN);
		const cJSON *ci = reply_item(score, totals[i][1]);

		/* scores of an older version of the program have not all */
		if (reply_item(score, totals[i][0]) == NULL)
			continue;
		scr_put(y, 1, 10, ST_STRONG, totals[i][2]);
		score_put(y, 12, ST_STRONG, at);
		if (scale > 0)
			plot_interval(y, SCALE, scale, from, 1, at,
			    reply_num_at(ci, 0), reply_num_at(ci, 1));
		y++;
	}
	return y;
}

static void
losses_draw(const cJSON *score, int y, int w)
{
	char lo[8], hi[8];

	if (w >= SCALE + 29)
		scr_put(y, SCALE + 17, 12, ST_TEXT, "0 is perfect");
	for (size_t i = 0; i < NLOSSES; i++, y++) {
		const cJSON *ci = reply_item(score, losses[i][1]);

		scr_put(y, 1, 10, ST_STRONG, losses[i][2]);
		score_put(y, 12, ST_STRONG, reply_num(score, losses[i][0],
		    NAN));
		if (cJSON_GetArraySize(ci) == 2)
			scr_putf(y, SCALE + 1, 14, ST_TEXT, "%s to %s",
			    score_words(reply_num_at(ci, 0), lo),
			    score_words(reply_num_at(ci, 1), hi));
	}
}

/* A label a line: F1, P, R and its texts, F1's interval where there is room.
 * The label of the cursor's row is in sight. */
static void
labels_draw(const struct scores_state *s, int y, int end, int w)
{
	const cJSON *labels = reply_item(s->score, "labels");
	int n = cJSON_GetArraySize(labels), columns = matrix_columns(s->score);
	int row = s->cell >= 0 && columns > 0 ? s->cell / columns : 0;
	int name = w > 46 ? w - 37 < 24 ? w - 37 : 24 : 9, x = name + 2;
	int room = end - y, top;
	char **names;

	if (room <= 0)
		return;
	names = row_names(s->score, name);
	top = row >= room ? row - room + 1 : 0;
	for (int i = top; i < n && i < matrix_rows(s->score) && y < end;
	     i++, y++) {
		const cJSON *l = cJSON_GetArrayItem(labels, i);
		bool here = s->cell >= 0 && i == row;
		const cJSON *ci = reply_item(l, "f1_ci");
		double f1 = reply_num(l, "f1", NAN);

		if (i == top && top > 0)
			scr_put(y, 0, 1, ST_TEXT, "↑");
		if (y == end - 1 && i + 1 < n)
			scr_put(y, 0, 1, ST_TEXT, "↓");
		scr_put(y, 1, name, here ? ST_STRONG : ST_TEXT, names[i]);
		score_put(y, x, ST_STRONG, f1);
		scr_put(y, x + 6, 1, ST_TEXT, "P");
		score_put(y, x + 8, ST_TEXT, reply_num(l, "precision", NAN));
		scr_put(y, x + 14, 1, ST_TEXT, "R");
		score_put(y, x + 16, ST_TEXT, reply_num(l, "recall", NAN));
		scr_rightf(y, x + 20, 6, ST_TEXT, "%.0f",
		    reply_num(l, "support", 0));
		if (w - x - 34 >= 16)
			plot_interval(y, x + 34, w - x - 36, 0, 1, f1,
			    reply_num_at(ci, 0), reply_num_at(ci, 1));
		if (w - x >= 33)
			scr_put(y, x + 27, 5, ST_TEXT, "texts");
	}
	names_drop(names, matrix_rows(s->score));
}

/* ---- the matrix ---- */

static double
largest(const cJSON *score, int rows, int columns)
{
	double most = 0;

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
			most = fmax(most, matrix_count(score, i, j));
	return most;
}

static double
row_sum(const cJSON *score, int row, int columns)
{
	double sum = 0;

	for (int j = 0; j < columns; j++)
		sum += matrix_count(score, row, j);
	return sum;
}

/* A click stands for the arrows; two are Enter. */
static bool
cell_hit(struct view *v, const struct hot *h, int y, int x, bool twice)
{
	struct scores_state *s = v->state;

	(void)y;
	(void)x;
	s->cell = (int)h->arg;
	if (twice)
		view_key(K_ENTER);
	return true;
}

/* In a matrix of several columns: what is right. */
static bool
is_right(bool binary, int i, int j)
{
	return binary ? j == 0 || j == 3 : i == j;
}

/* The number, and after it a shade by the share of its row: the darker the
 * more. What is wrong and much is in a colour, too. */
static void
cell_draw(const struct scores_state *s, int i, int j, double sum, int y, int x,
    int w)
{
	static const char *const shades[] = { " ", "░", "▒", "▓", "█" };
	bool binary = scores_binary(s->score), right = is_right(binary, i, j);
	int columns = binary ? 4 : matrix_rows(s->score);
	bool here = s->cell == i * columns + j;
	double k = matrix_count(s->score, i, j);
	double share = sum > 0 ? k / sum : 0;
	int shade = k == 0 || share < 0.05 ? 0 : share < 0.25 ? 1 :
	    share < 0.5 ? 2 : share < 0.75 ? 3 : 4;
	int style = here ? ST_MATCH : right ? ST_STRONG : share >= 0.25 &&
	    !binary ? ST_WARN : ST_TEXT;

	hot_add(&(struct hot){ .r = { y, x, 1, w }, .hit = cell_hit,
		.arg = i * columns + j });
	if (k == 0 && !here)
		scr_right(y, x, w - 1, ST_TEXT, "·");
	else
		scr_rightf(y, x, w - 1, style, "%.0f", k);
	scr_put(y, x + w - 1, 1, style == ST_MATCH ? ST_TEXT : style,
	    shades[shade]);
	if (here)
		scr_cursor(y, x + w - 2);
}

/* What the cursor is on, in words. */
static void
cell_words(const struct scores_state *s, int y, int x, int w)
{
	static const char *const kinds[] = { "true negatives",
		"false positives", "false negatives", "true positives" };
	int columns = matrix_columns(s->score), i, j;
	struct buf b = BUF_INIT;

	if (s->cell < 0) {
		scr_cut(y, x, w, ST_TEXT, "arrows, Enter: a cell's texts");
		return;
	}
	i = s->cell / columns;
	j = s->cell % columns;
	if (scores_binary(s->score))
		buf_addf(&b, "%s: %s %s", matrix_name(s->score, i),
		    COUNT(matrix_count(s->score, i, j)), kinds[j]);
	else
		buf_addf(&b, "%s → %s: %s of %s", matrix_name(s->score, i),
		    matrix_name(s->score, j),
		    COUNT(matrix_count(s->score, i, j)),
		    COUNT(row_sum(s->score, i, columns)));
	scr_cut(y, x, w, ST_STRONG, buf_str(&b));
	buf_free(&b);
}

/* Keep the cursor's row or column among `room`. */
static void
follow(int *top, int at, int room, int n)
{
	if (at >= 0 && at < *top)
		*top = at;
	if (at >= *top + room)
		*top = at - room + 1;
	if (*top + room > n)
		*top = n > room ? n - room : 0;
}

static int
longest_name(const cJSON *score, int most)
{
	int longest = 3, w;

	for (int i = 0; i < matrix_rows(score); i++) {
		const char *s = matrix_name(score, i);

		w = glyph_width(s, strlen(s));
		longest = w > longest ? w : longest;
	}
	return longest < most ? longest : most;
}

struct grid {
	int rows, columns, room_y, room_x, names, width;
};

static void
grid_fit(struct grid *g, const cJSON *score, struct rect r)
{
	double most;
	int digits = 1, least, wide;

	g->rows = matrix_rows(score);
	g->columns = matrix_columns(score);
	most = largest(score, g->rows, g->columns);
	while (most >= 10 && digits < 9) {
		most /= 10;
		digits++;
	}
	g->names = longest_name(score, r.w >= 60 ? 16 : 8);
	least = digits + 1 < 3 ? 3 : digits + 1;
	wide = (r.w - g->names - 1) / (g->columns > 0 ? g->columns : 1);
	g->width = wide < least ? least : wide > 8 ? 8 : wide;
	g->room_x = (r.w - g->names - 1) / g->width;
	g->room_y = r.h - 3; /* names, "predicted", words */
}

static void
columns_draw(const struct scores_state *s, const struct grid *g, int y, int x)
{
	static const char *const kinds[] = { "tn", "fp", "fn", "tp" };
	const char **names = xcalloc((size_t)g->columns + 1, sizeof *names);
	char **cut;

	for (int j = 0; j < g->columns; j++)
		names[j] = scores_binary(s->score) ? kinds[j] :
		    matrix_name(s->score, j);
	cut = short_names(names, g->columns, g->width - 1);
	for (int j = s->left; j < g->columns && j < s->left + g->room_x; j++)
		scr_right(y, x + (j - s->left) * g->width, g->width - 1,
		    ST_TEXT, cut[j]);
	names_drop(cut, g->columns);
	free(names);
}

static void
matrix_draw(struct scores_state *s, struct rect r)
{
	int y = r.y, x, cells;
	struct grid g;
	char **names;

	if (matrix_rows(s->score) == 0 || r.h < 5 || r.w < 16)
		return;
	grid_fit(&g, s->score, r);
	follow(&s->top, s->cell / g.columns, g.room_y, g.rows);
	follow(&s->left, s->cell < 0 ? -1 : s->cell % g.columns, g.room_x,
	    g.columns);
	x = r.x + g.names + 1;
	cells = g.columns - s->left < g.room_x ? g.columns - s->left :
	    g.room_x;
	scr_putf(y, x, r.w - g.names - 1, ST_TEXT, "%s%s%s", s->left > 0 ?
	    "← " : "", scores_binary(s->score) ? "" : "predicted",
	    s->left + cells < g.columns ? " →" : "");
	columns_draw(s, &g, y + 1, x);
	names = row_names(s->score, g.names);
	y += 2;
	for (int i = s->top; i < g.rows && i < s->top + g.room_y; i++, y++) {
		double sum = row_sum(s->score, i, g.columns);

		scr_put(y, r.x, g.names, s->cell >= 0 &&
		    s->cell / g.columns == i ? ST_STRONG : ST_TEXT, names[i]);
		if (i == s->top && s->top > 0)
			scr_put(y, r.x - 1, 1, ST_TEXT, "↑");
		if (i == s->top + g.room_y - 1 && i + 1 < g.rows)
			scr_put(y, r.x - 1, 1, ST_TEXT, "↓");
		for (int j = s->left; j < s->left + cells; j++)
			cell_draw(s, i, j, sum, y, x + (j - s->left) * g.width,
			    g.width);
	}
	names_drop(names, g.rows);
	cell_words(s, y, r.x, r.w);
}

#define LEAST_LABELS 4 /* they go before the losses where room is short */

void
scores_numbers_draw(struct scores_state *s, struct rect r)
{
	bool many = matrix_columns(s->score) > 4;
	int left = r.w < 76 ? r.w : r.w < 110 ? (many ? 38 : 47) :
	    r.w / 2 < 76 ? r.w / 2 : 76;
	int y = totals_draw(s->score, r.y, left) + 1, end = r.y + r.h;
	int labels = cJSON_GetArraySize(reply_item(s->score, "labels"));

	if (reply_item(s->score, losses[0][0]) != NULL &&
	    end - y > LEAST_LABELS + (int)NLOSSES) {
		end -= (int)NLOSSES + 1;
		losses_draw(s->score, labels < end - y ? y + labels + 1 :
		    end + 1, left);
	}
	labels_draw(s, y, end, left);
	if (left < r.w)
		matrix_draw(s, (struct rect){ r.y, left + 1, r.h,
			r.w - left - 2 });
}

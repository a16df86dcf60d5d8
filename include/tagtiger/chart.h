/*
 * Charts as SVG 1.1, the same bytes for the same numbers: curves, confusion
 * matrices and scores, on white, in the colours of Okabe and Ito. Each mark
 * has a <title> with its numbers, which browsers show under the mouse.
 */
#ifndef TAGTIGER_CHART_H
#define TAGTIGER_CHART_H

#include <stddef.h>

#include <cjson/cJSON.h>

struct buf;
struct curve_point;
struct err;
struct learning;
struct project;

/* Appended, whole files. */
void chart_loss(struct buf *out, const char *title,
    const struct curve_point *rows, size_t n);
void chart_learning(struct buf *out, const char *title,
    const struct learning *l);
/* scores: as scores.h has them. */
void chart_confusion(struct buf *out, const char *title, const cJSON *scores);
void chart_scores(struct buf *out, const char *title, const cJSON *scores);

enum chart { CHART_LOSS, CHART_LEARNING, CHART_CONFUSION, CHART_SCORES };

struct chart_spec {
	enum chart chart;
	const char *model;
	const char *set; /* of scores: "train", "out", "valid", "test", "cv" */
	const char *out;
};

/* Draw what the project keeps of a model into a file. `reply` gets "model",
 * "file" and "bytes", for scores "set". What was not measured is an error that
 * names the command to run; a test set's scores are looked at. */
int export_chart(struct project *p, const struct chart_spec *spec,
    cJSON *reply, struct err *err);

#endif

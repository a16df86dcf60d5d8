/*
 * Out of the project, into tables: csv, xlsx, Parquet, jsonl (table.h).
 */
#ifndef TAGTIGER_EXPORT_H
#define TAGTIGER_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/annot.h"
#include "tagtiger/table.h"

struct err;
struct progress;
struct project;

struct export_spec {
	const char *out;
	enum table_format format; /* TABLE_AUTO: by the name's ending */
	bool guard;
	unsigned sets;
	enum layer_choice choice; /* annotations */
	int64_t uid;
	const char *layer;	  /* its name, for messages */
};

struct export_report {
	struct table_written written;
	uint64_t disagree; /* texts without a label: annotators differ */
	uint64_t missing;  /* texts without a prediction or feature row */
};

/* One row a text of the sets: id, id_slug, text, set, the context columns,
 * then for each scheme S, S_annotator, S_time, S_comment. With CHOICE_ALL a
 * row for each text and annotator, and their name in "annotator". */
int export_annotations(struct project *p, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err);

/* id, id_slug, prediction, probability, entropy, prob_LABEL...; predicts
 * what is not predicted yet. */
int export_predictions(struct project *p, const char *model,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err);

/* id and a column per dimension: NAME_1 ... for sbert, the terms for tfidf. */
int export_features(struct project *p, const char *feature,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err);

/* The history: time, user, what, scheme, id, summary, undone. */
int export_history(struct project *p, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err);

/* A fine-tuned model as a Hugging Face folder, which must not exist yet; a
 * quick one as a table: a row for each column of its features and one for the
 * bias, "mean" and "scale" of dense ones, and a coefficient per label. */
int export_model(struct project *p, const char *model,
    const struct export_spec *spec, struct export_report *report,
    struct progress *progress, struct err *err);

/* Predictions of an outside file's rows, written as they come: id and text
 * are columns of it; id NULL numbers them. */
struct predict_file_spec {
	const char *file;
	struct table_options table;
	const char *id;
	char *const *text;
	size_t ntext;
};
int predict_file(struct project *p, const char *model,
    const struct predict_file_spec *in, const struct export_spec *spec,
    struct export_report *report, struct progress *progress, struct err *err);

#endif

/* What `new` and the imports share: parameters, and answers. */
#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include "tagtiger/import.h"
#include "priv.h"

#define PARAM_ID(text)                                                      \
	{                                                                   \
		"--id", .value = "COL", .help = text                        \
	}
#define PARAM_TEXT                                                          \
	{                                                                   \
		"--text", .type = CMD_LIST, .value = "COL[,COL...]",        \
		.required = true,                                           \
		.help = "text column; several are joined by a blank line"   \
	}
#define PARAM_LABEL                                                         \
	{                                                                   \
		"--label", .repeatable = true, .value = "COL",              \
		.help = "column of labels; repeat: a scheme each"           \
	}
#define PARAM_MULTILABEL                                                    \
	{                                                                   \
		"--multilabel", .repeatable = true, .value = "COL[:SEP]",   \
		.help = "column of several labels a cell, joined by SEP "   \
			"(default |)"                                       \
	}
#define PARAMS_FILE                                                         \
	{ "--format", .type = CMD_CHOICE, .choices =                        \
		"csv|xlsx|parquet|jsonl",                                   \
		.help = "the file's format; default: by its content" },     \
	{ "--sheet", .value = "NAME", .help =                               \
		"xlsx: which sheet; default: the first" },                  \
	{ "--sep", .value = "C", .help =                                    \
		"csv: the separator; default: found among , ; tab |" },     \
	{ "--no-quotes", .type = CMD_FLAG, .help =                          \
		"csv: a quote is a character like others" },                \
	{ "--encoding", .value = "E", .help =                               \
		"of the file, as iconv names it; default: UTF-8" },         \
	{ "--replace-invalid", .type = CMD_FLAG, .help =                    \
		"invalid bytes become U+FFFD instead of an error" },        \
	{ "--bad-rows", .type = CMD_CHOICE, .choices = "refuse|drop",       \
		.def = "refuse", .help = "rows that cannot be used: "       \
		"refuse the file, or leave them out" },                     \
	{ "--check", .type = CMD_FLAG, .help =                              \
		"only report what would be done: nothing is written" }

/* What PARAMS_FILE says of the file; strings are the call's. */
int import_file_options(struct cmd_call *c, struct table_options *o);
bool import_drop_rows(const struct cmd_call *c);

/* --label and --multilabel; owns the columns' names. */
struct label_args {
	struct import_label *v;
	char **names;
	size_t n;
};
void label_args_read(struct cmd_call *c, struct label_args *a);
void label_args_free(struct label_args *a);

/* The file, and rows that were left out. */
void reply_file(struct cmd_call *c, const struct import_report *r);
/* Texts of validation or test that are in train too: a warning. */
void reply_twins(struct cmd_call *c, uint64_t n,
    const struct import_names *first, const char *where, const char *todo);
void reply_strata(struct cmd_call *c, const struct import_report *r);
/* A check tells all it found, though the import would be refused. */
void reply_check(struct cmd_call *c, const struct import_report *r,
    const char *file, const struct table_options *options);
cJSON *import_names_json(const struct import_names *names);
/* "a, b, c and 4 more" */
void import_names_text(struct buf *b, const struct import_names *names);

#endif

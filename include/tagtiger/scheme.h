/*
 * Schemes and their labels. Ids are 64-bit numbers that never change and are
 * never used again; names are people's, unique among the living (compared in
 * NFC). A rename touches no annotation, a merge makes an alias, a delete a
 * tombstone: each is one event of the log and can be undone exactly.
 *
 * Functions that act are one transaction each; roles are the caller's affair
 * (user_require in user.h).
 */
#ifndef TAGTIGER_SCHEME_H
#define TAGTIGER_SCHEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

enum scheme_kind { SCHEME_MULTICLASS, SCHEME_MULTILABEL };

const char *scheme_kind_name(enum scheme_kind kind); /* "multiclass" */
int scheme_kind_of_name(const char *name, enum scheme_kind *kind);

struct label {
	int64_t id;
	char *name;
	char *key;	   /* one character as UTF-8, or "" */
	char *colour;	   /* "" or a name or #rrggbb, as was given */
	char *description; /* "" */
	int position;	   /* from 0 among the living; -1: not living */
	bool deleted;
	int64_t alias_of; /* 0, or what it was merged into */
	/* What its annotations count as now: id itself, the end of its
	 * aliases, or 0 where that is deleted. */
	int64_t effective;
};

struct scheme {
	int64_t id;
	char *name;
	enum scheme_kind kind;
	int position;
	bool deleted;
	struct label *labels; /* living ones in order, then the others by id */
	size_t nlabels;	      /* living */
	size_t nall;
};

/* All living schemes in order, with their labels. */
int scheme_list(struct project *p, struct scheme **out, size_t *n,
    struct err *err);
void scheme_list_free(struct scheme *s, size_t n);
/* By id (also a deleted one) or by name: ERR_NAME where there is none. */
int scheme_get(struct project *p, int64_t id, struct scheme *out,
    struct err *err);
int scheme_find(struct project *p, const char *name, struct scheme *out,
    struct err *err);
void scheme_free(struct scheme *s); /* what it points to; zeroes it */

/* In a scheme that was read: the living label of that name (NFC) or key; any
 * label by id; NULL: none. label_index: place among the living of what id
 * counts as, or -1. */
const struct label *label_named(const struct scheme *s, const char *name);
const struct label *label_keyed(const struct scheme *s, const char *key);
const struct label *label_by_id(const struct scheme *s, int64_t id);
int label_index(const struct scheme *s, int64_t id);

/* Acts. New ids come back where a pointer is given (may be NULL). Names:
 * not empty, one line, at most 200 bytes; "|" joins several labels in files and
 * may not be in the name of a label of a multi-label scheme. */
int scheme_add(struct project *p, const char *name, enum scheme_kind kind,
    int64_t *id, struct err *err);
int scheme_rename(struct project *p, int64_t scheme, const char *name,
    struct err *err);
int scheme_delete(struct project *p, int64_t scheme, struct err *err);
/* With its living labels; and where `annotations`, with everybody's current
 * labels. From multi-label to multi-class texts with several labels are left
 * out and counted in *left_out (may be NULL). */
int scheme_copy(struct project *p, int64_t scheme, const char *name,
    enum scheme_kind kind, bool annotations, int64_t *id, uint64_t *left_out,
    struct err *err);

/* Can a label of the scheme be called that? (Whether one is, is not asked.) */
int label_name_check(const struct scheme *s, const char *name,
    struct err *err);
int label_add(struct project *p, int64_t scheme, const char *name,
    int64_t *id, struct err *err);
/* n at once, all or none: ids (n) may be NULL. */
int label_add_many(struct project *p, int64_t scheme,
    const char *const *names, size_t n, int64_t *ids, struct err *err);
/* Onto the name of another living label it is a merge: *merged_into (may be
 * NULL) is then that label's id, else 0. */
int label_rename(struct project *p, int64_t label, const char *name,
    int64_t *merged_into, struct err *err);
int label_move(struct project *p, int64_t label, int position,
    struct err *err);
int label_delete(struct project *p, int64_t label, struct err *err);
/*
 * Some of a label's annotations become another label's: on these texts, those
 * of one account or (HISTORY_ANY) everybody's. The other label is made where
 * there is none of that name. One act: undo takes back all of it.
 */
struct label_split {
	int64_t scheme, label;
	const char *name;
	int64_t uid;
	const int64_t *docs; /* (n) */
	size_t n;
	const char *how; /* for the log: which were meant; may be NULL */
};
struct label_split_result {
	uint64_t texts, annotations;
	bool made; /* the label is new */
};
int label_split(struct project *p, const struct label_split *q,
    struct label_split_result *out, struct err *err);
/* NULL or "" takes it away. Keys are unique in a scheme. */
int label_key_set(struct project *p, int64_t label, const char *key,
    struct err *err);
int label_colour_set(struct project *p, int64_t label, const char *colour,
    struct err *err);
int label_describe(struct project *p, int64_t label, const char *text,
    struct err *err);

/* Markdown, one a scheme; every version stays in the log. "" where none was
 * written. Caller frees. */
char *codebook_get(struct project *p, int64_t scheme, struct err *err);
int codebook_set(struct project *p, int64_t scheme, const char *markdown,
    struct err *err);

#endif

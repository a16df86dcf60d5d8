/*
 * The log of all that people did: append-only, one SHA-256 chain a work copy.
 * Undo adds to it too. The history is this log, read.
 */
#ifndef TAGTIGER_HISTORY_H
#define TAGTIGER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

enum event_kind {
	/* on one text */
	EVENT_TAG = 1,
	EVENT_UNTAG = 2,
	EVENT_SKIP = 3,
	EVENT_COMMENT = 4,
	EVENT_FLAG = 5,
	EVENT_UNFLAG = 6,
	/* on a scheme */
	EVENT_SCHEME_ADD = 100,
	EVENT_SCHEME_RENAME = 101,
	EVENT_SCHEME_DELETE = 102,
	EVENT_LABEL_ADD = 110,
	EVENT_LABEL_RENAME = 111,
	EVENT_LABEL_MERGE = 112,
	EVENT_LABEL_MOVE = 113,
	EVENT_LABEL_DELETE = 114,
	EVENT_LABEL_KEY = 115,
	EVENT_LABEL_COLOUR = 116,
	EVENT_LABEL_DESCRIBE = 117,
	EVENT_LABEL_SPLIT = 118, /* the tags that it makes follow it */
	EVENT_CODEBOOK = 120,
	/* the rest: kept for the history */
	EVENT_UNDO = 200,
	EVENT_REDO = 201,
	EVENT_SESSION_CLEAR = 202,
	EVENT_CREATE = 300, /* the project */
	EVENT_IMPORT = 301,
	EVENT_DRAW = 302,
	EVENT_CONFIG = 303,
	EVENT_COLUMN = 304,
	EVENT_USER = 305,
	EVENT_EXPORT = 310,
	EVENT_BACKUP = 311,
	EVENT_FEATURE = 320,
	EVENT_TRAIN = 321, /* quick and bert */
	EVENT_SCORE = 322, /* a look at scores */
	EVENT_PREDICT = 323,
	EVENT_MODEL = 324, /* renamed, deleted */
	EVENT_PROJECT = 330, /* anything else about the project */
};

/* "tag", "label rename"; and back: -1 where there is none. */
const char *event_kind_name(enum event_kind kind);
int event_kind_of_name(const char *name, enum event_kind *kind);

struct event {
	int64_t replica, seq; /* which: the work copy and its place there */
	int64_t lamport;      /* the order over all work copies */
	int64_t time;	      /* ms since 1970 */
	int64_t uid;	      /* who did it */
	int64_t layer;	      /* in whose name, for events on a text */
	int64_t act;	      /* seq of the first event of the same act */
	enum event_kind kind;
	bool bulk;	      /* done by an import or a copy */
	int64_t scheme, doc;  /* 0: none */
	char *data;	      /* JSON object */
	bool undone;
	char *summary;	      /* one line for people: "tagged 1043: support" */
};
void event_free(struct event *e); /* what it points to */

/* For acts of the other layers (exports, trainings, ...): data is a JSON
 * object or NULL; kind is from EVENT_CREATE on. */
int history_add(struct project *p, enum event_kind kind, int64_t scheme,
    const char *data, struct err *err);

/*
 * Several events that are one act (an import, a bulk edit): between these two
 * is one transaction, and undo takes them back together. bulk marks them as
 * done by an import: no `undo` key takes them back, only history_undo. rc as
 * in project_end.
 */
int act_begin(struct project *p, bool bulk, struct err *err);
int act_end(struct project *p, int rc, struct err *err);

#define HISTORY_ANY INT64_MIN

struct history_filter {
	int64_t uid;	/* HISTORY_ANY, or who did it */
	int64_t scheme; /* 0: any */
	int64_t doc;	/* 0: any */
	int kind;	/* 0: any */
	int64_t since, until; /* ms since 1970; 0: open */
	bool bulk;	/* also the single events of imports */
};
#define HISTORY_ALL { .uid = HISTORY_ANY }

/* A page, newest first. *before is the place to go on from: { 0, 0 } is the
 * newest; it is moved past the last one returned. Free with
 * history_page_free. */
struct history_place {
	int64_t lamport, replica;
};
int history_page(struct project *p, const struct history_filter *f,
    struct history_place *before, size_t limit, struct event **out, size_t *n,
    struct err *err);
/* Only go on by up to `limit` events: *n of them were left. */
int history_pass(struct project *p, const struct history_filter *f,
    struct history_place *before, size_t limit, size_t *n, struct err *err);
void history_page_free(struct event *e, size_t n);
/* Same filter, count. */
int history_count(struct project *p, const struct history_filter *f,
    uint64_t *n, struct err *err);

/*
 * Undo takes back this account's newest act that is not undone (on a text, or
 * on a scheme), redo the newest undo, until a fresh act. Returns 1 and says
 * what was done; 0: there is nothing to take back; -1: an error (among them a
 * label's old name that is another's by now: ERR_DENIED).
 */
struct undone {
	enum event_kind kind; /* of the act taken back or done again */
	int64_t scheme, doc;  /* 0: none. Go there. */
	char *doc_id;	      /* NULL: none */
	char *before, *after; /* labels joined by "|", or names; NULL: none */
	size_t events;	      /* of the act */
	char *summary;	      /* "undone: tagged 1043: support" */
};
int history_undo(struct project *p, struct undone *out, struct err *err);
int history_redo(struct project *p, struct undone *out, struct err *err);
/* A certain act: the account's own, or for a manager anyone's on a scheme and
 * any import. ERR_DENIED otherwise. 0: it is undone already. */
int history_undo_act(struct project *p, int64_t replica, int64_t act,
    struct undone *out, struct err *err);
void undone_free(struct undone *u);
/*
 * Which act they would turn: 1, or 0 where there is none. `many`: of so many
 * texts that it takes longer than a key may. With an act of 0 the newest that
 * history_undo, or with `redo` history_redo, would take.
 */
struct turn {
	bool redo;
	int64_t replica, act;
	bool many;
};
int history_turn(struct project *p, struct turn *t, struct err *err);

#endif

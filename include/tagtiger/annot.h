/*
 * Annotations: acts (each one event of the log, durable when the function
 * has returned) and what stands now. What an account says about a text in a
 * scheme is a layer; the layer LAYER_FINAL is adjudication's.
 */
#ifndef TAGTIGER_ANNOT_H
#define TAGTIGER_ANNOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/lease.h"

struct err;
struct project;

#define LAYER_FINAL (-1) /* the uid under which adjudication writes */

/* In whose name an act is done. */
enum whose {
	WHOSE_MINE, /* this account's */
	WHOSE_FINAL,
	WHOSE_UID, /* another's: imports in the name of an annotator */
};

struct tag {
	int64_t scheme, doc;
	const int64_t *labels; /* (nlabels) ids; none: "none of these" */
	size_t nlabels;
	const char *comment; /* NULL: as it is; "": taken away */
	bool accepted;	     /* the prediction was accepted with one key */
	enum whose whose;
	int64_t uid;	  /* for WHOSE_UID */
	int64_t when;	  /* ms since 1970 that the source states; 0: now */
	bool bulk;	  /* of an import: no session, not for `undo` */
	/* How the text was chosen; NULL: as its lease says, if there is
	 * one. */
	const struct pick *pick;
};

/*
 * Acts on a text. With pick (else NULL) the same transaction takes the
 * account's next text of `set`, *next being its lease: the act is on disk and
 * the next text leased when the function returns. An unknown label, one that
 * is deleted, or several in a multi-class scheme are refused (ERR_NAME).
 */
struct next {
	enum set set;
	pick_fn *pick;
	void *arg;
	struct lease lease; /* out */
};
int annot_tag(struct project *p, const struct tag *tag, struct next *next,
    struct err *err);
int annot_skip(struct project *p, int64_t scheme, int64_t doc,
    struct next *next, struct err *err);
int annot_untag(struct project *p, int64_t scheme, int64_t doc,
    enum whose whose, struct err *err);
/* To a text that is tagged or not; "" takes it away. */
int annot_comment(struct project *p, int64_t scheme, int64_t doc,
    const char *comment, struct err *err);
int annot_flag(struct project *p, int64_t scheme, int64_t doc, bool flag,
    struct err *err);
/* In another's name: of an import. */
int annot_comment_as(struct project *p, int64_t scheme, int64_t doc,
    int64_t uid, const char *comment, struct err *err);
int annot_flag_as(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    bool flag, struct err *err);

/* ---- what stands now ---- */

struct annot {
	int64_t scheme, doc, uid; /* uid: whose; LAYER_FINAL: adjudicated */
	bool tagged;		  /* labels that count, or "none" */
	int64_t *labels;	  /* (nlabels) effective, no one twice */
	size_t nlabels;
	int64_t time; /* ms since 1970 of its last tag */
	bool accepted;
	bool flag;
	char *comment; /* "" */
};

/* 1 there is one, 0 none, -1. uid: an account or LAYER_FINAL. */
int annot_get(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    struct annot *out, struct err *err);
/* Were all its labels given in the program, none imported, before the time? */
int annot_blind(struct project *p, int64_t scheme, int64_t doc,
    int64_t before, bool *blind, struct err *err);
/* All layers of a text in a scheme. */
int annot_layers(struct project *p, int64_t scheme, int64_t doc,
    struct annot **out, size_t *n, struct err *err);
/* Of a text's layers the one that CHOICE_FINAL means: adjudicated, else
 * unanimous, or NULL. */
const struct annot *annot_final(const struct annot *v, size_t n);
void annot_free(struct annot *a); /* what it points to */
void annot_list_free(struct annot *a, size_t n);

/* Whose labels are meant. */
enum layer_choice {
	CHOICE_FINAL, /* adjudicated, else unanimous, else left out */
	CHOICE_UID,   /* one annotator's, or LAYER_FINAL */
	CHOICE_ALL,   /* a row for each text and annotator */
};

struct annot_query {
	int64_t scheme;
	enum layer_choice choice;
	int64_t uid; /* CHOICE_UID */
	unsigned sets;
	bool extra; /* times, comments and who, too */
	int64_t from, to; /* only these texts; 0, 0: all */
};

/*
 * All labels of a scheme at once: row i is text doc[i] (rising, then by uid)
 * with labels label[start[i]] .. label[start[i + 1] - 1], effective ids;
 * none: "none of these".
 */
struct annot_bulk {
	size_t n;
	int64_t *doc;	 /* (n) */
	uint8_t *set;	 /* (n) */
	size_t *start;	 /* (n + 1) */
	int64_t *label;	 /* (start[n]) */
	uint64_t disagree; /* texts left out: annotators differ */
	/* with extra (else NULL); for CHOICE_FINAL the newest of the rows
	 * that agree */
	int64_t *uid;	   /* (n) */
	int64_t *time;	   /* (n) ms since 1970 */
	char **comment;	   /* (n) NULL: none; several joined by " | " */
	uint32_t *agreed;  /* (n) annotators behind the row */
};
int annot_bulk(struct project *p, const struct annot_query *q,
    struct annot_bulk *out, struct err *err);
void annot_bulk_free(struct annot_bulk *b);

/* Texts by label, in CHOICE_UID and CHOICE_FINAL; CHOICE_ALL counts texts
 * that anyone gave it to. The connection remembers the last few counts and
 * follows the log, so that asking after every act is cheap. */
struct annot_counts {
	uint64_t tagged;   /* texts with labels or "none" */
	uint64_t none;	   /* of these, "none of these" */
	uint64_t disagree; /* CHOICE_FINAL: left out */
	size_t nlabels;	   /* living, in the scheme's order */
	int64_t *label;	   /* (nlabels) */
	uint64_t *count;   /* (nlabels) */
};
int annot_count(struct project *p, const struct annot_query *q,
    struct annot_counts *out, struct err *err);
void annot_counts_free(struct annot_counts *c);
/* How many texts of the sets each annotator has tagged. */
struct annot_by {
	int64_t uid;
	uint64_t tagged;
	int64_t last; /* ms since 1970 */
};
int annot_by(struct project *p, int64_t scheme, unsigned sets,
    struct annot_by **out, size_t *n, struct err *err); /* caller frees */
/*
 * The first count of a scheme goes through all its annotations; later ones
 * follow the log. Are those of this connection at that (by anyone's labels),
 * or is the project small? Else a reader can count in another thread, and its
 * counts be taken over.
 */
#define QUICKLY_COUNTED 20000 /* texts */
bool annot_counted(struct project *p, int64_t scheme);
void annot_counts_take(struct project *p, struct project *from);

/* When an account tagged in a scheme, since a moment: ms since 1970, in the
 * order of its acts, those of imports left out. Caller frees. */
int annot_times(struct project *p, int64_t scheme, int64_t uid, int64_t since,
    int64_t **out, size_t *n, struct err *err);

/*
 * What selection must know of every text, by seq; *max + 1 places. A place
 * without a text is DOC_ABSENT.
 */
#define DOC_SET_MASK 0x0003u	/* enum set */
#define DOC_ABSENT 0x0004u
#define DOC_TAGGED_MINE 0x0008u /* by this account */
#define DOC_TAGGED 0x0010u	/* by anyone, adjudication too */
#define DOC_SEEN 0x0020u	/* in this account's session */
#define DOC_SKIPPED 0x0040u	/* of these, skipped */
#define DOC_HELD 0x0080u	/* leased to another account */
#define DOC_FLAGGED 0x0100u	/* by anyone */
#define DOC_COMMENTED 0x0200u	/* by anyone */
#define DOC_OUT 0x0400u		/* in a work copy; annot_flags alone says it */
#define DOC_PEOPLE 0x3800u	/* how many tagged it, up to DOC_PEOPLE_MAX */
#define DOC_PEOPLE_ONE 0x0800u
#define DOC_PEOPLE_MAX 7
#define DOC_DECIDED 0x4000u	/* adjudicated */
int annot_flags(struct project *p, int64_t scheme, uint16_t **flags,
    int64_t *max, struct err *err); /* caller frees *flags */
/* The same for the texts from..to, and for one, for keeping such an array up
 * to date. */
int annot_flags_range(struct project *p, int64_t scheme, int64_t from,
    int64_t to, uint16_t *flags /* (to - from + 1) */, struct err *err);
int annot_flags_one(struct project *p, int64_t scheme, int64_t doc,
    uint16_t *flags, struct err *err);
/* The texts that acts since a log position touched in the scheme, by anyone,
 * so that an array can follow. *since is set to the position now; 0 at first
 * only sets it. Caller frees *docs (each once, rising). Returns 1 where
 * labels or sets have changed too, so that any text may stand otherwise: make
 * the array anew. */
int annot_changed(struct project *p, int64_t scheme, int64_t *since,
    int64_t **docs, size_t *n, struct err *err);

#endif

/*
 * What is handed to whom. A text that an account has on its screen is leased:
 * nobody else gets it by accident. One open lease an account, scheme and set:
 * asked again, the same text, until it is tagged or skipped. A lease that has
 * ended or was released lets others have the text; where none of them holds it
 * or has tagged it, the account finds it again. And the session: what an
 * account has seen (tagged or skipped) of a scheme's set, until it is cleared.
 */
#ifndef TAGTIGER_LEASE_H
#define TAGTIGER_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tagtiger/doc.h"

struct err;
struct project;

/* Without a sign of life. One that would last more than twice that, since the
 * clock was put back, has ended. */
#define LEASE_SECONDS (30 * 60)

/* A text chosen, and by which policy. */
struct pick {
	int64_t doc;	     /* 0: none */
	char mode[24];	     /* "active" */
	char why[160];	     /* for people: "entropy 0.98, highest of 1,038" */
	char criteria[400];  /* JSON of what the choice was made among */
	double probability;  /* of inclusion; NAN: not a random draw */
	double score;	     /* what it was chosen by; NAN: none */
	int64_t model;	     /* that the choice used; 0: none */
};

/*
 * Chooses a text: fills out (out->doc 0: nothing is left) and returns 0, or
 * -1. Called inside the writing transaction with the connection that writes;
 * it may read with it. Called again with `rejected` set to the text that it
 * proposed where that is held by another account: propose another, never one
 * twice.
 */
typedef int pick_fn(struct project *p, void *arg, int64_t rejected,
    struct pick *out, struct err *err);

struct lease {
	struct pick pick;   /* doc 0: nothing is left */
	int64_t uid, scheme;
	enum set set;
	int64_t expires;    /* ms since 1970 */
	bool again;	    /* the one that was open already */
};

/*
 * The account's open lease for scheme and set, renewed; else a new one by
 * pick. fresh: the open one is released and another text is drawn (it stays
 * unseen; pick is told it as `rejected`, so that it is not drawn at once
 * again where there is another).
 */
int lease_take(struct project *p, int64_t scheme, enum set set, bool fresh,
    pick_fn *pick, void *arg, struct lease *out, struct err *err);
/*
 * A text that this account has before it beside the one that it tags: it
 * decides on it (adjudication), or went to it by its id, from a table or back.
 * One a slot; set numbers from 5 on in the file. Where another account has the
 * text, it is not leased, and *holder is that uid, else -1. What is held
 * already is written only when it ages.
 */
enum lease_slot { LEASE_RULING = 5, LEASE_VISIT = 6 };
int lease_aside(struct project *p, int64_t scheme, enum lease_slot slot,
    int64_t doc, int64_t *holder, struct err *err);
int lease_aside_end(struct project *p, int64_t scheme, enum lease_slot slot,
    struct err *err);
/* Read only: 1 there is one, 0 none. */
int lease_open(struct project *p, int64_t scheme, enum set set,
    struct lease *out, struct err *err);
/* From now on the leases that are taken are this process's: others have the
 * texts when it is gone, however it ended. Without, as in a command that ends
 * at once, they last their time. */
void lease_stays(struct project *p);
/* All of this process's leases live on (activity), or end (quitting). */
int lease_renew(struct project *p, struct err *err);
int lease_release(struct project *p, struct err *err);
/* Texts of the scheme held by other accounts, for `held by bob`. */
struct lease_held {
	int64_t doc, uid;
	int64_t expires;
};
int lease_held(struct project *p, int64_t scheme, struct lease_held **out,
    size_t *n, struct err *err); /* caller frees *out */

/* ---- the session ---- */

enum session_how { SESSION_TAGGED = 1, SESSION_SKIPPED = 2 };

struct session_entry {
	int64_t doc;
	enum session_how how;
	enum set set;
	int64_t time; /* ms since 1970, of the last act */
};
/* Oldest first. Caller frees *out. */
int session_list(struct project *p, int64_t scheme, unsigned sets,
    struct session_entry **out, size_t *n, struct err *err);
/* *cleared (may be NULL): how many texts can be drawn again. */
int session_clear(struct project *p, int64_t scheme, unsigned sets,
    uint64_t *cleared, struct err *err);

#endif

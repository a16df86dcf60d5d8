/*
 * Three processes of the real program that write to one project: one tags, one
 * changes a scheme (labels added, renamed, merged, deleted, undone), one
 * imports annotations and makes features, backups, exports and snapshots. Where
 * this is root each is another account, else the three are one.
 *
 * What each does follows from a seed, so that what should stand is known: all
 * that was answered, and of the act under way all or nothing.
 */
#ifndef WRITERS_H
#define WRITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tagtiger/rng.h"

#define DOCS	 60
#define NAMES	 6    /* labels that the second one plays with */
#define ACTS_MAX 2000 /* of one process */

enum { TAGS, SCHEMES, MANAGES, WRITERS };

struct standing {
	int label[DOCS + 1]; /* TAGS, MANAGES: -1 none, 0..2 */
	bool names[NAMES];   /* SCHEMES */
};

struct act {
	struct standing after;
	uint64_t told_at; /* when it was answered; 0: not yet */
	bool undoable;
	enum { MAKES_NOTHING, MAKES_BACKUP, MAKES_EXPORT } makes;
	char made[128]; /* that file */
};

struct writer {
	pid_t pid;
	int to, from; /* its script and its answers */
	uid_t uid;
	gid_t gid;
	struct rng rng;
	struct standing stood; /* when the process began */
	struct act acts[ACTS_MAX];
	size_t nacts, ntold; /* all but the last are told */
	int next_doc;	     /* that next has handed out; 0: none */
	uint64_t made;	     /* files, for their names */
};

struct writers {
	struct writer of[WRITERS];
	bool several; /* accounts */
	char base[64], folder[96], project[128], program[96];
};

void writers_set_up(struct writers *w, const char *base, uint64_t seed);
/* The program begins, of its account; the child does `last` before it. */
void writer_start(const struct writers *w, struct writer *one,
    void (*last)(void));
/* Its next act, as a line of its script. */
void writer_act(const struct writers *w, struct writer *one, char *line,
    size_t size);
/* Its answer to that, at an instant that is not 0. */
void writer_told(struct writer *one, const char *answer, uint64_t at);
/* Does everything stand that was answered up to then, and is it sound? Then it
 * is what the next processes begin with, if `go_on`. */
void writers_verify(struct writers *w, uint64_t at, bool go_on);

#endif

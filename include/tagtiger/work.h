/*
 * Work for a colleague elsewhere: a part of the project as a small project
 * file, a work copy, which they annotate with the same program and send back;
 * and merging its log, as the union of the events of both. Texts keep their
 * numbers in the copy, accounts theirs, so that events mean the same on both
 * sides. man/tagtiger-project.5, WORK COPIES, has the rules.
 */
#ifndef TAGTIGER_WORK_H
#define TAGTIGER_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct progress;
struct project;

#define WORK_ANYONE INT64_MIN

/*
 * Write these texts, with all schemes, labels, codebooks and the whole log,
 * to `target` (NAME.tiger), which must not exist. p may be a reader. *copy:
 * the copy's replica.
 */
struct work_spec {
	const int64_t *docs; /* (n) rising */
	size_t n;
	int64_t uid;   /* whoever opens the copy acts as this user;
			  WORK_ANYONE: as the one of their account's name */
	int64_t until; /* ms since 1970: the texts are given to nobody else */
};
int work_export(struct project *p, const char *target,
    const struct work_spec *spec, int64_t *copy, struct progress *progress,
    struct err *err);

/* Texts from..to that are out in work copies now: 1 each. */
int work_out(struct project *p, int64_t from, int64_t to,
    uint8_t *out /* (to - from + 1) */, struct err *err);
/* The copy is finished: its texts are not out any more. */
int work_back(struct project *p, int64_t copy, struct err *err);

/* Is this project a work copy? */
bool work_is_copy(const struct project *p);

struct work_merged {
	int64_t copy;	   /* the file's replica */
	uint64_t events;   /* new here */
	uint64_t tagged;   /* texts that these tagged */
	uint64_t second;   /* of them, tagged by somebody else as well */
	uint64_t absent;   /* acts on texts that are not here */
	uint64_t own;	   /* of parameters, columns, people, models: theirs */
	struct work_by {
		char *name;
		uint64_t tagged;
	} *by;		   /* (nby) */
	size_t nby;
	char **said;	   /* (nsaid) what both sides had done, resolved */
	size_t nsaid;
};
/*
 * Add what the copy's log has and this one's lacks, as one act and in one
 * transaction, after the chains were verified. Nothing new: nothing is
 * written. dry: all is tried and taken back.
 */
int work_merge(struct project *p, const char *path, bool dry,
    struct progress *progress, struct work_merged *out, struct err *err);
void work_merged_free(struct work_merged *m);

#endif

/*
 * One label for many texts: one transaction and one act, which one undo takes
 * back. For the thread that owns the writing connection.
 */
#ifndef TAGTIGER_TAGMANY_H
#define TAGTIGER_TAGMANY_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct progress;
struct project;
struct tag;

/* tag->doc is each of docs in turn. *done: how many. Texts of the rest are
 * refused, and then none is tagged; so when progress is cancelled. */
int tag_many(struct project *p, const struct tag *tag, const int64_t *docs,
    size_t n, struct progress *progress, size_t *done, struct err *err);

/* Before that: how many of them this account has tagged otherwise, how many
 * may not be tagged at all, and how many others have before them, whose labels
 * will be second opinions. Any connection. */
struct tag_many_look {
	size_t other, rest, held;
};
int tag_many_look(struct project *p, const struct tag *tag,
    const int64_t *docs, size_t n, struct tag_many_look *out,
    struct err *err);
/* Can all of them be tagged? Else why not. */
int tag_many_may(const struct tag_many_look *look, struct err *err);

#endif

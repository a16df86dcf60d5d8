/*
 * What colleagues did meanwhile, in one line: "bob: 12 more texts tagged".
 */
#ifndef TAGTIGER_NEWS_H
#define TAGTIGER_NEWS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct project;

struct news { /* the place in the log up to which all is told; zero at first */
	bool begun;
	int64_t lamport, replica;
};

/* Add what others did since the last call; nothing where they did nothing,
 * and at the first one. What they tagged is counted; of acts on labels and
 * the like the newest is named. */
int news_read(struct project *p, struct news *n, struct buf *out,
    struct err *err);

#endif

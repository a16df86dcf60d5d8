/*
 * What an account wants marked in every text that it reads: words and regular
 * expressions, kept with the account in the project file. Case is ignored.
 */
#ifndef TAGTIGER_HIGHLIGHT_H
#define TAGTIGER_HIGHLIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "tagtiger/hits.h"

struct err;
struct project;

#define HIGHLIGHTS_MAX 100

struct highlight {
	char *pattern;
	bool word; /* it stands for itself, as a whole word */
};

/* In the order they were added. */
int highlight_list(struct project *p, struct highlight **out, size_t *n,
    struct err *err);
void highlight_list_free(struct highlight *v, size_t n);
/* ERR_USAGE: a pattern that does not compile, or one too many. What is there
 * already is replaced. */
int highlight_add(struct project *p, const char *pattern, bool word,
    struct err *err);
int highlight_delete(struct project *p, const char *pattern,
    struct err *err); /* ERR_NAME where there is none */

/* Where they are in a text, in order, none inside another; at most `max`.
 * One that takes too many steps on this text is left out. */
void highlight_find(const struct highlight *v, size_t n, const char *text,
    size_t len, size_t max, struct hit **out, size_t *nhits);

#endif

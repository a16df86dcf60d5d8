/*
 * Finding a name by a few of its letters. Case and accents do not count; a
 * space between two parts means that the name has both. What begins so comes
 * first, then what has a word that begins so, then what has words that begin
 * with these letters ("pi": policy instrument), then what holds the letters
 * together, then what holds them in this order.
 */
#ifndef TAGTIGER_FUZZY_H
#define TAGTIGER_FUZZY_H

#include <stdbool.h>

struct fuzzy;

/* What was typed, prepared; NULL-terminated UTF-8. */
struct fuzzy *fuzzy_new(const char *typed);
void fuzzy_free(struct fuzzy *f); /* NULL is fine */

/* How far the name is from what was typed: 0 is nearest, -1 has not got it. */
int fuzzy_rank(const struct fuzzy *f, const char *name);
/* Which bytes of the name were typed, (strlen(name)); all of a letter. */
void fuzzy_mark(const struct fuzzy *f, const char *name, bool *marked);

#endif

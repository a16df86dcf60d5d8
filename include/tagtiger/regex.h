/*
 * Regular expressions over UTF-8 text: PCRE2, compiled to machine code,
 * with \w, \d and \b by Unicode. Bytes that are not UTF-8 match nothing.
 *
 * A struct regex is read-only once compiled and may be used by any thread:
 * what a match needs to write stands in memory that each thread has of its
 * own.
 */
#ifndef TAGTIGER_REGEX_H
#define TAGTIGER_REGEX_H

#include <stddef.h>

struct err;
struct regex;

#define REGEX_NO_CASE 1u /* letters match in either case */
#define REGEX_LITERAL 2u /* the pattern is plain text */

/* NULL and err (ERR_USAGE), which says what is wrong and after which
 * character of the pattern. */
struct regex *regex_compile(const char *pattern, size_t len, unsigned flags,
    struct err *err);
void regex_free(struct regex *re); /* NULL is fine */

/* 1: it matches somewhere, 0: it does not, -1: err; a pattern that needs too
 * many steps on this text ends so. */
int regex_match(const struct regex *re, const char *text, size_t len,
    struct err *err);

/*
 * The first match at or after byte `*from`: bytes *begin .. *end-1. Moves
 * *from behind it, so that a loop yields every match, also empty ones, once:
 *	size_t from = 0, begin, end;
 *	while (regex_next(re, text, len, &from, &begin, &end, &err) == 1)
 * Returns as regex_match.
 */
int regex_next(const struct regex *re, const char *text, size_t len,
    size_t *from, size_t *begin, size_t *end, struct err *err);

#endif

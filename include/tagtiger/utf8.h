/*
 * UTF-8 as people see it, over utf8proc. Strings are pointer and length
 * unless a NUL is said; positions are bytes unless code points are said.
 */
#ifndef TAGTIGER_UTF8_H
#define TAGTIGER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Decode one code point; returns its bytes, or 0 where the input is invalid
 * (overlong, surrogate, cut short, above U+10FFFF). len > 0. */
size_t utf8_decode(const char *s, size_t len, int32_t *cp);
size_t utf8_encode(int32_t cp, char out[4]); /* returns 1..4 */

/* First invalid byte's offset, or len when all is valid. */
size_t utf8_validate(const char *s, size_t len);
/* Copy with each invalid byte replaced by U+FFFD; returns how many. */
size_t utf8_repair(const char *s, size_t len, struct buf *out);

size_t utf8_count(const char *s, size_t len); /* code points */

/* Bytes and columns of the grapheme cluster (UAX 29) that s starts with.
 * *width is 0, 1 or 2; control characters have width -1. len > 0. */
size_t utf8_grapheme(const char *s, size_t len, int *width);
int utf8_width(const char *s, size_t len); /* columns of the whole */

/* Is this code point one that must not reach a terminal as it is: C0, C1,
 * DEL, bidi overrides and isolates, line and paragraph separators? */
bool utf8_is_control(int32_t cp);

/* NFC, and NFC after Unicode case folding; NUL-terminated, caller frees. */
char *utf8_nfc(const char *s, size_t len);
char *utf8_fold(const char *s, size_t len);
/* The same with accents and other marks dropped: for finding. */
char *utf8_plain(const char *s, size_t len);

/* URL-compatible: accents dropped, ASCII letters and digits and "-.~" kept as
 * they are, spaces and underscores to dashes, letters of other scripts
 * percent-encoded, the rest dropped, dashes never doubled nor at an end.
 * What nothing is left of gives "-". NUL-terminated, caller frees. */
char *utf8_slug(const char *s, size_t len);
/* Is s the slug that utf8_slug would give? (It may say no of "-" alone.) */
bool utf8_is_slug(const char *s, size_t len);

#endif

/*
 * A growing byte string. data is always NUL-terminated once anything was
 * added (len does not count the NUL), and may hold NULs of its own.
 *	struct buf b = BUF_INIT; buf_addf(&b, ...); ... buf_free(&b);
 */
#ifndef TAGTIGER_BUF_H
#define TAGTIGER_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t len, cap;
};

#define BUF_INIT { NULL, 0, 0 }

void buf_reserve(struct buf *b, size_t more); /* room for more and a NUL */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addi(struct buf *b, int64_t v); /* in decimal */
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "48,210": into out, or where it is needed:
 *	buf_addf(b, "%s texts", COUNT(n)); */
const char *count_text(long long n, char out[32]);
#define COUNT(n) count_text((long long)(n), (char[32]){ 0 })
void buf_add_size(struct buf *b, int64_t bytes); /* "4.2 MB" */
void buf_clear(struct buf *b);		  /* keeps the memory */
void buf_free(struct buf *b);		  /* usable again afterwards */
char *buf_take(struct buf *b);		  /* caller frees; never NULL */
const char *buf_str(const struct buf *b); /* "" when nothing was added */

#endif

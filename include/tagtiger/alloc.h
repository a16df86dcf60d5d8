/*
 * Memory that is there or ends the program. Sizes of what people type and
 * click go through x*; large buffers (matrices, whole files) go through
 * try_alloc, whose failure is an ordinary error.
 */
#ifndef TAGTIGER_ALLOC_H
#define TAGTIGER_ALLOC_H

#include <stddef.h>

struct err;

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);		     /* zeroed */
void *xreallocarray(void *p, size_t n, size_t size); /* checks n * size */
char *xstrdup(const char *s);			     /* NULL stays NULL */
char *xstrndup(const char *s, size_t len);	     /* copies len bytes, adds NUL */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* n * size bytes, not cleared, aligned to 64; NULL fills err. free() frees. */
void *try_alloc(size_t n, size_t size, struct err *err);

/*
 * Room for one more element in a growing array: doubles *cap as needed.
 *	v = array_room(v, n, &cap, sizeof *v);
 */
void *array_room(void *v, size_t n, size_t *cap, size_t size)
    __attribute__((returns_nonnull));

#endif

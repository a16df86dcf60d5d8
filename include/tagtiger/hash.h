/*
 * SHA-256 (FIPS 180-4), for the log's chain and for files by their content;
 * and a table from strings to numbers.
 */
#ifndef TAGTIGER_HASH_H
#define TAGTIGER_HASH_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct sha256 {
	uint64_t state[16]; /* libnettle's struct sha256_ctx */
};

void sha256_init(struct sha256 *c);
void sha256_add(struct sha256 *c, const void *data, size_t len);
void sha256_end(struct sha256 *c, unsigned char out[32]);
void sha256_hex(const unsigned char hash[32], char out[65]);

/* Keys are copied; values are any int64. NULL-safe free. */
struct strmap;
struct strmap *strmap_new(void);
void strmap_free(struct strmap *m);
size_t strmap_count(const struct strmap *m);
/* The value's place, or NULL. Valid until the next strmap_put. */
int64_t *strmap_get(const struct strmap *m, const char *key, size_t len);
/* The value's place: made with `value` where the key is new (*is_new, if not
 * NULL, says which). */
int64_t *strmap_put(struct strmap *m, const char *key, size_t len,
    int64_t value, int *is_new);
/* i in [0, count), in the order of first insertion. */
const char *strmap_key(const struct strmap *m, size_t i, size_t *len);
int64_t strmap_value(const struct strmap *m, size_t i);

#endif

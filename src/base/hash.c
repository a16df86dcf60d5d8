#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>
/* The library's header renames its function of this name by a macro. */
#undef sha256_init

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct sha256),
    "struct sha256 has room for the library's");

static struct sha256_ctx *
context(struct sha256 *c)
{
	return (struct sha256_ctx *)c->state;
}

void
sha256_init(struct sha256 *c)
{
	nettle_sha256_init(context(c));
}

void
sha256_add(struct sha256 *c, const void *data, size_t len)
{
	nettle_sha256_update(context(c), len, data);
}

void
sha256_end(struct sha256 *c, unsigned char out[32])
{
	nettle_sha256_digest(context(c), SHA256_DIGEST_SIZE, out);
}

void
sha256_hex(const unsigned char hash[32], char out[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/*
 * strmap: open addressing over indices into an array of entries, whose keys
 * stand NUL-terminated in one pool. Hash: FNV-1a, finished by a multiply.
 */
struct entry {
	size_t key; /* offset into the pool */
	size_t len;
	uint64_t hash;
	int64_t value;
};

struct strmap {
	struct entry *entries;
	size_t n, cap;
	uint32_t *slots; /* entry + 1, 0 empty; a power of two of them */
	size_t nslots;
	char *pool;
	size_t used, size;
};

static uint64_t
hash_bytes(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	return (h ^ h >> 32) * 0x9e3779b97f4a7c15;
}

struct strmap *
strmap_new(void)
{
	struct strmap *m = xcalloc(1, sizeof *m);

	m->nslots = 64;
	m->slots = xcalloc(m->nslots, sizeof *m->slots);
	return m;
}

void
strmap_free(struct strmap *m)
{
	if (m == NULL)
		return;
	free(m->entries);
	free(m->slots);
	free(m->pool);
	free(m);
}

size_t
strmap_count(const struct strmap *m)
{
	return m->n;
}

static size_t
strmap_slot(const struct strmap *m, const char *key, size_t len, uint64_t hash)
{
	size_t i = hash >> 20 & (m->nslots - 1);
	const struct entry *e;

	for (; m->slots[i] != 0; i = (i + 1) & (m->nslots - 1)) {
		e = &m->entries[m->slots[i] - 1];
		if (e->hash == hash && e->len == len &&
		    memcmp(m->pool + e->key, key, len) == 0)
			break;
	}
	return i;
}

int64_t *
strmap_get(const struct strmap *m, const char *key, size_t len)
{
	size_t i = strmap_slot(m, key, len, hash_bytes(key, len));

	return m->slots[i] ? &m->entries[m->slots[i] - 1].value : NULL;
}

static void
strmap_grow(struct strmap *m)
{
	size_t j;

	m->nslots *= 2;
	free(m->slots);
	m->slots = xcalloc(m->nslots, sizeof *m->slots);
	for (size_t i = 0; i < m->n; i++) {
		j = m->entries[i].hash >> 20 & (m->nslots - 1);
		while (m->slots[j] != 0)
			j = (j + 1) & (m->nslots - 1);
		m->slots[j] = (uint32_t)(i + 1);
	}
}

int64_t *
strmap_put(struct strmap *m, const char *key, size_t len, int64_t value,
    int *is_new)
{
	uint64_t hash = hash_bytes(key, len);
	size_t i = strmap_slot(m, key, len, hash);
	struct entry *e;

	if (is_new != NULL)
		*is_new = m->slots[i] == 0;
	if (m->slots[i] != 0)
		return &m->entries[m->slots[i] - 1].value;
	m->entries = array_room(m->entries, m->n, &m->cap, sizeof *e);
	while (m->size - m->used < len + 1) {
		m->size = m->size ? m->size * 2 : 1024;
		m->pool = xreallocarray(m->pool, m->size, 1);
	}
	if (len > 0)
		memcpy(m->pool + m->used, key, len);
	m->pool[m->used + len] = '\0';
	e = &m->entries[m->n];
	*e = (struct entry){ m->used, len, hash, value };
	m->used += len + 1;
	m->slots[i] = (uint32_t)++m->n;
	if (m->n * 2 > m->nslots)
		strmap_grow(m);
	return &m->entries[m->n - 1].value;
}

const char *
strmap_key(const struct strmap *m, size_t i, size_t *len)
{
	if (len != NULL)
		*len = m->entries[i].len;
	return m->pool + m->entries[i].key;
}

int64_t
strmap_value(const struct strmap *m, size_t i)
{
	return m->entries[i].value;
}

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"

static const uint32_t sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t
rotr(uint32_t x, int k)
{
	return x >> k | x << (32 - k);
}

static void
sha256_block(struct sha256 *c, const unsigned char *p)
{
	uint32_t w[64], v[8], a, e, t1, t2;

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		    (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 64; i++) {
		a = w[i - 15];
		e = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] +
		    (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) +
		    (rotr(e, 17) ^ rotr(e, 19) ^ e >> 10);
	}
	memcpy(v, c->h, sizeof v);
	for (int i = 0; i < 64; i++) {
		a = v[0];
		e = v[4];
		t1 = v[7] + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +
		    ((e & v[5]) ^ (~e & v[6])) + sha256_k[i] + w[i];
		t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +
		    ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof *v);
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		c->h[i] += v[i];
}

void
sha256_init(struct sha256 *c)
{
	*c = (struct sha256){ .h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
				  0xa54ff53a, 0x510e527f, 0x9b05688c,
				  0x1f83d9ab, 0x5be0cd19 } };
}

void
sha256_add(struct sha256 *c, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t have = c->bytes % 64, take;

	c->bytes += len;
	while (len > 0) {
		if (have == 0 && len >= 64) {
			sha256_block(c, p);
			take = 64;
		} else {
			take = 64 - have < len ? 64 - have : len;
			memcpy(c->block + have, p, take);
			have = (have + take) % 64;
			if (have == 0)
				sha256_block(c, c->block);
		}
		p += take;
		len -= take;
	}
}

void
sha256_end(struct sha256 *c, unsigned char out[32])
{
	static const unsigned char pad[64] = { 0x80 };
	uint64_t bits = c->bytes * 8;
	unsigned char length[8];

	sha256_add(c, pad, 1 + (119 - c->bytes % 64) % 64);
	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_add(c, length, 8);
	for (int i = 0; i < 32; i++)
		out[i] = (unsigned char)(c->h[i / 4] >> (24 - 8 * (i % 4)));
}

void
sha256_hex(const unsigned char hash[32], char out[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

int
sha256_file(const char *path, unsigned char out[32], struct err *err)
{
	unsigned char block[65536];
	struct sha256 c;
	size_t n;
	FILE *f;
	int bad;

	f = fopen(path, "rbe");
	if (f == NULL)
		return err_set_errno(err, "%s", path);
	sha256_init(&c);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		sha256_add(&c, block, n);
	bad = ferror(f);
	fclose(f);
	if (bad)
		return err_set(err, "%s: cannot be read to its end", path);
	sha256_end(&c, out);
	return 0;
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

#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

/* Two multiplications for a word of up to eight bytes: most words. The keys
 * come from texts, so that hash flooding costs time only to who brings them. */
static uint32_t
hash(const char *s, size_t len)
{
	const uint64_t k = 0x9e3779b97f4a7c15;
	uint64_t h = len * k, x;
	uint32_t a, b;

	for (; len > 8; s += 8, len -= 8) {
		memcpy(&x, s, 8);
		h = (h ^ x) * k;
		h ^= h >> 32;
	}
	if (len >= 4) {
		memcpy(&a, s, 4);
		memcpy(&b, s + len - 4, 4);
		x = (uint64_t)a << 32 | b;
	} else if (len > 0) {
		x = (uint64_t)(unsigned char)s[0] << 16 |
		    (uint64_t)(unsigned char)s[len / 2] << 8 |
		    (unsigned char)s[len - 1];
	} else {
		x = 0;
	}
	h = (h ^ x) * k;
	h = (h ^ h >> 32) * k;
	return (uint32_t)(h >> 32);
}

static void
slots_grow(struct terms *t)
{
	size_t size = t->slots == NULL ? 1024 : (t->mask + 1) * 2, i;
	struct term_slot *old = t->slots;
	size_t old_size = t->slots == NULL ? 0 : t->mask + 1;

	t->slots = xcalloc(size, sizeof *t->slots);
	t->mask = size - 1;
	for (size_t k = 0; k < old_size; k++) {
		if (old[k].id == 0)
			continue;
		for (i = old[k].hash & t->mask; t->slots[i].id != 0;
		     i = (i + 1) & t->mask)
			continue;
		t->slots[i] = old[k];
	}
	free(old);
}

/* The slot that holds the string, or the empty one where it would go. */
static size_t
slot_find(const struct terms *t, const char *s, size_t len, uint32_t h)
{
	const struct term *v;
	size_t i = h & t->mask;

	for (; t->slots[i].id != 0; i = (i + 1) & t->mask) {
		if (t->slots[i].hash != h)
			continue;
		v = &t->v[t->slots[i].id - 1];
		if (v->len == len && memcmp(t->pool + v->key, s, len) == 0)
			break;
	}
	return i;
}

uint32_t
terms_put(struct terms *t, const char *s, size_t len)
{
	uint32_t h = hash(s, len);
	size_t i;

	if (t->slots == NULL || t->n * 2 > t->mask)
		slots_grow(t);
	i = slot_find(t, s, len, h);
	if (t->slots[i].id != 0)
		return t->slots[i].id - 1;
	if (t->n >= INT32_MAX || len > UINT32_MAX)
		fatal("a vocabulary of more than %d terms", INT32_MAX);
	if (t->pool_cap - t->pool_len < len) {
		t->pool_cap = (t->pool_len + len) * 2 + 4096;
		t->pool = xreallocarray(t->pool, t->pool_cap, 1);
	}
	memcpy(t->pool + t->pool_len, s, len);
	t->v = array_room(t->v, t->n, &t->cap, sizeof *t->v);
	t->v[t->n] = (struct term){ .key = t->pool_len,
		.len = (uint32_t)len };
	t->pool_len += len;
	t->slots[i] = (struct term_slot){ h, (uint32_t)++t->n };
	return (uint32_t)t->n - 1;
}

uint32_t
terms_get(const struct terms *t, const char *s, size_t len)
{
	size_t i;

	if (t->slots == NULL)
		return TERMS_NONE;
	i = slot_find(t, s, len, hash(s, len));
	return t->slots[i].id == 0 ? TERMS_NONE : t->slots[i].id - 1;
}

void
terms_free(struct terms *t)
{
	free(t->v);
	free(t->pool);
	free(t->slots);
	*t = (struct terms){ 0 };
}

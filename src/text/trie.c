#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"

/* A node of the tree and the keys below it, which agree in `depth` bytes. */
struct task {
	int32_t node;
	size_t first, last, depth;
};

struct builder {
	struct trie *t;
	size_t cap;
	size_t free_from; /* below it there is hardly a free place */
};

static int
by_key(const void *a, const void *b)
{
	const struct trie_key *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int c = len == 0 ? 0 : memcmp(x->s, y->s, len);

	if (c != 0)
		return c;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

/* Every base up to `base` has its 256 places within the array, so that
 * trie_step needs no bound. */
static void
grow(struct builder *b, size_t base)
{
	size_t cap = b->cap;

	if (base + 256 <= cap)
		return;
	while (cap < base + 256)
		cap = cap * 2 + 512;
	b->t->nodes = xreallocarray(b->t->nodes, cap, sizeof *b->t->nodes);
	for (size_t i = b->cap; i < cap; i++)
		b->t->nodes[i] = (struct trie_node){ 0, -1, -1 };
	b->cap = cap;
}

static bool
base_fits(const struct builder *b, size_t base, const unsigned char *bytes,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (b->t->nodes[base + bytes[i]].check != -1)
			return false;
	return true;
}

/* The first place that the children of a node fit in. */
static size_t
base_find(struct builder *b, const unsigned char *bytes, size_t n)
{
	size_t place, taken = 0, from = b->free_from;

	for (place = from;; place++) {
		grow(b, place + 1);
		if (b->t->nodes[place].check != -1)
			taken++;
		else if (place > bytes[0] &&
		    base_fits(b, place - bytes[0], bytes, n))
			break;
	}
	/* A stretch that is nearly full is not searched again. */
	if (taken * 20 >= (place - from + 1) * 19)
		b->free_from = place;
	return place - bytes[0];
}

/* Give the task's node its children and put them on the stack. */
static struct task *
expand(struct builder *b, const struct trie_key *keys, struct task k,
    struct task *stack, size_t *n, size_t *cap)
{
	unsigned char bytes[256];
	size_t start[257], count = 0, base;
	int32_t child;

	if (keys[k.first].len == k.depth)
		b->t->nodes[k.node].value = keys[k.first++].value;
	for (size_t i = k.first; i < k.last; i++) {
		unsigned char c = (unsigned char)keys[i].s[k.depth];

		if (count == 0 || bytes[count - 1] != c) {
			bytes[count] = c;
			start[count++] = i;
		}
	}
	if (count == 0)
		return stack;
	start[count] = k.last;
	base = base_find(b, bytes, count);
	b->t->nodes[k.node].base = (int32_t)base;
	for (size_t i = 0; i < count; i++) {
		child = (int32_t)(base + bytes[i]);
		b->t->nodes[child].check = k.node;
		stack = array_room(stack, *n, cap, sizeof *stack);
		stack[(*n)++] = (struct task){ child, start[i], start[i + 1],
			k.depth + 1 };
	}
	return stack;
}

void
trie_build(struct trie *t, struct trie_key *keys, size_t n)
{
	struct builder b = { .t = t, .free_from = 1 };
	struct task *stack = NULL;
	size_t stacked = 0, cap = 0, kept = 0;

	*t = (struct trie){ 0 };
	grow(&b, 0);
	/* The root is nobody's child; it must not look free either. */
	t->nodes[0].check = 0;
	if (n > 1)
		qsort(keys, n, sizeof *keys, by_key);
	for (size_t i = 0; i < n; i++)
		if (keys[i].len > 0 &&
		    (kept == 0 || keys[kept - 1].len != keys[i].len ||
			memcmp(keys[kept - 1].s, keys[i].s, keys[i].len) != 0))
			keys[kept++] = keys[i];
	if (kept > 0) {
		stack = array_room(stack, 0, &cap, sizeof *stack);
		stack[stacked++] = (struct task){ 0, 0, kept, 0 };
	}
	while (stacked > 0) {
		struct task k = stack[--stacked];

		stack = expand(&b, keys, k, stack, &stacked, &cap);
	}
	t->n = b.cap;
	free(stack);
}

void
trie_free(struct trie *t)
{
	free(t->nodes);
	*t = (struct trie){ 0 };
}

int32_t
trie_walk(const struct trie *t, int32_t from, const char *s, size_t len)
{
	for (size_t i = 0; i < len && from >= 0; i++)
		from = trie_step(t, from, (unsigned char)s[i]);
	return from;
}

int32_t
trie_find(const struct trie *t, const char *s, size_t len)
{
	int32_t node = trie_walk(t, 0, s, len);

	return node < 0 ? -1 : t->nodes[node].value;
}

size_t
trie_longest(const struct trie *t, const char *s, size_t len, int32_t *value)
{
	size_t best = 0;
	int32_t node = 0;

	for (size_t i = 0; i < len; i++) {
		node = trie_step(t, node, (unsigned char)s[i]);
		if (node < 0)
			break;
		if (t->nodes[node].value >= 0) {
			best = i + 1;
			*value = t->nodes[node].value;
		}
	}
	return best;
}

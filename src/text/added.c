#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"

/* The content as the normaliser leaves it, in UTF-8. Caller frees. */
static char *
content_normalized(const char *s, const struct normalizer *z)
{
	struct chars c = { 0 }, other = { 0 };
	size_t len = strlen(s), n, all = 0;
	char *out;
	int32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = unicode_next(s + i, len - i, &cp);
		chars_add(&c, cp, 0);
	}
	normalizer_run(z, &c, &other);
	out = xmalloc(c.n * 4 + 1);
	for (size_t i = 0; i < c.n; i++)
		all += utf8_encode(c.cp[i], out + all);
	out[all] = '\0';
	chars_free(&c);
	chars_free(&other);
	return out;
}

void
added_set_build(struct added_set *set, const struct added_token *tokens,
    size_t n, bool normalized, const struct normalizer *z)
{
	struct trie_key *keys = xcalloc(n + 1, sizeof *keys);
	char **contents = xcalloc(n + 1, sizeof *contents), *s;
	size_t used = 0;

	*set = (struct added_set){ .tokens = tokens };
	for (size_t i = 0; i < n; i++) {
		if (tokens[i].normalized != normalized)
			continue;
		s = normalized ? content_normalized(tokens[i].content, z)
			       : xstrdup(tokens[i].content);
		contents[used] = s;
		keys[used++] = (struct trie_key){ s, strlen(s), (int32_t)i };
		set->first[(unsigned char)*s] = true;
		set->any |= *s != '\0';
	}
	trie_build(&set->trie, keys, used);
	for (size_t i = 0; i < used; i++)
		free(contents[i]);
	free(contents);
	free(keys);
}

void
added_set_free(struct added_set *set)
{
	trie_free(&set->trie);
}

bool
added_set_may_match(const struct added_set *set, const char *s, size_t len)
{
	int32_t i;

	if (!set->any)
		return false;
	for (size_t k = 0; k < len; k++)
		if (set->first[(unsigned char)s[k]] &&
		    trie_longest(&set->trie, s + k, len - k, &i) > 0)
			return true;
	return false;
}

/* The longest token that stands at character i: its length in characters
 * (0: none) and index. */
static size_t
longest(const struct added_set *set, const struct chars *c, size_t i,
    int32_t *index)
{
	size_t best = 0, len;
	int32_t node = 0;
	char utf8[4];

	for (size_t k = i; k < c->n; k++) {
		len = utf8_encode(c->cp[k], utf8);
		node = trie_walk(&set->trie, node, utf8, len);
		if (node < 0)
			break;
		if (set->trie.nodes[node].value >= 0) {
			best = k + 1 - i;
			*index = set->trie.nodes[node].value;
		}
	}
	return best;
}

static bool
is_word(const struct chars *c, size_t i)
{
	return (unicode_classes(c->cp[i]) & UNI_TOK_WORD) != 0;
}

static size_t
segment_add(struct segment **v, size_t n, size_t *cap, size_t begin,
    size_t end, int32_t id)
{
	*v = array_room(*v, n, cap, sizeof **v);
	(*v)[n] = (struct segment){ begin, end, id };
	return n + 1;
}

size_t
added_set_cut(const struct added_set *set, const struct chars *c,
    struct segment **v, size_t *cap)
{
	const struct added_token *t;
	size_t n = 0, done = 0, len, begin, end;
	int32_t index = 0;

	for (size_t i = 0; set->any && i < c->n; i += len) {
		len = longest(set, c, i, &index);
		if (len == 0) {
			len = 1;
			continue;
		}
		t = &set->tokens[index];
		begin = i;
		end = i + len;
		if (t->single_word && ((begin > 0 && is_word(c, begin - 1)) ||
			(end < c->n && is_word(c, end))))
			continue;
		while (t->lstrip && begin > done &&
		    unicode_is_space(c->cp[begin - 1]))
			begin--;
		while (t->rstrip && end < c->n &&
		    unicode_is_space(c->cp[end]))
			end++;
		if (begin < done) /* within the space the last one took */
			begin = done;
		if (done < begin)
			n = segment_add(v, n, cap, done, begin, -1);
		if (begin < end)
			n = segment_add(v, n, cap, begin, end, t->id);
		done = end > done ? end : done;
	}
	if (done < c->n)
		n = segment_add(v, n, cap, done, c->n, -1);
	return n;
}

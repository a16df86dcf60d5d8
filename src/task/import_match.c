#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/twins.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* Texts by their hash, sorted; what hashes alike is read. */
struct place {
	uint64_t hash;
	int64_t doc;
};

struct text_index {
	struct project *p;
	struct place *v;
	size_t n, cap;
};

static int
place_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->doc < y->doc ? -1 : x->doc > y->doc;
}

struct text_index *
text_index_new(struct project *p, struct err *err)
{
	struct text_index *x = xcalloc(1, sizeof *x);
	struct doc_cursor *c = doc_cursor_open(p, SETS_ALL, DOC_TEXT, err);
	struct doc_view v;
	int got = -1;

	x->p = p;
	while (c != NULL && (got = doc_cursor_next(c, &v, err)) == 1) {
		x->v = array_room(x->v, x->n, &x->cap, sizeof *x->v);
		x->v[x->n++] = (struct place){
			twins_hash(v.text, v.text_len), v.seq };
	}
	doc_cursor_close(c);
	if (got < 0) {
		text_index_free(x);
		return NULL;
	}
	if (x->n > 0)
		qsort(x->v, x->n, sizeof *x->v, place_order);
	return x;
}

void
text_index_free(struct text_index *x)
{
	if (x == NULL)
		return;
	free(x->v);
	free(x);
}

bool
import_same_text(const char *a, size_t alen, const char *b, size_t blen)
{
	char *x, *y;
	bool same;

	a = import_trim(a, &alen);
	b = import_trim(b, &blen);
	if (alen == blen && memcmp(a, b, alen) == 0)
		return true;
	x = utf8_nfc(a, alen);
	y = utf8_nfc(b, blen);
	same = strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

int
text_index_find(struct text_index *x, const char *s, int64_t *doc,
    struct err *err)
{
	size_t len = strlen(s), lo = 0, hi = x->n, mid;
	uint64_t hash = twins_hash(s, len);
	struct doc d;
	int found = 0, got;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (x->v[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < x->n && x->v[lo].hash == hash && found < 2; lo++) {
		got = doc_get(x->p, x->v[lo].doc, &d, err);
		if (got < 0)
			return -1;
		if (got == 0)
			continue;
		if (import_same_text(d.text, d.text_len, s, len) &&
		    found++ == 0)
			*doc = d.seq;
		doc_free(&d);
	}
	return found;
}

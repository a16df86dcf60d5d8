#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/fuzzy.h"
#include "tagtiger/utf8.h"

/* Ranks: these, and in the last how far the letters stand apart. */
enum { WHOLE, START, WORD, WORDS, INSIDE, APART };

#define NAME_MAX_POINTS 1000 /* more of a name is not looked at */
#define PART_MAX_POINTS 100

struct points {
	int32_t *v;
	size_t n;
};

struct fuzzy {
	struct points *part;
	size_t n;
};

static struct points
points_of_bytes(const char *s, size_t bytes, size_t max)
{
	char *plain = utf8_plain(s, bytes);
	size_t len = strlen(plain), at = 0;
	struct points p = { .v = xcalloc(len + 1, sizeof *p.v) };

	while (at < len && p.n < max) {
		size_t step = utf8_decode(plain + at, len - at, &p.v[p.n]);

		p.n += step > 0;
		at += step > 0 ? step : 1;
	}
	free(plain);
	return p;
}

static struct points
points_of(const char *s, size_t max)
{
	return points_of_bytes(s, strlen(s), max);
}

struct fuzzy *
fuzzy_new(const char *typed)
{
	struct fuzzy *f = xcalloc(1, sizeof *f);
	char *copy = xstrdup(typed), *at = copy, *word;

	f->part = xcalloc(strlen(typed) + 1, sizeof *f->part);
	while ((word = strsep(&at, " \t")) != NULL)
		if (*word != '\0')
			f->part[f->n++] = points_of(word, PART_MAX_POINTS);
	free(copy);
	return f;
}

void
fuzzy_free(struct fuzzy *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		free(f->part[i].v);
	free(f->part);
	free(f);
}

static bool
word_starts(const struct points *s, size_t at)
{
	int32_t before = at > 0 ? s->v[at - 1] : ' ';

	return before < 0x80 && !(before >= 'a' && before <= 'z') &&
	    !(before >= '0' && before <= '9');
}

static bool
has_at(const struct points *s, size_t at, const struct points *part)
{
	return at + part->n <= s->n && memcmp(s->v + at, part->v,
	    part->n * sizeof *part->v) == 0;
}

/* The way back: each letter right behind the one before it, or as a word's
 * first. ends is that of from_words. */
static void
words_trace(const struct points *s, size_t n, const bool *ends, size_t *at)
{
	size_t i = 0;

	for (size_t j = n; j-- > 0;) {
		const bool *row = ends + j * s->n;

		if (j + 1 == n) {
			while (!row[i])
				i++;
		} else if (!row[--i]) {
			while (!row[i])
				i--;
		}
		at[j] = i;
	}
}

/* Can the part be read from the name's words, each from its start on? at: (n
 * of part) where its letters are. */
static bool
from_words(const struct points *s, const struct points *part, size_t *at)
{
	/* (part, s): the letters up to j may end at i */
	bool *ends = xcalloc(part->n * s->n + 1, sizeof *ends), any = false;

	for (size_t j = 0; j < part->n; j++) {
		bool *now = ends + j * s->n, *last = j > 0 ? now - s->n : NULL;
		bool before = j == 0;

		any = false;
		for (size_t i = 0; i < s->n; i++) {
			now[i] = s->v[i] == part->v[j] &&
			    ((last != NULL && i > 0 && last[i - 1]) ||
			    (before && word_starts(s, i)));
			any |= now[i];
			before |= last != NULL && last[i];
		}
		if (!any)
			break;
	}
	if (any)
		words_trace(s, part->n, ends, at);
	free(ends);
	return any;
}

/* The least stretch of the name that has the letters in order; 0: none. */
static size_t
stretch(const struct points *s, const struct points *part, size_t *at)
{
	size_t least = 0, first = 0;

	for (size_t from = 0; from < s->n; from++) {
		size_t i = from, j = 0;

		if (s->v[from] != part->v[0])
			continue;
		for (; i < s->n && j < part->n; i++)
			j += s->v[i] == part->v[j];
		if (j < part->n)
			break;
		if (least == 0 || i - from < least) {
			least = i - from;
			first = from;
		}
	}
	for (size_t i = first, j = 0; least > 0 && j < part->n; i++)
		if (s->v[i] == part->v[j])
			at[j++] = i;
	return least;
}

/* Where the letters stand together, from there on. */
static int
together(const struct points *part, size_t from, size_t *at, int rank)
{
	for (size_t j = 0; j < part->n; j++)
		at[j] = from + j;
	return rank;
}

static int
rank_part(const struct points *s, const struct points *part, size_t *at)
{
	size_t word = 0, inside = 0, apart;

	if (has_at(s, 0, part))
		return together(part, 0, at, s->n == part->n ? WHOLE : START);
	for (size_t i = 1; i + part->n <= s->n && word == 0; i++) {
		if (!has_at(s, i, part))
			continue;
		if (word_starts(s, i))
			word = i;
		else if (inside == 0)
			inside = i;
	}
	if (word > 0)
		return together(part, word, at, WORD);
	if (from_words(s, part, at))
		return WORDS;
	if (inside > 0)
		return together(part, inside, at, INSIDE);
	apart = stretch(s, part, at);
	return apart > 0 ? APART + (int)apart : -1;
}

int
fuzzy_rank(const struct fuzzy *f, const char *name)
{
	struct points s = points_of(name, NAME_MAX_POINTS);
	size_t at[PART_MAX_POINTS];
	int sum = 0;

	for (size_t i = 0; i < f->n && sum >= 0; i++) {
		int r = rank_part(&s, &f->part[i], at);

		sum = r < 0 ? -1 : sum + r;
	}
	free(s.v);
	return sum;
}

/* from[i]: the byte of the name that its point i comes of; (s->n + 1). NULL
 * where a point comes of several letters. */
static size_t *
sources_of(const struct points *s, const char *name)
{
	size_t len = strlen(name), n = 0, *from;

	from = xcalloc(s->n + 1, sizeof *from);
	for (size_t at = 0; at < len;) {
		int32_t c;
		size_t step = utf8_decode(name + at, len - at, &c);
		struct points one;

		step = step > 0 ? step : 1;
		one = points_of_bytes(name + at, step, NAME_MAX_POINTS);
		for (size_t i = 0; i < one.n && n < s->n; i++)
			from[n++] = at;
		free(one.v);
		at += step;
	}
	from[n] = len;
	if (n == s->n)
		return from;
	free(from);
	return NULL;
}

void
fuzzy_mark(const struct fuzzy *f, const char *name, bool *marked)
{
	struct points s = points_of(name, NAME_MAX_POINTS);
	size_t at[PART_MAX_POINTS], len = strlen(name);
	size_t *from = sources_of(&s, name);

	memset(marked, 0, len * sizeof *marked);
	for (size_t i = 0; from != NULL && i < f->n; i++) {
		const struct points *part = &f->part[i];
		bool got = rank_part(&s, part, at) >= 0;

		for (size_t j = 0; got && j < part->n; j++) {
			size_t b = from[at[j]];

			do
				marked[b++] = true;
			while (b < len && (name[b] & 0xc0) == 0x80);
		}
	}
	free(from);
	free(s.v);
}

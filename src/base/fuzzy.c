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

struct points {
	int32_t *v;
	size_t n;
};

struct fuzzy {
	struct points *part;
	size_t n;
};

static struct points
points_of(const char *s, size_t max)
{
	char *plain = utf8_plain(s, strlen(s));
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

struct fuzzy *
fuzzy_new(const char *typed)
{
	struct fuzzy *f = xcalloc(1, sizeof *f);
	char *copy = xstrdup(typed), *at = copy, *word;

	f->part = xcalloc(strlen(typed) + 1, sizeof *f->part);
	while ((word = strsep(&at, " \t")) != NULL)
		if (*word != '\0')
			f->part[f->n++] = points_of(word, 100);
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

/* Can the part be read from the name's words, each from its start on? ends[i]:
 * the letters so far may end at i. */
static bool
from_words(const struct points *s, const struct points *part)
{
	bool ends[NAME_MAX_POINTS + 1] = { false }, any = false;

	for (size_t j = 0; j < part->n; j++) {
		bool now[NAME_MAX_POINTS + 1] = { false }, before = j == 0;

		any = false;
		for (size_t i = 0; i < s->n; i++) {
			bool here = s->v[i] == part->v[j];

			if (here && ((j > 0 && i > 0 && ends[i - 1]) ||
			    (before && word_starts(s, i))))
				any = now[i] = true;
			before |= j > 0 && ends[i];
		}
		if (!any)
			return false;
		memcpy(ends, now, sizeof ends);
	}
	return any;
}

/* The least stretch of the name that has the letters in order; 0: none. */
static size_t
stretch(const struct points *s, const struct points *part)
{
	size_t least = 0;

	for (size_t from = 0; from < s->n; from++) {
		size_t i = from, j = 0;

		if (s->v[from] != part->v[0])
			continue;
		for (; i < s->n && j < part->n; i++)
			j += s->v[i] == part->v[j];
		if (j < part->n)
			break;
		if (least == 0 || i - from < least)
			least = i - from;
	}
	return least;
}

static int
rank_part(const struct points *s, const struct points *part)
{
	bool word = false, inside = false;
	size_t apart;

	if (has_at(s, 0, part))
		return s->n == part->n ? WHOLE : START;
	for (size_t at = 1; at + part->n <= s->n; at++) {
		if (!has_at(s, at, part))
			continue;
		inside = true;
		word |= word_starts(s, at);
	}
	if (word)
		return WORD;
	if (from_words(s, part))
		return WORDS;
	if (inside)
		return INSIDE;
	apart = stretch(s, part);
	return apart > 0 ? APART + (int)apart : -1;
}

int
fuzzy_rank(const struct fuzzy *f, const char *name)
{
	struct points s = points_of(name, NAME_MAX_POINTS);
	int sum = 0;

	for (size_t i = 0; i < f->n && sum >= 0; i++) {
		int r = rank_part(&s, &f->part[i]);

		sum = r < 0 ? -1 : sum + r;
	}
	free(s.v);
	return sum;
}

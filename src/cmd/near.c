/*
 * What a word that is none may have meant: a near spelling, or what other
 * programs call it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* Letters to change, add, drop or swap with a neighbour (the optimal string
 * alignment distance), over bytes: names are short. */
static size_t
distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t *rows = xcalloc(3 * (m + 1), sizeof *rows);
	size_t *two = rows, *one = rows + m + 1, *now = rows + 2 * (m + 1);
	size_t d;

	for (size_t j = 0; j <= m; j++)
		one[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *old = two;

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			d = one[j - 1] + (a[i - 1] != b[j - 1]);
			if (one[j] + 1 < d)
				d = one[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && two[j - 2] + 1 < d)
				d = two[j - 2] + 1;
			now[j] = d;
		}
		two = one;
		one = now;
		now = old;
	}
	d = one[m];
	free(rows);
	return d;
}

/* How far a folded word is from a name, the same is 0; SIZE_MAX: not near. */
typedef size_t measure_fn(const char *word, const char *name);

static bool
is_option(const char *s)
{
	return strncmp(s, "--", 2) == 0;
}

static size_t
spelling(const char *word, const char *name)
{
	size_t skip = is_option(word) && is_option(name) ? 2 : 0;
	size_t n = strlen(word + skip), m = strlen(name + skip), d = SIZE_MAX;
	size_t allowed = n <= 4 ? 1 : n <= 7 ? 2 : 3;

	if (n < 256 && m < 256)
		d = distance(word + skip, n, name + skip, m);
	if (d <= allowed && (d < m || d < n))
		return d;
	return n >= 2 && strncmp(word + skip, name + skip, n) == 0 ? allowed :
								     SIZE_MAX;
}

/* Does a part between an option's dashes begin like that? Short ones have to
 * be all of it. */
static bool
has_part(const char *option, const char *part)
{
	size_t n = strlen(part);

	for (const char *s = option + 1; s != NULL; s = strchr(s + 1, '-'))
		if (strncmp(s + 1, part, n) == 0 &&
		    (n > 2 || s[1 + n] == '-' || s[1 + n] == '\0'))
			return n > 0;
	return false;
}

/* --text-column and --text, --language and --lang */
static bool
share_part(const char *word, const char *name)
{
	return is_option(word) && is_option(name) &&
	    (has_part(word, name + 2) || has_part(name, word + 2));
}

static size_t
meaning(const char *word, const char *name)
{
	size_t d;

	if (is_synonym(word, name))
		return 0;
	d = spelling(word, name);
	if (d == SIZE_MAX)
		return share_part(word, name) ? 2 : SIZE_MAX;
	return d + 1;
}

static void
suggest(const char *word, const char *const *names, size_t n,
    measure_fn *measure, struct buf *out)
{
	char *folded = utf8_fold(word, strlen(word)), *name;
	size_t best[3], score[3], found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t d, at = found;

		name = utf8_fold(names[i], strlen(names[i]));
		d = measure(folded, name);
		free(name);
		if (d == SIZE_MAX)
			continue;
		while (at > 0 && score[at - 1] > d)
			at--;
		if (at == 3)
			continue;
		if (found < 3)
			found++;
		for (size_t j = found - 1; j > at; j--) {
			best[j] = best[j - 1];
			score[j] = score[j - 1];
		}
		best[at] = i;
		score[at] = d;
	}
	/* What is clearly nearer speaks for itself. */
	while (found > 1 && score[found - 1] > score[0] + 1)
		found--;
	for (size_t i = 0; i < found; i++)
		buf_addf(out, "%s'%s'", i == 0 ? ": did you mean " :
		    i + 1 == found ? " or " : ", ", names[best[i]]);
	if (found > 0)
		buf_addc(out, '?');
	free(folded);
}

void
cmd_near(const char *word, const char *const *names, size_t n, struct buf *out)
{
	suggest(word, names, n, spelling, out);
}

void
near_meaning(const char *word, const char *const *names, size_t n,
    struct buf *out)
{
	suggest(word, names, n, meaning, out);
}

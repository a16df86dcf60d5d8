/*
 * Near spellings: what a mistyped word may have meant.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "tagtiger/utf8.h"

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

/* 0 is the same but for case and accents' form; SIZE_MAX is not near. */
static size_t
nearness(const char *word, const char *name)
{
	char *name_folded = utf8_fold(name, strlen(name));
	size_t n = strlen(word), m = strlen(name_folded);
	size_t allowed = n <= 2 ? 1 : n <= 5 ? 2 : 3, d = SIZE_MAX;

	if (n < 256 && m < 256)
		d = distance(word, n, name_folded, m);
	if (d > allowed || (d >= m && d >= n))
		d = n >= 2 && strncmp(word, name_folded, n) == 0 ? allowed :
								    SIZE_MAX;
	free(name_folded);
	return d;
}

void
cmd_near(const char *word, const char *const *names, size_t n, struct buf *out)
{
	char *folded = utf8_fold(word, strlen(word));
	size_t best[3], score[3], found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t d = nearness(folded, names[i]), at = found;

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

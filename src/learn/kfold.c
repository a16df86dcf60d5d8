/*
 * Which text goes to which fold.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/crossval.h"
#include "tagtiger/err.h"
#include "tagtiger/rng.h"

static int
check(size_t n, int folds, struct err *err)
{
	if (folds < 2)
		return err_set_status(err, ERR_USAGE,
		    "cross-validation needs at least 2 folds");
	if ((size_t)folds > n)
		return err_set(err, "%d folds need at least as many annotated "
		    "texts, there are %zu", folds, n);
	return 0;
}

/* Count each class's members; *few as in kfold_stratified. */
static int
count_classes(const int *y, size_t n, size_t k, int folds, size_t *count,
    size_t *few, struct err *err)
{
	size_t classes = 0, small = 0, most = 0;

	memset(count, 0, k * sizeof *count);
	for (size_t i = 0; i < n; i++) {
		if (y[i] < 0 || (size_t)y[i] >= k)
			return err_set(err, "text %zu has class %d of %zu", i,
			    y[i], k);
		count[y[i]]++;
	}
	for (size_t j = 0; j < k; j++) {
		classes += count[j] > 0;
		small += count[j] > 0 && count[j] < (size_t)folds;
		most = count[j] > most ? count[j] : most;
	}
	if (few != NULL)
		*few = small;
	if (small == classes)
		return err_set(err, "%d folds, but no label has more than %zu "
		    "texts: annotate more or use fewer folds", folds, most);
	return 0;
}

/*
 * A class's members in each fold. As if all texts stood sorted by class, in
 * the order in which classes first appear, and were dealt out one by one.
 */
static void
deal(const int *y, size_t n, size_t k, int folds, const size_t *count,
    size_t *share /* (k,folds) */, bool *seen /* (k) false */)
{
	size_t at = 0;

	memset(share, 0, k * (size_t)folds * sizeof *share);
	for (size_t i = 0; i < n; i++) {
		if (seen[y[i]])
			continue;
		seen[y[i]] = true;
		for (size_t e = 0; e < count[y[i]]; e++)
			share[(size_t)y[i] * (size_t)folds +
			    at++ % (size_t)folds]++;
	}
}

int
kfold_stratified(const int *y, size_t n, size_t k, int folds, bool shuffle,
    uint64_t seed, int *fold, size_t *few, struct err *err)
{
	size_t *count = NULL, *share = NULL, r = (size_t)folds;
	bool *seen = NULL;
	uint32_t *order = NULL;
	struct rng rng;
	int rc = -1;

	if (check(n, folds, err) < 0)
		return -1;
	count = xcalloc(k, sizeof *count);
	share = xcalloc(k, r * sizeof *share);
	seen = xcalloc(k, sizeof *seen);
	order = try_alloc(n, sizeof *order, err);
	if (order == NULL ||
	    count_classes(y, n, k, folds, count, few, err) < 0)
		goto out;
	deal(y, n, k, folds, count, share, seen);
	rng_seed(&rng, seed);
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	if (shuffle)
		rng_shuffle(&rng, order, n);
	for (size_t i = 0; i < n; i++) {
		size_t *left = share + (size_t)y[order[i]] * r, f = 0;

		while (left[f] == 0)
			f++;
		left[f]--;
		fold[order[i]] = (int)f;
	}
	rc = 0;
out:
	free(order);
	free(seen);
	free(share);
	free(count);
	return rc;
}

struct deal {
	const uint8_t *y;
	size_t n, k, folds;
	double *want;	 /* (k,folds) texts of a label a fold still wants */
	double *room;	 /* (folds) texts it still wants */
	size_t *left;	 /* (k) texts of a label that have no fold yet */
	int *fold;
};

/* The fold that wants a text most: by label (if any), then by room. */
static size_t
hungriest(const struct deal *d, size_t label, struct rng *rng)
{
	size_t best = 0, ties = 0;
	double w, most = -INFINITY, room = -INFINITY;

	for (size_t f = 0; f < d->folds; f++) {
		w = label < d->k ? d->want[label * d->folds + f] : 0;
		if (w < most || (w == most && d->room[f] < room))
			continue;
		ties = w == most && d->room[f] == room ? ties + 1 : 1;
		if (ties == 1 || rng_below(rng, ties) == 0)
			best = f;
		most = w;
		room = d->room[f];
	}
	return best;
}

static void
put(struct deal *d, size_t text, size_t f)
{
	d->fold[text] = (int)f;
	d->room[f]--;
	for (size_t j = 0; j < d->k; j++)
		if (d->y[text * d->k + j]) {
			d->want[j * d->folds + f]--;
			d->left[j]--;
		}
}

static void
deal_labels(struct deal *d, const uint32_t *order, struct rng *rng)
{
	for (;;) {
		size_t rare = d->k;

		for (size_t j = 0; j < d->k; j++)
			if (d->left[j] > 0 &&
			    (rare == d->k || d->left[j] < d->left[rare]))
				rare = j;
		for (size_t i = 0; i < d->n; i++)
			if (d->fold[order[i]] < 0 && (rare == d->k ||
			    d->y[order[i] * d->k + rare]))
				put(d, order[i], hungriest(d, rare, rng));
		if (rare == d->k)
			return;
	}
}

int
kfold_multilabel(const uint8_t *y, size_t n, size_t k, int folds,
    uint64_t seed, int *fold, size_t *few, struct err *err)
{
	struct deal d = { .y = y, .n = n, .k = k, .folds = (size_t)folds,
		.fold = fold };
	uint32_t *order;
	struct rng rng;

	if (check(n, folds, err) < 0)
		return -1;
	order = try_alloc(n, sizeof *order, err);
	if (order == NULL)
		return -1;
	d.want = xcalloc(k, d.folds * sizeof *d.want);
	d.room = xcalloc(d.folds, sizeof *d.room);
	d.left = xcalloc(k, sizeof *d.left);
	if (few != NULL)
		*few = 0;
	for (size_t i = 0; i < n * k; i++)
		d.left[i % k] += y[i] != 0;
	for (size_t j = 0; j < k; j++) {
		if (few != NULL)
			*few += d.left[j] > 0 && d.left[j] < d.folds;
		for (size_t f = 0; f < d.folds; f++)
			d.want[j * d.folds + f] =
			    (double)d.left[j] / (double)d.folds;
	}
	for (size_t f = 0; f < d.folds; f++)
		d.room[f] = (double)n / (double)d.folds;
	rng_seed(&rng, seed);
	for (size_t i = 0; i < n; i++) {
		order[i] = (uint32_t)i;
		fold[i] = -1;
	}
	rng_shuffle(&rng, order, n);
	deal_labels(&d, order, &rng);
	free(d.left);
	free(d.room);
	free(d.want);
	free(order);
	return 0;
}

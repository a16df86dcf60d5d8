#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/agreement.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

static double
kappa_weight(size_t i, size_t j, enum kappa_weights weights)
{
	double d = i > j ? (double)(i - j) : (double)(j - i);

	return weights == KAPPA_NONE ? i != j :
	    weights == KAPPA_LINEAR  ? d :
				       d * d;
}

int
cohen_kappa(const int *a, const int *b, size_t n, size_t k,
    enum kappa_weights weights, double *kappa, double *observed,
    struct err *err)
{
	double *table, *row, *col, seen = 0, chance = 0, equal = 0;

	table = try_alloc(k * k + 2 * k, sizeof *table, err);
	if (table == NULL)
		return -1;
	memset(table, 0, (k * k + 2 * k) * sizeof *table);
	row = table + k * k;
	col = row + k;
	for (size_t i = 0; i < n; i++) {
		if (a[i] < 0 || b[i] < 0 || (size_t)a[i] >= k ||
		    (size_t)b[i] >= k) {
			free(table);
			return err_set(err, "a code is not one of the %zu", k);
		}
		table[(size_t)a[i] * k + (size_t)b[i]]++;
		row[a[i]]++;
		col[b[i]]++;
		equal += a[i] == b[i];
	}
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < k; j++) {
			double w = kappa_weight(i, j, weights);

			seen += w * table[i * k + j];
			chance += w * row[i] * col[j] / (double)n;
		}
	*kappa = chance > 0 ? 1 - seen / chance : NAN;
	if (observed != NULL)
		*observed = n > 0 ? equal / (double)n : NAN;
	free(table);
	return 0;
}

/* The squared difference of two codes; count: how often each occurs. */
static double
alpha_delta(size_t a, size_t b, const double *count, const double *value,
    enum alpha_level level)
{
	double va = value != NULL ? value[a] : (double)a;
	double vb = value != NULL ? value[b] : (double)b, d = 0;

	switch (level) {
	case ALPHA_NOMINAL:
		return a != b;
	case ALPHA_ORDINAL:
		for (size_t g = a < b ? a : b; g <= (a < b ? b : a); g++)
			d += count[g];
		d -= (count[a] + count[b]) / 2;
		return d * d;
	case ALPHA_INTERVAL:
		return (va - vb) * (va - vb);
	case ALPHA_RATIO:
		d = va + vb != 0 ? (va - vb) / (va + vb) : 0;
		return d * d;
	}
	return 0;
}

/* Each pair of codes of a unit counts 1 / (codes of the unit - 1). */
static void
coincidences(const int *code, size_t coders, size_t n, size_t k, double *o)
{
	for (size_t u = 0; u < n; u++) {
		double m = 0;

		for (size_t c = 0; c < coders; c++)
			m += code[c * n + u] >= 0;
		for (size_t c = 0; c < coders && m >= 2; c++)
			for (size_t e = 0; e < coders; e++) {
				int a = code[c * n + u], b = code[e * n + u];

				if (c != e && a >= 0 && b >= 0)
					o[(size_t)a * k + (size_t)b] +=
					    1 / (m - 1);
			}
	}
}

int
krippendorff_alpha(const int *code, size_t coders, size_t n, size_t k,
    const double *value, enum alpha_level level, double *alpha,
    struct err *err)
{
	double *o, *count, total = 0, seen = 0, chance = 0;
	size_t used = 0;
	int rc = -1;

	for (size_t i = 0; i < coders * n; i++)
		if (code[i] >= 0 && (size_t)code[i] >= k)
			return err_set(err, "a code is not one of the %zu", k);
	o = try_alloc(k * k + k, sizeof *o, err);
	if (o == NULL)
		return -1;
	memset(o, 0, (k * k + k) * sizeof *o);
	count = o + k * k;
	coincidences(code, coders, n, k, o);
	for (size_t a = 0; a < k; a++) {
		for (size_t b = 0; b < k; b++)
			count[a] += o[a * k + b];
		used += count[a] > 0;
		total += count[a];
	}
	if (used < 2) {
		err_set(err, "agreement is not defined: the texts that two "
		    "people annotated have %s", used == 0 ? "no label" :
		    "one label only");
		goto out;
	}
	for (size_t a = 0; a < k; a++)
		for (size_t b = 0; b < k; b++) {
			double d = alpha_delta(a, b, count, value, level);

			seen += o[a * k + b] * d;
			chance += count[a] * count[b] * d;
		}
	*alpha = 1 - seen / (chance / (total - 1));
	rc = 0;
out:
	free(o);
	return rc;
}

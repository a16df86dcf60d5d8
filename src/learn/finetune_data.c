#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finetune_priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/metrics.h"
#include "tagtiger/rng.h"
#include "tagtiger/torch_load.h"

/* Tokens of held-out texts that go through at once. */
#define EVAL_TOKENS 16384

int
training_check(const struct finetune_spec *s, struct err *err)
{
	if (s->n == 0)
		return err_set(err, "no annotated element to train on");
	if (s->k < 1 || (s->loss != FINETUNE_BCE && s->k < 2))
		return err_set(err, "training needs at least two labels that "
		    "texts have");
	if (s->loss == FINETUNE_BCE ? s->cells == NULL : s->y == NULL)
		return err_set(err, "the texts' labels are missing");
	if (s->epochs < 1 || s->batch < 1 || s->accumulate < 1)
		return err_set_status(err, ERR_USAGE, "epochs, batch and "
		    "accumulate are at least 1");
	if (!(s->rate > 0) || !(s->weight_decay >= 0) || !(s->clip >= 0) ||
	    !(s->warmup >= 0 && s->warmup <= 1) || s->eval_steps < 0 ||
	    !(s->eval_share >= 0 && s->eval_share < 1))
		return err_set_status(err, ERR_USAGE, "the learning rate is "
		    "above 0, weight decay and clipping at least 0, warm-up "
		    "and the evaluation's share below 1");
	for (size_t i = 0; s->loss != FINETUNE_BCE && i < s->n; i++)
		if (s->y[i] < 0 || (size_t)s->y[i] >= s->k)
			return err_set(err, "text %zu has a label that is "
			    "not there", i + 1);
	return 0;
}

struct len_order {
	int64_t len;
	uint32_t text;
};

static int
longest_first(const void *a, const void *b)
{
	const struct len_order *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? 1 : -1;
	return x->text < y->text ? -1 : 1;
}

static void
sort_eval(struct training *t)
{
	struct len_order *v = xcalloc(t->eval_n + 1, sizeof *v);

	for (size_t i = 0; i < t->eval_n; i++) {
		uint32_t x = t->eval[i];

		v[i].text = x;
		v[i].len = t->tokens.offsets[x + 1] - t->tokens.offsets[x];
	}
	qsort(v, t->eval_n, sizeof *v, longest_first);
	for (size_t i = 0; i < t->eval_n; i++)
		t->eval[i] = v[i].text;
	free(v);
}

/*
 * The same share of each label, where a text has one. A label with one text
 * keeps it for training.
 */
static void
hold_out(struct training *t, uint8_t *held)
{
	const struct finetune_spec *s = t->spec;
	size_t groups = s->loss == FINETUNE_BCE ? 1 : s->k;
	uint32_t *v = xcalloc(s->n + 1, sizeof *v);
	struct rng rng;

	rng_seed(&rng, s->seed ^ UINT64_C(0x68656c646f7574));
	for (size_t g = 0; g < groups; g++) {
		size_t n = 0, take;

		for (size_t i = 0; i < s->n; i++)
			if (s->loss == FINETUNE_BCE || (size_t)s->y[i] == g)
				v[n++] = (uint32_t)i;
		take = (size_t)(s->eval_share * (double)n + 0.5);
		if (take >= n && n > 0)
			take = n - 1;
		rng_shuffle(&rng, v, n);
		for (size_t i = 0; i < take; i++)
			held[v[i]] = 1;
	}
	free(v);
}

/* n / (k * count), over the texts that are learnt from. */
static void
balance(struct training *t)
{
	const struct finetune_spec *s = t->spec;
	size_t *count = xcalloc(s->k, sizeof *count), present = 0;

	for (size_t i = 0; i < t->train_n; i++)
		count[s->y[t->train[i]]]++;
	for (size_t j = 0; j < s->k; j++)
		present += count[j] > 0;
	t->weights = xcalloc(s->k, sizeof *t->weights);
	for (size_t j = 0; j < s->k; j++)
		t->weights[j] = count[j] == 0 ? 1 :
		    (float)((double)t->train_n / (double)(present * count[j]));
	free(count);
}

int
training_split(struct training *t, struct err *err)
{
	const struct finetune_spec *s = t->spec;
	uint8_t *held = xcalloc(s->n, 1);
	int result = 0;

	t->train = xcalloc(s->n, sizeof *t->train);
	t->eval = xcalloc(s->n, sizeof *t->eval);
	t->order = xcalloc(s->n, sizeof *t->order);
	t->order_epoch = -1;
	if (s->eval_share > 0)
		hold_out(t, held);
	for (size_t i = 0; i < s->n; i++)
		if (held[i])
			t->eval[t->eval_n++] = (uint32_t)i;
		else
			t->train[t->train_n++] = (uint32_t)i;
	if (t->train_n == 0)
		result = err_set(err, "no annotated element to train on");
	sort_eval(t);
	if (s->loss == FINETUNE_CE_BALANCED)
		balance(t);
	free(held);
	return result;
}

void
training_batch(struct training *t, const uint32_t *v, size_t n,
    struct torch_batch *batch, struct torch_target *target)
{
	const struct finetune_spec *s = t->spec;
	const struct tokens *k = &t->tokens;
	size_t total = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		total += (size_t)(k->offsets[v[i] + 1] - k->offsets[v[i]]);
	if (total > t->ids_cap) {
		t->ids_cap = total + total / 2;
		t->ids = xreallocarray(t->ids, t->ids_cap, sizeof *t->ids);
	}
	t->offsets[0] = 0;
	for (size_t i = 0; i < n; i++) {
		size_t len = (size_t)(k->offsets[v[i] + 1] -
		    k->offsets[v[i]]);

		memcpy(t->ids + at, k->ids + k->offsets[v[i]],
		    len * sizeof *t->ids);
		at += len;
		t->offsets[i + 1] = (int64_t)at;
		if (s->loss != FINETUNE_BCE) {
			t->labels[i] = s->y[v[i]];
			continue;
		}
		for (size_t j = 0; j < s->k; j++)
			t->cells[i * s->k + j] =
			    s->cells[v[i] * s->k + j] ? 1.0f : 0.0f;
	}
	*batch = (struct torch_batch) { .ids = t->ids, .offsets = t->offsets,
		.n = (int)n };
	*target = (struct torch_target) { 0 };
	if (s->loss == FINETUNE_BCE)
		target->cells = t->cells;
	else
		target->labels = t->labels;
}

size_t
training_texts(struct training *t, int64_t step, const uint32_t **v)
{
	int64_t epoch = step / t->epoch_steps;
	size_t first = (size_t)(step % t->epoch_steps) * t->effective;

	if (epoch != t->order_epoch) {
		struct rng rng;

		memcpy(t->order, t->train, t->train_n * sizeof *t->order);
		rng_seed(&rng, t->spec->seed * UINT64_C(1000003) +
		    (uint64_t)epoch);
		rng_shuffle(&rng, t->order, t->train_n);
		t->order_epoch = epoch;
	}
	*v = t->order + first;
	return t->train_n - first < t->effective ? t->train_n - first :
						   t->effective;
}

/* -log of the softmax at y. */
static double
cross_entropy(const float *v, size_t k, int y)
{
	double sum, top = v[0];

	for (size_t j = 1; j < k; j++)
		top = v[j] > top ? v[j] : top;
	sum = exp(v[0] - top);
	for (size_t j = 1; j < k; j++)
		sum += exp(v[j] - top);
	return log(sum) + top - v[y];
}

static double
binary_cross_entropy(const float *v, const uint8_t *y, size_t k)
{
	double sum = 0;

	for (size_t j = 0; j < k; j++)
		sum += fmax(v[j], 0) - (y[j] ? v[j] : 0) +
		    log1p(exp(-fabs((double)v[j])));
	return sum;
}

static double
eval_loss(const struct training *t, const float *logits)
{
	const struct finetune_spec *s = t->spec;
	double sum = 0, total = 0;

	for (size_t i = 0; i < t->eval_n; i++) {
		const float *v = logits + i * s->k;
		uint32_t x = t->eval[i];
		double w = t->weights != NULL ? t->weights[s->y[x]] : 1;

		if (s->loss == FINETUNE_BCE) {
			sum += binary_cross_entropy(v, s->cells + x * s->k,
			    s->k);
			total += (double)s->k;
		} else {
			sum += w * cross_entropy(v, s->k, s->y[x]);
			total += w;
		}
	}
	return sum / total;
}

/* Labels that are neither annotated nor predicted do not count. */
static int
eval_f1(const struct training *t, const float *logits, double *f1,
    struct err *err)
{
	const struct finetune_spec *s = t->spec;
	size_t n = t->eval_n, k = s->k;
	struct metrics m = { 0 };
	int rc;

	if (s->loss == FINETUNE_BCE) {
		uint8_t *y = xcalloc(n, k), *pred = xcalloc(n, k);

		for (size_t i = 0; i < n; i++)
			memcpy(y + i * k, s->cells + t->eval[i] * k, k);
		predict_multilabel(logits, n, k, 0, pred);
		rc = metrics_multilabel(&m, y, pred, n, k, err);
		free(pred);
		free(y);
	} else {
		int *y = xcalloc(n, sizeof *y), *pred = xcalloc(n,
		    sizeof *pred);

		for (size_t i = 0; i < n; i++)
			y[i] = s->y[t->eval[i]];
		predict_classes(logits, n, k, pred);
		rc = metrics_classes(&m, y, pred, n, k, err);
		free(pred);
		free(y);
	}
	if (rc == 0)
		*f1 = m.macro.f1;
	metrics_free(&m);
	return rc;
}

/* How many held-out texts from `first` go through at once. */
static size_t
eval_part(const struct training *t, size_t first, int64_t tokens)
{
	size_t n = 0;

	while (first + n < t->eval_n && n < t->effective * 64) {
		uint32_t x = t->eval[first + n];

		tokens -= t->tokens.offsets[x + 1] - t->tokens.offsets[x];
		if (tokens < 0 && n > 0)
			break;
		n++;
	}
	return n;
}

static int
eval_logits(struct training *t, float *logits, struct err *err)
{
	int64_t tokens = EVAL_TOKENS;

	for (size_t i = 0, n; i < t->eval_n; i += n) {
		struct torch_err terr = { "" };
		struct torch_batch b;
		struct torch_target y;
		struct torch_output o = { .logits = logits + i * t->spec->k };
		int rc;

		n = eval_part(t, i, tokens);
		training_batch(t, t->eval + i, n, &b, &y);
		rc = t->api->model_run(t->model, &b, t->bf16, &o, &terr);
		if (rc == TORCH_NO_MEMORY && n > 1) {
			tokens = b.offsets[n] / 2;
			n = 0;
		} else if (rc != TORCH_OK) {
			return torch_failed(err, &terr);
		} else if (progress_cancelled(t->progress)) {
			return progress_stopped(err);
		}
	}
	return 0;
}

int
training_evaluate(struct training *t, double *loss, double *f1,
    struct err *err)
{
	float *logits = try_alloc(t->eval_n * t->spec->k, sizeof *logits, err);
	int result = -1;

	if (logits != NULL && eval_logits(t, logits, err) == 0) {
		*loss = eval_loss(t, logits);
		result = eval_f1(t, logits, f1, err);
	}
	free(logits);
	return result;
}

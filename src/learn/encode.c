#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode_priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/mat.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/torch_load.h"

/* Texts that are tokenised and sorted together: what bounds the memory for
 * token ids, and lets a cancel through. */
#define WINDOW 8192

struct encoder {
	const struct torch_api *api;
	struct torch_model *model;
	struct hf_model *hf;
	struct tokenizer *tokenizer;
	char device[16], detail[160];
	bool bf16;
	size_t max_length; /* as asked; 0: the folder's */
	int labels;
	int64_t budget; /* tokens at once */
	size_t truncated;
};

/* What of a text is wanted. */
struct want {
	bool logits; /* else pooled */
	int pooling;
	bool normalise;
	size_t max_length;
	size_t width; /* of a row of the result */
};

static int
activation_of(enum hf_activation a)
{
	switch (a) {
	case HF_GELU:
		return TORCH_ACT_GELU;
	case HF_GELU_TANH:
		return TORCH_ACT_GELU_TANH;
	case HF_RELU:
		return TORCH_ACT_RELU;
	case HF_SILU:
		return TORCH_ACT_SILU;
	}
	return 0;
}

int
encoder_config(const struct hf_config *hf, int labels,
    struct torch_config *out, struct err *err)
{
	*out = (struct torch_config) {
		.names = TORCH_NAMES_BERT,
		.vocab_size = hf->vocab,
		.hidden_size = hf->hidden,
		.layers = hf->layers,
		.heads = hf->heads,
		.intermediate_size = hf->intermediate,
		.max_positions = hf->max_positions,
		.position_offset = hf->position_offset,
		.token_types = hf->token_types,
		.pad_id = hf->pad_id,
		.activation = activation_of(hf->activation),
		.embedding_norm = 1,
		.norm_eps = hf->norm_eps,
		.hidden_dropout = hf->hidden_dropout,
		.attention_dropout = hf->attention_dropout,
		.classifier_dropout = hf->classifier_dropout,
		.initializer_range = hf->initializer_range,
		.head = labels > 0 ? TORCH_HEAD_POOLER : TORCH_HEAD_NONE,
		.labels = labels,
	};
	if (hf->family != HF_BERT || hf->embedding != hf->hidden)
		return err_set(err, "models of the kind %s do not run here: "
		    "bert does", hf->model_type ? hf->model_type : "unnamed");
	return 0;
}

/* A GPU computes many times as much at once as a core. */
static int64_t
budget_of(const char *device)
{
	return strcmp(device, "cuda") == 0 ? 32768 : 2048;
}

static int
find_device(struct encoder *e, const char *want, struct err *err)
{
	struct torch_device d;
	struct torch_err terr = { "" };

	if (e->api->device_find(want, &d, &terr) != TORCH_OK)
		return torch_failed(err, &terr);
	snprintf(e->device, sizeof e->device, "%s", d.name);
	snprintf(e->detail, sizeof e->detail, "%s",
	    strcmp(d.name, "cuda") == 0 ? d.detail : "cpu");
	e->budget = budget_of(e->device);
	return 0;
}

static int
load_weights(struct encoder *e, struct err *err)
{
	struct torch_err terr = { "" };
	struct torch_config conf;
	struct torch_tensor *tensors = NULL;
	struct safetensors *st;
	size_t n;
	int fresh = 0, result = -1;

	e->labels = e->hf->config.classifier ?
	    (int)e->hf->config.label_count : 0;
	if (encoder_config(&e->hf->config, e->labels, &conf, err) < 0)
		return -1;
	st = safetensors_open_folder(e->hf->dir, err);
	if (st == NULL)
		return -1;
	n = tensors_of(st, NULL, &tensors);
	e->model = e->api->model_new(&conf, tensors, n, 0, e->device, &fresh,
	    &terr);
	if (e->model == NULL)
		torch_failed(err, &terr);
	else if (fresh > 0)
		err_set(err, "its configuration names a classifier that its "
		    "weights lack");
	else
		result = 0;
	if (result < 0)
		err_prefix(err, "%s", e->hf->dir);
	free(tensors);
	safetensors_free(st);
	return result;
}

struct encoder *
encoder_open(const char *dir, const struct encoder_options *o, struct err *err)
{
	struct encoder *e = xcalloc(1, sizeof *e);

	e->bf16 = o->bf16;
	e->max_length = o->max_length;
	e->hf = hf_open(dir, err);
	if (e->hf == NULL)
		goto fail;
	e->tokenizer = tokenizer_open(dir, err);
	if (e->tokenizer == NULL)
		goto fail;
	e->api = torch_load(err);
	if (e->api == NULL || find_device(e, o->device, err) < 0 ||
	    load_weights(e, err) < 0)
		goto fail;
	return e;
fail:
	encoder_free(e);
	return NULL;
}

void
encoder_free(struct encoder *e)
{
	if (e == NULL)
		return;
	if (e->api != NULL && e->model != NULL)
		e->api->model_free(e->model);
	tokenizer_free(e->tokenizer);
	hf_free(e->hf);
	free(e);
}

const struct hf_model *
encoder_model(const struct encoder *e)
{
	return e->hf;
}

size_t
encoder_truncated(const struct encoder *e)
{
	return e->truncated;
}

static size_t
limit(const struct encoder *e, int most)
{
	size_t n = (size_t)most;

	return e->max_length > 0 && e->max_length < n ? e->max_length : n;
}

size_t
encoder_max_length(const struct encoder *e)
{
	return limit(e, e->hf->embed_length);
}

struct order {
	int64_t len;
	uint32_t text;
};

/* The longest first: what does not fit shows at once. */
static int
order_cmp(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? 1 : -1;
	return x->text < y->text ? -1 : 1;
}

static struct order *
order_of(const struct tokens *t)
{
	struct order *v = xcalloc(t->n + 1, sizeof *v);

	for (size_t i = 0; i < t->n; i++) {
		v[i].len = t->offsets[i + 1] - t->offsets[i];
		v[i].text = (uint32_t)i;
	}
	qsort(v, t->n, sizeof *v, order_cmp);
	return v;
}

/* Texts that go through together. */
struct pack {
	int32_t *ids;
	int64_t *offsets;
	float *rows; /* (texts, width) */
};

/* As many texts from `first` as the budget holds, at least one. */
static size_t
pack_fill(struct pack *p, const struct tokens *t, const struct order *order,
    size_t first, int64_t budget)
{
	size_t n = 0;

	p->offsets[0] = 0;
	while (first + n < t->n && (n == 0 ||
	    p->offsets[n] + order[first + n].len <= budget)) {
		const struct order *o = &order[first + n];

		memcpy(p->ids + p->offsets[n],
		    t->ids + t->offsets[o->text],
		    (size_t)o->len * sizeof *p->ids);
		p->offsets[n + 1] = p->offsets[n] + o->len;
		n++;
	}
	return n;
}

static int
pack_run(struct encoder *e, const struct pack *p, size_t n,
    const struct want *w, struct torch_err *terr)
{
	struct torch_batch batch = { .ids = p->ids, .offsets = p->offsets,
		.n = (int)n };
	struct torch_output out = { 0 };

	if (w->logits) {
		out.logits = p->rows;
	} else {
		out.pooled = p->rows;
		out.pooling = w->pooling;
		out.normalise = w->normalise;
	}
	return e->api->model_run(e->model, &batch, e->bf16, &out, terr);
}

/* All texts of a window, in packs; rows go to out (n, width). */
static int
run_tokens(struct encoder *e, const struct tokens *t, const struct want *w,
    float *out, struct progress *progress, struct err *err)
{
	struct order *order = order_of(t);
	int64_t longest = t->n > 0 ? order[0].len : 0;
	size_t room = (size_t)(longest > e->budget ? longest : e->budget);
	struct pack p = { .ids = try_alloc(room, sizeof *p.ids, err),
		.offsets = try_alloc(room + 1, sizeof *p.offsets, err),
		.rows = try_alloc(room, w->width * sizeof *p.rows, err) };
	struct torch_err terr = { "" };
	int result = -1;

	if (p.ids == NULL || p.offsets == NULL || p.rows == NULL)
		goto out;
	for (size_t i = 0, n; i < t->n; i += n) {
		int rc;

		n = pack_fill(&p, t, order, i, e->budget);
		rc = pack_run(e, &p, n, w, &terr);
		if (rc == TORCH_NO_MEMORY && n > 1) {
			e->budget = p.offsets[n] / 2;
			n = 0;
			continue;
		}
		if (rc != TORCH_OK) {
			torch_failed(err, &terr);
			goto out;
		}
		for (size_t j = 0; j < n; j++)
			memcpy(out + order[i + j].text * w->width,
			    p.rows + j * w->width, w->width * sizeof *out);
		if (progress_step(progress, n)) {
			progress_stopped(err);
			goto out;
		}
	}
	result = 0;
out:
	free(p.rows);
	free(p.offsets);
	free(p.ids);
	free(order);
	return result;
}

static int
run_texts(struct encoder *e, const struct text *texts, size_t n,
    const struct want *w, struct mat *out, struct progress *progress,
    struct err *err)
{
	struct tokens_options o = { .tokenizer = e->tokenizer,
		.max_length = w->max_length,
		.lower_first = e->hf->lower_first,
		.pad_id = e->hf->config.pad_id };

	/* The caller's thread may be another one than the model's opener. */
	if (torch_load(err) == NULL)
		return -1;
	if (mat_alloc(out, n, w->width, err) < 0)
		return -1;
	progress_phase(progress, "encoding", n);
	for (size_t i = 0; i < n; i += WINDOW) {
		size_t part = n - i < WINDOW ? n - i : WINDOW;
		struct tokens t;
		int rc = tokens_make(&t, &o, texts + i, part, progress, err);

		if (rc == 0) {
			e->truncated += t.truncated;
			rc = run_tokens(e, &t, w, out->v + i * w->width,
			    progress, err);
		}
		tokens_free(&t);
		if (rc < 0) {
			mat_free(out);
			return -1;
		}
	}
	return 0;
}

int
encoder_embed(struct encoder *e, const struct text *texts, size_t n,
    struct mat *out, struct progress *p, struct err *err)
{
	enum hf_pooling pooling = e->hf->pooling;
	struct want w = { .normalise = e->hf->normalise,
		.max_length = encoder_max_length(e),
		.width = (size_t)e->hf->config.hidden };

	if (e->hf->other_step != NULL)
		return err_set(err, "%s ends with a step (%s) that is not run "
		    "here: its embeddings would be others", e->hf->dir,
		    e->hf->other_step);
	w.pooling = pooling == HF_POOL_CLS ? TORCH_POOL_CLS :
	    pooling == HF_POOL_MAX	   ? TORCH_POOL_MAX :
					     TORCH_POOL_MEAN;
	return run_texts(e, texts, n, &w, out, p, err);
}

int
encoder_logits(struct encoder *e, const struct text *texts, size_t n,
    struct mat *out, struct progress *p, struct err *err)
{
	struct want w = { .logits = true,
		.max_length = limit(e, e->hf->max_length),
		.width = (size_t)e->labels };

	if (e->labels == 0)
		return err_set(err, "%s has no classification head: it is a "
		    "base model, or one for something else", e->hf->dir);
	return run_texts(e, texts, n, &w, out, p, err);
}

static void
softmax(float *v, size_t k)
{
	double sum = 0;
	float top = v[0];

	for (size_t j = 1; j < k; j++)
		top = v[j] > top ? v[j] : top;
	for (size_t j = 0; j < k; j++)
		sum += exp((double)v[j] - top);
	for (size_t j = 0; j < k; j++)
		v[j] = (float)(exp((double)v[j] - top) / sum);
}

int
encoder_classify(struct encoder *e, const struct text *texts, size_t n,
    struct mat *out, struct progress *p, struct err *err)
{
	if (encoder_logits(e, texts, n, out, p, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		float *v = out->v + i * out->d;

		if (e->hf->config.problem != HF_PROBLEM_MULTI) {
			softmax(v, out->d);
			continue;
		}
		for (size_t j = 0; j < out->d; j++)
			v[j] = (float)(1 / (1 + exp(-(double)v[j])));
	}
	return 0;
}

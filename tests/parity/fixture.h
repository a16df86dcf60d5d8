/*
 * A folder of the fixtures (see README.md): its expected.json, the model
 * opened through the shim, and comparisons that count.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/encode.h"
#include "tagtiger/err.h"
#include "tagtiger/hf.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/torch.h"
#include "tagtiger/torch_load.h"

struct fixture {
	cJSON *json;
	struct hf_model *hf;
	struct safetensors *weights, *heads;
	struct torch_tensor *t; /* (n) backbone, then heads' "seq." ones */
	size_t n;
	struct torch_config conf;
	const struct torch_api *api;
};

static inline int
have_torch(void)
{
	const char *s = getenv("TAGTIGER_HAVE_TORCH");

	return s != NULL && strcmp(s, "1") == 0;
}

static inline const cJSON *
at(const cJSON *j, const char *path)
{
	char name[64];

	while (*path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof name, "%.*s", (int)n, path);
		j = cJSON_GetObjectItemCaseSensitive(j, name);
		assert_non_null(j);
		path += n + (path[n] == '.');
	}
	return j;
}

static inline char *
slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *s;
	long n;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	s = xmalloc((size_t)n + 1);
	assert_int_equal(fread(s, 1, (size_t)n, f), n);
	s[n] = '\0';
	fclose(f);
	return s;
}

static inline struct torch_tensor
as_torch(const struct st_tensor *t, const char *name)
{
	struct torch_tensor out = { .name = name, .ndim = t->ndim,
		.data = t->data };

	out.dtype = t->type == ST_F16 ? TORCH_F16 :
	    t->type == ST_BF16	      ? TORCH_BF16 :
					TORCH_F32;
	for (int i = 0; i < t->ndim && i < 4; i++)
		out.shape[i] = t->shape[i];
	return out;
}

static inline void
fixture_open(struct fixture *f, const char *dir)
{
	char path[256];
	struct err err = { 0 };
	char *text;

	memset(f, 0, sizeof *f);
	f->api = torch_load(&err);
	assert_string_equal(err.text, "");
	assert_non_null(f->api);
	snprintf(path, sizeof path, "%s/expected.json", dir);
	text = slurp(path);
	f->json = cJSON_Parse(text);
	free(text);
	assert_non_null(f->json);
	f->hf = hf_open(dir, &err);
	assert_string_equal(err.text, "");
	f->weights = safetensors_open_folder(dir, &err);
	snprintf(path, sizeof path, "%s/heads.safetensors", dir);
	f->heads = safetensors_open(path, &err);
	assert_string_equal(err.text, "");
	f->t = xcalloc(safetensors_count(f->weights) +
	    safetensors_count(f->heads), sizeof *f->t);
	for (size_t i = 0; i < safetensors_count(f->weights); i++) {
		const struct st_tensor *t = safetensors_at(f->weights, i);

		f->t[f->n++] = as_torch(t, t->name);
	}
	for (size_t i = 0; i < safetensors_count(f->heads); i++) {
		const struct st_tensor *t = safetensors_at(f->heads, i);

		if (strncmp(t->name, "seq.", 4) == 0)
			f->t[f->n++] = as_torch(t, t->name + 4);
	}
	assert_int_equal(encoder_config(&f->hf->config, 3, &f->conf, &err), 0);
}

static inline void
fixture_close(struct fixture *f)
{
	free(f->t);
	safetensors_free(f->heads);
	safetensors_free(f->weights);
	hf_free(f->hf);
	cJSON_Delete(f->json);
}

static inline struct torch_model *
fixture_model(struct fixture *f)
{
	struct torch_err terr = { "" };
	int fresh = -1;
	struct torch_model *m = f->api->model_new(&f->conf, f->t, f->n, 1,
	    "cpu", &fresh, &terr);

	assert_string_equal(terr.text, "");
	assert_non_null(m);
	assert_int_equal(fresh, 0);
	return m;
}

/* The rows of input_ids without their padding (mask may be NULL). */
struct packed {
	struct torch_batch b;
	int32_t ids[4096];
	int64_t offsets[64];
};

static inline void
pack(struct packed *p, const cJSON *rows, const cJSON *masks)
{
	const cJSON *row;
	int64_t n = 0;
	int i = 0;

	p->offsets[0] = 0;
	cJSON_ArrayForEach(row, rows) {
		const cJSON *mask = masks ? cJSON_GetArrayItem(masks, i) : NULL;
		int j = 0;
		const cJSON *id;

		cJSON_ArrayForEach(id, row) {
			if (mask == NULL ||
			    cJSON_GetArrayItem(mask, j)->valueint)
				p->ids[n++] = id->valueint;
			j++;
		}
		p->offsets[++i] = n;
	}
	p->b = (struct torch_batch) { .ids = p->ids, .offsets = p->offsets,
		.n = i };
}

/* Largest difference of a flat array and nested arrays of numbers; *n is
 * advanced by how many were compared. */
static inline double
apart(const float *v, const cJSON *want, size_t *n)
{
	double worst = 0;

	if (cJSON_IsNumber(want)) {
		double d = fabs((double)v[(*n)++] - want->valuedouble);

		return isnan(d) ? INFINITY : d;
	}
	assert_true(cJSON_IsArray(want));
	for (const cJSON *c = want->child; c != NULL; c = c->next) {
		double d = apart(v, c, n);

		worst = d > worst ? d : worst;
	}
	return worst;
}

#define assert_close(v, want, count, tolerance)                               \
	do {                                                                 \
		size_t n_ = 0;                                                \
		double d_ = apart(v, want, &n_);                              \
		if (d_ > (tolerance))                                         \
			print_message("%s: off by %g\n", #want, d_);          \
		assert_true(d_ <= (tolerance));                               \
		assert_int_equal(n_, count);                                  \
	} while (0)

#endif

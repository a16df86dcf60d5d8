#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "finetune_priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hash.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/torch_load.h"

#define CHECKPOINT "checkpoint.bin"

static const char magic[8] = { 'T', 'T', 'F', 'T', '0', '0', '0', '1' };

double
seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void
add_numbers(struct sha256 *h, const struct training *t)
{
	const struct finetune_spec *s = t->spec;
	const double v[] = { s->loss, s->epochs, s->batch, s->accumulate,
		s->rate, s->weight_decay, s->decay_all, s->warmup, s->clip,
		s->eval_steps, s->eval_share, t->bf16, (double)s->n,
		(double)s->k };

	sha256_add(h, v, sizeof v);
	sha256_add(h, &s->seed, sizeof s->seed);
	sha256_add(h, t->device, strlen(t->device) + 1);
}

/* Of the base a sample: its tensors' names, shapes and first numbers. */
void
training_fingerprint(struct training *t, const struct torch_tensor *w,
    size_t n)
{
	const struct finetune_spec *s = t->spec;
	struct sha256 h;

	sha256_init(&h);
	add_numbers(&h, t);
	sha256_add(&h, t->tokens.offsets,
	    (s->n + 1) * sizeof *t->tokens.offsets);
	sha256_add(&h, t->tokens.ids, (size_t)t->tokens.offsets[s->n] *
	    sizeof *t->tokens.ids);
	if (s->loss == FINETUNE_BCE)
		sha256_add(&h, s->cells, s->n * s->k);
	else
		sha256_add(&h, s->y, s->n * sizeof *s->y);
	for (size_t i = 0; i < n; i++) {
		size_t count = 1, size = w[i].dtype == TORCH_F32 ? 4 : 2;

		for (int d = 0; d < w[i].ndim; d++)
			count *= (size_t)w[i].shape[d];
		sha256_add(&h, w[i].name, strlen(w[i].name) + 1);
		sha256_add(&h, w[i].shape, sizeof w[i].shape);
		sha256_add(&h, w[i].data,
		    (count < 256 ? count : 256) * size);
	}
	sha256_end(&h, t->print);
}

static void
checkpoint_path(const char *dir, char *path, size_t size)
{
	snprintf(path, size, "%s/" CHECKPOINT, dir);
}

struct sink {
	struct file_out file;
	struct err *err;
};

static int
sink_write(void *arg, const void *data, size_t len)
{
	struct sink *s = arg;

	return file_add(&s->file, data, len, s->err);
}

static size_t
elements(const struct torch_tensor *t)
{
	size_t n = 1;

	for (int d = 0; d < t->ndim; d++)
		n *= (size_t)t->shape[d];
	return n;
}

/* A checkpoint keeps two numbers more for each parameter (AdamW). */
int
training_room(const struct training *t, struct err *err)
{
	size_t count = t->api->param_count(t->model);
	int copies = 3 + 1 + (t->spec->best && t->eval_n > 0 ? 1 : 0);
	double bytes = 0;

	for (size_t i = 0; i < count; i++) {
		struct torch_tensor info;
		struct torch_err terr = { "" };

		if (t->api->param_info(t->model, i, &info, &terr) != TORCH_OK)
			return torch_failed(err, &terr);
		bytes += (double)elements(&info) * sizeof(float);
	}
	return file_room(t->spec->dir, copies * bytes, err);
}

int
training_checkpoint(struct training *t, struct err *err)
{
	struct sink s = { .err = err };
	struct torch_err terr = { "" };
	struct err inner = { 0 };
	char path[4096];
	double begun = seconds_now();

	s.err = &inner;
	checkpoint_path(t->spec->dir, path, sizeof path);
	if (folder_begin(t->spec->dir, 0777, err) < 0 ||
	    file_begin(&s.file, path, err) < 0)
		return -1;
	if (sink_write(&s, magic, sizeof magic) < 0 ||
	    sink_write(&s, t->print, sizeof t->print) < 0 ||
	    sink_write(&s, &t->state, sizeof t->state) < 0 ||
	    t->api->trainer_save(t->trainer, sink_write, &s, &terr) !=
		TORCH_OK) {
		file_drop(&s.file);
		if (inner.text[0] == '\0')
			return torch_failed(err, &terr);
		if (err != NULL)
			*err = inner;
		return -1;
	}
	if (file_end(&s.file, err) < 0)
		return -1;
	t->saved_at = seconds_now();
	t->save_cost = t->saved_at - begun;
	return 0;
}

static int
source_read(void *arg, void *data, size_t len)
{
	return fread(data, 1, len, arg) == len ? 0 : -1;
}

int
training_restore(struct training *t, struct err *err)
{
	struct torch_err terr = { "" };
	struct training_state state;
	char path[4096], head[sizeof magic];
	unsigned char print[32];
	FILE *f;
	int result = -1;

	checkpoint_path(t->spec->dir, path, sizeof path);
	f = fopen(path, "rb");
	if (f == NULL)
		return err_set_status(err, ERR_NAME, "%s: there is no "
		    "training to go on with", t->spec->dir);
	if (source_read(f, head, sizeof head) < 0 ||
	    memcmp(head, magic, sizeof magic) != 0 ||
	    source_read(f, print, sizeof print) < 0 ||
	    source_read(f, &state, sizeof state) < 0 || state.step < 0 ||
	    state.step > t->steps || state.micro < 1)
		err_set_status(err, ERR_NAME, "%s is no checkpoint of this "
		    "version", path);
	else if (memcmp(print, t->print, sizeof print) != 0)
		err_set_status(err, ERR_NAME, "%s belongs to a training with "
		    "other texts, labels, settings, device or base", path);
	else if (t->api->trainer_load(t->trainer, source_read, f, &terr) !=
	    TORCH_OK)
		torch_failed(err, &terr);
	else
		result = 0;
	fclose(f);
	if (result == 0)
		t->state = state;
	return result;
}

void
training_forget_checkpoint(struct training *t)
{
	char path[4096];

	checkpoint_path(t->spec->dir, path, sizeof path);
	unlink(path);
}

bool
finetune_can_resume(const char *dir)
{
	char path[4096];

	checkpoint_path(dir, path, sizeof path);
	return access(path, R_OK) == 0;
}

int
snapshot_take(struct training *t, struct snapshot *s, struct err *err)
{
	size_t count = t->api->param_count(t->model);
	struct torch_err terr = { "" };

	s->full = s->saved = false;
	if (s->v == NULL)
		s->v = xcalloc(count, sizeof *s->v);
	for (size_t i = 0; i < count; i++) {
		struct torch_tensor info;
		size_t n;

		if (t->api->param_info(t->model, i, &info, &terr) != TORCH_OK)
			return torch_failed(err, &terr);
		n = elements(&info);
		if (s->v[i] == NULL)
			s->v[i] = try_alloc(n, sizeof(float), err);
		if (s->v[i] == NULL)
			return -1;
		if (t->api->param_read(t->model, i, s->v[i], n, &terr) !=
		    TORCH_OK)
			return torch_failed(err, &terr);
	}
	s->full = true;
	return 0;
}

void
snapshot_free(struct training *t, struct snapshot *s)
{
	if (s->v == NULL)
		return;
	for (size_t i = 0; i < t->api->param_count(t->model); i++)
		free(s->v[i]);
	free(s->v);
	s->v = NULL;
	s->full = false;
}

int
snapshot_save(struct training *t, struct snapshot *s, const char *dir,
    struct err *err)
{
	size_t count = t->api->param_count(t->model);
	struct st_tensor *v = xcalloc(count, sizeof *v);
	struct torch_err terr = { "" };
	struct hf_result r = { .labels = t->spec->labels,
		.label_count = t->spec->k, .tensors = v, .n = count };
	int result = -1;

	r.problem = t->spec->loss == FINETUNE_BCE ? HF_PROBLEM_MULTI :
						    HF_PROBLEM_SINGLE;
	for (size_t i = 0; i < count; i++) {
		struct torch_tensor info;

		if (t->api->param_info(t->model, i, &info, &terr) !=
		    TORCH_OK) {
			torch_failed(err, &terr);
			goto out;
		}
		v[i] = (struct st_tensor) { .name = info.name, .type = ST_F32,
			.ndim = info.ndim, .count = elements(&info),
			.bytes = elements(&info) * sizeof(float),
			.data = s->v[i] };
		memcpy(v[i].shape, info.shape,
		    (size_t)info.ndim * sizeof v[i].shape[0]);
	}
	result = hf_save(t->spec->base, dir, &r, err);
	s->saved = result == 0;
out:
	free(v);
	return result;
}

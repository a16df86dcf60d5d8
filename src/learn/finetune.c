#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finetune_priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/torch_load.h"

/* Points of the training loss between two evaluations. */
#define POINTS 10

static void __attribute__((format(printf, 2, 3)))
note(const struct training *t, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (t->calls == NULL || t->calls->note == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	t->calls->note(t->calls->arg, line);
}

static int
open_base(struct training *t, struct err *err)
{
	const struct finetune_spec *s = t->spec;
	struct tokens_options o = { 0 };
	struct tokenizer *tokenizer;
	int rc;

	t->hf = hf_open(s->base, err);
	if (t->hf == NULL ||
	    encoder_config(&t->hf->config, (int)s->k, &t->conf, err) < 0)
		return -1;
	tokenizer = tokenizer_open(s->base, err);
	if (tokenizer == NULL)
		return -1;
	o.tokenizer = tokenizer;
	o.max_length = (size_t)t->hf->max_length;
	if (s->max_length > 0 && s->max_length < o.max_length)
		o.max_length = s->max_length;
	o.lower_first = t->hf->lower_first;
	o.pad_id = t->hf->config.pad_id;
	progress_phase(t->progress, "reading the texts", 0);
	rc = tokens_make(&t->tokens, &o, s->texts, s->n, t->progress, err);
	tokenizer_free(tokenizer);
	return rc;
}

static int
find_device(struct training *t, struct err *err)
{
	const char *want = t->spec->device ? t->spec->device : "auto";
	struct torch_err terr = { "" };
	struct torch_device d;

	t->api = torch_load(err);
	if (t->api == NULL)
		return -1;
	if (t->api->device_find(want, &d, &terr) != TORCH_OK)
		return torch_failed(err, &terr);
	snprintf(t->device, sizeof t->device, "%s", d.name);
	t->bf16 = strcmp(d.name, "cuda") == 0 ? !t->spec->f32 : t->spec->bf16;
	if (strcmp(d.name, "cuda") == 0)
		note(t, "device: %s, %s", d.detail,
		    t->bf16 ? "bf16" : "f32");
	else if (strcmp(want, "cpu") == 0)
		note(t, "device: cpu, %d threads", thread_count());
	else
		note(t, "device: cpu, %d threads (%s)", thread_count(),
		    d.detail);
	return 0;
}

static int
make_trainer(struct training *t, struct err *err)
{
	const struct finetune_spec *s = t->spec;
	struct torch_err terr = { "" };
	struct torch_train_config conf = {
		.loss = s->loss == FINETUNE_BCE ? TORCH_LOSS_BCE :
						  TORCH_LOSS_CE,
		.class_weights = t->weights,
		.beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8,
		.weight_decay = s->weight_decay,
		.decay_all = s->decay_all,
		.clip_norm = s->clip,
		.seed = s->seed,
		.bf16 = t->bf16,
	};
	struct safetensors *st = safetensors_open_folder(s->base, err);
	struct torch_tensor *w;
	size_t n;

	if (st == NULL)
		return -1;
	/* A base's own classifier is for other labels. */
	n = tensors_of(st, "classifier.", &w);
	training_fingerprint(t, w, n);
	t->model = t->api->model_new(&t->conf, w, n, s->seed, t->device, NULL,
	    &terr);
	free(w);
	safetensors_free(st);
	if (t->model != NULL)
		t->trainer = t->api->trainer_new(t->model, &conf, &terr);
	if (t->trainer == NULL) {
		torch_failed(err, &terr);
		return err_prefix(err, "%s", s->base);
	}
	return 0;
}

static void
plan(struct training *t)
{
	const struct finetune_spec *s = t->spec;
	size_t most = (size_t)s->batch * (size_t)s->accumulate;
	size_t room;

	t->effective = most;
	t->epoch_steps = (int64_t)((t->train_n + most - 1) / most);
	t->steps = t->epoch_steps * s->epochs;
	t->eval_every = s->eval_steps > 0 ? s->eval_steps : t->epoch_steps;
	t->point_every = t->eval_every / POINTS;
	if (t->point_every < 1)
		t->point_every = 1;
	t->state = (struct training_state) { .best_loss = NAN,
		.best_f1 = NAN, .last_loss = NAN, .last_f1 = NAN,
		.micro = s->batch };
	/* A step's batch, or a part of the held-out texts. */
	room = most * 64 + 1;
	t->offsets = xcalloc(room + 1, sizeof *t->offsets);
	t->labels = xcalloc(room, sizeof *t->labels);
	t->cells = xcalloc(room, s->k * sizeof *t->cells);
	note(t, "%s texts to learn from, %s held out, %s cut at the "
	    "token limit", COUNT(t->train_n), COUNT(t->eval_n),
	    COUNT(t->tokens.truncated));
	note(t, "effective batch %zu (%d x %d), %lld steps", most, s->batch,
	    s->accumulate, (long long)t->steps);
}

/* The share of the rate at a step, from 0: up to 1 over the warm-up, then
 * down to 0 at the end. */
static double
rate_at(const struct training *t, int64_t step)
{
	double warm = ceil(t->spec->warmup * (double)t->steps);
	double s = (double)step, all = (double)t->steps, share;

	if (s < warm)
		share = s / fmax(1, warm);
	else
		share = (all - s) / fmax(1, all - warm);
	return t->spec->rate * share;
}

static void
point(const struct training *t, bool eval, double loss, double f1)
{
	struct finetune_point p = { .eval = eval, .step = t->state.step,
		.steps = t->steps, .loss = loss, .f1 = f1 };

	p.epoch = (double)t->state.step / (double)t->epoch_steps;
	p.rate = rate_at(t, t->state.step);
	if (t->calls != NULL && t->calls->point != NULL)
		t->calls->point(t->calls->arg, &p);
}

/* One update. Where the device has too little memory, with half as many
 * texts at once from there on. */
static int
take_step(struct training *t, struct err *err)
{
	const uint32_t *v;
	size_t n = training_texts(t, t->state.step, &v);
	double rate = rate_at(t, t->state.step);
	struct torch_err terr = { "" };
	struct torch_target y;
	struct torch_batch b;
	struct torch_step s;
	int rc;

	training_batch(t, v, n, &b, &y);
	for (;;) {
		rc = t->api->trainer_step(t->trainer, &b, &y,
		    (int)t->state.micro, rate, &s, &terr);
		if (rc != TORCH_NO_MEMORY || t->state.micro == 1)
			break;
		t->state.micro = (t->state.micro + 1) / 2;
		note(t, "out of memory: from step %lld on %lld texts at once, "
		    "accumulated to the same batch of %zu",
		    (long long)t->state.step + 1, (long long)t->state.micro,
		    t->effective);
	}
	if (rc != TORCH_OK) {
		torch_failed(err, &terr);
		return err_prefix(err, "step %lld",
		    (long long)t->state.step + 1);
	}
	t->state.step++;
	t->state.loss_sum += s.loss;
	t->state.loss_steps++;
	return 0;
}

static void
training_point(struct training *t)
{
	if (t->state.loss_steps == 0)
		return;
	point(t, false, t->state.loss_sum / (double)t->state.loss_steps, NAN);
	t->state.loss_sum = 0;
	t->state.loss_steps = 0;
}

/*
 * Checkpoints may take a tenth of the time and no more: with large models
 * and frequent evaluations some are left out.
 */
static bool
time_to_save(const struct training *t)
{
	return seconds_now() - t->saved_at > 9 * t->save_cost;
}

static int
save_all(struct training *t, struct err *err)
{
	if (t->best.full && !t->best.saved &&
	    snapshot_save(t, &t->best, t->spec->dir, err) < 0)
		return -1;
	return training_checkpoint(t, err);
}

/* A disk that is full now need not be when the training ends. */
static void
save_or_note(struct training *t)
{
	struct err why = { 0 };

	if (save_all(t, &why) == 0)
		return;
	note(t, "no checkpoint after step %lld: %s",
	    (long long)t->state.step, why.text);
	t->saved_at = seconds_now();
}

static int
evaluate(struct training *t, struct err *err)
{
	struct training_state *s = &t->state;
	double loss, f1;

	s->pending = t->eval_n > 0;
	if (!s->pending)
		return 0;
	if (training_evaluate(t, &loss, &f1, err) < 0)
		return -1;
	s->pending = 0;
	s->last_loss = loss;
	s->last_f1 = f1;
	point(t, true, loss, f1);
	if (s->best_step > 0 && !(loss < s->best_loss))
		return 0;
	s->best_step = s->step;
	s->best_loss = loss;
	s->best_f1 = f1;
	return t->spec->best ? snapshot_take(t, &t->best, err) : 0;
}

/* A step and what follows it: points, an evaluation, a checkpoint. An
 * evaluation that was cancelled is made before anything else. */
static int
advance(struct training *t, struct err *err)
{
	bool last;

	if (!t->state.pending) {
		if (take_step(t, err) < 0)
			return -1;
		progress_step(t->progress, 1);
		last = t->state.step == t->steps;
		if (t->state.step % t->point_every == 0 || last)
			training_point(t);
		if (t->state.step % t->eval_every != 0 && !last)
			return 0;
	}
	if (evaluate(t, err) < 0)
		return -1;
	if (t->state.step < t->steps && time_to_save(t))
		save_or_note(t);
	return 0;
}

/* The result's folder, and the last weights where they are not the best. */
static int
finish(struct training *t, struct err *err)
{
	const struct finetune_spec *s = t->spec;
	bool best = s->best && t->eval_n > 0 &&
	    t->state.best_step != t->steps;
	struct snapshot last = { 0 };
	char *dir = xasprintf("%s/last", s->dir);
	int rc = 0;

	progress_phase(t->progress, "writing the model", 0);
	if (best && t->best.full && !t->best.saved)
		rc = snapshot_save(t, &t->best, s->dir, err);
	if (rc == 0)
		rc = snapshot_take(t, &last, err);
	if (rc == 0)
		rc = snapshot_save(t, &last, best ? dir : s->dir, err);
	if (rc == 0)
		training_forget_checkpoint(t);
	snapshot_free(t, &last);
	free(dir);
	return rc;
}

static int
loop(struct training *t, struct finetune_result *out, struct err *err)
{
	progress_phase(t->progress, "training", (size_t)t->steps);
	progress_step(t->progress, (size_t)t->state.step);
	while (t->state.step < t->steps || t->state.pending) {
		if (!progress_cancelled(t->progress) && advance(t, err) == 0)
			continue;
		if (!progress_cancelled(t->progress))
			return -1;
		err_clear(err);
		out->stopped = true;
		return save_all(t, err);
	}
	return finish(t, err);
}

static void
report(const struct training *t, struct finetune_result *out)
{
	const struct training_state *s = &t->state;

	out->step = s->step;
	out->steps = t->steps;
	out->best_step = s->best_step;
	out->best_loss = s->best_loss;
	out->best_f1 = s->best_f1;
	out->last_loss = s->last_loss;
	out->last_f1 = s->last_f1;
	out->effective_batch = (int)t->effective;
	out->truncated = t->tokens.truncated;
	out->held_out = xcalloc(t->spec->n + 1, 1);
	for (size_t i = 0; i < t->eval_n; i++)
		out->held_out[t->eval[i]] = 1;
}

static void
training_free(struct training *t)
{
	if (t->model != NULL)
		snapshot_free(t, &t->best);
	if (t->trainer != NULL)
		t->api->trainer_free(t->trainer);
	if (t->model != NULL)
		t->api->model_free(t->model);
	tokens_free(&t->tokens);
	hf_free(t->hf);
	free(t->train);
	free(t->eval);
	free(t->order);
	free(t->weights);
	free(t->ids);
	free(t->offsets);
	free(t->labels);
	free(t->cells);
}

int
finetune_run(const struct finetune_spec *spec, bool resume,
    const struct finetune_calls *calls, struct finetune_result *out,
    struct progress *p, struct err *err)
{
	struct training t = { .spec = spec, .calls = calls, .progress = p };
	double begun = seconds_now();
	int result = -1;

	memset(out, 0, sizeof *out);
	if (training_check(spec, err) < 0 || find_device(&t, err) < 0 ||
	    open_base(&t, err) < 0 || training_split(&t, err) < 0)
		goto out;
	plan(&t);
	if (make_trainer(&t, err) < 0 || training_room(&t, err) < 0)
		goto out;
	t.saved_at = seconds_now();
	if (resume) {
		if (training_restore(&t, err) < 0)
			goto out;
		note(&t, "going on after step %lld of %lld",
		    (long long)t.state.step, (long long)t.steps);
	}
	result = loop(&t, out, err);
	if (result == 0)
		report(&t, out);
	out->seconds = seconds_now() - begun;
out:
	training_free(&t);
	return result;
}

void
finetune_result_free(struct finetune_result *r)
{
	free(r->held_out);
	r->held_out = NULL;
}

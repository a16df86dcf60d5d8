/* finetune FOLDER TEXTS BATCH: texts a second through steps of training (the
 * loading before them left out), and the number of tokens. */
#include "texts.h"

#include "tagtiger/encode.h"
#include "tagtiger/hf.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/torch.h"
#include "tagtiger/torch_load.h"

#define LABELS 20

static struct err err;

static struct torch_model *
load(const struct torch_api *api, const char *dir)
{
	struct hf_model *hf = hf_open(dir, &err);
	struct safetensors *st = safetensors_open_folder(dir, &err);
	struct torch_tensor t[1024];
	struct torch_err terr = { "" };
	struct torch_config conf;
	struct torch_model *m;
	size_t n = 0;

	if (hf == NULL || st == NULL ||
	    encoder_config(&hf->config, LABELS, &conf, &err) < 0)
		fatal("%s", err.text);
	for (size_t i = 0; i < safetensors_count(st) && n < 1024; i++) {
		const struct st_tensor *s = safetensors_at(st, i);

		if (s->type != ST_F32)
			continue;
		t[n] = (struct torch_tensor){ .name = s->name,
			.ndim = s->ndim, .data = s->data };
		memcpy(t[n++].shape, s->shape, sizeof t[0].shape);
	}
	m = api->model_new(&conf, t, n, 1, "cpu", NULL, &terr);
	if (m == NULL)
		fatal("%s", terr.text);
	safetensors_free(st);
	hf_free(hf);
	return m;
}

/* Tokens of texts, from `ids` on; their ends to `offsets`. */
static void
tokenize(const char *dir, const struct text *texts, size_t n, int32_t *ids,
    int64_t *offsets)
{
	struct tokenizer *t = tokenizer_open(dir, &err);
	struct encoding e = ENCODING_INIT;

	if (t == NULL)
		fatal("%s", err.text);
	offsets[0] = 0;
	for (size_t i = 0; i < n; i++) {
		if (tokenizer_encode(t, texts[i].s, texts[i].len, 512, &e,
		    &err) < 0)
			fatal("%s", err.text);
		memcpy(ids + offsets[i], e.ids, e.n * sizeof *ids);
		offsets[i + 1] = offsets[i] + (int64_t)e.n;
	}
	encoding_free(&e);
	tokenizer_free(t);
}

static void
train(const struct torch_api *api, struct torch_model *m, const int32_t *ids,
    const int64_t *offsets, size_t n, size_t size)
{
	struct torch_train_config conf = { .loss = TORCH_LOSS_CE,
		.beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8,
		.weight_decay = 0.01, .decay_all = 1, .clip_norm = 1,
		.seed = 1 };
	struct torch_err terr = { "" };
	struct torch_trainer *t = api->trainer_new(m, &conf, &terr);
	int64_t *part = xcalloc(size + 1, sizeof *part);
	int32_t *labels = xcalloc(size, sizeof *labels);

	for (size_t i = 0; t != NULL && i < n; i += size) {
		size_t k = n - i < size ? n - i : size;
		struct torch_batch b = { .ids = ids + offsets[i],
			.offsets = part, .n = (int)k };
		struct torch_target y = { .labels = labels };

		for (size_t j = 0; j < k; j++) {
			part[j + 1] = offsets[i + j + 1] - offsets[i];
			labels[j] = (int32_t)(i + j) % LABELS;
		}
		if (api->trainer_step(t, &b, &y, (int)k, 5e-5, NULL, &terr) !=
		    TORCH_OK)
			break;
	}
	if (terr.text[0] != '\0')
		fatal("%s", terr.text);
	api->trainer_free(t);
	free(labels);
	free(part);
}

int
main(int argc, char **argv)
{
	const struct torch_api *api = torch_load(&err);
	struct buf b = BUF_INIT;
	struct torch_model *m;
	struct text *texts;
	int64_t *offsets;
	int32_t *ids;
	size_t n;
	double begun;

	if (argc != 4)
		return 2;
	if (api == NULL)
		fatal("%s", err.text);
	texts = texts_read(argv[2], &b, &n);
	ids = xcalloc(n * 512, sizeof *ids);
	offsets = xcalloc(n + 1, sizeof *offsets);
	tokenize(argv[1], texts, n, ids, offsets);
	m = load(api, argv[1]);
	begun = now();
	train(api, m, ids, offsets, n, strtoul(argv[3], NULL, 10));
	printf("%.4f %.6f\n", (double)n / (now() - begun),
	    (double)offsets[n]);
	api->model_free(m);
	free(offsets);
	free(ids);
	free(texts);
	buf_free(&b);
	return 0;
}

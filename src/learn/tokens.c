#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "encode_priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/safetensors.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/utf8.h"

/* Texts that a thread takes at a time. */
#define BLOCK 64

struct block {
	int32_t *ids;
	size_t n, cap;
	size_t truncated;
};

struct work {
	const struct tokens_options *o;
	const struct text *texts;
	size_t n;
	size_t *len; /* (n) tokens */
	struct block *blocks;
	struct progress *progress;
	pthread_mutex_t lock; /* of what follows */
	bool failed;
	struct err err;
};

static void
lower(const char *s, size_t len, struct buf *out)
{
	buf_clear(out);
	buf_reserve(out, len);
	for (size_t i = 0; i < len;) {
		char c[4];
		int32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (n == 0) {
			buf_addc(out, s[i++]);
			continue;
		}
		buf_add(out, c, utf8_encode(utf8proc_tolower(cp), c));
		i += n;
	}
}

/*
 * *cut: whether the limit made a difference. A text of exactly max_length
 * tokens is told from a longer one by asking again for one more.
 */
static int
encode(const struct work *w, const char *s, size_t len, struct encoding *e,
    bool *cut, struct err *err)
{
	const struct tokens_options *o = w->o;

	*cut = false;
	if (tokenizer_encode(o->tokenizer, s, len, o->max_length, e, err) < 0)
		return -1;
	if (e->n < o->max_length)
		return 0;
	if (tokenizer_encode(o->tokenizer, s, len, o->max_length + 1, e,
	    err) < 0)
		return -1;
	*cut = e->n > o->max_length;
	if (!*cut)
		return 0;
	return tokenizer_encode(o->tokenizer, s, len, o->max_length, e, err);
}

static int
encode_block(struct work *w, size_t first, size_t last, struct block *b,
    struct err *err)
{
	struct encoding e = ENCODING_INIT;
	struct buf low = BUF_INIT;
	int result = -1;

	for (size_t i = first; i < last; i++) {
		const char *s = w->texts[i].s;
		size_t len = w->texts[i].len, n;
		bool cut;

		if (w->o->lower_first) {
			lower(s, len, &low);
			s = buf_str(&low);
			len = low.len;
		}
		if (encode(w, s, len, &e, &cut, err) < 0) {
			err_prefix(err, "text %zu", i + 1);
			goto out;
		}
		n = e.n > 0 ? e.n : 1;
		if (b->n + n > b->cap) {
			b->cap = 2 * b->cap + n + 4096;
			b->ids = xreallocarray(b->ids, b->cap,
			    sizeof *b->ids);
		}
		b->ids[b->n] = w->o->pad_id;
		if (e.n > 0)
			memcpy(b->ids + b->n, e.ids, e.n * sizeof *e.ids);
		b->n += n;
		b->truncated += cut;
		w->len[i] = n;
	}
	result = 0;
out:
	encoding_free(&e);
	buf_free(&low);
	return result;
}

static void
run_block(void *arg, size_t i)
{
	struct work *w = arg;
	struct err err = { 0 };
	size_t first = i * BLOCK, last = first + BLOCK;

	if (progress_cancelled(w->progress))
		return;
	if (last > w->n)
		last = w->n;
	if (encode_block(w, first, last, &w->blocks[i], &err) == 0)
		return;
	pthread_mutex_lock(&w->lock);
	if (!w->failed)
		w->err = err;
	w->failed = true;
	pthread_mutex_unlock(&w->lock);
}

static int
join(struct tokens *t, const struct work *w, size_t blocks, struct err *err)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < blocks; i++)
		total += w->blocks[i].n;
	t->ids = try_alloc(total > 0 ? total : 1, sizeof *t->ids, err);
	t->offsets = try_alloc(w->n + 1, sizeof *t->offsets, err);
	if (t->ids == NULL || t->offsets == NULL)
		return -1;
	for (size_t i = 0; i < blocks; i++) {
		const struct block *b = &w->blocks[i];

		if (b->n > 0)
			memcpy(t->ids + at, b->ids, b->n * sizeof *t->ids);
		at += b->n;
		t->truncated += b->truncated;
	}
	t->n = w->n;
	t->offsets[0] = 0;
	for (size_t i = 0; i < w->n; i++)
		t->offsets[i + 1] = t->offsets[i] + (int64_t)w->len[i];
	return 0;
}

int
tokens_make(struct tokens *t, const struct tokens_options *o,
    const struct text *texts, size_t n, struct progress *p, struct err *err)
{
	size_t blocks = (n + BLOCK - 1) / BLOCK;
	struct work w = { .o = o, .texts = texts, .n = n, .progress = p,
		.lock = PTHREAD_MUTEX_INITIALIZER };
	int result = -1;

	memset(t, 0, sizeof *t);
	w.len = xcalloc(n + 1, sizeof *w.len);
	w.blocks = xcalloc(blocks + 1, sizeof *w.blocks);
	parallel_for(blocks, 0, run_block, &w);
	if (progress_cancelled(p)) {
		progress_stopped(err);
	} else if (w.failed) {
		if (err != NULL)
			*err = w.err;
	} else {
		result = join(t, &w, blocks, err);
	}
	for (size_t i = 0; i < blocks; i++)
		free(w.blocks[i].ids);
	free(w.blocks);
	free(w.len);
	return result;
}

void
tokens_free(struct tokens *t)
{
	free(t->ids);
	free(t->offsets);
	memset(t, 0, sizeof *t);
}

size_t
tensors_of(const struct safetensors *st, const char *without,
    struct torch_tensor **out)
{
	size_t n = 0, count = safetensors_count(st);
	struct torch_tensor *v = xcalloc(count + 1, sizeof *v);

	for (size_t i = 0; i < count; i++) {
		const struct st_tensor *t = safetensors_at(st, i);
		int dtype = t->type == ST_F32 ? TORCH_F32 :
		    t->type == ST_F16	      ? TORCH_F16 :
		    t->type == ST_BF16	      ? TORCH_BF16 :
						-1;

		if (dtype < 0 || t->ndim > 4 || (without != NULL &&
		    strncmp(t->name, without, strlen(without)) == 0))
			continue;
		v[n] = (struct torch_tensor) { .name = t->name,
			.dtype = dtype, .ndim = t->ndim, .data = t->data };
		memcpy(v[n].shape, t->shape,
		    (size_t)t->ndim * sizeof v[n].shape[0]);
		n++;
	}
	*out = v;
	return n;
}

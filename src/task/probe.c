#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/base.h"
#include "tagtiger/buf.h"
#include "tagtiger/encode.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/mat.h"
#include "tagtiger/probe.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/torch.h"
#include "tagtiger/torch_load.h"

#define BATCH 256

/* ---- texts through a model ---- */

static int
put_tokens(const struct tokenizer *t, const char *text, size_t max_length,
    struct encoding *e, FILE *out, struct err *err)
{
	if (tokenizer_encode(t, text, strlen(text), max_length, e, err) < 0)
		return -1;
	fputs("{\"ids\":[", out);
	for (size_t i = 0; i < e->n; i++)
		fprintf(out, "%s%d", i > 0 ? "," : "", e->ids[i]);
	fputs("],\"offsets\":[", out);
	for (size_t i = 0; i < e->n; i++)
		fprintf(out, "%s[%u,%u]", i > 0 ? "," : "", e->begin[i],
		    e->end[i]);
	fputs("]}\n", out);
	return 0;
}

static void
put_rows(const struct mat *m, const char *key, FILE *out)
{
	for (size_t i = 0; i < m->n; i++) {
		fprintf(out, "{\"%s\":[", key);
		for (size_t j = 0; j < m->d; j++)
			fprintf(out, "%s%.9g", j > 0 ? "," : "",
			    (double)m->v[i * m->d + j]);
		fputs("]}\n", out);
	}
}

struct probing {
	const struct probe_spec *spec;
	struct encoder *encoder;
	struct tokenizer *tokenizer;
	struct encoding encoding;
	char *text[BATCH];
	size_t n;
};

static int
flush(struct probing *p, struct progress *progress, struct err *err)
{
	struct text v[BATCH];
	struct mat m = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && p->tokenizer != NULL && i < p->n; i++)
		rc = put_tokens(p->tokenizer, p->text[i], p->spec->max_length,
		    &p->encoding, p->spec->out, err);
	for (size_t i = 0; i < p->n; i++)
		v[i] = (struct text){ p->text[i], strlen(p->text[i]) };
	if (p->encoder != NULL && p->n > 0) {
		rc = p->spec->what == PROBE_EMBEDDING ?
		    encoder_embed(p->encoder, v, p->n, &m, progress, err) :
		    encoder_logits(p->encoder, v, p->n, &m, progress, err);
		if (rc == 0)
			put_rows(&m, p->spec->what == PROBE_EMBEDDING ?
			    "embedding" : "logits", p->spec->out);
		mat_free(&m);
	}
	for (size_t i = 0; i < p->n; i++)
		free(p->text[i]);
	p->n = 0;
	if (rc == 0 && (fflush(p->spec->out) != 0 || ferror(p->spec->out)))
		rc = err_set_errno(err, "standard output");
	return rc;
}

static int
open_model(struct probing *p, struct err *err)
{
	struct encoder_options o = { .max_length = p->spec->max_length };
	char *path = base_find(p->spec->dir, NULL, err);

	if (path == NULL)
		return -1;
	if (p->spec->what == PROBE_TOKENS)
		p->tokenizer = tokenizer_open(path, err);
	else
		p->encoder = encoder_open(path, &o, err);
	free(path);
	return p->tokenizer != NULL || p->encoder != NULL ? 0 : -1;
}

int
probe_run(const struct probe_spec *spec, size_t *n,
    struct progress *progress, struct err *err)
{
	struct probing p = { .spec = spec };
	char *line = NULL;
	size_t size = 0;
	cJSON *s;
	int rc = open_model(&p, err);

	*n = 0;
	while (rc == 0 && getline(&line, &size, spec->in) >= 0) {
		s = cJSON_Parse(line);
		if (!cJSON_IsString(s)) {
			rc = err_set_status(err, ERR_NAME, "line %zu of "
			    "standard input is no JSON string", *n + 1);
		} else {
			p.text[p.n++] = xstrdup(s->valuestring);
			++*n;
		}
		cJSON_Delete(s);
		if (rc == 0 && p.n == BATCH)
			rc = flush(&p, progress, err);
	}
	/* What came before a bad line is answered. */
	if (p.n > 0 && flush(&p, progress, rc == 0 ? err : NULL) < 0)
		rc = -1;
	free(line);
	encoding_free(&p.encoding);
	tokenizer_free(p.tokenizer);
	encoder_free(p.encoder);
	return rc;
}

/* ---- the machine ---- */

static void
say(cJSON *reply, struct buf *text, const char *key, const char *value)
{
	cJSON_AddStringToObject(reply, key, value);
	buf_addf(text, "%-10s %s\n", key, value);
}

static void
say_torch(cJSON *reply, struct buf *text)
{
	const struct torch_api *api;
	struct torch_device device;
	struct torch_err terr;
	struct err err = { 0 };
	char *s;

	if (!torch_built()) {
		say(reply, text, "libtorch", "not built in");
		return;
	}
	api = torch_load(&err);
	if (api == NULL) {
		say(reply, text, "libtorch", err.text);
		return;
	}
	say(reply, text, "libtorch", api->torch_version());
	if (api->device_find("auto", &device, &terr) != TORCH_OK)
		return;
	s = xasprintf("%s%s%s", device.name, *device.detail != '\0' ? ": " :
	    "", device.detail);
	say(reply, text, "device", s);
	free(s);
}

void
doctor(cJSON *reply, struct buf *text)
{
	char threads[16];
	struct buf names = BUF_INIT;
	struct base *v;
	size_t n;

	say(reply, text, "tagtiger", TAGTIGER_VERSION);
	snprintf(threads, sizeof threads, "%d", thread_count());
	say(reply, text, "threads", threads);
	say_torch(reply, text);
	base_list(&v, &n);
	for (size_t i = 0; i < n; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", v[i].name);
	say(reply, text, "bases", n > 0 ? names.data : "none");
	buf_free(&names);
	base_list_free(v, n);
}

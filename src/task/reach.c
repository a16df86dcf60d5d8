#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/feature.h"
#include "tagtiger/hf.h"
#include "tagtiger/model.h"
#include "tagtiger/project.h"
#include "tagtiger/reach.h"
#include "tagtiger/tokenizer.h"
#include "tagtiger/utf8.h"

struct reach {
	struct tokenizer *tokenizer;
	struct encoding e;
	struct buf low;
	size_t max;
	bool lower_first;
};

/* ---- What reads ---- */

void
reach_spec_free(struct reach_spec *s)
{
	free(s->name);
	free(s->dir);
	*s = (struct reach_spec){ 0 };
}

void
reach_spec_copy(struct reach_spec *to, const struct reach_spec *from)
{
	*to = *from;
	to->name = xstrdup(from->name);
	to->dir = xstrdup(from->dir);
}

bool
reach_spec_same(const struct reach_spec *a, const struct reach_spec *b)
{
	return a->dir != NULL && b->dir != NULL &&
	    strcmp(a->dir, b->dir) == 0 && a->max == b->max &&
	    a->sentence == b->sentence;
}

static size_t
max_of(const cJSON *params)
{
	const cJSON *x = cJSON_GetObjectItemCaseSensitive(params,
	    "max_length");

	return cJSON_IsNumber(x) && x->valuedouble > 0 ?
	    (size_t)x->valuedouble : 0;
}

/* 1 where the feature is of an encoder. */
static int
find_feature(struct project *p, const char *name, struct reach_spec *out,
    struct err *err)
{
	struct feature f;
	const char *path;
	cJSON *params;
	int found = 0;

	if (feature_find(p, name, &f, err) < 0)
		return -1;
	params = cJSON_Parse(f.params);
	path = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(params, "path"));
	if (strcmp(f.kind, "sbert") == 0 && path != NULL) {
		*out = (struct reach_spec){ .name = xstrdup(name),
			.dir = xstrdup(path), .max = max_of(params),
			.sentence = true };
		found = 1;
	}
	cJSON_Delete(params);
	feature_free(&f);
	return found;
}

int
reach_find(struct project *p, const char *model, struct reach_spec *out,
    struct err *err)
{
	struct model m;
	const cJSON *item;
	cJSON *params;
	int rc = 0;

	*out = (struct reach_spec){ 0 };
	if (model_find(p, model, &m, err) < 0)
		return -1;
	params = cJSON_Parse(m.params);
	if (strcmp(m.kind, "quick") == 0) {
		cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(
		    params, "features"))
			if (rc == 0 && cJSON_IsString(item))
				rc = find_feature(p, item->valuestring, out,
				    err);
	} else if (m.folder != NULL && m.folder[0] != '\0') {
		out->dir = project_file(p, m.folder, err);
		rc = out->dir != NULL ? 1 : -1;
		out->name = xstrdup(model);
		out->max = max_of(params);
	}
	cJSON_Delete(params);
	model_free(&m);
	if (rc != 1)
		reach_spec_free(out);
	return rc;
}

/* ---- Counting ---- */

struct reach *
reach_open(const struct reach_spec *s, struct err *err)
{
	struct hf_model *hf = hf_open(s->dir, err);
	struct reach *r;
	size_t folder;

	if (hf == NULL)
		return NULL;
	r = xcalloc(1, sizeof *r);
	folder = (size_t)(s->sentence ? hf->embed_length : hf->max_length);
	r->max = s->max > 0 && s->max < folder ? s->max : folder;
	r->lower_first = s->sentence && hf->lower_first;
	hf_free(hf);
	r->tokenizer = tokenizer_open(s->dir, err);
	if (r->tokenizer == NULL) {
		reach_free(r);
		return NULL;
	}
	return r;
}

void
reach_free(struct reach *r)
{
	if (r == NULL)
		return;
	tokenizer_free(r->tokenizer);
	encoding_free(&r->e);
	buf_free(&r->low);
	free(r);
}

size_t
reach_tokens(const struct reach *r)
{
	return r->max;
}

/* In lower case, code point by code point: their number stays. */
static void
lower(struct reach *r, const char *s, size_t len)
{
	buf_clear(&r->low);
	for (size_t at = 0; at < len;) {
		int32_t cp;
		char c[4];
		size_t n = utf8_decode(s + at, len - at, &cp);

		if (n == 0)
			buf_addc(&r->low, s[at++]);
		else
			buf_add(&r->low, c, utf8_encode(utf8proc_tolower(cp),
			    c));
		at += n;
	}
}

/* Where so many code points end; a byte that is not UTF-8 is one. */
static size_t
byte_of(const char *s, size_t len, size_t points)
{
	size_t at = 0;

	while (at < len && points-- > 0) {
		int32_t cp;
		size_t n = utf8_decode(s + at, len - at, &cp);

		at += n > 0 ? n : 1;
	}
	return at;
}

int
reach_text(struct reach *r, const char *text, size_t len, size_t *byte,
    struct err *err)
{
	const char *s = text;
	size_t n = len, points = 0;

	if (r->lower_first) {
		lower(r, text, len);
		s = buf_str(&r->low);
		n = r->low.len;
	}
	/* One token more tells whether there is more than it reads. */
	if (tokenizer_encode(r->tokenizer, s, n, r->max + 1, &r->e, err) < 0)
		return -1;
	if (r->e.n <= r->max)
		return 0;
	if (tokenizer_encode(r->tokenizer, s, n, r->max, &r->e, err) < 0)
		return -1;
	for (size_t i = 0; i < r->e.n; i++)
		if (r->e.end[i] > points)
			points = r->e.end[i];
	*byte = byte_of(text, len, points);
	return 1;
}

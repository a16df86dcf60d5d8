#include <stdlib.h>
#include <string.h>

#include "tagtiger/agree.h"
#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"

#define SEED 1

/* Rows of a text in an annot_bulk: [i, rows_end) */
static size_t
rows_end(const struct annot_bulk *b, size_t i)
{
	size_t end = i;

	while (end < b->n && b->doc[end] == b->doc[i])
		end++;
	return end;
}

/* How many of them are people's. */
static size_t
people(const struct annot_bulk *b, size_t i, size_t end)
{
	size_t n = 0;

	for (; i < end; i++)
		n += b->uid[i] != LAYER_FINAL;
	return n;
}

static int
read_all(struct project *p, const struct scheme *s, unsigned sets,
    struct annot_bulk *b, struct err *err)
{
	struct annot_query q = { .scheme = s->id, .choice = CHOICE_ALL,
		.sets = sets, .extra = true };

	return annot_bulk(p, &q, b, err);
}

/* ---- measuring ---- */

struct coder {
	int64_t uid;
	char *name;
	size_t at; /* in the order of names */
};

/* Codes by coder and text, of the texts that two people labelled. */
struct coding {
	const struct scheme *s;
	const struct annot_bulk *b;
	struct agree *out;
	struct coder *coder;  /* (out->nuids), by uid */
	struct strmap *kinds; /* sets of labels, as bytes, to codes */
	size_t texts;
	int *code; /* (nuids,texts) */
};

static int
by_uid(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
by_name(const void *a, const void *b)
{
	const struct coder *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d != 0 ? d : by_uid(&x->uid, &y->uid);
}

static void
coders_find(struct coding *c)
{
	const struct annot_bulk *b = c->b;
	size_t n = 0, cap = 0, end;

	for (size_t i = 0; i < b->n; i = end) {
		end = rows_end(b, i);
		if (people(b, i, end) < 2)
			continue;
		c->texts++;
		for (size_t r = i; r < end; r++) {
			size_t at = 0;

			while (at < n && c->coder[at].uid != b->uid[r])
				at++;
			if (at < n || b->uid[r] == LAYER_FINAL)
				continue;
			c->coder = array_room(c->coder, n, &cap,
			    sizeof *c->coder);
			c->coder[n++] = (struct coder){ .uid = b->uid[r] };
		}
	}
	c->out->nuids = n;
}

static void
coders_order(struct coding *c, struct project *p)
{
	size_t n = c->out->nuids;

	c->out->uid = xcalloc(n + 1, sizeof *c->out->uid);
	for (size_t i = 0; i < n; i++)
		c->coder[i].name = user_name(p, c->coder[i].uid);
	if (n > 0)
		qsort(c->coder, n, sizeof *c->coder, by_name);
	for (size_t i = 0; i < n; i++) {
		c->coder[i].at = i;
		c->out->uid[i] = c->coder[i].uid;
		free(c->coder[i].name);
	}
	if (n > 0)
		qsort(c->coder, n, sizeof *c->coder, by_uid);
}

/* A set of labels has a code: its place among the sets that occur. */
static int
code_of(struct coding *c, size_t row)
{
	const struct annot_bulk *b = c->b;
	char *has = xcalloc(c->s->nlabels + 1, 1);
	int64_t *place;

	for (size_t e = b->start[row]; e < b->start[row + 1]; e++) {
		int at = label_index(c->s, b->label[e]);

		if (at >= 0)
			has[at] = 1;
	}
	place = strmap_put(c->kinds, has, c->s->nlabels,
	    (int64_t)strmap_count(c->kinds), NULL);
	free(has);
	return (int)*place;
}

static int
codes_fill(struct coding *c, struct err *err)
{
	const struct annot_bulk *b = c->b;
	size_t at = 0, end, cells = c->out->nuids * c->texts;

	c->code = try_alloc(cells, sizeof *c->code, err);
	if (c->code == NULL)
		return -1;
	for (size_t i = 0; i < cells; i++)
		c->code[i] = -1;
	for (size_t i = 0; i < b->n; i = end) {
		end = rows_end(b, i);
		if (people(b, i, end) < 2)
			continue;
		for (size_t r = i; r < end; r++) {
			/* NOLINTNEXTLINE: cells, so that there are people */
			struct coder *who = bsearch(&b->uid[r], c->coder,
			    c->out->nuids, sizeof *who, by_uid);

			if (who != NULL)
				c->code[who->at * c->texts + at] =
				    code_of(c, r);
		}
		at++;
	}
	return 0;
}

static int
measure(struct coding *c, int resamples, struct progress *progress,
    struct err *err)
{
	size_t k = strmap_count(c->kinds), len;
	uint8_t *has = xcalloc(k * c->s->nlabels + 1, 1);
	int rc;

	for (size_t i = 0; i < k; i++)
		memcpy(has + i * c->s->nlabels, strmap_key(c->kinds, i, &len),
		    c->s->nlabels);
	rc = agreement_measure(c->code, c->out->nuids, c->texts, has, k,
	    c->s->nlabels, c->s->kind == SCHEME_MULTILABEL, resamples, SEED,
	    progress, &c->out->a, err);
	free(has);
	return rc;
}

int
agree_measure(struct project *p, const struct scheme *s, unsigned sets,
    int resamples, struct progress *progress, struct agree *out,
    struct err *err)
{
	struct annot_bulk b;
	struct coding c = { .s = s, .b = &b, .out = out };
	int rc;

	*out = (struct agree){ 0 };
	if (read_all(p, s, sets, &b, err) < 0)
		return -1;
	c.kinds = strmap_new();
	coders_find(&c);
	coders_order(&c, p);
	rc = c.texts > 0 ? codes_fill(&c, err) : err_set(err, "no text was "
	    "annotated by two people yet: 'config double 0.1' has a tenth of "
	    "the texts annotated twice");
	if (rc == 0)
		rc = measure(&c, resamples, progress, err);
	free(c.code);
	free(c.coder);
	strmap_free(c.kinds);
	annot_bulk_free(&b);
	if (rc < 0)
		agree_free(out);
	return rc;
}

void
agree_free(struct agree *a)
{
	agreement_free(&a->a);
	free(a->uid);
	*a = (struct agree){ 0 };
}

/* ---- disputes ---- */

static bool
same_labels(const struct annot_bulk *b, size_t x, size_t y)
{
	size_t n = b->start[x + 1] - b->start[x];

	/* both rise, no label twice */
	return n == b->start[y + 1] - b->start[y] &&
	    memcmp(b->label + b->start[x], b->label + b->start[y],
	    n * sizeof *b->label) == 0;
}

/* The share of pairs of people that differ. */
static double
split_of(const struct annot_bulk *b, size_t i, size_t end)
{
	double differ = 0, pairs = 0;

	for (size_t x = i; x < end; x++)
		for (size_t y = x + 1; y < end; y++) {
			if (b->uid[x] == LAYER_FINAL ||
			    b->uid[y] == LAYER_FINAL)
				continue;
			pairs++;
			differ += !same_labels(b, x, y);
		}
	return pairs > 0 ? differ / pairs : 0;
}

static void
dispute_fill(struct dispute *d, const struct annot_bulk *b, size_t i,
    size_t end)
{
	size_t at = 0, last = end - i - 1;

	d->v = xcalloc(end - i, sizeof *d->v);
	for (; i < end; i++) {
		size_t n = b->start[i + 1] - b->start[i];
		bool final = b->uid[i] == LAYER_FINAL;
		struct dispute_label *l = &d->v[final ? last : at];

		d->decided |= final;
		at += !final;
		*l = (struct dispute_label){ .uid = b->uid[i], .n = n,
			.labels = xcalloc(n + 1, sizeof *l->labels) };
		memcpy(l->labels, b->label + b->start[i],
		    n * sizeof *l->labels);
	}
}

static int
most_divided(const void *a, const void *b)
{
	const struct dispute *x = a, *y = b;

	if (x->split != y->split)
		return x->split > y->split ? -1 : 1;
	if (x->people != y->people)
		return x->people > y->people ? -1 : 1;
	return x->doc < y->doc ? -1 : 1;
}

int
disputes(struct project *p, const struct scheme *s, unsigned sets, bool open,
    struct dispute **out, size_t *n, struct err *err)
{
	struct annot_bulk b;
	size_t cap = 0, end;

	*out = NULL;
	*n = 0;
	if (read_all(p, s, sets, &b, err) < 0)
		return -1;
	for (size_t i = 0; i < b.n; i = end) {
		struct dispute d = { .doc = b.doc[i] };

		end = rows_end(&b, i);
		d.people = people(&b, i, end);
		d.split = split_of(&b, i, end);
		if (d.split <= 0 || (open && d.people < end - i))
			continue;
		dispute_fill(&d, &b, i, end);
		*out = array_room(*out, *n, &cap, sizeof **out);
		(*out)[(*n)++] = d;
	}
	annot_bulk_free(&b);
	if (*n > 0)
		qsort(*out, *n, sizeof **out, most_divided);
	return 0;
}

void
disputes_free(struct dispute *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < v[i].people + v[i].decided; j++)
			free(v[i].v[j].labels);
		free(v[i].v);
	}
	free(v);
}

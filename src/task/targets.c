#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/targets.h"

static int
column_of(const struct targets *t, int64_t label)
{
	for (size_t j = 0; j < t->k; j++)
		if (t->label[j] == label)
			return (int)j;
	return -1;
}

static void
add_column(struct targets *t, int64_t id, const char *name)
{
	t->label = xreallocarray(t->label, t->k + 1, sizeof *t->label);
	t->name = xreallocarray(t->name, t->k + 1, sizeof *t->name);
	t->label[t->k] = id;
	t->name[t->k++] = xstrdup(name);
}

static bool
excluded(const struct targets_query *q, const char *name)
{
	for (size_t i = 0; i < q->nexclude; i++)
		if (strcmp(q->exclude[i], name) == 0)
			return true;
	return false;
}

static int
columns(struct targets *t, const struct targets_query *q,
    const struct scheme *s, struct err *err)
{
	const struct label *l;

	for (size_t i = 0; i < q->nexclude; i++)
		if (label_named(s, q->exclude[i]) == NULL)
			return err_set_status(err, ERR_NAME, "scheme %s has "
			    "no label %s", s->name, q->exclude[i]);
	for (size_t i = 0; i < q->norder; i++) {
		l = label_by_id(s, q->order[i]);
		add_column(t, q->order[i], l != NULL ? l->name : "?");
	}
	for (size_t i = 0; q->order == NULL && i < s->nlabels; i++)
		if (!excluded(q, s->labels[i].name))
			add_column(t, s->labels[i].id, s->labels[i].name);
	return 0;
}

/* One text; false where a label of it is not wanted. */
static bool
row(struct targets *t, const struct scheme *s, const int64_t *label,
    size_t n)
{
	const struct label *l;
	int j;

	if (t->multilabel)
		memset(t->multi + t->n * t->k, 0, t->k);
	else if (n != 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		j = column_of(t, label[i]);
		/* A model's column may have been merged into another since:
		 * the annotation then counts as that one. */
		for (size_t c = 0; j < 0 && c < t->k; c++) {
			l = label_by_id(s, t->label[c]);
			if (l != NULL && l->effective == label[i])
				j = (int)c;
		}
		if (j < 0)
			return false;
		if (t->multilabel)
			t->multi[t->n * t->k + (size_t)j] = 1;
		else
			t->y[t->n] = j;
	}
	return true;
}

int
targets_load(struct project *p, const struct targets_query *q,
    struct targets *out, struct err *err)
{
	struct annot_query aq = { .scheme = q->scheme, .choice = q->choice,
		.uid = q->uid, .sets = q->sets };
	struct annot_bulk b = { 0 };
	struct scheme s = { 0 };
	int rc = -1;

	*out = (struct targets){ .scheme = q->scheme };
	if (scheme_get(p, q->scheme, &s, err) < 0)
		return -1;
	out->multilabel = s.kind == SCHEME_MULTILABEL;
	if (columns(out, q, &s, err) < 0 || annot_bulk(p, &aq, &b, err) < 0)
		goto out;
	out->doc = xcalloc(b.n, sizeof *out->doc);
	if (out->multilabel)
		out->multi = try_alloc(b.n * out->k + 1, 1, err);
	else
		out->y = xcalloc(b.n, sizeof *out->y);
	if (out->multilabel && out->multi == NULL)
		goto out;
	for (size_t i = 0; i < b.n; i++) {
		if (row(out, &s, b.label + b.start[i],
		    b.start[i + 1] - b.start[i]))
			out->doc[out->n++] = b.doc[i];
		else
			out->excluded++;
	}
	out->disagree = b.disagree;
	rc = 0;
out:
	annot_bulk_free(&b);
	scheme_free(&s);
	if (rc < 0)
		targets_free(out);
	return rc;
}

void
targets_free(struct targets *t)
{
	for (size_t j = 0; j < t->k; j++)
		free(t->name[j]);
	free(t->name);
	free(t->label);
	free(t->doc);
	free(t->y);
	free(t->multi);
	*t = (struct targets){ 0 };
}

void
targets_filter(struct targets *t, const bool *keep)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!keep[i])
			continue;
		t->doc[n] = t->doc[i];
		if (t->multilabel)
			memmove(t->multi + n * t->k, t->multi + i * t->k, t->k);
		else
			t->y[n] = t->y[i];
		n++;
	}
	t->n = n;
}

void
targets_count(const struct targets *t, size_t *count)
{
	memset(count, 0, t->k * sizeof *count);
	for (size_t i = 0; i < t->n; i++) {
		if (!t->multilabel)
			count[t->y[i]]++;
		for (size_t j = 0; t->multilabel && j < t->k; j++)
			count[j] += t->multi[i * t->k + j];
	}
}

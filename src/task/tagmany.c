#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/lease.h"
#include "tagtiger/project.h"
#include "tagtiger/tagmany.h"

int
tag_many_may(const struct tag_many_look *look, struct err *err)
{
	return look->rest == 0 ? 0 : err_set_status(err, ERR_NAME, "%s of "
	    "these texts %s in the rest, which is predicted and not tagged: "
	    "'draw train N' takes texts from there", COUNT(look->rest),
	    look->rest == 1 ? "is" : "are");
}

int
tag_many(struct project *p, const struct tag *tag, const int64_t *docs,
    size_t n, struct progress *progress, size_t *done, struct err *err)
{
	struct tag_many_look look;
	struct tag t = *tag;
	int rc;

	*done = 0;
	if (tag_many_look(p, tag, docs, n, &look, err) < 0 ||
	    tag_many_may(&look, err) < 0)
		return -1;
	progress_phase(progress, "tagging", n);
	if (act_begin(p, false, err) < 0)
		return -1;
	rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		t.doc = docs[i];
		rc = annot_tag(p, &t, NULL, err);
		if (rc == 0 && progress_step(progress, 1))
			rc = progress_stopped(err);
	}
	rc = act_end(p, rc, err);
	if (rc == 0)
		*done = n;
	return rc;
}

static bool
same_as(const struct tag *tag, const int64_t *labels, size_t n)
{
	size_t same = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < tag->nlabels; j++)
			same += labels[i] == tag->labels[j];
	return same == n && same == tag->nlabels;
}

/* A few are looked at one by one; many cost one pass over all. */
#define FEW 1000

static int
look_few(struct project *p, const struct tag *tag, const int64_t *docs,
    size_t n, struct tag_many_look *out, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct annot a;
		uint16_t flags;
		int got;

		if (annot_flags_one(p, tag->scheme, docs[i], &flags, err) < 0)
			return -1;
		out->rest += (flags & (DOC_SET_MASK | DOC_ABSENT)) == SET_REST;
		got = annot_get(p, tag->scheme, docs[i], project_uid(p), &a,
		    err);
		if (got < 0)
			return -1;
		if (got == 1)
			out->other += a.tagged && !same_as(tag, a.labels,
			    a.nlabels);
		if (got == 1)
			annot_free(&a);
	}
	return 0;
}

static int
look_many(struct project *p, const struct tag *tag, const int64_t *docs,
    size_t n, struct tag_many_look *out, struct err *err)
{
	struct annot_query q = { .scheme = tag->scheme, .choice = CHOICE_UID,
		.uid = project_uid(p), .sets = SETS_ALL };
	struct annot_bulk b;
	uint8_t *sets, *wanted;
	int64_t max;
	int rc = -1;

	if (doc_max(p, &max, err) < 0)
		return -1;
	sets = try_alloc((size_t)max + 1, 1, err);
	wanted = try_alloc((size_t)max + 1, 1, err);
	if (sets == NULL || wanted == NULL || doc_sets(p, sets, max, err) < 0 ||
	    annot_bulk(p, &q, &b, err) < 0)
		goto out;
	memset(wanted, 0, (size_t)max + 1);
	for (size_t i = 0; i < n; i++) {
		if (docs[i] < 1 || docs[i] > max)
			continue;
		wanted[docs[i]] = 1;
		out->rest += sets[docs[i]] == SET_REST;
	}
	for (size_t i = 0; i < b.n; i++)
		out->other += b.doc[i] <= max && wanted[b.doc[i]] &&
		    !same_as(tag, b.label + b.start[i],
		    b.start[i + 1] - b.start[i]);
	annot_bulk_free(&b);
	rc = 0;
out:
	free(sets);
	free(wanted);
	return rc;
}

/* Few are held, by a person or two. */
static int
look_held(struct project *p, const struct tag *tag, const int64_t *docs,
    size_t n, struct tag_many_look *out, struct err *err)
{
	struct lease_held *v;
	size_t held;

	if (lease_held(p, tag->scheme, &v, &held, err) < 0)
		return -1;
	for (size_t i = 0; i < held; i++)
		for (size_t j = 0; j < n; j++)
			out->held += docs[j] == v[i].doc;
	free(v);
	return 0;
}

int
tag_many_look(struct project *p, const struct tag *tag, const int64_t *docs,
    size_t n, struct tag_many_look *out, struct err *err)
{
	*out = (struct tag_many_look){ 0 };
	if ((n < FEW ? look_few : look_many)(p, tag, docs, n, out, err) < 0)
		return -1;
	return look_held(p, tag, docs, n, out, err);
}

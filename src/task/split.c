#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/job.h"
#include "tagtiger/regex.h"
#include "tagtiger/split.h"

/* The label's texts, and how many annotations each has of those asked for. */
static int
carriers(struct project *p, const struct split_query *q,
    struct split_found *out, size_t **counts, struct err *err)
{
	struct annot_query all = { .scheme = q->scheme, .choice = CHOICE_ALL,
		.sets = SETS_ALL, .extra = true };
	struct annot_bulk b;
	int64_t last = 0;

	if (annot_bulk(p, &all, &b, err) < 0)
		return -1;
	out->docs = xcalloc(b.n + 1, sizeof *out->docs);
	*counts = xcalloc(b.n + 1, sizeof **counts);
	for (size_t i = 0; i < b.n; i++) {
		bool has = false;

		for (size_t j = b.start[i]; j < b.start[i + 1]; j++)
			has |= b.label[j] == q->label;
		if (!has)
			continue;
		out->of += b.doc[i] != last;
		last = b.doc[i];
		if (q->uid != HISTORY_ANY && b.uid[i] != q->uid)
			continue;
		if (out->n == 0 || out->docs[out->n - 1] != b.doc[i])
			out->docs[out->n++] = b.doc[i];
		(*counts)[out->n - 1]++;
	}
	annot_bulk_free(&b);
	return 0;
}

/* Keep those that `keep` names. */
static void
narrow(struct split_found *out, size_t *counts, const bool *keep)
{
	size_t n = 0;

	for (size_t i = 0; i < out->n; i++) {
		if (!keep[i])
			continue;
		out->docs[n] = out->docs[i];
		counts[n++] = counts[i];
	}
	out->n = n;
}

static int
with_comment(struct project *p, const struct split_query *q,
    struct split_found *out, size_t *counts, struct err *err)
{
	bool *keep;
	uint16_t *flags;
	int64_t max;

	if (annot_flags(p, q->scheme, &flags, &max, err) < 0)
		return -1;
	keep = xcalloc(out->n + 1, sizeof *keep);
	for (size_t i = 0; i < out->n; i++)
		keep[i] = out->docs[i] <= max &&
		    (flags[out->docs[i]] & DOC_COMMENTED) != 0;
	narrow(out, counts, keep);
	free(keep);
	free(flags);
	return 0;
}

static int
with_match(struct project *p, const struct split_query *q,
    struct split_found *out, size_t *counts, struct progress *progress,
    struct err *err)
{
	bool *keep = xcalloc(out->n + 1, sizeof *keep);
	struct doc_cursor *cursor = NULL;
	struct regex *re;
	struct doc_view v;
	int rc = -1, hit;

	re = regex_compile(q->regex, strlen(q->regex), q->match_case ? 0 :
	    REGEX_NO_CASE, err);
	if (re != NULL)
		cursor = doc_cursor_open_list(p, out->docs, out->n, DOC_TEXT,
		    err);
	if (cursor == NULL)
		goto out;
	progress_phase(progress, "reading the texts", out->n);
	for (size_t i = 0; (rc = doc_cursor_next(cursor, &v, err)) == 1;) {
		hit = regex_match(re, v.text, v.text_len, err);
		if (hit < 0 || progress_step(progress, 1)) {
			rc = hit < 0 ? -1 : progress_stopped(err);
			break;
		}
		while (i < out->n && out->docs[i] < v.seq)
			i++;
		if (i < out->n && out->docs[i] == v.seq)
			keep[i] = hit == 1;
	}
	if (rc == 0)
		narrow(out, counts, keep);
out:
	doc_cursor_close(cursor);
	regex_free(re);
	free(keep);
	return rc;
}

int
split_find(struct project *p, const struct split_query *q,
    struct split_found *out, struct progress *progress, struct err *err)
{
	size_t *counts = NULL;
	int rc;

	*out = (struct split_found){ 0 };
	rc = carriers(p, q, out, &counts, err);
	if (rc == 0 && q->comment)
		rc = with_comment(p, q, out, counts, err);
	if (rc == 0 && q->regex != NULL)
		rc = with_match(p, q, out, counts, progress, err);
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		out->annotations += counts[i];
	free(counts);
	if (rc < 0)
		split_found_free(out);
	return rc;
}

void
split_found_free(struct split_found *f)
{
	free(f->docs);
	*f = (struct split_found){ 0 };
}

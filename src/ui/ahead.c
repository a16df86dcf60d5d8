/*
 * What takes a while to be read for the first time, because there are a
 * million annotations, is read beside the store's lane with a connection of
 * its own, and handed over: the counts of schemes, and what drawing a text
 * needs. The view shows the rest meanwhile and is reloaded then.
 */
#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/next.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"

#include "priv.h"

struct ahead {
	int64_t scheme; /* 0: the counts of all */
	enum set set;
	struct project *of, *reader;
	struct picker *picker;
	struct err err;
};

static int
ahead_open(void *arg)
{
	struct ahead *a = arg;

	a->of = ui.project;
	a->reader = a->of != NULL ? project_open_reader(a->of, &a->err) : NULL;
	return a->reader != NULL ? 0 : -1;
}

static int
ahead_give(void *arg)
{
	struct ahead *a = arg;

	if (ui.project != a->of) /* another one was opened */
		return -1;
	annot_counts_take(ui.project, a->reader);
	if (a->picker != NULL)
		next_take(ui.picker, a->picker);
	return 0;
}

static int
ahead_count(struct ahead *a, int64_t scheme)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = SETS_ALL };
	struct annot_counts counts;

	if (annot_count(a->reader, &q, &counts, &a->err) < 0)
		return -1;
	annot_counts_free(&counts);
	return 0;
}

static int
ahead_read(struct ahead *a)
{
	struct scheme *v = NULL;
	size_t n = 0;
	int rc = 0;

	/* First what the first key waits for. */
	if (a->scheme != 0) {
		a->picker = picker_new();
		rc = next_read(a->picker, a->reader, a->scheme, a->set,
		    &a->err);
		if (rc == 0)
			rc = job_call(JOB_STORE, ahead_give, a);
		return rc == 0 ? ahead_count(a, a->scheme) : -1;
	}
	if (scheme_list(a->reader, &v, &n, &a->err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = ahead_count(a, v[i].id);
	scheme_list_free(v, n);
	return rc;
}

static int
ahead_fetch(struct fetch *f)
{
	struct ahead *a = f->data;
	int rc = job_call(JOB_STORE, ahead_open, a);

	if (rc == 0)
		rc = ahead_read(a);
	if (rc == 0)
		rc = job_call(JOB_STORE, ahead_give, a);
	picker_free(a->picker);
	project_close(a->reader);
	return rc;
}

/* The view reads what it shows again, failed or not. */
static void
ahead_done(struct view *v, struct fetch *f)
{
	(void)f;
	v->soft = !v->stale || v->soft;
	v->stale = true;
}

void
ahead_start(struct view *v, int64_t scheme, enum set set)
{
	struct ahead *a = xcalloc(1, sizeof *a);
	struct fetch *f = fetch_new(ahead_fetch, ahead_done, free, a);

	a->scheme = scheme;
	a->set = set;
	f->lane = JOB_LIST;
	fetch_start(v, f);
}

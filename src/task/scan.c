/*
 * Going through all texts on several processors: shares of a few thousand
 * texts, each worker with a connection of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/regex.h"
#include "priv.h"

struct worker {
	struct project *reader;
	struct err err;
};

struct scan {
	const struct scan_work *work;
	struct worker *workers;
	size_t shares;
	atomic_size_t next;
	atomic_bool failed;
};

static void
scan_worker(void *arg, size_t w)
{
	struct scan *s = arg;
	const struct scan_work *k = s->work;
	struct worker *me = &s->workers[w];
	size_t i;

	while (!atomic_load(&s->failed) &&
	    (i = atomic_fetch_add(&s->next, 1)) < s->shares) {
		int64_t from = 1 + (int64_t)i * SCAN_SHARE;
		int64_t to = from + SCAN_SHARE - 1;
		int rc;

		if (to > k->max)
			to = k->max;
		rc = k->fn(k->arg, me->reader, from, to, &me->err);
		if (rc == 0 && progress_step(k->progress,
		    (size_t)(to - from + 1)))
			rc = progress_stopped(&me->err);
		if (rc < 0)
			atomic_store(&s->failed, true);
	}
}

/* A project that nobody else can open yet is read by its own connection. */
static size_t
readers_open(struct scan *s, struct project *p, size_t want)
{
	size_t n = 0;

	while (n < want && (s->workers[n].reader = project_open_reader(p,
	    NULL)) != NULL)
		n++;
	return n;
}

int
scan_texts(struct project *p, const struct scan_work *work, struct err *err)
{
	struct scan s = { .work = work };
	size_t want = (size_t)thread_count(), opened;
	int rc = 0;

	s.shares = ((size_t)work->max + SCAN_SHARE - 1) / SCAN_SHARE;
	if (want > s.shares)
		want = s.shares;
	if (want == 0)
		return 0;
	s.workers = xcalloc(want, sizeof *s.workers);
	/* What fits in one share is not worth a connection. */
	opened = want > 1 ? readers_open(&s, p, want) : 0;
	if (opened == 0)
		s.workers[0].reader = p;
	parallel_for(opened > 0 ? opened : 1, opened > 0 ? (int)opened : 1,
	    scan_worker, &s);
	for (size_t i = 0; i < want && rc == 0; i++)
		if (s.workers[i].err.status != ERR_NONE) {
			rc = -1;
			if (err != NULL)
				*err = s.workers[i].err;
		}
	if (atomic_load(&s.failed))
		rc = -1;
	for (size_t i = 0; i < opened; i++)
		project_close(s.workers[i].reader);
	free(s.workers);
	return rc;
}

/* ---- what a pattern matches ---- */

struct matching {
	const struct regex *re;
	uint8_t *hits; /* by seq */
	struct err *err;
};

static int
text_match(void *arg, int64_t seq, const char *text, size_t len)
{
	struct matching *m = arg;
	int hit = regex_match(m->re, text, len, m->err);

	if (hit < 0)
		return err_prefix(m->err, "text number %lld", (long long)seq);
	m->hits[seq] = (uint8_t)hit;
	return 0;
}

int
scan_match(struct project *p, const struct regex *re, int64_t from,
    int64_t to, uint8_t *hits, struct err *err)
{
	struct matching m = { .re = re, .hits = hits, .err = err };

	return doc_texts(p, from, to, hits + from, text_match, &m, err);
}

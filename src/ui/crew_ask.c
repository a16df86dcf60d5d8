/*
 * Who works on the scheme, for the views that tell of it: read in another
 * lane with a reader of its own, since all annotations are looked at.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"

#include "priv.h"

/* The last answer, in the lane where they are read: on a million annotations
 * it takes a second, and most pages ask for it. */
static struct {
	char *project;
	int64_t scheme, midnight, hour;
	uint64_t events; /* in the log */
	struct crew crew;
} known;

struct asked {
	struct crew crew;
	void (*done)(struct view *, struct crew *);
	struct err err;
};

static int64_t
midnight(int64_t now)
{
	time_t t = (time_t)(now / 1000);
	struct tm tm;

	localtime_r(&t, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return (int64_t)mktime(&tm) * 1000;
}

static void
crew_copy(const struct crew *from, struct crew *to)
{
	*to = *from;
	to->v = xcalloc(from->n + 1, sizeof *to->v);
	for (size_t i = 0; i < from->n; i++) {
		struct member *m = &to->v[i];

		*m = from->v[i];
		m->name = xstrdup(m->name);
		m->labels = xcalloc(from->nlabels + 1, sizeof *m->labels);
		memcpy(m->labels, from->v[i].labels,
		    from->nlabels * sizeof *m->labels);
	}
}

static int
log_length(struct project *p, uint64_t *events, struct err *err)
{
	struct project_head *heads;
	size_t n;

	*events = 0;
	if (project_heads(p, &heads, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		*events += (uint64_t)heads[i].events;
	free(heads);
	return 0;
}

static int
crew_known(struct project *p, int64_t scheme, struct crew *out,
    struct err *err)
{
	int64_t now = ui_now(), day = midnight(now), hour = now / 3600000;
	uint64_t events;

	if (log_length(p, &events, err) < 0)
		return -1;
	if (known.project == NULL || known.scheme != scheme ||
	    strcmp(known.project, project_path(p)) != 0 ||
	    known.midnight != day || known.hour != hour ||
	    known.events != events) {
		free(known.project);
		known.project = NULL;
		crew_free(&known.crew);
		if (crew_read(p, scheme, now, day, &known.crew, err) < 0)
			return -1;
		known.project = xstrdup(project_path(p));
		known.scheme = scheme;
		known.midnight = day;
		known.hour = hour;
		known.events = events;
	}
	crew_copy(&known.crew, out);
	return 0;
}

static int
asked_fetch(struct fetch *f)
{
	struct asked *a = f->data;
	struct project *p = project_open_reader(ui.project, &a->err);
	struct scheme s = { 0 };
	int rc;

	if (p == NULL)
		return -1;
	rc = current_scheme(p, &s, &a->err);
	if (rc == 0)
		rc = crew_known(p, s.id, &a->crew, &a->err);
	scheme_free(&s);
	project_close(p);
	return rc;
}

static void
asked_done(struct view *v, struct fetch *f)
{
	struct asked *a = f->data;

	if (f->job.result < 0)
		ui_error(&a->err);
	else
		a->done(v, &a->crew);
}

static void
asked_drop(void *data)
{
	struct asked *a = data;

	crew_free(&a->crew);
	free(a);
}

void
crew_ask(struct view *v, void (*done)(struct view *, struct crew *))
{
	struct asked *a = xcalloc(1, sizeof *a);
	struct fetch *f;

	a->done = done;
	f = fetch_new(asked_fetch, asked_done, asked_drop, a);
	f->lane = JOB_QUICK;
	fetch_start(v, f);
}

void
crew_take(struct crew *to, struct crew *from)
{
	crew_free(to);
	*to = *from;
	*from = (struct crew){ 0 };
}

void
crew_words(const struct crew *c, bool brief, struct buf *out)
{
	char n[32];

	buf_addf(out, "%zu annotator%s", c->annotators,
	    c->annotators == 1 ? "" : "s");
	if (c->overlap == 0)
		return;
	count_text((long long)c->overlap, n);
	if (c->alpha == c->alpha) /* not NaN */
		buf_addf(out, ", alpha %.2f", c->alpha);
	if (brief)
		return;
	buf_addf(out, " on %s shared text%s", n, c->overlap == 1 ? "" : "s");
}

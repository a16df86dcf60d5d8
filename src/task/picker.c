#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/predfile.h"
#include "tagtiger/project.h"
#include "tagtiger/regex.h"
#include "tagtiger/scheme.h"
#include "picker.h"
#include "priv.h"

#define AGES 64 /* events looked through one by one before all is read anew */

/* ---- The picker ---- */

struct picker *
picker_new(void)
{
	struct picker *p = xcalloc(1, sizeof *p);

	if (getrandom(&p->seed, sizeof p->seed, 0) != sizeof p->seed)
		p->seed = (uint64_t)time(NULL);
	p->seed >>= 12; /* JSON readers keep 53 bits */
	return p;
}

void
bits_drop(struct bits *b)
{
	free(b->v);
	*b = (struct bits){ 0 };
}

static void
several_drop(struct several *s)
{
	bits_drop(&s->chosen);
	*s = (struct several){ 0 };
}

void
scores_drop(struct picker *p)
{
	struct scores *s = &p->scores;

	if (p->passed.c.predicted != 0 || p->passed.c.wrong)
		p->passed.ready = false;
	select_order_free(s->order);
	predfile_close(s->file);
	free(s->name);
	free(s->path);
	free(s->labels);
	free(s->columns);
	free(s->one);
	free(s->own);
	*s = (struct scores){ 0 };
}

static void
rows_drop(struct picker *p)
{
	pass_drop(p);
	free(p->rows);
	free(p->fits);
	free(p->waits);
	p->rows = NULL;
	p->fits = p->waits = NULL;
	p->nwaits = 0;
	p->n = 0;
	p->have_rows = false;
	scores_drop(p);
	bits_drop(&p->wrong);
}

void
next_forget(struct picker *p)
{
	if (p == NULL)
		return;
	p->ready = false;
	free(p->flags);
	p->flags = NULL;
	rows_drop(p);
	bits_drop(&p->match);
	bits_drop(&p->by);
	bits_drop(&p->carry);
	several_drop(&p->several);
}

void
picker_free(struct picker *p)
{
	if (p == NULL)
		return;
	next_forget(p);
	free(p->pattern);
	free(p);
}

/* ---- Flags ---- */

static int
newest_event(struct picker *p, struct project *project, struct err *err)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct event *e;
	size_t n;

	f.bulk = true;
	if (history_page(project, &f, &place, 1, &e, &n, err) < 0)
		return -1;
	p->lamport = n > 0 ? e[0].lamport : 0;
	p->replica = n > 0 ? e[0].replica : 0;
	history_page_free(e, n);
	return 0;
}

static int
flags_read(struct picker *p, struct project *project, int64_t scheme,
    struct err *err)
{
	int64_t *docs = NULL;
	size_t n;

	next_forget(p);
	p->scheme = scheme;
	p->since = 0;
	/* The place first: what comes in between is then seen twice. */
	if (annot_changed(project, scheme, &p->since, &docs, &n, err) < 0)
		return -1;
	free(docs);
	if (newest_event(p, project, err) < 0 ||
	    annot_flags(project, scheme, &p->flags, &p->max, err) < 0)
		return -1;
	p->ready = true;
	return 0;
}

/* Exports and what follows them change no text, but for those of work copies,
 * and these coming back. */
static bool
changes_many(const struct event *e)
{
	return e->kind < EVENT_EXPORT || (e->kind == EVENT_EXPORT &&
	    strstr(e->data, "\"docs\":") != NULL) ||
	    (e->kind == EVENT_PROJECT && strstr(e->data, "\"back\":") != NULL);
}

/* Can what has happened be told text by text? 1 yes, 0 read all, -1. */
static int
only_texts(struct picker *p, struct project *project, struct err *err)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	int64_t lamport = p->lamport, replica = p->replica;
	bool texts = true, seen = false, first = true;
	size_t looked = 0;

	f.bulk = true;
	while (texts && !seen && looked < AGES) {
		struct event *e;
		size_t n;

		if (history_page(project, &f, &place, 4, &e, &n, err) < 0)
			return -1;
		if (first && n > 0) {
			p->lamport = e[0].lamport;
			p->replica = e[0].replica;
			first = false;
		}
		for (size_t i = 0; i < n && texts && !seen; i++) {
			if (e[i].lamport == lamport && e[i].replica == replica)
				seen = true;
			else if (e[i].doc == 0 && changes_many(&e[i]))
				texts = false;
		}
		seen = seen || n < 4;
		looked += n;
		history_page_free(e, n);
	}
	return texts && seen;
}

static bool
layer_carries(const struct picker *p, const struct annot *a)
{
	bool has = false;

	for (size_t i = 0; i < a->nlabels; i++)
		has |= a->labels[i] == p->carried;
	return has && a->tagged &&
	    (p->carrier == NEXT_ANYONE || p->carrier == a->uid);
}

/* A text's labels may have changed: what is made of labels follows. */
static int
text_changed(struct picker *p, struct project *project, int64_t doc,
    struct err *err)
{
	size_t n, row = picker_row(p, doc);
	struct annot *v;
	const struct annot *final;

	if (!p->by.ready && !p->wrong.ready && !p->carry.ready)
		return 0;
	if (annot_layers(project, p->scheme, doc, &v, &n, err) < 0)
		return -1;
	if (p->by.ready) {
		p->by.v[doc] = 0;
		for (size_t i = 0; i < n; i++)
			if (v[i].uid == p->user && v[i].tagged)
				p->by.v[doc] = 1;
	}
	if (p->carry.ready) {
		p->carry.v[doc] = 0;
		for (size_t i = 0; i < n; i++)
			p->carry.v[doc] |= layer_carries(p, &v[i]);
	}
	final = annot_final(v, n);
	if (p->wrong.ready && row != SIZE_MAX)
		p->wrong.v[doc] = final != NULL && scores_wrong(&p->scores, row,
		    final->labels, final->nlabels);
	annot_list_free(v, n);
	return 0;
}

static int
flags_follow(struct picker *p, struct project *project, struct err *err)
{
	int64_t since = p->since, *docs = NULL;
	size_t n = 0;
	int rc = -1, texts;

	if (annot_changed(project, p->scheme, &p->since, &docs, &n, err) < 0)
		return -1;
	if (p->since == since)
		goto same;
	texts = only_texts(p, project, err);
	if (texts < 0)
		goto out;
	if (texts == 0 || (n > 0 && docs[n - 1] > p->max)) {
		rc = flags_read(p, project, p->scheme, err);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		uint16_t flags;

		if (annot_flags_one(project, p->scheme, docs[i], &flags,
		    err) < 0)
			goto out;
		/* In another set now: the rows are others. */
		if (((flags ^ p->flags[docs[i]]) &
		    (DOC_SET_MASK | DOC_ABSENT)) != 0)
			rows_drop(p);
		p->flags[docs[i]] = flags |
		    (p->flags[docs[i]] & DOC_OUT);
		if (text_changed(p, project, docs[i], err) < 0)
			goto out;
		pass_row(p, picker_row(p, docs[i]));
	}
same:
	rc = 0;
out:
	free(docs);
	if (rc < 0)
		p->ready = false;
	return rc;
}

static int
flags_sync(struct picker *p, struct project *project, int64_t scheme,
    struct err *err)
{
	if (p->ready && p->scheme == scheme)
		return flags_follow(p, project, err);
	return flags_read(p, project, scheme, err);
}

static int
rows_sync(struct picker *p, enum set set, struct err *err)
{
	size_t n = 0;

	if (p->have_rows && p->set == set)
		return 0;
	rows_drop(p);
	if (p->max > UINT32_MAX)
		return err_set(err, "too many texts to choose from: %lld",
		    (long long)p->max);
	for (int64_t seq = 1; seq <= p->max; seq++)
		n += (p->flags[seq] & (DOC_SET_MASK | DOC_ABSENT)) == set;
	p->rows = try_alloc(n + 1, sizeof *p->rows, err);
	p->fits = try_alloc(n + 1, 1, err);
	p->waits = try_alloc(n + 1, 1, err);
	if (p->rows == NULL || p->fits == NULL || p->waits == NULL) {
		rows_drop(p);
		return -1;
	}
	for (int64_t seq = 1; seq <= p->max; seq++)
		if ((p->flags[seq] & (DOC_SET_MASK | DOC_ABSENT)) == set)
			p->rows[p->n++] = (uint32_t)seq;
	memset(p->fits, 0, p->n);
	memset(p->waits, 0, p->n);
	p->set = set;
	p->have_rows = true;
	return 0;
}

size_t
picker_row(const struct picker *p, int64_t seq)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->rows[mid] < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->n && p->rows[lo] == seq ? lo : SIZE_MAX;
}

int
bits_new(struct picker *p, struct bits *b, struct err *err)
{
	p->passed.ready = false;
	bits_drop(b);
	b->v = try_alloc((size_t)p->max + 1, 1, err);
	if (b->v == NULL)
		return -1;
	memset(b->v, 0, (size_t)p->max + 1);
	return 0;
}

/* ---- Regular expression ---- */

struct matching {
	struct picker *p;
	const struct regex *re;
};

static int
match_share(void *arg, struct project *reader, int64_t from, int64_t to,
    struct err *err)
{
	struct picker *p = ((struct matching *)arg)->p;

	return scan_match(reader, ((struct matching *)arg)->re, from, to,
	    p->match.v, err);
}

/* All sets at once: the pattern outlives a change of set. */
static int
match_scan(struct picker *p, struct project *project, const struct regex *re,
    struct err *err)
{
	struct matching m = { p, re };
	struct scan_work work = { .max = p->max, .fn = match_share,
		.arg = &m };

	for (int64_t seq = 1; seq <= p->max; seq++) {
		unsigned f = p->flags[seq];

		p->match.v[seq] = (f & DOC_ABSENT) == 0 &&
		    (f & DOC_SET_MASK) != SET_REST;
	}
	return scan_texts(project, &work, err);
}

static int
match_sync(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	struct regex *re;
	int rc;

	if (c->regex == NULL)
		return 0;
	if (p->match.ready && strcmp(p->pattern, c->regex) == 0 &&
	    p->match_case == c->match_case)
		return 0;
	re = regex_compile(c->regex, strlen(c->regex),
	    c->match_case ? 0 : REGEX_NO_CASE, err);
	if (re == NULL)
		return -1;
	rc = bits_new(p, &p->match, err);
	if (rc == 0)
		rc = match_scan(p, project, re, err);
	regex_free(re);
	if (rc < 0) {
		bits_drop(&p->match);
		return -1;
	}
	free(p->pattern);
	p->pattern = xstrdup(c->regex);
	p->match_case = c->match_case;
	p->match.ready = true;
	return 0;
}

/* ---- Whose ---- */

static int
by_sync(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	struct annot_query q = { .scheme = c->scheme, .choice = CHOICE_UID,
		.uid = c->user, .sets = SETS_ALL };
	struct annot_bulk bulk;

	if (c->user == NEXT_ANYONE || (p->by.ready && p->user == c->user))
		return 0;
	if (annot_bulk(project, &q, &bulk, err) < 0)
		return -1;
	if (bits_new(p, &p->by, err) == 0) {
		for (size_t i = 0; i < bulk.n; i++)
			if (bulk.doc[i] <= p->max)
				p->by.v[bulk.doc[i]] = 1;
		p->user = c->user;
		p->by.ready = true;
	}
	annot_bulk_free(&bulk);
	return p->by.ready ? 0 : -1;
}

/* Texts that carry the label that `carries` means by now: one that was merged
 * counts as what it became. */
static int
carry_sync(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	struct annot_query q = { .scheme = c->scheme, .sets = SETS_ALL,
		.choice = c->user == NEXT_ANYONE ? CHOICE_ALL : CHOICE_UID,
		.uid = c->user };
	struct annot_bulk b;
	struct scheme s;
	const struct label *l;
	int64_t label;

	if (c->carries == 0)
		return 0;
	if (scheme_get(project, c->scheme, &s, err) < 0)
		return -1;
	l = label_by_id(&s, c->carries);
	label = l != NULL ? l->effective : 0;
	scheme_free(&s);
	if (p->carry.ready && p->carried == label && p->carrier == c->user)
		return 0;
	if (annot_bulk(project, &q, &b, err) < 0)
		return -1;
	if (bits_new(p, &p->carry, err) == 0) {
		for (size_t i = 0; i < b.n; i++)
			for (size_t j = b.start[i]; j < b.start[i + 1]; j++)
				if (b.label[j] == label && b.doc[i] <= p->max)
					p->carry.v[b.doc[i]] = 1;
		p->carried = label;
		p->carrier = c->user;
		p->carry.ready = true;
	}
	annot_bulk_free(&b);
	return p->carry.ready ? 0 : -1;
}

/* ---- Several annotators ---- */

/* A number in [0, 1) made of the text's id: every process and work copy comes
 * to the same (FNV-1a, its bits mixed by splitmix64's last steps). */
static double
chance_of(const char *id)
{
	uint64_t h = 0xcbf29ce484222325u ^ 0x7365636f6e64u;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 0x100000001b3u;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return (double)((h ^ (h >> 31)) >> 11) * 0x1p-53;
}

static int
several_choose(struct picker *p, struct project *project, struct err *err)
{
	struct several *s = &p->several;
	struct doc_cursor *cursor;
	struct doc_view d;
	int row = -1;

	if (bits_new(p, &s->chosen, err) < 0)
		return -1;
	cursor = doc_cursor_open(project, SET_BIT(SET_TRAIN), 0, err);
	while (cursor != NULL &&
	    (row = doc_cursor_next(cursor, &d, err)) == 1)
		if (d.seq <= p->max)
			s->chosen.v[d.seq] = chance_of(d.id) < s->share;
	doc_cursor_close(cursor);
	s->chosen.ready = row == 0;
	return row;
}

static int
several_sync(struct picker *p, struct project *project, struct err *err)
{
	struct several *s = &p->several;
	char *value = param_get(project, "double", NULL);
	double share = value != NULL ? strtod(value, NULL) : 0;
	unsigned people = (unsigned)param_int(project, "annotators", 2);

	free(value);
	if (s->ready && s->share == share && s->people == people)
		return 0;
	several_drop(s);
	p->passed.ready = false;
	s->share = share;
	s->people = people < DOC_PEOPLE_MAX ? people : DOC_PEOPLE_MAX;
	if (share > 0 && share < 1 && several_choose(p, project, err) < 0)
		return -1;
	s->ready = true;
	return 0;
}

unsigned
several_people(const struct several *s, int64_t seq)
{
	bool chosen = s->chosen.ready ? s->chosen.v[seq] != 0 : s->share > 0;

	return chosen ? s->people : 1;
}

int
next_read(struct picker *p, struct project *reader, int64_t scheme,
    enum set set, struct err *err)
{
	return flags_sync(p, reader, scheme, err) < 0 ||
	    rows_sync(p, set, err) < 0 ? -1 : 0;
}

void
next_take(struct picker *p, struct picker *from)
{
	if (p->ready && p->scheme == from->scheme)
		return;
	next_forget(p);
	p->scheme = from->scheme;
	p->since = from->since;
	p->lamport = from->lamport;
	p->replica = from->replica;
	p->flags = from->flags;
	p->max = from->max;
	p->set = from->set;
	p->rows = from->rows;
	p->n = from->n;
	p->fits = from->fits;
	p->waits = from->waits;
	p->ready = from->ready;
	p->have_rows = from->have_rows;
	from->flags = NULL;
	from->rows = NULL;
	from->fits = from->waits = NULL;
	next_forget(from);
}

int
picker_prepare(struct picker *p, struct project *project,
    const struct next_criteria *c, struct err *err)
{
	if (c->set == SET_REST)
		return err_set_status(err, ERR_USAGE, "texts of rest are not "
		    "tagged: move some to train with 'draw train N'");
	if (flags_sync(p, project, c->scheme, err) < 0 ||
	    rows_sync(p, c->set, err) < 0 ||
	    several_sync(p, project, err) < 0 ||
	    match_sync(p, project, c, err) < 0 ||
	    by_sync(p, project, c, err) < 0 ||
	    carry_sync(p, project, c, err) < 0 ||
	    picker_model(p, project, c, err) < 0)
		return -1;
	return 0;
}

/*
 * Random acts on a small project by one of three accounts, and all that people
 * see of it as text.
 */
#ifndef RANDOM_ACTS_H
#define RANDOM_ACTS_H

#include "tagtiger/buf.h"
#include "tagtiger/rng.h"
#include "store_test.h"

#define DOCS 6

static int64_t users[3];

/* ---- all that people see, as text ---- */

static inline void
dump_scheme(struct project *p, const struct scheme *s, struct buf *b)
{
	char *book = codebook_get(p, s->id, NULL);

	buf_addf(b, "%s kind %d at %d: %s\n", s->name, s->kind, s->position,
	    book);
	free(book);
	for (size_t i = 0; i < s->nlabels; i++) {
		const struct label *l = &s->labels[i];

		buf_addf(b, " %lld %s [%s] %s: %s, %d\n", (long long)l->id,
		    l->name, l->key, l->colour, l->description, l->position);
	}
	for (int64_t doc = 1; doc <= DOCS; doc++) {
		struct annot *a;
		size_t n;

		OK(annot_layers(p, s->id, doc, &a, &n, err));
		for (size_t i = 0; i < n; i++) {
			/* Labels that are all deleted count as none. */
			if (!a[i].tagged && !a[i].flag &&
			    *a[i].comment == '\0')
				continue;
			buf_addf(b, " doc %lld by %lld: %d at %lld flag %d "
			    "%s:", (long long)doc, (long long)a[i].uid,
			    a[i].tagged, (long long)
			    (a[i].tagged ? a[i].time : 0), a[i].flag,
			    a[i].comment);
			for (size_t j = 0; j < a[i].nlabels; j++)
				buf_addf(b, " %lld", (long long)a[i].labels[j]);
			buf_addc(b, '\n');
		}
		annot_list_free(a, n);
	}
}

static inline char *
dump(struct project *p)
{
	struct buf b = BUF_INIT;
	struct scheme *s;
	size_t n, nseen;
	int64_t me = project_uid(p);

	OK(scheme_list(p, &s, &n, err));
	for (size_t i = 0; i < n; i++) {
		dump_scheme(p, &s[i], &b);
		for (int u = 0; u < 3; u++) {
			struct session_entry *seen;

			project_act_as(p, users[u]);
			OK(session_list(p, s[i].id, SETS_ALL, &seen, &nseen,
			    err));
			for (size_t j = 0; j < nseen; j++)
				buf_addf(&b, " %lld saw %lld: %d at %lld\n",
				    (long long)users[u],
				    (long long)seen[j].doc, seen[j].how,
				    (long long)seen[j].time);
			free(seen);
		}
	}
	project_act_as(p, me);
	scheme_list_free(s, n);
	return buf_take(&b);
}

/* ---- one random act ---- */

static inline const struct label *
any_label(const struct scheme *s, struct rng *r)
{
	return s->nlabels > 0 ? &s->labels[rng_below(r, s->nlabels)] : NULL;
}

static inline int
act_on_text(struct project *p, const struct scheme *s, struct rng *r)
{
	int64_t doc = 1 + (int64_t)rng_below(r, DOCS), ids[8];
	struct tag t = { .scheme = s->id, .doc = doc, .labels = ids };
	char word[32];

	switch (rng_below(r, 6)) {
	case 0:
		return annot_untag(p, s->id, doc, WHOSE_MINE, NULL);
	case 1:
		return annot_skip(p, s->id, doc, NULL, NULL);
	case 2:
		snprintf(word, sizeof word, "c%d", (int)rng_below(r, 3));
		return annot_comment(p, s->id, doc, word, NULL);
	case 3:
		return annot_flag(p, s->id, doc, rng_below(r, 2), NULL);
	default:
		for (size_t i = 0; i < s->nlabels && t.nlabels < 8; i++) {
			if (rng_below(r, 2) == 0 && (t.nlabels == 0 ||
			    s->kind == SCHEME_MULTILABEL))
				ids[t.nlabels++] = s->labels[i].id;
		}
		if (rng_below(r, 3) == 0)
			t.comment = "with it";
		return annot_tag(p, &t, NULL, NULL);
	}
}

static inline int
split_label(struct project *p, const struct scheme *s, const struct label *l,
    const char *name, struct rng *r)
{
	struct label_split q = { .scheme = s->id, .label = l->id,
		.name = name, .uid = rng_below(r, 2) == 0 ? HISTORY_ANY :
		    users[rng_below(r, 3)] };
	struct label_split_result got;
	int64_t docs[DOCS];

	for (int64_t doc = 1; doc <= DOCS; doc++)
		if (rng_below(r, 2) == 0)
			docs[q.n++] = doc;
	q.docs = docs;
	return label_split(p, &q, &got, NULL);
}

static inline int
act_on_label(struct project *p, const struct scheme *s, struct rng *r)
{
	const struct label *l = any_label(s, r);
	char word[32];

	snprintf(word, sizeof word, "%c", (char)('a' + rng_below(r, 8)));
	if (l == NULL || rng_below(r, 4) == 0)
		return label_add(p, s->id, word, NULL, NULL);
	switch (rng_below(r, 8)) {
	case 7: return split_label(p, s, l, word, r);
	case 0: return label_delete(p, l->id, NULL);
	case 1:
		return label_move(p, l->id, (int)rng_below(r, s->nlabels),
		    NULL);
	case 2: return label_key_set(p, l->id, word, NULL);
	case 3: return label_colour_set(p, l->id, word, NULL);
	case 4: return label_describe(p, l->id, word, NULL);
	default: return label_rename(p, l->id, word, NULL, NULL);
	}
}

static inline int
act_on_scheme(struct project *p, const struct scheme *s, struct rng *r)
{
	char word[32];

	snprintf(word, sizeof word, "s%d", (int)rng_below(r, 5));
	switch (rng_below(r, 6)) {
	case 0:
		return scheme_add(p, word, (enum scheme_kind)rng_below(r, 2),
		    NULL, NULL);
	case 1: return scheme_rename(p, s->id, word, NULL);
	case 2: return scheme_delete(p, s->id, NULL);
	case 3:
		return scheme_copy(p, s->id, word,
		    (enum scheme_kind)rng_below(r, 2), true, NULL, NULL, NULL);
	default: return codebook_set(p, s->id, word, NULL);
	}
}

static inline int
random_act(struct project *p, struct rng *r)
{
	struct scheme *s;
	size_t n;
	uint64_t dice = rng_below(r, 20);
	const struct scheme *one;
	int rc;

	OK(scheme_list(p, &s, &n, err));
	one = &s[rng_below(r, n)];
	if (dice < 12)
		rc = act_on_text(p, one, r);
	else if (dice < 18)
		rc = act_on_label(p, one, r);
	else
		rc = act_on_scheme(p, one, r);
	scheme_list_free(s, n);
	return rc;
}

static inline void
same(const char *a, const char *b, uint64_t seed, int step)
{
	if (strcmp(a, b) != 0)
		fail_msg("seed %llu, step %d:\n--- want\n%s--- is\n%s",
		    (unsigned long long)seed, step, a, b);
}

#endif

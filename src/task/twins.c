/*
 * The same text twice, under two ids: in train and in a set that models are
 * scored on it makes the scores too good. Texts are the same where they are
 * after NFC, without white space at both ends; by 64 bits of hash, so that only
 * the smaller side is kept in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/project.h"
#include "tagtiger/twins.h"
#include "tagtiger/utf8.h"
#include "priv.h"

/* Eight bytes at a time: all texts go through it. */
static uint64_t
bytes_hash(const char *s, size_t len)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ len, w;

	for (; len > 0; s += sizeof w) {
		size_t n = len < sizeof w ? len : sizeof w;

		w = 0;
		memcpy(&w, s, n);
		h = (h ^ w) * 0xbf58476d1ce4e5b9u;
		h ^= h >> 29;
		len -= n;
	}
	h = (h ^ h >> 30) * 0x94d049bb133111ebu;
	return h ^ h >> 31;
}

static bool
is_ascii(const char *s, size_t len)
{
	unsigned char any = 0;

	for (size_t i = 0; i < len; i++)
		any |= (unsigned char)s[i];
	return any < 0x80;
}

uint64_t
twins_hash(const char *text, size_t len)
{
	const char *s = import_trim(text, &len);
	uint64_t hash;
	char *nfc;

	if (is_ascii(s, len))
		return bytes_hash(s, len);
	nfc = utf8_nfc(s, len);
	hash = bytes_hash(nfc, strlen(nfc));
	free(nfc);
	return hash;
}

/* By hash: 1 where it was seen. */
struct twins {
	struct strmap *texts;
};

struct twins *
twins_new(void)
{
	struct twins *t = xcalloc(1, sizeof *t);

	t->texts = strmap_new();
	return t;
}

void
twins_free(struct twins *t)
{
	if (t == NULL)
		return;
	strmap_free(t->texts);
	free(t);
}

void
twins_add(struct twins *t, uint64_t hash)
{
	strmap_put(t->texts, (const char *)&hash, sizeof hash, 0, NULL);
}

static int64_t *
seen_at(const struct twins *t, uint64_t hash)
{
	return strmap_get(t->texts, (const char *)&hash, sizeof hash);
}

void
twins_see(struct twins *t, uint64_t hash)
{
	int64_t *seen = seen_at(t, hash);

	if (seen != NULL)
		*seen = 1;
}

bool
twins_seen(const struct twins *t, uint64_t hash)
{
	const int64_t *seen = seen_at(t, hash);

	return seen != NULL && *seen == 1;
}

/* ---- the texts of a project ---- */

struct walk {
	struct twins *t;
	void (*fn)(struct twins *t, uint64_t hash);
	struct progress *progress;
	/* or: which of them were seen */
	int64_t *found;
	size_t n, cap;
};

static int
walk_text(void *arg, int64_t seq, const char *text, size_t len)
{
	struct walk *w = arg;
	uint64_t hash = twins_hash(text, len);

	if (w->fn != NULL) {
		w->fn(w->t, hash);
	} else if (twins_seen(w->t, hash)) {
		w->found = array_room(w->found, w->n, &w->cap,
		    sizeof *w->found);
		w->found[w->n++] = seq;
	}
	return progress_step(w->progress, 1) ? -1 : 0;
}

/* Of those that are in one of the sets. */
static int
walk_sets(struct walk *w, struct project *p, unsigned sets, struct err *err)
{
	int64_t max;
	uint8_t *want;
	int rc;

	if (doc_max(p, &max, err) < 0)
		return -1;
	want = xcalloc((size_t)max + 1, 1);
	rc = doc_sets(p, want, max, err);
	for (int64_t i = 0; i <= max; i++)
		want[i] = want[i] < SET_COUNT && (sets >> want[i] & 1);
	if (rc == 0)
		rc = doc_texts(p, 1, max, want + 1, walk_text, w, err);
	if (rc < 0 && progress_cancelled(w->progress))
		progress_stopped(err);
	free(want);
	return rc;
}

int
twins_see_train(struct twins *t, struct project *p, struct progress *progress,
    struct err *err)
{
	struct walk w = { .t = t, .fn = twins_see, .progress = progress };

	progress_phase(progress, "comparing with train", 0);
	return walk_sets(&w, p, SET_BIT(SET_TRAIN), err);
}

int
twins_of_sets(struct project *p, unsigned sets, int64_t **docs, size_t *n,
    struct progress *progress, struct err *err)
{
	struct walk add = { .t = twins_new(), .fn = twins_add,
		.progress = progress };
	struct walk look = { .t = add.t, .progress = progress };
	int rc;

	progress_phase(progress, "looking for the same texts", 0);
	rc = walk_sets(&add, p, sets, err);
	if (rc == 0 && strmap_count(add.t->texts) > 0)
		rc = twins_see_train(add.t, p, progress, err);
	if (rc == 0 && strmap_count(add.t->texts) > 0)
		rc = walk_sets(&look, p, sets, err);
	twins_free(add.t);
	*docs = look.found;
	*n = look.n;
	return rc;
}

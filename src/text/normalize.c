#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"

/*
 * The steps follow what tokenizers' NormalizedString does to characters and
 * to where they come from (tokenizers/src/tokenizer/normalizer.rs): a
 * character that replaces another stands at its place, one that is added
 * stands at the place of the one before it, one that is removed leaves no
 * trace.
 */
enum step_kind {
	STEP_BERT,
	STEP_NFD,
	STEP_NFC,
	STEP_NFKD,
	STEP_NFKC,
	STEP_LOWER,
	STEP_MARKS, /* combining marks removed */
	STEP_STRIP, /* white space at the ends */
	STEP_REPLACE,
	STEP_PREPEND,
};

struct step {
	enum step_kind kind;
	struct bert_normalizer bert;
	bool left, right;		/* of STEP_STRIP */
	struct chars pattern, content;	/* of STEP_REPLACE and _PREPEND */
};

struct normalizer {
	struct step *steps; /* (n) */
	size_t n, cap;
};

void
chars_room(struct chars *c, size_t more)
{
	if (c->cap - c->n >= more)
		return;
	c->cap = (c->n + more) * 3 / 2 + 64;
	c->cp = xreallocarray(c->cp, c->cap, sizeof *c->cp);
	c->at = xreallocarray(c->at, c->cap, sizeof *c->at);
}

void
chars_add(struct chars *c, int32_t cp, uint32_t at)
{
	chars_room(c, 1);
	c->cp[c->n] = cp;
	c->at[c->n++] = at;
}

void
chars_free(struct chars *c)
{
	free(c->cp);
	free(c->at);
	*c = (struct chars){ 0 };
}

static void
swap(struct chars *a, struct chars *b)
{
	struct chars t = *a;

	*a = *b;
	*b = t;
}

static bool
is_chinese(int32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x4dbf) ||
	    (cp >= 0x4e00 && cp <= 0x9fff) ||
	    (cp >= 0xf900 && cp <= 0xfaff) ||
	    (cp >= 0x20000 && cp <= 0x2a6df) ||
	    (cp >= 0x2a700 && cp <= 0x2b81f) ||
	    (cp >= 0x2b920 && cp <= 0x2ceaf) ||
	    (cp >= 0x2f800 && cp <= 0x2fa1f);
}

static void
clean(struct chars *c)
{
	size_t n = 0;
	int32_t cp;

	for (size_t i = 0; i < c->n; i++) {
		cp = c->cp[i];
		if (unicode_classes(cp) & UNI_TOK_DROP)
			continue;
		c->cp[n] = unicode_is_space(cp) ? ' ' : cp;
		c->at[n++] = c->at[i];
	}
	c->n = n;
}

static void
chinese(struct chars *c, struct chars *other)
{
	other->n = 0;
	for (size_t i = 0; i < c->n; i++) {
		if (!is_chinese(c->cp[i])) {
			chars_add(other, c->cp[i], c->at[i]);
			continue;
		}
		chars_add(other, ' ', c->at[i]);
		chars_add(other, c->cp[i], c->at[i]);
		chars_add(other, ' ', c->at[i]);
	}
	swap(c, other);
}

/* The non-starters from begin to end by rising class, stable: a count for
 * each class, as a text may be one long run of them. */
static void
run_sort(struct chars *c, size_t begin, size_t end)
{
	size_t n = end - begin, start[257] = { 0 }, to;
	int32_t *cp = xmalloc(n * sizeof *cp);
	uint32_t *at = xmalloc(n * sizeof *at);

	for (size_t i = begin; i < end; i++)
		start[unicode_combining(c->cp[i]) + 1]++;
	for (int k = 0; k < 256; k++)
		start[k + 1] += start[k];
	for (size_t i = begin; i < end; i++) {
		to = start[unicode_combining(c->cp[i])]++;
		cp[to] = c->cp[i];
		at[to] = c->at[i];
	}
	memcpy(c->cp + begin, cp, n * sizeof *cp);
	memcpy(c->at + begin, at, n * sizeof *at);
	free(at);
	free(cp);
}

/* Canonical order (UAX 15); at[] goes along. */
static void
reorder(struct chars *c)
{
	size_t begin = 0;
	unsigned class, last = 0;
	bool sorted = true;

	for (size_t i = 0; i <= c->n; i++) {
		class = i == c->n || c->cp[i] < 0x300
		    ? 0
		    : unicode_combining(c->cp[i]);
		if (class == 0) {
			if (!sorted)
				run_sort(c, begin, i);
			sorted = true;
			begin = i + 1;
		} else if (class < last) {
			sorted = false;
		}
		last = class;
	}
}

/* Each character's decomposition; at[] becomes 0 for the first character of
 * one, which replaces the original, and 1 for those that are added. */
static void
decompose(const struct chars *c, struct chars *out, bool compat)
{
	int32_t parts[UNICODE_DECOMPOSED];
	size_t n;

	out->n = 0;
	for (size_t i = 0; i < c->n; i++) {
		n = 1;
		parts[0] = c->cp[i];
		if (parts[0] >= 0x80)
			n = unicode_decompose(parts[0], compat, parts);
		for (size_t k = 0; k < n; k++)
			chars_add(out, parts[k], k > 0);
	}
}

/* Canonical composition (UAX 15). at[] of what two characters become is the
 * sum of theirs less one: one is removed. */
static void
compose(struct chars *c)
{
	size_t n = 0, starter = SIZE_MAX;
	unsigned class, last = 0;
	int32_t whole;

	for (size_t i = 0; i < c->n; i++) {
		class = c->cp[i] < 0x300 ? 0 : unicode_combining(c->cp[i]);
		/* Nothing below U+0300 is a second part. */
		if (c->cp[i] >= 0x300 && starter != SIZE_MAX &&
		    (n == starter + 1 || (last != 0 && last < class))) {
			whole = unicode_compose(c->cp[starter], c->cp[i]);
			if (whole >= 0) {
				c->cp[starter] = whole;
				c->at[starter] += c->at[i] - 1;
				continue;
			}
		}
		if (class == 0)
			starter = n;
		last = class;
		c->cp[n] = c->cp[i];
		c->at[n++] = c->at[i];
	}
	c->n = n;
}

/* From the changes that at[] of `out` holds to places: a character that is
 * added stands where the original before it does, another takes the next
 * original's place and skips as many more as were removed. The reference
 * does so after reordering, whichever character came from where. */
static void
changes_place(const struct chars *c, struct chars *out)
{
	size_t next = 0, place;
	int32_t change;

	for (size_t i = 0; i < out->n; i++) {
		change = (int32_t)out->at[i];
		place = change > 0 && next > 0 ? next - 1 : next;
		out->at[i] = c->at[place < c->n ? place : c->n - 1];
		if (change <= 0)
			next += 1 + (size_t)-change;
	}
}

/* Decompose, and where asked compose again; text below U+0300 is composed as
 * it is. */
static void
normal_form(struct chars *c, struct chars *other, bool compat, bool composed)
{
	size_t i = 0;

	while (i < c->n && c->cp[i] < (compat ? 0x80 : 0x300))
		i++;
	if (composed && i == c->n)
		return;
	decompose(c, other, compat);
	reorder(other);
	if (composed)
		compose(other);
	changes_place(c, other);
	swap(c, other);
}

static void
drop_class(struct chars *c, unsigned class)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!(unicode_classes(c->cp[i]) & class)) {
			c->cp[n] = c->cp[i];
			c->at[n++] = c->at[i];
		}
	c->n = n;
}

static void
lower(struct chars *c, struct chars *other)
{
	int32_t cp;

	other->n = 0;
	for (size_t i = 0; i < c->n; i++) {
		cp = c->cp[i];
		if (unicode_classes(cp) & UNI_TOK_LOWERS)
			cp = unicode_lower(cp);
		chars_add(other, cp == 0x130 ? 'i' : cp, c->at[i]);
		if (cp == 0x130) /* the one of two characters: i, dot above */
			chars_add(other, 0x307, c->at[i]);
	}
	swap(c, other);
}

static void
strip(struct chars *c, bool left, bool right)
{
	size_t begin = 0;

	while (right && c->n > 0 && unicode_is_space(c->cp[c->n - 1]))
		c->n--;
	while (left && begin < c->n && unicode_is_space(c->cp[begin]))
		begin++;
	c->n -= begin;
	if (begin > 0) {
		memmove(c->cp, c->cp + begin, c->n * sizeof *c->cp);
		memmove(c->at, c->at + begin, c->n * sizeof *c->at);
	}
}

static void
replace(struct chars *c, struct chars *other, const struct step *s)
{
	size_t i = 0, len = s->pattern.n;

	other->n = 0;
	while (i < c->n) {
		if (len > c->n - i ||
		    memcmp(c->cp + i, s->pattern.cp, len * sizeof *c->cp) !=
			0) {
			chars_add(other, c->cp[i], c->at[i]);
			i++;
			continue;
		}
		for (size_t k = 0; k < s->content.n; k++)
			chars_add(other, s->content.cp[k], c->at[i + len - 1]);
		i += len;
	}
	swap(c, other);
}

static void
prepend(struct chars *c, struct chars *other, const struct step *s)
{
	if (c->n == 0)
		return;
	other->n = 0;
	for (size_t k = 0; k < s->content.n; k++)
		chars_add(other, s->content.cp[k], c->at[0]);
	for (size_t i = 0; i < c->n; i++)
		chars_add(other, c->cp[i], c->at[i]);
	swap(c, other);
}

static void
bert(struct chars *c, struct chars *other, const struct bert_normalizer *b)
{
	if (b->clean)
		clean(c);
	if (b->chinese)
		chinese(c, other);
	if (b->strip) {
		normal_form(c, other, false, false);
		drop_class(c, UNI_TOK_NONSPACING);
	}
	if (b->lower)
		lower(c, other);
}

void
normalizer_run(const struct normalizer *z, struct chars *c,
    struct chars *other)
{
	const struct step *s;

	for (size_t i = 0; i < z->n && c->n > 0; i++) {
		s = &z->steps[i];
		switch (s->kind) {
		case STEP_BERT: bert(c, other, &s->bert); break;
		case STEP_NFD: normal_form(c, other, false, false); break;
		case STEP_NFC: normal_form(c, other, false, true); break;
		case STEP_NFKD: normal_form(c, other, true, false); break;
		case STEP_NFKC: normal_form(c, other, true, true); break;
		case STEP_LOWER: lower(c, other); break;
		case STEP_MARKS: drop_class(c, UNI_TOK_MARK); break;
		case STEP_STRIP: strip(c, s->left, s->right); break;
		case STEP_REPLACE: replace(c, other, s); break;
		case STEP_PREPEND: prepend(c, other, s); break;
		}
	}
}

static void
chars_set(struct chars *c, const char *s)
{
	size_t len = strlen(s), n;
	int32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = unicode_next(s + i, len - i, &cp);
		chars_add(c, cp, 0);
	}
}

static int
step_read(struct step *s, const cJSON *json, const char *type,
    struct err *err)
{
	static const struct {
		const char *name;
		enum step_kind kind;
	} kinds[] = {
		{ "BertNormalizer", STEP_BERT },
		{ "NFD", STEP_NFD },
		{ "NFC", STEP_NFC },
		{ "NFKD", STEP_NFKD },
		{ "NFKC", STEP_NFKC },
		{ "Lowercase", STEP_LOWER },
		{ "StripAccents", STEP_MARKS },
		{ "Strip", STEP_STRIP },
		{ "Replace", STEP_REPLACE },
		{ "Prepend", STEP_PREPEND },
	};
	const char *pattern = cj_str(cj_get(json, "pattern"), "String");
	const char *content = cj_str(json, "content");
	size_t k = 0, n = sizeof kinds / sizeof *kinds;

	while (k < n && strcmp(kinds[k].name, type) != 0)
		k++;
	if (k == n)
		return err_set(err, "the normalizer %.64s is not supported",
		    type);
	s->kind = kinds[k].kind;
	s->bert.clean = cj_bool(json, "clean_text", true);
	s->bert.chinese = cj_bool(json, "handle_chinese_chars", true);
	s->bert.lower = cj_bool(json, "lowercase", true);
	s->bert.strip = cj_bool(json, "strip_accents", s->bert.lower);
	s->left = cj_bool(json, "strip_left", true);
	s->right = cj_bool(json, "strip_right", true);
	if (s->kind == STEP_PREPEND)
		content = cj_str(json, "prepend");
	if (s->kind == STEP_REPLACE) {
		if (pattern == NULL || *pattern == '\0')
			return err_set(err, "the normalizer Replace is "
			    "supported with a plain pattern only");
		chars_set(&s->pattern, pattern);
	}
	if (s->kind == STEP_REPLACE || s->kind == STEP_PREPEND) {
		if (content == NULL)
			return err_set(err, "the normalizer %s has no content",
			    type);
		chars_set(&s->content, content);
	}
	return 0;
}

static int
steps_add(struct normalizer *z, const cJSON *json, int depth, struct err *err)
{
	const char *type = cj_str(json, "type");
	const cJSON *list = cj_get(json, "normalizers"), *item;
	struct step *s;

	if (json == NULL)
		return 0;
	if (type == NULL)
		return err_set(err, "a normalizer without a type");
	if (strcmp(type, "Sequence") == 0) {
		if (!cJSON_IsArray(list) || depth > 8)
			return err_set(err, "the normalizer Sequence has no "
			    "list, or is nested too deep");
		cJSON_ArrayForEach(item, list)
			if (steps_add(z, item, depth + 1, err) < 0)
				return -1;
		return 0;
	}
	z->steps = array_room(z->steps, z->n, &z->cap, sizeof *z->steps);
	s = &z->steps[z->n++];
	*s = (struct step){ 0 };
	return step_read(s, json, type, err);
}

struct normalizer *
normalizer_new(const cJSON *json, struct err *err)
{
	struct normalizer *z = xcalloc(1, sizeof *z);

	if (steps_add(z, json, 0, err) < 0) {
		normalizer_free(z);
		return NULL;
	}
	return z;
}

void
normalizer_free(struct normalizer *z)
{
	if (z == NULL)
		return;
	for (size_t i = 0; i < z->n; i++) {
		chars_free(&z->steps[i].pattern);
		chars_free(&z->steps[i].content);
	}
	free(z->steps);
	free(z);
}

const struct bert_normalizer *
normalizer_bert(const struct normalizer *z)
{
	return z->n == 1 && z->steps[0].kind == STEP_BERT ? &z->steps[0].bert
							  : NULL;
}

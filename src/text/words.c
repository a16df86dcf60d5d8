#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/utf8.h"
#include "tagtiger/words.h"

void
words_free(struct words *w)
{
	free(w->begin);
	free(w->end);
	free(w->text);
	free(w->word);
	free(w->fold);
	*w = (struct words){ 0 };
}

static void
text_room(struct words *w, size_t more)
{
	if (w->text_cap - w->text_len >= more)
		return;
	w->text_cap = (w->text_len + more) * 2 + 256;
	w->text = xreallocarray(w->text, w->text_cap, 1);
}

static void
term_add(struct words *w, size_t begin, size_t end)
{
	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 256 : w->cap * 2;
		w->begin = xreallocarray(w->begin, w->cap, sizeof *w->begin);
		w->end = xreallocarray(w->end, w->cap, sizeof *w->end);
	}
	w->begin[w->n] = begin;
	w->end[w->n++] = end;
}

/* Starts of words (or characters): place i is word[i]. */
static void
word_add(struct words *w, size_t place)
{
	if (w->word_n == w->word_cap) {
		w->word_cap = w->word_cap == 0 ? 256 : w->word_cap * 2;
		w->word = xreallocarray(w->word, w->word_cap,
		    sizeof *w->word);
	}
	w->word[w->word_n++] = place;
}

static size_t
fold_put(struct words *w, size_t at, int32_t cp)
{
	if (at + 4 > w->fold_cap) {
		w->fold_cap = w->fold_cap * 2 + 256;
		w->fold = xreallocarray(w->fold, w->fold_cap, 1);
	}
	return at + utf8_encode(cp, w->fold + at);
}

/* Is the capital sigma at byte i of s the last letter of a word? Letters are
 * looked for on both sides, past what Unicode calls case-ignorable. */
static bool
sigma_is_final(const char *s, size_t len, size_t i, size_t width)
{
	size_t k, n;
	int32_t cp = 0;
	unsigned class = 0;

	for (k = i; k > 0;) {
		do
			k--;
		while (k > 0 && ((unsigned char)s[k] & 0xc0) == 0x80);
		unicode_next(s + k, i - k, &cp);
		class = unicode_classes(cp);
		if (!(class & UNI_IGNORABLE))
			break;
	}
	if (!(class & UNI_CASED))
		return false;
	for (k = i + width; k < len; k += n) {
		n = unicode_next(s + k, len - k, &cp);
		class = unicode_classes(cp);
		if (!(class & UNI_IGNORABLE))
			return !(class & UNI_CASED);
	}
	return true;
}

/* Python's str.lower into w->fold; returns its length. */
static size_t
lower(struct words *w, const char *s, size_t len)
{
	size_t at = 0, n;
	int32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = unicode_next(s + i, len - i, &cp);
		if (cp < 0x80) {
			if (cp >= 'A' && cp <= 'Z')
				cp += 'a' - 'A';
		} else if (cp == 0x3a3) {
			cp = sigma_is_final(s, len, i, n) ? 0x3c2 : 0x3c3;
		} else if (cp == 0x130) {
			at = fold_put(w, at, 'i');
			cp = 0x307;
		} else if (unicode_classes(cp) & UNI_LOWERS) {
			cp = unicode_lower(cp);
		}
		at = fold_put(w, at, cp);
	}
	return at;
}

/* NFKD of s, without combining marks or without all that is not ASCII, in
 * memory that the caller frees. */
static char *
strip(const char *s, size_t len, enum words_accents how, size_t *out_len)
{
	const utf8proc_option_t options = UTF8PROC_DECOMPOSE |
	    UTF8PROC_COMPAT | UTF8PROC_STABLE;
	struct buf fixed = BUF_INIT;
	utf8proc_ssize_t n;
	int32_t *cps = NULL;
	size_t used = 0;
	char *out;

	if (utf8_validate(s, len) < len) {
		utf8_repair(s, len, &fixed);
		s = fixed.data;
		len = fixed.len;
	}
	n = utf8proc_decompose((const utf8proc_uint8_t *)s,
	    (utf8proc_ssize_t)len, NULL, 0, options);
	if (n < 0)
		fatal("utf8proc: %s", utf8proc_errmsg(n));
	cps = xmalloc(((size_t)n + 1) * sizeof *cps);
	out = xmalloc((size_t)n * 4 + 1);
	utf8proc_decompose((const utf8proc_uint8_t *)s,
	    (utf8proc_ssize_t)len, cps, n, options);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		if (how == WORDS_ACCENTS_ASCII
			? cps[i] < 0x80
			: utf8proc_get_property(cps[i])->combining_class == 0)
			used += utf8_encode(cps[i], out + used);
	free(cps);
	buf_free(&fixed);
	*out_len = used;
	return out;
}

static bool
is_ascii(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && !((unsigned char)s[i] & 0x80))
		i++;
	return i == len;
}

/* [\w] by Python's re. */
static bool
is_word(int32_t cp)
{
	return (unicode_classes(cp) & UNI_WORD) != 0;
}

/* A run of word characters that ends at w->text_len: keep it if it is long
 * enough and no stop word. One space goes behind it, so that an n-gram of
 * words is one stretch of text. */
static void
word_end(struct words *w, const struct words_options *o, size_t begin,
    size_t chars)
{
	size_t min = o->min_chars > 0 ? (size_t)o->min_chars : 2;

	if (chars < min || (o->stop != NULL &&
		strmap_get(o->stop, w->text + begin, w->text_len - begin) !=
		    NULL)) {
		w->text_len = begin;
		return;
	}
	word_add(w, begin);
	word_add(w, w->text_len);
	w->text[w->text_len++] = ' ';
}

static const unsigned char ascii_word[128] = {
	['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
	['A'] = 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L',
	'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
	['_'] = '_',
	['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l',
	'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
};

/*
 * Words of s into w->text, lower-cased on the way if `fold`; their ends into
 * w->word, two for each. false: lower case needs the whole text (it depends
 * on the neighbours for the capital sigma, a dotted I becomes two characters);
 * w is as it was.
 */
static bool
cut_words(struct words *w, const struct words_options *o, const char *s,
    size_t len, bool fold)
{
	unsigned char ascii[128];
	size_t begin, chars = 0, n;
	int32_t cp;

	memcpy(ascii, ascii_word, sizeof ascii);
	for (int c = 'A'; fold && c <= 'Z'; c++)
		ascii[c] = (unsigned char)(c - 'A' + 'a');
	begin = w->text_len;
	/* No lower case takes more than 3 bytes where the capital had 2. */
	text_room(w, len * 2 + 8);
	for (size_t i = 0; i < len; i += n) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x80 && ascii[c]) {
			n = 1;
			w->text[w->text_len++] = (char)ascii[c];
			chars++;
			continue;
		}
		n = c < 0x80 ? 1 : unicode_next(s + i, len - i, &cp);
		if (c >= 0x80 && is_word(cp)) {
			if (fold && (cp == 0x3a3 || cp == 0x130)) {
				w->text_len = w->word_n = 0;
				return false;
			}
			if (fold && (unicode_classes(cp) & UNI_LOWERS))
				cp = unicode_lower(cp);
			w->text_len += utf8_encode(cp,
			    w->text + w->text_len);
			chars++;
		} else if (chars > 0) {
			word_end(w, o, begin, chars);
			begin = w->text_len;
			chars = 0;
		}
	}
	if (chars > 0)
		word_end(w, o, begin, chars);
	return true;
}

/* n-grams by rising n, as the reference has them. */
static void
word_grams(struct words *w, int min, int max)
{
	size_t words = w->word_n / 2;

	for (int n = min; n <= max && (size_t)n <= words; n++)
		for (size_t i = 0; i + (size_t)n <= words; i++)
			term_add(w, w->word[2 * i],
			    w->word[2 * (i + (size_t)n) - 1]);
}

/* Python's str.isspace, and re's \s: four separators more than Unicode. */
static bool
is_space(int32_t cp)
{
	return unicode_is_space(cp) || (cp >= 0x1c && cp <= 0x1f);
}

static void
char_put(struct words *w, int32_t cp)
{
	word_add(w, w->text_len);
	w->text_len += utf8_encode(cp, w->text + w->text_len);
}

/* The text with each run of two or more white space characters as one space;
 * the start of every character, and the end of the last, into w->word. */
static void
cut_chars(struct words *w, const char *s, size_t len)
{
	size_t n, run = 0;
	int32_t cp;

	text_room(w, len * 3 + 8);
	for (size_t i = 0; i < len; i += n) {
		n = unicode_next(s + i, len - i, &cp);
		run = is_space(cp) ? run + 1 : 0;
		if (run > 1)
			w->text_len = w->word[--w->word_n];
		char_put(w, run > 1 ? ' ' : cp);
	}
	word_add(w, w->text_len);
}

static void
char_grams(struct words *w, int min, int max)
{
	size_t chars = w->word_n - 1;

	for (int n = min; n <= max; n++)
		for (size_t i = 0; i + (size_t)n <= chars; i++)
			term_add(w, w->word[i], w->word[i + (size_t)n]);
}

/* The n-grams of the padded word whose characters start at word[0], the last
 * of these being its end; of a word shorter than n itself, once. */
static void
padded_grams(struct words *w, int min, int max)
{
	size_t chars = w->word_n - 1;

	for (int n = min; n <= max; n++) {
		if ((size_t)n >= chars) {
			term_add(w, w->word[0], w->word[chars]);
			return;
		}
		for (size_t i = 0; i + (size_t)n <= chars; i++)
			term_add(w, w->word[i], w->word[i + (size_t)n]);
	}
}

/* What stands between white space, each with a space before and behind. */
static void
char_wb_grams(struct words *w, const char *s, size_t len, int min, int max)
{
	size_t i = 0, n;
	int32_t cp;

	text_room(w, len * 5 + 8);
	while (i < len) {
		n = unicode_next(s + i, len - i, &cp);
		if (is_space(cp)) {
			i += n;
			continue;
		}
		w->word_n = 0;
		char_put(w, ' ');
		while (i < len) {
			n = unicode_next(s + i, len - i, &cp);
			if (is_space(cp))
				break;
			char_put(w, cp);
			i += n;
		}
		char_put(w, ' ');
		word_add(w, w->text_len);
		padded_grams(w, min, max);
	}
}

void
words_split(struct words *w, const struct words_options *o, const char *text,
    size_t len)
{
	int min = o->ngram_min > 0 ? o->ngram_min : 1;
	int max = o->ngram_max > min ? o->ngram_max : min;
	bool fold = !o->keep_case;
	char *stripped = NULL;

	unicode_init();
	w->n = w->word_n = w->text_len = 0;
	if (o->analyzer == WORDS_WORD &&
	    (o->accents == WORDS_ACCENTS_KEEP || is_ascii(text, len)) &&
	    cut_words(w, o, text, len, fold)) {
		word_grams(w, min, max);
		return;
	}
	if (fold) {
		len = lower(w, text, len);
		text = w->fold;
	}
	if (o->accents != WORDS_ACCENTS_KEEP && !is_ascii(text, len)) {
		stripped = strip(text, len, o->accents, &len);
		text = stripped;
	}
	switch (o->analyzer) {
	case WORDS_WORD:
		cut_words(w, o, text, len, false);
		word_grams(w, min, max);
		break;
	case WORDS_CHAR:
		cut_chars(w, text, len);
		char_grams(w, min, max);
		break;
	case WORDS_CHAR_WB:
		char_wb_grams(w, text, len, min, max);
		break;
	}
	free(stripped);
}

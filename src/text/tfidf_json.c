#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/tfidf.h"

#define VERSION 1

/* Terms are words and spaces, but character n-grams may hold anything; a NUL
 * cannot be read back by cJSON and is written as U+FFFD, which it was never
 * told from by a reader of text. */
static void
string_put(struct buf *out, const char *s, size_t len)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\') {
			buf_addc(out, '\\');
			buf_addc(out, (char)c);
		} else if (c == 0) {
			buf_adds(out, "\\ufffd");
		} else if (c < 0x20) {
			buf_addf(out, "\\u%04x", c);
		} else {
			buf_addc(out, (char)c);
		}
	}
	buf_addc(out, '"');
}

void
tfidf_save(const struct tfidf *t, struct buf *out)
{
	const struct tfidf_options *o = &t->o;
	const char *s;
	size_t len;

	buf_addf(out, "{\"version\":%d,\"texts\":%zu,\"analyzer\":%d,"
	    "\"accents\":%d,\"keep_case\":%d,\"min_chars\":%d,"
	    "\"ngram_min\":%d,\"ngram_max\":%d,\"binary\":%d,"
	    "\"sublinear\":%d,\"no_idf\":%d,\"no_smooth\":%d,\"norm\":%d",
	    VERSION, t->texts, (int)o->words.analyzer, (int)o->words.accents,
	    o->words.keep_case, o->words.min_chars, o->words.ngram_min,
	    o->words.ngram_max, o->binary, o->sublinear, o->no_idf,
	    o->no_smooth, (int)o->norm);
	buf_adds(out, ",\"stop\":[");
	for (size_t i = 0; t->stop != NULL && i < strmap_count(t->stop); i++) {
		s = strmap_key(t->stop, i, &len);
		buf_adds(out, i > 0 ? "," : "");
		string_put(out, s, len);
	}
	buf_adds(out, "],\"terms\":[");
	for (size_t j = 0; j < t->terms.n; j++) {
		s = tfidf_term(t, j, &len);
		buf_adds(out, j > 0 ? "," : "");
		string_put(out, s, len);
	}
	buf_adds(out, "],\"df\":[");
	for (size_t j = 0; j < t->terms.n; j++)
		buf_addf(out, "%s%lld", j > 0 ? "," : "",
		    (long long)t->terms.v[j].texts);
	buf_adds(out, "]}");
}

static int
options_read(struct tfidf_options *o, const cJSON *root, struct err *err)
{
	enum { VERSION_AT, ANALYZER, ACCENTS, KEEP, CHARS, MIN, MAX, BINARY,
		SUBLINEAR, NO_IDF, NO_SMOOTH, NORM, FIELDS };
	static const struct {
		const char *key;
		int64_t high;
	} fields[FIELDS] = {
		[VERSION_AT] = { "version", INT32_MAX },
		[ANALYZER] = { "analyzer", WORDS_CHAR_WB },
		[ACCENTS] = { "accents", WORDS_ACCENTS_ASCII },
		[KEEP] = { "keep_case", 1 },
		[CHARS] = { "min_chars", INT32_MAX },
		[MIN] = { "ngram_min", 1000 },
		[MAX] = { "ngram_max", 1000 },
		[BINARY] = { "binary", 1 },
		[SUBLINEAR] = { "sublinear", 1 },
		[NO_IDF] = { "no_idf", 1 },
		[NO_SMOOTH] = { "no_smooth", 1 },
		[NORM] = { "norm", TFIDF_NO_NORM },
	};
	int64_t v[FIELDS] = { 0 };

	for (int i = 0; i < FIELDS; i++)
		if (!cj_integer(cj_get(root, fields[i].key), &v[i]) ||
		    v[i] < 0 || v[i] > fields[i].high)
			return err_set(err, "%s is absent or out of range",
			    fields[i].key);
	if (v[VERSION_AT] != VERSION)
		return err_set(err, "of version %d, this program reads %d",
		    (int)v[VERSION_AT], VERSION);
	*o = (struct tfidf_options){
		.words = { .analyzer = (enum words_analyzer)v[ANALYZER],
		    .accents = (enum words_accents)v[ACCENTS],
		    .keep_case = v[KEEP] != 0,
		    .min_chars = (int)v[CHARS],
		    .ngram_min = (int)v[MIN],
		    .ngram_max = (int)v[MAX] },
		.binary = v[BINARY] != 0,
		.sublinear = v[SUBLINEAR] != 0,
		.no_idf = v[NO_IDF] != 0,
		.no_smooth = v[NO_SMOOTH] != 0,
		.norm = (enum tfidf_norm)v[NORM],
	};
	return 0;
}

static int
terms_read(struct tfidf *t, const cJSON *root, struct err *err)
{
	const cJSON *term = cj_get(root, "terms");
	const cJSON *df = cj_get(root, "df"), *item;
	const char *s;
	int64_t texts;

	if (!cj_integer(cj_get(root, "texts"), &texts) || texts < 0 ||
	    !cJSON_IsArray(term) || !cJSON_IsArray(df))
		return err_set(err, "texts, terms or df is absent");
	t->texts = (size_t)texts;
	cJSON_ArrayForEach(item, cj_get(root, "stop")) {
		s = cJSON_GetStringValue(item);
		if (t->stop == NULL)
			t->o.words.stop = t->stop = strmap_new();
		if (s != NULL)
			strmap_put(t->stop, s, strlen(s), 0, NULL);
	}
	df = df->child;
	cJSON_ArrayForEach(item, term) {
		s = cJSON_GetStringValue(item);
		if (s == NULL || df == NULL || !cj_integer(df, &texts) ||
		    texts < 0 ||
		    terms_put(&t->terms, s, strlen(s)) + 1 < t->terms.n)
			return err_set(err, "terms and df do not agree");
		t->terms.v[t->terms.n - 1].texts = texts;
		df = df->next;
	}
	return df == NULL ? 0 : err_set(err, "terms and df do not agree");
}

struct tfidf *
tfidf_load(const char *json, size_t len, struct err *err)
{
	cJSON *root = cj_parse(json, len, "vocabulary", err);
	struct tfidf_options o = { 0 };
	struct tfidf *t = NULL;

	if (root == NULL)
		return NULL;
	if (options_read(&o, root, err) == 0) {
		t = tfidf_new(&o);
		t->fitted = true;
		if (terms_read(t, root, err) < 0) {
			tfidf_free(t);
			t = NULL;
		} else {
			tfidf_weigh(t);
		}
	}
	if (t == NULL)
		err_prefix(err, "vocabulary");
	cJSON_Delete(root);
	return t;
}

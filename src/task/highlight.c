#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/highlight.h"
#include "tagtiger/param.h"
#include "tagtiger/regex.h"

#define KEY "highlights"

/* ---- The list ---- */

static void
add(struct highlight **v, size_t *n, const char *pattern, bool word)
{
	*v = xreallocarray(*v, *n + 1, sizeof **v);
	(*v)[(*n)++] = (struct highlight){ xstrdup(pattern), word };
}

int
highlight_list(struct project *p, struct highlight **out, size_t *n,
    struct err *err)
{
	struct err e = { 0 };
	char *value = account_get(p, KEY, &e);
	const cJSON *item;
	cJSON *list;

	*out = NULL;
	*n = 0;
	if (value == NULL && e.status != ERR_NONE) {
		if (err != NULL)
			*err = e;
		return -1;
	}
	list = value != NULL ? cJSON_Parse(value) : NULL;
	free(value);
	cJSON_ArrayForEach(item, list) {
		const cJSON *pattern = cJSON_GetObjectItemCaseSensitive(item,
		    "pattern");

		if (cJSON_IsString(pattern))
			add(out, n, pattern->valuestring, cJSON_IsTrue(
			    cJSON_GetObjectItemCaseSensitive(item, "word")));
	}
	cJSON_Delete(list);
	return 0;
}

void
highlight_list_free(struct highlight *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].pattern);
	free(v);
}

static int
save(struct project *p, const struct highlight *v, size_t n, struct err *err)
{
	cJSON *list = cJSON_CreateArray();
	char *text;
	int rc;

	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "pattern", v[i].pattern);
		if (v[i].word)
			cJSON_AddBoolToObject(o, "word", true);
		cJSON_AddItemToArray(list, o);
	}
	text = cJSON_PrintUnformatted(list);
	if (text == NULL)
		fatal("no memory for the highlights");
	rc = account_set(p, KEY, n > 0 ? text : NULL, err);
	cJSON_free(text);
	cJSON_Delete(list);
	return rc;
}

/* ---- Patterns ---- */

/* A word as a pattern: nothing that words are made of on either side. */
static struct regex *
compile(const struct highlight *h, struct err *err)
{
	struct buf b = BUF_INIT;
	struct regex *re;

	if (!h->word)
		return regex_compile(h->pattern, strlen(h->pattern),
		    REGEX_NO_CASE, err);
	buf_adds(&b, "(?<!\\w)");
	for (const char *s = h->pattern; *s != '\0'; s++) {
		if (strchr("\\^$.[]|()?*+{}#-", *s) != NULL)
			buf_addc(&b, '\\');
		buf_addc(&b, *s);
	}
	buf_adds(&b, "(?!\\w)");
	re = regex_compile(buf_str(&b), b.len, REGEX_NO_CASE, err);
	buf_free(&b);
	return re;
}

int
highlight_add(struct project *p, const char *pattern, bool word,
    struct err *err)
{
	struct highlight *v, new = { (char *)pattern, word };
	struct regex *re;
	size_t n, at = 0;
	int rc;

	if (*pattern == '\0')
		return err_set_status(err, ERR_USAGE, "an empty pattern marks "
		    "nothing: give a word or a regular expression");
	re = compile(&new, err);
	if (re == NULL)
		return -1;
	regex_free(re);
	if (highlight_list(p, &v, &n, err) < 0)
		return -1;
	while (at < n && strcmp(v[at].pattern, pattern) != 0)
		at++;
	if (at < n)
		v[at].word = word;
	else if (n < HIGHLIGHTS_MAX)
		add(&v, &n, pattern, word);
	rc = at < HIGHLIGHTS_MAX ? save(p, v, n, err) :
	    err_set_status(err, ERR_USAGE, "%d highlights are the most there "
		"can be: delete one", HIGHLIGHTS_MAX);
	highlight_list_free(v, n);
	return rc;
}

int
highlight_delete(struct project *p, const char *pattern, struct err *err)
{
	struct highlight *v;
	size_t n, at = 0;
	int rc;

	if (highlight_list(p, &v, &n, err) < 0)
		return -1;
	while (at < n && strcmp(v[at].pattern, pattern) != 0)
		at++;
	if (at == n) {
		rc = err_set_status(err, ERR_NAME, "'%s' is not highlighted",
		    pattern);
	} else {
		free(v[at].pattern);
		n--;
		memmove(v + at, v + at + 1, (n - at) * sizeof *v);
		rc = save(p, v, n, err);
	}
	highlight_list_free(v, n);
	return rc;
}

/* ---- In a text ---- */

static int
hit_order(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return x->end > y->end ? -1 : x->end < y->end;
}

void
highlight_find(const struct highlight *v, size_t n, const char *text,
    size_t len, size_t max, struct hit **out, size_t *nhits)
{
	struct hit *hits = NULL;
	size_t cap = 0, found = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t from = 0, begin, end;
		struct regex *re = compile(&v[i], NULL);

		while (re != NULL && found < max && regex_next(re, text, len,
		    &from, &begin, &end, NULL) == 1) {
			if (end == begin)
				continue;
			hits = array_room(hits, found, &cap, sizeof *hits);
			hits[found++] = (struct hit){ begin, end };
		}
		regex_free(re);
	}
	if (found > 0)
		qsort(hits, found, sizeof *hits, hit_order);
	/* Those that touch one another are one. */
	for (size_t i = 0; i < found; i++) {
		if (kept > 0 && hits[i].begin < hits[kept - 1].end) {
			if (hits[i].end > hits[kept - 1].end)
				hits[kept - 1].end = hits[i].end;
		} else {
			hits[kept++] = hits[i];
		}
	}
	*out = hits;
	*nhits = kept;
}

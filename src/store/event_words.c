/*
 * What an event is called in the history, in words: what was done to what, and
 * what came of it.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/scheme.h"
#include "priv.h"

/* ---- labels ---- */

const char *
names_label(struct project *p, struct names *names, int64_t scheme,
    int64_t label)
{
	const struct label *l;

	if (names->scheme.id != scheme) {
		scheme_free(&names->scheme);
		if (scheme_get(p, scheme, &names->scheme, NULL) < 0)
			return "?";
	}
	l = label_by_id(&names->scheme, label);
	return l != NULL ? l->name : "?";
}

/* "a|b", "none" where a text has none of the labels. */
static void
labels_text(struct project *p, struct names *names, int64_t scheme,
    const char *ids, struct buf *b)
{
	int64_t v[64];
	size_t n = 0;

	if (json_read_ids(ids, v, 64, &n) < 0)
		n = 0;
	if (n == 0)
		buf_adds(b, "none");
	for (size_t i = 0; i < n && i < 64; i++) {
		if (i > 0)
			buf_addc(b, '|');
		buf_adds(b, names_label(p, names, scheme, v[i]));
	}
}

/* ---- by kind ---- */

static void
text_words(struct project *p, struct names *names,
    const struct event *e, struct buf *b)
{
	static const char *const verbs[] = { [EVENT_TAG] = "tagged",
		[EVENT_UNTAG] = "untagged", [EVENT_SKIP] = "skipped",
		[EVENT_COMMENT] = "commented on", [EVENT_FLAG] = "flagged",
		[EVENT_UNFLAG] = "took the flag from" };
	char *id = doc_id(p, e->doc, NULL), *text;

	buf_addf(b, "%s %s", verbs[e->kind], id != NULL ? id : "?");
	free(id);
	if (e->kind == EVENT_TAG) {
		buf_adds(b, ": ");
		labels_text(p, names, e->scheme,
		    json_find(e->data, "labels"), b);
		if (json_get_true(e->data, "accepted"))
			buf_adds(b, " (accepted)");
	} else if (e->kind == EVENT_COMMENT) {
		text = json_get_text(e->data, "comment");
		buf_addf(b, ": %s", text != NULL && *text != '\0' ? text
			: "nothing");
		free(text);
	}
}

static void
scheme_words(struct project *p, struct names *names,
    const struct event *e, struct buf *b)
{
	char *name = json_get_text(e->data, "name");
	char *before = json_get_text(e->data, "before");
	const char *label = NULL;
	int64_t id = json_get_int(e->data, "label", 0);

	if (id != 0)
		label = names_label(p, names, e->scheme, id);
	buf_adds(b, event_kind_name(e->kind));
	switch (e->kind) {
	case EVENT_SCHEME_RENAME:
	case EVENT_LABEL_RENAME:
	case EVENT_LABEL_MERGE:
		buf_addf(b, " %s %s %s", before != NULL ? before : "?",
		    e->kind == EVENT_LABEL_MERGE ? "into" : "to",
		    name != NULL ? name : "?");
		break;
	case EVENT_LABEL_SPLIT:
		buf_addf(b, " %s: %s to %s", before != NULL ? before : "?",
		    COUNT(json_get_int(e->data, "texts", 0)),
		    name != NULL ? name : "?");
		break;
	case EVENT_LABEL_MOVE:
		buf_addf(b, " %s to %lld", label != NULL ? label : "?",
		    (long long)json_get_int(e->data, "position", 0) + 1);
		break;
	case EVENT_LABEL_DELETE:
		buf_addf(b, " %s", before != NULL ? before : "?");
		break;
	case EVENT_CODEBOOK: buf_adds(b, " written"); break;
	default:
		if (name == NULL)
			name = xstrdup(label != NULL ? label : "");
		buf_addf(b, " %s", name);
		break;
	}
	free(name);
	free(before);
}

/* A text is as it is, and so is a number that is no count; NULL: there is
 * neither. */
static char *
value_of(const char *data, const char *key)
{
	char *text = json_get_text(data, key), *raw;

	if (text != NULL)
		return text;
	raw = json_get_raw(data, key);
	if (raw == NULL || strchr("-0123456789", raw[0]) == NULL) {
		free(raw);
		return NULL;
	}
	if (raw[strspn(raw, "0123456789")] == '\0') {
		text = xstrdup(COUNT(strtoll(raw, NULL, 10)));
		free(raw);
		return text;
	}
	return raw;
}

/* {key} is its value; false where there is none. */
static bool
fill_part(const char *part, size_t len, const char *data, struct buf *b)
{
	for (size_t i = 0; i < len; i++) {
		size_t n = strcspn(part + i + 1, "}");
		char *key, *value;

		if (part[i] != '{') {
			buf_addc(b, part[i]);
			continue;
		}
		key = xstrndup(part + i + 1, n);
		value = value_of(data, key);
		free(key);
		if (value == NULL || value[0] == '\0') {
			free(value);
			return false;
		}
		buf_adds(b, value);
		free(value);
		i += n + 1;
	}
	return true;
}

/* What stands in brackets is left out where the event does not say it. */
static void
fill(const char *words, const char *data, struct buf *b)
{
	while (*words != '\0') {
		bool may = *words == '[';
		size_t len = strcspn(words + may, may ? "]" : "[");
		struct buf part = BUF_INIT;

		if (fill_part(words + may, len, data, &part) || !may)
			buf_adds(b, buf_str(&part));
		buf_free(&part);
		words += len + (may ? 2 : 0);
	}
}

static void
other_words(const struct event *e, struct buf *b)
{
	static const struct {
		enum event_kind kind;
		const char *words;
	} all[] = {
		{ EVENT_IMPORT, "import[ {kept} texts][ into {set}][ from {file}]" },
		{ EVENT_DRAW, "[draw {set}: {texts} texts][{summary}]" },
		{ EVENT_CONFIG, "config {key}[: {value}][, before {before}]" },
		{ EVENT_COLUMN, "column {name}" },
		{ EVENT_USER, "user {act} {name}[: {role}]" },
		{ EVENT_EXPORT, "export[ {what}][: {rows} rows to {file}]" },
		{ EVENT_FEATURE, "feature {feature}: {kind} of {rows} texts"
		    "[, {dimensions} dimensions]" },
		{ EVENT_TRAIN, "train {model}[: {training}]"
		    "[: F1 macro {f1_macro} {f1_of}][, on {texts} texts]"
		    "[ with {features}]" },
		{ EVENT_SCORE, "score {model}[ on {set}]: looked at" },
		{ EVENT_PREDICT, "predict {model} on {set}: {rows} texts" },
		{ EVENT_BACKUP, "backup to {file}" },
		{ EVENT_MODEL, "model {model} deleted" },
		{ EVENT_PROJECT, "[{summary}]" },
	};
	const char *kind = event_kind_name(e->kind);
	char *summary = json_get_text(e->data, "summary");
	const char *words = NULL;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i].kind == e->kind)
			words = all[i].words;
	if (summary != NULL && e->kind != EVENT_DRAW &&
	    e->kind != EVENT_PROJECT)
		words = NULL; /* it says all */
	if (words != NULL)
		fill(words, e->data, b);
	if (b->len == 0)
		buf_addf(b, "%s%s%s", kind != NULL ? kind : "unknown",
		    summary != NULL ? " " : "", summary != NULL ? summary :
		    "");
	free(summary);
}

char *
event_words(struct project *p, struct names *names, const struct event *e)
{
	struct buf b = BUF_INIT;

	if (EVENT_ON_TEXT(e->kind) && e->kind >= EVENT_TAG &&
	    e->kind <= EVENT_UNFLAG)
		text_words(p, names, e, &b);
	else if (EVENT_ON_SCHEME(e->kind) && event_kind_name(e->kind) != NULL)
		scheme_words(p, names, e, &b);
	else
		other_words(e, &b);
	return buf_take(&b);
}

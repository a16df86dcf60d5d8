#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/scheme.h"
#include "priv.h"

/*
 * A split gives some annotations of a label to another one. It is one act:
 * an event that says so, one that makes the label where there is none, and a
 * tag for each annotation, in its annotator's name and with the time and the
 * choice of the one that it replaces. Undo plays all that again without them.
 */

static void
text_to(char *to, size_t size, char *s)
{
	if (s != NULL && strlen(s) < size)
		strcpy(to, s);
	free(s);
}

static double
real_of(const char *data, const char *key)
{
	const char *at = json_find(data, key);

	return at != NULL ? strtod(at, NULL) : NAN;
}

/* How the text had been chosen, which the log says of the tag that stands. */
static int
pick_read(struct project *p, const struct annot *a, struct pick *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_EVENT_OF_TEXT,
	    ARGS(I(a->doc), I(a->scheme), I(a->uid)), err);
	struct event e;
	int row = s != NULL ? 1 : -1;

	*out = (struct pick){ .probability = NAN, .score = NAN };
	while (row == 1 && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		if (e.undone || e.kind != EVENT_TAG)
			continue;
		*out = (struct pick){ .doc = a->doc,
			.probability = real_of(e.data, "probability"),
			.score = real_of(e.data, "score"),
			.model = json_get_int(e.data, "model", 0) };
		text_to(out->mode, sizeof out->mode,
		    json_get_text(e.data, "mode"));
		text_to(out->why, sizeof out->why,
		    json_get_text(e.data, "why"));
		text_to(out->criteria, sizeof out->criteria,
		    json_get_raw(e.data, "criteria"));
	}
	return row < 0 ? -1 : 0;
}

static bool
carries(const struct annot *a, int64_t label)
{
	for (size_t i = 0; a->tagged && i < a->nlabels; i++)
		if (a->labels[i] == label)
			return true;
	return false;
}

static int
layer_split(struct project *p, const struct annot *a, int64_t from,
    int64_t into, struct err *err)
{
	struct tag t = { .scheme = a->scheme, .doc = a->doc,
		.labels = a->labels, .nlabels = a->nlabels,
		.accepted = a->accepted, .whose = WHOSE_UID, .uid = a->uid,
		.when = a->time, .bulk = true };
	struct pick pick;

	if (pick_read(p, a, &pick, err) < 0)
		return -1;
	for (size_t i = 0; i < a->nlabels; i++)
		if (a->labels[i] == from)
			a->labels[i] = into;
	if (pick.mode[0] != '\0')
		t.pick = &pick;
	return annot_tag(p, &t, NULL, err);
}

static int
doc_split(struct project *p, const struct label_split *q, int64_t doc,
    int64_t into, struct label_split_result *out, struct err *err)
{
	struct annot *v;
	size_t n, moved = 0;
	int rc = annot_layers(p, q->scheme, doc, &v, &n, err);

	if (rc < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!carries(&v[i], q->label) || (q->uid != HISTORY_ANY &&
		    v[i].uid != q->uid))
			continue;
		rc = layer_split(p, &v[i], q->label, into, err);
		moved++;
	}
	annot_list_free(v, n);
	out->annotations += moved;
	out->texts += moved > 0;
	return rc;
}

static int
split_event(struct project *p, const struct label_split *q,
    const char *before, struct err *err)
{
	struct event_new e = { .kind = EVENT_LABEL_SPLIT,
		.scheme = q->scheme };
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_int(&b, "label", q->label);
	json_text(&b, "before", before);
	json_text(&b, "name", q->name);
	json_int(&b, "texts", (int64_t)q->n);
	if (q->how != NULL)
		json_text(&b, "how", q->how);
	json_close(&b);
	e.data = buf_str(&b);
	rc = event_add(p, &e, NULL, err);
	buf_free(&b);
	return rc;
}

static int
split(struct project *p, const struct label_split *q,
    struct label_split_result *out, struct err *err)
{
	struct scheme s = { 0 };
	const struct label *l, *into;
	int64_t id = 0;
	int rc = scheme_get(p, q->scheme, &s, err);

	if (rc < 0)
		return -1;
	l = label_by_id(&s, q->label);
	into = label_named(&s, q->name);
	if (s.deleted || l == NULL || l->position < 0)
		rc = err_set_status(err, ERR_NAME,
		    "the label was deleted or merged meanwhile");
	else if (into == l)
		rc = err_set_status(err, ERR_NAME, "%s is the label itself: "
		    "give the name of another one", q->name);
	else
		rc = split_event(p, q, l->name, err);
	if (rc == 0 && into == NULL) {
		rc = label_add(p, q->scheme, q->name, &id, err);
		out->made = true;
	} else if (rc == 0) {
		id = into->id;
	}
	for (size_t i = 0; rc == 0 && i < q->n; i++)
		rc = doc_split(p, q, q->docs[i], id, out, err);
	scheme_free(&s);
	return rc;
}

int
label_split(struct project *p, const struct label_split *q,
    struct label_split_result *out, struct err *err)
{
	*out = (struct label_split_result){ 0 };
	if (act_begin(p, false, err) < 0)
		return -1;
	return act_end(p, split(p, q, out, err), err);
}

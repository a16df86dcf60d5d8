#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hash.h"
#include "tagtiger/number.h"
#include "priv.h"

static const struct {
	enum event_kind kind;
	const char *name;
} kinds[] = {
	{ EVENT_TAG, "tag" },
	{ EVENT_UNTAG, "untag" },
	{ EVENT_SKIP, "skip" },
	{ EVENT_COMMENT, "comment" },
	{ EVENT_FLAG, "flag" },
	{ EVENT_UNFLAG, "unflag" },
	{ EVENT_SCHEME_ADD, "scheme add" },
	{ EVENT_SCHEME_RENAME, "scheme rename" },
	{ EVENT_SCHEME_DELETE, "scheme delete" },
	{ EVENT_LABEL_ADD, "label add" },
	{ EVENT_LABEL_RENAME, "label rename" },
	{ EVENT_LABEL_MERGE, "label merge" },
	{ EVENT_LABEL_MOVE, "label move" },
	{ EVENT_LABEL_DELETE, "label delete" },
	{ EVENT_LABEL_KEY, "label key" },
	{ EVENT_LABEL_COLOUR, "label colour" },
	{ EVENT_LABEL_DESCRIBE, "label describe" },
	{ EVENT_LABEL_SPLIT, "label split" },
	{ EVENT_CODEBOOK, "codebook" },
	{ EVENT_UNDO, "undo" },
	{ EVENT_REDO, "redo" },
	{ EVENT_SESSION_CLEAR, "session clear" },
	{ EVENT_CREATE, "create" },
	{ EVENT_IMPORT, "import" },
	{ EVENT_DRAW, "draw" },
	{ EVENT_CONFIG, "config" },
	{ EVENT_COLUMN, "column" },
	{ EVENT_USER, "user" },
	{ EVENT_EXPORT, "export" },
	{ EVENT_BACKUP, "backup" },
	{ EVENT_FEATURE, "feature" },
	{ EVENT_TRAIN, "train" },
	{ EVENT_SCORE, "score" },
	{ EVENT_PREDICT, "predict" },
	{ EVENT_MODEL, "model" },
	{ EVENT_PROJECT, "project" },
};

const char *
event_kind_name(enum event_kind kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (kinds[i].kind == kind)
			return kinds[i].name;
	}
	return NULL;
}

int
event_kind_of_name(const char *name, enum event_kind *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*kind = kinds[i].kind;
			return 0;
		}
	}
	return -1;
}

/*
 * The chain: SHA-256 over the hash of the work copy's event before (32 zero
 * bytes for the first), then the event's fields as decimal numbers and its
 * data as it is, a line feed after each (an empty line for none). Whether an
 * event is undone is left out, since later events say that.
 */
void
event_hash(const unsigned char prev[32], const struct event *e,
    unsigned char out[32])
{
	const int64_t fields[] = { e->replica, e->seq, e->lamport, e->time,
		e->uid, e->layer, e->act, e->kind, e->bulk ? 1 : 0, e->scheme,
		e->doc };
	const size_t n = sizeof fields / sizeof fields[0];
	char line[400] = "tagtiger event 1\n", *at = line + strlen(line);
	struct sha256 c;

	for (size_t i = 0; i < n; i++) {
		if (i < n - 2 || fields[i] != 0)
			at += number_int(fields[i], at);
		*at++ = '\n';
	}
	sha256_init(&c);
	sha256_add(&c, prev, 32);
	sha256_add(&c, line, (size_t)(at - line));
	sha256_add(&c, e->data, strlen(e->data));
	sha256_add(&c, "\n", 1);
	sha256_end(&c, out);
}

int
event_position(struct project *p, int64_t *lamport, struct err *err)
{
	*lamport = 0;
	return db_int(p, SQL_EVENT_LAMPORT, NO_ARGS, lamport, err) < 0 ? -1
								       : 0;
}

int
event_end(struct project *p, struct log_end *out, struct err *err)
{
	sqlite3_stmt *s;
	int row;

	*out = (struct log_end){ .replica = p->replica };
	s = db_query(p, SQL_EVENT_HEAD, ARGS(I(p->replica)), err);
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1) {
		out->seq = col_int(s, 0);
		if (sqlite3_column_bytes(s, 1) == 32)
			memcpy(out->hash, sqlite3_column_blob(s, 1), 32);
	}
	db_done(s);
	return row < 0 ? -1 : 0;
}

/* The same and the log's order, which a transaction knows once it has put an
 * event. */
static int
log_place(struct project *p, struct log_end *end, int64_t *lamport,
    struct err *err)
{
	*end = p->newest;
	*lamport = p->known.lamport;
	if (*lamport != 0)
		return 0;
	return event_end(p, end, err) < 0 ? -1 :
	    event_position(p, lamport, err);
}

int
event_next(struct project *p, struct event_id *id, struct err *err)
{
	struct log_end end;

	if (log_place(p, &end, &id->lamport, err) < 0)
		return -1;
	id->replica = p->replica;
	id->seq = end.seq + 1;
	id->lamport++;
	id->time = now_ms();
	return 0;
}

int
event_add(struct project *p, const struct event_new *new,
    struct event_id *id, struct err *err)
{
	struct log_end end;
	struct event e = {
		.replica = p->replica,
		.time = now_ms(),
		.uid = p->uid,
		.layer = EVENT_ON_TEXT(new->kind) ? new->layer : p->uid,
		.kind = new->kind,
		.bulk = new->bulk || (p->grouping > 0 && p->bulk),
		.scheme = new->scheme,
		.doc = new->doc,
	};
	const char *data = new->data != NULL ? new->data : "{}";

	if (p->depth == 0)
		fatal("store: event outside a transaction");
	if (log_place(p, &end, &e.lamport, err) < 0)
		return -1;
	e.seq = end.seq + 1;
	e.lamport++;
	if (e.seq > UINT32_MAX)
		return err_set(err, "%s: the log is full", p->path);
	if (p->act == 0 || p->grouping == 0)
		p->act = e.seq;
	e.act = p->act;
	e.data = (char *)data;
	p->newest = (struct log_end){ .replica = e.replica, .seq = e.seq };
	event_hash(end.hash, &e, p->newest.hash);
	p->known.lamport = e.lamport;
	if (e.kind == EVENT_SESSION_CLEAR || e.kind == EVENT_DRAW)
		p->known.never_cleared = false;
	if (id != NULL)
		*id = (struct event_id){ e.replica, e.seq, e.lamport, e.time };
	return queue_put(p, QUEUE_EVENT, (const struct arg[]){ I(e.replica),
	    I(e.seq), I(e.lamport), I(e.time), I(e.uid), I(e.layer), I(e.act),
	    I(e.kind), I(e.bulk), Z(e.scheme), Z(e.doc), S(data),
	    B(p->newest.hash, 32) }, err);
}

void
event_read(sqlite3_stmt *s, struct event *e)
{
	*e = (struct event){
		.replica = col_int(s, 0),
		.seq = col_int(s, 1),
		.lamport = col_int(s, 2),
		.time = col_int(s, 3),
		.uid = col_int(s, 4),
		.layer = col_int(s, 5),
		.act = col_int(s, 6),
		.kind = (enum event_kind)col_int(s, 7),
		.bulk = col_int(s, 8) != 0,
		.scheme = col_int(s, 9),
		.doc = col_int(s, 10),
		.data = (char *)col_text(s, 11),
		.undone = col_int(s, 12) != 0,
	};
}

int
act_begin(struct project *p, bool bulk, struct err *err)
{
	if (project_begin(p, err) < 0)
		return -1;
	if (p->grouping++ == 0) {
		p->act = 0;
		p->bulk = bulk;
	}
	return 0;
}

int
act_end(struct project *p, int rc, struct err *err)
{
	if (--p->grouping == 0) {
		p->act = 0;
		p->bulk = false;
	}
	return project_end(p, rc, err);
}

int
history_add(struct project *p, enum event_kind kind, int64_t scheme,
    const char *data, struct err *err)
{
	struct event_new e = { .kind = kind, .scheme = scheme, .data = data };
	int rc;

	if (kind < EVENT_CREATE || event_kind_name(kind) == NULL)
		fatal("history_add: kind %d", (int)kind);
	if (data != NULL && !json_is_object(data))
		return err_set(err, "history: not a JSON object: %s", data);
	if (project_begin(p, err) < 0)
		return -1;
	rc = event_add(p, &e, NULL, err);
	return project_end(p, rc, err);
}

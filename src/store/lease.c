#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "priv.h"

static void
copy_to(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* Columns: doc, uid, set_no, expires, mode, why, criteria, probability,
 * score, model. */
static void
lease_read(sqlite3_stmt *s, int64_t scheme, struct lease *out)
{
	memset(out, 0, sizeof *out);
	out->pick.doc = col_int(s, 0);
	out->uid = col_int(s, 1);
	out->set = (enum set)col_int(s, 2);
	out->expires = col_int(s, 3);
	copy_to(out->pick.mode, sizeof out->pick.mode, col_text(s, 4));
	copy_to(out->pick.why, sizeof out->pick.why, col_text(s, 5));
	copy_to(out->pick.criteria, sizeof out->pick.criteria,
	    col_text(s, 6));
	out->pick.probability = col_real(s, 7);
	out->pick.score = col_real(s, 8);
	out->pick.model = col_int(s, 9);
	out->scheme = scheme;
}

static int
lease_row(struct project *p, enum sql sql, const struct arg *args, size_t n,
    int64_t scheme, struct lease *out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int row;

	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1)
		lease_read(s, scheme, out);
	db_done(s);
	return row;
}

int
lease_open(struct project *p, int64_t scheme, enum set set,
    struct lease *out, struct err *err)
{
	return lease_row(p, SQL_LEASE_ROW, ARGS(I(p->uid), I(scheme), I(set)),
	    scheme, out, err);
}

int
lease_pick(struct project *p, int64_t scheme, int64_t doc, struct pick *out,
    struct err *err)
{
	struct lease l;
	int row = blank_at(p, BLANK_LEASE, scheme, 0, doc, err);

	if (row != 0)
		return row < 0 ? -1 : 0;
	row = lease_row(p, SQL_LEASE_OF_TEXT,
	    ARGS(I(scheme), I(doc), I(p->uid)), scheme, &l, err);
	if (row == 1)
		*out = l.pick;
	return row;
}

_Static_assert(LEASE_SECONDS * 2 * 1000 == 3600000, "LEASE_LIVES in sql.h");

/* Who else has it, or 0 rows. */
static int
held_by_other(struct project *p, int64_t scheme, int64_t doc, int64_t *uid,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_LEASE_HELD_BY,
	    ARGS(I(scheme), I(doc), I(p->uid), I(now_ms())), err);
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		/* It lasts while the process lives that took it. */
		if (process_gone((long)col_int(s, 1), col_text(s, 2)))
			continue;
		*uid = col_int(s, 0);
		break;
	}
	db_done(s);
	return row;
}

static bool
lease_lives(const struct lease *l)
{
	int64_t left = l->expires - now_ms();

	return left > 0 && left <= LEASE_SECONDS * 2 * 1000;
}

/* Whose life the lease hangs on; a command that only asks is gone at once. */
static int64_t
lease_pid(const struct project *p)
{
	return p->stays ? getpid() : 0;
}

void
lease_stays(struct project *p)
{
	p->stays = true;
}

static int
lease_put(struct project *p, struct lease *l, struct err *err)
{
	const struct pick *k = &l->pick;

	l->uid = p->uid;
	l->expires = now_ms() + LEASE_SECONDS * 1000;
	blank_filled(p, BLANK_LEASE, l->scheme, 0, k->doc);
	return db_run(p, SQL_LEASE_PUT,
	    ARGS(I(p->uid), I(l->scheme), I(l->set), I(k->doc),
	    I(lease_pid(p)), S(host_name()), I(l->expires), S(k->mode), S(k->why),
	    S(k->criteria), R(k->probability), R(k->score), I(k->model)), err);
}

static int
pick_free_one(struct project *p, int64_t scheme, int64_t rejected,
    pick_fn *pick, void *arg, struct pick *out, struct err *err)
{
	int64_t holder = 0, seq = 0;
	int rc;

	for (;;) {
		*out = (struct pick){ .probability = NAN, .score = NAN };
		if (pick(p, arg, rejected, out, err) < 0)
			return -1;
		if (out->doc == 0)
			return 0;
		rc = db_int(p, SQL_DOC_EXISTS, ARGS(I(out->doc)), &seq, err);
		if (rc == 0)
			return err_set(err, "the text that was chosen (number "
			    "%lld) is not in the project",
			    (long long)out->doc);
		if (rc == 1)
			rc = held_by_other(p, scheme, out->doc, &holder, err);
		if (rc <= 0)
			return rc;
		if (rejected == out->doc)
			return err_set(err, "a text that %lld holds was "
			    "chosen twice", (long long)holder);
		rejected = out->doc;
	}
}

/* Inside a transaction. */
static int
lease_draw(struct project *p, int64_t scheme, enum set set, bool fresh,
    pick_fn *pick, void *arg, struct lease *out, struct err *err)
{
	int64_t holder = 0, rejected = 0;
	int row = lease_open(p, scheme, set, out, err), held = 0;

	if (row < 0)
		return -1;
	if (row == 1)
		held = held_by_other(p, scheme, out->pick.doc, &holder, err);
	/* While it was nobody's, others may have dealt with it. */
	if (row == 1 && held == 0 && !lease_lives(out))
		held = db_int(p, SQL_TAGGED_BY_OTHER, ARGS(I(scheme),
		    I(out->pick.doc), I(p->uid)), &holder, err);
	if (held < 0)
		return -1;
	if (row == 1 && held == 0 && !fresh) {
		out->again = true;
		return lease_put(p, out, err);
	}
	if (row == 1) {
		rejected = out->pick.doc;
		if (db_run(p, SQL_LEASE_DELETE,
		    ARGS(I(p->uid), I(scheme), I(set)), err) < 0)
			return -1;
	}
	memset(out, 0, sizeof *out);
	out->scheme = scheme;
	out->set = set;
	out->uid = p->uid;
	if (pick_free_one(p, scheme, rejected, pick, arg, &out->pick,
	    err) < 0)
		return -1;
	return out->pick.doc != 0 ? lease_put(p, out, err) : 0;
}

int
lease_take(struct project *p, int64_t scheme, enum set set, bool fresh,
    pick_fn *pick, void *arg, struct lease *out, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = lease_draw(p, scheme, set, fresh, pick, arg, out, err);
	return project_end(p, rc, err);
}

int
lease_after(struct project *p, int64_t scheme, struct next *next,
    struct err *err)
{
	return lease_draw(p, scheme, next->set, false, next->pick, next->arg,
	    &next->lease, err);
}

static int
lease_mine(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, sql, args, n, err);
	return project_end(p, rc, err);
}

int
lease_aside(struct project *p, int64_t scheme, enum lease_slot slot,
    int64_t doc, int64_t *holder, struct err *err)
{
	struct lease mine, made = { .pick = { .doc = doc,
		.probability = NAN, .score = NAN }, .scheme = scheme,
		.set = (enum set)slot };
	int rc = lease_open(p, scheme, made.set, &mine, err), held = 0;

	*holder = -1;
	/* Nothing is written again for each look. */
	if (rc < 0 || (rc == 1 && mine.pick.doc == doc &&
	    mine.expires - now_ms() > LEASE_SECONDS * 900))
		return rc < 0 ? -1 : 0;
	if (project_begin(p, err) < 0)
		return -1;
	held = held_by_other(p, scheme, doc, holder, err);
	rc = held < 0 ? -1 : held == 1 ? 0 : lease_put(p, &made, err);
	return project_end(p, rc, err);
}

int
lease_aside_end(struct project *p, int64_t scheme, enum lease_slot slot,
    struct err *err)
{
	int64_t any = 0;
	int row = db_int(p, SQL_LEASE_ASIDE, ARGS(I(p->uid), I(scheme),
	    I(slot)), &any, err);

	return row <= 0 ? row : lease_mine(p, SQL_LEASE_ASIDE_END,
	    ARGS(I(p->uid), I(scheme), I(slot)), err);
}

int
lease_drop(struct project *p, int64_t scheme, int64_t doc, struct err *err)
{
	int blank = blank_at(p, BLANK_LEASE, scheme, 0, doc, err);

	if (blank != 0)
		return blank < 0 ? -1 : 0;
	return db_run(p, SQL_LEASE_DROP, ARGS(I(scheme), I(doc), I(p->uid)),
	    err);
}

int
lease_renew(struct project *p, struct err *err)
{
	int64_t aging = 0;
	int row = db_int(p, SQL_LEASE_AGING,
	    ARGS(I(p->uid), I(lease_pid(p)), S(host_name()),
	    I(now_ms() + LEASE_SECONDS * 900),
	    I(now_ms() + LEASE_SECONDS * 1100)), &aging, err);

	/* A commit only every few minutes, however busy the keys are. */
	if (row <= 0)
		return row;
	return lease_mine(p, SQL_LEASE_RENEW,
	    ARGS(I(p->uid), I(lease_pid(p)), S(host_name()),
	    I(now_ms() + LEASE_SECONDS * 1000)), err);
}

int
lease_release(struct project *p, struct err *err)
{
	return lease_mine(p, SQL_LEASE_RELEASE,
	    ARGS(I(p->uid), I(lease_pid(p)), S(host_name())), err);
}

int
lease_held(struct project *p, int64_t scheme, struct lease_held **out,
    size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_LEASE_OTHERS,
	    ARGS(I(scheme), I(p->uid), I(now_ms())), err);
	struct lease_held *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		if (process_gone((long)col_int(s, 3), col_text(s, 4)))
			continue;
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct lease_held){ .doc = col_int(s, 0),
			.uid = col_int(s, 1), .expires = col_int(s, 2) };
	}
	if (row < 0) {
		free(v);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

/* ---- the session ---- */

int
session_list(struct project *p, int64_t scheme, unsigned sets,
    struct session_entry **out, size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_SESSION_LIST,
	    ARGS(I(p->uid), I(scheme), I(sets)), err);
	struct session_entry *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct session_entry){ .doc = col_int(s, 0),
			.how = (enum session_how)col_int(s, 1),
			.set = (enum set)col_int(s, 2),
			.time = col_int(s, 3) };
	}
	if (row < 0) {
		free(v);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

int
session_clear(struct project *p, int64_t scheme, unsigned sets,
    uint64_t *cleared, struct err *err)
{
	struct event_new e = { .kind = EVENT_SESSION_CLEAR,
		.scheme = scheme };
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_int(&b, "sets", sets);
	json_close(&b);
	e.data = buf_str(&b);
	if (project_begin(p, err) < 0) {
		buf_free(&b);
		return -1;
	}
	rc = event_add(p, &e, NULL, err);
	if (rc == 0)
		rc = db_run(p, SQL_SESSION_CLEAR,
		    ARGS(I(p->uid), I(scheme), I(sets)), err);
	if (cleared != NULL)
		*cleared = rc == 0 ? (uint64_t)sqlite3_changes64(p->db) : 0;
	buf_free(&b);
	return project_end(p, rc, err);
}

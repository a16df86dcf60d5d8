/*
 * Parameters, people, the roles of columns, scores and how often they were
 * looked at: what the log says of them, so that check can compare. The events
 * of this file's own lineage count: those of its own chain, and of those that
 * it was copied from, up to there. What a merge brings of them is history
 * only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hash.h"
#include "tagtiger/param.h"
#include "priv.h"

/* ---- the lineage ---- */

#define KEY "lineage" /* in meta: [replica, last seq, ...] */

struct lineage {
	int64_t *v; /* (n) */
	size_t n;
	bool known; /* older programs did not keep it in copies */
};

static int
lineage_read(struct project *p, struct lineage *l, struct err *err)
{
	int64_t first = p->replica;
	char *array;
	int rc;

	*l = (struct lineage){ 0 };
	rc = db_text(p, SQL_META_GET, ARGS(S(KEY)), &array, err);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		/* Whoever has the first event of all was copied from none. */
		rc = db_int(p, SQL_EVENT_FIRST, NO_ARGS, &first, err);
		l->known = first == p->replica;
		return rc < 0 ? -1 : 0;
	}
	if (json_read_ids(array, NULL, 0, &l->n) == 0) {
		l->v = xcalloc(l->n + 1, sizeof *l->v);
		json_read_ids(array, l->v, l->n, &l->n);
		l->known = true;
	}
	free(array);
	return 0;
}

static bool
lineage_holds(const struct lineage *l, const struct project *p,
    const struct event *e)
{
	if (e->replica == p->replica)
		return true;
	for (size_t i = 0; i + 1 < l->n; i += 2)
		if (l->v[i] == e->replica)
			return e->seq <= l->v[i + 1];
	return false;
}

int
lineage_pass_on(struct project *from, struct project *to, struct err *err)
{
	struct lineage l;
	struct buf b = BUF_INIT;
	int64_t last = 0;
	int rc = lineage_read(from, &l, err);

	if (rc == 0 && l.known &&
	    db_int(to, SQL_EVENT_HEAD, ARGS(I(from->replica)), &last,
	    err) < 0)
		rc = -1;
	if (rc == 0 && l.known) {
		buf_addc(&b, '[');
		for (size_t i = 0; i < l.n; i++)
			buf_addf(&b, "%" PRId64 ",", l.v[i]);
		buf_addf(&b, "%" PRId64 ",%" PRId64 "]", from->replica, last);
		rc = db_run(to, SQL_META_PUT, ARGS(S(KEY), S(buf_str(&b))),
		    err);
	}
	buf_free(&b);
	free(l.v);
	return rc;
}

/* ---- what the log says ---- */

/* Keys are a letter and what it is of: "P" and a parameter's name, "R" a uid's
 * role, "N" its name, "C" the role of a column by its number, "L" looks at
 * scores by scheme and set, "S" the checksum of a score by its number. */
struct said {
	struct strmap *at; /* places in v */
	struct saying {
		char *value; /* NULL: it is not there */
		bool seen;
	} *v;
	size_t cap;
	bool whole; /* from the first on; older programs left some out */
};

static void
said_free(struct said *s)
{
	for (size_t i = 0; i < strmap_count(s->at); i++)
		free(s->v[i].value);
	free(s->v);
	strmap_free(s->at);
}

static void
say_take(struct said *s, char letter, const char *key, char *value)
{
	char *name = xasprintf("%c%s", letter, key);
	size_t n = strmap_count(s->at);
	int64_t *at;
	int is_new;

	s->v = array_room(s->v, n, &s->cap, sizeof *s->v);
	at = strmap_put(s->at, name, strlen(name), (int64_t)n, &is_new);
	if (is_new)
		s->v[n] = (struct saying){ 0 };
	free(s->v[*at].value);
	s->v[*at].value = value;
	free(name);
}

static void
say_int(struct said *s, char letter, int64_t key, int64_t value)
{
	char name[24];

	snprintf(name, sizeof name, "%" PRId64, key);
	say_take(s, letter, name, xasprintf("%" PRId64, value));
}

static void
say_user(struct said *s, int64_t uid, char *name_take, enum role role)
{
	char key[24];

	snprintf(key, sizeof key, "%" PRId64, uid);
	say_int(s, 'R', uid, role);
	if (name_take != NULL)
		say_take(s, 'N', key, name_take);
}

/* The project was made: its first parameters, owner and columns. */
static void
fold_new(struct said *s, const struct event *e)
{
	char *seed = json_get_text(e->data, "seed");
	char *language = json_get_text(e->data, "language");
	char *owner = json_get_text(e->data, "owner");
	char *roles = json_get_ids(e->data, "roles");
	int64_t *v;
	size_t n = 0;

	if (seed != NULL)
		say_take(s, 'P', "seed", seed);
	if (language != NULL)
		say_take(s, 'P', "language", language);
	if (owner != NULL) {
		say_user(s, e->uid, owner, ROLE_OWNER);
		s->whole = true;
	}
	json_read_ids(roles, NULL, 0, &n);
	v = xcalloc(n + 1, sizeof *v);
	json_read_ids(roles, v, n, &n);
	for (size_t i = 0; i < n; i++)
		say_int(s, 'C', (int64_t)i, v[i]);
	free(v);
	free(roles);
}

static void
fold_user(struct said *s, const struct event *e)
{
	char *word = json_get_text(e->data, "role");
	enum role role = ROLE_NONE;

	if (word != NULL)
		role_of_name(word, &role);
	free(word);
	say_user(s, json_get_int(e->data, "uid", 0),
	    json_get_text(e->data, "name"), role);
}

static int
fold_column(struct project *p, struct said *s, const struct event *e,
    struct err *err)
{
	char *name = json_get_text(e->data, "name");
	int64_t no;
	int row = name != NULL ? db_int(p, SQL_FIELD_NAMED, ARGS(S(name)),
	    &no, err) : 0;

	if (row == 1)
		say_int(s, 'C', no, json_get_int(e->data, "role", 0));
	free(name);
	return row < 0 ? -1 : 0;
}

static void
fold_score(struct said *s, const struct event *e)
{
	int64_t id = json_get_int(e->data, "score", 0);
	char *set = json_get_text(e->data, "set");
	char *sum = json_get_text(e->data, "sum"), *key;
	const int64_t *at;
	long long looks = 0;

	key = xasprintf("L%" PRId64 " %s", e->scheme, set != NULL ? set : "");
	at = strmap_get(s->at, key, strlen(key));
	if (at != NULL)
		looks = strtoll(s->v[*at].value, NULL, 10);
	say_take(s, 'L', key + 1, xasprintf("%lld", looks + 1));
	free(key);
	free(set);
	/* Its number may have been that of one which was deleted since. */
	key = xasprintf("%" PRId64, id);
	say_take(s, 'S', key, sum);
	free(key);
}

static int
fold_setting(struct project *p, struct said *s, const struct event *e,
    struct err *err)
{
	char *key;

	switch (e->kind) {
	case EVENT_IMPORT: fold_new(s, e); return 0;
	case EVENT_USER: fold_user(s, e); return 0;
	case EVENT_SCORE: fold_score(s, e); return 0;
	case EVENT_COLUMN: return fold_column(p, s, e, err);
	default: break;
	}
	key = json_get_text(e->data, "key");
	if (key != NULL)
		say_take(s, 'P', key, json_get_text(e->data, "value"));
	free(key);
	return 0;
}

static int
said_read(struct project *p, const struct lineage *l, struct said *s,
    struct err *err)
{
	sqlite3_stmt *q = db_query(p, SQL_EVENT_SETTINGS, NO_ARGS, err);
	int row = q != NULL ? 1 : -1, rc = 0;
	struct event e;

	*s = (struct said){ .at = strmap_new() };
	s->v = array_room(s->v, 0, &s->cap, sizeof *s->v);
	while (row == 1 && rc == 0 && (row = db_step(p, q, err)) == 1) {
		event_read(q, &e);
		if (lineage_holds(l, p, &e))
			rc = fold_setting(p, s, &e, err);
	}
	db_done(q);
	return row < 0 ? -1 : rc;
}

/* ---- beside what there is ---- */

typedef int differs_fn(struct project *p, void *arg, const char *key,
    const char *is, const char *was, struct err *err);

static bool
score_fits(const char *json, const char *was)
{
	char sum[65];

	text_sum(json, sum);
	return strcmp(sum, was) == 0;
}

/* Whoever was given a work copy may work in it, by the log or not; and a name
 * that another account has was made another one without a word. */
static bool
as_good(const struct project *p, const char *key, const char *is,
    const char *was)
{
	if (*key == 'S') /* deleted with its model, or made before sums */
		return is == NULL || was == NULL || score_fits(is, was);
	if (is == NULL || was == NULL)
		return *key == 'N' || (*key == 'R' && strcmp(is != NULL ? is :
		    was, "0") == 0);
	return strcmp(is, was) == 0 ||
	    (*key == 'R' && p->copy && *is <= '1' && *was <= '1') ||
	    (*key == 'N' && name_is_numbered(is, was));
}

static int
row_compare(struct project *p, struct said *s, const char *key,
    const char *is, struct settings_check *out, differs_fn *fn, void *arg,
    struct err *err)
{
	int64_t *at = strmap_get(s->at, key, strlen(key));
	const char *was = at != NULL ? s->v[*at].value : NULL;

	if (at != NULL)
		s->v[*at].seen = true;
	else if (*key == 'N' || (*key == 'R' && (*is == '0' ||
	    (p->copy && *is == '1'))))
		return 0;
	if (at == NULL && !s->whole) {
		out->parameters += *key == 'P';
		out->roles += *key == 'R';
		out->columns += *key == 'C';
		return 0;
	}
	return as_good(p, key, is, was) ? 0 : fn(p, arg, key, is, was, err);
}

static int
rows_compare(struct project *p, struct said *s, struct settings_check *out,
    differs_fn *fn, void *arg, struct err *err)
{
	sqlite3_stmt *q = db_query(p, SQL_SETTINGS, NO_ARGS, err);
	struct list {
		char *key, *value;
	} *v = NULL;
	size_t n = 0, cap = 0;
	int row = -1, rc = 0;

	while (q != NULL && (row = db_step(p, q, err)) == 1) {
		v = array_room(v, n, &cap, sizeof *v);
		v[n++] = (struct list){ col_dup(q, 0), col_dup(q, 1) };
	}
	for (size_t i = 0; row == 0 && rc == 0 && i < n; i++)
		rc = row_compare(p, s, v[i].key, v[i].value, out, fn, arg,
		    err);
	for (size_t i = 0; i < n; i++) {
		free(v[i].key);
		free(v[i].value);
	}
	free(v);
	for (size_t i = 0; row == 0 && rc == 0 && i < strmap_count(s->at);
	    i++) {
		const char *key = strmap_key(s->at, i, NULL);

		if (!s->v[i].seen && s->v[i].value != NULL &&
		    !as_good(p, key, NULL, s->v[i].value))
			rc = fn(p, arg, key, NULL, s->v[i].value, err);
	}
	return row < 0 ? -1 : rc;
}

static int
settings_walk(struct project *p, struct settings_check *out, differs_fn *fn,
    void *arg, struct err *err)
{
	struct lineage l;
	struct said s;
	int rc = lineage_read(p, &l, err);

	*out = (struct settings_check){ .unknown = !l.known };
	if (rc == 0 && l.known) {
		rc = said_read(p, &l, &s, err);
		if (rc == 0)
			rc = rows_compare(p, &s, out, fn, arg, err);
		said_free(&s);
	}
	free(l.v);
	return rc;
}

/* ---- telling, and mending ---- */

struct telling {
	void (*say)(void *arg, const char *what);
	void *arg;
};

static char *
setting_name(struct project *p, const char *key)
{
	char *name = NULL, *out;
	const char *set;

	if (*key == 'L') {
		set = strchr(key, ' ');
		db_text(p, SQL_SCHEME_NAME, ARGS(I(strtoll(key + 1, NULL,
		    10))), &name, NULL);
		out = xasprintf("how often scores on %s were looked at (scheme "
		    "%s)", set != NULL ? set + 1 : "?", name != NULL ? name :
		    "?");
		free(name);
		return out;
	}
	if (*key == 'P')
		return xasprintf("parameter %s", key + 1);
	if (*key == 'N')
		return xasprintf("the name of account %s", key + 1);
	if (*key == 'R')
		name = user_name(p, strtoll(key + 1, NULL, 10));
	else
		db_text(p, SQL_FIELD_NAME, ARGS(I(strtoll(key + 1, NULL,
		    10))), &name, NULL);
	out = xasprintf("the role of %s%s", *key == 'C' ? "column " : "",
	    name != NULL ? name : key + 1);
	free(name);
	return out;
}

static const char *
setting_value(const char *key, const char *value)
{
	static const char *const columns[] = { "none", "id", "text", "labels",
		"context" };
	long no;

	if (value == NULL)
		return "not set";
	if (*key == 'L')
		return value;
	if (*key == 'P' || *key == 'N')
		return *value != '\0' ? value : "empty";
	no = strtol(value, NULL, 10);
	if (*key == 'R')
		return no >= ROLE_NONE && no <= ROLE_OWNER ?
		    role_name((enum role)no) : value;
	return no >= 0 && no < (long)(sizeof columns / sizeof columns[0]) ?
	    columns[no] : value;
}

static char *
score_name(struct project *p, const char *key)
{
	sqlite3_stmt *s = db_query(p, SQL_SCORE_OF,
	    ARGS(I(strtoll(key + 1, NULL, 10))), NULL);
	bool there = s != NULL && db_step(p, s, NULL) == 1;
	char *name = xasprintf("scores of %s on %s", there ? col_text(s, 1) :
	    "a model", there ? col_text(s, 2) : "a set");

	db_done(s);
	return name;
}

static int
differs_tell(struct project *p, void *arg, const char *key, const char *is,
    const char *was, struct err *err)
{
	struct telling *t = arg;
	char *name = *key == 'S' ? score_name(p, key) : setting_name(p, key);
	char *what = *key == 'S' ? xasprintf("%s are not what was computed: "
	    "they can only go, and 'score' computes them again", name) :
	    xasprintf("%s is %s here, and %s by the log", name,
	    setting_value(key, is), setting_value(key, was));

	(void)err;
	t->say(t->arg, what);
	free(what);
	free(name);
	return 0;
}

int
settings_compare(struct project *p, void (*say)(void *arg, const char *what),
    void *arg, struct settings_check *out, struct err *err)
{
	struct telling t = { say, arg };

	return settings_walk(p, out, differs_tell, &t, err);
}

static int
differs_mend(struct project *p, void *arg, const char *key, const char *is,
    const char *was, struct err *err)
{
	int64_t no = strtoll(key + 1, NULL, 10);

	(void)is;
	(void)arg;
	switch (*key) {
	case 'P': return param_set_quiet(p, key + 1, was, err);
	case 'L':
		return db_run(p, SQL_LOOK_MEND, ARGS(I(no),
		    S(strchr(key, ' ') + 1), I(was != NULL ?
		    strtoll(was, NULL, 10) : 0)), err);
	case 'S': return db_run(p, SQL_SCORE_DELETE, ARGS(I(no)), err);
	case 'N': return db_run(p, SQL_USER_RENAME, ARGS(I(no), S(was)), err);
	case 'R':
		return db_run(p, SQL_USER_ROLE_PUT, ARGS(I(no),
		    S(key + 1), I(was != NULL ? strtoll(was, NULL, 10) :
		    ROLE_NONE), I(now_ms())), err);
	default:
		return db_run(p, SQL_FIELD_ROLE, ARGS(I(no),
		    I(was != NULL ? strtoll(was, NULL, 10) : COLUMN_OTHER)),
		    err);
	}
}

int
settings_rebuild(struct project *p, struct err *err)
{
	struct settings_check unvouched;
	int64_t tables = 0;
	int rc = db_pragma(p, "SELECT count(*) FROM sqlite_schema WHERE"
	    " type = 'table' AND name IN ('param', 'user', 'field', 'look',"
	    " 'score')", &tables, err);

	if (rc < 0 || tables < 5) /* which a backup alone can mend */
		return rc;
	rc = settings_walk(p, &unvouched, differs_mend, NULL, err);
	/* A row that was gone gets its name. */
	if (rc == 0)
		rc = settings_walk(p, &unvouched, differs_mend, NULL, err);
	if (rc == 0)
		user_role_refresh(p);
	return rc;
}

/*
 * Work copies: writing one. The new file is filled by SQLite from the whole
 * one, attached to it, in one transaction and so from one state of it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "tagtiger/job.h"
#include "tagtiger/work.h"
#include "priv.h"

struct out { /* texts that are out */
	uint8_t *v;
	int64_t from, to;
};

/* In this order for the foreign keys. Models and features are not work. */
static const char *const fill[] = {
	"DELETE FROM user",
	"INSERT INTO user SELECT * FROM whole.user",
	"INSERT INTO param SELECT * FROM whole.param",
	"INSERT INTO look SELECT * FROM whole.look",
	"INSERT INTO field SELECT * FROM whole.field",
	"INSERT INTO doc SELECT * FROM whole.doc"
	" WHERE seq IN (SELECT seq FROM temp.chosen)",
	"INSERT INTO text SELECT * FROM whole.text"
	" WHERE seq IN (SELECT seq FROM temp.chosen)",
	"INSERT INTO event SELECT * FROM whole.event",
	"INSERT INTO scheme SELECT * FROM whole.scheme",
	"INSERT INTO label SELECT * FROM whole.label ORDER BY id",
	"INSERT INTO codebook SELECT * FROM whole.codebook",
	"INSERT INTO annotation SELECT * FROM whole.annotation"
	" WHERE doc IN (SELECT seq FROM temp.chosen)",
	"INSERT INTO annotation_label SELECT * FROM whole.annotation_label"
	" WHERE doc IN (SELECT seq FROM temp.chosen)",
	"INSERT INTO session SELECT * FROM whole.session"
	" WHERE doc IN (SELECT seq FROM temp.chosen)",
	"CREATE INDEX doc_slug ON doc(slug) WHERE slug IS NOT NULL",
};

static int
chosen_fill(struct project *copy, const int64_t *docs, size_t n,
    struct err *err)
{
	int rc = db_exec(copy,
	    "CREATE TEMP TABLE chosen(seq INTEGER PRIMARY KEY)", err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(copy, SQL_CHOSEN_PUT, ARGS(I(docs[i])), err);
	return rc;
}

static int
copy_fill(struct project *copy, struct project *p,
    const struct work_spec *spec, struct progress *progress, struct err *err)
{
	int rc = project_begin(copy, err);

	if (rc < 0)
		return -1;
	rc = chosen_fill(copy, spec->docs, spec->n, err);
	for (size_t i = 0; rc == 0 && i < sizeof fill / sizeof fill[0]; i++) {
		rc = db_exec(copy, fill[i], err);
		if (rc == 0 && progress_step(progress, 1))
			rc = progress_stopped(err);
	}
	if (rc == 0)
		rc = db_run(copy, SQL_META_PUT, ARGS(S("work"),
		    I(p->replica)), err);
	if (rc == 0)
		rc = lineage_pass_on(p, copy, err);
	if (rc == 0 && spec->uid != WORK_ANYONE)
		rc = db_run(copy, SQL_META_PUT,
		    ARGS(S("work_user"), I(spec->uid)), err);
	return project_end(copy, rc, err);
}

/* Only to be read: a transaction would lock it for writing otherwise. */
static int
attach(struct project *copy, const char *path, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_adds(&b, "file:");
	for (const char *s = path; *s != '\0'; s++) {
		if (*s == '%' || *s == '?' || *s == '#')
			buf_addf(&b, "%%%02x", (unsigned)*s);
		else
			buf_addc(&b, *s);
	}
	buf_adds(&b, "?mode=ro");
	rc = db_run(copy, SQL_ATTACH, ARGS(S(buf_str(&b))), err);
	buf_free(&b);
	return rc;
}

/* Reading a large project whole would hold up everybody's labels: it is done
 * from a copy. NULL: small. */
static char *
whole_copy(struct project *p, const char *target, struct progress *progress,
    int *rc, struct err *err)
{
	int64_t pages = 0;
	char *path;

	*rc = db_pragma(p, "PRAGMA page_count", &pages, err);
	if (*rc < 0 || pages < COPIED_PAGES)
		return NULL;
	path = temporary_name(target);
	*rc = project_backup(p, path, progress, err);
	return path;
}

/* The whole log, and of the texts a part. */
static int
part_room(struct project *p, const char *target, size_t n, struct err *err)
{
	struct project_size size;
	int64_t docs = 0;

	if (project_size(p, &size, err) < 0 ||
	    db_int(p, SQL_DOC_TOTAL, NO_ARGS, &docs, err) < 0)
		return -1;
	return file_room(target, (double)size.log + (docs == 0 ? 0 :
	    (double)size.texts * (double)n / (double)docs), err);
}

struct given {
	const struct work_spec *spec;
	int64_t copy;
	const char *target;
};

/* In the store lane. */
static int
export_event(struct project *writer, void *arg, struct err *err)
{
	const struct given *g = arg;
	const struct work_spec *w = g->spec;
	int64_t *runs = xcalloc(2 * w->n + 1, sizeof *runs);
	char *name = w->uid != WORK_ANYONE ? user_name(writer, w->uid) : NULL;
	char *summary = xasprintf("work for %s: %s texts in %s",
	    name != NULL ? name : "anyone", COUNT(w->n), path_last(g->target));
	struct buf b = BUF_INIT;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < w->n; i++) {
		if (n > 0 && runs[n - 1] + 1 == w->docs[i]) {
			runs[n - 1]++;
			continue;
		}
		runs[n++] = w->docs[i];
		runs[n++] = w->docs[i];
	}
	json_open(&b);
	json_text(&b, "summary", summary);
	json_int(&b, "copy", g->copy);
	json_int(&b, "until", w->until);
	json_ids(&b, "docs", runs, n);
	json_close(&b);
	rc = history_add(writer, EVENT_EXPORT, 0, buf_str(&b), err);
	buf_free(&b);
	free(summary);
	free(name);
	free(runs);
	return rc;
}

int
work_export(struct project *p, const char *target,
    const struct work_spec *spec, int64_t *number, struct progress *progress,
    struct err *err)
{
	struct given given = { .spec = spec, .target = target };
	struct project *copy;
	char *whole;
	int rc;

	if (part_room(p, target, spec->n, err) < 0)
		return -1;
	whole = whole_copy(p, target, progress, &rc, err);
	copy = rc == 0 ? project_create(target, err) : NULL;
	if (copy == NULL) {
		rc = -1;
		goto out;
	}
	progress_phase(progress, "writing", sizeof fill / sizeof fill[0]);
	rc = attach(copy, whole != NULL ? whole : p->path, err);
	if (rc == 0)
		rc = copy_fill(copy, p, spec, progress, err);
	*number = given.copy = copy->replica;
	if (rc == 0)
		rc = db_exec(copy, "DROP TABLE temp.chosen", err);
	if (rc == 0) /* statements that name it go with it */
		rc = db_exec(copy, "DETACH whole", err);
	if (rc == 0)
		rc = project_publish(copy, err);
	if (rc < 0)
		project_abandon(copy);
	else
		project_close(copy);
	/* Whose texts are out must be known, or others are given them too. */
	if (rc == 0 &&
	    (rc = project_write(p, export_event, &given, err)) < 0)
		unlink(target);
out:
	if (whole != NULL)
		unlink(whole);
	free(whole);
	return rc;
}

/* ---- which texts are out ---- */

/* "[from,to,...]" */
static void
out_mark(struct out *o, const struct event *e)
{
	const char *array = json_find(e->data, "docs");
	size_t n = 0;
	int64_t *v;

	if (array == NULL || json_read_ids(array, NULL, 0, &n) < 0 || n == 0)
		return;
	v = xcalloc(n, sizeof *v);
	json_read_ids(array, v, n, &n);
	for (size_t i = 0; i + 1 < n; i += 2)
		for (int64_t doc = v[i] > o->from ? v[i] : o->from;
		    doc <= v[i + 1] && doc <= o->to; doc++)
			o->v[doc - o->from] = 1;
	free(v);
}

int
work_out(struct project *p, int64_t from, int64_t to,
    uint8_t *v /* (to - from + 1) */, struct err *err)
{
	struct out o = { .v = v, .from = from, .to = to };
	sqlite3_stmt *s = db_query(p, SQL_EVENT_WORKS, ARGS(I(now_ms())),
	    err);
	struct event e;
	int row = s != NULL ? 1 : -1;

	memset(v, 0, (size_t)(to - from) + 1);
	while (row == 1 && (row = db_step(p, s, err)) == 1) {
		event_read(s, &e);
		/* The copy itself was given them. */
		if (json_get_int(e.data, "copy", 0) != p->replica)
			out_mark(&o, &e);
	}
	return row < 0 ? -1 : 0;
}

int
work_back(struct project *p, int64_t copy, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_text(&b, "summary", "work copy is back");
	json_int(&b, "back", copy);
	json_close(&b);
	rc = history_add(p, EVENT_PROJECT, 0, buf_str(&b), err);
	buf_free(&b);
	return rc;
}

bool
work_is_copy(const struct project *p)
{
	return p->copy;
}

int
work_refuses(const struct project *p, const char *what, struct err *err)
{
	if (!p->copy)
		return 0;
	return err_set_status(err, ERR_DENIED, "%s: is a work copy: %s in the "
	    "project that it came from", p->path, what);
}

/*
 * A work copy goes to another machine, where accounts have other numbers:
 * who opens it acts as the user whom it was made for, else as the one of
 * their account's name, else as a new one with a number made of that name.
 */
int
work_account(struct project *p, struct err *err)
{
	int64_t uid = 0;
	char *name;
	int rc;

	rc = db_int(p, SQL_META_GET, ARGS(S("work")), &uid, err);
	p->copy = rc == 1;
	if (rc <= 0 || p->writer != NULL)
		return rc;
	rc = db_int(p, SQL_META_GET, ARGS(S("work_user")), &uid, err);
	if (rc != 0) {
		p->uid = rc == 1 ? uid : p->uid;
		return rc < 0 ? -1 : 0;
	}
	name = account_name(p->uid);
	if (name == NULL)
		name = xasprintf("uid-%lld", (long long)p->uid);
	rc = db_int(p, SQL_USER_NAMED, ARGS(S(name)), &p->uid, err);
	if (rc == 0) {
		p->uid = imported_uid(name);
		if (!p->readonly && (rc = project_begin(p, err)) == 0)
			rc = project_end(p, db_run(p, SQL_USER_PUT,
			    ARGS(I(p->uid), S(name), I(ROLE_ANNOTATOR),
			    I(now_ms())), err), err);
	}
	free(name);
	return rc < 0 ? -1 : 0;
}

/*
 * The tables and indexes of a file beside those of schema.c, whatever versions
 * it came through: a table counts by its columns, which a migration may have
 * added, not by the words that made it.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "priv.h"

/* doc_slug was unique in older files where some came twice. */
static const char describe[] =
    "SELECT m.name, m.type, CASE WHEN m.type = 'table' THEN"
    " (SELECT group_concat(c.name || ' ' || c.type || ' ' || c.\"notnull\""
    " || ' ' || c.pk || ' ' || ifnull(c.dflt_value, ''), ', ')"
    " FROM pragma_table_xinfo(m.name) c)"
    " || (SELECT '; ' || l.strict || l.wr FROM pragma_table_list l"
    " WHERE l.schema = 'main' AND l.name = m.name)"
    " || ifnull((SELECT '; ' || group_concat(f.\"from\" || '>' || f.\"table\""
    " || ' ' || f.on_delete, ', ') FROM pragma_foreign_key_list(m.name) f), '')"
    " ELSE replace(ifnull(m.sql, ''), 'UNIQUE INDEX doc_slug',"
    " 'INDEX doc_slug') END, m.sql, m.tbl_name FROM main.sqlite_schema m"
    " WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name";

struct part {
	char *name, *type, *what, *sql, *table;
};

struct parts {
	struct part *v; /* (n) by name */
	size_t n, cap;
};

static void
parts_free(struct parts *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].type);
		free(l->v[i].what);
		free(l->v[i].sql);
		free(l->v[i].table);
	}
	free(l->v);
}

static int
parts_read(struct project *p, struct parts *out, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(p->db, describe, -1, &s, NULL);

	*out = (struct parts){ 0 };
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		if (rc != SQLITE_ROW)
			break;
		out->v = array_room(out->v, out->n, &out->cap,
		    sizeof *out->v);
		out->v[out->n++] = (struct part){ col_dup(s, 0),
			col_dup(s, 1), col_dup(s, 2), col_dup(s, 3),
			col_dup(s, 4) };
	}
	rc = rc == SQLITE_DONE ? 0 : db_fail(p, rc, err);
	sqlite3_finalize(s);
	return rc;
}

/* As schema.c would make them today, with the indexes that an import adds. */
static int
parts_wanted(bool texts, struct parts *out, struct err *err)
{
	struct project scratch = { .temporary_fd = -1 };
	int rc = db_open(&scratch, ":memory:",
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);

	*out = (struct parts){ 0 };
	if (rc < 0)
		return -1;
	rc = schema_create(&scratch, err);
	if (rc == 0)
		rc = schema_id_index(&scratch, err);
	if (rc == 0 && texts)
		rc = schema_slug_index(&scratch, err);
	if (rc == 0)
		rc = parts_read(&scratch, out, err);
	db_close(&scratch);
	return rc;
}

static bool
parts_hold(const struct parts *l, const char *table)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].name, table) == 0 &&
		    strcmp(l->v[i].type, "table") == 0)
			return true;
	return false;
}

/*
 * Calls fn for whatever differs: `is` NULL where it is lacking, `want` NULL
 * where it is more than there should be. An index goes with its table.
 */
static int
parts_compare(struct project *p,
    int (*fn)(void *arg, const struct part *is, const struct part *want),
    void *arg, struct err *err)
{
	struct parts is = { 0 }, want = { 0 };
	int64_t texts = 0;
	size_t i = 0, j = 0;
	int rc = parts_read(p, &is, err);

	texts = parts_hold(&is, "doc");
	if (rc == 0 && texts && db_pragma(p, "SELECT EXISTS(SELECT 1 FROM doc)",
	    &texts, err) < 0)
		rc = -1;
	if (rc == 0)
		rc = parts_wanted(texts != 0, &want, err);
	while (rc == 0 && (i < is.n || j < want.n)) {
		int order = i == is.n ? 1 : j == want.n ? -1 :
		    strcmp(is.v[i].name, want.v[j].name);

		if (order < 0)
			rc = fn(arg, &is.v[i++], NULL);
		else if (order > 0 && !parts_hold(&is, want.v[j].table) &&
		    strcmp(want.v[j].type, "index") == 0)
			j++;
		else if (order > 0)
			rc = fn(arg, NULL, &want.v[j++]);
		else {
			if (strcmp(is.v[i].what, want.v[j].what) != 0)
				rc = fn(arg, &is.v[i], &want.v[j]);
			i++;
			j++;
		}
	}
	parts_free(&is);
	parts_free(&want);
	return rc;
}

struct telling {
	void (*say)(void *arg, const char *what);
	void *arg;
};

static int
tell(void *arg, const struct part *is, const struct part *want)
{
	struct telling *t = arg;
	const struct part *one = want != NULL ? want : is;
	bool table = strcmp(one->type, "table") == 0;
	/* A table may share its name with what is no table. */
	bool mends = !table && (is == NULL || strcmp(is->type, "table") != 0);
	char *text;

	if (want == NULL && table)
		text = xasprintf("the table %s is no part of a project: "
		    "another program made it: remove it with that", is->name);
	else
		text = xasprintf("the %s %s is %s: %s", one->type, one->name,
		    want == NULL ? "no part of a project"
				 : is == NULL ? "lacking"
					      : "not as it should be",
		    mends ? "check --rebuild mends it"
			  : "keep a copy and go on from a backup ('restore')");
	t->say(t->arg, text);
	free(text);
	return 0;
}

int
schema_compare(struct project *p, void (*say)(void *arg, const char *what),
    void *arg, struct err *err)
{
	struct telling t = { say, arg };

	return parts_compare(p, tell, &t, err);
}

struct mending {
	struct project *p;
	struct err *err;
};

/* Tables hold what people made: they are left alone. */
static int
mend(void *arg, const struct part *is, const struct part *want)
{
	struct mending *m = arg;
	char *drop;
	int rc = 0;

	if ((is != NULL && strcmp(is->type, "table") == 0) ||
	    (want != NULL && strcmp(want->type, "table") == 0))
		return 0;
	if (is != NULL) {
		char *type = sqlite3_mprintf("DROP %s \"%w\"", is->type,
		    is->name);

		drop = xstrdup(type);
		sqlite3_free(type);
		rc = db_exec(m->p, drop, m->err);
		free(drop);
	}
	if (rc == 0 && want != NULL && db_exec(m->p, want->sql, m->err) < 0)
		rc = err_prefix(m->err, "the %s %s cannot be made anew, what "
		    "it is of is damaged: keep a copy and go on from a backup "
		    "('restore')", want->type, want->name);
	return rc;
}

int
schema_mend(struct project *p, struct err *err)
{
	struct mending m = { p, err };

	return parts_compare(p, mend, &m, err);
}

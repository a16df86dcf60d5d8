#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/feature.h"
#include "priv.h"

static void
feature_read(sqlite3_stmt *s, struct feature *f)
{
	*f = (struct feature){
		.id = col_int(s, 0),
		.name = col_dup(s, 1),
		.kind = col_dup(s, 2),
		.params = col_dup(s, 3),
		.file = col_dup(s, 4),
		.state = col_dup(s, 5),
		.error = col_dup(s, 6),
		.dims = col_int(s, 7),
		.rows = col_int(s, 8),
		.max_seq = col_int(s, 9),
		.uid = col_int(s, 10),
		.time = col_int(s, 11),
	};
}

int
feature_find(struct project *p, const char *name, struct feature *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_FEATURE_NAMED, ARGS(S(name)), err);
	int row;

	*out = (struct feature){ 0 };
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1)
		feature_read(s, out);
	db_done(s);
	if (row == 0)
		return err_set_status(err, ERR_NAME, "no feature is named %s: "
		    "feature list shows them, feature add makes one", name);
	return row < 0 ? -1 : 0;
}

int
feature_list(struct project *p, struct feature **out, size_t *n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_FEATURE_LIST, NO_ARGS, err);
	struct feature *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		feature_read(s, &v[count++]);
	}
	if (row < 0) {
		feature_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
feature_free(struct feature *f)
{
	free(f->name);
	free(f->kind);
	free(f->params);
	free(f->file);
	free(f->state);
	free(f->error);
	*f = (struct feature){ 0 };
}

void
feature_list_free(struct feature *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		feature_free(&f[i]);
	free(f);
}

int
feature_put(struct project *p, struct feature *f, struct err *err)
{
	int64_t other = 0;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_int(p, SQL_FEATURE_NAMED, ARGS(S(f->name)), &other, err);
	if (rc == 1 && other != f->id)
		rc = err_set_status(err, ERR_NAME,
		    "a feature is named %s already", f->name);
	if (rc >= 0 && f->id == 0)
		f->uid = p->uid;
	if (f->time == 0)
		f->time = now_ms();
	if (rc >= 0)
		rc = db_run(p, SQL_FEATURE_PUT, ARGS(Z(f->id), S(f->name),
		    S(f->kind), S(f->params), S(f->file), S(f->state),
		    S(f->error), I(f->dims), I(f->rows), I(f->max_seq),
		    I(f->uid), I(f->time)), err);
	if (rc == 0 && f->id == 0)
		f->id = sqlite3_last_insert_rowid(p->db);
	return project_end(p, rc, err);
}

int
feature_delete(struct project *p, int64_t id, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_FEATURE_DELETE, ARGS(I(id)), err);
	return project_end(p, rc, err);
}

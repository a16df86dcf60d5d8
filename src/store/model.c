#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/model.h"
#include "priv.h"

static void
model_read(sqlite3_stmt *s, struct model *m)
{
	*m = (struct model){
		.id = col_int(s, 0),
		.name = col_dup(s, 1),
		.kind = col_dup(s, 2),
		.method = col_dup(s, 3),
		.scheme = col_int(s, 4),
		.params = col_dup(s, 5),
		.labels = col_dup(s, 6),
		.state = col_dup(s, 7),
		.folder = col_dup(s, 8),
		.metrics = col_dup(s, 9),
		.error = col_dup(s, 10),
		.position = col_int(s, 11),
		.uid = col_int(s, 12),
		.time = col_int(s, 13),
	};
}

static int
model_row(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct model *out, struct err *err)
{
	sqlite3_stmt *s = db_query(p, sql, args, n, err);
	int row;

	*out = (struct model){ 0 };
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1)
		model_read(s, out);
	db_done(s);
	return row;
}

int
model_find(struct project *p, const char *name, struct model *out,
    struct err *err)
{
	int row = model_row(p, SQL_MODEL_NAMED, ARGS(S(name)), out, err);

	if (row == 0)
		return err_set_status(err, ERR_NAME, "no model is named %s: "
		    "quick list and bert list show them", name);
	return row < 0 ? -1 : 0;
}

int
model_list(struct project *p, int64_t scheme, const char *kind,
    struct model **out, size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_MODEL_LIST,
	    ARGS(I(scheme), S(kind)), err);
	struct model *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		model_read(s, &v[count++]);
	}
	if (row < 0) {
		model_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
model_free(struct model *m)
{
	free(m->name);
	free(m->kind);
	free(m->method);
	free(m->params);
	free(m->labels);
	free(m->state);
	free(m->folder);
	free(m->metrics);
	free(m->error);
	*m = (struct model){ 0 };
}

void
model_list_free(struct model *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		model_free(&m[i]);
	free(m);
}

static int
model_name_free(struct project *p, const char *name, int64_t but,
    struct err *err)
{
	int64_t other = 0;
	int row = db_int(p, SQL_MODEL_NAMED, ARGS(S(name)), &other, err);

	if (row == 1 && other != but)
		return err_set_status(err, ERR_NAME,
		    "a model is named %s already", name);
	return row < 0 ? -1 : 0;
}

int
model_put(struct project *p, struct model *m, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = model_name_free(p, m->name, m->id, err);
	if (m->id == 0) {
		m->uid = p->uid;
		m->time = now_ms();
	}
	if (rc == 0)
		rc = db_run(p, SQL_MODEL_PUT, ARGS(Z(m->id), S(m->name),
		    S(m->kind), S(m->method), I(m->scheme), S(m->params),
		    S(m->labels), S(m->state), S(m->folder), S(m->metrics),
		    S(m->error), I(m->position), I(m->uid), I(m->time)), err);
	if (rc == 0 && m->id == 0)
		m->id = sqlite3_last_insert_rowid(p->db);
	return project_end(p, rc, err);
}

/* "quick is now final", for the history. */
static int
model_told(struct project *p, const struct model *m, const char *what,
    struct err *err)
{
	char *summary = xasprintf("%s%s", m->name, what);
	struct buf b = BUF_INIT;
	int rc;

	json_open(&b);
	json_text(&b, "model", m->name);
	json_text(&b, "summary", summary);
	json_close(&b);
	rc = history_add(p, EVENT_MODEL, m->scheme, buf_str(&b), err);
	buf_free(&b);
	free(summary);
	return rc;
}

int
model_rename(struct project *p, const struct model *m, const char *name,
    struct err *err)
{
	char *what = xasprintf(" is now %s", name);
	int rc = project_begin(p, err);

	if (rc < 0)
		goto out;
	if (*name == '\0')
		rc = err_set_status(err, ERR_NAME, "a model needs a name");
	else
		rc = model_name_free(p, name, m->id, err);
	if (rc == 0)
		rc = db_run(p, SQL_MODEL_NAME, ARGS(I(m->id), S(name)), err);
	if (rc == 0)
		rc = model_told(p, m, what, err);
	rc = project_end(p, rc, err);
out:
	free(what);
	return rc;
}

int
model_delete(struct project *p, const struct model *m, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_MODEL_DELETE, ARGS(I(m->id)), err);
	if (rc == 0)
		rc = model_told(p, m, " deleted", err);
	return project_end(p, rc, err);
}

int
model_weights_get(struct project *p, int64_t id, void **data, size_t *size,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_WEIGHTS_GET, ARGS(I(id)), err);
	int row;

	*data = NULL;
	*size = 0;
	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1) {
		const void *blob = sqlite3_column_blob(s, 0);

		*size = (size_t)sqlite3_column_bytes(s, 0);
		*data = try_alloc(*size + 1, 1, err);
		if (*data == NULL)
			row = -1;
		else if (*size > 0)
			memcpy(*data, blob, *size);
	}
	db_done(s);
	return row;
}

int
model_weights_put(struct project *p, int64_t id, const void *data,
    size_t size, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_WEIGHTS_PUT, ARGS(I(id), B(data, size)), err);
	return project_end(p, rc, err);
}

/* ---- curves ---- */

int
curve_add(struct project *p, int64_t model, const struct curve_point *c,
    size_t n, struct err *err)
{
	int rc = 0;

	if (project_begin(p, err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(p, SQL_CURVE_PUT, ARGS(I(model), I(c[i].step),
		    S(c[i].split), R(c[i].epoch), R(c[i].loss), R(c[i].f1)),
		    err);
	return project_end(p, rc, err);
}

int
curve_get(struct project *p, int64_t model, struct curve_point **out,
    size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_CURVE_LIST, ARGS(I(model)), err);
	struct curve_point *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		struct curve_point *c;

		v = array_room(v, count, &cap, sizeof *v);
		c = &v[count++];
		*c = (struct curve_point){ .step = col_int(s, 0),
			.epoch = col_real(s, 2), .loss = col_real(s, 3),
			.f1 = col_real(s, 4) };
		snprintf(c->split, sizeof c->split, "%s", col_text(s, 1));
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
curve_clear(struct project *p, int64_t model, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_CURVE_CLEAR, ARGS(I(model)), err);
	return project_end(p, rc, err);
}

/* ---- scores ---- */

int
score_add(struct project *p, int64_t model, const char *set,
    const char *json, int64_t *id, struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_SCORE_PUT, ARGS(I(model), S(set), S(json),
	    I(p->uid), I(now_ms())), err);
	if (rc == 0 && id != NULL)
		*id = sqlite3_last_insert_rowid(p->db);
	return project_end(p, rc, err);
}

/* The look counts for the scheme and set too: whichever model's scores they
 * were, they can have led to a choice. */
int
score_looked(struct project *p, int64_t id, struct err *err)
{
	struct event_new e = { .kind = EVENT_SCORE };
	struct buf b = BUF_INIT;
	char sum[65];
	sqlite3_stmt *s;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	s = db_query(p, SQL_SCORE_OF, ARGS(I(id)), err);
	rc = s != NULL ? db_step(p, s, err) : -1;
	if (rc == 1) {
		e.scheme = col_int(s, 0);
		json_open(&b);
		json_text(&b, "model", col_text(s, 1));
		json_text(&b, "set", col_text(s, 2));
		json_int(&b, "score", id);
		text_sum(col_text(s, 3), sum);
		json_text(&b, "sum", sum);
		json_close(&b);
		e.data = buf_str(&b);
	}
	db_done(s);
	if (rc == 0)
		rc = err_set_status(err, ERR_NAME, "no such score (%lld)",
		    (long long)id);
	if (rc == 1)
		rc = db_run(p, SQL_SCORE_LOOK, ARGS(I(id)), err);
	if (rc == 0)
		rc = db_run(p, SQL_LOOK_ADD, ARGS(I(id)), err);
	if (rc == 0)
		rc = event_add(p, &e, NULL, err);
	buf_free(&b);
	return project_end(p, rc, err);
}

int
score_list(struct project *p, int64_t model, struct score **out, size_t *n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_SCORE_LIST, ARGS(I(model)), err);
	struct score *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct score){ .id = col_int(s, 0),
			.model = model, .set = col_dup(s, 1),
			.json = col_dup(s, 2), .uid = col_int(s, 3),
			.time = col_int(s, 4), .looks = col_int(s, 5) };
	}
	if (row < 0) {
		score_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
score_list_free(struct score *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(s[i].set);
		free(s[i].json);
	}
	free(s);
}

int
score_looks(struct project *p, int64_t scheme, const char *set, int64_t *n,
    struct err *err)
{
	*n = 0;
	return db_int(p, SQL_LOOK_GET, ARGS(I(scheme), S(set)), n, err) < 0
	    ? -1 : 0;
}

/* ---- predictions ---- */

int
prediction_put(struct project *p, struct prediction *r, struct err *err)
{
	int rc;

	r->time = now_ms();
	if (project_begin(p, err) < 0)
		return -1;
	rc = db_run(p, SQL_PREDICTION_PUT, ARGS(I(r->model), S(r->set),
	    S(r->file), I(r->rows), I(r->max_seq), I(r->time)), err);
	if (rc == 0 && db_int(p, SQL_PREDICTION_ID,
	    ARGS(I(r->model), S(r->set)), &r->id, err) != 1)
		rc = -1;
	return project_end(p, rc, err);
}

int
prediction_delete(struct project *p, const struct model *m,
    const struct prediction *r, struct err *err)
{
	char *what = xasprintf(": predictions on %s deleted", r->set);
	int rc = project_begin(p, err);

	if (rc == 0) {
		rc = db_run(p, SQL_PREDICTION_DELETE, ARGS(I(r->id)), err);
		if (rc == 0)
			rc = model_told(p, m, what, err);
		rc = project_end(p, rc, err);
	}
	free(what);
	return rc;
}

int
prediction_list(struct project *p, int64_t model, struct prediction **out,
    size_t *n, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_PREDICTION_LIST, ARGS(I(model)),
	    err);
	struct prediction *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct prediction){ .id = col_int(s, 0),
			.model = model, .set = col_dup(s, 1),
			.file = col_dup(s, 2), .rows = col_int(s, 3),
			.max_seq = col_int(s, 4), .time = col_int(s, 5) };
	}
	if (row < 0) {
		prediction_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
prediction_list_free(struct prediction *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(r[i].set);
		free(r[i].file);
	}
	free(r);
}

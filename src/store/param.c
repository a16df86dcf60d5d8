#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/param.h"
#include "priv.h"

char *
param_get(struct project *p, const char *key, struct err *err)
{
	char *value;

	err_clear(err);
	db_text(p, SQL_PARAM_GET, ARGS(S(key)), &value, err);
	return value;
}

int64_t
param_int(struct project *p, const char *key, int64_t otherwise)
{
	char *value = param_get(p, key, NULL), *end;
	long long v;

	if (value == NULL)
		return otherwise;
	v = strtoll(value, &end, 10);
	if (end == value)
		v = otherwise;
	free(value);
	return v;
}

int
param_set_quiet(struct project *p, const char *key, const char *value,
    struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	if (value == NULL)
		rc = db_run(p, SQL_PARAM_DELETE, ARGS(S(key)), err);
	else
		rc = db_run(p, SQL_PARAM_PUT, ARGS(S(key), S(value)), err);
	return project_end(p, rc, err);
}

int
param_set(struct project *p, const char *key, const char *value,
    struct err *err)
{
	struct event_new e = { .kind = EVENT_CONFIG };
	struct buf b = BUF_INIT;
	char *before = NULL;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_text(p, SQL_PARAM_GET, ARGS(S(key)), &before, err);
	json_open(&b);
	json_text(&b, "key", key);
	json_text(&b, "value", value);
	json_text(&b, "before", before);
	json_close(&b);
	e.data = buf_str(&b);
	if (rc >= 0)
		rc = event_add(p, &e, NULL, err);
	if (rc >= 0)
		rc = param_set_quiet(p, key, value, err);
	buf_free(&b);
	free(before);
	return project_end(p, rc, err);
}

char *
account_get(struct project *p, const char *key, struct err *err)
{
	char *value;

	err_clear(err);
	db_text(p, SQL_ACCOUNT_GET, ARGS(I(p->uid), S(key)), &value, err);
	return value;
}

int
account_set(struct project *p, const char *key, const char *value,
    struct err *err)
{
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	if (value == NULL)
		rc = db_run(p, SQL_ACCOUNT_DELETE, ARGS(I(p->uid), S(key)),
		    err);
	else
		rc = db_run(p, SQL_ACCOUNT_PUT,
		    ARGS(I(p->uid), S(key), S(value)), err);
	return project_end(p, rc, err);
}

#include <math.h>
#include <sqlite3.h>

#include "tagtiger/feature.h"
#include "tagtiger/jobrow.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "store_test.h"

static void
test_users(void **state)
{
	int64_t scheme, l[3], uid, me;
	struct project *p = test_project("u.tiger", 2, &scheme, l);
	struct user *u;
	size_t n;
	char *name;
	enum role role;

	(void)state;
	me = project_uid(p);
	FAILS(user_remove(p, me, err), ERR_DENIED, "needs an owner");
	FAILS(user_role_set(p, me, ROLE_MANAGER, err), ERR_DENIED,
	    "needs an owner");
	OK(user_add(p, 2001, "bob", ROLE_ANNOTATOR, err));
	OK(user_role_set(p, 2001, ROLE_MANAGER, err));
	FAILS(user_role_set(p, 2002, ROLE_MANAGER, err), ERR_NAME, "no user");
	OK(user_list(p, &u, &n, err));
	assert_int_equal(n, 2);
	assert_int_equal(u[0].role, ROLE_OWNER);
	assert_string_equal(u[1].name, "bob");
	assert_int_equal(u[1].role, ROLE_MANAGER);
	user_list_free(u, n);
	assert_int_equal(user_find(p, "bob", &uid, NULL), 1);
	assert_int_equal(uid, 2001);
	assert_int_equal(user_find(p, "2001", &uid, NULL), 1);
	assert_int_equal(user_find(p, "eve", &uid, NULL), 0);
	OK(user_remove(p, 2001, err));
	project_act_as(p, 2001);
	assert_int_equal(user_role(p), ROLE_NONE);
	FAILS(user_require(p, ROLE_ANNOTATOR, err), ERR_DENIED, "no user");
	project_act_as(p, me);
	OK(user_add(p, 2001, "bob", ROLE_OWNER, err)); /* again */
	OK(user_role_set(p, me, ROLE_ANNOTATOR, err)); /* there is bob */
	name = user_name(p, 3999999999);
	assert_string_equal(name, "uid 3999999999");
	free(name);
	assert_int_equal(role_of_name("manager", &role), 0);
	assert_int_equal(role, ROLE_MANAGER);
	assert_int_equal(role_of_name("king", &role), -1);
	project_close(p);
}

static void
test_params(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("pa.tiger", 2, &scheme, l);
	struct history_filter f = HISTORY_ALL;
	struct err e;
	uint64_t events;
	char *value;

	(void)state;
	err_set(&e, "old");
	assert_null(param_get(p, "language", &e));
	assert_int_equal(e.status, ERR_NONE);
	OK(param_set(p, "language", "fr", err));
	OK(param_set_quiet(p, "retrain", "10", err));
	value = param_get(p, "language", &e);
	assert_string_equal(value, "fr");
	free(value);
	assert_int_equal(param_int(p, "retrain", 0), 10);
	assert_int_equal(param_int(p, "language", 7), 7);
	assert_int_equal(param_int(p, "none", 7), 7);
	f.kind = EVENT_CONFIG;
	OK(history_count(p, &f, &events, err));
	assert_int_equal(events, 1);
	OK(param_set(p, "language", NULL, err));
	assert_null(param_get(p, "language", &e));

	OK(account_set(p, "mode", "active", err));
	value = account_get(p, "mode", &e);
	assert_string_equal(value, "active");
	free(value);
	project_act_as(p, 2001);
	assert_null(account_get(p, "mode", &e));
	project_close(p);
}

static void
test_features(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("fe.tiger", 2, &scheme, l);
	struct feature f = { .name = "sbert", .kind = "sbert",
		.state = "making", .dims = 384 };
	struct feature other = { .name = "sbert", .kind = "tfidf" }, got;
	struct feature *list;
	size_t n;

	(void)state;
	OK(feature_put(p, &f, err));
	assert_true(f.id > 0);
	FAILS(feature_put(p, &other, err), ERR_NAME, "already");
	f.state = "ready";
	f.rows = 2;
	OK(feature_put(p, &f, err));
	OK(feature_find(p, "sbert", &got, err));
	assert_string_equal(got.state, "ready");
	assert_string_equal(got.file, "");
	assert_int_equal(got.dims, 384);
	assert_int_equal(got.uid, project_uid(p));
	feature_free(&got);
	FAILS(feature_find(p, "dfm", &got, err), ERR_NAME, "no feature");
	other.name = "tfidf";
	OK(feature_put(p, &other, err));
	OK(feature_list(p, &list, &n, err));
	assert_int_equal(n, 2);
	feature_list_free(list, n);
	OK(feature_delete(p, f.id, err));
	OK(feature_list(p, &list, &n, err));
	assert_int_equal(n, 1);
	feature_list_free(list, n);
	project_close(p);
}

static void
test_models(void **state)
{
	int64_t scheme, l[3], id, looks;
	struct project *p = test_project("mo.tiger", 2, &scheme, l);
	struct model m = { .name = "quick", .kind = "quick",
		.method = "logistic-l2", .state = "ready" };
	struct model b = { .name = "quick", .kind = "bert" }, got, *list;
	struct curve_point points[] = {
		{ "train", 10, 0.1, 1.5, NAN },
		{ "eval", 10, 0.1, 1.25, 0.5 },
		{ "train", 5, 0.05, 2, NAN },
	}, *curve;
	struct prediction pr = { .set = "all", .file = "p.f32", .rows = 2 },
	    *prs;
	struct score *scores;
	void *data;
	size_t n, size;

	(void)state;
	m.scheme = b.scheme = scheme;
	OK(model_put(p, &m, err));
	FAILS(model_put(p, &b, err), ERR_NAME, "already");
	b.name = "camembert";
	OK(model_put(p, &b, err));
	FAILS(model_rename(p, &b, "quick", err), ERR_NAME, "already");
	OK(model_rename(p, &b, "camembert-2", err));
	OK(model_find(p, "camembert-2", &got, err));
	assert_int_equal(got.id, b.id);
	model_free(&got);
	FAILS(model_find(p, "camembert", &got, err), ERR_NAME, "no model");
	OK(model_list(p, 0, "quick", &list, &n, err));
	assert_int_equal(n, 1);
	assert_string_equal(list[0].method, "logistic-l2");
	model_list_free(list, n);

	assert_int_equal(model_weights_get(p, m.id, &data, &size, NULL), 0);
	OK(model_weights_put(p, m.id, "1234\0", 5, err));
	assert_int_equal(model_weights_get(p, m.id, &data, &size, NULL), 1);
	assert_int_equal(size, 5);
	assert_memory_equal(data, "1234\0", 5);
	free(data);

	OK(curve_add(p, m.id, points, 3, err));
	OK(curve_get(p, m.id, &curve, &n, err));
	assert_int_equal(n, 3);
	assert_int_equal(curve[0].step, 5);
	assert_string_equal(curve[1].split, "train");
	assert_true(isnan(curve[1].f1));
	assert_true(curve[2].f1 == 0.5);
	free(curve);
	OK(curve_clear(p, m.id, err));

	OK(score_add(p, m.id, "test", "{\"f1\":1}", &id, err));
	OK(score_looked(p, id, err));
	OK(score_looked(p, id, err));
	OK(score_add(p, b.id, "test", "{}", &id, err));
	OK(score_looked(p, id, err));
	OK(score_list(p, m.id, &scores, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(scores[0].looks, 2);
	assert_string_equal(scores[0].json, "{\"f1\":1}");
	score_list_free(scores, n);
	pr.model = m.id;
	OK(prediction_put(p, &pr, err));
	id = pr.id;
	pr.rows = 3;
	OK(prediction_put(p, &pr, err)); /* replaced */
	assert_int_equal(pr.id, id);
	OK(prediction_list(p, m.id, &prs, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(prs[0].rows, 3);
	prediction_list_free(prs, n);

	OK(model_delete(p, &m, err));
	OK(prediction_list(p, m.id, &prs, &n, err));
	assert_int_equal(n, 0);
	prediction_list_free(prs, n);
	/* Looks at the set stay counted. */
	OK(score_looks(p, scheme, "test", &looks, err));
	assert_int_equal(looks, 3);
	OK(score_looks(p, scheme, "valid", &looks, err));
	assert_int_equal(looks, 0);
	test_check(p);
	project_close(p);
}

static void
test_jobs(void **state)
{
	int64_t scheme, l[3], id, dead;
	struct project *p = test_project("jo.tiger", 2, &scheme, l);
	struct jobrow *jobs;
	sqlite3 *db;
	char sql[200], lines[5000] = "";
	size_t n;
	bool stop;

	(void)state;
	OK(jobrow_add(p, "bert", "camembert", &id, err));
	OK(jobrow_beat(p, id, "training", 3, 10, &stop, err));
	assert_false(stop);
	OK(jobrow_list(p, &jobs, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(jobs[0].state, JOBROW_RUNNING);
	assert_true(jobs[0].here);
	assert_int_equal(jobs[0].step, 3);
	jobrow_list_free(jobs, n);
	OK(jobrow_ask_stop(p, id, err));
	OK(jobrow_beat(p, id, "training", 4, 10, &stop, err));
	assert_true(stop);
	OK(jobrow_end(p, id, JOBROW_STOPPED, "as asked", "2 of 3 lines\n",
	    err));
	FAILS(jobrow_ask_stop(p, id, err), ERR_NAME, "is running");
	OK(jobrow_sweep(p, &n, err));
	assert_int_equal(n, 0);

	/* One of a boot before this one. */
	OK(jobrow_add(p, "quick", "old", &dead, err));
	sqlite3_open(test_path("jo.tiger"), &db);
	snprintf(sql, sizeof sql, "UPDATE job SET boot = 'earlier'"
	    " WHERE id = %lld", (long long)dead);
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	OK(jobrow_list(p, &jobs, &n, err));
	assert_int_equal(n, 2);
	assert_int_equal(jobs[0].state, JOBROW_DIED);
	assert_int_equal(jobs[1].state, JOBROW_STOPPED);
	jobrow_list_free(jobs, n);
	OK(jobrow_sweep(p, &n, err));
	assert_int_equal(n, 1);
	OK(jobrow_sweep(p, &n, err));
	assert_int_equal(n, 0);
	assert_string_equal(jobrow_state_name(JOBROW_DIED), "died");
	OK(jobrow_list(p, &jobs, &n, err));
	assert_string_equal(jobs[n - 1].error, "as asked");
	assert_string_equal(jobs[n - 1].log, "2 of 3 lines\n");
	jobrow_list_free(jobs, n);
	/* Of what would fill pages the first lines are kept. */
	for (size_t i = 0; i < sizeof lines - 1; i++)
		lines[i] = i % 7 == 6 ? '\n' : 'x';
	OK(jobrow_add(p, "score", "long", &id, err));
	OK(jobrow_end(p, id, JOBROW_DONE, NULL, lines, err));
	OK(jobrow_list(p, &jobs, &n, err));
	assert_int_equal(strlen(jobs[0].log), 4000 / 7 * 7);
	jobrow_list_free(jobs, n);
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_users),
		T(test_params),
		T(test_features),
		T(test_models),
		T(test_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

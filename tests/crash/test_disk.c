/*
 * A disk that is full after N writes, for every N from none up, until the act
 * goes through: by SQLite's own word (a VFS before the system's one). And what
 * else can happen to the file under an open project: a holder of its lock that
 * is stopped, a clock that goes backwards, a file that may only be read.
 */
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tagtiger/model.h"
#include "../unit/store_test.h"

static long room = -1; /* writes; -1: no end of them */
static const char *moved; /* then this file is taken away; NULL: it is full */
static sqlite3_vfs vfs, *system_vfs;
/* The system's methods for files with locks and without, and ours. */
static struct {
	const sqlite3_io_methods *of;
	sqlite3_io_methods ours;
} methods[4];

static int64_t scheme, labels[3], model;

static bool
full(void)
{
	if (room < 0)
		return false;
	if (room > 0) {
		room--;
		return false;
	}
	if (moved != NULL) {
		rename(moved, test_path("moved.tiger"));
		room = -1;
		return false;
	}
	return true;
}

static int
disk_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
	return full() ? SQLITE_FULL : methods[0].of->xWrite(f, data, n, at);
}

static int
disk_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	int rc = system_vfs->xOpen(system_vfs, name, f, flags, out);

	(void)v;
	if (rc != SQLITE_OK || f->pMethods == NULL)
		return rc;
	for (int i = 0; i < 4; i++) {
		if (methods[i].of == NULL) {
			methods[i].of = f->pMethods;
			methods[i].ours = *f->pMethods;
			methods[i].ours.iVersion = 1; /* no memory maps */
			methods[i].ours.xWrite = disk_write;
		}
		if (f->pMethods == methods[i].of) {
			f->pMethods = &methods[i].ours;
			break;
		}
	}
	return rc;
}

static void
full_begin(void)
{
	/* The store's own way of writing is made known at the first file. */
	project_close(test_project("first.tiger", 1, &scheme, labels));
	unlink(test_path("first.tiger"));
	system_vfs = sqlite3_vfs_find(NULL);
	vfs = *system_vfs;
	vfs.zName = "full";
	vfs.xOpen = disk_open;
	assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}

static void
full_end(void)
{
	sqlite3_vfs_unregister(&vfs);
}

static int
act(struct project *p, int what, struct err *err)
{
	static char blob[50000];
	struct tag t = { .scheme = scheme, .doc = 7, .labels = &labels[1],
		.nlabels = 1, .comment = blob };
	struct undone u;
	int rc;

	memset(blob, 'x', sizeof blob - 1);
	switch (what) {
	case 0: return annot_tag(p, &t, NULL, err);
	case 1: return label_rename(p, labels[0], "b", NULL, err);
	case 2: return model_weights_put(p, model, blob, sizeof blob, err);
	case 3: return project_backup(p, test_path("b.tiger"), NULL, err);
	default:
		rc = history_undo(p, &u, err);
		if (rc == 1)
			undone_free(&u);
		return rc;
	}
}

static int64_t
tagged(struct project *p)
{
	struct annot a;
	int64_t n = 0;

	for (int doc = 1; doc <= 20; doc++) {
		int row = annot_get(p, scheme, doc, project_uid(p), &a, NULL);

		n += row == 1 && a.tagged;
		if (row == 1)
			annot_free(&a);
	}
	return n;
}

static void
test_full(void **state)
{
	struct project *p;

	(void)state;
	full_begin();
	p = test_project("full.tiger", 20, &scheme, labels);
	for (int doc = 1; doc <= 5; doc++)
		test_tag(p, scheme, doc, labels[doc % 3]);
	{
		struct model m = { .name = "m", .kind = "quick",
			.state = "ready", .scheme = scheme };

		OK(model_put(p, &m, err));
		model = m.id;
	}
	for (int what = 0; what < 5; what++) {
		struct err e;
		long n = 0;
		int rc = -1;

		for (; rc < 0; n++) {
			assert_true(n < 5000);
			e = (struct err){ 0 };
			room = n;
			rc = act(p, what, &e);
			room = -1;
			if (rc < 0 && strstr(e.text, "free some space") ==
			    NULL)
				fail_msg("act %d after %ld writes: %s", what,
				    n, e.text);
			if (rc < 0 && what == 0)
				assert_int_equal(tagged(p), 5);
			if (rc < 0 && what == 3)
				assert_int_equal(access(test_path("b.tiger"),
				    F_OK), -1);
		}
		assert_true(n > 1); /* it was refused at least once */
		test_check(p);
	}
	project_close(p);
	full_end();
}

/* Moved amid a commit: what is answered as saved is in the file of that name,
 * and not in one that went elsewhere. */
static void
test_moved_amid(void **state)
{
	struct err e;
	long n = 0;
	int rc = -1;

	(void)state;
	full_begin();
	for (; rc < 0; n++) {
		struct project *p = test_project("m.tiger", 5, &scheme,
		    labels);
		struct tag t = { .scheme = scheme, .doc = 2,
			.labels = labels, .nlabels = 1 };

		assert_true(n < 5000);
		test_tag(p, scheme, 1, labels[0]);
		moved = test_path("m.tiger");
		room = n;
		e = (struct err){ 0 };
		rc = annot_tag(p, &t, NULL, &e);
		if (rc < 0)
			assert_non_null(strstr(e.text, "moved or removed"));
		else
			assert_int_equal(access(moved, F_OK), 0);
		room = -1;
		moved = NULL;
		project_close(p);
		unlink(test_path("m.tiger"));
		unlink(test_path("moved.tiger"));
	}
	assert_true(n > 3);
	full_end();
}

/* A process that is stopped (^Z) amid an act, and holds the file. */
static pid_t
stopped_holder(const char *path)
{
	int ready[2], status;
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		sqlite3 *db;

		sqlite3_open(path, &db);
		sqlite3_exec(db, "BEGIN IMMEDIATE; DELETE FROM session", NULL,
		    NULL, NULL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		raise(SIGSTOP);
		_exit(0); /* without a commit: its journal is hot */
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	waitpid(pid, &status, WUNTRACED);
	return pid;
}

/* Others are told who it is. */
static void
test_stopped_holder(void **state)
{
	struct project *p = test_project("s.tiger", 5, &scheme, labels);
	pid_t pid = stopped_holder(test_path("s.tiger"));
	char who[48];
	int status;

	(void)state;
	project_patience(p, 20);
	snprintf(who, sizeof who, "busy: process %ld (", (long)pid);
	FAILS(annot_flag(p, scheme, 1, true, err), ERR_DENIED, who);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	OK(annot_flag(p, scheme, 1, true, err));
	test_check(p);
	project_close(p);
}

/* Its process is not to be seen, as on another machine (here: from a process
 * namespace of one's own): that is said, and nothing is lost meanwhile. */
static void
test_hidden_holder(void **state)
{
	struct project *p = test_project("h.tiger", 5, &scheme, labels);
	pid_t holder, pid;
	int status;

	(void)state;
	project_close(p);
	if (getuid() != 0)
		skip();
	holder = stopped_holder(test_path("h.tiger"));
	pid = fork();
	if (pid == 0) {
		struct err e = { 0 };

		if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(2);
		pid = fork();
		if (pid > 0)
			waitpid(pid, &status, 0);
		if (pid > 0)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
		if (mount("proc", "/proc", "proc", 0, NULL) < 0)
			_exit(2);
		p = project_open(test_path("h.tiger"), PROJECT_WRITE, &e);
		if (p == NULL)
			_exit(4);
		project_patience(p, 20);
		if (annot_flag(p, scheme, 1, true, &e) == 0)
			_exit(5);
		_exit(strstr(e.text, "perhaps on another machine") == NULL ?
		    6 : 0);
	}
	waitpid(pid, &status, 0);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip(); /* no namespaces here */
	assert_int_equal(WEXITSTATUS(status), 0);
	p = project_open(test_path("h.tiger"), PROJECT_WRITE, NULL);
	assert_non_null(p);
	OK(annot_flag(p, scheme, 1, true, err));
	test_check(p);
	project_close(p);
}

/* A log whose times go backwards: order is the log's own. */
static void
test_clock(void **state)
{
	struct project *p = test_project("c.tiger", 5, &scheme, labels);
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct err e = { 0 };
	struct undone u;
	struct event *v;
	struct annot a;
	char sql[300];
	sqlite3 *db;
	size_t n;

	(void)state;
	/* As if a day later: leases and sessions of the future. */
	test_tag(p, scheme, 1, labels[0]);
	project_close(p);
	sqlite3_open(test_path("c.tiger"), &db);
	snprintf(sql, sizeof sql, "UPDATE session SET time = time + 86400000;"
	    "UPDATE lease SET expires = expires + 86400000;"
	    "UPDATE user SET since = since + 86400000;"
	    "UPDATE meta SET value = value + 86400000 WHERE key = 'created'");
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	p = project_open(test_path("c.tiger"), PROJECT_WRITE, &e);
	assert_non_null(p);
	test_tag(p, scheme, 1, labels[1]);
	test_tag(p, scheme, 2, labels[2]);
	OK(history_page(p, &f, &place, 10, &v, &n, err));
	assert_true(n >= 3);
	assert_int_equal(v[0].doc, 2); /* newest first, by the log */
	for (size_t i = 1; i < n; i++)
		assert_true(v[i].lamport < v[i - 1].lamport);
	history_page_free(v, n);
	assert_int_equal(history_undo(p, &u, &e), 1);
	undone_free(&u);
	assert_int_equal(history_undo(p, &u, &e), 1);
	undone_free(&u);
	assert_int_equal(annot_get(p, scheme, 1, project_uid(p), &a, &e), 1);
	assert_int_equal(a.labels[0], labels[0]);
	annot_free(&a);
	test_check(p);
	project_close(p);
}

/* Rewritten with all its hashes, cut short, two events exchanged: beside a
 * backup each shows. */
static void
test_against(void **state)
{
	static const char *const harm[][2] = {
		{ "UPDATE event SET hash = randomblob(32) WHERE seq >= 12",
		    "event 12 of work copy" },
		{ "DELETE FROM event WHERE seq > 12", "ends after 12 events" },
		{ "UPDATE event SET seq = -1 WHERE seq = 10;"
		  "UPDATE event SET seq = 10 WHERE seq = 11;"
		  "UPDATE event SET seq = 11 WHERE seq = -1",
		    "event 10 of work copy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
		char name[16], copy[16];
		struct err e = { 0 };
		struct project_check c;
		struct project *p;
		sqlite3 *db;
		bool named = false;

		snprintf(name, sizeof name, "a%zu.tiger", i);
		snprintf(copy, sizeof copy, "b%zu.tiger", i);
		p = test_project(name, 20, &scheme, labels);
		for (int doc = 1; doc <= 15; doc++)
			test_tag(p, scheme, doc, labels[doc % 3]);
		OK(project_backup(p, test_path(copy), NULL, err));
		project_close(p);
		sqlite3_open(test_path(name), &db);
		assert_int_equal(sqlite3_exec(db, harm[i][0], NULL, NULL,
		    NULL), SQLITE_OK);
		sqlite3_close(db);
		p = project_open(test_path(name), PROJECT_WRITE, &e);
		assert_non_null(p);
		OK(project_check(p, test_path(copy), NULL, &c, err));
		assert_true(c.found > 0);
		for (size_t j = 0; j < c.n; j++)
			named |= strstr(c.findings[j], harm[i][1]) != NULL;
		assert_true(named);
		project_check_free(&c);
		project_close(p);
	}
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_full),
		T(test_moved_amid),
		T(test_stopped_holder),
		T(test_hidden_holder),
		T(test_clock),
		T(test_against),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

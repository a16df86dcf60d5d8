#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tagtiger/hash.h"
#include "tagtiger/job.h"
#include "tagtiger/param.h"
#include "tagtiger/work.h"
#include "store_test.h"

static void
opens(const char *path, enum err_status status, const char *words)
{
	struct err e = { 0 };
	struct project *p = project_open(path, PROJECT_WRITE, &e);

	assert_null(p);
	if (e.status != status || strstr(e.text, words) == NULL)
		fail_msg("%s: status %d: %s", path, e.status, e.text);
}

static void
write_file(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

static void
copy_file(const char *from, const char *to)
{
	static char bytes[1 << 20];
	FILE *f = fopen(from, "r");
	size_t len;

	assert_non_null(f);
	len = fread(bytes, 1, sizeof bytes, f);
	assert_true(feof(f));
	fclose(f);
	write_file(to, bytes, len);
}

static void
test_create_publish(void **state)
{
	struct err e = { 0 };
	struct stat st;
	struct project *p;
	int64_t scheme, labels[3];

	(void)state;
	p = project_create(test_path("p.tiger"), &e);
	assert_non_null(p);
	/* Nothing under its name before it is published. */
	assert_int_equal(access(test_path("p.tiger"), F_OK), -1);
	project_abandon(p);
	assert_int_equal(rmdir(test_dir), 0); /* nothing was left */
	assert_int_equal(mkdir(test_dir, 0700), 0);

	p = test_project("p.tiger", 3, &scheme, labels);
	assert_string_equal(project_name(p), "p");
	assert_true(project_writable(p));
	assert_int_equal(user_role(p), ROLE_OWNER);
	assert_int_equal(stat(test_path("p.tiger"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Still open, and writes. */
	test_tag(p, scheme, 1, labels[0]);
	project_close(p);

	p = project_create(test_path("p.tiger"), &e);
	assert_null(p);
	assert_int_equal(e.status, ERR_NAME);
	assert_non_null(strstr(e.text, "exists already"));
	p = project_open(test_path("p.tiger"), PROJECT_READ, &e);
	assert_non_null(p);
	FAILS(annot_flag(p, scheme, 1, true, err), ERR_DENIED, "reading only");
	project_close(p);
}

static void
test_publish_never_replaces(void **state)
{
	struct err e = { 0 };
	struct project *p = project_create(test_path("x.tiger"), &e);

	(void)state;
	assert_non_null(p);
	write_file(test_path("x.tiger"), "mine", 4);
	FAILS(project_publish(p, err), ERR_NAME, "exists already");
	project_abandon(p);
	opens(test_path("x.tiger"), ERR_NAME, "not a tagtiger project");
	unlink(test_path("x.tiger"));
	mkdir(test_path("y.tiger-data"), 0700);
	write_file(test_path("y.tiger-data/f"), "mine", 4);
	assert_null(project_create(test_path("y.tiger"), &e));
	assert_non_null(strstr(e.text, "left from another project"));
}

static void
test_refusals(void **state)
{
	struct err e = { 0 };
	sqlite3 *db;
	int64_t scheme, labels[3];
	char *bytes = calloc(1, 8192);

	(void)state;
	opens(test_path("none.tiger"), ERR_NAME, "No such file");
	opens(test_dir, ERR_NAME, "is a folder");
	write_file(test_path("empty.tiger"), "", 0);
	opens(test_path("empty.tiger"), ERR_NAME, "is empty");
	memset(bytes, 'x', 8192);
	write_file(test_path("junk.tiger"), bytes, 8192);
	opens(test_path("junk.tiger"), ERR_NAME, "not a tagtiger project");
	free(bytes);

	sqlite3_open(test_path("other.tiger"), &db);
	sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL);
	sqlite3_close(db);
	opens(test_path("other.tiger"), ERR_NAME, "another program");

	project_close(test_project("new.tiger", 1, &scheme, labels));
	sqlite3_open(test_path("new.tiger"), &db);
	sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
	sqlite3_close(db);
	opens(test_path("new.tiger"), ERR_FAILED, "newer tagtiger");

	project_close(test_project("cut.tiger", 500, &scheme, labels));
	assert_int_equal(truncate(test_path("cut.tiger"), 20000), 0);
	opens(test_path("cut.tiger"), ERR_FAILED, "damaged or cut short");
	/* A broken page in the middle is for check to find. */
	project_close(test_project("broken.tiger", 500, &scheme, labels));
	{
		int fd = open(test_path("broken.tiger"), O_WRONLY);
		struct project *p;
		struct project_check c;
		char zeros[2048] = { 0 };

		assert_int_equal(pwrite(fd, zeros, sizeof zeros, 40960), 2048);
		close(fd);
		p = project_open(test_path("broken.tiger"), PROJECT_READ,
		    &e);
		assert_non_null(p);
		assert_int_equal(project_check(p, NULL, NULL, &c, &e), 0);
		assert_true(c.found > 0);
		project_check_free(&c);
		project_close(p);
	}
}

/* As somebody else: only root can try that. */
static void
test_other_account(void **state)
{
	int64_t scheme, labels[3];
	int status;

	(void)state;
	project_close(test_project("mine.tiger", 1, &scheme, labels));
	if (getuid() != 0)
		skip();
	chmod(test_dir, 0777);
	if (fork() == 0) {
		struct err e = { 0 };

		if (setuid(12345) < 0)
			_exit(9);
		if (project_open(test_path("mine.tiger"), PROJECT_WRITE,
		    &e) != NULL || e.status != ERR_DENIED ||
		    strstr(e.text, "no permission to read") == NULL)
			_exit(1);
		_exit(0);
	}
	wait(&status);
	assert_int_equal(status, 0);
	chmod(test_path("mine.tiger"), 0644);
	if (fork() == 0) {
		struct err e = { 0 };

		if (setuid(12345) < 0)
			_exit(9);
		if (project_open(test_path("mine.tiger"), PROJECT_READ,
		    &e) != NULL || e.status != ERR_DENIED ||
		    strstr(e.text, "no user of the project") == NULL)
			_exit(2);
		if (project_open(test_path("mine.tiger"), PROJECT_WRITE,
		    &e) != NULL || e.status != ERR_DENIED)
			_exit(3);
		_exit(0);
	}
	wait(&status);
	assert_int_equal(status, 0);
}

static void
test_migration_steps(void **state)
{
	struct step {
		int version;
		const char *sql;
	};
	static const struct step good[] = {
		{ 2, "this one is done already" },
		{ 3, "ALTER TABLE param ADD COLUMN note TEXT" },
		{ 4, "UPDATE param SET note = 'x'" },
	};
	static const struct step bad[] = {
		{ 5, "CREATE TABLE extra(a); INSERT INTO nowhere VALUES(1)" },
	};
	extern int schema_migrate(struct project *, const struct step *,
	    size_t, struct err *);
	extern int db_pragma(struct project *, const char *, int64_t *,
	    struct err *);
	int64_t scheme, labels[3], version;
	struct project *p = test_project("m.tiger", 1, &scheme, labels);

	(void)state;
	OK(param_set(p, "k", "v", err));
	OK(schema_migrate(p, good, 3, err));
	OK(db_pragma(p, "PRAGMA user_version", &version, err));
	assert_int_equal(version, 4);
	/* as one who opened the file when it was still the old one */
	OK(schema_migrate(p, good, 3, err));
	FAILS(schema_migrate(p, bad, 1, err), ERR_FAILED, "version 5");
	OK(db_pragma(p, "PRAGMA user_version", &version, err));
	assert_int_equal(version, 4);
	OK(db_pragma(p, "SELECT count(*) FROM sqlite_schema"
	    " WHERE name = 'extra'", &version, err));
	assert_int_equal(version, 0);
	project_close(p);
	opens(test_path("m.tiger"), ERR_FAILED, "newer tagtiger");
}

static void
test_busy(void **state)
{
	int64_t scheme, labels[3];
	struct project *p = test_project("b.tiger", 3, &scheme, labels);
	int ready[2], status;
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) { /* holds the file for longer than one waits */
		sqlite3 *db;

		sqlite3_open(test_path("b.tiger"), &db);
		sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	project_patience(p, 20);
	FAILS(annot_flag(p, scheme, 1, true, err), ERR_DENIED, "busy");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	test_tag(p, scheme, 1, labels[0]);
	test_check(p);
	project_close(p);
}

static void
test_moved_and_replaced(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project *p = test_project("gone.tiger", 3, &scheme, labels);
	struct project *q;
	struct tag t = { .scheme = scheme, .doc = 1, .labels = labels,
		.nlabels = 1 };

	(void)state;
	assert_int_equal(project_poll(p, &e), PROJECT_SAME);
	rename(test_path("gone.tiger"), test_path("elsewhere.tiger"));
	assert_int_equal(project_poll(p, &e), PROJECT_GONE);
	assert_non_null(strstr(e.text, "moved or removed"));
	FAILS(annot_tag(p, &t, NULL, err), ERR_FAILED, "moved or removed");
	q = test_project("gone.tiger", 3, &scheme, labels);
	assert_int_equal(project_poll(p, &e), PROJECT_REPLACED);
	FAILS(annot_tag(p, &t, NULL, err), ERR_FAILED, "took its name");
	project_close(q);
	project_close(p);
}

static void
test_poll_and_reader(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project *p = test_project("poll.tiger", 3, &scheme, labels);
	struct project *other = project_open(test_path("poll.tiger"),
	    PROJECT_WRITE, &e);
	struct project *reader = project_open_reader(p, &e);
	struct annot a;

	(void)state;
	assert_non_null(other);
	assert_non_null(reader);
	assert_int_equal(project_poll(p, &e), PROJECT_SAME);
	test_tag(p, scheme, 1, labels[0]);
	assert_int_equal(project_poll(p, &e), PROJECT_SAME); /* its own */
	assert_int_equal(project_poll(other, &e), PROJECT_CHANGED);
	assert_int_equal(project_poll(other, &e), PROJECT_SAME);
	assert_int_equal(project_poll(reader, &e), PROJECT_CHANGED);
	assert_int_equal(annot_get(reader, scheme, 1, project_uid(p), &a,
	    &e), 1);
	assert_int_equal(a.labels[0], labels[0]);
	annot_free(&a);
	FAILS(annot_flag(reader, scheme, 1, true, err), ERR_DENIED, "reading");
	assert_true(project_writable(reader));
	project_close(reader);
	project_close(other);
	project_close(p);
}

static int
write_flag(struct project *writer, void *arg, struct err *err)
{
	return annot_flag(writer, *(int64_t *)arg, 2, true, err);
}

static void
test_write_through_reader(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project *p = test_project("w.tiger", 3, &scheme, labels);
	struct project *reader = project_open_reader(p, &e);
	struct annot a;

	(void)state;
	OK(project_write(reader, write_flag, &scheme, err));
	assert_int_equal(annot_get(reader, scheme, 2, project_uid(p), &a,
	    &e), 1);
	assert_true(a.flag);
	annot_free(&a);
	project_close(reader);
	project_close(p);
}

struct long_job {
	struct job job;
	struct project *writer;
	int64_t scheme, label;
	uint64_t sum;
};

/* In the long lane: reads by a connection of its own while the store lane
 * writes, and hands its results to that. */
static int
read_and_write(struct job *job)
{
	struct long_job *l = job->arg;
	struct project *reader = project_open_reader(l->writer, &job->err);
	struct annot_query q = { .scheme = l->scheme, .sets = SETS_ALL };
	struct annot_bulk b;
	int rc = reader == NULL ? -1 : 0;

	for (int i = 0; rc == 0 && i < 50; i++) {
		rc = annot_bulk(reader, &q, &b, &job->err);
		if (rc == 0) {
			l->sum += b.n;
			annot_bulk_free(&b);
			rc = project_write(reader, write_flag, &l->scheme,
			    &job->err);
		}
	}
	project_close(reader);
	return rc;
}

static int
tag_one(void *arg)
{
	struct long_job *l = arg;
	static int64_t doc;
	struct tag t = { .scheme = l->scheme, .doc = 1 + doc++ % 200,
		.labels = &l->label, .nlabels = 1 };

	return annot_tag(l->writer, &t, NULL, NULL);
}

static void
job_done(struct job *job)
{
	(void)job;
}

static void
test_lanes(void **state)
{
	int64_t scheme, labels[3];
	struct project *p = test_project("j.tiger", 200, &scheme, labels);
	struct long_job l = { .job = { .name = "reads",
		.run = read_and_write, .done = job_done }, .writer = p,
		.scheme = scheme, .label = labels[0] };

	(void)state;
	l.job.arg = &l;
	OK(job_start(err));
	job_add(JOB_LONG, &l.job);
	for (int i = 0; i < 200; i++)
		assert_int_equal(job_call(JOB_STORE, tag_one, &l), 0);
	job_stop_all();
	if (l.job.result < 0)
		fail_msg("%s", l.job.err.text);
	assert_true(l.sum <= 50 * 200);
	test_check(p);
	project_close(p);
}

static void
test_backup_check_against(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project_check c;
	struct project *p = test_project("orig.tiger", 200, &scheme, labels);
	sqlite3 *db;
	struct stat st;

	(void)state;
	for (int i = 1; i <= 100; i++)
		test_tag(p, scheme, i, labels[i % 3]);
	OK(project_backup(p, test_path("copy.tiger"), NULL, err));
	assert_int_equal(stat(test_path("copy.tiger"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	FAILS(project_backup(p, test_path("copy.tiger"), NULL, err),
	    ERR_NAME, "exists already");
	FAILS(project_backup(p, test_path("no/such.tiger"), NULL, err),
	    ERR_NAME, "No such");
	/* The original goes on: its log begins with the copy's. */
	test_tag(p, scheme, 101, labels[0]);
	OK(project_check(p, test_path("copy.tiger"), NULL, &c, err));
	assert_int_equal(c.found, 0);
	assert_int_equal(c.chains, 1);
	assert_int_equal(c.heads[0].events, (int64_t)c.events);
	assert_int_equal(strlen(c.heads[0].hash), 64);
	project_check_free(&c);
	project_close(p);

	/* Rewriting an old event breaks the chain; rewriting the chain as
	 * well shows against the copy. */
	sqlite3_open(test_path("copy.tiger"), &db);
	sqlite3_exec(db, "UPDATE event SET uid = uid + 1 WHERE seq = 50",
	    NULL, NULL, NULL);
	sqlite3_close(db);
	p = project_open(test_path("orig.tiger"), PROJECT_WRITE, &e);
	OK(project_check(p, test_path("copy.tiger"), NULL, &c, err));
	assert_int_equal(c.found, 1); /* though the hashes are alike still */
	assert_non_null(strstr(c.findings[0], "event 50 "));
	project_check_free(&c);
	project_close(p);
	p = project_open(test_path("copy.tiger"), PROJECT_WRITE, &e);
	OK(project_check(p, NULL, NULL, &c, err));
	assert_true(c.found > 0);
	assert_non_null(strstr(c.findings[0], "event 50"));
	project_check_free(&c);
	project_close(p);
}

/* A log whose end was taken away is sound by itself; a backup has the end, and
 * gives it back. */
static void
test_cut_log(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project_check c;
	struct work_merged m;
	struct project *p = test_project("cut.tiger", 20, &scheme, labels);
	sqlite3 *db;

	(void)state;
	for (int i = 1; i <= 10; i++)
		test_tag(p, scheme, i, labels[i % 3]);
	OK(project_backup(p, test_path("whole.tiger"), NULL, err));
	project_close(p);
	sqlite3_open(test_path("cut.tiger"), &db);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM event WHERE doc > 7",
	    NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	p = project_open(test_path("cut.tiger"), PROJECT_WRITE, &e);
	OK(project_rebuild(p, NULL, err));
	test_check(p);
	OK(project_check(p, test_path("whole.tiger"), NULL, &c, err));
	assert_int_equal(c.found, 1);
	assert_non_null(strstr(c.findings[0], "'import work'"));
	project_check_free(&c);
	OK(work_merge(p, test_path("whole.tiger"), false, NULL, &m, err));
	assert_int_equal(m.tagged, 3);
	work_merged_free(&m);
	test_check(p);
	OK(project_check(p, test_path("whole.tiger"), NULL, &c, err));
	assert_int_equal(c.found, 0);
	project_check_free(&c);
	project_close(p);
}

/* What the tables say is not made anew from a log that was changed. */
static void
test_changed_log(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project_check c;
	struct project *p = test_project("changed.tiger", 20, &scheme, labels);
	sqlite3 *db;

	(void)state;
	for (int i = 1; i <= 10; i++)
		test_tag(p, scheme, i, labels[i % 3]);
	project_close(p);
	sqlite3_open(test_path("changed.tiger"), &db);
	assert_int_equal(sqlite3_exec(db, "UPDATE event SET data ="
	    " '{\"labels\":[]}' WHERE doc = 5", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	p = project_open(test_path("changed.tiger"), PROJECT_WRITE, &e);
	OK(project_check(p, NULL, NULL, &c, err));
	assert_true(c.broken);
	assert_true(c.found > 1);
	for (size_t i = 0; i < c.n; i++) {
		assert_non_null(strstr(c.findings[i], "'restore'"));
		assert_null(strstr(c.findings[i], "--rebuild"));
	}
	assert_non_null(strstr(c.findings[1], "text d5 in scheme default"));
	project_check_free(&c);
	project_close(p);
}

/* The chain by the manual's words, made here from what the file says. */
static void
test_chain(void **state)
{
	int64_t scheme, labels[3];
	struct project *p = test_project("ch.tiger", 20, &scheme, labels);
	unsigned char hash[32] = { 0 };
	sqlite3 *db;
	sqlite3_stmt *s;
	int n = 0;

	(void)state;
	for (int i = 1; i <= 20; i++)
		test_tag(p, scheme, i, labels[i % 3]);
	OK(annot_comment(p, scheme, 1, "line\nfeed \"q\" \u00e9", err));
	OK(param_set(p, "language", "fr", err));
	project_close(p);
	sqlite3_open(test_path("ch.tiger"), &db);
	sqlite3_prepare_v2(db, "SELECT hash, 'tagtiger event 1', replica, seq,"
	    " lamport, time, uid, layer, act, kind, bulk, scheme, doc, data"
	    " FROM event ORDER BY replica, seq", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW) {
		struct sha256 c;

		sha256_init(&c);
		sha256_add(&c, hash, 32);
		for (int i = 1; i < 14; i++) {
			const char *text =
			    (const char *)sqlite3_column_text(s, i);

			if (text != NULL)
				sha256_add(&c, text, strlen(text));
			sha256_add(&c, "\n", 1);
		}
		sha256_end(&c, hash);
		assert_int_equal(sqlite3_column_bytes(s, 0), 32);
		assert_memory_equal(hash, sqlite3_column_blob(s, 0), 32);
		n++;
	}
	assert_int_equal(n, 4 + 20 + 2);
	sqlite3_finalize(s);
	sqlite3_close(db);
}

/* No room: the act fails with a word, and nothing of it stands. */
static void
test_disk_full(void **state)
{
	extern int db_pragma(struct project *, const char *, int64_t *,
	    struct err *);
	static char comment[200000];
	int64_t scheme, labels[3], n;
	struct project *p = test_project("full.tiger", 20, &scheme, labels);
	struct rlimit limit = { 300000, RLIM_INFINITY }, old;
	struct err e = { 0 };
	struct annot a;

	(void)state;
	memset(comment, 'x', sizeof comment - 1);
	test_tag(p, scheme, 1, labels[0]);
	OK(db_pragma(p, "PRAGMA max_page_count = 1", &n, err));
	FAILS(annot_comment(p, scheme, 1, comment, err), ERR_FAILED,
	    "the disk is full");
	OK(db_pragma(p, "PRAGMA max_page_count = 1000000", &n, err));
	/* The same by the system's word. */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	FAILS(annot_comment(p, scheme, 1, comment, err), ERR_FAILED,
	    "nothing of this step was saved");
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(annot_get(p, scheme, 1, project_uid(p), &a, &e), 1);
	assert_int_equal(a.labels[0], labels[0]);
	assert_string_equal(a.comment, "");
	annot_free(&a);
	test_tag(p, scheme, 2, labels[0]);
	test_check(p);
	project_close(p);
}

static void
test_check_and_rebuild(void **state)
{
	static const char *const harm[] = {
		"UPDATE annotation SET labels = '[]' WHERE doc = 2",
		"UPDATE annotation SET comment = 'forged' WHERE doc = 3",
		"DELETE FROM annotation WHERE doc = 4",
		"DELETE FROM annotation_label WHERE doc = 5",
		"DELETE FROM session WHERE doc = 6",
		"UPDATE event SET undone = 1 WHERE doc = 7",
		"UPDATE label SET name = 'forged', name_key = 'forged'"
		" WHERE name = 'a'",
		"UPDATE scheme SET kind = 1",
		"INSERT INTO codebook SELECT id, 'forged' FROM scheme",
		"INSERT INTO annotation SELECT scheme, 150, uid, 1, 1,"
		" '[]', 0, 0, '' FROM annotation WHERE doc = 8",
		"INSERT INTO session SELECT uid, scheme, 150, 1, 1, 1"
		" FROM session WHERE doc = 8",
		"DROP INDEX event_doc",
		"DROP INDEX doc_slug; CREATE INDEX doc_slug ON doc(id)",
		"CREATE TRIGGER t AFTER INSERT ON event BEGIN"
		" UPDATE event SET undone = 1; END",
		"CREATE VIEW v AS SELECT 1",
		"DELETE FROM label WHERE name = 'c'",
		"DELETE FROM scheme",
		"INSERT INTO model_weights VALUES(77, zeroblob(8))",
		/* an index that does not follow its table */
		"CREATE TEMP TABLE was AS SELECT * FROM sqlite_schema"
		" WHERE name = 'doc_set'; PRAGMA writable_schema = ON;"
		" DELETE FROM sqlite_schema WHERE name = 'doc_set';"
		" PRAGMA writable_schema = RESET;"
		" UPDATE doc SET set_no = 0 WHERE seq = 3;"
		" PRAGMA writable_schema = ON;"
		" INSERT INTO sqlite_schema SELECT * FROM was;"
		" PRAGMA writable_schema = RESET",
	};
	int64_t scheme, labels[3];
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
		struct project *p;
		struct project_check c;
		char name[32];
		sqlite3 *db;

		snprintf(name, sizeof name, "harm%zu.tiger", i);
		p = test_project(name, 200, &scheme, labels);
		for (int j = 1; j <= 100; j++)
			test_tag(p, scheme, j, labels[j % 3]);
		test_check(p);
		project_close(p);
		sqlite3_open(test_path(name), &db);
		assert_int_equal(sqlite3_exec(db, harm[i], NULL, NULL, NULL),
		    SQLITE_OK);
		sqlite3_close(db);
		p = project_open(test_path(name), PROJECT_WRITE, &e);
		OK(project_check(p, NULL, NULL, &c, err));
		if (c.found == 0)
			fail_msg("not found: %s", harm[i]);
		for (size_t j = 0; j < c.n; j++)
			if (strstr(c.findings[j], "check --rebuild") == NULL)
				fail_msg("%s", c.findings[j]);
		project_check_free(&c);
		OK(project_rebuild(p, NULL, err));
		test_check(p);
		project_close(p);
	}
}

/* What no log can make again: said, and left alone. */
static void
test_check_schema(void **state)
{
	static const char *const harm[][2] = {
		{ "CREATE TABLE extra(a)", "table extra is no part" },
		{ "ALTER TABLE param ADD COLUMN a TEXT",
		    "table param is not as it should be: keep a copy" },
		{ "DROP TABLE look", "table look is lacking: keep a copy" },
		{ "DROP TABLE score", "table score is lacking: keep a copy" },
		{ "UPDATE doc SET set_no = 77 WHERE seq = 3",
		    "text number 3 is in no set that there is: keep a copy" },
		{ "UPDATE doc SET weight = 2 WHERE seq = 3",
		    "text number 3 has a weight that is no probability" },
		{ "UPDATE doc SET sum = NULL, slug = 'D3' WHERE seq = 3",
		    "text number 3 has a slug that is not its id's" },
		{ "UPDATE doc SET sum = NULL WHERE seq = 3; UPDATE text SET"
		    " body = CAST(x'ff' AS TEXT) WHERE seq = 3",
		    "text number 3 is not valid UTF-8" },
		{ "UPDATE doc SET sum = NULL WHERE seq = 3; UPDATE text SET"
		    " cells = '[' WHERE seq = 3",
		    "text number 3 has columns that cannot be read" },
		{ "DELETE FROM text WHERE seq = 3",
		    "text number 3 is gone: check --mend F" },
		{ "INSERT INTO scheme VALUES(7, 'x', 'x', 0, 7, 0)",
		    "there are schemes that the log does not know" },
		{ "INSERT INTO label SELECT 7, scheme, 'x', 'x', '', '', '',"
		    " 7, 0, NULL, NULL FROM label LIMIT 1",
		    "a scheme has labels that the log does not know" },
	};
	int64_t scheme, labels[3];
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
		struct project *p;
		struct project_check c;
		char name[32];
		sqlite3 *db;

		snprintf(name, sizeof name, "schema%zu.tiger", i);
		project_close(test_project(name, 5, &scheme, labels));
		sqlite3_open(test_path(name), &db);
		assert_int_equal(sqlite3_exec(db, harm[i][0], NULL, NULL,
		    NULL), SQLITE_OK);
		sqlite3_close(db);
		p = project_open(test_path(name), PROJECT_WRITE, &e);
		OK(project_rebuild(p, NULL, err));
		OK(project_check(p, NULL, NULL, &c, err));
		assert_int_equal(c.found, 1);
		if (strstr(c.findings[0], harm[i][1]) == NULL)
			fail_msg("%s: %s", harm[i][0], c.findings[0]);
		project_check_free(&c);
		project_close(p);
	}
}

/*
 * A file of each version that was ever made opens, and is afterwards what a
 * new one would be. Version 1: five texts, labels a, b and c (renamed from x),
 * d1 to d3 labelled so, d3's label undone and given again.
 */
static void
test_version_1(void **state)
{
	extern int db_pragma(struct project *, const char *, int64_t *,
	    struct err *);
	struct err e = { 0 };
	struct project *p;
	struct scheme s;
	struct project_check c;
	struct doc_row row = { .id = "new", .id_len = 3, .text = "new",
		.text_len = 3 };
	struct doc_import *imp;
	struct annot a;
	int64_t version, seq;
	sqlite3 *db;
	char sql[200];

	(void)state;
	copy_file("tests/unit/data/version-1.tiger", test_path("v1.tiger"));
	sqlite3_open(test_path("v1.tiger"), &db);
	copy_file("README.md", test_path("v1.tiger.version-1"));
	snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO user"
	    " VALUES(%ld, 'tester', 3, 0)", (long)getuid());
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	p = project_open(test_path("v1.tiger"), PROJECT_WRITE, &e);
	if (p == NULL)
		fail_msg("%s", e.text);
	OK(db_pragma(p, "PRAGMA user_version", &version, err));
	assert_int_equal(version, 2);
	/* A copy is kept of what it was, beside another file of that name. */
	assert_int_equal(access(test_path("v1.tiger.version-1-2"), F_OK), 0);
	test_check(p);
	/* Its texts have no checksums, those that come now have. */
	OK(project_check(p, NULL, NULL, &c, err));
	assert_int_equal(c.texts, 5);
	assert_int_equal(c.unsummed, 5);
	project_check_free(&c);
	imp = doc_import_begin(p, &e);
	OK(import_row(imp, &row, &seq, err));
	OK(doc_import_end(imp, err));
	OK(project_check(p, NULL, NULL, &c, err));
	assert_int_equal(c.texts, 6);
	assert_int_equal(c.unsummed, 5);
	project_check_free(&c);
	OK(scheme_find(p, "default", &s, err));
	assert_int_equal(s.nlabels, 3);
	assert_string_equal(s.labels[2].name, "c");
	for (int doc = 1; doc <= 3; doc++) {
		assert_int_equal(annot_get(p, s.id, doc, 0, &a, &e), 1);
		assert_int_equal(a.labels[0], s.labels[doc - 1].id);
		annot_free(&a);
	}
	test_tag(p, s.id, 4, s.labels[0].id);
	test_check(p);
	scheme_free(&s);
	project_close(p);
}

/* As version 1 would have left it. */
static void
make_version_1(const char *path)
{
	sqlite3 *db;

	sqlite3_open(path, &db);
	assert_int_equal(sqlite3_exec(db, "ALTER TABLE doc DROP COLUMN sum;"
	    "PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A file of version 1 is compared with, merged and restored, and stays what
 * it is. */
static void
test_version_1_beside(void **state)
{
	int64_t scheme, labels[3], docs[] = { 1, 2 }, number;
	struct work_spec spec = { .docs = docs, .n = 2, .uid = WORK_ANYONE };
	struct project *p = test_project("now.tiger", 5, &scheme, labels);
	struct project *q;
	struct project_check c;
	struct work_merged m;
	struct archived a;
	struct err e = { 0 };
	struct stat before, after;

	(void)state;
	OK(project_backup(p, test_path("then.tiger"), NULL, err));
	OK(work_export(p, test_path("away.tiger"), &spec, &number, NULL,
	    err));
	q = project_open(test_path("away.tiger"), PROJECT_WRITE, &e);
	assert_non_null(q);
	test_tag(q, scheme, 2, labels[1]);
	project_close(q);
	make_version_1(test_path("then.tiger"));
	make_version_1(test_path("away.tiger"));
	assert_int_equal(stat(test_path("away.tiger"), &before), 0);

	OK(project_check(p, test_path("then.tiger"), NULL, &c, err));
	assert_int_equal(c.found, 0);
	project_check_free(&c);
	OK(work_merge(p, test_path("away.tiger"), false, NULL, &m, err));
	assert_int_equal(m.tagged, 1);
	work_merged_free(&m);
	test_check(p);
	project_close(p);
	OK(project_restore(test_path("then.tiger"), test_path("again.tiger"),
	    NULL, &a, err));
	assert_int_equal(stat(test_path("away.tiger"), &after), 0);
	assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	FAILS(project_open(test_path("then.tiger"), PROJECT_READ, err) ==
	    NULL ? -1 : 0, ERR_FAILED, "made by an older tagtiger");
	/* Nor is anything left of the copies. */
	for (const char *const *name = (const char *const[]){ "now.tiger",
	    "then.tiger", "away.tiger", "again.tiger", NULL }; *name != NULL;
	    name++)
		assert_int_equal(unlink(test_path(*name)), 0);
	assert_int_equal(rmdir(test_dir), 0);
	assert_int_equal(mkdir(test_dir, 0700), 0);
}

static void
test_folder_size_remove(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project *p = test_project("f.tiger", 50, &scheme, labels);
	struct project_size size;
	char *file, path[256];
	struct stat st;

	(void)state;
	assert_int_equal(access(project_folder_path(p), F_OK), -1);
	file = project_file(p, "features/sbert.f32", &e);
	assert_non_null(file);
	write_file(file, "1234", 4);
	assert_int_equal(stat(project_folder_path(p), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	OK(project_size(p, &size, err));
	assert_int_equal(size.folder_files, 1);
	assert_true(size.file > 0 && size.texts > 0);
	OK(project_vacuum(p, err));
	test_check(p);
	snprintf(path, sizeof path, "%s", project_path(p));
	project_close(p);
	OK(project_remove(path, err));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(file, F_OK), -1);
	free(file);
	FAILS(project_remove(path, err), ERR_NAME, "No such file");
}

static void
test_transactions(void **state)
{
	int64_t scheme, labels[3];
	struct err e = { 0 };
	struct project *p = test_project("t.tiger", 5, &scheme, labels);
	struct annot a;

	(void)state;
	/* Rolled back as a whole. */
	OK(project_begin(p, err));
	test_tag(p, scheme, 1, labels[0]);
	assert_int_equal(project_end(p, -1, &e), -1);
	assert_int_equal(annot_get(p, scheme, 1, project_uid(p), &a, &e), 0);
	/* An inner failure dooms the whole, and its words are kept. */
	OK(project_begin(p, err));
	test_tag(p, scheme, 1, labels[0]);
	FAILS(label_add(p, scheme, "a", NULL, err), ERR_NAME, "already");
	FAILS(project_end(p, 0, err), ERR_NAME, "already");
	assert_int_equal(annot_get(p, scheme, 1, project_uid(p), &a, &e), 0);
	test_tag(p, scheme, 1, labels[0]);
	test_check(p);
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_create_publish),
		T(test_publish_never_replaces),
		T(test_refusals),
		T(test_other_account),
		T(test_migration_steps),
		T(test_busy),
		T(test_moved_and_replaced),
		T(test_poll_and_reader),
		T(test_write_through_reader),
		T(test_lanes),
		T(test_backup_check_against),
		T(test_cut_log),
		T(test_changed_log),
		T(test_chain),
		T(test_disk_full),
		T(test_check_and_rebuild),
		T(test_check_schema),
		T(test_version_1),
		T(test_version_1_beside),
		T(test_folder_size_remove),
		T(test_transactions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

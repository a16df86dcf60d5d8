/*
 * A process annotates and tells of each act on a pipe once the store has
 * acknowledged it; it is killed at random instants. Whatever it told of must
 * stand in the project, and the project must be sound. What it does follows
 * from a seed, so that the parent knows what each act was; the one act that
 * was under way may stand or not.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tagtiger/rng.h"
#include "../unit/store_test.h"

#define ROUNDS 200
#define DOCS 40

static int64_t scheme, labels[3];

/* What stands, by text: label 0..2, 3 none of them, -1 untagged. */
struct standing {
	int label[DOCS + 1];
};

struct act {
	int doc, label;
};

static struct act
act_of(uint64_t seed, uint64_t i)
{
	struct rng r;
	struct act a;

	rng_seed(&r, seed * 1000003 + i);
	a.doc = 1 + (int)rng_below(&r, DOCS);
	a.label = (int)rng_below(&r, 5) - 1;
	return a;
}

static int
choose(struct project *p, void *arg, int64_t rejected, struct pick *out,
    struct err *err)
{
	int64_t *next = arg;

	(void)p;
	(void)rejected;
	(void)err;
	out->doc = 1 + (*next)++ % DOCS;
	strcpy(out->mode, "sequential");
	return 0;
}

static int
do_act(struct project *p, struct act a, int64_t *place, struct err *err)
{
	struct next next = { .set = SET_TRAIN, .pick = choose, .arg = place };
	struct tag t = { .scheme = scheme, .doc = a.doc };

	if (a.label < 0)
		return annot_untag(p, scheme, a.doc, WHOSE_MINE, err);
	if (a.label < 3) {
		t.labels = &labels[a.label];
		t.nlabels = 1;
	}
	return annot_tag(p, &t, &next, err);
}

static void
child(uint64_t seed, int out)
{
	struct err e = { 0 };
	struct project *p = project_open(test_path("k.tiger"), PROJECT_WRITE,
	    &e);
	int64_t place = 0;

	for (uint64_t i = 0; p != NULL; i++) {
		if (do_act(p, act_of(seed, i), &place, &e) < 0)
			break;
		if (write(out, "", 1) != 1)
			_exit(1);
	}
	dprintf(2, "child: %s\n", e.text);
	_exit(1);
}

static void
read_standing(struct project *p, struct standing *s)
{
	s->label[0] = -1;
	for (int doc = 1; doc <= DOCS; doc++) {
		struct annot a;
		int row = annot_get(p, scheme, doc, project_uid(p), &a, NULL);

		assert_true(row >= 0);
		s->label[doc] = -1;
		if (row == 1 && a.tagged) {
			s->label[doc] = 3;
			for (int l = 0; l < 3 && a.nlabels > 0; l++) {
				if (a.labels[0] == labels[l])
					s->label[doc] = l;
			}
		}
		if (row == 1)
			annot_free(&a);
	}
}

/* The pipe's bytes up to `enough`, then kill, then what is left in it. */
static uint64_t
kill_after(pid_t pid, int in, uint64_t enough, long spin)
{
	char buf[256];
	uint64_t told = 0;
	ssize_t n;
	int status;

	while (told < enough && (n = read(in, buf, 1)) > 0)
		told += (uint64_t)n;
	for (volatile long i = 0; i < spin; i++)
		;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	while ((n = read(in, buf, sizeof buf)) > 0)
		told += (uint64_t)n;
	return told;
}

static void
one_round(uint64_t seed, struct rng *r, struct standing *want)
{
	int fd[2];
	struct standing now, after;
	struct project *p;
	struct err e = { 0 };
	struct act next;
	uint64_t told;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		child(seed, fd[1]);
	}
	close(fd[1]);
	told = kill_after(pid, fd[0], rng_below(r, 12),
	    (long)rng_below(r, 300000));
	close(fd[0]);
	for (uint64_t i = 0; i < told; i++) {
		struct act a = act_of(seed, i);

		want->label[a.doc] = a.label;
	}
	after = *want;
	next = act_of(seed, told);
	after.label[next.doc] = next.label;

	p = project_open(test_path("k.tiger"), PROJECT_WRITE, &e);
	if (p == NULL)
		fail_msg("round %d: %s", (int)seed, e.text);
	read_standing(p, &now);
	if (memcmp(&now, want, sizeof now) != 0 &&
	    memcmp(&now, &after, sizeof now) != 0)
		fail_msg("round %d: after %d acknowledged acts a label is "
		    "lost", (int)seed, (int)told);
	*want = now;
	if (seed % 10 == 0)
		test_check(p);
	project_close(p);
}

static void
test_kill(void **state)
{
	struct standing want;
	struct rng r;
	struct project *p = test_project("k.tiger", DOCS, &scheme, labels);

	(void)state;
	project_close(p);
	for (int doc = 0; doc <= DOCS; doc++)
		want.label[doc] = -1;
	rng_seed(&r, 42);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		one_round(seed, &r, &want);
	p = project_open(test_path("k.tiger"), PROJECT_WRITE, NULL);
	test_check(p);
	project_close(p);
}

/* Killed while a project is made: nothing stands under its name, and the
 * next creation sweeps the remains away. */
static void
test_kill_creation(void **state)
{
	struct project *p;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		p = project_create(test_path("n.tiger"), NULL);
		if (p == NULL)
			_exit(1);
		test_docs(p, 50, SET_TRAIN);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(access(test_path("n.tiger"), F_OK), -1);
	p = project_create(test_path("n.tiger"), NULL);
	assert_non_null(p);
	project_abandon(p);
	assert_int_equal(rmdir(test_dir), 0);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_kill),
		T(test_kill_creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

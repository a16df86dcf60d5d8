/*
 * Three processes of the real program write to one project: one tags, one
 * changes the scheme (labels added, renamed, merged, deleted, undone), one
 * imports annotations. Where this is root each is another account, else the
 * three are one. Each is killed at an instant of its own while the others go
 * on. Whatever was answered stands afterwards, of what was under way all or
 * nothing, and the project is sound.
 *
 * WRITERS_KILLS says how many instants (60 where it is not set), WRITERS_SEED
 * of which seed; the test prints both.
 */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tagtiger/rng.h"
#include "../unit/store_test.h"

#define DOCS 60
#define PER_ROUND 3
#define NAMES 6  /* labels that the second writer plays with */
#define BATCH 5  /* texts an import */

enum { TAGS, SCHEMES, IMPORTS };

struct writer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	int to, from;	/* its script and its answers */
	uint64_t seed, told;
	struct rng rng;
	/* What stands as answered, and what would if the act under way went
	 * through too. */
	struct standing {
		int label[DOCS + 1];	/* TAGS, IMPORTS: -1 none, 0..2 */
		bool names[NAMES];	/* SCHEMES */
	} now, then, before; /* before: what an undo comes back to */
	bool undoable, undoes;
};

static struct writer writers[PER_ROUND];
static char base[64], project[128], program[128];
static bool several; /* accounts */

/* ---- acts, which follow from the seed ---- */

static struct standing
act_tag(struct writer *w, char *line, size_t size)
{
	struct standing s = w->now;
	int doc = 1 + (int)rng_below(&w->rng, DOCS);
	int label = (int)rng_below(&w->rng, 4) - 1;

	if (label < 0 && s.label[doc] < 0)
		label = 0;
	if (label < 0)
		snprintf(line, size, "untag d%d\n", doc);
	else
		snprintf(line, size, "tag d%d %c\n", doc, 'a' + label);
	s.label[doc] = label;
	return s;
}

/* Two names: one that stands and one that is free, or -1. */
static void
two_names(struct writer *w, const struct standing *s, int *living, int *free_)
{
	*living = *free_ = -1;
	for (int i = 0, k = (int)rng_below(&w->rng, NAMES); i < NAMES;
	     i++, k = (k + 1) % NAMES) {
		if (s->names[k])
			*living = k;
		else
			*free_ = k;
	}
}

static struct standing
act_scheme(struct writer *w, char *line, size_t size)
{
	struct standing s = w->now;
	int a, b, what = (int)rng_below(&w->rng, 4);

	two_names(w, &s, &a, &b);
	/* One's own newest act: of one account's three it may be another's. */
	w->undoes = several && w->undoable && rng_below(&w->rng, 4) == 0;
	if (w->undoes) {
		snprintf(line, size, "undo\n");
		s = w->before;
	} else if (a < 0 || (what < 2 && b >= 0)) {
		snprintf(line, size, "label add n%d --scheme other\n", b);
		s.names[b] = true;
	} else if (what == 2 && b >= 0) {
		snprintf(line, size, "label rename n%d n%d --scheme other\n",
		    a, b);
		s.names[a] = false;
		s.names[b] = true;
	} else if (what == 1) { /* all stand: two become one */
		snprintf(line, size, "label rename n%d n%d --scheme other\n",
		    a, (a + 1) % NAMES);
		s.names[a] = false;
	} else {
		snprintf(line, size, "label delete n%d --scheme other\n", a);
		s.names[a] = false;
	}
	return s;
}

static struct standing
act_import(struct writer *w, char *line, size_t size)
{
	struct standing s = w->now;
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/in%d.csv", base, (int)(w->told % 2));
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "id,label\n");
	for (int i = 0; i < BATCH; i++) {
		int doc = 1 + (int)rng_below(&w->rng, DOCS / BATCH) +
		    i * (DOCS / BATCH);
		int label = (int)rng_below(&w->rng, 3);

		fprintf(f, "d%d,%c\n", doc, 'a' + label);
		s.label[doc] = label;
	}
	fclose(f);
	chmod(path, 0644);
	snprintf(line, size, "import annotations %s --id id --label label "
	    "--scheme third --on-conflict replace\n", path);
	return s;
}

static struct standing
act(struct writer *w, char *line, size_t size)
{
	switch (w - writers) {
	case TAGS: return act_tag(w, line, size);
	case SCHEMES: return act_scheme(w, line, size);
	default: return act_import(w, line, size);
	}
}

/* ---- processes ---- */

static void
become(const struct writer *w)
{
	if (w->uid == getuid())
		return;
	if (setgroups(0, NULL) < 0 || setgid(w->gid) < 0 || setuid(w->uid) < 0)
		_exit(126);
}

static int
run(const char *const *words)
{
	const char *argv[16] = { program };
	int status, n = 1;
	pid_t pid;

	while (*words != NULL && n < 15)
		argv[n++] = *words++;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

#define RUN(...)                                                               \
	assert_int_equal(run((const char *const[]){ __VA_ARGS__, NULL }), 0)

static void
start(struct writer *w)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	w->pid = fork();
	if (w->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		setenv("HOME", base, 1);
		setenv("TAGTIGER_THREADS", "1", 1);
		become(w);
		execl(program, program, project, "--json", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	w->to = in[1];
	w->from = out[0];
}

/* Hand the next act over; false when the process is gone. */
static bool
ask(struct writer *w)
{
	char line[256];

	w->then = act(w, line, sizeof line);
	return write(w->to, line, strlen(line)) == (ssize_t)strlen(line);
}

/* One answer: a line. -1: the process is gone, or said no. */
static int
answer(struct writer *w)
{
	char buf[4096];
	ssize_t n = 0;

	for (;;) {
		if (n == (ssize_t)sizeof buf - 1 ||
		    read(w->from, buf + n, 1) != 1)
			return -1;
		if (buf[n++] == '\n')
			break;
	}
	buf[n] = '\0';
	if (strncmp(buf, "{\"error\"", 8) == 0)
		fail_msg("writer %d, act %d: %s", (int)(w - writers),
		    (int)w->told, buf);
	w->before = w->now;
	w->now = w->then;
	w->undoable = !w->undoes;
	w->told++;
	return 0;
}

static void
end(struct writer *w)
{
	int status;

	kill(w->pid, SIGKILL);
	waitpid(w->pid, &status, 0);
	if (!WIFSIGNALED(status))
		fail_msg("writer %d ended by itself: status %d",
		    (int)(w - writers), status);
	while (answer(w) == 0) /* what it said before */
		;
	close(w->to);
	close(w->from);
}

/* ---- what stands ---- */

static void
stand_labels(struct project *p, struct writer *w, struct standing *s)
{
	static const char *const names[] = { "default", "", "third" };
	struct scheme scheme;
	struct annot a;
	struct err e = { 0 };

	OK(scheme_find(p, names[w - writers], &scheme, err));
	for (int doc = 1; doc <= DOCS; doc++) {
		int row = annot_get(p, scheme.id, doc, w->uid, &a, &e);

		s->label[doc] = -1;
		if (row == 1 && a.nlabels == 1) {
			const struct label *l = label_by_id(&scheme,
			    a.labels[0]);

			assert_non_null(l);
			s->label[doc] = l->name[0] - 'a';
		}
		if (row == 1)
			annot_free(&a);
	}
	scheme_free(&scheme);
}

static void
stand_names(struct project *p, struct standing *s)
{
	struct scheme scheme;
	char name[8];

	OK(scheme_find(p, "other", &scheme, err));
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof name, "n%d", i);
		s->names[i] = label_named(&scheme, name) != NULL;
	}
	scheme_free(&scheme);
}

static void
verify(struct project *p, struct writer *w)
{
	struct standing is = w->now;

	if (w - writers == SCHEMES)
		stand_names(p, &is);
	else
		stand_labels(p, w, &is);
	if (memcmp(&is, &w->now, sizeof is) != 0 &&
	    memcmp(&is, &w->then, sizeof is) != 0)
		fail_msg("writer %d: after %d answers something is lost",
		    (int)(w - writers), (int)w->told);
	w->now = w->then = is;
	w->undoable = false; /* the act under way may be the newest */
}

static int
one_round(struct rng *r)
{
	struct err e = { 0 };
	struct project *p;
	int order = (int)rng_below(r, PER_ROUND);

	for (int i = 0; i < PER_ROUND; i++)
		start(&writers[i]);
	for (int turn = 0, i; turn < PER_ROUND; turn++) {
		/* Some answers of all who live, then one dies amid an act. */
		struct writer *victim = &writers[(order + turn) % PER_ROUND];
		struct timespec nap = {
			.tv_nsec = (long)rng_below(r, 4000000) };

		for (int k = (int)rng_below(r, 4); k > 0; k--) {
			for (i = turn; i < PER_ROUND; i++)
				assert_true(ask(&writers[(order + i) %
				    PER_ROUND]));
			for (i = turn; i < PER_ROUND; i++)
				assert_int_equal(answer(&writers[(order + i) %
				    PER_ROUND]), 0);
		}
		for (i = turn; i < PER_ROUND; i++)
			assert_true(ask(&writers[(order + i) % PER_ROUND]));
		nanosleep(&nap, NULL);
		end(victim);
		for (i = turn + 1; i < PER_ROUND; i++)
			assert_int_equal(answer(&writers[(order + i) %
			    PER_ROUND]), 0);
	}
	p = project_open(project, PROJECT_WRITE, &e);
	if (p == NULL)
		fail_msg("%s", e.text);
	for (int i = 0; i < PER_ROUND; i++)
		verify(p, &writers[i]);
	test_check(p);
	project_close(p);
	return PER_ROUND;
}

/* ---- setting up ---- */

static void
account(struct writer *w, const char *name)
{
	struct passwd *pw = several ? getpwnam(name) : NULL;

	memset(w, 0, sizeof *w);
	w->uid = pw != NULL ? pw->pw_uid : getuid();
	w->gid = pw != NULL ? pw->pw_gid : getgid();
	for (int doc = 0; doc <= DOCS; doc++)
		w->now.label[doc] = -1;
	w->then = w->now;
}

static void
set_up(uint64_t seed)
{
	const char *tagtiger = getenv("TAGTIGER");
	char path[128], copy[256];
	FILE *f;

	snprintf(base, sizeof base, "%s", test_dir);
	snprintf(program, sizeof program, "%s/tagtiger", base);
	snprintf(copy, sizeof copy, "cp '%s' '%s'", tagtiger != NULL ?
	    tagtiger : "build/tagtiger", program);
	assert_int_equal(system(copy), 0);
	assert_int_equal(chmod(base, 0755), 0);
	setenv("HOME", base, 1);
	several = getuid() == 0 && getpwnam("nobody") != NULL &&
	    getpwnam("daemon") != NULL;
	snprintf(path, sizeof path, "%s/d.csv", base);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "id,text\n");
	for (int i = 1; i <= DOCS; i++)
		fprintf(f, "d%d,text number %d\n", i, i);
	fclose(f);
	snprintf(project, sizeof project, "%s/own/p.tiger", base);
	snprintf(path, sizeof path, "%s/own", base);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/d.csv", base);
	RUN("new", project, "--data", path, "--id", "id", "--text", "text");
	for (int i = 0; i < 3; i++)
		RUN(project, "label", "add", (char[]){ (char)('a' + i), 0 });
	RUN(project, "scheme", "add", "other");
	RUN(project, "scheme", "add", "third");
	for (int i = 0; i < 3; i++)
		RUN(project, "label", "add", (char[]){ (char)('a' + i), 0 },
		    "--scheme", "third");
	RUN(project, "scheme", "use", "default");
	if (several) {
		snprintf(path, sizeof path, "%s/shared", base);
		RUN(project, "user", "add", "nobody", "--role", "manager",
		    "--move", path);
		snprintf(project, sizeof project, "%s/shared/p.tiger", base);
		RUN(project, "user", "add", "daemon", "--role", "manager");
	}
	account(&writers[TAGS], "root");
	account(&writers[SCHEMES], "nobody");
	account(&writers[IMPORTS], "daemon");
	for (int i = 0; i < PER_ROUND; i++)
		rng_seed(&writers[i].rng, seed * 10 + (uint64_t)i);
}

static void
test_writers(void **state)
{
	const char *given = getenv("WRITERS_KILLS");
	const char *of = getenv("WRITERS_SEED");
	int kills = given != NULL && *given != '\0' ? atoi(given) : 60;
	uint64_t seed = of != NULL && *of != '\0' ?
	    strtoull(of, NULL, 10) : 1, told = 0;
	struct rng r;
	int done = 0;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	print_message("WRITERS_SEED=%llu WRITERS_KILLS=%d\n",
	    (unsigned long long)seed, kills);
	set_up(seed);
	rng_seed(&r, seed);
	while (done < kills)
		done += one_round(&r);
	for (int i = 0; i < PER_ROUND; i++) {
		assert_true(writers[i].told > 0);
		told += writers[i].told;
	}
	print_message("%d kills of %s, %llu acts answered, none lost\n", done,
	    several ? "three accounts" : "one account's three",
	    (unsigned long long)told);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_writers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

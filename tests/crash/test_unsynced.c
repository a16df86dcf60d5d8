/*
 * The machine loses its power while three processes write to one project
 * (writers.h): all three are killed at a random instant, and the folder is then
 * made as a disk may have it that lost what was not synced, in part or wholly.
 * Each such instant is tried several times, and so are random instants before
 * it. Whatever was answered stands, of what was under way all or nothing, and
 * the project is sound.
 *
 * UNSYNCED_CUTS says how many instants (10 where it is not set), UNSYNCED_SEED
 * of which seed; the test prints both.
 */
#include <fcntl.h>
#include <signal.h>

#include "../unit/store_test.h"
#include "trace.h"
#include "writers.h"

#define TRIES 8 /* disks an instant */
#define OPS   1000 /* at most, before the power goes */
#define AHEAD 6	   /* acts of one before the slowest, at most */

static struct writers writers;
static struct platter *platter;
static size_t ahead; /* of this round */
static struct {
	int round;
	size_t ops;
	enum kept kept;
} tried;

/* Hand the next act over. */
static void
ask(struct writer *one)
{
	char line[256];

	writer_act(&writers, one, line, sizeof line);
	assert_int_equal(write(one->to, line, strlen(line)), strlen(line));
}

/* Who has answered goes on, unless others are far behind. */
static void
told(int who, const char *line)
{
	size_t least = SIZE_MAX;

	writer_told(&writers.of[who], line, platter_ops(platter));
	for (int i = 0; i < WRITERS; i++) {
		if (writers.of[i].ntold < least)
			least = writers.of[i].ntold;
	}
	for (int i = 0; i < WRITERS; i++) {
		struct writer *one = &writers.of[i];

		if (one->nacts == one->ntold && one->ntold <= least + ahead)
			ask(one);
	}
}

static void
traced(void)
{
	dup2(open("/dev/null", O_WRONLY), 1); /* its answers are overheard */
	trace_me();
}

static void
record(size_t ops)
{
	struct trace *t;

	platter = platter_new(writers.folder);
	assert_non_null(platter);
	t = trace_new(platter, told);
	for (int i = 0; i < WRITERS; i++) {
		writer_start(&writers, &writers.of[i], traced);
		trace_program(t, i, writers.of[i].pid);
		ask(&writers.of[i]);
	}
	if (trace_run(t, ops) != WRITERS)
		fail_msg("a process ended by itself");
	trace_kill(t);
	for (int i = 0; i < WRITERS; i++) {
		close(writers.of[i].to);
		close(writers.of[i].from);
	}
}

/* Returns how many operations were not safe. */
static size_t
one_round(struct rng *r)
{
	size_t unsafe = 0;

	tried.round++;
	ahead = rng_below(r, AHEAD);
	record(1 + rng_below(r, OPS));
	for (int i = TRIES; i-- > 0;) {
		tried.ops = platter_ops(platter);
		tried.kept = i % KEPTS;
		if (i >= KEPTS)
			tried.ops = rng_below(r, tried.ops + 1);
		unsafe += platter_cut(platter, tried.ops, tried.kept, r,
		    writers.folder, writers.several ? 0660 : 0600);
		writers_verify(&writers, tried.ops, i == 0);
	}
	platter_free(platter);
	platter = NULL;
	return unsafe;
}

static void
test_unsynced(void **state)
{
	int cuts = (int)test_number("UNSYNCED_CUTS", 10);
	uint64_t seed = (uint64_t)test_number("UNSYNCED_SEED", 1);
	const char *why = trace_possible();
	size_t unsafe = 0;
	struct rng r;

	(void)state;
	if (why != NULL) {
		print_message("%s\n", why);
		skip();
	}
	print_message("UNSYNCED_SEED=%llu UNSYNCED_CUTS=%d\n",
	    (unsigned long long)seed, cuts);
	writers_set_up(&writers, test_dir, seed);
	rng_seed(&r, seed);
	for (int i = 0; i < cuts; i++)
		unsafe += one_round(&r);
	assert_true(unsafe > 0);
	print_message("power lost at %d instants of %s, %d disks each, %zu "
	    "operations not safe: nothing lost\n", cuts, writers.several ?
	    "three accounts" : "one account's three", TRIES, unsafe);
}

/* What the disk that failed had lost. */
static int
tell(void **state)
{
	static const char *const words[] = { "nothing", "the first", "some",
		"all" };

	if (platter != NULL) {
		fprintf(stderr, "round %d: power lost after operation %zu of "
		    "%zu, %s of what was not synced kept:\n", tried.round,
		    tried.ops, platter_ops(platter), words[tried.kept]);
		platter_print(platter, tried.ops);
	}
	platter_free(platter);
	return test_dir_remove(state);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, tell)
	const struct CMUnitTest tests[] = {
		T(test_unsynced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

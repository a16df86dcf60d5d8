/*
 * Three processes of the real program write to one project (writers.h). Each is
 * killed at an instant of its own while the others go on. Whatever was answered
 * stands afterwards, of what was under way all or nothing, and the project is
 * sound.
 *
 * WRITERS_KILLS says how many instants (60 where it is not set), WRITERS_SEED
 * of which seed; the test prints both.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "../unit/store_test.h"
#include "writers.h"

static struct writers writers;
static uint64_t answers;

/* Hand the next act over; false when the process is gone. */
static bool
ask(struct writer *one)
{
	char line[256];

	writer_act(&writers, one, line, sizeof line);
	return write(one->to, line, strlen(line)) == (ssize_t)strlen(line);
}

/* One answer: a line. -1: the process is gone. */
static int
answer(struct writer *one)
{
	char buf[4096];
	ssize_t n = 0;

	for (;;) {
		if (n == (ssize_t)sizeof buf - 1 ||
		    read(one->from, buf + n, 1) != 1)
			return -1;
		if (buf[n++] == '\n')
			break;
	}
	buf[n] = '\0';
	writer_told(one, buf, 1);
	answers++;
	return 0;
}

static void
end(struct writer *one)
{
	int status;

	kill(one->pid, SIGKILL);
	waitpid(one->pid, &status, 0);
	if (!WIFSIGNALED(status))
		fail_msg("account %d: ended by itself: status %d",
		    (int)one->uid, status);
	while (answer(one) == 0) /* what it said before */
		;
	close(one->to);
	close(one->from);
}

static int
one_round(struct rng *r)
{
	struct writer *v[WRITERS];
	int first = (int)rng_below(r, WRITERS);

	for (int i = 0; i < WRITERS; i++) {
		v[i] = &writers.of[(first + i) % WRITERS];
		writer_start(&writers, v[i], NULL);
	}
	for (int dead = 0; dead < WRITERS; dead++) {
		/* Some answers of all who live, then one dies amid an act. */
		struct timespec nap = {
			.tv_nsec = (long)rng_below(r, 4000000) };

		for (int k = (int)rng_below(r, 4); k > 0; k--) {
			for (int i = dead; i < WRITERS; i++)
				assert_true(ask(v[i]));
			for (int i = dead; i < WRITERS; i++)
				assert_int_equal(answer(v[i]), 0);
		}
		for (int i = dead; i < WRITERS; i++)
			assert_true(ask(v[i]));
		nanosleep(&nap, NULL);
		end(v[dead]);
		for (int i = dead + 1; i < WRITERS; i++)
			assert_int_equal(answer(v[i]), 0);
	}
	writers_verify(&writers, 1, true);
	return WRITERS;
}

static void
test_writers(void **state)
{
	int kills = (int)test_number("WRITERS_KILLS", 60), done = 0;
	uint64_t seed = (uint64_t)test_number("WRITERS_SEED", 1);
	struct rng r;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	print_message("WRITERS_SEED=%llu WRITERS_KILLS=%d\n",
	    (unsigned long long)seed, kills);
	writers_set_up(&writers, test_dir, seed);
	rng_seed(&r, seed);
	while (done < kills)
		done += one_round(&r);
	assert_true(answers > 0);
	print_message("%d kills of %s, %llu acts answered, none lost\n", done,
	    writers.several ? "three accounts" : "one account's three",
	    (unsigned long long)answers);
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

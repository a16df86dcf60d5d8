/*
 * Damaged project files: one bit turned at hundreds of places, the file cut at
 * many. Whatever is read then answers or fails with a word, and never crashes;
 * and where `check` finds nothing, what people made is as it was.
 *
 * DAMAGE_FLIPS says how many (400 where it is not set), DAMAGE_SEED of which
 * seed.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "tagtiger/hash.h"
#include "tagtiger/rng.h"
#include "../unit/store_test.h"

#define DOCS 150

enum { CRASHED, REFUSED, FOUND, SAME, WRONG };

static unsigned char *bytes;
static size_t nbytes;
static int64_t scheme, labels[3];
static unsigned char sound[32];

static void
add(struct sha256 *h, const char *s)
{
	if (s != NULL)
		sha256_add(h, s, strlen(s) + 1);
}

static void
add_int(struct sha256 *h, int64_t i)
{
	sha256_add(h, &i, sizeof i);
}

/* What people made: annotations, comments, labels; and the texts. -1: it cannot
 * be read. */
static int
digest(struct project *p, unsigned char out[32])
{
	struct sha256 h;
	struct scheme s;
	struct doc d;
	struct annot a;
	struct err e = { 0 };
	int row;

	sha256_init(&h);
	if (scheme_find(p, "default", &s, &e) < 0)
		return -1;
	for (size_t i = 0; i < s.nlabels; i++) {
		add_int(&h, s.labels[i].id);
		add(&h, s.labels[i].name);
	}
	for (int doc = 1; doc <= DOCS; doc++) {
		row = annot_get(p, scheme, doc, project_uid(p), &a, &e);
		if (row == 1) {
			for (size_t i = 0; i < a.nlabels; i++)
				add_int(&h, a.labels[i]);
			add(&h, a.comment);
			add_int(&h, a.flag);
			annot_free(&a);
		}
		if (row < 0 || doc_get(p, doc, &d, &e) != 1)
			break;
		add(&h, d.id);
		add(&h, d.text);
		for (size_t i = 0; i < d.nvalues; i++)
			add(&h, d.values[i].value);
		doc_free(&d);
		if (doc == DOCS)
			row = 2;
	}
	scheme_free(&s);
	sha256_end(&h, out);
	return row == 2 ? 0 : -1;
}

static void
make_sound(void)
{
	struct project *p = test_project("sound.tiger", DOCS, &scheme, labels);
	FILE *f;

	for (int doc = 1; doc <= DOCS; doc++) {
		test_tag(p, scheme, doc, labels[doc % 3]);
		if (doc % 5 == 0)
			OK(annot_comment(p, scheme, doc, "a comment", err));
		if (doc % 7 == 0)
			OK(annot_flag(p, scheme, doc, true, err));
	}
	assert_int_equal(digest(p, sound), 0);
	project_close(p);
	f = fopen(test_path("sound.tiger"), "r");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	nbytes = (size_t)ftell(f);
	rewind(f);
	bytes = malloc(nbytes);
	assert_int_equal(fread(bytes, 1, nbytes, f), nbytes);
	fclose(f);
}

static void
write_tried(size_t len)
{
	FILE *f = fopen(test_path("tried.tiger"), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

/* An error that names the file and says what to do. */
static int
refused(const struct err *e)
{
	if (strstr(e->text, "tried.tiger: ") != NULL)
		return REFUSED;
	fprintf(stderr, "no word about the file: %s\n", e->text);
	return WRONG;
}

static int
read_tried(void)
{
	struct err e = { 0 };
	struct project *p = project_open(test_path("tried.tiger"),
	    PROJECT_WRITE, &e);
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct project_check c;
	unsigned char is[32];
	struct event *page;
	size_t n;
	int rc;

	if (p == NULL)
		return refused(&e);
	rc = digest(p, is);
	if (history_page(p, &f, &place, 50, &page, &n, &e) == 0)
		history_page_free(page, n);
	if (project_check(p, NULL, NULL, &c, &e) < 0)
		return refused(&e);
	if (c.found > 0)
		return strchr(c.findings[0], ':') != NULL ? FOUND : WRONG;
	if (rc == 0 && memcmp(is, sound, sizeof is) == 0)
		return SAME;
	fprintf(stderr, "%s", rc < 0 ? "cannot be read\n" : "differs\n");
	return WRONG;
}

/* In a process of its own. */
static int
outcome(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(60);
		_exit(read_tried());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : CRASHED;
}

static void
test_flips(void **state)
{
	long flips = test_number("DAMAGE_FLIPS", 400);
	long seed = test_number("DAMAGE_SEED", 1);
	int count[5] = { 0 };
	struct rng r;

	(void)state;
	make_sound();
	rng_seed(&r, (uint64_t)seed);
	for (long i = 0; i < flips; i++) {
		/* The first page holds the header and the schema. */
		size_t at = i % 8 == 0 ? rng_below(&r, 4096)
				       : rng_below(&r, nbytes);
		int bit = (int)rng_below(&r, 8), got;

		bytes[at] ^= (unsigned char)(1 << bit);
		write_tried(nbytes);
		got = outcome();
		if (got == CRASHED || got == WRONG)
			print_error("bit %d of byte %zu: %s\n", bit, at,
			    got == CRASHED ? "crashed" : "wrong, unseen");
		count[got]++;
		bytes[at] ^= (unsigned char)(1 << bit);
	}
	print_message("DAMAGE_SEED=%ld: %ld flips: %d refused, %d found, %d "
	    "without effect\n", seed, flips, count[REFUSED], count[FOUND],
	    count[SAME]);
	assert_int_equal(count[CRASHED], 0);
	assert_int_equal(count[WRONG], 0);
	assert_true(count[FOUND] > flips / 10);
	free(bytes);
}

static void
test_cuts(void **state)
{
	struct rng r;

	(void)state;
	make_sound();
	rng_seed(&r, 3);
	for (int i = 0; i < 60; i++) {
		size_t len = i < 20 ? (size_t)i * 4096 : rng_below(&r, nbytes);
		int got;

		if (len >= nbytes)
			continue;
		write_tried(len);
		got = outcome();
		if (got != REFUSED && got != FOUND)
			fail_msg("cut to %zu of %zu bytes: %d", len, nbytes,
			    got);
	}
	free(bytes);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_flips),
		T(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

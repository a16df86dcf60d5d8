/*
 * A fuzzer's part of `make check`, for any compiler: the seeds kept in
 * tests/fuzz/corpus/NAME, then inputs made of them by a mutator whose numbers
 * are always the same. NAME is the program's own, after "test_".
 *
 *	test_NAME [COUNT]	COUNT inputs (20000, or what NAME can in seconds)
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/rng.h"

#define CORPUS "tests/fuzz/corpus/"
#define INPUT_MAX ((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seed {
	char *name;
	char *data;
	size_t len;
};

static struct seed *seeds;
static size_t nseeds, cap;
/* What is tried, for the one who must try it again. */
static struct {
	const char *seed;
	unsigned long number;
} tried;

static void
on_crash(int sig)
{
	char text[400];
	int n = snprintf(text, sizeof text, "# signal %d at input %lu, made "
	    "of %s\n", sig, tried.number, tried.seed);

	if (write(STDOUT_FILENO, text, (size_t)n) < 0)
		_exit(2);
	signal(sig, SIG_DFL);
	raise(sig);
}

static int
seed_order(const void *a, const void *b)
{
	return strcmp(((const struct seed *)a)->name,
	    ((const struct seed *)b)->name);
}

static void
seeds_read(const char *name)
{
	char *folder = xasprintf(CORPUS "%s", name), *path;
	DIR *d = opendir(folder);
	struct dirent *e;
	FILE *f;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", folder, e->d_name);
		f = fopen(path, "r");
		if (f == NULL)
			fatal("%s cannot be read", path);
		seeds = array_room(seeds, nseeds, &cap, sizeof *seeds);
		seeds[nseeds] = (struct seed){ .name = path,
			.data = xmalloc(INPUT_MAX) };
		seeds[nseeds].len = fread(seeds[nseeds].data, 1, INPUT_MAX, f);
		nseeds++;
		fclose(f);
	}
	if (d != NULL)
		closedir(d);
	if (nseeds > 0)
		qsort(seeds, nseeds, sizeof *seeds, seed_order);
	free(folder);
}

static void
try_input(const struct buf *b, const char *seed, unsigned long number)
{
	/* of its own size, so that a read beyond the end shows */
	uint8_t *copy = xmalloc(b->len > 0 ? b->len : 1);

	if (b->len > 0)
		memcpy(copy, b->data, b->len);
	tried.seed = seed;
	tried.number = number;
	LLVMFuzzerTestOneInput(copy, b->len);
	free(copy);
}

static void
put_in(struct buf *b, size_t at, size_t cut, const void *in, size_t n)
{
	struct buf out = BUF_INIT;

	buf_add(&out, buf_str(b), at);
	buf_add(&out, in, n);
	buf_add(&out, buf_str(b) + at + cut, b->len - at - cut);
	buf_free(b);
	*b = out;
}

/* One change: bits, bytes, pieces left out, doubled or taken from another
 * seed, and what formats trip over. */
static void
mutate(struct buf *b, struct rng *rng)
{
	static const char *const words[] = { "\"", "\\", "\r", "\n", ",", "{",
		"}", "[", "]", "\xff", "\xc3", "\xef\xbb\xbf", "\\u0000",
		"\\ud800", "-1", "99999999999999999999", "1e999", "<", "&x;",
		"\xff\xff\xff\x7f", "\x80\x80\x80\x80", "null", "''", "\"\"",
		"\xe2\x80\xae", "\x1b]0;x\x07" };
	size_t at = b->len > 0 ? rng_below(rng, b->len) : 0;
	size_t len = b->len > 0 ? rng_below(rng, b->len - at) % 64 : 0;
	const struct seed *other = &seeds[rng_below(rng, nseeds)];
	const char *word = words[rng_below(rng,
	    sizeof words / sizeof words[0])];
	char byte = (char)rng_below(rng, 256);
	size_t from;

	switch (rng_below(rng, 8)) {
	case 0:
		if (b->len > 0)
			b->data[at] = (char)(b->data[at] ^
			    1 << rng_below(rng, 8));
		break;
	case 1: put_in(b, at, b->len > 0, &byte, 1); break;
	case 2: put_in(b, at, 0, &byte, byte != 0); break;
	case 3: put_in(b, at, len, "", 0); break;
	case 4: put_in(b, at, 0, word, strlen(word)); break;
	case 5:
		if (len > 0) {
			char *copy = xmalloc(len);

			memcpy(copy, b->data + at, len);
			put_in(b, at, 0, copy, len);
			free(copy);
		}
		break;
	case 6:
		from = other->len > 0 ? rng_below(rng, other->len) : 0;
		put_in(b, at, len, other->data + from,
		    rng_below(rng, other->len - from + 1) % 256);
		break;
	default: put_in(b, at, b->len - at, "", 0); break;
	}
}

static void
mutated(unsigned long count)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned long i = 1; i <= count; i++) {
		const struct seed *s = &seeds[rng_below(&rng, nseeds)];
		struct buf b = BUF_INIT;

		buf_add(&b, s->data, s->len);
		for (size_t n = 1 + rng_below(&rng, 6); n > 0; n--)
			mutate(&b, &rng);
		if (b.len <= INPUT_MAX)
			try_input(&b, s->name, i);
		buf_free(&b);
	}
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		unsigned long count;
	} slow[] = { { "project", 200 }, { "annotations", 3000 },
		{ "keys", 3000 } };
	const char *last = strrchr(argv[0], '/');
	const char *name = (last != NULL ? last + 1 : argv[0]) +
	    strlen("test_");
	unsigned long count = 20000;

	for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++)
		if (strcmp(slow[i].name, name) == 0)
			count = slow[i].count;
	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	seeds_read(name);
	printf("1..2\n");
	fflush(stdout);
	signal(SIGSEGV, on_crash);
	signal(SIGABRT, on_crash);
	signal(SIGFPE, on_crash);
	for (size_t i = 0; i < nseeds; i++) {
		struct buf b = BUF_INIT;

		buf_add(&b, seeds[i].data, seeds[i].len);
		try_input(&b, seeds[i].name, 0);
		buf_free(&b);
	}
	printf("%sok 1 - %zu seeds\n", nseeds > 0 ? "" : "not ", nseeds);
	if (nseeds > 0)
		mutated(count);
	printf("%sok 2 - %lu inputs made of them\n", nseeds > 0 ? "" : "not ",
	    count);
	for (size_t i = 0; i < nseeds; i++) {
		free(seeds[i].name);
		free(seeds[i].data);
	}
	free(seeds);
	return nseeds == 0;
}

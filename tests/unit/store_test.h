/* What the tests of the store share: a folder of their own, a small project,
 * and assertions that print the error. */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tagtiger/annot.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/lease.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"
#include "tagtiger/wait.h"
#include "../import_row.h"

/* Of src/store/priv.h: several annotators on one machine; a number that SQL
 * tells. */
void project_act_as(struct project *p, int64_t uid);
int db_pragma(struct project *p, const char *sql, int64_t *out,
    struct err *err);

#define OK(call)                                                               \
	do {                                                                   \
		struct err err_ = { 0 };                                       \
		struct err *err = &err_;                                       \
		if ((call) < 0)                                                \
			fail_msg("%s: %s", #call, err_.text);                  \
	} while (0)

/* The call fails, with this status, and says this. */
#define FAILS(call, st, words)                                                 \
	do {                                                                   \
		struct err err_ = { 0 };                                       \
		struct err *err = &err_;                                       \
		if ((call) >= 0)                                               \
			fail_msg("%s did not fail", #call);                    \
		if (err_.status != (st) || strstr(err_.text, words) == NULL)   \
			fail_msg("%s: status %d, %s", #call, err_.status,      \
			    err_.text);                                        \
	} while (0)

static char test_dir[64];

static inline int
test_dir_make(void **state)
{
	/* Thousands of commits: in memory where that can be. */
	(void)state;
	strcpy(test_dir, access("/dev/shm", W_OK) == 0
	    ? "/dev/shm/tagtiger-XXXXXX" : "/tmp/tagtiger-XXXXXX");
	return mkdtemp(test_dir) == NULL;
}

static inline int
test_dir_rm(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
test_dir_remove(void **state)
{
	(void)state;
	nftw(test_dir, test_dir_rm, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

/* A number from the environment. */
static inline long
test_number(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return s != NULL && *s != '\0' ? strtol(s, NULL, 10) : otherwise;
}

/* Valid until the next but three calls. */
static inline const char *
test_path(const char *name)
{
	static char path[4][256];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", test_dir, name);
	return path[turn];
}

static inline void
test_docs(struct project *p, int n, enum set set)
{
	struct err e = { 0 };
	struct doc_import *imp = doc_import_begin(p, &e);
	char id[32], text[64];
	int64_t seq;

	assert_non_null(imp);
	for (int i = 1; i <= n; i++) {
		struct doc_row row = { .id = id, .text = text, .set = set };

		row.id_len = (size_t)snprintf(id, sizeof id, "d%d", i);
		row.text_len = (size_t)snprintf(text, sizeof text,
		    "text number %d", i);
		assert_int_equal(import_row(imp, &row, &seq, &e), 0);
		assert_int_equal(seq, i);
	}
	assert_int_equal(doc_import_end(imp, &e), 0);
}

/* NAME with n texts d1 ... dn in train, one scheme `default` with labels a,
 * b, c; published. */
static inline struct project *
test_project(const char *name, int n, int64_t *scheme, int64_t labels[3])
{
	static const char *const names[] = { "a", "b", "c" };
	struct err e = { 0 };
	struct project *p = project_create(test_path(name), &e);

	if (p == NULL)
		fail_msg("%s", e.text);
	test_docs(p, n, SET_TRAIN);
	OK(scheme_add(p, "default", SCHEME_MULTICLASS, scheme, err));
	OK(label_add_many(p, *scheme, names, 3, labels, err));
	OK(project_publish(p, err));
	return p;
}

/* Sound, and all that the log says is JSON. */
static inline void
test_check(struct project *p)
{
	struct project_check c;
	int64_t odd = 0;

	OK(db_pragma(p, "SELECT count(*) FROM event WHERE NOT"
	    " json_valid(data)", &odd, err));
	assert_int_equal(odd, 0);
	OK(project_check(p, NULL, NULL, &c, err));
	for (size_t i = 0; i < c.n; i++)
		print_error("check: %s\n", c.findings[i]);
	assert_int_equal(c.found, 0);
	project_check_free(&c);
}

static inline void
test_tag(struct project *p, int64_t scheme, int64_t doc, int64_t label)
{
	struct tag t = { .scheme = scheme, .doc = doc, .labels = &label,
		.nlabels = label != 0 };

	OK(annot_tag(p, &t, NULL, err));
}

#endif

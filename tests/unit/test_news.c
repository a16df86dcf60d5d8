/* What colleagues did meanwhile: counted, told once, one's own left out. */
#include "tagtiger/buf.h"
#include "tagtiger/news.h"
#include "store_test.h"

static void
news_are(struct project *p, struct news *n, const char *want)
{
	struct buf b = BUF_INIT;

	project_act_as(p, (int64_t)getuid());
	OK(news_read(p, n, &b, err));
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void
test_news(void **state)
{
	int64_t scheme, l[3];
	struct project *p = test_project("news.tiger", 300, &scheme, l);
	struct news n = { 0 };
	struct undone u;

	(void)state;
	OK(user_add(p, 2001, "bob", ROLE_MANAGER, err));
	OK(user_add(p, 2002, "eve", ROLE_ANNOTATOR, err));
	news_are(p, &n, ""); /* what was there is none */
	test_tag(p, scheme, 1, l[0]);
	news_are(p, &n, "");
	project_act_as(p, 2001);
	test_tag(p, scheme, 1, l[0]);
	news_are(p, &n, "bob: 1 more text tagged");
	news_are(p, &n, "");
	project_act_as(p, 2001);
	for (int64_t doc = 1; doc <= 250; doc++)
		test_tag(p, scheme, doc, l[doc % 3]);
	test_tag(p, scheme, 3, l[0]);
	OK(annot_skip(p, scheme, 260, NULL, err));
	project_act_as(p, 2002);
	test_tag(p, scheme, 2, l[1]);
	news_are(p, &n, "eve: 1 more text tagged; bob: 250 more texts tagged");
	project_act_as(p, 2001);
	OK(label_rename(p, l[0], "alpha", NULL, err));
	news_are(p, &n, "bob: label rename a to alpha");
	project_act_as(p, 2001);
	OK(label_add(p, scheme, "d", NULL, err));
	OK(label_rename(p, l[2], "alpha", NULL, err));
	test_tag(p, scheme, 9, l[1]);
	test_tag(p, scheme, 8, l[1]);
	project_act_as(p, 2001);
	OK(history_undo(p, &u, err));
	undone_free(&u);
	news_are(p, &n, "bob: 1 more text tagged, label merge c into alpha "
	    "and 1 other act");
	project_close(p);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = { T(test_news) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

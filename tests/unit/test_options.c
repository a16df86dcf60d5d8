/* The table of options: every value can be said and read back, what cannot is
 * refused with what there is, and the manual names them all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tagtiger/file.h"

#include "../../src/ui/options.h"

static void
test_values(void **state)
{
	(void)state;
	for (int i = 0; i < OPTIONS; i++) {
		const struct option_info *t = option_info((enum option)i);
		struct err err = { 0 };
		struct buf word = BUF_INIT;
		int value;

		assert_int_equal(option_find(t->name), i);
		assert_true(t->def >= t->min && t->def <= t->max);
		assert_true(t->type != OPTION_NUMBER || (t->unit != NULL &&
		    t->step > 0));
		for (int v = t->min; v <= t->max; v++) {
			buf_clear(&word);
			option_spell((enum option)i, v, &word);
			assert_int_equal(option_parse((enum option)i,
			    buf_str(&word), &value, &err), 0);
			assert_int_equal(value, v);
		}
		assert_int_equal(option_parse((enum option)i, "default",
		    &value, &err), 0);
		assert_int_equal(value, t->def);
		assert_int_equal(option_parse((enum option)i, "nonsense",
		    &value, &err), -1);
		assert_non_null(strstr(err.text, t->name));
		assert_int_equal(option_parse((enum option)i, "", &value,
		    &err), -1);
		assert_int_equal(option_parse((enum option)i, "99999999999999",
		    &value, &err), -1);
		buf_free(&word);
	}
	assert_int_equal(option_find("nosuch"), -1);
}

static void
test_manual(void **state)
{
	struct buf man = BUF_INIT;
	struct err err = { 0 };
	const char *part, *end;

	(void)state;
	assert_int_equal(file_read("man/tagtiger.1", 1 << 22, &man, &err), 0);
	part = strstr(buf_str(&man), ".Ss The screen\n");
	assert_non_null(part);
	end = strstr(part + 1, "\n.Ss ");
	assert_non_null(end);
	for (int i = 0; i < OPTIONS; i++) {
		const char *name = option_info((enum option)i)->name;
		size_t len = strlen(name);
		bool found = false;

		for (const char *p = strstr(part, name); p != NULL && p < end;
		     p = strstr(p + 1, name))
			found |= p[-1] == ' ' && strchr(" ,\n", p[len]) != NULL;
		if (!found)
			fail_msg("man/tagtiger.1 lacks the option %s", name);
	}
	buf_free(&man);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

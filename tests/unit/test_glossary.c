#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <string.h>

#include "../../src/ui/priv.h"

static void
test_two_lines(void **state)
{
	const struct term *t;

	(void)state;
	for (size_t i = 0; (t = glossary_at(i)) != NULL; i++) {
		struct textbox box = { 0 };

		textbox_set(&box, t->text, strlen(t->text), 74);
		if (box.n > 2)
			fail_msg("%s takes %zu lines", t->name, box.n);
		textbox_free(&box);
		assert_ptr_equal(glossary_find(t->name), t);
	}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(glossary_find("f1 MACRO")->name, "F1 macro");
	assert_string_equal(glossary_find("Krippendorff")->name, "alpha");
	assert_string_equal(glossary_find("P")->name, "precision");
	assert_null(glossary_find("no such number"));
	assert_null(glossary_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_lines),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

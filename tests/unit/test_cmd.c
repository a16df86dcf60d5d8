/*
 * The parser: words, lists, options, types, errors that help, completion; and
 * the table itself.
 */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tagtiger/cmd.h"

/* ---- words ---- */

static void
split_is(const char *line, int n, ...)
{
	struct err err = { 0 };
	char **words;
	va_list ap;

	assert_int_equal(cmd_split(line, &words, &err), n);
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		assert_string_equal(words[i], va_arg(ap, const char *));
	va_end(ap);
	cmd_words_free(words);
}

static void
test_split(void **state)
{
	struct err err = { 0 };
	char **words;

	(void)state;
	split_is("", 0);
	split_is("  \t ", 0);
	split_is("# all of it", 0);
	split_is("tag 1 a # why", 3, "tag", "1", "a");
	split_is("tag a#b", 2, "tag", "a#b");
	split_is("tag '#1' \"#2\"", 3, "tag", "#1", "#2");
	split_is("a 'b c' \"d \\\"e\\\" $f\" g\\ h", 4, "a", "b c",
	    "d \"e\" $f", "g h");
	split_is("''", 1, "");
	split_is("a'b'\"c\"d", 1, "abcd");
	split_is("'\\n' \"\\n\" \\n", 3, "\\n", "\\n", "n");
	split_is("caf\xc3\xa9 'na\xc3\xafve'", 2, "caf\xc3\xa9", "na\xc3\xafve");
	assert_int_equal(cmd_split("a 'b", &words, &err), -1);
	assert_int_equal(err.status, ERR_USAGE);
	assert_int_equal(cmd_split("a \"b", &words, &err), -1);
}

/* What is quoted comes back as it was. */
static void
test_quote(void **state)
{
	static const char *const all[] = { "a", "", "a b", "it's", "\"", "\\",
		"$x `y`", "#", "a,b", "\t", "*", "~/x", "caf\xc3\xa9", "-",
		"--x", "a\"b'c\\d", ";", "&", "(", "!" };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct buf b = BUF_INIT;

		cmd_quote(all[i], &b);
		split_is(buf_str(&b), 1, all[i]);
		buf_free(&b);
	}
}

static void
csv_is(const char *record, size_t want, ...)
{
	struct err err = { 0 };
	struct buf b = BUF_INIT;
	char **v, **again;
	size_t n, m;
	va_list ap;

	assert_int_equal(cmd_csv_split(record, &v, &n, &err), 0);
	assert_int_equal(n, want);
	va_start(ap, want);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(v[i], va_arg(ap, const char *));
	va_end(ap);
	cmd_csv_join(v, n, &b);
	assert_int_equal(cmd_csv_split(buf_str(&b), &again, &m, &err), 0);
	assert_int_equal(m, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(again[i], v[i]);
	cmd_words_free(v);
	cmd_words_free(again);
	buf_free(&b);
}

static void
test_csv(void **state)
{
	struct err err = { 0 };
	char **v;
	size_t n;

	(void)state;
	csv_is("", 0);
	csv_is("a", 1, "a");
	csv_is("a,b", 2, "a", "b");
	csv_is("a, b", 2, "a", "b");
	csv_is("\"a,b\",c", 2, "a,b", "c");
	csv_is("\"say \"\"hi\"\"\"", 1, "say \"hi\"");
	csv_is("\" a\"", 1, " a");
	csv_is("a,,b", 3, "a", "", "b");
	csv_is("a,", 2, "a", "");
	csv_is("\"\"", 1, "");
	csv_is("a b,c", 2, "a b", "c");
	assert_int_equal(cmd_csv_split("\"a", &v, &n, &err), -1);
	assert_int_equal(err.status, ERR_USAGE);
	assert_int_equal(cmd_csv_split("a\nb", &v, &n, &err), -1);
}

static void
near_is(const char *word, const char *want)
{
	static const char *const names[] = { "label", "list", "export",
		"next", "predict", "--scheme", "Soutien" };
	struct buf b = BUF_INIT;

	cmd_near(word, names, 7, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void
test_near(void **state)
{
	(void)state;
	near_is("lable", ": did you mean 'label'?");
	near_is("nxt", ": did you mean 'next'?");
	near_is("pred", ": did you mean 'predict'?");
	near_is("--shceme", ": did you mean '--scheme'?");
	near_is("soutien", ": did you mean 'Soutien'?");
	near_is("zzzzzz", "");
	near_is("", "");
	near_is("lit", ": did you mean 'list'?");
	near_is("--cheat", "");
}

/* ---- lines ---- */

static struct cmd_call *
parse(const char *line)
{
	struct err err = { 0 };
	struct cmd_call *c = cmd_parse_line(line, false, NULL, &err);

	if (c == NULL)
		fail_msg("%s: %s", line, err.text);
	return c;
}

static void
refused(const char *line, const char *words)
{
	struct err err = { 0 };
	struct cmd_call *c = cmd_parse_line(line, false, NULL, &err);

	if (c != NULL)
		fail_msg("%s was taken", line);
	assert_int_equal(err.status, ERR_USAGE);
	if (strstr(err.text, words) == NULL)
		fail_msg("%s: %s", line, err.text);
}

static void
test_parse(void **state)
{
	struct cmd_call *c;

	(void)state;
	c = parse("label rename a 'b c' --scheme=s --json");
	assert_string_equal(c->command->name, "label rename");
	assert_string_equal(cmd_str(c, "OLD"), "a");
	assert_string_equal(cmd_str(c, "NEW"), "b c");
	assert_string_equal(cmd_str(c, "--scheme"), "s");
	assert_true(c->json);
	cmd_call_free(c);
	c = parse("label rename --scheme s a b");
	assert_string_equal(cmd_str(c, "NEW"), "b");
	assert_false(c->json);
	cmd_call_free(c);
}

static void
test_options(void **state)
{
	struct cmd_call *c;
	char *const *list;
	bool empty = false;
	struct err err = { 0 };
	size_t n;

	(void)state;
	c = parse("tag --comment 'so so' 12 --scheme s a,'\"b, c\"'");
	assert_string_equal(cmd_str(c, "ID"), "12");
	list = cmd_list(c, "LABELS", &n);
	assert_int_equal(n, 2);
	assert_string_equal(list[0], "a");
	assert_string_equal(list[1], "b, c");
	assert_false(cmd_flag(c, "--none"));
	assert_true(cmd_given(c, "--comment"));
	cmd_call_free(c);

	c = parse("tag -- --12 --x");
	assert_string_equal(cmd_str(c, "ID"), "--12");
	cmd_list(c, "LABELS", &n);
	assert_int_equal(n, 1);
	cmd_call_free(c);

	c = parse("tag -5 a --comment=--none");
	assert_string_equal(cmd_str(c, "ID"), "-5");
	assert_string_equal(cmd_str(c, "--comment"), "--none");
	assert_false(cmd_flag(c, "--none"));
	cmd_call_free(c);

	c = parse("tag 1 --none --comment=");
	assert_true(cmd_flag(c, "--none"));
	assert_string_equal(cmd_str(c, "--comment"), "");
	cmd_call_free(c);

	c = parse("next");
	assert_string_equal(cmd_str(c, "--mode"), "random");
	assert_false(cmd_given(c, "--mode"));
	assert_null(cmd_str(c, "--match"));
	cmd_call_free(c);

	c = parse("next --help --mode");
	assert_true(c->help);
	cmd_call_free(c);

	assert_null(cmd_parse_line("  # nothing", false, &empty, &err));
	assert_true(empty);
	assert_int_equal(err.status, ERR_NONE);
}

static void
test_refused(void **state)
{
	(void)state;
	refused("lable list", "did you mean 'label'?");
	refused("label", "needs a second word");
	refused("label ad x", "did you mean 'add'?");
	refused("label rename a", "needs NEW");
	refused("label rename a b c", "'c'");
	refused("label rename a b --shceme s", "did you mean '--scheme'?");
	refused("label rename a b --scheme", "--scheme needs a value");
	refused("label rename a b --scheme --json", "--scheme needs a value");
	refused("label rename a b --scheme s --scheme t", "given twice");
	refused("label merge a b", "did you mean 'rename'?");
	refused("label remove a", "did you mean 'delete'?");
	refused("import labels f", "did you mean 'annotations'?");
	refused("snapshot restore f p", "did you mean 'restore'?");
	refused("project storage", "did you mean 'storage'?");
	refused("status", "did you mean 'info'?");
	refused("new p --data f --text-column t", "did you mean '--text'?");
	refused("new p --data f --language en", "did you mean '--lang'?");
	refused("new p --data f --id-col i", "did you mean '--id'?");
	refused("new p --data f --dry-run", "did you mean '--check'?");
	refused("backup f --file g", "has no option '--file'\n");
	refused("import annotations f --user u",
	    "did you mean '--annotator' or '--as'?");
	refused("new p f.csv", "new needs --data");
	refused("info -v", "options have two dashes");
	refused("label rename a", "usage: label rename OLD NEW [--scheme S]");
	refused("label move a x", "whole number");
	refused("label move a 0", "from 1");
	refused("label move a 1.5", "whole number");
	refused("label move a ''", "whole number");
	refused("label move a ' 1'", "whole number");
	refused("label move a 99999999999999999999", "whole number");
	refused("next --mode actve", "did you mean 'active'?");
	refused("next --set nope", "train, valid or test");
	refused("tag 1 --none=yes", "takes no value");
	refused("tag 1 a --json=yes", "takes no value");
	refused("tag 1 '\"a'", "is not a list");
	refused("codebook set ''", "takes a file");
	refused("view tag", "on the screen only");
	refused("tag 1 'a", "quote");
}

static void
test_numbers(void **state)
{
	static const char *const bad[] = { "nan", "inf", "1e999", "0x1", "",
		"1,5", "1.", "- 1" };
	struct cmd_call *c = parse("quick train --cv 5");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(cmd_int(c, "--cv"), 5);
	cmd_call_free(c);
	c = cmd_call_new(cmd_find("bert train"));
	assert_int_equal(cmd_set(c, "--lr", "5e-5", &err), 0);
	assert_true(fabs(cmd_real(c, "--lr") - 5e-5) < 1e-18);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct cmd_call *d = cmd_call_new(cmd_find("bert train"));

		if (strcmp(bad[i], "1.") != 0)
			assert_int_equal(cmd_set(d, "--lr", bad[i], &err), -1);
		cmd_call_free(d);
	}
	assert_int_equal(cmd_check(c, &err), 0);
	cmd_call_free(c);
	c = cmd_call_new(cmd_find("tag"));
	assert_int_equal(cmd_check(c, &err), -1);
	assert_int_equal(cmd_set(c, "ID", "1", &err), 0);
	assert_int_equal(cmd_check(c, &err), 0);
	cmd_call_free(c);
}

/* A call told as a line parses to the same call. */
static void
test_line(void **state)
{
	static const char *const lines[] = {
		"tag 1 a,\"b, c\" --comment 'it''s' --scheme s",
		"tag -- --1 a",
		"tag 1 --none --comment=--x",
		"next --mode active --match 'a|b c' --wrong",
		"new p --data f.csv --id i --text t,'\"u, v\"' --label a "
		"--label 'b b' --multilabel c:,",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct cmd_call *a = parse(lines[i]), *b;
		struct buf one = BUF_INIT, two = BUF_INIT;

		cmd_line(a, &one);
		b = parse(buf_str(&one));
		cmd_line(b, &two);
		assert_string_equal(buf_str(&one), buf_str(&two));
		assert_ptr_equal(a->command, b->command);
		for (size_t p = 0; a->command->params[p].name != NULL; p++) {
			assert_int_equal(a->values[p].given,
			    b->values[p].given);
			assert_int_equal(a->values[p].n, b->values[p].n);
			if (a->values[p].s != NULL && a->values[p].n == 0)
				assert_string_equal(a->values[p].s,
				    b->values[p].s);
			for (size_t j = 0; j < a->values[p].n; j++)
				assert_string_equal(a->values[p].list[j],
				    b->values[p].list[j]);
		}
		cmd_call_free(a);
		cmd_call_free(b);
		buf_free(&one);
		buf_free(&two);
	}
}

/* ---- completion ---- */

static void
completes(const char *line, const char *want)
{
	struct cmd_candidates c;
	struct buf b = BUF_INIT;

	cmd_complete(line, strlen(line), false, NULL, &c);
	buf_addf(&b, "%zu:", c.start);
	for (size_t i = 0; i < c.n; i++)
		buf_addf(&b, " %s", c.v[i].text);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
	cmd_candidates_free(&c);
}

static void
test_complete(void **state)
{
	(void)state;
	completes("un", "0: untag undo");
	completes("label re", "6: rename");
	completes("next --mo", "5: --mode --model");
	completes("next --mode a", "12: active");
	completes("next --mode=a", "12: active");
	completes("next --mode active --mo", "19: --model");
	completes("next --wrong --wr", "13:");
	completes("scheme add x --kind ", "20: multiclass multilabel");
	completes("help complet", "5: completion");
	completes("completion ", "11: bash zsh fish");
	completes("tag -- --n", "7:");
	completes("nothing x", "8:");
	completes("config re", "7: retrain");
}

static void
test_complete_files(void **state)
{
	char dir[] = "/tmp/tagtiger-XXXXXX";
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("data dir", 0700), 0);
	f = fopen("data.csv", "w");
	fclose(f);
	f = fopen("data dir/x.csv", "w");
	fclose(f);
	completes("codebook set da", "13: 'data dir/' data.csv");
	completes("codebook set 'data dir/", "13: 'data dir/x.csv'");
	completes("new p --data=data.", "13: data.csv");
	completes("codebook set .", "13:");
	remove("data dir/x.csv");
	remove("data dir");
	remove("data.csv");
	assert_int_equal(chdir("/"), 0);
	rmdir(dir);
}

/* ---- the table ---- */

/* What a maker of a command may forget. */
static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *c = cmd_at(i);
		const struct cmd_param *p = c->params;
		struct cmd_call *call = cmd_call_new(c); /* defaults parse */
		bool optional = false;

		assert_ptr_equal(cmd_find(c->name), c);
		assert_non_null(c->group);
		assert_non_null(c->help);
		assert_true(isupper((unsigned char)c->help[0]));
		assert_int_not_equal(c->help[strlen(c->help) - 1], '.');
		assert_int_equal(c->run == NULL, c->where == CMD_SCREEN_ONLY);
		for (; p != NULL && p->name != NULL; p++) {
			bool option = p->name[0] == '-';

			assert_true(!option || strncmp(p->name, "--", 2) == 0);
			assert_non_null(p->help);
			assert_int_equal(p->type == CMD_CHOICE,
			    p->type == CMD_CHOICE && p->choices != NULL);
			assert_true(p->type != CMD_FLAG || option);
			assert_true(p->type != CMD_FLAG || p->def == NULL);
			if (option)
				continue;
			/* No required argument after one that is not. */
			assert_false(optional && p->required);
			optional = optional || !p->required;
		}
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(cmd_at(j)->name, c->name);
		cmd_call_free(call);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_complete_files),
		cmocka_unit_test(test_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

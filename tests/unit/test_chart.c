#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/buf.h"
#include "tagtiger/chart.h"
#include "tagtiger/curve.h"

/* What a parser of XML makes of it: titles and texts, a line each. */
struct svg {
	struct buf titles, texts, attributes;
	struct buf *into;
	size_t elements, dots;
};

static void
start(void *arg, const char *name, const char **attributes)
{
	static const char *const known[] = { "svg", "title", "rect", "text",
		"line", "circle", "polyline", "polygon" };
	struct svg *s = arg;
	bool ok = false;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		ok |= strcmp(name, known[i]) == 0;
	if (!ok)
		fail_msg("element %s", name);
	s->elements++;
	s->dots += strcmp(name, "circle") == 0;
	s->into = strcmp(name, "title") == 0 ? &s->titles :
	    strcmp(name, "text") == 0 ? &s->texts : NULL;
	for (; *attributes != NULL; attributes += 2) {
		assert_false(strncmp(attributes[0], "on", 2) == 0);
		if (strstr(attributes[1], "nan") != NULL ||
		    strstr(attributes[1], "inf") != NULL)
			fail_msg("%s=\"%s\"", attributes[0], attributes[1]);
		buf_addf(&s->attributes, "%s=%s\n", attributes[0],
		    attributes[1]);
	}
}

static void
end(void *arg, const char *name)
{
	struct svg *s = arg;

	(void)name;
	if (s->into != NULL)
		buf_addc(s->into, '\n');
	s->into = NULL;
}

static void
text(void *arg, const char *t, int len)
{
	struct svg *s = arg;

	if (s->into != NULL)
		buf_add(s->into, t, (size_t)len);
}

static void
parse(struct svg *s, const struct buf *b)
{
	XML_Parser x = XML_ParserCreate(NULL);

	*s = (struct svg){ 0 };
	XML_SetUserData(x, s);
	XML_SetElementHandler(x, start, end);
	XML_SetCharacterDataHandler(x, text);
	if (XML_Parse(x, b->data, (int)b->len, 1) != XML_STATUS_OK)
		fail_msg("%s at line %lu", XML_ErrorString(XML_GetErrorCode(x)),
		    XML_GetCurrentLineNumber(x));
	XML_ParserFree(x);
}

static void
has(const struct buf *b, const char *line)
{
	if (strstr(buf_str(b), line) == NULL)
		fail_msg("no '%s' in:\n%s", line, buf_str(b));
}

static void
svg_free(struct svg *s)
{
	buf_free(&s->titles);
	buf_free(&s->texts);
	buf_free(&s->attributes);
}

#define HOSTILE "a<b> & \"c\" \x01\xff\xc3\xa9 </svg><script>"

static void
test_loss(void **state)
{
	struct curve_point v[] = {
		{ "train", 5, 0.5, 1.25, NAN }, { "train", 10, 1, 0.75, NAN },
		{ "eval", 10, 1, 0.875, 0.5 }, { "train", 20, 2, 0.5, NAN },
		{ "eval", 20, 2, 0.625, 0.75 }, { "eval", 30, 3, 0.7, NAN },
		{ "train", 30, 3, NAN, NAN },
	};
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct svg s;

	(void)state;
	chart_loss(&b, HOSTILE, v, 7);
	chart_loss(&again, HOSTILE, v, 7);
	assert_int_equal(b.len, again.len);
	assert_memory_equal(b.data, again.data, b.len);
	parse(&s, &b);
	has(&s.titles, "a<b> & \"c\" \xef\xbf\xbd\xef\xbf\xbd\xc3\xa9 "
	    "</svg><script>\n");
	has(&s.titles, "eval loss 0.875 at step 10\n");
	has(&s.titles, "eval loss 0.625 at step 20\n");
	has(&s.titles, "eval loss 0.7 at step 30\n");
	has(&s.titles, "epoch 3\n");
	has(&s.texts, "best: eval loss 0.625, F1 macro 0.750 at 20\n");
	assert_int_equal(s.dots, 3 + 1);
	svg_free(&s);
	/* nothing, and one point */
	buf_clear(&b);
	chart_loss(&b, "none", v, 0);
	parse(&s, &b);
	svg_free(&s);
	buf_clear(&b);
	chart_loss(&b, "one", v, 1);
	parse(&s, &b);
	svg_free(&s);
	buf_free(&b);
	buf_free(&again);
}

static void
test_learning(void **state)
{
	double x[] = { 10, 40, 160 }, f1[] = { 0.25, 0.5, 0.625 };
	double lo[] = { 0.2, 0.45, NAN }, hi[] = { 0.3, 0.55, NAN };
	struct learning l = { .n = 3, .x = x, .f1 = f1, .lo = lo, .hi = hi,
		.labels = 200, .more = 100, .gain = 0.012, .gain_lo = -0.01,
		.gain_hi = 0.03 };
	struct buf b = BUF_INIT;
	struct svg s;

	(void)state;
	chart_learning(&b, "quick", &l);
	parse(&s, &b);
	has(&s.titles, "10 texts: F1 macro 0.25 (0.2 to 0.3)\n");
	has(&s.titles, "40 texts: F1 macro 0.5 (0.45 to 0.55)\n");
	has(&s.titles, "160 texts: F1 macro 0.625");
	has(&s.texts, "100 more: about +.01 (−.01 to +.03)\n");
	/* the plane is 620 by 300 from (70,76): 0 to 200, .2 to .7 */
	has(&s.attributes, "cx=101.00\ncy=346.00\n");
	has(&s.attributes, "cx=566.00\ncy=121.00\n");
	has(&s.attributes, "points=101.00,346.00 194.00,196.00 "
	    "566.00,121.00\n");
	assert_int_equal(s.dots, 3);
	svg_free(&s);
	buf_free(&b);
}

static void
test_scores(void **state)
{
	cJSON *many = cJSON_Parse("{\"n\":10,\"accuracy\":0.7,\"accuracy_ci\":"
	    "[0.4,0.9],\"f1_macro\":null,\"f1_micro\":0.7,\"f1_weighted\":0.7,"
	    "\"roc_auc\":0.9,\"roc_auc_ci\":[0.8,1],\"brier\":0.25,"
	    "\"log_loss\":0.5,\"ece\":0.125,\"labels\":["
	    "{\"label\":\"a&b\",\"f1\":0.8,\"f1_ci\":[0.6,0.95]},"
	    "{\"label\":\"c\",\"f1\":null}],\"confusion\":{\"labels\":["
	    "\"a&b\",\"c\"],\"counts\":[[4,1],[2,3]]}}");
	cJSON *multi = cJSON_Parse("{\"n\":10,\"accuracy\":0.7,\"confusion\":"
	    "{\"labels\":[\"x\"],\"counts\":[[5,1,2,2]]}}");
	struct buf b = BUF_INIT;
	struct svg s;

	(void)state;
	chart_scores(&b, "t", many);
	parse(&s, &b);
	has(&s.titles, "accuracy 0.7 (0.4 to 0.9)\n");
	has(&s.titles, "ROC AUC 0.9 (0.8 to 1)\n");
	has(&s.titles, "a&b 0.8 (0.6 to 0.95)\n");
	has(&s.texts, "probabilities: ECE 0.125, Brier score 0.250, log loss "
	    "0.500\n");
	has(&s.texts, "not defined\n");
	svg_free(&s);
	buf_clear(&b);
	chart_confusion(&b, "t", many);
	parse(&s, &b);
	has(&s.titles, "a&b → a&b: 4\n");
	has(&s.titles, "a&b → c: 1\n");
	has(&s.titles, "c → a&b: 2\n");
	has(&s.titles, "c → c: 3\n");
	has(&s.attributes, "fill=#FFFFFF\n");
	svg_free(&s);
	buf_clear(&b);
	chart_confusion(&b, "t", multi);
	parse(&s, &b);
	has(&s.titles, "x → false positive: 1\n");
	has(&s.titles, "x → true negative: 5\n");
	svg_free(&s);
	buf_free(&b);
	cJSON_Delete(many);
	cJSON_Delete(multi);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_scores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

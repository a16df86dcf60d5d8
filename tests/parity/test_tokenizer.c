/* tokenizer.json against the tokenizers library: the texts of the bert
 * folders, and pipelines made of other parts (make_pipelines.py). */
#include "skfix.h"

#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/tokenizer.h"

/* How many texts were compared. */
static size_t compared;

static void
check_encoding(const struct encoding *e, const cJSON *ids,
    const cJSON *offsets, const char *where, size_t text)
{
	const cJSON *id = ids->child, *span = offsets->child;
	size_t n = fix_size(ids);

	assert_int_equal(fix_size(offsets), n);
	if (e->n != n)
		fail_msg("%s, text %zu: %zu tokens, not %zu", where, text,
		    e->n, n);
	for (size_t i = 0; i < n; i++) {
		if (e->ids[i] != id->valueint ||
		    e->begin[i] != (uint32_t)span->child->valueint ||
		    e->end[i] != (uint32_t)span->child->next->valueint)
			fail_msg("%s, text %zu, token %zu: %d %u-%u, not %d "
				 "%d-%d", where, text, i, e->ids[i],
			    e->begin[i], e->end[i], id->valueint,
			    span->child->valueint,
			    span->child->next->valueint);
		id = id->next;
		span = span->next;
	}
	compared++;
}

static void
check_folder(const char *name)
{
	char path[64];
	struct encoding e = ENCODING_INIT;
	struct err err = { 0 };
	struct tokenizer *t;
	cJSON *fixture;
	const cJSON *text;
	const char *s;
	size_t i = 0;

	snprintf(path, sizeof path, "../%s/expected.json", name);
	fixture = fix_open(path);
	snprintf(path, sizeof path, "tests/parity/%s", name);
	t = tokenizer_open(path, &err);
	assert_string_equal(err.text, "");
	assert_non_null(t);
	cJSON_ArrayForEach(text, fix_get(fixture, "texts")) {
		s = fix_get(text, "text")->valuestring;
		assert_int_equal(
		    tokenizer_encode(t, s, strlen(s), 0, &e, &err), 0);
		check_encoding(&e, fix_get(text, "ids"),
		    fix_get(text, "offsets"), name, i);
		assert_int_equal(
		    tokenizer_encode(t, s, strlen(s), 24, &e, &err), 0);
		check_encoding(&e, fix_get(text, "trunc_ids"),
		    fix_get(text, "trunc_offsets"), name, i++);
	}
	encoding_free(&e);
	tokenizer_free(t);
	cJSON_Delete(fixture);
}

static void
test_folders(void **state)
{
	(void)state;
	compared = 0;
	check_folder("bert_uncased");
	check_folder("bert_cased");
	assert_int_equal(compared, 2 * 2 * 54);
}

/* The base's tokenizer.json with the case's parts in place of its own. */
static struct tokenizer *
changed(const cJSON *base, const cJSON *change)
{
	cJSON *all = cJSON_Duplicate(base, 1), *list;
	const cJSON *item, *token;
	struct err err = { 0 };
	struct tokenizer *t;
	char *json;

	cJSON_ArrayForEach(item, change) {
		if (strcmp(item->string, "added_tokens") == 0) {
			list = cJSON_GetObjectItemCaseSensitive(all,
			    "added_tokens");
			cJSON_ArrayForEach(token, item)
				cJSON_AddItemToArray(list,
				    cJSON_Duplicate(token, 1));
		} else {
			cJSON_ReplaceItemInObjectCaseSensitive(all,
			    item->string, cJSON_Duplicate(item, 1));
		}
	}
	json = cJSON_PrintUnformatted(all);
	t = tokenizer_parse(json, strlen(json), "changed", &err);
	assert_string_equal(err.text, "");
	assert_non_null(t);
	free(json);
	cJSON_Delete(all);
	return t;
}

static void
test_pipelines(void **state)
{
	cJSON *fixture = fix_open("../pipelines.json");
	cJSON *base = fix_open("../bert_uncased/tokenizer.json");
	const cJSON *c, *texts = fix_get(fixture, "texts"), *text;
	struct encoding e = ENCODING_INIT;
	struct err err = { 0 };
	char where[32];
	size_t k = 0, i;

	(void)state;
	compared = 0;
	cJSON_ArrayForEach(c, fix_get(fixture, "cases")) {
		struct tokenizer *t = changed(base, fix_get(c, "change"));

		snprintf(where, sizeof where, "case %zu", k++);
		i = 0;
		cJSON_ArrayForEach(text, texts) {
			assert_int_equal(tokenizer_encode(t, text->valuestring,
			    strlen(text->valuestring), 0, &e, &err), 0);
			check_encoding(&e,
			    cJSON_GetArrayItem(fix_get(c, "ids"), (int)i),
			    cJSON_GetArrayItem(fix_get(c, "offsets"), (int)i),
			    where, i);
			i++;
		}
		tokenizer_free(t);
	}
	assert_int_equal(compared, 26 * 32);
	encoding_free(&e);
	cJSON_Delete(base);
	cJSON_Delete(fixture);
}

/* Threads that meet the same characters for the first time together. */
struct shared {
	const struct tokenizer *t;
	const cJSON *texts, *ids;
};

static void
encode_all(void *arg, size_t i)
{
	const struct shared *s = arg;
	struct encoding e = ENCODING_INIT;
	const cJSON *text;
	struct err err = { 0 };
	int k = 0;

	(void)i;
	cJSON_ArrayForEach(text, s->texts) {
		if (tokenizer_encode(s->t, text->valuestring,
			strlen(text->valuestring), 0, &e, &err) < 0 ||
		    e.n != (size_t)cJSON_GetArraySize(
			       cJSON_GetArrayItem(s->ids, k)))
			fatal("text %d: %zu tokens %s", k, e.n, err.text);
		k++;
	}
	encoding_free(&e);
}

static void
test_threads(void **state)
{
	cJSON *fixture = fix_open("../pipelines.json");
	cJSON *base = fix_open("../bert_uncased/tokenizer.json");
	/* The case that changes nothing. */
	const cJSON *c = cJSON_GetArrayItem(fix_get(fixture, "cases"), 22);
	struct shared s = { .texts = fix_get(fixture, "texts"),
		.ids = fix_get(c, "ids") };
	struct tokenizer *t = changed(base, fix_get(c, "change"));

	(void)state;
	assert_null(fix_get(c, "change")->child);
	s.t = t;
	parallel_for(8, 4, encode_all, &s);
	tokenizer_free(t);
	cJSON_Delete(base);
	cJSON_Delete(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_pipelines),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

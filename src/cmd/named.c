/*
 * What a call names, found in the project; and small things that answers are
 * made of.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/doc.h"
#include "tagtiger/utf8.h"
#include "tagtiger/user.h"
#include "priv.h"

void
call_near(struct cmd_call *c, const char *name, enum cmd_ref ref,
    const char *scheme)
{
	struct names names = { 0 };
	struct buf b = BUF_INIT;
	size_t len = strlen(c->err.text);

	names_of(ref, c->project, scheme, &names);
	cmd_near(name, (const char *const *)names.v, names.n, &b);
	snprintf(c->err.text + len, sizeof c->err.text - len, "%s",
	    buf_str(&b));
	buf_free(&b);
	names_free(&names);
}

static bool
scheme_exists(struct project *p, const char *name)
{
	struct scheme s;

	if (scheme_find(p, name, &s, NULL) < 0)
		return false;
	scheme_free(&s);
	return true;
}

int
call_scheme(struct cmd_call *c, struct scheme *out)
{
	const char *name = cmd_str(c, "--scheme");

	if (current_scheme_named(c->project, name, out, &c->err) < 0) {
		if (name != NULL && !scheme_exists(c->project, name)) {
			err_set_status(&c->err, ERR_NAME,
			    "no scheme is called '%s'", name);
			call_near(c, name, REF_SCHEME, NULL);
		}
		return -1;
	}
	cmd_reply_str(c, "scheme", out->name);
	return 0;
}

int
call_label(struct cmd_call *c, const struct scheme *s, const char *name,
    const struct label **out)
{
	*out = label_named(s, name);
	if (*out != NULL)
		return 0;
	if (*name == '\0')
		return err_set_status(&c->err, ERR_NAME,
		    "a label's name is not empty");
	err_set_status(&c->err, ERR_NAME, "scheme '%s' has no label '%s'",
	    s->name, name);
	if (s->nlabels == 0)
		err_set_status(&c->err, ERR_NAME, "scheme '%s' has no label "
		    "yet: add one with 'label add NAME'", s->name);
	else
		call_near(c, name, REF_LABEL, s->name);
	return -1;
}

int
call_doc(struct cmd_call *c, const char *id, int64_t *seq)
{
	if (doc_need(c->project, id, seq, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "id", id);
	return 0;
}

int
call_user(struct cmd_call *c, const char *name, int64_t *uid)
{
	int got;

	if (name == NULL)
		return 0;
	got = user_find(c->project, name, uid, &c->err);
	if (got == 0) {
		err_set_status(&c->err, ERR_NAME, "no user of the project is "
		    "called '%s'", name);
		call_near(c, name, REF_USER, NULL);
	}
	return got > 0 ? 0 : -1;
}

/* A multi-class scheme takes one label, whose name may hold commas. */
static const struct label *
only_label(const struct cmd_call *c, const struct scheme *s,
    const char *param)
{
	const char *whole = cmd_str(c, param);

	return s->kind == SCHEME_MULTICLASS && whole != NULL ?
	    label_named(s, whole) : NULL;
}

int
call_labels(struct cmd_call *c, const struct scheme *s, const char *param,
    int64_t **out, size_t *n)
{
	char *const *names = cmd_list(c, param, n);
	const struct label *l = only_label(c, s, param);

	*out = NULL;
	if (l != NULL)
		*n = 1;
	if (cmd_flag(c, "--none") && *n > 0)
		return err_set_status(&c->err, ERR_USAGE,
		    "%s takes labels or --none, not both", c->command->name);
	if (!cmd_flag(c, "--none") && *n == 0)
		return err_set_status(&c->err, ERR_USAGE,
		    "%s needs a label, or --none for none of them",
		    c->command->name);
	if (s->kind == SCHEME_MULTICLASS && *n != 1)
		return err_set_status(&c->err, ERR_NAME, "scheme '%s' is "
		    "multi-class: a text takes exactly one label", s->name);
	*out = xcalloc(*n + 1, sizeof **out);
	for (size_t i = 0; i < *n; i++) {
		if (l == NULL && call_label(c, s, names[i], &l) < 0) {
			free(*out);
			*out = NULL;
			return -1;
		}
		(*out)[i] = l->id;
		l = NULL;
	}
	return 0;
}

void
text_time(int64_t ms, char out[24])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	if (strftime(out, 24, "%Y-%m-%d %H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

cJSON *
cjson_time(int64_t ms)
{
	char text[24];

	if (ms == 0)
		return cJSON_CreateNull();
	text_time(ms, text);
	text[10] = 'T';
	return cJSON_CreateString(text);
}

cJSON *
cjson_int(int64_t i)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%" PRId64, i);
	return cJSON_CreateRaw(digits);
}

cJSON *
cjson_object(const char *json)
{
	cJSON *o = json != NULL && *json != '\0' ? cJSON_Parse(json) : NULL;

	return o != NULL ? o : cJSON_CreateObject();
}

void
add_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
	buf_addf(b, "%s %s", COUNT(n), n == 1 ? one : many);
}

cJSON *
cjson_labels(const struct scheme *s, const int64_t *ids, size_t n)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < n; i++) {
		const struct label *l = label_by_id(s, ids[i]);

		if (l != NULL)
			cJSON_AddItemToArray(list,
			    cJSON_CreateString(l->name));
	}
	return list;
}

void
add_labels_text(struct buf *b, const struct scheme *s, const int64_t *ids,
    size_t n, const char *sep)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		const struct label *l = label_by_id(s, ids[i]);

		if (l == NULL)
			continue;
		buf_addf(b, "%s%s", first ? "" : sep, l->name);
		first = false;
	}
}

int
call_each_scheme(struct cmd_call *c, call_scheme_tell *tell)
{
	cJSON *list = cJSON_CreateArray();
	struct scheme *v, current = { 0 };
	size_t n;
	int rc = 0;

	cmd_reply_item(c, "schemes", list);
	if (scheme_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	if (n > 0)
		rc = current_scheme(c->project, &current, &c->err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = tell(c, &v[i], v[i].id == current.id, list);
	scheme_free(&current);
	scheme_list_free(v, n);
	return rc;
}

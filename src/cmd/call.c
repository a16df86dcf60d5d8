/*
 * Calls: values by name, the reply, and running.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "priv.h"

static const struct cmd_value *
value_of(const struct cmd_call *c, const char *param)
{
	size_t at;

	if (param_find(c->command, param, &at) == NULL)
		fatal("%s has no parameter %s", c->command->name, param);
	return &c->values[at];
}

bool
cmd_given(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->given;
}

bool
cmd_has(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->s != NULL;
}

const char *
cmd_str(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->s;
}

int64_t
cmd_int(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->i;
}

double
cmd_real(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->r;
}

bool
cmd_flag(const struct cmd_call *c, const char *param)
{
	return value_of(c, param)->given;
}

char *const *
cmd_list(const struct cmd_call *c, const char *param, size_t *n)
{
	const struct cmd_value *v = value_of(c, param);

	*n = v->n;
	return v->list;
}

void
cmd_reply_item(struct cmd_call *c, const char *key, cJSON *item)
{
	cJSON_DeleteItemFromObjectCaseSensitive(c->reply, key);
	cJSON_AddItemToObject(c->reply, key, item);
}

void
cmd_reply_str(struct cmd_call *c, const char *key, const char *s)
{
	cmd_reply_item(c, key,
	    s != NULL ? cJSON_CreateString(s) : cJSON_CreateNull());
}

/* Through text: a double would lose the last digits of a large one. */
void
cmd_reply_int(struct cmd_call *c, const char *key, int64_t i)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)i);
	cmd_reply_item(c, key, cJSON_CreateRaw(digits));
}

void
cmd_reply_real(struct cmd_call *c, const char *key, double r)
{
	cmd_reply_item(c, key,
	    isfinite(r) ? cJSON_CreateNumber(r) : cJSON_CreateNull());
}

void
cmd_reply_bool(struct cmd_call *c, const char *key, bool b)
{
	cmd_reply_item(c, key, cJSON_CreateBool(b));
}

void
cmd_note(struct cmd_call *c, const char *fmt, ...)
{
	cJSON *notes = cJSON_GetObjectItemCaseSensitive(c->reply, "notes");
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (notes == NULL) {
		notes = cJSON_CreateArray();
		cmd_reply_item(c, "notes", notes);
	}
	cJSON_AddItemToArray(notes, cJSON_CreateString(text));
	buf_addf(&c->text, "%s\n", text);
}

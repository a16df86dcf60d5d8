/*
 * Which texts: as JSON, which is how an account's choice is kept. Ids are
 * strings there: a double would lose digits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/next.h"

#include "priv.h"

int64_t
json_id(const cJSON *o, const char *key)
{
	const char *s = reply_str(o, key);

	return s != NULL ? strtoll(s, NULL, 10) :
	    (int64_t)reply_num(o, key, 0);
}

void
json_add_id(cJSON *o, const char *key, int64_t id)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)id);
	cJSON_AddStringToObject(o, key, digits);
}

void
criteria_read(struct next_criteria *c, const cJSON *o)
{
	const char *s;

	if ((s = reply_str(o, "set")) != NULL)
		set_of_name(s, &c->set);
	if ((s = reply_str(o, "mode")) != NULL)
		select_mode_parse(s, &c->mode);
	c->label = json_id(o, "label");
	free(c->regex);
	c->regex = xstrdup(reply_str(o, "regex"));
	c->match_case = reply_bool(o, "case");
	c->filter = (enum next_filter)json_id(o, "filter");
	if ((unsigned)c->filter > NEXT_ALL)
		c->filter = NEXT_UNTAGGED;
	if (reply_item(o, "user") != NULL)
		c->user = json_id(o, "user");
	c->carries = json_id(o, "carries");
	c->predicted = json_id(o, "predicted");
	c->wrong = reply_bool(o, "wrong");
	c->comment = reply_bool(o, "comment");
	c->flag = reply_bool(o, "flag");
	free(c->model);
	c->model = xstrdup(reply_str(o, "model"));
}

void
criteria_write(const struct next_criteria *c, cJSON *o)
{
	cJSON_AddStringToObject(o, "set", set_name(c->set));
	cJSON_AddStringToObject(o, "mode", select_mode_name(c->mode));
	json_add_id(o, "label", c->label);
	if (c->regex != NULL)
		cJSON_AddStringToObject(o, "regex", c->regex);
	cJSON_AddBoolToObject(o, "case", c->match_case);
	cJSON_AddNumberToObject(o, "filter", c->filter);
	if (c->user != NEXT_ANYONE)
		json_add_id(o, "user", c->user);
	json_add_id(o, "carries", c->carries);
	json_add_id(o, "predicted", c->predicted);
	cJSON_AddBoolToObject(o, "wrong", c->wrong);
	cJSON_AddBoolToObject(o, "comment", c->comment);
	cJSON_AddBoolToObject(o, "flag", c->flag);
	if (c->model != NULL)
		cJSON_AddStringToObject(o, "model", c->model);
}

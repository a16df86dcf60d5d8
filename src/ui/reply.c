/* Reading the replies of commands. */
#include <stdlib.h>
#include <math.h>

#include "priv.h"

const cJSON *
reply_item(const cJSON *o, const char *key)
{
	return o != NULL ? cJSON_GetObjectItemCaseSensitive(o, key) : NULL;
}

const char *
reply_str(const cJSON *o, const char *key)
{
	return cJSON_GetStringValue(reply_item(o, key));
}

double
reply_num(const cJSON *o, const char *key, double absent)
{
	const cJSON *item = reply_item(o, key);

	/* counts are kept as their digits */
	if (cJSON_IsRaw(item))
		return strtod(item->valuestring, NULL);
	return cJSON_IsNumber(item) ? item->valuedouble : absent;
}

bool
reply_bool(const cJSON *o, const char *key)
{
	return cJSON_IsTrue(reply_item(o, key));
}

double
reply_num_at(const cJSON *array, int i)
{
	const cJSON *item = cJSON_GetArrayItem(array, i);

	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

/* Reading the replies of commands. */
#include <math.h>

#include "priv.h"

const cJSON *
json_item(const cJSON *o, const char *key)
{
	return o != NULL ? cJSON_GetObjectItemCaseSensitive(o, key) : NULL;
}

const char *
json_str(const cJSON *o, const char *key)
{
	return cJSON_GetStringValue(json_item(o, key));
}

double
json_num(const cJSON *o, const char *key, double absent)
{
	const cJSON *item = json_item(o, key);

	return cJSON_IsNumber(item) ? item->valuedouble : absent;
}

bool
json_bool(const cJSON *o, const char *key)
{
	return cJSON_IsTrue(json_item(o, key));
}

double
json_num_at(const cJSON *array, int i)
{
	const cJSON *item = cJSON_GetArrayItem(array, i);

	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

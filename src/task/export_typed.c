#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tagtiger/number.h"
#include "priv.h"

#define SURE_DIGITS 15 /* that a double keeps */

static bool
is_int(const char *s)
{
	char back[32];

	snprintf(back, sizeof back, "%" PRId64, (int64_t)strtoll(s, NULL, 10));
	return strcmp(back, s) == 0;
}

/* A number that a double gives back: few digits, or the ones it prints. */
static bool
is_real(const char *s)
{
	char back[NUMBER_MAX];
	size_t len = strlen(s), digits = 0;
	double d;

	if (!number_parse(s, len, &d) || !isfinite(d))
		return false;
	for (size_t i = 0; i < len && s[i] != 'e' && s[i] != 'E'; i++)
		digits += s[i] >= '0' && s[i] <= '9';
	return digits <= SURE_DIGITS || (number_double(d, back) == len &&
	    memcmp(back, s, len) == 0);
}

static bool
is_json(const char *s)
{
	cJSON *j = strchr("[{", *s) != NULL ? cJSON_Parse(s) : NULL;
	bool is = j != NULL;

	cJSON_Delete(j);
	return is;
}

static enum table_kind
date_kind(const char *s, enum table_kind kind)
{
	int64_t days, us;
	enum table_kind is = table_moment(s, strlen(s), &days, &us);

	if (kind == TABLE_DATE || kind == is)
		return is;
	if ((kind == TABLE_DAY && is == TABLE_STAMP) ||
	    (kind == TABLE_STAMP && is == TABLE_DAY))
		return TABLE_STAMP;
	return TABLE_TEXT;
}

enum table_kind
export_kind(const char *cell, enum table_kind kind)
{
	bool fits = true;

	if (cell == NULL)
		return kind;
	switch (kind) {
	case TABLE_INT: fits = is_int(cell); break;
	case TABLE_REAL: fits = is_real(cell); break;
	case TABLE_BOOL:
		fits = strcmp(cell, "true") == 0 || strcmp(cell, "false") == 0;
		break;
	case TABLE_JSON: fits = is_json(cell); break;
	case TABLE_DATE:
	case TABLE_DAY:
	case TABLE_STAMP:
	case TABLE_UTC: return date_kind(cell, kind);
	default: break;
	}
	return fits ? kind : TABLE_TEXT;
}

void
export_typed(const char *cell, enum table_kind kind, struct table_value *out)
{
	*out = table_text(cell);
	if (cell == NULL)
		return;
	switch (kind) {
	case TABLE_INT: *out = table_int(strtoll(cell, NULL, 10)); break;
	case TABLE_REAL:
		out->kind = TABLE_REAL;
		number_parse(cell, strlen(cell), &out->d);
		break;
	case TABLE_BOOL:
		out->kind = TABLE_BOOL;
		out->b = *cell == 't';
		break;
	case TABLE_JSON: out->kind = TABLE_JSON; break;
	case TABLE_DAY:
	case TABLE_STAMP:
	case TABLE_UTC: out->kind = TABLE_DATE; break;
	default: break;
	}
}

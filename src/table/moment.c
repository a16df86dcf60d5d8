/* Dates and times as the readers give them, taken apart for the writers. */
#include <string.h>

#include "priv.h"

static bool
digits(const char *s, size_t n, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*out = *out * 10 + (s[i] - '0');
	}
	return true;
}

/* Days from 1970-01-01, by the same source as date_iso. */
static int64_t
days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
date_of(const char *s, int64_t *days)
{
	int64_t y, m, d;
	char back[DATE_MAX];

	if (!digits(s, 4, &y) || s[4] != '-' || !digits(s + 5, 2, &m) ||
	    s[7] != '-' || !digits(s + 8, 2, &d) || m < 1 || m > 12)
		return false;
	*days = days_of(y, m, d);
	/* 30 February is another day */
	return date_iso(*days, back) == 10 && memcmp(back, s, 10) == 0;
}

/* "T12:30:00", "T12:30:00.500" up to six digits: microseconds of the day. */
static bool
time_of(const char *s, size_t len, int64_t *us)
{
	int64_t h, m, sec, part = 0;

	if (len < 9 || s[0] != 'T' || s[3] != ':' || s[6] != ':' ||
	    !digits(s + 1, 2, &h) || !digits(s + 4, 2, &m) ||
	    !digits(s + 7, 2, &sec) || h > 23 || m > 59 || sec > 59)
		return false;
	if (len > 9 && (s[9] != '.' || len == 10 || len > 16 ||
	    !digits(s + 10, len - 10, &part)))
		return false;
	for (size_t i = len > 9 ? len - 10 : 6; i < 6; i++)
		part *= 10;
	*us = ((h * 60 + m) * 60 + sec) * 1000000 + part;
	return true;
}

enum table_kind
table_moment(const char *s, size_t len, int64_t *days, int64_t *us)
{
	bool utc = len > 11 && s[len - 1] == 'Z';

	*us = 0;
	if (len < 10 || !date_of(s, days))
		return TABLE_TEXT;
	if (len == 10)
		return TABLE_DAY;
	if (!time_of(s + 10, len - 10 - utc, us))
		return TABLE_TEXT;
	return utc ? TABLE_UTC : TABLE_STAMP;
}

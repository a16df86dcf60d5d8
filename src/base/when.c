#include <stddef.h>
#include <time.h>

#include "tagtiger/when.h"

static bool
digits(const char **s, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, ++*s) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return true;
}

static bool
taken(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

/* ".123456": ms, the rest of the digits passed over. */
static bool
fraction(const char **s, int *ms)
{
	int unit = 100;

	*ms = 0;
	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; ++*s, unit /= 10)
		*ms += unit * (**s - '0');
	return true;
}

/* "", "Z", "+01:00", "+0100", "+01": minutes ahead of UTC. */
static bool
offset(const char **s, int *minutes)
{
	int hour = 0, minute = 0, sign = **s == '-' ? -1 : 1;

	*minutes = 0;
	if (**s == '\0' || taken(s, 'Z'))
		return true;
	if (!taken(s, '+') && !taken(s, '-'))
		return false;
	if (!digits(s, 2, &hour) || hour > 14)
		return false;
	taken(s, ':');
	if (**s != '\0' && (!digits(s, 2, &minute) || minute > 59))
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

/* 30 February is no day: timegm would make it the first of March. */
static bool
real_day(const struct tm *tm)
{
	struct tm copy = *tm;

	return timegm(&copy) != -1 && copy.tm_mday == tm->tm_mday &&
	    copy.tm_mon == tm->tm_mon;
}

bool
when_parse(const char *s, int64_t *ms)
{
	struct tm tm = { 0 };
	int part = 0, minutes = 0;

	if (!digits(&s, 4, &tm.tm_year) || !taken(&s, '-') ||
	    !digits(&s, 2, &tm.tm_mon) || !taken(&s, '-') ||
	    !digits(&s, 2, &tm.tm_mday))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	if (!real_day(&tm))
		return false;
	if (taken(&s, 'T') || taken(&s, ' ')) {
		if (!digits(&s, 2, &tm.tm_hour) || !taken(&s, ':') ||
		    !digits(&s, 2, &tm.tm_min))
			return false;
		if (taken(&s, ':') && (!digits(&s, 2, &tm.tm_sec) ||
		    (taken(&s, '.') && !fraction(&s, &part))))
			return false;
		if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60 ||
		    !offset(&s, &minutes))
			return false;
	}
	if (*s != '\0')
		return false;
	*ms = ((int64_t)timegm(&tm) - minutes * 60) * 1000 + part;
	return true;
}

static _Atomic int64_t shift;

void
clock_shift(int64_t ms)
{
	shift = ms;
}

int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + shift;
}

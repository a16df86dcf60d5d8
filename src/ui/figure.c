/*
 * Times and numbers as people read them.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "priv.h"

long long
ui_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
ui_clock(long long ms, char out[32])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)(ms / 1000), now = (time_t)(ui_now() / 1000);
	struct tm then, today;

	localtime_r(&t, &then);
	localtime_r(&now, &today);
	if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday)
		snprintf(out, 32, "%02d:%02d", then.tm_hour, then.tm_min);
	else if (then.tm_year == today.tm_year)
		snprintf(out, 32, "%d %s", then.tm_mday, months[then.tm_mon]);
	else
		snprintf(out, 32, "%d %s %d", then.tm_mday,
		    months[then.tm_mon], then.tm_year + 1900);
}

void
ui_ago(long long ms, char out[32])
{
	long long s = (ui_now() - ms) / 1000;

	if (s < 60)
		snprintf(out, 32, "%lld s", s < 0 ? 0 : s);
	else if (s < 90 * 60)
		snprintf(out, 32, "%lld min", (s + 30) / 60);
	else if (s < 36 * 3600)
		snprintf(out, 32, "%lld h", (s + 1800) / 3600);
	else
		snprintf(out, 32, "%lld days", (s + 43200) / 86400);
}

int
count_width(long long n, int least)
{
	char s[32];
	int w;

	count_text(n, s);
	w = (int)strlen(s);
	return w > least ? w : least;
}

/* Moments as files and people write them. */
#ifndef TAGTIGER_WHEN_H
#define TAGTIGER_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * ISO 8601: "2026-11-23", "2026-11-23T19:44[:30[.5]][Z|+01:00]", a blank for
 * the T; without an offset it is UTC. As ms since 1970; false where it is no
 * moment.
 */
bool when_parse(const char *s, int64_t *ms);

/* Since 1970. */
int64_t now_ms(void);
/* The tests' clock goes wrong by that. */
void clock_shift(int64_t ms);

#endif

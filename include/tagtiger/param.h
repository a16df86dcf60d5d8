/*
 * Small values by key. Parameters belong to the project, and setting one is
 * in the history; what an account's screen is like (current scheme, mode,
 * filter, the text it stands on, ...) belongs to the account and is not.
 */
#ifndef TAGTIGER_PARAM_H
#define TAGTIGER_PARAM_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

/* The value, NULL where there is none (err is then cleared) or on an error.
 * Caller frees. */
char *param_get(struct project *p, const char *key, struct err *err);
int64_t param_int(struct project *p, const char *key, int64_t otherwise);
/* NULL takes it away. quiet: not in the history (the program's own notes). */
int param_set(struct project *p, const char *key, const char *value,
    struct err *err);
int param_set_quiet(struct project *p, const char *key, const char *value,
    struct err *err);

/* This account's. */
char *account_get(struct project *p, const char *key, struct err *err);
int account_set(struct project *p, const char *key, const char *value,
    struct err *err);

#endif

/*
 * What an account works on: its current scheme, remembered in the project.
 */
#ifndef TAGTIGER_CURRENT_H
#define TAGTIGER_CURRENT_H

#include <stdint.h>

#include "tagtiger/scheme.h"

/* The scheme this account chose, else the first living one. ERR_NAME where
 * the project has none. Free with scheme_free. */
int current_scheme(struct project *p, struct scheme *out, struct err *err);
int current_scheme_set(struct project *p, int64_t scheme, struct err *err);

/* By name where one is given, else the current one. */
int current_scheme_named(struct project *p, const char *name,
    struct scheme *out, struct err *err);

#endif

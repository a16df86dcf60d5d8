/*
 * The accounts of this machine.
 */
#ifndef TAGTIGER_ACCOUNT_H
#define TAGTIGER_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* By name or number: ERR_NAME where there is none. *name is the caller's to
 * free. */
int account_find(const char *who, int64_t *uid, char **name, struct err *err);

/* What the file's mode and access list say to an account: want is 1 to pass
 * through, 2 to write, 4 to read. Root may. */
bool account_may(const char *path, int64_t uid, int want);

#endif

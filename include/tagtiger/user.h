/*
 * Accounts of a project. A user is a Unix account, known by its number; root
 * has the owner's rights. Names that imports bring (annotators without an
 * account here) get numbers below LAYER_FINAL, made of the name.
 */
#ifndef TAGTIGER_USER_H
#define TAGTIGER_USER_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

enum role {
	ROLE_NONE,
	ROLE_ANNOTATOR,
	ROLE_MANAGER,
	ROLE_OWNER,
};

const char *role_name(enum role role);
int role_of_name(const char *name, enum role *role);

struct user {
	int64_t uid;
	char *name;
	enum role role; /* ROLE_NONE: of an import, or removed */
	int64_t since;	/* ms since 1970 */
};

/* This account's role, as it was read last or is read now: others may have
 * changed it. At least `role`, else ERR_DENIED and who may. */
enum role user_role(const struct project *p);
enum role user_role_now(struct project *p);
int user_require(struct project *p, enum role role, struct err *err);
int role_require(enum role role, enum role needed, struct err *err);

/* Another account's; ROLE_NONE where it is no user. */
int user_role_of(struct project *p, int64_t uid, enum role *role,
    struct err *err);

int user_list(struct project *p, struct user **out, size_t *n,
    struct err *err);
void user_list_free(struct user *u, size_t n);
/* The name of an account: of the project's table, else the system's, else
 * "uid 1003"; "final" for LAYER_FINAL. Caller frees. */
char *user_name(struct project *p, int64_t uid);
/* By name or number: 1 found, 0 not a user of the project. */
int user_find(struct project *p, const char *name, int64_t *uid,
    struct err *err);

/* Acts. The last owner can neither leave nor be less. Removing keeps the
 * annotations, and lets go of the texts that were held. Where an annotator
 * without an account has the name of who is added, theirs becomes NAME-2. */
int user_add(struct project *p, int64_t uid, const char *name,
    enum role role, struct err *err);
/* 0: user_add would take them; ERR_NAME: they are a user already. */
int user_addable(struct project *p, int64_t uid, const char *name,
    struct err *err);
int user_role_set(struct project *p, int64_t uid, enum role role,
    struct err *err);
int user_remove(struct project *p, int64_t uid, struct err *err);
/* The number of an annotator named in a file: a user's of that name, else one
 * made of the name (a row with ROLE_NONE). */
int user_import(struct project *p, const char *name, int64_t *uid,
    struct err *err);
/* The same, and nothing is written: the row is not made. */
int user_import_look(struct project *p, const char *name, int64_t *uid,
    struct err *err);

#endif

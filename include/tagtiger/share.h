/*
 * A project that several accounts open: whether they can reach it, and the
 * access lists that let them in. SQLite makes a journal beside the file, so a
 * shared project lies in a folder of its own, which its users may write; a
 * default list there gives all of them what one of them makes.
 *
 * Who may write a folder may also remove what is in it: users are trusted
 * with the file, and backups are the remedy.
 */
#ifndef TAGTIGER_SHARE_H
#define TAGTIGER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct progress;
struct project;

/* Does the project's folder hold nothing but the project? */
bool share_alone(const struct project *p);

/*
 * Can the account pass through all folders above `folder`? Looks at modes and
 * access lists. false: *blocked (the caller's to free) is the first that does
 * not let it through.
 */
bool share_reaches(const char *folder, int64_t uid, char **blocked);

/* Where a project of that name could go so that the account reaches it: a
 * path that does not exist yet, in a folder that this account may write and
 * the other may pass through; or NULL. The caller frees. */
char *share_place(const struct project *p, int64_t uid);

/* Move file and folder into `folder`, which is made, or is empty, on whatever
 * file system. Others that have the project open are told to open it again.
 * The project must be closed in other connections of this process. */
int project_move(struct project *p, const char *folder,
    struct progress *progress, struct err *err);

/* May the account come to the file, read and write it? */
bool share_open_to(const struct project *p, int64_t uid);

/* Give an account access to the folder, the file, what SQLite keeps beside it
 * and all that is in the data folder; or take it away. ERR_DENIED where folder
 * or file are not this account's to open. */
int share_grant(struct project *p, int64_t uid, struct err *err);
int share_revoke(struct project *p, int64_t uid, struct err *err);

/* What this account has made in the data folder is open to the group that the
 * file is open to, whatever its umask says. Where access lists name the users
 * nothing is to be done: the folder's gives them what is made in it. */
void share_made(struct project *p);

#endif

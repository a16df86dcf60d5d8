/*
 * Files and folders that are not finished. Their names tell whose they are,
 * so that what a killed process left can be told from what a living one is
 * writing, and is removed by the next who writes there.
 */
#ifndef TAGTIGER_TEMPORARY_H
#define TAGTIGER_TEMPORARY_H

#include <stdbool.h>

/* This machine. The string is the thread's. */
const char *host_name(void);
/* Did the process run on this machine, and does it no more? */
bool process_gone(long pid, const char *host);

/* A hidden name beside path that nothing has, for the caller to free. What
 * dead processes left in that folder is removed first. */
char *temporary_name(const char *path);
/* Remove what dead processes of this machine left in a folder and in those
 * below it, so many levels deep. */
void temporary_sweep(const char *folder, int depth);

/* A file, or a folder with all that is in it. -1 and errno. */
int tree_remove(const char *path);

#endif

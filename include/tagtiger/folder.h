/*
 * What stands in NAME.tiger-data/, beside the rows that name it. All of it can
 * be computed again.
 */
#ifndef TAGTIGER_FOLDER_H
#define TAGTIGER_FOLDER_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct project;

struct folder_check {
	void (*say)(void *arg, const char *finding); /* and how to mend it */
	void *arg;
	/* Out. Files that no row names, which do no harm; not looked for while
	 * work is running. */
	struct leftover {
		char *name; /* below the folder */
		int64_t bytes;
	} *leftovers;
	size_t n;
	int absent; /* there is no folder, and rows name files in it */
};
/* Every feature, model and prediction is whole and of the size that its row
 * says. */
int folder_check(struct project *p, struct folder_check *c, struct err *err);
void folder_check_free(struct folder_check *c);

#endif

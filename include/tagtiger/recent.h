/*
 * The projects that an account can see: those in the folders of TAGTIGER_PATH
 * (separated by colons; the current folder where it is not set), and those
 * opened lately, which ${XDG_STATE_HOME:-~/.local/state}/tagtiger/recent
 * lists, one path a line, newest first.
 */
#ifndef TAGTIGER_RECENT_H
#define TAGTIGER_RECENT_H

#include <stddef.h>
#include <stdint.h>

struct recent {
	char *path;   /* absolute */
	char *name;   /* without folder and .tiger */
	int64_t size; /* bytes of the project file */
	int64_t time; /* ms since 1970, when it was changed last */
};

/* Recently opened ones first, then the others by name; files that are gone
 * are left out. Never fails: what cannot be read is not there. */
void recent_list(struct recent **out, size_t *n);
void recent_list_free(struct recent *v, size_t n);
/* Called where a person opens or makes a project. */
void recent_add(const char *path);

#endif

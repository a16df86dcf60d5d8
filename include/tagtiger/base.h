/*
 * Base models: Hugging Face folders on this machine, found by path or by the
 * folder's name in
 *	the folders of TAGTIGER_BASE (separated by colons),
 *	$XDG_DATA_HOME/tagtiger/base,
 *	$XDG_CACHE_HOME/tagtiger/base (where configure puts one),
 *	PREFIX/share/tagtiger/base.
 */
#ifndef TAGTIGER_BASE_H
#define TAGTIGER_BASE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct base {
	char *name; /* the folder's */
	char *path;
	char *language;	/* "en", "fr,en" as its README says; "" unknown */
	bool runs;	/* of a family that this program can run */
	char *problem;	/* why not; "" */
};

/* Sorted by name, each name once: the first place it was found in. */
void base_list(struct base **out, size_t *n);
void base_list_free(struct base *b, size_t n);

/*
 * The folder of a name or path (one with config.json); NULL for `name`: the
 * one recommended for the language among those at hand that run (lang may be
 * NULL). ERR_NAME where there is none, and what to do. Caller frees.
 */
char *base_find(const char *name, const char *lang, struct err *err);

/* Does the model's README name the language? true too where it says none. */
bool base_speaks(const char *path, const char *lang);

/* Copy a folder to $XDG_DATA_HOME/tagtiger/base; *path is where it is now,
 * the caller frees. It must be a model that runs. */
int base_add(const char *folder, char **path, struct err *err);

#endif

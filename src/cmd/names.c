/*
 * Names in the project, for completion and for "did you mean".
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "priv.h"

void
names_add(struct names *names, const char *name)
{
	names->v = array_room(names->v, names->n, &names->cap,
	    sizeof *names->v);
	names->v[names->n++] = xstrdup(name);
}

void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct names){ 0 };
}

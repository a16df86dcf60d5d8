#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/hits.h"
#include "tagtiger/regex.h"

int
hits_find(const char *pattern, bool match_case, const char *text, size_t len,
    size_t max, struct hit **out, size_t *n, struct err *err)
{
	struct regex *re;
	struct hit *v = NULL;
	size_t cap = 0, found = 0, from = 0, begin, end;
	int rc = 0;

	*out = NULL;
	*n = 0;
	re = regex_compile(pattern, strlen(pattern),
	    match_case ? 0 : REGEX_NO_CASE, err);
	if (re == NULL)
		return -1;
	while (found < max && (rc = regex_next(re, text, len, &from, &begin,
	    &end, err)) == 1) {
		if (end == begin)
			continue;
		v = array_room(v, found, &cap, sizeof *v);
		v[found++] = (struct hit){ begin, end };
	}
	regex_free(re);
	*out = v;
	*n = found;
	return rc < 0 ? -1 : 0;
}

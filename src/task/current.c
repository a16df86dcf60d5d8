#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tagtiger/current.h"
#include "tagtiger/err.h"
#include "tagtiger/param.h"

#define KEY "scheme"

static int
first_scheme(struct project *p, struct scheme *out, struct err *err)
{
	struct scheme *all;
	size_t n;
	int64_t id;

	if (scheme_list(p, &all, &n, err) < 0)
		return -1;
	id = n > 0 ? all[0].id : 0;
	scheme_list_free(all, n);
	if (id == 0)
		return err_set_status(err, ERR_NAME, "the project has no "
		    "scheme: make one with 'scheme add NAME'");
	return scheme_get(p, id, out, err);
}

int
current_scheme(struct project *p, struct scheme *out, struct err *err)
{
	char *value = account_get(p, KEY, err);
	int64_t id = value != NULL ? strtoll(value, NULL, 10) : 0;

	free(value);
	if (id != 0 && scheme_get(p, id, out, err) == 0) {
		if (!out->deleted)
			return 0;
		scheme_free(out);
	}
	err_clear(err);
	return first_scheme(p, out, err);
}

int
current_scheme_set(struct project *p, int64_t scheme, struct err *err)
{
	char value[24];

	snprintf(value, sizeof value, "%" PRId64, scheme);
	return account_set(p, KEY, value, err);
}

int
current_scheme_named(struct project *p, const char *name, struct scheme *out,
    struct err *err)
{
	return name == NULL ? current_scheme(p, out, err) :
			      scheme_find(p, name, out, err);
}

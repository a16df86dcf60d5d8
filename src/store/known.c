/*
 * What an open transaction has read once of what nobody else can change while
 * it lasts.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/scheme.h"
#include "priv.h"

static int
scheme_read(struct project *p, int64_t scheme, struct known_scheme *out,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_SCHEME_ROW, ARGS(I(scheme)), err);
	int row = s != NULL ? db_step(p, s, err) : -1;

	*out = (struct known_scheme){ .id = scheme };
	if (row == 1) {
		out->single = col_int(s, 2) == SCHEME_MULTICLASS;
		out->deleted = col_int(s, 4) != 0;
	}
	db_done(s);
	if (row == 0)
		return err_set_status(err, ERR_NAME,
		    "this scheme does not exist or was deleted");
	return row < 0 ? -1 : meanings_read(p, scheme, &out->meanings, err);
}

const struct known_scheme *
scheme_known(struct project *p, int64_t scheme, struct err *err)
{
	struct known_scheme *k = &p->known.scheme;

	if (p->depth == 0)
		fatal("store: scheme_known outside a transaction");
	if (k->id == scheme)
		return k;
	scheme_forget(p);
	if (scheme_read(p, scheme, k, err) == 0)
		return k;
	scheme_forget(p);
	return NULL;
}

void
scheme_forget(struct project *p)
{
	free(p->known.scheme.meanings.v);
	p->known.scheme = (struct known_scheme){ 0 };
}

void
known_forget(struct project *p)
{
	scheme_forget(p);
	p->known.lamport = 0;
	p->known.never_cleared = false;
	p->known.doc = 0;
	memset(p->known.blank, 0, sizeof p->known.blank);
}

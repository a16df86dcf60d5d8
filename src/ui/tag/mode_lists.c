/*
 * What the sheet of `m` chooses among: models, people, and what the session
 * has seen.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/model.h"
#include "tagtiger/user.h"

#include "tag.h"

void
mode_lists_free(struct mode_lists *l)
{
	for (size_t i = 0; i < l->nmodels; i++)
		free(l->models[i].name);
	for (size_t i = 0; i < l->nby; i++)
		free(l->by[i].name);
	free(l->models);
	free(l->by);
	memset(l, 0, sizeof *l);
}

static int
read_models(struct mode_lists *l, int64_t scheme, struct err *err)
{
	struct model *m = NULL;
	size_t n = 0;

	if (model_list(ui.project, scheme, NULL, &m, &n, err) < 0)
		return -1;
	l->models = xcalloc(n + 1, sizeof *l->models);
	for (size_t i = 0; i < n; i++)
		if (strcmp(m[i].state, "ready") == 0)
			l->models[l->nmodels++] = (struct mode_model){
				xstrdup(m[i].name), m[i].time };
	model_list_free(m, n);
	return 0;
}

/* Who tagged, the most industrious first. */
static int
read_by(struct mode_lists *l, int64_t scheme, struct err *err)
{
	struct annot_by *by = NULL;
	size_t n = 0;

	if (annot_by(ui.project, scheme, SETS_ALL, &by, &n, err) < 0)
		return -1;
	l->by = xcalloc(n + 1, sizeof *l->by);
	for (size_t i = 0; i < n; i++) {
		size_t at = l->nby++;

		for (; at > 0 && l->by[at - 1].tagged < by[i].tagged; at--)
			l->by[at] = l->by[at - 1];
		l->by[at] = (struct mode_by){ user_name(ui.project,
			by[i].uid), by[i].uid, by[i].tagged };
	}
	free(by);
	return 0;
}

static int
read_session(struct mode_lists *l, const struct next_criteria *c,
    struct err *err)
{
	struct session_entry *v = NULL;

	if (session_list(ui.project, c->scheme, SET_BIT(c->set), &v, &l->seen,
	    err) < 0)
		return -1;
	for (size_t i = 0; i < l->seen; i++)
		l->skipped += v[i].how == SESSION_SKIPPED;
	l->set = c->set;
	free(v);
	return 0;
}

int
mode_lists_read(struct mode_lists *l, const struct next_criteria *c,
    struct err *err)
{
	l->read = true;
	return read_models(l, c->scheme, err) < 0 ||
	    read_by(l, c->scheme, err) < 0 ||
	    read_session(l, c, err) < 0 ? -1 : 0;
}

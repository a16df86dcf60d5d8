#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/hash.h"
#include "priv.h"

struct annot_plan {
	struct strmap *places; /* "doc uid": of v */
	struct annot *v;
	size_t n, cap;
};

struct annot_plan *
annot_plan_new(void)
{
	struct annot_plan *plan = xcalloc(1, sizeof *plan);

	plan->places = strmap_new();
	return plan;
}

void
annot_plan_free(struct annot_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; i < plan->n; i++)
		annot_free(&plan->v[i]);
	free(plan->v);
	strmap_free(plan->places);
	free(plan);
}

static struct annot
copy(const struct annot *a)
{
	struct annot c = *a;

	c.labels = xcalloc(a->nlabels + 1, sizeof *c.labels);
	if (a->nlabels > 0)
		memcpy(c.labels, a->labels, a->nlabels * sizeof *c.labels);
	c.comment = xstrdup(a->comment != NULL ? a->comment : "");
	return c;
}

static size_t
place_key(int64_t doc, int64_t uid, char out[64])
{
	return (size_t)snprintf(out, 64, "%lld %lld", (long long)doc,
	    (long long)uid);
}

void
annot_plan_put(struct annot_plan *plan, const struct annot *a)
{
	char key[64];
	size_t len = place_key(a->doc, a->uid, key);
	int64_t *place;
	int is_new;

	place = strmap_put(plan->places, key, len, (int64_t)plan->n, &is_new);
	if (is_new) {
		plan->v = array_room(plan->v, plan->n, &plan->cap,
		    sizeof *plan->v);
		plan->v[plan->n++] = copy(a);
	} else {
		struct annot before = plan->v[*place];

		plan->v[*place] = copy(a);
		annot_free(&before);
	}
}

bool
annot_plan_get(const struct annot_plan *plan, int64_t doc, int64_t uid,
    struct annot *out)
{
	char key[64];
	const int64_t *place = strmap_get(plan->places, key,
	    place_key(doc, uid, key));

	if (place != NULL)
		*out = copy(&plan->v[*place]);
	return place != NULL;
}

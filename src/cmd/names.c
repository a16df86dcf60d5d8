/*
 * Names in the project, for completion and for "did you mean".
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/base.h"
#include "tagtiger/cmd.h"
#include "tagtiger/colour.h"
#include "tagtiger/current.h"
#include "tagtiger/doc.h"
#include "tagtiger/feature.h"
#include "tagtiger/model.h"
#include "tagtiger/user.h"
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

/* Each of these reads what it can; what cannot be read has no names. */

static void
add_labels(struct project *p, const char *scheme, struct names *out)
{
	struct scheme s = { 0 };

	if (current_scheme_named(p, scheme, &s, NULL) < 0)
		return;
	for (size_t i = 0; i < s.nlabels; i++)
		names_add(out, s.labels[i].name);
	scheme_free(&s);
}

static void
add_schemes(struct project *p, struct names *out)
{
	struct scheme *v;
	size_t n;

	if (scheme_list(p, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		names_add(out, v[i].name);
	scheme_list_free(v, n);
}

static void
add_models(struct project *p, struct names *out)
{
	struct model *v;
	size_t n;

	if (model_list(p, 0, NULL, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		names_add(out, v[i].name);
	model_list_free(v, n);
}

static void
add_features(struct project *p, struct names *out)
{
	struct feature *v;
	size_t n;

	if (feature_list(p, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		names_add(out, v[i].name);
	feature_list_free(v, n);
}

static void
add_users(struct project *p, struct names *out)
{
	struct user *v;
	size_t n;

	if (user_list(p, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		names_add(out, v[i].name);
	user_list_free(v, n);
}

static void
add_columns(struct project *p, struct names *out)
{
	struct column *v;
	size_t n;

	if (column_list(p, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		names_add(out, v[i].name);
	column_list_free(v, n);
}

static void
add_bases(struct names *out)
{
	struct base *v;
	size_t n;

	base_list(&v, &n);
	for (size_t i = 0; i < n; i++)
		names_add(out, v[i].name);
	base_list_free(v, n);
}

void
names_of(enum cmd_ref ref, struct project *project, const char *scheme,
    struct names *out)
{
	if (ref == REF_COMMAND) {
		names_of_commands(NULL, out);
		return;
	}
	if (ref == REF_CONFIG) {
		names_of_config(out);
		return;
	}
	for (size_t i = 0; ref == REF_COLOUR && colour_name(i) != NULL; i++)
		names_add(out, colour_name(i));
	if (ref == REF_BASE) {
		add_bases(out);
		return;
	}
	if (project == NULL)
		return;
	switch (ref) {
	case REF_LABEL:
		add_labels(project, scheme, out);
		break;
	case REF_SCHEME:
		add_schemes(project, out);
		break;
	case REF_MODEL:
		add_models(project, out);
		break;
	case REF_FEATURE:
		add_features(project, out);
		break;
	case REF_USER:
		add_users(project, out);
		break;
	case REF_COLUMN:
		add_columns(project, out);
		break;
	default: /* views and ids are not listed here */
		break;
	}
}

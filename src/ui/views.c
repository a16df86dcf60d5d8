/* The views there are: tabs in this order, pages after their tab. */
#include "priv.h"

extern const struct view_ops view_project, view_labels, view_tag, view_table,
    view_quick, view_bert, view_scores, view_jobs, view_projects, view_new,
    view_people, view_schemes, view_adjudicate, view_account, view_storage;

const struct view_ops *const views[] = {
	&view_project,
	&view_labels,
	&view_schemes,
	&view_codebook,
	&view_people,
	&view_adjudicate,
	&view_account,
	&view_features,
	&view_import,
	&view_history,
	&view_options,
	&view_storage,
	&view_tag,
	&view_table,
	&view_quick,
	&view_bert,
	&view_scores,
	&view_export,
	&view_jobs,
	&view_projects,
	&view_new,
	NULL,
};

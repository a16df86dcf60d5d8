/* prediction: what 'predict' made, to delete. */
#include "tagtiger/predictor.h"
#include "priv.h"

static int
prediction_delete_run(struct cmd_call *c)
{
	const char *model = cmd_str(c, "MODEL");
	size_t n;

	if (predictions_remove(c->project, model, cmd_str(c, "--set"), &n,
	    &c->err) < 0)
		return -1;
	cmd_reply_str(c, "model", model);
	cmd_reply_int(c, "deleted", (int64_t)n);
	add_count(&c->text, n, "prediction of ", "predictions of ");
	buf_addf(&c->text, "%s %s deleted; 'predict' makes them again\n",
	    model, n == 1 ? "is" : "are");
	return 0;
}

static const struct cmd_param prediction_delete_params[] = {
	{ "MODEL", .ref = REF_MODEL, .required = true, .help = "whose" },
	{ "--set", .type = CMD_CHOICE, .choices = CMD_SETS,
	    .help = "those on this set; default: all that 'predict' made" },
	CMD_PARAM_END,
};

static const struct command cmd_prediction_delete = {
	.name = "prediction delete", .group = "Models",
	.params = prediction_delete_params, .role = CMD_MANAGER,
	.help = "Delete what 'predict' made with a model",
	.needs_project = true, .run = prediction_delete_run,
	.changes = CHANGES_MODELS | CHANGES_SELECTION,
};

const struct command *const cmds_prediction[] = { &cmd_prediction_delete,
	NULL };

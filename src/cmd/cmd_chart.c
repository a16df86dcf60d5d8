/* export loss, learning, confusion, scores: charts as SVG. */
#include "tagtiger/chart.h"
#include "priv.h"

static int
chart_run(struct cmd_call *c, enum chart chart)
{
	struct chart_spec spec = { .chart = chart,
		.model = cmd_str(c, "--model"), .out = cmd_str(c, "--out") };
	const cJSON *name;

	if (chart == CHART_CONFUSION || chart == CHART_SCORES)
		spec.set = cmd_str(c, "--set");
	if (export_chart(c->project, &spec, c->reply, &c->err) < 0)
		return -1;
	name = cJSON_GetObjectItemCaseSensitive(c->reply, "model");
	buf_addf(&c->text, "%s of %s is drawn in %s\n", c->command->name +
	    sizeof "export", name->valuestring, spec.out);
	return 0;
}

static int
loss_run(struct cmd_call *c)
{
	return chart_run(c, CHART_LOSS);
}

static int
learning_run(struct cmd_call *c)
{
	return chart_run(c, CHART_LEARNING);
}

static int
confusion_run(struct cmd_call *c)
{
	return chart_run(c, CHART_CONFUSION);
}

static int
scores_run(struct cmd_call *c)
{
	return chart_run(c, CHART_SCORES);
}

#define PARAM_MODEL                                                         \
	{                                                                   \
		"--model", .ref = REF_MODEL, .required = true,              \
		.value = "N", .help = "which"                               \
	}
#define PARAM_OUT                                                           \
	{                                                                   \
		"--out", .type = CMD_FILE, .required = true, .value = "F",  \
		.help = "the SVG file to write"                             \
	}

static const struct cmd_param curve_params[] = {
	PARAM_MODEL,
	PARAM_OUT,
	{ NULL },
};
static const struct cmd_param scores_params[] = {
	PARAM_MODEL,
	{ "--set", .type = CMD_CHOICE, .choices = "train|out|valid|test|cv",
	    .def = "test", .help = "the newest scores on it; cv: of a quick "
	    "model's cross-validation" },
	PARAM_OUT,
	{ NULL },
};

#define CHART(cname, cparams, fn, chelp)                                    \
	{                                                                   \
		.name = cname, .group = "Export", .params = cparams,        \
		.help = chelp, .needs_project = true, .run = fn,            \
		.role = CMD_MANAGER, .changes = CHANGES_MODELS,             \
		.reads = true                                               \
	}

static const struct command charts[] = {
	CHART("export loss", curve_params, loss_run,
	    "The loss curves of a fine-tuning, as SVG"),
	CHART("export learning", curve_params, learning_run,
	    "The learning curve of a quick model, as SVG"),
	CHART("export confusion", scores_params, confusion_run,
	    "The confusion matrix of a model's scores, as SVG"),
	CHART("export scores", scores_params, scores_run,
	    "A model's scores with their intervals, as SVG"),
};

const struct command *const cmds_chart[] = { &charts[0], &charts[1],
	&charts[2], &charts[3], NULL };

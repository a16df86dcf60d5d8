/* drop: give up the validation or test set, to import another one. */

#include "tagtiger/doc.h"
#include "tagtiger/project.h"
#include "priv.h"

struct dropping {
	enum set set;
	struct set_dropped d;
};

/* What it is about, for who has not said --yes. */
static int
warn(struct cmd_call *c, const struct dropping *g)
{
	const struct set_dropped *d = &g->d;
	struct buf b = BUF_INIT;

	add_count(&b, d->dropped + d->to_rest, "text", "texts");
	err_set_status(&c->err, ERR_USAGE, "%s, %s of them labelled, "
	    "leave the %s set: add --yes if that is meant", buf_str(&b),
	    COUNT(d->labelled), set_name(g->set));
	buf_free(&b);
	return -1;
}

static void
dropped_tell(struct cmd_call *c, const struct dropping *g)
{
	const struct set_dropped *d = &g->d;
	const char *name = set_name(g->set);

	cmd_reply_str(c, "set", name);
	cmd_reply_int(c, "dropped", (int64_t)d->dropped);
	cmd_reply_int(c, "to_rest", (int64_t)d->to_rest);
	cmd_reply_int(c, "labelled", (int64_t)d->labelled);
	buf_addf(&c->text, "the %s set is empty: ", name);
	if (d->dropped > 0) {
		add_count(&c->text, d->dropped, "imported text is",
		    "imported texts are");
		buf_adds(&c->text, " in no set any more");
	}
	if (d->to_rest > 0) {
		buf_adds(&c->text, d->dropped > 0 ? ", " : "");
		add_count(&c->text, d->to_rest, "drawn text is back in rest",
		    "drawn texts are back in rest");
	}
	buf_addc(&c->text, '\n');
	cmd_note(c, "'import %s' makes another one; a text that comes again "
	    "has its labels again", name);
}

static int
drop_run(struct cmd_call *c)
{
	struct dropping g = { .set = SET_TEST };
	const char *name = cmd_str(c, "SET");

	set_of_name(name, &g.set);
	if (doc_set_droppable(c->project, g.set, &g.d, &c->err) < 0)
		return -1;
	if (g.d.dropped + g.d.to_rest == 0)
		return err_set_status(&c->err, ERR_NAME, "the %s set is empty: "
		    "there is nothing to drop", name);
	if (!cmd_flag(c, "--yes"))
		return warn(c, &g);
	if (call_snapshot(c, g.set == SET_TEST ? "drop-test" :
	    "drop-valid") < 0 ||
	    doc_set_drop(c->project, g.set, &g.d, &c->err) < 0)
		return -1;
	dropped_tell(c, &g);
	return 0;
}

static const struct cmd_param drop_params[] = {
	{ "SET", .type = CMD_CHOICE, .choices = "valid|test", .required = true,
	    .help = "the set to give up" },
	{ "--yes", .type = CMD_FLAG, .help = "it is meant" },
	CMD_PARAM_END,
};

static const struct command cmd_drop = {
	.name = "drop", .group = "Project", .params = drop_params,
	.help = "Give up the validation or test set, after a snapshot",
	.more = "Texts that were imported for it are in no set any more: not "
		"counted, shown, exported or predicted. Drawn ones go back to "
		"rest. Labels and history stay; a text that is imported again "
		"under its id has its labels again, unless its words are "
		"others. `u` does not take it back: 'restore' of the snapshot "
		"makes a project as it was.",
	.needs_project = true, .role = CMD_MANAGER, .lane = JOB_BULK,
	.run = drop_run,
	.changes = CHANGES_TEXTS | CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

const struct command *const cmds_drop[] = { &cmd_drop, NULL };

/*
 * export work, import work: a part of the project for a colleague elsewhere,
 * and what they did with it.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/project.h"
#include "tagtiger/user.h"
#include "tagtiger/work.h"
#include "tagtiger/workpart.h"
#include "tagtiger/when.h"
#include "priv.h"

#define DAY ((int64_t)24 * 3600 * 1000)

/* ---- export work ---- */

static int
id_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* --ids: each once, in the order of their numbers. */
static int
named_texts(struct cmd_call *c, int64_t **docs, size_t *n)
{
	size_t nids, kept = 0;
	char *const *ids = cmd_list(c, "--ids", &nids);

	*docs = xcalloc(nids + 1, sizeof **docs);
	for (size_t i = 0; i < nids; i++)
		if (doc_need(c->project, ids[i], &(*docs)[i], &c->err) < 0)
			return -1;
	qsort(*docs, nids, sizeof **docs, id_order);
	for (size_t i = 0; i < nids; i++)
		if (kept == 0 || (*docs)[i] != (*docs)[kept - 1])
			(*docs)[kept++] = (*docs)[i];
	*n = kept;
	return 0;
}

static int
chosen_texts(struct cmd_call *c, int64_t **docs, size_t *n)
{
	struct work_part part = { .n = (size_t)cmd_int(c, "--n"),
		.seed = (uint64_t)cmd_int(c, "--seed"), .sets = SETS_ALL };
	struct scheme s = { 0 };
	int rc;

	*docs = NULL;
	if (cmd_given(c, "--ids")) {
		if (cmd_given(c, "--n"))
			return err_set_status(&c->err, ERR_USAGE, "either "
			    "--ids or --n");
		return named_texts(c, docs, n);
	}
	sets_of_name(cmd_str(c, "--set"), &part.sets);
	if (call_scheme(c, &s) < 0)
		return -1;
	part.scheme = s.id;
	rc = work_choose(c->project, &part, docs, n, &c->err);
	scheme_free(&s);
	return rc;
}

static int
colleague(struct cmd_call *c, int64_t *uid)
{
	const char *name = cmd_str(c, "--user");
	int got;

	*uid = WORK_ANYONE;
	if (name == NULL)
		return 0;
	got = user_find(c->project, name, uid, &c->err);
	if (got == 0) {
		err_set_status(&c->err, ERR_NAME, "'%s' is no user of the "
		    "project: without --user whoever opens the copy works "
		    "under their own name", name);
		call_near(c, name, REF_USER, NULL);
	}
	return got == 1 ? 0 : -1;
}

static int
export_work_run(struct cmd_call *c)
{
	const char *given = cmd_str(c, "--out");
	size_t len = strlen(given);
	char *target = len > 6 && strcmp(given + len - 6, ".tiger") == 0 ?
	    xstrdup(given) : xasprintf("%s.tiger", given);
	struct work_spec spec = { .until = now_ms() +
	    cmd_int(c, "--days") * DAY };
	int64_t *docs = NULL, copy = 0;
	int rc = colleague(c, &spec.uid);

	if (rc == 0)
		rc = chosen_texts(c, &docs, &spec.n);
	spec.docs = docs;
	if (rc == 0)
		rc = work_export(c->project, target, &spec, &copy,
		    c->progress, &c->err);
	if (rc == 0) {
		cmd_reply_str(c, "file", target);
		cmd_reply_int(c, "texts", (int64_t)spec.n);
		cmd_reply_int(c, "copy", copy);
		cmd_reply_item(c, "until", cjson_time(spec.until));
		add_count(&c->text, spec.n, "text is", "texts are");
		buf_addf(&c->text, " in %s: send it, and 'import work' what "
		    "comes back, as often as you like\n", target);
	}
	free(docs);
	free(target);
	return rc;
}

/* ---- import work ---- */

static void
merged_tell(struct cmd_call *c, const struct work_merged *m)
{
	cJSON *by = cJSON_CreateArray(), *said = cJSON_CreateArray();

	cmd_reply_int(c, "copy", m->copy);
	cmd_reply_int(c, "events", (int64_t)m->events);
	cmd_reply_int(c, "tagged", (int64_t)m->tagged);
	cmd_reply_int(c, "second_opinions", (int64_t)m->second);
	cmd_reply_item(c, "by", by);
	cmd_reply_item(c, "resolved", said);
	if (m->events == 0)
		buf_addf(&c->text, "nothing new in %s\n", cmd_str(c, "F"));
	for (size_t i = 0; i < m->nby; i++) {
		const char *name = m->by[i].name;
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "user", name);
		cJSON_AddItemToObject(o, "tagged",
		    cjson_int((int64_t)m->by[i].tagged));
		cJSON_AddItemToArray(by, o);
		buf_addf(&c->text, "%s: ", name);
		add_count(&c->text, m->by[i].tagged, "text tagged\n",
		    "texts tagged\n");
	}
	if (m->events > 0 && m->nby == 0) {
		add_count(&c->text, m->events, "act", "acts");
		buf_adds(&c->text, ", none of them a label\n");
	}
	if (m->second > 0) {
		add_count(&c->text, m->second, "text has", "texts have");
		buf_adds(&c->text, " a second opinion now\n");
	}
	for (size_t i = 0; i < m->nsaid; i++) {
		cJSON_AddItemToArray(said, cJSON_CreateString(m->said[i]));
		buf_addf(&c->text, "%s\n", m->said[i]);
	}
	if (m->absent > 0)
		cmd_note(c, "on texts that are not here, and so in the log "
		    "only: %s %s", COUNT(m->absent),
		    m->absent == 1 ? "act" : "acts");
	if (m->own > 0)
		cmd_note(c, "on parameters, columns, people, features or "
		    "models, which are each file's own, and so in the history "
		    "only: %s %s", COUNT(m->own),
		    m->own == 1 ? "act" : "acts");
}

static int
import_work_run(struct cmd_call *c)
{
	bool dry = cmd_flag(c, "--check"), done = cmd_flag(c, "--done");
	struct work_merged m;
	int rc;

	if (work_merge(c->project, cmd_str(c, "F"), dry, c->progress, &m,
	    &c->err) < 0)
		return -1;
	rc = done && !dry ? work_back(c->project, m.copy, &c->err) : 0;
	if (rc == 0) {
		if (dry) {
			cmd_reply_bool(c, "check", true);
			buf_adds(&c->text, "nothing was written; this is what "
			    "would come:\n");
		}
		merged_tell(c, &m);
		if (done && !dry)
			buf_adds(&c->text, "its other texts are given to "
			    "everybody again\n");
	}
	work_merged_free(&m);
	return rc;
}

/* ---- The table ---- */

static const struct cmd_param export_work_params[] = {
	{ "--out", .type = CMD_FILE, .required = true, .value = "F",
	    .help = "the work copy to write, NAME.tiger; it must not exist" },
	{ "--user", .ref = REF_USER, .value = "NAME",
	    .help = "whose acts those in the copy are, whoever opens it; "
	    "default: by the name of the account that does" },
	CMD_PARAM_SET("train", "the texts to take from"),
	{ "--n", .type = CMD_INT, .value = "N", .min = 1, .max = 1e9,
	    .help = "so many at random that nobody tagged, holds or was "
	    "given; default: all" },
	{ "--ids", .type = CMD_LIST, .ref = REF_DOC, .value = "ID[,ID...]",
	    .help = "these texts" },
	{ "--days", .type = CMD_INT, .def = "30", .max = 36500,
	    .help = "so long nobody else is given the texts" },
	{ "--seed", .type = CMD_INT, .def = "1", .max = 9e15,
	    .help = "of the choice" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};
static const struct cmd_param import_work_params[] = {
	{ "F", .type = CMD_FILE, .required = true,
	    .help = "a work copy that came back" },
	{ "--check", .type = CMD_FLAG,
	    .help = "only say what would come; nothing is written" },
	{ "--done", .type = CMD_FLAG, .help = "the copy is finished: what it "
	    "left untagged is given to everybody again" },
	CMD_PARAM_END,
};

static const struct command cmd_export_work = {
	.name = "export work", .group = "Export",
	.params = export_work_params, .role = CMD_MANAGER,
	.help = "A part of the project, for a colleague elsewhere",
	.more = "A small project with the texts, all schemes, labels and "
	    "codebooks, and the log; models and features stay here. They "
	    "annotate it with the same program; 'import work' brings back "
	    "what they did, as often as you like, and both sides may go on "
	    "meanwhile. The copy takes no other texts and no other users.",
	.needs_project = true, .lane = JOB_LONG, .run = export_work_run,
};
static const struct command cmd_import_work = {
	.name = "import work", .group = "Project", .params = import_work_params,
	.role = CMD_MANAGER,
	.help = "Merge what was done in a work copy",
	.more = "The logs of both are united; what is here already is passed "
	    "over, and labels of two people on one text both stand. The log "
	    "is verified first; all of it is one act, which a manager can "
	    "take back: 'undo --act'. Parameters, columns, roles, features "
	    "and models are each file's own and stay as they are here: "
	    "parameters that were set there are told, and a model is best "
	    "trained here again, on the labels of all.",
	.needs_project = true, .lane = JOB_BULK,
	.run = import_work_run,
	.changes = CHANGES_ANNOTATIONS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_CODEBOOK | CHANGES_USERS | CHANGES_SELECTION,
};

const struct command *const cmds_work[] = { &cmd_export_work,
	&cmd_import_work, NULL };

/*
 * history: the log, read.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/history.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"
#include "tagtiger/when.h"
#include "priv.h"

static int
time_of(struct cmd_call *c, const char *param, int64_t *ms)
{
	const char *text = cmd_str(c, param);

	if (text == NULL || when_parse(text, ms))
		return 0;
	return err_set_status(&c->err, ERR_USAGE, "%s takes a date, "
	    "2026-11-23 or 2026-11-23T19:44:30 (UTC), not '%s'", param, text);
}

static int
filter_of(struct cmd_call *c, struct history_filter *f)
{
	const char *user = cmd_str(c, "--user"), *kind = cmd_str(c, "--kind");
	struct scheme s = { 0 };
	enum event_kind k;

	*f = (struct history_filter)HISTORY_ALL;
	f->bulk = cmd_flag(c, "--all");
	if (time_of(c, "--since", &f->since) < 0 ||
	    time_of(c, "--until", &f->until) < 0)
		return -1;
	if (call_user(c, user, &f->uid) < 0)
		return -1;
	if (kind != NULL && event_kind_of_name(kind, &k) < 0)
		return err_set_status(&c->err, ERR_NAME, "there is no kind of "
		    "action '%s': the log has tag, untag, skip, 'label "
		    "rename', import, ...", kind);
	if (kind != NULL)
		f->kind = (int)k;
	if (cmd_str(c, "--scheme") != NULL) {
		if (call_scheme(c, &s) < 0)
			return -1;
		f->scheme = s.id;
		scheme_free(&s);
	}
	if (cmd_str(c, "--text") != NULL)
		return call_doc(c, cmd_str(c, "--text"), &f->doc);
	return 0;
}

static void
tell(struct cmd_call *c, const struct event *e, cJSON *list)
{
	char *who = user_name(c->project, e->uid), when[24];
	cJSON *o = cJSON_CreateObject();
	const char *kind = event_kind_name(e->kind);

	text_time(e->time, when);
	cJSON_AddItemToArray(list, o);
	cJSON_AddStringToObject(o, "action", kind != NULL ? kind : "unknown");
	cJSON_AddItemToObject(o, "time", cjson_time(e->time));
	cJSON_AddStringToObject(o, "user", who);
	cJSON_AddStringToObject(o, "summary", e->summary);
	cJSON_AddBoolToObject(o, "undone", e->undone);
	cJSON_AddItemToObject(o, "replica", cjson_int(e->replica));
	cJSON_AddItemToObject(o, "seq", cjson_int(e->seq));
	cJSON_AddItemToObject(o, "act", cjson_int(e->act));
	/* As it is: its numbers have more digits than a double. */
	cJSON_AddItemToObject(o, "data",
	    cJSON_CreateRaw(*e->data != '\0' ? e->data : "{}"));
	buf_addf(&c->text, "%s  %s  %s%s\n", when, who, e->summary,
	    e->undone ? " (undone)" : "");
	free(who);
}

static int
history_run(struct cmd_call *c)
{
	size_t limit = (size_t)cmd_int(c, "--limit"), n = 0, told = 0;
	struct history_place place = { 0 };
	struct history_filter f;
	cJSON *list = cJSON_CreateArray();
	uint64_t total;

	cmd_reply_item(c, "events", list);
	if (filter_of(c, &f) < 0 ||
	    history_count(c->project, &f, &total, &c->err) < 0)
		return -1;
	do {
		size_t want = limit - told < 500 ? limit - told : 500;
		struct event *e;

		if (want == 0)
			break;
		if (history_page(c->project, &f, &place, want, &e, &n,
		    &c->err) < 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			tell(c, &e[i], list);
		history_page_free(e, n);
		told += n;
		if (n < want)
			break;
	} while (told < limit);
	cmd_reply_int(c, "total", (int64_t)total);
	if (total > told)
		buf_addf(&c->text, "%s older ones: --limit N\n",
		    COUNT(total - told));
	if (total == 0)
		buf_adds(&c->text, "nothing of that kind has happened\n");
	return 0;
}

static const struct cmd_param history_params[] = {
	{ "--limit", .type = CMD_INT, .def = "50", .min = 1, .max = 1e9,
	    .help = "so many, the newest first" },
	{ "--user", .ref = REF_USER, .value = "U", .help = "of this user" },
	{ "--text", .ref = REF_DOC, .value = "ID", .help = "of this text" },
	{ "--kind", .value = "ACTION",
	    .help = "of this kind: tag, 'label rename', import, ..." },
	{ "--since", .value = "DATE", .help = "from this moment, UTC" },
	{ "--until", .value = "DATE", .help = "up to this moment, UTC" },
	{ "--all", .type = CMD_FLAG,
	    .help = "also the single annotations of imports" },
	{ "--scheme", .ref = REF_SCHEME, .value = "S",
	    .help = "of this scheme; default: of all" },
	CMD_PARAM_END,
};

static const struct command cmd_history = {
	.name = "history", .group = "Project", .params = history_params,
	.help = "The log of all that people did, newest first",
	.needs_project = true, .run = history_run,
};

const struct command *const cmds_history[] = { &cmd_history, NULL };

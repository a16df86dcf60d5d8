/*
 * backup, archive, restore, duplicate, snapshot, storage, compact: copies of a
 * project, and what it takes on the disk.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tagtiger/alloc.h"
#include "tagtiger/feature.h"
#include "tagtiger/history.h"
#include "tagtiger/model.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/recent.h"
#include "priv.h"

#define GROUP "Project"

/* ---- backup, archive, restore ---- */

static int
backup_add_event(struct project *writer, void *arg, struct err *err)
{
	cJSON *o = cJSON_CreateObject();
	char *json;
	int rc;

	cJSON_AddStringToObject(o, "file", arg);
	json = cJSON_PrintUnformatted(o);
	rc = history_add(writer, EVENT_BACKUP, 0, json, err);
	cJSON_free(json);
	cJSON_Delete(o);
	return rc;
}

static int
backup_log(struct cmd_call *c, const char *target)
{
	if (project_record(c->project, backup_add_event, (void *)target,
	    &c->err) < 0)
		return err_prefix(&c->err, "%s is written, but not noted in "
		    "the history", target);
	return 0;
}

static int
backup_run(struct cmd_call *c)
{
	const char *target = cmd_str(c, "F");
	struct stat st;

	if (project_backup(c->project, target, c->progress, &c->err) < 0 ||
	    backup_log(c, target) < 0)
		return -1;
	cmd_reply_str(c, "file", target);
	cmd_reply_int(c, "bytes", stat(target, &st) == 0 ? st.st_size : 0);
	buf_addf(&c->text, "%s is a copy of the project as it was just now\n",
	    target);
	return 0;
}

static int
archive_run(struct cmd_call *c)
{
	const char *target = cmd_str(c, "F");
	struct archived a;

	if (project_archive(c->project, target, c->progress, &a, &c->err) <
	    0 || backup_log(c, target) < 0)
		return -1;
	cmd_reply_str(c, "file", target);
	cmd_reply_int(c, "files", a.files);
	cmd_reply_int(c, "bytes", a.bytes);
	cmd_reply_int(c, "size", a.size);
	buf_addf(&c->text, "%s holds the project and its folder, ", target);
	add_count(&c->text, (uint64_t)a.files, "file of ", "files of ");
	buf_add_size(&c->text, a.bytes);
	buf_adds(&c->text, " in ");
	buf_add_size(&c->text, a.size);
	buf_addc(&c->text, '\n');
	return 0;
}

static int
restore_run(struct cmd_call *c)
{
	const char *source = cmd_str(c, "F"), *given = cmd_str(c, "PROJECT");
	size_t len = strlen(given);
	char *target = len > 6 && strcmp(given + len - 6, ".tiger") == 0 ?
	    xstrdup(given) : xasprintf("%s.tiger", given);
	struct archived a;
	int rc = project_restore(source, target, c->progress, &a, &c->err);

	if (rc == 0) {
		cmd_reply_str(c, "project", target);
		cmd_reply_int(c, "files", a.files);
		recent_add(target);
		buf_addf(&c->text, "%s is there again, as it was in %s\n",
		    target, source);
	}
	free(target);
	return rc;
}

static int
duplicate_run(struct cmd_call *c)
{
	const char *given = cmd_str(c, "PROJECT");
	size_t len = strlen(given);
	char *target = len > 6 && strcmp(given + len - 6, ".tiger") == 0 ?
	    xstrdup(given) : xasprintf("%s.tiger", given);
	struct archived a;
	int rc = project_duplicate(c->project, target, c->progress, &a,
	    &c->err);

	if (rc == 0) {
		cmd_reply_str(c, "project", target);
		cmd_reply_int(c, "files", a.files);
		cmd_reply_int(c, "bytes", a.bytes);
		recent_add(target);
		buf_addf(&c->text, "%s is a copy of the project and its "
		    "folder, with a log that goes on by itself\n", target);
	}
	free(target);
	return rc;
}

/* ---- snapshots ---- */

static int64_t
snapshot_days(struct cmd_call *c)
{
	return param_int(c->project, "keep-snapshots", 30);
}

static int
snapshot_list_run(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray();
	int64_t days = snapshot_days(c);
	struct snapshot *v;
	size_t n;

	cmd_reply_item(c, "snapshots", list);
	cmd_reply_int(c, "days", days);
	if (project_snapshots(c->project, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		cJSON *o = cJSON_CreateObject();
		char when[24];

		text_time(v[i].time, when);
		cJSON_AddStringToObject(o, "file", v[i].path);
		cJSON_AddStringToObject(o, "reason", v[i].reason);
		cJSON_AddItemToObject(o, "time", cjson_time(v[i].time));
		cJSON_AddItemToObject(o, "bytes", cjson_int(v[i].bytes));
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "%s  %-16s  ", when, v[i].reason);
		buf_add_size(&c->text, v[i].bytes);
		buf_addf(&c->text, "  %s\n", v[i].path);
	}
	if (n == 0)
		buf_adds(&c->text, "no snapshots: they are taken before steps "
		    "that undo cannot take back, or by 'snapshot take'\n");
	else if (days > 0)
		buf_addf(&c->text, "each is kept for %" PRId64 " days "
		    "('config keep-snapshots')\n", days);
	project_snapshots_free(v, n);
	return 0;
}

int
call_snapshot(struct cmd_call *c, const char *reason)
{
	int days = (int)snapshot_days(c);
	char *path;

	if (project_snapshot(c->project, reason, days, c->progress, &path,
	    &c->err) < 0)
		return err_prefix(&c->err, "no snapshot could be taken, so "
		    "nothing was done");
	cmd_reply_str(c, "snapshot", path);
	if (days > 0)
		cmd_note(c, "the project as it was before, kept for %d days: "
		    "%s", days, path);
	else
		cmd_note(c, "the project as it was before: %s", path);
	free(path);
	return 0;
}

static int
snapshot_take_run(struct cmd_call *c)
{
	return call_snapshot(c, "asked-for");
}

static int
snapshot_delete_run(struct cmd_call *c)
{
	const char *name = cmd_str(c, "NAME");

	if (project_snapshot_remove(c->project, name, &c->err) < 0)
		return -1;
	cmd_reply_str(c, "deleted", name);
	buf_addf(&c->text, "the snapshot %s is deleted\n", name);
	return 0;
}

/* ---- storage ---- */

static void
storage_part(struct cmd_call *c, const char *key, const char *what,
    int64_t bytes)
{
	struct buf b = BUF_INIT;

	cmd_reply_int(c, key, bytes);
	buf_add_size(&b, bytes);
	buf_addf(&c->text, "%10s  %s\n", buf_str(&b), what);
	buf_free(&b);
}

/* A thing that can be deleted by itself, and the line that does. */
static cJSON *
storage_item(struct cmd_call *c, cJSON *list, const char *kind,
    const char *name, int64_t bytes, const char *line)
{
	cJSON *o = cJSON_CreateObject();
	struct buf b = BUF_INIT;

	cJSON_AddStringToObject(o, "kind", kind);
	cJSON_AddStringToObject(o, "name", name);
	cJSON_AddItemToObject(o, "bytes", cjson_int(bytes));
	cJSON_AddStringToObject(o, "delete", line);
	cJSON_AddItemToArray(list, o);
	buf_add_size(&b, bytes);
	buf_addf(&c->text, "%10s  of it %s %s  (%s)\n", buf_str(&b), kind,
	    name, line);
	buf_free(&b);
	return o;
}

static void
delete_line(const char *command, const char *name, struct buf *out)
{
	buf_addf(out, "%s ", command);
	cmd_quote(name, out);
}

static int
storage_features(struct cmd_call *c, cJSON *list)
{
	struct feature *v;
	size_t n;

	if (feature_list(c->project, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char *name = xasprintf("features/%s", v[i].name);
		struct buf line = BUF_INIT;

		delete_line("feature delete", v[i].name, &line);
		storage_item(c, list, "feature", v[i].name,
		    project_disk(c->project, name), buf_str(&line));
		buf_free(&line);
		free(name);
	}
	feature_list_free(v, n);
	return 0;
}

/* The file of a training's own is its model's. */
static void
storage_prediction(struct cmd_call *c, cJSON *list, const struct model *m,
    const struct prediction *r)
{
	char *name = xasprintf("%s on %s", m->name, r->set);
	struct buf line = BUF_INIT;
	cJSON *o;

	delete_line("prediction delete", m->name, &line);
	buf_addf(&line, " --set %s", r->set);
	o = storage_item(c, list, "prediction", name,
	    project_disk(c->project, r->file), buf_str(&line));
	cJSON_AddStringToObject(o, "model", m->name);
	cJSON_AddStringToObject(o, "set", r->set);
	buf_free(&line);
	free(name);
}

static int
storage_model(struct cmd_call *c, cJSON *list, const struct model *m)
{
	char *learned = xasprintf("models/learned-%" PRId64, m->id);
	int64_t bytes = project_disk(c->project, learned);
	struct buf line = BUF_INIT;
	struct prediction *v;
	size_t n;

	free(learned);
	if (prediction_list(c->project, m->id, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].set, PREDICTION_OWN) == 0)
			bytes += project_disk(c->project, v[i].file);
	if (m->folder[0] != '\0')
		bytes += project_disk(c->project, m->folder);
	delete_line(strcmp(m->kind, "bert") == 0 ? "bert delete" :
						   "quick delete",
	    m->name, &line);
	storage_item(c, list, "model", m->name, bytes, buf_str(&line));
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].set, PREDICTION_OWN) != 0)
			storage_prediction(c, list, m, &v[i]);
	buf_free(&line);
	prediction_list_free(v, n);
	return 0;
}

static int
storage_models(struct cmd_call *c, cJSON *list)
{
	struct model *v;
	size_t n;
	int rc = 0;

	if (model_list(c->project, 0, NULL, &v, &n, &c->err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = storage_model(c, list, &v[i]);
	model_list_free(v, n);
	return rc;
}

static int
vacuum(struct project *writer, void *arg, struct err *err)
{
	(void)arg;
	return project_vacuum(writer, err);
}

static int
compact_run(struct cmd_call *c)
{
	struct project_size before, after;

	progress_phase(c->progress, "writing the file anew", 0);
	if (project_size(c->project, &before, &c->err) < 0 ||
	    project_write(c->project, vacuum, NULL, &c->err) < 0 ||
	    project_size(c->project, &after, &c->err) < 0)
		return -1;
	cmd_reply_int(c, "file", after.file);
	cmd_reply_int(c, "freed", before.file - after.file);
	buf_adds(&c->text, "given back to the disk: ");
	buf_add_size(&c->text, before.file - after.file);
	buf_addc(&c->text, '\n');
	return 0;
}

static int
storage_run(struct cmd_call *c)
{
	cJSON *list = cJSON_CreateArray();
	struct project_size s;

	cmd_reply_item(c, "parts", list);
	if (project_size(c->project, &s, &c->err) < 0)
		return -1;
	storage_part(c, "file", "the project file", s.file);
	storage_part(c, "texts", "of it texts", s.texts);
	storage_part(c, "log", "of it the log", s.log);
	storage_part(c, "unused", "of it unused  (compact)",
	    s.unused);
	storage_part(c, "folder", "the folder, which can be made again",
	    s.folder);
	if (storage_features(c, list) < 0 || storage_models(c, list) < 0)
		return -1;
	storage_part(c, "snapshots", "of it snapshots",
	    project_disk(c->project, "snapshots"));
	cmd_reply_int(c, "folder_files", s.folder_files);
	storage_part(c, "total", "in all", s.file + s.folder);
	cmd_reply_str(c, "folder_path", project_folder_path(c->project));
	return 0;
}

/* ---- The table ---- */

static const struct cmd_param backup_params[] = {
	{ "F", .type = CMD_FILE, .required = true,
	    .help = "the copy; it must not exist" },
	CMD_PARAM_END,
};
static const struct cmd_param archive_params[] = {
	{ "F", .type = CMD_FILE, .required = true,
	    .help = "the archive, as NAME.tar.zst; it must not exist" },
	CMD_PARAM_END,
};
static const struct cmd_param restore_params[] = {
	{ "F", .type = CMD_FILE, .required = true,
	    .help = "an archive, a backup or a snapshot" },
	{ "PROJECT", .type = CMD_FILE, .required = true,
	    .help = "the project to make of it; it must not exist" },
	CMD_PARAM_END,
};

static const struct cmd_param duplicate_params[] = {
	{ "PROJECT", .type = CMD_FILE, .required = true,
	    .help = "the copy's name; it must not exist" },
	CMD_PARAM_END,
};
static const struct cmd_param snapshot_delete_params[] = {
	{ "NAME", .required = true, .help = "its file's name" },
	CMD_PARAM_END,
};

static const struct command cmd_backup = {
	.name = "backup", .group = GROUP, .params = backup_params,
	.help = "Copy the project file while it is in use",
	.needs_project = true, .lane = JOB_LONG, .run = backup_run,
};
static const struct command cmd_archive = {
	.name = "archive", .group = GROUP, .params = archive_params,
	.help = "Put the project and its folder in one file",
	.more = "A tar file, compressed with zstd; 'restore' makes a project "
		"of it again. Snapshots are left out.",
	.needs_project = true, .lane = JOB_LONG, .run = archive_run,
};
static const struct command cmd_restore = {
	.name = "restore", .group = GROUP, .params = restore_params,
	.help = "Make a project of an archive, a backup or a snapshot",
	.more = "It goes on as a work copy of its own: what is done in it and "
		"in the original can be told apart and merged.",
	.lane = JOB_LONG, .run = restore_run,
};
static const struct command cmd_duplicate = {
	.name = "duplicate", .group = GROUP, .params = duplicate_params,
	.help = "Copy the project and its folder under another name",
	.more = "While it is in use. The copy goes on as a work copy of its "
		"own, as one that was restored does. Snapshots stay behind.",
	.needs_project = true, .lane = JOB_LONG, .run = duplicate_run,
};
static const struct command cmd_snapshot_list = {
	.name = "snapshot list", .group = GROUP, .needs_project = true,
	.help = "Copies taken before steps that undo cannot take back",
	.run = snapshot_list_run,
};
static const struct command cmd_snapshot_take = {
	.name = "snapshot take", .group = GROUP, .needs_project = true,
	.help = "Take a snapshot now, kept like the automatic ones",
	.role = CMD_MANAGER, .lane = JOB_LONG, .run = snapshot_take_run,
};
static const struct command cmd_snapshot_delete = {
	.name = "snapshot delete", .group = GROUP, .needs_project = true,
	.params = snapshot_delete_params, .help = "Delete a snapshot",
	.role = CMD_MANAGER, .run = snapshot_delete_run,
	.changes = CHANGES_FEATURES,
};
static const struct command cmd_storage = {
	.name = "storage", .group = GROUP, .needs_project = true,
	.help = "Disk that the project uses, for what, and how to free it",
	.run = storage_run,
};
static const struct command cmd_compact = {
	.name = "compact", .group = GROUP, .needs_project = true,
	.help = "Give unused space in the project file back to the disk",
	.more = "Deleting models and dropped sets leaves some; later labels "
		"would use it. Nobody can write meanwhile, and as much free "
		"space as the file takes is needed.",
	.role = CMD_MANAGER, .lane = JOB_BULK, .run = compact_run,
	.changes = CHANGES_FEATURES,
};

const struct command *const cmds_copy[] = { &cmd_backup, &cmd_archive,
	&cmd_restore, &cmd_duplicate, &cmd_snapshot_list, &cmd_snapshot_take,
	&cmd_snapshot_delete, &cmd_storage, &cmd_compact, NULL };

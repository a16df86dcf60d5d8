/*
 * A new project from a file: its columns with their first values, what each
 * is used as, and how many texts go where; nothing is written before Enter
 * on "create". A file that cannot be read as it is has the fields that say
 * how to read it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "new.h"

static const char *const role_names[USES] = { "none", "id", "text", "labels",
	"multilabel", "context" };

const struct new_field new_fields[FIELDS] = {
	[FIELD_FILE] = { "file", "FILE" },
	[FIELD_LANGUAGE] = { "language", "--lang" },
	[FIELD_TRAIN] = { "train", "--train", .def = "all" },
	[FIELD_VALID] = { "validation", "--valid", .def = "0" },
	[FIELD_TEST] = { "test", "--test", .def = "0" },
	[FIELD_TEST_LABELS] = { "test labels", "--clear-test", "keep", "drop",
		.flag = true },
	[FIELD_STRATIFY] = { "stratify by", "--stratify" },
	[FIELD_BAD] = { "bad rows", "--bad-rows", "refuse", "drop" },
	[FIELD_SHEET] = { "sheet", "--sheet", .reading = true },
	[FIELD_SEPARATOR] = { "separator", "--sep", .reading = true },
	[FIELD_QUOTES] = { "quotes", "--no-quotes", "around", "letters",
		.flag = true, .reading = true },
	[FIELD_ENCODING] = { "encoding", "--encoding", .reading = true },
	[FIELD_INVALID] = { "bad bytes", "--replace-invalid", "refuse",
		"replace", .flag = true, .reading = true },
	[FIELD_CHECK] = { "check", NULL },
	[FIELD_CREATE] = { "create", NULL },
};

/* ---- fields ---- */

static void
put(struct new_state *s, int field, const char *value)
{
	buf_clear(&s->values[field]);
	buf_adds(&s->values[field], value);
}

/* Of two values: is it the one that is not the usual? */
static bool
other(const struct new_state *s, int field)
{
	return strcmp(buf_str(&s->values[field]),
	    new_fields[field].other) == 0;
}

long long
new_asked(const struct new_state *s, int field)
{
	return strtoll(buf_str(&s->values[field]), NULL, 10);
}

static bool
any_used(const struct new_state *s, enum use as)
{
	for (size_t i = 0; i < s->p.ncolumns; i++)
		if (s->as[i] == as)
			return true;
	return false;
}

static bool
shown(const struct new_state *s, int field)
{
	enum table_format format = s->ready ? s->p.info.format :
	    table_format_of_path(s->path);
	bool xlsx = format == TABLE_XLSX, parquet = format == TABLE_PARQUET;
	bool csv = !xlsx && !parquet && format != TABLE_JSONL;

	switch (field) {
	case FIELD_SHEET: return xlsx && (!s->ready || s->p.nsheets > 1);
	case FIELD_SEPARATOR: return csv;
	case FIELD_QUOTES: return csv && (!s->ready || other(s, field));
	case FIELD_ENCODING: return !xlsx && !parquet;
	case FIELD_INVALID: return !xlsx && (!s->ready || other(s, field));
	case FIELD_TEST_LABELS:
		return s->ready && new_asked(s, FIELD_TEST) > 0 &&
		    (any_used(s, AS_LABELS) || any_used(s, AS_SEVERAL));
	default: return s->ready;
	}
}

int
new_fields_shown(const struct new_state *s, int out[FIELDS])
{
	int n = 0;

	for (int i = 0; i < FIELDS; i++)
		if (shown(s, i))
			out[n++] = i;
	return n;
}

static int
new_field_at(const struct new_state *s)
{
	int fields[FIELDS], n = new_fields_shown(s, fields);
	size_t at = s->list.at - s->p.ncolumns;

	return s->list.at >= s->p.ncolumns && at < (size_t)n ? fields[at] : -1;
}

/* ---- the file ---- */

struct reading {
	char *path, *encoding, *sheet;
	struct table_options options;
	struct import_preview p;
	struct err err;
};

static int
preview_fetch(struct fetch *f)
{
	struct reading *r = f->data;

	return import_preview(r->path, &r->options, &r->p, &f->job.progress,
	    &r->err);
}

static void
preview_drop(void *data)
{
	struct reading *r = data;

	import_preview_free(&r->p);
	free(r->path);
	free(r->encoding);
	free(r->sheet);
	free(r);
}

static bool
named(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcasecmp(name, *names) == 0)
			return true;
	return false;
}

/* Is every cell of it filled, with what no other has? */
static bool
unique(const struct new_state *s, size_t i)
{
	const struct preview_column *c = &s->p.columns[i];

	return c->filled == s->p.rows && (c->distinct_more ||
	    c->distinct == c->filled);
}

/* Several labels a cell, as they are joined by default. */
static bool
several(const struct preview_column *c)
{
	for (int k = 0; k < 3; k++)
		if (c->first[k] != NULL && strchr(c->first[k], '|') != NULL)
			return true;
	return c->kind == TABLE_JSON;
}

static bool
is_id(const struct new_state *s, size_t i)
{
	static const char *const ids[] = { "id", "key", "uid", "uuid", "guid",
		"no", "nr", NULL };
	const char *name = s->p.columns[i].name;
	size_t len = strlen(name);

	return named(name, ids) || (unique(s, i) && len > 3 &&
	    (strcasecmp(name + len - 3, "_id") == 0 ||
	    strcasecmp(name + len - 3, " id") == 0));
}

/* A first guess at what the columns are: by name, by being unique, and by
 * how long their values are. */
static void
guess(struct new_state *s)
{
	static const char *const texts[] = { "text", "body", "content",
		"texte", "message", "description", NULL };
	static const char *const labels[] = { "label", "labels", "stance",
		"category", "class", "annotation", NULL };
	bool id = false, text = false;
	size_t longest = 0, at = 0;

	for (size_t i = 0; i < s->p.ncolumns; i++) {
		const struct preview_column *c = &s->p.columns[i];
		size_t len = 0;

		for (int k = 0; k < 3; k++)
			len += c->first[k] != NULL ? strlen(c->first[k]) : 0;
		if (!id && is_id(s, i)) {
			s->as[i] = AS_ID;
			id = true;
		} else if (!text && named(c->name, texts)) {
			s->as[i] = AS_TEXT;
			text = true;
		} else if (named(c->name, labels)) {
			s->as[i] = several(c) ? AS_SEVERAL : AS_LABELS;
		}
		if (s->as[i] == AS_NONE && len > longest) {
			longest = len;
			at = i;
		}
	}
	if (!text && longest > 0)
		s->as[at] = AS_TEXT;
}

static void
preview_done(struct view *v, struct fetch *f)
{
	struct new_state *s = v->state;
	struct reading *r = f->data;

	import_preview_free(&s->p);
	free(s->as);
	s->as = NULL;
	s->list.at = s->list.top = 0;
	if (f->job.result < 0) {
		ui_error(&r->err);
		s->why = r->err;
		return;
	}
	s->p = r->p;
	memset(&r->p, 0, sizeof r->p);
	s->as = xcalloc(s->p.ncolumns + 1, sizeof *s->as);
	guess(s);
	s->ready = true;
}

/* Read the file, as the fields say. */
static void
read_file(struct view *v)
{
	struct new_state *s = v->state;
	struct reading *r = xcalloc(1, sizeof *r);
	const char *sep = buf_str(&s->values[FIELD_SEPARATOR]);
	struct fetch *f;

	r->options.replace_invalid = other(s, FIELD_INVALID);
	r->options.no_quotes = other(s, FIELD_QUOTES);
	if (*sep != '\0' && !table_separator(sep, &r->options.sep)) {
		ui_message(MSG_ERROR, "a separator is one ASCII character, or "
		    "tab, not \"%s\"", sep);
		put(s, FIELD_SEPARATOR, "");
		free(r);
		return;
	}
	r->path = xstrdup(s->path);
	if (s->values[FIELD_ENCODING].len > 0)
		r->encoding = xstrdup(s->values[FIELD_ENCODING].data);
	if (s->values[FIELD_SHEET].len > 0)
		r->sheet = xstrdup(s->values[FIELD_SHEET].data);
	r->options.encoding = r->encoding;
	r->options.sheet = r->sheet;
	s->ready = false;
	err_clear(&s->why);
	f = fetch_new(preview_fetch, preview_done, preview_drop, r);
	f->lane = JOB_LONG;
	fetch_start(v, f);
}

static char *
project_name(const char *path)
{
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
	size_t len = dot != NULL && (slash == NULL || dot > slash) ?
	    (size_t)(dot - path) : strlen(path);
	char *stem = xstrndup(path, len), *name;

	name = xasprintf("%s.tiger", stem);
	free(stem);
	return name;
}

void
new_project_show(const char *path)
{
	struct new_state *s;
	struct view *v;
	char *name;

	if (!view_show("new"))
		return;
	v = view_tab();
	s = v->state;
	free(s->path);
	s->path = xstrdup(path);
	s->busy = s->editing = false;
	for (int i = 0; i < FIELDS; i++)
		put(s, i, new_fields[i].def != NULL ? new_fields[i].def : "");
	name = project_name(path);
	put(s, FIELD_FILE, name);
	free(name);
	read_file(v);
}

static void
new_close(struct view *v)
{
	struct new_state *s = v->state;

	import_preview_free(&s->p);
	free(s->path);
	free(s->as);
	edit_free(&s->edit);
	for (int i = 0; i < FIELDS; i++)
		buf_free(&s->values[i]);
}

static void
new_head(struct view *v, struct buf *left, struct buf *right)
{
	struct new_state *s = v->state;
	const char *slash = s->path != NULL ? strrchr(s->path, '/') : NULL;

	buf_addf(left, "new project from %s", slash != NULL ? slash + 1 :
	    s->path != NULL ? s->path : "");
	buf_adds(right, s->busy ? "importing" : "nothing written yet");
}

/* ---- keys ---- */

static void
field_set(struct view *v, int field, const char *value)
{
	struct new_state *s = v->state;

	if (strcmp(buf_str(&s->values[field]), value) == 0)
		return;
	put(s, field, value);
	if (new_fields[field].reading)
		read_file(v);
}

static unsigned
new_key(struct view *v, int key)
{
	struct new_state *s = v->state;
	int field = new_field_at(s);

	if (!s->editing) {
		if (field < 0 || new_fields[field].option == NULL ||
		    new_fields[field].other != NULL || key < '0' || key > '9')
			return R_PASS;
		s->editing = true;
		edit_set(&s->edit, "");
		edit_key(&s->edit, key);
		return R_REDRAW;
	}
	if (key == K_CTRL('Z') || key == K_CTRL('L'))
		return R_PASS;
	if (key == K_ENTER || key == K_UP || key == K_DOWN || key == K_TAB) {
		s->editing = false;
		list_move(&s->list, key == K_UP ? "up" : "down");
		if (field >= 0)
			field_set(v, field, buf_str(&s->edit.text));
	} else if (key == K_ESC || key == K_CTRL('C')) {
		s->editing = false;
	} else {
		edit_key(&s->edit, key);
	}
	return R_REDRAW;
}

static void
use_as(struct new_state *s, const char *role)
{
	enum use as = AS_NONE;

	if (s->list.at >= s->p.ncolumns)
		return;
	for (int i = 0; i < USES; i++)
		if (strcmp(role_names[i], role) == 0)
			as = (enum use)i;
	for (size_t i = 0; as == AS_ID && i < s->p.ncolumns; i++)
		if (s->as[i] == AS_ID)
			s->as[i] = AS_NONE; /* there is one id */
	s->as[s->list.at] = as;
}

/* ---- creating ---- */

static void
created(struct view *v, struct cmd_call *c, int result)
{
	struct new_state *s = v->state;
	const char *path = reply_str(c->reply, "project");

	s->busy = false;
	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	ui_log(buf_str(&c->text));
	ui_open(path, "project");
	ui_message(MSG_DONE, "%.*s", (int)strcspn(buf_str(&c->text), "\n"),
	    buf_str(&c->text));
}

static void
checked(struct view *v, struct cmd_call *c, int result)
{
	struct new_state *s = v->state;

	s->busy = false;
	if (result < 0)
		ui_error(&c->err);
	if (c->text.len > 0)
		pager_open(v, "what would be made", buf_str(&c->text));
}

static int
give_columns(const struct new_state *s, struct cmd_call *c, enum use as,
    const char *option, bool list, struct err *err)
{
	char **names = xcalloc(s->p.ncolumns + 1, sizeof *names);
	struct buf b = BUF_INIT;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < s->p.ncolumns; i++)
		if (s->as[i] == as)
			names[n++] = s->p.columns[i].name;
	if (list && n > 0) {
		cmd_csv_join(names, n, &b);
		rc = cmd_set(c, option, buf_str(&b), err);
	}
	for (size_t i = 0; !list && i < n && rc == 0; i++) {
		buf_clear(&b);
		buf_addf(&b, as == AS_SEVERAL ? "%s:|" : "%s", names[i]);
		rc = cmd_set(c, option, buf_str(&b), err);
	}
	buf_free(&b);
	free(names);
	return rc;
}

static int
give_fields(const struct new_state *s, struct cmd_call *c, struct err *err)
{
	for (int i = 0; i < FIELDS; i++) {
		const struct new_field *f = &new_fields[i];

		if (f->option == NULL || s->values[i].len == 0 || !shown(s, i)
		    || (f->flag && !other(s, i)))
			continue;
		if (cmd_set(c, f->option, f->flag ? NULL : s->values[i].data,
		    err) < 0)
			return -1;
	}
	return 0;
}

static int
give_all(const struct new_state *s, struct cmd_call *c, struct err *err)
{
	static const struct {
		enum use as;
		const char *option;
		bool list;
	} columns[] = { { AS_ID, "--id", false }, { AS_TEXT, "--text", true },
		{ AS_LABELS, "--label", false },
		{ AS_SEVERAL, "--multilabel", false },
		{ AS_CONTEXT, "--context", true } };

	if (cmd_set(c, "--data", s->path, err) < 0 ||
	    give_fields(s, c, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		if (give_columns(s, c, columns[i].as, columns[i].option,
		    columns[i].list, err) < 0)
			return -1;
	return cmd_check(c, err);
}

static void
make(struct view *v, bool check)
{
	struct new_state *s = v->state;
	struct cmd_call *c;
	struct err err = { 0 };

	if (s->busy || !s->ready)
		return;
	c = cmd_call_new(cmd_find("new"));
	if (give_all(s, c, &err) < 0 || (check &&
	    cmd_set(c, "--check", NULL, &err) < 0)) {
		ui_error(&err);
		cmd_call_free(c);
		return;
	}
	s->busy = true;
	run_call(v, c, check ? checked : created);
}

static void
sheet_chosen(struct view *v, size_t i, const char *text)
{
	struct new_state *s = v->state;

	(void)text;
	if (i < s->p.nsheets)
		field_set(v, FIELD_SHEET, s->p.sheets[i]);
}

static void
choose_sheet(struct view *v)
{
	struct new_state *s = v->state;
	struct choices all = { 0 };

	for (size_t i = 0; i < s->p.nsheets; i++)
		choices_add(&all, s->p.sheets[i], NULL, NULL, 0);
	choose_open(v, "sheet: ", &all, sheet_chosen);
}

static void
enter(struct view *v)
{
	struct new_state *s = v->state;
	int field = new_field_at(s);

	if (field < 0 || new_fields[field].option == NULL) {
		make(v, field == FIELD_CHECK);
	} else if (new_fields[field].other != NULL) {
		field_set(v, field, other(s, field) ? new_fields[field].def :
		    new_fields[field].other);
	} else if (field == FIELD_SHEET && s->p.nsheets > 0) {
		choose_sheet(v);
	} else {
		s->editing = true;
		edit_set(&s->edit, buf_str(&s->values[field]));
	}
}

static unsigned
new_act(struct view *v, struct cmd_call *c)
{
	struct new_state *s = v->state;
	const char *name = c->command->name;

	if (!s->ready && s->why.status == ERR_NONE)
		return R_PASS;
	if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "enter") == 0)
		enter(v);
	else if (!s->ready)
		return R_PASS;
	else if (strcmp(name, "use-as") == 0)
		use_as(s, cmd_str(c, "ROLE"));
	else if (strcmp(name, "start") == 0 || strcmp(name, "try-out") == 0)
		make(v, *name == 't');
	else
		return R_PASS;
	return R_REDRAW;
}

static const char *const contexts[] = { "new", "list", "any", NULL };

const struct view_ops view_new = {
	.name = "new", .no_project = true, .contexts = contexts,
	.state_size = sizeof(struct new_state), .close = new_close,
	.draw = new_draw, .head = new_head, .act = new_act, .key = new_key,
};

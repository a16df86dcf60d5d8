/*
 * A new project from a file: its columns with their first values, what each
 * is used as, and how many texts go where; nothing is written before Enter
 * on "create".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/import.h"

#include "../priv.h"

enum use { AS_NONE, AS_ID, AS_TEXT, AS_LABELS, AS_CONTEXT };

static const char *const role_names[] = { "none", "id", "text", "labels",
	"context" };

enum {
	FIELD_FILE,
	FIELD_LANGUAGE,
	FIELD_TRAIN,
	FIELD_VALID,
	FIELD_TEST,
	FIELD_STRATIFY,
	FIELD_BAD,
	FIELD_CREATE,
	FIELDS,
};

static const char *const field_names[FIELDS] = { "file", "language", "train",
	"validation", "test", "stratify by", "bad rows", "create" };

struct new_state {
	char *path;
	struct import_preview p;
	bool ready, failed, busy;
	enum use *as; /* (p.ncolumns) */
	struct list list; /* columns, then fields */
	struct buf values[FIELDS];
	struct edit edit;
	bool editing;
};

/* ---- the file ---- */

struct reading {
	char *path;
	struct import_preview p;
	struct err err;
};

static int
preview_fetch(struct fetch *f)
{
	struct reading *r = f->data;

	return import_preview(r->path, NULL, &r->p, &f->job.progress, &r->err);
}

static void
preview_drop(void *data)
{
	struct reading *r = data;

	import_preview_free(&r->p);
	free(r->path);
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

/* A first guess at what the columns are: by name, by being unique, and by
 * how long their values are. */
static void
guess(struct new_state *s)
{
	static const char *const ids[] = { "id", "post_id", "doc_id",
		"text_id", "uid", "uuid", NULL };
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
		if (!id && named(c->name, ids) && c->filled == s->p.rows) {
			s->as[i] = AS_ID;
			id = true;
		} else if (!text && named(c->name, texts)) {
			s->as[i] = AS_TEXT;
			text = true;
		} else if (named(c->name, labels)) {
			s->as[i] = AS_LABELS;
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

	if (f->job.result < 0) {
		ui_error(&r->err);
		s->failed = true;
		return;
	}
	import_preview_free(&s->p);
	s->p = r->p;
	memset(&r->p, 0, sizeof r->p);
	free(s->as);
	s->as = xcalloc(s->p.ncolumns + 1, sizeof *s->as);
	guess(s);
	s->ready = true;
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

static void
put(struct new_state *s, int field, const char *value)
{
	buf_clear(&s->values[field]);
	buf_adds(&s->values[field], value);
}

void
new_project_show(const char *path)
{
	struct reading *r = xcalloc(1, sizeof *r);
	struct new_state *s;
	struct view *v;
	struct fetch *f;
	char *name;

	if (!view_show("new")) {
		free(r);
		return;
	}
	v = view_tab();
	s = v->state;
	free(s->path);
	s->path = xstrdup(path);
	s->ready = s->failed = s->busy = false;
	name = project_name(path);
	put(s, FIELD_FILE, name);
	put(s, FIELD_TRAIN, "all");
	put(s, FIELD_VALID, "0");
	put(s, FIELD_TEST, "0");
	put(s, FIELD_BAD, "refuse");
	free(name);
	r->path = xstrdup(path);
	f = fetch_new(preview_fetch, preview_done, preview_drop, r);
	f->lane = JOB_LONG;
	fetch_start(v, f);
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

/* ---- drawing ---- */

static void
new_head(struct view *v, struct buf *left, struct buf *right)
{
	struct new_state *s = v->state;
	const char *slash = s->path != NULL ? strrchr(s->path, '/') : NULL;

	buf_addf(left, "new project from %s", slash != NULL ? slash + 1 :
	    s->path != NULL ? s->path : "");
	buf_adds(right, s->busy ? "importing" : "nothing written yet");
}

static void
file_facts(const struct new_state *s, int y, int w)
{
	struct buf b = BUF_INIT;
	char rows[32];

	ui_number((long long)s->p.rows, rows);
	buf_addf(&b, "%s rows · %s", rows,
	    table_format_name(s->p.info.format));
	if (s->p.encoding[0] != '\0')
		buf_addf(&b, " · %s", s->p.encoding);
	if (s->p.info.sep != 0)
		buf_addf(&b, s->p.info.sep == '\t' ? " · separator tab" :
		    " · separator %c", s->p.info.sep);
	if (s->p.sheet[0] != '\0')
		buf_addf(&b, " · sheet %s", s->p.sheet);
	if (s->p.ragged > 0)
		buf_addf(&b, " · %llu ragged rows",
		    (unsigned long long)s->p.ragged);
	scr_cut(y, 1, w - 2, ST_TEXT, buf_str(&b));
	buf_free(&b);
}

/* What the column's use comes to: "labels: 120 filled", "id: twice!" */
static void
use_words(const struct new_state *s, size_t i, struct buf *out)
{
	const struct preview_column *c = &s->p.columns[i];

	switch (s->as[i]) {
	case AS_NONE: buf_adds(out, "–"); return;
	case AS_ID:
		buf_adds(out, c->distinct < c->filled && !c->distinct_more ?
		    "id: some come twice" : c->filled < s->p.rows ?
		    "id: some are empty" : "id");
		return;
	case AS_TEXT:
		if (c->filled < s->p.rows)
			buf_addf(out, "text: %llu empty",
			    (unsigned long long)(s->p.rows - c->filled));
		else
			buf_adds(out, "text");
		return;
	case AS_LABELS:
		buf_addf(out, "labels: %llu filled",
		    (unsigned long long)c->filled);
		return;
	case AS_CONTEXT: buf_adds(out, "context"); return;
	}
}

static void
column_draw(const struct new_state *s, size_t i, int y, int w, bool here)
{
	const struct preview_column *c = &s->p.columns[i];
	struct buf b = BUF_INIT, use = BUF_INIT;
	char n[32];

	for (int k = 0; k < 3; k++)
		if (c->first[k] != NULL)
			buf_addf(&b, "%s%s", b.len > 0 ? " · " : "",
			    c->first[k]);
	use_words(s, i, &use);
	ui_number((long long)c->distinct, n);
	scr_put(y, 0, 1, ST_ACCENT, here ? "▸" : " ");
	scr_cut(y, 2, 14, here ? ST_STRONG : ST_TEXT, c->name);
	scr_cut(y, 17, w - 50, ST_TEXT, buf_str(&b));
	scr_right(y, w - 32, 9, ST_TEXT, n);
	scr_put(y, w - 23, 1, ST_TEXT, c->distinct_more ? "+" : " ");
	scr_cut(y, w - 21, 20, s->as[i] != AS_NONE ? ST_STRONG : ST_TEXT,
	    buf_str(&use));
	if (here)
		scr_cursor(y, 2);
	buf_free(&b);
	buf_free(&use);
}

static long long
asked(const struct new_state *s, int field)
{
	return strtoll(buf_str(&s->values[field]), NULL, 10);
}

static void
field_words(const struct new_state *s, int field, struct buf *out)
{
	long long rows = (long long)s->p.rows, left;

	left = rows - asked(s, FIELD_VALID) - asked(s, FIELD_TEST);
	switch (field) {
	case FIELD_FILE: buf_adds(out, "the project, one file"); break;
	case FIELD_LANGUAGE:
		buf_adds(out, "of the texts: en, fr … (for base models)");
		break;
	case FIELD_TRAIN:
		buf_adds(out, "to tag; the labelled texts go in first");
		if (strcmp(buf_str(&s->values[field]), "all") != 0)
			buf_addf(out, "; rest %lld", left - asked(s, field));
		break;
	case FIELD_VALID:
	case FIELD_TEST:
		buf_adds(out, "drawn first, at random");
		break;
	case FIELD_STRATIFY:
		buf_adds(out, "a column: as many of each value in test");
		break;
	case FIELD_BAD:
		buf_adds(out, "refuse the file, or drop: empty texts, ids "
		    "that come twice");
		break;
	case FIELD_CREATE:
		if (left < 0)
			buf_adds(out, "validation and test ask for more "
			    "texts than there are");
		else
			buf_adds(out, "Enter makes the project");
		break;
	}
}

static void
field_draw(const struct new_state *s, int field, int y, int w, bool here)
{
	struct buf b = BUF_INIT;

	field_words(s, field, &b);
	scr_put(y, 0, 1, ST_ACCENT, here ? "▸" : " ");
	scr_put(y, 2, 12, field == FIELD_CREATE ? ST_ACCENT : here ?
	    ST_STRONG : ST_TEXT, field_names[field]);
	if (here && s->editing)
		edit_draw(&s->edit, y, 15, w - 16);
	else {
		int taken;

		taken = scr_cut(y, 15, w - 16, ST_STRONG,
		    field == FIELD_CREATE ? "" : s->values[field].len > 0 ?
		    buf_str(&s->values[field]) : "–");
		if (taken < 12)
			taken = field == FIELD_CREATE ? -1 : 12;
		scr_cut(y, 16 + taken, w - 17 - taken, ST_TEXT, buf_str(&b));
		if (here)
			scr_cursor(y, 15);
	}
	buf_free(&b);
}

static void
new_draw(struct view *v, struct rect r)
{
	struct new_state *s = v->state;
	size_t columns = s->p.ncolumns;
	int y = r.y, shown, list_h = r.h - 3 - FIELDS;

	if (!s->ready) {
		scr_put(r.y + 1, 2, r.w - 4, ST_TEXT, s->failed ?
		    "The file cannot be used. q leaves." : "reading the file");
		scr_cursor(r.y + 1, 2);
		return;
	}
	file_facts(s, y++, r.w);
	scr_put(y, 2, 14, ST_TEXT, "column");
	scr_put(y, 17, 20, ST_TEXT, "first values");
	scr_right(y, r.w - 32, 9, ST_TEXT, "distinct");
	scr_put(y++, r.w - 21, 10, ST_TEXT, "use as");
	shown = list_h < (int)columns ? list_h : (int)columns;
	if (shown < 1)
		shown = 1;
	s->list.n = columns + FIELDS;
	s->list.height = (int)s->list.n;
	if (s->list.top > s->list.at)
		s->list.top = s->list.at;
	if (s->list.at < columns && s->list.at >= s->list.top + (size_t)shown)
		s->list.top = s->list.at - (size_t)shown + 1;
	hot_rows(&s->list, y, 0, r.w, shown);
	for (int i = 0; i < shown && s->list.top + (size_t)i < columns; i++)
		column_draw(s, s->list.top + (size_t)i, y++, r.w,
		    s->list.top + (size_t)i == s->list.at);
	scr_rule(y++, 0, r.w);
	for (int i = 0; i < FIELDS && y + i < r.y + r.h; i++)
		hot_add(&(struct hot){ .r = { y + i, 0, 1, r.w },
			.list = &s->list, .at = columns + (size_t)i,
			.twice = K_ENTER });
	for (int i = 0; i < FIELDS && y < r.y + r.h; i++)
		field_draw(s, i, y++, r.w, s->list.at == columns + (size_t)i);
}

/* ---- keys ---- */

static int
field_at(const struct new_state *s)
{
	return s->list.at >= s->p.ncolumns ?
	    (int)(s->list.at - s->p.ncolumns) : -1;
}

static void
edit_end(struct new_state *s, bool keep)
{
	s->editing = false;
	if (keep && field_at(s) >= 0)
		put(s, field_at(s), buf_str(&s->edit.text));
}

static unsigned
new_key(struct view *v, int key)
{
	struct new_state *s = v->state;
	int field = field_at(s);

	if (!s->editing) {
		if (field < 0 || field == FIELD_CREATE || field == FIELD_BAD ||
		    key < '0' || key > '9')
			return R_PASS;
		s->editing = true;
		edit_set(&s->edit, "");
		edit_key(&s->edit, key);
		return R_REDRAW;
	}
	if (key == K_CTRL('Z') || key == K_CTRL('L'))
		return R_PASS;
	if (key == K_ENTER || key == K_UP || key == K_DOWN || key == K_TAB) {
		edit_end(s, true);
		list_move(&s->list, key == K_UP ? "up" : "down");
	} else if (key == K_ESC || key == K_CTRL('C')) {
		edit_end(s, false);
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
	for (int i = 0; i < 5; i++)
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
	for (size_t i = 0; !list && i < n && rc == 0; i++)
		rc = cmd_set(c, option, names[i], err);
	buf_free(&b);
	free(names);
	return rc;
}

static int
give_fields(const struct new_state *s, struct cmd_call *c, struct err *err)
{
	static const struct {
		int field;
		const char *option;
	} map[] = { { FIELD_FILE, "FILE" }, { FIELD_LANGUAGE, "--lang" },
		{ FIELD_TRAIN, "--train" }, { FIELD_VALID, "--valid" },
		{ FIELD_TEST, "--test" }, { FIELD_STRATIFY, "--stratify" },
		{ FIELD_BAD, "--bad-rows" } };

	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (s->values[map[i].field].len > 0 && cmd_set(c,
		    map[i].option, s->values[map[i].field].data, err) < 0)
			return -1;
	return 0;
}

static void
create(struct view *v)
{
	struct new_state *s = v->state;
	struct cmd_call *c = cmd_call_new(cmd_find("new"));
	struct err err = { 0 };

	if (s->busy || !s->ready || cmd_set(c, "--data", s->path, &err) < 0 ||
	    give_fields(s, c, &err) < 0 ||
	    give_columns(s, c, AS_ID, "--id", false, &err) < 0 ||
	    give_columns(s, c, AS_TEXT, "--text", true, &err) < 0 ||
	    give_columns(s, c, AS_LABELS, "--label", false, &err) < 0 ||
	    give_columns(s, c, AS_CONTEXT, "--context", true, &err) < 0 ||
	    cmd_check(c, &err) < 0) {
		if (!s->busy)
			ui_error(&err);
		cmd_call_free(c);
		return;
	}
	s->busy = true;
	run_call(v, c, created);
}

static void
enter(struct view *v)
{
	struct new_state *s = v->state;
	int field = field_at(s);

	if (field == FIELD_CREATE || field < 0) {
		create(v);
	} else if (field == FIELD_BAD) {
		put(s, field, strcmp(buf_str(&s->values[field]), "drop") == 0 ?
		    "refuse" : "drop");
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

	if (!s->ready)
		return R_PASS;
	if (strcmp(name, "move") == 0)
		list_move(&s->list, cmd_str(c, "WHERE"));
	else if (strcmp(name, "use-as") == 0)
		use_as(s, cmd_str(c, "ROLE"));
	else if (strcmp(name, "enter") == 0)
		enter(v);
	else if (strcmp(name, "start") == 0)
		create(v);
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

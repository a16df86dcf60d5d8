/* Export, and the page of imports: each line opens a command's form. What this
 * account may not do is not among them; the lines below tell. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "../priv.h"

struct menu_line {
	const char *command;
	const char *what; /* file name's middle; NULL: no --out */
	const char *format;
};

static const struct menu_line exports[] = {
	{ "export annotations", "annotations", "csv" },
	{ "export predictions", "predictions", "csv" },
	{ "export features", "features", "parquet" },
	{ "export model", "model", NULL },
	{ "export codebook", "codebook", "md" },
	{ "export history", "history", "csv" },
	{ "export work", "work", "tiger" },
	{ "predict", NULL, NULL },
	{ "backup", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct menu_line imports[] = {
	{ "import texts", NULL, NULL },
	{ "import valid", NULL, NULL },
	{ "import test", NULL, NULL },
	{ "import annotations", NULL, NULL },
	{ "import work", NULL, NULL },
	{ "draw", NULL, NULL },
	{ NULL, NULL, NULL },
};

struct menu_state {
	struct list list;
	struct buf done; /* what was written, newest first */
};

static const struct menu_line *
lines_of(const struct view *v)
{
	return v->ops == &view_import ? imports : exports;
}

static size_t
menu_count(const struct view *v, size_t at, const struct menu_line **found)
{
	const struct menu_line *l = lines_of(v);
	size_t n = 0;

	for (; l->command != NULL; l++) {
		if (cmd_find(l->command) == NULL ||
		    !may(cmd_find(l->command), NULL))
			continue;
		if (n++ == at && found != NULL)
			*found = l;
	}
	return n;
}

static void
menu_close(struct view *v)
{
	struct menu_state *s = v->state;

	buf_free(&s->done);
}

static void
line_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct menu_line *l = NULL;

	menu_count(of, at, &l);
	scr_cut(y, 3, 22, here ? ST_STRONG : ST_TEXT, l->command);
	scr_cut(y, 27, w - 28, ST_TEXT, cmd_find(l->command)->help);
}

/* What is left out, and why: its lines. */
static int
left_out_draw(const struct view *v, struct rect r)
{
	const struct menu_line *l = lines_of(v);
	struct buf b = BUF_INIT;
	struct err why = { 0 };
	int lines;

	for (; l->command != NULL; l++)
		if (!may(cmd_find(l->command), &why))
			buf_addf(&b, "%s%s", b.len > 0 ? ", " : "",
			    l->command);
	if (b.len == 0)
		return 0;
	buf_addf(&b, ": %s", why.text);
	r.w = r.w - 4 < 76 ? r.w - 4 : 76;
	r.x = 3;
	lines = scr_paragraph(r, ST_TEXT, buf_str(&b));
	buf_free(&b);
	return lines + 2;
}

static void
menu_draw(struct view *v, struct rect r)
{
	struct menu_state *s = v->state;
	size_t n = menu_count(v, 0, NULL);
	int y = r.y + ((int)n < r.h ? (int)n : r.h);

	list_draw(&s->list, n, r, line_draw, v);
	if (y + 1 < r.y + r.h)
		y += left_out_draw(v, (struct rect){ y + 1, 0,
		    r.y + r.h - y - 1, r.w });
	if (s->done.len > 0 && y + 2 < r.y + r.h) {
		scr_rule(y, 0, r.w);
		scr_paragraph((struct rect){ y + 1, 1, r.y + r.h - y - 1,
		    r.w - 2 }, ST_TEXT, buf_str(&s->done));
	}
}

static void
menu_done(struct view *v, struct cmd_call *c, int result)
{
	struct menu_state *s = v->state;
	struct buf b = BUF_INIT;
	const char *text = buf_str(&c->text);

	if (result < 0)
		ui_error(&c->err);
	else if (view_top() != v) /* else it stands there */
		ui_message(MSG_DONE, "%.*s", (int)strcspn(text, "\n"), text);
	if (result < 0 && !c->findings)
		return;
	buf_addf(&b, "%s%s", text, buf_str(&s->done));
	buf_free(&s->done);
	s->done = b;
}

/* A name beside the project: climate-annotations.csv */
static char *
out_name(const struct menu_line *l)
{
	size_t len = strlen(ui.path);
	struct buf b = BUF_INIT;

	buf_add(&b, ui.path, len > 6 ? len - 6 : len);
	buf_addf(&b, "-%s", l->what);
	if (l->format != NULL)
		buf_addf(&b, ".%s", l->format);
	return buf_take(&b);
}

static unsigned
menu_act(struct view *v, struct cmd_call *c)
{
	struct menu_state *s = v->state;
	const struct menu_line *l = NULL;
	char *out;

	if (strcmp(c->command->name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(c->command->name, "enter") == 0 ||
	    strcmp(c->command->name, "start") == 0) {
		menu_count(v, s->list.at, &l);
		if (l == NULL)
			return R_REDRAW;
		out = l->what != NULL ? out_name(l) : NULL;
		form_open(v, l->command, (const char *[]){ out != NULL ?
			"--out" : NULL, out, NULL }, menu_done);
		free(out);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static void
export_head(struct view *v, struct buf *left, struct buf *right)
{
	(void)v;
	(void)right;
	buf_adds(left, "export: what, in which format, where to");
}

static const char *const export_contexts[] = { "export", "list", "any", NULL };
static const char *const import_contexts[] = { "import", "list", "project",
	"any", NULL };

const struct view_ops view_export = {
	.name = "export", .title = "Export", .contexts = export_contexts,
	.state_size = sizeof(struct menu_state), .close = menu_close,
	.draw = menu_draw, .head = export_head, .act = menu_act,
};

const struct view_ops view_import = {
	.name = "import", .page_of = "project", .page = "import",
	.contexts = import_contexts, .state_size = sizeof(struct menu_state),
	.close = menu_close, .draw = menu_draw, .head = pages_head,
	.act = menu_act,
};

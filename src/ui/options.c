/*
 * What the screen is like for this account: kept in the project file, set by
 * `set NAME VALUE` or on the sheet of `d`.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/param.h"

#include "priv.h"

static const struct {
	const char *name, *help;
	int def, min, max; /* min 0, max 1: on or off */
} table[OPTIONS] = {
	[OPT_CONTEXT] = { "context", "columns beside the text", 1, 0, 1 },
	[OPT_PREDICTION] = { "prediction", "the model's probabilities", 1, 0,
	    1 },
	[OPT_COUNTS] = { "counts", "how many texts carry each label", 1, 0, 1 },
	[OPT_WHY] = { "why", "why this text was chosen", 1, 0, 1 },
	[OPT_SIDE] = { "side", "the pane beside the text, on wide screens", 1,
	    0, 1 },
	[OPT_WIDTH] = { "width", "columns of the text, at most", 80, 20, 200 },
	[OPT_AZERTY] = { "azerty", "the unshifted digit row of AZERTY are digits",
	    0, 0, 1 },
};

static int values[OPTIONS];
static bool loaded;

int
option_get(enum option o)
{
	return loaded ? values[o] : table[o].def;
}

const char *
option_name(enum option o)
{
	return table[o].name;
}

const char *
option_help(enum option o)
{
	return table[o].help;
}

bool
option_is_flag(enum option o)
{
	return table[o].max == 1;
}

static int
option_find(const char *name)
{
	for (int i = 0; i < OPTIONS; i++)
		if (strcmp(table[i].name, name) == 0)
			return i;
	return -1;
}

static void
defaults(void)
{
	for (int i = 0; i < OPTIONS && !loaded; i++)
		values[i] = table[i].def;
	loaded = true;
}

/* ---- kept in the project ---- */

static int
load_fetch(struct fetch *f)
{
	int *got = f->data;
	struct err ignored = { 0 };

	for (int i = 0; i < OPTIONS; i++) {
		char *key = xasprintf("screen.%s", table[i].name);
		char *value = account_get(ui.project, key, &ignored);

		got[i] = value != NULL ? atoi(value) : table[i].def;
		if (got[i] < table[i].min || got[i] > table[i].max)
			got[i] = table[i].def;
		free(value);
		free(key);
	}
	return 0;
}

static void
load_done(struct view *v, struct fetch *f)
{
	(void)v;
	memcpy(values, f->data, sizeof values);
	loaded = true;
}

void
options_load(void)
{
	loaded = false;
	fetch_start(NULL, fetch_new(load_fetch, load_done, free,
	    xcalloc(1, sizeof values)));
}

struct keep {
	enum option option;
	int value;
};

static int
keep_fetch(struct fetch *f)
{
	struct keep *k = f->data;
	char *key = xasprintf("screen.%s", table[k->option].name);
	char *value = xasprintf("%d", k->value);
	int rc = account_set(ui.project, key, value, NULL);

	free(value);
	free(key);
	return rc;
}

void
option_set(enum option o, int value)
{
	struct keep *k;

	defaults();
	if (value < table[o].min)
		value = table[o].min;
	if (value > table[o].max)
		value = table[o].max;
	values[o] = value;
	ui_redraw();
	if (!ui.open)
		return;
	k = xcalloc(1, sizeof *k);
	*k = (struct keep){ o, value };
	fetch_start(NULL, fetch_new(keep_fetch, NULL, free, k));
}

/* `set`, `set NAME`, `set NAME VALUE`. */
void
options_command(struct view *v, struct cmd_call *c)
{
	const char *name = cmd_str(c, "OPTION"), *value = cmd_str(c, "VALUE");
	struct buf b = BUF_INIT;
	int o, n;

	if (name == NULL) {
		options_open(v);
		return;
	}
	o = option_find(name);
	if (o < 0) {
		for (int i = 0; i < OPTIONS; i++)
			buf_addf(&b, "%s%s", i > 0 ? ", " : "", table[i].name);
		ui_message(MSG_ERROR, "no option is called '%s': there are %s",
		    name, buf_str(&b));
		buf_free(&b);
		return;
	}
	if (value == NULL && !option_is_flag((enum option)o)) {
		ui_message(MSG_NOTE, "%s is %d", name, values[o]);
		return;
	}
	n = value == NULL ? !option_get((enum option)o) :
	    strcmp(value, "on") == 0 ? 1 : strcmp(value, "off") == 0 ? 0 :
	    atoi(value);
	option_set((enum option)o, n);
	ui_message(MSG_DONE, option_is_flag((enum option)o) ? "%s is %s" :
	    "%s is %s%d", name, option_is_flag((enum option)o) ?
	    (values[o] ? "on" : "off") : "", values[o]);
}

/* ---- the sheet ---- */

struct sheet {
	struct list list;
};

static void
sheet_draw(struct view *v, struct rect r)
{
	struct sheet *s = v->state;
	int top = r.y + r.h - OPTIONS - 1;

	if (top < r.y)
		top = r.y;
	list_fit(&s->list, OPTIONS, OPTIONS);
	scr_rule(top - 1, 0, r.w);
	scr_clear(top, 0, r.w);
	scr_put(top, 1, r.w - 2, ST_STRONG, "what is shown");
	for (int i = 0; i < OPTIONS && top + 1 + i < r.y + r.h; i++) {
		int y = top + 1 + i;
		bool here = s->list.at == (size_t)i;

		scr_clear(y, 0, r.w);
		scr_put(y, 1, 1, ST_ACCENT, here ? "▸" : " ");
		scr_put(y, 3, 12, here ? ST_STRONG : ST_TEXT, table[i].name);
		if (option_is_flag((enum option)i))
			scr_put(y, 16, 6, ST_STRONG,
			    option_get((enum option)i) ? "on" : "off");
		else
			scr_putf(y, 16, 6, ST_STRONG, "%d",
			    option_get((enum option)i));
		scr_cut(y, 24, r.w - 25, ST_TEXT, table[i].help);
		if (here)
			scr_cursor(y, 16);
	}
}

static unsigned
sheet_key(struct view *v, int key)
{
	struct sheet *s = v->state;
	enum option o = (enum option)s->list.at;
	int step = option_is_flag(o) ? 1 : 4;

	switch (key) {
	case K_UP: case 'k': list_move(&s->list, "up", OPTIONS); break;
	case K_DOWN: case 'j': list_move(&s->list, "down", OPTIONS); break;
	case K_LEFT:
		option_set(o, option_is_flag(o) ? !option_get(o) :
		    option_get(o) - step);
		break;
	case K_RIGHT: case ' ': case K_ENTER:
		option_set(o, option_is_flag(o) ? !option_get(o) :
		    option_get(o) + step);
		break;
	case 'd': case 'q': case K_ESC: case K_CTRL('C'):
		return R_CLOSE | R_REDRAW;
	default:
		return R_PASS;
	}
	return R_REDRAW;
}

static const char *const any_context[] = { "any", NULL };

static const struct view_ops sheet_ops = {
	.name = "display", .overlay = true, .state_size = sizeof(struct sheet),
	.contexts = any_context, .draw = sheet_draw, .key = sheet_key,
};

void
options_open(struct view *owner)
{
	struct view *v = view_open(&sheet_ops);

	if (v != NULL && owner != NULL)
		v->below = owner;
}

/*
 * The views that are open: one for each tab that was visited, in the order of
 * views[], and the overlays that lie on them. The frame around them (tabs,
 * message, keys) is drawn here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

#define STACK 16

static struct {
	struct view *tabs[32];
	struct view *tab;
	struct view *overlays[STACK]; /* bottom first */
	size_t noverlays;
	unsigned serial;
	int head_y; /* line of the head, in the frame being drawn */
	int unnumbered; /* pages that it names without their numbers */
} stack;

static size_t
place_of(const struct view_ops *ops)
{
	size_t i = 0;

	while (views[i] != NULL && views[i] != ops)
		i++;
	return i;
}

static struct view *
view_new(const struct view_ops *ops)
{
	struct view *v = xcalloc(1, sizeof *v);

	v->ops = ops;
	v->state = xcalloc(1, ops->state_size > 0 ? ops->state_size : 1);
	v->contexts = ops->contexts;
	v->serial = ++stack.serial;
	return v;
}

struct view *
view_open(const struct view_ops *ops)
{
	struct view *v;
	size_t i;

	if (ops->overlay) {
		if (stack.noverlays == STACK)
			return NULL;
		v = view_new(ops);
		v->below = view_top();
		stack.overlays[stack.noverlays++] = v;
	} else {
		i = place_of(ops);
		v = stack.tabs[i];
		if (v != NULL)
			return v;
		v = stack.tabs[i] = view_new(ops);
	}
	if (ops->open != NULL)
		ops->open(v);
	v->stale = ops->reload != NULL;
	ui_redraw();
	return v;
}

static void
view_free(struct view *v)
{
	if (v->ops->close != NULL)
		v->ops->close(v);
	free(v->state);
	free(v);
}

void
view_close(struct view *v)
{
	size_t i;

	for (i = 0; i < stack.noverlays; i++)
		if (stack.overlays[i] == v)
			break;
	if (i < stack.noverlays) {
		for (; i + 1 < stack.noverlays; i++) {
			stack.overlays[i] = stack.overlays[i + 1];
			if (stack.overlays[i]->below == v)
				stack.overlays[i]->below = v->below;
		}
		stack.noverlays--;
		view_free(v);
		ui_redraw();
		return;
	}
	i = place_of(v->ops);
	stack.tabs[i] = NULL;
	if (stack.tab == v)
		stack.tab = NULL;
	view_free(v);
	ui_redraw();
}

void
view_close_all(void)
{
	while (stack.noverlays > 0)
		view_free(stack.overlays[--stack.noverlays]);
	for (size_t i = 0; i < sizeof stack.tabs / sizeof stack.tabs[0]; i++) {
		if (stack.tabs[i] != NULL)
			view_free(stack.tabs[i]);
		stack.tabs[i] = NULL;
	}
	stack.tab = NULL;
}

struct view *
view_top(void)
{
	return stack.noverlays > 0 ? stack.overlays[stack.noverlays - 1] :
	    stack.tab;
}

struct view *
view_tab(void)
{
	return stack.tab;
}

struct view *
view_under(struct view *v)
{
	while (v != NULL && v->ops->overlay)
		v = v->below;
	return v;
}

bool
view_alive(const struct view *v, unsigned serial)
{
	for (size_t i = 0; i < sizeof stack.tabs / sizeof stack.tabs[0]; i++)
		if (stack.tabs[i] == v)
			return v->serial == serial;
	for (size_t i = 0; i < stack.noverlays; i++)
		if (stack.overlays[i] == v)
			return v->serial == serial;
	return false;
}

static bool
has_tab(const struct view_ops *ops)
{
	return ops->title != NULL;
}

static const struct view_ops *
ops_named(const char *name)
{
	for (size_t i = 0; views[i] != NULL; i++)
		if (strcmp(views[i]->name, name) == 0)
			return views[i];
	return NULL;
}

/* The tab that a view stands under: its own, or its parent's. */
static const struct view_ops *
tab_of(const struct view_ops *ops)
{
	return ops->page_of != NULL ? ops_named(ops->page_of) : ops;
}

/* The pages of a tab are the view itself and those that name it. */
static bool
is_page(const struct view_ops *ops, const struct view_ops *tab)
{
	return tab_of(ops) == tab && ops->page != NULL;
}

static bool
page_show(const char *name)
{
	const struct view_ops *tab = tab_of(stack.tab->ops);
	const struct view_ops *found = NULL, *first = NULL, *last = NULL;
	bool next = strcmp(name, "next") == 0;
	bool previous = strcmp(name, "previous") == 0, after = false;

	for (size_t i = 0; views[i] != NULL; i++) {
		if (!is_page(views[i], tab))
			continue;
		if (first == NULL)
			first = views[i];
		if (strcmp(views[i]->page, name) == 0 || (next && after))
			found = found == NULL ? views[i] : found;
		if (previous && views[i] == stack.tab->ops && last != NULL)
			found = last;
		after |= views[i] == stack.tab->ops;
		last = views[i];
	}
	if (found == NULL && next)
		found = first;
	if (found == NULL && previous)
		found = last;
	return found != NULL && view_show(found->name);
}

/* The pages' names, those up to `reach` from the one that is shown; their
 * numbers, or where all names are there perhaps that one's alone. */
static void
pages_write(const struct view_ops *const *pages, int n, int at, int reach,
    const char *gap, size_t *starts, struct buf *out)
{
	for (int i = 0; i < n; i++) {
		bool number = reach <= n || i == at;
		bool name = i - at <= reach && at - i <= reach;

		buf_adds(out, i > 0 ? gap : "");
		starts[i] = out->len;
		buf_adds(out, i == at ? "[" : "");
		if (number)
			buf_addf(out, "%d%s", i + 1, name ? " " : "");
		buf_addf(out, "%s%s", name ? pages[i]->page : "", i == at ?
		    "]" : "");
	}
}

/* A click on it shows the view. */
static void
hot_view(struct rect r, const char *name)
{
	char *line = xasprintf("view %s", name);

	hot_add(&(struct hot){ .r = r, .line = line });
	free(line);
}

void
pages_head(struct view *v, struct buf *left, struct buf *right)
{
	const struct view_ops *tab = tab_of(v->ops), *pages[16];
	size_t from = left->len, starts[17];
	int n = 0, at = 0;

	(void)right;
	stack.unnumbered = 0;
	for (size_t i = 0; views[i] != NULL && n < 16; i++) {
		if (!is_page(views[i], tab))
			continue;
		at = views[i] == v->ops ? n : at;
		pages[n++] = views[i];
	}
	/* with room between; close together; names alone; ever fewer names */
	for (int i = 0; i == 0 || (i <= n + 2 &&
	     (int)(left->len - from) > scr_columns() - 2); i++) {
		left->len = from;
		pages_write(pages, n, at, i < 2 ? n : i == 2 ? n + 1 :
		    n + 2 - i, i == 0 ? "  " : " ", starts, left);
		stack.unnumbered = i == 2 ? n : 0;
	}
	starts[n] = left->len;
	for (int i = 0; i < n && stack.noverlays == 0; i++)
		hot_view((struct rect){ stack.head_y, 1 + (int)starts[i], 1,
		    (int)(starts[i + 1] - starts[i]) }, pages[i]->name);
}

static const struct view_ops *
neighbour(int step)
{
	const struct view_ops *tab = tab_of(stack.tab->ops);
	size_t n = 0, at = place_of(tab);

	while (views[n] != NULL)
		n++;
	if (!has_tab(tab))
		return NULL;
	do {
		/* NOLINTNEXTLINE: there are views */
		at = (at + n + (size_t)step) % n;
	} while (!has_tab(views[at]));
	return views[at];
}

static void
tab_set(const struct view_ops *ops)
{
	struct view *from = stack.tab, *to = stack.tabs[place_of(ops)];

	if (from != NULL && from != to && from->ops->leave != NULL)
		from->ops->leave(from);
	stack.tab = view_open(ops);
	if (to != NULL && from != to && ops->back != NULL)
		ops->back(to);
}

bool
view_show(const char *name)
{
	const struct view_ops *ops = NULL;

	if (strcmp(name, "next") == 0 || strcmp(name, "previous") == 0) {
		if (stack.tab == NULL || !ui.open)
			return false;
		ops = neighbour(name[0] == 'n' ? 1 : -1);
	} else {
		ops = ops_named(name);
	}
	if (ops == NULL || (!ops->no_project && !ui.open))
		return false;
	while (stack.noverlays > 0)
		view_close(stack.overlays[0]);
	tab_set(ops);
	ui_redraw();
	return true;
}

/* ---- what changed ---- */

void
view_mark(struct view *v, unsigned what)
{
	if (what & R_RELOAD)
		v->stale = true;
	if (what & ~(unsigned)R_PASS)
		ui_redraw();
	if (what & R_CLOSE)
		view_close(v);
}

static void
mark_changed(struct view *v, unsigned changes, bool soft)
{
	if (v == NULL || !(v->ops->shows & changes))
		return;
	v->soft = soft && (v->soft || !v->stale);
	v->stale = true;
}

void
view_changed(unsigned changes, bool soft)
{
	for (size_t i = 0; i < sizeof stack.tabs / sizeof stack.tabs[0]; i++)
		mark_changed(stack.tabs[i], changes, soft);
	for (size_t i = 0; i < stack.noverlays; i++)
		mark_changed(stack.overlays[i], changes, soft);
}

static void
reload(struct view *v)
{
	bool soft;

	if (v == NULL || !v->stale || v->ops->reload == NULL)
		return;
	soft = v->soft;
	v->stale = v->soft = false;
	v->ops->reload(v, soft);
}

/* Those that can be seen; the others when they are shown. */
void
view_reload_stale(void)
{
	reload(stack.tab);
	for (size_t i = 0; i < stack.noverlays; i++)
		reload(stack.overlays[i]);
}

void
view_ran(struct cmd_call *c, int result)
{
	for (size_t i = 0; i < sizeof stack.tabs / sizeof stack.tabs[0]; i++)
		if (stack.tabs[i] != NULL && stack.tabs[i]->ops->ran != NULL)
			stack.tabs[i]->ops->ran(stack.tabs[i], c, result);
}

/* ---- acting ---- */

static unsigned
act_everywhere(struct view *v, struct cmd_call *c)
{
	const char *name = c->command->name;

	if (strcmp(name, "view") == 0) {
		if (!view_show(cmd_str(c, "NAME")) && ui.open)
			ui_message(MSG_ERROR, "no view is called '%s'",
			    cmd_str(c, "NAME"));
	} else if (strcmp(name, "keys") == 0) {
		view_open(&view_help);
	} else if (strcmp(name, "prompt") == 0) {
		size_t n;
		char *const *words = cmd_list(c, "TEXT", &n);
		struct buf b = BUF_INIT;

		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s%s", words[i],
			    i + 1 < n ? " " : "");
		prompt_open(v, &(struct prompt){ .label = ":",
			.initial = buf_str(&b), .command = true });
		buf_free(&b);
	} else if (strcmp(name, "log") == 0) {
		pager_open(v, "log", buf_str(&ui.log));
	} else if (strcmp(name, "page") == 0) {
		if (stack.tab == NULL || !page_show(cmd_str(c, "NAME")))
			ui_message(MSG_ERROR, "no page is called '%s'",
			    cmd_str(c, "NAME"));
	} else if (strcmp(name, "form") == 0) {
		size_t n;
		char *const *words = cmd_list(c, "COMMAND", &n);
		struct buf b = BUF_INIT;

		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s%s", i > 0 ? " " : "", words[i]);
		form_open(v, buf_str(&b), NULL, NULL);
		buf_free(&b);
	} else if (strcmp(name, "commands") == 0) {
		commands_open(v);
	} else if (strcmp(name, "switch") == 0) {
		scheme_switch(v);
	} else if (strcmp(name, "set") == 0) {
		options_command(v, c);
	} else if (strcmp(name, "redraw") == 0) {
		term_resized();
		scr_redraw_all();
	} else if (strcmp(name, "reload") == 0) {
		if (stack.tab != NULL)
			stack.tab->stale = true;
	} else if (strcmp(name, "suspend") == 0) {
		term_suspend();
	} else if (strcmp(name, "close") == 0) {
		if (v != NULL && v->ops->overlay)
			view_close(v);
		else
			ui_quit();
	} else if (strcmp(name, "quit") == 0) {
		ui_quit();
	} else {
		ui_message(MSG_NOTE, "%s has nothing to do here", name);
	}
	return R_REDRAW;
}

unsigned
view_act(struct view *v, struct cmd_call *c)
{
	struct view *under;
	unsigned what;

	for (; v != NULL; v = under) {
		under = v->below;
		if (v->ops->act == NULL)
			continue;
		what = v->ops->act(v, c);
		if (!(what & R_PASS)) {
			view_mark(v, what);
			return R_NONE;
		}
	}
	return act_everywhere(view_top(), c);
}

static void
stop_bulk(struct view *v, void *arg)
{
	struct run *r = run_bulk();

	(void)v;
	(void)arg;
	if (r != NULL)
		run_stop(r);
}

/* What Esc leaves where no overlay is open: an act that waits, else a bulk act
 * that runs. Asked first, since Esc is pressed lightly; ^C is meant. */
static void
stop_something(struct view *v, bool at_once)
{
	static const struct answer answers[] = {
		{ 's', "stop it, and take back what it did", stop_bulk },
		{ 'g', "let it go on", NULL },
		{ 0 },
	};
	const struct run *r = run_bulk();
	char *text;

	if (hold_give_up(v) || r == NULL)
		return;
	if (at_once) {
		stop_bulk(v, NULL);
		return;
	}
	text = xasprintf("%s runs:", r->call->command->name);
	question_open(v, text, answers, NULL, NULL);
	free(text);
}

void
view_key(int key)
{
	struct view *v = view_top();
	const struct binding *b;
	unsigned what;
	char name[16];

	if (key >= K_MOUSE) {
		hot_mouse(key);
		return;
	}
	buf_clear(&ui.message);
	ui_redraw();
	if (v == NULL)
		return;
	if (v->ops->key != NULL) {
		what = v->ops->key(v, key);
		if (!(what & R_PASS)) {
			view_mark(v, what);
			return;
		}
	}
	if (key == K_CTRL('C')) {
		if (v->ops->overlay)
			view_close(v);
		else
			stop_something(v, true);
		return;
	}
	if (v->contexts == NULL)
		return;
	b = keymap_find(v->contexts, key);
	if (b != NULL) {
		run_line(v, b->line);
	} else if (key == K_ESC) {
		if (v->ops->overlay)
			view_close(v);
		else
			stop_something(v, false);
	} else {
		key_spell(key, name);
		ui_message(MSG_NOTE, "%s does nothing here; ? lists the keys",
		    name);
	}
}

/* ---- the frame ---- */

static void
draw_tabs(int y)
{
	int w = scr_columns(), x = 1;
	int room = w - (ui.user != NULL ? (int)strlen(ui.user) + 2 : 0);

	x += scr_put(y, x, room - x, ST_STRONG,
	    ui.name != NULL ? ui.name : "tagtiger");
	if (ui.open && ui.readonly)
		x += 1 + scr_put(y, x + 1, room - x - 1, ST_WARN, "[RO]");
	x += 1;
	for (size_t i = 0; ui.open && views[i] != NULL; i++) {
		bool here = stack.tab != NULL &&
		    tab_of(stack.tab->ops) == views[i];
		int need;

		if (!has_tab(views[i]))
			continue;
		need = (int)strlen(views[i]->title) + 2;
		if (x + need > room && !here)
			continue;
		if (stack.noverlays == 0 || view_top()->ops->covers)
			hot_view((struct rect){ y, x, 1, need },
			    views[i]->name);
		x += scr_putf(y, x, w - x, here ? ST_ACCENT : ST_TEXT,
		    here ? "[%s]" : " %s ", views[i]->title);
	}
	if (ui.user != NULL && x < room)
		scr_right(y, x, w - x - 1, ST_TEXT, ui.user);
}

static void
draw_head(const struct view *v, int y)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	int w = scr_columns(), taken, rw;

	stack.head_y = y;
	if (v->ops->head != NULL)
		v->ops->head((struct view *)v, &left, &right);
	rw = glyph_width(buf_str(&right), right.len);
	taken = scr_cut(y, 1, w - 2 - (rw > 0 ? rw + 1 : 0), ST_TEXT,
	    buf_str(&left));
	if (rw > 0)
		scr_right(y, taken + 2, w - taken - 3, ST_TEXT,
		    buf_str(&right));
	buf_free(&left);
	buf_free(&right);
}

static int
draw_hint(int y, int x, int w, const char *name, const char *word)
{
	const char *keys = key_sign(name);
	int kw = glyph_width(keys, strlen(keys));
	int ww = glyph_width(word, strlen(word));

	if (x + kw + 1 + ww > w)
		return 0;
	if (key_parse(name) != K_NONE)
		hot_add(&(struct hot){ .r = { y, x, 1, kw + 1 + ww },
			.key = key_parse(name) });
	scr_put(y, x, kw, ST_STRONG, keys);
	scr_put(y, x + kw + 1, ww, ST_TEXT, word);
	return kw + 1 + ww + 2;
}

/* A name of a key, or arrows: "Enter", "↑↓", "PgUp". */
static bool
is_key(const char *word)
{
	return key_parse(word) != K_NONE || strncmp(word, "↑", 3) == 0 ||
	    strncmp(word, "←", 3) == 0;
}

void
hints_draw(int y, const char *text)
{
	int x = 1, w = scr_columns() - 1;

	scr_clear(y, 0, w + 1);
	while (*text != '\0') {
		const char *end = strstr(text, "   ");
		size_t len = end != NULL ? (size_t)(end - text) :
		    strlen(text);
		char *hint = xstrndup(text, len), *word;
		int need = glyph_width(hint, len);

		word = strchr(hint, ' ');
		if (word != NULL)
			*word++ = '\0';
		if (x + need > w) {
			/* the ones after it may be shorter */
		} else if (word != NULL && is_key(hint)) {
			x += draw_hint(y, x, w, hint, word) + 1;
		} else {
			x += scr_putn(y, x, w - x, ST_TEXT, text, len) + 3;
		}
		free(hint);
		text += len + (end != NULL ? 3 : 0);
	}
}

/* "1-7 label", "1-9 pages": the key is bold, as everywhere in this line. */
static int
draw_lead(struct view *v, int y, int x, int w)
{
	struct buf b = BUF_INIT;
	char *space;
	int taken = 0;

	if (v->ops->lead != NULL)
		v->ops->lead(v, &b);
	else if (v->ops->page != NULL && stack.unnumbered > 0)
		buf_addf(&b, "1-%d pages", stack.unnumbered);
	if (b.len > 0 && (space = strchr(b.data, ' ')) != NULL) {
		*space = '\0';
		taken = draw_hint(y, x, w, b.data, space + 1);
	}
	buf_free(&b);
	return taken;
}

static void
draw_keys(struct view *v, int y)
{
	int w = scr_columns(), x = 1, last = w - 8;
	const struct hint *h;

	x += draw_lead(v, y, x, last);
	for (size_t c = 0; v->contexts != NULL && v->contexts[c] != NULL; c++) {
		if (strcmp(v->contexts[c], "any") == 0)
			break;
		for (size_t i = 0; (h = keymap_hint(v->contexts[c], i)) != NULL;
		     i++) {
			struct buf keys = BUF_INIT;

			if (!may_line(v, h->line, NULL))
				continue;
			keymap_keys(v->contexts, h->line, 1, &keys);
			if (keys.len > 0)
				x += draw_hint(y, x, last, buf_str(&keys),
				    h->word);
			buf_free(&keys);
		}
		if (keymap_hint(v->contexts[c], 0) != NULL)
			break; /* the nearest context that says something */
	}
	if (v->contexts != NULL) {
		struct buf keys = BUF_INIT;

		keymap_keys(v->contexts, "keys", 1, &keys);
		if (keys.len > 0)
			draw_hint(y, last + 1, w, buf_str(&keys), "help");
		buf_free(&keys);
	}
}

static struct rect
draw_frame(struct view *v)
{
	int h = scr_lines(), w = scr_columns(), y = 0;

	if (h >= 20)
		draw_tabs(y++);
	if (h >= 8)
		draw_head(v, y++);
	if (h >= 10)
		scr_rule(y++, 0, w);
	return (struct rect){ .y = y, .x = 0, .h = h - 2 - y, .w = w };
}

void
view_draw_all(void)
{
	struct view *top = view_top(), *base = stack.tab;
	int h = scr_lines(), w = scr_columns();
	size_t from = 0;
	struct rect r;

	scr_begin();
	hot_begin();
	if (w < 20 || h < 5) {
		scr_put(0, 0, w, ST_TEXT, "too small");
		scr_end();
		return;
	}
	for (size_t i = 0; i < stack.noverlays; i++) {
		if (stack.overlays[i]->ops->covers) {
			base = stack.overlays[i];
			from = i + 1;
		}
	}
	if (base == NULL) {
		scr_end();
		return;
	}
	r = draw_frame(base);
	hot_owner(base);
	base->ops->draw(base, r);
	hot_owner(NULL);
	if (top != NULL)
		draw_keys(top, h - 1);
	for (size_t i = from; i < stack.noverlays; i++) {
		hot_owner(stack.overlays[i]);
		stack.overlays[i]->ops->draw(stack.overlays[i], r);
	}
	hot_owner(NULL);
	if (top == NULL || !top->ops->asks)
		message_draw(base, r);
	scr_end();
}

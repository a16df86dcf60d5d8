/*
 * Keys that were typed and wait for their turn. While an act is under way (a
 * label is being committed) they wait here, so that each applies to the text
 * that stands when its turn comes.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "priv.h"

static struct {
	int *keys; /* a ring */
	size_t first, n, cap;
	bool pasting;
} typed;

void
typed_queue(int key)
{
	if (typed.n == typed.cap) {
		size_t cap = typed.cap > 0 ? typed.cap * 2 : 64;
		int *keys = xreallocarray(NULL, cap, sizeof *keys);

		for (size_t i = 0; i < typed.n; i++)
			keys[i] = typed.keys[(typed.first + i) % typed.cap];
		free(typed.keys);
		typed.keys = keys;
		typed.cap = cap;
		typed.first = 0;
	}
	typed.keys[(typed.first + typed.n++) % typed.cap] = key;
}

static int
key_take(void)
{
	int key = typed.keys[typed.first];

	typed.first = (typed.first + 1) % typed.cap;
	typed.n--;
	return key;
}

/* Pasted text is typed into a line that is open; elsewhere it would press a
 * key a letter, so it is left. */
static bool
paste_key(int key)
{
	struct view *top = view_top();

	if (key == K_PASTE || key == K_PASTE_END) {
		typed.pasting = key == K_PASTE;
		return true;
	}
	if (!typed.pasting)
		return false;
	if (top == NULL || !top->ops->overlay || top->ops->key == NULL)
		ui_message(MSG_NOTE, "pasted text is taken in a line to type "
		    "in (:), not as keys");
	else if (key != K_ENTER && key != K_TAB && key != K_ESC)
		view_key(key);
	return true;
}

/* While a view's act waits for somebody else's, its keys wait too, but for
 * those that scroll, lead away from it or give the act up. */
static bool
key_may(int key)
{
	const struct view *v = view_top();
	const struct binding *b;

	if (ui.acts != hold_acts())
		return false;
	if (v == NULL || !hold_of(v) || key == K_ESC || key == K_CTRL('C'))
		return true;
	b = v->contexts != NULL ? keymap_find(v->contexts, key) : NULL;
	return b != NULL && (strcmp(b->context, "any") == 0 ||
	    strncmp(b->line, "move ", 5) == 0);
}

bool
typed_next(void)
{
	return typed.n > 0 && key_may(typed.keys[typed.first]);
}

void
typed_run(void)
{
	while (typed_next() && !ui.quit) {
		int key = key_take();

		ui.active = true;
		ui.keys++;
		if (!paste_key(key))
			view_key(key);
		view_reload_stale();
	}
}

/* ^C is meant at once: what was typed ahead is forgotten. So is Esc where keys
 * wait for an act that waits itself: the last of them. */
void
typed_key(int key)
{
	if (key == K_CTRL('C'))
		typed.n = 0;
	if (key == K_ESC && typed.n > 0 && hold_of(view_top())) {
		typed.n--;
		ui_redraw();
	} else {
		typed_queue(key);
	}
}

size_t
typed_count(void)
{
	return typed.n;
}

void
typed_forget(void)
{
	typed.n = 0;
}

void
typed_free(void)
{
	free(typed.keys);
	typed.keys = NULL;
	typed.n = typed.cap = typed.first = 0;
}

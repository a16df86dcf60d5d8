/*
 * Keys of the user's own file that a label has already: a label's key goes
 * before the keymap, so the binding would do nothing, and nothing would say
 * why. Told when a project opens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/scheme.h"

#include "priv.h"

static int
labels_fetch(struct fetch *f)
{
	struct err ignored = { 0 };

	return current_scheme_named(ui.project, NULL, f->data, &ignored);
}

static void
labels_drop(void *data)
{
	scheme_free(data);
	free(data);
}

static const struct binding *
user_binding(int key)
{
	static const char *const contexts[] = { "tag", "tag-multi", NULL };

	for (size_t i = 0; contexts[i] != NULL; i++) {
		const struct binding *b = keymap_find((const char *const[]){
			contexts[i], NULL }, key);

		if (b != NULL && b->user)
			return b;
	}
	return NULL;
}

static void
labels_done(struct view *v, struct fetch *f)
{
	const struct scheme *s = f->data;

	(void)v;
	if (f->job.result < 0)
		return;
	for (size_t i = 0; i < s->nlabels; i++) {
		const struct label *l = &s->labels[i];
		char digit[2] = { (char)('0' + (i + 1) % 10), '\0' };
		bool own = l->key != NULL && l->key[0] != '\0';
		const char *name = own ? l->key : digit;
		const struct binding *b = own || i < 10 ?
		    user_binding(key_parse(name)) : NULL;

		if (b != NULL)
			ui_message(MSG_ERROR, "keys.conf:%d: %s is the key "
			    "of the label %s, which has it", b->at_line, name,
			    l->name);
	}
}

void
keys_check_labels(void)
{
	for (size_t i = 0; i < keymap_count(); i++)
		if (keymap_at(i)->user) {
			fetch_start(NULL, fetch_new(labels_fetch, labels_done,
			    labels_drop, xcalloc(1, sizeof(struct scheme))));
			return;
		}
}

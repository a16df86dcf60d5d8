/* The keys of labels: one for each of the first ten, or a letter of its own. */
#include <stdio.h>
#include <string.h>

#include "tagtiger/scheme.h"
#include "tagtiger/utf8.h"

#include "priv.h"

void
label_key(const struct scheme *s, size_t place, char out[8])
{
	const struct label *l = &s->labels[place];

	out[0] = '\0';
	if (l->key != NULL && l->key[0] != '\0')
		snprintf(out, 8, "%s", l->key);
	else if (place < 10)
		snprintf(out, 8, "%zu", (place + 1) % 10);
}

/* The unshifted digit row of AZERTY, as it comes from a terminal. */
static int
azerty_digit(int key)
{
	static const int row[] = { 0xe0, '&', 0xe9, '"', '\'', '(', '-', 0xe8,
		'_', 0xe7 };

	for (int i = 0; i < 10; i++)
		if (row[i] == key)
			return '0' + i;
	return key;
}

int
key_label(const struct scheme *s, int key)
{
	char bytes[8], own[8];

	if (option_get(OPT_AZERTY))
		key = azerty_digit(key);
	if (key <= ' ' || key >= 0x110000)
		return -1;
	bytes[utf8_encode(key, bytes)] = '\0';
	for (size_t i = 0; i < s->nlabels; i++) {
		label_key(s, i, own);
		if (own[0] != '\0' && strcmp(own, bytes) == 0)
			return (int)i;
	}
	return -1;
}

void
label_keys_draw(const struct scheme *s, const bool *on, int y, int w)
{
	char key[8];
	int x = 1;

	for (size_t i = 0; i < s->nlabels; i++) {
		const char *name = s->labels[i].name;
		bool chosen = on != NULL && on[i];
		int box = on != NULL ? 4 : 0;
		int kw, nw = glyph_width(name, strlen(name));

		label_key(s, i, key);
		kw = glyph_width(key, strlen(key));
		if (key[0] == '\0' || x + kw + 1 + box + nw > w)
			continue;
		hot_add(&(struct hot){ .r = { y, x, 1, kw + 1 + box + nw },
			.key = key_parse(key) });
		scr_put(y, x, kw, ST_STRONG, key);
		if (on != NULL)
			scr_put(y, x + kw + 1, 3, ST_STRONG, chosen ? "[x]" :
			    "[ ]");
		scr_put(y, x + kw + 1 + box, nw, chosen ? ST_STRONG : ST_TEXT,
		    name);
		x += kw + 1 + box + nw + 2;
	}
}

void
label_choices(const struct scheme *s, const bool *on, struct choices *c)
{
	char key[8];

	for (size_t i = 0; i < s->nlabels; i++) {
		label_key(s, i, key);
		choices_add(c, s->labels[i].name, NULL, key, 0);
		c->v[i].on = on != NULL && on[i];
	}
}

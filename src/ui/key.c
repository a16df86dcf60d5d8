#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/utf8.h"

#include "priv.h"

static const struct {
	const char *name;
	int key;
} names[] = {
	{ "Space", ' ' }, { "Enter", K_ENTER }, { "Tab", K_TAB },
	{ "S-Tab", K_BACKTAB }, { "Esc", K_ESC }, { "Backspace", K_BACKSPACE },
	{ "Up", K_UP }, { "Down", K_DOWN }, { "Left", K_LEFT },
	{ "Right", K_RIGHT }, { "PgUp", K_PGUP }, { "PgDn", K_PGDN },
	{ "Home", K_HOME }, { "End", K_END }, { "Insert", K_INSERT },
	{ "Delete", K_DELETE },
};

int
key_parse(const char *name)
{
	size_t len = strlen(name);
	int32_t cp;
	char *end;
	long n;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].key;
	if (len >= 2 && name[0] == 'F') {
		n = strtol(name + 1, &end, 10);
		if (*end == '\0' && n >= 1 && n <= 12)
			return K_F1 + (int)n - 1;
	}
	if (len == 2 && name[0] == '^' && name[1] >= '@' && name[1] <= '_')
		return K_CTRL(name[1]);
	if (len > 0 && utf8_decode(name, len, &cp) == len && cp > ' ')
		return cp;
	return K_NONE;
}

const char *
key_sign(const char *name)
{
	static const char *const signs[][2] = { { "Up", "↑" }, { "Down", "↓" },
		{ "Left", "←" }, { "Right", "→" } };

	for (size_t i = 0; term_signs() && i < 4; i++)
		if (strcmp(signs[i][0], name) == 0)
			return signs[i][1];
	return name;
}

void
key_spell(int key, char out[16])
{
	size_t n;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].key == key) {
			snprintf(out, 16, "%s", names[i].name);
			return;
		}
	}
	if (key >= K_F1 && key <= K_F12) {
		snprintf(out, 16, "F%d", (key - K_F1 + 1) % 100);
	} else if (key < ' ') {
		snprintf(out, 16, "^%c", key + '@');
	} else {
		n = utf8_encode(key, out);
		out[n] = '\0';
	}
}

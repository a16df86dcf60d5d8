/*
 * Which keys a random walk presses. People's keys come in runs: labels one
 * after the other, a way through the views, a line typed after `:`. So steps
 * go in blocks of one mood each; what a block types is made whole, and its
 * steps take a key each of it.
 *
 * A "/" is only pressed where nothing is open: no path that is typed can lead
 * out of the test's folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/cmd.h"
#include "tagtiger/rng.h"

#include "driver.h"
#include "random.h"

#define BLOCK 40
#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

enum mood { LABELS, WAYS, BOUND, COMMAND, TYPED, CHAOS, SIZES, PASTED, MICE };

static struct {
	char (*v)[16];
	size_t n;
} bound;

void
random_keys_load(const char *root)
{
	char *path = xasprintf("%s/data/keys.conf", root);
	char line[512], key[16];
	FILE *f = fopen(path, "re");

	if (f == NULL)
		script_fail("%s is not there", path);
	while (fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "bind %*s '%1[^']'", key) != 1 &&
		    sscanf(line, "bind %*s %15s", key) != 1)
			continue;
		bound.v = xreallocarray(bound.v, bound.n + 1,
		    sizeof *bound.v);
		snprintf(bound.v[bound.n++], sizeof *bound.v, "%s", key);
	}
	fclose(f);
	free(path);
	if (bound.n == 0)
		script_fail("keys.conf binds nothing");
}

static void
seeded(struct rng *r, uint64_t seed, uint64_t i, uint64_t use)
{
	rng_seed(r, seed * 0x9e3779b97f4a7c15 ^ i * 0xbf58476d1ce4e5b9 ^
	    use << 56);
}

uint64_t
random_at(uint64_t seed, uint64_t i, uint64_t use, uint64_t n)
{
	struct rng r;

	seeded(&r, seed, i, use);
	return rng_below(&r, n);
}

static const char *
one_of(struct rng *r, const char *const *v, size_t n)
{
	return v[rng_below(r, n)];
}
#define ONE_OF(r, v) one_of(r, v, LENGTH(v))

/* ---- what is typed ---- */

static const char *const words[] = { "oppose", "support", "neutral", "report",
	"theme 07", "theme 1", "the|vote", "(", "[a-z]+$", "p005", "p03", "42",
	"0", "1", "7", "-3", "0.5", "on", "off", "quick", "tfidf", "out.csv",
	"texts.csv", "stance", "themes", "x", "a b", "\"", "'", "#", "%id",
	"--json", "Le Monde", "漢字かな", "é", "👩‍💻", "e\u0301", "שלום",
	"all", "none", "any", "nosuch", "a very long line of words indeed" };

static const char *const labels[] = { "oppose", "support", "neutral",
	"\"theme 03\"", "\"theme 21\"", "report" };

/* Commands of the project's people and of this machine are left alone, and
 * what would remove the project. */
static bool
typed_command(const struct command *c)
{
	static const char *const not[] = { "base", "user", "doctor", "delete",
		"bert", "suspend", "completion" };

	for (size_t i = 0; i < LENGTH(not); i++) {
		size_t len = strlen(not[i]);

		if (strncmp(c->name, not[i], len) == 0 &&
		    (c->name[len] == '\0' || c->name[len] == ' '))
			return false;
	}
	return c->where != CMD_HEADLESS_ONLY && !c->hidden;
}

static void
type_choice(struct rng *r, const char *choices, struct buf *out)
{
	size_t n = 1, at;
	const char *p = choices;

	for (; *p != '\0'; p++)
		n += *p == '|';
	at = rng_below(r, n);
	for (p = choices; at > 0; p++)
		at -= *p == '|';
	buf_add(out, p, strcspn(p, "|"));
}

static void
type_value(struct rng *r, const struct cmd_param *p, struct buf *out)
{
	static const char *const views[] = { "tag", "project", "quick",
		"scores", "table", "next", "labels", "people", "history" };
	static const char *const options[] = { "theme", "mouse", "borders",
		"emoji", "escape", "width", "side", "azerty", "theme?" };
	static const char *const values[] = { "on", "off", "dark", "light",
		"none", "auto", "ascii", "box", "40", "120", "default" };

	if (p->choices != NULL && rng_below(r, 8) > 0) {
		type_choice(r, p->choices, out);
	} else if (rng_below(r, 6) == 0) {
		buf_adds(out, ONE_OF(r, words));
	} else if (p->ref == REF_DOC) {
		buf_addf(out, "p%03d", (int)rng_below(r, 900));
	} else if (p->ref == REF_LABEL) {
		buf_adds(out, ONE_OF(r, labels));
	} else if (p->ref == REF_SCHEME) {
		buf_adds(out, rng_below(r, 2) ? "stance" : "themes");
	} else if (p->ref == REF_MODEL) {
		buf_adds(out, "quick");
	} else if (p->ref == REF_FEATURE) {
		buf_adds(out, "tfidf");
	} else if (p->ref == REF_VIEW) {
		buf_adds(out, ONE_OF(r, views));
	} else if (p->ref == REF_OPTION) {
		buf_adds(out, ONE_OF(r, options));
	} else if (p->ref == REF_OPTION_VALUE) {
		buf_adds(out, ONE_OF(r, values));
	} else if (p->ref == REF_COLUMN) {
		buf_adds(out, rng_below(r, 2) ? "source" : "stance");
	} else if (p->type == CMD_INT || p->type == CMD_REAL) {
		buf_addf(out, "%d", (int)rng_below(r, 12));
	} else if (p->type == CMD_FILE) {
		buf_adds(out, rng_below(r, 2) ? "texts.csv" : "out.csv");
	} else {
		buf_adds(out, ONE_OF(r, words));
	}
}

static void
type_command(struct rng *r, struct buf *out)
{
	const struct command *c;

	do
		c = cmd_at(rng_below(r, cmd_count()));
	while (!typed_command(c));
	buf_adds(out, c->name);
	for (size_t i = 0; c->params != NULL && c->params[i].name != NULL;
	     i++) {
		const struct cmd_param *p = &c->params[i];

		if (!p->required && p->ref != REF_OPTION &&
		    rng_below(r, p->ref == REF_OPTION_VALUE ? 2 : 6) > 0)
			continue;
		buf_addc(out, ' ');
		if (p->name[0] == '-')
			buf_addf(out, "%s ", p->name);
		if (p->type != CMD_FLAG)
			type_value(r, p, out);
	}
}

/* The key that comes at this place when a text is typed; false: past it. */
static bool
key_of(const char *text, size_t at, char out[16])
{
	size_t len;

	for (; *text != '\0'; text += len, at--) {
		len = 1;
		while (((unsigned char)text[len] & 0xc0) == 0x80)
			len++;
		if (at > 0)
			continue;
		if (*text == ' ')
			snprintf(out, 16, "Space");
		else if (*text == '/')
			snprintf(out, 16, "Esc");
		else
			snprintf(out, 16, "%.*s", (int)len, text);
		return true;
	}
	return false;
}

/* ---- moods ---- */

static void
press_key(struct press *p, const char *key)
{
	if (strcmp(key, "/") == 0)
		for (int i = 0; i < 4; i++)
			snprintf(p->keys[p->n++], sizeof p->keys[0], "Esc");
	snprintf(p->keys[p->n++], sizeof p->keys[0], "%s", key);
}

static void
press_line(struct press *p, const char *line)
{
	char key[16];

	press_key(p, ":");
	for (size_t i = 0; key_of(line, i, key); i++)
		press_key(p, key);
	press_key(p, "Enter");
}

/* Tag or Table, whatever is open; often without the filters that other keys
 * left. */
static void
press_tag(struct rng *r, struct press *p)
{
	for (int i = 0; i < 4; i++)
		press_key(p, "Esc");
	press_key(p, rng_below(r, 4) > 0 ? "F3" : "F4");
	if (rng_below(r, 4) > 0)
		press_line(p, "filter ''");
	if (rng_below(r, 8) == 0)
		press_line(p, "session clear");
}

/* Table: some rows are marked, or all, and get a label. */
static void
press_many(struct rng *r, struct press *p)
{
	static const char *const labels_of[] = { "1", "2", "3", "=", "0" };
	int n = 1 + (int)rng_below(r, 5);

	if (rng_below(r, 6) == 0)
		press_key(p, "*");
	else
		for (int i = 0; i < n; i++)
			press_key(p, "Space");
	press_key(p, ONE_OF(r, labels_of));
	if (rng_below(r, 2))
		press_key(p, "Enter");
	if (rng_below(r, 2))
		press_key(p, "y");
}

static void
press_labels(struct rng *r, size_t at, struct press *p)
{
	static const char *const often[] = { "1", "2", "3", "1", "2", "3", "1",
		"2", "3", "4", "7", "0", "Enter", "Enter", "p", ".", "=", "s",
		"b", "u" };
	static const char *const seldom[] = { "^R", "f", "Backspace", "Space",
		"PgDn", "j", "n", "N", "*", "y", "o", "a", "e", "g", "h", "-", "k", "d",
		"Esc", "End", "Home", "m", "w", ";", "c", "&" };

	if (at == 0) {
		press_tag(r, p);
	} else if (rng_below(r, 40) == 0) {
		press_key(p, "u");
		press_key(p, "^R");
	} else if (rng_below(r, 25) == 0) {
		press_many(r, p);
	} else if (rng_below(r, 12) > 0) {
		press_key(p, ONE_OF(r, often));
	} else {
		press_key(p, ONE_OF(r, seldom));
	}
}

static void
press_ways(struct rng *r, struct press *p)
{
	static const char *const ways[] = { "Tab", "S-Tab", "F2", "F3", "F4",
		"F5", "F6", "F7", "F8", "F9", "F10", "Up", "Down", "Left",
		"Right", "Up", "Down", "Left", "Right", "Enter", "Enter",
		"Esc", "Esc", "Home", "End", "PgUp", "PgDn", "Space", "1", "2",
		"3", "4", "5", "6", "7", "8", "9", "?", "j", "k", "g", "G",
		"s", "a", "n", "q" };

	press_key(p, ONE_OF(r, ways));
}

static void
press_chaos(struct rng *r, int ascii, struct press *p)
{
	static const char *const wide[] = { "漢", "é", "ß", "Ω", "😀", "ש",
		"\u0301", "\u200d", "ﬁ", "€", "ñ" };
	char name[16];

	switch (rng_below(r, 6)) {
	case 0:
		snprintf(name, sizeof name, "^%c",
		    (int)('@' + rng_below(r, 32)));
		break;
	case 1:
		snprintf(name, sizeof name, "F%d", 1 + (int)rng_below(r, 12));
		break;
	case 2:
		if (!ascii) {
			snprintf(name, sizeof name, "%s", ONE_OF(r, wide));
			break;
		}
		/* fall through */
	default:
		snprintf(name, sizeof name, "%c",
		    (int)('!' + rng_below(r, '~' - '!' + 1)));
	}
	press_key(p, name);
}

static void
press_size(struct rng *r, struct press *p)
{
	static const int sizes[][2] = { { 24, 80 }, { 50, 160 }, { 5, 20 },
		{ 60, 200 }, { 3, 10 }, { 24, 40 }, { 8, 80 } };
	size_t at = rng_below(r, 2 * LENGTH(sizes));

	if (at < LENGTH(sizes)) {
		p->lines = sizes[at][0];
		p->columns = sizes[at][1];
	} else {
		p->lines = 3 + (int)rng_below(r, 58);
		p->columns = 10 + (int)rng_below(r, 191);
	}
}

static void
press_mouse(struct rng *r, struct press *p)
{
	static const char *const what[] = { "click", "click", "twice", "up",
		"down" };

	p->mouse = ONE_OF(r, what);
	p->line = (int)rng_below(r, rng_below(r, 4) ? 24 : 60);
	p->column = (int)rng_below(r, rng_below(r, 4) ? 80 : 200);
}

static enum mood
mood_of(struct rng *r)
{
	static const int shares[] = { [LABELS] = 32, [WAYS] = 17,
		[BOUND] = 16, [COMMAND] = 9, [TYPED] = 9, [CHAOS] = 8,
		[SIZES] = 4, [PASTED] = 2, [MICE] = 3 };
	int at = (int)rng_below(r, 100);

	for (size_t i = 0; i < LENGTH(shares); i++) {
		at -= shares[i];
		if (at < 0)
			return (enum mood)i;
	}
	return CHAOS;
}

/* What a block types: the key that opens a line, the line, and its end. */
static bool
press_typed(struct rng *block, enum mood mood, size_t at, int ascii,
    struct press *p)
{
	static const char *const openers[] = { "/", ";", "c", "a", "r", "L",
		"Enter", "?", "i", "f", "e" };
	static const char *const ends[] = { "Enter", "Enter", "Enter", "Esc",
		"Tab", "^C", "Down" };
	const char *opener = mood == COMMAND ? ":" : ONE_OF(block, openers);
	const char *end = mood == COMMAND && rng_below(block, 4) > 0 ?
	    "Enter" : ONE_OF(block, ends);
	struct buf text = BUF_INIT;
	char key[16];
	bool there = true;

	if (mood == COMMAND)
		type_command(block, &text);
	else
		buf_adds(&text, ONE_OF(block, words));
	if (at == 0) {
		press_key(p, opener);
	} else if (mood == PASTED && at == 1) {
		press_key(p, "Paste");
	} else if (key_of(buf_str(&text), at - 1 - (mood == PASTED), key)) {
		if (!ascii || key[0] > 0)
			press_key(p, key);
		else
			press_key(p, "?");
	} else if (key_of(buf_str(&text), at - 2 - (mood == PASTED), key)) {
		press_key(p, mood == PASTED ? "PasteEnd" : end);
	} else {
		there = false;
	}
	buf_free(&text);
	return there;
}

void
random_press(uint64_t seed, long i, int ascii, struct press *out)
{
	uint64_t number = (uint64_t)i / BLOCK;
	size_t at = (size_t)i % BLOCK;
	struct rng block, r;
	enum mood mood;

	*out = (struct press){ 0 };
	seeded(&block, seed, number, 1);
	seeded(&r, seed, (uint64_t)i, 2);
	mood = mood_of(&block);
	if (mood == COMMAND || mood == TYPED || mood == PASTED) {
		if (press_typed(&block, mood, at, ascii, out))
			return;
		mood = rng_below(&block, 2) ? LABELS : WAYS;
		at = 1;
	}
	if (mood == LABELS)
		press_labels(&r, at, out);
	else if (mood == WAYS)
		press_ways(&r, out);
	else if (mood == BOUND)
		press_key(out, bound.v[rng_below(&r, bound.n)]);
	else if (mood == SIZES && rng_below(&r, 4) == 0)
		press_size(&r, out);
	else if (mood == MICE && rng_below(&r, 3) > 0)
		press_mouse(&r, out);
	else if (mood == SIZES || mood == MICE)
		press_ways(&r, out);
	else
		press_chaos(&r, ascii, out);
}

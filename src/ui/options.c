/*
 * What the screen is like for this account: set by `set NAME VALUE`, or on
 * the sheets of `set` and of `d`. What belongs to the terminal (its colours,
 * the mouse) is kept in a file of this account, options.conf (optfile.c), and
 * holds everywhere; what belongs to the work is kept in the project. The
 * file may name those too: then it is what a project starts with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/param.h"

#include "options.h"
#include "priv.h"

static void
mouse_changed(int value)
{
	term_mouse(value);
}

static void
theme_changed(int value)
{
	style_theme((enum theme)value);
	scr_redraw_all();
}

/* Texts are laid out again: signs have other widths now. */
static void
signs_changed(int value)
{
	(void)value;
	view_changed(~(unsigned)CHANGES_VIEW, false);
}

/* Some things are read with the text. */
static void
read_changed(int value)
{
	(void)value;
	view_changed(CHANGES_SETTINGS, true);
}

static void
escape_changed(int value)
{
	term_escape(value);
}

#define FLAG(n, h, d) .name = n, .help = h, .type = OPTION_FLAG, .def = d,   \
	.max = 1
#define CHOICE(n, h, c, last) .name = n, .help = h, .type = OPTION_CHOICE,    \
	.choices = c, .max = last

static const struct option_info table[OPTIONS] = {
	[OPT_CONTEXT] = { FLAG("context", "columns beside the text", 1) },
	[OPT_PREDICTION] = { FLAG("prediction", "the model's probabilities",
	    1) },
	[OPT_COUNTS] = { FLAG("counts", "how many texts carry each label", 1) },
	[OPT_WHY] = { FLAG("why", "why this text was chosen", 1) },
	[OPT_PROGRESS] = { FLAG("progress", "texts of this session, and of "
	    "the set", 1) },
	[OPT_COMMENT] = { FLAG("comment", "the comment on the text", 1) },
	[OPT_OTHERS] = { FLAG("others", "what others said, once you have; "
	    "managers always", 0), .changed = read_changed },
	[OPT_HIGHLIGHT] = { FLAG("highlight", "your words and patterns, marked "
	    "in the text", 1), .changed = read_changed },
	[OPT_LIMIT] = { FLAG("limit", "where the model stops reading the text",
	    1), .changed = read_changed },
	[OPT_SIDE] = { FLAG("side", "the pane beside the text, on wide screens",
	    1) },
	[OPT_CODEBOOK] = { FLAG("codebook", "in it: what the label under the "
	    "cursor means", 1) },
	[OPT_CURVE] = { FLAG("curve", "in it: the score by number of labels",
	    1) },
	[OPT_PEOPLE] = { FLAG("people", "in it: who tags, and how much in the "
	    "last hour", 1) },
	[OPT_WIDTH] = { .name = "width", .help = "of the text, at most",
	    .type = OPTION_NUMBER, .def = 80, .min = 20, .max = 200, .step = 4,
	    .unit = "columns" },
	[OPT_AZERTY] = { FLAG("azerty", "AZERTY's unshifted digit row is digits",
	    0), .user = true },
	[OPT_THEME] = { CHOICE("theme", "colours for that background",
	    "auto|dark|light|none", 3), .user = true,
	    .changed = theme_changed },
	[OPT_MOUSE] = { FLAG("mouse", "click and wheel; Shift-drag still "
	    "selects", 0), .user = true, .changed = mouse_changed },
	[OPT_BORDERS] = { CHOICE("borders", "lines, bars and plots: as the "
	    "locale allows, or ASCII", "auto|ascii", 1), .user = true,
	    .changed = signs_changed },
	[OPT_EMOJI] = { CHOICE("emoji", "as it is, or a box where widths are "
	    "in doubt", "show|box", 1), .user = true,
	    .changed = signs_changed },
	[OPT_BIDI] = { FLAG("bidi", "marks that keep right-to-left texts apart, "
	    "where the terminal reorders", 1), .user = true,
	    .changed = signs_changed },
	[OPT_ESCAPE] = { .name = "escape", .help = "wait after Esc for the "
	    "rest of a key", .type = OPTION_NUMBER,
	    .def = 25, .max = 2000, .step = 25, .unit = "ms", .user = true,
	    .changed = escape_changed },
};

static struct {
	int values[OPTIONS];
	int defaults[OPTIONS]; /* the table's, or options.conf's */
	bool ready;
} now;

static void
ready(void)
{
	if (now.ready)
		return;
	for (int i = 0; i < OPTIONS; i++)
		now.values[i] = now.defaults[i] = table[i].def;
	now.ready = true;
}

int
option_get(enum option o)
{
	return now.ready ? now.values[o] : table[o].def;
}

const struct option_info *
option_info(enum option o)
{
	return &table[o];
}

int
option_find(const char *name)
{
	for (int i = 0; i < OPTIONS; i++)
		if (strcmp(table[i].name, name) == 0)
			return i;
	return -1;
}

/* ---- values as words ---- */

void
option_spell(enum option o, int value, struct buf *out)
{
	const char *c = table[o].choices;

	switch (table[o].type) {
	case OPTION_FLAG:
		buf_adds(out, value ? "on" : "off");
		return;
	case OPTION_NUMBER:
		buf_addf(out, "%d", value);
		return;
	case OPTION_CHOICE:
		for (; value > 0; value--)
			c += strcspn(c, "|") + 1;
		buf_add(out, c, strcspn(c, "|"));
	}
}

static bool
choice_parse(const char *choices, const char *word, int *value)
{
	size_t len = strlen(word);

	for (*value = 0;; ++*value) {
		size_t n = strcspn(choices, "|");

		if (n == len && strncmp(choices, word, n) == 0)
			return true;
		if (choices[n] == '\0')
			return false;
		choices += n + 1;
	}
}

static bool
number_parse(const struct option_info *t, const char *word, int *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(word, &end, 10);
	if (end == word || *end != '\0' || errno != 0 || n < t->min ||
	    n > t->max)
		return false;
	*value = (int)n;
	return true;
}

int
option_parse(enum option o, const char *word, int *value, struct err *err)
{
	const struct option_info *t = &table[o];

	if (strcmp(word, "default") == 0) {
		*value = t->def;
		return 0;
	}
	if (t->type == OPTION_FLAG) {
		if (choice_parse("off|on", word, value) ||
		    choice_parse("no|yes", word, value) ||
		    choice_parse("0|1", word, value))
			return 0;
		return err_set(err, "%s is on or off, not '%s'", t->name, word);
	}
	if (t->type == OPTION_CHOICE) {
		if (choice_parse(t->choices, word, value))
			return 0;
		return err_set(err, "%s is one of %s, not '%s'", t->name,
		    t->choices, word);
	}
	if (number_parse(t, word, value))
		return 0;
	return err_set(err, "%s is a number from %d to %d (%s), not '%s'",
	    t->name, t->min, t->max, t->unit, word);
}

/* ---- kept in the project ---- */

static int
load_fetch(struct fetch *f)
{
	int *got = f->data;
	struct err ignored = { 0 };

	for (int i = 0; i < OPTIONS; i++) {
		char *key, *word;

		got[i] = -1;
		if (table[i].user)
			continue;
		key = xasprintf("screen.%s", table[i].name);
		word = account_get(ui.project, key, &ignored);
		if (word != NULL && option_parse((enum option)i, word, &got[i],
		    &ignored) < 0)
			got[i] = -1;
		free(word);
		free(key);
	}
	return 0;
}

static void
load_done(struct view *v, struct fetch *f)
{
	const int *got = f->data;

	(void)v;
	for (int i = 0; i < OPTIONS; i++)
		if (!table[i].user)
			now.values[i] = got[i] >= 0 ? got[i] : now.defaults[i];
	ui_redraw();
}

void
options_load(void)
{
	ready();
	fetch_start(NULL, fetch_new(load_fetch, load_done, free,
	    xcalloc(1, sizeof now.values)));
}

/* ---- setting ---- */

struct keep {
	enum option option;
	char *word;
	struct err err;
};

static int
keep_fetch(struct fetch *f)
{
	struct keep *k = f->data;
	char *key;
	int rc;

	if (table[k->option].user)
		return optfile_write(table[k->option].name, k->word, &k->err);
	if (ui.project == NULL)
		return 0;
	key = xasprintf("screen.%s", table[k->option].name);
	rc = account_set(ui.project, key, k->word, &k->err);
	free(key);
	return rc;
}

static void
keep_done(struct view *v, struct fetch *f)
{
	struct keep *k = f->data;

	(void)v;
	if (f->job.result < 0)
		ui_error(&k->err);
}

static void
keep_drop(void *data)
{
	struct keep *k = data;

	free(k->word);
	free(k);
}

static void
apply(enum option o, int value)
{
	ready();
	if (now.values[o] == value)
		return;
	now.values[o] = value;
	if (table[o].changed != NULL)
		table[o].changed(value);
	ui_redraw();
}

void
option_set(enum option o, int value)
{
	const struct option_info *t = &table[o];
	struct buf word = BUF_INIT;
	struct keep *k;

	apply(o, value < t->min ? t->min : value > t->max ? t->max : value);
	if (!t->user && !ui.open)
		return;
	option_spell(o, now.values[o], &word);
	k = xcalloc(1, sizeof *k);
	*k = (struct keep){ o, buf_take(&word), { 0 } };
	fetch_save(NULL, fetch_new(keep_fetch, keep_done, keep_drop, k));
}

/* One line of options.conf. */
int
option_preset(const char *name, const char *word, struct err *err)
{
	int o = option_find(name), value = 0;

	if (o < 0)
		return err_set(err, "no option is called '%s'", name);
	if (option_parse((enum option)o, word, &value, err) < 0)
		return -1;
	ready();
	now.defaults[o] = value;
	apply((enum option)o, value);
	return 0;
}

void
options_start(struct buf *problems)
{
	now.ready = false;
	ready();
	optfile_read(problems);
	/* each tells the terminal once, whatever it was before */
	for (int i = 0; i < OPTIONS; i++)
		if (table[i].changed != NULL && table[i].changed !=
		    signs_changed && table[i].changed != read_changed)
			table[i].changed(now.values[i]);
}

/* ---- `set`, `set NAME`, `set NAME?`, `set NAME VALUE` ---- */

static void
say(enum option o, enum message_kind kind)
{
	const struct option_info *t = &table[o];
	struct buf b = BUF_INIT;

	option_spell(o, option_get(o), &b);
	if (t->unit != NULL)
		buf_addf(&b, " %s", t->unit);
	if (o == OPT_THEME && option_get(o) != THEME_NONE && term_no_colour())
		buf_adds(&b, ", but NO_COLOR is set");
	else if (o == OPT_MOUSE && option_get(o) && !term_has_mouse())
		buf_adds(&b, ", but this terminal reports none");
	if (kind == MSG_NOTE)
		buf_addf(&b, ": %s", t->help);
	ui_message(kind, "%s is %s", t->name, buf_str(&b));
	buf_free(&b);
}

static void
unknown(const char *name)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < OPTIONS; i++)
		buf_addf(&b, "%s%s", i > 0 ? ", " : "", table[i].name);
	ui_message(MSG_ERROR, "no option is called '%s': there are %s", name,
	    buf_str(&b));
	buf_free(&b);
}

void
options_command(struct view *v, struct cmd_call *c)
{
	const char *name = cmd_str(c, "OPTION"), *word = cmd_str(c, "VALUE");
	size_t len = name != NULL ? strlen(name) : 0;
	bool asked = len > 1 && name[len - 1] == '?';
	struct err err = { 0 };
	char *plain;
	int o, value;

	if (name == NULL) {
		options_open_all(v);
		return;
	}
	plain = xstrndup(name, len - asked);
	o = option_find(plain);
	if (o < 0) {
		unknown(plain);
	} else if (asked || (word == NULL && table[o].type != OPTION_FLAG)) {
		say((enum option)o, MSG_NOTE);
	} else {
		value = !option_get((enum option)o);
		if (word != NULL &&
		    option_parse((enum option)o, word, &value, &err) < 0) {
			ui_error(&err);
		} else {
			option_set((enum option)o, value);
			say((enum option)o, MSG_DONE);
		}
	}
	free(plain);
}

/* For completion; the table never changes, so any thread may ask. */
void
options_names(enum cmd_ref ref, const char *of, cmd_name_add *add, void *arg)
{
	int o = of != NULL ? option_find(of) : -1;

	for (int i = 0; ref == REF_OPTION && i < OPTIONS; i++)
		add(arg, table[i].name, table[i].help);
	if (ref != REF_OPTION_VALUE || o < 0)
		return;
	for (int i = table[o].min; i <= table[o].max &&
	     table[o].type != OPTION_NUMBER; i++) {
		struct buf b = BUF_INIT;

		option_spell((enum option)o, i, &b);
		add(arg, buf_str(&b), i == table[o].def ? "the default" : NULL);
		buf_free(&b);
	}
}

/*
 * A line to type in, on the message line: `:`, and the questions that views
 * ask. Above it stand its completions, or what the view says to what is
 * typed so far.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"

#include "priv.h"

#define HISTORY 500
#define SHOWN 8 /* lines above the prompt */

/* ---- history: of this account, over all projects ---- */

static struct {
	char **v;
	size_t n, cap;
	char *path;
} history;

static char *
history_path(void)
{
	const char *dir = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (dir != NULL && dir[0] == '/')
		return xasprintf("%s/tagtiger/commands", dir);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/.local/state/tagtiger/commands", home);
	return NULL;
}

static void
history_keep(const char *line)
{
	if (history.n > 0 && strcmp(history.v[history.n - 1], line) == 0)
		return;
	history.v = array_room(history.v, history.n, &history.cap,
	    sizeof *history.v);
	history.v[history.n++] = xstrdup(line);
}

void
prompt_history_load(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	FILE *f;

	prompt_history_free();
	history.path = history_path();
	f = history.path != NULL ? fopen(history.path, "re") : NULL;
	if (f == NULL)
		return;
	while ((len = getline(&line, &cap, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		history_keep(line);
	}
	free(line);
	fclose(f);
}

void
prompt_history_free(void)
{
	for (size_t i = 0; i < history.n; i++)
		free(history.v[i]);
	free(history.v);
	free(history.path);
	memset(&history, 0, sizeof history);
}

static void
make_parents(char *path)
{
	for (char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

/* Rewritten shorter when it has grown to twice what is kept. What fails here
 * costs a line of history and nothing else. */
static void
history_add(const char *line)
{
	bool trim = history.n >= 2 * HISTORY;
	FILE *f;

	history_keep(line);
	if (history.path == NULL)
		return;
	make_parents(history.path);
	f = fopen(history.path, trim ? "we" : "ae");
	if (f == NULL)
		return;
	fchmod(fileno(f), 0600);
	for (size_t i = trim ? history.n - HISTORY : history.n - 1;
	     i < history.n; i++)
		fprintf(f, "%s\n", history.v[i]);
	fclose(f);
}

/* ---- the prompt ---- */

struct prompt_state {
	struct prompt p;
	char *label, *hint;
	struct edit edit;
	size_t back; /* in the history: 0 is the line being typed */
	char *typed; /* that line, while another is shown */
	struct cmd_candidates found;
	size_t at; /* of the candidates, when chosen */
	bool chosen, asked;
	struct buf lines;
};

static void
candidates_clear(struct prompt_state *s)
{
	cmd_candidates_free(&s->found);
	memset(&s->found, 0, sizeof s->found);
	s->chosen = false;
}

static void
prompt_preview(struct view *v)
{
	struct prompt_state *s = v->state;

	buf_clear(&s->lines);
	if (s->p.preview != NULL)
		s->p.preview(v->below, buf_str(&s->edit.text), s->p.arg,
		    &s->lines);
}

static void
prompt_close(struct view *v)
{
	struct prompt_state *s = v->state;

	candidates_clear(s);
	if (s->p.drop != NULL)
		s->p.drop(s->p.arg);
	edit_free(&s->edit);
	buf_free(&s->lines);
	free(s->label);
	free(s->hint);
	free(s->typed);
}

/* Only lines that begin as what was typed does. */
static bool
history_fits(const struct prompt_state *s, size_t back)
{
	const char *line = history.v[history.n - back];

	return strncmp(line, s->typed, strlen(s->typed)) == 0 &&
	    strcmp(line, buf_str(&s->edit.text)) != 0;
}

static void
prompt_history_go(struct prompt_state *s, int step)
{
	size_t back = s->back;

	if (back == 0) {
		free(s->typed);
		s->typed = xstrdup(buf_str(&s->edit.text));
	}
	do {
		if (step < 0 ? back == history.n : back == 0)
			return;
		back = step < 0 ? back + 1 : back - 1;
	} while (back > 0 && !history_fits(s, back));
	s->back = back;
	edit_set(&s->edit, back == 0 ? s->typed : history.v[history.n - back]);
}

/* ---- completion: in the store's lane, since names live in the project ---- */

struct completing {
	char *line;
	size_t cursor;
	bool path; /* not a command: the name of a file */
	struct cmd_candidates found;
};

static int
complete_fetch(struct fetch *f)
{
	struct completing *c = f->data;

	if (c->path)
		cmd_complete_path(c->line, c->cursor, &c->found);
	else
		cmd_complete(c->line, c->cursor, true, ui.project, &c->found);
	return 0;
}

static void
complete_drop(void *data)
{
	struct completing *c = data;

	cmd_candidates_free(&c->found);
	free(c->line);
	free(c);
}

static void
put_candidate(struct prompt_state *s, size_t start, const char *text,
    const char *after)
{
	char *rest = xstrdup(buf_str(&s->edit.text) + s->edit.at);
	char *head = xstrndup(buf_str(&s->edit.text), start);
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s%s%s", head, text, after);
	buf_clear(&s->edit.text);
	buf_addf(&s->edit.text, "%s%s", buf_str(&b), rest);
	s->edit.at = b.len;
	buf_free(&b);
	free(head);
	free(rest);
}

static size_t
common_start(const struct cmd_candidates *c)
{
	size_t n = strlen(c->v[0].text);

	for (size_t i = 1; i < c->n; i++) {
		size_t same = 0;

		while (same < n && c->v[i].text[same] == c->v[0].text[same])
			same++;
		n = same;
	}
	/* never half a character */
	while (n > 0 && ((unsigned char)c->v[0].text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
complete_done(struct view *v, struct fetch *f)
{
	struct prompt_state *s = v->state;
	struct completing *c = f->data;
	size_t common;

	if (strcmp(c->line, buf_str(&s->edit.text)) != 0 ||
	    c->cursor != s->edit.at)
		return; /* typed on meanwhile */
	candidates_clear(s);
	if (c->found.n == 0)
		return;
	if (c->found.n == 1) {
		put_candidate(s, c->found.start, c->found.v[0].text,
		    c->found.v[0].partial || s->p.path ? "" : " ");
		prompt_preview(v);
		return;
	}
	common = common_start(&c->found);
	if (common > s->edit.at - c->found.start) {
		char *start = xstrndup(c->found.v[0].text, common);

		put_candidate(s, c->found.start, start, "");
		free(start);
	}
	s->found = c->found;
	memset(&c->found, 0, sizeof c->found);
	s->at = 0;
	s->chosen = false;
}

static void
complete(struct view *v, int step)
{
	struct prompt_state *s = v->state;
	struct completing *c;
	struct fetch *f;

	if (s->found.n > 1) { /* from one to the next */
		s->at = s->chosen ? (s->at + s->found.n + (size_t)step) %
		    s->found.n : step > 0 ? 0 : s->found.n - 1;
		s->chosen = true;
		put_candidate(s, s->found.start, s->found.v[s->at].text, "");
		return;
	}
	c = xcalloc(1, sizeof *c);
	c->line = xstrdup(buf_str(&s->edit.text));
	c->cursor = s->edit.at;
	c->path = s->p.path;
	f = fetch_new(complete_fetch, complete_done, complete_drop, c);
	f->act = true;
	fetch_start(v, f);
}

/* ---- keys ---- */

static unsigned
prompt_enter(struct view *v)
{
	struct prompt_state *s = v->state;
	struct view *owner = v->below;
	unsigned serial = v->serial, what;
	char *text = xstrdup(buf_str(&s->edit.text));

	if (s->p.command) {
		view_close(v);
		if (text[strspn(text, " ")] != '\0') {
			history_add(text);
			run_line(owner, text);
		}
		free(text);
		return R_REDRAW;
	}
	what = s->p.done(owner, text, s->p.arg);
	free(text);
	if (what != R_NONE && view_alive(v, serial))
		view_close(v);
	if (owner != NULL && what != R_NONE)
		view_mark(owner, what & ~(unsigned)R_CLOSE);
	return R_REDRAW;
}

static unsigned
prompt_key(struct view *v, int key)
{
	struct prompt_state *s = v->state;
	unsigned what;

	if (key == K_ESC || key == K_CTRL('C') ||
	    (key == K_BACKSPACE && s->edit.text.len == 0))
		return R_CLOSE | R_REDRAW;
	if (key == K_ENTER)
		return prompt_enter(v);
	if ((key == K_TAB || key == K_BACKTAB) && (s->p.command || s->p.path)) {
		complete(v, key == K_TAB ? 1 : -1);
		return R_REDRAW;
	}
	if (s->p.command && (key == K_UP || key == K_DOWN)) {
		prompt_history_go(s, key == K_UP ? -1 : 1);
		candidates_clear(s);
		return R_REDRAW;
	}
	if (key == K_CTRL('Z') || key == K_CTRL('L'))
		return R_PASS;
	what = edit_key(&s->edit, key);
	if (!(what & R_PASS)) {
		s->back = 0; /* the line is one's own again */
		candidates_clear(s);
		prompt_preview(v);
	}
	return R_REDRAW;
}

/* ---- drawing ---- */

/* Lines that stand above the prompt, over whatever is there. */
static int
lines_above(const char *text, int y, int w)
{
	int n = 0;

	for (const char *p = text; *p != '\0'; n++)
		p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
	if (n == 0)
		return 0;
	scr_rule(y - n - 1, 0, w);
	for (int i = 0; i < n; i++) {
		size_t len = strcspn(text, "\n");

		scr_clear(y - n + i, 0, w);
		scr_putn(y - n + i, 1, w - 2, ST_TEXT, text, len);
		text += len + 1;
	}
	return n;
}

static void
candidates_draw(const struct prompt_state *s, int y, int w)
{
	size_t n = s->found.n < SHOWN ? s->found.n : SHOWN, top = 0;
	int widest = 0, width;

	if (n == 0)
		return;
	if (s->at >= n)
		top = s->at - n + 1;
	for (size_t i = top; i < top + n; i++) {
		width = glyph_width(s->found.v[i].text,
		    strlen(s->found.v[i].text));
		widest = width > widest ? width : widest;
	}
	scr_rule(y - (int)n - 1, 0, w);
	for (size_t i = 0; i < n; i++) {
		const struct cmd_candidate *c = &s->found.v[top + i];
		int row = y - (int)n + (int)i;
		bool here = s->chosen && top + i == s->at;

		scr_clear(row, 0, w);
		scr_put(row, 1, 1, ST_ACCENT, here ? "▸" : " ");
		scr_cut(row, 3, widest, here ? ST_STRONG : ST_TEXT, c->text);
		if (c->help != NULL)
			scr_cut(row, 5 + widest, w - 6 - widest, ST_TEXT,
			    c->help);
	}
	if (s->found.n > n)
		scr_rightf(y - 1, w / 2, w - w / 2 - 1, ST_TEXT, "%zu in all",
		    s->found.n);
}

static void
prompt_draw(struct view *v, struct rect r)
{
	struct prompt_state *s = v->state;
	int y = r.y + r.h, w = r.w, x;

	if (s->found.n > 1)
		candidates_draw(s, y, w);
	else
		lines_above(buf_str(&s->lines), y, w);
	scr_clear(y, 0, w);
	x = 1 + scr_put(y, 1, w - 10, ST_STRONG, s->label);
	edit_draw(&s->edit, y, x, w - x - 1);
	if (message_beside(r))
		return;
	hints_draw(y + 1, s->hint != NULL ? s->hint : s->p.command ?
	    "Enter run   Tab complete   ↑↓ history   Esc leave" : s->p.path ?
	    "Enter apply   Tab complete   Esc leave" :
	    "Enter apply   Esc leave");
}

static const char *const no_contexts[] = { NULL };
static const char *const any_context[] = { "any", NULL };

static const struct view_ops prompt_ops = {
	.name = "prompt", .overlay = true, .asks = true,
	.state_size = sizeof(struct prompt_state), .contexts = any_context,
	.close = prompt_close, .draw = prompt_draw, .key = prompt_key,
};

void
prompt_open(struct view *owner, const struct prompt *p)
{
	struct view *v = view_open(&prompt_ops);
	struct prompt_state *s;

	if (v == NULL)
		return;
	v->below = owner;
	s = v->state;
	s->p = *p;
	s->label = xstrdup(p->label);
	s->hint = xstrdup(p->hint);
	edit_set(&s->edit, p->initial != NULL ? p->initial : "");
	prompt_preview(v);
}

/* ---- a question with a key an answer ---- */

struct question {
	const struct answer *answers;
	char *text;
	void *arg;
	void (*drop)(void *);
};

static void
question_close(struct view *v)
{
	struct question *q = v->state;

	if (q->drop != NULL)
		q->drop(q->arg);
	free(q->text);
}

static unsigned
question_key(struct view *v, int key)
{
	struct question *q = v->state;

	for (size_t i = 0; q->answers[i].key != 0; i++) {
		if (q->answers[i].key != key)
			continue;
		if (q->answers[i].chosen != NULL)
			q->answers[i].chosen(v->below, q->arg);
		return R_CLOSE | R_REDRAW;
	}
	return key == K_ESC || key == K_CTRL('C') || key == 'q' ?
	    R_CLOSE | R_REDRAW : R_REDRAW;
}

static void
question_draw(struct view *v, struct rect r)
{
	struct question *q = v->state;
	struct buf hints = BUF_INIT;
	char name[16];

	message_ask(r, q->text);
	for (size_t i = 0; q->answers[i].key != 0; i++) {
		key_spell(q->answers[i].key, name);
		buf_addf(&hints, "%s%s %s", i > 0 ? "   " : "", name,
		    q->answers[i].word);
	}
	hints_draw(r.y + r.h + 1, buf_str(&hints));
	buf_free(&hints);
}

static const struct view_ops question_ops = {
	.name = "question", .overlay = true, .asks = true,
	.state_size = sizeof(struct question), .contexts = no_contexts,
	.close = question_close, .draw = question_draw, .key = question_key,
};

void
question_open(struct view *owner, const char *text,
    const struct answer *answers, void *arg, void (*drop)(void *))
{
	struct view *v = view_open(&question_ops);
	struct question *q;

	if (v == NULL)
		return;
	v->below = owner;
	q = v->state;
	*q = (struct question){ .answers = answers, .text = xstrdup(text),
		.arg = arg, .drop = drop };
}

/*
 * Project, history: all that was done, newest first, a part of it in memory.
 * What is shown is narrowed by a line of words: "user:bob kind:tag coal".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tagtiger/alloc.h"
#include "tagtiger/current.h"
#include "tagtiger/doc.h"
#include "tagtiger/history.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"
#include "tagtiger/utf8.h"

#include "../priv.h"

#define CHUNK 300 /* rows; two of them are in memory */

struct row {
	struct event e;
	char *who;
};

/* A question to the log, and what came of it. */
struct reading {
	char *query;
	unsigned generation;
	size_t chunk; /* the first of the two that are wanted */
	bool last;    /* instead: the two last ones */
	struct history_place *starts; /* (nstarts) of chunks, as far as known */
	size_t nstarts;
	struct row *v; /* (n) from chunk * CHUNK on */
	size_t n;
	bool more; /* after these */
	size_t total; /* rows; 0: not yet known */
	struct err err;
};

struct history_state {
	struct reading r;
	char *query;
	struct list list;
	size_t waits; /* readings under way */
	bool ready, error;
};

/* A reading whose question is no longer asked stops. */
static atomic_uint generation;

static void
rows_free(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++) {
		event_free(&r->v[i].e);
		free(r->v[i].who);
	}
	free(r->v);
	r->v = NULL;
	r->n = 0;
}

static void
reading_clear(struct reading *r)
{
	rows_free(r);
	free(r->starts);
	free(r->query);
	memset(r, 0, sizeof *r);
}

static void
reading_drop(void *data)
{
	reading_clear(data);
	free(data);
}

/* ---- the question ---- */

struct question {
	struct history_filter f;
	char *words; /* folded; "" any */
};

static int
date_of(const char *s, int64_t *ms, struct err *err)
{
	struct tm tm = { .tm_mday = 1, .tm_isdst = -1 };
	const char *end = strptime(s, "%Y-%m-%d", &tm);

	if (end == NULL || *end != '\0')
		return err_set_status(err, ERR_USAGE, "'%s' is no date: write "
		    "it as 2026-11-23", s);
	*ms = (int64_t)mktime(&tm) * 1000;
	return 0;
}

static int
word_take(struct project *p, const char *word, struct question *q,
    struct buf *words, struct err *err)
{
	const char *value = strchr(word, ':');
	size_t n = value != NULL ? (size_t)(value - word) : 0;
	struct scheme s = { 0 };
	enum event_kind kind;
	int found;

	value = value != NULL ? value + 1 : "";
	if (n == 4 && strncmp(word, "user", n) == 0) {
		found = user_find(p, value, &q->f.uid, err);
		return found != 0 ? found : err_set_status(err, ERR_NAME,
		    "no user of the project is called '%s'", value);
	}
	if (n == 4 && strncmp(word, "kind", n) == 0) {
		if (event_kind_of_name(value, &kind) < 0)
			return err_set_status(err, ERR_NAME, "the log has no "
			    "kind of act '%s': f lists them", value);
		q->f.kind = (int)kind;
		return 0;
	}
	if (n == 6 && strncmp(word, "scheme", n) == 0) {
		if (scheme_find(p, value, &s, err) < 0)
			return -1;
		q->f.scheme = s.id;
		scheme_free(&s);
		return 0;
	}
	if (n == 4 && strncmp(word, "text", n) == 0)
		return doc_need(p, value, &q->f.doc, err);
	if (n == 5 && strncmp(word, "since", n) == 0)
		return date_of(value, &q->f.since, err);
	if (n == 5 && strncmp(word, "until", n) == 0)
		return date_of(value, &q->f.until, err);
	if (strcmp(word, "imports") == 0) {
		q->f.bulk = true;
		return 0;
	}
	buf_addf(words, "%s%s", words->len > 0 ? " " : "", word);
	return 0;
}

static int
question_of(struct project *p, const char *query, struct question *q,
    struct err *err)
{
	struct buf words = BUF_INIT;
	char **v;
	int n = cmd_split(query, &v, err), rc = 0;

	*q = (struct question){ .f = HISTORY_ALL };
	if (n < 0)
		return -1;
	for (int i = 0; i < n && rc >= 0; i++)
		rc = word_take(p, v[i], q, &words, err);
	cmd_words_free(v);
	q->words = utf8_fold(buf_str(&words), words.len);
	buf_free(&words);
	if (rc < 0)
		free(q->words);
	return rc < 0 ? -1 : 0;
}

/* ---- reading ---- */

static bool
says(const struct event *e, const char *who, const char *words)
{
	const char *kind = event_kind_name(e->kind);
	char *all, *folded;
	bool has;

	if (words[0] == '\0')
		return true;
	all = xasprintf("%s %s %s", who, kind != NULL ? kind : "", e->summary);
	folded = utf8_fold(all, strlen(all));
	has = strstr(folded, words) != NULL;
	free(folded);
	free(all);
	return has;
}

static void
row_add(struct reading *r, struct event *e, char *who)
{
	r->v = xreallocarray(r->v, r->n + 1, sizeof *r->v);
	r->v[r->n++] = (struct row){ *e, who };
	*e = (struct event){ 0 };
}

/* Up to `want` rows more, from *place on. 1: that was all there is. */
static int
rows_read(struct project *p, struct reading *r, const struct question *q,
    struct history_place *place, size_t want)
{
	size_t got = 0, n, ask = q->words[0] != '\0' ? 512 : want;
	struct event *e;

	while (got < want) {
		if (history_page(p, &q->f, place, ask, &e, &n, &r->err) < 0)
			return -1;
		for (size_t i = 0; i < n && got < want; i++) {
			char *who = user_name(p, e[i].uid);

			if (!says(&e[i], who, q->words)) {
				free(who);
				continue;
			}
			*place = (struct history_place){ e[i].lamport,
				e[i].replica };
			row_add(r, &e[i], who);
			got++;
		}
		history_page_free(e, n);
		if (n < ask && got < want)
			return 1;
		if (atomic_load(&generation) != r->generation)
			return err_set(&r->err, "%s", "");
	}
	return 0;
}

static void
start_add(struct reading *r, struct history_place place)
{
	r->starts = xreallocarray(r->starts, r->nstarts + 1,
	    sizeof *r->starts);
	r->starts[r->nstarts++] = place;
}

/* Where no words are looked for, the chunks before those that are wanted need
 * not be read: only where each begins. */
static int
chunks_pass(struct project *p, struct reading *r, const struct question *q)
{
	size_t n = CHUNK;

	while (n == CHUNK && (r->last || r->nstarts <= r->chunk)) {
		struct history_place place = r->starts[r->nstarts - 1];

		if (history_pass(p, &q->f, &place, CHUNK, &n, &r->err) < 0)
			return -1;
		if (n == CHUNK)
			start_add(r, place);
		if (atomic_load(&generation) != r->generation)
			return err_set(&r->err, "%s", "");
	}
	if (r->last)
		r->chunk = r->nstarts > 1 ? r->nstarts - 2 : 0;
	return 0;
}

/* The chunks up to the first that is wanted are passed over, their places
 * kept. */
static int
chunks_read(struct project *p, struct reading *r, const struct question *q)
{
	bool last = r->last && q->words[0] != '\0';
	size_t at, kept = 0;
	int end = 0;

	if (q->words[0] == '\0' && chunks_pass(p, r, q) < 0)
		return -1;
	at = last ? 0 : r->chunk;
	if (at >= r->nstarts || last)
		at = r->nstarts - 1;
	while (end == 0) {
		struct history_place place = r->starts[at];

		end = rows_read(p, r, q, &place, CHUNK);
		if (end < 0)
			return -1;
		kept++;
		if (end == 0 && at + 1 == r->nstarts)
			start_add(r, place);
		if (!last && at >= r->chunk + 1)
			break;
		if (kept == 2 && end == 0) { /* the older of the two goes */
			for (size_t i = 0; i < CHUNK; i++) {
				event_free(&r->v[i].e);
				free(r->v[i].who);
			}
			memmove(r->v, r->v + CHUNK, (r->n - CHUNK) *
			    sizeof *r->v);
			r->n -= CHUNK;
			kept = 1;
		}
		at += end == 0;
	}
	r->chunk = at + 1 - kept;
	r->more = end == 0;
	if (!r->more)
		r->total = r->chunk * CHUNK + r->n;
	return 0;
}

static int
reading_fetch(struct fetch *f)
{
	struct reading *r = f->data;
	struct project *p = ui.project;
	struct question q;
	int rc;

	if (f->lane != JOB_STORE)
		p = project_open_reader(ui.project, &r->err);
	if (p == NULL)
		return -1;
	rc = question_of(p, r->query, &q, &r->err);
	if (rc == 0) {
		rc = chunks_read(p, r, &q);
		free(q.words);
	}
	if (f->lane != JOB_STORE)
		project_close(p);
	return rc;
}

static void ask(struct view *v, size_t chunk, bool last);

static void
reading_done(struct view *v, struct fetch *f)
{
	struct history_state *s = v->state;
	struct reading *r = f->data, old;
	size_t known;

	s->waits--;
	if (r->generation != atomic_load(&generation))
		return;
	if (f->job.result < 0) {
		ui_error(&r->err);
		s->error = true;
		return;
	}
	old = s->r;
	s->r = *r;
	*r = old;
	s->ready = true;
	s->error = false;
	known = s->r.chunk * CHUNK + s->r.n;
	if (s->r.last)
		s->list.at = known > 0 ? known - 1 : 0;
	list_fit(&s->list, known);
}

static void
ask(struct view *v, size_t chunk, bool last)
{
	struct history_state *s = v->state;
	struct reading *r = xcalloc(1, sizeof *r);
	struct fetch *f;

	r->query = xstrdup(s->query != NULL ? s->query : "");
	r->generation = atomic_fetch_add(&generation, 1) + 1;
	r->chunk = chunk;
	r->last = last;
	r->total = s->r.total;
	r->nstarts = s->r.nstarts > 0 ? s->r.nstarts : 1;
	r->starts = xcalloc(r->nstarts, sizeof *r->starts);
	if (s->r.nstarts > 0)
		memcpy(r->starts, s->r.starts, r->nstarts *
		    sizeof *r->starts);
	f = fetch_new(reading_fetch, reading_done, reading_drop, r);
	/* what may take long is not done where labels are written */
	if (last || r->query[0] != '\0')
		f->lane = JOB_QUICK;
	s->waits++;
	fetch_start(v, f);
}

static void
ask_anew(struct view *v)
{
	struct history_state *s = v->state;

	free(s->r.starts);
	s->r.starts = NULL;
	s->r.nstarts = 0;
	s->r.total = 0;
	ask(v, 0, false);
}

static void
history_reload(struct view *v, bool soft)
{
	(void)soft;
	ask_anew(v);
}

static void
history_close(struct view *v)
{
	struct history_state *s = v->state;

	atomic_fetch_add(&generation, 1);
	reading_clear(&s->r);
	free(s->query);
}

/* ---- drawing ---- */

static const struct row *
row_at(const struct history_state *s, size_t i)
{
	size_t first = s->r.chunk * CHUNK;

	return i >= first && i < first + s->r.n ? &s->r.v[i - first] : NULL;
}

static void
moment(int64_t ms, char out[32])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char day[32];

	localtime_r(&t, &tm);
	ui_clock(ms, day);
	if (strchr(day, ':') != NULL)
		snprintf(out, 32, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min,
		    tm.tm_sec);
	else if (strlen(day) > 9) /* of another year: no room for more */
		snprintf(out, 32, "%.16s", day);
	else
		snprintf(out, 32, "%.16s %02d:%02d", day, tm.tm_hour,
		    tm.tm_min);
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct row *r = row_at(of, at);
	int who = w >= 110 ? 16 : 10, x = 20 + who;
	char when[32];

	if (r == NULL)
		return;
	moment(r->e.time, when);
	scr_cut(y, 3, 17, ST_TEXT, when);
	scr_cut(y, 19, who, ST_TEXT, r->who);
	scr_cut(y, x, w - x - 1 - (r->e.undone ? 9 : 0),
	    here ? ST_STRONG : ST_TEXT, r->e.summary);
	if (r->e.undone)
		scr_right(y, w - 8, 7, ST_WARN, "undone");
}

static void
history_draw(struct view *v, struct rect r)
{
	struct history_state *s = v->state;
	int y = r.y;

	if (!s->ready)
		return;
	if (s->query != NULL) {
		scr_cut(y, 1, r.w - 2, ST_ACCENT, s->query);
		y += 2;
	}
	if (s->list.n == 0) {
		scr_put(y + (s->query == NULL), 3, r.w - 4, ST_TEXT,
		    s->query != NULL ? "nothing of that: / changes what is "
		    "looked for, empty shows all" : "nothing was done yet");
		scr_cursor(y, 3);
		return;
	}
	list_draw(&s->list, s->list.n, (struct rect){ y, 0, r.y + r.h - y,
		r.w }, row_draw, s);
}

static void
history_status(struct view *v, struct buf *out)
{
	struct history_state *s = v->state;
	char n[32], at[32];

	if (s->waits > 0)
		buf_adds(out, "reading   ");
	if (!s->ready || s->list.n == 0)
		return;
	count_text((long long)s->list.at + 1, at);
	count_text((long long)(s->r.total > 0 ? s->r.total : s->list.n), n);
	buf_addf(out, "%s of %s%s", at, n, s->r.more && s->r.total == 0 ? "+" :
	    "");
}

/* ---- acts ---- */

static void
move_to(struct view *v, const char *where)
{
	struct history_state *s = v->state;
	size_t chunk;

	if (strcmp(where, "last") == 0 && s->r.more) {
		ask(v, 0, true);
		return;
	}
	list_move(&s->list, where);
	chunk = s->list.at / CHUNK;
	if (s->r.more && s->list.at + (size_t)s->list.height + 20 >= s->list.n)
		ask(v, s->r.chunk + 1, false);
	else if (s->list.top < s->r.chunk * CHUNK)
		ask(v, chunk > 0 && s->list.at % CHUNK < CHUNK / 2 ? chunk - 1 :
		    chunk, false);
}

static void
data_show(const char *data, struct buf *out)
{
	cJSON *json = cJSON_Parse(data);
	const cJSON *o;

	cJSON_ArrayForEach(o, json) {
		char *text = cJSON_IsString(o) ? xstrdup(o->valuestring) :
		    cJSON_PrintUnformatted(o);

		buf_addf(out, "%-12s %s\n", o->string, text);
		free(text);
	}
	cJSON_Delete(json);
}

static void
event_show(struct view *v, const struct row *r)
{
	struct buf b = BUF_INIT;
	const char *kind = event_kind_name(r->e.kind);
	time_t t = (time_t)(r->e.time / 1000);
	char when[40];
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	buf_addf(&b, "%s\n\n%-12s %s\n%-12s %s\n%-12s %s%s\n\n", r->e.summary,
	    "when", when, "who", r->who, "what", kind != NULL ? kind :
	    "unknown", r->e.undone ? ", undone since" : "");
	data_show(r->e.data, &b);
	buf_addf(&b, "\n%-12s %lld:%lld\n", "number",
	    (long long)r->e.replica, (long long)r->e.act);
	pager_open(v, "history", buf_str(&b));
	buf_free(&b);
}

static void
undo_yes(struct view *v, void *act)
{
	struct cmd_call *c = call_words((const char *[]){ "undo", "--act",
		act, NULL });

	if (c != NULL)
		run_call(v, c, NULL);
}

static const struct answer undo_answers[] = {
	{ 'y', "yes, take it back", undo_yes },
	{ 'n', "no", NULL },
	{ 0 },
};

static void
undo_ask(struct view *v, const struct row *r)
{
	char *act, *text;

	if (r->e.undone) {
		ui_message(MSG_NOTE, "this is undone already");
		return;
	}
	act = xasprintf("%lld:%lld", (long long)r->e.replica,
	    (long long)r->e.act);
	text = xasprintf("take back \"%.60s\" of %s? What came after it stays",
	    r->e.summary, r->who);
	question_open(v, text, undo_answers, act, free);
	free(text);
}

static void
query_set(struct view *v, const char *query)
{
	struct history_state *s = v->state;

	free(s->query);
	s->query = query[0] != '\0' ? xstrdup(query) : NULL;
	s->list.at = s->list.top = 0;
	ask_anew(v);
}

static unsigned
query_given(struct view *v, const char *text, void *arg)
{
	(void)arg;
	query_set(v, text);
	return R_REDRAW;
}

static void
query_preview(struct view *v, const char *text, void *arg, struct buf *lines)
{
	(void)v;
	(void)arg;
	(void)text;
	buf_adds(lines, "Words, and user:NAME kind:ACT scheme:NAME text:ID "
	    "since:2026-01-31\nuntil:DATE; imports: also the single texts of "
	    "imports. Empty: all.");
}

static void
query_ask(struct view *v)
{
	struct history_state *s = v->state;

	prompt_open(v, &(struct prompt){ .label = "show: ",
		.initial = s->query, .done = query_given,
		.preview = query_preview });
}

/* ---- filters to choose from ---- */

struct offers {
	struct choices c;
};

static int
offers_fetch(struct fetch *f)
{
	struct offers *o = f->data;
	struct scheme *schemes;
	struct user *users;
	struct err err = { 0 };
	size_t n;

	if (user_list(ui.project, &users, &n, &err) == 0) {
		for (size_t i = 0; i < n; i++) {
			char *text = xasprintf("user:%s", users[i].name);

			choices_add(&o->c, text, NULL, NULL, 2);
			free(text);
		}
		user_list_free(users, n);
	}
	if (scheme_list(ui.project, &schemes, &n, &err) == 0) {
		for (size_t i = 0; i < n; i++) {
			char *text = xasprintf("scheme:%s", schemes[i].name);

			choices_add(&o->c, text, NULL, NULL, 1);
			free(text);
		}
		scheme_list_free(schemes, n);
	}
	for (int k = 1; k < 400; k++) {
		const char *name = event_kind_name((enum event_kind)k);
		char *text;

		if (name == NULL)
			continue;
		text = xasprintf("kind:%s", name);
		choices_add(&o->c, text, NULL, NULL, 0);
		free(text);
	}
	return 0;
}

static void
offers_drop(void *data)
{
	struct offers *o = data;

	choices_free(&o->c);
	free(o);
}

/* In place of a word of its kind, or beside the others. */
static void
offer_chosen(struct view *v, size_t i, const char *text)
{
	struct history_state *s = v->state;
	size_t kind = strcspn(text, ":") + 1;
	struct buf b = BUF_INIT;
	struct err err;
	char **words;

	(void)i;
	if (cmd_split(s->query != NULL ? s->query : "", &words, &err) >= 0) {
		for (size_t k = 0; words[k] != NULL; k++) {
			if (strncmp(words[k], text, kind) == 0)
				continue;
			cmd_quote(words[k], &b);
			buf_addc(&b, ' ');
		}
		cmd_words_free(words);
	}
	cmd_quote(text, &b);
	query_set(v, buf_str(&b));
	buf_free(&b);
}

static void
offers_done(struct view *v, struct fetch *f)
{
	struct offers *o = f->data;

	choose_open(v, "only ", &o->c, offer_chosen);
}

static unsigned
history_act(struct view *v, struct cmd_call *c)
{
	struct history_state *s = v->state;
	const char *name = c->command->name;
	const struct row *r = row_at(s, s->list.at);

	if (strcmp(name, "move") == 0)
		move_to(v, cmd_str(c, "WHERE"));
	else if (strcmp(name, "search") == 0 && cmd_given(c, "TEXT"))
		query_set(v, cmd_str(c, "TEXT"));
	else if (strcmp(name, "search") == 0)
		query_ask(v);
	else if (strcmp(name, "filter") == 0)
		fetch_start(v, fetch_new(offers_fetch, offers_done,
		    offers_drop, xcalloc(1, sizeof(struct offers))));
	else if (strcmp(name, "enter") == 0 && r != NULL)
		event_show(v, r);
	else if (strcmp(name, "take-back") == 0 && r != NULL)
		undo_ask(v, r);
	else
		return R_PASS;
	return R_REDRAW;
}

void
history_show(const char *query)
{
	if (view_show("history"))
		query_set(view_top(), query);
}

static const char *const contexts[] = { "history", "list", "project", "any",
	NULL };

const struct view_ops view_history = {
	.name = "history", .page_of = "project", .page = "history",
	.contexts = contexts, .state_size = sizeof(struct history_state),
	.shows = ~(unsigned)CHANGES_VIEW, .close = history_close,
	.draw = history_draw, .head = pages_head, .status = history_status,
	.act = history_act, .reload = history_reload,
};

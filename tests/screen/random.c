/*
 * A random walk through the program, and what must hold on it:
 *
 *	- it does not crash, and comes to rest after every key;
 *	- what it says was saved, undone or redone is in the log at that moment,
 *	  and still there, unchanged, at the end;
 *	- at the end `check` finds nothing, and the labels that stand are those
 *	  that the log, played here once more, comes to.
 *
 * An episode is a process, so that a crash in it is one finding, and its
 * steps can be run again alone. Odd episodes type ahead: keys come while the
 * program works.
 */
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/ui.h"

#include "driver.h"
#include "random.h"

#define EPISODE 2000
/* A process that takes no step for so long hangs; a step takes milliseconds,
 * a training under a sanitiser some seconds. */
#define STILL_SECONDS 240

/* What an episode opens, an even and an odd one in turn; NULL: the list. */
static const char *const opened[] = { "class.tiger", "many.tiger",
	"many.tiger", "class.tiger", "mix.tiger", "empty.tiger", "class.tiger",
	NULL, "texts.csv", "mix.tiger", NULL };

/* What the processes share. */
struct tally {
	_Atomic long step, saved, many, undone, redone, opened, resized;
};

static struct tally *tally;

/* ---- no power cut happens here: commits need not wait for the disk ---- */

static bool no_sync;

int
fsync(int fd)
{
	return no_sync ? 0 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return no_sync ? 0 : (int)syscall(SYS_fdatasync, fd);
}

/* ---- in the episode ---- */

struct saved {
	char *project, *data;
	int64_t replica, seq;
};

struct walk {
	uint64_t seed;
	long i;
	int ascii;
	bool ahead; /* keys are typed ahead */
	bool told;  /* each step is printed */
	bool on;    /* the program runs */
	const char *path;
	char *open; /* the project that `reader` reads */
	struct project *reader;
	struct saved *saved; /* (n) */
	size_t n;
	int64_t turned; /* the newest undo or redo that was told */
};

static void wrong(const struct walk *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));

static void
wrong(const struct walk *w, const char *fmt, ...)
{
	struct buf screen = BUF_INIT;
	va_list ap;

	printf("# step %ld: ", w->i);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (w->on) {
		ui_test_dump(&screen);
		for (char *l = strtok(screen.data, "\n"); l != NULL;
		     l = strtok(NULL, "\n"))
			printf("#   %s\n", l);
	}
	fflush(stdout);
	_exit(1);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
reader_open(struct walk *w, const char *path)
{
	struct err err = { 0 };

	if (w->open != NULL && strcmp(w->open, path) == 0)
		return;
	project_close(w->reader);
	free(w->open);
	w->open = xstrdup(path);
	w->turned = 0;
	w->reader = project_open(path, PROJECT_READ, &err);
	if (w->reader == NULL)
		wrong(w, "%s", err.text);
}

/* Numbers of "labels":[1,2] in an event's data; all their digits. */
static size_t
labels_of(const char *data, int64_t *out, size_t max)
{
	const char *p = strstr(data, "\"labels\":[");
	size_t n = 0;
	char *end;

	if (p == NULL)
		return 0;
	for (p += strlen("\"labels\":["); *p != ']' && *p != '\0' && n < max;
	     p = *end == ',' ? end + 1 : end) {
		out[n++] = strtoll(p, &end, 10);
		if (end == p)
			break;
	}
	return n;
}

/* As the message has it: "#p001 → a + b". */
static char *
event_told(struct project *p, const struct event *e)
{
	struct buf b = BUF_INIT;
	struct scheme s = { 0 };
	struct doc d = { 0 };
	int64_t ids[64];
	size_t n = labels_of(e->data, ids, 64);

	if (doc_get(p, e->doc, &d, NULL) == 1)
		buf_addf(&b, "#%s → ", d.id);
	doc_free(&d);
	if (n == 0)
		buf_adds(&b, "none");
	if (n > 0 && scheme_get(p, e->scheme, &s, NULL) == 0)
		for (size_t i = 0; i < n; i++) {
			const struct label *l = label_by_id(&s, ids[i]);

			buf_addf(&b, "%s%s", i > 0 ? " + " : "",
			    l != NULL ? l->name : "?");
		}
	scheme_free(&s);
	return buf_take(&b);
}

/* The account's newest event of a kind. */
static bool
newest(struct walk *w, const char *path, int kind, struct event **out)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct err err = { 0 };
	size_t n = 0;

	reader_open(w, path);
	f.uid = project_uid(w->reader);
	f.kind = kind;
	if (history_page(w->reader, &f, &place, 1, out, &n, &err) < 0)
		wrong(w, "%s", err.text);
	return n == 1;
}

/* "#p001 → oppose": it is in the log, and that is noted. */
static void
said_saved(struct walk *w, const char *path, const char *message)
{
	struct event *e = NULL;
	struct saved *s;
	char *told;

	if (!newest(w, path, EVENT_TAG, &e))
		wrong(w, "'%s' was said, and the log holds no label", message);
	told = event_told(w->reader, e);
	if (strncmp(message, told, strlen(told)) != 0)
		wrong(w, "'%s' was said, and '%s' is in the log", message,
		    told);
	free(told);
	w->saved = xreallocarray(w->saved, w->n + 1, sizeof *w->saved);
	s = &w->saved[w->n++];
	*s = (struct saved){ .project = xstrdup(base_name(path)),
		.data = xstrdup(e->data), .replica = e->replica,
		.seq = e->seq };
	history_page_free(e, 1);
	tally->saved++;
}

/* "1,200 texts → oppose; u takes it back": the newest act has so many. */
static void
said_many(struct walk *w, const char *path, const char *message)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct err err = { 0 };
	struct event *e;
	size_t said = 0, n = 0, got = 1;
	int64_t act = 0;

	for (const char *p = message; *p != ' '; p++)
		if (*p != ',')
			said = said * 10 + (size_t)(*p - '0');
	reader_open(w, path);
	f.uid = project_uid(w->reader);
	f.kind = EVENT_TAG;
	for (bool same = true; same && got > 0; history_page_free(e, got)) {
		if (history_page(w->reader, &f, &place, 500, &e, &got, &err) <
		    0)
			wrong(w, "%s", err.text);
		for (size_t i = 0; i < got && same; i++) {
			act = n == 0 ? e[i].act : act;
			same = e[i].act == act;
			n += same;
		}
	}
	if (n != said)
		wrong(w, "'%s' was said, and the log has %zu", message, n);
	tally->many += (long)n;
}

/* "undone: ...": there is an undo since the last one that was told. */
static void
said_turned(struct walk *w, const char *path, const char *message, int kind)
{
	struct event *e = NULL;

	if (!newest(w, path, kind, &e) || e->seq < w->turned)
		wrong(w, "'%s' was said, and the log does not say so",
		    message);
	w->turned = e->seq;
	history_page_free(e, 1);
}

/* What the program says now must be so. */
static void
look(struct walk *w)
{
	struct ui_test_state s;

	ui_test_look(&s);
	if (s.project == NULL)
		return;
	if (s.message[0] == '#' && strstr(s.message, " → ") != NULL) {
		said_saved(w, s.project, s.message);
	} else if (strstr(s.message, "; u takes it back") != NULL &&
	    s.message[0] >= '1' && s.message[0] <= '9' &&
	    strstr(s.message, " → ") != NULL) {
		said_many(w, s.project, s.message);
	} else if (strncmp(s.message, "undone: ", 8) == 0) {
		said_turned(w, s.project, s.message, EVENT_UNDO);
		tally->undone++;
	} else if (strncmp(s.message, "redone: ", 8) == 0) {
		said_turned(w, s.project, s.message, EVENT_REDO);
		tally->redone++;
	}
}

static void
program_open(struct walk *w)
{
	struct ui_options o = { .path = w->path };
	struct err err = { 0 };

	if (ui_test_start(&o, 24, 80, &err) < 0)
		wrong(w, "it does not open: %s", err.text);
	w->on = true;
	tally->opened++;
}

/* The user may have left: then the program is started anew. */
static void
rest(struct walk *w, bool jobs)
{
	if (ui_test_settle(jobs))
		return;
	ui_test_stop();
	w->on = false;
	program_open(w);
}

static void
tell(const struct walk *w, const struct press *p)
{
	struct ui_test_state s;

	ui_test_look(&s);
	printf("# step %ld:", w->i);
	if (p->lines > 0)
		printf(" resize %dx%d", p->columns, p->lines);
	for (int i = 0; i < p->n; i++)
		printf(" %s", p->keys[i]);
	if (p->mouse != NULL)
		printf(" %s %d %d", p->mouse, p->line, p->column);
	printf(" (%s)\n", s.message);
	fflush(stdout);
}

static void
step(struct walk *w)
{
	struct press p;
	struct err err = { 0 };

	random_press(w->seed, w->i, w->ascii, &p);
	if (p.lines > 0) {
		ui_test_resize(p.lines, p.columns);
		tally->resized++;
	}
	for (int i = 0; i < p.n; i++)
		if (ui_test_key(p.keys[i], &err) < 0)
			wrong(w, "%s", err.text);
	if (p.mouse != NULL)
		ui_test_mouse(p.line, p.column, p.mouse);
	if (!w->ahead) {
		rest(w, true);
		if (p.lines == 0)
			look(w);
	} else if (random_at(w->seed, (uint64_t)w->i, 3, 3) == 0) {
		rest(w, random_at(w->seed, (uint64_t)w->i, 4, 50) == 0);
	}
	if (w->told)
		tell(w, &p);
}

/* ---- at its end ---- */

/* The events on texts of one scheme, newest first: the first that stands and
 * labels a text, or takes its label, decides. */
struct decided {
	int64_t doc, layer;
};

static bool
decided_before(struct decided **v, size_t *n, const struct event *e)
{
	for (size_t i = 0; i < *n; i++)
		if ((*v)[i].doc == e->doc && (*v)[i].layer == e->layer)
			return true;
	*v = xreallocarray(*v, *n + 1, sizeof **v);
	(*v)[(*n)++] = (struct decided){ e->doc, e->layer };
	return false;
}

/* Sorted ids of labels that count now, no one twice. */
static size_t
effective(const struct scheme *s, const int64_t *ids, size_t n, int64_t *out)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		const struct label *l = label_by_id(s, ids[i]);
		int64_t id = l != NULL ? l->effective : 0;
		size_t at;

		for (at = 0; at < m && out[at] < id; at++)
			;
		if (id == 0 || (at < m && out[at] == id))
			continue;
		memmove(&out[at + 1], &out[at], (m - at) * sizeof *out);
		out[at] = id;
		m++;
	}
	return m;
}

static void
compare_label(const struct walk *w, struct project *p, const struct scheme *s,
    const struct event *e)
{
	int64_t said[64], want[65], have[65];
	size_t nsaid = labels_of(e->data, said, 64);
	size_t n = effective(s, said, nsaid, want), m = 0;
	bool tagged = e->kind == EVENT_TAG && (n > 0 || nsaid == 0);
	struct annot a = { 0 };
	struct err err = { 0 };
	char *id = doc_id(p, e->doc, &err);
	int got = annot_get(p, s->id, e->doc, e->layer, &a, &err);

	free(id);
	if (id == NULL && err.status == 0)
		return; /* a work copy has the whole log, and not all texts */
	if (got < 0)
		wrong(w, "%s", err.text);
	if (got == 1 && a.tagged)
		m = effective(s, a.labels, a.nlabels, have);
	if (tagged != (got == 1 && a.tagged) || (tagged &&
	    (n != m || memcmp(want, have, n * sizeof *want) != 0)))
		wrong(w, "%s, scheme %s, text %lld: the log says that it is "
		    "%s with %zu labels, and %s with %zu stand", w->open,
		    s->name, (long long)e->doc, tagged ? "tagged" : "not tagged",
		    tagged ? n : 0, got == 1 && a.tagged ? "tagged" :
		    "not tagged", m);
	if (got == 1)
		annot_free(&a);
}

static void
compare_scheme(const struct walk *w, struct project *p,
    const struct scheme *s)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct decided *v = NULL;
	struct err err = { 0 };
	struct event *e;
	size_t n = 0, got = 1;

	f.scheme = s->id;
	f.bulk = true;
	while (got > 0) {
		if (history_page(p, &f, &place, 500, &e, &got, &err) < 0)
			wrong(w, "%s", err.text);
		for (size_t i = 0; i < got; i++)
			if ((e[i].kind == EVENT_TAG ||
			    e[i].kind == EVENT_UNTAG) && !e[i].undone &&
			    !decided_before(&v, &n, &e[i]))
				compare_label(w, p, s, &e[i]);
		history_page_free(e, got);
	}
	free(v);
}

static void
compare_saved(const struct walk *w, struct project *p, const char *path)
{
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct err err = { 0 };
	struct event *e;
	size_t got = 1, left = 0;

	for (size_t i = 0; i < w->n; i++)
		left += w->saved[i].project != NULL &&
		    strcmp(w->saved[i].project, path) == 0;
	f.kind = EVENT_TAG;
	while (got > 0) {
		if (history_page(p, &f, &place, 500, &e, &got, &err) < 0)
			wrong(w, "%s", err.text);
		for (size_t i = 0; i < got * w->n; i++) {
			const struct event *x = &e[i / w->n];
			struct saved *s = &w->saved[i % w->n];

			if (s->project != NULL && s->seq == x->seq &&
			    s->replica == x->replica &&
			    strcmp(s->project, path) == 0 &&
			    strcmp(s->data, x->data) == 0) {
				free(s->project);
				s->project = NULL;
				left--;
			}
		}
		history_page_free(e, got);
	}
	if (left > 0)
		wrong(w, "%s: %zu labels were said to be saved and are lost",
		    path, left);
}

static void
project_sound(struct walk *w, const char *path)
{
	struct project_check c;
	struct scheme *s = NULL;
	struct err err = { 0 };
	size_t n = 0;

	reader_open(w, path);
	if (project_check(w->reader, NULL, NULL, &c, &err) < 0)
		wrong(w, "check of %s: %s", path, err.text);
	if (c.found > 0)
		wrong(w, "check of %s: %s", path, c.findings[0]);
	project_check_free(&c);
	if (scheme_list(w->reader, &s, &n, &err) < 0)
		wrong(w, "%s", err.text);
	for (size_t i = 0; i < n; i++)
		compare_scheme(w, w->reader, &s[i]);
	scheme_list_free(s, n);
	compare_saved(w, w->reader, path);
}

static void
episode_end(struct walk *w)
{
	glob_t g;

	if (glob("*.tiger", 0, NULL, &g) != 0)
		wrong(w, "no project is left");
	for (size_t i = 0; i < g.gl_pathc; i++)
		project_sound(w, g.gl_pathv[i]);
	globfree(&g);
	project_close(w->reader);
	free(w->open);
	for (size_t i = 0; i < w->n; i++) {
		free(w->saved[i].project);
		free(w->saved[i].data);
	}
	free(w->saved);
}

static void
folder_fresh(void)
{
	if (system("rm -rf walk && cp -R start walk && mkdir walk/home") != 0 ||
	    chdir("walk") < 0)
		script_fail("the folder start/ cannot be copied");
	setenv("HOME", "home", 1);
	setenv("XDG_CONFIG_HOME", "home/config", 1);
	setenv("XDG_CACHE_HOME", "home/cache", 1);
	setenv("XDG_DATA_HOME", "home/data", 1);
	setenv("XDG_STATE_HOME", "home/state", 1);
	setenv("TAGTIGER_TORCH_SHIM", "/nonexistent", 1);
	setenv("EDITOR", "true", 1);
}

_Noreturn static void
episode(uint64_t seed, long from, long to, bool told)
{
	uint64_t number = (uint64_t)from / EPISODE;
	struct walk w = { .seed = seed, .told = told, .ahead = number % 2 == 1,
		.ascii = random_at(seed, number, 5, 4) == 0 };

	folder_fresh();
	no_sync = true;
	w.path = opened[number % (sizeof opened / sizeof opened[0])];
	setenv("LC_ALL", w.ascii ? "C" : "C.UTF-8", 1);
	program_open(&w);
	for (w.i = from; w.i < to; w.i++) {
		tally->step = w.i;
		step(&w);
	}
	rest(&w, true);
	ui_test_stop();
	w.on = false;
	episode_end(&w);
	exit(0);
}

/* ---- outside ---- */

/* 0: it ended well. It is watched by its steps, not by its time. */
static int
episode_watch(pid_t pid, int pipe_end)
{
	struct pollfd p = { .fd = pipe_end, .events = POLLIN };
	long before = -1;
	int status;

	while (poll(&p, 1, STILL_SECONDS * 1000) == 0) {
		if (tally->step != before) {
			before = tally->step;
			continue;
		}
		printf("# it hangs\n");
		kill(pid, SIGABRT);
		break;
	}
	if (waitpid(pid, &status, 0) < 0)
		script_fail("%s", strerror(errno));
	if (WIFSIGNALED(status))
		printf("# signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int
episode_run(uint64_t seed, long from, long to, bool told)
{
	int ends[2], rc;
	pid_t pid;

	fflush(stdout);
	if (pipe(ends) < 0)
		script_fail("%s", strerror(errno));
	pid = fork();
	if (pid < 0)
		script_fail("%s", strerror(errno));
	if (pid == 0) {
		close(ends[0]);
		episode(seed, from, to, told);
	}
	close(ends[1]);
	rc = episode_watch(pid, ends[0]);
	close(ends[0]);
	return rc;
}

int
random_run(const char *root, uint64_t seed, long from, long to, bool told)
{
	int rc = 0;

	random_keys_load(root);
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		script_fail("%s", strerror(errno));
	for (long at = from; at < to;) {
		long end = (at / EPISODE + 1) * EPISODE;

		if (end > to)
			end = to;
		if (episode_run(seed, at, end, told && to - from <= EPISODE) <
		    0) {
			printf("# seed %llu failed at step %ld; again: "
			    "SEED=%llu KEYS=%ld..%ld\n",
			    (unsigned long long)seed, tally->step,
			    (unsigned long long)seed, at, tally->step + 1);
			rc = -1;
		}
		at = end;
		if (at % (50 * EPISODE) == 0)
			printf("# step %ld: %ld labels saved\n", at,
			    tally->saved);
	}
	printf("# steps %ld, labels saved %ld and %ld at once, undone %ld, "
	    "redone %ld, started %ld times, resized %ld\n", to - from,
	    tally->saved, tally->many, tally->undone, tally->redone,
	    tally->opened, tally->resized);
	if (to - from >= 10 * EPISODE && (tally->undone == 0 ||
	    tally->redone == 0 ||
	    tally->saved + tally->many < (to - from) / 50)) {
		printf("# too little was labelled for this to say anything\n");
		rc = -1;
	}
	munmap(tally, sizeof *tally);
	return rc;
}

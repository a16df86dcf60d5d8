/*
 * The loop: one poll on the terminal, the jobs' pipe and the signals' pipe;
 * what came is dealt with, what it changed is marked, and then at most one
 * frame is drawn.
 */
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/lease.h"
#include "tagtiger/news.h"
#include "tagtiger/next.h"
#include "tagtiger/param.h"
#include "tagtiger/project.h"
#include "tagtiger/recent.h"

#include "priv.h"

#define TICK_MS 1000
#define LEASE_TICKS (5 * 60)
#define RESTLESS 10000 /* rounds of a test without coming to rest */

struct ui ui;

static struct {
	long long tick; /* when the last one was, monotonic ms */
	unsigned ticks;
	struct news news; /* the store lane's */
	int idle_fd; /* of TAGTIGER_IDLE_FD: a byte each time all is done */
	struct err failed; /* why the project could not be opened */
	bool opening;
	char *view; /* to start in */
} loop = { .idle_fd = -1 };

void
ui_redraw(void)
{
	ui.dirty = true;
}

static long long
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the project ---- */

struct opening {
	char *path, *view;
	char *unwritable; /* why it can only be read, or NULL */
	enum role role;
	struct project *project;
	struct picker *picker;
	struct err err;
};

static int
open_fetch(struct fetch *f)
{
	struct opening *o = f->data;
	struct err ignored = { 0 };

	if (ui.project != NULL) {
		lease_release(ui.project, &ignored);
		picker_free(ui.picker);
		project_close(ui.project);
		ui.project = NULL;
	}
	o->project = project_open_as_can(o->path, &o->err);
	if (o->project == NULL)
		return -1;
	if (project_unwritable(o->project) != NULL)
		o->unwritable = xstrdup(project_unwritable(o->project));
	o->role = user_role(o->project);
	o->picker = picker_new();
	/* What the lane works with from now on. */
	ui.project = o->project;
	lease_stays(ui.project);
	loop.news = (struct news){ 0 };
	news_read(ui.project, &loop.news, &(struct buf)BUF_INIT, &ignored);
	ui.picker = o->picker;
	if (o->view == NULL)
		o->view = account_get(o->project, "screen.view", &ignored);
	return 0;
}

static void
open_drop(void *data)
{
	struct opening *o = data;

	free(o->path);
	free(o->view);
	free(o->unwritable);
	free(o);
}

static char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = xstrdup(slash != NULL ? slash + 1 : path);
	size_t len = strlen(name);

	if (len > 6 && strcmp(name + len - 6, ".tiger") == 0)
		name[len - 6] = '\0';
	return name;
}

static void
open_done(struct view *v, struct fetch *f)
{
	struct opening *o = f->data;

	(void)v;
	loop.opening = false;
	if (f->job.result < 0) {
		loop.failed = o->err;
		ui_error(&o->err);
		return;
	}
	view_close_all();
	ui.open = true;
	free(ui.path);
	free(ui.name);
	ui.path = o->path;
	o->path = NULL;
	ui.name = name_of(ui.path);
	ui.readonly = o->unwritable != NULL;
	ui.role = o->role;
	if (ui.readonly)
		ui_message(MSG_NOTE, "%s: open for reading only",
		    o->unwritable);
	recent_add(ui.path);
	options_load();
	keys_check_labels();
	if (o->view == NULL || !view_show(o->view))
		view_show("project");
}

void
ui_open(const char *path, const char *view)
{
	struct opening *o;
	struct fetch *f;

	if (hold_acts() > 0) {
		ui_message(MSG_NOTE, "not now: an act on %s is not saved yet",
		    ui.name);
		return;
	}
	if (ui.open && run_bulk() != NULL) {
		ui_message(MSG_NOTE, "not now: %s writes to %s: ^C stops it",
		    run_bulk()->call->command->name, ui.name);
		return;
	}
	o = xcalloc(1, sizeof *o);
	o->path = xstrdup(path);
	o->view = xstrdup(view);
	f = fetch_new(open_fetch, open_done, open_drop, o);
	f->act = true;
	loop.opening = true;
	fetch_start(NULL, f);
}

static int
close_fetch(struct fetch *f)
{
	struct err ignored = { 0 };

	if (ui.project == NULL)
		return 0;
	/* Nobody waits at the door for an import elsewhere: leases end with
	 * their process anyway. */
	project_patience(ui.project, 0);
	if (f->data != NULL)
		account_set(ui.project, "screen.view", f->data, &ignored);
	lease_release(ui.project, &ignored);
	project_patience(ui.project, PATIENCE_MS);
	return 0;
}

/* ---- keys ---- */

static void
keys_read(void)
{
	int key;

	if (ui.away)
		return;
	while ((key = term_key()) != K_NONE)
		typed_key(key);
}

/* ---- signals and time passing ---- */

/* Where the account is, for the next start; and its leases end. */
static void
close_start(void)
{
	struct view *tab = view_tab();

	fetch_start(NULL, fetch_new(close_fetch, NULL, free, tab != NULL &&
	    ui.open && tab->ops->title != NULL ? xstrdup(tab->ops->name) :
	    NULL));
}

/* The line dropped. What runs goes on to its end, and the shell that waits
 * need not. */
static void
hang_up(void)
{
	if (ui.hung_up)
		return;
	ui.hung_up = true;
	if (run_active(false) > 0)
		front_detach();
	term_hangup();
	typed_forget();
	close_start();
}

static void
signals_take(void)
{
	int sig;

	while ((sig = term_signal()) != 0) {
		switch (sig) {
		case SIGWINCH:
			term_resized();
			ui.active = true;
			ui_redraw();
			break;
		case SIGCONT: /* the size may have changed meanwhile */
			term_resized();
			scr_redraw_all();
			ui.active = true;
			break;
		case SIGTSTP:
			term_suspend();
			break;
		case SIGHUP:
			hang_up();
			break;
		case SIGTERM:
			ui.quit = true;
			break;
		default:
			typed_queue(K_CTRL('C'));
		}
	}
}

struct ticked {
	struct err err;
	enum role role; /* which somebody may have changed */
	struct buf news; /* what others did */
};

static int
tick_fetch(struct fetch *f)
{
	struct ticked *t = f->data;
	enum project_poll what = project_poll(ui.project, &t->err);

	if (what == PROJECT_CHANGED)
		news_read(ui.project, &loop.news, &t->news, NULL);

	if (loop.ticks % LEASE_TICKS == LEASE_TICKS - 1)
		lease_renew(ui.project, NULL);
	t->role = user_role(ui.project);
	return (int)what;
}

static void
tick_done(struct view *v, struct fetch *f)
{
	struct ticked *t = f->data;

	(void)v;
	ui.role = t->role;
	if (f->job.result == PROJECT_CHANGED)
		view_changed(~(unsigned)CHANGES_VIEW, true);
	else if (f->job.result != PROJECT_SAME && t->err.text[0] != '\0')
		ui_error(&t->err);
	/* An error stays to be read. */
	if (t->news.len > 0 && ui.message.len > 0 &&
	    ui.message_kind == MSG_ERROR)
		ui_log(buf_str(&t->news));
	else if (t->news.len > 0)
		ui_message(MSG_NOTE, "%s", buf_str(&t->news));
}

static void
tick_drop(void *data)
{
	struct ticked *t = data;

	buf_free(&t->news);
	free(t);
}

static void
stderr_take(void)
{
	struct buf b = BUF_INIT;

	term_stderr(&b);
	if (b.len > 0)
		ui_log(buf_str(&b));
	buf_free(&b);
}

static void
tick(void)
{
	struct fetch *f;
	bool dirty = ui.dirty, active = ui.active;

	loop.tick = monotonic_ms();
	loop.ticks++;
	stderr_take();
	if (run_active(false) > 0) {
		run_beat();
		view_changed(CHANGES_JOBS, true);
		ui_redraw();
		return;
	}
	if (ui.fetches > 0) /* how far a long one is */
		ui_redraw();
	if (!ui.open || ui.fetches > 0)
		return;
	f = fetch_new(tick_fetch, tick_done, tick_drop,
	    xcalloc(1, sizeof(struct ticked)));
	fetch_start(NULL, f);
	ui.dirty = dirty;
	ui.active = active;
}

/* ---- leaving ---- */

static void
leave(struct view *v, void *arg)
{
	(void)v;
	(void)arg;
	ui.quit = true;
}

static void
detach(struct view *v, void *arg)
{
	(void)v;
	(void)arg;
	term_leave();
	hang_up();
}

void
ui_quit(void)
{
	static const struct answer with[] = {
		{ 'd', "detach: it goes on without a screen", detach },
		{ 'c', "cancel it", leave },
		{ 's', "stay", NULL },
		{ 0 },
	};
	static const struct answer without[] = {
		{ 'c', "cancel it", leave },
		{ 's', "stay", NULL },
		{ 0 },
	};
	static const struct answer unsaved[] = {
		{ 'l', "leave, and lose it", leave },
		{ 's', "stay", NULL },
		{ 0 },
	};
	struct buf b = BUF_INIT;

	if (hold_acts() > 0) {
		question_open(view_top(), "what you did last is not saved yet: "
		    "another writes:", unsaved, NULL, NULL);
		return;
	}
	if (run_active(true) == 0) {
		ui.quit = true;
		return;
	}
	for (struct run *r = run_first(); r != NULL; r = r->next)
		if (r->state <= RUN_RUNNING && !r->quiet)
			buf_addf(&b, "%s%s", b.len > 0 ? ", " : "",
			    r->call->command->name);
	buf_adds(&b, " runs:");
	question_open(view_top(), buf_str(&b), front_there() ? with : without,
	    NULL, NULL);
	buf_free(&b);
}

/* ---- the loop ---- */

/* Nothing more can be done now. What waits for others is not our doing; a
 * terminal that has gone waits for it. */
static bool
settled(bool jobs)
{
	return !typed_next() && ui.fetches == (ui.hung_up ? 0 : hold_count()) &&
	    !(typed_count() > 0 && ui.acts != hold_acts()) &&
	    !(jobs && run_active(false) > 0);
}

static void
draw(void)
{
	view_reload_stale();
	if (!ui.dirty || ui.away || ui.hung_up || loop.opening ||
	    view_tab() == NULL)
		return;
	ui.dirty = false;
	view_draw_all();
}

static void
say_idle(void)
{
	if (loop.idle_fd < 0 || !ui.active || !settled(false) || ui.dirty)
		return;
	ui.active = false;
	if (write(loop.idle_fd, ".", 1) < 0)
		loop.idle_fd = -1;
}

/* ms: -1 is never */
static long long
sooner(long long a, int b)
{
	return b >= 0 && b < a ? b : a;
}

static int
wait_ms(void)
{
	long long left;

	if (typed_next())
		return 0;
	if (!ui.open && run_active(false) == 0)
		return -1;
	left = loop.tick + TICK_MS - monotonic_ms();
	left = sooner(left < 0 ? 0 : left, hold_wait_ms());
	return (int)sooner(left, run_let_go_ms());
}

static void
loop_once(void)
{
	struct pollfd fds[4] = {
		{ .fd = ui.away ? -1 : term_fd(), .events = POLLIN },
		{ .fd = job_fd(), .events = POLLIN },
		{ .fd = term_signal_fd(), .events = POLLIN },
		/* a frame waits for a line that is still busy */
		{ .fd = ui.dirty && !ui.hung_up && !ui.away && !loop.opening &&
			!term_headless() ? STDOUT_FILENO : -1,
		    .events = POLLOUT },
	};

	if (poll(fds, 4, wait_ms()) < 0 && errno != EINTR)
		fatal("poll: %s", strerror(errno));
	signals_take();
	job_reap();
	if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
		keys_read();
		if (fds[0].revents & (POLLHUP | POLLERR) && !ui.hung_up)
			hang_up();
	}
	run_let_go(false);
	hold_retry(false);
	typed_run();
	if (monotonic_ms() - loop.tick >= TICK_MS)
		tick();
}

static void
loop_run(void)
{
	while (!ui.quit) {
		if (term_writable())
			draw();
		say_idle();
		if (ui.hung_up && settled(true))
			break;
		if (loop.failed.text[0] != '\0' && view_tab() == NULL)
			break;
		loop_once();
	}
}

static bool
is_project(const char *path)
{
	size_t len = strlen(path);

	return len > 6 && strcmp(path + len - 6, ".tiger") == 0;
}

/* For completion of what only the screen knows. */
static void
screen_names(enum cmd_ref ref, const char *of, cmd_name_add *add, void *arg)
{
	for (size_t i = 0; ref == REF_VIEW && views[i] != NULL; i++)
		if (views[i]->page_of != NULL || views[i]->title != NULL)
			add(arg, views[i]->name, views[i]->help);
	options_names(ref, of, add, arg);
}

static int
start(const struct ui_options *o, const struct term_size *headless,
    struct err *err)
{
	struct passwd *pw = getpwuid(getuid());
	const char *fd = getenv("TAGTIGER_IDLE_FD");
	struct buf problems = BUF_INIT;

	memset(&ui, 0, sizeof ui);
	ui.user = xstrdup(pw != NULL ? pw->pw_name : "");
	ui.dirty = ui.active = true;
	loop.tick = monotonic_ms();
	loop.idle_fd = fd != NULL ? (int)strtol(fd, NULL, 10) : -1;
	err_clear(&loop.failed);
	if (job_start(err) < 0)
		return -1;
	hold_init();
	/* The project opens while the terminal starts. */
	if (o->path != NULL && is_project(o->path))
		ui_open(o->path, o->view);
	if (term_start(headless, err) < 0)
		return -1;
	keymap_load(&problems);
	options_start(&problems);
	cmd_screen_names_set(screen_names);
	prompt_history_load();
	if (o->path == NULL)
		view_show("projects");
	else if (!is_project(o->path))
		new_project_show(o->path);
	if (problems.len > 0) {
		bool more = strchr(buf_str(&problems), '\n')[1] != '\0';

		ui_message(MSG_ERROR, "%s%.*s", more ? ":log tells more; " : "",
		    (int)strcspn(buf_str(&problems), "\n"),
		    buf_str(&problems));
		ui_log(buf_str(&problems));
	}
	buf_free(&problems);
	return 0;
}

static void
stop(void)
{
	for (struct run *r = run_first(); r != NULL; r = r->next)
		run_stop(r);
	hold_give_up_all();
	if (!ui.hung_up)
		close_start();
	view_close_all();
	term_stop();
	job_stop_all();
	picker_free(ui.picker);
	project_close(ui.project);
	run_free_all();
	keymap_free();
	hot_free();
	prompt_history_free();
	typed_free();
	free(ui.path);
	free(ui.name);
	free(ui.user);
	buf_free(&ui.message);
	buf_free(&ui.log);
}

int
ui_main(const struct ui_options *options, struct err *err)
{
	int rc = front_start(err);

	if (rc > 0)
		front_wait();
	if (rc < 0)
		return -1;
	rc = start(options, NULL, err);
	if (rc == 0)
		loop_run();
	stop();
	if (rc == 0 && loop.failed.text[0] != '\0' && view_tab() == NULL) {
		*err = loop.failed;
		return -1;
	}
	return rc;
}

/* ---- without a terminal ---- */

int
ui_test_start(const struct ui_options *options, int lines, int columns,
    struct err *err)
{
	struct term_size size = { lines, columns };

	if (start(options, &size, err) < 0) {
		stop();
		return -1;
	}
	ui_test_settle(true);
	if (loop.failed.text[0] != '\0') {
		*err = loop.failed;
		return -1;
	}
	return 0;
}

int
ui_test_key(const char *name, struct err *err)
{
	int key = strcmp(name, "Paste") == 0 ? K_PASTE :
	    strcmp(name, "PasteEnd") == 0 ? K_PASTE_END : key_parse(name);

	if (key == K_NONE)
		return err_set_status(err, ERR_NAME, "no key is called '%s'",
		    name);
	typed_key(key);
	return 0;
}

void
ui_test_mouse(int line, int column, const char *what)
{
	int kind = strcmp(what, "up") == 0 ? MOUSE_UP :
	    strcmp(what, "down") == 0 ? MOUSE_DOWN : MOUSE_CLICK;

	if (!option_get(OPT_MOUSE))
		return;
	typed_queue(K_MOUSE_AT(kind, line, column));
	if (strcmp(what, "twice") == 0)
		typed_queue(K_MOUSE_AT(MOUSE_TWICE, line, column));
}

bool
ui_test_settle(bool jobs)
{
	struct pollfd p = { .fd = job_fd(), .events = POLLIN };
	bool tried = false;

	for (unsigned rounds = 0;; rounds++) {
		job_reap();
		typed_run();
		if (!jobs)
			run_let_go(true);
		draw();
		if (ui.quit)
			return false;
		if (rounds == RESTLESS)
			fatal("the loop does not come to rest");
		if (typed_next())
			continue;
		if (settled(jobs) && !ui.dirty) {
			if (tried || hold_count() == 0)
				return true;
			tried = true;
			hold_retry(true);
		}
		if ((ui.fetches > hold_count() || run_active(false) > 0) &&
		    poll(&p, 1, -1) < 0 && errno != EINTR)
			return true;
	}
}

void
ui_test_resize(int lines, int columns)
{
	term_resize_to(lines, columns);
	ui_redraw();
}

void
ui_test_look(struct ui_test_state *out)
{
	out->project = ui.open ? ui.path : NULL;
	out->message = buf_str(&ui.message);
}

void
ui_test_stop(void)
{
	stop();
}

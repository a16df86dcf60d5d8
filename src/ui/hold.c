/*
 * Acts that wait, because somebody else holds the file: an import here or in
 * another process. They are kept in the order in which they came, and the
 * store's lane is left to those that read. The view whose act it is takes no
 * further keys for its text meanwhile; one may go elsewhere and look around.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "priv.h"

#define RETRY_MS 100

/* Jobs that read while another process keeps the whole file to itself; told
 * in their threads. */
static struct {
	pthread_mutex_t lock;
	size_t n;
	char whom[160];
} reads = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
reads_told(const char *whom)
{
	pthread_mutex_lock(&reads.lock);
	reads.n += whom != NULL ? 1 : (size_t)-1;
	if (whom != NULL)
		snprintf(reads.whom, sizeof reads.whom, "%s", whom);
	pthread_mutex_unlock(&reads.lock);
}

void
hold_init(void)
{
	project_waits(reads_told);
}

static void
reads_status(struct buf *out)
{
	pthread_mutex_lock(&reads.lock);
	if (reads.n > 0)
		buf_addf(out, "waits for %s", reads.whom);
	pthread_mutex_unlock(&reads.lock);
}

static struct {
	struct hold *first, **last;
	size_t n;
	bool trying; /* the first one is with the lane */
	long long tried;
} held = { .last = &held.first };

static void
try(struct hold *h)
{
	held.trying = true;
	held.tried = ui_now();
	job_add(JOB_STORE, h->job);
}

/* Behind those that came before. */
static void
enqueue(struct hold *h)
{
	if (held.first == NULL)
		held.tried = ui_now();
	h->queued = true;
	h->next = NULL;
	*held.last = h;
	held.last = &h->next;
	held.n++;
}

void
hold_start(struct hold *h)
{
	h->held = false;
	h->next = NULL;
	if (!h->writes || held.first == NULL) {
		job_add(JOB_STORE, h->job);
		return;
	}
	enqueue(h);
	ui_redraw();
}

bool
hold_blocks(struct hold *h)
{
	struct buf b = BUF_INIT;

	h->held = h->writes && ui.project != NULL &&
	    project_blocked(ui.project, &h->wait);
	if (!h->held)
		return false;
	if (h->found[0] == '\0' || h->wait.pid != h->pid) {
		project_holder(ui.project, &b);
		snprintf(h->found, sizeof h->found, "%s", buf_str(&b));
		buf_free(&b);
	}
	h->pid = h->wait.pid;
	return true;
}

static void
unqueue(struct hold *h)
{
	struct hold **at = &held.first;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	if (*at == NULL)
		held.last = at;
	held.n--;
	h->queued = false;
}

bool
hold_again(struct hold *h)
{
	if (h == held.first && !h->given_up)
		held.trying = false;
	if (h->held && h->unwanted && !h->given_up) {
		h->given_up = true;
		h->job->result = -1;
	}
	if (h->held && !h->given_up) {
		memcpy(h->whom, h->found, sizeof h->whom);
		if (!h->queued) {
			enqueue(h);
			ui.active = true;
		}
		ui_redraw();
		return true;
	}
	if (h->queued) {
		unqueue(h);
		if (!h->given_up && held.first != NULL)
			try(held.first);
	}
	return false;
}

void
hold_retry(bool now)
{
	if (held.first != NULL && !held.trying &&
	    (now || ui_now() - held.tried >= RETRY_MS))
		try(held.first);
}

int
hold_wait_ms(void)
{
	long long left;

	if (held.first == NULL || held.trying)
		return -1;
	left = held.tried + RETRY_MS - ui_now();
	return left < 0 ? 0 : left > RETRY_MS ? RETRY_MS : (int)left;
}

size_t
hold_count(void)
{
	return held.trying ? 0 : held.n;
}

size_t
hold_acts(void)
{
	size_t n = 0;

	for (struct hold *h = held.first; h != NULL; h = h->next)
		n += h->act;
	return n;
}

bool
hold_of(const struct view *v)
{
	for (struct hold *h = held.first; h != NULL; h = h->next)
		if (h->act && h->view == v && v != NULL &&
		    view_alive(v, h->serial))
			return true;
	return false;
}

static void
give_up(struct hold *h)
{
	h->held = h->given_up = true;
	h->job->result = -1;
	h->job->done(h->job);
}

bool
hold_give_up(const struct view *v)
{
	struct hold *newest = NULL;

	for (struct hold *h = held.first; h != NULL; h = h->next)
		if (h->act && h->view == v)
			newest = h;
	if (newest == NULL)
		return false;
	/* With the lane it may be done just now: its answer tells. */
	newest->unwanted = true;
	if (!held.trying || newest != held.first)
		give_up(newest);
	return true;
}

void
hold_give_up_all(void)
{
	while (held.first != NULL && !held.trying)
		give_up(held.first);
}

/* typed: keys that wait behind them */
void
hold_status(struct buf *out, size_t typed)
{
	const struct run *r = run_bulk();
	size_t n = hold_acts();

	if (n == 0 && r == NULL)
		reads_status(out);
	if (n == 0)
		return;
	if (n == 1)
		buf_adds(out, "not saved yet");
	else
		buf_addf(out, "%zu not saved yet", n);
	if (typed > 0 && hold_of(view_top()))
		buf_addf(out, ", %zu more typed", typed);
	buf_addf(out, ": waits for %s; Esc gives it up",
	    r != NULL ? r->call->command->name :
	    held.first->whom[0] != '\0' ? held.first->whom : "its turn");
}

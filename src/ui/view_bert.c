/* BERT: the fine-tuned models, and the curves of one that learns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "models.h"

struct bert_state {
	struct models m;
	struct list list;
	int rows;
	char *drop; /* a training that is cancelled: nothing of it is kept */
};

static void
bert_fetched(struct view *v, struct fetch *f)
{
	struct bert_state *s = v->state;
	struct models *m = f->data;

	if (f->job.result < 0) {
		ui_error(&m->err);
		return;
	}
	models_move(&s->m, m);
	s->list.n = s->m.n;
	s->list.at = models_at(&s->m);
}

static void
bert_reload(struct view *v, bool soft)
{
	struct bert_state *s = v->state;
	bool training = run_of("bert train") != NULL;

	(void)soft;
	/* one that has begun meanwhile is what one wants to see */
	models_fetch(v, "bert", training && s->list.at + 1 >= s->m.n ? NULL :
	    s->m.chosen, bert_fetched);
}

static void
bert_close(struct view *v)
{
	struct bert_state *s = v->state;

	models_free(&s->m);
	free(s->drop);
}

static const struct model *
chosen(const struct bert_state *s)
{
	return s->list.at < s->m.n ? &s->m.v[s->list.at] : NULL;
}

static bool
is_training(const struct model *m)
{
	return m != NULL && strcmp(m->state, "training") == 0;
}

static void
bert_head(struct view *v, struct buf *left, struct buf *right)
{
	struct bert_state *s = v->state;
	const struct model *m = chosen(s);
	struct run *run = run_of("bert train");

	if (run == NULL)
		run = run_of("bert resume");
	if (m == NULL) {
		buf_adds(left, "fine-tuned models");
	} else {
		buf_addf(left, "%s · %s · %s", m->name, m->method, m->state);
	}
	if (run != NULL) {
		const char *phase = atomic_load(&run->job.progress.phase);
		size_t total = atomic_load(&run->job.progress.total);

		buf_addf(right, "%s", phase != NULL ? phase : "waits");
		if (total > 0)
			buf_addf(right, " %zu of %zu",
			    atomic_load(&run->job.progress.step), total);
	}
}

/* ---- drawing ---- */

static void
curves_draw(const struct bert_state *s, struct rect r)
{
	size_t n = s->m.ncurve, nt = 0, ne = 0;
	double *buffer = xcalloc(4 * n + 1, sizeof *buffer);
	double *tx = buffer, *ty = tx + n, *ex = ty + n, *ey = ex + n;

	for (size_t i = 0; i < n; i++) {
		const struct curve_point *c = &s->m.curve[i];

		if (strcmp(c->split, "train") == 0) {
			tx[nt] = (double)c->step;
			ty[nt++] = c->loss;
		} else {
			ex[ne] = (double)c->step;
			ey[ne++] = c->loss;
		}
	}
	plot_curves(r, (struct curve[]){
		{ tx, ty, nt, style_label(0), false },
		{ ex, ey, ne, style_label(1), true } }, 2);
	free(buffer);
}

static int
fact(int y, int x, int w, const char *name, const char *value)
{
	scr_put(y, x, 10, ST_TEXT, name);
	scr_cut(y, x + 10, w - 10, ST_STRONG, value);
	return y + 1;
}

static int __attribute__((format(printf, 5, 6)))
factf(int y, int x, int w, const char *name, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		fatal("out of memory");
	va_end(ap);
	y = fact(y, x, w, name, s);
	free(s);
	return y;
}

static int
progress_facts(int y, int x, int w)
{
	struct run *run = run_of("bert train");
	size_t step, total;
	long long started;
	double seconds, left;

	if (run == NULL)
		run = run_of("bert resume");
	if (run == NULL)
		return y;
	step = atomic_load(&run->job.progress.step);
	total = atomic_load(&run->job.progress.total);
	started = atomic_load(&run->started);
	if (total == 0 || step == 0 || started == 0)
		return y;
	seconds = (double)(ui_now() - started) / 1000;
	left = seconds * (double)(total - (step < total ? step : total)) /
	    (double)step;
	y = factf(y, x, w, "step", "%zu of %zu", step, total);
	y = factf(y, x, w, "speed", "%.1f steps/s", seconds > 0 ?
	    (double)step / seconds : 0);
	if (left >= 90)
		y = factf(y, x, w, "left", "%.0f min", left / 60);
	else
		y = factf(y, x, w, "left", "%.0f s", left);
	return y;
}

static void
facts_draw(const struct bert_state *s, struct rect r)
{
	const struct model *m = chosen(s);
	cJSON *p = cJSON_Parse(m->params);
	double best = NAN, last = NAN, loss = NAN;
	long best_at = 0, batch, times;
	int y = r.y;

	for (size_t i = 0; i < s->m.ncurve; i++) {
		const struct curve_point *c = &s->m.curve[i];

		if (strcmp(c->split, "eval") != 0)
			continue;
		loss = c->loss;
		last = c->f1;
		if (!isnan(c->f1) && (isnan(best) || c->f1 > best)) {
			best = c->f1;
			best_at = (long)c->step;
		}
	}
	scr_put(y, r.x, 1, style_label(0), term_utf8() ? "⠤" : "*");
	scr_put(y, r.x + 2, 8, ST_TEXT, "train");
	scr_put(y, r.x + 10, 1, style_label(1), "●");
	scr_put(y++, r.x + 12, 8, ST_TEXT, "eval");
	if (!isnan(loss))
		y = factf(y, r.x, r.w, "eval loss", "%.3f", loss);
	if (!isnan(last))
		y = factf(y, r.x, r.w, "F1 eval", "%.3f", last);
	if (!isnan(best))
		y = factf(y, r.x, r.w, "best", "%.3f at %ld", best, best_at);
	if (is_training(m))
		y = progress_facts(y, r.x, r.w);
	batch = (long)reply_num(p, "batch", 0);
	times = (long)reply_num(p, "accumulate", 1);
	if (batch > 0)
		y = factf(y, r.x, r.w, "batch", "%ld x %ld = %ld", batch,
		    times, batch * times);
	if (reply_item(p, "epochs") != NULL)
		y = factf(y, r.x, r.w, "epochs", "%.0f",
		    reply_num(p, "epochs", 0));
	if (reply_item(p, "lr") != NULL)
		y = factf(y, r.x, r.w, "rate", "%g", reply_num(p, "lr", 0));
	cJSON_Delete(p);
}

/* What the curves say, in words. */
static const char *
advice(const struct bert_state *s)
{
	double prev = NAN, last = NAN, train = NAN;
	size_t evals = 0;

	for (size_t i = 0; i < s->m.ncurve; i++) {
		const struct curve_point *c = &s->m.curve[i];

		if (strcmp(c->split, "eval") == 0) {
			prev = last;
			last = c->loss;
			evals++;
		} else {
			train = c->loss;
		}
	}
	if (evals < 2)
		return "";
	if (last > prev * 1.02)
		return "eval loss rises again: fewer epochs, or a lower rate";
	if (!isnan(train) && last > 2 * train)
		return "eval loss is far above the training's: it learns the "
		    "texts by heart";
	if (last < prev * 0.95)
		return "eval loss still falls: more epochs may help";
	return "eval loss is level: more epochs will not help much";
}

static void
row_draw(const struct bert_state *s, size_t at, int y, int w)
{
	const struct model *m = &s->m.v[at];
	bool here = at == s->list.at;
	char ago[32];

	ui_ago(m->time, ago);
	scr_put(y, 1, 1, ST_ACCENT, here ? "▸" : " ");
	scr_cut(y, 3, 20, here ? ST_STRONG : ST_TEXT, m->name);
	scr_cut(y, 24, 26, ST_TEXT, m->method);
	scr_cut(y, 51, w - 62, ST_TEXT, m->error != NULL &&
	    m->error[0] != '\0' ? m->error : m->state);
	scr_rightf(y, w - 9, 8, ST_TEXT, "%s", ago);
	if (here)
		scr_cursor(y, 3);
}

static void
bert_draw(struct view *v, struct rect r)
{
	struct bert_state *s = v->state;
	int y = r.y, side = r.w >= 76 ? 26 : 0, h;

	if (s->m.n == 0) {
		scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 < 76 ?
		    r.w - 4 : 76 }, ST_TEXT, "No model was fine-tuned yet. "
		    "With a few hundred labelled texts, at least some fifty "
		    "of each label, press a to train one; it goes on while "
		    "you do other things.");
		return;
	}
	s->rows = (int)s->m.n < 4 ? (int)s->m.n : 4;
	list_fit(&s->list, s->m.n, s->rows);
	hot_rows(&s->list, y, 0, r.w, s->rows);
	for (int i = 0; i < s->rows; i++)
		row_draw(s, s->list.top + (size_t)i, y++, r.w);
	scr_rule(y++, 0, r.w);
	h = r.y + r.h - y - 1;
	if (h >= 5) {
		curves_draw(s, (struct rect){ y, 0, h, r.w - side });
		if (s->m.ncurve == 0)
			scr_put(y + 1, 2, r.w - side - 4, ST_TEXT,
			    is_training(chosen(s)) ?
			    "the first loss comes after a few steps" :
			    "no curve was stored");
	}
	if (side > 0)
		facts_draw(s, (struct rect){ y, r.w - side, h, side - 1 });
	scr_cut(r.y + r.h - 1, 1, r.w - 2, ST_TEXT, advice(s));
}

/* ---- acts ---- */

static void
bert_trained(struct view *v, struct cmd_call *c, int result)
{
	struct bert_state *s = v->state;
	struct cmd_call *del;

	if (result == 0) {
		ui_message(MSG_DONE, "%s is trained",
		    reply_str(c->reply, "model"));
		return;
	}
	ui_error(&c->err);
	v->stale = true;
	if (s->drop == NULL)
		return;
	del = call_words((const char *[]){ "bert", "delete", s->drop, NULL });
	free(s->drop);
	s->drop = NULL;
	if (del != NULL)
		run_call(v, del, NULL);
}

static void
stop_yes(struct view *v, void *arg)
{
	struct run *run = run_of("bert train");

	(void)v;
	(void)arg;
	if (run == NULL)
		run = run_of("bert resume");
	if (run != NULL)
		run_stop(run);
	ui_message(MSG_NOTE, "stopping: its best state is kept, and "
	    "R goes on with it");
}

static void
cancel_yes(struct view *v, void *name)
{
	struct bert_state *s = v->state;
	struct run *run = run_of("bert train");

	if (run == NULL)
		return;
	free(s->drop);
	s->drop = xstrdup(name);
	run_stop(run);
	ui_message(MSG_NOTE, "cancelling");
}

static void
delete_yes(struct view *v, void *name)
{
	struct cmd_call *c = call_words((const char *[]){ "bert", "delete",
		name, NULL });

	if (c != NULL)
		run_call(v, c, NULL);
}

static const struct answer stop_answers[] = {
	{ 'y', "yes, stop here", stop_yes },
	{ 'n', "no, go on", NULL },
	{ 0 },
};
static const struct answer cancel_answers[] = {
	{ 'y', "yes, throw it away", cancel_yes },
	{ 'n', "no, go on", NULL },
	{ 0 },
};
static const struct answer delete_answers[] = {
	{ 'y', "yes, delete it", delete_yes },
	{ 'n', "no", NULL },
	{ 0 },
};

static void
ask(struct view *v, const char *what, const struct answer *answers)
{
	struct bert_state *s = v->state;
	const struct model *m = chosen(s);
	char *text;

	if (m == NULL)
		return;
	text = xasprintf(what, m->name);
	question_open(v, text, answers, xstrdup(m->name), free);
	free(text);
}

static void
log_got(struct view *v, struct cmd_call *c, int result)
{
	if (result < 0)
		ui_error(&c->err);
	else
		pager_open(v, "log", buf_str(&c->text));
}

static unsigned
bert_act(struct view *v, struct cmd_call *c)
{
	struct bert_state *s = v->state;
	const char *name = c->command->name;
	const struct model *m = chosen(s);
	struct cmd_call *call;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"), s->rows);
		if ((m = chosen(s)) != NULL) {
			free(s->m.chosen);
			s->m.chosen = xstrdup(m->name);
			v->stale = true;
		}
	} else if (strcmp(name, "start") == 0 ||
	    (strcmp(name, "enter") == 0 && s->m.n == 0)) {
		form_open(v, "bert train", NULL, bert_trained);
	} else if (strcmp(name, "stop-best") == 0 && is_training(m)) {
		ask(v, "stop %s and keep its best state?", stop_answers);
	} else if (strcmp(name, "cancel-run") == 0 && is_training(m)) {
		ask(v, "cancel %s and keep nothing of it?", cancel_answers);
	} else if (strcmp(name, "delete-model") == 0 && m != NULL) {
		ask(v, "delete %s and its files?", delete_answers);
	} else if (strcmp(name, "retrain") == 0 && m != NULL) {
		call = call_words((const char *[]){ "bert", "resume", m->name,
			NULL });
		if (call != NULL)
			run_call(v, call, bert_trained);
	} else if (strcmp(name, "job-log") == 0 && m != NULL) {
		run_query(v, log_got, (const char *[]){ "bert", "show",
			m->name, NULL });
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static bool
bert_fill(struct view *v, const char *name, struct buf *out)
{
	const struct model *m = chosen(v->state);

	if (strcmp(name, "model") != 0 || m == NULL)
		return false;
	buf_adds(out, m->name);
	return true;
}

static const char *const contexts[] = { "bert", "list", "any", NULL };

const struct view_ops view_bert = {
	.name = "bert", .title = "BERT", .contexts = contexts,
	.state_size = sizeof(struct bert_state),
	.shows = CHANGES_MODELS | CHANGES_JOBS,
	.close = bert_close, .draw = bert_draw, .head = bert_head,
	.act = bert_act, .reload = bert_reload, .fill = bert_fill,
};

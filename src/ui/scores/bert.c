/* BERT: the fine-tuned models, and the curves of one that learns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"

#include "models.h"

struct bert_state {
	struct models m;
	char *drop; /* a training that is cancelled: nothing of it is kept */
	/* Speed is that of the phase which runs: when it was first seen. */
	const char *phase;
	long long since; /* ms since 1970 */
	size_t since_step;
};

/* The training that runs in this process, or NULL. */
static struct run *
training_run(void)
{
	struct run *run = run_of("bert train");

	return run != NULL ? run : run_of("bert resume");
}

static void
bert_fetched(struct view *v, struct fetch *f)
{
	struct bert_state *s = v->state;

	models_take(&s->m, f);
}

static void
bert_reload(struct view *v, bool soft)
{
	struct bert_state *s = v->state;
	bool training = run_of("bert train") != NULL;

	(void)soft;
	/* one that has begun meanwhile is what one wants to see */
	models_fetch(v, "bert", training && s->m.list.at + 1 >= s->m.n ? NULL :
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
	return models_here(&s->m);
}

static bool
is_training(const struct model *m)
{
	return m != NULL && strcmp(m->state, "training") == 0;
}

/* "camembert-3 · almanach/camembert-base · epoch 2 of 3 · step 412" */
static void
head_model(const struct bert_state *s, const struct model *m, struct buf *out)
{
	cJSON *p = cJSON_Parse(m->params);
	double epochs = reply_num(p, "epochs", 0);
	struct loss_summary l;

	loss_read(&l, s->m.curve, s->m.ncurve);
	buf_addf(out, "%s · %s", m->name, m->method);
	if (!is_training(m))
		buf_addf(out, " · %s", m->state);
	else if (epochs > 0 && !isnan(l.epoch))
		buf_addf(out, " · epoch %.0f of %.0f",
		    fmin(floor(l.epoch) + 1, epochs), epochs);
	if (l.step > 0)
		buf_addf(out, " · step %lld", (long long)l.step);
	cJSON_Delete(p);
}

static void
bert_head(struct view *v, struct buf *left, struct buf *right)
{
	struct bert_state *s = v->state;
	const struct model *m = chosen(s);
	struct run *run = training_run();

	if (m == NULL)
		buf_adds(left, "fine-tuned models");
	else
		head_model(s, m, left);
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

#define EPOCHS 12 /* marks of the axis */

/* Steps at which epochs end, up to the last: marks of the axis. */
static size_t
epoch_marks(const struct bert_state *s, const struct model *m,
    double marks[EPOCHS], double *last)
{
	cJSON *p = cJSON_Parse(m->params);
	double epochs = reply_num(p, "epochs", 0), steps = 0;
	int by = (int)ceil(epochs / EPOCHS);
	size_t n = 0;

	cJSON_Delete(p);
	for (size_t i = 0; i < s->m.ncurve; i++)
		if (s->m.curve[i].epoch > 0)
			steps = (double)s->m.curve[i].step /
			    s->m.curve[i].epoch;
	*last = is_training(m) ? steps * epochs : 0;
	for (int e = by; steps > 0 && e <= epochs && n < EPOCHS; e += by)
		marks[n++] = round(steps * e);
	return n;
}

/* The curves of the losses as the plot takes them; the caller frees the
 * numbers, curves[0].x. */
static void
losses_of(const struct bert_state *s, struct curve curves[2])
{
	size_t n = s->m.ncurve, nt = 0, ne = 0;
	double *tx = xcalloc(4 * n + 1, sizeof *tx), *ty = tx + n;
	double *ex = ty + n, *ey = ex + n;
	struct loss_summary l;

	loss_read(&l, s->m.curve, n);
	curves[0] = (struct curve){ tx, ty, 0, style_label(0), CURVE_LINE,
		false, 0 };
	curves[1] = (struct curve){ ex, ey, 0, style_label(1), CURVE_POINTS,
		false, 0 };
	for (size_t i = 0; i < n; i++) {
		const struct curve_point *c = &s->m.curve[i];

		if (strcmp(c->split, "train") == 0) {
			tx[nt] = (double)c->step;
			ty[nt++] = c->loss;
			continue;
		}
		if (c->step == l.best_step) {
			curves[1].best = true;
			curves[1].best_at = ne;
		}
		ex[ne] = (double)c->step;
		ey[ne++] = c->loss;
	}
	curves[0].n = nt;
	curves[1].n = ne;
}

static void
curves_draw(const struct bert_state *s, struct rect r)
{
	double marks[EPOCHS], last;
	size_t nmarks = epoch_marks(s, chosen(s), marks, &last);
	struct curve curves[2];

	losses_of(s, curves);
	plot_draw(r, &(struct plot){ .v = curves, .n = 2, .unit = "steps",
		.from_zero = true, .x_to = last, .marks = marks,
		.nmarks = nmarks });
	free((void *)curves[0].x);
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

static void
speed_note(struct bert_state *s, const struct run *run)
{
	const char *phase = atomic_load(&run->job.progress.phase);

	if (phase == s->phase)
		return;
	s->phase = phase;
	s->since = ui_now();
	s->since_step = atomic_load(&run->job.progress.step);
}

/* What this process takes. */
static double
memory_gb(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f != NULL) {
		if (fscanf(f, "%*d %ld", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e9;
}

/* How far, how fast, and how long it will take. */
static int
progress_facts(struct bert_state *s, int y, int x, int w, double batch)
{
	struct run *run = training_run();
	size_t step, total;
	double seconds, rate, left;

	if (run == NULL)
		return y;
	speed_note(s, run);
	step = atomic_load(&run->job.progress.step);
	total = atomic_load(&run->job.progress.total);
	y = factf(y, x, w, "memory", "%.1f GB", memory_gb());
	seconds = (double)(ui_now() - s->since) / 1000;
	if (total == 0 || step <= s->since_step || seconds <= 0)
		return y;
	rate = (double)(step - s->since_step) / seconds;
	left = (double)(total - (step < total ? step : total)) / rate;
	y = factf(y, x, w, "speed", batch > 0 ? "%.0f texts/s" :
	    "%.1f steps/s", rate * (batch > 0 ? batch : 1));
	if (left >= 5400)
		return factf(y, x, w, "left", "%.1f h", left / 3600);
	if (left >= 90)
		return factf(y, x, w, "left", "%.0f min", left / 60);
	return factf(y, x, w, "left", "%.0f s", left);
}

static int
legend_draw(const struct bert_state *s, int y, int x, int w)
{
	struct curve curves[2];

	losses_of(s, curves);
	free((void *)curves[0].x);
	plot_legend(y, x, 9, &curves[0], "train");
	plot_legend(y, x + 10, 7, &curves[1], "eval");
	if (curves[1].best && w >= 24) {
		scr_put(y, x + 18, 1, curves[1].style, "◆");
		scr_put(y, x + 20, w - 20, ST_TEXT, "best");
	}
	return y + 1;
}

static void
facts_draw(struct bert_state *s, struct rect r)
{
	const struct model *m = chosen(s);
	cJSON *p = cJSON_Parse(m->params);
	double batch = reply_num(p, "batch", 0);
	double times = reply_num(p, "accumulate", 1);
	struct loss_summary l;
	int y = legend_draw(s, r.y, r.x, r.w);

	loss_read(&l, s->m.curve, s->m.ncurve);
	if (!isnan(l.loss))
		y = factf(y, r.x, r.w, "eval loss", "%.3f", l.loss);
	if (!isnan(l.f1))
		y = factf(y, r.x, r.w, "F1 eval", "%.3f", l.f1);
	if (l.evals > 0)
		y = factf(y, r.x, r.w, "best", "%.3f at %lld", l.best_loss,
		    (long long)l.best_step);
	if (!isnan(l.best_f1))
		y = factf(y, r.x, r.w, "its F1", "%.3f", l.best_f1);
	if (is_training(m))
		y = progress_facts(s, y, r.x, r.w, batch * times);
	if (batch > 0)
		y = factf(y, r.x, r.w, "batch", "%.0f x %.0f = %.0f", batch,
		    times, batch * times);
	if (reply_item(p, "epochs") != NULL)
		y = factf(y, r.x, r.w, "epochs", "%.0f",
		    reply_num(p, "epochs", 0));
	if (reply_item(p, "lr") != NULL)
		y = factf(y, r.x, r.w, "rate", "%g", reply_num(p, "lr", 0));
	if (reply_item(p, "n") != NULL)
		factf(y, r.x, r.w, "texts", "%s",
		    COUNT(reply_num(p, "n", 0)));
	cJSON_Delete(p);
}

/* Below the curves: the training's last note, and what the curves say. */
static void
notes_draw(const struct bert_state *s, int y, int w)
{
	const cJSON *notes = reply_item(s->m.metrics, "notes");
	const char *note = cJSON_GetStringValue(cJSON_GetArrayItem(notes,
	    cJSON_GetArraySize(notes) - 1));
	struct loss_summary l;

	loss_read(&l, s->m.curve, s->m.ncurve);
	if (note != NULL)
		scr_cut(y, 1, w - 2, ST_TEXT, note);
	scr_cut(y + 1, 1, w - 2, ST_STRONG, loss_advice(&l));
}

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct model *m = &((const struct bert_state *)of)->m.v[at];
	char ago[32];

	cJSON *metrics = cJSON_Parse(m->metrics);
	double f1 = reply_num(reply_item(metrics, "eval"), "f1_macro", NAN);

	ui_ago(m->time, ago);
	scr_cut(y, 3, 18, here ? ST_STRONG : ST_TEXT, m->name);
	scr_cut(y, 22, 23, ST_TEXT, m->method);
	if (m->error != NULL && m->error[0] != '\0')
		scr_cut(y, 46, w - 56, ST_TEXT, m->error);
	else if (!isnan(f1))
		scr_putf(y, 46, w - 56, ST_TEXT, "%s · F1 eval %.3f",
		    m->state, f1);
	else
		scr_cut(y, 46, w - 56, ST_TEXT, m->state);
	cJSON_Delete(metrics);
	scr_rightf(y, w - 9, 8, ST_TEXT, "%s", ago);
}

static void
bert_draw(struct view *v, struct rect r)
{
	struct bert_state *s = v->state;
	int y = r.y, side = r.w >= 76 ? 26 : 0, h, rows;

	if (s->m.n == 0) {
		scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 < 76 ?
		    r.w - 4 : 76 }, ST_TEXT, may_words("bert train",
		    "No model was fine-tuned yet. With a few hundred labelled "
		    "texts, at least some fifty of each label, press a to "
		    "train one; it goes on while you do other things.",
		    "No model was fine-tuned yet: a manager trains them."));
		return;
	}
	rows = (int)s->m.n < 4 ? (int)s->m.n : 4;
	list_draw(&s->m.list, s->m.n, (struct rect){ y, 0, rows, r.w },
	    row_draw, s);
	y += rows;
	scr_rule(y++, 0, r.w);
	h = r.y + r.h - y - 2;
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
	notes_draw(s, r.y + r.h - 2, r.w);
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
	struct run *run = training_run();

	(void)v;
	(void)arg;
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
delete_ask(struct view *v, const struct model *m)
{
	char *text = xasprintf("delete %s and its files?", m->name);

	confirm_run(v, text, "yes, delete it", (const char *[]){ "bert",
		"delete", "--", m->name, NULL });
	free(text);
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
		models_move(v, &s->m, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "start") == 0 ||
	    (strcmp(name, "enter") == 0 && s->m.n == 0)) {
		form_open(v, "bert train", NULL, bert_trained);
	} else if (strcmp(name, "stop-best") == 0 && is_training(m)) {
		ask(v, "stop %s and keep its best state?", stop_answers);
	} else if (strcmp(name, "cancel-run") == 0 && is_training(m)) {
		ask(v, "cancel %s and keep nothing of it?", cancel_answers);
	} else if (strcmp(name, "export-shown") == 0 && m != NULL) {
		chart_ask(v, "loss", m->name, NULL);
	} else if (strcmp(name, "delete-model") == 0 && m != NULL) {
		delete_ask(v, m);
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
	return models_fill(&((struct bert_state *)v->state)->m, name, out);
}

static const char *
bert_term(struct view *v)
{
	return chosen(v->state) == NULL ? NULL :
	    "loss, eval loss, F1 macro, epoch, step, batch";
}

static const char *const contexts[] = { "bert", "list", "any", NULL };

static const struct lead leads[] = {
	{ "start", "bert train" },
	{ "retrain", "bert resume" },
	{ "delete-model", "bert delete" },
	{ "export-shown", "export loss" },
	{ NULL, NULL },
};

const struct view_ops view_bert = {
	.name = "bert", .title = "BERT", .contexts = contexts,
	.leads = leads,
	.state_size = sizeof(struct bert_state),
	.shows = CHANGES_MODELS | CHANGES_JOBS,
	.close = bert_close, .draw = bert_draw, .head = bert_head,
	.act = bert_act, .reload = bert_reload, .term = bert_term,
	.fill = bert_fill,
};

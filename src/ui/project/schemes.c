/*
 * Project, schemes: the layers of annotation, to make, copy, rename, delete
 * and choose.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/current.h"
#include "tagtiger/scheme.h"
#include "tagtiger/user.h"

#include "../priv.h"

struct layer {
	uint64_t tagged, annotations; /* texts; of all people */
	size_t people, book;	      /* bytes of its codebook */
};

struct schemes {
	struct scheme *v;
	struct layer *layers; /* (n) */
	size_t n, current;
	struct err err;
};

struct schemes_state {
	struct schemes s;
	struct list list;
	bool ready;
};

static void
schemes_clear(struct schemes *s)
{
	scheme_list_free(s->v, s->n);
	free(s->layers);
	memset(s, 0, sizeof *s);
}

static void
schemes_drop(void *data)
{
	schemes_clear(data);
	free(data);
}

static int
layer_read(struct project *p, int64_t scheme, struct layer *out,
    struct err *err)
{
	struct annot_query q = { .scheme = scheme, .choice = CHOICE_ALL,
		.sets = SETS_ALL };
	struct annot_counts counts;
	struct annot_by *by;
	char *book;

	if (annot_count(p, &q, &counts, err) < 0)
		return -1;
	out->tagged = counts.tagged;
	annot_counts_free(&counts);
	if (annot_by(p, scheme, SETS_ALL, &by, &out->people, err) < 0)
		return -1;
	for (size_t i = 0; i < out->people; i++)
		out->annotations += by[i].tagged;
	free(by);
	book = codebook_get(p, scheme, err);
	out->book = book != NULL ? strlen(book) : 0;
	free(book);
	return 0;
}

static int
schemes_fetch(struct fetch *f)
{
	struct schemes *s = f->data;
	struct scheme current = { 0 };

	if (scheme_list(ui.project, &s->v, &s->n, &s->err) < 0 ||
	    current_scheme(ui.project, &current, &s->err) < 0)
		return -1;
	s->layers = xcalloc(s->n + 1, sizeof *s->layers);
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].id == current.id)
			s->current = i;
		if (layer_read(ui.project, s->v[i].id, &s->layers[i],
		    &s->err) < 0) {
			scheme_free(&current);
			return -1;
		}
	}
	scheme_free(&current);
	return 0;
}

static void
schemes_done(struct view *v, struct fetch *f)
{
	struct schemes_state *s = v->state;
	struct schemes *got = f->data, old = s->s;

	if (f->job.result < 0) {
		ui_error(&got->err);
		return;
	}
	s->s = *got;
	*got = old;
	if (!s->ready)
		s->list.at = s->s.current;
	s->ready = true;
	list_fit(&s->list, s->s.n);
}

static void
schemes_reload(struct view *v, bool soft)
{
	(void)soft;
	fetch_start(v, fetch_new(schemes_fetch, schemes_done, schemes_drop,
	    xcalloc(1, sizeof(struct schemes))));
}

static void
schemes_close(struct view *v)
{
	struct schemes_state *s = v->state;

	schemes_clear(&s->s);
}

/* ---- drawing ---- */

static void
row_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct schemes_state *s = of;
	const struct scheme *sc = &s->s.v[at];
	const struct layer *l = &s->s.layers[at];
	int name = w >= 110 ? 36 : 20, x = 5 + name;
	char n[32];

	scr_put(y, 3, 1, ST_STRONG, at == s->s.current ? "*" : " ");
	scr_cut(y, 5, name, here ? ST_STRONG : ST_TEXT, sc->name);
	scr_put(y, x + 1, 12, ST_TEXT, sc->kind == SCHEME_MULTILABEL ?
	    "multi-label" : "multi-class");
	scr_rightf(y, x + 13, 7, ST_TEXT, "%zu", sc->nlabels);
	count_text((long long)l->tagged, n);
	scr_right(y, x + 20, 10, ST_TEXT, n);
	count_text((long long)l->annotations, n);
	scr_right(y, x + 31, 12, ST_TEXT, n);
	scr_rightf(y, x + 44, 7, ST_TEXT, "%zu", l->people);
	if (w - x >= 62)
		scr_put(y, x + 54, 9, ST_TEXT, l->book > 0 ? "yes" : "–");
}

static void
schemes_draw(struct view *v, struct rect r)
{
	struct schemes_state *s = v->state;
	int x = 5 + (r.w >= 110 ? 36 : 20), y = r.y, bottom = r.y + r.h - 3;

	if (!s->ready)
		return;
	scr_put(y, 5, 20, ST_TEXT, "scheme");
	scr_put(y, x + 1, 12, ST_TEXT, "kind");
	scr_right(y, x + 13, 7, ST_TEXT, "labels");
	scr_right(y, x + 21, 9, ST_TEXT, "texts");
	scr_right(y, x + 31, 12, ST_TEXT, "annotations");
	scr_right(y, x + 44, 7, ST_TEXT, "people");
	if (r.w - x >= 62)
		scr_put(y, x + 54, 9, ST_TEXT, "codebook");
	y++;
	list_draw(&s->list, s->s.n, (struct rect){ y, 0, bottom - y, r.w },
	    row_draw, s);
	scr_rule(bottom, 0, r.w);
	scr_paragraph((struct rect){ bottom + 1, 1, 2, r.w - 2 < 76 ?
	    r.w - 2 : 76 }, ST_TEXT, "* is the scheme that you tag in. A "
	    "scheme is one question to the texts, with labels for answers: "
	    "add one for each.");
}

/* ---- acts ---- */

static unsigned
rename_given(struct view *v, const char *text, void *arg)
{
	if (text[0] != '\0' && strcmp(text, arg) != 0)
		run_now(v, (const char *[]){ "scheme", "rename", arg, text,
			NULL });
	return R_REDRAW;
}

static void
rename_preview(struct view *v, const char *text, void *arg, struct buf *lines)
{
	const struct schemes_state *s = v->state;

	for (size_t i = 0; i < s->s.n; i++)
		if (strcmp(s->s.v[i].name, text) == 0 &&
		    strcmp(text, arg) != 0) {
			buf_addf(lines, "%s exists: schemes are not merged.",
			    text);
			return;
		}
	buf_adds(lines, "A new name touches no annotation; u takes it back.");
}

static void
delete_yes(struct view *v, const char *name)
{
	run_now(v, (const char *[]){ "scheme", "delete", name, NULL });
}

static void
delete_ask(struct view *v, const struct scheme *sc, const struct layer *l)
{
	struct buf b = BUF_INIT;
	char texts[32], annotations[32];

	count_text((long long)l->tagged, texts);
	count_text((long long)l->annotations, annotations);
	buf_addf(&b, "%s goes with its %zu label%s, %s annotation%s on %s "
	    "text%s%s;\nu takes it back.", sc->name, sc->nlabels,
	    sc->nlabels == 1 ? "" : "s", annotations,
	    l->annotations == 1 ? "" : "s", texts, l->tagged == 1 ? "" : "s",
	    l->book > 0 ? " and its codebook" : "");
	confirm_name(v, sc->name, buf_str(&b), delete_yes);
	buf_free(&b);
}

static unsigned
schemes_act(struct view *v, struct cmd_call *c)
{
	struct schemes_state *s = v->state;
	const char *name = c->command->name;
	const struct scheme *sc = s->ready && s->list.at < s->s.n ?
	    &s->s.v[s->list.at] : NULL;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (sc == NULL) {
		return R_PASS;
	} else if (strcmp(name, "enter") == 0) {
		run_now(v, (const char *[]){ "scheme", "use", sc->name,
			NULL });
	} else if (strcmp(name, "copy-this") == 0) {
		form_open(v, "scheme copy", (const char *[]){ "OLD", sc->name,
			NULL }, NULL);
	} else if (strcmp(name, "rename-this") == 0) {
		char *label = xasprintf("Rename %s to: ", sc->name);

		prompt_open(v, &(struct prompt){ .label = label,
			.initial = sc->name, .done = rename_given,
			.preview = rename_preview, .arg = xstrdup(sc->name),
			.drop = free });
		free(label);
	} else if (strcmp(name, "delete-this") == 0) {
		delete_ask(v, sc, &s->s.layers[s->list.at]);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static bool
schemes_fill(struct view *v, const char *name, struct buf *out)
{
	const struct schemes_state *s = v->state;

	if (strcmp(name, "scheme") != 0 || s->list.at >= s->s.n)
		return false;
	buf_adds(out, s->s.v[s->list.at].name);
	return true;
}

static const char *
schemes_term(struct view *v)
{
	(void)v;
	return "tagged, annotations";
}

static const char *const contexts[] = { "schemes", "list", "project", "any",
	NULL };

static const struct lead leads[] = {
	{ "copy-this", "scheme copy" },
	{ "rename-this", "scheme rename" },
	{ "delete-this", "scheme delete" },
	{ NULL, NULL },
};

const struct view_ops view_schemes = {
	.name = "schemes", .page_of = "project", .page = "schemes",
	.contexts = contexts, .leads = leads,
	.state_size = sizeof(struct schemes_state),
	.shows = CHANGES_SETTINGS | CHANGES_SCHEMES | CHANGES_LABELS |
	    CHANGES_ANNOTATIONS | CHANGES_CODEBOOK,
	.close = schemes_close, .draw = schemes_draw, .head = pages_head,
	.act = schemes_act, .reload = schemes_reload, .fill = schemes_fill,
	.term = schemes_term,
};

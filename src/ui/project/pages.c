/*
 * The pages of Project that are a list out of a command's answer: features
 * and options.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"

#include "../options.h"
#include "../priv.h"

struct line {
	char *left, *middle, *right, *name;
};

struct pages_state {
	struct line *v;
	size_t n, cap;
	struct list list;
	bool ready;
};

static void
clear(struct pages_state *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].left);
		free(s->v[i].middle);
		free(s->v[i].right);
		free(s->v[i].name);
	}
	s->n = 0;
}

static void
pages_close(struct view *v)
{
	struct pages_state *s = v->state;

	clear(s);
	free(s->v);
}

static void
add(struct pages_state *s, const char *left, const char *middle,
    const char *right, const char *name)
{
	s->v = array_room(s->v, s->n, &s->cap, sizeof *s->v);
	s->v[s->n++] = (struct line){ xstrdup(left ? left : ""),
		xstrdup(middle ? middle : ""), xstrdup(right ? right : ""),
		xstrdup(name ? name : "") };
}

/* ---- answers ---- */

static void
features_got(struct view *v, struct cmd_call *c, int result)
{
	struct pages_state *s = v->state;
	const cJSON *f;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	clear(s);
	s->ready = true;
	cJSON_ArrayForEach(f, reply_item(c->reply, "features")) {
		const char *state = reply_str(f, "state"), *error;
		struct buf right = BUF_INIT;
		char texts[32], dims[32];

		count_text((long long)reply_num(f, "texts", 0), texts);
		count_text((long long)reply_num(f, "dimensions", 0), dims);
		error = reply_str(f, "error");
		if (strcmp(state, "ready") == 0) {
			buf_addf(&right, "%s texts · %s dimensions · ",
			    texts, dims);
			buf_add_size(&right, (int64_t)reply_num(f, "bytes", 0));
		} else if (strcmp(state, "lost") == 0) {
			buf_adds(&right, "its files are gone: make it again");
		} else {
			buf_addf(&right, "%s%s%s", state, error[0] != '\0' ?
			    ": " : "", error);
		}
		add(s, reply_str(f, "feature"), reply_str(f, "kind"),
		    buf_str(&right), reply_str(f, "feature"));
		buf_free(&right);
	}
}

static void
options_got(struct view *v, struct cmd_call *c, int result)
{
	struct pages_state *s = v->state;
	const cJSON *list = reply_item(c->reply, "config"), *o;

	if (result < 0) {
		ui_error(&c->err);
		return;
	}
	clear(s);
	s->ready = true;
	cJSON_ArrayForEach(o, list) {
		const cJSON *value = reply_item(o, "value");
		const char *key = reply_str(o, "key");
		char *text = cJSON_IsString(value) ?
		    xstrdup(value->valuestring) : value != NULL ?
		    cJSON_PrintUnformatted(value) : xstrdup("");

		add(s, key, text, reply_str(o, "help"), key);
		free(text);
	}
	/* the project's, then this account's */
	for (int i = 0; i < OPTIONS; i++) {
		const struct option_info *info = option_info((enum option)i);
		struct buf b = BUF_INIT;

		option_spell((enum option)i, option_get((enum option)i), &b);
		add(s, info->name, buf_str(&b), info->help, NULL);
		buf_free(&b);
	}
}

static void
pages_reload(struct view *v, bool soft)
{
	(void)soft;
	if (v->ops == &view_features)
		run_query(v, features_got, (const char *[]){ "feature", "list",
			NULL });
	else
		run_query(v, options_got, (const char *[]){ "config", NULL });
}

/* ---- drawing ---- */

static const char *
nothing(const struct view *v)
{
	if (v->ops == &view_features)
		return may_words("feature add", "No feature yet: a makes one. "
		    "Quick models and maps work on features: sbert (sentence "
		    "embeddings of a base model) as a rule, tfidf (word "
		    "weights) where there is none.", "No feature yet: a "
		    "manager makes them. Quick models work on features.");
	return "There is nothing to set.";
}

/* A parameter of the project's: this account may look, or change it too. */
static bool
may_change(struct err *err)
{
	const struct cmd_param *p = cmd_find("config")->params;

	while (strcmp(p->name, "VALUE") != 0)
		p++;
	return may_give(p, err);
}

/* The whole help of the line under the cursor, and whose it is. */
static void
option_tell(const struct pages_state *s, int y, int w)
{
	const struct line *l = &s->v[s->list.at];
	char *text = xasprintf("%s: %s. %s%s", l->left, l->right,
	    l->name[0] != '\0' ? "A parameter of the project: it holds for "
	    "everybody." : "Yours alone.", l->name[0] != '\0' &&
	    !may_change(NULL) ? " Managers change it." : "");

	scr_rule(y, 0, w);
	scr_paragraph((struct rect){ y + 1, 1, 3, w - 2 < 76 ? w - 2 : 76 },
	    ST_TEXT, text);
	free(text);
}

static void
line_draw(void *of, size_t at, int y, int w, bool here)
{
	const struct view *v = of;
	const struct pages_state *s = v->state;
	const struct line *l = &s->v[at];
	bool options = v->ops == &view_options;
	int left = 18, middle = 13;

	scr_cut(y, 3, left, here ? ST_STRONG : ST_TEXT, l->left);
	scr_cut(y, 4 + left, middle, options ? ST_STRONG : ST_TEXT, l->middle);
	scr_cut(y, 5 + left + middle, w - 6 - left - middle, ST_TEXT,
	    l->right);
}

static void
pages_draw(struct view *v, struct rect r)
{
	struct pages_state *s = v->state;
	bool help = v->ops == &view_options && r.h >= 8;

	if (!s->ready)
		return;
	if (s->n == 0) {
		scr_paragraph((struct rect){ r.y + 1, 2, r.h, r.w - 4 < 76 ?
		    r.w - 4 : 76 }, ST_TEXT, nothing(v));
		return;
	}
	if (help)
		r.h -= 4;
	list_draw(&s->list, s->n, r, line_draw, v);
	if (help)
		option_tell(s, r.y + r.h, r.w);
}

/* ---- acts ---- */

static unsigned
value_given(struct view *v, const char *text, void *key)
{
	run_now(v, (const char *[]){ "config", key, text, NULL });
	return R_REDRAW;
}

static unsigned
option_given(struct view *v, const char *text, void *name)
{
	struct cmd_call *c = call_words((const char *[]){ "set", name, text,
		NULL });

	if (c != NULL) {
		options_command(v, c);
		cmd_call_free(c);
		view_mark(v, R_RELOAD);
	}
	return R_REDRAW;
}

/* A flag and a choice change where they stand, a number is asked for. */
static void
option_change(struct view *v, const struct line *l)
{
	int o = option_find(l->left);
	const struct option_info *info = o >= 0 ? option_info((enum option)o) :
	    NULL;
	char *label;

	if (info == NULL)
		return;
	if (info->type != OPTION_NUMBER) {
		option_set((enum option)o, option_get((enum option)o) <
		    info->max ? option_get((enum option)o) + 1 : info->min);
		view_mark(v, R_RELOAD);
		return;
	}
	label = xasprintf("%s, %d to %d: ", l->left, info->min, info->max);
	prompt_open(v, &(struct prompt){ .label = label, .initial = l->middle,
		.done = option_given, .arg = xstrdup(l->left), .drop = free });
	free(label);
}

static unsigned
pages_act(struct view *v, struct cmd_call *c)
{
	struct pages_state *s = v->state;
	const char *name = c->command->name;
	const struct line *l = s->list.at < s->n ? &s->v[s->list.at] : NULL;
	struct err err = { 0 };
	char *text;

	if (strcmp(name, "move") == 0) {
		list_move(&s->list, cmd_str(c, "WHERE"));
	} else if (strcmp(name, "enter") == 0 && l != NULL &&
	    v->ops == &view_options && l->name[0] == '\0') {
		option_change(v, l);
	} else if (strcmp(name, "enter") == 0 && l != NULL &&
	    v->ops == &view_options) {
		if (!may_change(&err)) {
			ui_error(&err);
			return R_REDRAW;
		}
		text = xasprintf("%s: ", l->left);
		prompt_open(v, &(struct prompt){ .label = text,
			.initial = l->middle, .done = value_given,
			.arg = xstrdup(l->name), .drop = free });
		free(text);
	} else if (strcmp(name, "delete-model") == 0 && l != NULL &&
	    v->ops == &view_features) {
		text = xasprintf("delete the feature %s?", l->name);
		confirm_run(v, text, "yes, delete it", (const char *[]){
			"feature", "delete", "--", l->name, NULL });
		free(text);
	} else {
		return R_PASS;
	}
	return R_REDRAW;
}

static const struct lead leads[] = {
	{ "delete-model", "feature delete" },
	{ NULL, NULL },
};

static const char *const features_contexts[] = { "features", "list",
	"project", "any", NULL };
static const char *const options_contexts[] = { "options", "list", "project",
	"any", NULL };

static const char *
pages_term(struct view *v)
{
	const struct pages_state *s = v->state;

	return v->ops == &view_features && s->n > 0 ? "dimensions" : NULL;
}

#define PAGE(cname, ccontexts, cshows)                                      \
	{                                                                   \
		.name = cname, .page_of = "project", .page = cname,         \
		.contexts = ccontexts, .leads = leads, .shows = cshows,     \
		.state_size = sizeof(struct pages_state),                   \
		.close = pages_close, .draw = pages_draw,                   \
		.head = pages_head, .act = pages_act,                       \
		.reload = pages_reload, .term = pages_term                  \
	}

const struct view_ops view_features = PAGE("features", features_contexts,
    CHANGES_FEATURES);
const struct view_ops view_options = PAGE("options", options_contexts,
    CHANGES_SETTINGS);

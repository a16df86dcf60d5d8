/*
 * tag-all: one label for many texts, as one act.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/annot.h"
#include "tagtiger/doc.h"
#include "tagtiger/project.h"
#include "tagtiger/tagmany.h"
#include "priv.h"

struct all {
	struct tag tag;
	char **ids; /* (nids) */
	size_t nids, cap;
	int64_t *docs; /* (n) each once */
	size_t n, done;
};

static void
add_id(struct all *a, const char *id)
{
	a->ids = array_room(a->ids, a->nids, &a->cap, sizeof *a->ids);
	a->ids[a->nids++] = xstrdup(id);
}

static void
all_free(struct all *a)
{
	for (size_t i = 0; i < a->nids; i++)
		free(a->ids[i]);
	free(a->ids);
	free(a->docs);
}

/* An id a line; empty lines are passed over. */
static int
add_file(struct cmd_call *c, struct all *a, const char *name)
{
	bool standard = strcmp(name, "-") == 0;
	char *path = path_expand(name), *line = NULL;
	FILE *f = standard ? stdin : fopen(path, "r");
	size_t cap = 0;
	ssize_t len;
	int rc = 0;

	if (f == NULL) {
		err_set_errno(&c->err, "%s: cannot read it", path);
		c->err.status = ERR_NAME;
		rc = -1;
	}
	progress_phase(c->progress, "finding the texts", 0);
	while (rc == 0 && (len = getline(&line, &cap, f)) >= 0) {
		if (progress_step(c->progress, 1))
			rc = progress_stopped(&c->err);
		while (len > 0 && (line[len - 1] == '\n' ||
		    line[len - 1] == '\r'))
			line[--len] = '\0';
		if (rc == 0 && len > 0)
			add_id(a, line);
	}
	if (rc == 0 && ferror(f)) {
		err_set_errno(&c->err, "%s: cannot read it", path);
		rc = -1;
	}
	free(line);
	free(path);
	if (f != NULL && !standard)
		fclose(f);
	return rc;
}

static int
doc_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Each once: an id may have been given twice. */
static int
docs_of(struct cmd_call *c, struct all *a)
{
	size_t n;
	char *const *ids = cmd_list(c, "ID", &n);

	for (size_t i = 0; i < n; i++)
		add_id(a, ids[i]);
	if (cmd_given(c, "--file") && add_file(c, a, cmd_str(c, "--file")) < 0)
		return -1;
	n = c->ndocs + a->nids;
	if (n == 0)
		return err_set_status(&c->err, ERR_USAGE,
		    "tag-all needs texts: their ids, or --file with an id a "
		    "line");
	a->docs = xcalloc(n, sizeof *a->docs);
	for (size_t i = 0; i < c->ndocs; i++)
		a->docs[i] = c->docs[i];
	if (doc_need_many(c->project, a->ids, a->nids, a->docs + c->ndocs,
	    &c->err) < 0)
		return -1;
	qsort(a->docs, n, sizeof *a->docs, doc_order);
	for (size_t i = 0; i < n; i++)
		if (a->n == 0 || a->docs[i] != a->docs[a->n - 1])
			a->docs[a->n++] = a->docs[i];
	return 0;
}

static void
told(struct cmd_call *c, const struct scheme *s, const struct all *a,
    const struct tag_many_look *look)
{
	size_t other = look->other;

	cmd_reply_int(c, "tagged", (int64_t)a->done);
	cmd_reply_int(c, "otherwise", (int64_t)other);
	cmd_reply_int(c, "held", (int64_t)look->held);
	cmd_reply_item(c, "labels", cjson_labels(s, a->tag.labels,
	    a->tag.nlabels));
	add_count(&c->text, a->done, "text", "texts");
	buf_adds(&c->text, ": ");
	if (a->tag.nlabels == 0)
		buf_adds(&c->text, "none of these");
	add_labels_text(&c->text, s, a->tag.labels, a->tag.nlabels, "|");
	if (other > 0)
		buf_addf(&c->text, "; %s %s tagged otherwise", COUNT(other),
		    other == 1 ? "was" : "were");
	if (look->held > 0)
		buf_addf(&c->text, "; others have %s of them before them",
		    COUNT(look->held));
	buf_addc(&c->text, '\n');
}

static int
tag_all_run(struct cmd_call *c)
{
	struct all a = { .tag = { .whose = WHOSE_MINE } };
	struct tag_many_look look;
	struct scheme s = { 0 };
	int64_t *labels = NULL;
	int rc = -1;

	if (call_scheme(c, &s) < 0)
		return -1;
	a.tag.scheme = s.id;
	if (call_labels(c, &s, "--label", &labels, &a.tag.nlabels) < 0 ||
	    docs_of(c, &a) < 0)
		goto out;
	a.tag.labels = labels;
	if (tag_many_look(c->project, &a.tag, a.docs, a.n, &look,
	    &c->err) < 0 || tag_many(c->project, &a.tag, a.docs, a.n,
	    c->progress, &a.done, &c->err) < 0)
		goto out;
	told(c, &s, &a, &look);
	rc = 0;
out:
	free(labels);
	all_free(&a);
	scheme_free(&s);
	return rc;
}

static const struct cmd_param params[] = {
	{ "ID", .ref = REF_DOC, .repeatable = true, .help = "the texts" },
	{ "--label", .type = CMD_LIST, .ref = REF_LABEL, .value = "L",
	    .help = "their label; several, as A,B, in a multi-label scheme" },
	{ "--none", .type = CMD_FLAG, .help = "multi-label: none of them" },
	{ "--file", .type = CMD_FILE, .value = "F",
	    .help = "more texts: an id a line; - is standard input" },
	CMD_PARAM_SCHEME,
	CMD_PARAM_END,
};

static const struct command cmd_tag_all = {
	.name = "tag-all", .group = "Annotation", .params = params,
	.help = "Give many texts the same label, or labels",
	.more = "All or none of them, and one undo takes it back. Texts that "
		"you have tagged otherwise are tagged anew, and counted.",
	.needs_project = true, .lane = JOB_BULK, .run = tag_all_run,
	.changes = CHANGES_ANNOTATIONS | CHANGES_SELECTION,
};

const struct command *const cmds_tagall[] = { &cmd_tag_all, NULL };

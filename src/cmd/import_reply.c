/* What `new` and the imports share: the file's options, and the answers. */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "import.h"

/* ---- options ---- */

int
import_file_options(struct cmd_call *c, struct table_options *o)
{
	const char *sep = cmd_str(c, "--sep"), *format = cmd_str(c, "--format");

	*o = (struct table_options){ .encoding = cmd_str(c, "--encoding"),
		.sheet = cmd_str(c, "--sheet"),
		.no_quotes = cmd_flag(c, "--no-quotes"),
		.replace_invalid = cmd_flag(c, "--replace-invalid") };
	if (format != NULL)
		o->format = table_format_of(format);
	if (sep != NULL && !table_separator(sep, &o->sep))
		return err_set_status(&c->err, ERR_USAGE, "--sep takes one "
		    "ASCII character, or tab, not \"%s\"", sep);
	return 0;
}

bool
import_drop_rows(const struct cmd_call *c)
{
	return strcmp(cmd_str(c, "--bad-rows"), "drop") == 0;
}

static void
label_args_add(struct label_args *a, const char *arg, enum scheme_kind kind)
{
	const char *colon = kind == SCHEME_MULTILABEL ?
	    strrchr(arg, ':') : NULL;

	a->v = xreallocarray(a->v, a->n + 1, sizeof *a->v);
	a->names = xreallocarray(a->names, a->n + 1, sizeof *a->names);
	if (colon != NULL && colon[1] == '\0')
		colon = NULL;
	a->names[a->n] = colon != NULL ?
	    xstrndup(arg, (size_t)(colon - arg)) : xstrdup(arg);
	a->v[a->n] = (struct import_label){ a->names[a->n], kind,
		colon != NULL ? colon + 1 : "|" };
	a->n++;
}

void
label_args_read(struct cmd_call *c, struct label_args *a)
{
	char *const *v;
	size_t n;

	*a = (struct label_args){ 0 };
	v = cmd_list(c, "--label", &n);
	for (size_t i = 0; i < n; i++)
		label_args_add(a, v[i], SCHEME_MULTICLASS);
	v = cmd_list(c, "--multilabel", &n);
	for (size_t i = 0; i < n; i++)
		label_args_add(a, v[i], SCHEME_MULTILABEL);
}

void
label_args_free(struct label_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->names[i]);
	free(a->names);
	free(a->v);
}

/* ---- answers ---- */

static cJSON *
row_numbers(const struct import_faults *f, int fault)
{
	cJSON *list = cJSON_CreateArray();

	for (uint64_t i = 0; i < f->count[fault] && i < FAULT_ROWS; i++)
		cJSON_AddItemToArray(list,
		    cJSON_CreateNumber((double)f->row[fault][i]));
	return list;
}

static void
reply_faults(struct cmd_call *c, const struct import_report *r)
{
	cJSON *dropped = cJSON_CreateObject(), *o;
	char *s;

	for (int i = 0; i < FAULT_COUNT; i++) {
		if (r->faults.count[i] == 0)
			continue;
		o = cJSON_AddObjectToObject(dropped,
		    import_fault_name((enum import_fault)i));
		cJSON_AddNumberToObject(o, "count",
		    (double)r->faults.count[i]);
		cJSON_AddItemToObject(o, "rows", row_numbers(&r->faults, i));
		if (r->faults.column[i] != NULL)
			cJSON_AddStringToObject(o, "column",
			    r->faults.column[i]);
		s = import_fault_text(&r->faults, (enum import_fault)i);
		buf_addf(&c->text, "%s: %s\n", import_drop_rows(c) ||
		    i == FAULT_UNKNOWN_ID ? "left out" : "cannot be used", s);
		free(s);
	}
	cmd_reply_item(c, "dropped", dropped);
}

cJSON *
import_names_json(const struct import_names *names)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < names->n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(names->v[i]));
	return list;
}

void
import_names_text(struct buf *b, const struct import_names *names)
{
	for (size_t i = 0; i < names->n && i < FAULT_ROWS; i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : "", names->v[i]);
	if (names->n > FAULT_ROWS)
		buf_addf(b, " and %s more", COUNT(names->n - FAULT_ROWS));
}

/* What a check says of the file's columns. */
static void
reply_columns(struct cmd_call *c, const char *file,
    const struct table_options *options)
{
	struct import_preview v;
	cJSON *list, *o;

	if (import_preview(file, options, &v, c->progress, NULL) < 0)
		return;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < v.ncolumns; i++) {
		const struct preview_column *p = &v.columns[i];

		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "column", p->name);
		cJSON_AddStringToObject(o, "kind", table_kind_name(p->kind));
		cJSON_AddNumberToObject(o, "filled", (double)p->filled);
		cJSON_AddNumberToObject(o, "different", (double)p->distinct);
		cJSON_AddItemToObject(o, "first", p->first[0] == NULL ?
		    cJSON_CreateNull() : cJSON_CreateString(p->first[0]));
		cJSON_AddItemToArray(list, o);
		buf_addf(&c->text, "column %s: %s, %s filled, %s%s "
		    "different\n", p->name, table_kind_name(p->kind),
		    COUNT(p->filled), COUNT(p->distinct),
		    p->distinct_more ? " or more" : "");
	}
	cmd_reply_item(c, "columns", list);
	import_preview_free(&v);
}

void
reply_check(struct cmd_call *c, const struct import_report *r,
    const char *file, const struct table_options *options)
{
	cmd_reply_bool(c, "check", true);
	cmd_reply_item(c, "labels", import_names_json(&r->labels));
	if (r->labels.n > 0) {
		buf_adds(&c->text, "labels that would be made: ");
		import_names_text(&c->text, &r->labels);
		buf_addc(&c->text, '\n');
	}
	reply_columns(c, file, options);
	buf_adds(&c->text, "nothing was written: a check\n");
	c->findings = true;
}

void
reply_file(struct cmd_call *c, const struct import_report *r)
{
	cmd_reply_str(c, "format", table_format_name(r->info.format));
	cmd_reply_str(c, "encoding", r->encoding);
	if (*r->sheet != '\0')
		cmd_reply_str(c, "sheet", r->sheet);
	cmd_reply_int(c, "rows", (int64_t)r->rows);
	cmd_reply_int(c, "kept", (int64_t)r->kept);
	if (strcmp(r->encoding, "UTF-8") != 0)
		cmd_note(c, "converted from %s", r->encoding);
	for (size_t i = 0; i < r->nnotes; i++)
		cmd_note(c, "%s", r->notes[i]);
	reply_faults(c, r);
}

void
reply_twins(struct cmd_call *c, uint64_t n, const struct import_names *first,
    const char *where, const char *todo)
{
	cJSON *o = cJSON_CreateObject();
	struct buf *b = &c->warning;

	cJSON_AddItemToObject(o, "in_train", cjson_int((int64_t)n));
	cJSON_AddItemToObject(o, "first", import_names_json(first));
	cmd_reply_item(c, "duplicates", o);
	if (n == 0)
		return;
	add_count(b, n, "text", "texts");
	buf_addf(b, " of %s stand%s in train too, word for word", where,
	    n == 1 ? "s" : "");
	for (size_t i = 0; i < first->n; i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : " (", first->v[i]);
	if (first->n > 0)
		buf_adds(b, n > first->n ? ", ...)" : ")");
	buf_addf(b, ": scores there come out too good: %s", todo);
}

void
reply_strata(struct cmd_call *c, const struct import_report *r)
{
	const struct import_stratum *s;
	cJSON *list, *o;

	if (r->nstrata == 0)
		return;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < r->nstrata; i++) {
		s = &r->strata[i];
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "category", s->name);
		cJSON_AddNumberToObject(o, "rows", (double)s->there);
		for (int set = SET_TRAIN; set <= SET_TEST; set++)
			if (r->strata_sets & SET_BIT(set))
				cJSON_AddNumberToObject(o,
				    set_name((enum set)set),
				    (double)s->taken[set]);
		cJSON_AddItemToArray(list, o);
	}
	cmd_reply_item(c, "strata", list);
}

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "priv.h"

static const struct {
	const char *name, *one, *many;
} faults[FAULT_COUNT] = {
	[FAULT_RAGGED] = { "ragged", "row with another number of cells",
	    "rows with another number of cells" },
	[FAULT_EMPTY_ID] = { "empty id", "row with an empty id",
	    "rows with an empty id" },
	[FAULT_TWICE] = { "id twice", "row with an id that came before",
	    "rows with an id that came before" },
	[FAULT_EMPTY_TEXT] = { "empty text", "row with an empty text",
	    "rows with an empty text" },
	[FAULT_UNKNOWN_ID] = { "unknown id", "row with an id of no text",
	    "rows with an id of no text" },
	[FAULT_AMBIGUOUS] = { "text of several",
	    "row with a text that several texts have",
	    "rows with a text that several texts have" },
	[FAULT_BAD_LABEL] = { "bad label",
	    "row with several labels, where the scheme takes one",
	    "rows with several labels, where the scheme takes one" },
	[FAULT_BAD_TIME] = { "bad time", "row with a time that is none",
	    "rows with a time that is none" },
};

/* Annotations for texts that the project does not have are left out. */
static bool
refuses(enum import_fault fault)
{
	return fault != FAULT_UNKNOWN_ID;
}

bool
import_refused(const struct import_faults *f)
{
	bool any = false;

	for (int i = 0; i < FAULT_COUNT; i++)
		any |= f->count[i] > 0 && refuses((enum import_fault)i);
	return any;
}

bool
import_faulty(const struct import_faults *f)
{
	uint64_t n = 0;

	for (int i = 0; i < FAULT_COUNT; i++)
		n += f->count[i];
	return n > 0;
}

const char *
import_fault_name(enum import_fault fault)
{
	return faults[fault].name;
}

char *
import_fault_text(const struct import_faults *f, enum import_fault fault)
{
	uint64_t n = f->count[fault];
	struct buf b = BUF_INIT;

	if (n == 0)
		return buf_take(&b);
	buf_addf(&b, "%s %s", COUNT(n),
	    n == 1 ? faults[fault].one : faults[fault].many);
	if (f->column[fault] != NULL)
		buf_addf(&b, " (column %s)", f->column[fault]);
	buf_addc(&b, ':');
	for (size_t i = 0; i < n && i < FAULT_ROWS; i++)
		buf_addf(&b, "%s%llu", i == 0 ? " " : ", ",
		    (unsigned long long)f->row[fault][i]);
	if (n > FAULT_ROWS)
		buf_adds(&b, ", ...");
	return buf_take(&b);
}

void
import_fault_add(struct import_faults *f, enum import_fault fault,
    uint64_t row)
{
	if (f->count[fault] < FAULT_ROWS)
		f->row[fault][f->count[fault]] = row;
	f->count[fault]++;
}

void
import_fault_column(struct import_faults *f, enum import_fault fault,
    const char *name)
{
	char *before = f->column[fault];

	f->column[fault] = before == NULL ? xstrdup(name) :
	    xasprintf("%s, %s", before, name);
	free(before);
}

int
import_fault_check(const struct import_faults *f, bool drop, struct err *err)
{
	struct buf b = BUF_INIT;
	char *s;
	int rc = 0;

	for (int i = 0; i < FAULT_COUNT && !drop; i++) {
		if (f->count[i] == 0 || !refuses((enum import_fault)i))
			continue;
		s = import_fault_text(f, (enum import_fault)i);
		buf_addf(&b, "%s%s", b.len > 0 ? "; " : "", s);
		free(s);
	}
	if (b.len > 0)
		rc = err_set_status(err, ERR_NAME, "%s (row numbers, the "
		    "header not counted): mend the file, or leave them out "
		    "with --bad-rows drop", b.data);
	buf_free(&b);
	return rc;
}

cJSON *
import_log_new(const char *file, const struct import_report *r)
{
	cJSON *data = cJSON_CreateObject();
	char *path = realpath(file, NULL);

	cJSON_AddStringToObject(data, "file", path != NULL ? path : file);
	cJSON_AddNumberToObject(data, "rows", (double)r->rows);
	cJSON_AddNumberToObject(data, "kept", (double)r->kept);
	free(path);
	return data;
}

int
import_log_add(struct project *p, int64_t scheme, cJSON *take,
    struct err *err)
{
	char *json = cJSON_PrintUnformatted(take);
	int rc = history_add(p, EVENT_IMPORT, scheme, json, err);

	free(json);
	cJSON_Delete(take);
	return rc;
}

static const char *const from_names[FROM_COUNT] = { "table", "doccano",
	"label-studio", "prodigy" };

const char *
import_from_name(enum import_from from)
{
	return from_names[from];
}

void
import_name_add(struct import_names *names, const char *s, size_t len)
{
	names->v = array_room(names->v, names->n, &names->cap,
	    sizeof *names->v);
	names->v[names->n++] = xstrndup(s, len);
}

void
import_names_free(struct import_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

/* Those of the first rows are kept. */
void
import_conflict_add(struct import_report *r,
    const struct import_conflict *take)
{
	struct import_conflict *v = r->conflicts, last = *take;
	uint64_t n = r->nconflicts < FAULT_ROWS ? r->nconflicts : FAULT_ROWS;

	if (v == NULL)
		v = r->conflicts = xcalloc(FAULT_ROWS, sizeof *v);
	r->nconflicts++;
	for (uint64_t i = 0; i < n; i++) {
		struct import_conflict other = v[i];

		if (last.row >= other.row)
			continue;
		v[i] = last;
		last = other;
	}
	if (n < FAULT_ROWS) {
		v[n] = last;
		return;
	}
	free(last.id);
	free(last.have);
	free(last.now);
}

void
import_note(struct import_report *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->notes = xreallocarray(r->notes, r->nnotes + 1, sizeof *r->notes);
	r->notes[r->nnotes++] = xstrdup(text);
}

/* Of several sheets one is read: which, and what else there is. */
static void
sheets_note(struct import_report *r, const struct table_info *info)
{
	struct buf b = BUF_INIT;

	if (info->nsheets < 2 || info->sheet == NULL)
		return;
	for (size_t i = 0; i < info->nsheets && b.len < 400; i++)
		if (strcmp(info->sheets[i], info->sheet) != 0)
			buf_addf(&b, "%s%s", b.len > 0 ? ", " : "",
			    info->sheets[i]);
	import_note(r, "the sheet %s is read; --sheet takes another: %s",
	    info->sheet, buf_str(&b));
	buf_free(&b);
}

void
import_report_info(struct import_report *r, struct table_reader *t)
{
	const struct table_info *info = table_info(t);

	r->info = *info;
	snprintf(r->encoding, sizeof r->encoding, "%s",
	    info->encoding != NULL ? info->encoding : "UTF-8");
	snprintf(r->sheet, sizeof r->sheet, "%s",
	    info->sheet != NULL ? info->sheet : "");
	r->info.encoding = r->encoding;
	r->info.sheet = r->sheet;
	sheets_note(r, info);
	for (size_t i = 0; i < info->nnotes; i++)
		import_note(r, "%s", info->notes[i]);
	if (info->replaced > 0)
		import_note(r, "%s invalid byte%s became U+FFFD",
		    COUNT(info->replaced),
		    info->replaced == 1 ? "" : "s");
	r->info.sheets = NULL;
	r->info.notes = NULL;
	r->info.nsheets = r->info.nnotes = 0;
}

void
import_report_free(struct import_report *r)
{
	for (size_t i = 0; i < r->nstrata; i++)
		free(r->strata[i].name);
	free(r->strata);
	for (uint64_t i = 0; i < r->nconflicts && i < FAULT_ROWS; i++) {
		free(r->conflicts[i].id);
		free(r->conflicts[i].have);
		free(r->conflicts[i].now);
	}
	free(r->conflicts);
	for (int i = 0; i < FAULT_COUNT; i++)
		free(r->faults.column[i]);
	import_names_free(&r->unknown);
	import_names_free(&r->labels);
	import_names_free(&r->twin_ids);
	for (size_t i = 0; i < r->nnotes; i++)
		free(r->notes[i]);
	free(r->notes);
	*r = (struct import_report){ 0 };
}

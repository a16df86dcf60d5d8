/*
 * Project files that others wrote. The input is put where JSON and names
 * stand in a sound project (its last byte says where), or over a piece of the
 * file itself; whatever reads must then answer or fail with a word.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/annot.h"
#include "../import_row.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/history.h"
#include "tagtiger/lease.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/dev/shm/tagtiger-fuzz-XXXXXX";
static char sound[64], tried[64];
static char *bytes;
static size_t nbytes;

static void
must(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s\n", err->text);
	abort();
}

static void
clean_up(void)
{
	unlink(sound);
	unlink(tried);
	rmdir(folder);
}

/* Five texts, two schemes, and an act of every kind. */
static void
make_sound(void)
{
	static const char *const names[] = { "a", "b", "c" };
	struct err err;
	struct project *p;
	struct doc_import *imp;
	struct doc_cell cells[2] = { { "x", 1 }, { "y", 1 } };
	struct doc_row row = { .text = "text", .text_len = 4,
		.set = SET_TRAIN, .cells = cells, .ncells = 2 };
	int64_t seq, scheme, labels[3];
	struct undone u;
	struct tag t = { .labels = labels, .nlabels = 1, .comment = "c" };

	if (mkdtemp(folder) == NULL)
		abort();
	atexit(clean_up);
	snprintf(sound, sizeof sound, "%s/s.tiger", folder);
	snprintf(tried, sizeof tried, "%s/t.tiger", folder);
	p = project_create(sound, &err);
	must(p == NULL ? -1 : 0, &err);
	must(column_add(p, "u", COLUMN_CONTEXT, NULL, NULL, &err), &err);
	must(column_add(p, "v", COLUMN_CONTEXT, NULL, NULL, &err), &err);
	imp = doc_import_begin(p, &err);
	for (int i = 0; i < 5; i++)
		must(import_row(imp, &row, &seq, &err), &err);
	must(doc_import_end(imp, &err), &err);
	must(scheme_add(p, "s", SCHEME_MULTILABEL, &scheme, &err), &err);
	must(label_add_many(p, scheme, names, 3, labels, &err), &err);
	must(project_publish(p, &err), &err);
	t.scheme = scheme;
	for (t.doc = 1; t.doc <= 5; t.doc++)
		must(annot_tag(p, &t, NULL, &err), &err);
	must(annot_skip(p, scheme, 3, NULL, &err), &err);
	must(history_undo(p, &u, &err), &err);
	undone_free(&u);
	must(label_rename(p, labels[0], "b", NULL, &err), &err);
	must(label_move(p, labels[2], 0, &err), &err);
	must(codebook_set(p, scheme, "# book", &err), &err);
	must(session_clear(p, scheme, SETS_ALL, NULL, &err), &err);
	project_close(p);
}

static void
read_sound(void)
{
	FILE *f = fopen(sound, "r");

	fseek(f, 0, SEEK_END);
	nbytes = (size_t)ftell(f);
	rewind(f);
	bytes = malloc(nbytes);
	if (bytes == NULL || fread(bytes, 1, nbytes, f) != nbytes)
		abort();
	fclose(f);
}

static void
write_tried(const uint8_t *data, size_t size, size_t at)
{
	int fd = open(tried, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (write(fd, bytes, nbytes) != (ssize_t)nbytes)
		abort();
	if (data != NULL && pwrite(fd, data, size, (off_t)at) < 0)
		abort();
	close(fd);
}

static void
put_value(const char *sql, const uint8_t *data, size_t size)
{
	sqlite3 *db;
	sqlite3_stmt *s;

	sqlite3_open(tried, &db);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		abort();
	sqlite3_bind_text(s, 1, (const char *)data, (int)size,
	    SQLITE_STATIC);
	sqlite3_step(s);
	sqlite3_finalize(s);
	sqlite3_close(db);
}

static void
read_scheme(struct project *p, int64_t scheme)
{
	struct annot_query q = { .scheme = scheme, .sets = SETS_ALL,
		.extra = true };
	struct annot_bulk bulk;
	struct annot_counts counts;
	struct annot *layers;
	uint16_t *flags;
	int64_t max;
	size_t n;

	if (annot_bulk(p, &q, &bulk, NULL) == 0)
		annot_bulk_free(&bulk);
	if (annot_count(p, &q, &counts, NULL) == 0)
		annot_counts_free(&counts);
	if (annot_flags(p, scheme, &flags, &max, NULL) == 0)
		free(flags);
	if (annot_layers(p, scheme, 2, &layers, &n, NULL) == 0)
		annot_list_free(layers, n);
}

static void
read_all(void)
{
	struct err err = { 0 };
	struct project *p = project_open(tried, PROJECT_WRITE, &err);
	struct history_filter f = HISTORY_ALL;
	struct history_place place = { 0 };
	struct project_check check;
	struct scheme *schemes;
	struct event *page;
	struct undone u;
	struct doc d;
	size_t n;

	if (p == NULL)
		return;
	if (scheme_list(p, &schemes, &n, &err) == 0) {
		for (size_t i = 0; i < n; i++)
			read_scheme(p, schemes[i].id);
		scheme_list_free(schemes, n);
	}
	if (doc_get(p, 2, &d, &err) == 1)
		doc_free(&d);
	if (history_page(p, &f, &place, 50, &page, &n, &err) == 0)
		history_page_free(page, n);
	if (project_check(p, NULL, NULL, &check, &err) == 0)
		project_check_free(&check);
	for (int i = 0; i < 3; i++) {
		if (history_undo(p, &u, &err) == 1)
			undone_free(&u);
	}
	if (history_redo(p, &u, &err) == 1)
		undone_free(&u);
	project_rebuild(p, NULL, &err);
	project_close(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A # in the input is a label that there is, or the log's number. */
	static const char *const places[] = {
		"UPDATE event SET data = replace(?1, '#',"
		" (SELECT max(id) FROM label)) WHERE kind = 1",
		"UPDATE event SET data = replace(?1, '#',"
		" (SELECT max(id) FROM label)) WHERE kind BETWEEN 101 AND 199"
		" AND kind <> (SELECT kind FROM event_kind"
		" WHERE name = 'label add')",
		"UPDATE event SET data = replace(?1, '#', replica)"
		" WHERE kind >= 200",
		"UPDATE annotation SET labels = replace(?1, '#',"
		" (SELECT max(id) FROM label))",
		"UPDATE text SET cells = ?1",
		"UPDATE label SET name = ?1, key = ?1 WHERE position = 0",
	};
	uint8_t where;

	if (size < 3)
		return 0;
	if (bytes == NULL) {
		make_sound();
		read_sound();
	}
	where = data[--size] % 8;
	if (where < 6) {
		write_tried(NULL, 0, 0);
		put_value(places[where], data, size);
	} else {
		size_t at = (size_t)(data[0] << 8 | data[1]) * 16 % nbytes;

		write_tried(data + 2, size - 2, at);
	}
	read_all();
	return 0;
}

#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/utf8.h"
#include "priv.h"

#define DISTINCT_MAX (1u << 20) /* values a column that are told apart */
#define FIRST_BYTES 160

/* Different values, by their hashes: open addressing, 0 is empty. */
struct distinct {
	uint64_t *slot;
	size_t n, size;
};

static uint64_t
hash_value(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15;
	return (h ^ h >> 29) | 1;
}

static bool
distinct_insert(struct distinct *d, uint64_t h)
{
	size_t i = h >> 8 & (d->size - 1);

	while (d->slot[i] != 0 && d->slot[i] != h)
		i = (i + 1) & (d->size - 1);
	if (d->slot[i] == h)
		return false;
	d->slot[i] = h;
	return true;
}

static void
distinct_add(struct distinct *d, const char *s, size_t len)
{
	uint64_t *old = d->slot;
	size_t size = d->size;

	if (d->n * 2 >= size) {
		d->size = size == 0 ? 256 : size * 2;
		d->slot = xcalloc(d->size, sizeof *d->slot);
		for (size_t i = 0; i < size; i++)
			if (old[i] != 0)
				distinct_insert(d, old[i]);
		free(old);
	}
	d->n += distinct_insert(d, hash_value(s, len));
}

static char *
cut(const char *s, size_t len)
{
	if (len > FIRST_BYTES)
		for (len = FIRST_BYTES; ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
	return xstrndup(s, len);
}

static void
preview_cell(struct preview_column *c, struct distinct *d,
    const struct table_cell *cell)
{
	size_t len = cell->len;

	if (cell->null || (import_trim(cell->s, &len), len == 0))
		return;
	for (size_t i = 0; i < 3; i++) {
		if (c->first[i] != NULL)
			continue;
		c->first[i] = cut(cell->s, cell->len);
		break;
	}
	c->filled++;
	if (d->n >= DISTINCT_MAX)
		c->distinct_more = true;
	else
		distinct_add(d, cell->s, cell->len);
}

int
import_preview(const char *file, const struct table_options *options,
    struct import_preview *out, struct progress *progress, struct err *err)
{
	struct table_reader *t = table_open(file, options, err);
	struct import_report info = { 0 };
	struct distinct *d = NULL;
	struct table_row row;
	uint64_t done = 0;
	size_t n;
	int rc = -1, got;

	*out = (struct import_preview){ 0 };
	if (t == NULL)
		return -1;
	n = out->ncolumns = table_ncolumns(t);
	out->columns = xcalloc(n, sizeof *out->columns);
	d = xcalloc(n, sizeof *d);
	for (size_t i = 0; i < n; i++) {
		out->columns[i].name = xstrdup(table_column(t, i)->name);
		out->columns[i].kind = table_column(t, i)->kind;
	}
	progress_phase(progress, "looking", table_info(t)->total);
	while ((got = import_next(t, &row, err)) == 1) {
		out->rows++;
		out->ragged += row.ncells != n;
		for (size_t i = 0; i < n && i < row.ncells; i++)
			preview_cell(&out->columns[i], &d[i], &row.cells[i]);
		if (progress_step(progress, table_info(t)->done - done)) {
			progress_stopped(err);
			goto out;
		}
		done = table_info(t)->done;
	}
	if (got < 0)
		goto out;
	import_report_info(&info, t);
	out->info = info.info;
	memcpy(out->encoding, info.encoding, sizeof out->encoding);
	memcpy(out->sheet, info.sheet, sizeof out->sheet);
	out->info.encoding = out->encoding;
	out->info.sheet = out->sheet;
	for (size_t i = 0; i < n; i++)
		out->columns[i].distinct = d[i].n;
	out->nsheets = table_info(t)->nsheets;
	out->sheets = xcalloc(out->nsheets + 1, sizeof *out->sheets);
	for (size_t i = 0; i < out->nsheets; i++)
		out->sheets[i] = xstrdup(table_info(t)->sheets[i]);
	rc = 0;
out:
	import_report_free(&info);
	for (size_t i = 0; i < n; i++)
		free(d[i].slot);
	free(d);
	table_close(t);
	if (rc < 0)
		import_preview_free(out);
	return rc;
}

void
import_preview_free(struct import_preview *v)
{
	for (size_t i = 0; i < v->ncolumns; i++) {
		free(v->columns[i].name);
		for (size_t j = 0; j < 3; j++)
			free(v->columns[i].first[j]);
	}
	free(v->columns);
	for (size_t i = 0; i < v->nsheets; i++)
		free(v->sheets[i]);
	free(v->sheets);
	*v = (struct import_preview){ 0 };
}

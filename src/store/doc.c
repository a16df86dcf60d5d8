#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "priv.h"

static const char *const set_names[SET_COUNT] = { "rest", "train", "valid",
	"test" };

const char *
set_name(enum set set)
{
	return (unsigned)set < SET_COUNT ? set_names[set] : "dropped";
}

int
set_of_name(const char *name, enum set *set)
{
	for (int i = 0; i < SET_COUNT; i++) {
		if (strcmp(name, set_names[i]) == 0) {
			*set = (enum set)i;
			return 0;
		}
	}
	return -1;
}

int
sets_of_name(const char *name, unsigned *sets)
{
	enum set set;

	if (strcmp(name, "all") == 0) {
		*sets = SETS_ALL;
		return 0;
	}
	if (set_of_name(name, &set) < 0)
		return -1;
	*sets = SET_BIT(set);
	return 0;
}

/* ---- columns ---- */

int
column_add(struct project *p, const char *name, enum column_role role,
    const char *kind, int *no, struct err *err)
{
	int64_t found = 0;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_int(p, SQL_FIELD_NAMED, ARGS(S(name)), &found, err);
	if (rc == 0) {
		rc = db_int(p, SQL_FIELD_NEXT, NO_ARGS, &found, err);
		if (rc == 1)
			rc = db_run(p, SQL_FIELD_PUT, ARGS(I(found), S(name),
			    I(role), S(kind != NULL ? kind : "text")), err);
	} else if (rc == 1) {
		rc = 0;
	}
	if (no != NULL)
		*no = (int)found;
	return project_end(p, rc, err);
}

int
column_kind_set(struct project *p, int no, const char *kind, struct err *err)
{
	return db_run(p, SQL_FIELD_KIND, ARGS(I(no), S(kind)), err);
}

int
column_role_set(struct project *p, int no, enum column_role role,
    struct err *err)
{
	struct event_new e = { .kind = EVENT_COLUMN };
	struct buf b = BUF_INIT;
	char *name = NULL;
	int rc;

	if (project_begin(p, err) < 0)
		return -1;
	rc = db_text(p, SQL_FIELD_NAME, ARGS(I(no)), &name, err);
	if (rc == 0)
		rc = err_set_status(err, ERR_NAME, "no column %d", no);
	if (rc == 1)
		rc = db_run(p, SQL_FIELD_ROLE, ARGS(I(no), I(role)), err);
	if (rc == 0) {
		json_open(&b);
		json_text(&b, "name", name);
		json_int(&b, "role", role);
		json_close(&b);
		e.data = buf_str(&b);
		rc = event_add(p, &e, NULL, err);
	}
	buf_free(&b);
	free(name);
	return project_end(p, rc, err);
}

int
column_list(struct project *p, struct column **out, size_t *n,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_FIELD_LIST, NO_ARGS, err);
	struct column *v = NULL;
	size_t count = 0, cap = 0;
	int row = -1;

	while (s != NULL && (row = db_step(p, s, err)) == 1) {
		v = array_room(v, count, &cap, sizeof *v);
		v[count++] = (struct column){ .no = (int)col_int(s, 0),
			.name = col_dup(s, 1),
			.role = (enum column_role)col_int(s, 2),
			.kind = col_dup(s, 3) };
	}
	if (row < 0) {
		column_list_free(v, count);
		return -1;
	}
	*out = v;
	*n = count;
	return 0;
}

void
column_list_free(struct column *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(c[i].name);
		free(c[i].kind);
	}
	free(c);
}

/* ---- cells: CELL_ID and CELL_TEXT stand for what is stored elsewhere ---- */

/*
 * The cells of a row, decoded into memory; out (ncolumns) points into it, and
 * to id and text. Cells that the row lacks are null.
 */
int
cells_decode(const char *json, size_t len, const char *id, const char *text,
    struct buf *memory, const char **out, size_t ncolumns)
{
	struct json_element small[64], *e = small;
	size_t n = 0;
	int rc;

	if (ncolumns > 64)
		e = xcalloc(ncolumns, sizeof *e);
	buf_clear(memory);
	rc = json_array(json, len, memory, e, ncolumns, &n);
	for (size_t i = 0; i < ncolumns; i++) {
		out[i] = NULL;
		if (rc < 0 || i >= n)
			continue;
		if (e[i].type == JSON_STRING)
			out[i] = memory->data + e[i].offset;
		else if (e[i].type == JSON_INT)
			out[i] = e[i].i == CELL_ID ? id : text;
	}
	if (e != small)
		free(e);
	return rc;
}

static int
cells_damaged(const struct project *p, int64_t seq, struct err *err)
{
	return err_set(err, "%s: the columns of text number %lld are damaged: "
	    "go on from a backup", p->path, (long long)seq);
}

/* ---- one text ---- */

static int
doc_row(struct project *p, int64_t seq, struct doc *out, char **cells,
    struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_DOC_ROW, ARGS(I(seq)), err);
	int row;

	if (s == NULL)
		return -1;
	row = db_step(p, s, err);
	if (row == 1) {
		out->seq = seq;
		out->set = SET_OF(col_int(s, 0));
		out->weight = col_real(s, 1);
		out->id = col_dup(s, 2);
		out->slug = col_dup(s, 3);
		out->text = col_dup(s, 4);
		out->text_len = (size_t)sqlite3_column_bytes(s, 4);
		*cells = col_dup(s, 5);
	}
	db_done(s);
	return row;
}

/* One block: the pointers, then the columns' names and the values. */
static void
doc_values(struct doc *d, const struct column *c, size_t n,
    const char *const *values)
{
	size_t size = 0;
	char *to;

	for (size_t i = 0; i < n; i++)
		size += strlen(c[i].name) + 1 +
		    (values[i] != NULL ? strlen(values[i]) + 1 : 0);
	d->values = d->memory = xmalloc(n * sizeof *d->values + size + 1);
	d->nvalues = n;
	to = (char *)&d->values[n];
	for (size_t i = 0; i < n; i++) {
		struct doc_value *v = &d->values[i];

		v->role = c[i].role;
		v->column = strcpy(to, c[i].name);
		to += strlen(to) + 1;
		v->value = NULL;
		if (values[i] != NULL) {
			v->value = strcpy(to, values[i]);
			to += strlen(to) + 1;
		}
	}
}

int
doc_get(struct project *p, int64_t seq, struct doc *out, struct err *err)
{
	struct column *columns = NULL;
	struct buf memory = BUF_INIT;
	char *cells = NULL;
	const char **values = NULL;
	size_t n = 0;
	int row;

	memset(out, 0, sizeof *out);
	row = doc_row(p, seq, out, &cells, err);
	if (row != 1)
		return row;
	if (column_list(p, &columns, &n, err) < 0) {
		row = -1;
		goto out;
	}
	values = xcalloc(n + 1, sizeof *values);
	if (cells_decode(cells, strlen(cells), out->id, out->text, &memory,
	    values, n) < 0)
		row = cells_damaged(p, seq, err);
	else
		doc_values(out, columns, n, values);
out:
	free(values);
	column_list_free(columns, n);
	buf_free(&memory);
	free(cells);
	if (row < 0)
		doc_free(out);
	return row;
}

void
doc_free(struct doc *d)
{
	free(d->id);
	free(d->slug);
	free(d->text);
	free(d->memory);
	memset(d, 0, sizeof *d);
}

int
doc_find_exact(struct project *p, const char *id, int64_t *seq,
    struct err *err)
{
	return db_int(p, SQL_DOC_LIVE_ID, ARGS(S(id)), seq, err);
}

int
doc_find(struct project *p, const char *id, int64_t *seq, struct err *err)
{
	int row = doc_find_exact(p, id, seq, err);

	if (row == 0)
		row = db_int(p, SQL_DOC_LIVE_SLUG, ARGS(S(id)), seq, err);
	return row;
}

int
doc_need(struct project *p, const char *id, int64_t *seq, struct err *err)
{
	int row = doc_find(p, id, seq, err);

	if (row == 0)
		return err_set_status(err, ERR_NAME, "no text has the id %s",
		    id);
	return row < 0 ? -1 : 0;
}

/* Files have texts in the order of the project, mostly: the next one is tried
 * first where the last was the next. */
struct order {
	int64_t last;
	bool kept;
};

static int
find_next(struct project *p, const char *id, int64_t seq, struct err *err)
{
	sqlite3_stmt *s = db_query(p, SQL_DOC_ID_LIVE, ARGS(I(seq)), err);
	int row = s != NULL ? db_step(p, s, err) : -1;

	if (row == 1)
		row = strcmp(col_text(s, 0), id) == 0;
	db_done(s);
	return row;
}

static int
find_ordered(struct project *p, struct order *o, const char *id, int64_t *seq,
    struct err *err)
{
	int row = o->kept ? find_next(p, id, o->last + 1, err) : 0;

	if (row == 1)
		*seq = o->last + 1;
	if (row == 0)
		row = doc_find_exact(p, id, seq, err);
	if (row != 1)
		return row;
	o->kept = *seq == o->last + 1;
	o->last = *seq;
	return 1;
}

/* slugs: an id may be one, and must be there. */
static int
find_many(struct project *p, char *const *ids, size_t n, bool slugs,
    int64_t *seqs, struct err *err)
{
	bool outside = sqlite3_get_autocommit(p->db) != 0;
	struct order o = { .kept = true };
	size_t i = 0;
	int row = 0;

	while (row >= 0 && i < n) {
		struct pace pace = { 0 };

		if (outside && db_run(p, SQL_BEGIN_READ, NO_ARGS, err) < 0)
			return -1;
		do {
			seqs[i] = row = 0;
			if (ids[i] != NULL)
				row = find_ordered(p, &o, ids[i], &seqs[i],
				    err);
			if (row == 0 && slugs)
				row = doc_need(p, ids[i], &seqs[i], err);
		} while (row >= 0 && ++i < n && !(outside && pace_over(&pace)));
		if (outside)
			db_run(p, SQL_COMMIT, NO_ARGS, NULL);
	}
	return row < 0 ? -1 : 0;
}

int
doc_need_many(struct project *p, char *const *ids, size_t n, int64_t *seqs,
    struct err *err)
{
	return find_many(p, ids, n, true, seqs, err);
}

int
doc_find_many(struct project *p, char *const *ids, size_t n, int64_t *seqs,
    struct err *err)
{
	return find_many(p, ids, n, false, seqs, err);
}

char *
doc_id(struct project *p, int64_t seq, struct err *err)
{
	char *id;

	db_text(p, SQL_DOC_ID, ARGS(I(seq)), &id, err);
	return id;
}

/* ---- texts alone ---- */

typedef int text_fn(void *arg, int64_t seq, const char *text, size_t len);

static int
texts_range(struct project *p, int64_t from, int64_t to, const uint8_t *want,
    text_fn *fn, void *arg, struct err *err)
{
	int64_t next = from;
	int row = 1, rc = 0;

	while (row == 1 && rc == 0) {
		sqlite3_stmt *s = db_query(p, SQL_TEXT_RANGE,
		    ARGS(I(next), I(to)), err);
		struct pace pace = { 0 };

		row = s == NULL ? -1 : 1;
		while (row == 1 && (row = db_step(p, s, err)) == 1) {
			int64_t seq = col_int(s, 0);
			const char *text;

			next = seq + 1;
			if (want == NULL || want[seq - from] != 0) {
				text = col_text(s, 1);
				rc = fn(arg, seq, text,
				    (size_t)sqlite3_column_bytes(s, 1));
			}
			if (rc < 0 || pace_over(&pace))
				break;
		}
		db_done(s);
	}
	return row < 0 ? -1 : rc;
}

/* By hand, since each text is a statement of its own. */
static int
texts_few(struct project *p, int64_t from, int64_t to, const uint8_t *want,
    text_fn *fn, void *arg, struct err *err)
{
	int rc = 0;

	for (int64_t seq = from; rc == 0 && seq <= to; seq++) {
		sqlite3_stmt *s;

		if (want[seq - from] == 0)
			continue;
		s = db_query(p, SQL_TEXT_ONE, ARGS(I(seq)), err);
		rc = s != NULL ? db_step(p, s, err) : -1;
		if (rc == 1) {
			const char *text = col_text(s, 1);

			rc = fn(arg, seq, text,
			    (size_t)sqlite3_column_bytes(s, 1));
		}
		db_done(s);
	}
	return rc;
}

int
doc_texts(struct project *p, int64_t from, int64_t to, const uint8_t *want,
    text_fn *fn, void *arg, struct err *err)
{
	int64_t n = 0;

	for (int64_t i = 0; want != NULL && i <= to - from; i++)
		n += want[i] != 0;
	if (want != NULL && n == 0)
		return 0;
	return want != NULL && n < (to - from) / 16 ?
	    texts_few(p, from, to, want, fn, arg, err) :
	    texts_range(p, from, to, want, fn, arg, err);
}

/* ---- the cursor ---- */

#define BATCH_ROWS 512
#define BATCH_BYTES (1 << 20)

struct doc_cursor {
	struct project *p;
	unsigned sets, want;
	const int64_t *list; /* NULL: all of the sets */
	size_t nlist, next;
	int64_t last;
	size_t ncolumns;
	bool ended;

	struct buf memory; /* the batch's strings */
	struct item {
		int64_t seq, set;
		double weight;
		size_t id, slug, text, text_len, cells, cells_len;
	} items[BATCH_ROWS];
	size_t n, at;
	struct buf decoded; /* the current row's cells */
	const char **cells;
};

static size_t
keep(struct buf *b, sqlite3_stmt *s, int i, size_t *len)
{
	size_t at = b->len;
	const char *text = col_text(s, i);

	*len = (size_t)sqlite3_column_bytes(s, i);
	buf_add(b, text, *len);
	buf_addc(b, '\0');
	return at;
}

static void
cursor_keep(struct doc_cursor *c, sqlite3_stmt *s)
{
	struct item *it = &c->items[c->n++];
	size_t len;

	it->seq = col_int(s, 0);
	it->set = SET_OF(col_int(s, 1));
	it->weight = col_real(s, 2);
	it->id = keep(&c->memory, s, 3, &len);
	it->slug = keep(&c->memory, s, 4, &len);
	if (c->want & (DOC_TEXT | DOC_CELLS))
		it->text = keep(&c->memory, s, 5, &it->text_len);
	if (c->want & DOC_CELLS)
		it->cells = keep(&c->memory, s, 6, &it->cells_len);
}

static bool
cursor_full(const struct doc_cursor *c, struct pace *pace)
{
	return c->n == BATCH_ROWS || c->memory.len >= BATCH_BYTES ||
	    pace_over(pace);
}

static int
cursor_batch_set(struct doc_cursor *c, struct err *err)
{
	enum sql sql = c->want == 0 ? SQL_CURSOR_IDS : SQL_CURSOR;
	sqlite3_stmt *s = db_query(c->p, sql, ARGS(I(c->last), I(c->sets)),
	    err);
	struct pace pace = { 0 };
	int row = -1;

	while (s != NULL && (row = db_step(c->p, s, err)) == 1) {
		cursor_keep(c, s);
		c->last = col_int(s, 0);
		if (cursor_full(c, &pace))
			break;
	}
	db_done(s);
	c->ended = row != 1;
	return row < 0 ? -1 : 0;
}

/* All of a batch in one read transaction: begun by hand, since each text is a
 * statement of its own. */
static int
cursor_batch_list(struct doc_cursor *c, struct err *err)
{
	enum sql sql = c->want == 0 ? SQL_CURSOR_ID_ONE : SQL_CURSOR_ONE;
	struct pace pace = { 0 };
	bool began = sqlite3_get_autocommit(c->p->db) != 0;
	int row = 0;

	if (began && db_run(c->p, SQL_BEGIN_READ, NO_ARGS, err) < 0)
		return -1;
	while (row >= 0 && c->next < c->nlist) {
		int64_t seq = c->list[c->next++];
		sqlite3_stmt *s = db_query(c->p, sql, ARGS(I(seq)), err);

		row = s != NULL ? db_step(c->p, s, err) : -1;
		if (row == 1)
			cursor_keep(c, s);
		db_done(s);
		if (row == 1 && cursor_full(c, &pace))
			break;
	}
	if (began)
		db_run(c->p, SQL_COMMIT, NO_ARGS, NULL);
	c->ended = c->next >= c->nlist;
	return row < 0 ? -1 : 0;
}

static struct doc_cursor *
cursor_new(struct project *p, unsigned want, struct err *err)
{
	struct doc_cursor *c = xcalloc(1, sizeof *c);
	int64_t n = 0;

	c->p = p;
	c->want = want;
	if (db_int(p, SQL_FIELD_NEXT, NO_ARGS, &n, err) < 0) {
		free(c);
		return NULL;
	}
	c->ncolumns = (size_t)n;
	c->cells = xcalloc(c->ncolumns + 1, sizeof *c->cells);
	return c;
}

struct doc_cursor *
doc_cursor_open(struct project *p, unsigned sets, unsigned want,
    struct err *err)
{
	struct doc_cursor *c = cursor_new(p, want, err);

	if (c != NULL)
		c->sets = sets;
	return c;
}

struct doc_cursor *
doc_cursor_open_list(struct project *p, const int64_t *seqs, size_t n,
    unsigned want, struct err *err)
{
	static const int64_t none;
	struct doc_cursor *c = cursor_new(p, want, err);

	if (c != NULL) {
		c->list = seqs != NULL ? seqs : &none;
		c->nlist = n;
	}
	return c;
}

int
doc_cursor_next(struct doc_cursor *c, struct doc_view *out, struct err *err)
{
	const struct item *it;

	while (c->at == c->n) {
		if (c->ended)
			return 0;
		c->at = c->n = 0;
		buf_clear(&c->memory);
		if ((c->list != NULL ? cursor_batch_list(c, err)
				     : cursor_batch_set(c, err)) < 0)
			return -1;
	}
	it = &c->items[c->at++];
	*out = (struct doc_view){ .seq = it->seq, .set = (enum set)it->set,
		.weight = it->weight, .id = c->memory.data + it->id,
		.slug = c->memory.data + it->slug };
	if (c->want & (DOC_TEXT | DOC_CELLS)) {
		out->text = c->memory.data + it->text;
		out->text_len = it->text_len;
	}
	if ((c->want & DOC_CELLS) == 0)
		return 1;
	if (cells_decode(c->memory.data + it->cells, it->cells_len, out->id,
	    out->text, &c->decoded, c->cells, c->ncolumns) < 0)
		return cells_damaged(c->p, it->seq, err);
	out->cells = c->cells;
	out->ncells = c->ncolumns;
	return 1;
}

void
doc_cursor_close(struct doc_cursor *c)
{
	if (c == NULL)
		return;
	buf_free(&c->memory);
	buf_free(&c->decoded);
	free(c->cells);
	free(c);
}

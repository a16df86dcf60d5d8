/*
 * Putting texts back from a backup: those that are not what was imported,
 * those that are gone, and those that are in other sets. What the log vouches
 * for decides, not the backup: its texts must fit their checksums, and its sets
 * must be those of the last act that moved any.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/job.h"
#include "priv.h"

/* Where another text has its id by now, it is one that was set aside. */
static int
row_put_back(struct project *p, const struct text_row *r, struct err *err)
{
	char *id = xstrndup(r->id, r->id_len), *slug;
	int64_t other = r->seq;
	int rc = db_int(p, SQL_DOC_BY_ID, ARGS(S(id)), &other, err);

	slug = xstrndup(r->slug, r->slug_len);
	if (other != r->seq) {
		free(id);
		free(slug);
		id = xasprintf("%.*s (dropped %lld)", (int)r->id_len, r->id,
		    (long long)r->seq);
		slug = xasprintf("%.*s-dropped-%lld", (int)r->slug_len,
		    r->slug, (long long)r->seq);
	}
	if (rc >= 0)
		rc = db_run(p, SQL_DOC_MEND, ARGS(I(r->seq), I(r->set),
		    R(r->weight), S(id), S(slug), I(r->sum)), err);
	if (rc == 0)
		rc = db_run(p, SQL_TEXT_MEND, ARGS(I(r->seq), SN(r->text,
		    r->text_len), SN(r->cells, r->cells_len)), err);
	free(slug);
	free(id);
	return rc;
}

static int
lost_mend(struct project *p, struct project *from, const struct lost_text *d,
    struct mended *out, struct err *err)
{
	struct text_row r;
	sqlite3_stmt *s;
	int rc = 0;

	for (int64_t seq = d->from; rc >= 0 && seq <= d->to; seq++) {
		rc = lost_read(from, d, seq, &r, &s, err);
		if (rc == 1) {
			rc = row_put_back(p, &r, err);
			if (rc == 0 && d->gone)
				out->gone++;
			else if (rc == 0)
				out->damaged++;
		}
		db_done(s);
	}
	return rc < 0 ? -1 : 0;
}

/* A damaged id or slug stands elsewhere in its index, or not at all; those
 * that are gone need the indexes. */
static int
texts_mend(struct project *p, struct project *from, const struct lost *l,
    struct mended *out, struct err *err)
{
	int rc = 0;

	if (l->n == 0)
		return 0;
	rc = db_exec(p, "DROP INDEX IF EXISTS doc_id; "
	    "DROP INDEX IF EXISTS doc_slug", err);
	for (size_t i = 0; rc == 0 && i < l->n; i++)
		if (!l->v[i].gone)
			rc = lost_mend(p, from, &l->v[i], out, err);
	if (rc == 0)
		rc = schema_id_index(p, err);
	if (rc == 0)
		rc = schema_slug_index(p, err);
	for (size_t i = 0; rc == 0 && i < l->n; i++)
		if (l->v[i].gone)
			rc = lost_mend(p, from, &l->v[i], out, err);
	return rc;
}

static int
sets_mend(struct project *p, struct project *from, struct mended *out,
    struct err *err)
{
	struct doc_total told;
	sqlite3_stmt *s;
	char here[65], there[65];
	int row = places_told(p, &told, err), rc = 0;

	if (row != 1)
		return row;
	if (places_read(p, here, err) < 0 || places_read(from, there, err) < 0)
		return -1;
	if (strcmp(told.sets, here) == 0 || strcmp(told.sets, there) != 0)
		return 0;
	s = db_query(from, SQL_DOC_PLACES, NO_ARGS, err);
	row = s != NULL ? 1 : -1;
	while (rc == 0 && row == 1 && (row = db_step(from, s, err)) == 1) {
		rc = db_run(p, SQL_DOC_PLACE_MEND, ARGS(I(col_int(s, 0)),
		    I(col_int(s, 1)), R(col_real(s, 2))), err);
		out->moved += (uint64_t)sqlite3_changes(p->db);
	}
	db_done(s);
	return row < 0 ? -1 : rc;
}

static int
mend_log(struct project *p, const struct mended *m, struct err *err)
{
	char *json;
	int rc;

	if (m->damaged + m->gone + m->moved == 0)
		return 0;
	json = xasprintf("{\"summary\":\"put back from a backup: %s damaged "
	    "texts, %s that were gone, %s in other sets\"}",
	    COUNT(m->damaged), COUNT(m->gone), COUNT(m->moved));
	rc = history_add(p, EVENT_PROJECT, 0, json, err);
	free(json);
	return rc;
}

static int
mend_all(struct project *p, struct project *from, struct progress *progress,
    struct mended *out, struct err *err)
{
	struct lost lost = { 0 };
	struct sums sums;
	int rc;

	progress_phase(progress, "looking for damaged texts", 0);
	rc = texts_walk(p, NULL, NULL, &lost, &sums, progress, err);
	if (rc == 0)
		rc = texts_mend(p, from, &lost, out, err);
	if (rc == 0)
		rc = sets_mend(p, from, out, err);
	if (rc == 0)
		rc = mend_log(p, out, err);
	tally_drop(p);
	sets_drop(p);
	lost_free(&lost);
	return rc;
}

int
project_mend(struct project *p, const char *path, struct progress *progress,
    struct mended *out, struct err *err)
{
	struct project *from = project_open_other(p, path, err);
	int rc;

	*out = (struct mended){ 0 };
	if (from == NULL)
		return -1;
	if (!log_shared(p, from))
		rc = err_set_status(err, ERR_NAME, "%s shares no log with this "
		    "project: it is another project's: name a backup of this "
		    "one", path);
	else if ((rc = project_begin(p, err)) == 0)
		rc = project_end(p, mend_all(p, from, progress, out, err),
		    err);
	project_close(from);
	return rc;
}

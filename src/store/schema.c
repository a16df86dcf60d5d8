#include <stdio.h>

#include "priv.h"

/*
 * The tables, described in man/tagtiger-project.5. Change them only by a step
 * in schema_steps, and in the manual.
 */
static const char *const schema_sql[] = {
	"CREATE TABLE meta("
	" key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",

	/* people */
	"CREATE TABLE user("
	" uid INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" role INTEGER NOT NULL, since INTEGER NOT NULL) STRICT",
	"CREATE TABLE param("
	" key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
	"CREATE TABLE account_state("
	" uid INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY(uid, key)) STRICT, WITHOUT ROWID",

	/* texts */
	"CREATE TABLE field("
	" no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" role INTEGER NOT NULL, kind TEXT NOT NULL) STRICT",
	"CREATE TABLE doc("
	" seq INTEGER PRIMARY KEY, set_no INTEGER NOT NULL,"
	" weight REAL NOT NULL, id TEXT NOT NULL, slug TEXT,"
	" sum INTEGER) STRICT",
	/* Texts come set by set: its entries are appended. */
	"CREATE INDEX doc_set ON doc(set_no)",
	"CREATE TABLE text("
	" seq INTEGER PRIMARY KEY, body TEXT NOT NULL, cells TEXT NOT NULL)"
	" STRICT",

	/* the log */
	"CREATE TABLE event_kind("
	" kind INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
	"CREATE TABLE event("
	" replica INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" lamport INTEGER NOT NULL, time INTEGER NOT NULL,"
	" uid INTEGER NOT NULL, layer INTEGER NOT NULL,"
	" act INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" bulk INTEGER NOT NULL, scheme INTEGER, doc INTEGER,"
	" data TEXT NOT NULL, hash BLOB NOT NULL,"
	" undone INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY(replica, seq)) STRICT, WITHOUT ROWID",
	"CREATE INDEX event_order ON event(lamport)",
	/* For the history, which leaves out what imports did one by one, and
	 * finds the rare kinds among millions of labels. */
	"CREATE INDEX event_shown ON event(lamport)"
	" WHERE bulk = 0 OR kind >= 200",
	"CREATE INDEX event_rare ON event(kind, lamport)"
	" WHERE kind >= 100",
	"CREATE INDEX event_mine ON event(uid, lamport, kind, undone)"
	" WHERE bulk = 0",
	"CREATE INDEX event_doc ON event(doc, scheme, layer, lamport)"
	" WHERE doc IS NOT NULL",
	"CREATE INDEX event_scheme ON event(scheme, lamport)"
	" WHERE kind >= 100 AND kind < 200",
	"CREATE INDEX event_clear ON event(uid, scheme, lamport)"
	" WHERE kind = 202",

	/* what stands now, from the log */
	"CREATE TABLE scheme("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL,"
	" kind INTEGER NOT NULL, position INTEGER NOT NULL,"
	" deleted INTEGER NOT NULL) STRICT",
	"CREATE UNIQUE INDEX scheme_name ON scheme(name_key)"
	" WHERE deleted = 0",
	"CREATE TABLE label("
	" id INTEGER PRIMARY KEY,"
	" scheme INTEGER NOT NULL REFERENCES scheme(id),"
	" name TEXT NOT NULL, name_key TEXT NOT NULL,"
	" key TEXT NOT NULL, colour TEXT NOT NULL,"
	" description TEXT NOT NULL, position INTEGER NOT NULL,"
	" deleted INTEGER NOT NULL,"
	" alias_of INTEGER REFERENCES label(id),"
	" effective INTEGER REFERENCES label(id)) STRICT",
	"CREATE UNIQUE INDEX label_name ON label(scheme, name_key)"
	" WHERE deleted = 0 AND alias_of IS NULL",
	"CREATE TABLE codebook("
	" scheme INTEGER PRIMARY KEY REFERENCES scheme(id),"
	" markdown TEXT NOT NULL) STRICT",
	"CREATE TABLE annotation("
	" scheme INTEGER NOT NULL REFERENCES scheme(id),"
	" doc INTEGER NOT NULL REFERENCES doc(seq),"
	" uid INTEGER NOT NULL, tagged INTEGER NOT NULL,"
	" time INTEGER NOT NULL, labels TEXT NOT NULL,"
	" accepted INTEGER NOT NULL, flag INTEGER NOT NULL,"
	" comment TEXT NOT NULL,"
	" PRIMARY KEY(scheme, doc, uid)) STRICT, WITHOUT ROWID",
	"CREATE TABLE annotation_label("
	" label INTEGER NOT NULL REFERENCES label(id),"
	" doc INTEGER NOT NULL, uid INTEGER NOT NULL,"
	" PRIMARY KEY(label, doc, uid)) STRICT, WITHOUT ROWID",
	"CREATE TABLE session("
	" uid INTEGER NOT NULL, scheme INTEGER NOT NULL,"
	" doc INTEGER NOT NULL, set_no INTEGER NOT NULL,"
	" how INTEGER NOT NULL, time INTEGER NOT NULL,"
	" PRIMARY KEY(uid, scheme, doc)) STRICT, WITHOUT ROWID",

	/* what is handed to whom */
	"CREATE TABLE lease("
	" uid INTEGER NOT NULL, scheme INTEGER NOT NULL,"
	" set_no INTEGER NOT NULL, doc INTEGER NOT NULL,"
	" pid INTEGER NOT NULL, host TEXT NOT NULL,"
	" expires INTEGER NOT NULL, mode TEXT NOT NULL, why TEXT NOT NULL,"
	" criteria TEXT NOT NULL, probability REAL, score REAL,"
	" model INTEGER, PRIMARY KEY(uid, scheme, set_no))"
	" STRICT, WITHOUT ROWID",
	"CREATE INDEX lease_doc ON lease(scheme, doc)",

	/* learning */
	"CREATE TABLE feature("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" kind TEXT NOT NULL, params TEXT NOT NULL, file TEXT NOT NULL,"
	" state TEXT NOT NULL, error TEXT NOT NULL, dims INTEGER NOT NULL,"
	" rows INTEGER NOT NULL, max_seq INTEGER NOT NULL,"
	" uid INTEGER NOT NULL, time INTEGER NOT NULL) STRICT",
	"CREATE TABLE model("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
	" kind TEXT NOT NULL, method TEXT NOT NULL,"
	" scheme INTEGER NOT NULL REFERENCES scheme(id),"
	" params TEXT NOT NULL, labels TEXT NOT NULL, state TEXT NOT NULL,"
	" folder TEXT NOT NULL, metrics TEXT NOT NULL, error TEXT NOT NULL,"
	" position INTEGER NOT NULL, uid INTEGER NOT NULL,"
	" time INTEGER NOT NULL) STRICT",
	"CREATE TABLE model_weights("
	" model INTEGER PRIMARY KEY REFERENCES model(id) ON DELETE CASCADE,"
	" data BLOB NOT NULL) STRICT",
	"CREATE TABLE curve("
	" model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE,"
	" step INTEGER NOT NULL, split TEXT NOT NULL, epoch REAL,"
	" loss REAL, f1 REAL,"
	" PRIMARY KEY(model, step, split)) STRICT, WITHOUT ROWID",
	"CREATE TABLE score("
	" id INTEGER PRIMARY KEY,"
	" model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE,"
	" set_name TEXT NOT NULL, json TEXT NOT NULL, uid INTEGER NOT NULL,"
	" time INTEGER NOT NULL, looks INTEGER NOT NULL) STRICT",
	"CREATE INDEX score_model ON score(model, id)",
	/* Looks outlive the model that was looked at. */
	"CREATE TABLE look("
	" scheme INTEGER NOT NULL, set_name TEXT NOT NULL,"
	" looks INTEGER NOT NULL, PRIMARY KEY(scheme, set_name))"
	" STRICT, WITHOUT ROWID",
	"CREATE TABLE prediction("
	" id INTEGER PRIMARY KEY,"
	" model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE,"
	" set_name TEXT NOT NULL, file TEXT NOT NULL, rows INTEGER NOT NULL,"
	" max_seq INTEGER NOT NULL, time INTEGER NOT NULL,"
	" UNIQUE(model, set_name)) STRICT",
	"CREATE TABLE job("
	" id INTEGER PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL,"
	" host TEXT NOT NULL, boot TEXT NOT NULL, pid INTEGER NOT NULL,"
	" uid INTEGER NOT NULL, start INTEGER NOT NULL,"
	" heartbeat INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" state INTEGER NOT NULL, stop INTEGER NOT NULL,"
	" phase TEXT NOT NULL, step INTEGER NOT NULL,"
	" total INTEGER NOT NULL, error TEXT NOT NULL,"
	" log TEXT NOT NULL) STRICT",
	"CREATE INDEX job_state ON job(state)",
};

/* One a version, from 2 on. */
const struct schema_step schema_steps[] = {
	/* Texts that were imported before stay without. */
	{ 2, "ALTER TABLE doc ADD COLUMN sum INTEGER" },
};
const size_t schema_nsteps = sizeof schema_steps / sizeof schema_steps[0];

static int
kinds_write(struct project *p, struct err *err)
{
	for (int kind = 1; kind < 400; kind++) {
		const char *name = event_kind_name(kind);

		if (name != NULL &&
		    db_run(p, SQL_EVENT_KIND_PUT, ARGS(I(kind), S(name)),
		    err) < 0)
			return -1;
	}
	return 0;
}

int
schema_create(struct project *p, struct err *err)
{
	char pragma[64];

	for (size_t i = 0; i < sizeof schema_sql / sizeof schema_sql[0]; i++) {
		if (db_exec(p, schema_sql[i], err) < 0)
			return -1;
	}
	snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d",
	    APPLICATION_ID);
	if (db_exec(p, pragma, err) < 0)
		return -1;
	snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d",
	    SCHEMA_VERSION);
	if (db_exec(p, pragma, err) < 0)
		return -1;
	return kinds_write(p, err);
}

/*
 * Made when the first texts are in: sorting beats inserting one by one. The
 * ids are sorted in short runs, which are as long as the cache is large, on
 * threads of SQLite's own.
 */
int
schema_id_index(struct project *p, struct err *err)
{
	static const char *const sql[] = {
		"PRAGMA threads = 2",
		"PRAGMA cache_size = -1000",
		"CREATE UNIQUE INDEX IF NOT EXISTS doc_id ON doc(id)",
		"PRAGMA threads = 0",
		"PRAGMA cache_size = -4000",
	};

	for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
		if (db_exec(p, sql[i], err) < 0)
			return -1;
	}
	return 0;
}

int
schema_slug_index(struct project *p, struct err *err)
{
	return db_exec(p, "CREATE INDEX doc_slug ON doc(slug)"
	    " WHERE slug IS NOT NULL", err);
}

static int
migrate_step(struct project *p, const struct schema_step *step,
    struct err *err)
{
	char pragma[64];
	int64_t version;

	if (db_pragma(p, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (version >= step->version)
		return 0;
	snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d",
	    step->version);
	return db_exec(p, step->sql, err) == 0 ? db_exec(p, pragma, err) : -1;
}

int
schema_migrate(struct project *p, const struct schema_step *steps, size_t n,
    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (project_begin(p, err) < 0)
			return -1;
		if (project_end(p, migrate_step(p, &steps[i], err), err) < 0)
			return err_prefix(err, "bringing the project to "
			    "version %d", steps[i].version);
	}
	return 0;
}

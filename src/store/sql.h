/* Every statement of the store, prepared on first use (db.c). */
#ifndef TAGTIGER_STORE_SQL_H
#define TAGTIGER_STORE_SQL_H

/* What event_read takes. */
#define EVENT_COLUMNS                                                          \
	"replica, seq, lamport, time, uid, layer, act, kind, bulk, scheme, "   \
	"doc, data, undone"

#define EVENT_PUT_COLUMNS                                                      \
	"(replica, seq, lamport, time, uid, layer, act, kind, bulk, scheme, "  \
	"doc, data, hash)"
#define EVENT_PUT_ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

#define FEATURE_COLUMNS                                                        \
	"id, name, kind, params, file, state, error, dims, rows, max_seq, "    \
	"uid, time"

#define MODEL_COLUMNS                                                          \
	"id, name, kind, method, scheme, params, labels, state, folder, "      \
	"metrics, error, position, uid, time"

#define LEASE_COLUMNS                                                          \
	"doc, uid, set_no, expires, mode, why, criteria, probability, "        \
	"score, model"

/* Where the clock was put back, a lease that would last for more than twice
 * its time has ended. */
#define LEASE_LIVES(now)                                                       \
	" expires > " now " AND expires <= " now " + 3600000"

/* By look-ups, however long the log is. */
#define EACH_REPLICA                                                           \
	"WITH RECURSIVE r(x) AS (SELECT min(replica) FROM event UNION ALL"     \
	" SELECT (SELECT min(replica) FROM event WHERE replica > x)"           \
	" FROM r WHERE x IS NOT NULL)"

/* ?1 uid, ?2 scheme, ?3 doc, ?4 kind, ?5 since, ?6 until, ?7 bulk */
#define HISTORY_WHERE                                                          \
	" (?1 = -9223372036854775808 OR uid = ?1)"                             \
	" AND (?2 = 0 OR scheme = ?2) AND (?3 = 0 OR doc = ?3)"                \
	" AND (?4 = 0 OR kind = ?4) AND (?5 = 0 OR time >= ?5)"                \
	" AND (?6 = 0 OR time < ?6) AND (?7 OR NOT bulk OR kind >= 200)"

/* So many rows in one statement take two thirds of the time; OR FAIL, as any
 * failure takes all of the transaction back, and statements need no journal of
 * their own. */
#define MANY 32
#define ROWS_4(row) row "," row "," row "," row
#define ROWS_MANY(row)                                                         \
	ROWS_4(row) "," ROWS_4(row) "," ROWS_4(row) "," ROWS_4(row) ","        \
	ROWS_4(row) "," ROWS_4(row) "," ROWS_4(row) "," ROWS_4(row)

#define SQL_LIST(X)                                                            \
	X(BEGIN, "BEGIN IMMEDIATE")                                            \
	X(BEGIN_READ, "BEGIN")                                                 \
	X(COMMIT, "COMMIT")                                                    \
	X(ROLLBACK, "ROLLBACK")                                                \
	X(META_GET, "SELECT value FROM meta WHERE key = ?1")                   \
	X(META_PUT, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)")              \
	/* a work copy, while it is made */                                    \
	X(ATTACH, "ATTACH ?1 AS whole")                                        \
	X(CHOSEN_PUT, "INSERT INTO temp.chosen VALUES(?1)")                    \
	/* An estimate by the newest texts. */                                 \
	X(SIZE_TEXTS, "SELECT CAST(ifnull(avg(n), 0) * (SELECT count(*)"       \
	    " FROM doc) AS INTEGER) FROM (SELECT length(CAST(body AS BLOB))"   \
	    " + length(CAST(cells AS BLOB)) + 60 AS n FROM text"               \
	    " ORDER BY seq DESC LIMIT 1000)")                                  \
	X(SIZE_LOG, "SELECT CAST(ifnull(avg(n), 0) * (SELECT count(*)"         \
	    " FROM event) AS INTEGER) FROM (SELECT length(CAST(data AS BLOB))" \
	    " + 200 AS n FROM event ORDER BY lamport DESC LIMIT 1000)")        \
	/* users, parameters */                                                \
	X(USER_ROLE, "SELECT role FROM user WHERE uid = ?1")                   \
	X(USER_NAME, "SELECT name FROM user WHERE uid = ?1")                   \
	X(USER_NAMED, "SELECT uid FROM user WHERE name = ?1"                   \
	    " ORDER BY role DESC LIMIT 1")                                     \
	X(USER_NAMESAKE, "SELECT uid FROM user WHERE name = ?1"                \
	    " AND uid <> ?2 LIMIT 1")                                          \
	X(USER_RENAME, "UPDATE user SET name = ?2 WHERE uid = ?1")             \
	X(USER_ROLE_PUT, "INSERT INTO user VALUES(?1, ?2, ?3, ?4)"             \
	    " ON CONFLICT(uid) DO UPDATE SET role = excluded.role")            \
	/* As settings.c names them. */                                        \
	X(SETTINGS, "SELECT 'P' || key, value FROM param UNION ALL"            \
	    " SELECT 'R' || uid, role FROM user UNION ALL"                     \
	    " SELECT 'N' || uid, name FROM user UNION ALL"                     \
	    " SELECT 'C' || no, role FROM field UNION ALL"                     \
	    " SELECT 'L' || scheme || ' ' || set_name, looks FROM look"        \
	    " UNION ALL SELECT 'S' || id, json FROM score")                    \
	X(LOOK_MEND, "INSERT OR REPLACE INTO look VALUES(?1, ?2, ?3)")         \
	X(SCORE_DELETE, "DELETE FROM score WHERE id = ?1")                     \
	X(USER_EXISTS, "SELECT uid FROM user WHERE uid = ?1")                  \
	X(USER_LIST, "SELECT uid, name, role, since FROM user"                 \
	    " ORDER BY role DESC, name")                                       \
	X(USER_OTHER_OWNERS, "SELECT count(*) FROM user"                       \
	    " WHERE role = 3 AND uid <> ?1")                                   \
	X(USER_PUT, "INSERT INTO user VALUES(?1, ?2, ?3, ?4)"                  \
	    " ON CONFLICT(uid) DO UPDATE SET name = excluded.name,"            \
	    " role = excluded.role")                                           \
	X(PARAM_GET, "SELECT value FROM param WHERE key = ?1")                 \
	X(PARAM_PUT, "INSERT OR REPLACE INTO param VALUES(?1, ?2)")            \
	X(PARAM_DELETE, "DELETE FROM param WHERE key = ?1")                    \
	X(ACCOUNT_GET, "SELECT value FROM account_state"                       \
	    " WHERE uid = ?1 AND key = ?2")                                    \
	X(ACCOUNT_PUT, "INSERT OR REPLACE INTO account_state"                  \
	    " VALUES(?1, ?2, ?3)")                                             \
	X(ACCOUNT_DELETE, "DELETE FROM account_state"                          \
	    " WHERE uid = ?1 AND key = ?2")                                    \
	/* columns */                                                          \
	X(FIELD_NAMED, "SELECT no FROM field WHERE name = ?1")                 \
	X(FIELD_NAME, "SELECT name FROM field WHERE no = ?1")                  \
	X(FIELD_NEXT, "SELECT ifnull(max(no) + 1, 0) FROM field")              \
	X(FIELD_PUT, "INSERT INTO field VALUES(?1, ?2, ?3, ?4)")               \
	X(FIELD_ROLE, "UPDATE field SET role = ?2 WHERE no = ?1")              \
	X(FIELD_KIND, "UPDATE field SET kind = ?2 WHERE no = ?1")              \
	X(FIELD_LIST, "SELECT no, name, role, kind FROM field ORDER BY no")    \
	/* texts */                                                            \
	X(DOC_PUT, "INSERT INTO doc VALUES(?, ?, ?, ?, ?, ?)")                 \
	X(TEXT_PUT, "INSERT INTO text VALUES(?, ?, ?)")                        \
	/* of one set and weight, behind all that are there */                 \
	X(DOC_PUT_MANY, "INSERT OR FAIL INTO"                                  \
	    " doc(set_no, weight, id, slug, sum) VALUES"                       \
	    ROWS_MANY("(?1, ?2, ?, ?, ?)"))                                    \
	X(TEXT_PUT_MANY, "INSERT OR FAIL INTO text(body, cells) VALUES"        \
	    ROWS_MANY("(?, ?)"))                                               \
	X(DOC_IDS, "SELECT seq, id FROM doc ORDER BY seq")                     \
	X(DOC_LOAD, "SELECT seq, id, sum, set_no, weight FROM doc"             \
	    " ORDER BY seq")                                                   \
	X(DOC_SUMS, "SELECT seq, sum, set_no, weight FROM doc ORDER BY seq")   \
	X(DOC_PLACE, "SELECT set_no, weight FROM doc WHERE seq = ?1")          \
	X(DOC_PLACE_MEND, "UPDATE doc SET set_no = ?2, weight = ?3"            \
	    " WHERE seq = ?1 AND (set_no <> ?2 OR weight <> ?3)")              \
	X(DOC_PLACES, "SELECT seq, set_no, weight FROM doc ORDER BY seq")      \
	X(DOC_SUM_PUT, "UPDATE doc SET sum = ?2 WHERE seq = ?1")               \
	X(DOC_CHECK, "SELECT seq, set_no, weight, id, ifnull(slug, id), body," \
	    " cells, sum FROM doc CROSS JOIN text USING(seq) ORDER BY seq")    \
	X(DOC_CHECK_ONE, "SELECT seq, set_no, weight, id, ifnull(slug, id),"   \
	    " body, cells, sum FROM doc JOIN text USING(seq)"                  \
	    " WHERE seq = ?1")                                                 \
	/* One that is there stays in its set. */                              \
	X(DOC_MEND, "INSERT INTO doc VALUES(?1, ?2, ?3, ?4, nullif(?5, ?4),"   \
	    " ?6) ON CONFLICT(seq) DO UPDATE SET id = excluded.id,"            \
	    " slug = excluded.slug, sum = excluded.sum")                       \
	X(TEXT_MEND, "INSERT OR REPLACE INTO text VALUES(?1, ?2, ?3)")         \
	X(DOC_ID, "SELECT id FROM doc WHERE seq = ?1")                         \
	X(DOC_ID_LIVE, "SELECT id FROM doc WHERE seq = ?1 AND set_no < 4")     \
	X(DOC_EXISTS, "SELECT seq FROM doc WHERE seq = ?1")                    \
	X(DOC_SET, "SELECT set_no FROM doc WHERE seq = ?1")                    \
	X(DOC_BY_ID, "SELECT seq FROM doc WHERE id = ?1")                      \
	X(DOC_BY_SLUG, "SELECT seq FROM doc"                                   \
	    " WHERE slug = ?1 AND slug IS NOT NULL")                           \
	X(DOC_SLUG, "UPDATE doc SET slug = ?2 WHERE seq = ?1")                 \
	X(DOC_SLUG_CLASHES, "SELECT d.seq, d.slug FROM doc d"                  \
	    " WHERE d.slug IS NOT NULL AND (EXISTS(SELECT 1 FROM doc e"        \
	    " WHERE e.id = d.slug AND e.slug IS NULL)"                         \
	    " OR EXISTS(SELECT 1 FROM doc f WHERE f.slug = d.slug"             \
	    " AND f.slug IS NOT NULL AND f.seq < d.seq)) ORDER BY +d.seq")      \
	X(DOC_ASSIGN, "UPDATE doc SET set_no = ?2, weight = ifnull(?3, 0)"     \
	    " WHERE seq = ?1")                                                 \
	X(DROP_DRAWN, "SELECT count(*) FROM doc"                               \
	    " WHERE set_no = ?1 AND weight > 0")                               \
	X(DROP_IMPORTED, "SELECT count(*) FROM doc"                            \
	    " WHERE set_no = ?1 AND weight <= 0")                              \
	X(DROP_LABELLED, "SELECT count(DISTINCT doc) FROM annotation"          \
	    " WHERE tagged = 1 AND doc IN"                                     \
	    " (SELECT seq FROM doc WHERE set_no = ?1)")                        \
	X(DROP_COUNT, "SELECT count(*) FROM doc WHERE set_no = 4")             \
	X(DROP_LEASES, "DELETE FROM lease WHERE set_no = ?1")                  \
	/* 4: SET_DROPPED */                                                   \
	X(DROP_SET, "UPDATE doc SET set_no = iif(weight > 0, 0, 4), weight = 0" \
	    " WHERE set_no = ?1")                                              \
	X(DROP_ASIDE, "UPDATE doc SET id = id || ' (dropped ' || seq || ')',"  \
	    " slug = ifnull(slug, id) || '-dropped-' || seq WHERE seq = ?1")   \
	X(TEXT_CELLS, "UPDATE text SET cells = ?2 WHERE seq = ?1")             \
	X(DOC_LIVE_ID, "SELECT seq FROM doc WHERE id = ?1 AND set_no < 4")     \
	X(DOC_LIVE_SLUG, "SELECT seq FROM doc"                                 \
	    " WHERE slug = ?1 AND set_no < 4")                                 \
	X(DOC_ROW, "SELECT set_no, weight, id, ifnull(slug, id), body, cells"  \
	    " FROM doc JOIN text USING(seq) WHERE seq = ?1")                   \
	X(DOC_TOTAL, "SELECT count(*) FROM doc")                               \
	/* An import of annotations is one into a scheme. */                   \
	X(SETS_CHANGED, "SELECT max(ifnull((SELECT lamport FROM event"         \
	    " INDEXED BY event_rare WHERE kind = 301 AND kind >= 100"          \
	    " AND scheme IS NULL ORDER BY lamport DESC LIMIT 1), 0),"          \
	    " ifnull((SELECT max(lamport) FROM event"                          \
	    " INDEXED BY event_rare WHERE kind = 302 AND kind >= 100), 0))")   \
	X(DOC_OF_SET, "SELECT seq, set_no FROM doc"                            \
	    " WHERE set_no = ?2 AND seq > ?1 ORDER BY seq")                    \
	X(DOC_MAX, "SELECT ifnull(max(seq), 0) FROM doc")                      \
	X(DOC_SCAN, "SELECT seq, set_no FROM doc WHERE seq > ?1 ORDER BY seq") \
	X(CURSOR_IDS, "SELECT seq, set_no, weight, id, ifnull(slug, id)"       \
	    " FROM doc WHERE seq > ?1 AND (?2 >> set_no) & 1 ORDER BY seq")    \
	X(CURSOR, "SELECT seq, set_no, weight, id, ifnull(slug, id), body,"    \
	    " cells FROM doc CROSS JOIN text USING(seq)"                       \
	    " WHERE seq > ?1 AND (?2 >> set_no) & 1 ORDER BY seq")             \
	X(TEXT_RANGE, "SELECT seq, body FROM text"                            \
	    " WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq")                     \
	X(TEXT_ONE, "SELECT seq, body FROM text WHERE seq = ?1")               \
	X(CURSOR_ID_ONE, "SELECT seq, set_no, weight, id, ifnull(slug, id)"    \
	    " FROM doc WHERE seq = ?1")                                        \
	X(CURSOR_ONE, "SELECT seq, set_no, weight, id, ifnull(slug, id),"      \
	    " body, cells FROM doc JOIN text USING(seq) WHERE seq = ?1")       \
	/* the log */                                                          \
	X(EVENT_KIND_PUT, "INSERT INTO event_kind VALUES(?1, ?2)")             \
	X(EVENT_PUT, "INSERT INTO event" EVENT_PUT_COLUMNS " VALUES"           \
	    EVENT_PUT_ROW)                                                     \
	X(EVENT_PUT_MANY, "INSERT OR FAIL INTO event" EVENT_PUT_COLUMNS        \
	    " VALUES"                                                          \
	    ROWS_MANY(EVENT_PUT_ROW))                                          \
	X(EVENT_REPLICAS, EACH_REPLICA " SELECT x FROM r WHERE x IS NOT NULL") \
	X(EVENT_FIRSTS, EACH_REPLICA " SELECT x, (SELECT hash FROM event"      \
	    " WHERE replica = x AND seq = 1) FROM r WHERE x IS NOT NULL")      \
	X(EVENT_FIRST, "SELECT replica FROM event ORDER BY lamport LIMIT 1")   \
	X(EVENT_SETTINGS, "SELECT " EVENT_COLUMNS " FROM event"                \
	    " INDEXED BY event_rare WHERE kind IN (301, 303, 304, 305, 322)"   \
	    " AND kind >= 100 ORDER BY lamport, replica, seq")                 \
	X(EVENT_HEAD, "SELECT seq, hash FROM event WHERE replica = ?1"         \
	    " ORDER BY seq DESC LIMIT 1")                                      \
	X(EVENT_LAMPORT, "SELECT ifnull(max(lamport), 0) FROM event")          \
	X(EVENT_ROW, "SELECT " EVENT_COLUMNS " FROM event"                     \
	    " WHERE replica = ?1 AND seq = ?2")                                \
	X(EVENT_FROM, "SELECT " EVENT_COLUMNS " FROM event"                    \
	    " WHERE replica = ?1 AND seq >= ?2 ORDER BY seq")                  \
	X(EVENT_SINCE, "SELECT " EVENT_COLUMNS " FROM event"                   \
	    " WHERE lamport > ?1 ORDER BY lamport")                            \
	X(EVENT_ALL, "SELECT " EVENT_COLUMNS ", hash FROM event"               \
	    " ORDER BY replica, seq")                                          \
	/* What all texts of this copy came to after its last import. */       \
	X(EVENT_TOTAL, "SELECT " EVENT_COLUMNS " FROM event"                   \
	    " INDEXED BY event_rare WHERE kind = 301 AND kind >= 100"          \
	    " AND replica = ?1 AND json_extract(data, '$.sum') IS NOT NULL"    \
	    " ORDER BY lamport DESC LIMIT 1")                                  \
	/* Where they were after the last act that moved any. */               \
	X(EVENT_SETS, "SELECT " EVENT_COLUMNS " FROM event"                    \
	    " INDEXED BY event_rare WHERE kind IN (301, 302) AND kind >= 100"  \
	    " AND replica = ?1 AND json_extract(data, '$.sets') IS NOT NULL"   \
	    " ORDER BY lamport DESC LIMIT 1")                                  \
	X(BROKEN_KEYS, "SELECT \"table\", parent, count(*)"                    \
	    " FROM pragma_foreign_key_check GROUP BY 1, 2")                    \
	X(EVENT_TURNS, "SELECT " EVENT_COLUMNS " FROM event"                   \
	    " WHERE kind IN (200, 201) ORDER BY lamport, replica, seq")        \
	/* Those that merged a work copy, and what they brought. */            \
	X(EVENT_IMPORTS, "SELECT " EVENT_COLUMNS " FROM event"                 \
	    " INDEXED BY event_rare WHERE kind = 301 AND kind >= 100"          \
	    " AND json_extract(data, '$.spans') IS NOT NULL"                   \
	    " ORDER BY lamport, replica, seq")                                 \
	X(EVENT_IMPORT_UNDONE, "SELECT 1 FROM event INDEXED BY event_rare"     \
	    " WHERE kind = 301 AND kind >= 100 AND undone = 1"                 \
	    " AND json_extract(data, '$.spans') IS NOT NULL LIMIT 1")          \
	/* Texts that are out in work copies now. */                           \
	X(EVENT_WORKS, "SELECT " EVENT_COLUMNS " FROM event AS w"              \
	    " INDEXED BY event_rare WHERE kind = 310 AND kind >= 100"          \
	    " AND json_extract(data, '$.until') > ?1 AND NOT EXISTS(SELECT 1"  \
	    " FROM event AS b INDEXED BY event_rare WHERE b.kind = 330"        \
	    " AND b.kind >= 100 AND json_extract(b.data, '$.back') ="          \
	    " json_extract(w.data, '$.copy'))")                                \
	X(SCHEME_LAST_DELETE, "SELECT replica, act FROM event"                 \
	    " INDEXED BY event_rare WHERE kind = 102 AND kind >= 100"          \
	    " AND undone = 0 ORDER BY lamport DESC, replica DESC, seq DESC"    \
	    " LIMIT 1")                                                        \
	X(EVENT_AFTER, "SELECT " EVENT_COLUMNS ", hash FROM event"             \
	    " WHERE replica = ?1 AND seq > ?2 ORDER BY seq")                   \
	X(EVENT_HASH, "SELECT hash FROM event"                                 \
	    " WHERE replica = ?1 AND seq = ?2")                                \
	X(EVENT_OF_SCHEME, "SELECT " EVENT_COLUMNS " FROM event"               \
	    " INDEXED BY event_scheme WHERE scheme = ?1"                       \
	    " AND kind >= 100 AND kind < 200"                                  \
	    " ORDER BY lamport, replica, seq")                                 \
	X(EVENT_SCHEMES, "SELECT DISTINCT scheme FROM event"                   \
	    " INDEXED BY event_scheme WHERE kind >= 100 AND kind < 200"        \
	    " AND scheme IS NOT NULL")                                         \
	X(EVENT_OF_TEXT, "SELECT " EVENT_COLUMNS " FROM event"                 \
	    " INDEXED BY event_doc WHERE doc = ?1 AND scheme = ?2"             \
	    " AND layer = ?3 AND kind < 100 ORDER BY lamport, replica, seq")   \
	X(EVENT_OF_TEXTS, "SELECT " EVENT_COLUMNS " FROM event"                \
	    " INDEXED BY event_doc WHERE doc IS NOT NULL AND kind < 100"       \
	    " AND EXISTS(SELECT 1 FROM doc d WHERE d.seq = event.doc)"         \
	    " ORDER BY doc, scheme, layer, lamport, replica, seq")             \
	X(EVENT_LAYERS, "SELECT DISTINCT scheme, doc, layer FROM event"        \
	    " INDEXED BY event_doc WHERE doc IS NOT NULL AND kind < 100"       \
	    " AND EXISTS(SELECT 1 FROM doc d WHERE d.seq = event.doc)")        \
	X(EVENT_MINE, "SELECT replica, seq, kind, undone FROM event"           \
	    " INDEXED BY event_mine WHERE uid = ?1 AND bulk = 0"               \
	    " AND kind < 202 ORDER BY lamport DESC, replica DESC, seq DESC")   \
	X(EVENT_MINE_LIVE, "SELECT " EVENT_COLUMNS " FROM event"               \
	    " INDEXED BY event_mine WHERE uid = ?1 AND bulk = 0"               \
	    " AND kind < 200 AND undone = 0"                                   \
	    " ORDER BY lamport DESC, replica DESC, seq DESC LIMIT 1")          \
	X(EVENT_TAGS, "SELECT time FROM event INDEXED BY event_mine"           \
	    " WHERE uid = ?1 AND bulk = 0 AND kind = 1 AND kind < 202"         \
	    " AND scheme = ?2 ORDER BY lamport DESC")                          \
	X(EVENT_MARK, "UPDATE event SET undone = ?3"                           \
	    " WHERE replica = ?1 AND seq = ?2")                                \
	X(EVENT_MARK_MANY, "UPDATE event SET undone = ?4"                      \
	    " WHERE replica = ?1 AND seq BETWEEN ?2 AND ?3"                    \
	    " AND undone <> ?4")                                               \
	X(EVENT_UNMARK, "UPDATE event SET undone = 0 WHERE undone <> 0")       \
	X(HISTORY, "SELECT " EVENT_COLUMNS " FROM event INDEXED BY event_order" \
	    " WHERE" HISTORY_WHERE " AND lamport <= ?8"                        \
	    " AND (lamport < ?8 OR replica < ?9)"                              \
	    " ORDER BY lamport DESC, replica DESC LIMIT ?10")                  \
	X(HISTORY_SHOWN, "SELECT " EVENT_COLUMNS " FROM event"                 \
	    " INDEXED BY event_shown WHERE (bulk = 0 OR kind >= 200) AND"      \
	    HISTORY_WHERE " AND lamport <= ?8"                                 \
	    " AND (lamport < ?8 OR replica < ?9)"                              \
	    " ORDER BY lamport DESC, replica DESC LIMIT ?10")                  \
	X(HISTORY_RARE, "SELECT " EVENT_COLUMNS " FROM event"                  \
	    " INDEXED BY event_rare WHERE kind = ?4 AND kind >= 100 AND"       \
	    HISTORY_WHERE " AND lamport <= ?8"                                 \
	    " AND (lamport < ?8 OR replica < ?9)"                              \
	    " ORDER BY lamport DESC, replica DESC LIMIT ?10")                  \
	X(HISTORY_OF_TEXT, "SELECT " EVENT_COLUMNS " FROM event"               \
	    " INDEXED BY event_doc WHERE doc = ?3 AND doc IS NOT NULL AND"     \
	    HISTORY_WHERE " AND lamport <= ?8"                                 \
	    " AND (lamport < ?8 OR replica < ?9)"                              \
	    " ORDER BY lamport DESC, replica DESC LIMIT ?10")                  \
	X(HISTORY_COUNT, "SELECT count(*) FROM event WHERE" HISTORY_WHERE)     \
	X(HISTORY_COUNT_FROM, "SELECT count(*) FROM event WHERE"               \
	    HISTORY_WHERE " AND replica = ?8 AND seq >= ?9")                   \
	X(EVENT_TIME, "SELECT time FROM event"                                 \
	    " WHERE replica = ?1 AND seq = ?2")                                \
	/* schemes */                                                          \
	X(SCHEME_ROW, "SELECT id, name, kind, position, deleted FROM scheme"   \
	    " WHERE id = ?1")                                                  \
	X(SCHEME_LIST, "SELECT id FROM scheme WHERE deleted = 0"               \
	    " ORDER BY position, id")                                          \
	X(SCHEME_BEFORE, "SELECT count(*) FROM scheme WHERE deleted = 0"       \
	    " AND (position, id) < (?1, ?2)")                                  \
	X(SCHEME_COUNT, "SELECT count(*) FROM scheme WHERE deleted = 0")       \
	X(SCHEME_ROWS, "SELECT count(*) FROM scheme")                          \
	X(SCHEME_NAME, "SELECT name FROM scheme WHERE id = ?1")                \
	X(SCHEME_NAMED, "SELECT id FROM scheme"                                \
	    " WHERE name_key = ?1 AND deleted = 0")                            \
	X(SCHEME_NAMED_OTHER, "SELECT id FROM scheme"                          \
	    " WHERE name_key = ?1 AND deleted = 0 AND id <> ?2")               \
	X(SCHEME_PUT, "INSERT INTO scheme VALUES(?1, ?2, ?3, ?4, ?5, ?6)"      \
	    " ON CONFLICT(id) DO UPDATE SET name = ?2, name_key = ?3,"         \
	    " kind = ?4, position = ?5, deleted = ?6")                         \
	X(SCHEME_ASIDE, "UPDATE scheme SET deleted = 1 WHERE id = ?1")         \
	X(LABEL_LIST, "SELECT id, name, key, colour, description, position,"   \
	    " deleted, alias_of, effective FROM label WHERE scheme = ?1"       \
	    " ORDER BY position < 0, position, id")                            \
	X(LABEL_ROW, "SELECT name, key, colour, description, position,"        \
	    " deleted, alias_of, effective FROM label WHERE id = ?1")          \
	X(LABEL_COUNT, "SELECT count(*) FROM label WHERE scheme = ?1")         \
	X(LABEL_ROWS, "SELECT count(*) FROM label")                            \
	X(LABEL_SCHEME, "SELECT scheme FROM label WHERE id = ?1")              \
	X(LABEL_MEANINGS, "SELECT id, effective FROM label WHERE scheme = ?1") \
	X(LABEL_PUT, "INSERT INTO label VALUES(?1, ?2, '', '', '', '', '',"    \
	    " -1, 1, NULL, NULL)")                                             \
	X(LABEL_ASIDE, "UPDATE label SET deleted = 1 WHERE id = ?1")           \
	X(LABEL_UPDATE, "UPDATE label SET name = ?2, name_key = ?3, key = ?4," \
	    " colour = ?5, description = ?6, position = ?7, deleted = ?8,"     \
	    " alias_of = ?9, effective = ?10 WHERE id = ?1")                   \
	X(CODEBOOK_GET, "SELECT markdown FROM codebook WHERE scheme = ?1")     \
	X(CODEBOOK_PUT, "INSERT OR REPLACE INTO codebook VALUES(?1, ?2)")      \
	X(CODEBOOK_DELETE, "DELETE FROM codebook WHERE scheme = ?1")           \
	/* annotations */                                                      \
	X(ANNOT_ROW, "SELECT tagged, time, labels, accepted, flag, comment,"   \
	    " uid FROM annotation WHERE scheme = ?1 AND doc = ?2"              \
	    " AND uid = ?3")                                                   \
	X(ANNOT_NEXT, "SELECT doc FROM annotation WHERE scheme = ?1"           \
	    " AND doc >= ?2 AND ?3 IS NOT NULL ORDER BY doc LIMIT 1")          \
	X(ANNOT_LAYERS, "SELECT tagged, time, labels, accepted, flag,"         \
	    " comment, uid FROM annotation WHERE scheme = ?1 AND doc = ?2"     \
	    " ORDER BY uid")                                                   \
	/* labels that an import brought, or that were given since a time */    \
	X(ANNOT_SIGHTED, "SELECT count(*) FROM event WHERE doc = ?1"           \
	    " AND scheme = ?2 AND kind = ?3 AND undone = 0"                    \
	    " AND (bulk = 1 OR time >= ?4)")                                   \
	X(ANNOT_PUT, "INSERT INTO annotation"                                  \
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"                      \
	    " ON CONFLICT(scheme, doc, uid) DO UPDATE SET tagged = ?4,"        \
	    " time = ?5, labels = ?6, accepted = ?7, flag = ?8, comment = ?9") \
	X(ANNOT_PUT_MANY, "INSERT OR REPLACE INTO annotation VALUES"           \
	    ROWS_MANY("(?, ?, ?, ?, ?, ?, ?, ?, ?)"))                          \
	X(ANNOT_DELETE, "DELETE FROM annotation"                               \
	    " WHERE scheme = ?1 AND doc = ?2 AND uid = ?3")                    \
	X(ANNOT_ROWS, "SELECT count(*) FROM annotation")                       \
	X(ANNOT_CLEAR, "DELETE FROM annotation")                               \
	X(ANNOT_LABEL_PUT, "INSERT OR IGNORE INTO annotation_label"            \
	    " VALUES(?1, ?2, ?3)")                                             \
	X(ANNOT_LABEL_PUT_MANY, "INSERT OR IGNORE INTO annotation_label"       \
	    " VALUES" ROWS_MANY("(?, ?, ?)"))                                  \
	X(ANNOT_LABEL_DELETE, "DELETE FROM annotation_label"                   \
	    " WHERE label = ?1 AND doc = ?2 AND uid = ?3")                     \
	X(ANNOT_LABEL_ROW, "SELECT 1 FROM annotation_label"                    \
	    " WHERE label = ?1 AND doc = ?2 AND uid = ?3")                     \
	X(ANNOT_LABEL_ROWS, "SELECT count(*) FROM annotation_label")           \
	X(LABEL_CARRIED, "WITH RECURSIVE into_it(id) AS (SELECT ?1 UNION"      \
	    " SELECT label.id FROM label JOIN into_it"                         \
	    " ON label.alias_of = into_it.id)"                                 \
	    " SELECT count(*) FROM annotation_label"                           \
	    " WHERE label IN into_it")                                         \
	X(SCHEME_TAGGED, "SELECT count(*) FROM annotation"                     \
	    " WHERE scheme = ?1 AND tagged")                                   \
	X(ANNOT_LABEL_CLEAR, "DELETE FROM annotation_label")                   \
	X(ANNOT_ALL, "SELECT doc, uid, labels, 0, time, comment"               \
	    " FROM annotation WHERE scheme = ?1 AND doc > ?2 AND doc <= ?3"    \
	    " AND tagged = 1 ORDER BY doc, uid")                               \
	X(ANNOT_SCAN, "SELECT a.doc, a.uid, a.labels, d.set_no, a.time,"       \
	    " a.comment FROM annotation a CROSS JOIN doc d ON d.seq = a.doc"   \
	    " WHERE a.scheme = ?1 AND a.doc > ?2 AND a.doc <= ?3"              \
	    " AND a.tagged = 1"                                                \
	    " ORDER BY a.doc, a.uid")                                          \
	X(FLAGS_DOC, "SELECT seq, set_no FROM doc WHERE seq > ?3"              \
	    " AND seq <= ?4 AND (?1 + ?2 + ?5) IS NOT NULL ORDER BY seq")      \
	X(FLAGS_ANNOT, "SELECT doc, uid, tagged, flag, comment <> '', labels"  \
	    " FROM annotation WHERE scheme = ?1 AND doc > ?3 AND doc <= ?4"    \
	    " AND (?2 + ?5) IS NOT NULL ORDER BY doc, uid")                    \
	X(FLAGS_SESSION, "SELECT doc, how FROM session WHERE uid = ?2"         \
	    " AND scheme = ?1 AND doc > ?3 AND doc <= ?4 AND ?5 IS NOT NULL"   \
	    " ORDER BY doc")                                                   \
	X(FLAGS_LEASE, "SELECT doc FROM lease WHERE scheme = ?1"               \
	    " AND uid <> ?2 AND doc > ?3 AND doc <= ?4 AND" LEASE_LIVES("?5")  \
	    " ORDER BY doc")                                                   \
	/* leases, sessions */                                                 \
	X(LEASE_ROW, "SELECT " LEASE_COLUMNS " FROM lease"                     \
	    " WHERE uid = ?1 AND scheme = ?2 AND set_no = ?3")                 \
	X(LEASE_OF_TEXT, "SELECT " LEASE_COLUMNS " FROM lease"                 \
	    " WHERE scheme = ?1 AND doc = ?2 AND uid = ?3")                    \
	X(LEASE_NEXT, "SELECT doc FROM lease WHERE scheme = ?1"                \
	    " AND doc >= ?2 AND ?3 IS NOT NULL ORDER BY doc LIMIT 1")          \
	X(LEASE_HELD_BY, "SELECT uid, pid, host FROM lease WHERE scheme = ?1"  \
	    " AND doc = ?2 AND uid <> ?3 AND" LEASE_LIVES("?4"))               \
	X(TAGGED_BY_OTHER, "SELECT 1 FROM annotation WHERE scheme = ?1"        \
	    " AND doc = ?2 AND uid <> ?3 AND tagged = 1 LIMIT 1")              \
	X(LEASE_PUT, "INSERT OR REPLACE INTO lease VALUES(?1, ?2, ?3, ?4, ?5," \
	    " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")                            \
	X(LEASE_DELETE, "DELETE FROM lease"                                    \
	    " WHERE uid = ?1 AND scheme = ?2 AND set_no = ?3")                 \
	X(LEASE_ASIDE, "SELECT 1 FROM lease"                                   \
	    " WHERE uid = ?1 AND scheme = ?2 AND set_no = ?3")                 \
	X(LEASE_ASIDE_END, "DELETE FROM lease"                                 \
	    " WHERE uid = ?1 AND scheme = ?2 AND set_no = ?3")                 \
	X(LEASE_DROP, "DELETE FROM lease"                                      \
	    " WHERE scheme = ?1 AND doc = ?2 AND uid = ?3")                    \
	X(LEASE_RENEW, "UPDATE lease SET expires = ?4"                         \
	    " WHERE uid = ?1 AND pid = ?2 AND host = ?3")                      \
	X(LEASE_AGING, "SELECT 1 FROM lease"                                   \
	    " WHERE uid = ?1 AND pid = ?2 AND host = ?3"                       \
	    " AND (expires < ?4 OR expires > ?5)")                             \
	/* The row stays: it is where the account is when it comes back. */    \
	X(LEASE_RELEASE, "UPDATE lease SET expires = 0"                        \
	    " WHERE uid = ?1 AND pid = ?2 AND host = ?3")                      \
	X(LEASE_EMPTY, "DELETE FROM lease")                                    \
	X(LEASE_EMPTY_OF, "DELETE FROM lease WHERE uid = ?1")                  \
	X(LEASE_OTHERS, "SELECT doc, uid, expires, pid, host FROM lease"       \
	    " WHERE scheme = ?1 AND uid <> ?2 AND" LEASE_LIVES("?3")           \
	    " ORDER BY doc")                                                   \
	X(SESSION_ROW, "SELECT how, time FROM session"                         \
	    " WHERE uid = ?1 AND scheme = ?2 AND doc = ?3")                    \
	X(SESSION_NEXT, "SELECT doc FROM session WHERE uid = ?3"               \
	    " AND scheme = ?1 AND doc >= ?2 ORDER BY doc LIMIT 1")             \
	X(SESSION_PUT, "INSERT OR REPLACE INTO session"                        \
	    " VALUES(?, ?, ?, ?, ?, ?)")                                       \
	X(SESSION_PUT_MANY, "INSERT OR REPLACE INTO session VALUES"            \
	    ROWS_MANY("(?, ?, ?, ?, ?, ?)"))                                   \
	X(SESSION_DELETE, "DELETE FROM session"                                \
	    " WHERE uid = ?1 AND scheme = ?2 AND doc = ?3")                    \
	X(SESSION_LIST, "SELECT doc, how, set_no, time FROM session"           \
	    " WHERE uid = ?1 AND scheme = ?2 AND (?3 >> set_no) & 1"           \
	    " ORDER BY time, doc")                                             \
	X(SESSION_CLEAR, "DELETE FROM session"                                 \
	    " WHERE uid = ?1 AND scheme = ?2 AND (?3 >> set_no) & 1")          \
	X(SESSION_ALL, "SELECT uid, scheme, doc FROM session")                 \
	X(SESSION_EMPTY, "DELETE FROM session")                                \
	X(SESSION_ROWS, "SELECT count(*) FROM session")                        \
	X(SESSION_CLEARED_EVER, "SELECT EXISTS(SELECT 1 FROM event"            \
	    " INDEXED BY event_rare WHERE kind IN (202, 302)"                  \
	    " AND kind >= 100)")                                               \
	/* A set that was dropped ends all sessions. */                        \
	X(SESSION_CLEARED, "SELECT max(ifnull((SELECT max(lamport) FROM event" \
	    " INDEXED BY event_clear WHERE kind = 202 AND uid = ?1"            \
	    " AND scheme = ?2 AND (json_extract(data, '$.sets') >>"            \
	    " (SELECT set_no FROM doc WHERE seq = ?3)) & 1), 0),"              \
	    " ifnull((SELECT max(lamport) FROM event INDEXED BY event_rare"    \
	    " WHERE kind = 302 AND kind >= 100"                                \
	    " AND json_extract(data, '$.dropped') IS NOT NULL), 0))")          \
	/* features */                                                         \
	X(FEATURE_NAMED, "SELECT " FEATURE_COLUMNS " FROM feature"             \
	    " WHERE name = ?1")                                                \
	X(FEATURE_LIST, "SELECT " FEATURE_COLUMNS " FROM feature ORDER BY id") \
	X(FEATURE_PUT, "INSERT OR REPLACE INTO feature VALUES(?1,"             \
	    " ifnull(?2, ''), ifnull(?3, ''), ifnull(?4, ''), ifnull(?5, '')," \
	    " ifnull(?6, ''), ifnull(?7, ''), ?8, ?9, ?10, ?11, ?12)")         \
	X(FEATURE_DELETE, "DELETE FROM feature WHERE id = ?1")                 \
	/* models */                                                           \
	X(MODEL_NAMED, "SELECT " MODEL_COLUMNS " FROM model WHERE name = ?1")  \
	X(MODEL_LIST, "SELECT " MODEL_COLUMNS " FROM model"                    \
	    " WHERE (?1 = 0 OR scheme = ?1) AND (?2 IS NULL OR kind = ?2)"     \
	    " ORDER BY id")                                                    \
	X(MODEL_PUT, "INSERT INTO model VALUES(?1, ifnull(?2, ''),"            \
	    " ifnull(?3, ''), ifnull(?4, ''), ?5, ifnull(?6, ''),"             \
	    " ifnull(?7, ''), ifnull(?8, ''), ifnull(?9, ''),"                 \
	    " ifnull(?10, ''), ifnull(?11, ''), ?12, ?13, ?14)"                \
	    " ON CONFLICT(id) DO UPDATE SET name = excluded.name,"             \
	    " kind = excluded.kind, method = excluded.method,"                 \
	    " scheme = excluded.scheme, params = excluded.params,"             \
	    " labels = excluded.labels, state = excluded.state,"               \
	    " folder = excluded.folder, metrics = excluded.metrics,"           \
	    " error = excluded.error, position = excluded.position,"           \
	    " uid = excluded.uid, time = excluded.time")                       \
	X(MODEL_NAME, "UPDATE model SET name = ?2 WHERE id = ?1")              \
	X(MODEL_DELETE, "DELETE FROM model WHERE id = ?1")                     \
	X(WEIGHTS_GET, "SELECT data FROM model_weights WHERE model = ?1")      \
	X(WEIGHTS_PUT, "INSERT OR REPLACE INTO model_weights VALUES(?1, ?2)")  \
	X(CURVE_PUT, "INSERT OR REPLACE INTO curve"                            \
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                                 \
	X(CURVE_LIST, "SELECT step, split, epoch, loss, f1 FROM curve"         \
	    " WHERE model = ?1 ORDER BY step, split DESC")                     \
	X(CURVE_CLEAR, "DELETE FROM curve WHERE model = ?1")                   \
	X(SCORE_PUT, "INSERT INTO score(model, set_name, json, uid, time,"     \
	    " looks) VALUES(?1, ?2, ?3, ?4, ?5, 0)")                           \
	X(SCORE_OF, "SELECT m.scheme, m.name, s.set_name, s.json FROM score s"         \
	    " JOIN model m ON m.id = s.model WHERE s.id = ?1")                 \
	X(SCORE_LOOK, "UPDATE score SET looks = looks + 1 WHERE id = ?1")      \
	X(SCORE_LIST, "SELECT id, set_name, json, uid, time, looks FROM score" \
	    " WHERE model = ?1 ORDER BY id DESC")                              \
	X(LOOK_ADD, "INSERT INTO look SELECT m.scheme, s.set_name, 1"          \
	    " FROM score s JOIN model m ON m.id = s.model WHERE s.id = ?1"     \
	    " ON CONFLICT(scheme, set_name) DO UPDATE SET looks = looks + 1")  \
	X(LOOK_GET, "SELECT looks FROM look"                                   \
	    " WHERE scheme = ?1 AND set_name = ?2")                            \
	X(PREDICTION_PUT, "INSERT INTO prediction(model, set_name, file,"      \
	    " rows, max_seq, time) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"             \
	    " ON CONFLICT(model, set_name) DO UPDATE SET file = ?3, rows = ?4," \
	    " max_seq = ?5, time = ?6")                                        \
	X(PREDICTION_ID, "SELECT id FROM prediction"                           \
	    " WHERE model = ?1 AND set_name = ?2")                             \
	X(PREDICTION_DELETE, "DELETE FROM prediction WHERE id = ?1")           \
	X(PREDICTION_LIST, "SELECT id, set_name, file, rows, max_seq, time"    \
	    " FROM prediction WHERE model = ?1 ORDER BY id")                   \
	/* jobs */                                                             \
	X(MODEL_DEAD, "UPDATE model SET state = 'failed', error = ?1"         \
	    " WHERE kind = 'bert' AND state = 'training'")                     \
	X(JOB_OPEN, "SELECT count(*) FROM job WHERE ended = 0")                \
	X(JOB_PUT, "INSERT INTO job(kind, title, host, boot, pid, uid, start," \
	    " heartbeat, ended, state, stop, phase, step, total, error, log)"  \
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, ?8, 0, '', 0, 0, '',"  \
	    " '')")                                                            \
	X(JOB_BEAT, "UPDATE job SET heartbeat = ?2, phase = ?3, step = ?4,"    \
	    " total = ?5, state = ?6 WHERE id = ?1 AND ended = 0")             \
	X(JOB_STOP, "SELECT stop FROM job WHERE id = ?1")                      \
	X(JOB_END, "UPDATE job SET state = ?2, ended = ?3, heartbeat = ?3,"    \
	    " error = ?4, log = ?5 WHERE id = ?1")                             \
	X(JOB_ASK, "UPDATE job SET stop = 1 WHERE id = ?1 AND ended = 0")      \
	X(JOB_OF, "SELECT kind FROM job WHERE ended = 0 AND pid = ?1"          \
	    " AND host = ?2 ORDER BY id DESC LIMIT 1")                         \
	X(JOB_LIST, "SELECT id, kind, title, host, boot, pid, uid, start,"     \
	    " heartbeat, ended, state, stop, phase, step, total, error, log"   \
	    " FROM job ORDER BY id DESC")

enum sql {
#define X(name, text) SQL_##name,
	SQL_LIST(X)
#undef X
	SQL_COUNT
};

#endif

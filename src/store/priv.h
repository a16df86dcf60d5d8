/* What the files of the store share among themselves. */
#ifndef TAGTIGER_STORE_PRIV_H
#define TAGTIGER_STORE_PRIV_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/history.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"
#include "tagtiger/temporary.h"
#include "tagtiger/user.h"
#include "tagtiger/wait.h"
#include "tagtiger/when.h"
#include "sql.h"

struct annot_query;
struct next;
struct pick;
struct tally;
struct progress;

#define APPLICATION_ID 0x54694772 /* "TiGr" */
#define SCHEMA_VERSION 2
#define TALLIES 8
#define COPIED_PAGES 16384 /* 64 MB: more is read from a copy */

/* A clock for batches. */
struct pace {
	int64_t start; /* microseconds */
	unsigned rows;
};

/* The end of a work copy's chain. */
struct log_end {
	int64_t replica, seq; /* 0: there is none */
	unsigned char hash[32];
};

/* What each label id of a scheme counts as now; 0: deleted. */
struct meanings {
	struct meaning {
		int64_t id, effective;
	} *v; /* (n) by id; free() it */
	size_t n;
	bool any_dead;
};

/* Texts from..to - 1 of which a table has nothing (blank.c). */
enum blank_of { BLANK_ANNOT, BLANK_SESSION, BLANK_LEASE, BLANKS };
struct blank {
	int64_t scheme, uid, from, to; /* to 0: not known */
	int asked, served;
};

/* What a transaction knows of what only itself can change: an act on a million
 * texts would ask for it a million times (known.c). */
struct known {
	int64_t lamport; /* of `newest`, where that ends the log; else 0 */
	bool never_cleared; /* no act has ended a session */
	struct blank blank[BLANKS];
	int64_t doc, set; /* of the text looked up last; 0: none */
	struct known_scheme {
		int64_t id; /* 0: none */
		bool single, deleted;
		struct meanings meanings;
	} scheme;
};

struct project {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_COUNT];
	char *path;	 /* real path; while creating, the target's */
	char *unwritable; /* why it can only be read, or NULL */
	char *temporary; /* where the file is that goes with this connection:
			  * one being created, a copy of an older one; NULL */
	int temporary_fd; /* while creating: that file, else -1 */
	char *name;	 /* of the project */
	char *folder;	 /* NAME.tiger-data */
	struct project *writer; /* of a reader */
	bool readonly;
	bool copy; /* a work copy */
	bool stays; /* leases end with this process */
	bool roomy; /* has room for much that is written */
	dev_t dev;
	ino_t ino;
	enum project_poll fate; /* GONE, REPLACED: acts are refused, */
	const char *befell;	/* and why */
	int64_t data_version;
	struct project_wait wait;
	int patience; /* ms; 0: others are not waited for */
	struct progress *progress; /* of the long act, or NULL */

	int64_t uid, replica;
	enum role role;

	int depth;   /* of project_begin */
	bool doomed; /* an inner part failed: the whole must not commit */
	struct err doom;
	/* What stood in the log when it was opened, or what this connection
	 * committed last; and what it is about to commit. */
	struct log_end last, newest;
	int64_t act; /* first event of the act being written; 0: none yet */
	int grouping; /* depth of act_begin */
	bool bulk;   /* the act is an import's */
	struct known known;
	struct queue *queue; /* rows that wait for their statement */
	bool cache_grown;

	struct sets {
		uint8_t *v;	 /* (mark.max + 1) each text's set; NULL:
				  * unknown */
		struct doc_mark mark;
		bool passing;	 /* of a transaction that was open */
	} sets;
	struct tally *tallies[TALLIES]; /* counts asked for lately */
	uint64_t tally_clock;
};

/* ---- db.c: statements, transactions, errors ---- */

/* A value to bind. Strings and blobs are borrowed until the statement is
 * reset, which every function below does before it returns for good. */
struct arg {
	enum { ARG_NULL, ARG_INT, ARG_REAL, ARG_TEXT, ARG_BLOB } type;
	int64_t i;
	double d;
	const void *p;
	size_t len;
};
static inline struct arg
I(int64_t i)
{
	return (struct arg){ .type = ARG_INT, .i = i };
}
static inline struct arg
R(double d) /* NAN becomes NULL */
{
	return (struct arg){ .type = d == d ? ARG_REAL : ARG_NULL, .d = d };
}
struct arg S(const char *s); /* NULL becomes NULL */
static inline struct arg
SN(const char *s, size_t len)
{
	return (struct arg){ .type = s != NULL ? ARG_TEXT : ARG_NULL, .p = s,
		.len = len };
}
static inline struct arg
B(const void *p, size_t len)
{
	return (struct arg){ .type = ARG_BLOB, .p = p, .len = len };
}
/* 0 becomes NULL */
static inline struct arg
Z(int64_t i)
{
	return (struct arg){ .type = i != 0 ? ARG_INT : ARG_NULL, .i = i };
}

#define ARGS(...)                                                              \
	(const struct arg[]){ __VA_ARGS__ },                                   \
	    sizeof((const struct arg[]){ __VA_ARGS__ }) / sizeof(struct arg)
#define NO_ARGS NULL, 0

/* Run to the end. */
int db_run(struct project *p, enum sql sql, const struct arg *args, size_t n,
    struct err *err);
/* Rows: db_query binds; db_step gives 1, 0 (and resets), -1 (and resets);
 * db_done resets early. One use of a statement at a time. */
sqlite3_stmt *db_query(struct project *p, enum sql sql,
    const struct arg *args, size_t n, struct err *err);
int db_step(struct project *p, sqlite3_stmt *s, struct err *err);
void db_done(sqlite3_stmt *s);
/* The first column of the first row: 1, 0 where there is no row, -1. */
int db_int(struct project *p, enum sql sql, const struct arg *args, size_t n,
    int64_t *out, struct err *err);
/* The same, the string copied; NULL for no row or null. */
int db_text(struct project *p, enum sql sql, const struct arg *args, size_t n,
    char **out, struct err *err);
/* SQL without parameters or rows, not prepared for a second use. */
int db_exec(struct project *p, const char *sql, struct err *err);
/* Room for what a transaction writes. What does not fit is written early, and
 * that keeps those out who read. Usual: that of the connection. */
enum room { ROOM_USUAL, ROOM_TEXTS, ROOM_BULK };
int db_room(struct project *p, enum room room, struct err *err);
int db_pragma(struct project *p, const char *pragma, int64_t *out,
    struct err *err);
/* What SQLite's last error on p means, for people; returns -1. */
int system_errno(sqlite3 *db);
int db_fail(struct project *p, int rc, struct err *err);
int db_open(struct project *p, const char *path, int flags, struct err *err);
/* SQLite's way of writing for a file that is being made, by this name. */
#define VFS_NEW "tagtiger-new"
void vfs_settle(void);
void db_close(struct project *p);
void cache_grow(struct project *p); /* until the transaction ends */

/* Columns, copied; never NULL. */
char *col_dup(sqlite3_stmt *s, int i);
const char *col_text(sqlite3_stmt *s, int i);
double col_real(sqlite3_stmt *s, int i); /* NULL becomes NAN */
#define col_int sqlite3_column_int64

/* True when the reading has lasted long enough. */
bool pace_over(struct pace *p);
int64_t monotonic_us(void);

/* ---- wait.c ---- */
int wait_handler(void *p, int tries);
void wait_over(struct project *p); /* after a step that may have waited */
/* Why one has not waited longer; returns -1. */
int wait_failed(struct project *p, struct err *err);
/* Like project_begin, where nobody else writes at the moment. */
int project_begin_now(struct project *p, struct err *err);

/* ---- schema.c ---- */
int schema_create(struct project *p, struct err *err);
int schema_id_index(struct project *p, struct err *err);
int schema_slug_index(struct project *p, struct err *err);
struct schema_step {
	int version; /* that the step leads to */
	const char *sql;
};
/* The steps that the file has not gone yet, each in a transaction; others may
 * be at the same. */
int schema_migrate(struct project *p, const struct schema_step *steps,
    size_t n, struct err *err);
extern const struct schema_step schema_steps[];
extern const size_t schema_nsteps;

/* ---- check_schema.c ---- */
/* How the file's tables and indexes differ from those of schema.c. */
int schema_compare(struct project *p, void (*say)(void *arg, const char *what),
    void *arg, struct err *err);
/* Make lacking indexes, and drop indexes, triggers and views that are not
 * ours. */
int schema_mend(struct project *p, struct err *err);

/* ---- sum.c ---- */
/* The checksum of a text: NULL as id where the file had none. */
int64_t doc_sum(const char *id, size_t id_len, const char *text,
    size_t text_len, const char *cells, size_t cells_len);
void text_sum(const char *text, char out[65]);
/* The checksums of all texts, put together in the order of their numbers; and
 * where each is, which texts without a checksum count for too. */
struct sums {
	struct sha256 hash;
	uint64_t texts;
	struct places places;
};
void sums_init(struct sums *s);
void sums_add(struct sums *s, int64_t seq, int64_t sum);
int sums_read(struct project *p, struct sums *out, struct err *err);
void sums_end(const struct sums *s, struct doc_total *out); /* it may go on */
bool sums_are(const struct sums *s, const struct doc_total *told);
/* What the last import of this work copy says: 1, 0 nothing, -1. */
int sums_told(struct project *p, struct doc_total *out, struct err *err);
int places_read(struct project *p, char out[65], struct err *err);
/* What the last act that moved texts says of `sets`: 1, 0 nothing, -1. */
int places_told(struct project *p, struct doc_total *out, struct err *err);
/* In a copy of a file, before it gets a log of its own: go on from there. */
int sums_keep(struct project *p, struct err *err);

/* ---- check_text.c ---- */
/* A row of DOC_CHECK. Texts that were dropped and made room for another of
 * their id were renamed (DROP_ASIDE): here they have their first names. */
struct text_row {
	int64_t seq, set;
	double weight;
	const char *id, *slug, *text, *cells;
	size_t id_len, slug_len, text_len, cells_len;
	bool summed;
	int64_t sum;
};
void text_row_read(sqlite3_stmt *s, struct text_row *r);
bool text_row_damaged(const struct text_row *r);
/* Texts that are not what was imported. */
struct lost {
	struct lost_text {
		int64_t from, to; /* numbers; several only where gone */
		bool gone;
		int64_t sum; /* that it should have */
		char *id;    /* NULL: not to be shown */
		char *where; /* a file that has it as it was */
	} *v;
	size_t n, cap;
	uint64_t gone; /* texts */
};
void lost_free(struct lost *l);
/* Calls fn (NULL: none) for every text, and tells which are lost, and what all
 * come to. */
int texts_walk(struct project *p, void (*fn)(void *arg,
    const struct text_row *r, bool damaged), void *arg, struct lost *lost,
    struct sums *sums, struct progress *progress, struct err *err);
/* The text as it was, of another file, until db_done(*s): 1; 0: not there. */
int lost_read(struct project *from, const struct lost_text *d, int64_t seq,
    struct text_row *r, sqlite3_stmt **s, struct err *err);
/* Do they come of one project? */
bool log_shared(struct project *p, struct project *from);
/* p may be a copy of home, whose snapshots may have what is damaged. */
int texts_check(struct project *p, struct project *home, const char *against,
    struct project_check *out, struct progress *progress, struct err *err);

/* ---- settings.c ---- */
/* What the log says of parameters, people, the roles of columns, scores and
 * looks at them, beside what there is. Of those that it does not know, how many: an older program
 * made them. */
int settings_compare(struct project *p, void (*say)(void *arg,
    const char *what), void *arg, struct settings_check *out,
    struct err *err);
int settings_rebuild(struct project *p, struct err *err);
/* `to`, a copy that will have a log of its own, goes on from all that `from`
 * goes on from, and from it (which may be the same file). */
int lineage_pass_on(struct project *from, struct project *to,
    struct err *err);

/* ---- project.c ---- */
void user_role_refresh(struct project *p);
/* Act as another account: the tests' several annotators on one machine. */
void project_act_as(struct project *p, int64_t uid);
/* To read a backup or a work copy beside p. One of an older version stays as
 * it is: a private copy of it is brought up to date, and goes with this. */
struct project *project_open_other(const struct project *p, const char *path,
    struct err *err);
/* The file that p names now, after a move. */
int project_reopen(struct project *p, struct err *err);
/* A project file that was copied, and that nobody has open, becomes a work
 * copy of its own. */
int project_adopt(const char *path, struct err *err);

/* ---- copy.c ---- */
#define SNAPSHOTS "snapshots" /* a folder in the project's */
/* Is there room where target is to be for what has the size of `from`? */
int copy_room(const char *from, const char *target, struct err *err);
/* The file of a project that this process does not have open. */
int copy_closed(const char *from, const char *to, struct err *err);

/* ---- work.c: work copies ---- */
/* Refused with an error in a work copy: `what` people should do elsewhere. */
int work_refuses(const struct project *p, const char *what, struct err *err);
/* After opening: whether it is one, and as whom this account acts there. */
int work_account(struct project *p, struct err *err);

/* ---- user.c ---- */
char *account_name(int64_t uid); /* the system's; NULL: none */
/* "NAME", or the first of "NAME-2", ... that no other user has. */
char *user_name_free(struct project *p, const char *name);
/* "bob-2", where another account has the name of bob? */
bool name_is_numbered(const char *name, const char *of);
/* The same name gives the same number in every work copy. */
int64_t imported_uid(const char *name);

/* ---- files.c: copying ---- */
/* Into a new file, mode 0600: 1; 0 where `from` is gone. *bytes (may be NULL)
 * grows by what it holds. */
int file_copy(const char *from, const char *to, struct progress *progress,
    int64_t *bytes, struct err *err);
/* Would a copy, beside `to`, share the blocks of `from`? */
bool file_shares(const char *from, const char *to);
/* What root makes belongs to whom `like` does. */
int owner_keep(const char *made, const char *like, struct err *err);
/* A folder (or a file) with all that is in it; root's copy stays whose it
 * was. */
int folder_copy(const char *from, const char *to, struct progress *progress,
    struct err *err);
/* fn for each name in a folder, until one fails. */
int folder_each(const char *folder, int (*fn)(void *arg, const char *name,
    struct err *err), void *arg, struct err *err);

/* ---- access.c ---- */
/* What was made for the project is open to whom the project's file is, and to
 * nobody else: a file, or a folder. */
int access_like(const char *made, const char *file, struct err *err);

/* ---- path.c ---- */
char *path_parent(const char *path);
const char *path_last(const char *path);
/* The real folder of a file that need not exist, and its name in there. */
char *path_real(const char *path, struct err *err);
int path_unused(const char *path, struct err *err); /* nothing is there */
int path_taken(const char *path, struct err *err);  /* -1, and says so */
char *path_folder(const char *path, struct err *err); /* the same, of one */
/* Give `temporary`, a file or a folder, the name `target` if nothing has it;
 * EEXIST otherwise. It is synced with all that is in it. */
int path_publish(const char *temporary, const char *target, struct err *err);

/* ---- event_words.c ---- */

/* Names of labels, kept from one event to the next; zeroed at first, its
 * scheme freed at last. */
struct names {
	struct scheme scheme;
};

const char *names_label(struct project *p, struct names *names,
    int64_t scheme, int64_t label);
/* What an event is called in the history; the caller frees. */
char *event_words(struct project *p, struct names *names,
    const struct event *e);

/* ---- json.c: the flat objects of the log, and arrays of strings ---- */
void json_string(struct buf *b, const char *s, size_t len);
void json_open(struct buf *b);	 /* { */
void json_int(struct buf *b, const char *key, int64_t v);
void json_real(struct buf *b, const char *key, double v); /* NAN: left out */
void json_text(struct buf *b, const char *key, const char *s); /* NULL: no */
void json_true(struct buf *b, const char *key);
void json_raw(struct buf *b, const char *key, const char *json);
void json_ids(struct buf *b, const char *key, const int64_t *v, size_t n);
void json_close(struct buf *b);	 /* } */
/* Reading: where the key's value starts in an object, or NULL. */
const char *json_find(const char *object, const char *key);
int64_t json_get_int(const char *object, const char *key, int64_t otherwise);
bool json_get_true(const char *object, const char *key);
/* Decoded; NULL where there is no string of that key. Caller frees. */
char *json_get_text(const char *object, const char *key);
/* The value as it is written; NULL: none. Caller frees. */
char *json_get_raw(const char *object, const char *key);
/* The ids of an array ("[1,2]"), of which there are n in all; at most max go
 * to out. -1: not an array of integers. */
int json_read_ids(const char *array, int64_t *out, size_t max, size_t *n);
/* The array of ids under key as its JSON text: "[1,2]"; "[]" if none. */
char *json_get_ids(const char *object, const char *key);
/*
 * Decode a JSON array of strings, nulls and small integers. For each element
 * fn is told its place and either s (decoded, in b), or a number, or null.
 */
struct json_element {
	enum { JSON_NULL, JSON_INT, JSON_STRING } type;
	int64_t i;
	size_t offset, len; /* of the string in the buffer */
};
int json_array(const char *array, size_t len, struct buf *b,
    struct json_element *out, size_t max, size_t *n);
/* Is it one JSON value, and an object? */
bool json_is_object(const char *s);

/* ---- event.c: the log ---- */
struct event_new {
	enum event_kind kind;
	int64_t layer; /* for events on a text */
	int64_t scheme, doc;
	const char *data; /* "{}" where NULL */
	bool bulk;
};
struct event_id {
	int64_t replica, seq, lamport, time;
};
/* Inside a transaction. The id of the next event is known before: see
 * event_next. */
int event_add(struct project *p, const struct event_new *e,
    struct event_id *id, struct err *err);
int event_next(struct project *p, struct event_id *id, struct err *err);
int event_end(struct project *p, struct log_end *out, struct err *err);
int event_position(struct project *p, int64_t *lamport, struct err *err);
void event_hash(const unsigned char prev[32], const struct event *e,
    unsigned char out[32]);
/* The columns of SQL_EVENT_* queries, borrowed from the row. */
void event_read(sqlite3_stmt *s, struct event *e);
#define EVENT_ON_TEXT(kind) ((kind) < EVENT_SCHEME_ADD)
#define EVENT_ON_SCHEME(kind) ((kind) >= EVENT_SCHEME_ADD && (kind) < EVENT_UNDO)
static inline int64_t
id_of(int64_t replica, int64_t seq)
{
	return replica << 32 | seq;
}

/* ---- marks.c: what is taken back, and playing again what that changes ---- */
struct marks {
	struct strmap *acts; /* "replica:act" or "replica:undo"; 1: undone */
	struct span {
		int64_t replica, from, to;   /* events that a merge brought */
		int64_t by_replica, by_act;  /* the merge */
		bool undone;
	} *spans;
	size_t nspans;
};
int marks_read(struct project *p, struct marks *m, struct err *err);
void marks_free(struct marks *m); /* also after marks_read has failed */
bool marks_undone(const struct marks *m, const struct event *e);

struct touched {
	struct touch {
		int64_t scheme, doc, layer; /* doc 0: the scheme itself */
	} *v;
	size_t n, cap;
};
void touch_event(struct touched *t, const struct event *e);
void touched_sort(struct touched *t); /* schemes first, each once */
int touched_fold(struct project *p, struct touched *t, struct err *err);
void touched_free(struct touched *t);
/* Mark the events as the log says; those whose mark changes are touched. */
int marks_write(struct project *p, const struct marks *m, struct touched *t,
    struct err *err);
/* All of that, in a transaction. */
int marks_follow(struct project *p, struct err *err);

/* ---- queue.c ---- */
/* Inside a transaction: rows to be put, their values in the order of the
 * table's statement, copied. */
enum queued {
	QUEUE_EVENT,
	QUEUE_ANNOT,
	QUEUE_LABEL,
	QUEUE_SESSION,
	QUEUE_COUNT
};
int queue_put(struct project *p, enum queued table, const struct arg *row,
    struct err *err);
/* Rows that wait are written where one has these n integers in front. */
int queue_settle(struct project *p, enum queued table, const struct arg *key,
    size_t n, struct err *err);
/* The row of SQL_ANNOT_ROW: 1 and *row, which db_done ends; 0, -1. */
int annot_row(struct project *p, int64_t scheme, int64_t doc, int64_t uid,
    sqlite3_stmt **row, struct err *err);
int queue_write(struct project *p, struct err *err);
int queue_before(struct project *p, enum sql sql, struct err *err);
void queue_drop(struct project *p);

/* ---- blank.c ---- */
/* Inside a transaction: 1 where the table has no row of that text, of any
 * account (of the session: of this one; uid is 0 of the others). 0: perhaps
 * it has. */
int blank_at(struct project *p, enum blank_of table, int64_t scheme,
    int64_t uid, int64_t doc, struct err *err);
/* Now it has. */
void blank_filled(struct project *p, enum blank_of table, int64_t scheme,
    int64_t uid, int64_t doc);

/* ---- known.c ---- */
/* Within a transaction. NULL and err where there is no such scheme; valid
 * until a scheme changes. */
const struct known_scheme *scheme_known(struct project *p, int64_t scheme,
    struct err *err);
void scheme_forget(struct project *p); /* schemes change */
void known_forget(struct project *p);  /* a transaction begins or ends */

/* ---- scheme.c, label.c ---- */
/* What a name may be; "a LABEL is at most …". */
int scheme_word_check(const char *what, const char *name, struct err *err);
/* That was not deleted; free it where it is there. */
int scheme_living(struct project *p, int64_t id, struct scheme *out,
    struct err *err);
/* An act on a scheme or a label of it, and what it comes to. */
int scheme_event(struct project *p, enum event_kind kind, int64_t scheme,
    struct buf *data, struct err *err);
/* like: a label of another scheme whose looks are taken; NULL: none. The
 * caller folds. */
int label_add_event(struct project *p, int64_t scheme, const char *name,
    const struct label *like, int64_t *id, struct err *err);

/* ---- fold.c ---- */
/* Play the scheme's events, and make scheme, label and codebook rows what
 * they come to. Two living labels or schemes of one name are refused. */
int scheme_fold(struct project *p, int64_t scheme, struct err *err);
/*
 * Where acts in two work copies gave two living labels one name, the later
 * one is merged into the earlier; of two with one key the later one gives it
 * up. By events of this copy, each told. The caller folds.
 */
int scheme_settle(struct project *p, int64_t scheme,
    void (*say)(void *arg, const char *what), void *arg, struct err *err);
/* The scheme's name by the log (the caller frees; NULL: it was deleted), and
 * its place in the order. */
int scheme_name_of_log(struct project *p, int64_t scheme, char **name,
    int64_t *position, struct err *err);
/* The same, only comparing: differences go to say(). */
int scheme_compare(struct project *p, int64_t scheme,
    void (*say)(void *arg, const char *what), void *arg, struct err *err);

/* ---- annot.c ---- */
/* Play the events of a text's layer in a scheme. */
int annot_fold(struct project *p, int64_t scheme, int64_t doc, int64_t layer,
    struct err *err);
int annot_check(struct project *p, void (*say)(void *arg, const char *what),
    void *arg, struct progress *progress, uint64_t *rows, struct err *err);
int annot_rebuild(struct project *p, struct progress *progress,
    struct err *err);

/* ---- annot_read.c ---- */
struct ids {
	int64_t *v;
	size_t n, cap;
};
/* NULL: the label is none of the scheme's. */
const struct meaning *meaning_find(const struct meanings *m, int64_t id);
int meanings_read(struct project *p, int64_t scheme, struct meanings *out,
    struct err *err);
/* Add the labels of a row ("[1,2]") as they count now to out, rising, no one
 * twice. False: it had labels, and none is left: untagged. */
bool labels_meant(const struct meanings *m, const char *json,
    struct ids *out);

/* The tagged layers of one text. */
struct layer_row {
	int64_t uid, time;
	size_t start, n; /* in ids */
	char *comment;	 /* only where asked for; NULL: none */
};
struct group {
	int64_t doc;
	enum set set;
	struct layer_row *rows;
	size_t n, cap;
	struct ids ids;
};
typedef void group_fn(void *arg, const struct group *g);
/* Calls fn for every text numbered from..to of the query's sets that has a
 * tagged layer. */
int group_scan(struct project *p, const struct annot_query *q, int64_t from,
    int64_t to, group_fn *fn, void *arg, struct err *err);
/* Adjudicated, else unanimous (the newest row of them); NULL: they differ. */
const struct layer_row *group_final(const struct group *g);

/* ---- flags.c ---- */
/* The texts that acts on the scheme after log position `since` touched,
 * rising, maybe several times. *widely, CHANGED_TEXTS at first, tells whether
 * labels have changed, or sets or texts that are not among these. */
enum widely { CHANGED_TEXTS, CHANGED_LABELS, CHANGED_SETS };
int changed_since(struct project *p, int64_t scheme, int64_t since,
    struct ids *out, enum widely *widely, struct err *err);

/* ---- sets.c ---- */
/* Of a column: texts that were dropped, and whatever a later program adds, are
 * in none of the sets. */
#define SET_OF(no) ((no) >= 0 && (no) < SET_COUNT ? (enum set)(no) : SET_DROPPED)
/* A text that comes again under the id of one that was dropped: 1 it is back,
 * 2 the text is another one and the old one out of its way, 0 none of it. */
int doc_revive(struct project *p, int64_t seq, const struct doc_ready *d,
    const struct buf *mem, bool store, struct err *err);
#define SET_ABSENT 0xff /* no text has this number */
/* Each text's set (*max + 1), until the next call; NULL on error. */
const uint8_t *sets_known(struct project *p, int64_t *max, struct err *err);
void sets_drop(struct project *p); /* forget them */

/* ---- tally.c ---- */
void tally_drop(struct project *p); /* forget the counts */

/* ---- doc.c ---- */
#define CELL_ID 1   /* in the cells' JSON: the same as the id */
#define CELL_TEXT 2 /* the same as the text */
int cells_decode(const char *json, size_t len, const char *id,
    const char *text, struct buf *memory, const char **out, size_t ncolumns);

/* ---- lease.c ---- */
int lease_drop(struct project *p, int64_t scheme, int64_t doc,
    struct err *err);
int lease_after(struct project *p, int64_t scheme, struct next *next,
    struct err *err);
/* The pick of this account's lease of the text, else 0. */
int lease_pick(struct project *p, int64_t scheme, int64_t doc,
    struct pick *out, struct err *err);

#endif

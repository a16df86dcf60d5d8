/*
 * One connection to one project file (NAME.tiger, an SQLite file; its tables
 * are described in man/tagtiger-project.5). SQL lives in src/store alone.
 *
 * A connection belongs to one thread at a time. In the program on a screen
 * the store lane of job.h owns the one that writes; jobs in other lanes open
 * a reader of their own and publish through project_write(). A headless
 * command has one writer and one thread, and the same code runs there.
 *
 * Every act is one transaction; project_begin() and project_end() make one
 * of several. Errors that come from the file name it and say what to do.
 */
#ifndef TAGTIGER_PROJECT_H
#define TAGTIGER_PROJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct progress;
struct project;

enum project_mode { PROJECT_READ, PROJECT_WRITE };

/*
 * A new, empty project in a temporary file beside path (mode 0600), whose
 * owner is this account. Fill it, then publish: it gets its name only then,
 * and never in the place of an existing file; p stays open under that name.
 * On an error of project_publish only project_abandon is left, which removes
 * the temporary file and frees p.
 */
struct project *project_create(const char *path, struct err *err);
int project_publish(struct project *p, struct err *err);
void project_abandon(struct project *p);

/*
 * Open. An older file is migrated after a backup (PROJECT_WRITE), a newer one
 * is refused; so is an account that is no user of the project (ERR_DENIED).
 * Each of these has a message of its own: no such file, not a project, cut
 * short or damaged, no permission, only readable, busy.
 */
struct project *project_open(const char *path, enum project_mode mode,
    struct err *err);
/* For writing, or, where that is refused (ERR_DENIED), for reading: then
 * project_unwritable says what was in the way. */
struct project *project_open_as_can(const char *path, struct err *err);
/* A second connection to the same file, which only reads, for a job's thread.
 * Close it before the writer. */
struct project *project_open_reader(struct project *writer, struct err *err);
/*
 * A second connection to the same file that writes, for a long act of another
 * thread: `progress` stops it, and all that it did is rolled back. The first
 * one waits meanwhile wherever it writes. Close it before the first.
 */
struct project *project_open_writer(struct project *first,
    struct progress *progress, struct err *err);
/* The same for any connection, and for the waiting of one; NULL ends it. */
void project_stops(struct project *p, struct progress *progress);
void project_close(struct project *p); /* NULL is fine */

const char *project_path(const struct project *p);
const char *project_name(const struct project *p); /* without folder, .tiger */
bool project_writable(const struct project *p);	   /* here or by its writer */
const char *project_unwritable(const struct project *p); /* why not, or NULL */
int64_t project_uid(const struct project *p);	   /* whose acts these are */

/*
 * The folder NAME.tiger-data for big arrays and models; losing it costs
 * computing time, never a label. project_folder makes it where it is absent.
 * project_file is a path in it that the caller frees ("features/sbert.f32":
 * folders on the way are made).
 */
const char *project_folder_path(const struct project *p);
const char *project_folder(struct project *p, struct err *err);
char *project_file(struct project *p, const char *name, struct err *err);

/*
 * One transaction of several acts. They nest: only the outermost commits.
 * project_end takes the result so far: 0 commits, -1 rolls back; it returns
 * -1 when the commit fails, or an inner part had failed. err as it was at the
 * first failure is kept.
 *	rc = project_begin(p, err); if (rc == 0) rc = project_end(p, work(p), err);
 */
int project_begin(struct project *p, struct err *err);
int project_end(struct project *p, int rc, struct err *err);

/*
 * Run fn with the connection that writes: p itself, or for a reader its
 * writer, in the store lane, and wait. fn opens its own transaction, or calls
 * functions that do. Keep it to milliseconds; bulk work goes in steps.
 */
int project_write(struct project *p,
    int (*fn)(struct project *writer, void *arg, struct err *err), void *arg,
    struct err *err);
/* The same for what only records that something was read (an export, a look
 * at scores): where the project can only be read, nothing is kept. */
int project_record(struct project *p,
    int (*fn)(struct project *writer, void *arg, struct err *err), void *arg,
    struct err *err);

/*
 * Has anything happened since the last call? For a timer of a second: one
 * stat and one pragma. GONE and REPLACED fill err with what to say; acts are
 * refused from then on.
 */
enum project_poll {
	PROJECT_SAME,	  /* nothing by other connections */
	PROJECT_CHANGED,  /* another connection or process committed */
	PROJECT_GONE,	  /* the file was moved or removed */
	PROJECT_REPLACED, /* another file stands in its place */
};
enum project_poll project_poll(struct project *p, struct err *err);

/* A consistent copy while the project is in use; target must not exist, and
 * appears only when complete. */
int project_backup(struct project *p, const char *target,
    struct progress *progress, struct err *err);
/*
 * Project and folder (without its snapshots) in one file, a tar compressed
 * with zstd; target as for a backup. project_restore makes a project of such
 * a file, or of a backup or snapshot, under a name that is free. What is
 * restored goes on as a work copy of its own, with nothing leased; where this
 * account was no user of it, it becomes an owner. A bad source leaves nothing
 * behind.
 */
struct archived {
	int64_t files, bytes; /* in it */
	int64_t size;	      /* of the archive; 0 when restoring */
};
int project_archive(struct project *p, const char *target,
    struct progress *progress, struct archived *out, struct err *err);
int project_restore(const char *source, const char *target,
    struct progress *progress, struct archived *out, struct err *err);
/* The same as archiving and restoring under another name, with no archive in
 * between: what the folder holds shares its blocks where the disk can do so. */
int project_duplicate(struct project *p, const char *target,
    struct progress *progress, struct archived *out, struct err *err);

/*
 * Before a step that `undo` cannot take back: a copy of the file in the folder
 * snapshots of the project's, named by time and reason (a word). Older ones
 * than `days` are removed first; 0 keeps all. *path (may be NULL) is the
 * caller's to free.
 */
int project_snapshot(struct project *p, const char *reason, int days,
    struct progress *progress, char **path, struct err *err);
struct snapshot {
	char *path;
	char *reason;
	int64_t time; /* ms since 1970 */
	int64_t bytes;
};
/* Newest first. */
int project_snapshots(struct project *p, struct snapshot **out, size_t *n,
    struct err *err);
/* By its file's name, with or without the folders: ERR_NAME: there is none. */
int project_snapshot_remove(struct project *p, const char *name,
    struct err *err);
void project_snapshots_free(struct snapshot *v, size_t n);

/* Give unused space back to the disk. Needs as much free space again. */
int project_vacuum(struct project *p, struct err *err);

struct project_size {
	int64_t file;	     /* bytes of the project file */
	int64_t unused;	     /* of these, free pages */
	int64_t texts;	     /* table and index bytes of texts (estimate) */
	int64_t log;	     /* of the log (estimate) */
	int64_t folder;	     /* bytes below NAME.tiger-data */
	int64_t folder_files;
};
int project_size(struct project *p, struct project_size *out,
    struct err *err);

/* Bytes on disk of what is in the folder under this name, a file or a folder,
 * and of the files whose names are that and an ending; 0 where nothing is. */
int64_t project_disk(struct project *p, const char *name);

/* Remove the project file, what SQLite keeps beside it, and the folder. The
 * caller has checked the role, closed p and asked. */
int project_remove(const char *path, struct err *err);

/*
 * Integrity: SQLite's own check, foreign keys, the tables and indexes that
 * there should be, every chain of the log, and the current tables against a
 * rebuild from the log. With `against` (a backup, or another work copy): of
 * each work copy's log one must begin with the other's, else one was
 * rewritten. Findings are sentences, each with what to do; none means sound.
 * -1 only where the check itself could not be done.
 */
struct project_check {
	char **findings; /* (n) at most 1000 are kept */
	size_t n, found; /* found counts all */
	bool broken;	 /* the log itself is not what it was */
	uint64_t events, chains, annotations, labels;
	uint64_t texts, unsummed; /* of them, without a checksum */
	/* At the last import, and before the last act that moved texts to
	 * other sets, they were not as the log says. */
	bool texts_differed, texts_moved;
	bool sets_vouched; /* the log says where texts are */
	struct settings_check {
		bool unknown; /* the log does not tell which are this file's */
		uint64_t parameters, roles, columns; /* not in the log */
	} settings;
	struct project_head {
		int64_t replica;
		int64_t events;
		char hash[65];
	} *heads; /* (chains) */
};
int project_check(struct project *p, const char *against,
    struct progress *progress, struct project_check *out, struct err *err);
void project_check_free(struct project_check *c);
/* A finding from elsewhere. */
void project_check_add(struct project_check *c, const char *what);
/* The end of each chain as it stands, unchecked: one look-up a work copy.
 * Caller frees *out. */
int project_heads(struct project *p, struct project_head **out, size_t *n,
    struct err *err);
/* Put texts back from a backup that are not what was imported, are gone, or
 * are in other sets, as far as it has them as they were. */
struct mended {
	uint64_t damaged, gone, moved; /* texts */
};
int project_mend(struct project *p, const char *path,
    struct progress *progress, struct mended *out, struct err *err);
/* Make the current tables anew from the log, parameters, people and columns'
 * roles included (the mending of what project_check finds there). */
int project_rebuild(struct project *p, struct progress *progress,
    struct err *err);

#endif

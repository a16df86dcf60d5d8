/*
 * A project and its folder as one file, and back, or copied: a tar file compressed with
 * zstd, which `tar --zstd` reads too. libarchive does the formats.
 *
 * In it the project file, as `backup` would copy it, is NAME.tiger, and what
 * is in the folder is NAME.tiger-data/...; snapshots are left out.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/file.h"
#include "tagtiger/job.h"
#include "priv.h"

#define CHUNK ((size_t)1 << 20)
#define DATA  "data" /* the folder's name while it is unpacked */

/* ---- the files of a folder ---- */

struct files {
	char **v; /* paths below the folder */
	size_t n, cap;
	int64_t bytes;
	size_t root; /* length of the folder's path and its slash */
	struct err *err;
};

static _Thread_local struct files *walked;

static int
walk_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + walked->root;

	(void)ftw;
	/* A folder that is not there at all is an empty one. */
	if (type == FTW_DNR || type == FTW_NS) {
		errno = EACCES;
		return err_set_errno(walked->err, "%s", path);
	}
	if (type != FTW_F || !S_ISREG(st->st_mode) ||
	    strncmp(name, SNAPSHOTS "/", sizeof SNAPSHOTS) == 0)
		return 0;
	walked->v = array_room(walked->v, walked->n, &walked->cap,
	    sizeof *walked->v);
	walked->v[walked->n++] = xstrdup(name);
	walked->bytes += st->st_size;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
files_list(const char *folder, struct files *out, struct err *err)
{
	int rc;

	*out = (struct files){ .root = strlen(folder) + 1, .err = err };
	walked = out;
	rc = nftw(folder, walk_file, 16, FTW_PHYS);
	walked = NULL;
	if (rc == -1 && errno == ENOENT)
		rc = 0;
	else if (rc == -1 && err != NULL && err->status == ERR_NONE)
		err_set_errno(err, "%s", folder);
	if (out->n > 0)
		qsort(out->v, out->n, sizeof *out->v, by_name);
	return rc;
}

static void
files_free(struct files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i]);
	free(f->v);
}

/* ---- writing ---- */

struct packing {
	struct archive *to;
	const char *target;
	char *chunk;
	struct progress *progress;
	struct archived *told;
};

static int
write_failed(struct packing *k, struct err *err)
{
	const char *why = archive_error_string(k->to);

	if (archive_errno(k->to) > 0) {
		errno = archive_errno(k->to);
		return err_set_errno(err, "%s: cannot be written", k->target);
	}
	return err_set(err, "%s: cannot be written: %s: is the disk full? "
	    "then free some space", k->target, why != NULL ? why : "no word");
}

/* A file that grows or shrinks meanwhile keeps the size it had: zeros, or its
 * beginning. */
static int
pack_bytes(struct packing *k, int fd, const char *path, int64_t size,
    struct err *err)
{
	int64_t left = size;
	ssize_t got = 1;

	while (left > 0) {
		size_t want = (int64_t)CHUNK < left ? CHUNK : (size_t)left;

		if (got > 0)
			got = read(fd, k->chunk, want);
		if (got < 0)
			return err_set_errno(err, "%s", path);
		if (got == 0)
			memset(k->chunk, 0, want);
		else
			want = (size_t)got;
		if (archive_write_data(k->to, k->chunk, want) < 0)
			return write_failed(k, err);
		left -= (int64_t)want;
		if (progress_step(k->progress, want >> 10))
			return progress_stopped(err);
	}
	return 0;
}

static int
pack_file(struct packing *k, const char *path, const char *name,
    struct err *err)
{
	struct archive_entry *e = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = -1;

	if (fd < 0 && errno == ENOENT)
		return 0; /* a job has just replaced it */
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set_errno(err, "%s", path);
		goto out;
	}
	e = archive_entry_new();
	if (e == NULL)
		fatal("out of memory");
	archive_entry_set_pathname_utf8(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, st.st_size);
	archive_entry_set_mtime(e, st.st_mtime, 0);
	if (archive_write_header(k->to, e) < ARCHIVE_WARN)
		write_failed(k, err);
	else
		rc = pack_bytes(k, fd, path, st.st_size, err);
	k->told->files++;
	k->told->bytes += st.st_size;
out:
	archive_entry_free(e);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
pack_all(struct packing *k, struct project *p, const char *copy,
    const struct files *f, struct err *err)
{
	char *name = xasprintf("%s.tiger", p->name);
	int rc = pack_file(k, copy, name, err);

	for (size_t i = 0; rc == 0 && i < f->n; i++) {
		char *path = xasprintf("%s/%s", p->folder, f->v[i]);

		free(name);
		name = xasprintf("%s.tiger-data/%s", p->name, f->v[i]);
		rc = pack_file(k, path, name, err);
		free(path);
	}
	free(name);
	return rc;
}

static int
pack_open(struct packing *k, int fd, struct err *err)
{
	k->to = archive_write_new();
	if (k->to == NULL)
		fatal("out of memory");
	if (archive_write_add_filter_zstd(k->to) != ARCHIVE_OK ||
	    archive_write_set_format_pax_restricted(k->to) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(k->to, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(k->to, fd) != ARCHIVE_OK)
		return write_failed(k, err);
	return 0;
}

/* `copy` is the project's backup, `temporary` where the archive is made. */
static int
pack(struct project *p, const char *copy, const char *temporary,
    struct packing *k, struct err *err)
{
	struct files files;
	struct stat st;
	int fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	int rc = -1;

	if (files_list(p->folder, &files, err) < 0)
		goto out;
	if (fd < 0 || stat(copy, &st) < 0) {
		err_set_errno(err, "%s: cannot write there", k->target);
		goto out;
	}
	progress_phase(k->progress, "packing",
	    (size_t)(files.bytes + st.st_size) >> 10);
	k->chunk = xmalloc(CHUNK);
	rc = pack_open(k, fd, err);
	if (rc == 0)
		rc = pack_all(k, p, copy, &files, err);
	if (rc == 0 && archive_write_close(k->to) != ARCHIVE_OK)
		rc = write_failed(k, err);
	archive_write_free(k->to);
	free(k->chunk);
	if (rc == 0 && fstat(fd, &st) == 0)
		k->told->size = st.st_size;
out:
	if (fd >= 0)
		close(fd);
	files_free(&files);
	return rc;
}

/* Besides the copy of the file there is what becomes of it and the folder: an
 * eighth of them at least, if they are all texts. */
#define PACKED 8

static int
pack_room(struct project *p, const char *target, struct err *err)
{
	struct files f;
	struct stat st;
	int rc = files_list(p->folder, &f, err);

	if (rc == 0 && stat(p->path, &st) == 0)
		rc = file_room(target, (double)st.st_size +
		    (double)(st.st_size + f.bytes) / PACKED, err);
	files_free(&f);
	return rc;
}

int
project_archive(struct project *p, const char *target,
    struct progress *progress, struct archived *out, struct err *err)
{
	struct packing k = { .progress = progress, .told = out };
	char *real = path_real(target, err), *copy = NULL, *temporary = NULL;
	char *parent = NULL;
	int rc = -1;

	*out = (struct archived){ 0 };
	if (real == NULL)
		return -1;
	if (path_unused(real, err) < 0)
		goto out;
	parent = path_parent(real);
	if (access(parent, W_OK) < 0) {
		err_set_errno(err, "%s: cannot write in this folder", real);
		goto out;
	}
	temporary = temporary_name(real);
	copy = temporary_name(real);
	k.target = real;
	rc = pack_room(p, real, err);
	if (rc == 0)
		rc = project_backup(p, copy, progress, err);
	if (rc == 0)
		rc = pack(p, copy, temporary, &k, err);
	if (rc == 0)
		rc = path_publish(temporary, real, err);
	unlink(copy);
	if (rc < 0)
		unlink(temporary);
out:
	free(copy);
	free(temporary);
	free(parent);
	free(real);
	return rc;
}

/* ---- unpacking ---- */

struct unpacking {
	struct archive *from;
	const char *path;   /* of the archive */
	const char *folder; /* where to, for the time being */
	struct progress *progress;
	struct archived *told;
	char *project;	    /* "NAME.tiger", once it has come */
};

static int
read_failed(struct unpacking *u, struct err *err)
{
	const char *why = archive_error_string(u->from);

	return err_set_status(err, ERR_NAME, "%s: not an archive of a project, "
	    "or damaged: %s", u->path, why != NULL ? why : "it ends early");
}

/* A name from outside leads nowhere but below the folder. */
static bool
name_is_safe(const char *name)
{
	const char *part = name;

	for (const char *s = name;; s++) {
		if (*s != '/' && *s != '\0')
			continue;
		if (s == part || (s - part == 1 && part[0] == '.') ||
		    (s - part == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		if (*s == '\0')
			return true;
		part = s + 1;
	}
}

static bool
ends_in(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n > m && strcmp(s + n - m, suffix) == 0;
}

/* Where an entry goes, or NULL where it belongs to no project. The caller
 * frees. */
static char *
place_of(struct unpacking *u, const char *name)
{
	const char *slash = strchr(name, '/');
	size_t top = slash != NULL ? (size_t)(slash - name) : strlen(name);

	if (!name_is_safe(name))
		return NULL;
	if (slash == NULL && u->project == NULL && ends_in(name, ".tiger")) {
		u->project = xstrdup(name);
		return xasprintf("%s/project.tiger", u->folder);
	}
	if (slash == NULL || u->project == NULL ||
	    top != strlen(u->project) + 5 ||
	    strncmp(name, u->project, top - 5) != 0 ||
	    strncmp(name + top - 5, "-data", 5) != 0)
		return NULL;
	return xasprintf("%s/" DATA "%s", u->folder, slash);
}

static int
folders_make(char *path, size_t from, struct err *err)
{
	for (char *s = strchr(path + from, '/'); s != NULL;
	     s = strchr(s + 1, '/')) {
		int rc;

		*s = '\0';
		rc = mkdir(path, 0700) < 0 && errno != EEXIST ?
		    err_set_errno(err, "%s", path) : 0;
		*s = '/';
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
unpack_bytes(struct unpacking *u, int fd, const char *path, struct err *err)
{
	const void *block;
	size_t len;
	la_int64_t at;
	int rc;

	while ((rc = archive_read_data_block(u->from, &block, &len, &at)) ==
	    ARCHIVE_OK) {
		errno = ENOSPC; /* which a write cut short does not say */
		if (pwrite(fd, block, len, at) != (ssize_t)len)
			return err_set_errno(err, "%s", path);
		u->told->bytes += (int64_t)len;
		if (progress_step(u->progress, len >> 10))
			return progress_stopped(err);
	}
	if (rc != ARCHIVE_EOF)
		return read_failed(u, err);
	return 0;
}

static int
unpack_entry(struct unpacking *u, struct archive_entry *e, struct err *err)
{
	const char *name = archive_entry_pathname_utf8(e);
	char *path;
	int fd, rc = -1;

	if (archive_entry_filetype(e) == AE_IFDIR)
		return 0;
	path = name != NULL && archive_entry_filetype(e) == AE_IFREG ?
	    place_of(u, name) : NULL;
	if (path == NULL)
		return err_set_status(err, ERR_NAME, "%s: holds '%s', which "
		    "belongs to no project: nothing was unpacked", u->path,
		    name != NULL ? name : "a name that is no UTF-8");
	if (folders_make(path, strlen(u->folder) + 1, err) < 0)
		goto out;
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_set_errno(err, "%s", path);
		goto out;
	}
	rc = unpack_bytes(u, fd, path, err);
	close(fd);
	u->told->files++;
out:
	free(path);
	return rc;
}

static int
unpack(struct unpacking *u, struct err *err)
{
	struct archive_entry *e;
	int rc = 0, got = ARCHIVE_FATAL;

	u->from = archive_read_new();
	if (u->from == NULL)
		fatal("out of memory");
	archive_read_support_filter_zstd(u->from);
	archive_read_support_format_tar(u->from);
	progress_phase(u->progress, "unpacking", 0);
	if (archive_read_open_filename(u->from, u->path, CHUNK) != ARCHIVE_OK)
		rc = read_failed(u, err);
	while (rc == 0 && (got = archive_read_next_header(u->from, &e)) ==
	    ARCHIVE_OK)
		rc = unpack_entry(u, e, err);
	if (rc == 0 && (got != ARCHIVE_EOF || u->project == NULL))
		rc = read_failed(u, err);
	archive_read_free(u->from);
	free(u->project);
	return rc;
}

/* ---- from an archive, or from a copy of the file alone ---- */

static bool
is_project_file(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char head[16];
	FILE *f = fopen(path, "re");
	bool is = f != NULL && fread(head, 1, 16, f) == 16 &&
	    memcmp(head, magic, 16) == 0;

	if (f != NULL)
		fclose(f);
	return is;
}

/* Give both their names; the folder first, as a project without its own folder
 * would do. */
static int
restore_publish(const char *folder, const char *target, struct err *err)
{
	char *from = xasprintf("%s/" DATA, folder);
	char *to = xasprintf("%s-data", target);
	char *file = xasprintf("%s/project.tiger", folder);
	int rc = 0;

	rmdir(to); /* an empty one does no harm */
	if (access(from, F_OK) == 0)
		rc = path_publish(from, to, err);
	else if (access(to, F_OK) == 0)
		rc = err_set_status(err, ERR_NAME, "%s: is left from another "
		    "project: move or remove it first", to);
	if (rc == 0)
		rc = path_publish(file, target, err);
	free(file);
	free(to);
	free(from);
	return rc;
}

static int
restore_into(const char *source, const char *folder, const char *target,
    struct progress *progress, struct archived *out, struct err *err)
{
	struct unpacking u = { .path = source, .folder = folder,
		.progress = progress, .told = out };
	char *file = xasprintf("%s/project.tiger", folder);
	int rc;

	if (is_project_file(source)) {
		out->files = 1;
		rc = copy_closed(source, file, err);
	} else {
		rc = copy_room(source, target, err);
		if (rc == 0)
			rc = unpack(&u, err);
	}
	if (rc == 0)
		rc = project_adopt(file, err);
	if (rc == 0)
		rc = restore_publish(folder, target, err);
	free(file);
	return rc;
}

/* What is to become `real`, under another name until it is whole. */
static int
copy_begin(const char *folder, const char *real, struct err *err)
{
	if (path_unused(real, err) < 0)
		return -1;
	return mkdir(folder, 0700) == 0 ? 0 :
	    err_set_errno(err, "%s: cannot write in this folder", real);
}

int
project_restore(const char *source, const char *target,
    struct progress *progress, struct archived *out, struct err *err)
{
	char *real = path_real(target, err), *folder;
	int rc = -1;

	*out = (struct archived){ 0 };
	if (real == NULL)
		return -1;
	folder = temporary_name(real);
	if (access(source, R_OK) < 0)
		err_set_status(err, ERR_NAME, "%s: %s", source,
		    strerror(errno));
	else if (copy_begin(folder, real, err) == 0) {
		rc = restore_into(source, folder, real, progress, out, err);
		tree_remove(folder);
	}
	free(folder);
	free(real);
	return rc;
}

/* ---- a copy without an archive in between ---- */

static int
copy_folder(const char *from, const char *folder, struct progress *progress,
    struct archived *told, struct err *err)
{
	struct files f;
	int rc = files_list(from, &f, err);

	progress_phase(progress, "copying the folder", (size_t)(f.bytes >> 10));
	for (size_t i = 0; rc >= 0 && i < f.n; i++) {
		char *source = xasprintf("%s/%s", from, f.v[i]);
		char *target = xasprintf("%s/" DATA "/%s", folder, f.v[i]);

		rc = folders_make(target, strlen(folder) + 1, err);
		if (rc == 0)
			rc = file_copy(source, target, progress, &told->bytes,
			    err);
		told->files += rc == 1;
		free(target);
		free(source);
	}
	files_free(&f);
	return rc < 0 ? -1 : 0;
}

static int
duplicate_room(struct project *p, const char *target, struct err *err)
{
	struct files f;
	struct stat st;
	int rc = files_list(p->folder, &f, err);

	if (rc == 0 && f.n > 0) {
		char *first = xasprintf("%s/%s", p->folder, f.v[0]);

		if (file_shares(first, target))
			f.bytes = 0;
		free(first);
	}
	if (rc == 0 && stat(p->path, &st) == 0)
		rc = file_room(target, (double)(st.st_size + f.bytes), err);
	files_free(&f);
	return rc;
}

int
project_duplicate(struct project *p, const char *target,
    struct progress *progress, struct archived *out, struct err *err)
{
	char *real = path_real(target, err), *folder, *file;
	int rc = -1;

	*out = (struct archived){ 0 };
	if (real == NULL)
		return -1;
	folder = temporary_name(real);
	file = xasprintf("%s/project.tiger", folder);
	if (copy_begin(folder, real, err) == 0) {
		rc = duplicate_room(p, real, err);
		if (rc == 0)
			rc = project_backup(p, file, progress, err);
		if (rc == 0)
			rc = copy_folder(p->folder, folder, progress, out,
			    err);
		if (rc == 0)
			rc = project_adopt(file, err);
		if (rc == 0)
			rc = restore_publish(folder, real, err);
		tree_remove(folder);
	}
	free(file);
	free(folder);
	free(real);
	return rc;
}

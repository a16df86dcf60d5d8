/*
 * How a project file that is being made is written. SQLite writes page by
 * page, and nearly in order as the file grows: pages that follow one another
 * go to the system as one write, which is a tenth of an import's work less.
 * What a write could not do is known by the commit at the latest, since SQLite
 * tells of each one (SQLITE_FCNTL_SYNC), synchronous or not.
 */
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "priv.h"

/* SQLite's own way of writing takes less than 128 KB at once. */
#define RUN_MAX ((size_t)1 << 16)

struct run_file {
	sqlite3_file is;
	sqlite3_file *real; /* SQLite's own, in memory after this one */
	unsigned char *run; /* (RUN_MAX) not written yet */
	sqlite3_int64 at;   /* where in the file it goes */
	size_t n;
	int failed;
};

static struct run_file *
of(sqlite3_file *f)
{
	return (struct run_file *)(void *)f;
}

/* SQLite's own file, with all that was written to it; NULL where that failed,
 * and then f->failed says how. */
static sqlite3_file *
whole(sqlite3_file *file)
{
	struct run_file *f = of(file);
	size_t n = f->n;

	f->n = 0;
	f->failed = SQLITE_OK;
	if (n > 0)
		f->failed =
		    f->real->pMethods->xWrite(f->real, f->run, (int)n, f->at);
	return f->failed == SQLITE_OK ? f->real : NULL;
}

static int
file_write(sqlite3_file *file, const void *p, int len, sqlite3_int64 at)
{
	struct run_file *f = of(file);
	size_t n = (size_t)len;

	if ((f->n + n > RUN_MAX || at != f->at + (sqlite3_int64)f->n) &&
	    whole(file) == NULL)
		return f->failed;
	if (n > RUN_MAX)
		return f->real->pMethods->xWrite(f->real, p, len, at);
	if (f->n == 0)
		f->at = at;
	memcpy(f->run + f->n, p, n);
	f->n += n;
	return SQLITE_OK;
}

static int
file_close(sqlite3_file *file)
{
	struct run_file *f = of(file);
	int rc;

	whole(file);
	rc = f->real->pMethods->xClose(f->real);
	free(f->run);
	return f->failed != SQLITE_OK ? f->failed : rc;
}

static int
file_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xRead(f, p, n, at) : of(file)->failed;
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xTruncate(f, size) : of(file)->failed;
}

static int
file_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xSync(f, flags) : of(file)->failed;
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xFileSize(f, out) : of(file)->failed;
}

static int
file_lock(sqlite3_file *file, int lock)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xLock(f, lock) : of(file)->failed;
}

static int
file_unlock(sqlite3_file *file, int lock)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xUnlock(f, lock) : of(file)->failed;
}

static int
file_locked(sqlite3_file *file, int *out)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xCheckReservedLock(f, out)
			 : of(file)->failed;
}

static int
file_control(sqlite3_file *file, int op, void *arg)
{
	sqlite3_file *f = whole(file);

	return f != NULL ? f->pMethods->xFileControl(f, op, arg)
			 : of(file)->failed;
}

static int
file_sector(sqlite3_file *file)
{
	return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int
file_traits(sqlite3_file *file)
{
	return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

static int
file_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file,
    int flags, int *out)
{
	static const sqlite3_io_methods methods = { .iVersion = 1,
		.xClose = file_close,
		.xRead = file_read,
		.xWrite = file_write,
		.xTruncate = file_truncate,
		.xSync = file_sync,
		.xFileSize = file_size,
		.xLock = file_lock,
		.xUnlock = file_unlock,
		.xCheckReservedLock = file_locked,
		.xFileControl = file_control,
		.xSectorSize = file_sector,
		.xDeviceCharacteristics = file_traits };
	sqlite3_vfs *base = vfs->pAppData;
	struct run_file *f = of(file);
	int rc;

	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return base->xOpen(base, name, file, flags, out);
	*f = (struct run_file){ .real = (sqlite3_file *)(void *)(f + 1) };
	rc = base->xOpen(base, name, f->real, flags, out);
	if (rc != SQLITE_OK)
		return rc;
	f->run = xmalloc(RUN_MAX);
	f->is.pMethods = &methods;
	return SQLITE_OK;
}

void
vfs_settle(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *base = sqlite3_vfs_find(NULL);

	vfs = *base;
	vfs.zName = VFS_NEW;
	vfs.pAppData = base;
	vfs.szOsFile += (int)sizeof(struct run_file);
	vfs.xOpen = file_open;
	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		fatal("store: SQLite takes no way of writing");
}

/*
 * A power cut at every operation on the file, which three connections write
 * to in turn. The project runs on a SQLite
 * VFS in memory that knows what was synced: at the cut all writes that were
 * not are lost, or (in another run) a random part of them, by sectors; a file
 * whose making or removal was not synced in its folder is there or not. After
 * it every acknowledged act must stand and the project must be sound.
 */
#include <fcntl.h>
#include <sqlite3.h>

#include "tagtiger/alloc.h"
#include "tagtiger/rng.h"
#include "../unit/store_test.h"

#define SECTOR 512
#define ACTS 12
#define WRITERS 3 /* connections, which take turns */

/* ---- files that know what is on the platter ---- */

struct change {
	bool truncates;
	int64_t at;
	size_t len;
	unsigned char *data;
};

struct bytes {
	unsigned char *v;
	size_t len;
};

struct file {
	char name[256];
	bool exists, on_disk; /* on_disk: its folder's entry was synced */
	/* Its removal was not synced: what is in synced may come back, even
	 * after a new file of that name was made and not synced either. */
	bool removed;
	struct bytes now, synced;
	struct change *changes; /* since the last sync */
	size_t nchanges;
};

static struct {
	struct file files[8];
	uint64_t ops, cut_at; /* 0: never */
	bool cut;
	bool lose_all;
	struct rng rng;
} disk;

static struct file *
file_of(const char *name, bool make)
{
	struct file *free_one = NULL;

	for (size_t i = 0; i < 8; i++) {
		struct file *f = &disk.files[i];

		if (strcmp(f->name, name) == 0)
			return f;
		if (free_one == NULL && f->name[0] == '\0')
			free_one = f;
	}
	if (!make)
		return NULL;
	assert_non_null(free_one);
	snprintf(free_one->name, sizeof free_one->name, "%s", name);
	return free_one;
}

static void
bytes_write(struct bytes *b, int64_t at, const void *data, size_t len)
{
	size_t end = (size_t)at + len;

	if (end > b->len) {
		b->v = xreallocarray(b->v, end, 1);
		memset(b->v + b->len, 0, end - b->len);
		b->len = end;
	}
	memcpy(b->v + at, data, len);
}

static void
bytes_copy(struct bytes *to, const struct bytes *from)
{
	free(to->v);
	to->v = xmalloc(from->len + 1);
	to->len = from->len;
	if (from->len > 0)
		memcpy(to->v, from->v, from->len);
}

static void
changes_drop(struct file *f)
{
	for (size_t i = 0; i < f->nchanges; i++)
		free(f->changes[i].data);
	free(f->changes);
	f->changes = NULL;
	f->nchanges = 0;
}

static void
change_add(struct file *f, bool truncates, int64_t at, const void *data,
    size_t len)
{
	struct change c = { truncates, at, len, NULL };

	if (!truncates) {
		c.data = xmalloc(len);
		memcpy(c.data, data, len);
	}
	f->changes = xreallocarray(f->changes, f->nchanges + 1, sizeof c);
	f->changes[f->nchanges++] = c;
}

/* One change, of which sectors reach the platter or not. */
static void
change_survives(struct file *f, const struct change *c)
{
	if (c->truncates) {
		if (rng_below(&disk.rng, 2) == 0 &&
		    (size_t)c->at < f->synced.len)
			f->synced.len = (size_t)c->at;
		return;
	}
	for (size_t done = 0; done < c->len; done += SECTOR) {
		size_t n = c->len - done < SECTOR ? c->len - done : SECTOR;

		if (rng_below(&disk.rng, 2) == 0)
			bytes_write(&f->synced, c->at + (int64_t)done,
			    c->data + done, n);
	}
}

static void
power_cut(void)
{
	disk.cut = true;
	for (size_t i = 0; i < 8; i++) {
		struct file *f = &disk.files[i];

		for (size_t j = 0; !f->removed && !disk.lose_all &&
		    j < f->nchanges; j++)
			change_survives(f, &f->changes[j]);
		changes_drop(f);
		bytes_copy(&f->now, &f->synced);
		if (f->removed)
			f->exists = disk.lose_all ||
			    rng_below(&disk.rng, 2) == 0;
		else if (f->exists && !f->on_disk)
			f->exists = !disk.lose_all &&
			    rng_below(&disk.rng, 2) == 0;
		f->removed = false;
		f->on_disk = f->exists;
	}
}

/* Count an operation; true when there is no power any more. */
static bool
no_power(void)
{
	if (!disk.cut && ++disk.ops == disk.cut_at)
		power_cut();
	return disk.cut;
}

/* ---- the VFS ---- */

struct handle {
	sqlite3_file base;
	struct file *file;
	bool temporary;
};

static struct file *
file(sqlite3_file *f)
{
	return ((struct handle *)f)->file;
}

static int
vfs_close(sqlite3_file *f)
{
	(void)f;
	return SQLITE_OK;
}

static int
vfs_read(sqlite3_file *sf, void *out, int n, sqlite3_int64 at)
{
	struct file *f = file(sf);
	size_t there = 0;

	if (disk.cut)
		return SQLITE_IOERR_READ;
	if ((size_t)at < f->now.len)
		there = f->now.len - (size_t)at;
	if (there > (size_t)n)
		there = (size_t)n;
	if (there > 0)
		memcpy(out, f->now.v + at, there);
	if (there == (size_t)n)
		return SQLITE_OK;
	memset((char *)out + there, 0, (size_t)n - there);
	return SQLITE_IOERR_SHORT_READ;
}

static int
vfs_write(sqlite3_file *sf, const void *data, int n, sqlite3_int64 at)
{
	struct file *f = file(sf);

	if (no_power())
		return SQLITE_IOERR_WRITE;
	bytes_write(&f->now, at, data, (size_t)n);
	change_add(f, false, at, data, (size_t)n);
	return SQLITE_OK;
}

static int
vfs_truncate(sqlite3_file *sf, sqlite3_int64 size)
{
	struct file *f = file(sf);

	if (no_power())
		return SQLITE_IOERR_TRUNCATE;
	if ((size_t)size < f->now.len)
		f->now.len = (size_t)size;
	change_add(f, true, size, NULL, 0);
	return SQLITE_OK;
}

/* As SQLite's own VFS: the first sync of a new journal syncs its folder. */
static int
vfs_sync(sqlite3_file *sf, int flags)
{
	struct file *f = file(sf);

	(void)flags;
	if (no_power())
		return SQLITE_IOERR_FSYNC;
	bytes_copy(&f->synced, &f->now);
	changes_drop(f);
	f->on_disk = true;
	f->removed = false;
	return SQLITE_OK;
}

static int
vfs_size(sqlite3_file *sf, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)file(sf)->now.len;
	return SQLITE_OK;
}

static int
vfs_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int
vfs_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int
vfs_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
vfs_sector(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

static int
vfs_device(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = vfs_close,
	.xRead = vfs_read,
	.xWrite = vfs_write,
	.xTruncate = vfs_truncate,
	.xSync = vfs_sync,
	.xFileSize = vfs_size,
	.xLock = vfs_lock,
	.xUnlock = vfs_lock,
	.xCheckReservedLock = vfs_reserved,
	.xFileControl = vfs_control,
	.xSectorSize = vfs_sector,
	.xDeviceCharacteristics = vfs_device,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *sf, int flags,
    int *out_flags)
{
	struct handle *h = (struct handle *)sf;

	(void)vfs;
	h->base.pMethods = NULL;
	if (disk.cut || name == NULL)
		return SQLITE_CANTOPEN;
	h->file = file_of(name, true);
	if (!h->file->exists) {
		if ((flags & SQLITE_OPEN_CREATE) == 0)
			return SQLITE_CANTOPEN;
		h->file->exists = true;
		h->file->now.len = 0;
		if (!h->file->removed)
			h->file->synced.len = 0;
		h->file->on_disk = false;
		changes_drop(h->file);
	}
	h->base.pMethods = &methods;
	if (out_flags != NULL)
		*out_flags = flags;
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	struct file *f = file_of(name, false);

	(void)vfs;
	if (no_power())
		return SQLITE_IOERR_DELETE;
	if (f == NULL || !f->exists)
		return SQLITE_IOERR_DELETE_NOENT;
	f->exists = false;
	f->removed = !sync_folder && (f->on_disk || f->removed);
	return SQLITE_OK;
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct file *f = file_of(name, false);

	(void)vfs;
	(void)flags;
	*out = f != NULL && f->exists;
	return disk.cut ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int
vfs_full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)n, "%s", name);
	return SQLITE_OK;
}

static int
vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	for (int i = 0; i < n; i++)
		out[i] = (char)rng_next(&disk.rng);
	return n;
}

static int
vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int
vfs_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2460000.5;
	return SQLITE_OK;
}

static sqlite3_vfs cut_vfs = {
	.iVersion = 1,
	.szOsFile = sizeof(struct handle),
	.mxPathname = 255,
	.zName = "powercut",
	.xOpen = vfs_open,
	.xDelete = vfs_delete,
	.xAccess = vfs_access,
	.xFullPathname = vfs_full_path,
	.xRandomness = vfs_randomness,
	.xSleep = vfs_sleep,
	.xCurrentTime = vfs_time,
};

/* ---- the test ---- */

static int64_t scheme, labels[3];
static struct bytes image; /* of the project when it is new */

static void
disk_reset(const char *path)
{
	struct file *f;

	for (size_t i = 0; i < 8; i++) {
		changes_drop(&disk.files[i]);
		free(disk.files[i].now.v);
		free(disk.files[i].synced.v);
	}
	memset(&disk, 0, sizeof disk);
	if (path == NULL)
		return;
	f = file_of(path, true);
	f->exists = f->on_disk = true;
	bytes_copy(&f->now, &image);
	bytes_copy(&f->synced, &image);
}

static void
image_read(const char *path)
{
	int fd = open(path, O_RDONLY);
	off_t len = lseek(fd, 0, SEEK_END);

	assert_true(len > 0);
	image.len = (size_t)len;
	image.v = xmalloc(image.len);
	assert_int_equal(pread(fd, image.v, image.len, 0), len);
	close(fd);
}

/* A long comment makes an act of many pages; the last act is on a scheme. */
static int
do_act(struct project *p, int i, struct err *err)
{
	static char comment[20000];
	struct tag t = { .scheme = scheme, .doc = 1 + i % 5,
		.labels = &labels[i % 3], .nlabels = 1 };

	if (i == ACTS - 1)
		return label_rename(p, labels[0], "b", NULL, err);
	if (i % 4 == 2) {
		memset(comment, 'x', sizeof comment - 1);
		t.comment = comment;
	}
	return annot_tag(p, &t, NULL, err);
}

static int
label_of(struct project *p, int64_t doc)
{
	struct annot a;
	int row = annot_get(p, scheme, doc, project_uid(p), &a, NULL);
	int label = -1;

	assert_true(row >= 0);
	for (int l = 0; row == 1 && l < 3; l++) {
		if (a.nlabels > 0 && a.labels[0] == labels[l])
			label = l;
	}
	if (row == 1)
		annot_free(&a);
	return label;
}

/* What stands after the first n acts? */
static bool
stands(struct project *p, int n)
{
	int want[6] = { -1, -1, -1, -1, -1, -1 };

	for (int i = 0; i < n && i < ACTS - 1; i++)
		want[1 + i % 5] = i % 3;
	for (int doc = 1; doc <= 5; doc++) {
		if (n == ACTS && want[doc] == 0)
			want[doc] = 1;
		if (label_of(p, doc) != want[doc])
			return false;
	}
	return true;
}

/* Returns whether the power went before the acts were through. */
static bool
one_cut(const char *path, uint64_t cut_at, bool lose_all)
{
	struct err e = { 0 };
	struct project *p, *writers[WRITERS];
	int done = 0, open = 0;
	bool cut;

	disk_reset(path);
	rng_seed(&disk.rng, cut_at * 2 + lose_all);
	disk.cut_at = cut_at;
	disk.lose_all = lose_all;
	while (open < WRITERS &&
	    (writers[open] = project_open(path, PROJECT_WRITE, &e)) != NULL)
		open++;
	if (open == WRITERS) {
		while (done < ACTS &&
		    do_act(writers[done % WRITERS], done, &e) == 0)
			done++;
		if (!disk.cut && done < ACTS)
			fail_msg("act %d: %s", done, e.text);
	}
	while (open > 0)
		project_close(writers[--open]);
	cut = disk.cut;
	disk.cut = false; /* the machine is up again */
	disk.cut_at = 0;
	p = project_open(path, PROJECT_WRITE, &e);
	if (p == NULL)
		fail_msg("cut at %d (%d acts): %s", (int)cut_at, done,
		    e.text);
	if (!stands(p, done) && (done == ACTS || !stands(p, done + 1)))
		fail_msg("cut at %d: of %d acknowledged acts one is lost",
		    (int)cut_at, done);
	test_check(p);
	project_close(p);
	return cut;
}

static void
test_powercut(void **state)
{
	char path[256];
	struct project *p;
	uint64_t cut = 0;

	(void)state;
	p = test_project("c.tiger", 5, &scheme, labels);
	snprintf(path, sizeof path, "%s", project_path(p));
	project_close(p);
	image_read(path);
	assert_int_equal(sqlite3_vfs_register(&cut_vfs, 1), SQLITE_OK);
	while (one_cut(path, ++cut, true) && one_cut(path, cut, false))
		;
	/* Many operations were cut, or this was no test. */
	assert_true(cut > 100);
	print_message("power cut at each of %d operations, twice\n",
	    (int)cut - 1);
	sqlite3_vfs_unregister(&cut_vfs);
	disk_reset(NULL);
	free(image.v);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_dir_make, test_dir_remove)
	const struct CMUnitTest tests[] = {
		T(test_powercut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

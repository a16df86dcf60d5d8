#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/featfile.h"
#include "tagtiger/file.h"
#include "tagtiger/mat.h"
#include "tagtiger/temporary.h"

#define MAGIC "TTFEAT1\n"

struct header {
	char magic[8];
	uint32_t sparse, zero;
	uint64_t d, n, docs;
	int64_t made;
	char pad[16];
};

struct entry {
	int32_t col;
	float val;
};

/* ---- reading ---- */

/* Every number that the header gives, against the size of the file. */
static bool
sound(struct featfile *f, const struct header *h, size_t size)
{
	const char *map = f->map;
	uint64_t bytes;

	if (memcmp(h->magic, MAGIC, 8) != 0 || h->n == 0 || h->d == 0 ||
	    h->d > INT32_MAX || h->docs % 8 != 0 || h->docs < sizeof *h ||
	    h->docs > size || h->n > (size - h->docs) / 8)
		return false;
	f->made = h->made;
	f->sparse = h->sparse != 0;
	f->n = h->n;
	f->d = h->d;
	f->docs = (const int64_t *)(map + h->docs);
	for (size_t i = 1; i < f->n; i++)
		if (f->docs[i] <= f->docs[i - 1])
			return false;
	if (!f->sparse) {
		f->dense = (const float *)(map + sizeof *h);
		return !__builtin_mul_overflow(h->n, h->d * 4, &bytes) &&
		    bytes <= h->docs - sizeof *h;
	}
	f->entries = map + sizeof *h;
	if ((size - h->docs) / 8 < h->n * 2 + 1)
		return false;
	f->start = (const uint64_t *)(f->docs + f->n);
	for (size_t i = 0; i < f->n; i++)
		if (f->start[i + 1] < f->start[i])
			return false;
	return f->start[0] == 0 &&
	    f->start[f->n] <= (h->docs - sizeof *h) / sizeof(struct entry);
}

struct featfile *
featfile_open(const char *path, struct err *err)
{
	struct featfile *f = xcalloc(1, sizeof *f);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	f->map = MAP_FAILED;
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set_errno(err, "%s", path);
		goto fail;
	}
	f->map_size = (size_t)st.st_size;
	if (f->map_size >= sizeof(struct header))
		f->map = mmap(NULL, f->map_size, PROT_READ, MAP_SHARED, fd, 0);
	if (f->map == MAP_FAILED || !sound(f, f->map, f->map_size)) {
		err_set(err, "%s is damaged or unfinished: make the feature "
		    "again", path);
		goto fail;
	}
	close(fd);
	return f;
fail:
	if (fd >= 0)
		close(fd);
	featfile_close(f);
	return NULL;
}

bool
featfile_is_of(const struct featfile *f, int64_t made)
{
	return f->made == made || f->made == 0;
}

void
featfile_close(struct featfile *f)
{
	if (f == NULL)
		return;
	if (f->map != MAP_FAILED)
		munmap(f->map, f->map_size);
	free(f);
}

int64_t
featfile_row(const struct featfile *f, int64_t doc)
{
	size_t lo = 0, hi = f->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (f->docs[mid] < doc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < f->n && f->docs[lo] == doc ? (int64_t)lo : -1;
}

int
featfile_dense(const struct featfile *f, const int64_t *rows, size_t n,
    struct mat *out, struct err *err)
{
	if (mat_alloc(out, n, f->d, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		memcpy(out->v + i * f->d, f->dense + (size_t)rows[i] * f->d,
		    f->d * sizeof *out->v);
	return 0;
}

int
featfile_sparse(const struct featfile *f, const int64_t *rows, size_t n,
    struct csr *out, struct err *err)
{
	const struct entry *e = f->entries;
	size_t nnz = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		nnz += f->start[rows[i] + 1] - f->start[rows[i]];
	if (csr_alloc(out, n, f->d, nnz, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		for (uint64_t j = f->start[rows[i]];
		    j < f->start[rows[i] + 1]; j++, at++) {
			if (e[j].col < 0 || (size_t)e[j].col >= f->d) {
				csr_free(out);
				return err_set(err, "a feature file is damaged: "
				    "make the feature again");
			}
			out->col[at] = e[j].col;
			out->val[at] = e[j].val;
		}
		out->ptr[i + 1] = (int64_t)at;
	}
	return 0;
}

/* ---- writing ---- */

struct featfile_out {
	char *path, *part;
	FILE *f;
	int64_t made;
	bool sparse;
	size_t n, d;
	uint64_t entries;
	int64_t *docs;
	uint64_t *start;
	size_t docs_cap, start_cap;
};

struct featfile_out *
featfile_create(const char *path, int64_t made, bool sparse, size_t d,
    struct err *err)
{
	struct featfile_out *o = xcalloc(1, sizeof *o);
	struct header h = { .magic = MAGIC };

	o->path = xstrdup(path);
	o->part = temporary_name(path);
	o->made = made;
	o->sparse = sparse;
	o->d = d;
	o->f = fopen(o->part, "wbe");
	if (o->f == NULL || fwrite(&h, sizeof h, 1, o->f) != 1) {
		err_set_errno(err, "%s cannot be written", o->part);
		featfile_drop(o);
		return NULL;
	}
	return o;
}

static void
add_doc(struct featfile_out *o, int64_t doc)
{
	if (o->n > 0 && o->docs[o->n - 1] >= doc)
		fatal("feature rows out of order");
	o->docs = array_room(o->docs, o->n, &o->docs_cap, sizeof *o->docs);
	o->docs[o->n] = doc;
	if (o->sparse) {
		o->start = array_room(o->start, o->n, &o->start_cap,
		    sizeof *o->start);
		o->start[o->n] = o->entries;
	}
	o->n++;
}

static int
write_failed(const struct featfile_out *o, struct err *err)
{
	return err_set_errno(err, "%s cannot be written", o->part);
}

int
featfile_add_dense(struct featfile_out *o, int64_t doc, const float *row,
    struct err *err)
{
	add_doc(o, doc);
	if (fwrite(row, sizeof *row, o->d, o->f) != o->d)
		return write_failed(o, err);
	return 0;
}

int
featfile_add_sparse(struct featfile_out *o, int64_t doc, const int32_t *col,
    const float *val, size_t n, struct err *err)
{
	struct entry e;

	add_doc(o, doc);
	o->entries += n;
	for (size_t i = 0; i < n; i++) {
		e = (struct entry){ col[i], val[i] };
		if (fwrite(&e, sizeof e, 1, o->f) != 1)
			return write_failed(o, err);
	}
	return 0;
}

int
featfile_copy(struct featfile_out *o, const struct featfile *from, int64_t i,
    struct err *err)
{
	size_t n;

	if (!o->sparse)
		return featfile_add_dense(o, from->docs[i],
		    from->dense + (size_t)i * from->d, err);
	n = from->start[i + 1] - from->start[i];
	add_doc(o, from->docs[i]);
	o->entries += n;
	if (fwrite((const struct entry *)from->entries + from->start[i],
	    sizeof(struct entry), n, o->f) != n)
		return write_failed(o, err);
	return 0;
}

int
featfile_end(struct featfile_out *o, struct err *err)
{
	struct header h = { .magic = MAGIC, .sparse = o->sparse, .d = o->d,
		.n = o->n, .made = o->made };
	char zero[8] = { 0 };
	size_t n = o->n;
	int rc = -1;

	if (o->sparse)
		h.docs = sizeof h + o->entries * sizeof(struct entry);
	else
		h.docs = (sizeof h + n * o->d * sizeof(float) + 7) / 8 * 8;
	if ((!o->sparse && n * o->d % 2 == 1 &&
	    fwrite(zero, 4, 1, o->f) != 1) ||
	    fwrite(o->docs, sizeof *o->docs, n, o->f) != n ||
	    (o->sparse && (fwrite(o->start, sizeof *o->start, n, o->f) != n ||
	    fwrite(&o->entries, sizeof o->entries, 1, o->f) != 1)) ||
	    fflush(o->f) != 0 || fsync(fileno(o->f)) < 0)
		goto out;
	/* The count last: a file cut short never looks whole. */
	if (fseek(o->f, 0, SEEK_SET) != 0 ||
	    fwrite(&h, sizeof h, 1, o->f) != 1 || fflush(o->f) != 0 ||
	    fsync(fileno(o->f)) < 0 || file_rename(o->part, o->path, NULL) < 0)
		goto out;
	rc = 0;
out:
	if (rc < 0)
		write_failed(o, err);
	featfile_drop(o);
	return rc;
}

void
featfile_drop(struct featfile_out *o)
{
	if (o == NULL)
		return;
	if (o->f != NULL)
		fclose(o->f);
	unlink(o->part); /* gone already where it got its name */
	free(o->docs);
	free(o->start);
	free(o->path);
	free(o->part);
	free(o);
}

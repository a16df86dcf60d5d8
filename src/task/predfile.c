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
#include "tagtiger/file.h"
#include "tagtiger/predfile.h"
#include "tagtiger/temporary.h"

#define MAGIC "TTPRED1\n"

struct header {
	char magic[8];
	uint32_t multilabel, k;
	uint64_t n;
	int64_t model, time;
	uint64_t docs, names, zero;
};

_Static_assert(sizeof(struct header) == 64, "the header has no holes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "the file is mapped as it is");

static uint64_t
align64(uint64_t at)
{
	return (at + 63) / 64 * 64;
}

/* ---- Reading ---- */

/* Where the probabilities begin; the docs follow them at once. */
static bool
header_fits(const struct header *h, uint64_t size)
{
	uint64_t prob, bytes, docs, end;

	if (memcmp(h->magic, MAGIC, 8) != 0 || h->k == 0 || h->multilabel > 1 ||
	    h->names > size || h->k > size / 8)
		return false;
	prob = align64(64 + 8 * (uint64_t)h->k + h->names);
	return !__builtin_mul_overflow(h->n, 4 * (uint64_t)h->k, &bytes) &&
	    !__builtin_add_overflow(prob, bytes, &docs) &&
	    h->docs == (docs + 7) / 8 * 8 && h->n <= size / 8 &&
	    !__builtin_add_overflow(h->docs, 8 * h->n, &end) && end == size;
}

static int
predfile_lay(struct predfile *p)
{
	const struct header *h = p->map;
	const char *base = p->map, *name = base + 64 + 8 * (size_t)h->k;
	const char *end = name + h->names;

	p->model = h->model;
	p->time = h->time;
	p->multilabel = h->multilabel != 0;
	p->n = h->n;
	p->k = h->k;
	p->labels = (const int64_t *)(const void *)(base + 64);
	p->prob = (const float *)(const void *)(base +
	    align64(64 + 8 * (uint64_t)h->k + h->names));
	p->docs = (const int64_t *)(const void *)(base + h->docs);
	p->names = xcalloc(p->k, sizeof *p->names);
	for (size_t i = 0; i < p->k; i++) {
		const char *nul = memchr(name, '\0', (size_t)(end - name));

		if (nul == NULL)
			return -1;
		p->names[i] = name;
		name = nul + 1;
	}
	for (size_t i = 1; i < p->n; i++)
		if (p->docs[i] <= p->docs[i - 1])
			return -1;
	return name == end ? 0 : -1;
}

struct predfile *
predfile_open(const char *path, struct err *err)
{
	struct predfile *p = xcalloc(1, sizeof *p);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0) {
		err_set_errno(err, "cannot read the predictions in '%s'", path);
		if (err != NULL && errno == ENOENT)
			err->status = ERR_NAME;
		goto fail;
	}
	if (fstat(fd, &st) < 0) {
		err_set_errno(err, "cannot read '%s'", path);
		goto fail;
	}
	if (st.st_size < (off_t)sizeof(struct header)) {
		err_set(err, "'%s' is not a whole prediction file: predict "
		    "again", path);
		goto fail;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		err_set_errno(err, "cannot map '%s'", path);
		goto fail;
	}
	p->map = map;
	p->map_size = (size_t)st.st_size;
	if (!header_fits(map, p->map_size) || predfile_lay(p) < 0) {
		err_set(err, "'%s' is not a whole prediction file: predict "
		    "again", path);
		goto fail;
	}
	close(fd);
	return p;
fail:
	if (fd >= 0)
		close(fd);
	predfile_close(p);
	return NULL;
}

void
predfile_close(struct predfile *p)
{
	if (p == NULL)
		return;
	if (p->map != NULL)
		munmap(p->map, p->map_size);
	free(p->names);
	free(p);
}

int64_t
predfile_row(const struct predfile *p, int64_t doc)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->docs[mid] < doc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->n && p->docs[lo] == doc ? (int64_t)lo : -1;
}

/* ---- Writing ---- */

struct predfile_out {
	FILE *f;
	char *path, *tmp;
	struct header h;
	int64_t *docs;
	size_t cap;
};

static int
out_write(struct predfile_out *o, const void *data, size_t size,
    struct err *err)
{
	if (size > 0 && fwrite(data, 1, size, o->f) != size)
		return err_set_errno(err, "cannot write '%s'", o->tmp);
	return 0;
}

static int
out_pad(struct predfile_out *o, uint64_t from, uint64_t to, struct err *err)
{
	static const char zeros[64];

	return out_write(o, zeros, (size_t)(to - from), err);
}

struct predfile_out *
predfile_create(const char *path, const struct predfile *head, struct err *err)
{
	struct predfile_out *o = xcalloc(1, sizeof *o);
	uint64_t at;

	memcpy(o->h.magic, MAGIC, 8);
	o->h.multilabel = head->multilabel;
	o->h.k = (uint32_t)head->k;
	o->h.model = head->model;
	o->h.time = head->time;
	for (size_t i = 0; i < head->k; i++)
		o->h.names += strlen(head->names[i]) + 1;
	o->path = xstrdup(path);
	o->tmp = temporary_name(path);
	o->f = fopen(o->tmp, "wbe");
	if (o->f == NULL) {
		err_set_errno(err, "cannot write '%s'", o->tmp);
		free(o->tmp);
		free(o->path);
		free(o);
		return NULL;
	}
	at = 64 + 8 * (uint64_t)head->k + o->h.names;
	if (out_write(o, &o->h, sizeof o->h, err) < 0 ||
	    out_write(o, head->labels, 8 * head->k, err) < 0)
		goto fail;
	for (size_t i = 0; i < head->k; i++)
		if (out_write(o, head->names[i], strlen(head->names[i]) + 1,
		    err) < 0)
			goto fail;
	if (out_pad(o, at, align64(at), err) < 0)
		goto fail;
	o->h.docs = align64(at);
	return o;
fail:
	predfile_drop(o);
	return NULL;
}

int
predfile_add(struct predfile_out *o, int64_t doc, const float *prob,
    struct err *err)
{
	if (o->h.n > 0 && o->docs[o->h.n - 1] >= doc)
		fatal("predictions are not in the order of the texts");
	o->docs = array_room(o->docs, o->h.n, &o->cap, sizeof *o->docs);
	o->docs[o->h.n++] = doc;
	return out_write(o, prob, o->h.k * sizeof *prob, err);
}

static int
out_finish(struct predfile_out *o, struct err *err)
{
	uint64_t end = o->h.docs + o->h.n * o->h.k * 4;

	o->h.docs = (end + 7) / 8 * 8;
	if (out_pad(o, end, o->h.docs, err) < 0 ||
	    out_write(o, o->docs, 8 * o->h.n, err) < 0)
		return -1;
	if (fseek(o->f, 0, SEEK_SET) < 0)
		return err_set_errno(err, "cannot write '%s'", o->tmp);
	if (out_write(o, &o->h, sizeof o->h, err) < 0)
		return -1;
	if (fflush(o->f) != 0 || fsync(fileno(o->f)) < 0)
		return err_set_errno(err, "cannot write '%s'", o->tmp);
	return file_rename(o->tmp, o->path, err);
}

int
predfile_end(struct predfile_out *o, struct err *err)
{
	int rc = out_finish(o, err);

	if (rc == 0) { /* the name is taken: nothing to remove */
		free(o->tmp);
		o->tmp = NULL;
	}
	predfile_drop(o);
	return rc;
}

void
predfile_drop(struct predfile_out *o)
{
	if (o == NULL)
		return;
	fclose(o->f);
	if (o->tmp != NULL)
		unlink(o->tmp);
	free(o->tmp);
	free(o->path);
	free(o->docs);
	free(o);
}

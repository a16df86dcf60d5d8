#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/file.h"
#include "tagtiger/temporary.h"
#include "platter.h"

#define SECTOR 512
#define PRINTED 60
#define ROOT 0

struct op {
	enum { WRITE, TRUNCATE, SYNC, LINK, UNLINK, RENAME, TOLD } kind;
	int node;	   /* whose it is; of a name, its folder */
	int other;	   /* LINK, RENAME: what gets the name */
	int to;		   /* RENAME: the new folder */
	uint64_t at;	   /* TRUNCATE: the length */
	struct buf data;   /* WRITE */
	char *name, *new_name;
};

struct node {
	bool folder;
	ino_t inode;	/* 0: it belongs to another file now */
	struct buf start; /* a file's bytes at first */
};

struct platter {
	dev_t dev;
	struct node *nodes;
	size_t nnodes, nodes_cap;
	struct op *ops;
	size_t nops, ops_cap;
	size_t first; /* operations that only say what was there at first */
};

/* ---- what is noted ---- */

int
platter_find(const struct platter *p, const struct stat *st)
{
	for (size_t i = p->nnodes; st->st_dev == p->dev && i-- > 0;) {
		if (p->nodes[i].inode == st->st_ino)
			return (int)i;
	}
	return -1;
}

void
platter_forget(struct platter *p, const struct stat *st)
{
	int node = platter_find(p, st);

	if (node >= 0)
		p->nodes[node].inode = 0;
}

int
platter_add(struct platter *p, const struct stat *st)
{
	platter_forget(p, st);
	p->nodes = array_room(p->nodes, p->nnodes, &p->nodes_cap,
	    sizeof *p->nodes);
	p->nodes[p->nnodes] = (struct node){ .folder = S_ISDIR(st->st_mode),
		.inode = st->st_ino };
	return (int)p->nnodes++;
}

static struct op *
note(struct platter *p, int kind, int node)
{
	p->ops = array_room(p->ops, p->nops, &p->ops_cap, sizeof *p->ops);
	p->ops[p->nops] = (struct op){ .kind = kind, .node = node };
	return &p->ops[p->nops++];
}

void
platter_write(struct platter *p, int file, uint64_t at, const void *data,
    size_t len)
{
	struct op *op = note(p, WRITE, file);

	op->at = at;
	buf_add(&op->data, data, len);
}

void
platter_truncate(struct platter *p, int file, uint64_t len)
{
	note(p, TRUNCATE, file)->at = len;
}

void
platter_sync(struct platter *p, int node)
{
	note(p, SYNC, node);
}

void
platter_link(struct platter *p, int folder, const char *name, int node)
{
	struct op *op = note(p, LINK, folder);

	op->name = xstrdup(name);
	op->other = node;
}

void
platter_unlink(struct platter *p, int folder, const char *name)
{
	note(p, UNLINK, folder)->name = xstrdup(name);
}

void
platter_rename(struct platter *p, int from, const char *name, int to,
    const char *new_name, int node)
{
	struct op *op = note(p, RENAME, from);

	op->name = xstrdup(name);
	op->other = node;
	op->to = to;
	op->new_name = xstrdup(new_name);
}

void
platter_told(struct platter *p, int what)
{
	note(p, TOLD, what);
}

size_t
platter_ops(const struct platter *p)
{
	return p->nops - p->first;
}

static void
read_folder(struct platter *p, int node, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	struct stat st;
	char *sub;
	int child;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		sub = xasprintf("%s/%s", path, e->d_name);
		if (lstat(sub, &st) == 0) {
			child = platter_add(p, &st);
			platter_link(p, node, e->d_name, child);
			if (S_ISDIR(st.st_mode))
				read_folder(p, child, sub);
			else
				file_read(sub, SIZE_MAX,
				    &p->nodes[child].start, NULL);
		}
		free(sub);
	}
	if (dir != NULL)
		closedir(dir);
	platter_sync(p, node);
}

struct platter *
platter_new(const char *folder)
{
	struct platter *p = xcalloc(1, sizeof *p);
	struct stat st;

	if (stat(folder, &st) < 0) {
		free(p);
		return NULL;
	}
	p->dev = st.st_dev;
	platter_add(p, &st);
	read_folder(p, ROOT, folder);
	p->first = p->nops;
	return p;
}

void
platter_free(struct platter *p)
{
	for (size_t i = 0; p != NULL && i < p->nops; i++) {
		buf_free(&p->ops[i].data);
		free(p->ops[i].name);
		free(p->ops[i].new_name);
	}
	for (size_t i = 0; p != NULL && i < p->nnodes; i++)
		buf_free(&p->nodes[i].start);
	if (p != NULL) {
		free(p->ops);
		free(p->nodes);
	}
	free(p);
}

/* ---- what the disk has ---- */

struct entry {
	char *name;
	int node;
};

/* A file or a folder as it is on the disk, and the operations on it that are
 * not safe yet. */
struct kept_node {
	struct buf bytes;
	struct entry *entries;
	size_t nentries, entries_cap;
	size_t *pending, npending, pending_cap;
};

struct disk {
	const struct platter *of;
	struct kept_node *nodes;
	bool *done; /* by operation */
	struct rng *rng;
	size_t unsafe;
};

static void
resize(struct buf *b, size_t len)
{
	if (len > b->len) {
		buf_reserve(b, len - b->len);
		memset(b->data + b->len, 0, len - b->len);
	}
	b->len = len;
}

static void
write_part(struct buf *b, uint64_t at, const char *data, size_t len)
{
	if (at + len > b->len)
		resize(b, at + len);
	memcpy(b->data + at, data, len);
}

static void
entry_take(struct kept_node *k, const char *name)
{
	for (size_t i = 0; i < k->nentries; i++) {
		if (strcmp(k->entries[i].name, name) != 0)
			continue;
		free(k->entries[i].name);
		k->entries[i] = k->entries[--k->nentries];
		return;
	}
}

static void
entry_put(struct kept_node *k, const char *name, int node)
{
	entry_take(k, name);
	k->entries = array_room(k->entries, k->nentries, &k->entries_cap,
	    sizeof *k->entries);
	k->entries[k->nentries++] = (struct entry){ xstrdup(name), node };
}

/* torn: of a write, some sectors. */
static void
reach_disk(struct disk *d, size_t i, bool torn)
{
	const struct op *op = &d->of->ops[i];
	struct kept_node *k = &d->nodes[op->node];

	if (d->done[i])
		return;
	d->done[i] = true;
	switch (op->kind) {
	case WRITE:
		for (size_t at = 0, n; at < op->data.len; at += n) {
			n = SECTOR - (op->at + at) % SECTOR;
			if (n > op->data.len - at)
				n = op->data.len - at;
			if (!torn || rng_below(d->rng, 2) == 0)
				write_part(&k->bytes, op->at + at,
				    op->data.data + at, n);
		}
		break;
	case TRUNCATE: resize(&k->bytes, op->at); break;
	case LINK: entry_put(k, op->name, op->other); break;
	case UNLINK: entry_take(k, op->name); break;
	case RENAME:
		entry_take(k, op->name);
		entry_put(&d->nodes[op->to], op->new_name, op->other);
		break;
	case SYNC:
	case TOLD: break;
	}
}

static void
pend(struct kept_node *k, size_t op)
{
	k->pending = array_room(k->pending, k->npending, &k->pending_cap,
	    sizeof *k->pending);
	k->pending[k->npending++] = op;
}

static void
happen(struct disk *d, size_t i)
{
	const struct op *op = &d->of->ops[i];
	struct kept_node *k = &d->nodes[op->node];

	switch (op->kind) {
	case SYNC:
		for (size_t j = 0; j < k->npending; j++)
			reach_disk(d, k->pending[j], false);
		k->npending = 0;
		break;
	case TOLD: break;
	case RENAME:
		if (op->to != op->node)
			pend(&d->nodes[op->to], i);
		/* fallthrough */
	default: pend(k, i);
	}
}

/* The power goes. */
static void
settle(struct disk *d, struct kept_node *k, enum kept kept)
{
	size_t n = k->npending;

	if (n == 0 || kept == KEPT_NOTHING)
		n = 0;
	else if (kept == KEPT_FIRST)
		n = rng_below(d->rng, n + 1);
	for (size_t j = 0; j < n; j++) {
		if (kept != KEPT_SOME)
			/* the last of them may have been under way */
			reach_disk(d, k->pending[j],
			    kept == KEPT_FIRST && j == n - 1);
		else if (rng_below(d->rng, 2) == 0)
			reach_disk(d, k->pending[j],
			    rng_below(d->rng, 2) == 0);
	}
	d->unsafe += k->npending;
}

static void
write_out(const struct disk *d, int node, const char *path, mode_t mode)
{
	const struct kept_node *k = &d->nodes[node];

	for (size_t i = 0; i < k->nentries; i++) {
		int child = k->entries[i].node, fd;
		char *sub = xasprintf("%s/%s", path, k->entries[i].name);
		const struct buf *b = &d->nodes[child].bytes;

		if (d->of->nodes[child].folder) {
			if (mkdir(sub, mode | (mode & 0444) >> 2) < 0)
				perror(sub);
			write_out(d, child, sub, mode);
		} else {
			fd = open(sub, O_WRONLY | O_CREAT | O_EXCL, mode);
			if (fd < 0 ||
			    write(fd, b->data, b->len) != (ssize_t)b->len)
				perror(sub);
			close(fd);
		}
		free(sub);
	}
}

static void
empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char *sub;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		sub = xasprintf("%s/%s", path, e->d_name);
		tree_remove(sub);
		free(sub);
	}
	if (dir != NULL)
		closedir(dir);
}

size_t
platter_cut(const struct platter *p, size_t ops, enum kept kept,
    struct rng *rng, const char *folder, mode_t mode)
{
	struct disk d = { .of = p, .rng = rng };
	mode_t mask = umask(0);

	d.nodes = xcalloc(p->nnodes, sizeof *d.nodes);
	d.done = xcalloc(p->nops + 1, sizeof *d.done);
	for (size_t i = 0; i < p->nnodes; i++)
		buf_add(&d.nodes[i].bytes, p->nodes[i].start.data,
		    p->nodes[i].start.len);
	for (size_t i = 0; i < p->first + ops; i++)
		happen(&d, i);
	for (size_t i = 0; i < p->nnodes; i++)
		settle(&d, &d.nodes[i], kept);
	empty(folder);
	write_out(&d, ROOT, folder, mode);
	umask(mask);
	for (size_t i = 0; i < p->nnodes; i++) {
		struct kept_node *k = &d.nodes[i];

		buf_free(&k->bytes);
		while (k->nentries > 0)
			free(k->entries[--k->nentries].name);
		free(k->entries);
		free(k->pending);
	}
	free(d.nodes);
	free(d.done);
	return d.unsafe;
}

void
platter_print(const struct platter *p, size_t ops)
{
	static const char *const kinds[] = { "write", "truncate", "sync",
		"link", "unlink", "rename", "told" };
	size_t end = p->first + ops;

	for (size_t i = ops < PRINTED ? p->first : end - PRINTED; i < end;
	     i++) {
		const struct op *op = &p->ops[i];

		fprintf(stderr, "%6zu %s %d", i + 1 - p->first,
		    kinds[op->kind], op->node);
		if (op->kind == WRITE || op->kind == TRUNCATE)
			fprintf(stderr, " at %llu: %zu bytes",
			    (unsigned long long)op->at, op->data.len);
		if (op->name != NULL)
			fprintf(stderr, " %s", op->name);
		if (op->new_name != NULL)
			fprintf(stderr, " to %s in %d", op->new_name, op->to);
		if (op->other > 0)
			fprintf(stderr, " -> %d", op->other);
		fputc('\n', stderr);
	}
}

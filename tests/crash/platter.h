/*
 * A folder as a disk may have it when the power goes. What is done to its files
 * and folders is noted in order (trace.h does so for processes that run); any
 * first part of these operations can then be played again, with what no sync
 * had forced onto the disk lost, in part or wholly.
 *
 * A file's writes are safe once the file is synced, names once the folder is
 * that they stand in. What is not safe survives as `enum kept` says; a write
 * that survives may do so in part, by sectors.
 */
#ifndef PLATTER_H
#define PLATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "tagtiger/rng.h"

/* Of what was not synced in a file or a folder. */
enum kept { KEPT_NOTHING, KEPT_FIRST, KEPT_SOME, KEPT_ALL, KEPTS };

struct platter;

/* As the folder stands now, all of it safe. */
struct platter *platter_new(const char *folder);
void platter_free(struct platter *p);

/* Files and folders go by number; -1: it is none of these. */
int platter_find(const struct platter *p, const struct stat *st);
int platter_add(struct platter *p, const struct stat *st);
/* Its inode number may have been another file's before. */
void platter_forget(struct platter *p, const struct stat *st);

void platter_write(struct platter *p, int file, uint64_t at, const void *data,
    size_t len);
void platter_truncate(struct platter *p, int file, uint64_t len);
void platter_sync(struct platter *p, int node);
void platter_link(struct platter *p, int folder, const char *name, int node);
void platter_unlink(struct platter *p, int folder, const char *name);
void platter_rename(struct platter *p, int from, const char *name, int to,
    const char *new_name, int node);
/* Something that others saw: `what` said so. */
void platter_told(struct platter *p, int what);

size_t platter_ops(const struct platter *p);
/* The folder, which is emptied first, after so many operations. Returns how
 * many of them were not safe. Files get the mode. */
size_t platter_cut(const struct platter *p, size_t ops, enum kept kept,
    struct rng *rng, const char *folder, mode_t mode);
/* The last operations before that, for who looks for a fault. */
void platter_print(const struct platter *p, size_t ops);

#endif

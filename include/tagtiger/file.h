/*
 * Whole files: reading one into memory, and writing one so that its path
 * holds the old content or all of the new, whatever happens in between.
 */
#ifndef TAGTIGER_FILE_H
#define TAGTIGER_FILE_H

#include <stddef.h>

struct buf;
struct err;

/* Append the file's bytes to out. One of more than max bytes is refused.
 * ERR_NAME where it cannot be opened. */
int file_read(const char *path, size_t max, struct buf *out, struct err *err);

/*
 * A file that takes its name when it is complete:
 *	if (file_begin(&f, path, err) < 0)
 *		return -1;
 *	if (file_add(&f, ...) < 0 || ... )
 *		goto drop;
 *	return file_end(&f, err);	also frees, whether it fails or not
 * drop:
 *	file_drop(&f);
 */
struct file_out {
	char *path, *tmp;
	int fd;
};

int file_begin(struct file_out *f, const char *path, struct err *err);
/* Not buffered: give it large pieces. */
int file_add(struct file_out *f, const void *data, size_t len,
    struct err *err);
/* Syncs, renames, syncs the directory. */
int file_end(struct file_out *f, struct err *err);
void file_drop(struct file_out *f);

/* Is there room for so many bytes more where path is, or is to be? To be asked
 * before long work; what cannot be told shows when it is written. */
int file_room(const char *path, double bytes, struct err *err);

/* All three at once. */
int file_write(const char *path, const void *data, size_t len,
    struct err *err);

#endif

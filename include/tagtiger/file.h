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
/* Syncs it, and file_rename. */
int file_end(struct file_out *f, struct err *err);
void file_drop(struct file_out *f);

/* All three at once. */
int file_write(const char *path, const void *data, size_t len,
    struct err *err);

/* Is there room for so many bytes more where path is, or is to be? To be asked
 * before long work; what cannot be told shows when it is written. */
int file_room(const char *path, double bytes, struct err *err);

/*
 * What a power cut leaves: a file's bytes are on the disk when it is synced,
 * its name (a new one, or one that is gone) when the folder is that it stands
 * in. A folder is synced like a file.
 */
int file_sync(const char *path, struct err *err);
int file_name_sync(const char *path, struct err *err); /* of its folder */
/* A folder with all that is in it. */
int tree_sync(const char *path, struct err *err);
/* Make a folder, where there is none, whose name lasts. */
int folder_begin(const char *path, unsigned mode, struct err *err);
/* Also over a file that has the name, which stays whole until then: what is
 * synced itself gets a name that lasts. */
int file_rename(const char *from, const char *to, struct err *err);

#endif

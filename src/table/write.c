/*
 * Writing tables: the file under its temporary name until it is complete,
 * and what the formats share.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hash.h"
#include "tagtiger/number.h"
#include "tagtiger/temporary.h"
#include "tagtiger/utf8.h"

#define DRAIN_SIZE ((size_t)256 << 10)

struct table_value
table_text(const char *s)
{
	return s == NULL ? table_null() : table_textn(s, strlen(s));
}

static const struct writer_ops *
writer_ops_of(enum table_format f)
{
	switch (f) {
	case TABLE_CSV: return &csv_writer_ops;
	case TABLE_XLSX: return &xlsx_writer_ops;
	case TABLE_PARQUET: return &parquet_writer_ops;
	case TABLE_JSONL: return &jsonl_writer_ops;
	case TABLE_AUTO: break;
	}
	return NULL;
}

/* ---- the file ---- */

/* Made anew with the rights that the umask leaves, or those of the file that
 * it is to replace. */
static int
make_temp(struct table_writer *w, const struct stat *old, struct err *err)
{
	w->temp = temporary_name(w->path);
	w->fd = open(w->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (w->fd < 0) {
		bool nowhere = errno == ENOENT || errno == ENOTDIR;

		err_set_errno(err, "%s: the file cannot be made there",
		    w->path);
		if (nowhere && err != NULL)
			err->status = ERR_NAME;
		free(w->temp);
		w->temp = NULL;
		return -1;
	}
	/* best effort: another's file is replaced too */
	if (old != NULL && fchmod(w->fd, old->st_mode & 0777) == -1)
		errno = 0;
	return 0;
}

static int
open_target(
    struct table_writer *w, const char *path, bool by_name, struct err *err)
{
	char real[PATH_MAX];
	struct stat st;
	bool exists = stat(path, &st) == 0;

	w->fd = -1;
	w->path = xstrdup(path);
	if (strcmp(path, "-") == 0)
		return err_set_status(err, ERR_NAME, "-: name a file, or "
		    "/dev/stdout for standard output");
	if (exists && S_ISDIR(st.st_mode))
		return err_set_status(err, ERR_NAME, "%s: it is a folder",
		    path);
	if (exists && !S_ISREG(st.st_mode)) {
		if (by_name)
			return err_set(err,
			    "%s: this format can only be "
			    "written to a file",
			    path);
		w->fd = open(path, O_WRONLY | O_CLOEXEC);
		return w->fd >= 0
		    ? 0
		    : err_set_errno(err, "%s: cannot be written", path);
	}
	if (exists && access(path, W_OK) == -1)
		return err_set_errno(err, "%s: cannot be replaced", path);
	/* the file behind a symbolic link, not the link, is replaced */
	if (exists && realpath(path, real) != NULL) {
		free(w->path);
		w->path = xstrdup(real);
	}
	return make_temp(w, exists ? &st : NULL, err);
}

static int
check_columns(const struct table_writer *w, struct err *err)
{
	struct strmap *seen = strmap_new();
	int is_new = 1;
	size_t i;

	for (i = 0; i < w->ncolumns && is_new; i++)
		strmap_put(seen, w->columns[i].name, strlen(w->columns[i].name),
		    0, &is_new);
	strmap_free(seen);
	if (!is_new)
		return err_set(err, "two columns would be called %s",
		    w->columns[i - 1].name);
	if (w->ncolumns == 0)
		return err_set(err, "there is no column to write");
	return 0;
}

struct table_writer *
table_create(const char *path, enum table_format format,
    const struct table_column *columns, size_t ncolumns,
    const struct table_write_options *options, struct err *err)
{
	struct table_writer *w = xcalloc(1, sizeof *w);

	w->fd = -1;
	w->ops = writer_ops_of(format);
	if (w->ops == NULL) {
		err_set(err,
		    "%s: no format is given: csv, xlsx, parquet or "
		    "jsonl",
		    path);
		goto fail;
	}
	if (options != NULL)
		w->options = *options;
	w->columns = xcalloc(ncolumns, sizeof *w->columns);
	for (; w->ncolumns < ncolumns; w->ncolumns++) {
		w->columns[w->ncolumns] = columns[w->ncolumns];
		w->columns[w->ncolumns].name =
		    xstrdup(columns[w->ncolumns].name);
	}
	if (ncolumns > w->ops->columns_max) {
		err_set(err,
		    "%s: %zu columns, and %s holds %zu at most: "
		    "export csv or parquet",
		    path, ncolumns, table_format_name(format),
		    w->ops->columns_max);
		goto fail;
	}
	if (check_columns(w, err) == -1 ||
	    open_target(w, path, w->ops->by_name, err) == -1)
		goto fail;
	w->opened = true;
	if (w->ops->open(w, err) == -1) {
		err_prefix(err, "%s", path);
		goto fail;
	}
	w->options.sheet = NULL; /* the caller's */
	return w;
fail:
	table_abandon(w);
	return NULL;
}

static void
writer_free(struct table_writer *w)
{
	if (w->opened)
		w->ops->close(w);
	if (w->fd >= 0)
		close(w->fd);
	for (size_t i = 0; i < w->ncolumns; i++)
		free((char *)w->columns[i].name);
	free(w->columns);
	buf_free(&w->out);
	buf_free(&w->scratch);
	free(w->path);
	free(w->temp);
	free(w);
}

void
table_abandon(struct table_writer *w)
{
	if (w == NULL)
		return;
	if (w->temp != NULL)
		unlink(w->temp);
	writer_free(w);
}

int
table_put(
    struct table_writer *w, const struct table_value *values, struct err *err)
{
	if (w->failed)
		return err_set(
		    err, "%s: an earlier row was not written", w->path);
	if (w->ops->put(w, values, err) == -1) {
		w->failed = true;
		return err_prefix(err, "%s", w->path);
	}
	w->written.rows++;
	return 0;
}

static int
settle(struct table_writer *w, struct err *err)
{
	struct stat st;
	int fd;

	if (w->temp == NULL) {
		fd = w->fd;
		w->fd = -1;
		return close(fd) == 0
		    ? 0
		    : err_set_errno(err, "it cannot be written");
	}
	if (fsync(w->fd) == -1 || fstat(w->fd, &st) == -1)
		return err_set_errno(err, "it cannot be written");
	w->written.bytes = (uint64_t)st.st_size;
	fd = w->fd;
	w->fd = -1;
	if (close(fd) == -1 || file_rename(w->temp, w->path, NULL) == -1)
		return err_set_errno(err, "it cannot be put in place");
	free(w->temp);
	w->temp = NULL;
	return 0;
}

int
table_finish(
    struct table_writer *w, struct table_written *written, struct err *err)
{
	int ret = -1;

	if (w->failed) {
		err_set(err, "%s: a row was not written", w->path);
	} else if (w->ops->finish(w, err) == -1 || settle(w, err) == -1) {
		err_prefix(err, "%s", w->path);
	} else {
		ret = 0;
		if (written != NULL)
			*written = w->written;
	}
	table_abandon(w); /* after success there is nothing to remove */
	return ret;
}

/* ---- what the formats share ---- */

int
writer_drain(struct table_writer *w, bool all, struct err *err)
{
	size_t at = 0;
	ssize_t n;

	if (!all && w->out.len < DRAIN_SIZE)
		return 0;
	while (at < w->out.len) {
		n = write(w->fd, w->out.data + at, w->out.len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, "it cannot be written");
		at += (size_t)n;
	}
	if (w->temp == NULL)
		w->written.bytes += w->out.len;
	buf_clear(&w->out);
	return 0;
}

const char *
value_string(const struct table_value *v, char *buf, size_t *len)
{
	switch (v->kind) {
	case TABLE_INT:
		*len = (size_t)snprintf(buf, NUMBER_MAX, "%" PRId64, v->i);
		break;
	case TABLE_REAL: *len = number_double(v->d, buf); break;
	case TABLE_FLOAT: *len = number_float((float)v->d, buf); break;
	case TABLE_BOOL:
		strcpy(buf, v->b ? "true" : "false");
		*len = strlen(buf);
		break;
	default: *len = v->text.len; return v->text.s;
	}
	return buf;
}

void
value_text(struct table_writer *w, const struct table_value *v, const char **s,
    size_t *len)
{
	struct buf repaired = BUF_INIT;

	*s = v->text.s;
	*len = v->text.len;
	if (*len == 0 ||
	    (memchr(*s, '\0', *len) == NULL && utf8_validate(*s, *len) == *len))
		return;
	w->written.replaced += utf8_repair(*s, *len, &repaired);
	buf_clear(&w->scratch);
	for (size_t i = 0; i < repaired.len; i++) {
		if (repaired.data[i] != '\0') {
			buf_addc(&w->scratch, repaired.data[i]);
			continue;
		}
		buf_adds(&w->scratch, "\xef\xbf\xbd");
		w->written.replaced++;
	}
	buf_free(&repaired);
	*s = w->scratch.data;
	*len = w->scratch.len;
}

/*
 * Feeds bytes to a reader of tables as a file, and reads it to the end. What
 * comes out must be valid UTF-8 without NULs; an error must have a text.
 */
#ifndef TABLE_FUZZ_H
#define TABLE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tagtiger/err.h"
#include "tagtiger/table.h"
#include "tagtiger/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
fuzz_check(const char *s, size_t len)
{
	if (strlen(s) != len || utf8_validate(s, len) != len)
		abort();
}

static inline void
fuzz_table(const uint8_t *data, size_t size, const struct table_options *o)
{
	static int fd = -1;
	struct err err = { 0 };
	struct table_reader *r;
	struct table_row row;
	const struct table_info *info;
	char path[64];
	size_t rows = 0;
	int got = -1;

	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = table_open(path, o, &err);
	for (size_t i = 0; r != NULL && i < table_ncolumns(r); i++)
		fuzz_check(
		    table_column(r, i)->name, strlen(table_column(r, i)->name));
	/* a few bytes may stand for very many rows of nulls */
	while (r != NULL && rows++ < 20000 &&
	    (got = table_next(r, &row, &err)) == 1)
		for (size_t i = 0; i < row.ncells; i++)
			fuzz_check(row.cells[i].s, row.cells[i].len);
	if (got == -1 && err.text[0] == '\0')
		abort();
	if (r != NULL) {
		info = table_info(r);
		for (size_t i = 0; i < info->nnotes; i++)
			fuzz_check(info->notes[i], strlen(info->notes[i]));
	}
	table_close(r);
}

#endif

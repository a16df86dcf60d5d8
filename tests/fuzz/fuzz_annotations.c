/*
 * Other programs' exports, into a project that forgets them again. The last
 * byte says which program, or that it is to be found out.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../import_row.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/import.h"
#include "tagtiger/project.h"
#include "tagtiger/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/dev/shm/tagtiger-annot-XXXXXX";
static char name[64];
static struct project *p;
static int64_t schemes[2];
static int fd;

static void
clean_up(void)
{
	project_close(p);
	unlink(name);
	rmdir(folder);
}

static void
must(int rc)
{
	if (rc < 0)
		abort();
}

static void
make_project(void)
{
	struct err err;
	struct doc_import *imp;
	struct doc_cell cell = { "one", 3 };
	struct doc_row row = { .text = "Coal must go", .text_len = 12,
		.set = SET_TRAIN, .cells = &cell, .ncells = 1 };
	int64_t seq;

	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(name, sizeof name, "%s/p.tiger", folder);
	p = project_create(name, &err);
	if (p == NULL)
		abort();
	must(column_add(p, "key", COLUMN_ID, NULL, NULL, &err));
	imp = doc_import_begin(p, &err);
	for (int i = 0; i < 3; i++)
		must(import_row(imp, &row, &seq, &err));
	must(doc_import_end(imp, &err));
	must(scheme_add(p, "lab", SCHEME_MULTICLASS, &schemes[0], &err));
	must(scheme_add(p, "topics", SCHEME_MULTILABEL, &schemes[1], &err));
	must(project_publish(p, &err));
	atexit(clean_up);
	fd = memfd_create("fuzz", MFD_CLOEXEC);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_annotations spec = { .sep = "|", .drop = true,
		.check = true, .as = "Zoe" };
	struct import_report report;
	struct err err = { 0 };
	char path[64];
	uint8_t how = size > 0 ? data[size - 1] : 0;

	if (p == NULL)
		make_project();
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	spec.file = path;
	spec.table.format = TABLE_JSONL;
	spec.current = schemes[how & 1];
	spec.on_conflict = (enum on_conflict)(how % 3);
	for (int from = FROM_TABLE; from < FROM_COUNT; from++) {
		spec.from = (enum import_from)from;
		spec.guess = from == FROM_TABLE;
		if (import_annotations(p, &spec, &report, NULL, &err) < 0 &&
		    err.text[0] == '\0')
			abort();
		import_report_free(&report);
	}
	return 0;
}

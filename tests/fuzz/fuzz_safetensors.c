/* Weight files: whatever the bytes, all that is handed out is inside them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tagtiger/err.h"
#include "tagtiger/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Tensors stand without holes, the first where the header ends. */
static void
inside(const struct safetensors *st, const uint8_t *data, size_t size)
{
	uint64_t head = 0;
	const char *first = NULL;

	for (int i = 7; i >= 0; i--)
		head = head << 8 | data[i];
	data += 8 + head;
	size -= 8 + head;
	for (size_t i = 0; i < safetensors_count(st); i++) {
		const char *p = safetensors_at(st, i)->data;

		first = first == NULL || p < first ? p : first;
	}
	for (size_t i = 0; i < safetensors_count(st); i++) {
		const struct st_tensor *t = safetensors_at(st, i);
		size_t at = (size_t)((const char *)t->data - first);

		if (at > size || t->bytes > size - at ||
		    memcmp(t->data, data + at, t->bytes) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct safetensors *st;
	struct err err = { 0 };
	char path[64];

	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	st = safetensors_open(path, &err);
	if (st != NULL)
		inside(st, data, size);
	else if (err.text[0] == '\0')
		abort();
	safetensors_free(st);
	return 0;
}

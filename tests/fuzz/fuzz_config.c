/* config.json. What passes has sizes that make sense together. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tagtiger/err.h"
#include "tagtiger/hf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/dev/shm/tagtiger-config-XXXXXX";
static char name[64];

static void
clean_up(void)
{
	unlink(name);
	rmdir(folder);
}

static void
put(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd == -1) {
		if (mkdtemp(folder) == NULL)
			abort();
		atexit(clean_up);
		snprintf(name, sizeof name, "%s/config.json", folder);
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hf_config *c;
	struct hf_model *m;
	struct err err = { 0 };

	put(data, size);
	m = hf_open(folder, &err);
	if (m == NULL) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	c = &m->config;
	if (c->heads < 1 || c->hidden % c->heads != 0 || c->layers < 1 ||
	    c->pad_id >= c->vocab || !(c->norm_eps >= 0))
		abort();
	for (size_t i = 0; i < c->label_count; i++)
		if (c->labels[i] == NULL)
			abort();
	hf_free(m);
	return 0;
}

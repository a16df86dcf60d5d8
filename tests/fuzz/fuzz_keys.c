/* Files of keys and of options, as a user may have written them. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/utf8.h"
#include "../../src/ui/priv.h"
#include "../../src/ui/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/dev/shm/tagtiger-keys-XXXXXX";
static char inner[64], file[80];

static void
clean_up(void)
{
	unlink(file);
	rmdir(inner);
	rmdir(folder);
}

static void
make_folder(void)
{
	if (mkdtemp(folder) == NULL)
		abort();
	atexit(clean_up);
	snprintf(inner, sizeof inner, "%s/tagtiger", folder);
	snprintf(file, sizeof file, "%s/options.conf", inner);
	mkdir(inner, 0700);
	setenv("XDG_CONFIG_HOME", folder, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT, problems = BUF_INIT;
	int fd, n;

	if (file[0] == '\0')
		make_folder();
	buf_add(&text, data, size);
	keymap_free();
	n = keymap_read(buf_str(&text), "keys.conf", true, &problems);
	if ((n > 0) != (problems.len > 0))
		abort();
	for (size_t i = 0; i < keymap_count(); i++)
		if (keymap_at(i)->line == NULL || keymap_at(i)->key == 0)
			abort();
	keymap_free();
	fd = open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	optfile_read(&problems);
	buf_free(&problems);
	buf_free(&text);
	return 0;
}

/* Weight files: whatever the bytes, all that is handed out is inside them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/err.h"
#include "tagtiger/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct safetensors *st;
	const struct st_tensor *t;
	const char *p;
	float *out;

	st = safetensors_parse(data, size, "fuzz", &err);
	if (st == NULL)
		return 0;
	for (size_t i = 0; i < safetensors_count(st); i++) {
		t = safetensors_at(st, i);
		p = t->data;
		if (p < (const char *)data ||
		    t->bytes > (size_t)((const char *)data + size - p) ||
		    t->bytes != t->count * st_type_size(t->type) ||
		    safetensors_find(st, t->name) != t)
			abort();
		out = malloc(t->count * sizeof *out + 1);
		st_to_f32(t, out, &err);
		free(out);
	}
	safetensors_meta(st, "format");
	safetensors_free(st);
	return 0;
}

/* config.json. What passes has sizes that make sense together. */
#include <stdint.h>
#include <stdlib.h>

#include "tagtiger/err.h"
#include "tagtiger/hf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hf_config c;
	struct err err;

	if (hf_config_parse(&c, (const char *)data, size, &err) == 0) {
		if (c.heads < 1 || c.hidden % c.heads != 0 || c.layers < 1 ||
		    c.pad_id >= c.vocab || !(c.norm_eps >= 0))
			abort();
		for (size_t i = 0; i < c.label_count; i++)
			if (c.labels[i] == NULL)
				abort();
	}
	hf_config_free(&c);
	return 0;
}

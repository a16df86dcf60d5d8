#include "table_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct table_options o = { .format = TABLE_XLSX };

	fuzz_table(data, size, &o);
	o.replace_invalid = true;
	fuzz_table(data, size, &o);
	return 0;
}

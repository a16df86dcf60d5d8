#include "table_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const encodings[] = { NULL, "utf-16le", "shift_jis",
		"windows-1252", "iso-2022-jp", "gb18030", "utf-7", "utf-32" };
	struct table_options o = { .format = TABLE_CSV };

	/* the last byte picks the options, so that seeds are plain files */
	if (size > 0 && data[size - 1] & 0x80) {
		o.encoding = encodings[data[size - 1] & 7];
		o.replace_invalid = data[size - 1] & 8;
		o.no_quotes = data[size - 1] & 16;
		o.sep = data[size - 1] & 32 ? ';' : 0;
	}
	fuzz_table(data, size, &o);
	o.replace_invalid = !o.replace_invalid;
	fuzz_table(data, size, &o);
	return 0;
}

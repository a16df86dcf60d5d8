/*
 * texts ROWS OUT: a table of short texts (columns id, text, label), as csv,
 * xlsx, Parquet or jsonl by OUT's name; the same ROWS give the same file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tagtiger/err.h"
#include "tagtiger/rng.h"
#include "tagtiger/table.h"

static const char *const words[] = { "carbon", "tax", "wind", "farm", "road",
	"rail", "support", "oppose", "vote", "minister", "plan", "new",
	"the", "of", "and", "against", "for", "energy", "price", "school" };

#define NWORDS (sizeof words / sizeof words[0])

int
main(int argc, char **argv)
{
	static const struct table_column columns[] = { { "id", TABLE_TEXT },
		{ "text", TABLE_TEXT }, { "label", TABLE_TEXT } };
	static const char *const labels[] = { "pro", "con", "none" };
	long rows = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	struct table_value v[3];
	struct table_writer *w;
	char id[32], text[400];
	struct err err;
	struct rng rng;

	if (rows <= 0) {
		fprintf(stderr, "usage: texts ROWS OUT\n");
		return 2;
	}
	rng_seed(&rng, 1);
	w = table_create(argv[2], table_format_of_path(argv[2]), columns, 3,
	    NULL, &err);
	for (long i = 0; w != NULL && i < rows; i++) {
		size_t n = 4 + rng_below(&rng, 12);
		int at = 0;

		for (size_t j = 0; j < n; j++)
			at += snprintf(text + at, sizeof text - (size_t)at,
			    "%s%s", j > 0 ? " " : "",
			    words[rng_below(&rng, NWORDS)]);
		snprintf(id, sizeof id, "t%ld", i);
		v[0] = table_text(id);
		v[1] = table_textn(text, (size_t)at);
		v[2] = table_text(labels[rng_below(&rng, 3)]);
		if (table_put(w, v, &err) < 0)
			break;
		if (i == rows - 1 && table_finish(w, NULL, &err) == 0)
			return 0;
	}
	fprintf(stderr, "%s\n", err.text);
	return 1;
}

/*
 * Files of predictions, all at once.
 */
#ifndef TEST_PREDICTIONS_H
#define TEST_PREDICTIONS_H

#include "store_test.h"
#include "tagtiger/predfile.h"

static inline void
predictions_write(const char *path, const struct predfile *f)
{
	struct err e = { 0 };
	struct predfile_out *o = predfile_create(path, f, &e);

	if (o == NULL)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < f->n; i++)
		OK(predfile_add(o, f->docs[i], f->prob + i * f->k, err));
	OK(predfile_end(o, err));
}

#endif

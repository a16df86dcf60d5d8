#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/doc.h"
#include "tagtiger/err.h"
#include "tagtiger/featurize.h"

int
texts_read(struct project *p, const int64_t *docs, size_t n,
    struct texts *out, struct err *err)
{
	struct doc_cursor *c = doc_cursor_open_list(p, docs, n, DOC_TEXT, err);
	size_t *start = xcalloc(n + 1, sizeof *start);
	struct buf all = BUF_INIT;
	struct doc_view v;
	int got = -1;

	*out = (struct texts){ 0 };
	if (c == NULL)
		goto out;
	while (out->n < n && (got = doc_cursor_next(c, &v, err)) == 1) {
		start[out->n] = all.len;
		buf_add(&all, v.text, v.text_len);
		buf_addc(&all, '\0');
		start[++out->n] = all.len;
	}
	if (got >= 0 && out->n < n)
		got = err_set(err, "texts were removed meanwhile");
	if (n == 0)
		got = 0;
	if (got < 0)
		goto out;
	out->v = xcalloc(n, sizeof *out->v);
	out->memory = buf_take(&all);
	for (size_t i = 0; i < n; i++)
		out->v[i] = (struct text){ out->memory + start[i],
			start[i + 1] - start[i] - 1 };
out:
	doc_cursor_close(c);
	buf_free(&all);
	free(start);
	return got < 0 ? -1 : 0;
}

void
texts_free(struct texts *t)
{
	free(t->v);
	free(t->memory);
	*t = (struct texts){ 0 };
}

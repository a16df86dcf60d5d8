#include <stdlib.h>

#include "tagtiger/alloc.h"
#include "tagtiger/mat.h"

int
mat_alloc(struct mat *m, size_t n, size_t d, struct err *err)
{
	size_t size;

	*m = (struct mat){ .n = n, .d = d };
	if (__builtin_mul_overflow(n, d, &size))
		size = SIZE_MAX; /* try_alloc refuses it */
	m->v = try_alloc(size, sizeof *m->v, err);
	return m->v == NULL ? -1 : 0;
}

void
mat_free(struct mat *m)
{
	free(m->v);
	*m = (struct mat){ 0 };
}

int
csr_alloc(struct csr *m, size_t n, size_t d, size_t nnz, struct err *err)
{
	*m = (struct csr){ .n = n, .d = d };
	m->ptr = try_alloc(n + 1, sizeof *m->ptr, err);
	m->col = try_alloc(nnz, sizeof *m->col, err);
	m->val = try_alloc(nnz, sizeof *m->val, err);
	if (m->ptr == NULL || m->col == NULL || m->val == NULL) {
		csr_free(m);
		return -1;
	}
	m->ptr[0] = 0;
	return 0;
}

void
csr_free(struct csr *m)
{
	free(m->ptr);
	free(m->col);
	free(m->val);
	*m = (struct csr){ 0 };
}

/*
 * Matrices as the learning code takes them: rows are texts.
 */
#ifndef TAGTIGER_MAT_H
#define TAGTIGER_MAT_H

#include <stddef.h>
#include <stdint.h>

struct err;

/* Dense, row-major, v[i * d + j]. */
struct mat {
	size_t n, d;
	float *v; /* (n,d) */
};

/* Compressed sparse rows: row i has the entries ptr[i] .. ptr[i+1]-1,
 * columns strictly rising within a row. */
struct csr {
	size_t n, d;
	int64_t *ptr; /* (n+1) */
	int32_t *col; /* (ptr[n]) */
	float *val;   /* (ptr[n]) */
};

/* Not cleared. -1 and err when memory is short. */
int mat_alloc(struct mat *m, size_t n, size_t d, struct err *err);
void mat_free(struct mat *m); /* zeroes the struct */
int csr_alloc(struct csr *m, size_t n, size_t d, size_t nnz, struct err *err);
void csr_free(struct csr *m);

#endif

/*
 * Loops over floats that libtorch has no operator for, or only one that makes
 * a copy. No header of libtorch is needed, so that the compiler may be told
 * to make a version for each generation of processor.
 */
#ifndef TT_KERNELS_H
#define TT_KERNELS_H

#include <cstddef>
#include <cstdint>

namespace tt {

/* Dropout without stored masks: element i of a site is kept or not by a hash
 * of its index and the site's key, so that the backward pass sees the same
 * mask as the forward one. */
struct DropKey {
	uint64_t key;
	uint32_t keep_below; /* of 2^32: the probability of being kept */
	float scale;	     /* 1 / that probability */
};

DropKey drop_key(double p, uint64_t seed, uint64_t site);

/* y[i] = mask(first + i) * x[i]; x and y may be the same. */
void drop(float *y, const float *x, size_t n, uint64_t first, DropKey k);
/* y[i] = a[i] + mask(first + i) * x[i] */
void drop_add(float *y, const float *a, const float *x, size_t n,
    uint64_t first, DropKey k);

/* Each row of s (rows, cols) becomes the softmax of scale * row. */
void softmax_rows(float *s, size_t rows, size_t cols, float scale);
/* g (rows, cols), the gradient with respect to the softmax p, becomes scale
 * times the one with respect to what went into it. */
void softmax_rows_backward(float *g, const float *p, size_t rows, size_t cols,
    float scale);

} // namespace tt

#endif

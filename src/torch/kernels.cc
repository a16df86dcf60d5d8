#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernels.h"

#include <cstring>

#if defined(__x86_64__) && defined(__gnu_linux__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

namespace tt {

/* Independent partial results, so that the order of additions is fixed and
 * still fits vector registers of any width. */
static constexpr size_t LANES = 32;

/* The finaliser of splitmix64 (Steele, Lea and Flood, 2014). */
static uint64_t
mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

DropKey
drop_key(double p, uint64_t seed, uint64_t site)
{
	DropKey k;
	double keep = 1 - p;

	k.key = mix64(mix64(seed + 0x9e3779b97f4a7c15u) + site);
	k.keep_below = keep >= 1 ? UINT32_MAX : (uint32_t)(keep * 4294967296.0);
	k.scale = (float)(1 / keep);
	return k;
}

/* A 32-bit hash with little bias: two rounds of xor-shift and multiply, with
 * the constants that C. Wellons' search found. */
INLINE float
mask_at(uint32_t i, uint32_t lo, uint32_t hi, uint32_t keep_below, float scale)
{
	uint32_t h = i + lo;

	h ^= h >> 16;
	h *= 0x7feb352du;
	h ^= h >> 15;
	h ^= hi;
	h *= 0x846ca68bu;
	h ^= h >> 16;
	return h < keep_below ? scale : 0.0f;
}

/* Indices past 2^32 get a key of their own. */
INLINE DropKey
key_of_block(DropKey k, uint64_t block)
{
	if (block != 0)
		k.key = mix64(k.key + block);
	return k;
}

CLONES void
drop(float *y, const float *x, size_t n, uint64_t first, DropKey k)
{
	while (n > 0) {
		uint64_t left = (UINT64_C(1) << 32) - (first & UINT32_MAX);
		size_t m = n < left ? n : (size_t)left;
		DropKey b = key_of_block(k, first >> 32);
		uint32_t base = (uint32_t)first, lo = (uint32_t)b.key;
		uint32_t hi = (uint32_t)(b.key >> 32);

		for (size_t i = 0; i < m; i++)
			y[i] = x[i] * mask_at(base + (uint32_t)i, lo, hi,
			    b.keep_below, b.scale);
		y += m, x += m, first += m, n -= m;
	}
}

CLONES void
drop_add(float *y, const float *a, const float *x, size_t n, uint64_t first,
    DropKey k)
{
	while (n > 0) {
		uint64_t left = (UINT64_C(1) << 32) - (first & UINT32_MAX);
		size_t m = n < left ? n : (size_t)left;
		DropKey b = key_of_block(k, first >> 32);
		uint32_t base = (uint32_t)first, lo = (uint32_t)b.key;
		uint32_t hi = (uint32_t)(b.key >> 32);

		for (size_t i = 0; i < m; i++)
			y[i] = a[i] + x[i] * mask_at(base + (uint32_t)i, lo,
			    hi, b.keep_below, b.scale);
		y += m, a += m, x += m, first += m, n -= m;
	}
}

/*
 * e^x for x <= 0: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r
 * (the coefficients of Cephes' expf), and n added to the exponent. Within two
 * units in the last place; below -87.3 it is 0.
 */
INLINE float
exp_neg(float x)
{
	float n, r, y;
	int32_t bits;

	float c = x < -87.3f ? -87.3f : x;
	n = c * 1.44269504088896341f + 12582912.0f;
	n -= 12582912.0f;
	r = c - n * 0.693359375f;
	r -= n * -2.12194440e-4f;
	y = 1.9875691500e-4f;
	y = y * r + 1.3981999507e-3f;
	y = y * r + 8.3334519073e-3f;
	y = y * r + 4.1665795894e-2f;
	y = y * r + 1.6666665459e-1f;
	y = y * r + 5.0000001201e-1f;
	y = y * r * r + r + 1.0f;
	bits = ((int32_t)n + 127) << 23;
	float p;
	memcpy(&p, &bits, sizeof p);
	return x < -87.3f ? 0.0f : y * p;
}

INLINE float
sum_lanes(const float *v)
{
	float s = 0;

	for (size_t j = 0; j < LANES; j++)
		s += v[j];
	return s;
}

INLINE float
row_max(const float *s, size_t n)
{
	float m[LANES], top;
	size_t i = 0;

	for (size_t j = 0; j < LANES; j++)
		m[j] = s[0];
	for (; i + LANES <= n; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			m[j] = s[i + j] > m[j] ? s[i + j] : m[j];
	top = s[0];
	for (size_t j = 0; j < LANES; j++)
		top = m[j] > top ? m[j] : top;
	for (; i < n; i++)
		top = s[i] > top ? s[i] : top;
	return top;
}

CLONES void
softmax_rows(float *s, size_t rows, size_t cols, float scale)
{
	for (size_t r = 0; r < rows; r++, s += cols) {
		float acc[LANES] = { 0 }, sum, top = row_max(s, cols);
		size_t i = 0;

		for (; i + LANES <= cols; i += LANES)
			for (size_t j = 0; j < LANES; j++) {
				float e = exp_neg((s[i + j] - top) * scale);

				s[i + j] = e;
				acc[j] += e;
			}
		for (size_t j = 0; i + j < cols; j++) {
			float e = exp_neg((s[i + j] - top) * scale);

			s[i + j] = e;
			acc[j] += e;
		}
		sum = 1.0f / sum_lanes(acc);
		for (i = 0; i < cols; i++)
			s[i] *= sum;
	}
}

CLONES void
softmax_rows_backward(float *g, const float *p, size_t rows, size_t cols,
    float scale)
{
	for (size_t r = 0; r < rows; r++, g += cols, p += cols) {
		float acc[LANES] = { 0 }, dot;
		size_t i = 0;

		for (; i + LANES <= cols; i += LANES)
			for (size_t j = 0; j < LANES; j++)
				acc[j] += g[i + j] * p[i + j];
		for (size_t j = 0; i + j < cols; j++)
			acc[j] += g[i + j] * p[i + j];
		dot = sum_lanes(acc);
		for (i = 0; i < cols; i++)
			g[i] = scale * p[i] * (g[i] - dot);
	}
}

} // namespace tt

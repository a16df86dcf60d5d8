/*
 * The inner loops of kernels.c for one width of vector and one instruction
 * set; included once for each. Needs: L, the lanes; NAME(x); TARGET, the
 * function attribute; TILE(nv), how many rows of nv vectors fit the
 * registers. GCC's vector types make one text serve all of them: a width that
 * the machine lacks is split by the compiler.
 */
typedef float NAME(vf) __attribute__((vector_size(L * 4), aligned(4), may_alias));
typedef int32_t NAME(vi) __attribute__((vector_size(L * 4), aligned(4), may_alias));
typedef double NAME(vd)
    __attribute__((vector_size(L * 8), aligned(8), may_alias));
typedef uint8_t NAME(vb) __attribute__((vector_size(L), aligned(1), may_alias));
#define VF NAME(vf)
#define VI NAME(vi)
#define VB NAME(vb)
#define VD NAME(vd)

/* e^x to 1 ulp or two, 0 below -87 (where floats would be subnormal).
 * x = n ln 2 + r, |r| <= ln 2 / 2; a Taylor polynomial in r; 2^n is put
 * together as bits. */
TARGET static inline void
NAME(vexp)(VF *xp)
{
	VF x = *xp, zero = { 0 }, n, r, p;
	VI keep = x > -87.0f, big = x > 88.0f;

	x = (VF)((VI)x & keep); /* also -inf */
	x = (VF)(((VI)x & ~big) | ((VI)(zero + 88.0f) & big));
	n = x * 1.44269504f + 12582912.0f; /* 1.5 * 2^23: rounds */
	n -= 12582912.0f;
	r = x - n * 0.693359375f;
	r = r - n * -2.12194440e-4f;
	p = r * (1.0f / 5040) + 1.0f / 720;
	p = p * r + 1.0f / 120;
	p = p * r + 1.0f / 24;
	p = p * r + 1.0f / 6;
	p = p * r + 0.5f;
	p = p * r + 1.0f;
	p = p * r + 1.0f;
	p = (VF)((VI)p + (__builtin_convertvector(n, VI) << 23));
	*xp = (VF)((VI)p & keep);
}

/* Natural logarithm of positive normal numbers: x = 2^e m with m in
 * [sqrt(1/2), sqrt 2), log m as 2 atanh((m - 1) / (m + 1)). */
TARGET static inline void
NAME(vlog)(VF *xp)
{
	VI bits = (VI)*xp, e = ((bits - 0x3f3504f3) >> 23);
	VF m = (VF)(bits - (e << 23)), s = (m - 1) / (m + 1), z = s * s, p;

	p = z * (2.0f / 9) + 2.0f / 7;
	p = p * z + 2.0f / 5;
	p = p * z + 2.0f / 3;
	p = p * z + 2.0f;
	*xp = p * s + __builtin_convertvector(e, VF) * 0.693147181f;
}

TARGET static void
NAME(softmax)(float *s, size_t rows, size_t ld, const float *bias,
    const int *y, const double *weight, double *loss)
{
	VF zero = { 0 };
	double total = 0, product = 1, last = 0;

	for (size_t i = 0; i < rows; i++, s += ld) {
		VF top = *(const VF *)s + *(const VF *)bias, sum, v;
		float max, z, own = y != NULL ? s[y[i]] + bias[y[i]] : 0;
		VI above;

		for (size_t j = L; j < ld; j += L) {
			v = *(const VF *)(s + j) + *(const VF *)(bias + j);
			above = v > top;
			top = (VF)(((VI)v & above) | ((VI)top & ~above));
		}
		max = top[0];
		for (int j = 1; j < L; j++)
			max = top[j] > max ? top[j] : max;
		sum = zero;
		for (size_t j = 0; j < ld; j += L) {
			v = *(const VF *)(s + j) + *(const VF *)(bias + j) -
			    max;
			NAME(vexp)(&v);
			sum += v;
			*(VF *)(s + j) = v;
		}
		z = sum[0];
		for (int j = 1; j < L; j++)
			z += sum[j];
		if (y != NULL) { /* one logarithm for 32 rows */
			if (i % 32 == 0 || weight[i] != last) {
				total += last * log(product);
				last = weight[i];
				product = 1;
			}
			product *= (double)z;
			total += weight[i] * (double)(max - own);
		}
		z = 1 / z;
		for (size_t j = 0; j < ld; j += L)
			*(VF *)(s + j) *= z;
	}
	*loss += total + last * log(product);
}

TARGET static void
NAME(softmax_residual)(float *s, size_t rows, size_t ld, const int *y,
    const double *weight)
{
	for (size_t i = 0; i < rows; i++, s += ld) {
		float w = (float)weight[i];

		s[y[i]] -= 1;
		for (size_t j = 0; j < ld; j += L)
			*(VF *)(s + j) *= w;
	}
}

/* sum += x - shift, square += (x - shift)^2, column by column. */
TARGET static void
NAME(moments)(const float *x, size_t d, const double *shift, double *sum,
    double *square)
{
	size_t j = 0;

	for (; j + L <= d; j += L) {
		VD v = __builtin_convertvector(*(const VF *)(x + j), VD) -
		    *(const VD *)(shift + j);

		*(VD *)(sum + j) += v;
		*(VD *)(square + j) += v * v;
	}
	for (; j < d; j++) {
		double v = (double)x[j] - shift[j];

		sum[j] += v;
		square[j] += v * v;
	}
}

/* out = (x - mean) * inverse */
TARGET static void
NAME(standardise)(const float *x, size_t d, const double *mean,
    const double *inverse, float *out)
{
	size_t j = 0;

	for (; j + L <= d; j += L)
		*(VF *)(out + j) = __builtin_convertvector(
		    (__builtin_convertvector(*(const VF *)(x + j), VD) -
		    *(const VD *)(mean + j)) * *(const VD *)(inverse + j), VF);
	for (; j < d; j++)
		out[j] = (float)(((double)x[j] - mean[j]) * inverse[j]);
}

/* ld is a multiple of L and the targets of a row take ld bytes. */
TARGET static void
NAME(sigmoid)(float *s, size_t rows, size_t ld, const float *bias,
    const uint8_t *t, const double *weight, const float *pos,
    const float *neg, double *loss)
{
	double total = 0;

	for (size_t i = 0; i < rows; i++, s += ld, t += ld) {
		VF sum = { 0 }, one = sum + 1;
		float z;

		for (size_t j = 0; j < ld; j += L) {
			VF a = *(const VF *)(s + j) + *(const VF *)(bias + j);
			VF tv = __builtin_convertvector(
			    *(const VB *)(t + j), VF);
			VF w = tv * *(const VF *)(pos + j) +
			    (1 - tv) * *(const VF *)(neg + j);
			VI up = a > 0;
			VF plus = (VF)((VI)a & up), e = a - 2 * plus, p, l;

			NAME(vexp)(&e); /* of -|a| */
			l = 1 + e;
			p = (VF)(((VI)one & up) | ((VI)e & ~up)) / l;
			NAME(vlog)(&l);
			sum += w * (plus - tv * a + l);
			*(VF *)(s + j) = p;
		}
		z = sum[0];
		for (int j = 1; j < L; j++)
			z += sum[j];
		total += weight[i] * (double)z;
	}
	*loss += total;
}

TARGET static void
NAME(sigmoid_residual)(float *s, size_t rows, size_t ld, const uint8_t *t,
    const double *weight, const float *pos, const float *neg)
{
	for (size_t i = 0; i < rows; i++, s += ld, t += ld)
		for (size_t j = 0; j < ld; j += L) {
			VF tv = __builtin_convertvector(
			    *(const VB *)(t + j), VF);
			VF w = tv * *(const VF *)(pos + j) +
			    (1 - tv) * *(const VF *)(neg + j);

			*(VF *)(s + j) = (*(const VF *)(s + j) - tv) * w *
			    (float)weight[i];
		}
}

/* out (rows,ld) += the sparse rows times b (.,ld). Four vectors of a row at a
 * time stay in registers. */
TARGET static inline __attribute__((always_inline)) void
NAME(sparse_part)(float *out, size_t rows, size_t ld, const int64_t *ptr,
    const int32_t *col, const float *val, const float *b, const int nv)
{
	for (size_t i = 0; i < rows; i++, out += ld) {
		VF acc[4];

		for (int v = 0; v < nv; v++)
			acc[v] = *(const VF *)(out + v * L);
		for (int64_t e = ptr[i]; e < ptr[i + 1]; e++) {
			const float *row = b + (size_t)col[e] * ld;

			for (int v = 0; v < nv; v++)
				acc[v] += *(const VF *)(row + v * L) * val[e];
		}
		for (int v = 0; v < nv; v++)
			*(VF *)(out + v * L) = acc[v];
	}
}

TARGET static void
NAME(sparse)(float *out, size_t rows, size_t ld, const int64_t *ptr,
    const int32_t *col, const float *val, const float *b)
{
	size_t j = 0;

	for (; j + 4 * L <= ld; j += 4 * L)
		NAME(sparse_part)(out + j, rows, ld, ptr, col, val, b + j, 4);
	if (ld - j == 3 * L)
		NAME(sparse_part)(out + j, rows, ld, ptr, col, val, b + j, 3);
	else if (ld - j == 2 * L)
		NAME(sparse_part)(out + j, rows, ld, ptr, col, val, b + j, 2);
	else if (ld - j == L)
		NAME(sparse_part)(out + j, rows, ld, ptr, col, val, b + j, 1);
}

/*
 * out (rows,nv*L) += a times b for `mr` rows at once, whose sums stay in
 * registers. Where a is read along its rows, the rows after these are fetched
 * ahead.
 */
TARGET static inline __attribute__((always_inline)) void
NAME(tile)(float *out, size_t ld, const float *a, size_t row_step,
    size_t term_step, const float *b, size_t terms, const int mr,
    const int nv)
{
	VF acc[8][3];

#pragma GCC unroll 8
	for (int r = 0; r < mr; r++)
#pragma GCC unroll 3
		for (int v = 0; v < nv; v++)
			acc[r][v] = *(const VF *)(out + r * ld + v * L);
	for (size_t t = 0; t < terms; t++, a += term_step, b += ld) {
		VF row[3];

		if (term_step == 1 && t % 16 == 0)
#pragma GCC unroll 8
			for (int r = 0; r < mr; r++)
				__builtin_prefetch(a +
				    (size_t)(r + mr) * row_step);
#pragma GCC unroll 3
		for (int v = 0; v < nv; v++)
			row[v] = *(const VF *)(b + v * L);
#pragma GCC unroll 8
		for (int r = 0; r < mr; r++)
#pragma GCC unroll 3
			for (int v = 0; v < nv; v++)
				acc[r][v] += row[v] * a[r * row_step];
	}
#pragma GCC unroll 8
	for (int r = 0; r < mr; r++)
#pragma GCC unroll 3
		for (int v = 0; v < nv; v++)
			*(VF *)(out + r * ld + v * L) = acc[r][v];
}

/* All rows of nv vectors of columns. */
TARGET static inline __attribute__((always_inline)) void
NAME(panel)(float *out, size_t rows, size_t ld, const float *a,
    size_t row_step, size_t term_step, const float *b, size_t terms,
    const int mr, const int nv)
{
	size_t i = 0;

	for (; i + (size_t)mr <= rows; i += (size_t)mr)
		NAME(tile)(out + i * ld, ld, a + i * row_step, row_step,
		    term_step, b, terms, mr, nv);
	for (; i < rows; i++)
		NAME(tile)(out + i * ld, ld, a + i * row_step, row_step,
		    term_step, b, terms, 1, nv);
}

/* out (rows,ld) += a (rows,terms) times b (terms,ld), a's steps being free.
 * Terms go in parts of which b's fits the first cache. */
TARGET static void
NAME(dense)(float *out, size_t rows, size_t ld, const float *a,
    size_t row_step, size_t term_step, const float *b, size_t terms)
{
	for (size_t t = 0, m; t < terms; t += m) {
		const float *at = a + t * term_step, *bt = b + t * ld;
		size_t j = 0;

		m = terms - t < 192 ? terms - t : 192;
		for (; j + 3 * L <= ld; j += 3 * L)
			NAME(panel)(out + j, rows, ld, at, row_step,
			    term_step, bt + j, m, TILE(3), 3);
		if (ld - j == 2 * L)
			NAME(panel)(out + j, rows, ld, at, row_step,
			    term_step, bt + j, m, TILE(2), 2);
		else if (ld - j == L)
			NAME(panel)(out + j, rows, ld, at, row_step,
			    term_step, bt + j, m, TILE(1), 1);
	}
}

/* n is a multiple of L: out = -p log p, 0 at 0. */
TARGET static void
NAME(plogp)(const float *p, float *out, size_t n)
{
	for (size_t j = 0; j < n; j += L) {
		VF x = *(const VF *)(p + j), one = { 0 }, l;
		VI keep = x > 1e-37f;

		one += 1;
		l = (VF)(((VI)x & keep) | ((VI)one & ~keep));
		NAME(vlog)(&l);
		*(VF *)(out + j) = (VF)((VI)(-x * l) & keep);
	}
}

static const struct kernels NAME(kernels) = {
	.softmax = NAME(softmax),
	.softmax_residual = NAME(softmax_residual),
	.sigmoid = NAME(sigmoid),
	.sigmoid_residual = NAME(sigmoid_residual),
	.dense = NAME(dense),
	.sparse = NAME(sparse),
	.moments = NAME(moments),
	.standardise = NAME(standardise),
	.plogp = NAME(plogp),
};

#undef VF
#undef VI
#undef VB
#undef VD

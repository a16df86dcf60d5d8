/*
 * Inner loops over rows of float scores, for vectors of 4, 8 and 16 lanes, in
 * the plain instruction set and, on x86-64, in AVX2 and AVX-512; chosen when
 * the program runs.
 */
#include <math.h>
#include <stdbool.h>

#include "priv.h"

#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define NAME(x) CAT(CAT(x##_, L), SUFFIX)

#define TARGET
#define SUFFIX _plain
#define TILE(nv) ((nv) * L >= 16 ? 1 : (nv) * L >= 8 ? 4 : 8)
#define L 4
#include "kernels_body.h"
#undef L
#define L 8
#include "kernels_body.h"
#undef L
#define L 16
#include "kernels_body.h"
#undef L
#undef TARGET
#undef SUFFIX
#undef TILE

#ifdef __x86_64__
#define TARGET __attribute__((target("avx2,fma")))
#define SUFFIX _avx2
#define TILE(nv) ((nv) * L > 32 ? 2 : (nv) * L > 16 ? 3 : (nv) * L > 8 ? 6 : 8)
#define L 4
#include "kernels_body.h"
#undef L
#define L 8
#include "kernels_body.h"
#undef L
#define L 16
#include "kernels_body.h"
#undef L
#undef TARGET
#undef SUFFIX
#undef TILE

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define SUFFIX _avx512
#define TILE(nv) 8
#define L 16
#include "kernels_body.h"
#undef L
#undef TARGET
#undef SUFFIX
#undef TILE
#endif

const struct kernels *
kernels_for(size_t ld)
{
	int lanes = ld % 16 == 0 ? 16 : ld % 8 == 0 ? 8 : 4;

#ifdef __x86_64__
	if (lanes == 16 && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl"))
		return &kernels_16_avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return lanes == 16 ? &kernels_16_avx2 :
		    lanes == 8	   ? &kernels_8_avx2 :
				     &kernels_4_avx2;
#endif
	return lanes == 16 ? &kernels_16_plain :
	    lanes == 8	   ? &kernels_8_plain :
			     &kernels_4_plain;
}

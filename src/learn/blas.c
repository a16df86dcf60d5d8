/*
 * OpenBLAS is linked in, and its constructor reads the environment before main
 * does anything. What it would make of a machine by itself is wrong twice: it
 * starts a thread for every processor, milliseconds on a large server for a
 * label that needs none (this layer has threads of its own and calls it with
 * one); and a processor younger than the library gets the kernels of 2004. So
 * a constructor that runs before it says what the user's environment does not.
 */
#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>

#include "priv.h"

#ifdef __x86_64__
static const char *
kernels(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl"))
		return "SkylakeX";
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return "Haswell";
	return NULL;
}
#endif

__attribute__((constructor(101))) static void
blas_prepare(void)
{
	setenv("OPENBLAS_NUM_THREADS", "1", 0);
#ifdef __x86_64__
	if (kernels() != NULL)
		setenv("OPENBLAS_CORETYPE", kernels(), 0);
#endif
}

static void
one_thread(void)
{
	openblas_set_num_threads(1);
}

void
blas_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, one_thread);
}

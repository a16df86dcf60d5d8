/*
 * Opening the libtorch shim, once in the life of the process and not before
 * something needs it. It is looked for as $TAGTIGER_TORCH_SHIM, beside the
 * program, and in the installed library folder.
 *
 * libtorch and OpenBLAS each keep threads of their own: whoever computes with
 * the one lets the other rest.
 */
#ifndef TAGTIGER_TORCH_LOAD_H
#define TAGTIGER_TORCH_LOAD_H

#include <stdbool.h>

struct err;
struct torch_api;
struct torch_err;

/* The shim's functions, with its threads set to thread_count() for the
 * calling thread. NULL and err: how to get it. Any thread may call. */
const struct torch_api *torch_load(struct err *err);
/* Whether the program was built with libtorch. */
bool torch_built(void);
/* Fill err from what the shim said; returns -1. */
int torch_failed(struct err *err, const struct torch_err *terr);

#endif

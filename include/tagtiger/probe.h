/*
 * Looking at models and at the machine from outside: texts through a model's
 * parts, and what is there to compute with.
 */
#ifndef TAGTIGER_PROBE_H
#define TAGTIGER_PROBE_H

#include <stddef.h>
#include <stdio.h>

#include <cjson/cJSON.h>

struct buf;
struct err;
struct progress;

enum probe_what { PROBE_TOKENS, PROBE_EMBEDDING, PROBE_LOGITS };

struct probe_spec {
	enum probe_what what;
	const char *dir; /* a model's folder or name */
	size_t max_length; /* 0: tokens: no limit; else the model's */
	FILE *in, *out;
};

/*
 * A JSON string a line from `in`; a JSON object a line to `out`:
 * {"ids":[...],"offsets":[[s,e],...]} in code points, {"embedding":[...]},
 * {"logits":[...]}. *n counts the texts.
 */
int probe_run(const struct probe_spec *spec, size_t *n,
    struct progress *progress, struct err *err);

/* Versions, processors, libtorch and its device, base models. */
void doctor(cJSON *reply, struct buf *text);

#endif

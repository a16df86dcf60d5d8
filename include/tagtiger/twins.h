/*
 * Texts that stand in train and in validation or test too, word for word: a
 * model that has learned them is scored too well.
 */
#ifndef TAGTIGER_TWINS_H
#define TAGTIGER_TWINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct progress;
struct project;

/* A set of hashes; those that are seen elsewhere are marked. */
struct twins;
struct twins *twins_new(void);
void twins_free(struct twins *t);
uint64_t twins_hash(const char *text, size_t len);
void twins_add(struct twins *t, uint64_t hash);
void twins_see(struct twins *t, uint64_t hash);
bool twins_seen(const struct twins *t, uint64_t hash);
/* Those of the project's train set. */
int twins_see_train(struct twins *t, struct project *p,
    struct progress *progress, struct err *err);

/* Of these sets, the texts that stand in train too, rising. Caller frees. */
int twins_of_sets(struct project *p, unsigned sets, int64_t **docs, size_t *n,
    struct progress *progress, struct err *err);

#endif

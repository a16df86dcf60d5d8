/*
 * How far a model reads: an encoder cuts a text after so many tokens. What
 * reads is found in the project file, on the thread that owns the connection;
 * counting needs a tokenizer, which takes a moment to open and may be done on
 * another, always the same one.
 */
#ifndef TAGTIGER_REACH_H
#define TAGTIGER_REACH_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct project;
struct reach;

struct reach_spec {
	char *name;    /* of what cuts: the model, or its feature */
	char *dir;     /* its Hugging Face folder */
	size_t max;    /* tokens that were asked for; 0: as the folder says */
	bool sentence; /* texts are embedded, not classified */
};

/* What cuts the texts of a model. 1: found; 0: it reads all of a text; -1. */
int reach_find(struct project *p, const char *model, struct reach_spec *out,
    struct err *err);
void reach_spec_free(struct reach_spec *s); /* what it points to */
void reach_spec_copy(struct reach_spec *to, const struct reach_spec *from);
bool reach_spec_same(const struct reach_spec *a, const struct reach_spec *b);

/* Opens the tokenizer. NULL and err. */
struct reach *reach_open(const struct reach_spec *s, struct err *err);
void reach_free(struct reach *r); /* NULL is fine */
size_t reach_tokens(const struct reach *r); /* special ones included */
/* 1: it reads bytes 0 .. *byte-1 of the text; 0: all of it; -1. */
int reach_text(struct reach *r, const char *text, size_t len, size_t *byte,
    struct err *err);

#endif

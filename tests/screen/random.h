/* Random keys: what is pressed (random_keys.c), and what must hold while they
 * are (random.c). */
#ifndef SCREEN_RANDOM_H
#define SCREEN_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* What one step does. */
struct press {
	char keys[48][16]; /* by name; "Paste" and "PasteEnd" among them */
	int n;
	int lines, columns; /* not 0: the terminal's new size */
	const char *mouse;  /* not NULL: "click" and the like, at a place */
	int line, column;
};

/* Reads the keys that are bound, from data/keys.conf. */
void random_keys_load(const char *root);
/* Step number i of a seed: it depends on these two alone, so that any part
 * of a run can be run by itself. ascii: no other characters. */
void random_press(uint64_t seed, long i, int ascii, struct press *out);
/* A number below n that belongs to this seed, place and use. */
uint64_t random_at(uint64_t seed, uint64_t i, uint64_t use, uint64_t n);

/*
 * Steps FROM to TO of a seed, in episodes: each in a process of its own, on a
 * fresh copy of the folder start/ with its projects. -1, and what went wrong
 * with which step is printed as comments. told: so is each step.
 */
int random_run(const char *root, uint64_t seed, long from, long to, bool told);

#endif

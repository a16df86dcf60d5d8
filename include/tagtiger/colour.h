/*
 * Colours by name and number, as people write them for a label, and what
 * terminals make of them. RGB is 0xRRGGBB, sRGB. Nothing here has state.
 */
#ifndef TAGTIGER_COLOUR_H
#define TAGTIGER_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "#d55e00", "#d50" or a name; false: none of these. */
bool colour_parse(const char *s, uint32_t *rgb);
/* The names that colour_parse knows; NULL past the last. */
const char *colour_name(size_t i);

/* Colour n, 0 to 255, of xterm's palette; the first 16 are its defaults. */
uint32_t colour_xterm(int n);

/* WCAG 2: (lighter + .05) / (darker + .05) of the relative luminances; from
 * 1 to 21. */
double colour_contrast(uint32_t a, uint32_t b);
/* How far two colours look from each other: 0 is the same. */
double colour_distance(uint32_t a, uint32_t b);

#endif

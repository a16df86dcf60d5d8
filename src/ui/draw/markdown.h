/* What markdown.c and markdown_span.c share. */
#ifndef TAGTIGER_UI_MARKDOWN_H
#define TAGTIGER_UI_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

struct mdbox;

struct source {
	const char *s;
	size_t len;
};

enum { MD_STRONG = 1, MD_EMPHASIS = 2, MD_CODE = 4 };

struct source md_trim(struct source l);
bool md_is_word(unsigned char c);
/* Add to the text that is shown: as it is, or without its signs. */
void md_plain(struct mdbox *m, const char *s, size_t len, int bits);
void md_spans(struct mdbox *m, const char *s, size_t len, int bits);

#endif

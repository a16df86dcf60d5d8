/*
 * Texts into terms, as scikit-learn's CountVectorizer makes them: lower-cased
 * (Python's str.lower), accents stripped if asked, cut into runs of word
 * characters (Python's \w), stop words dropped, n-grams formed; or n-grams of
 * characters. Word classes and cases are Unicode 14's, those of Python 3.11.
 *
 * A struct words is one thread's scratch; the options are only read.
 */
#ifndef TAGTIGER_WORDS_H
#define TAGTIGER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strmap;

enum words_analyzer {
	WORDS_WORD,
	WORDS_CHAR,    /* n-grams of characters; white space runs are one */
	WORDS_CHAR_WB, /* the same within words, padded with a space */
};

enum words_accents {
	WORDS_ACCENTS_KEEP,
	WORDS_ACCENTS_UNICODE, /* NFKD, combining marks dropped */
	WORDS_ACCENTS_ASCII,   /* NFKD, what is not ASCII dropped */
};

struct words_options {
	enum words_analyzer analyzer;
	enum words_accents accents;
	bool keep_case;
	int min_chars;		   /* of a word; 0 means 2 */
	int ngram_min, ngram_max;  /* 0 means 1 */
	const struct strmap *stop; /* NULL: none; keys are the words */
};

/* Term i is the bytes text[begin[i]] .. text[end[i]-1], UTF-8, in the order
 * of scikit-learn's analyzer; terms overlap. */
struct words {
	size_t n;
	size_t *begin, *end; /* (n) */
	char *text;
	size_t cap, text_len, text_cap;
	/* Private to words.c. */
	size_t *word;
	size_t word_n, word_cap;
	char *fold;
	size_t fold_cap;
};

#define WORDS_INIT { 0 }

void words_free(struct words *w); /* usable again afterwards */

/* What w held before is gone. Bytes that are no UTF-8 end a word. */
void words_split(struct words *w, const struct words_options *o,
    const char *text, size_t len);

#endif

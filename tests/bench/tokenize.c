/* tokenize FOLDER TEXTS: the best of three runs over all texts on one thread:
 * seconds, tokens. */
#include "texts.h"

#include "tagtiger/tokenizer.h"

int
main(int argc, char **argv)
{
	struct encoding e = ENCODING_INIT;
	struct buf b = BUF_INIT;
	struct tokenizer *t;
	struct text *texts;
	struct err err;
	double best = 1e9, start;
	size_t n, tokens = 0;

	if (argc != 3)
		return 2;
	t = tokenizer_open(argv[1], &err);
	if (t == NULL)
		fatal("%s", err.text);
	texts = texts_read(argv[2], &b, &n);
	for (int k = 0; k < 3; k++) {
		tokens = 0;
		start = now();
		for (size_t i = 0; i < n; i++) {
			if (tokenizer_encode(t, texts[i].s, texts[i].len, 0,
				&e, &err) < 0)
				fatal("%s", err.text);
			tokens += e.n;
		}
		if (now() - start < best)
			best = now() - start;
	}
	printf("%.4f %zu\n", best, tokens);
	encoding_free(&e);
	tokenizer_free(t);
	free(texts);
	buf_free(&b);
	return 0;
}

/* encode FOLDER TEXTS: texts a second through the encoder, and the sum of
 * the embeddings' sizes. */
#include "texts.h"

#include <math.h>

#include "tagtiger/encode.h"
#include "tagtiger/mat.h"

int
main(int argc, char **argv)
{
	struct encoder_options o = { .device = "cpu" };
	struct buf b = BUF_INIT;
	struct err err = { 0 };
	struct encoder *e;
	struct text *texts;
	struct mat m;
	size_t n;
	double begun, sum = 0;

	if (argc != 3)
		return 2;
	texts = texts_read(argv[2], &b, &n);
	e = encoder_open(argv[1], &o, &err);
	if (e == NULL || encoder_embed(e, texts, n < 64 ? n : 64, &m, NULL,
	    &err) < 0)
		fatal("%s", err.text);
	mat_free(&m);
	begun = now();
	if (encoder_embed(e, texts, n, &m, NULL, &err) < 0)
		fatal("%s", err.text);
	begun = now() - begun;
	for (size_t i = 0; i < m.n * m.d; i++)
		sum += fabs(m.v[i]);
	printf("%.4f %.6f\n", (double)n / begun, sum);
	mat_free(&m);
	encoder_free(e);
	free(texts);
	buf_free(&b);
	return 0;
}

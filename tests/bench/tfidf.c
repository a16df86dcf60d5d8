/* tfidf TEXTS: the best of three fits with min_df=5, max_features=20000:
 * seconds, features, entries, sum. */
#include "texts.h"

#include "tagtiger/mat.h"

int
main(int argc, char **argv)
{
	struct tfidf_options o = { .min_df = { false, 5 },
		.max_features = 20000 };
	struct buf b = BUF_INIT;
	struct err err;
	struct text *texts;
	double best = 1e9, start, sum = 0;
	size_t n, d = 0;
	int64_t nnz = 0;

	if (argc != 2)
		return 2;
	texts = texts_read(argv[1], &b, &n);
	for (int i = 0; i < 3; i++) {
		struct tfidf *t;
		struct csr m;

		start = now();
		t = tfidf_new(&o);
		if (tfidf_add(t, texts, n, NULL, &err) < 0 ||
		    tfidf_fit(t, &m, NULL, &err) < 0)
			fatal("%s", err.text);
		if (now() - start < best)
			best = now() - start;
		d = m.d;
		nnz = m.ptr[m.n];
		sum = 0;
		for (int64_t k = 0; k < nnz; k++)
			sum += (double)m.val[k];
		csr_free(&m);
		tfidf_free(t);
	}
	printf("%.4f %zu %lld %.6f\n", best, d, (long long)nnz, sum);
	free(texts);
	buf_free(&b);
	return 0;
}

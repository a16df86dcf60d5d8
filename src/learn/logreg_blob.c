/*
 * A model as one string of bytes:
 *	"TTLR", version, flags (1 multi-label, 2 balanced), iterations: 32 bits
 *	k, d_dense, d_sparse, n: 64 bits
 *	c, objective, gap: doubles
 *	label (k) 64 bits; bias (k), mean, scale (d_dense) doubles
 *	w (d,k) floats
 *	SHA-256 of all before
 */
#include <endian.h>
#include <math.h>
#include <string.h>

#include "priv.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/hash.h"
#include "tagtiger/logreg.h"

#define MAGIC	    0x524c5454u /* "TTLR" */
#define VERSION	    1
#define MULTILABEL  1
#define BALANCED    2
#define HEAD	    (4 * 4 + 4 * 8 + 3 * 8)
#define HASH	    32

static void
put32(struct buf *b, uint32_t v)
{
	v = htole32(v);
	buf_add(b, &v, sizeof v);
}

static void
put64(struct buf *b, uint64_t v)
{
	v = htole64(v);
	buf_add(b, &v, sizeof v);
}

static void
put_double(struct buf *b, double d)
{
	uint64_t v;

	memcpy(&v, &d, sizeof v);
	put64(b, v);
}

void
logreg_save(const struct logreg *m, struct buf *out)
{
	size_t from = out->len, d = m->d_dense + m->d_sparse;
	unsigned char hash[HASH];
	struct sha256 sha;

	buf_reserve(out, HEAD + m->k * 16 + m->d_dense * 16 + d * m->k * 4 +
	    HASH);
	put32(out, MAGIC);
	put32(out, VERSION);
	put32(out, (m->multilabel ? MULTILABEL : 0) |
	    (m->balanced ? BALANCED : 0));
	put32(out, (uint32_t)m->iterations);
	put64(out, m->k);
	put64(out, m->d_dense);
	put64(out, m->d_sparse);
	put64(out, m->n);
	put_double(out, m->c);
	put_double(out, m->objective);
	put_double(out, m->gap);
	for (size_t j = 0; j < m->k; j++)
		put64(out, (uint64_t)m->label[j]);
	for (size_t j = 0; j < m->k; j++)
		put_double(out, m->bias[j]);
	for (size_t j = 0; j < m->d_dense; j++)
		put_double(out, m->mean[j]);
	for (size_t j = 0; j < m->d_dense; j++)
		put_double(out, m->scale[j]);
	for (size_t i = 0; i < d * m->k; i++) {
		uint32_t v;

		memcpy(&v, &m->w[i], sizeof v);
		put32(out, v);
	}
	sha256_init(&sha);
	sha256_add(&sha, out->data + from, out->len - from);
	sha256_end(&sha, hash);
	buf_add(out, hash, HASH);
}

static uint32_t
get32(const unsigned char **at)
{
	uint32_t v;

	memcpy(&v, *at, sizeof v);
	*at += sizeof v;
	return le32toh(v);
}

static uint64_t
get64(const unsigned char **at)
{
	uint64_t v;

	memcpy(&v, *at, sizeof v);
	*at += sizeof v;
	return le64toh(v);
}

static double
get_double(const unsigned char **at)
{
	uint64_t v = get64(at);
	double d;

	memcpy(&d, &v, sizeof d);
	return d;
}

/* The size that these numbers of labels and features make, 0 if too large. */
static size_t
blob_size(uint64_t k, uint64_t dense, uint64_t sparse)
{
	size_t d, cells, size;

	if (k > SIZE_MAX / 64 || dense > SIZE_MAX / 64 ||
	    __builtin_add_overflow(dense, sparse, &d) ||
	    __builtin_mul_overflow(d, k, &cells) ||
	    __builtin_mul_overflow(cells, 4, &size) ||
	    __builtin_add_overflow(size, HEAD + HASH + 16 * k, &size) ||
	    __builtin_add_overflow(size, 16 * dense, &size))
		return 0;
	return size;
}

static int
load_arrays(struct logreg *m, const unsigned char *at, struct err *err)
{
	size_t cells = (m->d_dense + m->d_sparse) * m->k;
	bool good = true;

	for (size_t j = 0; j < m->k; j++)
		m->label[j] = (int64_t)get64(&at);
	for (size_t j = 0; j < m->k; j++) {
		m->bias[j] = get_double(&at);
		good = good && !isnan(m->bias[j]);
	}
	for (size_t j = 0; j < m->d_dense; j++) {
		m->mean[j] = get_double(&at);
		good = good && isfinite(m->mean[j]);
	}
	for (size_t j = 0; j < m->d_dense; j++) {
		m->scale[j] = get_double(&at);
		good = good && isfinite(m->scale[j]) && m->scale[j] > 0;
	}
	for (size_t i = 0; i < cells; i++) {
		uint32_t v = get32(&at);

		memcpy(&m->w[i], &v, sizeof v);
		good = good && isfinite(m->w[i]);
	}
	return good ? 0 : err_set(err, "the stored model holds numbers that "
	    "no model has");
}

int
logreg_load(struct logreg *m, const void *data, size_t len, struct err *err)
{
	const unsigned char *at = data;
	unsigned char hash[HASH];
	uint32_t version, flags, iterations;
	uint64_t k, dense, sparse, n;
	struct sha256 sha;

	*m = (struct logreg){ 0 };
	if (len < HEAD + HASH || get32(&at) != MAGIC)
		return err_set(err, "the stored model is none");
	version = get32(&at);
	if (version != VERSION)
		return err_set(err, "the stored model has version %u, this "
		    "program reads %u: train it again", version, VERSION);
	flags = get32(&at);
	iterations = get32(&at);
	k = get64(&at);
	dense = get64(&at);
	sparse = get64(&at);
	n = get64(&at);
	sha256_init(&sha);
	sha256_add(&sha, data, len - HASH);
	sha256_end(&sha, hash);
	if (k == 0 || blob_size(k, dense, sparse) != len ||
	    memcmp(hash, (const char *)data + len - HASH, HASH) != 0)
		return err_set(err,
		    "the stored model is damaged: train it again");
	if (logreg_alloc(m, k, dense, sparse, err) < 0)
		return -1;
	m->multilabel = (flags & MULTILABEL) != 0;
	m->balanced = (flags & BALANCED) != 0;
	m->iterations = (int)iterations;
	m->n = n;
	m->c = get_double(&at);
	m->objective = get_double(&at);
	m->gap = get_double(&at);
	if (load_arrays(m, at, err) < 0) {
		logreg_free(m);
		return -1;
	}
	return 0;
}

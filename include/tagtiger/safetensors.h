/*
 * Weight files in the safetensors format: eight bytes of header length (little
 * endian), a JSON header that names each tensor's type, shape and place, then
 * the data. (https://github.com/huggingface/safetensors, "Format".)
 *
 * A file is mapped, and checked as a whole when it is opened: nothing that
 * this module hands out points outside of it. An open file is read-only and
 * may be used by any thread; the tensors live as long as it.
 */
#ifndef TAGTIGER_SAFETENSORS_H
#define TAGTIGER_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct safetensors;

enum st_type {
	ST_BOOL,
	ST_U8,
	ST_I8,
	ST_U16,
	ST_I16,
	ST_F16,
	ST_BF16,
	ST_U32,
	ST_I32,
	ST_F32,
	ST_U64,
	ST_I64,
	ST_F64,
	ST_TYPES
};

#define ST_MAX_DIMS 8

struct st_tensor {
	const char *name;
	enum st_type type;
	int ndim; /* 0: a single number */
	int64_t shape[ST_MAX_DIMS];
	size_t count;	  /* elements: the product of the shape */
	size_t bytes;	  /* of data */
	const void *data; /* C order; aligned to the type's size or not */
};

/* path names the file. NULL and err (ERR_NAME where it cannot be opened). */
struct safetensors *safetensors_open(const char *path, struct err *err);
/*
 * The weights of a Hugging Face folder: model.safetensors, or all the parts
 * that model.safetensors.index.json names.
 */
struct safetensors *safetensors_open_folder(const char *dir, struct err *err);
void safetensors_free(struct safetensors *st); /* NULL is fine */

size_t safetensors_count(const struct safetensors *st);
/* i in [0, count), sorted by name. */
const struct st_tensor *safetensors_at(const struct safetensors *st, size_t i);

/*
 * Write `n` tensors to path: a temporary file beside it, synced, renamed, its
 * directory synced. The header holds {"format":"pt"} and is padded with
 * spaces so that data starts at a multiple of 8; tensors stand by falling
 * size of their type, then by name, as the reference library has them.
 * count and bytes of the given tensors are not read.
 */
int safetensors_write(const char *path, const struct st_tensor *tensors,
    size_t n, struct err *err);

#endif

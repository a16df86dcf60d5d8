#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/file.h"
#include "tagtiger/hash.h"
#include "tagtiger/safetensors.h"

/* The reference's own limit; real headers have a few hundred KB. */
#define HEADER_MAX ((uint64_t)100 << 20)
#define META "__metadata__"

struct mapping {
	void *p;
	size_t len;
};

struct safetensors {
	struct st_tensor *tensors; /* (n), names owned */
	size_t n, cap;
	struct mapping *maps; /* (map_n) */
	size_t map_n, map_cap;
};

static const struct {
	const char *name;
	size_t size;
} types[ST_TYPES] = {
	[ST_BOOL] = { "BOOL", 1 }, [ST_U8] = { "U8", 1 },
	[ST_I8] = { "I8", 1 },	   [ST_U16] = { "U16", 2 },
	[ST_I16] = { "I16", 2 },   [ST_F16] = { "F16", 2 },
	[ST_BF16] = { "BF16", 2 }, [ST_U32] = { "U32", 4 },
	[ST_I32] = { "I32", 4 },   [ST_F32] = { "F32", 4 },
	[ST_U64] = { "U64", 8 },   [ST_I64] = { "I64", 8 },
	[ST_F64] = { "F64", 8 },
};

/* One tensor's entry of the header; data_len bytes of data follow it. */
static int
tensor_parse(const cJSON *item, const char *data, size_t data_len,
    struct st_tensor *t, struct err *err)
{
	const char *type = cj_str(item, "dtype");
	const cJSON *shape = cj_get(item, "shape");
	const cJSON *place = cj_get(item, "data_offsets"), *dim;
	int64_t begin, end;
	int k;

	if (type == NULL || !cJSON_IsArray(shape) || !cJSON_IsArray(place))
		return err_set(err, "dtype, shape or data_offsets is missing");
	for (k = 0; k < ST_TYPES && strcmp(types[k].name, type) != 0; k++)
		continue;
	if (k == ST_TYPES)
		return err_set(err, "type %.32s is not known", type);
	t->type = (enum st_type)k;
	t->count = 1;
	cJSON_ArrayForEach(dim, shape) {
		if (t->ndim == ST_MAX_DIMS)
			return err_set(err, "more than %d dimensions",
			    ST_MAX_DIMS);
		if (!cj_integer(dim, &t->shape[t->ndim]) ||
		    t->shape[t->ndim] < 0)
			return err_set(err, "a dimension is no size");
		if (__builtin_mul_overflow(t->count,
			(size_t)t->shape[t->ndim++], &t->count))
			return err_set(err, "the shape is too large");
	}
	if (__builtin_mul_overflow(t->count, types[k].size, &t->bytes))
		return err_set(err, "the shape is too large");
	if (cJSON_GetArraySize(place) != 2 ||
	    !cj_integer(place->child, &begin) ||
	    !cj_integer(place->child->next, &end) || begin < 0 ||
	    end < begin || (uint64_t)end > data_len)
		return err_set(err, "data_offsets are outside of the file");
	if ((size_t)(end - begin) != t->bytes)
		return err_set(err, "shape and type need %zu bytes, "
		    "data_offsets give %lld", t->bytes,
		    (long long)(end - begin));
	t->data = data + begin;
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct st_tensor *x = a, *y = b;

	if (x->data != y->data)
		return (const char *)x->data < (const char *)y->data ? -1 : 1;
	return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int
by_name(const void *a, const void *b)
{
	const struct st_tensor *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The tensors of one file must cover its data exactly. */
static int
cover_check(struct st_tensor *t, size_t n, const char *data, size_t data_len,
    struct err *err)
{
	const char *at = data;

	if (n > 0)
		qsort(t, n, sizeof *t, by_place);
	for (size_t i = 0; i < n; i++) {
		if (t[i].data != at)
			return err_set(err, "tensor %.200s %s", t[i].name,
			    (const char *)t[i].data < at
				? "overlaps another"
				: "leaves a hole before it");
		at += t[i].bytes;
	}
	if (at != data + data_len)
		return err_set(err, "%zu bytes at the end belong to no tensor",
		    (size_t)(data + data_len - at));
	return 0;
}

static int
names_check(struct safetensors *st, struct err *err)
{
	if (st->n > 1)
		qsort(st->tensors, st->n, sizeof *st->tensors, by_name);
	for (size_t i = 1; i < st->n; i++)
		if (strcmp(st->tensors[i - 1].name, st->tensors[i].name) == 0)
			return err_set(err, "tensor %.200s stands twice",
			    st->tensors[i].name);
	return 0;
}

/* What is no tensor goes. */
static int
meta_drop(cJSON *root, struct err *err)
{
	cJSON *meta = cJSON_DetachItemFromObjectCaseSensitive(root, META);
	const cJSON *item;
	int rc = 0;

	cJSON_ArrayForEach(item, meta)
		if (!cJSON_IsString(item))
			rc = err_set(err, META " holds other than strings");
	cJSON_Delete(meta);
	return rc;
}

/* Add the tensors of one file, checked but for names across files. */
static int
file_parse(struct safetensors *st, const char *p, size_t len,
    struct err *err)
{
	uint64_t head_len = 0;
	size_t first = st->n, data_len;
	const char *data;
	struct st_tensor *t;
	cJSON *root, *item;
	int result = -1;

	if (len < 8)
		return err_set(err, "too short to be a safetensors file");
	for (int i = 7; i >= 0; i--)
		head_len = head_len << 8 | (unsigned char)p[i];
	if (head_len > HEADER_MAX || head_len > len - 8)
		return err_set(err, "the header's length does not fit the "
		    "file: not a safetensors file, or cut short");
	if (head_len == 0 || p[8] != '{')
		return err_set(err, "the header does not start with {");
	/* cJSON ends a string at a NUL, so that two names could be one. */
	if (memmem(p + 8, head_len, "\\u0000", 6) != NULL)
		return err_set(err, "the header holds a NUL");
	root = cj_parse(p + 8, head_len, "header", err);
	if (root == NULL)
		return -1;
	data = p + 8 + head_len;
	data_len = len - 8 - head_len;
	if (meta_drop(root, err) < 0)
		goto out;
	cJSON_ArrayForEach(item, root) {
		st->tensors = array_room(st->tensors, st->n, &st->cap,
		    sizeof *st->tensors);
		t = &st->tensors[st->n++];
		*t = (struct st_tensor){ .name = xstrdup(item->string) };
		if (tensor_parse(item, data, data_len, t, err) < 0) {
			err_prefix(err, "tensor %.200s", t->name);
			goto out;
		}
	}
	if (st->n > first || data_len > 0)
		result = cover_check(st->tensors + first, st->n - first, data,
		    data_len, err);
	else
		result = 0;
out:
	cJSON_Delete(root);
	return result;
}

/* Map a file and add its tensors. */
static int
file_map(struct safetensors *st, const char *path, struct err *err)
{
	struct stat info;
	struct mapping *m;
	void *p;
	int fd, result = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set_errno(err, "%s", path);
		if (err != NULL)
			err->status = ERR_NAME;
		return -1;
	}
	if (fstat(fd, &info) < 0) {
		err_set_errno(err, "%s", path);
	} else if (!S_ISREG(info.st_mode) || info.st_size < 8) {
		err_set(err, "%s: too short to be a safetensors file", path);
	} else if ((p = mmap(NULL, (size_t)info.st_size, PROT_READ,
			MAP_PRIVATE, fd, 0)) == MAP_FAILED) {
		err_set_errno(err, "%s", path);
	} else {
		st->maps = array_room(st->maps, st->map_n, &st->map_cap,
		    sizeof *st->maps);
		m = &st->maps[st->map_n++];
		*m = (struct mapping){ p, (size_t)info.st_size };
		result = file_parse(st, p, m->len, err);
		if (result < 0)
			err_prefix(err, "%s", path);
	}
	close(fd);
	return result;
}

void
safetensors_free(struct safetensors *st)
{
	if (st == NULL)
		return;
	for (size_t i = 0; i < st->n; i++)
		free((char *)st->tensors[i].name);
	for (size_t i = 0; i < st->map_n; i++)
		munmap(st->maps[i].p, st->maps[i].len);
	free(st->tensors);
	free(st->maps);
	free(st);
}

static struct safetensors *
finish(struct safetensors *st, int result, const char *name, struct err *err)
{
	if (result == 0) {
		result = names_check(st, err);
		if (result < 0)
			err_prefix(err, "%s", name);
	}
	if (result < 0) {
		safetensors_free(st);
		return NULL;
	}
	return st;
}

struct safetensors *
safetensors_open(const char *path, struct err *err)
{
	struct safetensors *st = xcalloc(1, sizeof *st);

	return finish(st, file_map(st, path, err), path, err);
}

/* All the files that the index names, each once. */
static int
parts_map(struct safetensors *st, const char *dir, const cJSON *index,
    struct err *err)
{
	const cJSON *item;
	struct strmap *seen = strmap_new();
	const char *part;
	char *path;
	int is_new, result = 0;

	cJSON_ArrayForEach(item, cj_get(index, "weight_map")) {
		part = cJSON_GetStringValue(item);
		if (part == NULL || *part == '\0' || strchr(part, '/')) {
			result = err_set(err, "%s: the weight index names a "
			    "file outside of the folder", dir);
			break;
		}
		strmap_put(seen, part, strlen(part), 0, &is_new);
		if (!is_new)
			continue;
		path = xasprintf("%s/%s", dir, part);
		result = file_map(st, path, err);
		free(path);
		if (result < 0)
			break;
	}
	if (result == 0 && st->map_n == 0)
		result = err_set(err, "%s: the weight index names no file",
		    dir);
	strmap_free(seen);
	return result;
}

struct safetensors *
safetensors_open_folder(const char *dir, struct err *err)
{
	struct safetensors *st = xcalloc(1, sizeof *st);
	char *path = xasprintf("%s/model.safetensors", dir);
	cJSON *index = NULL;
	int result = -1;
	bool bad;

	if (access(path, F_OK) == 0) {
		result = file_map(st, path, err);
		goto out;
	}
	index = cj_read(dir, "model.safetensors.index.json", true, &bad,
	    err);
	if (index != NULL) {
		result = parts_map(st, dir, index, err);
	} else if (!bad) {
		free(path);
		path = xasprintf("%s/pytorch_model.bin", dir);
		err_set_status(err, ERR_NAME,
		    access(path, F_OK) == 0
			? "%s: holds pytorch_model.bin but no "
			  "model.safetensors: convert it, or take a copy of "
			  "the model that has one"
			: "%s: has no model.safetensors", dir);
	}
out:
	cJSON_Delete(index);
	free(path);
	return finish(st, result, dir, err);
}

size_t
safetensors_count(const struct safetensors *st)
{
	return st->n;
}

const struct st_tensor *
safetensors_at(const struct safetensors *st, size_t i)
{
	return &st->tensors[i];
}

static int
by_written_order(const void *a, const void *b)
{
	const struct st_tensor *x = a, *y = b;
	size_t sx = types[x->type].size, sy = types[y->type].size;

	if (sx != sy)
		return sx > sy ? -1 : 1;
	if (x->type != y->type)
		return x->type > y->type ? -1 : 1;
	return strcmp(x->name, y->name);
}

static size_t
tensor_bytes(const struct st_tensor *t)
{
	size_t bytes = types[t->type].size;

	for (int k = 0; k < t->ndim; k++)
		bytes *= (size_t)t->shape[k];
	return bytes;
}

/* The length word, the JSON and its padding. */
static int
header_make(const struct st_tensor *sorted, size_t n, struct buf *out,
    struct err *err)
{
	cJSON *root = cJSON_CreateObject(), *item, *list;
	size_t at = 0, len;
	unsigned char word[8];
	char *json;
	int result = 0;

	item = cJSON_AddObjectToObject(root, META);
	cJSON_AddStringToObject(item, "format", "pt");
	for (size_t i = 0; i < n; i++) {
		if (cJSON_GetObjectItemCaseSensitive(root, sorted[i].name))
			result = err_set(err, "tensor %.200s stands twice",
			    sorted[i].name);
		item = cJSON_AddObjectToObject(root, sorted[i].name);
		cJSON_AddStringToObject(item, "dtype",
		    types[sorted[i].type].name);
		list = cJSON_AddArrayToObject(item, "shape");
		for (int k = 0; k < sorted[i].ndim; k++)
			cJSON_AddItemToArray(list,
			    cJSON_CreateNumber((double)sorted[i].shape[k]));
		list = cJSON_AddArrayToObject(item, "data_offsets");
		cJSON_AddItemToArray(list, cJSON_CreateNumber((double)at));
		at += tensor_bytes(&sorted[i]);
		cJSON_AddItemToArray(list, cJSON_CreateNumber((double)at));
	}
	json = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	if (json == NULL)
		fatal("out of memory");
	len = (strlen(json) + 7) / 8 * 8;
	for (int i = 0; i < 8; i++)
		word[i] = (unsigned char)((uint64_t)len >> 8 * i);
	buf_add(out, word, 8);
	buf_adds(out, json);
	while (out->len < 8 + len)
		buf_addc(out, ' ');
	free(json);
	return result;
}

int
safetensors_write(const char *path, const struct st_tensor *tensors, size_t n,
    struct err *err)
{
	struct st_tensor *sorted = xcalloc(n + 1, sizeof *sorted);
	struct buf head = BUF_INIT;
	struct file_out f;
	int result = -1;

	for (size_t i = 0; i < n; i++)
		sorted[i] = tensors[i];
	qsort(sorted, n, sizeof *sorted, by_written_order);
	if (header_make(sorted, n, &head, err) < 0 ||
	    file_begin(&f, path, err) < 0)
		goto out;
	result = file_add(&f, head.data, head.len, err);
	for (size_t i = 0; i < n && result == 0; i++)
		result = file_add(&f, sorted[i].data, tensor_bytes(&sorted[i]),
		    err);
	if (result == 0)
		result = file_end(&f, err);
	else
		file_drop(&f);
out:
	buf_free(&head);
	free(sorted);
	return result;
}

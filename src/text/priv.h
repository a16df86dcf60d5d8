/* What the text layer shares with itself. */
#ifndef TEXT_PRIV_H
#define TEXT_PRIV_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * A JSON document, with nothing but white space after it. `name` is for
 * messages. Caller frees with cJSON_Delete.
 */
cJSON *json_parse(const char *json, size_t len, const char *name,
    struct err *err);
/* The same from the file DIR/NAME. Absent: NULL with err untouched where
 * `optional`; *bad says whether it failed. */
cJSON *json_read(const char *dir, const char *name, bool optional, bool *bad,
    struct err *err);

/* A member; NULL where it is absent or null, or `object` is no object. */
const cJSON *json_get(const cJSON *object, const char *key);
const char *json_string(const cJSON *object, const char *key);
bool json_bool(const cJSON *object, const char *key, bool fallback);
/* Is it a whole number of at most 2^53 in size? */
bool json_integer(const cJSON *item, int64_t *out);

#endif

/*
 * json PATH: the value at PATH in the JSON on standard input, for command
 * tests. A PATH is ".name" and "[number]" steps; strings are printed bare, an
 * absent value as nothing with status 1, "[#]" is the length of an array. Of
 * several values (one a line) the first is taken.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static const cJSON *
step_name(const cJSON *v, const char **path)
{
	const char *s = *path + 1;
	size_t len = strcspn(s, ".[");
	char name[256];

	if (len >= sizeof name)
		return NULL;
	memcpy(name, s, len);
	name[len] = '\0';
	*path = s + len;
	return cJSON_GetObjectItemCaseSensitive(v, name);
}

static const cJSON *
walk(const cJSON *v, const char *path)
{
	char *end;

	while (v != NULL && *path != '\0') {
		if (*path == '.' && path[1] != '\0') {
			v = step_name(v, &path);
		} else if (*path == '[' && isdigit((unsigned char)path[1])) {
			v = cJSON_GetArrayItem(v,
			    (int)strtol(path + 1, &end, 10));
			path = *end == ']' ? end + 1 : end;
		} else {
			fprintf(stderr, "json: bad path at %s\n", path);
			exit(2);
		}
	}
	return v;
}

static void
print(const cJSON *v)
{
	char *s;

	if (cJSON_IsString(v)) {
		puts(v->valuestring);
		return;
	}
	s = cJSON_PrintUnformatted(v);
	puts(s);
	free(s);
}

int
main(int argc, char **argv)
{
	static char text[1 << 24];
	size_t n = fread(text, 1, sizeof text - 1, stdin);
	char *length;
	const cJSON *v;
	cJSON *root;

	text[n] = '\0';
	root = cJSON_ParseWithOpts(text, NULL, 0);
	if (argc != 2 || root == NULL) {
		fprintf(stderr, "json: %s\n",
		    argc != 2 ? "give one path" : "this is not JSON");
		return 2;
	}
	if ((length = strstr(argv[1], "[#]")) != NULL)
		*length = '\0';
	v = walk(root, strcmp(argv[1], ".") == 0 ? "" : argv[1]);
	if (v != NULL && length != NULL)
		printf("%d\n", cJSON_GetArraySize(v));
	else if (v != NULL)
		print(v);
	cJSON_Delete(root);
	return v == NULL;
}

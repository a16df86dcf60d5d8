/* What the command layer shares only with itself. */
#ifndef CMD_PRIV_H
#define CMD_PRIV_H

#include "tagtiger/annot.h"
#include "tagtiger/cmd.h"
#include "tagtiger/scheme.h"

/* A noun's commands, NULL-terminated; table.c puts them in order. */
extern const struct command *const cmds_help[];
extern const struct command *const cmds_project[];
extern const struct command *const cmds_copy[];
extern const struct command *const cmds_config[];
extern const struct command *const cmds_scheme[];
extern const struct command *const cmds_label[];
extern const struct command *const cmds_split[];
extern const struct command *const cmds_codebook[];
extern const struct command *const cmds_next[];
extern const struct command *const cmds_tag[];
extern const struct command *const cmds_highlight[];
extern const struct command *const cmds_tagall[];
extern const struct command *const cmds_history[];
extern const struct command *const cmds_user[];
extern const struct command *const cmds_job[];
extern const struct command *const cmds_agree[];
extern const struct command *const cmds_screen[];
extern const struct command *const cmds_new[];
extern const struct command *const cmds_import[];
extern const struct command *const cmds_drop[];
extern const struct command *const cmds_feature[];
extern const struct command *const cmds_model[];
extern const struct command *const cmds_predict[];
extern const struct command *const cmds_prediction[];
extern const struct command *const cmds_export[];
extern const struct command *const cmds_chart[];
extern const struct command *const cmds_base[];
extern const struct command *const cmds_work[];

/* The parameter of a command by name, or NULL; its place in the array. */
const struct cmd_param *param_find(const struct command *command,
    const char *name, size_t *at);
bool param_is_option(const struct cmd_param *p);
char *path_expand(const char *path); /* "~/x"; the caller frees */
char *file_stem(const char *path); /* "x" of "a/x.csv"; likewise */

/* What --layer says: final, all (where `all` admits it), or the name of an
 * annotator, *uid. */
int layer_choice(struct cmd_call *c, bool all, enum layer_choice *choice,
    int64_t *uid);

/* ---- What a call names ---- */

/* The scheme of --scheme, else the current one; told in the reply as
 * "scheme". Errors tell near names. Free with scheme_free. */
int call_scheme(struct cmd_call *c, struct scheme *out);
/* Adds what is to be told of a scheme to the array, and to the call's text. */
typedef int call_scheme_tell(struct cmd_call *c, const struct scheme *s,
    bool current, cJSON *list);
/* Each of the project's schemes, in "schemes" of the reply. */
int call_each_scheme(struct cmd_call *c, call_scheme_tell *tell);
/* A living label by its name. */
int call_label(struct cmd_call *c, const struct scheme *s, const char *name,
    const struct label **out);
/* A user by name or number, *uid; without a name *uid stays. */
int call_user(struct cmd_call *c, const char *name, int64_t *uid);
/* The labels of a list and --none, as ids; the caller frees. */
int call_labels(struct cmd_call *c, const struct scheme *s, const char *param,
    int64_t **out, size_t *n);
/* A text by its id; told in the reply as "id". */
int call_doc(struct cmd_call *c, const char *id, int64_t *seq);
/* Before a step that undo cannot take back; told in the reply. */
int call_snapshot(struct cmd_call *c, const char *reason);
/* Add the names near to `name` to the error that c holds. */
void call_near(struct cmd_call *c, const char *name, enum cmd_ref ref,
    const char *scheme);
/* "2026-11-23 19:44:30Z" of ms since
 * 1970, and the same as ISO 8601 for the reply. */
void text_time(int64_t ms, char out[24]);
cJSON *cjson_time(int64_t ms);
cJSON *cjson_int(int64_t i);
/* "1 text", "3 texts": one, many. */
/* Of a stored JSON object; an empty one where there is none. */
cJSON *cjson_object(const char *json);
void add_count(struct buf *b, uint64_t n, const char *one, const char *many);
/* Names of label ids, joined by `sep`, those of deleted ones left out. */
cJSON *cjson_labels(const struct scheme *s, const int64_t *ids, size_t n);
void add_labels_text(struct buf *b, const struct scheme *s,
    const int64_t *ids, size_t n, const char *sep);

/* ---- Words ---- */

/* The words of a line as completion needs them: where each begins, and
 * whether the last one is still open. */
struct word {
	char *s;
	size_t start, end; /* bytes of the line */
	bool quoted;	   /* some part was */
};
struct line {
	struct word *v;
	size_t n, cap;
	bool open; /* the line ended inside quotes */
};
void line_scan(const char *line, size_t len, struct line *out);
void line_free(struct line *w);

/* As cmd_near, of words of commands and options: also what other programs
 * call them. */
void near_meaning(const char *word, const char *const *names, size_t n,
    struct buf *out);
bool is_synonym(const char *word, const char *name);

/* ---- Names ---- */

struct names {
	char **v;
	size_t n, cap;
};
void names_add(struct names *names, const char *name);
void names_free(struct names *names);
/* First words of all commands where noun is NULL, else its second words. */
void names_of_commands(const char *noun, struct names *out);
/* What is in the project (which may be NULL) under a kind of reference;
 * `scheme` by name, or NULL for the current one. */
void names_of_config(struct names *out);
void names_of(enum cmd_ref ref, struct project *project, const char *scheme,
    struct names *out);

#endif

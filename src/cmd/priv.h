/* What the command layer shares only with itself. */
#ifndef CMD_PRIV_H
#define CMD_PRIV_H

#include "tagtiger/annot.h"
#include "tagtiger/cmd.h"

/* A noun's commands, NULL-terminated; table.c puts them in order. */
extern const struct command *const cmds_help[];
extern const struct command *const cmds_screen[];
extern const struct command *const cmds_new[];
extern const struct command *const cmds_import[];
extern const struct command *const cmds_model[];
extern const struct command *const cmds_predict[];
extern const struct command *const cmds_export[];
extern const struct command *const cmds_base[];

/* The parameter of a command by name, or NULL; its place in the array. */
const struct cmd_param *param_find(const struct command *command,
    const char *name, size_t *at);
bool param_is_option(const struct cmd_param *p);
char *path_expand(const char *path); /* "~/x"; the caller frees */

/* What --layer says: final, all (where `all` admits it), or the name of an
 * annotator, *uid. */
int layer_choice(struct cmd_call *c, bool all, enum layer_choice *choice,
    int64_t *uid);

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

/* The command that words[0..] begin with; *used says how many words its name
 * takes. NULL and err where there is none. */
const struct command *command_match(int argc, char *const *argv, int *used,
    struct err *err);

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
void names_of(enum cmd_ref ref, struct project *project, const char *scheme,
    struct names *out);

#endif

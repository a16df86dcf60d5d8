/*
 * Commands: everything that a user can do, in one table. A key press, the `:`
 * prompt, the shell and a script all end in the same function; the parser,
 * usage lines, --help, `?`, the man page's section and completion are made
 * from the table, so that they cannot disagree.
 *
 * A command is parsed into a struct cmd_call, which a headless run executes at
 * once and the screen as a job of the command's lane: the call owns its
 * parsed values, its reply and its error, and knows nothing of who asked.
 *
 * src/cmd/cmd_NOUN.c defines the commands of a noun and a NULL-terminated
 * list of pointers to them, cmds_NOUN[], which src/cmd/table.c names:
 *
 *	static int
 *	label_rename(struct cmd_call *c)
 *	{
 *		const char *old = cmd_str(c, "OLD");
 *		...
 *		return err_set_status(&c->err, ERR_NAME, "...");  (or)
 *		cmd_reply_str(c, "label", old);
 *		buf_addf(&c->text, "%s is now %s\n", old, new);
 *		return 0;
 *	}
 *	static const struct cmd_param rename_params[] = {
 *		{ "OLD", .ref = REF_LABEL, .required = true, .help = "..." },
 *		{ "NEW", .required = true, .help = "..." },
 *		CMD_PARAM_SCHEME,
 *		CMD_PARAM_END,
 *	};
 *	static const struct command label_rename_cmd = {
 *		.name = "label rename", .group = "Labels",
 *		.params = rename_params, .run = label_rename,
 *		.help = "Rename a label; onto an existing one, merge the two",
 *		.role = CMD_MANAGER, .needs_project = true,
 *		.changes = CHANGES_LABELS | CHANGES_ANNOTATIONS,
 *	};
 */
#ifndef TAGTIGER_CMD_H
#define TAGTIGER_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/user.h"

struct picker;
struct project;

/* How a value is written and checked. */
enum cmd_type {
	CMD_STRING, /* anything, kept as it is */
	CMD_INT,    /* whole number in [min, max]; a word of .choices instead */
	CMD_REAL,   /* number in [min, max], bounds included */
	CMD_FLAG,   /* present or not; an option only */
	CMD_LIST,   /* one CSV record: A,"B, C",D; an empty one has no items */
	CMD_CHOICE, /* one word of .choices */
	CMD_FILE,   /* a path; nothing is checked but that it is not empty */
};

/* What a value names: for completion, forms and pickers. Whether the thing
 * is there is for the command to say (ERR_NAME). */
enum cmd_ref {
	REF_NONE,
	REF_LABEL,
	REF_SCHEME,
	REF_MODEL,
	REF_FEATURE,
	REF_BASE,   /* a base model's folder or name */
	REF_DOC,    /* a text's id */
	REF_USER,
	REF_COLUMN, /* a column of the imported data */
	REF_CONFIG, /* a parameter's key */
	REF_COMMAND,
	REF_COLOUR,
	REF_VIEW,
	REF_OPTION,	  /* of the screen; its names come from there */
	REF_OPTION_VALUE, /* of the option before it */
};

/* Each role may do what the one before it may. */
enum cmd_role { CMD_ANNOTATOR, CMD_MANAGER, CMD_OWNER };

/*
 * One parameter. A name in capitals is an argument, in the order of the
 * array; "--name" is an option. The last argument may be repeatable, and an
 * option too: its values are read with cmd_list.
 */
struct cmd_param {
	const char *name;
	enum cmd_type type;
	enum cmd_ref ref;
	bool required;
	bool repeatable;
	const char *value;   /* what usage calls an option's value; NULL: from
				the type and the choices */
	const char *choices; /* "train|valid|test" */
	const char *def;     /* the default as one would type it, or NULL: not
				given. The getters return it. */
	double min, max;     /* where max > min */
	enum cmd_role role;  /* of who may give it */
	bool waives;	     /* given, the command is for annotators too */
	const char *help;    /* one line, no final stop */
};

/* Parameters that several commands share; `default` where nothing is said is
 * this account's current scheme, which the store knows. */
#define CMD_PARAM_END { .name = NULL }
#define CMD_SETS "train|valid|test|rest|all"
#define CMD_PARAM_SCHEME                                                    \
	{                                                                   \
		"--scheme", .ref = REF_SCHEME, .value = "S",                \
		.help = "the scheme; default: this account's current one"   \
	}
#define CMD_PARAM_SET(default_set, what)                                    \
	{                                                                   \
		"--set", .type = CMD_CHOICE, .choices = CMD_SETS,           \
		.def = default_set, .help = what                            \
	}

enum cmd_where { CMD_ANYWHERE, CMD_HEADLESS_ONLY, CMD_SCREEN_ONLY };

/* What a command changes: what a screen reloads when it has run. */
enum cmd_changes {
	CHANGES_TEXTS = 1 << 0,	      /* rows and sets */
	CHANGES_SCHEMES = 1 << 1,
	CHANGES_LABELS = 1 << 2,
	CHANGES_ANNOTATIONS = 1 << 3, /* labels of texts, comments, flags */
	CHANGES_FEATURES = 1 << 4,
	CHANGES_MODELS = 1 << 5,      /* and their scores and predictions */
	CHANGES_SETTINGS = 1 << 6,
	CHANGES_SELECTION = 1 << 7,   /* which text is next, the session */
	CHANGES_USERS = 1 << 8,
	CHANGES_CODEBOOK = 1 << 9,
	CHANGES_JOBS = 1 << 10,
	CHANGES_PROJECT = 1 << 11,    /* the file itself: deleted, replaced */
	CHANGES_VIEW = 1 << 12,	      /* of the screen's commands */
};

struct cmd_call;

struct command {
	const char *name;  /* "tag", "label rename" */
	const char *alias; /* another name that the parser takes, or NULL */
	const char *group; /* heading in help and manual */
	const char *help;  /* one line, no final stop */
	const char *more;  /* further sentences for --help and the manual, or
			      NULL */
	const struct cmd_param *params; /* ends with a NULL name; or NULL */
	enum cmd_where where;
	enum job_lane lane; /* JOB_STORE (the default): milliseconds, on the
			       writing connection; JOB_BULK: long, and gets a
			       connection of its own that writes; else long
			       work, with one that reads */
	enum cmd_role role;
	bool needs_project;
	bool takes_terminal; /* a person must be at one, and it gets it */
	bool hidden;	  /* not in help */
	unsigned changes; /* of enum cmd_changes */
	bool reads; /* works where the project can only be read, and then keeps
		       nothing there (project_record) */
	/* -1 fills call->err. NULL for what the screen does itself. */
	int (*run)(struct cmd_call *call);
};

struct cmd_value {
	bool given; /* by the user; false also where the default stands */
	char *s;    /* as written, the last one; NULL when absent */
	int64_t i;
	double r;
	char **list; /* items of a CMD_LIST; each value of a repeatable one */
	size_t n;
};

/*
 * One command with its values, on its way from being typed to its answer.
 * The fields of the second half belong to whoever runs it.
 */
struct cmd_call {
	const struct command *command;
	struct cmd_value *values; /* one a parameter */
	bool json, help;	  /* --json, --help: taken by every command */

	enum job_lane lane;	    /* the command's; one that finds itself to
				       be longer moves (cmd_to_bulk) */
	struct project *project;    /* borrowed; NULL without one */
	struct picker **picker;	    /* where the owner of the writing connection
				       keeps what `next` knows; may be NULL */
	struct progress *progress;  /* may be NULL */
	bool terminal;		    /* a person waits at a terminal that the
				       command may use ($EDITOR) */
	int64_t job;		    /* its row in the project file, or 0 */
	int64_t *docs;		    /* (ndocs) of tag-all: texts by number,
				       instead of their ids; freed with it */
	size_t ndocs;
	cJSON *reply;		    /* an object, made by cmd_run */
	bool findings;		    /* though it failed, its reply and text
				       tell what people want to know */
	bool removes;		    /* the project is to be removed: whoever
				       ran it closes it, and then calls
				       project_remove on its path */
	bool silent;		    /* it has written its answer itself:
				       print neither reply nor text */
	struct buf text;	    /* lines for people; ends with \n */
	struct buf warning;	    /* a line that people are to see even where
				       only programs read the answer; or "" */
	struct err err;
};

/* The table: commands in the order of the manual. */
size_t cmd_count(void);
const struct command *cmd_at(size_t i);
const struct command *cmd_find(const char *name); /* or alias, or NULL */

/* The command that words[0..] begin with; *used says how many words its name
 * takes. NULL and err where there is none. */
const struct command *cmd_match(int argc, char *const *argv, int *used,
    struct err *err);

/*
 * Parse: `argv` holds the words from the command's name on. NULL on a line
 * that does not parse: err (ERR_USAGE) names the word, proposes near
 * spellings and shows the usage. `screen` admits commands of the screen and
 * refuses the headless ones, and the other way round. A call with .help set
 * has not been checked further. Free with cmd_call_free.
 */
struct cmd_call *cmd_parse(int argc, char *const *argv, bool screen,
    struct err *err);
/* The same from one line with shell quoting. *empty (may be NULL) is set, and
 * NULL returned without an error, where the line holds no word. */
struct cmd_call *cmd_parse_line(const char *line, bool screen, bool *empty,
    struct err *err);
/* A call of a command with no values given yet, for forms and keys; add each
 * as typed, then cmd_check: required ones are there. */
struct cmd_call *cmd_call_new(const struct command *command);
int cmd_set(struct cmd_call *c, const char *param, const char *value,
    struct err *err);
int cmd_check(const struct cmd_call *c, struct err *err);
void cmd_call_free(struct cmd_call *c);

/*
 * Run: checks project and role, makes the reply, calls the command. Returns
 * what it returned; on -1 c->err.status is never ERR_NONE.
 */
int cmd_run(struct cmd_call *c);
/* Would an account of that role be let? Else ERR_DENIED, and who may. */
int cmd_may(enum cmd_role needed, enum role role, struct err *err);

/*
 * For a command that has more to write than its lane is for, before it has
 * written: true, and it returns 0 at once, to be run again in the bulk lane by
 * whoever runs it. False: it is there.
 */
bool cmd_to_bulk(struct cmd_call *c);

/*
 * Long work has a row in the project file, so that other processes see it and
 * can ask it to stop. For whoever runs it, on the thread that owns the writing
 * connection: open before it starts, beat about once a second (which cancels
 * c->progress where somebody asked), close with what cmd_run returned. A
 * project that cannot be written has none; nothing fails for that.
 */
void cmd_job_open(struct cmd_call *c);
void cmd_job_close(struct cmd_call *c, int rc);

/* The call as a line that would parse to it again, for titles and histories;
 * appended. */
void cmd_line(const struct cmd_call *c, struct buf *out);

/* Values by parameter name; an unknown name is a bug (fatal). An absent
 * string is NULL, number 0, list empty. cmd_given: typed by the user. */
bool cmd_given(const struct cmd_call *c, const char *param);
const char *cmd_str(const struct cmd_call *c, const char *param);
int64_t cmd_int(const struct cmd_call *c, const char *param);
double cmd_real(const struct cmd_call *c, const char *param);
bool cmd_flag(const struct cmd_call *c, const char *param);
char *const *cmd_list(const struct cmd_call *c, const char *param, size_t *n);

/* The reply, while a command runs. Strings that are NULL and numbers that are
 * not finite become null; an item is taken. */
void cmd_reply_str(struct cmd_call *c, const char *key, const char *s);
void cmd_reply_int(struct cmd_call *c, const char *key, int64_t i);
void cmd_reply_real(struct cmd_call *c, const char *key, double r);
void cmd_reply_bool(struct cmd_call *c, const char *key, bool b);
void cmd_reply_item(struct cmd_call *c, const char *key, cJSON *item);
/* A line for people, and an item of the reply's "notes". */
void cmd_note(struct cmd_call *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "label rename OLD NEW [--scheme S]"; appended, without a final \n. */
void cmd_usage(const struct command *command, struct buf *out);
/* All that --help tells about a command; about all of them. */
void cmd_help(const struct command *command, struct buf *out);
void cmd_help_all(struct buf *out);
/* The manual's section of commands, mdoc. */
void cmd_help_man(struct buf *out);

/*
 * Completion of the word that ends at byte `cursor` of a line (commands,
 * options, choices, names in the project, files). `start` is where the word
 * begins in the line; each candidate's text replaces [start, cursor), quoted
 * as the shell wants it. `project` may be NULL.
 */
struct cmd_candidate {
	char *text;
	const char *help; /* static, or NULL */
	bool partial;	  /* a folder: no space after it */
};
struct cmd_candidates {
	struct cmd_candidate *v;
	size_t n, start;
};
/* Names that only the screen knows (views, options and their values, of the
 * option `of`); called in any thread. help is static, or NULL. */
typedef void cmd_name_add(void *arg, const char *text, const char *help);
typedef void cmd_screen_names(enum cmd_ref ref, const char *of,
    cmd_name_add *add, void *arg);
void cmd_screen_names_set(cmd_screen_names *names);
void cmd_complete(const char *line, size_t cursor, bool screen,
    struct project *project, struct cmd_candidates *out);
/* The same where a file's name is asked for, as it is. */
void cmd_complete_path(const char *text, size_t cursor,
    struct cmd_candidates *out);
void cmd_candidates_free(struct cmd_candidates *c);

/* Words of a line with shell quoting ('...', "...", \x; # starts a comment
 * at a word's start). Returns the number, or -1: an open quote. */
int cmd_split(const char *line, char ***words, struct err *err);
void cmd_words_free(char **words);
/* Append a word, quoted where a shell or a script needs it. */
void cmd_quote(const char *word, struct buf *out);
/* Items of one CSV record; free each and the array (cmd_words_free does). */
int cmd_csv_split(const char *record, char ***items, size_t *n,
    struct err *err);
void cmd_csv_join(char *const *items, size_t n, struct buf *out);

/* The names nearest to a misspelt one, as ": did you mean 'a' or 'b'?"; or
 * nothing. */
void cmd_near(const char *word, const char *const *names, size_t n,
    struct buf *out);

/* The `new` line that makes a project of a file of texts, with the columns
 * that look like its ids and texts; appended. */
void cmd_suggest_new(const char *file, struct buf *out);

/* Letters that a label may not have: they are Tag's own keys. */
#define CMD_RESERVED_KEYS "bcdfjkmnpqsuw"

#endif

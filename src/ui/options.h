/* What the table of options (options.c), its file (optfile.c) and its sheets
 * (optsheet.c) share. */
#ifndef TAGTIGER_UI_OPTIONS_H
#define TAGTIGER_UI_OPTIONS_H

#include "priv.h"

enum option_type { OPTION_FLAG, OPTION_NUMBER, OPTION_CHOICE };

struct option_info {
	const char *name, *help;
	enum option_type type;
	int def, min, max; /* of a choice: places in `choices` */
	int step;	   /* of a number, by arrow */
	const char *unit, *choices;
	bool user; /* kept in options.conf, not in the project */
	void (*changed)(int value); /* what must be done but draw again */
};

const struct option_info *option_info(enum option o);
int option_find(const char *name); /* -1: none */
void option_spell(enum option o, int value, struct buf *out);
int option_parse(enum option o, const char *word, int *value,
    struct err *err);
/* A line of the file: `set NAME WORD`. */
int option_preset(const char *name, const char *word, struct err *err);

/* What is wrong with the file is said in `problems`, a line each. */
void optfile_read(struct buf *problems);
/* In a job: puts the line into the file and leaves the others. */
int optfile_write(const char *name, const char *word, struct err *err);

#endif

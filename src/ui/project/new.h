/* A new project from a file: what its form and the drawing of it share. */
#ifndef UI_PROJECT_NEW_H
#define UI_PROJECT_NEW_H

#include "tagtiger/import.h"

#include "../priv.h"

enum use { AS_NONE, AS_ID, AS_TEXT, AS_LABELS, AS_SEVERAL, AS_CONTEXT, USES };

enum {
	FIELD_FILE,
	FIELD_LANGUAGE,
	FIELD_TRAIN,
	FIELD_VALID,
	FIELD_TEST,
	FIELD_TEST_LABELS,
	FIELD_STRATIFY,
	FIELD_BAD,
	FIELD_SHEET,
	FIELD_ENCODING,
	FIELD_SEPARATOR,
	FIELD_QUOTES,
	FIELD_INVALID,
	FIELD_CHECK,
	FIELD_CREATE,
	FIELDS,
};

struct new_field {
	const char *name, *option; /* of `new`; NULL: an act */
	const char *def, *other;   /* of two values Enter takes the other */
	bool flag;    /* the option has no value: it stands for `other` */
	bool reading; /* how the file is read: it is read again */
};
extern const struct new_field new_fields[FIELDS];

struct new_state {
	char *path;
	struct import_preview p;
	bool ready, busy;
	struct err why; /* the file could not be read */
	enum use *as;	/* (p.ncolumns) */
	struct list list; /* columns, then the fields that are shown */
	struct buf values[FIELDS];
	struct edit edit;
	bool editing;
};

/* The fields that there are for this file, in order; returns how many. */
int new_fields_shown(const struct new_state *s, int out[FIELDS]);
long long new_asked(const struct new_state *s, int field);
void new_draw(struct view *v, struct rect r);

#endif

/*
 * Commands of the screen: moving a cursor is a command too, so that every key
 * can be bound to it and `?` and the manual can tell of it. What they do is
 * the screen's (src/ui), which is why none has a run of its own.
 */
#include "priv.h"

#define SCREEN(cname, group_, cparams, chelp)                               \
	&(const struct command){                                            \
		.name = cname, .group = group_, .help = chelp,              \
		.params = cparams, .where = CMD_SCREEN_ONLY,                \
		.changes = CHANGES_VIEW                                     \
	}

static const struct cmd_param view_params[] = {
	{ "NAME", .ref = REF_VIEW, .required = true,
	    .help = "a view's name, next or previous" },
	CMD_PARAM_END,
};

static const struct cmd_param prompt_params[] = {
	{ "TEXT", .repeatable = true, .help = "what stands there already" },
	CMD_PARAM_END,
};

static const struct cmd_param move_params[] = {
	{ "WHERE", .type = CMD_CHOICE, .required = true,
	    .choices = "up|down|left|right|page-up|page-down|half-up|"
		       "half-down|first|last",
	    .help = "where to" },
	CMD_PARAM_END,
};

static const struct cmd_param form_params[] = {
	{ "COMMAND", .ref = REF_COMMAND, .required = true, .repeatable = true,
	    .help = "a command, and words of it that are known" },
	CMD_PARAM_END,
};

static const struct cmd_param page_params[] = {
	{ "NAME", .required = true,
	    .help = "a page's name, next or previous" },
	CMD_PARAM_END,
};

static const struct cmd_param set_params[] = {
	{ "OPTION", .ref = REF_OPTION,
	    .help = "its name; NAME? tells its value; without it, all are "
		    "listed" },
	{ "VALUE", .ref = REF_OPTION_VALUE,
	    .help = "on, off, a number or a word; default; without it, an "
		    "option that is on or off becomes the other" },
	CMD_PARAM_END,
};

static const struct cmd_param find_params[] = {
	{ "WHERE", .type = CMD_CHOICE, .choices = "next|previous",
	    .def = "next", .help = "which way" },
	CMD_PARAM_END,
};

static const struct cmd_param filter_params[] = {
	{ "REGEX", .help = "a pattern; an empty one ends the filter; without "
			   "it, one is asked for" },
	CMD_PARAM_END,
};

static const struct cmd_param search_params[] = {
	{ "TEXT", .help = "words; an empty word ends it; without it, they are "
			  "asked for" },
	CMD_PARAM_END,
};

static const struct cmd_param shift_params[] = {
	{ "WHERE", .type = CMD_CHOICE, .required = true, .choices = "up|down",
	    .help = "which way" },
	CMD_PARAM_END,
};

static const struct cmd_param use_params[] = {
	{ "ROLE", .type = CMD_CHOICE, .required = true,
	    .choices = "id|text|labels|multilabel|context|none",
	    .help = "what the column is" },
	CMD_PARAM_END,
};

static const struct cmd_param set_param[] = {
	{ "SET", .type = CMD_CHOICE, .required = true,
	    .choices = "train|out|valid|test", .help = "which texts" },
	CMD_PARAM_END,
};

static const struct cmd_param goto_params[] = {
	{ "ID", .ref = REF_DOC,
	    .help = "the text's id; without it, it is asked for" },
	CMD_PARAM_END,
};

static const struct cmd_param widen_params[] = {
	{ "HOW", .type = CMD_CHOICE, .required = true,
	    .choices = "seen|filter|tagged|rest",
	    .help = "what was seen or skipped again, without the filters, "
		    "tagged ones too, or more texts from the rest" },
	CMD_PARAM_END,
};

static const struct cmd_param select_params[] = {
	{ "WHAT", .type = CMD_CHOICE, .choices = "row|all|none", .def = "row",
	    .help = "the cursor's row, or all that are listed" },
	CMD_PARAM_END,
};

static const struct cmd_param sort_params[] = {
	{ "COLUMN", .help = "its name; the same again turns the order round, "
			    "and then ends it" },
	CMD_PARAM_END,
};

static const struct cmd_param list_set_params[] = {
	{ "SET", .type = CMD_CHOICE, .required = true, .choices = CMD_SETS,
	    .help = "which texts" },
	CMD_PARAM_END,
};

const struct command *const cmds_screen[] = {
	SCREEN("view", "Screen", view_params, "Change the view"),
	SCREEN("page", "Screen", page_params, "Change the page of a view"),
	SCREEN("move", "Screen", move_params, "Move, or scroll"),
	SCREEN("remove", "Screen", NULL, "Take away what the cursor is on"),
	SCREEN("enter", "Screen", NULL, "Open or apply what the cursor is on"),
	SCREEN("toggle", "Screen", NULL, "Choose what the cursor is on, or not"),
	SCREEN("start", "Screen", NULL, "Start what the form describes"),
	SCREEN("prompt", "Screen", prompt_params, "Type a command"),
	SCREEN("form", "Screen", form_params, "Fill in a command's form"),
	SCREEN("commands", "Screen", NULL,
	    "Choose among all commands, and fill in the form of one"),
	SCREEN("keys", "Screen", NULL, "The keys that work here"),
	SCREEN("log", "Screen", NULL,
	    "Messages so far, and what libraries wrote"),
	SCREEN("set", "Screen", set_params,
	    "An option of the screen, kept for this account"),
	SCREEN("reload", "Screen", NULL, "Read again what is shown"),
	SCREEN("search", "Screen", search_params,
	    "Look for words in what is shown; n and N go on"),
	SCREEN("redraw", "Screen", NULL, "Draw the whole screen again"),
	SCREEN("suspend", "Screen", NULL, "Back to the shell; fg returns"),
	SCREEN("close", "Screen", NULL, "Close what is open"),
	SCREEN("quit", "Screen", NULL,
	    "Leave the program; asks where a training runs"),

	SCREEN("accept", "Tag screen", NULL,
	    "Save the predicted label and draw the next text"),
	SCREEN("again", "Tag screen", NULL,
	    "Draw again: this text stays unseen"),
	SCREEN("save", "Tag screen", NULL,
	    "Save the labels that are toggled and draw the next text"),
	SCREEN("none", "Tag screen", NULL,
	    "Save that none of the labels fits and draw the next text"),
	SCREEN("repeat", "Tag screen", NULL, "Save the last label once more"),
	SCREEN("pick", "Tag screen", NULL,
	    "Choose a label by typing a part of it"),
	SCREEN("back", "Tag screen", NULL,
	    "Back to the text before; a label replaces its label"),
	SCREEN("goto", "Tag screen", goto_params, "Show a text by its id"),
	SCREEN("note", "Tag screen", NULL,
	    "A comment, stored with the label"),
	SCREEN("mark", "Tag screen", NULL, "Put a flag on the text, or off it"),
	SCREEN("mode", "Tag screen", NULL, "What comes next: set, order, filter"),
	SCREEN("widen", "Tag screen", widen_params,
	    "A way on where no text fits"),
	SCREEN("highlights", "Tag screen", NULL,
	    "The list of what is highlighted in texts"),
	SCREEN("filter", "Tag screen", filter_params,
	    "Only texts that match a regular expression"),
	SCREEN("find", "Tag screen", find_params,
	    "From hit to hit in the text"),
	SCREEN("codebook-pane", "Tag screen", NULL,
	    "The codebook over the lower half"),
	SCREEN("display", "Tag screen", NULL,
	    "What is shown beside the text"),
	SCREEN("switch", "Tag screen", NULL, "Switch to another scheme"),

	SCREEN("select", "Table", select_params,
	    "Mark rows: what is done next is done to all of them"),
	SCREEN("sort", "Table", sort_params, "The order of the rows"),
	SCREEN("list-set", "Table", list_set_params,
	    "List the texts of a set"),
	SCREEN("list-all", "Table", NULL, "List all texts: without the filter"),
	SCREEN("list-anew", "Table", NULL,
	    "Filter and sort again: acts since may have changed what fits"),
	SCREEN("text-pane", "Table", NULL,
	    "The whole text of the cursor's row, or not"),
	SCREEN("jump", "Table", NULL, "Show this text in Tag"),

	SCREEN("new-label", "Labels page", NULL, "Add a label"),
	SCREEN("rename-label", "Labels page", NULL,
	    "Rename the label, or merge it into another"),
	SCREEN("delete-label", "Labels page", NULL,
	    "Delete the label and its annotations"),
	SCREEN("shift-label", "Labels page", shift_params,
	    "Move the label, and so its digit"),
	SCREEN("letter", "Labels page", NULL,
	    "Give the label a letter of its own"),
	SCREEN("describe-label", "Labels page", NULL, "Say what the label means"),
	SCREEN("colour-label", "Labels page", NULL, "Give the label a colour"),
	SCREEN("split-label", "Labels page", NULL,
	    "Give some of the label's annotations to another one"),

	SCREEN("copy-this", "Project pages", NULL, "Copy what the cursor is on"),
	SCREEN("rename-this", "Project pages", NULL,
	    "Rename what the cursor is on"),
	SCREEN("delete-this", "Project pages", NULL,
	    "Delete what the cursor is on; asks for its name"),
	SCREEN("change-role", "Project pages", NULL,
	    "Change what the person under the cursor may do"),
	SCREEN("majority", "Adjudication", NULL,
	    "Decide for what more than half of the annotators say"),
	SCREEN("take-back", "History page", NULL,
	    "Take back the act that the cursor is on"),
	SCREEN("use-as", "New project", use_params,
	    "What the column is in the new project"),
	SCREEN("try-out", "New project", NULL,
	    "Tell what the form would make, and write nothing"),

	SCREEN("score-on", "Models", set_param, "Score the model on these texts"),
	SCREEN("errors", "Models", NULL, "The texts that it got wrong"),
	SCREEN("next-model", "Models", NULL, "Another model"),
	SCREEN("delete-model", "Models", NULL, "Delete the model"),
	SCREEN("retrain", "Models", NULL,
	    "Train the model again, on the labels as they are now"),
	SCREEN("curve", "Models", NULL,
	    "The learning curve of the model: scores by number of labels"),
	SCREEN("compare-with", "Models", NULL,
	    "The model beside another one, on the same texts"),
	SCREEN("export-shown", "Models", NULL,
	    "Write the chart that is shown as SVG"),
	SCREEN("stop-best", "Models", NULL,
	    "Stop the training and keep its best state"),
	SCREEN("cancel-run", "Models", NULL,
	    "Cancel the training or job; nothing of it is kept"),
	SCREEN("job-log", "Models", NULL, "What the job wrote"),
	NULL,
};

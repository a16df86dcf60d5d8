/*
 * help and completion.
 */
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/cmd.h"
#include "priv.h"

static cJSON *
param_json(const struct cmd_param *p)
{
	static const char *const types[] = { "string", "integer", "real",
		"flag", "list", "choice", "file" };
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "name", p->name);
	cJSON_AddStringToObject(o, "type", types[p->type]);
	cJSON_AddBoolToObject(o, "required", p->required);
	cJSON_AddBoolToObject(o, "repeatable", p->repeatable);
	if (p->choices != NULL)
		cJSON_AddStringToObject(o, "choices", p->choices);
	if (p->def != NULL)
		cJSON_AddStringToObject(o, "default", p->def);
	if (p->max > p->min) {
		cJSON_AddNumberToObject(o, "min", p->min);
		cJSON_AddNumberToObject(o, "max", p->max);
	}
	if (p->help != NULL)
		cJSON_AddStringToObject(o, "help", p->help);
	return o;
}

static cJSON *
command_json(const struct command *c)
{
	static const char *const places[] = { "anywhere", "shell", "screen" };
	static const char *const roles[] = { "annotator", "manager", "owner" };
	cJSON *o = cJSON_CreateObject(), *params;
	struct buf b = BUF_INIT;

	cmd_usage(c, &b);
	cJSON_AddStringToObject(o, "name", c->name);
	cJSON_AddStringToObject(o, "usage", buf_str(&b));
	cJSON_AddStringToObject(o, "group", c->group);
	cJSON_AddStringToObject(o, "help", c->help);
	cJSON_AddStringToObject(o, "where", places[c->where]);
	cJSON_AddStringToObject(o, "role", roles[c->role]);
	cJSON_AddBoolToObject(o, "needs_project", c->needs_project);
	params = cJSON_AddArrayToObject(o, "parameters");
	for (const struct cmd_param *p = c->params;
	     p != NULL && p->name != NULL; p++)
		cJSON_AddItemToArray(params, param_json(p));
	buf_free(&b);
	return o;
}

/* "help label" tells about each of the noun's commands. */
static size_t
help_noun(struct cmd_call *c, const char *noun, cJSON *commands)
{
	size_t n = 0, len = strlen(noun);

	for (size_t i = 0; i < cmd_count(); i++) {
		const struct command *o = cmd_at(i);

		if (o->hidden || strncmp(o->name, noun, len) != 0 ||
		    o->name[len] != ' ')
			continue;
		if (n++ > 0)
			buf_addc(&c->text, '\n');
		cmd_help(o, &c->text);
		cJSON_AddItemToArray(commands, command_json(o));
	}
	return n;
}

static int
help_run(struct cmd_call *c)
{
	size_t n;
	char *const *words = cmd_list(c, "COMMAND", &n);
	cJSON *commands = cJSON_CreateArray();
	const struct command *o;
	int used;

	cmd_reply_item(c, "commands", commands);
	if (cmd_flag(c, "--man")) {
		cmd_help_man(&c->text);
		return 0;
	}
	if (n == 0) {
		cmd_help_all(&c->text);
		for (size_t i = 0; i < cmd_count(); i++)
			if (!cmd_at(i)->hidden)
				cJSON_AddItemToArray(commands,
				    command_json(cmd_at(i)));
		return 0;
	}
	if (n == 1 && help_noun(c, words[0], commands) > 0)
		return 0;
	o = cmd_match((int)n, words, &used, &c->err);
	if (o == NULL)
		return -1;
	cmd_help(o, &c->text);
	cJSON_AddItemToArray(commands, command_json(o));
	return 0;
}

static const struct cmd_param help_params[] = {
	{ "COMMAND", .ref = REF_COMMAND, .repeatable = true,
	    .help = "the command to tell about; none: all" },
	{ "--man", .type = CMD_FLAG,
	    .help = "the manual's section about commands, in mdoc" },
	CMD_PARAM_END,
};

static const struct command help_cmd = {
	.name = "help", .group = "Help", .params = help_params,
	.where = CMD_HEADLESS_ONLY, .run = help_run,
	.help = "Tell about one command, or list them all",
};

/*
 * What the shells run: the candidates for the line up to the cursor, one a
 * line, with a tab and the help after it where there is one.
 */
static int
complete_run(struct cmd_call *c)
{
	struct cmd_candidates found;
	const char *line = cmd_str(c, "LINE");

	cmd_complete(line, strlen(line), false, c->project, &found);
	for (size_t i = 0; i < found.n; i++)
		buf_addf(&c->text, "%s%s%s\n", found.v[i].text,
		    found.v[i].help != NULL ? "\t" : "",
		    found.v[i].help != NULL ? found.v[i].help : "");
	cmd_candidates_free(&found);
	return 0;
}

static const struct cmd_param complete_params[] = {
	{ "LINE", .required = true, .help = "the line up to the cursor" },
	CMD_PARAM_END,
};

static const struct command complete_cmd = {
	.name = "complete", .group = "Help", .params = complete_params,
	.where = CMD_HEADLESS_ONLY, .hidden = true, .run = complete_run,
	.help = "The candidates that complete a line",
};

static const char bash_script[] =
"# tagtiger completion for bash: source it, or save it as\n"
"# ~/.local/share/bash-completion/completions/tagtiger\n"
"_tagtiger()\n"
"{\n"
"	local project= line=${COMP_LINE:0:COMP_POINT} word\n"
"	local -a skip\n"
"	line=${line#\"${COMP_WORDS[0]}\"}\n"
"	word=${COMP_WORDS[COMP_CWORD]}\n"
"	COMPREPLY=()\n"
"	if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == *.tiger ]]; then\n"
"		project=${COMP_WORDS[1]}\n"
"		line=${line#*\"$project\"}\n"
"	fi\n"
"	while IFS=$'\\t' read -r word _; do\n"
"		COMPREPLY+=(\"$word\")\n"
"	done < <(\"${COMP_WORDS[0]}\" ${project:+\"${project/#\\~/$HOME}\"} \\\n"
"	    complete -- \"$line\" 2>/dev/null)\n"
"	if ((COMP_CWORD == 1)); then\n"
"		while IFS= read -r word; do\n"
"			COMPREPLY+=(\"$word\")\n"
"		done < <(compgen -f -X '!*.tiger' -- \"$2\";\n"
"		    compgen -d -S / -- \"$2\")\n"
"	fi\n"
"	if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == */ ]]; then\n"
"		compopt -o nospace 2>/dev/null\n"
"	fi\n"
"}\n"
"complete -F _tagtiger tagtiger\n";

static const char zsh_script[] =
"#compdef tagtiger\n"
"# tagtiger completion for zsh: save it as _tagtiger in a folder of $fpath\n"
"_tagtiger()\n"
"{\n"
"	local project= line found word note\n"
"	local -a words_found notes\n"
"	line=\"${(j: :)words[2,CURRENT-1]} $PREFIX\"\n"
"	if (( CURRENT > 2 )) && [[ ${words[2]} == *.tiger ]]; then\n"
"		project=${(Q)words[2]}\n"
"		line=\"${(j: :)words[3,CURRENT-1]} $PREFIX\"\n"
"	fi\n"
"	(( CURRENT == 2 )) && _files -g '*.tiger(-.) *(-/)'\n"
"	while IFS=$'\\t' read -r word note; do\n"
"		words_found+=(\"$word\")\n"
"		notes+=(\"$word${note:+  -- $note}\")\n"
"	done < <(${words[1]} ${project:+\"${~project}\"} complete -- \"$line\" \\\n"
"	    2>/dev/null)\n"
"	(( ${#words_found} )) && compadd -Q -l -d notes -a words_found\n"
"}\n"
"compdef _tagtiger tagtiger\n";

static const char fish_script[] =
"# tagtiger completion for fish: save it as\n"
"# ~/.config/fish/completions/tagtiger.fish\n"
"function __tagtiger\n"
"	set -l line (commandline -cp)\n"
"	set -l words (commandline -opc)\n"
"	set -l project\n"
"	set line (string replace -r '^\\s*\\S+\\s*' '' -- $line)\n"
"	if test (count $words) -gt 1; and string match -q '*.tiger' -- "
"$words[2]\n"
"		set project $words[2]\n"
"		set line (string replace -r '^\\S+\\s+' '' -- $line)\n"
"	else\n"
"		__fish_complete_suffix .tiger\n"
"	end\n"
"	$words[1] $project complete -- \"$line\" 2>/dev/null\n"
"end\n"
"complete -c tagtiger -f -a '(__tagtiger)'\n";

static int
completion_run(struct cmd_call *c)
{
	const char *shell = cmd_str(c, "SHELL");
	const char *script = strcmp(shell, "bash") == 0 ? bash_script :
	    strcmp(shell, "zsh") == 0			? zsh_script :
							  fish_script;

	cmd_reply_str(c, "shell", shell);
	cmd_reply_str(c, "script", script);
	buf_adds(&c->text, script);
	return 0;
}

static const struct cmd_param completion_params[] = {
	{ "SHELL", .type = CMD_CHOICE, .choices = "bash|zsh|fish",
	    .required = true, .help = "the shell to write it for" },
	CMD_PARAM_END,
};

static const struct command completion_cmd = {
	.name = "completion", .group = "Help", .params = completion_params,
	.where = CMD_HEADLESS_ONLY, .run = completion_run,
	.help = "Print the script that completes tagtiger's commands",
	.more = "For bash: source <(tagtiger completion bash).",
};

const struct command *const cmds_help[] = {
	&help_cmd, &completion_cmd, &complete_cmd, NULL,
};

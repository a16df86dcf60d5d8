#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cjson/cJSON.h>

#include "../unit/store_test.h"
#include "writers.h"

#define BATCH 5 /* texts an import */

/* ---- acts ---- */

static const struct standing *
standing(const struct writer *one)
{
	return one->ntold > 0 ? &one->acts[one->ntold - 1].after : &one->stood;
}

/* Now and then one takes back one's own newest act (of one account's three it
 * may be another's). */
static bool
act_undo(const struct writers *w, struct writer *one, struct act *a,
    char *line, size_t size)
{
	if (!w->several || one->ntold == 0 ||
	    !one->acts[one->ntold - 1].undoable ||
	    rng_below(&one->rng, 5) != 0)
		return false;
	snprintf(line, size, "undo\n");
	a->after = one->ntold > 1 ? one->acts[one->ntold - 2].after :
	    one->stood;
	return true;
}

static void
act_tag(const struct writers *w, struct writer *one, struct act *a, char *line,
    size_t size)
{
	int doc = one->next_doc > 0 ? one->next_doc :
	    1 + (int)rng_below(&one->rng, DOCS);
	int label = (int)rng_below(&one->rng, 4) - 1;

	if (one->next_doc == 0 && rng_below(&one->rng, 3) == 0) {
		snprintf(line, size, "next --filter all --fresh\n");
		return;
	}
	one->next_doc = 0;
	if (act_undo(w, one, a, line, size))
		return;
	if (label < 0 && a->after.label[doc] < 0)
		label = 0;
	if (label < 0)
		snprintf(line, size, "untag d%d\n", doc);
	else
		snprintf(line, size, "tag d%d %c\n", doc, 'a' + label);
	a->after.label[doc] = label;
	a->undoable = true;
}

/* Two names: one that stands and one that is free, or -1. */
static void
two_names(struct writer *one, const struct standing *s, int *living,
    int *free_)
{
	*living = *free_ = -1;
	for (int i = 0, k = (int)rng_below(&one->rng, NAMES); i < NAMES;
	     i++, k = (k + 1) % NAMES) {
		if (s->names[k])
			*living = k;
		else
			*free_ = k;
	}
}

static void
act_scheme(const struct writers *w, struct writer *one, struct act *a,
    char *line, size_t size)
{
	struct standing *s = &a->after;
	int living, unused, what = (int)rng_below(&one->rng, 4);

	two_names(one, s, &living, &unused);
	if (act_undo(w, one, a, line, size))
		return;
	a->undoable = true;
	if (living < 0 || (what < 2 && unused >= 0)) {
		snprintf(line, size, "label add n%d --scheme other\n", unused);
		s->names[unused] = true;
	} else if (what == 2 && unused >= 0) {
		snprintf(line, size, "label rename n%d n%d --scheme other\n",
		    living, unused);
		s->names[living] = false;
		s->names[unused] = true;
	} else if (what == 1) { /* all stand: two become one */
		snprintf(line, size, "label rename n%d n%d --scheme other\n",
		    living, (living + 1) % NAMES);
		s->names[living] = false;
	} else {
		snprintf(line, size, "label delete n%d --scheme other\n",
		    living);
		s->names[living] = false;
	}
}

static void
act_import(const struct writers *w, struct writer *one, struct act *a,
    char *line, size_t size)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof path, "%s/in%d.csv", w->base,
	    (int)(one->ntold % 2));
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "id,label\n");
	for (int i = 0; i < BATCH; i++) {
		int doc = 1 + (int)rng_below(&one->rng, DOCS / BATCH) +
		    i * (DOCS / BATCH);
		int label = (int)rng_below(&one->rng, 3);

		fprintf(f, "d%d,%c\n", doc, 'a' + label);
		a->after.label[doc] = label;
	}
	fclose(f);
	chmod(path, 0644);
	snprintf(line, size, "import annotations %s --id id --label label "
	    "--scheme third --on-conflict replace\n", path);
}

static void
act_manage(const struct writers *w, struct writer *one, struct act *a,
    char *line, size_t size)
{
	switch (rng_below(&one->rng, 14)) {
	case 0:
		a->makes = MAKES_BACKUP;
		snprintf(a->made, sizeof a->made, "%s/b%d.tiger", w->folder,
		    (int)one->made++);
		snprintf(line, size, "backup %s\n", a->made);
		break;
	case 1:
		a->makes = MAKES_EXPORT;
		snprintf(a->made, sizeof a->made, "%s/e%d.csv", w->folder,
		    (int)one->made++);
		snprintf(line, size, "export annotations --set all --out %s\n",
		    a->made);
		break;
	case 2:
		snprintf(line, size, "feature add tfidf --name f%d\n",
		    (int)rng_below(&one->rng, 2));
		break;
	case 3:
		a->makes = MAKES_BACKUP; /* where, its answer says */
		snprintf(line, size, "snapshot take\n");
		break;
	case 4:
		snprintf(line, size, "quick train --scheme fixed "
		    "--features words\n");
		break;
	case 5:
		snprintf(line, size, "predict quick\n");
		break;
	case 6:
		snprintf(line, size, "check\n");
		break;
	default: act_import(w, one, a, line, size);
	}
}

void
writer_act(const struct writers *w, struct writer *one, char *line,
    size_t size)
{
	struct act *a = &one->acts[one->nacts++];

	assert_true(one->nacts == one->ntold + 1 && one->nacts < ACTS_MAX);
	*a = (struct act){ .after = *standing(one) };
	switch (one - w->of) {
	case TAGS: act_tag(w, one, a, line, size); break;
	case SCHEMES: act_scheme(w, one, a, line, size); break;
	default: act_manage(w, one, a, line, size);
	}
}

static const char *
string_of(const cJSON *json, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItem(json, name));
}

void
writer_told(struct writer *one, const char *answer, uint64_t at)
{
	cJSON *json = cJSON_Parse(answer);
	const char *id = string_of(json, "id");
	const char *snapshot = string_of(json, "snapshot");
	struct act *a = &one->acts[one->ntold++];

	if (json == NULL || cJSON_HasObjectItem(json, "error"))
		fail_msg("account %d, act %d: %s", (int)one->uid,
		    (int)one->ntold, answer);
	assert_true(one->ntold == one->nacts);
	a->told_at = at;
	if (snapshot != NULL)
		snprintf(a->made, sizeof a->made, "%s", snapshot);
	/* next hands one out; tag answers with the one that it was given */
	one->next_doc = id != NULL && cJSON_HasObjectItem(json, "text") ?
	    atoi(id + 1) : 0;
	cJSON_Delete(json);
}

/* ---- what stands ---- */

/* What it answers goes to standard error where `loud`. */
static int
run(const struct writers *w, bool loud, const char *const *words)
{
	const char *argv[16] = { w->program };
	int status, n = 1;
	pid_t pid;

	while (*words != NULL && n < 15)
		argv[n++] = *words++;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(loud ? 2 : null, 1);
		execv(w->program, (char *const *)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
stand_labels(struct project *p, const char *name, uid_t uid,
    struct standing *s)
{
	struct scheme scheme;
	struct annot a;
	struct err e = { 0 };

	OK(scheme_find(p, name, &scheme, err));
	for (int doc = 1; doc <= DOCS; doc++) {
		int row = annot_get(p, scheme.id, doc, uid, &a, &e);

		s->label[doc] = -1;
		if (row == 1 && a.nlabels == 1) {
			const struct label *l = label_by_id(&scheme,
			    a.labels[0]);

			assert_non_null(l);
			s->label[doc] = l->name[0] - 'a';
		}
		if (row == 1)
			annot_free(&a);
	}
	scheme_free(&scheme);
}

static void
stand_names(struct project *p, struct standing *s)
{
	struct scheme scheme;
	char name[8];

	OK(scheme_find(p, "other", &scheme, err));
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof name, "n%d", i);
		s->names[i] = label_named(&scheme, name) != NULL;
	}
	scheme_free(&scheme);
}

static bool
same(const struct standing *a, const struct standing *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* The program opens it, and finds nothing: of its folder neither. */
static struct project *
open_sound(const struct writers *w, const char *path)
{
	const char *const words[] = { path, "check", NULL };
	struct err e = { 0 };
	struct project *p;

	if (run(w, false, words) != 0) {
		run(w, true, words);
		fail_msg("%s: not sound", path);
	}
	p = project_open(path, PROJECT_WRITE, &e);
	if (p == NULL)
		fail_msg("%s", e.text);
	return p;
}

/* A file that an act has made is whole; and it is there, if that was told. */
static void
verify_made(const struct writers *w, const struct writer *one,
    const struct act *a, bool told)
{
	struct standing s = a->after;
	struct project *p;
	int rows = 0, c;
	FILE *f;

	if (!told && access(a->made, F_OK) < 0) /* "": a snapshot */
		return;
	if (a->makes == MAKES_BACKUP) {
		p = open_sound(w, a->made);
		stand_labels(p, "third", one->uid, &s);
		project_close(p);
		if (!same(&s, &a->after))
			fail_msg("%s: not as the project was", a->made);
		return;
	}
	f = fopen(a->made, "r");
	if (f == NULL)
		fail_msg("%s: lost", a->made);
	while ((c = getc(f)) != EOF)
		rows += c == '\n';
	fclose(f);
	if (rows != DOCS + 1)
		fail_msg("%s: %d lines", a->made, rows);
}

static void
verify_one(struct project *p, const struct writers *w, struct writer *one,
    uint64_t at, bool go_on)
{
	struct standing is = one->stood;
	size_t told = 0;

	while (told < one->ntold && one->acts[told].told_at <= at)
		told++;
	if (one == &w->of[SCHEMES])
		stand_names(p, &is);
	else
		stand_labels(p, one == &w->of[TAGS] ? "default" : "third",
		    one->uid, &is);
	if (!same(&is, told > 0 ? &one->acts[told - 1].after : &one->stood) &&
	    (told == one->nacts || !same(&is, &one->acts[told].after)))
		fail_msg("account %d: after %zu answers something is lost",
		    (int)one->uid, told);
	for (size_t i = 0; i < one->nacts; i++) {
		if (one->acts[i].makes == MAKES_NOTHING || i > told)
			continue;
		verify_made(w, one, &one->acts[i], i < told);
		if (go_on)
			unlink(one->acts[i].made);
	}
	if (!go_on)
		return;
	one->stood = is;
	one->nacts = one->ntold = 0;
	one->next_doc = 0;
}

void
writers_verify(struct writers *w, uint64_t at, bool go_on)
{
	struct project *p = open_sound(w, w->project);

	for (int i = 0; i < WRITERS; i++)
		verify_one(p, w, &w->of[i], at, go_on);
	project_close(p);
}

/* ---- processes ---- */

void
writer_start(const struct writers *w, struct writer *one, void (*last)(void))
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	one->pid = fork();
	if (one->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		setenv("TAGTIGER_THREADS", "1", 1);
		if (one->uid != getuid() && (setgroups(0, NULL) < 0 ||
		    setgid(one->gid) < 0 || setuid(one->uid) < 0))
			_exit(126);
		if (last != NULL)
			last();
		execl(w->program, w->program, w->project, "--json",
		    (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	one->to = in[1];
	one->from = out[0];
}

#define RUN(...)                                                               \
	assert_int_equal(run(w, false,                                         \
	    (const char *const[]){ __VA_ARGS__, NULL }), 0)

static void
account(const struct writers *w, struct writer *one, const char *name)
{
	struct passwd *pw = w->several ? getpwnam(name) : NULL;

	one->uid = pw != NULL ? pw->pw_uid : getuid();
	one->gid = pw != NULL ? pw->pw_gid : getgid();
	memset(&one->stood, 0, sizeof one->stood);
	for (int doc = 0; doc <= DOCS; doc++)
		one->stood.label[doc] = -1;
}

/* The folder in which all may write, and in it the project. */
static void
share(struct writers *w)
{
	char shared[96];

	w->several = getuid() == 0 && getpwnam("nobody") != NULL &&
	    getpwnam("daemon") != NULL;
	if (!w->several)
		return;
	snprintf(shared, sizeof shared, "%s/shared", w->base);
	RUN(w->project, "user", "add", "nobody", "--role", "manager",
	    "--move", shared);
	memcpy(w->folder, shared, sizeof shared);
	snprintf(w->project, sizeof w->project, "%s/p.tiger", w->folder);
	RUN(w->project, "user", "add", "daemon", "--role", "manager");
}

void
writers_set_up(struct writers *w, const char *base, uint64_t seed)
{
	const char *tagtiger = getenv("TAGTIGER");
	char path[96], copy[256];
	FILE *f;

	memset(w, 0, sizeof *w);
	snprintf(w->base, sizeof w->base, "%s", base);
	snprintf(w->program, sizeof w->program, "%s/tagtiger", base);
	snprintf(copy, sizeof copy, "cp '%s' '%s'", tagtiger != NULL ?
	    tagtiger : "build/tagtiger", w->program);
	assert_int_equal(system(copy), 0);
	assert_int_equal(chmod(base, 0755), 0);
	setenv("HOME", base, 1);
	snprintf(path, sizeof path, "%s/d.csv", base);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "id,text,fixed\n");
	for (int i = 1; i <= DOCS; i++)
		fprintf(f, "d%d,text number %d of %d,%s\n", i, i, i % 7,
		    i % 2 == 0 ? "even" : "odd");
	fclose(f);
	snprintf(w->folder, sizeof w->folder, "%s/own", base);
	snprintf(w->project, sizeof w->project, "%s/p.tiger", w->folder);
	mkdir(w->folder, 0700);
	RUN("new", w->project, "--data", path, "--id", "id", "--text", "text");
	RUN(w->project, "scheme", "add", "other");
	RUN(w->project, "scheme", "add", "third");
	for (int i = 0; i < 3; i++) {
		char name[2] = { (char)('a' + i), '\0' };

		RUN(w->project, "label", "add", name, "--scheme", "default");
		RUN(w->project, "label", "add", name, "--scheme", "third");
	}
	RUN(w->project, "scheme", "add", "fixed");
	RUN(w->project, "import", "annotations", path, "--id", "id", "--label",
	    "fixed", "--scheme", "fixed");
	RUN(w->project, "feature", "add", "tfidf", "--name", "words");
	RUN(w->project, "quick", "train", "--scheme", "fixed", "--features",
	    "words");
	RUN(w->project, "scheme", "use", "default");
	share(w);
	account(w, &w->of[TAGS], "root");
	account(w, &w->of[SCHEMES], "nobody");
	account(w, &w->of[MANAGES], "daemon");
	for (int i = 0; i < WRITERS; i++)
		rng_seed(&w->of[i].rng, seed * 10 + (uint64_t)i);
}

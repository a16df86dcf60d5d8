#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "tagtiger/err.h"
#include "tagtiger/regex.h"
#include "tagtiger/utf8.h"

/*
 * Steps that one search may take: some tenths of a second. PCRE2's own limit
 * is ten times that, and a filter goes over every text of a project.
 */
#define MATCH_LIMIT 1000000
#define JIT_STACK_MAX ((size_t)4 << 20)
#define HEAP_LIMIT_KB 65536 /* where there is no JIT */

struct regex {
	pcre2_code *code;
};

/* What one thread writes to while it matches. */
struct match_space {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static pthread_key_t space_key;
static pthread_once_t space_once = PTHREAD_ONCE_INIT;

static void
space_free(void *p)
{
	struct match_space *m = p;

	pcre2_jit_stack_free(m->stack);
	pcre2_match_context_free(m->context);
	pcre2_match_data_free(m->data);
	free(m);
}

static void
space_key_make(void)
{
	if (pthread_key_create(&space_key, space_free) != 0)
		fatal("no room for a thread's own data");
}

static struct match_space *
space_get(void)
{
	struct match_space *m;

	pthread_once(&space_once, space_key_make);
	m = pthread_getspecific(space_key);
	if (m != NULL)
		return m;
	m = xcalloc(1, sizeof *m);
	/* One pair: only the whole match is asked for. */
	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	m->stack = pcre2_jit_stack_create(32768, JIT_STACK_MAX, NULL);
	if (m->data == NULL || m->context == NULL)
		fatal("out of memory");
	if (m->stack != NULL)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT_KB);
	if (pthread_setspecific(space_key, m) != 0)
		fatal("out of memory");
	return m;
}

struct regex *
regex_compile(const char *pattern, size_t len, unsigned flags,
    struct err *err)
{
	/* The text of a match need not be valid; the pattern is checked. */
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	PCRE2_UCHAR message[256];
	struct regex *re;
	PCRE2_SIZE at;
	pcre2_code *code;
	int number;

	if (flags & REGEX_LITERAL)
		options |= PCRE2_LITERAL;
	else /* \C would take a character's bytes apart */
		options |= PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
	if (flags & REGEX_NO_CASE)
		options |= PCRE2_CASELESS;
	code = pcre2_compile((PCRE2_SPTR)pattern, len, options, &number, &at,
	    NULL);
	if (code == NULL) {
		pcre2_get_error_message(number, message, sizeof message);
		err_set_status(err, ERR_USAGE, "the pattern does not compile "
		    "after %zu characters: %s", utf8_count(pattern, at),
		    (const char *)message);
		return NULL;
	}
	/* Without JIT (a hardened kernel) the interpreter matches the same. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	re = xcalloc(1, sizeof *re);
	re->code = code;
	return re;
}

void
regex_free(struct regex *re)
{
	if (re == NULL)
		return;
	pcre2_code_free(re->code);
	free(re);
}

static int
match_at(const struct regex *re, const char *text, size_t len, size_t from,
    struct match_space *m, struct err *err)
{
	PCRE2_UCHAR message[256];
	int n;

	n = pcre2_match(re->code, (PCRE2_SPTR)text, len, from, 0, m->data,
	    m->context);
	if (n >= 0)
		return 1;
	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_JIT_STACKLIMIT ||
	    n == PCRE2_ERROR_HEAPLIMIT || n == PCRE2_ERROR_DEPTHLIMIT)
		return err_set(err, "the pattern needs too many steps: make "
		    "it simpler (a repeat within a repeat, as in (a+)+, is "
		    "the usual reason)");
	pcre2_get_error_message(n, message, sizeof message);
	return err_set(err, "the pattern fails: %s", (const char *)message);
}

int
regex_match(const struct regex *re, const char *text, size_t len,
    struct err *err)
{
	return match_at(re, text, len, 0, space_get(), err);
}

int
regex_next(const struct regex *re, const char *text, size_t len,
    size_t *from, size_t *begin, size_t *end, struct err *err)
{
	struct match_space *m = space_get();
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(m->data);
	int result;

	if (*from > len)
		return 0;
	result = match_at(re, text, len, *from, m, err);
	if (result != 1)
		return result;
	/* \K can put the start behind the end, and before *from. */
	*begin = found[0] < found[1] ? found[0] : found[1];
	*end = found[1];
	if (*begin < *from)
		*begin = *from;
	if (*end < *begin)
		*end = *begin;
	*from = *end;
	if (*begin == *end) { /* empty: go on behind the next character */
		do
			(*from)++;
		while (*from < len &&
		    ((unsigned char)text[*from] & 0xc0) == 0x80);
	}
	return 1;
}

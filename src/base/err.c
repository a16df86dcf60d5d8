#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tagtiger/err.h"

static void (*fatal_hook)(void);

static void
err_vset(struct err *err, enum err_status status, const char *fmt, va_list ap)
{
	if (err == NULL)
		return;
	err->status = status;
	vsnprintf(err->text, sizeof err->text, fmt, ap);
}

int
err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, ERR_FAILED, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_set_status(struct err *err, enum err_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, status, fmt, ap);
	va_end(ap);
	return -1;
}

/* What to do about it. */
static const char *
errno_hint(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT: return ": free some space";
	case EFBIG: return ": no larger one is allowed here (ulimit -f)";
	default: return "";
	}
}

int
err_set_errno(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	bool denied = saved == EACCES || saved == EPERM || saved == EROFS;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, denied ? ERR_DENIED : ERR_FAILED, fmt, ap);
	va_end(ap);
	if (err == NULL)
		return -1;
	len = strlen(err->text);
	snprintf(err->text + len, sizeof err->text - len, ": %s%s",
	    strerror(saved), errno_hint(saved));
	return -1;
}

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char text[sizeof err->text];
	size_t len;
	va_list ap;

	if (err == NULL)
		return -1;
	memcpy(text, err->text, sizeof text);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof err->text - len, ": %s", text);
	return -1;
}

void
err_clear(struct err *err)
{
	if (err == NULL)
		return;
	err->status = ERR_NONE;
	err->text[0] = '\0';
}

void
fatal_hook_set(void (*hook)(void))
{
	fatal_hook = hook;
}

_Noreturn void
fatal(const char *fmt, ...)
{
	void (*hook)(void) = fatal_hook;
	va_list ap;

	fatal_hook = NULL; /* a failing hook must not come back here */
	if (hook != NULL)
		hook();
	fputs("tagtiger: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(ERR_FAILED);
}

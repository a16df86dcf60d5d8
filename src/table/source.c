/*
 * Text files of any encoding as pieces of UTF-8.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/err.h"
#include "tagtiger/utf8.h"

#define RAW_SIZE ((size_t)256 << 10)
#define OUT_SIZE (RAW_SIZE * 2)

/* Byte order marks; the UTF-32 ones before the UTF-16 ones they begin with. */
static const struct {
	const char *bytes;
	size_t len;
	const char *encoding;
} marks[] = {
	{ "\xef\xbb\xbf", 3, "UTF-8" },
	{ "\xff\xfe\0\0", 4, "UTF-32LE" },
	{ "\0\0\xfe\xff", 4, "UTF-32BE" },
	{ "\xff\xfe", 2, "UTF-16LE" },
	{ "\xfe\xff", 2, "UTF-16BE" },
};

/* More of the file behind what is left of raw; 0 also at the end. */
static int
source_fill(struct source *s, struct err *err)
{
	ssize_t n;

	memmove(s->raw, s->raw + s->pos, s->end - s->pos);
	s->end -= s->pos;
	s->pos = 0;
	while (!s->eof && s->end < RAW_SIZE) {
		n = read(s->fd, s->raw + s->end, RAW_SIZE - s->end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, "the file cannot be read");
		if (n == 0)
			s->eof = true;
		s->end += (size_t)n;
		s->done += (uint64_t)n;
	}
	return 0;
}

static bool
is_utf8(const char *name)
{
	return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0;
}

static int
source_set_encoding(struct source *s, const char *given, struct err *err)
{
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (s->end < marks[i].len ||
		    memcmp(s->raw, marks[i].bytes, marks[i].len) != 0)
			continue;
		if (given == NULL)
			s->encoding = marks[i].encoding;
		if (given == NULL || (is_utf8(given) && i == 0))
			s->pos = marks[i].len;
		break;
	}
	if (given != NULL)
		s->encoding = given;
	if (s->encoding == NULL) {
		s->encoding = "UTF-8";
		s->assumed = true;
	}
	if (is_utf8(s->encoding)) {
		s->encoding = "UTF-8";
		return 0;
	}
	/* A slash would begin iconv's own options, which drop characters. */
	if (strchr(s->encoding, '/') == NULL && s->encoding[0] != '\0')
		s->cd = iconv_open("UTF-8", s->encoding);
	if (s->cd == (iconv_t)-1)
		return err_set_status(err, ERR_NAME,
		    "no encoding is called "
		    "'%s': 'iconv -l' lists them all",
		    s->encoding);
	s->out = xmalloc(OUT_SIZE);
	return 0;
}

int
source_open(struct source *s, const char *path, const struct table_options *o,
    struct err *err)
{
	struct stat st;

	*s = (struct source){
		.fd = -1, .cd = (iconv_t)-1, .replace = o->replace_invalid
	};
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return err_set_errno(err, "cannot open it");
	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode))
		s->size = (uint64_t)st.st_size;
	posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	s->raw = xmalloc(RAW_SIZE);
	if (source_fill(s, err) == -1)
		return -1;
	return source_set_encoding(s, o->encoding, err);
}

void
source_close(struct source *s)
{
	if (s->cd != (iconv_t)-1)
		iconv_close(s->cd);
	if (s->fd >= 0)
		close(s->fd);
	free(s->raw);
	free(s->out);
	*s = (struct source){ .fd = -1, .cd = (iconv_t)-1 };
}

/* Invalid bytes lie at raw + pos: a mark in their place, or SOURCE_BAD. */
static enum source_got
source_bad(struct source *s, size_t skip, const char **data, size_t *len)
{
	if (!s->replace) {
		s->bad = s->pos + 1;
		return SOURCE_BAD;
	}
	s->pos += skip < s->end - s->pos ? skip : s->end - s->pos;
	s->replaced++;
	*data = "\xef\xbf\xbd";
	*len = 3;
	return SOURCE_DATA;
}

static enum source_got
next_utf8(struct source *s, const char **data, size_t *len)
{
	const char *p = (const char *)s->raw + s->pos, *nul;
	size_t n = s->end - s->pos, valid;

	nul = memchr(p, '\0', n);
	valid = utf8_validate(p, nul == NULL ? n : (size_t)(nul - p));
	if (valid == 0)
		return source_bad(s, 1, data, len);
	*data = p;
	*len = valid;
	s->pos += valid;
	return SOURCE_DATA;
}

/* Bytes of a unit of the encoding, to pass over one that is invalid. */
static size_t
unit_size(const char *encoding)
{
	return strncasecmp(encoding, "utf-16", 6) == 0 ||
		strncasecmp(encoding, "ucs-2", 5) == 0
	    ? 2
	    : strncasecmp(encoding, "utf-32", 6) == 0 ||
		strncasecmp(encoding, "ucs-4", 5) == 0
	    ? 4
	    : 1;
}

static enum source_got
next_converted(
    struct source *s, const char **data, size_t *len, struct err *err)
{
	char *in = (char *)s->raw + s->pos, *out = s->out, *nul;
	size_t left = s->end - s->pos, room = OUT_SIZE;
	size_t unit = unit_size(s->encoding);

	if (iconv(s->cd, &in, &left, &out, &room) == (size_t)-1 &&
	    errno != E2BIG && errno != EILSEQ && errno != EINVAL)
		return err_set_errno(err, "conversion from %s", s->encoding);
	nul = memchr(s->out, '\0', (size_t)(out - s->out));
	if (nul != NULL) {
		/* Give what comes before it; then convert again from there,
		 * which only stateless encodings allow: all that can hold a
		 * NUL by accident are. */
		size_t before = (size_t)(nul - s->out);

		if (before == 0) {
			iconv(s->cd, NULL, NULL, NULL, NULL);
			return source_bad(s, unit, data, len);
		}
		in = (char *)s->raw + s->pos;
		left = s->end - s->pos;
		out = s->out;
		room = before;
		iconv(s->cd, NULL, NULL, NULL, NULL);
		iconv(s->cd, &in, &left, &out, &room);
	}
	s->pos = s->end - left;
	*data = s->out;
	*len = (size_t)(out - s->out);
	if (*len > 0)
		return SOURCE_DATA;
	if (s->pos == s->end)
		return SOURCE_END; /* only a change of state was left */
	return source_bad(s, unit, data, len);
}

enum source_got
source_next(struct source *s, const char **data, size_t *len, struct err *err)
{
	enum source_got got;

	do {
		/* A character that the block's end cut in two is left when
		 * the rest was given: 16 bytes are more than any has. */
		if (!s->eof && s->end - s->pos < 16 &&
		    source_fill(s, err) == -1)
			return SOURCE_FAIL;
		if (s->pos == s->end)
			return SOURCE_END;
		got = s->cd == (iconv_t)-1 ? next_utf8(s, data, len)
					   : next_converted(s, data, len, err);
		if (got == SOURCE_DATA && !s->started && *len >= 3 &&
		    memcmp(*data, "\xef\xbb\xbf", 3) == 0) {
			*data += 3;
			*len -= 3;
		}
		s->started = true;
	} while ((got == SOURCE_DATA && *len == 0) ||
	    (got == SOURCE_END && !s->eof));
	return got;
}

/* Can all of p be read in that encoding? A character may be cut at the end. */
static bool
reads_as(const char *encoding, const unsigned char *p, size_t len)
{
	char *in = (char *)p, out[4096], *o;
	size_t room;
	bool good = true;
	iconv_t cd = iconv_open("UTF-8", encoding);

	if (cd == (iconv_t)-1)
		return false;
	while (len > 0 && good) {
		o = out;
		room = sizeof out;
		if (iconv(cd, &in, &len, &o, &room) == (size_t)-1 &&
		    errno != E2BIG) {
			good = errno == EINVAL;
			break;
		}
	}
	iconv_close(cd);
	return good;
}

/*
 * The encoding that bytes which are not UTF-8 are likely in. Zeros at every
 * second place mean UTF-16. Letters beyond ASCII stand mostly alone among
 * ASCII ones in Western text, and in runs in the others: East Asian encodings
 * are then told apart by what they cannot hold.
 */
static const char *
source_guess(const struct source *s)
{
	static const char *const asian[] = { "EUC-JP", "EUC-KR", "Shift_JIS",
		"GB18030", "Big5" };
	const unsigned char *p = s->raw;
	size_t n = s->end, zeros[2] = { 0, 0 }, high = 0, pairs = 0;
	size_t cyrillic = 0;

	for (size_t i = 0; i < n; i++) {
		zeros[i & 1] += p[i] == 0;
		high += p[i] >= 0x80;
		cyrillic += p[i] >= 0xc0;
		pairs += i > 0 && p[i] >= 0x80 && p[i - 1] >= 0x80;
	}
	if (zeros[0] + zeros[1] > n / 4)
		return zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE";
	if (high == 0 || zeros[0] + zeros[1] > 0)
		return NULL;
	if (pairs * 3 < high)
		return "windows-1252";
	if (cyrillic > high * 9 / 10 && pairs > high / 2 &&
	    reads_as("windows-1251", p, n) && !reads_as("EUC-KR", p, n))
		return "windows-1251";
	for (size_t i = 0; i < sizeof asian / sizeof asian[0]; i++)
		if (reads_as(asian[i], p, n))
			return asian[i];
	return reads_as("windows-1251", p, n) ? "windows-1251" : NULL;
}

int
source_complain(const struct source *s, const char *where, struct err *err)
{
	const unsigned char *p = s->raw + s->bad - 1;
	const char *likely = s->assumed ? source_guess(s) : NULL;

	if (s->cd == (iconv_t)-1 && *p == 0 && likely == NULL)
		return err_set(err,
		    "%s: a NUL byte, which no text has: "
		    "repair the file, or have such bytes replaced "
		    "(--replace-invalid)",
		    where);
	if (likely != NULL)
		return err_set(err,
		    "%s: the byte 0x%02X is not valid %s: "
		    "give the file's encoding (--encoding %s?), or have such "
		    "bytes replaced (--replace-invalid)",
		    where, *p, s->encoding, likely);
	return err_set(err,
	    "%s: the byte 0x%02X is not valid %s: give the "
	    "file's encoding (--encoding), or have such bytes replaced "
	    "(--replace-invalid)",
	    where, *p, s->encoding);
}

void
source_info(const struct source *s, struct table_info *info)
{
	info->encoding = s->encoding;
	info->encoding_assumed = s->assumed;
	info->total = s->size;
	info->done = s->done - (s->end - s->pos);
	info->replaced = s->replaced;
}

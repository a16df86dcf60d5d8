/*
 * The package that an xlsx file is: XML parts in a zip (ECMA-376, part 2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "priv.h"
#include "tagtiger/alloc.h"
#include "tagtiger/utf8.h"
#include "xlsx_priv.h"

#define PIECE ((size_t)64 << 10)
/* What is larger, and packed better than any real sheet, is a zip bomb. */
#define BOMB_SIZE   ((uint64_t)64 << 20)
#define BOMB_RATIO  250
#define PART_MAX    ((uint64_t)16 << 30)
#define STRINGS_MEM ((size_t)32 << 20)

const char *
xml_local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

const char *
xml_attr(const char **attrs, const char *name)
{
	for (; attrs[0] != NULL; attrs += 2)
		if (strcmp(xml_local(attrs[0]), name) == 0)
			return attrs[1];
	return NULL;
}

void
part_fail(struct xlsx_part *p, const char *fmt, ...)
{
	va_list ap;

	if (p->err.status != ERR_NONE)
		return;
	p->err.status = ERR_FAILED;
	va_start(ap, fmt);
	vsnprintf(p->err.text, sizeof p->err.text, fmt, ap);
	va_end(ap);
	XML_StopParser(p->xml, XML_FALSE);
}

/* A workbook has no document type; only attacks by entities need one. */
static void XMLCALL
on_doctype(void *arg, const char *name, const char *sysid, const char *pubid,
    int internal)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	part_fail(arg,
	    "it declares a document type, which no workbook does: "
	    "refused");
}

bool
part_exists(unzFile zip, const char *name)
{
	return unzLocateFile(zip, name, 2) == UNZ_OK;
}

int
part_open(struct xlsx_part *p, unzFile zip, const char *name,
    XML_StartElementHandler start, XML_EndElementHandler end,
    XML_CharacterDataHandler text, void *arg, struct err *err)
{
	unz_file_info64 info;

	*p = (struct xlsx_part){ .zip = zip, .arg = arg };
	if (!part_exists(zip, name))
		return err_set(err,
		    "%s is not in it: no workbook, or a "
		    "damaged one",
		    name);
	if (unzGetCurrentFileInfo64(zip, &info, NULL, 0, NULL, 0, NULL, 0) !=
	    UNZ_OK)
		return err_set(err, "%s: damaged", name);
	if (info.flag & 1)
		return err_set(err,
		    "it is encrypted: save it without a "
		    "password");
	p->size = info.uncompressed_size;
	if (p->size > PART_MAX ||
	    (p->size > BOMB_SIZE &&
		p->size / BOMB_RATIO > info.compressed_size))
		return err_set(err,
		    "%s unpacks from %llu to %llu bytes: "
		    "refused as a zip bomb",
		    name, (unsigned long long)info.compressed_size,
		    (unsigned long long)p->size);
	if (unzOpenCurrentFile(zip) != UNZ_OK)
		return err_set(
		    err, "%s: damaged or packed in an unknown way", name);
	p->open = true;
	p->xml = XML_ParserCreate(NULL);
	if (p->xml == NULL)
		return err_set(err, "expat does not start");
	XML_SetUserData(p->xml, p);
	XML_SetElementHandler(p->xml, start, end);
	XML_SetCharacterDataHandler(p->xml, text);
	XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
	return 0;
}

void
part_close(struct xlsx_part *p)
{
	if (p->xml != NULL)
		XML_ParserFree(p->xml);
	if (p->open)
		unzCloseCurrentFile(p->zip);
	p->xml = NULL;
	p->open = false;
}

static int
part_error(struct xlsx_part *p, struct err *err)
{
	if (p->err.status != ERR_NONE) {
		if (err != NULL)
			*err = p->err;
		return -1;
	}
	return err_set(err, "no valid XML at line %lu: %s",
	    (unsigned long)XML_GetCurrentLineNumber(p->xml),
	    XML_ErrorString(XML_GetErrorCode(p->xml)));
}

int
part_parse(struct xlsx_part *p, struct err *err)
{
	XML_ParsingStatus now;
	enum XML_Status status;
	void *room;
	int n;

	XML_GetParsingStatus(p->xml, &now);
	if (now.parsing == XML_SUSPENDED) {
		status = XML_ResumeParser(p->xml);
		if (status == XML_STATUS_ERROR)
			return part_error(p, err);
		if (status == XML_STATUS_SUSPENDED)
			return 1;
	}
	while (!p->over) {
		room = XML_GetBuffer(p->xml, (int)PIECE);
		if (room == NULL)
			fatal("out of memory (reading XML)");
		n = unzReadCurrentFile(p->zip, room, (unsigned)PIECE);
		if (n < 0)
			return err_set(err,
			    "the file is damaged or cut "
			    "short");
		p->done += (uint64_t)n;
		/* the header may lie about the size */
		if (p->done > p->size)
			return err_set(err,
			    "a part unpacks to more than it "
			    "says: damaged, or a zip bomb");
		if (n == 0) {
			p->over = true;
			p->open = false;
			if (unzCloseCurrentFile(p->zip) != UNZ_OK)
				return err_set(err,
				    "the file is damaged "
				    "(its checksum is wrong)");
		}
		status = XML_ParseBuffer(p->xml, n, n == 0);
		if (status == XML_STATUS_ERROR)
			return part_error(p, err);
		if (status == XML_STATUS_SUSPENDED)
			return 1;
	}
	return 0;
}

/* ---- strings ---- */

static int
hex4(const char *s)
{
	int v = 0, d;

	for (int i = 0; i < 4; i++) {
		d = s[i] >= '0' && s[i] <= '9'   ? s[i] - '0'
		    : s[i] >= 'a' && s[i] <= 'f' ? s[i] - 'a' + 10
		    : s[i] >= 'A' && s[i] <= 'F' ? s[i] - 'A' + 10
						 : -1;
		if (d == -1)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* The unit of _xHHHH_ at s, or -1. */
static int
escape_at(const char *s, size_t len)
{
	return len >= 7 && s[0] == '_' && s[1] == 'x' && s[6] == '_'
	    ? hex4(s + 2)
	    : -1;
}

void
xstring_decode(struct buf *b)
{
	char *s, *end, *out, *at;
	size_t used;
	int c, low;

	if (b->len < 7 || (at = memmem(b->data, b->len, "_x", 2)) == NULL)
		return;
	end = b->data + b->len;
	for (s = out = at; s < end;) {
		used = 7;
		c = escape_at(s, (size_t)(end - s));
		if (c >= 0xd800 && c < 0xdc00) {
			low = escape_at(s + 7, (size_t)(end - s - 7));
			c = low >= 0xdc00 && low < 0xe000
			    ? 0x10000 + ((c - 0xd800) << 10) + low - 0xdc00
			    : -1;
			used = 14;
		}
		if (c <= 0 || (c >= 0xd800 && c < 0xe000)) {
			*out++ = *s++;
			continue;
		}
		out += utf8_encode(c, out);
		s += used;
	}
	b->len = (size_t)(out - b->data);
	b->data[b->len] = '\0';
}

struct strings_load {
	struct xlsx_strings *to;
	struct buf text;
	int t, phonetic; /* depth inside <t>, <rPh> */
};

static int
strings_spill(struct xlsx_strings *s)
{
	const char *dir = getenv("TMPDIR");
	size_t at = 0;
	ssize_t n;
	char *name;

	if (s->fd < 0) {
		name = xasprintf("%s/tagtiger-XXXXXX",
		    dir != NULL && dir[0] != '\0' ? dir : "/tmp");
		s->fd = mkostemp(name, O_CLOEXEC);
		if (s->fd >= 0)
			unlink(name); /* it goes with its descriptor */
		free(name);
		if (s->fd < 0)
			return -1;
	}
	while (at < s->mem.len) {
		n = pwrite(s->fd, s->mem.data + at, s->mem.len - at,
		    (off_t)(s->spilled + at));
		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	s->spilled += s->mem.len;
	buf_clear(&s->mem);
	return 0;
}

static void XMLCALL
strings_start(void *arg, const char *name, const char **attrs)
{
	struct xlsx_part *p = arg;
	struct strings_load *l = p->arg;

	(void)attrs;
	name = xml_local(name);
	if (strcmp(name, "si") == 0)
		buf_clear(&l->text);
	else if (strcmp(name, "t") == 0)
		l->t++;
	else if (strcmp(name, "rPh") == 0)
		l->phonetic++;
}

static void XMLCALL
strings_end(void *arg, const char *name)
{
	struct xlsx_part *p = arg;
	struct strings_load *l = p->arg;
	struct xlsx_strings *s = l->to;

	name = xml_local(name);
	if (strcmp(name, "t") == 0) {
		l->t--;
	} else if (strcmp(name, "rPh") == 0) {
		l->phonetic--;
	} else if (strcmp(name, "si") == 0) {
		xstring_decode(&l->text);
		buf_add(&s->mem, buf_str(&l->text), l->text.len);
		s->ends = array_room(s->ends, s->n, &s->cap, sizeof *s->ends);
		s->ends[s->n++] = s->spilled + s->mem.len;
		if (s->mem.len > STRINGS_MEM && strings_spill(s) == -1)
			part_fail(p,
			    "no room for its strings in the "
			    "temporary folder: %s",
			    strerror(errno));
	}
}

static void XMLCALL
strings_text(void *arg, const char *text, int len)
{
	struct xlsx_part *p = arg;
	struct strings_load *l = p->arg;

	if (l->t > 0 && l->phonetic == 0) {
		buf_add(&l->text, text, (size_t)len);
		if (l->text.len > TABLE_RECORD_MAX)
			part_fail(p, "a string of more than %zu MB",
			    TABLE_RECORD_MAX >> 20);
	}
}

int
strings_load(
    struct xlsx_strings *s, unzFile zip, const char *part, struct err *err)
{
	struct strings_load l = { .to = s };
	struct xlsx_part p;
	int ret = -1;

	*s = (struct xlsx_strings){ .fd = -1 };
	if (part_open(&p, zip, part, strings_start, strings_end, strings_text,
		&l, err) == 0)
		ret = part_parse(&p, err);
	part_close(&p);
	buf_free(&l.text);
	return ret == -1 ? err_prefix(err, "the shared strings") : 0;
}

int
strings_get(struct xlsx_strings *s, size_t i, const char **text, size_t *len,
    struct err *err)
{
	uint64_t from;

	if (i >= s->n)
		return err_set(err,
		    "a cell names a string that is not there: "
		    "damaged");
	from = i == 0 ? 0 : s->ends[i - 1];
	*len = (size_t)(s->ends[i] - from);
	if (from >= s->spilled) {
		*text = buf_str(&s->mem) + (from - s->spilled);
		return 0;
	}
	buf_clear(&s->one);
	buf_reserve(&s->one, *len);
	if (pread(s->fd, s->one.data, *len, (off_t)from) != (ssize_t)*len)
		return err_set_errno(err,
		    "its strings in the temporary "
		    "folder cannot be read");
	*text = s->one.data;
	return 0;
}

void
strings_free(struct xlsx_strings *s)
{
	if (s->fd >= 0)
		close(s->fd);
	buf_free(&s->mem);
	buf_free(&s->one);
	free(s->ends);
}

/* ---- styles ---- */

/* Formats 14-22 and 45-47 are dates everywhere (ECMA-376, 18.8.30), 27-36 and
 * 50-58 in East Asian versions. */
static int
builtin_kind(long id)
{
	return id >= 14 && id <= 17 ? XLSX_DATE
	    : id >= 18 && id <= 21  ? XLSX_TIME
	    : id == 22              ? XLSX_DATE | XLSX_TIME
	    : id >= 45 && id <= 47  ? XLSX_TIME
	    : (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? XLSX_EITHER
							       : XLSX_NUMBER;
}

/*
 * y and d make a date, h and s a time, m is whichever the others are. What is
 * quoted, escaped or in brackets (colours, conditions, locales) says nothing,
 * but for elapsed [h], [m], [s]. Only the first section counts.
 */
static int
format_kind(const char *code)
{
	bool date = false, time = false, m = false;
	const char *end;

	for (const char *p = code; *p != '\0' && *p != ';'; p++) {
		switch (*p) {
		case '"':
			end = strchr(p + 1, '"');
			if (end == NULL)
				goto done;
			p = end;
			break;
		case '\\':
		case '_':
		case '*':
			if (p[1] != '\0')
				p++;
			break;
		case '[':
			end = strchr(p, ']');
			if (end == NULL)
				goto done;
			if (strspn(p + 1, "hHmMsS") == (size_t)(end - p - 1))
				time = true;
			p = end;
			break;
		case 'y':
		case 'Y':
		case 'd':
		case 'D': date = true; break;
		case 'h':
		case 'H':
		case 's':
		case 'S': time = true; break;
		case 'm':
		case 'M': m = true; break;
		case 'G':
		case 'g':
			if (strncasecmp(p, "general", 7) == 0)
				p += 6;
			break;
		}
	}
done:
	if (m && !date && !time)
		date = true;
	return (date ? XLSX_DATE : 0) | (time ? XLSX_TIME : 0);
}

struct styles_load {
	struct xlsx_styles *to;
	struct {
		long id;
		int kind;
	} * custom;
	size_t ncustom, cap;
	bool in_xfs;
};

static void XMLCALL
styles_start(void *arg, const char *name, const char **attrs)
{
	struct xlsx_part *p = arg;
	struct styles_load *l = p->arg;
	struct xlsx_styles *s = l->to;
	const char *id = xml_attr(attrs, "numFmtId");
	const char *code = xml_attr(attrs, "formatCode");
	int kind;

	name = xml_local(name);
	if (strcmp(name, "cellXfs") == 0) {
		l->in_xfs = true;
	} else if (strcmp(name, "numFmt") == 0 && id != NULL && code != NULL) {
		l->custom = array_room(
		    l->custom, l->ncustom, &l->cap, sizeof *l->custom);
		l->custom[l->ncustom].id = strtol(id, NULL, 10);
		l->custom[l->ncustom++].kind = format_kind(code);
	} else if (strcmp(name, "xf") == 0 && l->in_xfs) {
		long n = id == NULL ? 0 : strtol(id, NULL, 10);

		kind = builtin_kind(n);
		for (size_t i = 0; i < l->ncustom; i++)
			if (l->custom[i].id == n)
				kind = l->custom[i].kind;
		s->kinds = array_room(s->kinds, s->n, &s->cap, 1);
		s->kinds[s->n++] = (unsigned char)kind;
	}
}

static void XMLCALL
styles_end(void *arg, const char *name)
{
	struct xlsx_part *p = arg;
	struct styles_load *l = p->arg;

	if (strcmp(xml_local(name), "cellXfs") == 0)
		l->in_xfs = false;
}

int
styles_load(
    struct xlsx_styles *s, unzFile zip, const char *part, struct err *err)
{
	struct styles_load l = { .to = s };
	struct xlsx_part p;
	int ret = -1;

	if (part_open(&p, zip, part, styles_start, styles_end, NULL, &l, err) ==
	    0)
		ret = part_parse(&p, err);
	part_close(&p);
	free(l.custom);
	return ret == -1 ? err_prefix(err, "the styles") : 0;
}

/* ---- the workbook ---- */

/* The part that `target` names, seen from the folder of the part `base`. */
static char *
resolve(const char *base, const char *target)
{
	const char *slash = strrchr(base, '/');
	struct buf b = BUF_INIT;

	if (target[0] == '/')
		return xstrdup(target + 1);
	if (slash != NULL)
		buf_add(&b, base, (size_t)(slash - base) + 1);
	while (strncmp(target, "../", 3) == 0) {
		target += 3;
		if (b.len > 0)
			b.len--;
		while (b.len > 0 && b.data[b.len - 1] != '/')
			b.len--;
	}
	buf_adds(&b, target);
	return buf_take(&b);
}

struct rels_load {
	const char *base; /* the part whose relations these are */
	struct xlsx_book *book;
	char *main; /* the workbook, in the package's own relations */
};

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static void XMLCALL
rels_start(void *arg, const char *name, const char **attrs)
{
	struct xlsx_part *p = arg;
	struct rels_load *l = p->arg;
	struct xlsx_book *b = l->book;
	const char *id = xml_attr(attrs, "Id");
	const char *type = xml_attr(attrs, "Type");
	const char *target = xml_attr(attrs, "Target");
	char **to = NULL;

	if (strcmp(xml_local(name), "Relationship") != 0 || id == NULL ||
	    type == NULL || target == NULL)
		return;
	if (ends_with(type, "/officeDocument"))
		to = &l->main;
	else if (ends_with(type, "/sharedStrings"))
		to = &b->strings;
	else if (ends_with(type, "/styles"))
		to = &b->styles;
	else if (ends_with(type, "/worksheet"))
		for (size_t i = 0; i < b->nsheets; i++)
			if (b->sheets[i].id != NULL &&
			    strcmp(b->sheets[i].id, id) == 0)
				to = &b->sheets[i].part;
	if (to != NULL && *to == NULL)
		*to = resolve(l->base, target);
}

static void XMLCALL
book_start(void *arg, const char *name, const char **attrs)
{
	struct xlsx_part *p = arg;
	struct xlsx_book *b = p->arg;
	const char *s, *id;

	name = xml_local(name);
	if (strcmp(name, "workbookPr") == 0) {
		s = xml_attr(attrs, "date1904");
		b->date1904 = s != NULL &&
		    (strcmp(s, "1") == 0 || strcmp(s, "true") == 0);
	} else if (strcmp(name, "sheet") == 0) {
		s = xml_attr(attrs, "name");
		id = xml_attr(attrs, "id");
		if (s == NULL || id == NULL)
			return;
		b->sheets = array_room(
		    b->sheets, b->nsheets, &b->cap, sizeof *b->sheets);
		b->sheets[b->nsheets++] = (struct xlsx_sheet){
			.name = xstrdup(s),
			.id = xstrdup(id),
			.hidden = xml_attr(attrs, "state") != NULL &&
			    strcmp(xml_attr(attrs, "state"), "visible") != 0,
		};
	}
}

static int
load(unzFile zip, const char *part, XML_StartElementHandler start, void *arg,
    struct err *err)
{
	struct xlsx_part p;
	int ret = -1;

	if (part_open(&p, zip, part, start, NULL, NULL, arg, err) == 0)
		ret = part_parse(&p, err);
	part_close(&p);
	return ret;
}

int
book_load(struct xlsx_book *b, unzFile zip, struct err *err)
{
	struct rels_load l = { .base = "", .book = b };
	const char *slash;
	char *rels = NULL;
	size_t n = 0;
	int ret = -1;

	if (part_exists(zip, "_rels/.rels") &&
	    load(zip, "_rels/.rels", rels_start, &l, err) == -1)
		goto out;
	if (l.main == NULL)
		l.main = xstrdup("xl/workbook.xml");
	if (!part_exists(zip, l.main)) {
		err_set(err, part_exists(zip, "content.xml") ?
		    "it is an OpenDocument file: save it as .xlsx" :
		    "it is a zip file, and no workbook is in it: unpack it "
		    "first");
		goto out;
	}
	if (ends_with(l.main, ".bin")) {
		err_set(err, "it is a binary workbook: save it as .xlsx");
		goto out;
	}
	if (load(zip, l.main, book_start, b, err) == -1)
		goto out;
	slash = strrchr(l.main, '/');
	rels = slash == NULL ? xasprintf("_rels/%s.rels", l.main)
			     : xasprintf("%.*s/_rels/%s.rels",
				   (int)(slash - l.main), l.main, slash + 1);
	l.base = l.main;
	if (load(zip, rels, rels_start, &l, err) == -1)
		goto out;
	/* what has no part is a chart sheet or a macro sheet */
	for (size_t i = 0; i < b->nsheets; i++) {
		if (b->sheets[i].part != NULL) {
			b->sheets[n++] = b->sheets[i];
			continue;
		}
		free(b->sheets[i].name);
		free(b->sheets[i].id);
	}
	b->nsheets = n;
	ret = n == 0 ? err_set(err, "it has no worksheet") : 0;
out:
	free(rels);
	free(l.main);
	return ret;
}

void
book_free(struct xlsx_book *b)
{
	for (size_t i = 0; i < b->nsheets; i++) {
		free(b->sheets[i].name);
		free(b->sheets[i].id);
		free(b->sheets[i].part);
	}
	free(b->sheets);
	free(b->strings);
	free(b->styles);
}

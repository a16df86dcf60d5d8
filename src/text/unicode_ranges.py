#!/usr/bin/env python3
"""Prints unicode_ranges.h: classes of code points as the references have them.

    python3 unicode_ranges.py > unicode_ranges.h

The bits named TOK_ are asked of the `tokenizers` library (its tables come
from several Unicode versions), the others of this Python's str and re, which
scikit-learn uses; made with Python 3.11 (Unicode 14) and tokenizers 0.23.
"""
import re
import unicodedata

from tokenizers import normalizers as N, pre_tokenizers as P

BITS = ["WORD", "CASED", "IGNORABLE", "LOWERS", "TOK_DROP", "TOK_PUNCT",
        "TOK_NONSPACING", "TOK_MARK", "TOK_WORD", "TOK_NUMERIC",
        "TOK_LOWERS", "TOK_STARTER"]


def bert(**on):
    flags = dict(clean_text=False, handle_chinese_chars=False,
                 strip_accents=False, lowercase=False)
    return N.BertNormalizer(**{**flags, **on}).normalize_str


clean, strip = bert(clean_text=True), bert(strip_accents=True)
order = N.NFD().normalize_str
lower, marks = N.Lowercase().normalize_str, N.StripAccents().normalize_str
split, words = P.BertPreTokenizer(), P.Whitespace()
digits = P.Digits(individual_digits=True)


def parts(how, c):
    return len(how.pre_tokenize_str("a" + c + "b"))


def classes(c):
    if 0xd800 <= ord(c) < 0xe000:
        return 0
    final = lambda s: s.lower().endswith("\u03c2")
    cased = final(c + "\u03a3")
    one = len(c.lower()) == 1
    return sum(1 << i for i, on in enumerate([
        re.match(r"\w", c), cased, final("A" + c + "\u03a3") and not cased,
        c.lower() != c and one, clean(c) == "", parts(split, c) == 3,
        strip(c) == "", marks(c) == "",
        parts(words, c) == 1, parts(digits, c) == 3,
        lower(c) != c and len(lower(c)) == 1,
        # A combining mark that the library's tables do not know as one.
        unicodedata.combining(c) not in (0, 240) and
        order("\u0345" + c)[0] == "\u0345"]) if on)


def runs(values):
    out = []
    for v in values:
        if out and out[-1][1] == v:
            out[-1][0] += 1
        else:
            out.append([1, v])
    return out


def lower_runs():
    out = []                    # first, last, step, delta
    for i in range(0x110000):
        if 0xd800 <= i < 0xe000 or len(lower(chr(i))) != 1:
            continue
        to = ord(lower(chr(i)))
        assert chr(i).lower() in (chr(i), chr(to), "i\u0307")
        if to == i:
            continue
        if out and out[-1][3] == to - i:
            gap = i - out[-1][1]
            if gap <= 2 and out[-1][2] in (0, gap):
                out[-1][1:3] = [i, gap]
                continue
        out.append([i, i, 0, to - i])
    return out


def table(rows, form):
    line = "\t"
    for r in rows:
        cell = form.format(*r)
        if len(line) + len(cell) > 72:
            print(line.rstrip())
            line = "\t"
        line += cell + " "
    print(line.rstrip())


print("/* Made by unicode_ranges.py; not to be edited. */")
for i, b in enumerate(BITS):
    print("#define UNI_%s %#xu" % (b, 1 << i))
print("\n#ifdef UNICODE_TABLES /* by the one file that holds them */")
print("\n/* Length and classes of each run of code points, from 0 on. */")
print("static const struct {\n\tuint32_t count;\n\tuint16_t classes;\n"
      "} class_runs[] = {")
table(runs(classes(chr(i)) for i in range(0x110000)), "{{ {}, {} }},")
print("};\n\n/* Code points whose lower case is `delta` away, if their "
      "classes say that\n * they have one: first, last, and the step between "
      "them. */")
print("static const struct {\n\tint32_t first, last, step, delta;\n"
      "} lower_runs[] = {")
table([(a, b, s or 1, d) for a, b, s, d in lower_runs()],
      "{{ {}, {}, {}, {} }},")
print("};")
print("\n#endif")

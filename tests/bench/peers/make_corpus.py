"""make_corpus.py LISTS ROWS OUT: a labelled corpus from apt's package lists.

OUT ends in .csv, .parquet or .xlsx. Columns: id, text (synopsis and long
description), label (section), tags. ROWS 0 is every distinct text; more rows
than texts repeat them under other ids. The same lists give the same file.
"""
import csv
import glob
import os
import random
import re
import subprocess
import sys


def read(path):
    if path.endswith(".lz4"):
        return subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path],
                              check=True, capture_output=True).stdout.decode()
    with open(path, encoding="utf-8") as f:
        return f.read()


def stanzas(path):
    for block in read(path).split("\n\n"):
        fields, key = {}, None
        for line in block.split("\n"):
            if line[:1] in (" ", "\t"):
                if key:
                    fields[key] += "\n" + line[1:]
            elif ":" in line:
                key, value = line.split(":", 1)
                fields[key] = value.strip()
        if fields:
            yield fields


def plain(description):
    head, _, body = description.partition("\n")
    out = ""
    for line in body.split("\n"):
        if line.strip() == ".":
            out += "\n\n"
        elif line.startswith(" "):
            out += "\n" + line.strip()
        else:
            out += (" " if out and not out.endswith("\n") else "")
            out += line.strip()
    head = head.strip()
    return head + ".\n\n" + out.strip() if body.strip() else head


def corpus(lists):
    long, first = {}, {}
    for path in sorted(glob.glob(os.path.join(lists, "*Translation-en*"))):
        for d in stanzas(path):
            if "Description-md5" in d and "Description-en" in d:
                long[d["Description-md5"]] = d["Description-en"]
    for path in sorted(glob.glob(os.path.join(lists, "*_Packages*"))):
        for d in stanzas(path):
            if "Package" in d:
                first.setdefault(d["Package"], d)
    seen, rows = set(), []
    for name in sorted(first):
        d = first[name]
        text = plain(long.get(d.get("Description-md5", ""),
                              d.get("Description", "")))
        if not text or text in seen:
            continue
        seen.add(text)
        tags = {t.strip() for t in re.split(r"[,\n]+", d.get("Tag", ""))}
        rows.append((name, text, d.get("Section", "unknown").split("/")[-1],
                     sorted(tags - {""})))
    random.Random(0).shuffle(rows)
    return rows


def main():
    lists, n, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    base = corpus(lists)
    header = ["id", "text", "label", "tags"]

    def rows():
        for i in range(n or len(base)):
            name, *rest = base[i % len(base)]
            again = i // len(base)
            yield (f"{name}~{again}" if again else name, *rest)

    if out.endswith(".csv"):
        with open(out, "w", newline="", encoding="utf-8") as f:
            w = csv.writer(f)
            w.writerow(header)
            w.writerows([*r[:3], ";".join(r[3])] for r in rows())
    elif out.endswith(".parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq
        pq.write_table(pa.table(dict(zip(header, zip(*rows())))), out)
    else:
        from openpyxl import Workbook
        book = Workbook(write_only=True)
        sheet = book.create_sheet("corpus")
        sheet.append(header)
        control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
        for r in rows():
            sheet.append([r[0], control.sub("", r[1])[:32767], r[2],
                          ";".join(r[3])])
        book.save(out)


main()

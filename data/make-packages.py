#!/usr/bin/env python3
"""Draw data/packages.csv and data/tiny.csv from Debian's package lists.

    apt-get update -o Acquire::Languages=en   (into LISTS, see README.md)
    data/make-packages.py LISTS [--rows 3000] [--seed 12]

One binary package of each source package of main in eight sections, so that
no two texts are variants of one. The same lists give the same files.
"""
import argparse, csv, glob, os, random, re, subprocess
from urllib.parse import urlsplit

SECTIONS = ("admin", "games", "graphics", "net", "science", "sound", "utils",
            "web")
HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ("id", "text", "section", "source", "homepage", "size_kb", "depends",
           "architecture", "tags")


def read(path):
    """A list of apt's, packed or not."""
    if path.endswith(".lz4"):
        run = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path],
                             check=True, capture_output=True)
        return run.stdout.decode()
    with open(path, encoding="utf-8") as f:
        return f.read()


def stanzas(path):
    for block in read(path).split("\n\n"):
        fields, key = {}, None
        for line in block.split("\n"):
            if line[:1] == " ":
                fields[key] += "\n" + line[1:]
            elif ":" in line:
                key, value = line.split(":", 1)
                fields[key] = value.strip()
        if fields:
            yield fields


def plain(description):
    """Policy 5.6.13: a dot is an empty line, a further space is verbatim."""
    synopsis, _, body = description.partition("\n")
    out = synopsis.strip() + "\n"
    for line in body.split("\n"):
        if line.strip() == ".":
            out += "\n\n"
        elif line.startswith((" ", "\t")):
            out += "\n" + line.rstrip()
        else:
            out += ("" if out.endswith("\n") else " ") + line.strip()
    return re.sub(r"\n{3,}", "\n\n", out).strip()


def usable(name, text):
    if re.search(r"-(data|doc|dbg|dev|common|core|l10n|examples|bin|libs)\b|"
                 r"-(doc|data)-|^lib", name):
        return False
    if re.search(r"\b(transitional|dummy|meta-?package)\b", text, re.I):
        return False
    if re.search(r"\S@\S+\.\w", text):  # an address: somebody's own
        return False
    return 120 <= len(text) <= 2500


def packages(lists):
    long = {}
    for path in glob.glob(os.path.join(
            lists, "*_debian_dists_*_main_i18n_Translation-en*")):
        for d in stanzas(path):
            long[d["Description-md5"]] = d["Description-en"]
    best = {}
    for path in glob.glob(os.path.join(
            lists, "*_debian_dists_*_main_binary-*_Packages*")):
        for d in stanzas(path):
            name = d["Package"]
            source = d.get("Source", name).split(" ")[0]
            text = plain(long.get(d.get("Description-md5"), ""))
            if d.get("Section") not in SECTIONS or not usable(name, text):
                continue
            # The package that is called like its source, else the first.
            key = (name != source, name)
            if source not in best or key < best[source][0]:
                best[source] = key, row(d, name, source, text)
    rows = sorted((r for _, r in best.values()), key=lambda r: r["id"])
    seen = set()
    return [r for r in rows if not (r["text"] in seen or seen.add(r["text"]))]


def row(d, name, source, text):
    depends = [x for x in d.get("Depends", "").split(",") if x.strip()]
    tags = sorted(t.strip() for t in re.split(r"[,\n]+", d.get("Tag", "")))
    tags = [t for t in tags if re.match(r"(interface|implemented-in|uitoolkit)"
                                        r"::", t)]
    return {"id": name, "text": text, "section": d["Section"],
            "source": source,
            "homepage": (urlsplit(d.get("Homepage", "")).hostname or "")
            .removeprefix("www."),
            "size_kb": d.get("Installed-Size", ""), "depends": len(depends),
            "architecture": d["Architecture"], "tags": " ".join(tags)}


def write(name, rows):
    with open(os.path.join(HERE, name), "w", newline="",
              encoding="utf-8") as f:
        w = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("lists")
    a.add_argument("--rows", type=int, default=3000)
    a.add_argument("--seed", type=int, default=12)
    a = a.parse_args()
    rows = packages(a.lists)
    draw = random.Random(a.seed)
    rows = draw.sample(rows, min(a.rows, len(rows)))
    write("packages.csv", rows)
    write("tiny.csv", sorted(draw.sample(
        [r for r in rows if len(r["text"]) < 600], 60),
        key=lambda r: r["id"]))
    for s in SECTIONS:
        print(s, sum(r["section"] == s for r in rows))


main()

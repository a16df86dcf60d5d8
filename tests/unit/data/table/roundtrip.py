#!/usr/bin/env python3
"""roundtrip.py PROGRAM: is what the table layer writes read back the same by
pandas, pyarrow and openpyxl? PROGRAM is build/tests/tools/table. Not part of
make check, which needs no Python; run it after changing a writer."""
import datetime as dt
import json
import math
import os
import random
import string
import subprocess
import sys
import tempfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

program = sys.argv[1]
random.seed(7)
ODD = [",", ";", "\n", "\r\n", '"', "'", "\t", "é", "東京", "😀", "=1+1", "_x0041_",
       " ", "\\", "</c>", "&amp;", "\u2028", "null", ""]


def text():
    return "".join(random.choice(ODD) if random.random() < .4 else
                   "".join(random.choices(string.printable[:62], k=4))
                   for _ in range(random.randrange(12)))


N = 3000
source = pa.table({
    "id": pa.array([str(10 ** 17 + i) for i in range(N)]),
    "text": pa.array([None if i % 11 == 0 else text() for i in range(N)]),
    "n": pa.array([None if i % 7 == 0 else random.randrange(-2**63, 2**63)
                   for i in range(N)], pa.int64()),
    "p": pa.array([None if i % 5 == 0 else random.uniform(-1, 1) *
                   10 ** random.randrange(-300, 300) for i in range(N)]),
    "yes": pa.array([None if i % 3 == 0 else i % 2 == 0 for i in range(N)]),
    "day": pa.array([None if i % 4 == 0 else dt.date(1899, 12, 1) +
                     dt.timedelta(i * 31) for i in range(N)]),
    "when": pa.array([None if i % 4 == 1 else dt.datetime(1970, 1, 1) +
                      dt.timedelta(seconds=i * 86399) for i in range(N)],
                     pa.timestamp("us")),
    "kind": pa.array([None if i % 6 == 0 else f"k{i % 5}" for i in range(N)])
    .dictionary_encode(),
    "tags": pa.array([None if i % 8 == 0 else ["a", "b\n"][:i % 3]
                      for i in range(N)], pa.list_(pa.string())),
})
want = source.to_pydict()
# what other formats have no type for is text: ISO 8601, JSON
want["day"] = [v and v.isoformat() for v in want["day"]]
want["when"] = [v and v.isoformat() for v in want["when"]]
want["tags"] = [None if v is None else
                json.dumps(v, separators=(",", ":")) for v in want["tags"]]


def plain(v):
    if isinstance(v, list):
        return json.dumps(v, separators=(",", ":"))
    return v.isoformat() if isinstance(v, (dt.date, dt.datetime)) else v



def same(name, got, also=lambda a, b: False):
    bad = [(c, i, a, plain(b)) for c in want for i, (a, b) in
           enumerate(zip(want[c], got[c], strict=True))
           if a != plain(b) and not also(a, plain(b))]
    print(name, "same" if not bad else f"{len(bad)} differ: {bad[:3]}")
    return not bad


def none(v):
    return None if v is None or (isinstance(v, float) and math.isnan(v)) else v


with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    pq.write_table(source, "in.parquet")
    for out in ("out.csv", "out.jsonl", "out.parquet", "out.xlsx"):
        subprocess.run([program, "in.parquet", out], check=True,
                       stdout=subprocess.DEVNULL)
    good = same("parquet by pyarrow", pq.read_table("out.parquet").to_pydict())
    lines = [json.loads(x) for x in open("out.jsonl", encoding="utf-8")
             .read().rstrip("\n").split("\n")]
    good &= same("jsonl by json", {c: [x[c] for x in lines] for c in want})
    t = pd.read_csv("out.csv", dtype={"id": str, "text": str, "n": "Int64"},
                    keep_default_na=False, lineterminator="\n",
                    na_values={c: [""] for c in ("n", "p", "yes")})
    good &= same("csv by pandas", {
        c: [None if v is pd.NA else none(v) for v in t[c].tolist()]
        for c in want}, lambda a, b: a is None and b == "")
    rows = list(openpyxl.load_workbook("out.xlsx").active.values)

    def excel(a, b):
        if isinstance(a, float) and b is not None:  # 16 digits
            return abs(a - b) <= abs(a) * 1e-15
        if isinstance(a, str):  # XML has no returns; openpyxl keeps escapes
            e = (b or "").replace("_x005F_", "_").replace("_x000D_", "\r")
            return a in (b or "", e)
        return isinstance(a, int) and str(a) == b

    good &= same("xlsx by openpyxl", {
        c: [r[i] for r in rows[1:]] for i, c in enumerate(want)}, excel)
sys.exit(not good)

#!/usr/bin/env python3
"""Make the files that tests/unit/test_{csv,xlsx,parquet,jsonl}.c read, and
beside each NAME.expected what it holds: one JSON array a line, first the
columns, then the rows, a string or null per cell, as pandas, openpyxl, pyarrow
and json read the file back. Made once, with pandas 3.1.1, openpyxl 3.1.5 and
pyarrow 26.0.1; run it in this folder to make them anew."""
import datetime as dt
import decimal
import io
import json
import math
import os
import uuid
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def expect(name, columns, rows):
    with open(name + ".expected", "w", encoding="utf-8") as f:
        for row in [columns] + rows:
            f.write(json.dumps(row, ensure_ascii=False) + "\n")


def trim(s):
    """Fractions of a second in groups of three digits, none if zero."""
    z = "Z" if s.endswith("Z") else ""
    s = s.removesuffix("Z")
    if "." in s:
        head, part = s.split(".")
        while part.endswith("000"):
            part = part[:-3]
        s = head + ("." + part if part else "")
    return s + z


# ---- csv ----

TEXTS = pd.DataFrame({
    "id": ["1", "007", "a-3", "12345678901234567890", "5"],
    "text": ["plain", "two\nlines, and a comma; a semicolon\tand a tab | too",
             'she said "yes"', "été, ŒUVRE – 5 €", " kept blanks "],
    "label": ["x", "", "NA", "null", "=1+1"],
})


def csv_expected(name, **options):
    t = pd.read_csv(name, dtype=str, keep_default_na=False, **options)
    expect(name, list(t.columns), t.values.tolist())


for name, options in {
    "comma.csv": {}, "semicolon.csv": {"sep": ";"}, "tab.csv": {"sep": "\t"},
    "pipe.csv": {"sep": "|"}, "bom.csv": {"encoding": "utf-8-sig"},
    "utf16.csv": {"encoding": "utf-16"}, "cp1252.csv": {"encoding": "cp1252"},
    "crlf.csv": {"lineterminator": "\r\n"},
    "quoted.csv": {"quoting": 1},
}.items():
    TEXTS.to_csv(name, index=False, **options)
    csv_expected(name, **{k: v for k, v in options.items()
                          if k in ("sep", "encoding")})
JAPANESE = pd.DataFrame({"id": ["1", "2"], "本文": ["日本語のテキスト、表", "ソ能"]})
JAPANESE.to_csv("sjis.csv", index=False, encoding="shift_jis")
csv_expected("sjis.csv", encoding="shift_jis")
with open("mac.csv", "wb") as f:  # returns alone end the lines
    f.write(b"id,text\r1,one\r2,\"t\rwo\"\r3,three")
csv_expected("mac.csv")
with open("odd.csv", "wb") as f:  # quotes within, blank lines, no end
    f.write(b'id,text,n\n1,5" pipe,a\n\n2,x"y"z,b\n   \n3, "kept",c\n\n4,"",')
csv_expected("odd.csv")

# ---- xlsx ----


def as_text(v, number_format="General"):
    if v is None:
        return None
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, dt.datetime):
        timed = any(c in number_format for c in "hHsS")
        return trim(v.isoformat()) if timed else v.date().isoformat()
    if isinstance(v, (dt.date, dt.time)):
        return v.isoformat()
    if isinstance(v, float) and v == int(v) and abs(v) < 2 ** 53:
        return str(int(v))
    if isinstance(v, (int, float)):
        return repr(v)
    return str(v)


def xlsx_expected(name, sheet=None, errors=("#N/A", "#DIV/0!")):
    book = openpyxl.load_workbook(name, data_only=True)
    ws = book[sheet] if sheet else book.worksheets[0]
    rows = [[None if c.data_type == "e" or c.value in errors
             else as_text(c.value, c.number_format) for c in row]
            for row in ws.iter_rows()]
    rows = [r for r in rows if any(c is not None for c in r)]
    expect(name if sheet is None else name + "." + sheet, rows[0], rows[1:])


def make_types(name, epoch=None):
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    ws = book.active
    ws.title = "data"
    ws.append(["id", "text", "n", "real", "when", "yes", "other"])
    ws.append([1, "one", 12345678901234567, 0.1, dt.date(2024, 1, 31), True,
               None])
    ws.append([2, "rich below", -5, 1 / 3, dt.datetime(2024, 1, 31, 12, 30,
               15), False, "#N/A"])
    ws.append([3, CellRichText("some ", TextBlock(InlineFont(b=True), "bold"),
               " words"), 1e300, 2.5e-7, dt.datetime(1999, 12, 31), None, ""])
    ws.append([])
    ws.append([4, "new\nline & <tag> 😀", 3.0, 100000.0,
               dt.datetime(2030, 2, 3, 4, 5, 6, 789000), None, "x"])
    ws.append(["007", "=1+1 as text", 1e15, 1e16, dt.time(18, 30), None,
               None])
    ws["B7"].data_type = "s"
    ws["E2"].number_format = "yyyy-mm-dd"
    ws["E4"].number_format = 'd" of "mmmm yyyy;@'
    ws["E5"].number_format = "[$-409]m/d/yy h:mm:ss.000 AM/PM;@"
    ws["D3"].number_format = '0.00" days"'
    ws["D6"].number_format = "[Red]#,##0.00"
    hidden = book.create_sheet("hidden", 0)
    hidden.sheet_state = "hidden"
    hidden.append(["a"])
    more = book.create_sheet("Zweites Blatt")
    more.append([None, None])
    more.append([None, "name", None, "name"])
    more.append([None, "x", None, "y"])
    book.save(name)


make_types("types.xlsx")
xlsx_expected("types.xlsx", "data")
make_types("mac1904.xlsx", openpyxl.utils.datetime.CALENDAR_MAC_1904)
xlsx_expected("mac1904.xlsx", "data")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACK = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(name, parts):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as z:
        for part, text in parts.items():
            # a fixed time, so that making them anew changes nothing
            info = zipfile.ZipInfo(part, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, text)


def by_hand(name, sheet, strings=None, styles=None, prefix="", extra=""):
    p = prefix and prefix + ":"
    ns = f'xmlns{":" + prefix if prefix else ""}="{MAIN}"'
    rel = [("rId1", "worksheet", "worksheets/sheet1.xml")]
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACK}"><Relationship Id="r" '
        f'Type="{RELS}/officeDocument" Target="/xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<{p}workbook {ns} xmlns:r="{RELS}"><{p}sheets>'
        f'<{p}sheet name="S" sheetId="1" r:id="rId1"/></{p}sheets>'
        f"</{p}workbook>",
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?>{extra}'
        f"<{p}worksheet {ns}><{p}sheetData>{sheet}</{p}sheetData>"
        f"</{p}worksheet>",
    }
    if strings is not None:
        rel.append(("rId2", "sharedStrings", "sharedStrings.xml"))
        parts["xl/sharedStrings.xml"] = f"<sst {ns}>{strings}</sst>"
    if styles is not None:
        rel.append(("rId3", "styles", "styles.xml"))
        parts["xl/styles.xml"] = f"<styleSheet {ns}>{styles}</styleSheet>"
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{PACK}">' + "".join(
            f'<Relationship Id="{i}" Type="{RELS}/{t}" Target="{to}"/>'
            for i, t, to in rel) + "</Relationships>")
    zipped(name, parts)


by_hand(
    "byhand.xlsx",
    '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><t>'
    'b</t></is></c><c r="D2" t="inlineStr"><is><r><t>d</t></r><r><t>e</t></r>'
    "</is></c></row>"
    '<row r="5"><c r="A5" t="s"><v>1</v></c><c r="B5" t="s"><v>2</v></c>'
    '<c r="D5" t="str"><f>A5&amp;"x"</f><v>cached_x005F_x0041_</v></c></row>'
    '<row><c t="s"><v>3</v></c><c t="e"><v>#DIV/0!</v></c><c/><c><v>1.0</v>'
    "</c></row>"
    '<row r="7"><c r="B7" s="1"><v>45322</v></c><c r="C7" s="2"><v>0.75</v>'
    '</c><c r="D7" s="3"><v>1.5</v></c></row>'
    '<row r="8"><c r="A8" s="4"><v>60000.25</v></c><c r="B8" s="5"><v>44927'
    '</v></c><c r="C8" t="b"><v>1</v></c><c r="D8"><v>3.1400000000000001</v>'
    '</c></row><row r="9"><c r="A9" s="1"/></row>'
    '<row r="10"><c r="A10"><v>1E-3</v></c><c r="B10"><v>-0</v></c>'
    '<c r="C10" s="1"><v>1</v></c><c r="D10" s="1"><v>61</v></c></row>',
    strings="<si><t>a</t></si>"
    '<si><r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text'
    "</t></r></si>"
    "<si><t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh></si>"
    "<si><t>cr_x000D__x000A_ _xD83D__xDE00_ _x0000_ _x00zz_ _x005f_x0042_"
    "</t></si>",
    styles='<numFmts><numFmt numFmtId="164" formatCode="[h]:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="General&quot;d&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="20"/>'
    '<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="31"/></cellXfs>')
expect("byhand.xlsx", ["a", "b", "column_3", "de"], [
    ["rich text", "東京", None, "cached_x0041_"],
    ["cr\r\n 😀 _x0000_ _x00zz_ _x0042_", None, None, "1"],
    [None, "2024-01-31", "18:00:00", "36:00:00"],
    ["60000.25", "2023-01-01", "true", "3.14"],
    ["0.001", "0", "1900-01-01", "1900-03-01"]])
by_hand("prefix.xlsx", '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is>'
        "</x:c></x:row><x:row><x:c><x:v>5</x:v></x:c></x:row>", prefix="x")
expect("prefix.xlsx", ["a"], [["5"]])

# formulas as a program writes them that does not compute; the second row's
# has a result, the last an empty one
by_hand("formula.xlsx", '<row><c t="inlineStr"><is><t>a</t></is></c>'
        '<c t="inlineStr"><is><t>b</t></is></c></row>'
        "<row><c><v>1</v></c><c><f>A2+1</f><v>2</v></c></row>"
        "<row><c><v>2</v></c><c><f>A3+1</f><v></v></c></row>"
        "<row><c><v>3</v></c><c><f>A4+1</f></c></row>"
        '<row><c><v>4</v></c><c t="str"><f>""</f><v></v></c></row>')

# more strings than are kept in memory
by_hand("strings.xlsx", '<row><c t="inlineStr"><is><t>s</t></is></c></row>'
        + "".join(f'<row><c t="s"><v>{i * 7 % 1200}</v></c></row>'
                  for i in range(1200)),
        strings="".join(f"<si><t>{i} {'x' * 32000}</t></si>"
                        for i in range(1200)))

ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
by_hand("bad_entity.xlsx", ROW + '<row r="2"><c r="A2" t="inlineStr"><is><t>'
        "&lol9;</t></is></c></row>", extra='<!DOCTYPE w [<!ENTITY lol "lol">'
        + "".join(f'<!ENTITY lol{i} "{("&lol" + str(i - 1 or "") + ";") * 10}">'
                  for i in range(1, 10)) + "]>")
by_hand("bad_external.xlsx", ROW, extra='<!DOCTYPE w [<!ENTITY x SYSTEM '
        '"file:///etc/passwd">]>')
by_hand("bad_string.xlsx", ROW + '<row r="2"><c r="A2" t="s"><v>7</v></c>'
        "</row>", strings="<si><t>only</t></si>")
by_hand("bad_column.xlsx", ROW + '<row r="2"><c r="XFE2"><v>1</v></c></row>')
by_hand("bad_row.xlsx", ROW + '<row r="1048577"><c><v>1</v></c></row>')
by_hand("bad_order.xlsx", ROW + '<row r="2"><c r="B2"><v>1</v></c>'
        '<c r="B2"><v>2</v></c></row>')
by_hand("bad_xml.xlsx", ROW + '<row r="2"><c r="A2"><v>1</c></row>')
by_hand("wide.xlsx", ROW + '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2">'
        "<v>2</v></c></row>")
by_hand("bad_bomb.xlsx", ROW + " " * (80 << 20))
zipped("bad_nobook.xlsx", {"word/document.xml": "<w/>"})
with open("types.xlsx", "rb") as f:
    whole = f.read()
with open("bad_cut.xlsx", "wb") as f:
    f.write(whole[:len(whole) // 2])
with zipfile.ZipFile("types.xlsx") as z:
    at = z.getinfo("xl/worksheets/sheet2.xml").header_offset
with open("bad_flip.xlsx", "wb") as f:
    f.write(whole[:at + 120] + bytes([whole[at + 120] ^ 0x55])
            + whole[at + 121:])

# ---- Parquet ----


def pq_text(v, t):
    if v is None or (isinstance(v, float) and math.isnan(v)):
        return None
    if pa.types.is_list(t) or pa.types.is_map(t):
        if pa.types.is_floating(t.value_type):  # JSON has only finite ones
            v = [x if x is not None and math.isfinite(x) else None for x in v]
        return json.dumps(v, ensure_ascii=False, separators=(",", ":"))
    if pa.types.is_boolean(t):
        return "true" if v else "false"
    if pa.types.is_float32(t) or pa.types.is_float16(t):
        return as_float(v, t)
    if pa.types.is_floating(t):
        return repr(v)
    if pa.types.is_timestamp(t):
        s = v.isoformat().replace("+00:00", "Z") if not hasattr(
            v, "nanosecond") else v.isoformat()
        return trim(s)
    if pa.types.is_time(t):
        return trim(v.isoformat())
    if pa.types.is_date(t):
        return v.isoformat()
    if pa.types.is_binary(t):
        return v.decode()
    if pa.types.is_fixed_size_binary(t):
        return v.hex()
    if isinstance(t, pa.UuidType):
        return str(v)
    return str(v)


def as_float(v, t):
    import numpy as np
    x = np.float32(v)
    for digits in range(1, 10):
        s = f"{x:.{digits}g}"
        if np.float32(float(s)) == x:
            return repr(float(s))
    return repr(float(x))


def pq_expected(name):
    t = pq.read_table(name)
    cols = [[pq_text(v.as_py(), t.schema.field(i).type) for v in c]
            for i, c in enumerate(t.columns)]
    expect(name, t.column_names, [list(r) for r in zip(*cols)])


U = dt.timezone.utc
TYPES = pa.table({
    "i8": pa.array([1, -2, None, 4], pa.int8()),
    "u8": pa.array([255, 0, None, 4], pa.uint8()),
    "i32": pa.array([-2**31, 2**31 - 1, None, 0], pa.int32()),
    "u32": pa.array([2**32 - 1, 0, None, 7], pa.uint32()),
    "i64": pa.array([-2**63, 2**63 - 1, None, 0], pa.int64()),
    "u64": pa.array([2**64 - 1, 0, None, 7], pa.uint64()),
    "f32": pa.array([0.1, -1e-30, None, float("nan")], pa.float32()),
    "f64": pa.array([0.1, 1e300, None, float("nan")], pa.float64()),
    "yes": pa.array([True, False, None, True]),
    "day": pa.array([dt.date(2024, 2, 29), dt.date(1969, 12, 31), None,
                     dt.date(1, 1, 1)]),
    "ms": pa.array([dt.datetime(2024, 1, 31, 12), dt.datetime(
        1950, 1, 1, 0, 0, 0, 1000), None, dt.datetime(2000, 1, 1)],
        pa.timestamp("ms")),
    "us": pa.array([dt.datetime(2024, 1, 31, 12, 0, 0, 123456), None, None,
                    dt.datetime(2000, 1, 1)], pa.timestamp("us")),
    "utc": pa.array([dt.datetime(2024, 1, 31, 12, tzinfo=U), None, None,
                     None], pa.timestamp("us", "UTC")),
    "time": pa.array([dt.time(1, 2, 3), dt.time(23, 59, 59, 500000), None,
                      dt.time()], pa.time64("us")),
    "dec": pa.array([decimal.Decimal("-12.30"), decimal.Decimal("0.05"), None,
                     decimal.Decimal("12345678901234567890.12")],
                    pa.decimal128(30, 2)),
    "dec9": pa.array([decimal.Decimal("-1.5"), decimal.Decimal("0.0"), None,
                      decimal.Decimal("9.9")], pa.decimal128(9, 1)),
    "s": pa.array(["été 😀", "", None, "two\nlines"]),
    "large": pa.array(["x", "y", None, "z"], pa.large_string()),
    "dict": pa.array(["b", "a", None, "b"]).dictionary_encode(),
    "bin": pa.array([b"bytes", b"", None, b"x"], pa.binary()),
    "fixed": pa.array([b"\0\x01\xff\x7f", b"abcd", None, b"\0\0\0\0"],
                      pa.binary(4)),
    "tags": pa.array([["a", "b\"q"], [], None, ["c", None]],
                     pa.list_(pa.string())),
    "nested": pa.array([[[1, 2], []], [None, [3, None]], None, []],
                       pa.list_(pa.list_(pa.int64()))),
})
pq.write_table(TYPES, "types.parquet")
pq_expected("types.parquet")
FLAT = TYPES.drop_columns(["tags", "nested", "fixed", "u32"])
for codec in ("none", "snappy", "gzip", "brotli", "lz4", "zstd"):
    pq.write_table(TYPES.select(["i64", "s", "f64"]), f"{codec}.parquet",
                   compression=codec)
    pq_expected(f"{codec}.parquet")
pq.write_table(FLAT, "old.parquet", version="1.0", use_dictionary=False,
               data_page_version="1.0", use_deprecated_int96_timestamps=True)
pq_expected("old.parquet")
LONG = pa.table({"i": pa.array(range(3000), pa.int64()),
                 "s": pa.array([None if i % 7 == 0 else f"text {i * i}"
                                for i in range(3000)]),
                 "l": pa.array([[str(j) for j in range(i % 4)]
                                for i in range(3000)], pa.list_(pa.string()))})
pq.write_table(LONG, "groups.parquet", row_group_size=700,
               data_page_version="2.0", data_page_size=2000,
               use_dictionary=["l.list.element"],
               column_encoding={"i": "DELTA_BINARY_PACKED",
                                "s": "DELTA_BYTE_ARRAY"})
pq_expected("groups.parquet")
STRUCT = pa.table({"id": [1, 2], "who": pa.array(
    [{"name": "A", "tags": ["x"]}, None],
    pa.struct([("name", pa.string()), ("tags", pa.list_(pa.string()))])),
    "m": pa.array([[("k", 1), ("l", None)], []],
                  pa.map_(pa.string(), pa.int32()))})
pq.write_table(STRUCT, "struct.parquet")
expect("struct.parquet", ["id", "who.name", "who.tags", "m.key", "m.value"],
       [["1", "A", '["x"]', '["k","l"]', "[1,null]"],
        ["2", None, None, "[]", "[]"]])
pq.write_table(pa.table({"b": pa.array([b"ok", b"\xff\xfe", b"a\0b"])}),
               "bad_bytes.parquet")
INF, NAN = float("inf"), float("nan")
RARE = pa.table({
    "f16": pa.array([1.5, -2.0, 6e-8, 65504, 0, NAN, INF, None],
                    pa.float16()),
    "uuid": pa.array([uuid.UUID(int=i * 0x1234567890abcdef1234567890abcd)
                      for i in range(7)] + [None], pa.uuid()),
    "dec9": pa.array([decimal.Decimal(i) / 100 for i in range(-3, 4)] + [None],
                     pa.decimal128(9, 2)),
    "dec18": pa.array([decimal.Decimal(10 ** 17 * i) for i in range(-3, 4)] +
                      [None], pa.decimal128(18, 0)),
    "signs": pa.array([["\n", "\x01\x1f", "\\", "\x7f"]] + [[]] * 7,
                      pa.list_(pa.string())),
    "halves": pa.array([[0.5, NAN, -INF, None]] + [[]] * 7,
                       pa.list_(pa.float16())),
    "reals": pa.array([[0.5, NAN, -INF, None]] + [[]] * 7,
                      pa.list_(pa.float64())),
})
pq.write_table(RARE, "rare.parquet", store_decimal_as_integer=True)
pq_expected("rare.parquet")
with open("groups.parquet", "rb") as f:
    whole = f.read()
with open("bad_cut.parquet", "wb") as f:
    f.write(whole[:len(whole) // 2])
with open("bad_flip.parquet", "wb") as f:  # inside the second row group
    f.write(whole[:9000] + bytes(200) + whole[9200:])

# ---- jsonl ----

LINES = [
    '{"id": 9223372036854775807, "text": "a\\u00e9\\ud83d\\ude00\\n\\"q\\"", '
    '"n": 0.1, "yes": true, "none": null, "list": [1, "b", {"k": null}]}',
    "",
    '{"id": 12345678901234567890123, "n": 1.0, "text": "", "extra": "x"}',
    '  { "n" : -1.5e-7 , "id" : "007" , "list" : [ ] , "yes" : false }\r',
    '{"id":1,"text":"first","text":"last","object":{"a":{"b":[1.50,2]}}}',
]
with open("types.jsonl", "w", encoding="utf-8", newline="") as f:
    f.write("\n".join(LINES))
columns, rows = [], []


def js(v):
    """Numbers keep their digits (parsed as Raw), the rest as json has it."""
    if v is None:
        return None
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (dict, list)):
        return dump(v)
    return str(v)


class Raw(str):
    pass


def dump(v):
    if isinstance(v, Raw):
        return str(v)
    if isinstance(v, dict):
        return "{" + ",".join(json.dumps(k) + ":" + dump(x)
                              for k, x in v.items()) + "}"
    if isinstance(v, list):
        return "[" + ",".join(map(dump, v)) + "]"
    return json.dumps(v, ensure_ascii=False)


for line in filter(str.strip, LINES):
    row = json.loads(line, parse_int=Raw, parse_float=Raw)
    columns += [k for k in row if k not in columns]
    rows.append(row)
expect("types.jsonl", columns, [[js(r.get(c)) for c in columns]
                                for r in rows])

# ---- seeds of the fuzzers ----

SEEDS = "../../../fuzz/corpus/"
for kind, names in {
    "csv": ["comma.csv", "utf16.csv", "odd.csv", "mac.csv", "sjis.csv"],
    "parquet": ["types.parquet", "struct.parquet", "gzip.parquet",
                "brotli.parquet", "lz4.parquet", "none.parquet"],
    "jsonl": ["types.jsonl"],
}.items():
    os.makedirs(SEEDS + kind, exist_ok=True)
    for name in names:
        with open(name, "rb") as f, open(f"{SEEDS}{kind}/{name}", "wb") as g:
            g.write(f.read())
os.makedirs(SEEDS + "xlsx", exist_ok=True)
for name in ("byhand.xlsx", "prefix.xlsx", "bad_entity.xlsx"):
    # not packed, so that a changed byte is one of the XML
    with zipfile.ZipFile(name) as z, zipfile.ZipFile(
            f"{SEEDS}xlsx/{name}", "w", zipfile.ZIP_STORED) as to:
        for info in z.infolist():
            to.writestr(zipfile.ZipInfo(info.filename, info.date_time),
                        z.read(info))

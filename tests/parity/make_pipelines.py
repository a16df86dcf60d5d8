#!/usr/bin/env python3
"""make_pipelines.py > pipelines.json: other pipelines over one vocabulary.

Each case replaces parts of bert_uncased/tokenizer.json; ids and offsets are
those of the tokenizers library for every text.
"""
import json
import os
import random
import sys
import unicodedata

import tokenizers
from tokenizers import Tokenizer, normalizers as N, pre_tokenizers as P

HERE = os.path.dirname(os.path.abspath(__file__))


def part(x):
    return json.loads(x.__getstate__())


def added(normalized):
    out = []
    for content, flags in [
            ("don", ""), ("don't x", "w"), ("é", "l"), ("zz", "r"),
            ("ab", "lr"), ("##", "w"), ("a", "wlr")]:
        out.append({"id": 0, "content": content, "special": False,
                    "single_word": "w" in flags, "lstrip": "l" in flags,
                    "rstrip": "r" in flags, "normalized": normalized(content)})
    return out


BERT = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
CASES = [{"normalizer": part(n)} for n in (
    N.NFC(), N.NFD(), N.NFKC(), N.NFKD(), N.Lowercase(), N.StripAccents(),
    N.Strip(), N.Sequence([N.NFD(), N.StripAccents(), N.Lowercase()]),
    N.Sequence([N.Replace(" ", "\u2581\u2581x"), N.Replace("ab", ""),
                N.Replace("é", "e")]),
    N.Sequence([N.Prepend("\u2581y"), N.NFKC()]),
    N.BertNormalizer(clean_text=False, handle_chinese_chars=False,
                     strip_accents=True, lowercase=False),
    N.BertNormalizer(strip_accents=False, lowercase=True))]
CASES += [{"pre_tokenizer": part(p)} for p in (
    P.Whitespace(), P.WhitespaceSplit(), P.Punctuation(), P.Digits(),
    P.Digits(individual_digits=True),
    P.Sequence([P.WhitespaceSplit(), P.Punctuation(),
                P.Digits(individual_digits=True)]))]
CASES += [{"normalizer": None}, {"pre_tokenizer": None},
          {"post_processor": None}, {"post_processor": BERT}, {},
          {"added_tokens": added(lambda c: False)},
          {"added_tokens": added(lambda c: True)},
          {"added_tokens": added(lambda c: len(c) % 2 == 0)}]


def texts():
    rng = random.Random(3)
    cps = [chr(c) for c in range(0x20, 0x30000) if not 0xd800 <= c < 0xe000]
    marks = [c for c in cps if unicodedata.combining(c)]
    pool = [c for c in cps if unicodedata.category(c) != "Cn" and
            not ("\u4e00" <= c < "\u9fff" or "\uac00" <= c < "\ud7a4")]
    bits = ["[CLS]", "[MASK]", "[SEP]", " ", "\n", "\u200b", "[", "##", "é",
            "e\u0301\u0323", "ﬁ", "İ", "中", "한", "\u1100\u1161\u11a8",
            "\u0344", "Å", "½", "don't x", "don", "zz ", "ab", "AB", "a",
            "É", "_", "\ufffd", "\u2126", "12", "a" * 101]
    out = ["", " ", "\u0301", "[CLS]", " ab ", "e\u0301", "\u0301e",
           "I don't xa, a ab##ab zz  zz don"]
    for _ in range(24):
        out.append("".join(
            rng.choice(bits) if rng.random() < .5 else
            rng.choice(marks) if rng.random() < .3 else rng.choice(pool)
            for _ in range(rng.randint(2, 14))))
    return out


def main():
    base = json.load(open(os.path.join(HERE, "bert_uncased/tokenizer.json"),
                          encoding="utf-8"))
    all_texts, cases = texts(), []
    for change in CASES:
        j = dict(base, **change)
        if "added_tokens" in change:
            j["added_tokens"] = base["added_tokens"] + change["added_tokens"]
        t = Tokenizer.from_str(json.dumps(j))
        enc = [t.encode(x) for x in all_texts]
        cases.append({"change": change, "ids": [e.ids for e in enc],
                      "offsets": [e.offsets for e in enc]})
    json.dump({"texts": all_texts, "cases": cases,
               "versions": {"tokenizers": tokenizers.__version__}},
              sys.stdout, separators=(",", ":"))
    print()


main()

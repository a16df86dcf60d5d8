#!/usr/bin/env python3
"""make_words.py > words.json: terms as scikit-learn's analyzers make them.

Every text is one of `texts`; `terms` are in the analyzer's order. Made with
Python 3.11 (Unicode 14), whose str.lower and \\w the terms depend on.
"""
import json
import random
import sys
import unicodedata

import sklearn
from sklearn.feature_extraction.text import CountVectorizer

CASES = [
    {}, {"ngram_range": [1, 3]}, {"ngram_range": [2, 2]},
    {"lowercase": False}, {"token_pattern": r"(?u)\b\w+\b"},
    {"strip_accents": "unicode"}, {"strip_accents": "ascii"},
    {"strip_accents": "unicode", "lowercase": False},
    {"stop_words": ["the", "la", "ça", "straße", "2nd"],
     "ngram_range": [1, 2]},
    {"analyzer": "char", "ngram_range": [1, 2]},
    {"analyzer": "char", "ngram_range": [3, 5], "strip_accents": "unicode"},
    {"analyzer": "char_wb", "ngram_range": [2, 4]},
    {"analyzer": "char_wb", "ngram_range": [1, 6], "strip_accents": "ascii"},
]
TEXTS = [
    "", " ", "a", "ab", "A b", "The cost of the 2nd housing-plan, 50%!",
    "ΟΔΥΣΣΕΥΣ Σ ΑΣ ΑΣΑ ΣΑΣ Α.Σ. ΑΣ' Σ' 'ΑΣ'Β ΑΣ\u00adΒ ΑΣ\u0301 ᾼΣ",
    "İstanbul Iğdır ıI İİ I\u0307 ǅ Ǆ ǈ", "Straße STRASSE ẞ ﬁnance ﬃ",
    "ÇA Ça ça C\u0327A e\u0301te\u0301 É E\u0301", "x\u200by x\u00ady x\u2060y",
    "tab\tnew\nline\r\nfeed\x0bform\x0c fs\x1cgs\x1dend\x85nel\u2028ps",
    "  two  spaces \n\n newline \t x ", "日本語のテキスト 한국어 텍스트 中文",
    "नमस्ते दुनिया ไทยแลนด์ עִבְרִית العَرَبِيَّة", "١٢٣ ४५६ ²³ ½ Ⅷ ⅷ Ⓐ ⓐ ①",
    "_under_score __init__ a_b 1_000", "e-mail@example.org http://x.y/z?q=1",
    "\U0001f600 \U0001d400\U0001d41a \U00010400\U00010428 \U0001e900",
    "a\u0300\u0316b \u0316\u0300 \u1e9b\u0323 Å Å ℵ µ μ", "O'Brien l'été",
    "ÀÉÎÕÜ àéîõü ĀāĂă ŐőŰű ŁłØøÐð ÆæŒœ", "Ⱥ ⱥ Ⱦ ꭰ Ꭰ Ᏸ ჱ Ა",
]


def main():
    rng = random.Random(7)
    pool = [c for c in map(chr, range(0x30, 0x30000))
            if unicodedata.category(c)[0] in "LMNPSZ"]
    some = pool[:3000]
    texts = TEXTS + ["".join(rng.choice(some if rng.random() < .6 else pool)
                             if rng.random() < .7 else rng.choice("ΣσAbİ ' ")
                             for _ in range(40)) for _ in range(25)]
    cases = []
    for o in CASES:
        kw = {k: tuple(v) if k == "ngram_range" else v for k, v in o.items()}
        analyze = CountVectorizer(**kw).build_analyzer()
        cases.append({"options": o, "terms": [analyze(t) for t in texts]})
    json.dump({"texts": texts, "cases": cases,
               "versions": {"sklearn": sklearn.__version__,
                            "unicode": unicodedata.unidata_version}},
              sys.stdout, separators=(",", ":"))
    print()


main()

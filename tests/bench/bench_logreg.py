"""bench_logreg.py CASE OUT: writes the case's data to OUT for the C driver and
runs scikit-learn on it in its fastest setting (one thread), best of three.
Prints seconds and the objective reached (cv: the accuracy).
CASE: dense1000, dense10000, sparse10000, cv2000."""
import os
import sys
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import csv
import time
import warnings
from collections import Counter
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
csv.field_size_limit(1 << 30)
case, out = sys.argv[1:]
kind, n = case.rstrip("0123456789"), int(case.lstrip("abcdefghijklmnopqrstuvwxyz"))
peers = os.environ["PEERS"]
rows = []
with open(os.path.join(peers, "deb.csv"), encoding="utf-8", newline="") as f:
    for row in csv.DictReader(f):
        rows.append((row["label"], row["text"]))
        if len(rows) == 50000:
            break
# The 40 most frequent labels, as shared by all of the peers' jobs.
top = sorted(l for l, _ in Counter(l for l, _ in rows).most_common(40))
code = {l: i for i, l in enumerate(top)}
keep = [i for i, (l, _) in enumerate(rows) if l in code][:n]
y = np.array([code[rows[i][0]] for i in keep], np.int32)


def write(parts, d, k):
    with open(out, "wb") as f:
        np.array([len(y), d, k, kind == "sparse"], np.int64).tofile(f)
        y.tofile(f)
        for p in parts:
            p.tofile(f)


def best(run):
    times = []
    for _ in range(3):
        a = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - a)
    return min(times), result


def objective(clf, x):
    p = clf.predict_proba(x)[np.arange(len(y)),
                             np.searchsorted(clf.classes_, y)]
    return -np.log(p).sum() + 0.5 * (clf.coef_ ** 2).sum()


if kind == "sparse":
    from sklearn.feature_extraction.text import TfidfVectorizer
    x = TfidfVectorizer(min_df=5, max_features=20000).fit_transform(
        [rows[i][1] for i in keep]).tocsr()
    x.sort_indices()
    write([x.indptr.astype(np.int64), x.indices.astype(np.int32),
           x.data.astype(np.float32)], x.shape[1], 40)
    s, clf = best(lambda: LogisticRegression(max_iter=1000).fit(x, y))
    print("%.4f %.6f" % (s, objective(clf, x)))
    sys.exit()
x = np.load(os.path.join(peers, "emb50k.npy"), mmap_mode="r")[keep]
if kind == "cv":
    count = np.bincount(y, minlength=40)
    ok = count[y] >= 10
    x, y = x[ok], np.unique(y[ok], return_inverse=True)[1].astype(np.int32)
write([np.ascontiguousarray(x, np.float32)], x.shape[1], int(y.max()) + 1)
x = x.astype(np.float64)
if kind == "cv":
    pipe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    a = time.perf_counter()
    score = cross_val_score(pipe, x, y, cv=folds)
    print("%.4f %.4f" % (time.perf_counter() - a, score.mean()))
    sys.exit()


def fit():
    scaled = StandardScaler().fit_transform(x)
    return LogisticRegression(max_iter=1000).fit(scaled, y), scaled


s, (clf, x) = best(fit)
print("%.4f %.6f" % (s, objective(clf, x)))

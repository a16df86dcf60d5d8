#!/usr/bin/env python3
"""Makes sk/learncurve.json: scikit-learn's learning_curve on fixed folds.

Last made with scikit-learn (see "versions" in the file); run as
    python3 tests/parity/make_learncurve.py >tests/parity/sk/learncurve.json
"""
import json
import sys
import warnings

import numpy
import scipy.optimize
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, learning_curve

warnings.simplefilter("ignore")
N, D, K, FOLDS = 240, 6, 3, 5
SIZES = [12, 24, 48, 96, 192]
rng = numpy.random.default_rng(7)
y = rng.choice(K, N, p=[0.5, 0.3, 0.2])
centres = rng.normal(size=(K, D))
x = (centres[y] + 1.4 * rng.normal(size=(N, D))).astype(numpy.float32)
order = rng.permutation(N)
rank = numpy.empty(N, dtype=int)
rank[order] = numpy.arange(N)

folds = []
for train, test in StratifiedKFold(FOLDS).split(x, y):
    folds.append((train[numpy.argsort(rank[train])], test))
model = LogisticRegression(C=1.0, tol=1e-10, max_iter=10000)
sizes, _, accuracy = learning_curve(
    model, x, y, cv=folds, train_sizes=SIZES, scoring="accuracy")
_, _, f1 = learning_curve(
    model, x, y, cv=folds, train_sizes=SIZES, scoring="f1_macro")
assert list(sizes) == SIZES

# The power law, by another optimiser; each point has its n as weight.
points = numpy.array([20, 40, 80, 160, 320, 640], dtype=float)
laws = []
for a, b, c in [(0.9, 1.2, 0.5), (0.75, 3.0, 0.8), (0.95, 0.8, 0.15)]:
    value = a - b * points ** -c + 0.004 * rng.normal(size=len(points))
    best = scipy.optimize.least_squares(
        lambda p: points ** 0.5 * (p[0] - p[1] * points ** -p[2] - value),
        (a, b, c),
        bounds=([0, -numpy.inf, 0.05], [1, numpy.inf, 2]), xtol=1e-14,
        ftol=1e-14, gtol=1e-14)
    p = best.x
    laws.append({
        "n": points.tolist(), "y": value.tolist(), "squares": 2 * best.cost,
        "at_640": p[0] - p[1] * 640 ** -p[2],
        "at_740": p[0] - p[1] * 740 ** -p[2]})

json.dump({
    "versions": {"scikit-learn": sklearn.__version__,
                 "numpy": numpy.__version__},
    "folds": FOLDS, "k": K, "d": D, "sizes": SIZES,
    "x": [[float(v) for v in row] for row in x], "y": y.tolist(),
    "rank": rank.tolist(), "f1_macro": f1.tolist(),
    "accuracy": accuracy.tolist(), "laws": laws}, sys.stdout)
sys.stdout.write("\n")

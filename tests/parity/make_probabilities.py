"""probabilities.json: what scikit-learn says of probabilities, with intervals
by bootstrap, for test_metrics.c. Run by hand:

    python make_probabilities.py > sk/probabilities.json

Probabilities are multiples of 1/4096, which floats hold; the wider steps make
ties, and bins that end on a probability.
"""
import json

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

rng = np.random.default_rng(20)
BINS = 10


def auc(y, p):
    """One label against the rest; those that all or none have are left out."""
    v = [roc_auc_score(y[:, j], p[:, j]) for j in range(y.shape[1])
         if 0 < y[:, j].sum() < len(y)]
    return np.mean(v) if v else np.nan


def ece(y, p):
    true, mean = calibration_curve(y, p, n_bins=BINS)
    edges = np.linspace(0, 1, BINS + 1)
    count = np.bincount(np.searchsorted(edges[1:-1], p), minlength=BINS)
    return np.sum(np.abs(true - mean) * count[count > 0]) / len(p)


def classes(y, p):
    k = p.shape[1]
    one = np.eye(k, dtype=int)[y]
    best = p.argmax(axis=1)
    return [auc(one, p),
            brier_score_loss(y, p[:, 1], labels=[0, 1]) if k == 2 else
            brier_score_loss(y, p, labels=list(range(k))),
            log_loss(y, p, labels=list(range(k))),
            ece((best == y).astype(int), p.max(axis=1))]


def labels(y, p):
    k = p.shape[1]
    return [auc(y, p),
            np.mean([brier_score_loss(y[:, j], p[:, j], labels=[0, 1])
                     for j in range(k)]),
            np.mean([log_loss(y[:, j], p[:, j], labels=[0, 1])
                     for j in range(k)]),
            ece(y.ravel(), p.ravel())]


def intervals(score, y, p, point):
    v = []
    for _ in range(2000):
        i = rng.integers(0, len(y), len(y))
        v.append(score(y[i], p[i]))
    lo, hi = np.nanquantile(np.array(v), [.025, .975], axis=0)
    # the calibration error's is the basic one: chance is taken off
    lo[3], hi[3] = max(2 * point[3] - hi[3], 0), max(2 * point[3] - lo[3],
                                                     point[3])
    return lo, hi


def case(name, n, k, multi, step, absent, temperature):
    logits = rng.normal(0, 1.5, (n, k))
    if absent:
        logits[:, k - 1] = -30
    if multi:
        y = (rng.random((n, k)) < 1 / (1 + np.exp(-logits))).astype(int)
        p = 1 / (1 + np.exp(-logits * temperature))
    else:
        q = np.exp(logits)
        q /= q.sum(axis=1, keepdims=True)
        y = np.array([rng.choice(k, p=r) for r in q])
        p = np.exp(logits * temperature)
        p /= p.sum(axis=1, keepdims=True)
    p = np.clip(np.round(p * step), 1 if multi else 0, step)
    if multi:
        p = np.minimum(p, step - 1)
    else:
        # rows add up to 1, and no annotated one has none
        p = np.maximum(p, 1)
        p[np.arange(n), p.argmax(axis=1)] += step - p.sum(axis=1)
    p /= step
    score = labels if multi else classes
    point = score(y, p)
    lo, hi = intervals(score, y, p, point)
    keys = ["roc_auc", "brier", "log_loss", "ece"]
    out = {"name": name, "multilabel": multi, "y": y.tolist(),
           "probabilities": p.tolist()}
    for i, key in enumerate(keys):
        out[key] = float(point[i])
        out[key + "_ci"] = [float(lo[i]), float(hi[i])]
    return out


cases = [
    case("two classes", 80, 2, False, 4096, False, 1),
    case("three classes, too sure", 60, 3, False, 4096, False, 3),
    case("four classes with ties", 100, 4, False, 16, False, 1),
    case("a class that is not there", 50, 4, False, 4096, True, 1),
    case("three labels", 60, 3, True, 4096, False, 1),
    case("labels with ties, one not there", 50, 4, True, 16, True, 2),
]
print("{\"scikit-learn\": %s, \"cases\": [" % json.dumps(sklearn.__version__))
print(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases))
print("]}")

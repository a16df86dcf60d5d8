"""agreement_pairs.json: what krippendorff, scikit-learn and statsmodels say of
small annotation tables, for test_agreement.c. Run by hand, with these three:

    python make_agreement.py > sk/agreement_pairs.json
"""
import itertools
import json
import math

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

rng = np.random.default_rng(7)


def masi(a, b):
    """Passonneau 2006."""
    a, b = set(a), set(b)
    if not a | b:
        return 0.0
    j = len(a & b) / len(a | b)
    m = 1 if a == b else 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - j * (m if a & b else 0)


def alpha(rows, k):
    values = [np.nan if c < 0 else float(c) for r in rows for c in r]
    t = np.array(values).reshape(len(rows), -1)
    return krippendorff.alpha(reliability_data=t, value_domain=list(range(k)),
                              level_of_measurement="nominal")


def case(coders, n, nlabels, sets, missing, noise):
    if sets:
        kinds = [list(c) for r in range(nlabels + 1)
                 for c in itertools.combinations(range(nlabels), r)]
    else:
        kinds = [[j] for j in range(nlabels)]
    k = len(kinds)
    truth = rng.integers(0, k, n)
    code = np.where(rng.random((coders, n)) < noise,
                    rng.integers(0, k, (coders, n)), truth)
    code = np.where(rng.random((coders, n)) < missing, -1, code)
    keep = (code >= 0).sum(0) >= 2
    out = {"codes": code.tolist(), "kinds": kinds, "labels": nlabels,
           "sets": sets, "texts": int(keep.sum()),
           "alpha": alpha(code[:, keep], k)}
    out["label_alpha"] = []
    for j in range(nlabels):
        has = np.array([j in kind for kind in kinds] + [False])
        one = np.where(code >= 0, has[code].astype(int), -1)[:, keep]
        out["label_alpha"].append(alpha(one, 2))
    out["pairs"] = []
    for a, b in itertools.combinations(range(coders), 2):
        both = (code[a] >= 0) & (code[b] >= 0)
        if both.any():
            x, y = code[a, both], code[b, both]
            out["pairs"].append({"a": a, "b": b, "n": int(both.sum()),
                                 "percent": float((x == y).mean()),
                                 "kappa": cohen_kappa_score(x, y)})
    m = (code >= 0).sum(0)
    raters = max(range(2, coders + 1), key=lambda r: ((m == r).sum(), r))
    table = np.zeros((int((m == raters).sum()), k), int)
    for row, u in enumerate(np.flatnonzero(m == raters)):
        for c in code[:, u]:
            if c >= 0:
                table[row, c] += 1
    out["raters"] = raters
    out["fleiss"] = float(fleiss_kappa(table))
    if sets:
        d = np.array([[masi(a, b) for b in kinds] for a in kinds])
        t = np.where(code[:, keep] < 0, np.nan, code[:, keep].astype(float))
        out["masi"] = krippendorff.alpha(
            reliability_data=t, value_domain=list(range(k)),
            level_of_measurement=lambda v1, v2, **_: np.vectorize(
                lambda p, q: d[int(p), int(q)])(v1, v2))
    return out


cases = [case(2, 60, 3, False, 0, .3), case(3, 80, 4, False, .3, .4),
         case(5, 200, 6, False, .6, .2), case(2, 50, 2, False, .2, .9),
         case(3, 90, 4, True, .25, .3), case(2, 40, 3, True, 0, .5)]
assert not any(math.isnan(c["alpha"]) for c in cases)
print(json.dumps({"cases": cases}, indent=None))

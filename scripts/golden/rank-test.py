"""Reference values of the one-sided Mann-Whitney test ("a is lower than b"), exact and with ties.
Run: python3 scripts/golden/rank-test.py > src/analysis/rank-test.golden.json      (SciPy 1.10.1, NumPy 1.24.2)
"""
import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(1)
pairs = [
    ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]),
    ([4.0, 5.0, 6.0], [1.0, 2.0, 3.0]),
    ([0.5], [0.1, 0.9, 1.3]),
    ([1.0, 2.0, 2.0, 3.0], [2.0, 3.0, 4.0]),
    ([0.0, 0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0, 2.0, 2.0]),
]
for n, m, shift in [(5, 5, 0.5), (8, 30, 0.3), (7, 12, -1.0), (3, 60, 2.0), (20, 20, 0.8), (40, 25, 3.0), (9, 9, 0.0)]:
    a = rng.normal(size=n).round(4)
    b = (rng.normal(size=m) + shift).round(4)
    pairs.append((a.tolist(), b.tolist()))
rows = []
for a, b in pairs:
    # SciPy's statistic counts pairs with a > b; ours those with a < b.
    r = stats.mannwhitneyu(a, b, alternative="less")
    rows.append(dict(a=a, b=b, wins=len(a) * len(b) - r.statistic, p=r.pvalue))
print(json.dumps(rows))

"""Reference values of special functions and truncated normals.
Run: python3 scripts/golden/special.py > src/math/special.golden.json      (SciPy 1.10.1, NumPy 1.24.2)
"""
import json

import numpy as np
from scipy import special, stats

xs = [-30, -8.5, -3.2, -1, -0.5, -0.46875, -0.1, -1e-10, 0, 1e-300, 1e-5, 0.3, 0.46875, 0.5, 1, 2, 3.999, 4, 4.5, 6, 10, 20, 26, 30, 100, 1e8]
zs = [-1e10, -1000, -100, -40, -37.5, -20, -10, -5, -1.0001, -0.9999, -0.3, 0, 1e-9, 0.5, 1, 3, 6, 8, 20, 40]
ps = [5e-324, 1e-300, 1e-200, 1e-100, 1e-50, 1e-16, 1e-8, 1e-4, 0.01, 0.075, 0.0750001, 0.3, 0.5, 0.7, 0.924999, 0.99, 1 - 1e-8, 1 - 2**-53]
gs = [1e-8, 0.1, 0.5, 1, 1.5, 2, 3.7, 10, 100, 1e6]
truncated = []
for mean, sd, low, high in [(0, 1, -1, 2), (0.5, 0.1, 0, 1), (0, 1, 9, 12), (0, 1, -50, -45), (-3, 0.1, 0, 1), (0.5, 1e-3, 0, 1), (0.2, 30, 0, 1)]:
    d = stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)
    us = [0.0, 1e-6, 0.2, 0.5, 0.9, 1.0]
    x = [float(v) for v in d.ppf(us)]
    at = [low + f * (high - low) for f in (0, 0.1, 0.5, 0.99)]
    truncated.append(dict(mean=mean, sd=sd, low=low, high=high, u=us, quantile=x, x=at, logPdf=[float(v) for v in d.logpdf(at)]))

pairs = lambda f, v: [[float(a), float(f(a))] for a in v]
finite = lambda rows: [r for r in rows if np.isfinite(r[1])]
print(json.dumps(dict(
    erf=pairs(special.erf, xs), erfc=pairs(special.erfc, xs), erfcx=finite(pairs(special.erfcx, xs)),
    normalCdf=pairs(special.ndtr, zs), normalLogCdf=pairs(special.log_ndtr, zs), normalQuantile=pairs(special.ndtri, ps),
    logGamma=pairs(special.gammaln, gs), truncated=truncated), indent=1))

"""The least value of Hartmann's function of six variables (src/testing/problems.ts) and tails of the binomial distribution (src/testing/quality.test.ts).
scipy 1.10.1, numpy 1.24.2. Prints what stands there."""
import numpy as np
from scipy.optimize import minimize
from scipy.stats import binomtest

A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = 1e-4 * np.array(
    [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]
)
alpha = np.array([1, 1.2, 3, 3.2])
best = minimize(
    lambda x: -(alpha * np.exp(-(A * (x - P) ** 2).sum(1))).sum(),
    [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573],
    method="Nelder-Mead",
    options=dict(xatol=1e-12, fatol=1e-16, maxiter=20000, maxfev=20000),
)
print(list(best.x), best.fun)
for wins, n in [(20, 24), (15, 16), (12, 24), (0, 5)]:
    print(wins, n, binomtest(wins, n, 0.5, alternative="greater").pvalue)

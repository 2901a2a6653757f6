"""Two-sided quantiles of Student's t: [share, degrees of freedom, t].
Run: python3 scripts/golden/student_t.py > src/math/student-t.golden.json      (SciPy 1.10.1)
"""
import json

from scipy import stats

rows = [[share, n, float(stats.t.ppf((1 + share) / 2, n))] for share in (0.5, 0.9, 0.95, 0.99) for n in (1, 2, 3, 4, 5, 7, 10, 29, 100)]
print(json.dumps(rows))

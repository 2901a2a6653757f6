"""Direction numbers and unscrambled points of the Sobol and Halton sequences.
Run: python3 scripts/golden/sobol.py table > src/math/sobol-directions.ts   (SciPy 1.10.1, which carries new-joe-kuo-6.21201)
     python3 scripts/golden/sobol.py points > src/math/sobol.golden.json
"""
import json
import os
import sys

import numpy as np
import scipy
from scipy.stats import qmc

DIMENSIONS = 128

if sys.argv[1] == 'table':
    data = np.load(os.path.join(os.path.dirname(scipy.__file__), 'stats/_sobol_direction_numbers.npz'))
    rows = []
    for poly, init in zip(data['poly'][1:DIMENSIONS], data['vinit'][1:DIMENSIONS]):
        degree = int(poly).bit_length() - 1
        rows.append(f"{poly} {' '.join(str(v) for v in init[:degree])}")
    print('/**')
    print(' * Primitive polynomials and initial direction numbers of the Sobol sequence, dimensions 2 to %d:' % DIMENSIONS)
    print(' * new-joe-kuo-6.21201 of S. Joe and F. Y. Kuo 2008, SIAM J. Sci. Comput. 30 (BSD licence), printed by scripts/golden/sobol.py.')
    print(' * One dimension between semicolons: the polynomial as bits (degree first), then m₁ … m_degree.')
    print(' */')
    print('export const DIRECTIONS =')
    text = ';'.join(rows)
    width = 108
    parts = [text[i:i + width] for i in range(0, len(text), width)]
    print(' +\n'.join(f"  '{p}'" for p in parts) + ';')
else:
    sobol = qmc.Sobol(d=DIMENSIONS, scramble=False).random(64)
    halton = qmc.Halton(d=40, scramble=False).random(64)
    print(json.dumps(dict(
        sobol=[dict(index=i, point=sobol[i].tolist()) for i in (1, 2, 3, 17, 63)],
        halton=[dict(index=i, point=halton[i].tolist()) for i in (1, 2, 3, 17, 63)])))

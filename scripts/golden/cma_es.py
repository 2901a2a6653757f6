"""Prints src/models/cma.golden.json: states of CMA-ES, of CMA-ES with margin, and a warm start, by the package cmaes.

    /usr/bin/python3 scripts/golden/cma_es.py > src/models/cma.golden.json

Versions: Python 3.11.2, cmaes 0.9.1, numpy 1.24.2.
"""

import json

import numpy as np
from cmaes import CMA, CMAwM, get_warm_start_mgd


def ellipsoid(x):
    return float(sum(10.0 ** (2 * i) * (v - 0.3) ** 2 for i, v in enumerate(x)))


def plain():
    cma = CMA(mean=np.array([0.5, 0.4, 0.6, 0.2]), sigma=0.3, population_size=8, seed=1)
    generations = []
    for _ in range(8):
        points = [cma.ask() for _ in range(8)]
        solutions = [(x, ellipsoid(x)) for x in points]
        cma.tell([(x.copy(), v) for x, v in solutions])
        generations.append(
            {
                "points": [x.tolist() for x in points],
                "losses": [v for _, v in solutions],
                "mean": cma._mean.tolist(),
                "sigma": float(cma._sigma),
                "C": cma._C.flatten().tolist(),
                "pathSigma": cma._p_sigma.tolist(),
                "pathC": cma._pc.tolist(),
            }
        )
    return {"mean": [0.5, 0.4, 0.6, 0.2], "sigma": 0.3, "lambda": 8, "weights": cma._weights.tolist(), "generations": generations}


def margin():
    # Two numbers, a binary, an integer 0 ... 5; cells end half way between values.
    mean = np.array([0.5, 0.4, 0.8, 2.2])
    cma = CMAwM(
        mean=mean.copy(),
        sigma=0.6,
        bounds=np.array([[-50.0, 50.0], [-50.0, 50.0], [0.0, 1.0], [0.0, 5.0]]),
        steps=np.array([0.0, 0.0, 1.0, 1.0]),
        population_size=8,
        # cmaes counts one generation more than the tutorial in the rule for h_sigma; with this seed that decides nothing (with 2 it does).
        seed=10,
    )
    generations = []
    for _ in range(25):
        asked = [cma.ask() for _ in range(8)]
        losses = [ellipsoid(x) for x, _ in asked]
        cma.tell([(raw.copy(), v) for (_, raw), v in zip(asked, losses)])
        generations.append(
            {
                "tried": [x.tolist() for x, _ in asked],
                "latent": [raw.tolist() for _, raw in asked],
                "losses": losses,
                "mean": cma._cma._mean.tolist(),
                "sigma": float(cma._cma._sigma),
                "scale": cma._A.tolist(),
            }
        )
    return {"mean": mean.tolist(), "sigma": 0.6, "lambda": 8, "generations": generations}


def warm():
    rng = np.random.RandomState(3)
    points = rng.rand(40, 3)
    losses = [ellipsoid(x) for x in points]
    mean, sigma, cov = get_warm_start_mgd(list(zip(points, losses)), gamma=0.1, alpha=0.1)
    return {"points": points.tolist(), "losses": losses, "mean": mean.tolist(), "sigma": sigma, "C": cov.flatten().tolist()}


print(json.dumps({"plain": plain(), "margin": margin(), "warm": warm()}))

"""Prints the median number of evaluations that the package cmaes needs to reach 1e-10 on three functions in 8 dimensions, from (3, ..., 3) with step size 2,
and the median of the best loss after 500 evaluations of a sphere around 0.3 in [0, 1]^5, from the middle with step size 0.3.

    /usr/bin/python3 scripts/golden/cma_evaluations.py

Versions: Python 3.11.2, cmaes 0.9.1, numpy 1.24.2. Printed: sphere 1480, ellipsoid 3270, rosenbrock 4250, best in cube 7.3e-8.
"""

import numpy as np
from cmaes import CMA


def sphere(x):
    return float(np.sum(x**2))


def ellipsoid(x):
    return float(np.sum(10.0 ** (6 * np.arange(len(x)) / (len(x) - 1)) * x**2))


def rosenbrock(x):
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def evaluations(f, seed):
    cma = CMA(mean=np.full(8, 3.0), sigma=2.0, seed=seed)
    count = 0
    while count < 60000:
        points = [cma.ask() for _ in range(cma.population_size)]
        values = [f(x) for x in points]
        count += len(points)
        if min(values) < 1e-10:
            return count
        cma.tell(list(zip(points, values)))
    return float("inf")


for f in (sphere, ellipsoid, rosenbrock):
    print(f.__name__, float(np.median([evaluations(f, seed) for seed in range(25)])))


def best_in_cube(seed):
    cma = CMA(mean=np.full(5, 0.5), sigma=0.3, bounds=np.array([[0.0, 1.0]] * 5), seed=seed)
    best = float("inf")
    for _ in range(500 // cma.population_size):
        points = [cma.ask() for _ in range(cma.population_size)]
        values = [sphere(x - 0.3) for x in points]
        best = min(best, *values)
        cma.tell(list(zip(points, values)))
    return best


print("best in cube", float(np.median([best_in_cube(seed) for seed in range(25)])))

"""Shares of single parameters by functional ANOVA, as Optuna's FanovaImportanceEvaluator gives them, with the points they were computed from.
Run: python3 scripts/golden/fanova.py > src/analysis/fanova.golden.json      (Optuna 3.1.0, scikit-learn 1.2.1, NumPy 1.24.2)
Optuna scales the shares of single parameters to sum 1. `spread` is the largest standard deviation of a share over ten seeds of its forest.
"""
import json
import math

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator

optuna.logging.set_verbosity(optuna.logging.WARNING)
rng = np.random.default_rng(1)
unit = FloatDistribution(0, 1)
numbers = {"a": unit, "b": unit, "c": unit, "idle": unit}
mixed = {"x": unit, "n": IntDistribution(1, 8), "k": CategoricalDistribution(["p", "q", "r", "s"]), "idle": unit}


def draw(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[rng.integers(len(distribution.choices))]
    if isinstance(distribution, IntDistribution):
        return int(rng.integers(distribution.low, distribution.high + 1))
    return round(float(rng.random()), 4)


def additive(p):
    return 3 * p["a"] + 2 * p["b"] + p["c"]


def product(p):
    return (p["a"] - 0.2) * p["b"] + 0.3 * math.sin(6 * p["c"])


def labels(p):
    return (p["x"] - 0.3) ** 2 * 4 + 0.1 * p["n"] + {"p": 0.0, "q": 0.6, "r": 0.1, "s": 0.6}[p["k"]]


cases = []
for name, space, f in [("additive", numbers, additive), ("product", numbers, product), ("labels", mixed, labels)]:
    points = [{key: draw(d) for key, d in space.items()} for _ in range(200)]
    values = [round(f(p), 6) for p in points]
    study = optuna.create_study()
    study.add_trials([optuna.trial.create_trial(params=p, distributions=space, value=v) for p, v in zip(points, values)])
    runs = [FanovaImportanceEvaluator(seed=seed).evaluate(study) for seed in range(10)]
    shares = {key: float(np.mean([run[key] for run in runs])) for key in space}
    spread = max(float(np.std([run[key] for run in runs])) for key in space)
    cases.append(dict(name=name, points=[list(p.values()) for p in points], values=values, shares=shares, spread=spread))
print(json.dumps(cases))

"""Prints one JSON line with Optuna's time per ask, for bench/overhead.ts: overhead_optuna.py SAMPLER TRIALS ASKS

The study is in memory with TRIALS finished trials, uniform points of the same shifted bowl of 8 floats; an ask is study.ask() and 8 suggestions, followed by a tell.
"""

import json
import random
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
name, trials, asks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sampler = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}[name](seed=0)
study = optuna.create_study(sampler=sampler)
distributions = {f"x{i}": optuna.distributions.FloatDistribution(-5, 5) for i in range(8)}


def bowl(params):
    return sum((params[f"x{i}"] - i / 4) ** 2 for i in range(8))


rng = random.Random(1)
for _ in range(trials):
    params = {k: rng.uniform(-5, 5) for k in distributions}
    study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=bowl(params)))
times = []
for _ in range(asks):
    start = time.perf_counter()
    trial = study.ask()
    params = {k: trial.suggest_float(k, -5, 5) for k in distributions}
    times.append(1000 * (time.perf_counter() - start))
    study.tell(trial, bowl(params))
print(json.dumps({"version": optuna.__version__, "ms": times}))

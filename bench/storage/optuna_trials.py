"""Optuna's side: `optuna_trials.py FILE TRIALS` runs so many trivial trials on its SQLite storage; prints the seconds.

Run with Debian's python3-optuna 3.1.0.
"""
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(storage=f"sqlite:///{sys.argv[1]}", sampler=optuna.samplers.RandomSampler(seed=1))
began = time.perf_counter()
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=int(sys.argv[2]))
print(time.perf_counter() - began)

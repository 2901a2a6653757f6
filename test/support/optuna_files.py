"""What Optuna makes and sees, for the tests of the exchange with it (Debian's python3-optuna 3.1.0).

optuna_files.py make FILE        a file (.db or .journal) with the studies "one" (TPE, median pruner; printed) and "two" (two objectives)
optuna_files.py describe FILE NAME   prints the study as JSON, as Optuna sees it
optuna_files.py extend FILE NAME N   prints the study, then runs N more trials of it
"""
import json
import math
import sys
import warnings

warnings.simplefilter("ignore")
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.storages import JournalFileStorage, JournalStorage

optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage(path):
    if path.endswith(".journal"):
        return JournalStorage(JournalFileStorage(path))
    return f"sqlite:///{path}"


def objective(trial):
    x = trial.suggest_float("x", 1e-5, 1e-1, log=True)
    y = trial.suggest_float("y", 0, 1, step=0.25)
    n = trial.suggest_int("n", 1, 10, step=3)
    m = trial.suggest_int("m", 1, 64, log=True)
    trial.suggest_categorical("mixed", ["a", None, 3, 2.5, True])
    loss = x + y + n + m
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam", "lamb"])
    if optimizer == "sgd":
        loss += trial.suggest_float("momentum", 0, 0.99)
    else:
        loss += trial.suggest_float("layer.beta", 0.8, 0.9999)
    if trial.number == 2:
        trial.suggest_int("once", 0, 3)
    trial.set_user_attr("note", {"a": [1, "b"]})
    for step in range(1, 5):
        trial.report(float("nan") if trial.number == 1 and step == 1 else loss / step, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    if trial.number == 3:
        raise ValueError("no luck")
    return loss


def make(path):
    sampler = optuna.samplers.TPESampler(seed=1, n_startup_trials=4)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=3)
    one = optuna.create_study(study_name="one", storage=storage(path), sampler=sampler, pruner=pruner)
    one.set_user_attr("owner", "ü")
    one.enqueue_trial({"x": 0.01})
    one.optimize(objective, n_trials=12, catch=(ValueError,))
    one.enqueue_trial({"x": 0.02})
    one.ask()
    two = optuna.create_study(study_name="two", storage=storage(path), directions=["minimize", "maximize"])
    two.optimize(lambda t: (t.suggest_float("x", 0, 1), math.inf if t.number == 1 else 2.0), n_trials=3)


def number(value):
    return value if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "Infinity")


def describe(path, name):
    study = optuna.load_study(study_name=name, storage=storage(path))
    trials = [
        {
            "state": t.state.name,
            "values": None if t.values is None else [number(v) for v in t.values],
            "params": t.params,
            "types": {k: type(v).__name__ for k, v in t.params.items()},
            "distributions": {
                k: list(d.choices) if isinstance(d, CategoricalDistribution) else [type(d).__name__, d.low, d.high, d.log, d.step]
                for k, d in t.distributions.items()
            },
            "intermediate": [[s, number(v)] for s, v in sorted(t.intermediate_values.items())],
            "user": t.user_attrs,
            "start": None if t.datetime_start is None else t.datetime_start.timestamp(),
            "complete": None if t.datetime_complete is None else t.datetime_complete.timestamp(),
        }
        for t in study.trials
    ]
    single = len(study.directions) == 1
    best = study.best_value if single else sorted(t.number for t in study.best_trials)
    print(json.dumps({"directions": [d.name for d in study.directions], "user": study.user_attrs, "best": best, "trials": trials}))


def extend(path, name, count):
    study = optuna.load_study(study_name=name, storage=storage(path), sampler=optuna.samplers.TPESampler(seed=1))
    for _ in range(count):
        trial = study.ask(study.trials[0].distributions)
        study.tell(trial, 0.5)


command, path, *rest = sys.argv[1:]
if command == "make":
    make(path)
    describe(path, "one")
elif command == "describe":
    describe(path, rest[0])
else:
    describe(path, rest[0])
    extend(path, rest[0], int(rest[1]))

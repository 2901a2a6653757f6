"""Gradient boosting on scikit-learn's breast cancer data: parameters by arguments, the result by one printed line. Needs nothing of Attune."""
import argparse
import json

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import cross_val_score

arguments = argparse.ArgumentParser()
arguments.add_argument("--learning-rate", type=float, default=0.1)
arguments.add_argument("--depth", type=int, default=3)
arguments.add_argument("--subsample", type=float, default=1.0)
a = arguments.parse_args()

x, y = load_breast_cancer(return_X_y=True)
model = GradientBoostingClassifier(n_estimators=30, learning_rate=a.learning_rate, max_depth=a.depth, subsample=a.subsample, random_state=0)
scores = cross_val_score(model, x, y, cv=3)
print("attune:", json.dumps({"accuracy": scores.mean(), "spread": scores.std()}))

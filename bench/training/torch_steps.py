"""Steps per second of one workload in PyTorch: forward, loss, backward, Adam. One thread.

  OMP_NUM_THREADS=1 /usr/bin/python3 bench/training/torch_steps.py cnn|mlp|lstm|lstm200|transformer|textCnn|resnet9 BATCH SECONDS

Prints {"engine", "workload", "batch", "stepsPerSecond", "cpuMsPerStep", "peakMB"}. The loss is read every step, as ours is.
"""
import json, os, resource, sys, time

os.environ['OMP_NUM_THREADS'] = '1'
import torch
from torch import nn
import torch.nn.functional as F

workload, batch, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(0)



class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(64, 128, batch_first=True), nn.Linear(128, 10)

    def forward(self, x):
        return self.out(self.lstm(x)[1][0][0])


class Transformer(nn.Module):
    """Two blocks of torch's own, the norm before each part."""

    def __init__(self):
        super().__init__()
        block = lambda: nn.TransformerEncoderLayer(128, 4, 512, dropout=0, batch_first=True, norm_first=True)
        self.blocks, self.out = nn.Sequential(block(), block()), nn.Linear(128, 10)

    def forward(self, x):
        return self.out(self.blocks(x).mean(1))


class TextCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10_000, 128, padding_idx=0)
        self.convs = nn.ModuleList(nn.Conv1d(128, 100, k, padding='same') for k in (3, 4, 5))
        self.out = nn.Linear(300, 10)

    def forward(self, x):
        h = self.embed(x).transpose(1, 2)
        return self.out(torch.cat([F.relu(conv(h)).amax(2) for conv in self.convs], 1))


def block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(block(width, width), block(width, width))

    def forward(self, x):
        return x + self.body(x)


def resnet9(w=32):
    return nn.Sequential(block(3, w), block(w, 2 * w), nn.MaxPool2d(2), Residual(2 * w), block(2 * w, 4 * w), nn.MaxPool2d(2),
                         block(4 * w, 8 * w), nn.MaxPool2d(2), Residual(8 * w), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8 * w, 10))


MODELS = {
    'resnet9': (resnet9, (3, 32, 32)),
    'cnn': (lambda: nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                                  nn.Flatten(), nn.Linear(2304, 128), nn.ReLU(), nn.Linear(128, 10)), (3, 32, 32)),
    'mlp': (lambda: nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)), (784,)),
    'lstm': (Recurrent, (50, 64)),
    'lstm200': (Recurrent, (200, 64)),
    'transformer': (Transformer, (64, 128)),
    'textCnn': (TextCnn, (50,)),
}
build, shape = MODELS[workload]
model = build()
x = torch.randint(1, 10_000, (batch, *shape)) if workload == 'textCnn' else torch.rand(batch, *shape)
y = torch.randint(0, 10, (batch,))
optimizer = torch.optim.Adam(model.parameters(), 1e-3)


def step():
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(5):
    step()
start, cpu, steps = time.perf_counter(), time.process_time(), 0
while time.perf_counter() - start < seconds:
    step()
    steps += 1
print(json.dumps(dict(engine=f'torch {torch.__version__}', workload=workload, batch=batch,
                      stepsPerSecond=round(steps / (time.perf_counter() - start), 2),
                      cpuMsPerStep=round((time.process_time() - cpu) / steps * 1000, 3),
                      peakMB=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)))

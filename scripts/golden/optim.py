"""Reference numbers for src/optim: ten steps of each optimizer and thirty-five epochs of each schedule, in float64.

Printed with PyTorch 1.13.0 (Debian python3-torch 1.13.1), Python 3.11, by:
    python3 scripts/golden/optim.py > src/optim/optim.golden.json

The problem: least squares, loss = mean((X W + b - Y)²), X [5, 3], W [3, 2], b [2], Y [5, 2], fixed numbers below.
Weight decay is applied to W only, as Attune does by default.
"""

import json

import torch

torch.set_default_dtype(torch.float64)

X = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7], [-0.2, 0.8, 1.1], [2.0, -0.6, 0.4], [-1.3, 1.7, 0.9]])
Y = torch.tensor([[1.0, -0.5], [0.2, 0.7], [-1.1, 0.4], [0.6, 1.9], [-0.8, -1.4]])
W0 = torch.tensor([[0.1, -0.2], [0.3, 0.05], [-0.15, 0.25]])
B0 = torch.tensor([0.02, -0.01])
STEPS = 10


def loss_of(w, b):
    return ((X @ w + b - Y) ** 2).mean()


def run(step_of):
    """step_of(w, b) returns a function that makes one step from the gradients."""
    w, b = W0.clone().requires_grad_(), B0.clone().requires_grad_()
    step = step_of(w, b)
    losses, ws, bs = [], [], []
    for _ in range(STEPS):
        w.grad = b.grad = None
        loss = loss_of(w, b)
        loss.backward()
        step()
        losses.append(loss.item())
        ws.append(w.detach().flatten().tolist())
        bs.append(b.detach().tolist())
    return {"loss": losses, "w": ws, "b": bs}


def groups(w, b, decay):
    return [{"params": [w], "weight_decay": decay}, {"params": [b], "weight_decay": 0.0}]


def torch_sgd(**options):
    decay = options.pop("weight_decay", 0.0)
    return lambda w, b: torch.optim.SGD(groups(w, b, decay), lr=0.05, **options).step


def decoupled_sgd(decay, **options):
    """theta <- theta - lr * (step of plain SGD) - lr * decay * theta; PyTorch's SGD knows L2 only."""

    def step_of(w, b):
        optimizer = torch.optim.SGD([w, b], lr=0.05, **options)

        def step():
            with torch.no_grad():
                shrink = 0.05 * decay * w
            optimizer.step()
            with torch.no_grad():
                w.sub_(shrink)

        return step

    return step_of


def torch_adam(cls, decay, **options):
    return lambda w, b: cls(groups(w, b, decay), **options).step


def schedule(make, epochs=35):
    p = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([p], lr=1.0)
    scheduler = make(optimizer)
    factors = []
    for _ in range(epochs):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return factors


lr = torch.optim.lr_scheduler
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "x": X.flatten().tolist(),
            "y": Y.flatten().tolist(),
            "w0": W0.flatten().tolist(),
            "b0": B0.tolist(),
            "optimizers": {
                "sgd": run(torch_sgd()),
                "sgdMomentum": run(torch_sgd(momentum=0.9)),
                "sgdNesterov": run(torch_sgd(momentum=0.9, nesterov=True)),
                "sgdDecoupled": run(decoupled_sgd(0.1)),
                "sgdMomentumDecoupled": run(decoupled_sgd(0.1, momentum=0.9)),
                "sgdMomentumL2": run(torch_sgd(momentum=0.9, weight_decay=0.1)),
                "adam": run(torch_adam(torch.optim.Adam, 0.0, lr=0.01)),
                "adamBetas": run(torch_adam(torch.optim.Adam, 0.0, lr=0.03, betas=(0.8, 0.95), eps=1e-3)),
                "adamL2": run(torch_adam(torch.optim.Adam, 0.1, lr=0.01)),
                "adamw": run(torch_adam(torch.optim.AdamW, 0.1, lr=0.01)),
            },
            "schedules": {
                "stepDecay": schedule(lambda o: lr.StepLR(o, step_size=7, gamma=0.5)),
                "multistep": schedule(lambda o: lr.MultiStepLR(o, milestones=[10, 20, 30], gamma=0.1)),
                "exponential": schedule(lambda o: lr.ExponentialLR(o, gamma=0.93)),
                "linear": schedule(lambda o: lr.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=12)),
                # CosineAnnealingLR turns round after T_max; ours stays at the end, so T_max covers the 35 epochs.
                "cosine": schedule(lambda o: lr.CosineAnnealingLR(o, T_max=40, eta_min=0.05)),
                "warmup": schedule(
                    lambda o: lr.SequentialLR(
                        o,
                        [
                            lr.LinearLR(o, start_factor=0.1, end_factor=1.0, total_iters=5),
                            lr.ExponentialLR(o, gamma=0.9),
                        ],
                        milestones=[5],
                    )
                ),
            },
        },
        indent=1,
    )
)

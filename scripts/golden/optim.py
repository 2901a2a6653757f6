"""Reference numbers for src/optim: ten steps of each optimizer and thirty-five epochs of each schedule, in float64.

Printed with PyTorch 1.13.0 (Debian python3-torch 1.13.1), Python 3.11, by:
    python3 scripts/golden/optim.py > src/optim/optim.golden.json

The problem: least squares, loss = mean((X W + b - Y)²), X [5, 3], W [3, 2], b [2], Y [5, 2], fixed numbers below.
Weight decay is applied to W only, as Attune does by default. Nadam and Muon are transliterations below, see there.
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


def torch_same(cls, decay=0.0, **options):
    return lambda w, b: cls(groups(w, b, decay), **options).step


def muon_step(w, b):
    """Keller Jordan's newton_schulz_5 (kellerjordan.github.io/posts/muon) in float64, Nesterov momentum 0.95, the step scaled by
    0.2 sqrt(max(n, m)) (arXiv:2502.16982, eq. 4), decoupled decay; the bias by torch.optim.AdamW."""
    rate, decay, momentum = 0.02, 0.1, 0.95
    adamw = torch.optim.AdamW([b], lr=rate, weight_decay=0.0)
    velocity = torch.zeros_like(w)

    def newton_schulz(g):
        a, b_, c = 3.4445, -4.7750, 2.0315
        x = g.T if g.shape[0] > g.shape[1] else g
        x = x / (x.norm() + 1e-7)
        for _ in range(5):
            gram = x @ x.T
            x = a * x + (b_ * gram + c * gram @ gram) @ x
        return x.T if g.shape[0] > g.shape[1] else x

    def step():
        with torch.no_grad():
            velocity.mul_(momentum).add_(w.grad)
            direction = newton_schulz(w.grad + momentum * velocity)
            w.mul_(1 - rate * decay).sub_(rate * 0.2 * max(w.shape) ** 0.5 * direction)
        adamw.step()

    return step


def nadam_step(lr, decay=0.0, beta1=0.9, beta2=0.999, eps=1e-8):
    """torch.optim.NAdam as PyTorch 2 has it (and the paper). 1.13.0 multiplies the product of the next step by mu once too often."""

    def step_of(w, b):
        state = {p: dict(m=torch.zeros_like(p), v=torch.zeros_like(p), product=1.0, t=0) for p in (w, b)}

        def step():
            with torch.no_grad():
                for p, s in state.items():
                    g = p.grad + (decay * p if p is w else 0)
                    s["t"] += 1
                    mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (t * 4e-3)) for t in (s["t"], s["t"] + 1))
                    s["product"] *= mu
                    s["m"].mul_(beta1).add_(g, alpha=1 - beta1)
                    s["v"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
                    denominator = (s["v"] / (1 - beta2 ** s["t"])).sqrt().add_(eps)
                    p.addcdiv_(g, denominator, value=-lr * (1 - mu) / (1 - s["product"]))
                    p.addcdiv_(s["m"], denominator, value=-lr * mu_next / (1 - s["product"] * mu_next))

        return step

    return step_of


def clipped(w, b):
    optimizer = torch.optim.SGD([w, b], lr=0.05)

    def step():
        torch.nn.utils.clip_grad_norm_([w, b], 0.3)
        optimizer.step()

    return step


def value_clipped(w, b):
    optimizer = torch.optim.SGD([w, b], lr=0.05)

    def step():
        torch.nn.utils.clip_grad_value_([w, b], 0.2)
        optimizer.step()

    return step


def grouped(w, b):
    return torch.optim.AdamW([dict(params=[w], lr=0.01, weight_decay=0.1), dict(params=[b], lr=0.05, weight_decay=0.0)]).step


PLATEAU_VALUES = [5, 4, 4.1, 4.2, 4.3, 3.99999, 3.9, 3.95, 3.96, 3.97, 3.98, 3.8, 3.81, 3.82, 3.83, 3.84, 3.85, 3.86, 3.7, 3.71]


def plateau(**options):
    p = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([p], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    factors = []
    for value in PLATEAU_VALUES:
        scheduler.step(value)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


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
                "nadam": run(nadam_step(0.01)),
                "nadamL2": run(nadam_step(0.01, 0.1, 0.8, 0.95)),
                "rmsprop": run(torch_same(torch.optim.RMSprop, lr=0.01)),
                "rmspropMomentum": run(torch_same(torch.optim.RMSprop, 0.1, lr=0.01, alpha=0.9, momentum=0.8)),
                "adagrad": run(torch_same(torch.optim.Adagrad, lr=0.1)),
                "adagradL2": run(torch_same(torch.optim.Adagrad, 0.1, lr=0.1)),
                "muon": run(muon_step),
                "clipNorm": run(clipped),
                "clipValue": run(value_clipped),
                "groups": run(grouped),
                "adamw": run(torch_adam(torch.optim.AdamW, 0.1, lr=0.01)),
            },
            "plateau": {
                "values": PLATEAU_VALUES,
                "plain": plateau(factor=0.5, patience=2),
                "cooldown": plateau(factor=0.1, patience=1, cooldown=2, min_lr=0.05, threshold=0.01),
            },
            "schedules": {
                "stepDecay": schedule(lambda o: lr.StepLR(o, step_size=7, gamma=0.5)),
                "multistep": schedule(lambda o: lr.MultiStepLR(o, milestones=[10, 20, 30], gamma=0.1)),
                "exponential": schedule(lambda o: lr.ExponentialLR(o, gamma=0.93)),
                "linear": schedule(lambda o: lr.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=12)),
                # CosineAnnealingLR turns round after T_max; ours stays at the end, so T_max covers the 35 epochs.
                "cosine": schedule(lambda o: lr.CosineAnnealingLR(o, T_max=40, eta_min=0.05)),
                "polynomial": schedule(lambda o: lr.PolynomialLR(o, total_iters=30, power=1.5)),
                "cosineRestarts": schedule(lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2, eta_min=0.05)),
                "oneCycle": schedule(lambda o: lr.OneCycleLR(o, max_lr=1.0, total_steps=36)),
                "warmupStableDecay": schedule(
                    lambda o: lr.SequentialLR(
                        o,
                        [
                            lr.LinearLR(o, start_factor=0.1, end_factor=1.0, total_iters=5),
                            lr.ConstantLR(o, factor=1.0, total_iters=1),
                            lr.LinearLR(o, start_factor=1.0, end_factor=0.02, total_iters=10),
                        ],
                        milestones=[5, 25],
                    )
                ),
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

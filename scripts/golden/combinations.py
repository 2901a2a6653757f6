"""Layers and losses with several options at once, drawn by chance: outputs and gradients in float64, beside the single ones of layers.py and losses.py.

Printed with PyTorch 1.13.0 (Debian python3-torch 1.13.1), Python 3.11, by:
    python3 scripts/golden/combinations.py > src/nn/combinations.golden.json

The gradients are those of sum(output * cotangent); the loss is the sum over the samples. Batches of 1 and odd sizes on purpose.
"""

import json
import random

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(20261130)
random.seed(20261130)


def rand(*shape):
    return torch.round(torch.randn(*shape) * 100) / 100


def number(t):
    return {"shape": list(t.shape), "values": [float(f"{v:.8g}") for v in t.detach().flatten().tolist()]}


def case(kind, options, x, parameters, forward):
    x = x.clone().requires_grad_()
    parameters = {name: p.clone().requires_grad_() for name, p in parameters.items()}
    y = forward(x, **parameters)
    cotangent = rand(*y.shape)
    (y * cotangent).sum().backward()
    return {
        "kind": kind,
        "options": options,
        "x": number(x),
        "parameters": {name: number(p) for name, p in parameters.items()},
        "y": number(y),
        "cotangent": number(cotangent),
        "dx": number(x.grad),
        "gradients": {name: number(p.grad) for name, p in parameters.items()},
    }


def conv2d():
    groups = random.choice([1, 1, 2, 4])
    channels = groups * random.choice([1, 2])
    filters = groups * random.choice([1, 2, 3])
    kernel = [random.choice([1, 2, 3]), random.choice([1, 2, 3])]
    stride = [random.choice([1, 2, 3]), random.choice([1, 2])]
    padding = random.choice([0, 1, 2])
    dilation = random.choice([1, 2])
    x = rand(random.choice([1, 3]), channels, random.choice([7, 8, 9]), random.choice([5, 6, 7]))
    options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    return case(
        "conv2d",
        {"filters": filters, "kernel": kernel, **options},
        x,
        {"weight": rand(filters, channels // groups, *kernel), "bias": rand(filters)},
        lambda x, weight, bias: F.conv2d(x, weight, bias, **options),
    )


def conv_transpose2d():
    groups = random.choice([1, 2])
    channels = groups * random.choice([1, 2])
    filters = groups * random.choice([1, 2])
    kernel = random.choice([2, 3, 4])
    stride = random.choice([1, 2, 3])
    padding = random.choice([0, 1])
    options = dict(stride=stride, padding=padding, groups=groups)
    return case(
        "convTranspose2d",
        {"filters": filters, "kernel": kernel, **options},
        rand(random.choice([1, 2]), channels, random.choice([3, 4]), random.choice([2, 5])),
        {"weight": rand(channels, filters // groups, kernel, kernel), "bias": rand(filters)},
        lambda x, weight, bias: F.conv_transpose2d(x, weight, bias, **options),
    )


def conv1d():
    kernel, dilation, stride = random.choice([1, 2, 3, 4]), random.choice([1, 2, 3]), random.choice([1, 2, 3])
    reach = dilation * (kernel - 1) + 1
    steps, features, filters = random.choice([10, 11, 13]), random.choice([1, 3]), random.choice([1, 2])
    padding = random.choice([0, 1, "same", "causal"])
    total = max((-(-steps // stride) - 1) * stride + reach - steps, 0)
    pads = {"same": (total // 2, total - total // 2), "causal": (reach - 1, 0)}.get(padding, (padding, padding))
    return case(
        "conv1d",
        {"filters": filters, "kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding},
        rand(random.choice([1, 2]), steps, features),
        {"weight": rand(kernel, features, filters), "bias": rand(filters)},
        lambda x, weight, bias: F.conv1d(
            F.pad(x.transpose(1, 2), pads), weight.permute(2, 1, 0), bias, stride=stride, dilation=dilation
        ).transpose(1, 2),
    )


def pool(kind):
    window = [random.choice([2, 3]), random.choice([2, 3])]
    stride = [random.choice([1, 2, 3]), random.choice([1, 2])]
    padding = random.choice([0, 1])
    x = rand(random.choice([1, 2]), random.choice([1, 3]), random.choice([5, 7]), random.choice([6, 7]))
    if kind == "maxPool2d":
        forward = lambda x: F.max_pool2d(x, window, stride, padding)
    else:  # padding counts, as a number given for it does in PyTorch
        forward = lambda x: F.avg_pool2d(x, window, stride, padding)
    return case(kind, {"window": window, "stride": stride, "padding": padding}, x, {}, forward)


def cross_entropy(steps):
    classes, batch = random.choice([2, 3, 5]), random.choice([1, 4])
    smoothing = random.choice([0.0, 0.1, 0.3])
    weights = random.choice([None, [round(0.25 * (k + 1), 2) for k in range(classes)]])
    ignored = random.choice([None, 0])
    shape = (batch, classes) if steps is None else (batch, steps, classes)
    output = rand(*shape).mul(3).requires_grad_()
    target = torch.randint(0, classes, shape[:-1])
    if ignored is not None:
        target[0] = ignored  # a whole sample of nothing to learn
    per = F.cross_entropy(
        output.flatten(0, -2),
        target.flatten(),
        weight=None if weights is None else torch.tensor(weights),
        label_smoothing=smoothing,
        ignore_index=-100 if ignored is None else ignored,
        reduction="none",
    ).reshape(target.shape)
    if steps is not None:
        counted = torch.ones_like(per) if ignored is None else (target != ignored).double()
        per = (per * counted).sum(1) / counted.sum(1).clamp(min=1)
    per.sum().backward()
    options = {"labelSmoothing": smoothing}
    options |= {} if weights is None else {"classWeights": weights}
    options |= {} if ignored is None else {"ignoreIndex": ignored}
    return {
        "options": options,
        "output": number(output),
        "target": number(target.double()),
        "perSample": number(per),
        "gradient": number(output.grad),
    }


print(
    json.dumps(
        {
            "torch": torch.__version__,
            "layers": [conv2d() for _ in range(12)]
            + [conv_transpose2d() for _ in range(6)]
            + [conv1d() for _ in range(8)]
            + [pool(kind) for kind in ["maxPool2d", "averagePool2d"] for _ in range(5)],
            "losses": [cross_entropy(steps) for steps in [None, 4] for _ in range(8)],
        }
    )
)

"""
Forward values and gradients of the ops of src/graph by PyTorch in float64.

    /usr/bin/python3 scripts/golden/ops.py > src/graph/ops.golden.json      # torch 1.13.0

Names and shapes are those of src/graph/ops.test.ts, with B = 2. The gradients are those of sum(r * y).
Numbers are written with 9 significant digits.
"""
import json
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
B = 2


def normal(*shape):
    return torch.randn(shape).mul(1000).round().div(1000)


def positive(*shape):
    return (0.3 + 2 * torch.rand(shape)).mul(1000).round().div(1000)


def apart(*shape):
    return (0.2 + torch.rand(shape)).mul(1000).round().div(1000) * torch.sign(torch.randn(shape))


def pad_then(x, left, right, top, bottom, value=0.0):
    return F.pad(x, (left, right, top, bottom), value=value)


def conv(**options):
    return lambda x, w, b: F.conv2d(x, w, b, **options)


LABELS = torch.tensor([2, 0, 1])
CONV = "conv2d, "
POOL = "maxPool2d, "

cases = {
    "abs": (torch.abs, [apart(B, 4)]),
    "add": (torch.add, [normal(B, 4), normal(B, 4)]),
    "add, a row": (torch.add, [normal(B, 2, 4), normal(4)]),
    "add, both stretched": (torch.add, [normal(B, 1, 4), normal(5, 1)]),
    "add, a scalar": (torch.add, [normal(B, 4), normal()]),
    "averagePool2d": (lambda x: F.avg_pool2d(x, 2), [normal(B, 3, 4, 6)]),
    "averagePool2d, overlapping with padding": (lambda x: F.avg_pool2d(x, 3, 2, 1), [normal(B, 2, 7, 6)]),
    "averagePool2d, padding not counted": (
        lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        [normal(B, 2, 7, 6)],
    ),
    "averagePool2d, stride does not divide": (lambda x: F.avg_pool2d(x, (2, 3)), [normal(B, 1, 5, 8)]),
    "batchNorm, images": (
        lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True),
        [normal(B, 3, 4, 5), normal(3), normal(3)],
    ),
    "batchNorm, rows": (
        lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True, eps=1e-3),
        [normal(5, 3), normal(3), normal(3)],
    ),
    "batchNormInference": (
        lambda x, g, b: F.batch_norm(x, torch.tensor([0.5, -1]), torch.tensor([2, 0.5]), g, b),
        [normal(B, 2, 3, 3), normal(2), normal(2)],
    ),
    "clip": (lambda x: torch.clip(x, -0.5, 0.7), [normal(B, 9)]),
    "concat": (lambda a, b: torch.cat([a, b], 1), [normal(B, 2, 3), normal(B, 4, 3)]),
    CONV + "3×3": (conv(), [normal(B, 2, 6, 5), normal(4, 2, 3, 3), normal(4)]),
    CONV + "1×1": (conv(), [normal(B, 3, 4, 4), normal(2, 3, 1, 1), normal(2)]),
    CONV + "window as large as the image": (conv(), [normal(B, 2, 3, 4), normal(3, 2, 3, 4), normal(3)]),
    CONV + "stride 2 with padding": (
        conv(stride=2, padding=1),
        [normal(B, 2, 7, 7), normal(3, 2, 3, 3), normal(3)],
    ),
    CONV + "stride does not divide": (conv(stride=(2, 3)), [normal(B, 2, 8, 9), normal(3, 2, 3, 2), normal(3)]),
    CONV + "stride larger than the window": (conv(stride=3), [normal(B, 2, 9, 8), normal(2, 2, 2, 1), normal(2)]),
    CONV + "padding differs by side": (
        lambda x, w, b: F.conv2d(pad_then(x, 1, 1, 0, 2), w, b),
        [normal(B, 1, 5, 4), normal(2, 1, 3, 3), normal(2)],
    ),
    CONV + 'even window, padding as "same"': (
        lambda x, w, b: F.conv2d(x, w, b, padding="same"),
        [normal(B, 2, 4, 4), normal(2, 2, 2, 2), normal(2)],
    ),
    CONV + "dilation": (
        conv(dilation=(2, 1), padding=(2, 1)),
        [normal(B, 2, 6, 6), normal(2, 2, 3, 3), normal(2)],
    ),
    CONV + "dilation with stride": (
        conv(dilation=2, stride=2),
        [normal(B, 2, 8, 9), normal(2, 2, 3, 2), normal(2)],
    ),
    CONV + "groups": (conv(groups=2, padding=1), [normal(B, 4, 5, 5), normal(6, 2, 3, 3), normal(6)]),
    CONV + "depthwise": (
        conv(groups=3, padding=1, stride=2),
        [normal(B, 3, 5, 6), normal(3, 1, 3, 3), normal(3)],
    ),
    CONV + "depthwise with a multiplier": (conv(groups=3), [normal(B, 3, 5, 5), normal(6, 1, 3, 3), normal(6)]),
    CONV + "no bias": (F.conv2d, [normal(B, 2, 5, 5), normal(3, 2, 3, 3)]),
    "dense": (lambda x, w, b: x @ w + b, [normal(B, 5), normal(5, 4), normal(4)]),
    "dense, of sequences": (lambda x, w, b: x @ w + b, [normal(B, 3, 5), normal(5, 2), normal(2)]),
    "dense, no bias": (torch.matmul, [normal(B, 5), normal(5, 1)]),
    "div": (torch.div, [normal(B, 4), apart(B, 4)]),
    "div, by a row": (torch.div, [normal(B, 2, 4), apart(4)]),
    "erf": (torch.erf, [normal(B, 5)]),
    "exp": (torch.exp, [normal(B, 5)]),
    "expand": (lambda x: x.expand(2, 3, 4), [normal(3, 1)]),
    "flatten": (lambda x: torch.flatten(x, 1), [normal(B, 2, 3)]),
    "gelu": (F.gelu, [normal(B, 7)]),
    "gemm": (torch.matmul, [normal(B, 4), normal(4, 3)]),
    "gemm, first transposed": (lambda a, b: a.T @ b, [normal(B, 4), normal(B, 3)]),
    "gemm, second transposed": (lambda a, b: a @ b.T, [normal(B, 4), normal(3, 4)]),
    "gemm, both transposed": (lambda a, b: a.T @ b.T, [normal(4, B), normal(3, 4)]),
    "globalAveragePool2d": (lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1), [normal(B, 3, 4, 5)]),
    "leakyRelu": (lambda x: F.leaky_relu(x, 0.2), [apart(B, 6)]),
    "log": (torch.log, [positive(B, 5)]),
    "logSoftmax": (lambda x: F.log_softmax(x, -1), [normal(B, 5)]),
    "logSoftmax, inner axis": (lambda x: F.log_softmax(x, 1), [normal(B, 4, 2)]),
    "matmul": (torch.matmul, [normal(B, 3, 4), normal(B, 4, 2)]),
    "matmul, one matrix for all": (torch.matmul, [normal(B, 3, 4), normal(4, 2)]),
    "matmul, leading axes stretched": (torch.matmul, [normal(B, 1, 3, 4), normal(2, 4, 2)]),
    "maxPool2d": (lambda x: F.max_pool2d(x, 2), [normal(B, 3, 4, 6)]),
    POOL + "odd sizes": (lambda x: F.max_pool2d(x, 2), [normal(B, 2, 7, 5)]),
    POOL + "3×2 windows": (lambda x: F.max_pool2d(x, (3, 2)), [normal(B, 2, 7, 5)]),
    POOL + "1×1 window": (lambda x: F.max_pool2d(x, 1, 2), [normal(B, 2, 5, 4)]),
    POOL + "apart": (lambda x: F.max_pool2d(x, 2, 3), [normal(B, 2, 8, 7)]),
    POOL + "overlapping": (lambda x: F.max_pool2d(x, 3, 2), [normal(B, 2, 7, 8)]),
    POOL + "overlapping with padding": (lambda x: F.max_pool2d(x, 3, 2, 1), [normal(B, 2, 6, 7)]),
    POOL + "stride 1": (lambda x: F.max_pool2d(x, 2, 1), [normal(B, 2, 4, 5)]),
    POOL + "padding": (lambda x: F.max_pool2d(x, 2, 2, 1), [normal(B, 2, 5, 4)]),
    POOL + "padding differs by side": (
        lambda x: F.max_pool2d(pad_then(x, 0, 1, 0, 1, -torch.inf), 3, 2),
        [normal(B, 1, 6, 6)],
    ),
    POOL + "dilation": (lambda x: F.max_pool2d(x, 2, 2, 0, 2), [normal(B, 1, 7, 7)]),
    # A grid of halves: many ties inside windows.
    POOL + "ties": (lambda x: F.max_pool2d(x, 2), [normal(B, 2, 6, 6).mul(2).round().div(2)]),
    POOL + "overlapping, ties": (lambda x: F.max_pool2d(x, 3, 2, 1), [normal(B, 2, 6, 7).mul(2).round().div(2)]),
    POOL + "after relu": (lambda x: F.max_pool2d(F.relu(x), 2), [normal(B, 3, 4, 4)]),
    "maximum": (torch.maximum, [normal(B, 4), normal(B, 4)]),
    "maximum, with a number": (lambda x: torch.maximum(x, torch.tensor(0.1)), [normal(B, 6)]),
    "mean": (torch.mean, [normal(B, 4)]),
    "mean, inner axis kept": (lambda x: x.mean(1, keepdim=True), [normal(B, 3, 2)]),
    "mean, over batch and last": (lambda x: x.mean((0, 2)), [normal(B, 3, 2)]),
    "minimum": (torch.minimum, [normal(B, 4), normal(4)]),
    "mul": (torch.mul, [normal(B, 4), normal(B, 4)]),
    "mul, a column": (torch.mul, [normal(B, 4), normal(B, 1)]),
    "mul, a scalar": (torch.mul, [normal(), normal(B, 4)]),
    "neg": (torch.neg, [normal(B, 4)]),
    "pad": (lambda x: F.pad(x, (1, 2)), [normal(B, 3)]),
    "pick": (lambda x: x[torch.arange(3), LABELS], [normal(3, 4)]),
    "pow": (lambda x: x**2.5, [positive(B, 5)]),
    "reciprocal": (torch.reciprocal, [apart(B, 5)]),
    "relu": (F.relu, [apart(B, 6)]),
    "reshape": (lambda x: x.reshape(B, 3, 2), [normal(B, 6)]),
    "reshape, batch joined": (lambda x: x.reshape(-1, 2), [normal(B, 3, 2)]),
    "sigmoid": (torch.sigmoid, [normal(B, 5)]),
    "slice": (lambda x: x[:, 1:3], [normal(B, 4)]),
    "slice, strided": (lambda x: x[:, 1:6:2, 0:5:3], [normal(B, 7, 5)]),
    "softmax": (lambda x: F.softmax(x, -1), [normal(B, 5)]),
    "softmax, inner axis": (lambda x: F.softmax(x, 1), [normal(B, 4, 2)]),
    "softplus": (F.softplus, [normal(B, 5)]),
    "split": (lambda x: torch.cat([x[:, 3:], x[:, :2] ** 2, x[:, 2:3]], 1), [normal(B, 6)]),
    "split, one part unused": (lambda x: x[:, 3:], [normal(B, 6)]),
    "sqrt": (torch.sqrt, [positive(B, 5)]),
    "square": (torch.square, [normal(B, 5)]),
    "sub": (torch.sub, [normal(B, 4), normal(4)]),
    "sum": (torch.sum, [normal(B, 4)]),
    "sum, inner axes": (lambda x: x.sum((1, 3)), [normal(B, 2, 3, 2)]),
    "tanh": (torch.tanh, [normal(B, 5)]),
    "transpose": (lambda x: x.permute(2, 0, 1), [normal(B, 3, 2)]),
    "where": (lambda a, b: torch.where(a > b, a, b * 2), [normal(B, 5), normal(5)]),
}


def value(t):
    return {"shape": list(t.shape), "data": [float(f"{x:.9g}") for x in t.detach().reshape(-1).tolist()]}


def golden(f, inputs):
    xs = [x.clone().requires_grad_() for x in inputs]
    y = f(*xs)
    r = normal(*y.shape)
    gradients = torch.autograd.grad((r * y).sum(), xs, allow_unused=True)
    return {"inputs": [value(x) for x in xs], "r": value(r), "y": value(y), "gradients": [value(torch.zeros_like(x) if g is None else g) for x, g in zip(xs, gradients)]}


written = {name: golden(f, inputs) for name, (f, inputs) in cases.items()}


def rms_norm(x, g, epsilon=1e-6):
    return x / torch.sqrt((x**2).mean(-1, keepdim=True) + epsilon) * g


def conv_over_time(**options):
    """Weights [k, in, out] and features last."""
    pads = options.pop("pads", (0, 0))
    return lambda x, w, b: F.conv1d(F.pad(x.transpose(1, 2), pads), w.permute(2, 1, 0), b, **options).transpose(1, 2)


def conv_transpose(**options):
    return lambda x, w, b: F.conv_transpose2d(x, w, b, **options)


def halves(*shape):
    return normal(*shape).mul(2).round().div(2)


def attention(q, k, v, bias=0.0):
    return torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + bias, -1) @ v


CAUSAL_AND_MASKED = torch.triu(torch.full((4, 4), -torch.inf), 1) + torch.tensor([0, 0, -torch.inf, 0])


def rotary(x):
    """By complex numbers: pair (i, i + d/2) at position t times exp(i t 10000^(-2i/d))."""
    steps, depth = x.shape[-2:]
    half = depth // 2
    angles = torch.arange(steps)[:, None] * 10000.0 ** (-2 * torch.arange(half) / depth)
    turned = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], -1)


def recurrent(cell, states, reverse=False, real=None):
    """Steps one by one; h is the first state. Where a step is not real the states stay."""

    def run(z, r, *more):
        state = [torch.zeros(z.shape[1], r.shape[0]) for _ in range(states)]
        hs = [None] * len(z)
        for t in reversed(range(len(z))) if reverse else range(len(z)):
            if real is None or real[t]:
                state = cell(z[t], r, *more, *state)
            hs[t] = state[0]
        return torch.stack(hs)

    return run


def lstm_cell(z, r, h, c):
    """torch.lstm_cell has its gates in the order i, f, g, o; here they are i, f, o, g."""
    order = lambda x: torch.cat([x.chunk(4, -1)[k] for k in (0, 1, 3, 2)], -1)
    n = z.shape[-1]
    zeros = torch.zeros(n)
    return torch.lstm_cell(order(z), (h, c), torch.eye(n), order(r).T, zeros, zeros)


def gru_cell(z, r, b, h):
    n, zeros = z.shape[-1], torch.zeros(z.shape[-1])
    return [torch.gru_cell(z, h, torch.eye(n), r.T, zeros, torch.cat([torch.zeros(2 * len(b)), b]))]


def simple_cell(z, r, h):
    return [torch.tanh(z + h @ r)]


REAL = [1, 1, 0, 1, 1]


# Later ops stand here, so that the random numbers of the others stay as they are.
later = {
    "adaptiveAveragePool2d": (lambda x: F.adaptive_avg_pool2d(x, (3, 2)), [normal(B, 2, 7, 5)]),
    "adaptiveAveragePool2d, even": (lambda x: F.adaptive_avg_pool2d(x, (2, 3)), [normal(B, 2, 4, 6)]),
    "adaptiveAveragePool2d, larger than the image": (lambda x: F.adaptive_avg_pool2d(x, (3, 4)), [normal(B, 1, 2, 3)]),
    "adaptiveMaxPool2d": (lambda x: F.adaptive_max_pool2d(x, (3, 2)), [normal(B, 2, 7, 5)]),
    "adaptiveMaxPool2d, even": (lambda x: F.adaptive_max_pool2d(x, (2, 3)), [normal(B, 2, 4, 6)]),
    "conv1d": (conv_over_time(), [normal(B, 6, 3), normal(3, 3, 4), normal(4)]),
    "conv1d, padding": (conv_over_time(pads=(1, 2)), [normal(B, 5, 2), normal(4, 2, 3), normal(3)]),
    "conv1d, stride and dilation": (
        conv_over_time(stride=2, dilation=2, padding=1),
        [normal(B, 9, 2), normal(3, 2, 3), normal(3)],
    ),
    "conv1d, window as long as the sequence": (conv_over_time(), [normal(B, 4, 2), normal(4, 2, 1), normal(1)]),
    "convTranspose2d": (conv_transpose(), [normal(B, 2, 3, 4), normal(2, 3, 3, 3), normal(3)]),
    "convTranspose2d, stride": (conv_transpose(stride=2), [normal(B, 3, 4, 3), normal(3, 2, 2, 2), normal(2)]),
    "convTranspose2d, padding and extra": (
        conv_transpose(stride=2, padding=1, output_padding=1),
        [normal(B, 2, 3, 4), normal(2, 3, 3, 3), normal(3)],
    ),
    "convTranspose2d, dilation": (
        conv_transpose(dilation=2, padding=(1, 2)),
        [normal(B, 1, 4, 4), normal(1, 2, 3, 3), normal(2)],
    ),
    "convTranspose2d, groups": (
        conv_transpose(groups=2, stride=(1, 2)),
        [normal(B, 4, 3, 3), normal(4, 2, 2, 3), normal(4)],
    ),
    "elu": (F.elu, [apart(B, 6)]),
    "globalMaxPool2d": (lambda x: F.adaptive_max_pool2d(x, 1).flatten(1), [normal(B, 3, 4, 5)]),
    "groupNorm": (lambda x, g, b: F.group_norm(x, 3, g, b), [normal(B, 6, 3, 2), normal(6), normal(6)]),
    "groupNorm, one group": (
        lambda x, g, b: F.group_norm(x, 1, g, b, eps=1e-3),
        [normal(B, 4, 3, 3), normal(4), normal(4)],
    ),
    "groupNorm, a group for each channel": (
        lambda x, g, b: F.instance_norm(x, weight=g, bias=b),
        [normal(B, 3, 4, 3), normal(3), normal(3)],
    ),
    "layerNorm": (lambda x, g, b: F.layer_norm(x, (5,), g, b), [normal(B, 5), normal(5), normal(5)]),
    "layerNorm, of sequences": (
        lambda x, g, b: F.layer_norm(x, (4,), g, b, eps=1e-3),
        [normal(B, 3, 4), normal(4), normal(4)],
    ),
    "max": (lambda x: x.max(-1).values, [normal(B, 3, 5)]),
    "max, ties": (lambda x: x.max(-1).values, [halves(B, 3, 8)]),
    "rmsNorm": (rms_norm, [normal(B, 5), normal(5)]),
    "rmsNorm, of sequences": (lambda x, g: rms_norm(x, g, 1e-3), [normal(B, 3, 4), normal(4)]),
    "silu": (F.silu, [normal(B, 7)]),
    "upsample2d, nearest": (lambda x: F.interpolate(x, scale_factor=2), [normal(B, 2, 3, 4)]),
    "upsample2d, nearest by 3": (lambda x: F.interpolate(x, scale_factor=3), [normal(B, 1, 1, 2)]),
    "upsample2d, bilinear": (
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
        [normal(B, 2, 3, 4)],
    ),
    "upsample2d, bilinear by 3": (
        lambda x: F.interpolate(x, scale_factor=3, mode="bilinear", align_corners=False),
        [normal(B, 1, 4, 1)],
    ),
    "attention": (attention, [normal(B, 2, 3, 4), normal(B, 2, 5, 4), normal(B, 2, 5, 4)]),
    "attention, causal and masked": (
        lambda q, k, v: attention(q, k, v, CAUSAL_AND_MASKED),
        [normal(B, 2, 4, 3), normal(B, 2, 4, 3), normal(B, 2, 4, 3)],
    ),
    "gatherRows": (lambda table: F.embedding(torch.tensor([[1, 0, 3], [1, 1, 3]]), table), [normal(5, 2)]),
    "max, inner axis": (lambda x: x.max(1).values, [normal(B, 4, 2)]),
    "rotary": (rotary, [normal(B, 2, 3, 6)]),
    "gru": (recurrent(gru_cell, 1), [normal(4, B, 6), normal(2, 6), normal(2)]),
    "gru, reversed with padding": (
        recurrent(gru_cell, 1, True, REAL),
        [normal(5, B, 6), normal(2, 6), normal(2)],
    ),
    "lstm": (recurrent(lstm_cell, 2), [normal(4, B, 8), normal(2, 8)]),
    "lstm, reversed": (recurrent(lstm_cell, 2, True), [normal(3, B, 4), normal(1, 4)]),
    "lstm, one step": (recurrent(lstm_cell, 2), [normal(1, B, 8), normal(2, 8)]),
    "lstm, padding": (recurrent(lstm_cell, 2, False, REAL), [normal(5, B, 8), normal(2, 8)]),
    "lstm, reversed with padding": (recurrent(lstm_cell, 2, True, REAL), [normal(5, B, 8), normal(2, 8)]),
    "simpleRnn": (recurrent(simple_cell, 1), [normal(4, B, 3), normal(3, 3)]),
    "simpleRnn, reversed with padding": (recurrent(simple_cell, 1, True, REAL), [normal(5, B, 3), normal(3, 3)]),
}

written |= {name: golden(f, inputs) for name, (f, inputs) in later.items()}
lines = ",\n".join(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(case, separators=(',', ':'))}" for name, case in written.items())
print("{\n" + lines + "\n}")

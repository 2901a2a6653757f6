"""Reference numbers for src/nn/losses.ts: loss per sample and gradient of its sum, in float64.

Printed with PyTorch 1.13.0 (Debian python3-torch 1.13.1), Python 3.11, by:
    python3 scripts/golden/losses.py > src/nn/losses.golden.json
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def case(output, target, loss):
    output = output.clone().requires_grad_()
    per_sample = loss(output, target)
    per_sample.sum().backward()
    return {
        "output": {"shape": list(output.shape), "values": output.flatten().tolist()},
        "target": {"shape": list(target.shape), "values": target.flatten().tolist()},
        "perSample": per_sample.tolist(),
        "gradient": output.grad.flatten().tolist(),
    }


logits = torch.tensor([[2.0, -1.0, 0.5, 0.25], [0.0, 0.0, 0.0, 0.0], [-3.0, 4.0, 1.5, -0.5], [30.0, -30.0, 5.0, 0.0], [1.0, 2.0, 3.0, 90.0]])
labels = torch.tensor([0, 3, 2, 1, 3])
sequence = torch.tensor([[[0.3, -0.2, 1.1], [2.0, 0.1, -1.0]], [[-0.7, 0.9, 0.4], [0.0, 1.5, -2.5]]])
sequence_labels = torch.tensor([[2, 0], [1, 1]])
scores = torch.tensor([-2.0, 0.0, 0.5, 12.0, -12.0, 80.0, -80.0])
truth = torch.tensor([0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.25])
multi = torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.1, -0.4]])
multi_truth = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
probabilities = torch.tensor([0.1, 0.5, 0.9, 0.9990234375, 1e-4, 0.3])  # 1 - 2^-10: exact in float32
outcomes = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.3])
predictions = torch.tensor([[1.0, -2.0], [0.5, 0.25], [3.0, 3.0]])
values = torch.tensor([[0.5, -1.5], [0.5, 1.0], [-1.0, 2.0]])


def cross_entropy(smoothing):
    return lambda z, y: F.cross_entropy(z, y, reduction="none", label_smoothing=smoothing)


print(
    json.dumps(
        {
            "torch": torch.__version__,
            "softmaxCrossEntropy": case(logits, labels, cross_entropy(0.0)),
            "softmaxCrossEntropy smoothed": case(logits, labels, cross_entropy(0.1)),
            "softmaxCrossEntropy of sequences": case(
                sequence,
                sequence_labels,
                lambda z, y: F.cross_entropy(z.transpose(1, 2), y, reduction="none").mean(1),
            ),
            "binaryCrossEntropy from logits": case(
                scores, truth, lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none")
            ),
            "binaryCrossEntropy of several labels": case(
                multi, multi_truth, lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none").mean(1)
            ),
            "binaryCrossEntropy": case(
                probabilities,
                outcomes,
                lambda p, y: F.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), y, reduction="none"),
            ),
            "meanSquaredError": case(predictions, values, lambda x, y: F.mse_loss(x, y, reduction="none").mean(1)),
        }
    )
)

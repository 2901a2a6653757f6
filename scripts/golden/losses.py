"""Reference numbers for src/nn/losses: loss per sample and gradient of its sum, in float64.

Printed with PyTorch 1.13.0 (Debian python3-torch 1.13.1), Python 3.11, by:
    python3 scripts/golden/losses.py > src/nn/losses/losses.golden.json
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
outcome = torch.tensor([0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
multi = torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.1, -0.4]])
multi_truth = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
probabilities = torch.tensor([0.1, 0.5, 0.9, 0.9990234375, 1e-4, 0.3])  # 1 - 2^-10: exact in float32
outcomes = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.3])
predictions = torch.tensor([[1.0, -2.0], [0.5, 0.25], [3.0, 3.0]])
values = torch.tensor([[0.5, -1.5], [0.5, 1.0], [-1.0, 2.0]])


padded_labels = torch.tensor([[2, 0], [1, 2]])
some_ignored = torch.tensor([0, -100, 2, 1, -100])
generator = torch.Generator().manual_seed(11)
masks = torch.randn(2, 2, 3, 2, generator=generator).mul(100).round().div(100)
mask_truth = (torch.rand(2, 2, 3, 2, generator=generator) < 0.4).double()
mask_truth[1, 1] = 0  # an empty mask
teacher = torch.tensor([[0.7, 0.1, 0.2, 0.0], [0.25, 0.25, 0.25, 0.25], [0.0, 1.0, 0.0, 0.0], [0.9, 0.05, 0.05, 0.0], [0.125, 0.25, 0.125, 0.5]])


def padded(z, y):
    steps = F.cross_entropy(z.transpose(1, 2), y, reduction="none", label_smoothing=0.1, ignore_index=0)
    return steps.sum(1) / (y != 0).sum(1)


def focal(gamma, weight=None):
    def loss(z, y):
        p = torch.softmax(z, -1).gather(-1, y[:, None])[:, 0]
        return (1 - p) ** gamma * F.cross_entropy(z, y, weight=weight, reduction="none")

    return loss


def sigmoid_focal(gamma, alpha):
    """As torchvision.ops.sigmoid_focal_loss."""

    def loss(z, y):
        ce = F.binary_cross_entropy_with_logits(z, y, reduction="none")
        p = torch.sigmoid(z)
        truth = p * y + (1 - p) * (1 - y)
        return (alpha * y + (1 - alpha) * (1 - y)) * (1 - truth) ** gamma * ce

    return loss


def overlap(smooth, jaccard):
    def loss(z, y):
        p = torch.sigmoid(z)
        both, total = (p * y).sum((2, 3)), (p + y).sum((2, 3))
        share = (both + smooth) / (total - both + smooth) if jaccard else (2 * both + smooth) / (total + smooth)
        return (1 - share).mean(1)

    return loss


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
            "softmaxCrossEntropy weighted": case(
                logits, labels, lambda z, y: F.cross_entropy(z, y, torch.tensor([0.5, 2, 1, 0]), reduction="none")
            ),
            "softmaxCrossEntropy weighted and smoothed": case(
                logits,
                labels,
                lambda z, y: F.cross_entropy(
                    z, y, torch.tensor([0.5, 2, 1, 0.25]), reduction="none", label_smoothing=0.2
                ),
            ),
            "softmaxCrossEntropy ignoring": case(logits, some_ignored, cross_entropy(0.0)),
            "softmaxCrossEntropy of padded sequences": case(sequence, padded_labels, padded),
            "binaryCrossEntropy weighted, from logits": case(
                scores,
                truth,
                lambda z, y: F.binary_cross_entropy_with_logits(z, y, pos_weight=torch.tensor(3.0), reduction="none"),
            ),
            "binaryCrossEntropy weighted": case(
                probabilities, outcomes, lambda p, y: -(3 * y * torch.log(p) + (1 - y) * torch.log(1 - p))
            ),
            "focal": case(logits, labels, focal(2)),
            "focal weighted": case(logits, labels, focal(1.5, torch.tensor([0.5, 2, 1, 0.25]))),
            "binaryFocal": case(scores, outcome, sigmoid_focal(2, 0.25)),
            "binaryFocal, gamma 0": case(scores, outcome, sigmoid_focal(0, 0.5)),
            "meanAbsoluteError": case(predictions, values, lambda x, y: F.l1_loss(x, y, reduction="none").mean(1)),
            "huber": case(predictions, values, lambda x, y: F.huber_loss(x, y, reduction="none").mean(1)),
            "huber, delta": case(
                predictions, values, lambda x, y: F.huber_loss(x, y, reduction="none", delta=0.4).mean(1)
            ),
            "dice": case(masks, mask_truth, overlap(1, False)),
            "iou": case(masks, mask_truth, overlap(0.5, True)),
            "klDivergence": case(
                logits,
                teacher,
                lambda z, y: F.kl_div(torch.log_softmax(z, -1), y, reduction="none").sum(-1),
            ),
        }
    )
)

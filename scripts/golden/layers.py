"""Reference numbers for src/nn/layers: outputs, input gradients and parameter gradients of each layer, in float64.

Printed with PyTorch 1.13.0 (Debian python3-torch 1.13.1), Python 3.11, by:
    python3 scripts/golden/layers.py > src/nn/layers.golden.json

The gradients are those of sum(output * cotangent). Names and layouts are Attune's: dense weights [in, out].
"""

import json
import math

import torch
import torch.nn.functional as F
from torch.nn.utils.stateless import functional_call

torch.set_default_dtype(torch.float64)
torch.manual_seed(20240501)


def number(t):
    return {"shape": list(t.shape), "values": [round(v, 10) for v in t.detach().flatten().tolist()]}


def rand(*shape):
    return torch.round(torch.randn(*shape) * 1000) / 1000


def case(x, parameters, forward):
    x = x.clone().requires_grad_()
    parameters = {name: p.clone().requires_grad_() for name, p in parameters.items()}
    y = forward(x, **{name.replace(".", "_"): p for name, p in parameters.items()})
    cotangent = rand(*y.shape)
    (y * cotangent).sum().backward()
    return {
        "x": number(x),
        "parameters": {name: number(p) for name, p in parameters.items()},
        "y": number(y),
        "cotangent": number(cotangent),
        "dx": number(torch.zeros_like(x) if x.grad is None else x.grad),  # whole numbers have no gradient
        "gradients": {name: number(p.grad) for name, p in parameters.items()},
    }


def conv(x, o, k, groups=1, pads=(0, 0, 0, 0), **options):
    """pads: left, right, top, bottom as F.pad takes them."""
    weight = rand(o, x.shape[1] // groups, *k)
    return case(
        x,
        {"weight": weight, "bias": rand(o)},
        lambda x, weight, bias: F.conv2d(F.pad(x, pads), weight, bias, groups=groups, **options),
    )


image = rand(2, 2, 7, 6)

# 'same' by TensorFlow's rule, computed by hand:
#   H 7, k 3, s 2: out 4, total (4-1)*2+3-7 = 2 -> top 1, bottom 1;  W 6: out 3, total (3-1)*2+3-6 = 1 -> left 0, right 1
SAME_K3_S2 = (0, 1, 1, 1)
#   H 7, k 4, s 1: total 3 -> top 1, bottom 2;  W 6, k 2: total 1 -> left 0, right 1
SAME_K42 = (0, 1, 1, 2)


def batch_norm(x, training):
    """Two steps on different batches for the running statistics (training), or fixed statistics (inference)."""
    c = x.shape[1]
    layer = torch.nn.BatchNorm2d(c) if x.dim() == 4 else torch.nn.BatchNorm1d(c)
    gamma, beta = rand(c), rand(c)
    mean, var = rand(c), rand(c) ** 2 + 0.1
    with torch.no_grad():
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(var)
    layer.train(training)
    del layer.weight, layer.bias

    def forward(x, scale, shift):
        layer.weight, layer.bias = scale, shift
        return layer(x)

    result = case(x, {"scale": gamma, "shift": beta}, forward)
    result["buffers"] = {"mean": number(mean), "variance": number(var)}
    result["buffersAfter"] = {"mean": number(layer.running_mean), "variance": number(layer.running_var)}
    return result


def smooth_net(x, conv2d1_weight, conv2d1_bias, residual1_body_conv2d1_weight, residual1_body_conv2d1_bias,
               dense1_weight, dense1_bias):
    h = torch.tanh(F.conv2d(x, conv2d1_weight, conv2d1_bias, stride=2))
    h = h + torch.tanh(F.conv2d(h, residual1_body_conv2d1_weight, residual1_body_conv2d1_bias, padding=1))
    h = F.avg_pool2d(h, 2)
    return h.flatten(1) @ dense1_weight + dense1_bias


def later_cases():
    """Drawn after the others, whose numbers so stay as they are."""
    tokens = rand(2, 7, 3)
    deep = rand(2, 6, 3, 4)

    def conv1d(o, k, pads=(0, 0), **options):
        return case(
            tokens,
            {"weight": rand(k, 3, o), "bias": rand(o)},
            lambda x, weight, bias: F.conv1d(
                F.pad(x.transpose(1, 2), pads), weight.permute(2, 1, 0), bias, **options
            ).transpose(1, 2),
        )

    def transposed(o, k, groups=1, cut=None, **options):
        return case(
            image,
            {"weight": rand(2, o // groups, k, k), "bias": rand(o)},
            lambda x, weight, bias: F.conv_transpose2d(x, weight, bias, groups=groups, **options)[:, :, slice(*(cut or (None,))), slice(*(cut or (None,)))],
        )

    def squeeze(x, squeeze_weight, squeeze_bias, excite_weight, excite_bias):
        h = torch.relu(x.mean((2, 3)) @ squeeze_weight + squeeze_bias)
        return x * torch.sigmoid(h @ excite_weight + excite_bias)[:, :, None, None]

    affine = lambda n: {"scale": rand(n), "shift": rand(n)}
    return {
        "layerNorm": case(rand(3, 5), affine(5), lambda x, scale, shift: F.layer_norm(x, (5,), scale, shift)),
        "layerNorm of sequences": case(
            tokens, affine(3), lambda x, scale, shift: F.layer_norm(x, (3,), scale, shift, eps=1e-3)
        ),
        "rmsNorm": case(
            tokens,
            {"scale": rand(3)},
            lambda x, scale: x / torch.sqrt((x**2).mean(-1, keepdim=True) + 1e-6) * scale,
        ),
        "groupNorm": case(deep, affine(6), lambda x, scale, shift: F.group_norm(x, 3, scale, shift)),
        "adaptiveAveragePool2d": case(image, {}, lambda x: F.adaptive_avg_pool2d(x, 4)),
        "adaptiveMaxPool2d": case(image, {}, lambda x: F.adaptive_max_pool2d(x, (3, 4))),
        "globalMaxPool2d": case(image, {}, lambda x: x.amax((2, 3))),
        "conv1d": conv1d(4, 3),
        "conv1d causal, dilation": conv1d(2, 3, pads=(4, 0), dilation=2),
        # T 7, k 4, stride 2: out 4, total (4-1)*2+4-7 = 3 -> 1 before, 2 after
        "conv1d same, stride 2": conv1d(2, 4, pads=(1, 2), stride=2),
        "convTranspose2d": transposed(3, 3),
        "convTranspose2d stride and padding": transposed(4, 3, groups=2, stride=2, padding=1),
        # 'same' for k 3, s 2: total 3-2 = 1 -> 0 before, 1 after: the last row and column of the full output are cut
        "convTranspose2d same": transposed(3, 3, stride=2, cut=(0, -1)),
        # k 2, s 3: no padding; the last row and column are reached by no window
        "convTranspose2d same, window smaller than the stride": transposed(2, 2, stride=3, output_padding=1),
        "squeezeExcite": case(
            deep,
            {
                "squeeze.weight": rand(6, 2),
                "squeeze.bias": rand(2),
                "excite.weight": rand(2, 6),
                "excite.bias": rand(6),
            },
            squeeze,
        ),
        "upsample2d": case(image, {}, lambda x: F.interpolate(x, scale_factor=2)),
        "upsample2d bilinear": case(
            image, {}, lambda x: F.interpolate(x, scale_factor=3, mode="bilinear", align_corners=False)
        ),
        "concatenate": case(
            image,
            {"conv2d1.weight": rand(2, 2, 3, 3), "conv2d1.bias": rand(2), "conv2d2.weight": rand(3, 2, 1, 1), "conv2d2.bias": rand(3)},
            lambda x, conv2d1_weight, conv2d1_bias, conv2d2_weight, conv2d2_bias: torch.cat(
                [F.conv2d(x, conv2d1_weight, conv2d1_bias, padding=1), F.conv2d(x, conv2d2_weight, conv2d2_bias)], 1
            ),
        ),
    }


def attention_parameters(prefix, d):
    return {
        f"{prefix}project.weight": rand(d, 3 * d),
        f"{prefix}project.bias": rand(3 * d),
        f"{prefix}output.weight": rand(d, d),
        f"{prefix}output.bias": rand(d),
    }


def norm_parameters(name, d):
    return {f"{name}.scale": rand(d), f"{name}.shift": rand(d)}


def hidden_parameters(d, hidden):
    return {
        "feedForward.dense1.weight": rand(d, hidden),
        "feedForward.dense1.bias": rand(hidden),
        "feedForward.dense2.weight": rand(hidden, d),
        "feedForward.dense2.bias": rand(d),
    }


def in_torch(p, prefix=""):
    """Parameters of attention as torch.nn.MultiheadAttention calls them."""
    return {
        "in_proj_weight": p[prefix + "project_weight"].T,
        "in_proj_bias": p[prefix + "project_bias"],
        "out_proj.weight": p[prefix + "output_weight"].T,
        "out_proj.bias": p[prefix + "output_bias"],
    }


def block_in_torch(p, norms, **attentions):
    named = {f"{to}.{k}": v for to, values in attentions.items() for k, v in values.items()}
    for i, name in enumerate(norms, 1):
        named |= {f"norm{i}.weight": p[name + "_scale"], f"norm{i}.bias": p[name + "_shift"]}
    for i in (1, 2):
        named |= {
            f"linear{i}.weight": p[f"feedForward_dense{i}_weight"].T,
            f"linear{i}.bias": p[f"feedForward_dense{i}_bias"],
        }
    return named


def causal_mask(steps):
    return torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1)


def sequence_cases():
    ids = torch.tensor([[3.0, 1, 4, 0, 0], [1, 5, 2, 6, 3]])  # 0 is padding
    words = rand(2, 5, 6)
    attention = torch.nn.MultiheadAttention(6, 2, batch_first=True)
    rotated = lambda x: torch.cat([-x[..., x.shape[-1] // 2 :], x[..., : x.shape[-1] // 2]], -1)

    def attend(x, mask=None, causal=False, **p):
        bias = causal_mask(x.shape[1]) if causal else None
        return functional_call(
            attention, in_torch(p), (x, x, x), dict(key_padding_mask=mask, attn_mask=bias, need_weights=False)
        )[0]

    def attend_rotary(x, project_weight, project_bias, output_weight, output_bias):
        """Heads of size 6/1: by the formula."""
        q, k, v = (x @ project_weight + project_bias).split(6, -1)
        angles = torch.arange(5)[:, None] * 10000.0 ** (-2 * (torch.arange(6) % 3) / 6)
        turn = lambda z: z * angles.cos() + rotated(z) * angles.sin()
        weights = torch.softmax(turn(q) @ turn(k).transpose(1, 2) / 6**0.5, -1)
        return weights @ v @ output_weight + output_bias

    def embed(x, weight):
        return F.embedding(x.long(), weight, padding_idx=0) * (x != 0)[..., None]

    def embedded(parameters, f):
        return case(
            ids,
            {"embedding1.weight": rand(7, 6), **parameters},
            lambda x, embedding1_weight, **p: f(embed(x, embedding1_weight), x == 0, **p),
        )

    def encoder(x, mask=None, causal=False, **p):
        norm_first = not causal  # the causal case is the one with the norm after
        layer = torch.nn.TransformerEncoderLayer(
            6, 2, 8, dropout=0, activation=F.gelu, batch_first=True, norm_first=norm_first
        )
        named = block_in_torch(p, ["attentionNorm", "feedForwardNorm"], self_attn=in_torch(p, "attention_"))
        return functional_call(
            layer, named, (x,), dict(src_mask=causal_mask(x.shape[1]) if causal else None, src_key_padding_mask=mask)
        )

    def decoder(x, conv1d1_weight, conv1d1_bias, **p):
        memory = F.conv1d(x.transpose(1, 2), conv1d1_weight.permute(2, 1, 0), conv1d1_bias).transpose(1, 2)
        p = {k.removeprefix("transformerDecoderBlock1_"): v for k, v in p.items()}
        layer = torch.nn.TransformerDecoderLayer(
            6, 2, 8, dropout=0, activation=F.gelu, batch_first=True, norm_first=True
        )
        cross = {
            "in_proj_weight": torch.cat([p["cross_query_weight"].T, p["cross_memory_weight"].T]),
            "in_proj_bias": torch.cat([p["cross_query_bias"], p["cross_memory_bias"]]),
            "out_proj.weight": p["cross_output_weight"].T,
            "out_proj.bias": p["cross_output_bias"],
        }
        norms = ["attentionNorm", "crossNorm", "feedForwardNorm"]
        named = block_in_torch(p, norms, self_attn=in_torch(p, "attention_"), multihead_attn=cross)
        return functional_call(layer, named, (x, memory), dict(tgt_mask=causal_mask(x.shape[1])))

    def prefixed(prefix, parameters):
        return {prefix + name: value for name, value in parameters.items()}

    return {
        "embedding": case(ids, {"weight": rand(7, 3)}, lambda x, weight: F.embedding(x.long(), weight)),
        "embedding with padding": case(ids, {"weight": rand(7, 3)}, embed),
        "sinusoidalPositions": case(
            words,
            {},
            # As the PyTorch tutorial on Transformers makes them.
            lambda x: x
            + torch.stack(
                [
                    f(torch.arange(5)[:, None] * torch.exp(torch.arange(0, 6, 2) * (-math.log(10000.0) / 6)))
                    for f in (torch.sin, torch.cos)
                ],
                -1,
            ).flatten(1),
        ),
        "learnedPositions": case(words, {"weight": rand(5, 6)}, lambda x, weight: x + weight),
        "multiHeadAttention": case(words, attention_parameters("", 6), attend),
        "multiHeadAttention causal": case(
            words, attention_parameters("", 6), lambda x, **p: attend(x, causal=True, **p)
        ),
        "multiHeadAttention rotary": case(words, attention_parameters("", 6), attend_rotary),
        "multiHeadAttention with padding": embedded(
            attention_parameters("multiHeadAttention1.", 6),
            lambda x, mask, **p: attend(
                x, mask, **{k.removeprefix("multiHeadAttention1_"): v for k, v in p.items()}
            ),
        ),
        "transformerEncoderBlock with padding": embedded(
            prefixed(
                "transformerEncoderBlock1.",
                norm_parameters("attentionNorm", 6)
                | attention_parameters("attention.", 6)
                | norm_parameters("feedForwardNorm", 6)
                | hidden_parameters(6, 8),
            ),
            lambda x, mask, **p: encoder(
                x, mask, **{k.removeprefix("transformerEncoderBlock1_"): v for k, v in p.items()}
            ),
        ),
        "transformerEncoderBlock causal, norm after": case(
            words,
            attention_parameters("attention.", 6)
            | norm_parameters("attentionNorm", 6)
            | hidden_parameters(6, 8)
            | norm_parameters("feedForwardNorm", 6),
            lambda x, **p: encoder(x, causal=True, **p),
        ),
        "transformerDecoderBlock": case(
            words,
            {"conv1d1.weight": rand(2, 6, 6), "conv1d1.bias": rand(6)}
            | prefixed(
                "transformerDecoderBlock1.",
                norm_parameters("attentionNorm", 6)
                | attention_parameters("attention.", 6)
                | norm_parameters("crossNorm", 6)
                | {
                    "cross.query.weight": rand(6, 6),
                    "cross.query.bias": rand(6),
                    "cross.memory.weight": rand(6, 12),
                    "cross.memory.bias": rand(12),
                    "cross.output.weight": rand(6, 6),
                    "cross.output.bias": rand(6),
                }
                | norm_parameters("feedForwardNorm", 6)
                | hidden_parameters(6, 8),
            ),
            decoder,
        ),
        "globalAveragePool1d": case(words, {}, lambda x: x.mean(1)),
        "globalAveragePool1d with padding": embedded(
            {}, lambda x, mask: (x * ~mask[..., None]).sum(1) / (~mask).sum(1)[:, None]
        ),
        "globalMaxPool1d": case(words, {}, lambda x: x.amax(1)),
        "globalMaxPool1d with padding": embedded(
            {}, lambda x, mask: x.masked_fill(mask[..., None], -torch.inf).amax(1)
        ),
    }


def recurrent_cases():
    """torch.nn.LSTM, GRU and RNN. Padding by packed sequences, for which the lengths must be known: 3 and 5 steps."""
    words = rand(2, 5, 3)
    # Padding behind, as packed sequences have it.
    ids = torch.tensor([[3.0, 1, 4, 0, 0], [1, 5, 2, 6, 3]])
    gates = {"simpleRnn": 1, "gru": 3, "lstm": 4}
    modules = {"simpleRnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}

    def parameters(kind, features, units, prefix=""):
        width = gates[kind] * units
        named = {"weight": rand(features, width), "recurrent": rand(units, width), "bias": rand(width)}
        if kind == "gru":
            named["newBias"] = rand(units)
        return {prefix + name: value for name, value in named.items()}

    def in_torch(kind, p, units, suffix, prefix=""):
        # Attune's gates of the LSTM are i, f, o, g; PyTorch's i, f, g, o.
        order = lambda x: torch.cat([x.split(units, -1)[k] for k in (0, 1, 3, 2)], -1) if kind == "lstm" else x
        second = torch.zeros(gates[kind] * units)
        if kind == "gru":
            second = torch.cat([second[: 2 * units], p[prefix + "newBias"]])
        return {
            "weight_ih_l0" + suffix: order(p[prefix + "weight"]).T,
            "weight_hh_l0" + suffix: order(p[prefix + "recurrent"]).T,
            "bias_ih_l0" + suffix: order(p[prefix + "bias"]),
            "bias_hh_l0" + suffix: second,
        }

    def run(kind, x, p, units, sequences, both=False, lengths=None):
        module = modules[kind](x.shape[-1], units, batch_first=True, bidirectional=both)
        named = (
            in_torch(kind, p, units, "", "forward_") | in_torch(kind, p, units, "_reverse", "backward_")
            if both
            else in_torch(kind, p, units, "")
        )
        fed = x
        if lengths is not None:
            fed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        # Recurrent modules read this list instead of their parameters.
        module._flat_weights = [named[name].contiguous() for name in module._flat_weights_names]
        y, h = module(fed)
        if lengths is not None:
            y = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0]
        h = h[0] if kind == "lstm" else h
        return y if sequences else h.transpose(0, 1).flatten(1)

    def plain(kind, units, sequences):
        return case(words, parameters(kind, 3, units), lambda x, **p: run(kind, x, p, units, sequences))

    def both(kind, units, sequences):
        return case(
            words,
            parameters(kind, 3, units, "forward.") | parameters(kind, 3, units, "backward."),
            lambda x, **p: run(kind, x, p, units, sequences, True),
        )

    def padded(kind, units, sequences, both):
        inside = {name: value for prefix in (("forward.", "backward.") if both else ("",)) for name, value in parameters(kind, 3, units, prefix).items()}

        def forward(x, embedding1_weight, **p):
            words = F.embedding(x.long(), embedding1_weight, padding_idx=0) * (x != 0)[..., None]
            p = {name.removeprefix(kind + "1_"): value for name, value in p.items()}
            return run(kind, words, p, units, sequences, both, (x != 0).sum(1))

        return case(ids, {"embedding1.weight": rand(7, 3), **{f"{kind}1.{name}": value for name, value in inside.items()}}, forward)

    def stacked(x, lstm1_weight, lstm1_recurrent, lstm1_bias, gru1_weight, gru1_recurrent, gru1_bias, gru1_newBias):
        h = run("lstm", x, {"weight": lstm1_weight, "recurrent": lstm1_recurrent, "bias": lstm1_bias}, 2, True)
        p = {"weight": gru1_weight, "recurrent": gru1_recurrent, "bias": gru1_bias, "newBias": gru1_newBias}
        return run("gru", h, p, 3, False)

    cases = {}
    for kind in gates:
        cases |= {
            kind: plain(kind, 4, False),
            f"{kind} of every step": plain(kind, 2, True),
            f"{kind} bidirectional": both(kind, 2, False),
            f"{kind} with padding": padded(kind, 2, False, False),
            f"{kind} of every step, bidirectional with padding": padded(kind, 2, True, True),
        }
    cases["stacked"] = case(
        words,
        parameters("lstm", 3, 2, "lstm1.") | parameters("gru", 2, 3, "gru1."),
        stacked,
    )
    return cases


def table_cases():
    """Architectures for tables, by the equations of arXiv:2106.11959."""
    rows = rand(3, 6)
    d, hidden = 4, 5
    linear = lambda name, i, o: {f"{name}.weight": rand(i, o), f"{name}.bias": rand(o)}

    def ft_transformer(x, **p):
        ends = [1, 3, 6]  # columns of 1, 2 and 3 inputs
        tokens = [
            p["columnTokens1_bias"][j] + sum(x[:, i : i + 1] * p["columnTokens1_weight"][i] for i in range(start, end))
            for j, (start, end) in enumerate(zip([0, *ends], ends))
        ]
        y = torch.stack([p["columnTokens1_class"][0].expand(len(x), d), *tokens], 1)
        norm = lambda y, name: F.layer_norm(y, (d,), p[name + "_scale"], p[name + "_shift"])
        affine = lambda y, name: y @ p[name + "_weight"] + p[name + "_bias"]
        for block in (0, 1):
            part = f"residual{2 * block + 1}_body_"
            z = y if block == 0 else norm(y, part + "layerNorm1")
            attention = torch.nn.MultiheadAttention(d, 2, batch_first=True)
            named = in_torch(p, part + "multiHeadAttention1_")
            y = y + functional_call(attention, named, (z, z, z), dict(need_weights=False))[0]
            part = f"residual{2 * block + 2}_body_"
            a, b = affine(norm(y, part + "layerNorm1"), part + "dense1").chunk(2, -1)
            y = y + affine(a * torch.relu(b), part + "dense2")
        return affine(torch.relu(norm(y[:, 0], "layerNorm1")), "dense1")

    norms = ["residual1.body.batchNorm1", "residual2.body.batchNorm1", "batchNorm1"]
    running = {f"{name}.{what}": (torch.zeros if what == "mean" else torch.ones)(d) for name in norms for what in ("mean", "variance")}
    before = {name: number(value) for name, value in running.items()}

    def tabular_resnet(x, **p):
        def norm(y, name):
            statistics = (running[name.replace("_", ".") + what] for what in (".mean", ".variance"))
            return F.batch_norm(y, *statistics, p[name + "_scale"], p[name + "_shift"], training=True)

        affine = lambda y, name: y @ p[name + "_weight"] + p[name + "_bias"]
        y = affine(x, "dense1")
        for part in ("residual1_body_", "residual2_body_"):
            y = y + affine(torch.relu(affine(norm(y, part + "batchNorm1"), part + "dense1")), part + "dense2")
        return affine(torch.relu(norm(y, "batchNorm1")), "dense2")

    def transformer_part(block):
        attention, feed_forward = (f"residual{2 * block + i}.body." for i in (1, 2))
        return {
            **(norm_parameters(attention + "layerNorm1", d) if block > 0 else {}),
            **attention_parameters(attention + "multiHeadAttention1.", d),
            **norm_parameters(feed_forward + "layerNorm1", d),
            **linear(feed_forward + "dense1", d, 2 * hidden),
            **linear(feed_forward + "dense2", hidden, d),
        }

    def resnet_part(name):
        return {
            **norm_parameters(name + "batchNorm1", d),
            **linear(name + "dense1", d, hidden),
            **linear(name + "dense2", hidden, d),
        }

    cases = {
        "ftTransformer": case(
            rows,
            {
                "columnTokens1.weight": rand(6, d),
                "columnTokens1.bias": rand(3, d),
                "columnTokens1.class": rand(1, 1, d),
                **transformer_part(0),
                **transformer_part(1),
                **norm_parameters("layerNorm1", d),
                **linear("dense1", d, 2),
            },
            ft_transformer,
        ),
        "tabularResnet": case(
            rows,
            {
                **linear("dense1", 6, d),
                **resnet_part("residual1.body."),
                **resnet_part("residual2.body."),
                **norm_parameters("batchNorm1", d),
                **linear("dense2", d, 2),
            },
            tabular_resnet,
        ),
    }
    after = {name: number(value) for name, value in running.items()}
    cases["tabularResnet"] |= {"buffers": before, "buffersAfter": after}
    return cases


print(
    json.dumps(
        {
            "torch": torch.__version__,
            "cases": {
                "conv2d": conv(image, 3, (3, 3)),
                "conv2d stride and symmetric padding": conv(image, 3, (3, 2), stride=(2, 1), padding=1),
                "conv2d same, stride 2": conv(image, 3, (3, 3), pads=SAME_K3_S2, stride=2),
                "conv2d same, even kernel": conv(image, 3, (4, 2), pads=SAME_K42),
                "conv2d dilation": conv(image, 2, (3, 3), dilation=2),
                "conv2d groups": conv(rand(1, 4, 5, 4), 6, (3, 3), groups=2, padding=1),
                "conv2d depthwise": conv(image, 2, (3, 3), groups=2, stride=2),
                "dense": case(rand(3, 5), {"weight": rand(5, 4), "bias": rand(4)}, lambda x, weight, bias: x @ weight + bias),
                "dense on sequences": case(
                    rand(2, 3, 5), {"weight": rand(5, 4), "bias": rand(4)}, lambda x, weight, bias: x @ weight + bias
                ),
                "maxPool2d": case(image, {}, lambda x: F.max_pool2d(x, 2)),
                "maxPool2d overlapping, padded": case(image, {}, lambda x: F.max_pool2d(x, 3, stride=2, padding=1)),
                "averagePool2d": case(image, {}, lambda x: F.avg_pool2d(x, 2)),
                "averagePool2d overlapping, padded": case(
                    image, {}, lambda x: F.avg_pool2d(x, 3, stride=2, padding=1)
                ),
                # W 6, k 3, s 2 pads on the right only; the mean is over the pixels that exist
                "averagePool2d same": case(
                    image,
                    {},
                    lambda x: F.avg_pool2d(F.pad(x, SAME_K3_S2), 3, 2)
                    / F.avg_pool2d(F.pad(torch.ones_like(x), SAME_K3_S2), 3, 2),
                ),
                "globalAveragePool2d": case(image, {}, lambda x: x.mean((2, 3))),
                "batchNorm training": batch_norm(image, True),
                "batchNorm inference": batch_norm(image, False),
                "batchNorm of vectors": batch_norm(rand(5, 3), True),
                "net": case(
                    rand(2, 1, 9, 9),
                    {
                        "conv2d1.weight": rand(4, 1, 3, 3),
                        "conv2d1.bias": rand(4),
                        "residual1.body.conv2d1.weight": rand(4, 4, 3, 3),
                        "residual1.body.conv2d1.bias": rand(4),
                        "dense1.weight": rand(16, 3),
                        "dense1.bias": rand(3),
                    },
                    smooth_net,
                ),
            }
            | later_cases()
            | sequence_cases()
            | recurrent_cases()
            | table_cases(),
        },
    )
)

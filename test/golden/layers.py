"""Networks in PyTorch, as the judge of layers, losses and whole networks.

Reads one JSON object from standard input: `cases`, each with a `model` (as a model file holds it), `training`, `count`,
`x`, `y` (a list of labels, or targets of all outputs) and `parameters` (by name, with shapes). Writes one JSON object per
case and line: `loss`, and `tensors`: every `<layer>.out`, `<parameter>.grad`, and, in training, every running
`<layer>.mean` and `<layer>.variance` after the step; computed in float64 by autograd. Numbers come as float32 and go as
float64, little-endian, in base64.
"""

import base64
import json
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
ACTIVATIONS = {
    "linear": lambda u: u,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky-relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "softplus": F.softplus,
    "scaled-tanh": lambda u: 1.7159 * torch.tanh(2 / 3 * u),
}


def read(numbers):
    return torch.frombuffer(bytearray(base64.b64decode(numbers)), dtype=torch.float32).double()


def write(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().tobytes()).decode()


def conv(spec, x, p, _):
    return F.conv2d(x, p["weight"], p.get("bias"), spec.get("stride", 1), spec.get("pad", 0), 1, spec.get("groups", 1))


def dense(spec, x, p, _):
    return F.linear(x.flatten(1), p["weight"], p.get("bias"))


def pool(spec, x, p, _):
    kind = F.max_pool2d if spec["mode"] == "max" else F.avg_pool2d
    y = kind(x, spec["size"], spec.get("stride", spec["size"]))
    if "weight" in p:
        y = y * p["weight"][:, None, None]
    return y + p["bias"][:, None, None] if "bias" in p else y


def global_pool(spec, x, p, _):
    return (F.adaptive_max_pool2d if spec.get("mode") == "max" else F.adaptive_avg_pool2d)(x, 1)


def lrn(spec, x, p, _):
    # PyTorch divides the sum by the size of the window.
    return F.local_response_norm(x, spec["n"], spec["alpha"] * spec["n"], spec["beta"], spec["k"])


def batch_norm(spec, x, p, training):
    share, epsilon = spec.get("momentum", 0.1), spec.get("epsilon", 1e-5)
    return F.batch_norm(x, p["mean"], p["variance"], p["weight"], p["bias"], training, share, epsilon)


def concat(parts):
    same = all(part.dim() == 4 and part.shape[2:] == parts[0].shape[2:] for part in parts)
    return torch.cat(parts if same else [part.flatten(1) for part in parts], 1)


# Layers of several inputs.
JOINTS = {"concat": concat, "add": lambda parts: torch.stack(parts).sum(0)}
LAYERS = {
    "conv": conv,
    "dense": dense,
    "pool": pool,
    "global-pool": global_pool,
    "lrn": lrn,
    "batch-norm": batch_norm,
    "activation": lambda spec, x, p, _: x,
}


def loss_of(spec, out, y):
    labels = y.dim() == 1
    one_hot = F.one_hot(y, out.shape[1]).double() if labels else y
    if spec["type"] == "softmax-cross-entropy":
        return F.cross_entropy(out, y, label_smoothing=spec.get("smoothing", 0.0))
    if spec["type"] == "binary-cross-entropy":
        return F.binary_cross_entropy_with_logits(out, one_hot, reduction="sum") / len(y)
    if spec.get("rule") == "one-vs-rest":
        signs = 2 * one_hot - 1
        return torch.relu(spec.get("margin", 1.0) - signs * out).sum(1).mean()
    if spec["type"] == "hinge":
        # PyTorch divides the sum by the number of classes.
        return F.multi_margin_loss(out, y, margin=spec.get("margin", 1.0)) * out.shape[1]
    return 0.5 * (one_hot - out).pow(2).sum(1).mean()


def run(case):
    model = case["model"]
    parameters = {n: read(p["data"]).reshape(p["shape"]) for n, p in case["parameters"].items()}
    running = {n: p for n, p in parameters.items() if n.endswith((".mean", ".variance"))}
    for name, parameter in parameters.items():
        if name not in running:
            parameter.requires_grad_()
    x = read(case["x"]).reshape(case["count"], *model["input"])
    out = {"input": x}
    for spec in model["layers"]:
        parts = [out[name] for name in spec.get("from", [])] or [x]
        own = {n.split(".")[1]: p for n, p in parameters.items() if n.split(".")[0] == spec["id"]}
        kind = spec["type"]
        x = JOINTS[kind](parts) if kind in JOINTS else LAYERS[kind](spec, parts[0], own, case["training"])
        x = ACTIVATIONS[spec.get("activation", spec.get("fn", "linear"))](x)
        out[spec["id"]] = x
    del out["input"]
    labelled = isinstance(case["y"], list)
    y = torch.tensor(case["y"]) if labelled else read(case["y"]).reshape(case["count"], -1)
    loss = loss_of(model["loss"], x.flatten(1), y)
    loss.backward()
    tensors = {f"{layer}.out": value for layer, value in out.items()}
    tensors |= {f"{name}.grad": p.grad for name, p in parameters.items() if name not in running}
    if case["training"]:
        tensors |= running
    return {"loss": loss.item(), "tensors": {name: write(tensor) for name, tensor in tensors.items()}}


for each in json.load(sys.stdin)["cases"]:
    print(json.dumps(run(each)))

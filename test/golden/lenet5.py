"""LeNet-5 in PyTorch, as the judge of our forward and backward pass.

Reads one JSON object from standard input: `cases`, each with `activation`, `loss`, `table` (rows of X and .), `count`,
and flat lists `x`, `labels` and `parameters` (by name, with shapes). Writes one JSON object per case and line:
`loss`, and flat lists of every `<layer>.out` and `<parameter>.grad`, computed in float64 by autograd.
"""

import json
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def run(case):
    f = ACTIVATIONS[case["activation"]]
    parameters = {
        name: torch.tensor(p["data"], dtype=torch.float64).reshape(p["shape"]).requires_grad_()
        for name, p in case["parameters"].items()
    }
    # [in, out] of X and . to a mask that broadcasts over [out, in, kh, kw]
    rows = [[1.0 if mark == "X" else 0.0 for mark in row] for row in case["table"]]
    mask = torch.tensor(rows, dtype=torch.float64).t()[:, :, None, None]

    x = torch.tensor(case["x"], dtype=torch.float64).reshape(case["count"], 1, 32, 32)
    out = {}
    out["C1"] = f(F.conv2d(x, parameters["C1.weight"], parameters["C1.bias"]))
    out["S2"] = F.avg_pool2d(out["C1"], 2)
    out["C3"] = f(F.conv2d(out["S2"], parameters["C3.weight"] * mask, parameters["C3.bias"]))
    out["S4"] = F.avg_pool2d(out["C3"], 2)
    out["C5"] = f(F.linear(out["S4"].flatten(1), parameters["C5.weight"], parameters["C5.bias"]))
    out["F6"] = f(F.linear(out["C5"], parameters["F6.weight"], parameters["F6.bias"]))
    out["OUT"] = F.linear(out["F6"], parameters["OUT.weight"], parameters["OUT.bias"])

    labels = torch.tensor(case["labels"])
    if case["loss"] == "mse":
        if case["activation"] == "sigmoid":
            out["OUT"] = f(out["OUT"])
        target = F.one_hot(labels, 10).double()
        loss = 0.5 * (target - out["OUT"]).pow(2).sum(1).mean()
    else:
        loss = F.cross_entropy(out["OUT"], labels)
    loss.backward()

    tensors = {f"{layer}.out": value for layer, value in out.items()}
    tensors |= {f"{name}.grad": p.grad for name, p in parameters.items()}
    return {"loss": loss.item(), "tensors": {k: v.detach().flatten().tolist() for k, v in tensors.items()}}


for request in json.load(sys.stdin)["cases"]:
    print(json.dumps(run(request)))

"""Takes 20 steps of each optimizer on one small problem with PyTorch; reads cases from standard input as JSON, writes weights."""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)


def train(case):
    weights = [torch.tensor(values, requires_grad=True) for values in case["weights"]]
    groups = [
        {"params": [weights[0]], "weight_decay": case["weightDecay"]},
        {"params": [weights[1]], "weight_decay": 0},
    ]
    optimizer = getattr(torch.optim, case["optimizer"])(groups, **case["options"])
    for batch in case["batches"]:
        y = torch.tensor(batch["x"]) @ weights[0].T + weights[1]
        loss = 0.5 * ((torch.tensor(batch["t"]) - y) ** 2).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        clip = case.get("clip")
        if clip and clip["type"] == "norm":
            torch.nn.utils.clip_grad_norm_(weights, clip["bound"])
        if clip and clip["type"] == "value":
            torch.nn.utils.clip_grad_value_(weights, clip["bound"])
        optimizer.step()
    return [weight.flatten().tolist() for weight in weights]


print(json.dumps([train(case) for case in json.load(sys.stdin)]))

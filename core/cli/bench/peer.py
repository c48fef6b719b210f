"""PyTorch's speed on the same networks: gather and normalise from stored bytes, forward, backward, momentum step.

Reads one request per line and answers each: {"gpu": true | false} chooses where to compute, CUDA only where it is asked
for and there, and gets {"device", "name"}; {"model", "mode", "batch", "threads", "seconds"} gets {"imagesPerSecond"}.
"""

import json
import sys
import time

import torch
from torch import nn

# 32 bits throughout, as ours: cuDNN would otherwise multiply with ten bits of mantissa.
torch.backends.cudnn.allow_tf32 = False

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


def build(model):
    """A chain of conv, pool and dense layers as a Sequential; shapes are found by running one image through."""
    x = torch.zeros(1, *model["input"])
    layers = []
    for spec in model["layers"]:
        if spec["type"] == "conv":
            added = [
                nn.Conv2d(
                    x.shape[1],
                    spec["filters"],
                    spec["kernel"],
                    stride=spec.get("stride", 1),
                    padding=spec.get("pad", 0),
                    groups=spec.get("groups", 1),
                )
            ]
        elif spec["type"] == "pool":
            kind = nn.MaxPool2d if spec["mode"] == "max" else nn.AvgPool2d
            added = [kind(spec["size"], spec.get("stride", spec["size"]))]
        else:
            added = [nn.Flatten()] if x.dim() > 2 else []
            added.append(nn.Linear(x.numel(), spec["units"]))
        if "activation" in spec:
            added.append(ACTIVATIONS[spec["activation"]]())
        for layer in added:
            x = layer(x)
        layers += added
    return nn.Sequential(*layers)


def choose(gpu):
    """The device to compute on, and what it is called."""
    if gpu and torch.cuda.is_available():
        name = f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}"
        return torch.device("cuda"), f"PyTorch {torch.__version__} on {name}"
    return torch.device("cpu"), f"PyTorch {torch.__version__} on the CPU"


def prepare(request, device):
    """The network, and a function that runs one step."""
    model, batch = request["model"], request["batch"]
    torch.manual_seed(1)
    network = build(model).to(device)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.001, momentum=0.9)
    loss = nn.CrossEntropyLoss()
    images = torch.randint(0, 256, (4 * batch, *model["input"]), dtype=torch.uint8).to(device)
    labels = (torch.arange(4 * batch) % 4).to(device)
    order = torch.randperm(4 * batch).to(device)
    count = 0

    def step():
        nonlocal count
        chosen = order[(count % 4) * batch : (count % 4 + 1) * batch]
        count += 1
        x = (images[chosen].float() - 127.5) / 73.9
        if request["mode"] == "eval":
            with torch.no_grad():
                (network(x).argmax(1) == labels[chosen]).sum().item()
            return
        optimizer.zero_grad(set_to_none=True)
        loss(network(x), labels[chosen]).backward()
        optimizer.step()

    return step


def measure(step, batch, seconds, device):
    """Best images per second over calls of a growing number of steps, within about `seconds`."""
    start = time.perf_counter()
    best, steps = 0.0, 1
    while True:
        before = time.perf_counter()
        for _ in range(steps):
            step()
        if device.type == "cuda":
            torch.cuda.synchronize()
        took = time.perf_counter() - before
        best = max(best, steps * batch / took)
        left = seconds - (time.perf_counter() - start)
        steps = max(1, min(int(steps * left / 2 / took), steps * 8))
        if steps * batch / best > left:
            return best


def main():
    prepared = {}
    device = torch.device("cpu")
    for line in sys.stdin:
        request = json.loads(line)
        if "gpu" in request:
            device, name = choose(request["gpu"])
            print(json.dumps({"device": device.type, "name": name}), flush=True)
            continue
        key = json.dumps([request["model"], request["mode"], request["batch"]])
        if key not in prepared:
            prepared.clear()
            prepared[key] = prepare(request, device)
        torch.set_num_threads(request["threads"])
        speed = measure(prepared[key], request["batch"], request["seconds"], device)
        print(json.dumps({"imagesPerSecond": speed}), flush=True)


main()

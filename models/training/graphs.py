"""ONNX graphs: written, compared with PyTorch in value and derivative, and a truth left for the tests in Node."""

import copy
import hashlib
import json

import numpy
import onnxruntime
import torch

from data import LICENCES

OPSET = 17
LICENCE = "MIT, for what can be licensed in weights; see NOTICE for the photographs"


def write(module, path, inputs, outputs):
    """Exports `module`, called with the values of the dict `inputs`; batch, height and width may be of any size."""
    names = [*inputs, *outputs]
    images = [name for name in names if name not in inputs or inputs[name].dim() >= 3]
    axes = {name: {0: "n"} for name in names}
    for name in images:
        dims = inputs[name].dim() if name in inputs else 4
        axes[name] |= {dims - 2: f"h_{name}", dims - 1: f"w_{name}"}
    torch.onnx.export(
        module, tuple(inputs.values()), str(path), opset_version=OPSET, dynamo=False,
        input_names=[*inputs], output_names=[*outputs], dynamic_axes=axes,
    )  # fmt: skip


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def as_tuple(values):
    return values if isinstance(values, tuple) else (values,)


def feeds(inputs):
    return {name: value.detach().numpy() for name, value in inputs.items()}


def check_values(module, path, examples):
    """The largest difference between PyTorch and ONNX Runtime over dicts of inputs, relative to the largest value
    (or to 1). Throws at 1e-4."""
    runtime, worst = session(path), 0.0
    for inputs in examples:
        with torch.no_grad():
            expected = as_tuple(module(*inputs.values()))
        for truth, found in zip(expected, runtime.run(None, feeds(inputs))):
            scale = max(1.0, float(truth.abs().max()))
            worst = max(worst, float(numpy.abs(found - truth.numpy()).max()) / scale)
    assert worst < 1e-4, f"{path.name}: ONNX Runtime differs from PyTorch by {worst:.1e}"
    return worst


def products(module, inputs, wrt, seed=3):
    """(outputs, cotangents, the vector-Jacobian product for inputs[wrt]) in float64."""
    twin = copy.deepcopy(module).double()
    twice = {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}
    twice[wrt].requires_grad_()
    outputs = as_tuple(twin(*twice.values()))
    generator = torch.Generator().manual_seed(seed)
    cotangents = [torch.randn(y.shape, generator=generator) for y in outputs]
    (gradient,) = torch.autograd.grad(sum((y * v).sum() for y, v in zip(outputs, cotangents)), twice[wrt])
    return [y.detach() for y in outputs], cotangents, gradient


def check_gradient(module, path, inputs, wrt, step=1e-2):
    """PyTorch's directional derivative against central differences of the exported graph, relative. Throws at 1e-2."""
    runtime = session(path)
    outputs, cotangents, gradient = products(module, inputs, wrt)
    direction = torch.randn(inputs[wrt].shape, generator=torch.Generator().manual_seed(4))
    expected = float((gradient * direction).sum())
    difference = 0.0
    for sign in (1, -1):
        shifted = feeds(inputs) | {wrt: (inputs[wrt] + sign * step * direction).numpy()}
        found = runtime.run(None, shifted)
        difference += sign * sum(float((y.astype(numpy.float64) * v.numpy()).sum()) for y, v in zip(found, cotangents))
    difference /= 2 * step
    error = abs(difference - expected) / max(abs(expected), float(gradient.norm()))
    assert error < 1e-2, f"{path.name}: derivative {difference} in ONNX Runtime, {expected} in PyTorch"
    return error


def write_truth(module, path, inputs, outputs, wrt):
    """`path`: the inputs, the outputs, their cotangents (`cotangent.<output>`) and the product (`gradient.<input>`)."""
    arrays = dict(inputs)
    if wrt is None:
        with torch.no_grad():
            arrays |= zip(outputs, as_tuple(module(*inputs.values())))
    else:
        values, cotangents, gradient = products(module, inputs, wrt)
        arrays |= zip(outputs, values)
        arrays |= {f"cotangent.{name}": v for name, v in zip(outputs, cotangents)} | {f"gradient.{wrt}": gradient}
    numpy.savez_compressed(path, **{k: (v.float() if v.is_floating_point() else v).numpy() for k, v in arrays.items()})


def entry(path):
    """How a card names a file."""
    return {"path": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


class Shipment:
    """The folder of a model: its files as the card names them, and what the checks of its graphs found."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.files, self.checks = folder, {}, {}

    def graph(self, key, module, examples, outputs, wrt=None):
        """Writes <key>.onnx and <key>.truth.npz; checks the values at all `examples` (dicts of inputs) and the derivative
        by the input `wrt` (None: it has none) at the first, which is also the truth."""
        path = self.folder / f"{key}.onnx"
        module.eval().requires_grad_(False)
        write(module, path, examples[0], outputs)
        found = {"values": check_values(module, path, examples)}
        if wrt is not None:
            found["gradient"] = check_gradient(module, path, examples[0], wrt)
        write_truth(module, path.with_suffix(".truth.npz"), examples[0], outputs, wrt)
        self.checks[key], self.files[key] = found, entry(path)

    def file(self, key, name):
        """Where to write another file that the card names; call `card` after it is there."""
        self.files[key] = self.folder / name
        return self.files[key]

    def card(self, content):
        """Writes card.json: what all cards say and `content(files)`, whose account of the training gets what the checks found."""
        files = {key: value if isinstance(value, dict) else entry(value) for key, value in self.files.items()}
        worst = max(found["values"] for found in self.checks.values())
        told = content(files)
        told["training"] += f" PyTorch and ONNX Runtime differ by at most {worst:.0e}."
        card = {"format": 1, "channels": 3, "valueRange": [-1, 1], "data": LICENCES, "licence": LICENCE, **told}
        text = json.dumps(card, indent=2, ensure_ascii=False)
        (self.folder / "card.json").write_text(text + "\n")
        print(f"exported to {self.folder}: {self.checks}", flush=True)

"""A large network with random weights, to see how much memory loading and running it takes (memory.ts measures).

    pip install numpy onnx
    python memory.py OUT [GIGABYTES]      # OUT/inline.onnx and OUT/external.onnx with their cards, 1 GB each

Convolutions of 1024 channels on an eighth of the image's side: nearly all of its memory is weights. Above 2 GB only the external
one is made, since a protobuf message cannot be larger.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper

WIDTH = 1024


def network(gigabytes):
    """x -> x + conv(...): weights so small that the answer is finite however many layers there are."""
    block = numpy.random.default_rng(0).standard_normal(9 * WIDTH**2, dtype="f4")
    weights, nodes = [], []

    def weight(name, *shape):
        size = numpy.prod(shape)
        values = numpy.roll(block, 7 * len(weights))[:size] * numpy.float32(0.5 / numpy.sqrt(size / shape[0]))
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, raw_data=values.tobytes())
        weights.append(tensor)
        return name

    def conv(source, target, name, *shape):
        nodes.append(helper.make_node("Conv", [source, weight(name, *shape)], [target], pads=[shape[2] // 2] * 4))

    nodes.append(helper.make_node("SpaceToDepth", ["x"], ["patches"], blocksize=8))
    conv("patches", "h0", "head", WIDTH, 192, 1, 1)
    layers = round(gigabytes * 1e9 / (4 * 9 * WIDTH**2))
    for i in range(layers):
        conv(f"h{i}", f"c{i}", f"layer{i}", WIDTH, WIDTH, 3, 3)
        nodes.append(helper.make_node("Tanh", [f"c{i}"], [f"a{i}"]))
        nodes.append(helper.make_node("Add", [f"h{i}", f"a{i}"], [f"h{i + 1}"]))
    conv(f"h{layers}", "answers", "tail", 192, WIDTH, 1, 1)
    nodes.append(helper.make_node("DepthToSpace", ["answers"], ["image"], blocksize=8))
    nodes.append(helper.make_node("Mul", ["image", "sigma"], ["y"]))  # the time must be used

    def value(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(nodes, "large", [value("x", 1, 3, "h", "w"), value("sigma", 1)], [value("y", 1, 3, "h", "w")], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def digest(path):
    with open(path, "rb") as file:
        return {"path": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def write(folder, name, model, external):
    path, data = folder / f"{name}.onnx", folder / f"{name}.onnx_data"
    data.unlink(missing_ok=True)
    onnx.save(model, path, save_as_external_data=external, location=data.name)
    card = {
        "format": 1, "kind": "diffusion", "name": name, "summary": "random weights",
        "model": digest(path), "externalData": [digest(data)] if external else [],
        "inputs": {"image": "x", "time": "sigma"}, "outputs": {"image": "y"},
        "channels": 3, "valueRange": [-1, 1], "parametrisation": "x0", "schedule": {"kind": "ve"},
        "time": {"form": "sigma"}, "sigmaRange": [0.002, 80], "sizeMultiple": 8,
        "data": "none", "licence": "none", "training": "none", "scores": [],
    }  # fmt: skip
    (folder / f"{name}.card.json").write_text(json.dumps(card, indent=2))


if __name__ == "__main__":
    folder, gigabytes = Path(sys.argv[1]), float((sys.argv[2:] or ["1"])[0])
    folder.mkdir(parents=True, exist_ok=True)
    model = network(gigabytes)
    if gigabytes < 2:
        write(folder, "inline", model, external=False)
    write(folder, "external", model, external=True)

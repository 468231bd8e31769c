"""Three ways in which a training goes on: its own checkpoint, the committed `resume.npz`, an exported ONNX graph."""

import json

import numpy
import onnx
import torch

from network import Denoiser, Shape


def save(path, state):
    """A torch file that is never half written."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.rename(path)


def write_resume(path, model, facts):
    """Weights in float16 and what is known of the training: small enough to be committed, no pickle inside."""
    weights = {name: value.detach().cpu().half().numpy() for name, value in model.state_dict().items()}
    numpy.savez(path, facts=json.dumps({**facts, "shape": model.shape.asdict()}), **weights)


def read_resume(path, rebuild):
    """(model, facts), the model from `rebuild(shape)`. The optimiser starts anew."""
    with numpy.load(path) as content:
        facts = json.loads(str(content["facts"]))
        weights = {k: torch.from_numpy(content[k].astype("float32")) for k in content.files if k != "facts"}
    model = rebuild(facts.pop("shape"))
    model.load_state_dict(weights)
    return model, facts


def as_shape(kind, fields):
    """A frozen dataclass `kind` from the fields that a file keeps, where tuples have become lists."""
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})


# How the first photo-small.onnx, made before this script, calls the parts.
FIRST_NAMES = {
    "down": "encoder", "dn": "down", "mid": "middle", "up": "decoder", "un": "up", "inp": "head", "out": "tail",
    "e1": "embed.0", "e2": "embed.1", "a": "first", "b": "second", "f": "film",
}  # fmt: skip


def read_first_photo_small(path):
    """The network of ../shared/weights/photo-small.onnx, whose shape is the one below."""
    denoiser = Denoiser(Shape(widths=(16, 32, 64, 128), blocks=(2, 2, 2, 2)))
    weights = {}
    for tensor in onnx.load(path).graph.initializer:
        if tensor.name.endswith((".weight", ".bias")):
            parts = [FIRST_NAMES.get(part, part) for part in tensor.name.split(".")]
            weights["unet." + ".".join(parts)] = torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
    denoiser.load_state_dict(weights)
    return denoiser

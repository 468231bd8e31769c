"""Two ways in which a training goes on: its own checkpoint, and the committed `resume.npz`."""

import json

import numpy
import torch


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

"""The prior photo in PyTorch: the network of models/training with the weights of the ONNX file that is shipped."""

import json
import sys
from pathlib import Path

import deepinv
import numpy
import onnx
import onnxruntime
import torch
from azula.denoise import Denoiser as AzulaDenoiser
from azula.denoise import DiracPosterior
from azula.noise import VPSchedule

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "models/weights/photo"
WEIGHTS = FOLDER / "model.onnx"
sys.path.insert(0, str(ROOT / "models/training"))

import checkpoint  # noqa: E402
from network import Denoiser, Shape  # noqa: E402

LOWEST, HIGHEST = json.loads((FOLDER / "card.json").read_text())["sigmaRange"]  # on [-1, 1]


def shipped_network():
    """The shape that `resume.npz` tells, the averaged weights of the ONNX file."""
    denoiser, _ = checkpoint.read_resume(
        FOLDER / "resume.npz", lambda fields: Denoiser(checkpoint.as_shape(Shape, fields))
    )
    tensors = onnx.load(WEIGHTS).graph.initializer
    denoiser.load_state_dict({t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in tensors})
    return denoiser.eval().requires_grad_(False)


class Prior(torch.nn.Module):
    """D(x, sigma) on [-1, 1]. Beyond the levels that the network knows, noise is scaled to the next that it does."""

    def __init__(self):
        super().__init__()
        self.network = shipped_network()
        self.evaluations = 0

    def forward(self, x, sigma):
        self.evaluations += 1
        sigma = torch.as_tensor(sigma, dtype=torch.float32).reshape(-1)[:1]
        known = sigma.clamp(LOWEST, HIGHEST)
        if sigma > HIGHEST:
            x = x * (known / sigma)
        return self.network(x.float(), known)


class ForDeepinv(deepinv.models.Denoiser):
    """Images in [0, 1], as all of deepinv's denoisers."""

    def __init__(self, prior):
        super().__init__()
        self.prior = prior

    def forward(self, x, sigma, **_):
        return self.prior(2 * x - 1, 2 * torch.as_tensor(sigma)) / 2 + 0.5


class ForAzula(AzulaDenoiser):
    """A state alpha x + sigma n with x on [-1, 1], on azula's variance-preserving schedule."""

    def __init__(self, prior):
        super().__init__()
        self.prior = prior
        self.schedule = VPSchedule()

    def forward(self, x_t, t, **_):
        alpha, sigma = self.schedule(t)
        return DiracPosterior(mean=self.prior(x_t / alpha, sigma / alpha))


def check_prior(prior):
    """The largest difference between PyTorch's answer and that of ONNX Runtime, over noise levels."""
    runtime = onnxruntime.InferenceSession(str(WEIGHTS), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for sigma in (0.01, 0.1, 0.5, 2.0, 10.0):
        x = torch.rand(1, 3, 64, 64, generator=generator) * 2 - 1
        x += sigma * torch.randn(x.shape, generator=generator)
        with torch.no_grad():
            found = prior(x, sigma)
        (expected,) = runtime.run(None, {"x": x.numpy(), "sigma": numpy.array([sigma], numpy.float32)})
        worst = max(worst, float(numpy.abs(expected - found.numpy()).max()))
    assert worst < 1e-5, f"the two denoisers differ by {worst:.1e}"
    return worst

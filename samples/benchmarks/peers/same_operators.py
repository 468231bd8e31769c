"""Operators of deepinv that are those of retrodict's problems, checked against them number by number."""

import json
import math

import deepinv
import numpy
import torch


def physics_of(problem_file, shape, ours, folder):
    """deepinv's physics for a problem.json that `retrodict simulate` wrote, for images of `shape`."""
    problem = json.loads(problem_file.read_text())
    (term,) = problem["operators"]
    options = term.get("options", {})
    noise = deepinv.physics.GaussianNoise(problem["noise"]["options"]["sigma"])
    if term["name"] == "denoise":
        return deepinv.physics.Denoising(noise_model=noise)
    if term["name"] == "gaussian-blur":
        return deepinv.physics.BlurFFT(shape, filter=gaussian(options["sigma"]), noise_model=noise)
    if term["name"] == "downsample":
        return deepinv.physics.DownsamplingMatlab(factor=options["factor"], noise_model=noise)
    # The missing pixels are random: the mask is what our operator does to a white image.
    mask = apply_ours(ours, torch.ones(1, *shape), problem_file, folder)[0]
    return deepinv.physics.Inpainting(shape, mask=mask, noise_model=noise)


def gaussian(sigma):
    """The kernel of gaussian-blur, cut off at the next pixel after three standard deviations."""
    radius = math.ceil(3 * sigma)
    line = torch.exp(-0.5 * (torch.arange(-radius, radius + 1, dtype=torch.float64) / sigma) ** 2)
    line /= line.sum()
    return torch.outer(line, line).float()[None, None]


def apply_ours(ours, x, problem_file, folder):
    """A(x) by retrodict's operator, batch of one."""
    numpy.save(folder / "x.npy", x[0].numpy())
    ours.ask(ask="apply", image=str(folder / "x.npy"), problem=str(problem_file), out=str(folder / "ax.npy"))
    return torch.from_numpy(numpy.load(folder / "ax.npy"))[None]


def check_operator(physics, problem_file, shape, ours, folder):
    """The largest difference between the two A(x), for x uniform on [0, 1]."""
    x = torch.rand(1, *shape, generator=torch.Generator().manual_seed(0))
    worst = float((physics.A(x) - apply_ours(ours, x, problem_file, folder)).abs().max())
    assert worst < 1e-6, f"the operators of {problem_file} differ by {worst:.1e}"
    return worst

"""Training loss, evaluation and sampling of an EDM denoiser (Karras et al. 2022, arXiv 2206.00364)."""

import math

import numpy
import torch

from data import centres, psnr as peak_ratio
from network import SIGMA_DATA

SIGMA_MIN, SIGMA_MAX = 0.002, 80.0


def draw_sigma(count, generator):
    """Nine in ten log-normal about sigma = 0.2 (25/255), where restoration works; one in ten log-uniform over the
    whole range, so that its ends are seen too."""
    device = generator.device
    normal = torch.randn(count, generator=generator, device=device) - 1.6
    span = math.log(SIGMA_MIN), math.log(SIGMA_MAX)
    uniform = torch.rand(count, generator=generator, device=device) * (span[1] - span[0]) + span[0]
    rare = torch.rand(count, generator=generator, device=device) < 0.1
    return torch.where(rare, uniform, normal).clamp(*span).exp()


def loss(denoise, clean, generator, data=SIGMA_DATA):
    """Mean squared error with EDM's weight, under which every noise level starts with a loss of about one; `data` is the
    standard deviation of what is denoised."""
    sigma = draw_sigma(len(clean), generator) * (data / SIGMA_DATA)
    noise = torch.randn(clean.shape, generator=generator, device=clean.device)
    estimate = denoise(clean + sigma[:, None, None, None] * noise, sigma)
    weight = (sigma**2 + data**2) / (sigma * data) ** 2
    return (weight[:, None, None, None] * (estimate - clean) ** 2).mean()


@torch.no_grad()
def psnr(denoise, images, sigma, size=256, device="cpu"):
    """Mean PSNR in dB of the centre crops denoised at `sigma` (on [-1, 1]); the noise is the same at every call."""
    values = []
    for index, image in enumerate(images):
        clean = centres([image], size)
        generator = torch.Generator().manual_seed(index)
        noisy = clean + sigma * torch.randn(clean.shape, generator=generator)
        estimate = denoise(noisy.to(device), torch.full((1,), sigma, device=device)).cpu().clamp(-1, 1)
        values.append(peak_ratio(estimate, clean))
    return float(numpy.mean(values))


@torch.no_grad()
def sample(denoise, shape, steps=18, rho=7, seed=0, device="cpu"):
    """Unconditional samples by Heun's method on the probability-flow equation (Karras et al., algorithm 1)."""
    ramp = torch.linspace(SIGMA_MAX ** (1 / rho), SIGMA_MIN ** (1 / rho), steps) ** rho
    sigmas = [*ramp.tolist(), 0.0]
    generator = torch.Generator().manual_seed(seed)
    x = sigmas[0] * torch.randn(shape, generator=generator).to(device)

    def slope(x, sigma):
        return (x - denoise(x, torch.full((len(x),), sigma, device=device))) / sigma

    for sigma, following in zip(sigmas, sigmas[1:]):
        direction = slope(x, sigma)
        euler = x + (following - sigma) * direction
        x = euler if following == 0 else x + (following - sigma) * (direction + slope(euler, following)) / 2
    return x.cpu()

"""Two ways to give a denoiser's weights a law, on a toy that is trained here: docs/own-uncertain-network.md.

    python uncertain.py --out runs/uncertain        # half a minute on a cpu

Denoises stripes of random directions; then asks about stripes, which it knows, and about checks, which it has never seen.
"""

import argparse
import math
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional as F

SIGMA = 0.2


def stripes(count, generator, size=32):
    """Images [count, 1, size, size] of sine waves on [0, 1]."""
    angle, phase = (2 * math.pi * torch.rand(count, 1, 1, generator=generator) for _ in range(2))
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return (0.5 + 0.4 * torch.sin(0.7 * (x * angle.cos() + y * angle.sin()) + phase))[:, None]


def checks(count, generator, size=32):
    """Nothing like it is trained on."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    shift = torch.randint(8, (count, 2, 1, 1), generator=generator)
    return (((x + shift[:, 0]) // 3 + (y + shift[:, 1]) // 3) % 2).float()[:, None] * 0.9 + 0.05


class Trunk(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.GroupNorm(4, width), nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.GroupNorm(4, width), nn.SiLU(),
        )  # fmt: skip

    def forward(self, x):
        return self.layers(x)


class VariationalConv(nn.Module):
    """The last layer: mean and variance of each weight, and the noise s of what it answers."""

    def __init__(self, width, prior=1.0):
        super().__init__()
        self.mean = nn.Conv2d(width, 1, 3, padding=1)
        self.log_variance = nn.Parameter(torch.full((1, width, 3, 3), -6.0))
        self.log_noise = nn.Parameter(torch.tensor(-2.0))
        self.prior = prior

    def forward(self, features):
        """(mean, variance) of the answer."""
        return self.mean(features), F.conv2d(features**2, self.log_variance.exp(), padding=1)

    def divergence(self):
        variance = self.log_variance.exp()
        return 0.5 * ((variance + self.mean.weight**2) / self.prior - 1 - (variance / self.prior).log()).sum()


def loss(trunk, last, clean, noisy, observations):
    mean, variance = last(trunk(noisy))
    s = last.log_noise.exp()
    expected = ((clean - mean) ** 2 + variance) / (2 * s**2) + last.log_noise
    return expected.mean() + last.divergence() / observations


def train(steps, generator):
    trunk, last = Trunk(), VariationalConv(24)
    optimiser = torch.optim.Adam([*trunk.parameters(), *last.parameters()], 3e-3)
    for _ in range(steps):
        clean = stripes(16, generator)
        noisy = clean + SIGMA * torch.randn(clean.shape, generator=generator)
        optimiser.zero_grad()
        loss(trunk, last, clean, noisy, observations=16 * steps).backward()
        optimiser.step()
    return trunk.eval(), last.eval()


def write_layer(path, last, observations=10_000):
    """last-layer.npy, which gives retrodict these variances: v = 1 / (1 + N m / s²)."""
    variance = last.log_variance.exp().detach().flatten()
    residual = last.log_noise.exp().item() ** 2
    moments = (1 / variance - 1).clamp_min(1e-6) * residual / observations
    # The bias is as good as known.
    numpy.save(path, torch.cat([moments, torch.tensor([1e6])]).numpy().astype(numpy.float32))
    return {"observations": observations, "residual": residual}


def abnn(trunk, last, generator, noise=0.1, steps=60):
    """One member: gains of the normalisation layers are random while they, and nothing else, go on learning."""
    import copy

    member = copy.deepcopy(trunk)
    norms = [layer for layer in member.layers if isinstance(layer, nn.GroupNorm)]
    gains = [layer.weight for layer in norms]
    optimiser = torch.optim.Adam([p for layer in norms for p in layer.parameters()], 3e-3)
    for _ in range(steps):
        clean = stripes(16, generator)
        noisy = clean + SIGMA * torch.randn(clean.shape, generator=generator)
        optimiser.zero_grad()
        kept = [gain.detach().clone() for gain in gains]
        drawn = [1 + noise * torch.randn(gain.shape, generator=generator) for gain in gains]
        for gain, factor in zip(gains, drawn):
            gain.data.mul_(factor)
        ((last(member(noisy))[0] - clean) ** 2).mean().backward()
        for gain, before, factor in zip(gains, kept, drawn):
            gain.data.copy_(before)
            gain.grad.mul_(factor)
        optimiser.step()
    for gain in gains:
        gain.data.mul_(1 + noise * torch.randn(gain.shape, generator=generator))
    return member.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/uncertain"))
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    trunk, last = train(options.steps, generator)
    members = [abnn(trunk, last, generator) for _ in range(4)]
    options.out.mkdir(parents=True, exist_ok=True)
    print("last-layer.npy:", write_layer(options.out / "last-layer.npy", last))
    for name, draw in (("stripes", stripes), ("checks", checks)):
        clean = draw(8, generator)
        noisy = clean + SIGMA * torch.randn(clean.shape, generator=generator)
        with torch.no_grad():
            mean, variance = last(trunk(noisy))
            apart = torch.stack([last(member(noisy))[0] for member in members]).std(0)
        error = (mean - clean).square().mean().sqrt()
        print(f"{name}: error {error:.3f}, variational {variance.mean().sqrt():.4f}, members {apart.square().mean().sqrt():.4f}")


if __name__ == "__main__":
    main()

"""The pixel-space denoiser: a U-Net under the preconditioning of Karras et al. 2022 (EDM, arXiv 2206.00364, table 1).

Nothing in it depends on the image's size: no attention, no normalisation, no resampling but 2x2 convolutions.
So a pixel of the answer depends on the pixels within the receptive radius and on nothing else, and an image may
be cut into tiles. Height and width must be multiples of `Denoiser.multiple`.
"""

from dataclasses import asdict, dataclass, replace

import torch
from torch import nn
from torch.nn import functional as F

SIGMA_DATA = 0.5


@dataclass(frozen=True)
class Shape:
    """The size of a network. `stem` is the factor by which pixels are folded into channels before the first
    convolution: 2 does the widest work at half resolution. `data` is the standard deviation of what is denoised."""

    widths: tuple
    blocks: tuple
    stem: int = 1
    embedding: int = 64
    channels: int = 3
    data: float = SIGMA_DATA

    def __post_init__(self):
        assert len(self.widths) == len(self.blocks), "one number of blocks a level"

    asdict = asdict


class Block(nn.Module):
    """Two convolutions around a skip; between them the noise level, if there is one, scales and shifts every channel
    (FiLM)."""

    def __init__(self, width, embedding):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.film = nn.Linear(embedding, 2 * width) if embedding else None
        self.width = width
        with torch.no_grad():
            self.second.weight.mul_(0.2)
            if self.film:
                self.film.weight.mul_(0.2)

    def forward(self, x, level):
        if level is None:
            return x + self.second(F.silu(self.first(x)))
        film = self.film(level)[:, :, None, None]
        scale, shift = film[:, : self.width], film[:, self.width :]
        return x + self.second(F.silu(self.first(x) * (1 + scale) + shift))


class UNet(nn.Module):
    """F(x, c_noise): as many blocks going down as coming up, added skips (Zhang et al. 2021, DRUNet, with SiLU).
    `answers` is the number of channels of the answer, as many as x has if absent; with an embedding of 0 there is no
    c_noise."""

    def __init__(self, shape, answers=None):
        super().__init__()
        widths, blocks, embedding = shape.widths, shape.blocks, shape.embedding
        channels = shape.channels * shape.stem**2
        levels = range(len(widths) - 1)

        def stack(level):
            return nn.ModuleList(Block(widths[level], embedding) for _ in range(blocks[level]))

        self.stem = shape.stem
        self.register_buffer("frequencies", 2 ** torch.linspace(-1, 4, 16), persistent=False)
        self.embed = nn.ModuleList([nn.Linear(32, embedding), nn.Linear(embedding, embedding)] if embedding else [])
        self.head = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList(stack(i) for i in levels)
        self.down = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, stride=2) for i in levels)
        self.middle = stack(-1)
        self.up = nn.ModuleList(nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2) for i in reversed(levels))
        self.decoder = nn.ModuleList(stack(i) for i in reversed(levels))
        self.tail = nn.Conv2d(widths[0], answers or channels, 3, padding=1)

    def level(self, noise):
        angles = noise[:, None] * self.frequencies
        level = torch.cat([angles.sin(), angles.cos()], dim=1)
        for linear in self.embed:
            level = F.silu(linear(level))
        return level

    def forward(self, x, noise=None):
        level = None if noise is None else self.level(noise)
        h = self.head(F.pixel_unshuffle(x, self.stem) if self.stem > 1 else x)
        skips = []
        for stack, down in zip(self.encoder, self.down):
            for block in stack:
                h = block(h, level)
            skips.append(h)
            h = down(h)
        for block in self.middle:
            h = block(h, level)
        for up, stack in zip(self.up, self.decoder):
            h = up(h) + skips.pop()
            for block in stack:
                h = block(h, level)
        h = self.tail(h)
        return F.pixel_shuffle(h, self.stem) if self.stem > 1 else h


class Denoiser(nn.Module):
    """D(x, sigma) = E[x0 | x0 + sigma n = x]; x is [n, 3, h, w] on [-1, 1] plus noise, sigma is [n] on the same scale.
    (Or codes of another number of channels and another standard deviation, shape.data.)"""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.unet = UNet(shape)

    @property
    def multiple(self):
        return self.shape.stem * 2 ** (len(self.shape.widths) - 1)

    def forward(self, x, sigma):
        s = sigma[:, None, None, None]
        data = self.shape.data
        variance = s * s + data**2
        skip, out = data**2 / variance, s * data / variance.sqrt()
        # The network may run in bfloat16; what surrounds it must not, or small sigma would drown in rounding.
        return skip * x + out * self.unet(x / variance.sqrt(), sigma.log() / 4).to(x.dtype)


def deepened(denoiser, blocks):
    """The same denoiser with more blocks a level, at the ends of its stacks; the new ones add nothing until they are trained."""
    deeper = Denoiser(replace(denoiser.shape, blocks=tuple(blocks)))
    missing, _ = deeper.load_state_dict(denoiser.state_dict(), strict=False)
    parameters = dict(deeper.named_parameters())
    with torch.no_grad():
        for name in missing:
            if ".second." in name:
                parameters[name].zero_()
    return deeper


def flops(denoiser, size=256):
    """Floating-point operations of one pass over a square image: two for every multiply-add of a convolution."""
    from torch.utils.flop_counter import FlopCounterMode

    parameter = next(denoiser.parameters())
    x = torch.zeros(1, denoiser.shape.channels, size, size, device=parameter.device)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        denoiser(x, torch.ones(1, device=parameter.device))
    return counter.get_total_flops()


def receptive_radius(denoiser):
    """The largest distance, in rows or columns, at which a pixel of the input reaches a pixel of the output.
    Found from gradients in float64, at every position relative to the grid of the coarsest level. Widths and weights
    do not matter to it, so a narrow twin with fresh weights (a trained one could be zero) is probed."""
    multiple = denoiser.multiple
    size = 2 * (256 + multiple)
    twin = Denoiser(replace(denoiser.shape, widths=(3,) * len(denoiser.shape.widths))).double()
    radius = 0
    for offset in range(multiple):
        x = torch.randn(1, denoiser.shape.channels, size, size, dtype=torch.float64, requires_grad=True)
        centre = size // 2 + offset
        twin(x, torch.ones(1, dtype=torch.float64))[0, :, centre, centre].sum().backward()
        rows = x.grad[0].abs().sum((0, 2)).nonzero().flatten()
        radius = max(radius, centre - int(rows.min()), int(rows.max()) - centre)
    assert radius < size // 2 - multiple, "the probe image is smaller than the receptive field"
    return radius

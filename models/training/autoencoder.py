"""Autoencoders at a quarter of the size: the tokenizer of photo-masked (FSQ) and the codes of photo-latent (Gaussian)."""

from dataclasses import asdict, dataclass

import torch
from torch import nn

import checkpoint
from data import centres, psnr
from trunk import FOLD, Decoder, Encoder


@dataclass(frozen=True)
class Shape:
    """`levels` of each dimension of an FSQ code; none: `codes` Gaussian dimensions."""

    levels: tuple = ()
    codes: int = 4
    width: int = 64
    encoder: int = 2
    decoder: int = 3

    asdict = asdict


class FiniteScalars(nn.Module):
    """Finite scalar quantisation (Mentzer et al. 2023, arXiv 2309.15505): each dimension is squashed and rounded to one of
    its levels, with the gradient of no rounding. The index of a code counts with the first dimension fastest."""

    def __init__(self, levels):
        super().__init__()
        counts = torch.tensor(levels)
        self.register_buffer("levels", counts, persistent=False)
        self.register_buffer("strides", torch.cat([torch.ones(1, dtype=torch.int64), counts.cumprod(0)[:-1]]), persistent=False)
        self.count = int(counts.prod())

    def digits(self, raw):
        """Which level each dimension takes: 0 .. levels - 1, as floats that carry a gradient."""
        highest = (self.levels - 1).view(-1, 1, 1)
        smooth = torch.sigmoid(raw.float()) * (highest + 0.999) - 0.4995
        return smooth + (smooth.round() - smooth).detach()

    def embed(self, digits):
        """Digits to [-1, 1]."""
        return digits * (2 / (self.levels - 1)).view(-1, 1, 1) - 1

    def ids(self, raw):
        return (self.digits(raw).round().long() * self.strides.view(-1, 1, 1)).sum(1)

    def codebook(self):
        """[count, dimensions]: the embedding of every index."""
        digits = torch.arange(self.count)[:, None] // self.strides % self.levels
        return digits * (2 / (self.levels - 1)) - 1


class Autoencoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.quantise = FiniteScalars(shape.levels) if shape.levels else None
        codes = len(shape.levels) or shape.codes
        self.encoder = Encoder((shape.width,), (shape.encoder,), codes if shape.levels else 2 * codes)
        self.decoder = Decoder((shape.width,), (shape.decoder,), codes)
        # Multiplies Gaussian codes so that their standard deviation over photographs is 1.
        self.register_buffer("scale", torch.ones(1))

    @property
    def factor(self):
        return FOLD

    def gaussian(self, x):
        """(means, logarithms of standard deviations) of the codes, before `scale`."""
        mean, log_spread = self.encoder(x).float().chunk(2, dim=1)
        return mean, log_spread.clamp(-10, 4)

    def encode(self, x):
        """The codes [n, c, h/4, w/4]: on [-1, 1] where quantised, else their means, scaled."""
        if self.quantise:
            return self.quantise.embed(self.quantise.digits(self.encoder(x)))
        return self.gaussian(x)[0] * self.scale

    def decode(self, codes):
        return self.decoder(codes / self.scale)

    def ids(self, x):
        return self.quantise.ids(self.encoder(x))

    def forward(self, x, generator):
        """(reconstruction, Kullback-Leibler divergence of the codes from N(0, I) a value of x)."""
        if self.quantise:
            return self.decode(self.encode(x)).float(), torch.zeros((), device=x.device)
        mean, log_spread = self.gaussian(x)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        divergence = 0.5 * (mean.square() + (2 * log_spread).exp() - 1) - log_spread
        return self.decoder(mean + log_spread.exp() * noise).float(), divergence.sum() / x.numel()


def loss(model, clean, generator):
    """Squared and absolute error: the first for the ceiling in PSNR, the second for edges. The divergence weighs little:
    it only keeps the codes from growing."""
    estimate, divergence = model(clean, generator)
    error = clean - estimate
    return 5 * error.square().mean() + error.abs().mean() + 1e-4 * divergence


@torch.no_grad()
def score(model, held_out, size=256):
    device = next(model.parameters()).device
    images = [image.to(device) for image in centres(held_out, size).split(1)]
    ceiling = sum(psnr(model.decode(model.encode(x)).clamp(-1, 1), x) for x in images) / len(images)
    if not model.quantise:
        return {"psnr": ceiling}
    counts = torch.bincount(torch.cat([model.ids(x).flatten() for x in images]), minlength=model.quantise.count)
    return {"psnr": ceiling, "used": (counts > 0).double().mean().item(), "unigram": entropy(counts)}


def entropy(counts):
    """In nats."""
    chance = counts.double() / counts.sum()
    return -float(torch.special.xlogy(chance, chance).sum())


def rebuild(fields):
    return Autoencoder(checkpoint.as_shape(Shape, fields))

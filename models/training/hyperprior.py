"""A compressive autoencoder with a mean-scale hyperprior (Minnen, Balle, Toderici 2018, arXiv 1809.02736) and a second
decoder for the standard deviation of what the first leaves over (Biquard et al., arXiv 2412.04130).

    p(h) p(z | h) p(x | z):  h factorised, z_i ~ N(mean_i(h), scale_i(h)^2) * U(-1/2, 1/2), x ~ N(D(z), diag sigma(z)^2)

x is [n, 3, h, w] on [-1, 1]; z lies at an eighth of its size, h at a thirty-second.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F

from trunk import Decoder, Encoder

MULTIPLE = 32
LEAST_SCALE = 0.11
LEAST_SIGMA = 4e-4


@dataclass(frozen=True)
class Shape:
    codes: int = 96
    hyper: int = 32
    widths: tuple = (48, 96)
    encoder: tuple = (1, 1)
    decoder: tuple = (1, 2)
    spread_widths: tuple = (32, 48)

    asdict = asdict


class Factorised(nn.Module):
    """A cumulative distribution for each channel, monotone by its form (Balle et al. 2018, arXiv 1802.01436, App. 6.1):
    c = sigmoid of five layers, each softplus(M) l + b and, but for the last, l + tanh(f) tanh(l)."""

    WIDTHS = (1, 3, 3, 3, 3, 1)

    def __init__(self, channels):
        super().__init__()
        spread = 10 ** (1 / 5)
        shapes = list(zip(self.WIDTHS[1:], self.WIDTHS))
        self.matrices = nn.ParameterList(
            torch.full((channels, m, n), math.log(math.expm1(1 / (spread * m)))) for m, n in shapes
        )
        self.biases = nn.ParameterList(torch.rand(channels, m, 1) - 0.5 for m, _ in shapes)
        self.factors = nn.ParameterList(torch.zeros(channels, m, 1) for m, _ in shapes[:-1])

    def logit(self, values):
        """values [channels, 1, n], the logit of the cumulative distribution at each."""
        for k, (matrix, bias) in enumerate(zip(self.matrices, self.biases)):
            values = F.softplus(matrix) @ values + bias
            if k < len(self.factors):
                values = values + self.factors[k].tanh() * values.tanh()
        return values

    def nats(self, h):
        """-log p(h) of each code, in the shape of h."""
        n, c, height, width = h.shape
        values = h.float().transpose(0, 1).reshape(c, 1, -1)
        lower, upper = self.logit(values - 0.5), self.logit(values + 0.5)
        # Where both are positive their sigmoids differ by too little to be seen: take the other tail.
        sign = -torch.sign(lower + upper).detach()
        mass = (torch.sigmoid(sign * upper) - torch.sigmoid(sign * lower)).abs()
        return -mass.clamp_min(1e-9).log().reshape(c, n, height, width).transpose(0, 1)

    def tables(self):
        """What a reader needs to compute `logit`: the matrices and factors as they are applied."""
        return {
            "matrices": [F.softplus(m).tolist() for m in self.matrices],
            "biases": [b.squeeze(2).tolist() for b in self.biases],
            "factors": [f.tanh().squeeze(2).tolist() for f in self.factors],
        }


def gaussian_nats(z, mean, scale):
    """-log of the mass that N(mean, scale^2) gives to (z - 1/2, z + 1/2), stable in the tails."""
    distance = (z - mean).abs()
    upper = torch.special.log_ndtr((0.5 - distance) / scale)
    lower = torch.special.log_ndtr((-0.5 - distance) / scale)
    return -(upper + torch.log(-torch.expm1((lower - upper).clamp_max(-1e-6))))


class HyperDecoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        codes, hyper = shape.codes, shape.hyper
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(hyper, 64, 2, stride=2), nn.SiLU(), nn.Conv2d(64, 64, 3, padding=1), nn.SiLU(),
            nn.ConvTranspose2d(64, 96, 2, stride=2), nn.SiLU(), nn.Conv2d(96, 2 * codes, 3, padding=1),
        )  # fmt: skip
        self.codes = codes

    def forward(self, h):
        """(scales, means) of z."""
        both = self.layers(h)
        return F.softplus(both[:, : self.codes].float()) + LEAST_SCALE, both[:, self.codes :].float()


class SpreadDecoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.decoder = Decoder(shape.spread_widths, (1, 1), shape.codes)
        self.register_buffer("scale", torch.ones(1))

    def forward(self, z):
        """sigma(z), [n, 3, h, w]: on [-1, 1]."""
        return (torch.sigmoid(self.decoder(z).float() - 3) + LEAST_SIGMA) * self.scale


class Hyperprior(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape.widths, shape.encoder, shape.codes)
        self.decoder = Decoder(shape.widths, shape.decoder, shape.codes)
        self.hyper_encoder = nn.Sequential(
            nn.Conv2d(shape.codes, 64, 3, padding=1), nn.SiLU(), nn.Conv2d(64, 64, 2, stride=2), nn.SiLU(),
            nn.Conv2d(64, shape.hyper, 2, stride=2),
        )  # fmt: skip
        self.hyper_decoder = HyperDecoder(shape)
        self.factorised = Factorised(shape.hyper)
        self.spread = SpreadDecoder(shape)

    def codes(self, x):
        """(z, h), before quantisation."""
        z = self.encoder(x)
        return z, self.hyper_encoder(z)

    def code_nats(self, z, h, scales, means):
        return (gaussian_nats(z, means, scales).sum() + self.factorised.nats(h).sum()).item()

    def forward(self, x, generator):
        """(reconstruction, sigma, nats of each z, nats of each h) with uniform noise in place of rounding."""
        def noisy(codes):
            codes = codes.float()
            return codes + torch.rand(codes.shape, generator=generator, device=codes.device) - 0.5

        z, h = self.codes(x)
        z, h = noisy(z), noisy(h)
        scales, means = self.hyper_decoder(h)
        sigma = self.spread(z.detach())
        return self.decoder(z).float(), sigma, gaussian_nats(z, means, scales), self.factorised.nats(h)

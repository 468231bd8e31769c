"""A cap on a frozen denoiser (Upadhyay et al. 2022, BayesCap, arXiv 2207.06873): how far off its estimates are.

It sees an estimate x and the noise level sigma of what was denoised, and gives the law of the truth about x, a generalised Gaussian
p(r) = b / (2 a Γ(1/b)) · exp(-(|r| / a)^b) of the residual r, for each pixel and channel a scale a and a shape b.

Departures from the published code: the power of the density is a power there (it multiplies |r| / a by b, which is no density's
logarithm); the estimate itself is left alone, so there is no mean to learn; no batch normalisation, so any size will do.
"""

import math

import torch
from torch import nn

from network import UNet

SHAPES = 0.3, 8.0  # the least and the largest b
LEAST = 1e-4  # of |r| on [-1, 1]: the logarithm must stay finite, and 8-bit pictures know no less than 4e-3


class Cap(nn.Module):
    """(estimate [n, 3, h, w] on [0, 1], sigma [n] on the same scale) to (scale, shape), both [n, 3, h, w]."""

    multiple = property(lambda self: self.shape.stem * 2 ** (len(self.shape.widths) - 1))

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.unet = UNet(shape, answers=2 * shape.channels * shape.stem**2)
        with torch.no_grad():
            self.unet.tail.weight.mul_(0.1)

    def forward(self, image, sigma):
        log_scale, shape = self.law(2 * image - 1, 2 * sigma)
        return log_scale.exp() / 2, shape

    def law(self, x, sigma):
        """(ln a, b), all on [-1, 1]. Untrained, a is about sigma / 4 and b about 1.3."""
        level = sigma.log()
        scale, shape = self.unet(x, level / 4).chunk(2, dim=1)
        least, largest = SHAPES
        # Tanh keeps a within e^±5 of where it starts, whatever the network says of pictures unlike all it saw.
        log_scale = level[:, None, None, None] - math.log(4) + 5 * (scale / 5).tanh()
        return log_scale, least + (largest - least) * (shape - 1.9).sigmoid()


def surprise(residual, log_scale, shape):
    """-ln p(r) in nats."""
    log_power = shape * (residual.abs().clamp_min(LEAST).log() - log_scale)
    return log_power.clamp(-20, 20).exp() - shape.log() + math.log(2) + log_scale + torch.lgamma(1 / shape)


def draw_sigma(count, generator, least=3 / 255, largest=75 / 255):
    """Log-uniform, on [-1, 1]."""
    span = math.log(2 * least), math.log(2 * largest)
    return (torch.rand(count, generator=generator) * (span[1] - span[0]) + span[0]).exp()


@torch.no_grad()
def estimates(denoiser, clean, sigma, generator):
    noisy = clean + sigma[:, None, None, None] * torch.randn(clean.shape, generator=generator)
    return denoiser(noisy, sigma)

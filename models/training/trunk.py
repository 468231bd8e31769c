"""Encoder and decoder of the autoencoders: 3x3 convolutions and residual blocks at a quarter of the size and below.

Nothing in them depends on the image's size (no attention, no normalisation, no resampling but 2x2 convolutions), and
every operation has a derivative in models/onnx/vjp. Pixels are folded 4x4 into channels first: at full and half
resolution a processor spends its time on memory, not on arithmetic.
"""

from torch import nn
from torch.nn import functional as F

FOLD = 4


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.second.weight.data.mul_(0.2)

    def forward(self, x):
        return x + self.second(F.silu(self.first(x)))


class Encoder(nn.Module):
    """[n, 3, h, w] to [n, codes, h/f, w/f] with f = 4 * 2^(levels - 1)."""

    def __init__(self, widths, blocks, codes):
        super().__init__()
        layers = [nn.PixelUnshuffle(FOLD), nn.Conv2d(3 * FOLD**2, widths[0], 3, padding=1)]
        for level, (width, count) in enumerate(zip(widths, blocks)):
            layers += [nn.Conv2d(widths[level - 1], width, 2, stride=2)] if level else []
            layers += [Residual(width) for _ in range(count)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], codes, 3, padding=1))

    def forward(self, x):
        return self.layers(x)


class Decoder(nn.Module):
    """The mirror image of Encoder."""

    def __init__(self, widths, blocks, codes):
        super().__init__()
        layers = [nn.Conv2d(codes, widths[-1], 3, padding=1)]
        for level in reversed(range(len(widths))):
            layers += [Residual(widths[level]) for _ in range(blocks[level])]
            layers += [nn.ConvTranspose2d(widths[level], widths[level - 1], 2, stride=2)] if level else []
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[0], 3 * FOLD**2, 3, padding=1), nn.PixelShuffle(FOLD))

    def forward(self, codes):
        return self.layers(codes)

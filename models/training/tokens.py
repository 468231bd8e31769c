"""A prior over tokens: p(token | the tokens around it that are left), for masked and for uniform corruption.

Masked (Sahoo et al. 2024, arXiv 2406.07524; Shi et al. 2024): each token is hidden with chance t; the loss is the
continuous-time bound, cross-entropy of hidden tokens weighted by 1/t. Uniform: each token is drawn anew from all with
chance 1 - exp(-sigma), also at the same place (Austin et al. 2021, arXiv 2107.03006); the loss is plain cross-entropy,
so that the answer is p(x0 | x_sigma) and a reverse step must divide by the kernel (notes on D3PM).
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F

import checkpoint
import network
from data import centres

LEAST, MOST = 1e-3, 5.0  # sigma of the uniform kernel


@dataclass(frozen=True)
class Shape:
    levels: tuple
    uniform: bool
    widths: tuple = (64, 80)
    blocks: tuple = (2, 1)

    asdict = asdict


class TokenNetwork(nn.Module):
    """Logits [n, K, h, w] of the tokens [n, h, w]; the mask is the id K. Convolutions only, for any size."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.count = math.prod(shape.levels)
        self.register_buffer("table", digit_table(shape.levels), persistent=False)
        body = network.Shape(shape.widths, shape.blocks, embedding=64 if shape.uniform else 0, channels=self.table.shape[1])
        self.body = network.UNet(body, answers=shape.widths[0])
        self.head = nn.Conv2d(shape.widths[0], self.count, 1)

    @property
    def multiple(self):
        return 2 ** (len(self.shape.widths) - 1)

    def forward(self, tokens, sigma=None):
        x = F.embedding(tokens, self.table).permute(0, 3, 1, 2)
        level = None if sigma is None else sigma.log() / 4
        return self.head(F.silu(self.body(x, level))).float()


def digit_table(levels):
    """[K + 1, sum(levels) + 1]: the levels of each index, one-hot by dimension; the mask has a column of its own."""
    count = math.prod(levels)
    table = torch.zeros(count + 1, sum(levels) + 1)
    index, column = torch.arange(count), 0
    for level in levels:
        table[torch.arange(count), column + index % level] = 1
        index, column = index // level, column + level
    table[count, column] = 1
    return table


def hide(tokens, chance, mask, generator):
    """(tokens with each hidden with its row's chance, which those are)."""
    hidden = torch.rand(tokens.shape, generator=generator, device=tokens.device) < chance[:, None, None]
    return torch.where(hidden, mask, tokens), hidden


def redraw(tokens, sigma, count, generator):
    """Tokens after the uniform kernel of level sigma [n]."""
    change = torch.rand(tokens.shape, generator=generator, device=tokens.device) > (-sigma).exp()[:, None, None]
    return torch.where(change, torch.randint(count, tokens.shape, generator=generator, device=tokens.device), tokens)


def masked_loss(model, tokens, count, generator):
    n = len(tokens)
    shift = torch.rand(1, generator=generator, device=tokens.device)
    chance = (1 - LEAST) * ((shift + torch.arange(n, device=tokens.device) / n) % 1) + LEAST
    given, hidden = hide(tokens, chance, count, generator)
    nats = F.cross_entropy(model(given), tokens, reduction="none")
    return (hidden * nats / chance[:, None, None]).mean()


def uniform_loss(model, tokens, count, generator):
    span = math.log(LEAST), math.log(MOST)
    draw = torch.rand(len(tokens), generator=generator, device=tokens.device)
    sigma = (span[0] + (span[1] - span[0]) * draw).exp()
    return F.cross_entropy(model(redraw(tokens, sigma, count, generator), sigma), tokens)


@torch.no_grad()
def score(model, tokens):
    """Held-out figures on tokens [n, h, w]: the masked network's bound in nats a token (the mean over mask ratios of the
    cross-entropy of hidden tokens) and its calibration error at three ratios; the uniform one's cross-entropy."""
    generator = torch.Generator(tokens.device).manual_seed(0)
    if model.shape.uniform:
        levels = torch.logspace(math.log10(LEAST), math.log10(MOST), 8).tolist()
        values = []
        for sigma in levels:
            level = torch.full((len(tokens),), sigma, device=tokens.device)
            values.append(F.cross_entropy(model(redraw(tokens, level, model.count, generator), level), tokens).item())
        return {"nats": sum(values) / len(values)}
    curve = nats_by_ratio(model, tokens, [(i + 0.5) / 8 for i in range(8)], generator)
    figures = {"nats": sum(curve) / len(curve)}
    for ratio in (0.3, 0.6, 0.9):
        figures[f"calibration_{ratio}"] = calibration_error(model, tokens, ratio, generator)
    return figures


@torch.no_grad()
def nats_by_ratio(model, tokens, ratios, generator):
    curve = []
    for ratio in ratios:
        given, hidden = hide(tokens, torch.full((len(tokens),), ratio, device=tokens.device), model.count, generator)
        curve.append(F.cross_entropy(model(given), tokens, reduction="none")[hidden].mean().item())
    return curve


@torch.no_grad()
def calibration_error(model, tokens, ratio, generator, bins=15):
    """Expected calibration error: how far the chance of the likeliest token is from how often it is right."""
    given, hidden = hide(tokens, torch.full((len(tokens),), ratio, device=tokens.device), model.count, generator)
    chance, guess = model(given).softmax(1).max(1)
    chance, right = chance[hidden].double(), (guess == tokens)[hidden].double()
    which = (chance * bins).long().clamp_max(bins - 1)
    gaps = [(chance - right)[which == k].sum().abs() for k in range(bins)]
    return (sum(gaps) / len(chance)).item()


@torch.no_grad()
def fill(model, tokens, steps, generator):
    """Draws the hidden tokens in `steps` steps of ancestral sampling with equal shares in random order."""
    hidden = tokens == model.count
    order = torch.rand(tokens.shape, generator=generator).masked_fill(~hidden, 2)
    for k in range(1, steps + 1):
        now = (order <= k / steps) & (tokens == model.count)
        chance = model(tokens).softmax(1).permute(0, 2, 3, 1)[now]
        tokens = tokens.masked_scatter(now, torch.multinomial(chance, 1, generator=generator).flatten())
    return tokens


@torch.no_grad()
def encode(tokenizer, held_out, size):
    device = next(tokenizer.parameters()).device
    return torch.cat([tokenizer.ids(image.to(device)) for image in centres(held_out, size).split(1)])


def rebuild(fields):
    return TokenNetwork(checkpoint.as_shape(Shape, fields))

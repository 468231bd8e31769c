"""Trains photo-compressive, the autoencoder behind VBLE and VBLE-xz. README.md has the commands.

    python photo_compressive.py --minutes 60

Minimises alpha 255^2 MSE + bits per pixel on [0, 1] images (Balle et al. 2018) and, on the side, with the autoencoder
left alone, the negative log-likelihood of what the decoder leaves over under the second decoder's sigma.
"""

import math

import torch

import checkpoint
import data
import loop
from compressive_export import export
from hyperprior import Hyperprior, Shape

NAME = "photo-compressive"
ALPHA = 0.0483


def losses(model, clean, generator):
    """(mean squared error in 8-bit levels, bits a pixel, nats a value that sigma leaves) of a batch."""
    estimate, sigma, nats_z, nats_h = model(clean, generator)
    error = clean - estimate
    levels = 127.5**2 * error.square().mean()
    bits = (nats_z.sum() + nats_h.sum()) / (math.log(2) * clean[:, 0].numel())
    leftover = sigma.log() + error.detach().square() / (2 * sigma.square())
    # Weighted by sigma (beta-NLL of Seitzer et al. 2022, beta = 1/2): smooth places would drown the rest otherwise.
    return levels, bits, (leftover * sigma.detach()).mean()


def loss(model, clean, generator):
    levels, bits, leftover = losses(model, clean, generator)
    return ALPHA * levels + bits + leftover


@torch.no_grad()
def score(model, images, size=256):
    """Means over the centre crops: PSNR in dB and bits a pixel with rounded codes, the negative ELBO in nats a value
    of the image under p(x | z) = N(D(z), sigma(z)^2), and the root mean square of (x - D(z)) / sigma(z)."""
    device = next(model.parameters()).device
    psnr, bits, elbo, spread = [], [], [], []
    for index, image in enumerate(images):
        clean = data.centres([image], size).to(device)
        z, h = (codes.round() for codes in model.codes(clean))
        scales, means = model.hyper_decoder(h)
        nats = model.code_nats(z, h, scales, means)
        bits.append(nats / (math.log(2) * size**2))
        psnr.append(data.psnr(model.decoder(z).clamp(-1, 1), clean))
        estimate, sigma, nats_z, nats_h = model(clean, torch.Generator(device).manual_seed(index))
        ratio = ((clean - estimate) / sigma).square().mean().item()
        leftover = sigma.log().mean().item() + 0.5 * math.log(2 * math.pi) + ratio / 2
        elbo.append((nats_z.sum() + nats_h.sum()).item() / clean.numel() + leftover)
        spread.append(ratio)
    mean = lambda values: sum(values) / len(values)  # noqa: E731
    return {"psnr": mean(psnr), "bits_per_pixel": mean(bits), "negative_elbo": mean(elbo), "spread": mean(spread) ** 0.5}


def rebuild(fields):
    return Hyperprior(checkpoint.as_shape(Shape, fields))


def main():
    options = loop.complete(loop.parser(__doc__, NAME).parse_args(), NAME)
    training, held_out = loop.photographs(options)
    average, model, facts = loop.train(
        options, training, lambda: Hyperprior(Shape()), rebuild, loss, lambda average: score(average, held_out)
    )
    export(average, model, facts, training, loop.test_photographs(options, held_out), options.out, NAME, ALPHA, score)


if __name__ == "__main__":
    main()

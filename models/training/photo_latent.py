"""Trains photo-latent: an autoencoder at a quarter of the size and a diffusion prior over its codes. README.md has the
commands.

    python photo_latent.py --minutes 60                     # both, one after the other
    python photo_latent.py --minutes 60 --part diffusion    # one of them, on the other as it is
"""

import torch

import autoencoder
import checkpoint
import data
import edm
import loop
from latent_export import LEVELS, export, score
from network import Denoiser, Shape

NAME = "photo-latent"
CODES = 4
SHARES = {"autoencoder": 0.4, "diffusion": 0.6}


@torch.no_grad()
def measure_scale(model, images):
    """Sets the number that gives codes over centre crops a standard deviation of 1."""
    model.scale.fill_(1)
    codes = torch.cat([model.encode(image) for image in data.centres(images, 256, 64).split(1)])
    model.scale.fill_(1 / codes.std().item())


def rebuild(fields):
    return Denoiser(checkpoint.as_shape(Shape, fields))


def main():
    options, parts = loop.parse_parts(__doc__, NAME, SHARES)
    training, held_out = loop.photographs(options)
    coder, raw_coder, coder_facts = loop.train(
        parts["autoencoder"], training, lambda: autoencoder.Autoencoder(autoencoder.Shape(codes=CODES)),
        autoencoder.rebuild, autoencoder.loss, lambda model: autoencoder.score(model, held_out),
    )  # fmt: skip
    measure_scale(coder, training)
    coder.to(options.device)
    seen = torch.cat([coder.encode(image.to(options.device)) for image in data.centres(held_out, 256).split(1)]).detach()

    def loss(model, clean, generator):
        with torch.no_grad(), torch.autocast(clean.device.type, enabled=False):
            codes = coder.encode(clean)
        return edm.loss(model, codes, generator, data=1)

    denoiser, raw, facts = loop.train(
        parts["diffusion"], training, lambda: Denoiser(Shape((64, 96), (2, 2), channels=CODES, data=1)),
        rebuild, loss, lambda model: score(model, seen, LEVELS),
    )  # fmt: skip
    coder.cpu()
    trained = {"autoencoder": (raw_coder, coder_facts), "diffusion": (raw, facts)}
    export(coder, denoiser, trained, loop.test_photographs(options, held_out), options.out, NAME)


if __name__ == "__main__":
    main()

"""Trains the cap of `photo`: what its one-step estimates are off by. README.md has the commands.

    python photo_cap.py --minutes 60

At the end, or when told to stop (SIGINT, SIGTERM), it writes cap.onnx, cap.truth.npz, cap.resume.npz and cap.json (what was
measured) to `--out`.
"""

import itertools
import json
import random
from pathlib import Path

import torch

import cap
import checkpoint
import graphs
import loop
from data import centres
from network import Denoiser, Shape

SHAPE = Shape(widths=(24, 40, 40), blocks=(2, 1, 2), stem=2, embedding=32)
LEVELS = 5, 15, 25, 50  # of 255


def rebuild(fields):
    return cap.Cap(checkpoint.as_shape(Shape, fields))


def frozen(path):
    denoiser, _ = checkpoint.read_resume(path, lambda fields: Denoiser(checkpoint.as_shape(Shape, fields)))
    return denoiser.eval().requires_grad_(False)


REUSED = 8  # steps for each batch of estimates, which cost twice as much as a step of the cap
POOL = 64  # batches that are drawn from


def loss_of(denoiser):
    pool, rng = [], random.Random(0)
    steps = itertools.count()

    def loss(model, clean, generator):
        if next(steps) % REUSED == 0:
            sigma = cap.draw_sigma(len(clean), generator)
            estimate = cap.estimates(denoiser, clean, sigma, generator)
            pool.append((clean - estimate, estimate, sigma))
            del pool[:-POOL]
        residual, estimate, sigma = rng.choice(pool)
        return cap.surprise(residual, *model.law(estimate, sigma)).mean()

    return loss


def score_of(denoiser, images, size=64):
    """Scores a cap on centre crops at each noise level: nats a value, and those of the one Gaussian that fits all residuals of
    that level best."""
    clean = centres(images, size)
    levels = {level: torch.full((len(clean),), 2 * level / 255) for level in LEVELS}
    found = {
        level: cap.estimates(denoiser, clean, sigma, torch.Generator().manual_seed(level)) for level, sigma in levels.items()
    }

    @torch.no_grad()
    def score(average):
        scores = {}
        for level, sigma in levels.items():
            residual = clean - found[level]
            scores[f"{level}"] = cap.surprise(residual, *average.law(found[level], sigma)).mean().item()
            scores[f"{level}, one Gaussian"] = 0.5 * (2 * torch.pi * torch.e * residual.square().mean()).log().item()
        return scores

    return score


def example(rows, columns, sigma, count=1):
    generator = torch.Generator().manual_seed(3)
    ramp = torch.linspace(0, 1, columns * 8).expand(count, 3, rows * 8, -1)
    return {"image": ramp + 0.02 * torch.randn(ramp.shape, generator=generator), "sigma": torch.full((count,), sigma)}


def main():
    parser = loop.parser(__doc__, "photo-cap")
    parser.add_argument("--denoiser", type=Path, default=loop.HERE / "../weights/photo/resume.npz")
    options = loop.complete(parser.parse_args(), "photo-cap")
    training, held_out = loop.photographs(options)
    denoiser = frozen(options.denoiser)
    score = score_of(denoiser, held_out)
    average, model, facts = loop.train(options, training, lambda: cap.Cap(SHAPE), rebuild, loss_of(denoiser), score)
    shipment = graphs.Shipment(options.out)
    examples = [example(rows, columns, sigma, count) for rows, columns, count in ((3, 5, 1), (8, 8, 2)) for sigma in (0.02, 0.1, 0.2)]
    shipment.graph("cap", average, examples, ["scale", "shape"])
    checkpoint.write_resume(options.out / "cap.resume.npz", model, facts)
    facts["scores"] = score(average)
    (options.out / "cap.json").write_text(json.dumps({**shipment.files["cap"], "training": loop.told(facts), **facts}, indent=2) + "\n")
    print(f"exported to {options.out}: {shipment.checks}", flush=True)


if __name__ == "__main__":
    main()

"""From a trained latent diffusion to what is shipped: three graphs, card.json, resume files, two pictures."""

import numpy
import torch
from torch import nn

import autoencoder
import checkpoint
import edm
import graphs
import loop
from data import centres
from network import flops, receptive_radius
from sheet import plot, write_picture

LEVELS = (0.2, 0.5, 2.0)


class Encode(nn.Module):
    def __init__(self, coder):
        super().__init__()
        self.coder = coder

    def forward(self, image):
        return self.coder.encode(image)


class Decode(Encode):
    def forward(self, codes):
        return self.coder.decode(codes)


@torch.no_grad()
def score(denoiser, codes, levels):
    """Mean over held-out codes of the remaining error's power relative to the noise's, by level: 1 removes nothing."""
    figures = {}
    for sigma in levels:
        generator = torch.Generator().manual_seed(0)
        values = []
        for clean in codes.split(1):
            noise = torch.randn(clean.shape, generator=generator).to(clean.device)
            left = denoiser(clean + sigma * noise, torch.full((1,), float(sigma), device=clean.device)) - clean
            values.append(left.square().mean().item() / sigma**2)
        figures[f"left_{sigma:g}"] = sum(values) / len(values)
    return figures


def export(coder, denoiser, trained, test, folder, name):
    """Writes everything to `folder`; trained: (weights to go on with, facts) by part; test: the photographs
    of the figures and their name."""
    images, where = test
    shipment = graphs.Shipment(folder)
    for model in (coder, denoiser):
        model.eval().requires_grad_(False)
    codes = torch.cat([coder.encode(image) for image in centres(images, 256).split(1)])
    scores = autoencoder.score(coder, images) | score(denoiser, codes, LEVELS)
    write_graphs(coder, denoiser, shipment)
    draw_curve(denoiser, codes, where, folder / "error.png")
    write_sheet(coder, denoiser, images, folder / "sheet.jpg")
    for part, (weights, facts) in trained.items():
        checkpoint.write_resume(folder / f"{part}.resume.npz", weights, facts)
    facts = {part: facts for part, (_, facts) in trained.items()}
    shipment.card(lambda files: describe(coder, denoiser, facts, scores, where, files, name))


def write_graphs(coder, denoiser, shipment):
    generator = torch.Generator().manual_seed(0)
    channels = denoiser.shape.channels

    def normal(name, channels, n, h, w, **more):
        return {name: torch.randn(n, channels, h, w, generator=generator), **more}

    image_sizes = [(1, 32, 64), (2, 64, 32), (1, 256, 256)]
    shipment.graph("encoder", Encode(coder), [normal("image", 3, *size) for size in image_sizes], ["codes"], "image")
    sizes = [(1, 8, 12), (2, 4, 8), (1, 64, 64)]
    shipment.graph("decoder", Decode(coder), [normal("codes", channels, *size) for size in sizes], ["image"], "codes")
    levels = [torch.tensor([0.2]), torch.tensor([0.01, 20.0]), torch.tensor([1.0])]
    noisy = [normal("x", channels, *size, sigma=level) for size, level in zip(sizes, levels)]
    shipment.graph("diffusion", denoiser, noisy, ["x0"], "x")


def draw_curve(denoiser, codes, where, path):
    """What a denoising leaves of the noise's power against sigma."""
    sigmas = numpy.geomspace(0.02, 10, 12)
    curve = [score(denoiser, codes, [float(s)])[f"left_{s:g}"] for s in sigmas]
    with plot(path, xlabel="σ on scaled codes", ylabel="squared error / σ²", title=where) as axes:
        axes.loglog(sigmas, curve, "o-", label="left by the prior")
        axes.loglog(sigmas, 1 / (1 + sigmas**2), "--", color="grey", label="left by a Gaussian prior on each code")


@torch.no_grad()
def write_sheet(coder, denoiser, images, path):
    """Rows: crops, reconstructions, decodings of codes with noise of 0.5 before and after denoising, samples from noise."""
    clean = centres(images, 128, 8)
    codes = coder.encode(clean)
    noisy = codes + 0.5 * torch.randn(codes.shape, generator=torch.Generator().manual_seed(2))
    rows = [clean, coder.decode(codes), coder.decode(noisy), coder.decode(denoiser(noisy, torch.full((len(codes),), 0.5)))]
    write_picture([*rows, coder.decode(edm.sample(denoiser, codes.shape))], path)


def describe(coder, denoiser, facts, scores, where, files, name):
    parameters = sum(p.numel() for model in (coder, denoiser) for p in model.parameters())
    return {
        "kind": "latent",
        "name": name,
        "summary": f"diffusion over codes at a quarter of the size; {parameters / 1e6:.1f} M parameters, "
        f"{flops(denoiser, 64) / 1e9:.1f} GFLOP a denoising of a 256×256 image, ceiling {scores['psnr']:.1f} dB",
        "downsampling": coder.factor,
        "scale": 1,  # the graphs give and take codes of unit variance
        "encoder": {"model": files["encoder"], "input": "image", "output": "codes"},
        "decoder": {"model": files["decoder"], "input": "codes", "output": "image"},
        "codes": {
            "model": files["diffusion"],
            "inputs": {"image": "x", "time": "sigma"},
            "outputs": {"image": "x0"},
            "channels": denoiser.shape.channels,
            "parametrisation": "x0",
            "schedule": {"kind": "ve"},
            "time": {"form": "sigma"},
            "sigmaRange": [edm.SIGMA_MIN, edm.SIGMA_MAX],
            "sizeMultiple": denoiser.multiple,
            "receptiveRadius": receptive_radius(denoiser),
        },
        "training": loop.told_of_parts(facts),
        "scores": [
            {"task": "decoding of the codes, the ceiling of any restoration", "data": where, "metric": "PSNR in dB",
             "value": round(scores["psnr"], 2)},
            *({"task": f"denoising codes, σ = {sigma:g}", "data": where, "metric": "squared error / σ²",
               "value": round(scores[f"left_{sigma:g}"], 4)} for sigma in LEVELS),
        ],
    }  # fmt: skip

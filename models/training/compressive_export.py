"""From a trained hyperprior to what is shipped: four graphs, the factorised prior, card.json, resume.npz, two pictures."""

import io
import json
import math

import numpy
import torch
from PIL import Image
from torch import nn

import checkpoint
import graphs
import loop
from data import centres, psnr
from hyperprior import MULTIPLE
from sheet import plot, write_picture

MODULATIONS = (0.25, 0.35, 0.5, 0.7, 1.0)


class Codes(nn.Module):
    """image -> z, h"""

    def __init__(self, model):
        super().__init__()
        self.encoder, self.hyper_encoder = model.encoder, model.hyper_encoder

    def forward(self, image):
        z = self.encoder(image)
        return z, self.hyper_encoder(z)


def export(average, model, facts, training, test, folder, name, alpha, score):
    """Writes everything to `folder`; `average` is what is shipped, `model` what a later training goes on with, `test` the
    photographs of the figures and their name."""
    images, where = test
    shipment = graphs.Shipment(folder)
    average.eval().requires_grad_(False)
    calibrate(average, centres(training, 256, 32))
    scores = score(average, images) | spread_by_decile(average, centres(images, 256))
    write_graphs(average, shipment)
    shipment.file("hyper-prior", "hyper-prior.json").write_text(json.dumps(average.factorised.tables()))
    curve = rate_distortion(average, centres(images, 256))
    draw_curve(curve, jpeg_curve(centres(images, 256)), where, folder / "rate-distortion.png")
    write_sheet(average, images, folder / "sheet.jpg")
    checkpoint.write_resume(folder / "resume.npz", model, facts)
    shipment.card(lambda files: describe(average, facts, scores, where, files, name, alpha))


def receptive_radius(model):
    """The largest distance, in rows, at which a pixel reaches a code or a code a pixel, found from gradients. A code is
    as far from a pixel as the nearest of those that it stands for."""
    size = 10 * MULTIPLE
    image = torch.rand(1, 3, size, size, requires_grad=True)
    codes = model.codes(image)
    z = codes[0].detach().requires_grad_()
    radius = 0
    for code in codes:
        stride = size // code.shape[2]
        row = code.shape[2] // 2
        (slope,) = torch.autograd.grad(code[0, :, row].sum(), image, retain_graph=True)
        rows = slope[0].abs().sum((0, 2)).nonzero().flatten()
        radius = max(radius, stride * row - int(rows.min()), int(rows.max()) - stride * (row + 1) + 1)
    stride = size // z.shape[2]
    for row in range(size // 2, size // 2 + MULTIPLE):
        for decoder in (model.decoder, model.spread):
            (slope,) = torch.autograd.grad(decoder(z)[0, :, row].sum(), z)
            rows = slope[0].abs().sum((0, 2)).nonzero().flatten()
            radius = max(radius, row - stride * (int(rows.min()) + 1) + 1, stride * int(rows.max()) - row)
    assert radius < size // 2 - MULTIPLE, "the probe image is smaller than the receptive field"
    return radius


def noisy(codes, generator):
    return codes + torch.rand(codes.shape, generator=generator) - 0.5


def ratios(model, images):
    """(((x - D(z)) / sigma(z))^2, sigma(z)) of each image, z with the noise of rounding."""
    for index, image in enumerate(images.split(1)):
        z = noisy(model.encoder(image), torch.Generator().manual_seed(index))
        sigma = model.spread(z)
        yield ((image - model.decoder(z)) / sigma).square(), sigma


def calibrate(model, images):
    """Multiplies sigma by one number, so that what is left over on training crops has a mean square of 1. The second
    decoder followed weights that moved; the averaged ones leave another remainder."""
    model.spread.scale.mul_(torch.stack([ratio.mean() for ratio, _ in ratios(model, images)]).mean().sqrt())


def spread_by_decile(model, images):
    """The root mean square of (x - D(z)) / sigma(z) among the tenths of all values with the least and the largest sigma,
    and of those between the one that is furthest from 1."""
    ratio, sigma = (torch.cat([part.flatten() for part in parts]) for parts in zip(*ratios(model, images)))
    tenths = [float(part.mean().sqrt()) for part in ratio[sigma.argsort()].tensor_split(10)]
    return {"spread_worst_tenth": max(tenths, key=lambda value: abs(math.log(value)))}


def write_graphs(model, shipment):
    generator = torch.Generator().manual_seed(0)

    def normal(name, spread, channels, cell):
        """Three sizes of one input; `cell` is how many pixels of the image one of its places stands for."""
        sizes = [(1, 32, 64), (2, 64, 32), (1, 256, 256)]
        return [{name: spread * torch.randn(n, channels, h // cell, w // cell, generator=generator)} for n, h, w in sizes]

    shape = model.shape
    shipment.graph("encoder", Codes(model), normal("image", 0.5, 3, 1), ["z", "h"], "image")
    shipment.graph("decoder", model.decoder, normal("z", 2, shape.codes, 8), ["image"], "z")
    shipment.graph("spread", model.spread, normal("z", 2, shape.codes, 8), ["sigma"], "z")
    shipment.graph("hyper-decoder", model.hyper_decoder, normal("h", 2, shape.hyper, MULTIPLE), ["scales", "means"], "h")


def rate_distortion(model, images):
    """[(bits a pixel, PSNR)] of rounded codes where s x is encoded and D(z) / s decoded: a smaller s, fewer bits
    (Biquard et al., arXiv 2412.04130: it emulates alpha s^2)."""
    points = []
    for s in MODULATIONS:
        bits, quality = [], []
        for image in images.split(1):
            # Black is -1: [0, 1] images are what the modulation scales.
            z, h = (codes.round() for codes in model.codes(s * (image + 1) - 1))
            bits.append(model.code_nats(z, h, *model.hyper_decoder(h)) / (math.log(2) * image[0, 0].numel()))
            quality.append(psnr(((model.decoder(z) + 1) / s - 1).clamp(-1, 1), image))
        points.append((numpy.mean(bits), numpy.mean(quality)))
    return points


def jpeg_curve(images):
    """The same of JPEG with 4:2:0 colour, by file size."""
    points = []
    for quality in (15, 30, 50, 70, 85, 93, 97):
        bits, values = [], []
        for image in images:
            buffer = io.BytesIO()
            pixels = ((image + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
            Image.fromarray(pixels).save(buffer, "jpeg", quality=quality)
            bits.append(8 * buffer.tell() / image[0].numel())
            decoded = torch.from_numpy(numpy.asarray(Image.open(buffer)).copy()).permute(2, 0, 1) / 127.5 - 1
            values.append(psnr(decoded, image))
        points.append((numpy.mean(bits), numpy.mean(values)))
    return points


def draw_curve(curve, jpeg, where, path):
    with plot(path, xlabel="bits a pixel", ylabel="PSNR in dB", title=where, xlim=(0, 5)) as axes:
        axes.plot(*zip(*curve), "o-", label="this prior, s = " + ", ".join(map(str, MODULATIONS)))
        axes.plot(*zip(*jpeg), "--", color="grey", label="JPEG 4:2:0, whole files")


def write_sheet(model, images, path):
    """Rows: crops, their reconstructions from rounded codes, ten times what is left over, ten times sigma."""
    clean = centres(images, 160, 6)
    z = model.encoder(clean).round()
    estimate = model.decoder(z)
    write_picture([clean, estimate, 10 * (clean - estimate).abs() - 1, 10 * model.spread(z) - 1], path)


def describe(model, facts, scores, where, files, name, alpha):
    shape = model.shape
    parameters = sum(p.numel() for p in model.parameters())
    tasks = {
        "psnr": ("reconstruction from rounded codes", "PSNR in dB"),
        "bits_per_pixel": ("rate of rounded codes", "bits a pixel"),
        "negative_elbo": ("negative ELBO of the image on [-1, 1], decoder's σ included", "nats a value"),
        "spread": ("(x − D(z)) / σ(z)", "root mean square, 1 if calibrated"),
        "spread_worst_tenth": ("(x − D(z)) / σ(z), the worst of ten parts by σ", "root mean square, 1 if calibrated"),
    }
    return {
        "kind": "compressive",
        "name": name,
        "summary": f"autoencoder with a hyperprior, for VBLE; {parameters / 1e6:.1f} M parameters, "
        f"{scores['psnr']:.1f} dB at {scores['bits_per_pixel']:.2f} bits a pixel",
        "graphs": files,
        "inputs": {"encoder": ["image"], "decoder": ["z"], "hyper-decoder": ["h"], "spread": ["z"]},
        "outputs": {"encoder": ["z", "h"], "decoder": ["image"], "hyper-decoder": ["scales", "means"], "spread": ["sigma"]},
        "codes": {"z": {"channels": shape.codes, "stride": 8}, "h": {"channels": shape.hyper, "stride": MULTIPLE}},
        "codePrior": "z_i ~ N(means_i, scales_i²) * U(−½, ½), the least scale inside the graph; h by hyper-prior.json: a logit l "
        "through the layers l ← matrix·l + bias, then but for the last l ← l + factor·tanh(l); p(h) = sigmoid(l(h+½)) − sigmoid(l(h−½))",
        "modulation": 1.4,
        "alpha": alpha,
        "sizeMultiple": MULTIPLE,
        "receptiveRadius": receptive_radius(model),
        "training": f"encoder and decoder of 3×3 convolutions on pixels folded 4×4 ({'/'.join(map(str, shape.widths))} channels, SiLU), "
        f"α·255²·MSE + bits a pixel with α = {alpha} and uniform noise for rounding, σ by β-NLL beside it and scaled once on "
        f"training crops; {loop.told(facts)}, {loop.means(facts)}.",
        "scores": [
            {"task": task, "data": where, "metric": metric, "value": round(scores[key], 3)}
            for key, (task, metric) in tasks.items()
        ],
    }

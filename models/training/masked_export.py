"""From trained tokens to what is shipped: four graphs, the codebook, card.json, resume files, two pictures."""

import numpy
import torch
from torch import nn

import autoencoder
import checkpoint
import graphs
import loop
import tokens
from data import centres
from sheet import plot, write_picture


class Ids(nn.Module):
    """image -> tokens"""

    def __init__(self, tokenizer):
        super().__init__()
        self.tokenizer = tokenizer

    def forward(self, image):
        return self.tokenizer.ids(image)


def export(models, trained, test, folder, name):
    """Writes everything to `folder`. models: the averages by part; trained: (weights to go on with, facts) by part; test: the photographs
    of the figures and their name."""
    images, where = test
    shipment = graphs.Shipment(folder)
    for model in models.values():
        model.eval().requires_grad_(False)
    tokenizer, masked, uniform = models["tokenizer"], models["masked"], models["uniform"]
    seen = tokens.encode(tokenizer, images, 256)
    scores = autoencoder.score(tokenizer, images) | tokens.score(masked, seen)
    scores["twin_nats"] = tokens.score(uniform, seen)["nats"]
    write_graphs(models, seen, shipment)
    numpy.save(shipment.file("codebook", "codebook.npy"), tokenizer.quantise.codebook().numpy())
    draw_curve(masked, seen, scores, where, folder / "nats.png")
    write_sheet(tokenizer, masked, images, folder / "sheet.jpg")
    for part, (weights, facts) in trained.items():
        checkpoint.write_resume(folder / f"{part}.resume.npz", weights, facts)
    facts = {part: facts for part, (_, facts) in trained.items()}
    shipment.card(lambda files: describe(models, facts, scores, where, files, name))


def write_graphs(models, seen, shipment):
    generator = torch.Generator().manual_seed(0)
    tokenizer, count = models["tokenizer"], models["masked"].count

    def images(n, h, w):
        return {"image": torch.rand(n, 3, h, w, generator=generator) * 2 - 1}

    def codes(n, h, w):
        return {"codes": torch.rand(n, len(tokenizer.shape.levels), h, w, generator=generator) * 2 - 1}

    def ids(n, h, w, **more):
        part = seen[:1, :h, :w].expand(n, -1, -1)
        return {"tokens": torch.where(torch.rand(n, h, w, generator=generator) < 0.5, 0 if more else count, part), **more}

    shipment.graph("encoder", Ids(tokenizer), [images(1, 32, 64), images(2, 64, 32), images(1, 256, 256)], ["tokens"])
    shipment.graph("decoder", tokenizer.decoder, [codes(1, 8, 12), codes(2, 4, 8), codes(1, 64, 64)], ["image"], "codes")
    shipment.graph("masked", models["masked"], [ids(1, 4, 6), ids(2, 8, 4), ids(1, 64, 64)], ["logits"])
    level = torch.tensor
    twin = [ids(1, 4, 6, sigma=level([0.5])), ids(2, 8, 4, sigma=level([0.01, 3.0])), ids(1, 64, 64, sigma=level([1.0]))]
    shipment.graph("uniform", models["uniform"], twin, ["logits"])


def draw_curve(masked, seen, scores, where, path):
    """Cross-entropy of a hidden token against the share of tokens that are hidden."""
    ratios = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]
    curve = tokens.nats_by_ratio(masked, seen, ratios, torch.Generator().manual_seed(1))
    top = 1.05 * scores["unigram"]
    with plot(path, xlabel="share of tokens hidden", ylabel="nats a hidden token", title=where, ylim=(0, top)) as axes:
        axes.plot(ratios, curve, "o-", label="masked prior")
        axes.axhline(scores["unigram"], linestyle="--", color="grey", label="entropy of a token on its own")


def write_sheet(tokenizer, masked, images, path):
    """Rows: crops, reconstructions from their tokens, the same with 60 % of the tokens drawn anew, samples from nothing."""
    clean, generator = centres(images, 128, 8), torch.Generator().manual_seed(2)
    ids, book = tokenizer.ids(clean), tokenizer.quantise.codebook()

    def picture(ids):
        return tokenizer.decode(book[ids].permute(0, 3, 1, 2))

    some, _ = tokens.hide(ids, torch.full((len(ids),), 0.6), masked.count, generator)
    refilled = tokens.fill(masked, some, 16, generator)
    sampled = tokens.fill(masked, torch.full_like(ids, masked.count), 48, generator)
    write_picture([clean, picture(ids), picture(refilled), picture(sampled)], path)


def reach(tokenizer):
    """Tokens beyond which none changes what is decoded: each 3x3 convolution sees one further."""
    return sum(isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3) for layer in tokenizer.decoder.modules())


def describe(models, facts, scores, where, files, name):
    masked = models["masked"]
    gain = 100 * (1 - scores["nats"] / scores["unigram"])
    tasks = {
        "psnr": ("reconstruction from tokens, the ceiling of any restoration", "PSNR in dB"),
        "used": ("share of the codebook that occurs", "of 1"),
        "unigram": ("entropy of a token on its own, counted on the same tokens", "nats a token"),
        "nats": ("bound on −log p of tokens under the masked prior", "nats a token"),
        **{f"calibration_{r}": (f"expected calibration error, {r:.0%} of the tokens hidden", "of 1") for r in (0.3, 0.6, 0.9)},
        "twin_nats": ("the uniform twin, log-uniform σ", "cross-entropy in nats a token"),
    }
    return {
        "kind": "masked",
        "name": name,
        "summary": f"tokens of 4×4 pixels, {masked.count} codes, {scores['psnr']:.1f} dB; a masked prior over them, "
        f"{scores['nats']:.2f} nats a token ({gain:.0f} % below a token on its own), and its uniform twin",
        "graphs": files,
        "inputs": {"encoder": ["image"], "decoder": ["codes"], "masked": ["tokens"], "uniform": ["tokens", "sigma"]},
        "outputs": {"encoder": ["tokens"], "decoder": ["image"], "masked": ["logits"], "uniform": ["logits"]},
        "tokens": {"count": masked.count, "mask": masked.count, "stride": models["tokenizer"].factor, "reach": reach(models["tokenizer"])},
        "quantiser": {"kind": "fsq", "levels": masked.shape.levels},
        "kernels": {"masked": "absorbing", "uniform": "each token drawn anew from all with chance 1 − exp(−σ); logits of p(x0 | xσ)"},
        "sigmaRange": [tokens.LEAST, tokens.MOST],
        "gamma": round(2 * 10 ** (-scores["psnr"] / 20), 4),
        "sizeMultiple": masked.multiple * models["tokenizer"].factor,
        "training": loop.told_of_parts(facts),
        "scores": [
            {"task": task, "data": where, "metric": metric, "value": round(scores[key], 4)}
            for key, (task, metric) in tasks.items()
        ],
    }

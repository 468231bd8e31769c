"""From a trained denoiser to what is shipped: model.onnx, card.json, model.truth.npz, resume.npz, sheet.jpg, psnr.png."""

import math

import numpy
import torch

import checkpoint
import edm
import graphs
import last_layer
import loop
from data import centres
from network import flops, receptive_radius
from sheet import plot, write_picture


def export(average, denoiser, facts, training, tests, folder):
    """Writes everything to `folder`; `average` is what is shipped, `denoiser` what a later training goes on with, `training` and `tests`
    are photographs for curve and sheet."""
    shipment = graphs.Shipment(folder)
    average.eval().requires_grad_(False)
    shipment.graph("model", average, [example(average, 3, 5, 0.2), *calls(average)], ["x0"], "x")
    curve = write_curve(average, tests, folder / "psnr.png")
    write_sheet(average, tests, folder / "sheet.jpg")
    checkpoint.write_resume(folder / "resume.npz", denoiser, facts)
    layer = shipment.file("lastLayer", "last-layer.npy")
    known = last_layer.write(layer, average, training)
    shipment.card(lambda files: {**describe(average, files["model"], facts, curve), "lastLayer": files["lastLayer"] | known})


def example(denoiser, rows, columns, sigma, count=1):
    """A call with a noisy ramp of rows x columns cells of the network's grid."""
    generator = torch.Generator().manual_seed(3)
    ramp = torch.linspace(-1, 1, columns * denoiser.multiple).expand(count, 3, rows * denoiser.multiple, -1)
    return {"x": ramp + sigma * torch.randn(ramp.shape, generator=generator), "sigma": torch.full((count,), sigma)}


def calls(denoiser):
    """Several sizes, batches and noise levels."""
    sizes = [(8, 8, 1), (12, 20, 2), (32, 32, 1)]
    levels = (edm.SIGMA_MIN, 0.2, 5.0, edm.SIGMA_MAX)
    return [example(denoiser, rows, columns, sigma, count) for rows, columns, count in sizes for sigma in levels]


def write_curve(denoiser, tests, path):
    """PSNR against the noise level on centre crops of 128 pixels."""
    sigmas = numpy.geomspace(0.005, 5, 13)
    curve = [edm.psnr(denoiser, tests, float(s), size=128) for s in sigmas]
    with plot(path, xlabel="σ on [-1, 1]", ylabel="PSNR in dB", title=f"{len(tests)} photographs, 128×128") as axes:
        axes.semilogx(sigmas, curve, "o-", label="denoised")
        axes.semilogx(sigmas, [10 * math.log10(4 / s**2) for s in sigmas], "--", color="grey", label="noisy, unclipped")
    return curve


def write_sheet(denoiser, tests, path, columns=8, size=128):
    """Rows: clean crops, then noisy and denoised at three levels, then samples from noise alone."""
    clean = centres(tests, size, columns)
    rows = [clean]
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for sigma in (0.2, 0.4, 1.0):
            noisy = clean + sigma * torch.randn(clean.shape, generator=generator)
            rows += [noisy, denoiser(noisy, torch.full((len(clean),), sigma))]
    rows.append(edm.sample(denoiser, clean.shape))
    write_picture(rows, path)


def describe(denoiser, model, facts, curve):
    """The card, in the schema of models/card.ts."""
    shape = denoiser.shape
    parameters = sum(p.numel() for p in denoiser.parameters())
    stem = f" on pixels folded {shape.stem}×{shape.stem}" if shape.stem > 1 else ""
    seen = facts["started_from"] != "random weights" and "held-out" in facts["source"]
    return {
        "kind": "diffusion",
        "name": facts["preset"],
        "summary": f"colour photographs of any size; {parameters / 1e6:.1f} M parameters, "
        f"{flops(denoiser) / 1e9:.0f} GFLOP a 256×256 pass",
        "model": model,
        "inputs": {"image": "x", "time": "sigma"},
        "outputs": {"image": "x0"},
        "parametrisation": "x0",
        "schedule": {"kind": "ve"},
        "time": {"form": "sigma"},
        "sigmaRange": [edm.SIGMA_MIN, edm.SIGMA_MAX],
        "sizeMultiple": denoiser.multiple,
        "receptiveRadius": receptive_radius(denoiser),
        "symmetry": "dihedral",
        "training": f"U-Net {'/'.join(map(str, shape.widths))}{stem}, {'/'.join(map(str, shape.blocks))} residual blocks "
        "a level, SiLU, FiLM on ln σ / 4, strided convolutions, added skips, EDM preconditioning inside the graph "
        "(σ_data 0.5); no normalisation, no attention. "
        f"{loop.told(facts)}{copies(facts)}, mean squared error with EDM weights, {loop.means(facts)}. Samples from noise alone have a "
        f"photograph's texture and no global layout. PSNR {'falls' if falls(curve) else 'does not always fall'} as σ rises.",
        "scores": [
            {
                "task": f"denoising, σ = {level}/255",
                "data": facts["source"] + (", which the first weights had been trained on" if seen else ""),
                "metric": "PSNR in dB",
                "value": round(value, 2),
            }
            for level, value in facts["scores"].items()
        ],
    }


def copies(facts):
    scales = facts.get("scales", [])
    return f", photographs whole and in the end also shrunk to {' and '.join(map(str, scales))}" if scales else ""


def falls(curve):
    return all(a > b for a, b in zip(curve, curve[1:]))

"""From a trained denoiser to what is shipped: model.onnx, card.json, resume.npz, parity.npz, sheet.jpg, psnr.png."""

import hashlib
import json
import math

import matplotlib
import numpy
import onnxruntime
import torch
from PIL import Image

import checkpoint
import edm
from data import centre_crop, to_tensor
from network import Denoiser, flops, receptive_radius

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  (the backend must be chosen first)

OPSET = 17


def export(average, denoiser, facts, held_out, folder):
    """Writes everything to `folder`; `average` is what is shipped, `denoiser` what a later training goes on with."""
    folder.mkdir(parents=True, exist_ok=True)
    average.eval().requires_grad_(False).to(memory_format=torch.contiguous_format)
    model = folder / "model.onnx"
    write_onnx(average, model)
    checks = check_parity(average, model) | check_gradient(average, model)
    write_parity(average, folder / "parity.npz")
    curve = write_curve(average, held_out, folder / "psnr.png")
    write_sheet(average, held_out, folder / "sheet.jpg")
    checkpoint.write_resume(folder / "resume.npz", denoiser, facts)
    card = describe(average, model, facts, checks, curve)
    (folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    print(f"exported to {folder}: {checks}", flush=True)


def write_onnx(denoiser, path):
    x = torch.randn(1, 3, 2 * denoiser.multiple, 3 * denoiser.multiple)
    axes = {0: "n", 2: "h", 3: "w"}
    torch.onnx.export(
        denoiser, (x, torch.tensor([0.2])), str(path), opset_version=OPSET, dynamo=False,
        input_names=["x", "sigma"], output_names=["x0"], dynamic_axes={"x": axes, "sigma": {0: "n"}, "x0": axes},
    )  # fmt: skip


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check_parity(denoiser, path):
    """PyTorch and ONNX Runtime give the same at several sizes, batches and noise levels."""
    runtime, worst = session(path), 0.0
    generator = torch.Generator().manual_seed(0)
    for count, height, width in [(1, 64, 64), (2, 96, 160), (1, 256, 256)]:
        for sigma in (edm.SIGMA_MIN, 0.2, 5.0, edm.SIGMA_MAX):
            level = torch.full((count,), sigma)
            x = torch.rand(count, 3, height, width, generator=generator) * 2 - 1
            x += sigma * torch.randn(x.shape, generator=generator)
            with torch.no_grad():
                expected = denoiser(x, level)
            (found,) = runtime.run(["x0"], {"x": x.numpy(), "sigma": level.numpy()})
            worst = max(worst, float(numpy.abs(found - expected.numpy()).max()))
    assert worst < 1e-4, f"{path.name}: ONNX Runtime differs from PyTorch by {worst:.1e}"
    return {"parity": worst}


def check_gradient(denoiser, path):
    """PyTorch's directional derivative against central differences of the exported graph."""
    runtime, step = session(path), 1e-2
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(1, 3, 64, 64, generator=generator) * 2 - 1
    direction, cotangent = torch.randn(2, *x.shape, generator=generator)
    level = torch.tensor([0.2])
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(denoiser(x, level), x, cotangent)
    expected = float((gradient.double() * direction).sum())
    difference = 0.0
    for sign in (1, -1):
        shifted = (x.detach() + sign * step * direction).numpy()
        (y,) = runtime.run(["x0"], {"x": shifted, "sigma": level.numpy()})
        difference += sign * float((y.astype(numpy.float64) * cotangent.numpy()).sum()) / (2 * step)
    error = abs(difference - expected) / max(abs(expected), 1.0)
    assert error < 1e-2, f"{path.name}: derivative {difference} in ONNX Runtime, {expected} in PyTorch"
    return {"gradient": error}


def write_parity(denoiser, path):
    """One input, the answer and one vector-Jacobian product, computed in float64: the truth for a test in Node."""
    twin = Denoiser(denoiser.shape).double()
    twin.load_state_dict(denoiser.state_dict())
    generator = torch.Generator().manual_seed(3)
    sigma = torch.tensor([0.2])
    ramp = torch.linspace(-1, 1, 5 * denoiser.multiple).expand(1, 3, 3 * denoiser.multiple, -1)
    x = ramp + sigma * torch.randn(ramp.shape, generator=generator)
    cotangent = torch.randn(x.shape, generator=generator)
    twice = x.double().requires_grad_()
    x0 = twin(twice, sigma.double())
    (gradient,) = torch.autograd.grad(x0, twice, cotangent.double())
    arrays = {"x": x, "sigma": sigma, "x0": x0.detach().float(), "cotangent": cotangent, "gradient": gradient.float()}
    numpy.savez_compressed(path, **{name: value.numpy() for name, value in arrays.items()})


def write_curve(denoiser, held_out, path):
    """PSNR against the noise level on centre crops of 128 pixels of the held-out photographs."""
    sigmas = numpy.geomspace(0.005, 5, 13)
    curve = [edm.psnr(denoiser, held_out, float(s), size=128) for s in sigmas]
    figure, axes = pyplot.subplots(figsize=(6, 4))
    axes.semilogx(sigmas, curve, "o-", label="denoised")
    axes.semilogx(sigmas, [10 * math.log10(4 / s**2) for s in sigmas], "--", color="grey", label="noisy, unclipped")
    axes.set(xlabel="σ on [-1, 1]", ylabel="PSNR in dB", title="24 held-out photographs, 128×128")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=90, bbox_inches="tight")
    pyplot.close(figure)
    return curve


def write_sheet(denoiser, held_out, path, columns=8, size=128):
    """Rows: clean crops, then noisy and denoised at three levels, then samples from noise alone."""
    clean = torch.cat([to_tensor(torch.from_numpy(centre_crop(i, size).copy())[None]) for i in held_out[:: len(held_out) // columns]])
    rows = [clean]
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for sigma in (0.2, 0.4, 1.0):
            noisy = clean + sigma * torch.randn(clean.shape, generator=generator)
            rows += [noisy, denoiser(noisy, torch.full((columns,), sigma))]
    rows.append(edm.sample(denoiser, (columns, 3, size, size)))
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    pixels = ((sheet.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(path, quality=88)


def describe(denoiser, model, facts, checks, curve):
    """The card, in the schema of models/card.ts."""
    shape, last = denoiser.shape, facts["history"][-1]["psnr"]
    parameters = sum(p.numel() for p in denoiser.parameters())
    stem = f" on pixels folded {shape.stem}×{shape.stem}" if shape.stem > 1 else ""
    seen = facts["started_from"] != "random weights"
    return {
        "format": 1,
        "kind": "diffusion",
        "name": facts["preset"],
        "summary": f"colour photographs of any size; {parameters / 1e6:.1f} M parameters, "
        f"{flops(denoiser) / 1e9:.0f} GFLOP a 256×256 pass",
        "model": {"path": model.name, "sha256": hashlib.sha256(model.read_bytes()).hexdigest()},
        "inputs": {"image": "x", "time": "sigma"},
        "outputs": {"image": "x0"},
        "channels": 3,
        "valueRange": [-1, 1],
        "parametrisation": "x0",
        "schedule": {"kind": "ve"},
        "time": {"form": "sigma"},
        "sigmaRange": [edm.SIGMA_MIN, edm.SIGMA_MAX],
        "sizeMultiple": denoiser.multiple,
        "receptiveRadius": receptive_radius(denoiser),
        "symmetry": "dihedral",
        "data": "683 photographs under free licences: CC0 and public domain, CC BY, CC BY-SA, Unsplash before 2017-06, "
        "Unsplash and Pexels licences; source and licence of each are in NOTICE",
        "licence": "MIT, for what can be licensed in weights; see NOTICE for the photographs",
        "training": f"U-Net {'/'.join(map(str, shape.widths))}{stem}, {'/'.join(map(str, shape.blocks))} residual blocks "
        "a level, SiLU, FiLM on ln σ / 4, strided convolutions, added skips, EDM preconditioning inside the graph "
        "(σ_data 0.5); no normalisation, no attention. "
        f"{facts['steps']} steps of {facts['batch']} crops of {facts['crop']}×{facts['crop']} pixels "
        f"({facts['crops']} crops, {facts['minutes']:.0f} minutes) from {facts['started_from']}, Adam, "
        f"mean squared error with EDM weights, average of weights, {facts['precision']}, PyTorch {facts['torch']}, "
        f"seed {facts['seed']}. Samples from noise alone have a photograph's texture and no global layout. PyTorch and "
        f"ONNX Runtime differ by at most {checks['parity']:.0e}; PSNR {'falls' if falls(curve) else 'does not always fall'} "
        "as σ rises.",
        "scores": [
            {
                "task": f"denoising, σ = {level}/255",
                "data": "centre 256×256 crops of the 24 held-out photographs"
                + (", which the first weights had been trained on" if seen else ""),
                "metric": "PSNR in dB",
                "value": value,
            }
            for level, value in last.items()
        ],
    }


def falls(curve):
    return all(a > b for a, b in zip(curve, curve[1:]))

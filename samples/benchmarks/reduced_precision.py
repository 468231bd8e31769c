"""What 8-bit integers and bfloat16 would gain `photo` on the CPU, and what they cost. docs/benchmarks.md has the figures.

    pip install numpy onnx onnxruntime pillow torch
    python reduced_precision.py TRAIN TEST      # folders of photographs: to calibrate with, and to measure on

int8: static quantisation of onnxruntime (QDQ, weights per channel, activations from 32 noisy crops of TRAIN), of all
convolutions, and of all but the first and the last. bfloat16: PyTorch's, since ONNX Runtime has none on x86; beside
PyTorch's own float32. PSNR is of the middle 128² of the first five photographs of TEST; processor time of one thread, a median of
runs that take turns.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE / "../../models/weights/photo"
sys.path.append(str(HERE / "../../models/training"))
import checkpoint  # noqa: E402
from network import Denoiser, Shape  # noqa: E402

LEVELS = [0.05, 25 / 255, 0.2, 0.5, 1.0]  # in [0, 1] units
SIZE = 128


def middles(folder, count, size=SIZE):
    """The middle of each photograph, [1, 3, size, size] on [-1, 1]."""
    files = sorted(path for path in Path(folder).rglob("*") if path.suffix in (".png", ".jpg"))
    for path in files[:: max(1, len(files) // count)] if len(files) > 10 * count else files[:count]:
        image = Image.open(path).convert("RGB")
        left, top = (image.width - size) // 2, (image.height - size) // 2
        pixels = numpy.asarray(image.crop((left, top, left + size, top + size)), numpy.float32)
        yield pixels.transpose(2, 0, 1)[None] / 127.5 - 1


def feeds(clean, sigma, seed):
    """What the network takes of a noisy image; sigma in [0, 1] units."""
    noise = numpy.random.default_rng(seed).standard_normal(clean.shape, dtype="f4")
    return {"x": clean + numpy.float32(2 * sigma) * noise, "sigma": numpy.float32([2 * sigma])}


class Calibration(CalibrationDataReader):
    def __init__(self, folder, count=32):
        levels = numpy.geomspace(0.02, 1.2, count)
        self.rows = iter([feeds(clean, level, i) for i, (clean, level) in enumerate(zip(middles(folder, count), levels))])

    def get_next(self):
        return next(self.rows, None)


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def quantised(model, folder, train, name, excluded=()):
    path = folder / f"{name}.onnx"
    quantize_static(
        model, path, Calibration(train), quant_format=QuantFormat.QDQ, per_channel=True, op_types_to_quantize=["Conv", "ConvTranspose", "Add"],
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=list(excluded),
    )
    return path


def in_torch(dtype):
    """The same network in PyTorch: (x, sigma) -> x0."""
    denoiser, _ = checkpoint.read_resume(WEIGHTS / "resume.npz", lambda shape: Denoiser(checkpoint.as_shape(Shape, shape)))
    denoiser.eval().requires_grad_(False)

    def run(x, sigma):
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            return denoiser(torch.from_numpy(x), torch.from_numpy(sigma)).float().numpy()

    return run


def main(train, test):
    torch.set_num_threads(1)
    folder = Path(tempfile.mkdtemp())
    prepared = folder / "prepared.onnx"
    quant_pre_process(str(WEIGHTS / "model.onnx"), str(prepared), skip_symbolic_shape=True)
    convolutions = [node.name for node in onnx.load(prepared).graph.node if node.op_type == "Conv"]
    in_ort = lambda path: (lambda one: lambda **fed: one.run(None, fed)[0])(session(path))
    networks = {
        "fp32": in_ort(WEIGHTS / "model.onnx"),
        "int8": in_ort(quantised(prepared, folder, train, "int8")),
        "int8 but the ends": in_ort(quantised(prepared, folder, train, "inner", [convolutions[0], convolutions[-1]])),
        "PyTorch fp32": in_torch(torch.float32),
        "PyTorch bfloat16": in_torch(torch.bfloat16),
        "PyTorch float16": in_torch(torch.float16),
    }
    photographs = list(middles(test, 5))
    print("network", *(f"σ={level:.3f}" for level in LEVELS), "(PSNR, dB)", sep="\t")
    for name, run in networks.items():
        scores = []
        for level in LEVELS:
            errors = [numpy.clip(run(**feeds(x, level, i)), -1, 1) - x for i, x in enumerate(photographs)]
            scores.append(statistics.mean(10 * numpy.log10(4 / numpy.mean(error**2)) for error in errors))
        print(name, *(f"{score:.2f}" for score in scores), sep="\t", flush=True)
    times = {name: [] for name in networks}
    fed = feeds(photographs[0], 25 / 255, 0)
    for round in range(15):
        for name, run in networks.items():
            start = time.process_time()
            run(**fed)
            times[name].append(time.process_time() - start)
    for name, values in times.items():
        print(name, f"{1e3 * statistics.median(values[2:]):.1f} ms a pass of {SIZE}²", sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])

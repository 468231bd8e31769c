"""Trains the pixel-space photo priors. README.md has the commands.

    python photo.py --preset photo-small --minutes 60

At the end, or when told to stop (SIGINT, SIGTERM), it writes model.onnx, card.json, resume.npz and two pictures to `--out`.
"""

import checkpoint
import data
import edm
import loop
from export import export
from network import Denoiser, Shape, flops

PRESETS = {
    "photo": Shape(widths=(64, 96, 160), blocks=(2, 2, 2), stem=2),  # 18.1 GFLOP a 256x256 pass
    "photo-small": Shape(widths=(32, 48, 96), blocks=(2, 2, 2), stem=2),  # 4.9 GFLOP
}
SCALES = 0.7, 0.5, 0.35  # of the photographs' smaller copies, which are trained on as well
GATE = {level: 2 * level / 255 for level in (15, 25, 50)}  # noise of 8-bit pictures, on [-1, 1]


def rebuild(fields):
    return Denoiser(checkpoint.as_shape(Shape, fields))


def score(denoiser, held_out):
    """PSNR at each noise level of the gate: 72 passes at 256x256."""
    device = next(denoiser.parameters()).device
    return {str(level): edm.psnr(denoiser, held_out, sigma, device=device) for level, sigma in GATE.items()}


def main():
    parser = loop.parser(__doc__, "<preset>")
    parser.add_argument("--preset", choices=PRESETS, default="photo")
    options = parser.parse_args()
    loop.complete(options, options.preset)
    training, held_out = loop.photographs(options)
    training = training + [smaller for scale in SCALES for smaller in data.shrunk(training, scale, options.crop)]

    def fresh():
        return Denoiser(PRESETS[options.preset])

    average, denoiser, facts = loop.train(
        options, training, fresh, rebuild, edm.loss, lambda average: score(average, held_out)
    )
    print(f"{flops(average) / 1e9:.1f} GFLOP a 256x256 pass", flush=True)
    tests, source = loop.test_photographs(options, held_out)
    if options.minutes > 0:
        facts["scales"] = SCALES
    facts |= {"preset": options.preset, "source": source, "scores": score(average, tests)}
    export(average, denoiser, facts, training, tests, options.out)


if __name__ == "__main__":
    main()

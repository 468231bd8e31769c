"""BM3D at the best of some white levels for each picture, beside ours on real noise (results/real-noise.md).

    apt-get install libopenblas0
    pip install bm3d==3.0.9 pillow
    python real_noise.py FOLDER [--middle 256] [sigma/255 ...]

FOLDER has pairs NAME_real.jpg and NAME_mean.jpg. Prints the PSNR of each picture and the means, in dB; with --middle,
of the middle so many pixels, which is all that is restored. (Version 4 of the package takes 50 times as long.)
"""

import argparse
from pathlib import Path

import bm3d
import numpy as np
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("--middle", type=int)
parser.add_argument("levels", type=float, nargs="*", default=[5, 8, 12])
arguments = parser.parse_intermixed_args()


def picture(path):
    values = np.asarray(Image.open(path).convert("RGB"), float) / 255
    if arguments.middle is None:
        return values
    top, left = ((size - arguments.middle) // 2 for size in values.shape[:2])
    return values[top:, left:][: arguments.middle, : arguments.middle]


def psnr(image, truth):
    return -10 * np.log10(np.mean((np.clip(image, 0, 1) - truth) ** 2))


rows = []
for noisy in sorted(arguments.folder.glob("*_real.jpg")):
    truth = picture(noisy.with_name(noisy.name.replace("_real", "_mean")))
    seen = picture(noisy)
    restored = [psnr(bm3d.bm3d_rgb(seen, level / 255), truth) for level in arguments.levels]
    rows.append((psnr(seen, truth), max(restored)))
    print(noisy.stem, *(f"{value:.2f}" for value in (rows[-1][0], *restored)), flush=True)
print("mean", *(f"{value:.2f}" for value in np.mean(rows, 0)))

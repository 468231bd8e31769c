"""BM3D at the best of some white levels for each picture, beside ours on real noise (results/real-noise.md).

    pip install bm3d pillow
    python real_noise.py FOLDER [sigma/255 ...]

FOLDER has pairs NAME_real.jpg and NAME_mean.jpg. Prints each picture and the means, in dB.
"""

import sys
from pathlib import Path

import bm3d
import numpy as np
from PIL import Image


def picture(path):
    return np.asarray(Image.open(path).convert("RGB"), float) / 255


def psnr(image, truth):
    return -10 * np.log10(np.mean((np.clip(image, 0, 1) - truth) ** 2))


folder, *levels = sys.argv[1:]
levels = [float(level) / 255 for level in levels or ["5", "8", "12"]]
rows = []
for noisy in sorted(Path(folder).glob("*_real.jpg")):
    truth = picture(noisy.with_name(noisy.name.replace("_real", "_mean")))
    seen = picture(noisy)
    restored = [psnr(bm3d.bm3d_rgb(seen, level), truth) for level in levels]
    rows.append((psnr(seen, truth), max(restored)))
    print(noisy.stem, *(f"{value:.2f}" for value in (rows[-1][0], *restored)), flush=True)
print("mean", *(f"{value:.2f}" for value in np.mean(rows, 0)))

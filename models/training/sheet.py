"""Pictures for the folder of a model: contact sheets and plots."""

from contextlib import contextmanager

import matplotlib
import torch
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  (the backend must be chosen first)

LARGEST = 300_000  # bytes


def write_picture(rows, path):
    """A JPEG of rows of images: tensors [n, 3, h, w] on [-1, 1], the same n in all; as fine as fits into LARGEST."""
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    pixels = ((sheet.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    for quality in (88, 75, 60, 45):
        Image.fromarray(pixels).save(path, quality=quality)
        if path.stat().st_size <= LARGEST:
            return


@contextmanager
def plot(path, **labels):
    """Axes to draw on; `labels` as matplotlib's `Axes.set` takes them."""
    figure, axes = pyplot.subplots(figsize=(6, 4))
    yield axes
    axes.set(**labels)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=90, bbox_inches="tight")
    pyplot.close(figure)

"""The photographs: one .npz that travels, whole images held out by the hash of their name, random crops."""

import hashlib
import io
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import torch
from PIL import Image

HELD_OUT = 24
LICENCES = (
    "683 photographs under free licences: CC0 and public domain, CC BY, CC BY-SA, Unsplash before 2017-06, "
    "Unsplash and Pexels licences; source and licence of each are in NOTICE"
)  # as a card says it


def pack(folder, archive):
    """Writes every JPEG that MANIFEST.tsv of `folder` names into one .npz, bytes as they are (decoded they would be
    eight times larger), so that the data set can be taken to a machine that has no `folder`."""
    lines = (Path(folder) / "MANIFEST.tsv").read_text().splitlines()[1:]
    names = sorted(line.split("\t")[0] for line in lines)
    files = [numpy.frombuffer((Path(folder) / name).read_bytes(), numpy.uint8) for name in names]
    ends = numpy.cumsum([len(file) for file in files])
    archive.parent.mkdir(parents=True, exist_ok=True)
    temporary = archive.with_suffix(".tmp.npz")
    numpy.savez(temporary, names=numpy.array(names), ends=ends, jpeg=numpy.concatenate(files))
    temporary.rename(archive)


def photographs(archive):
    """(training, held out): two lists of uint8 arrays [h, w, 3]. The same 24 photographs are held out everywhere."""
    with numpy.load(archive) as content:
        names, ends, jpeg = content["names"].tolist(), content["ends"], content["jpeg"]
    chunks = numpy.split(jpeg, ends[:-1])

    def decode(chunk):
        return numpy.asarray(Image.open(io.BytesIO(chunk.tobytes())).convert("RGB"))

    with ThreadPoolExecutor() as pool:
        images = dict(zip(names, pool.map(decode, chunks)))
    order = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    held_out = sorted(order[:HELD_OUT])
    return [images[name] for name in names if name not in held_out], [images[name] for name in held_out]


def folder(path):
    """The pictures of a folder, in name order, as `photographs` gives them."""
    return [numpy.asarray(Image.open(file).convert("RGB")) for file in sorted(path.iterdir()) if file.suffix in (".png", ".jpg")]


def shrunk(images, scale, crop):
    """The same photographs, smaller, but for those too small then for a crop: finer detail for a denoiser to learn from (Zhang et al. 2017, DnCNN, does so)."""

    def shrink(image):
        height, width = image.shape[:2]
        return numpy.asarray(Image.fromarray(image).resize((round(scale * width), round(scale * height)), Image.LANCZOS))

    with ThreadPoolExecutor() as pool:
        return [image for image in pool.map(shrink, images) if min(image.shape[:2]) >= crop]


def to_tensor(crops):
    """uint8 [n, h, w, 3] to float32 [n, 3, h, w] on [-1, 1], on the device where the bytes are."""
    return crops.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def centre_crop(image, size):
    top, left = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    return image[top : top + size, left : left + size]


def centres(images, size, count=None):
    """Centre crops [n, 3, size, size] on [-1, 1] of all images, or of `count` of them, evenly chosen."""
    chosen = images if count is None else images[:: max(1, len(images) // count)][:count]
    return to_tensor(torch.from_numpy(numpy.stack([centre_crop(image, size) for image in chosen])))


def psnr(estimate, clean):
    """PSNR in dB of a batch on [-1, 1]: the peak-to-peak range is 2, hence the 4."""
    return 10 * math.log10(4 / (estimate - clean).square().mean().item())


class Crops:
    """Random square crops in the eight orientations; every photograph, a smaller copy too, is drawn as often."""

    def __init__(self, images, size, batch, rng):
        self.images, self.size, self.batch, self.rng = images, size, batch, rng

    def draw(self):
        """uint8 [batch, size, size, 3]."""
        rng, size = self.rng, self.size
        batch = numpy.empty((self.batch, size, size, 3), numpy.uint8)
        for i, k in enumerate(rng.integers(len(self.images), size=self.batch)):
            image = self.images[k]
            top, left = rng.integers(image.shape[0] - size + 1), rng.integers(image.shape[1] - size + 1)
            crop = numpy.rot90(image[top : top + size, left : left + size], rng.integers(4))
            batch[i] = crop[:, ::-1] if rng.integers(2) else crop
        return torch.from_numpy(batch)

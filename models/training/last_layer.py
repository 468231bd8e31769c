"""What is known of a denoiser's last layer, for `restore --epistemic`: models/last-layer.ts says what it is for.

The same numbers as `retrodict card DIR --laplace FOLDER` measures on the exported graph, but for the noise that was drawn.
"""

import math

import numpy
import torch
from torch.nn import functional as F

from data import centre_crop, to_tensor

LEAST, MOST = 4 / 255, 1.0  # noise on [-1, 1], log-uniform
TOGETHER = 64  # pixels that count as one observation


@torch.no_grad()
def measure(denoiser, images, count=96, size=128):
    """(moments [C·kh·kw + 1], observations, residual) on the middles of `count` photographs."""
    tail, seen = denoiser.unet.tail, {}
    hook = tail.register_forward_hook(lambda _, inputs, answer: seen.update(features=inputs[0], answer=answer))
    generator = torch.Generator().manual_seed(5)
    chosen = images[:: max(1, len(images) // count)][:count]
    moments, residual = 0.0, 0.0
    try:
        for image in chosen:
            clean = to_tensor(torch.from_numpy(centre_crop(image, size).copy())[None])
            sigma = torch.exp(math.log(LEAST) + torch.rand(1, generator=generator) * math.log(MOST / LEAST))
            noisy = clean + sigma * torch.randn(clean.shape, generator=generator)
            error = denoiser(noisy, sigma) - clean
            patches = F.unfold(seen["features"], tail.kernel_size, padding=tail.padding, stride=tail.stride)
            moments = moments + patches.square().mean((0, 2))
            # What a change of 1 in the layer's answer makes of D.
            scale = sigma * denoiser.shape.data / (sigma**2 + denoiser.shape.data**2).sqrt()
            residual += (error / scale).square().mean().item()
    finally:
        hook.remove()
    moments = torch.cat([moments / len(chosen), torch.ones(1)])
    return moments.numpy().astype(numpy.float32), math.ceil(len(chosen) * size**2 / TOGETHER), residual / len(chosen)


def write(path, denoiser, images):
    """Writes last-layer.npy; what the card says of it beside path and hash."""
    moments, observations, residual = measure(denoiser, images)
    numpy.save(path, moments)
    return {"images": min(len(images), 96), "observations": observations, "residual": float(f"{residual:.6g}")}

"""Trains the pixel-space photo priors. README.md has the commands.

    python photo.py --preset photo-small --minutes 60

A run warms up, holds its learning rate, and lets it fall to zero over the last `--anneal` share of its minutes. It writes
a checkpoint as it goes; the same command continues from it. At the end, or when told to stop (SIGINT, SIGTERM), it
writes model.onnx, card.json, resume.npz and two pictures to `--out`.
"""

import argparse
import copy
import contextlib
import signal
import time
from pathlib import Path

import numpy
import torch

import checkpoint
import data
import edm
from export import export
from network import Denoiser, Shape, flops

HERE = Path(__file__).parent
PRESETS = {
    "photo": Shape(widths=(64, 96, 160), blocks=(2, 2, 2), stem=2),  # 18.1 GFLOP a 256x256 pass
    "photo-small": Shape(widths=(32, 48, 96), blocks=(2, 2, 2), stem=2),  # 4.9 GFLOP
}
EMA = 0.999
WARM_UP = 200
GATE = {level: 2 * level / 255 for level in (15, 25, 50)}  # noise of 8-bit pictures, on [-1, 1]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=PRESETS, default="photo")
    parser.add_argument("--minutes", type=float, default=60, help="of this run; 0 only exports what the checkpoint holds")
    parser.add_argument("--anneal", type=float, default=0.4, help="share of the minutes over which the rate falls to 0")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate of Adam")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, help="crops a step; 16, on cuda 64")
    parser.add_argument("--crop", type=int, help="their size in pixels; 64, on cuda 128")
    parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16", help="of the convolutions in training")
    parser.add_argument("--compile", action="store_true", help="torch.compile; a minute of waiting, worth it on cuda")
    parser.add_argument("--threads", type=int, default=1, help="on the cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="begin with a resume.npz, or the first photo-small.onnx; its network's "
                        "shape replaces the preset's")  # fmt: skip
    parser.add_argument("--photographs", type=Path, default=HERE / "../../../shared/data/train")
    parser.add_argument("--archive", type=Path, default=HERE / "runs/photographs.npz", help="packed from --photographs once")
    parser.add_argument("--run", type=Path, help="folder of the checkpoint; runs/<preset> beside this file")
    parser.add_argument("--out", type=Path, help="folder of the results; <run>/export")
    parser.add_argument("--every", type=float, default=10, help="minutes between checkpoints")
    parser.add_argument("--validate", type=float, default=30, help="minutes between validations: 72 passes at 256x256")
    options = parser.parse_args()
    cuda = options.device.startswith("cuda")
    options.batch = options.batch or (64 if cuda else 16)
    options.crop = options.crop or (128 if cuda else 64)
    options.run = options.run or HERE / "runs" / options.preset
    options.out = options.out or options.run / "export"
    return options


def begin(options):
    """(denoiser, its average, the optimiser's state or None, what is known of the training so far)."""
    path = options.run / "checkpoint.pt"
    if path.exists():
        state = torch.load(path, map_location=options.device, weights_only=True)
        denoiser = Denoiser(checkpoint.as_shape(state["shape"]))
        denoiser.load_state_dict(state["weights"])
        average = copy.deepcopy(denoiser)
        average.load_state_dict(state["average"])
        return denoiser, average, state["optimiser"], state["facts"]
    facts = {"steps": 0, "crops": 0, "minutes": 0.0, "started_from": "random weights", "history": []}
    if options.start is None:
        denoiser = Denoiser(PRESETS[options.preset])
    elif options.start.suffix == ".onnx":
        denoiser = checkpoint.read_first_photo_small(options.start)
        facts["started_from"] = "the first photo-small.onnx (4,552 steps of 16 crops of 64x64)"
    else:
        denoiser, facts = checkpoint.read_resume(options.start)
    return denoiser, copy.deepcopy(denoiser), None, facts


def rate_at(step, elapsed, options):
    """Peak rate times warm-up times annealing; `step` counts from where the optimiser's moments began,
    `elapsed` is the share of this run's minutes."""
    anneal = min(1.0, (1 - elapsed) / options.anneal) if options.anneal > 0 else 1.0
    return options.rate * min(1.0, (step + 1) / WARM_UP) * max(0.01, anneal)


@torch.no_grad()
def follow(average, denoiser, step):
    decay = min(EMA, (1 + step) / (10 + step))
    targets, sources = list(average.parameters()), list(denoiser.parameters())
    torch._foreach_lerp_(targets, sources, 1 - decay)


def main():
    options = parse()
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    if not options.archive.exists():
        data.pack(options.photographs, options.archive)
    training, held_out = data.photographs(options.archive)

    device = torch.device(options.device)
    denoiser, average, moments, facts = begin(options)
    denoiser = denoiser.to(device, memory_format=torch.channels_last)
    average = average.to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(denoiser.parameters(), lr=options.rate)
    if moments is not None:
        optimiser.load_state_dict(moments)
    warm = 0 if moments is None else WARM_UP
    rng = numpy.random.default_rng([options.seed, facts["steps"]])
    generator = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    crops = data.Crops(training, options.crop, options.batch, rng)
    denoise = torch.compile(denoiser) if options.compile else denoiser
    print(f"{len(training)} photographs, {len(held_out)} held out; {flops(average) / 1e9:.1f} GFLOP a 256x256 pass, "
          f"{sum(p.numel() for p in denoiser.parameters())} parameters; starts at step {facts['steps']}", flush=True)  # fmt: skip

    def mixed():
        return torch.autocast(device.type, torch.bfloat16) if options.precision == "bf16" else contextlib.nullcontext()

    def validate():
        if facts["history"] and facts["history"][-1]["step"] == facts["steps"]:
            return
        scores = {str(k): round(edm.psnr(average, held_out, s, device=device), 3) for k, s in GATE.items()}
        facts["history"].append({"step": facts["steps"], "psnr": scores})
        print(f"step {facts['steps']}: PSNR {scores}", flush=True)

    def save():
        state = {"shape": denoiser.shape.asdict(), "weights": denoiser.state_dict(), "average": average.state_dict()}
        checkpoint.save(options.run / "checkpoint.pt", state | {"optimiser": optimiser.state_dict(), "facts": facts})

    validate()
    start = saved = validated = time.monotonic()
    minutes_before, losses = facts["minutes"], []
    while not stopping:
        elapsed = (time.monotonic() - start) / 60
        if elapsed >= options.minutes:
            break
        optimiser.param_groups[0]["lr"] = rate_at(warm, elapsed / options.minutes, options)
        clean = data.to_tensor(crops.draw().to(device, non_blocking=True))
        with mixed():
            value = edm.loss(denoise, clean, generator)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(denoiser.parameters(), 1.0)
        optimiser.step()
        facts["steps"] += 1
        facts["crops"] += options.batch
        facts["minutes"] = minutes_before + elapsed
        warm += 1
        follow(average, denoiser, facts["steps"])
        losses.append(value.detach())
        if len(losses) == 50:
            mean = torch.stack(losses).mean().item()
            losses.clear()
            print(f"step {facts['steps']}: loss {mean:.4f}, {elapsed:.1f} min, {warm / elapsed / 60:.2f} steps/s", flush=True)
        now = time.monotonic()
        if now - validated > 60 * options.validate:
            validate()
            validated = now
        if now - saved > 60 * options.every:
            save()
            saved = now
    validate()
    save()
    facts |= {"preset": options.preset, "seed": options.seed, "batch": options.batch, "crop": options.crop}
    facts |= {"precision": options.precision, "torch": torch.__version__.split("+")[0]}
    export(average.cpu().float(), denoiser, facts, held_out, options.out)


if __name__ == "__main__":
    main()

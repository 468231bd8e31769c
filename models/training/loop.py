"""What every training here has in common: options, continuing, the rate in pieces, averages, checkpoints, signals.

A run warms up, holds its learning rate, and lets it fall to zero over the last `--anneal` share of its minutes. It writes
a checkpoint as it goes; the same command continues from it. SIGINT and SIGTERM stop it after the current step.
"""

import argparse
import contextlib
import copy
import signal
import time
from pathlib import Path

import numpy
import torch

import checkpoint
import data
from muon import Muon

HERE = Path(__file__).parent
EMA = 0.999
WARM_UP = 200


def parser(description, name):
    """The options of all scripts; a script adds its own before it calls `complete`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="of this run; 0 only exports what the checkpoint holds")
    parser.add_argument("--anneal", type=float, default=0.4, help="share of the minutes over which the rate falls to 0")
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate, of Muon for kernels and of Adam for the rest")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, help="crops a step; 16, on cuda 64")
    parser.add_argument("--crop", type=int, help="their size in pixels; 64, on cuda 128")
    parser.add_argument("--precision", choices=["bf16", "fp32"], help="of the convolutions in training; fp32, on cuda bf16")
    parser.add_argument("--compile", action="store_true", help="torch.compile; a minute of waiting, worth it on cuda")
    parser.add_argument("--threads", type=int, default=1, help="on the cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="begin with the weights of this resume.npz")
    parser.add_argument("--photographs", type=Path, default=HERE / "../../../shared/data/train")
    parser.add_argument("--test", type=Path, default=HERE / "../../../shared/data/test/gb82_cc0", help="photographs that the "
                        "card's figures are measured on; the held-out ones where it is absent")  # fmt: skip
    parser.add_argument("--archive", type=Path, default=HERE / "runs/photographs.npz", help="packed from --photographs once")
    parser.add_argument("--run", type=Path, help=f"folder of the checkpoint; runs/{name} beside this file")
    parser.add_argument("--out", type=Path, help="folder of the results; <run>/export")
    parser.add_argument("--every", type=float, default=10, help="minutes between checkpoints")
    parser.add_argument("--validate", type=float, default=30, help="minutes between validations")
    parser.add_argument("--smoke", action="store_true", help="a few steps in runs/smoke, four photographs held out: does it run?")
    return parser


def complete(options, name):
    """Fills in what depends on other options."""
    cuda = options.device.startswith("cuda")
    options.batch = options.batch or (64 if cuda else 16)
    options.crop = options.crop or (128 if cuda else 64)
    options.precision = options.precision or ("bf16" if cuda else "fp32")
    if options.smoke:
        options.minutes, options.run = min(options.minutes, 0.1), HERE / "runs/smoke" / name
    options.run = options.run or HERE / "runs" / name
    options.out = options.out or options.run / "export"
    return options


def parse_parts(description, name, shares):
    """(options, those of each part) of a model that is trained in parts, one after the other: a part has its own folder, its share
    of the minutes and of what `--start` (here a folder) holds. `--part` trains one and leaves the others as they are."""
    scripts = parser(description, name)
    scripts.add_argument("--part", choices=["all", *shares], default="all")
    options = complete(scripts.parse_args(), name)
    parts = {}
    for part, share in shares.items():
        one = copy.copy(options)
        one.run, one.start = options.run / part, options.start and options.start / f"{part}.resume.npz"
        one.minutes = options.minutes * (share if options.part == "all" else part == options.part)
        parts[part] = one
    return options, parts


def photographs(options):
    """(training, held out), packed first where that has not been done."""
    if not options.archive.exists():
        data.pack(options.photographs, options.archive)
    training, held_out = data.photographs(options.archive)
    return training, held_out[:4] if options.smoke else held_out


def test_photographs(options, held_out):
    """(photographs for the card's figures, what the card calls them)."""
    images = data.folder(options.test) if options.test.is_dir() and not options.smoke else []
    if images:
        return images, f"centre 256×256 crops of the {len(images)} photographs of {options.test.name}"
    return held_out, f"centre 256×256 crops of {len(held_out)} held-out photographs"


def begin(options, fresh, rebuild):
    """(model, its average, the optimisers' states or None, what is known of the training so far)."""
    path = options.run / "checkpoint.pt"
    if path.exists():
        state = torch.load(path, map_location=options.device, weights_only=True)
        model = rebuild(state["shape"])
        model.load_state_dict(state["weights"])
        average = copy.deepcopy(model)
        average.load_state_dict(state["average"])
        return model, average, state["optimisers"], state["facts"]
    if options.start is not None:
        model, facts = checkpoint.read_resume(options.start, rebuild)
    else:
        facts = {"steps": 0, "crops": 0, "minutes": 0.0, "started_from": "random weights", "history": []}
        model = fresh()
    return model, copy.deepcopy(model), None, facts


def told(facts):
    """How long a training was, for its card."""
    last = f"in the end {facts['batch']} of {facts['crop']}×{facts['crop']} pixels a step"
    return f"{facts['steps']} steps ({facts['crops']} crops, {last}; {facts['minutes']:.0f} minutes) from {facts['started_from']}"


def told_of_parts(facts):
    """The whole account for the card of a model trained in parts, from their facts."""
    return "; ".join(f"{part}: {told(one)}, {means(one)}" for part, one in facts.items()) + "."


def means(facts):
    """With what it was trained, for its card."""
    return f"{facts.get('optimiser', 'Adam')}, average of weights, {facts['precision']}, PyTorch {facts['torch']}, seed {facts['seed']}"


def rate_at(step, elapsed, options):
    """Peak rate times warm-up times annealing; `step` counts from where the optimiser's moments began,
    `elapsed` is the share of this run's minutes."""
    anneal = min(1.0, (1 - elapsed) / options.anneal) if options.anneal > 0 else 1.0
    return options.rate * min(1.0, (step + 1) / WARM_UP) * max(0.01, anneal)


@torch.no_grad()
def follow(average, model, step):
    decay = min(EMA, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)


def train(options, images, fresh, rebuild, loss, score):
    """Trains until the minutes are over or a signal comes.

    fresh() makes the model, rebuild(shape) makes it in the shape that a file keeps (`model.shape.asdict()`),
    loss(model, clean, generator) gets crops on [-1, 1], score(average) gives the held-out figures as a dict.
    Returns (average, model, facts), on the CPU."""
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    device = torch.device(options.device)
    model, average, moments, facts = begin(options, fresh, rebuild)
    model = model.to(device, memory_format=torch.channels_last)
    average = average.to(device, memory_format=torch.channels_last).requires_grad_(False)
    kernels = [p for p in model.parameters() if p.ndim == 4]
    others = [p for p in model.parameters() if p.ndim != 4]
    optimisers = [Muon(kernels, options.rate), torch.optim.Adam(others, options.rate)]
    for optimiser, state in zip(optimisers, moments or []):
        optimiser.load_state_dict(state)
    warm = 0 if moments is None else WARM_UP
    rng = numpy.random.default_rng([options.seed, facts["steps"]])
    generator = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    crops = data.Crops(images, options.crop, options.batch, rng)
    run = torch.compile(model) if options.compile else model
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{options.run.name}: {len(images)} photographs, {parameters} parameters; starts at step {facts['steps']}", flush=True)

    def mixed():
        return torch.autocast(device.type, torch.bfloat16) if options.precision == "bf16" else contextlib.nullcontext()

    def validate():
        if facts["history"] and facts["history"][-1]["step"] == facts["steps"]:
            return
        scores = {name: round(float(value), 4) for name, value in score(average).items()}
        facts["history"].append({"step": facts["steps"], "scores": scores})
        print(f"step {facts['steps']}: {scores}", flush=True)

    def save():
        state = {"shape": model.shape.asdict(), "weights": model.state_dict(), "average": average.state_dict()}
        states = [optimiser.state_dict() for optimiser in optimisers]
        checkpoint.save(options.run / "checkpoint.pt", state | {"optimisers": states, "facts": facts})

    if options.minutes > 0:
        facts |= {"seed": options.seed, "batch": options.batch, "crop": options.crop, "precision": options.precision}
        facts |= {"torch": torch.__version__.split("+")[0], "optimiser": "Muon and Adam"}
    start = saved = validated = time.monotonic()
    minutes_before, losses = facts["minutes"], []
    while not stopping:
        elapsed = (time.monotonic() - start) / 60
        if elapsed >= options.minutes:
            break
        for optimiser in optimisers:
            optimiser.param_groups[0]["lr"] = rate_at(warm, elapsed / options.minutes, options)
        clean = data.to_tensor(crops.draw().to(device, non_blocking=True))
        with mixed():
            value = loss(run, clean, generator)
        model.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        facts["steps"] += 1
        facts["crops"] += options.batch
        facts["minutes"] = minutes_before + elapsed
        warm += 1
        follow(average, model, facts["steps"])
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
    average = average.cpu().float().eval().to(memory_format=torch.contiguous_format)
    return average, model.cpu(), facts

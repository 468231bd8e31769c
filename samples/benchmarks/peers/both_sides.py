"""Draws samples by either side and scores them, on the same photographs and measurements; keeps what is done."""

import json
import subprocess
import time

import numpy
import torch
from PIL import Image

from methods import TASKS
from same_operators import check_operator, physics_of
from same_prior import ROOT
from theirs import THEIRS, Problem


class Ours:
    """retrodict in a process of its own, one request at a time."""

    def __init__(self, threads):
        script = ROOT / "dist/samples/benchmarks/peers/ours.js"
        self.process = subprocess.Popen(
            ["node", str(script), str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request, default=str) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "ours.js ended; what it said is above"
        return json.loads(answer)


class BothSides:
    """`photographs` are cut to the middle square of `side` pixels and measured by `retrodict simulate`."""

    def __init__(self, photographs, side, folder, prior):
        self.folder, self.prior, self.shape = folder, prior, (3, side, side)
        self.ours = Ours(threads=1)
        for photograph in photographs:
            cut(photograph, side, folder / "truth")
        for task, (problem, noise) in TASKS.items():
            command = ["simulate", folder / "truth", "--out", folder / task, "--problem", problem, "--noise", noise]
            subprocess.run(["node", ROOT / "dist/src/cli/main.js", *command, "--quiet"], check=True)
        self.physics = {task: self.same_operator(task) for task in TASKS}
        self.log = folder / "rows.jsonl"
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.rows = {identity(row): row for row in map(json.loads, lines)}

    def same_operator(self, task):
        problem = self.folder / task / "problem.json"
        physics = physics_of(problem, self.shape, self.ours, self.folder)
        worst = check_operator(physics, problem, self.shape, self.ours, self.folder)
        print(f"{task}: the operators differ by at most {worst:.0e}")
        return physics

    def row(self, task, solver, library, options, steps, samples, photograph):
        """Mean scores and cost of `samples` samples, and the PSNR and SSIM of their mean."""
        row = {"task": task, "solver": solver, "library": library, "options": options, "steps": steps,
               "samples": samples, "photograph": photograph}  # fmt: skip
        if identity(row) in self.rows:
            return self.rows[identity(row)]
        draw = self.draw_ours if library == "retrodict" else self.draw_theirs
        drawn = [draw(task, solver, library, options, steps, photograph, seed) for seed in range(1, samples + 1)]
        images, seconds, evaluations = zip(*drawn)
        scores = [self.score(image, photograph) for image in images]
        mean = self.score(numpy.mean(images, axis=0), photograph)
        row |= {
            "psnr": sum(score["psnr"] for score in scores) / samples, "mean_psnr": mean["psnr"], "mean_ssim": mean["ssim"],
            "seconds": sum(seconds) / samples, "evaluations": evaluations[0],
        }  # fmt: skip
        with self.log.open("a") as log:
            log.write(json.dumps(row) + "\n")
        self.rows[identity(row)] = row
        return row

    def draw_ours(self, task, solver, _, options, steps, photograph, seed):
        out = self.folder / "sample.npy"
        cost = self.ours.ask(
            ask="restore", measurement=self.folder / task / f"{photograph}.npy", problem=self.folder / task / "problem.json",
            solver=solver, options={**options, "steps": steps}, seed=seed, out=out,
        )  # fmt: skip
        return numpy.load(out), cost["seconds"], cost["evaluations"]

    def draw_theirs(self, task, solver, library, options, steps, photograph, seed):
        y = torch.from_numpy(numpy.load(self.folder / task / f"{photograph}.npy"))[None]
        problem = Problem(y, self.physics[task], self.prior, self.shape)
        self.prior.evaluations, started = 0, time.process_time()
        x = THEIRS[library, solver](problem, seed, steps, **options)
        seconds = time.process_time() - started
        return numpy.nan_to_num(x.detach().float().numpy()[0]), seconds, self.prior.evaluations

    def score(self, image, photograph):
        numpy.save(self.folder / "sample.npy", image)
        truth = self.folder / "truth" / f"{photograph}.png"
        return self.ours.ask(ask="score", image=self.folder / "sample.npy", truth=truth)


def identity(row):
    names = ("task", "solver", "library", "options", "steps", "samples", "photograph")
    return json.dumps([row[name] for name in names], sort_keys=True)


def cut(photograph, side, folder):
    path = folder / f"{photograph.stem}.png"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    image = Image.open(photograph).convert("RGB")
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image.crop((left, top, left + side, top + side)).save(path)

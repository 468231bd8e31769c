"""Seconds to a given PSNR: retrodict beside deepinv and azula, on the same weights, measurements and one thread.

    python samples/benchmarks/peers/time_to_quality.py --data FOLDER_OF_PHOTOGRAPHS --out DIR [--photographs 2]

Every library runs each solver in a few numbers of steps, with the candidates of methods.py; one sample. The target of a
task and a solver is the highest PSNR that a peer reaches, less 0.05 dB. A library's time to it is the least processor
time of its runs that reach the target. What is finished is kept in DIR/rows.jsonl: the same command goes on where it was
stopped. compare.py says what to install.
"""

import argparse
import warnings
from pathlib import Path

import torch

from both_sides import BothSides
from compare import REPORT_FROM
from methods import METHODS, TASKS
from same_prior import Prior
from table import as_line, mean

STEPS = (3, 5, 8, 12, 20, 35, 50)
SLACK = 0.05
"""dB below the peers' best that counts as reaching it."""


def runs(sides, task, solver, library, photographs):
    """Mean PSNR, seconds and evaluations of every number of steps and candidate."""
    for steps in STEPS:
        for candidate in METHODS[solver].candidates[library]:
            rows = [sides.row(task, solver, library, candidate, steps, 1, p) for p in photographs]
            yield mean(rows, "psnr"), mean(rows, "seconds"), mean(rows, "evaluations")


def quickest(found, target):
    reached = [run for run in found if run[0] >= target]
    return min(reached, key=lambda run: run[1]) if reached else None


def told(run):
    return f"{run[1]:.2f} s, {run[2]:.0f}" if run else "not reached"


def line(sides, task, solver, photographs):
    libraries = METHODS[solver].libraries(task)
    found = {library: list(runs(sides, task, solver, library, photographs)) for library in libraries}
    target = max(run[0] for library in libraries if library != "retrodict" for run in found[library]) - SLACK
    times = {library: quickest(found[library], target) for library in libraries}
    theirs = [run[1] for library, run in times.items() if library != "retrodict" and run]
    ours = times["retrodict"]
    ratio = f"{ours[1] / min(theirs):.2f}" if ours else "not reached"
    best = max(run[0] for run in found["retrodict"])
    cells = [told(times[library]) if library in libraries else "" for library in ("retrodict", "deepinv", "azula")]
    return as_line([task, f"`{solver}`", f"{target:.2f}", *cells, ratio, f"{best:.2f}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs, .png")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--side", type=int, default=128, help="side of the middle square of each photograph")
    parser.add_argument("--photographs", type=int, default=2, help="how many, after the tenth in name order")
    parser.add_argument("--solvers", nargs="+", default=list(METHODS), choices=list(METHODS))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)

    photographs = sorted(arguments.data.glob("*.png"))[REPORT_FROM:][: arguments.photographs]
    sides = BothSides(photographs, arguments.side, arguments.out, Prior())
    names = ("task", "solver", "target, dB", "retrodict", "deepinv", "azula", "ours / faster peer", "our best, dB")
    lines = [as_line(names), as_line(["---"] * len(names))]
    for solver in arguments.solvers:
        for task in TASKS:
            if METHODS[solver].libraries(task) == ["retrodict"]:
                continue
            lines.append(line(sides, task, solver, [p.stem for p in photographs]))
            print(lines[-1], flush=True)
            (arguments.out / "time-to-quality.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""retrodict beside deepinv and azula: the same weights, measurements and numbers of steps, one thread each.

    pip install torch==2.13.0 torchvision==0.28.0 deepinv==0.5.0 azula==0.11.1 onnx onnxruntime pillow
    npm run build
    python samples/benchmarks/peers/compare.py --data FOLDER_OF_PHOTOGRAPHS --out DIR

Every library runs with its own defaults and a few candidates (methods.py) on a few of the first ten photographs, in name
order; the best is reported on the photographs after the tenth. What is finished is kept in
DIR/rows.jsonl: the same command goes on where it was stopped.
"""

import argparse
import warnings
from pathlib import Path

import torch

from both_sides import BothSides
from methods import METHODS, TASKS
from same_prior import Prior, check_prior
from table import mean, table

REPORT_FROM = 10


def search(sides, task, solver, library, photographs):
    """The default and the candidate with the highest mean PSNR of one sample."""
    method = METHODS[solver]

    def score(candidate):
        rows = [sides.row(task, solver, library, candidate, method.steps, 1, p) for p in photographs]
        return mean(rows, "psnr")

    return method.candidates[library][0], max(method.candidates[library], key=score)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs, .png")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--side", type=int, default=128, help="side of the middle square of each photograph")
    parser.add_argument("--search", type=int, default=2, help="how many of the first ten photographs to search on")
    parser.add_argument("--photographs", type=int, default=15, help="how many to report on")
    parser.add_argument("--solvers", nargs="+", default=list(METHODS), choices=list(METHODS))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", module="deepinv")
    torch.set_num_threads(1)

    prior = Prior()
    print(f"the denoisers differ by at most {check_prior(prior):.0e}")
    photographs = sorted(arguments.data.glob("*.png"))
    search_on = photographs[: arguments.search]
    report_on = photographs[REPORT_FROM:][: arguments.photographs]
    sides = BothSides(search_on + report_on, arguments.side, arguments.out, prior)

    searched_on, reported_on = [p.stem for p in search_on], [p.stem for p in report_on]
    settings = {}
    for solver in arguments.solvers:
        for task in TASKS:
            for library in METHODS[solver].libraries(task):
                settings[task, solver, library] = search(sides, task, solver, library, searched_on)
                print(task, solver, library, settings[task, solver, library][1], flush=True)
    for i, photograph in enumerate(reported_on):
        # One photograph after the other, libraries in turn: what else the machine does falls on all alike.
        for (task, solver, library), (_, best) in settings.items():
            method = METHODS[solver]
            sides.row(task, solver, library, best, method.steps, method.samples, photograph)
        print(f"{photograph} is done", flush=True)
        rows = list(sides.rows.values())
        (arguments.out / "peers.md").write_text(table(rows, settings, searched_on, reported_on[: i + 1]))


if __name__ == "__main__":
    main()

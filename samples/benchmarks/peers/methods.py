"""What is compared: tasks, solvers, numbers of steps and, for every library, its default and the candidates of a search.

A candidate holds what differs from the library's own defaults (of ours: from the solver's preset for the problem); the
first is always the default itself. `start` is the time at which a chain of theirs begins: the other than the default is
where σ = 5 on [-1, 1], the level at which our presets begin, up to which this prior is to be trusted.
"""

from dataclasses import dataclass, field

TASKS = {
    "denoise": ("denoise", "gaussian:sigma=25/255"),
    "blur": ("gaussian-blur:sigma=1.6,border=circular", "gaussian:sigma=2/255"),
    "x2": ("downsample:factor=2", "gaussian:sigma=1/255"),
    "inpaint": ("inpaint:fraction=0.7", "gaussian:sigma=1/255"),
}

VP, AZULA = 0.567, 0.486


@dataclass
class Method:
    steps: int
    candidates: dict
    """By library."""
    samples: int = 1
    without: set = field(default_factory=set)
    """(library, task) that the library has no way to do."""

    def libraries(self, task):
        return [library for library in self.candidates if (library, task) not in self.without]


METHODS = {
    "diffpir": Method(
        steps=20,
        samples=2,
        candidates={
            "retrodict": [{}, {"sigmaMax": 1}],
            "deepinv": [{}, *({"lambda_": w, "zeta": 1} for w in (3, 7, 15))],
            "azula": [{}, *({"lmbda": w, "iterations": 5, "start": AZULA} for w in (1, 2, 10))],
        },
    ),
    "ddrm": Method(
        steps=20,
        samples=2,
        candidates={
            "retrodict": [
                {},
                {"spacing": "geometric", "sigmaMax": 1, "eta": 0.85},
                *({"spacing": "geometric", "sigmaMax": s, "eta": 1} for s in (1, 0.3)),
                {"spacing": "geometric", "sigmaMax": 0.3, "eta": 0.85, "cutoff": 1},
                {"spacing": "geometric", "sigmaMax": 0.5, "eta": 1, "temperature": 0.71},
            ],
            "deepinv": [{}, *({"first": 1, "last": 0.01, "eta": e} for e in (0.85, 1))],
        },
        without={("deepinv", "x2")},
    ),
    "dps": Method(
        steps=50,
        candidates={
            # Fewer steps ask for a larger ζ, as theirs do for a larger weight.
            "retrodict": [{}, {"zeta": 60, "sigmaMax": 0.5}, {"zeta": 100, "sigmaMax": 1}],
            "deepinv": [{}, {"weight": 200, "start": VP}, {"weight": 5, "guidance": "annealed", "start": VP}],
            "azula": [{}, {"zeta": 3, "start": AZULA}],
        },
    ),
    "pigdm": Method(
        steps=20,
        candidates={
            "retrodict": [{}],
            "deepinv": [{}, {"start": VP}],
            "azula": [{}, {"eta": 1.0, "start": AZULA}],
        },
    ),
    "mmps": Method(
        steps=12,
        candidates={
            "retrodict": [{}, {"iterations": 1}],
            "deepinv": [{}, {"start": VP}],
            "azula": [{}, {"iterations": 3, "start": AZULA}],
        },
    ),
}

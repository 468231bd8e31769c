"""Rows of both sides as a Markdown table: a line a task, solver, library and setting."""

from methods import METHODS

HEAD = (
    "task", "solver", "library", "settings", "one sample, dB", "mean of the samples, dB", "SSIM", "evaluations",
    "processor ms a step",
)  # fmt: skip


def table(rows, settings, photographs):
    lines = [as_line(HEAD), as_line(["---"] * 4 + ["---:"] * 5)]
    for (task, solver, library), both in settings.items():
        for name in ["default"] if both["best"] == both["default"] else ["default", "best"]:
            group = [
                row for row in rows
                if (row["task"], row["solver"], row["library"]) == (task, solver, library)
                and row["options"] == both[name] and row["samples"] == METHODS[solver].samples
                and row["photograph"] in photographs
            ]  # fmt: skip
            spelt = " ".join(f"{key}={value}" for key, value in both[name].items()) or name
            lines.append(as_line([task, f"`{solver}`", library, spelt, *scores(group)]))
    return "\n".join(lines) + "\n"


def scores(rows):
    one, several = f"{mean(rows, 'psnr'):.2f}", f"{mean(rows, 'mean_psnr'):.2f}"
    a_step = sorted(1000 * row["seconds"] / row["steps"] for row in rows)
    return [
        one, several if rows[0]["samples"] > 1 else "", f"{mean(rows, 'mean_ssim'):.3f}",
        f"{mean(rows, 'evaluations'):.0f}", f"{a_step[len(rows) // 2]:.0f}",
    ]  # fmt: skip


def mean(rows, name):
    return sum(row[name] for row in rows) / len(rows)


def as_line(cells):
    return "| " + " | ".join(cells) + " |"

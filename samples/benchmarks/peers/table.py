"""Rows of both sides as a Markdown table: a line a task, solver and library."""

from methods import METHODS

HEAD = (
    "task", "solver", "library", "default, dB", "best candidate", "best, dB", "reported: one sample, dB",
    "mean of the samples, dB", "SSIM", "evaluations", "processor ms a step",
)  # fmt: skip


def table(rows, settings, searched_on, reported_on):
    lines = [as_line(HEAD), as_line(["---"] * 3 + ["---:", "---"] + ["---:"] * 6)]
    for (task, solver, library), (default, best) in settings.items():

        def found(options, samples, photographs):
            return [
                row for row in rows
                if (row["task"], row["solver"], row["library"]) == (task, solver, library)
                and (row["options"], row["samples"]) == (options, samples) and row["photograph"] in photographs
            ]  # fmt: skip

        search = [psnr(found(options, 1, searched_on)) for options in (default, best)]
        spelt = " ".join(f"{key}={value}" for key, value in best.items()) or "default"
        reported = found(best, METHODS[solver].samples, reported_on)
        lines.append(as_line([task, f"`{solver}`", library, search[0], spelt, search[1], *scores(reported)]))
    return "\n".join(lines) + "\n"


def scores(rows):
    a_step = sorted(1000 * row["seconds"] / row["steps"] for row in rows)
    return [
        psnr(rows), f"{mean(rows, 'mean_psnr'):.2f}" if rows[0]["samples"] > 1 else "", f"{mean(rows, 'mean_ssim'):.3f}",
        f"{mean(rows, 'evaluations'):.0f}", f"{a_step[len(rows) // 2]:.0f}",
    ]  # fmt: skip


def psnr(rows):
    return f"{mean(rows, 'psnr'):.2f}"


def mean(rows, name):
    return sum(row[name] for row in rows) / len(rows)


def as_line(cells):
    return "| " + " | ".join(cells) + " |"

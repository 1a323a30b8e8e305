"""Measures how time and memory grow with the size of the work, and writes docs/scaling.md with its plot."""

import argparse
import datetime
import json
import os
import platform
import subprocess
import time
from pathlib import Path

from plot import plot
from report import processor, quantile

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = str(ROOT / ".build" / "release" / "orrery-benchmarks")
DEPTHS = [64 * 4**i for i in range(6)]

# What grows, in a quick look and in a measurement, the unit, and what it is.
CURVES = [
    ("batch", [16, 64], [16, 64, 256, 1024], "start", "a training step of the core, 8 steps ahead"),
    ("candidates", [16, 64], [16, 64, 256, 1024], "imagined step", "a plan of 3 iterations, 10 steps"),
    ("horizon", [1, 4], [1, 4, 16, 64], "imagined step", "a plan of 128 candidates, 3 iterations"),
]


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def version(*command):
    """The first line that a program says of a version; a folder without a history has none."""
    try:
        return said(*command).splitlines()[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def measure(kind, size, workers, repetitions):
    """Each point with the times of all repetitions, and the median of what was held."""
    points = {}
    for _ in range(repetitions):
        for line in said(PROGRAM, "scale", kind, str(size), str(workers)).splitlines():
            found = json.loads(line)
            point = points.setdefault((found["scale"], found["size"]), {**found, "seconds": [], "held": []})
            point["seconds"] += found["seconds"]
            point["held"].append(found["bytes"])
    for point in points.values():
        point["each"] = 1e6 * quantile(0.5, point["seconds"]) / point["units"]
        point["slow"] = 1e6 * quantile(0.9, point["seconds"]) / point["units"]
        point["megabytes"] = quantile(0.5, point["held"]) / 1e6
    return points


def table(head, rows):
    """A table whose columns are aligned, so that it can be read as it is."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells):
        return "| " + " | ".join(cell.rjust(width) for cell, width in zip(cells, widths)) + " |"

    return [line(head), "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|", *map(line, rows)]


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def context(quick, repetitions):
    """The lines of the context, its curves, and which kernels computed."""
    depths = DEPTHS[:3] if quick else DEPTHS
    points = measure("context", depths[-1], 1, repetitions)
    for depth in depths:
        points |= measure("whole", depth, 1, repetitions)
    rows = []
    for depth in depths:
        stream, pieces, whole = (points[kind, depth] for kind in ("stream", "pieces", "whole"))
        rows.append([f"{depth:,}", number(stream["each"]), number(stream["slow"]), number(pieces["each"]),
                     f"{pieces['megabytes']:.1f}", number(whole["each"]), f"{whole['megabytes']:.1f}"])
    curves = [(words, [(depth, points[kind, depth]["each"]) for depth in depths])
              for kind, words in (("stream", "one a call"), ("pieces", "256 a call"), ("whole", "all in one call"))]
    head = ["tokens read", "one a call", "9 in 10 below", "256 a call", "MB held", "all in one call", "MB held then"]
    return table(head, rows), curves, points["stream", depths[0]]["kernels"]


def curve(kind, sizes, unit, words, repetitions):
    rows = []
    for size in sizes:
        one, two = (measure(kind, size, workers, repetitions)[kind, size] for workers in (1, 2))
        rows.append([f"{size:,}", number(one["each"]), number(two["each"]), f"{one['each'] / two['each']:.2f}",
                     number(one["each"] * one["units"] / 1e3), number(two["each"] * two["units"] / 1e3),
                     f"{one['megabytes']:.1f}"])
    head = [kind, "1 worker", "2 workers", "gain", "1 worker, ms a run", "2 workers, ms a run", "MB held"]
    return [f"\n## {kind.capitalize()}: {words}\n", f"Microseconds a{'n' if unit[0] in 'aeiou' else ''} {unit}, and what two workers gain.\n", *table(head, rows)]


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/scaling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer points, once each, printed")
    quick = parser.parse_args().quick
    repetitions = 1 if quick else 3
    began = time.monotonic()
    folder = ROOT / (".build" if quick else "docs")
    lines, curves, kernels = context(quick, repetitions)
    plot(folder / "scaling.svg", "microseconds a token by tokens read", "tokens read", "µs a token", curves)
    rest = [line for kind, few, all_sizes, unit, words in CURVES
            for line in curve(kind, few if quick else all_sizes, unit, words, repetitions)]
    commit, swift = version("git", "rev-parse", "--short", "HEAD"), version("swift", "--version")
    text = "\n".join([
        "# How it scales\n",
        "Generated by `Benchmarks/scaling`; nothing here is typed by hand. Times are medians; what is held is the memory of",
        "the process beyond what it held before the work began. Flat is what a linear cost looks like.\n",
        f"* Machine: {os.cpu_count()} × {processor()}, {platform.system()} {platform.release()}",
        f"* Versions: Orrery {commit}, kernels {kernels}, float32; {swift}",
        f"* Date: {datetime.date.today().isoformat()}" + (" (a quick look, not a measurement)" if quick else "")
        + f"; the run took {time.monotonic() - began:.0f} s",
        "\n## Context: the memory backbone (tier A, 3.4 M parameters), one worker\n",
        "Microseconds a token. The memory reads on in pieces of 256 tokens. At each depth a copy of what it remembers reads 256",
        "further tokens one by one, as a robot does, and another one eight further pieces; the last two columns are those of",
        "a process that reads the whole context in one call, as training does.\n",
        *lines,
        "\n![Microseconds a token by tokens read](scaling.svg)",
        *rest,
    ]) + "\n"
    if quick:
        print(text)
    else:
        (folder / "scaling.md").write_text(text)


if __name__ == "__main__":
    main()

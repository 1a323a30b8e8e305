"""Times fresh processes from their start until their first plan is printed."""

import json
import subprocess
import sys
import time
from pathlib import Path

from report import quantile

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = str(ROOT / ".build" / "release" / "orrery-benchmarks")


def seconds(command):
    """Until the first line comes, and the line."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        passed = time.perf_counter() - began
    if process.returncode != 0 or not line:
        raise RuntimeError(f"{command} failed")
    return passed, line


def main():
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    checkpoint = str(ROOT / ".build" / "core.safetensors")
    subprocess.run([PROGRAM, "checkpoint", checkpoint], check=True)
    sides = {
        "Orrery": [PROGRAM, "cold", checkpoint],
        "PyTorch, eager": [sys.executable, str(Path(__file__).parent / "cold_plan.py"), checkpoint],
    }
    times, inside = {name: [] for name in sides}, []
    for start in range(starts + 1):  # the first fills the file cache and is not counted
        for name, command in sides.items():
            passed, line = seconds(command)
            if start:
                times[name].append(passed)
                if name == "Orrery":
                    inside.append(json.loads(line))
    for name, found in times.items():
        print(f"{name}: median {1e3 * quantile(0.5, found):.1f} ms, "
              f"p10 {1e3 * quantile(0.1, found):.1f}, p90 {1e3 * quantile(0.9, found):.1f}, {len(found)} starts")
    for part in ("loading", "planning"):
        print(f"  of which Orrery's {part}: {1e3 * quantile(0.5, [each[part] for each in inside]):.1f} ms")


if __name__ == "__main__":
    main()

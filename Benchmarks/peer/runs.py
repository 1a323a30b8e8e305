"""What `orrery run` adds to a command, and what does not grow with the directory; writes docs/runs.md."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from report import datetime, platform, processor, quantile

ROOT = Path(__file__).resolve().parents[2]
ORRERY = str(ROOT / ".build/release/orrery")
CHANGES = "echo x > d1/new.txt; echo y >> d2/f1.txt; rm d3/f2.txt"


class Bench:
    """A directory tree, a state directory beside it, and the program at work on them."""

    def __init__(self, folder, files):
        self.world = folder / f"world-{files}"
        self.state = folder / f"state-{files}"
        for i in range(files):
            if i % 50 == 0:
                (self.world / f"d{i // 50}").mkdir(parents=True, exist_ok=True)
            (self.world / f"d{i // 50}/f{i % 50}.txt").write_text(f"{i}\n" * 20)

    def orrery(self, *arguments):
        command = [ORRERY, arguments[0], "--state", str(self.state), *arguments[1:]]
        return subprocess.run(command, capture_output=True, text=True)

    def run(self, options, line):
        """Seconds of a run that has to come to its end."""
        began = time.perf_counter()
        done = self.orrery("run", "--in", str(self.world), *options, "--", "/bin/sh", "-c", line)
        seconds = time.perf_counter() - began
        if done.returncode != 0:
            raise SystemExit(f"orrery run has failed:\n{done.stderr}")
        return seconds

    def undo(self):
        name = json.loads(self.orrery("runs", "-n", "1", "--json").stdout)[0]["run"]
        done = self.orrery("undo", name)
        if done.returncode != 0:
            raise SystemExit(f"orrery undo has failed:\n{done.stderr}")

    def steps(self, count):
        """Seconds of a rehearsed plan of so many steps, one after another, with the same three changes."""
        lines = ["in: " + str(self.world), 'permissions: {write: ["**"], delete: ["**"]}', "steps:"]
        for i in range(count):
            needs = f"[s{i - 1}]" if i else "[]"
            change = CHANGES.replace("rm ", "rm -f ")
            lines.append(f'  s{i}: {{needs: {needs}, run: "{change}"}}')
        plan = self.state.with_suffix(".yaml")
        plan.write_text("\n".join(lines) + "\n")
        began = time.perf_counter()
        done = self.orrery("run", str(plan), "--dry-run")
        seconds = time.perf_counter() - began
        if done.returncode != 0:
            raise SystemExit(f"orrery run has failed:\n{done.stderr}")
        return seconds


def bare(world):
    """Seconds of a shell that does nothing, which every row has besides."""
    began = time.perf_counter()
    subprocess.run(["/bin/sh", "-c", ":"], cwd=world)
    return time.perf_counter() - began


def milliseconds(values):
    ordered = [1e3 * value for value in values]
    return f"{quantile(0.5, ordered):.1f} ({min(ordered):.1f}–{max(ordered):.1f})"


def whole_runs(benches, rounds):
    """The cost of a run by what is done at its end, and of one more step."""
    rows = {name: {files: [] for files in benches} for name in ("bare", "dry", "commit", "step")}
    for _ in range(rounds):
        for files, bench in benches.items():
            rows["bare"][files].append(bare(bench.world))
            rows["dry"][files].append(
                bench.run(["--dry-run", "--accept", "absent:nothing"], CHANGES))
            everything = ["--may-write", "**", "--may-delete", "**"]
            rows["commit"][files].append(bench.run(everything, CHANGES))
            bench.undo()
            one, many = bench.steps(1), bench.steps(11)
            rows["step"][files].append((many - one) / 10)
    return rows


def commits(bench, rounds):
    """Seconds of the commit alone, by its number of effects: from the journal's own times."""
    rows = {}
    for count in (1, 10, 100, 1_000, 10_000):
        for _ in range(rounds):
            line = f"mkdir made; cd made; seq 1 {count} | xargs touch"
            bench.run(["--may-write", "**"], line)
            name = json.loads(bench.orrery("runs", "-n", "1", "--json").stdout)[0]["run"]
            at = {}
            for text in bench.orrery("show", name, "--json").stdout.splitlines():
                event = json.loads(text)
                at[next(iter(event["body"]))] = event["at"]
            rows.setdefault(count, []).append((at["committed"] - at["committing"]) / 1e6)
            bench.undo()
    return rows


def resumption(folder, count):
    """Seconds from kill -9 to the next step, with so many open runs: each is a plan that was killed."""
    bench = Bench(folder, 100)
    plan = folder / "plan.yaml"
    plan.write_text(f"in: {bench.world}\nsteps:\n  wait: sleep 600\n")
    for _ in range(count):
        process = subprocess.Popen(
            [ORRERY, "run", "--state", str(bench.state), str(plan), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in process.stdout:
            if '"started"' in line:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed = time.perf_counter()
    process = subprocess.Popen(
        [ORRERY, "resume", "--state", str(bench.state), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        if '"started"' in line:
            break
    seconds = time.perf_counter() - killed
    process.send_signal(signal.SIGKILL)
    process.wait()
    return seconds


def table(rows, benches):
    names = {
        "bare": "a shell that does nothing, without Orrery",
        "dry": "a run of three changes with a check, rolled back",
        "commit": "the same, committed",
        "step": "one more step of a plan, with the same changes",
    }
    lines = ["| milliseconds | " + " | ".join(f"{files:,} files" for files in benches) + " |",
             "|---|" + "---|" * len(benches)]
    for name, by_files in rows.items():
        cells = " | ".join(milliseconds(by_files[files]) for files in benches)
        lines.append(f"| {names[name]} | {cells} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and nothing is written")
    quick = parser.parse_args().quick
    folder = Path(tempfile.mkdtemp(prefix="orrery-runs-"))
    try:
        benches = {files: Bench(folder, files) for files in (2_000, 100_000)}
        lines = table(whole_runs(benches, 3 if quick else 15), benches)
        lines += ["", "| effects | commit, milliseconds |", "|---|---|"]
        for count, values in commits(benches[2_000], 1 if quick else 5).items():
            lines.append(f"| {count:,} | {milliseconds(values)} |")
        open_runs = 20 if quick else 1_000
        seconds = resumption(folder, open_runs)
        lines += ["", f"From kill -9 to the next step with {open_runs:,} open runs: "
                  f"{1e3 * seconds:.0f} ms, the start of the new process included."]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(lines))
    if quick:
        return
    head = [
        "# What a run costs", "",
        f"Written by `Benchmarks/runs` on {datetime.date.today()}: {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}. Medians of 15 turns, and the least and the most. A run is a process of its own, "
        "so each row but the last has the start of the program in it; a step is what a process that is warm pays.", "",
    ]
    (ROOT / "docs/runs.md").write_text("\n".join(head + lines) + "\n")


if __name__ == "__main__":
    main()

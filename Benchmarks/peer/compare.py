"""Runs Orrery and PyTorch side by side and writes docs/benchmarks.md.

Two sides are alive at once and take turns; whoever does not compute waits for input. For each case Orrery
writes weights, inputs, outputs and gradients; PyTorch loads them and must come to the same before it is timed.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

import modes
import report
from process import Process

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / ".build"
# The length of the difference by the length of what is expected. fp32 differs by the order of sums alone.
TOLERANCES = {
    "fp32": {"output": 1e-4, "plan": 1e-3, "gradient": 1e-4, "worst gradient": 1e-2, "losses": 1e-4},
    "bf16": {"output": 3e-2, "plan": 1.0, "gradient": 5e-2, "worst gradient": 1.0, "losses": 1e-2},
}
PAUSE = 0.03  # seconds between two turns, for threads that spin a while before they sleep


def peer(spins):
    environment = dict(
        os.environ, TORCHINDUCTOR_CACHE_DIR=str(BUILD / "benchmarks-inductor"), TORCHINDUCTOR_COMPILE_THREADS="1",
        PYTHONDONTWRITEBYTECODE="1")
    if not spins:
        environment.update(OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="0", KMP_BLOCKTIME="0")
    return Process([sys.executable, str(Path(__file__).parent / "peer.py")], environment)


class Comparison:
    def __init__(self, arguments):
        self.quick = arguments.quick
        self.brief = arguments.quick or arguments.brief
        self.only = arguments.only
        self.rounds = 3 if self.quick else 15
        self.turn = 0.1 if self.quick else 0.3  # seconds that a turn takes, about
        self.orrery = Process([str(BUILD / "release" / "orrery-benchmarks")], dict(os.environ))
        self.peers = {}
        self.files = BUILD / "comparison"
        self.files.mkdir(exist_ok=True)

    def peer(self, spins):
        if spins not in self.peers:
            self.peers[spins] = peer(spins)
        return self.peers[spins]

    def run(self):
        listed = self.orrery.ask(do="list")
        facts = self.peer(True).ask(do="versions")
        facts["kernels"] = listed["kernels"]
        ceilings = {}
        rows = []
        for case in listed["cases"]:
            if self.only and not any(word in case["name"] for word in self.only):
                continue
            self.log(case["name"])
            rows.append(self.compare(case, ceilings))
            results = {"facts": facts, "quick": self.quick, "brief": self.brief, "rows": rows,
                       "ceilings": {f"{k} {w}": v for (k, w), v in ceilings.items()}}
            (BUILD / "benchmarks.json").write_text(json.dumps(results, indent=1))
        for process in [self.orrery, *self.peers.values()]:
            process.end()
        return results

    def check(self, compiled):
        """Prints how far every form is from Orrery, and whether that is near enough; times nothing."""
        wrong = 0
        for case in self.orrery.ask(do="list")["cases"]:
            if self.only and not any(word in case["name"] for word in self.only):
                continue
            path = self.files / "check.safetensors"
            self.orrery.ask(do="write", case=case["name"], file=str(path))
            for precision in case["precisions"][1:]:
                errors = self.orrery.ask(do="differ", case=case["name"], precision=precision)["errors"]
                errors.pop("plan", None)
                good = not self.breaches(errors, precision)
                wrong += not good
                print("equal " if good else "WRONG ", f"{case['name']}, Orrery {precision}:",
                      ", ".join(f"{name} {error:.1e}" for name, error in errors.items()), flush=True)
            for form in modes.FORMS[modes.family(case["name"])]:
                if compiled and (modes.family(case["name"]), form) == modes.SLOW_TO_COMPILE:
                    continue
                for precision in ("fp32", "bf16"):
                    setting = {"compile": "default" if compiled else "eager", "precision": precision,
                               "threads": 1, "form": form, "spins": False}
                    answer = self.peer(False).ask(
                        do="prepare", key="check", case=case["name"], file=str(path), mode=setting)
                    errors = answer.get("errors", {})
                    good = errors and not self.breaches(errors, precision)
                    wrong += not good
                    said = ", ".join(f"{name} {error:.1e}" for name, error in errors.items())
                    print(f"{'equal' if good else 'WRONG'}  {case['name']}, {setting['compile']} {precision}, {form}: "
                          f"{said or answer}", flush=True)
        return wrong

    def log(self, text):
        print(text, file=sys.stderr, flush=True)

    def compare(self, case, ceilings):
        path = self.files / (case["name"].replace(" ", "-") + ".safetensors")
        self.orrery.ask(do="write", case=case["name"], file=str(path))
        sides = self.our_sides(case) + self.their_sides(case, str(path))
        for side in sides:
            side["seconds"] = []
        for _ in range(self.rounds):
            for workers in case["workers"]:
                for kind in ("fp32", "bf16", "tiles"):
                    found = self.orrery.ask(do="ceiling", kind=kind, workers=workers, seconds=0.02)["gflops"]
                    ceilings[kind, workers] = max(found, ceilings.get((kind, workers), 0))
            for side in sides:
                time.sleep(PAUSE)
                runs = max(1, min(200, round(self.turn / side["guess"])))
                side["seconds"] += side["process"].ask(do="time", key=side["key"], runs=runs)["seconds"]
        for side in sides:
            side["process"].ask(do="drop", key=side["key"])
            del side["process"]
            self.log(f"  {side['side']} {side['mode']}: {1e3 * statistics.median(side['seconds']):.3f} ms"
                     f"  {side.get('setting', side.get('workers'))}")
        path.unlink()
        return {**case, "sides": sides}

    def trial(self, process, key, least=5):
        """A median of a few runs, after a warm-up of two."""
        process.ask(do="time", key=key, runs=2)
        seconds, began = [], time.perf_counter()
        while len(seconds) < least and time.perf_counter() - began < 4:
            answer = process.ask(do="time", key=key, runs=1)
            seconds += answer["seconds"]
        return statistics.median(seconds)

    def our_sides(self, case):
        """Orrery in each precision with its best number of workers."""
        sides = []
        for precision in case["precisions"]:
            best = None
            for workers in case["workers"]:
                key = f"{precision} {workers}"
                self.orrery.ask(do="prepare", key=key, case=case["name"], precision=precision, workers=workers)
                guess = self.trial(self.orrery, key)
                if best is None or guess < best["guess"]:
                    if best:
                        self.orrery.ask(do="drop", key=best["key"])
                    best = {"side": "orrery", "mode": precision, "precision": precision, "workers": workers,
                            "key": key, "guess": guess, "process": self.orrery}
                else:
                    self.orrery.ask(do="drop", key=key)
            if precision != "fp32":
                errors = self.orrery.ask(do="differ", case=case["name"], precision=precision)["errors"]
                errors.pop("plan", None)  # rounding changes who is among the ten best
                best["errors"] = errors
                if broken := self.breaches(errors, precision):
                    self.log(f"  WRONG: Orrery {precision}: {broken}")
                    self.orrery.ask(do="drop", key=best["key"])
                    continue
            sides.append(best)
        return sides

    def their_sides(self, case, path):
        """PyTorch in each of its four modes with the best setting that the search finds."""
        sides = []
        for compiled in (False, True):
            for precision in ("fp32", "bf16"):
                found = self.search(case, path, compiled, precision)
                if found:
                    sides.append({"side": "torch", "mode": ("compile " if compiled else "eager ") + precision,
                                  "precision": precision, **found})
        return sides

    def search(self, case, path, compiled, precision):
        best, tried = None, 0
        settings = modes.search(case["name"], compiled, precision, case["workers"], self.brief)
        answer = None
        while True:
            try:
                setting = settings.send(answer)
            except StopIteration:
                break
            tried += 1
            process = self.peer(setting["spins"])
            key = f"{precision} {json.dumps(setting)}"
            prepared = process.ask(do="prepare", key=key, case=case["name"], file=path, mode=setting)
            answer = None
            if "failed" in prepared:
                self.log(f"  failed: {modes.title(setting)} {precision}: {prepared['failed']}")
                continue
            if broken := self.breaches(prepared["errors"], precision):
                self.log(f"  WRONG: {modes.title(setting)} {precision}: {broken}")
                process.ask(do="drop", key=key)
                continue
            answer = self.trial(process, key)
            if best is None or answer < best["guess"]:
                if best:
                    best["process"].ask(do="drop", key=best["key"])
                best = {"setting": modes.title(setting), "key": key, "guess": answer, "process": process,
                        "errors": prepared["errors"], "took": prepared["took"]}
            else:
                process.ask(do="drop", key=key)
        if best:
            best["tried"] = tried
        return best

    @staticmethod
    def breaches(errors, precision):
        # Not a number is a breach too.
        return {name: error for name, error in errors.items() if not error <= TOLERANCES[precision][name]}


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a look: few rounds, a smaller search; writes no table")
    parser.add_argument("--brief", action="store_true",
                        help="a smaller search for PyTorch's best setting, an hour less; the table says so")
    parser.add_argument("--only", action="append", metavar="WORD", help="only cases whose names contain this word")
    parser.add_argument("--check", choices=["eager", "compiled"],
                        help="check alone that both sides compute the same, in every form; time nothing")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(1 if Comparison(arguments).check(arguments.check == "compiled") else 0)
    results = Comparison(arguments).run()
    text = report.table(results, TOLERANCES)
    if arguments.quick or arguments.only:
        print(text)
    else:
        (ROOT / "docs" / "benchmarks.md").write_text(text)


if __name__ == "__main__":
    main()

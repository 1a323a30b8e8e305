"""What PyTorch may try for a case. Four modes are reported (eager and compiled, fp32 and bf16); within each,
the search changes one thing at a time, keeps what was faster, and ends with the best setting it found."""

FORMS = {
    "product": ["matmul", "linear"],
    "plan": ["whole", "steps"],
    "imagine": ["whole", "steps"],
    "memory step": ["time+plain"],
    "train attention": ["time+sdpa", "time+plain"],
    "train tier A": ["64+sdpa", "32+sdpa", "16+sdpa", "64+plain", "time+sdpa"],
    "train tier B": ["whole", "steps"],
}
# Unrolled over 64 steps the rule is thousands of operations, and the compiler takes many minutes over them.
SLOW_TO_COMPILE = ("train tier A", "time+sdpa")


def family(case):
    return next(name for name in FORMS if case.startswith(name))


def search(case, compiled, precision, threads, brief):
    """A generator of settings: it is sent the time of each (or None where it failed)."""
    name = family(case)
    forms = list(FORMS[name])
    if brief:
        forms = forms[:2]
    trains = name.startswith("train")
    best = {"compile": "default" if compiled else "eager", "precision": precision, "threads": max(threads),
            "form": forms[0], "spins": True}
    least = yield best

    def axis(variants):
        nonlocal best, least
        start = dict(best)
        for change in variants:
            setting = {**start, **change}
            if setting == start:
                continue
            seconds = yield setting
            if seconds is not None and (least is None or seconds < least):
                best, least = setting, seconds

    yield from axis({"form": form} for form in forms)
    if compiled and not trains:
        yield from axis([{"freezing": True}])
    if compiled and not brief:
        yield from axis([{"compile": "autotune"}] + [{"wrapper": True}] * (not trains))
    yield from axis({"threads": count} for count in threads)
    if not brief:
        yield from axis([{"spins": False}])
    return best


def title(setting):
    """How a setting is written in the table of details."""
    words = [setting["form"], f"{setting['threads']} thread" + "s" * (setting["threads"] > 1)]
    words += ["max-autotune-no-cudagraphs"] * (setting["compile"] == "autotune")
    words += ["freezing"] * setting.get("freezing", False)
    words += ["cpp_wrapper"] * setting.get("wrapper", False)
    words += ["passive waiting"] * (not setting["spins"])
    return ", ".join(words)

"""The half of the comparison that is PyTorch: a process that waits for one line of JSON, does what it says,
and answers with one. It prepares a case from the file that Orrery wrote, checks that it computes the same,
and then measures."""

import itertools
import json
import os
import sys
import time
import types

import torch
import torch._dynamo
import torch._inductor.config as inductor
from safetensors.torch import load_file

from core import Core
from memory import Backbone

# Many cases share a line of code: none of them is to fall back to eager in silence.
torch._dynamo.config.recompile_limit = 256
torch._dynamo.config.fail_on_recompile_limit_hit = True

numbers = itertools.count()


def relative(found, expected):
    """The length of the difference by the length of what is expected."""
    found, expected = found.detach().float(), expected.float()
    return float((found - expected).norm() / expected.norm().clamp_min(1e-30))


def own(function):
    """The function with code of its own: what was compiled is kept with the code, and would otherwise be
    taken up again for the same case with other options of the compiler."""
    plain = getattr(function, "__func__", function)
    code = plain.__code__.replace(co_name=f"{plain.__code__.co_name}_{next(numbers)}")
    copy = types.FunctionType(code, plain.__globals__, code.co_name, plain.__defaults__, plain.__closure__)
    return types.MethodType(copy, function.__self__) if plain is not function else copy


class Case:
    """What was prepared: something to run, and how far it is from Orrery."""

    def __init__(self, numbers, mode):
        self.numbers = numbers
        self.mode = mode
        self.bf16 = mode["precision"] == "bf16"
        self.dtype = torch.bfloat16 if self.bf16 else torch.float32
        self.weights = {k[2:]: v for k, v in numbers.items() if k.startswith("w.")}
        self.errors = {}

    def compiled(self, function):
        if self.mode["compile"] == "eager":
            return function
        # Freezing lets the compiler pack constant weights; it is for inference alone.
        inductor.freezing = self.mode.get("freezing", False)
        inductor.cpp_wrapper = self.mode.get("wrapper", False)
        mode = "max-autotune-no-cudagraphs" if self.mode["compile"] == "autotune" else "default"
        return torch.compile(own(function), dynamic=False, fullgraph=True, mode=mode)


class Product(Case):
    def __init__(self, numbers, mode):
        super().__init__(numbers, mode)
        a, b = numbers["in.a"].to(self.dtype), numbers["in.b"].to(self.dtype)
        if mode["form"] == "linear":  # weights as a layer keeps them
            w = torch.nn.Parameter(b.T.contiguous(), requires_grad=False)
            function = lambda: torch.nn.functional.linear(a, w)
        else:
            function = lambda: a @ b
        self.run = torch.no_grad()(self.compiled(function))
        self.errors["output"] = relative(self.run(), numbers["out.output"])


class Planning(Case):
    """Costs are summed in fp32; in bf16 the weights, states and predictions are bf16."""

    def __init__(self, numbers, mode):
        super().__init__(numbers, mode)
        self.core = Core(self.weights, mode["form"]).to(self.dtype).eval().requires_grad_(False)
        self.state, self.goal = numbers["in.state"].to(self.dtype), numbers["in.goal"]
        self.iterations, self.horizon, self.samples = numbers["in.noise"].shape[:3]
        self.starts = self.state.expand(self.samples, -1).contiguous()
        self.iterate = self.compiled(self.iteration)
        with torch.no_grad():
            noise = numbers["in.noise"]
            _, _, costs = self.iterate(torch.zeros(self.horizon, 1, 10), torch.ones(self.horizon, 1, 10), noise[0])
            self.errors["output"] = relative(costs, numbers["out.output"])
            if not self.bf16:  # rounding changes who is among the ten best
                self.errors["plan"] = relative(self.plan(noise), numbers["out.plan"])

    def iteration(self, mean, deviation, noise):
        actions = mean + deviation * noise
        costs = self.core.costs(self.starts, actions.to(self.dtype), self.goal)
        best = actions.index_select(1, costs.topk(10, largest=False).indices)
        deviation, mean = torch.var_mean(best, 1, correction=0, keepdim=True)
        return mean, deviation.sqrt(), costs

    def plan(self, noise=None):
        mean, deviation = torch.zeros(self.horizon, 1, 10), torch.ones(self.horizon, 1, 10)
        for i in range(self.iterations):
            drawn = torch.randn(self.horizon, self.samples, 10) if noise is None else noise[i]
            mean, deviation, _ = self.iterate(mean, deviation, drawn)
        return mean[:, 0]

    def run(self):
        with torch.no_grad():
            return self.plan()


class Imagination(Case):
    def __init__(self, numbers, mode):
        super().__init__(numbers, mode)
        core = Core(self.weights, mode["form"]).to(self.dtype).eval().requires_grad_(False)
        state, goal = numbers["in.state"][None].to(self.dtype), numbers["in.goal"]
        actions = numbers["in.actions"].to(self.dtype)
        costs = self.compiled(core.costs)
        self.run = torch.no_grad()(lambda: costs(state, actions, goal))
        self.errors["output"] = relative(self.run(), numbers["out.output"])


class MemoryStep(Case):
    def __init__(self, numbers, mode):
        super().__init__(numbers, mode)
        memory = Backbone(self.weights, mode["form"]).to(self.dtype).eval().requires_grad_(False)
        self.step = self.compiled(memory.step)
        self.x = numbers["in.x"][0].to(self.dtype)
        self.states = memory.begin(self.dtype)
        with torch.no_grad():
            said = []
            for x in self.x:
                y, self.states = self.step(x, self.states)
                said.append(y)
        self.errors["output"] = relative(torch.stack(said), numbers["out.output"][0])

    def run(self):
        with torch.no_grad():
            _, self.states = self.step(self.x[0], self.states)


class Training(Case):
    """Forward, backward, clip to 1, AdamW (decay 1e-3 on matrices alone); in bf16 under autocast."""

    def __init__(self, numbers, mode):
        super().__init__(numbers, mode)
        self.model = self.build()
        self.loss = self.compiled(self.raw_loss)
        matrices = lambda p: p.dim() >= 2 and not any(p is q for q in self.vectors())
        parameters = list(self.model.parameters())
        self.parameters = parameters
        self.optimizer = torch.optim.AdamW(
            [{"params": [p for p in parameters if matrices(p)], "weight_decay": 1e-3},
             {"params": [p for p in parameters if not matrices(p)], "weight_decay": 0.0}],
            lr=3e-4, betas=(0.9, 0.98), fused=True)
        self.backward()
        found = self.model.gradients()
        # Some gradients are nothing but rounding, so a length relative to all of them is compared too.
        expected = {k[6:]: v for k, v in numbers.items() if k.startswith("out.g.")}
        assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
        every = lambda gradients: torch.cat([gradients[k].float().flatten() for k in sorted(expected)])
        self.errors["gradient"] = relative(every(found), every(expected))
        self.errors["worst gradient"] = max(relative(found[k], expected[k]) for k in expected)
        losses = [self.update(rate) for rate in numbers["in.rates"].tolist()]
        self.errors["losses"] = relative(torch.tensor(losses), numbers["out.losses"])

    def vectors(self):
        """Parameters of two axes that are vectors in Orrery's layout."""
        return ()

    def backward(self):
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = self.loss()
        loss.backward()
        return loss

    def update(self, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = self.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0, foreach=True)
        self.optimizer.step()
        return loss.detach().item()

    def run(self):
        return self.update(3e-4)


class MemoryTraining(Training):
    def build(self):
        return Backbone(self.weights, self.mode["form"])

    def raw_loss(self):
        return (self.model(self.numbers["in.x"]).float() - self.numbers["in.target"]).square().mean()


class CoreTraining(Training):
    def build(self):
        core = Core(self.weights, self.mode["form"])
        horizon, batch = self.numbers["in.targets"].shape[:2]
        weights = torch.arange(1, horizon + 1) / (horizon * (horizon + 1) / 2 * batch * 128)
        self.step_weights = weights[:, None, None].expand(horizon, batch, 1).reshape(-1, 1)
        self.targets = self.numbers["in.targets"].flatten(0, 1)
        return core

    def vectors(self):
        return (self.model.b2,)

    def raw_loss(self):
        z = self.model.imagine(self.numbers["in.start"], self.numbers["in.actions"])
        return ((z.float() - self.targets).square() * self.step_weights).sum()


def kind(name):
    for start, case in (("product", Product), ("plan", Planning), ("imagine", Imagination),
                        ("memory step", MemoryStep), ("train tier B", CoreTraining), ("train", MemoryTraining)):
        if name.startswith(start):
            return case
    raise KeyError(name)


def serve():
    cases = {}
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what compilers print is no answer
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"done": True}
        try:
            if request["do"] == "prepare":
                torch.set_num_threads(request["mode"]["threads"])
                began = time.perf_counter()
                case = kind(request["case"])(load_file(request["file"]), request["mode"])
                answer = {"errors": case.errors, "took": time.perf_counter() - began}
                cases[request["key"]] = case
            elif request["do"] == "time":
                case = cases[request["key"]]
                torch.set_num_threads(case.mode["threads"])
                seconds = []
                for _ in range(request["runs"]):
                    began = time.perf_counter()
                    case.run()
                    seconds.append(time.perf_counter() - began)
                answer = {"seconds": seconds}
            elif request["do"] == "drop":
                cases.pop(request["key"], None)
            elif request["do"] == "versions":
                answer = {"torch": torch.__version__, "python": sys.version.split()[0],
                          "build": torch.__config__.show()}
        except Exception as error:  # a mode that PyTorch can not do is reported, not fatal
            answer = {"failed": f"{type(error).__name__}: {str(error)[:400]}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()

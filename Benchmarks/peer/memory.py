"""The memory backbone in PyTorch, with Orrery's weights.

Each mathematical form that could be fast is written out; the comparison tries them and the best counts.
"""

import torch
import torch.nn.functional as F
from torch import nn

from layers import linear, norm

HEADS, HEAD_WIDTH, WINDOW, TAPS = 8, 32, 64, 4


def rule_in_time(q, k, v, log_alpha, beta):
    """The gated delta rule as it is written: one step after another. q, k, v [B, T, H, D]."""
    q, k, v = q.float(), k.float(), v.float()  # what accumulates over time is fp32
    state = q.new_zeros(q.shape[0], HEADS, HEAD_WIDTH, HEAD_WIDTH)  # the key axis first
    alpha = log_alpha.exp()
    out = []
    for t in range(q.shape[1]):
        key = k[:, t, :, :, None]
        decayed = state * alpha[:, t, :, None, None]
        error = beta[:, t, :, None] * (v[:, t] - (decayed * key).sum(-2))
        state = decayed + key * error[:, :, None]
        out.append((state * q[:, t, :, :, None]).sum(-2))
    return torch.stack(out, 1)


def rule_in_chunks(q, k, v, log_alpha, beta, chunk):
    """The same, in parallel within a chunk (the WY form, arXiv 2412.06464): with g the running sum of log α
    and L_ti = β_t e^(g_t − g_i) k_t·k_i for i < t, the errors d solve (1 + L) d = β(v − e^g S₀ k)."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))  # [B, H, T, D]
    log_alpha, beta = (x.transpose(1, 2) for x in (log_alpha, beta))
    state, out = None, []
    lower = torch.ones(chunk, chunk, dtype=torch.bool, device=q.device).tril()
    for t in range(0, q.shape[2], chunk):
        now = slice(t, t + chunk)
        qc, kc, vc, b = q[:, :, now], k[:, :, now], v[:, :, now], beta[:, :, now, None]
        g = log_alpha[:, :, now].float().cumsum(-1)
        decay = (g[..., :, None] - g[..., None, :]).masked_fill(~lower, float("-inf")).exp()
        left = ((kc * b) @ kc.transpose(-1, -2)).float() * decay
        right = vc * b
        if state is not None:
            right = right - b * g.exp()[..., None] * (kc @ state)
        d = torch.linalg.solve_triangular(left, right.float(), upper=False, unitriangular=True)
        y = ((qc @ kc.transpose(-1, -2)).float() * decay) @ d
        if state is not None:
            y = y + g.exp()[..., None] * (qc @ state)
        out.append(y)
        if t + chunk < q.shape[2]:
            last = (kc * (g[..., -1:] - g).exp()[..., None]).transpose(-1, -2) @ d
            state = last if state is None else last + g[..., -1].exp()[..., None, None] * state
    return torch.cat(out, 2).transpose(1, 2)


class GatedDelta(nn.Module):
    def __init__(self, weights, name, rule):
        super().__init__()
        self.rule = rule
        for part in ("query", "key", "value", "decay", "strength", "gate", "output"):
            setattr(self, part, linear(weights, f"{name}.{part}"))
        # The three filters side by side, as conv1d wants them: [channels, 1, taps].
        filters = [weights[f"{name}.{part}Filter.weight"] for part in ("query", "key", "value")]
        self.filters = nn.Parameter(torch.cat(filters, 1).T[:, None].contiguous())
        self.rate = nn.Parameter(weights[f"{name}.rate"].clone())
        self.norm = norm(weights, f"{name}.norm")

    def gradients(self):
        for part, g in zip(("query", "key", "value"), self.filters.grad[:, 0].T.chunk(3, 1)):
            yield f"{part}Filter.weight", g
        yield "rate", self.rate.grad

    def project(self, x):
        return torch.cat([self.query(x), self.key(x), self.value(x)], -1)

    def split(self, qkv):
        q, k, v = (x.unflatten(-1, (HEADS, HEAD_WIDTH)) for x in F.silu(qkv).chunk(3, -1))
        unit = lambda a: a * torch.rsqrt(a.float().square().sum(-1, keepdim=True) + 1e-6).to(a.dtype)
        return unit(q), unit(k), v

    def gates(self, x):
        log_alpha = -F.softplus(self.decay(x).float()) * self.rate.float().exp()
        return log_alpha, 2 * torch.sigmoid(self.strength(x))

    def finish(self, y, x):
        y = self.norm(y.to(x.dtype)) * F.silu(self.gate(x).unflatten(-1, (HEADS, HEAD_WIDTH)))
        return self.output(y.flatten(-2))

    def forward(self, x):
        qkv = self.project(x).transpose(1, 2)
        qkv = F.conv1d(F.pad(qkv, (TAPS - 1, 0)), self.filters, groups=qkv.shape[1]).transpose(1, 2)
        q, k, v = self.split(qkv)
        log_alpha, beta = self.gates(x)
        if self.rule == "time":
            y = rule_in_time(q, k, v, log_alpha, beta)
        else:
            y = rule_in_chunks(q, k, v, log_alpha, beta, int(self.rule))
        return self.finish(y, x)

    def begin(self, dtype):
        return (torch.zeros(HEADS, HEAD_WIDTH, HEAD_WIDTH, dtype=torch.float32),
                torch.zeros(TAPS - 1, 3 * HEADS * HEAD_WIDTH, dtype=dtype))

    def step(self, x, state):
        """One token [256]."""
        memory, history = state
        window = torch.cat([history, self.project(x)[None]])
        q, k, v = self.split((window * self.filters[:, 0].T).sum(0))
        log_alpha, beta = self.gates(x)
        decayed = memory * log_alpha.exp()[:, None, None]
        error = beta[:, None] * (v - (decayed * k[..., None]).sum(-2))
        memory = decayed + k[..., None] * error[:, None]
        return self.finish((memory * q[..., None]).sum(-2), x), (memory, window[1:])


class SlidingWindow(nn.Module):
    def __init__(self, weights, name, attention):
        super().__init__()
        self.attention = attention
        for part in ("query", "key", "value", "output"):
            setattr(self, part, linear(weights, f"{name}.{part}"))
        distance = torch.arange(WINDOW)[:, None] - torch.arange(WINDOW)[None, :]
        slopes = 2.0 ** (-8.0 * torch.arange(1, HEADS + 1) / HEADS)
        penalty = -slopes[:, None, None] * distance
        self.register_buffer("mask", penalty.masked_fill(distance < 0, float("-inf"))[None])
        self.register_buffer("fade", (-slopes[:, None] * torch.arange(WINDOW - 1, -1, -1)))

    def gradients(self):
        return ()

    def forward(self, x):
        # Sequences are exactly one window long, so the window is a triangle.
        q, k, v = (f(x).unflatten(-1, (HEADS, HEAD_WIDTH)).transpose(1, 2)
                   for f in (self.query, self.key, self.value))
        if self.attention == "sdpa":
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.mask.to(q.dtype))
        else:
            scores = (q @ k.transpose(-1, -2)) * HEAD_WIDTH**-0.5 + self.mask
            y = scores.softmax(-1).to(v.dtype) @ v
        return self.output(y.transpose(1, 2).flatten(-2))

    def begin(self, dtype):
        empty = torch.zeros(WINDOW - 1, HEADS, HEAD_WIDTH, dtype=dtype)
        return (empty, empty, torch.full((WINDOW - 1,), float("-inf")))

    def step(self, x, state):
        keys, values, absent = state
        shape = (1, HEADS, HEAD_WIDTH)
        keys = torch.cat([keys, self.key(x).view(shape)])
        values = torch.cat([values, self.value(x).view(shape)])
        absent = torch.cat([absent, absent.new_zeros(1)])
        q = self.query(x).view(shape)
        scores = (q * keys).sum(-1).float() * HEAD_WIDTH**-0.5 + absent[:, None] + self.fade.T
        weights = scores.softmax(0).to(values.dtype)
        y = (weights[..., None] * values).sum(0).flatten()
        return self.output(y), (keys[1:], values[1:], absent[1:])


class Block(nn.Module):
    def __init__(self, weights, name, form):
        super().__init__()
        self.kind = "gatedDelta" if f"{name}.gatedDelta.rate" in weights else "slidingWindow"
        mixer = GatedDelta if self.kind == "gatedDelta" else SlidingWindow
        self.mixer = mixer(weights, f"{name}.{self.kind}", form[self.kind])
        self.mixer_norm = norm(weights, f"{name}.mixerNorm")
        self.feedforward_norm = norm(weights, f"{name}.feedforwardNorm")
        self.up = linear(weights, f"{name}.feedforward.up")
        self.down = linear(weights, f"{name}.feedforward.down")

    def feed(self, x):
        gate, up = self.up(self.feedforward_norm(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)

    def forward(self, x):
        return self.feed(x + self.mixer(self.mixer_norm(x)))

    def step(self, x, state):
        y, state = self.mixer.step(self.mixer_norm(x), state)
        return self.feed(x + y), state


class Backbone(nn.Module):
    """The memory. `form` names the gated delta rule ("time", or the length of a chunk) and the attention
    ("sdpa", "plain"), such as "time+sdpa"."""

    def __init__(self, weights, form):
        super().__init__()
        rule, attention = form.split("+")
        forms = {"gatedDelta": rule, "slidingWindow": attention}
        self.input = linear(weights, "input")
        count = sum(name.endswith(".mixerNorm.weight") for name in weights)
        self.blocks = nn.ModuleList(Block(weights, f"blocks.{i}", forms) for i in range(count))
        self.norm = norm(weights, "norm")

    def forward(self, x):
        x = self.input(x)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def begin(self, dtype):
        return [block.mixer.begin(dtype) for block in self.blocks]

    def step(self, x, states):
        x = self.input(x)
        after = []
        for block, state in zip(self.blocks, states):
            x, state = block.step(x, state)
            after.append(state)
        return self.norm(x), after

    def gradients(self):
        out = {}

        def take(name, layer):
            turned = isinstance(layer, nn.Linear)
            out[name + ".weight"] = layer.weight.grad.T if turned else layer.weight.grad
            if getattr(layer, "bias", None) is not None:
                out[name + ".bias"] = layer.bias.grad

        take("input", self.input)
        take("norm", self.norm)
        for i, block in enumerate(self.blocks):
            name = f"blocks.{i}"
            take(f"{name}.mixerNorm", block.mixer_norm)
            take(f"{name}.feedforwardNorm", block.feedforward_norm)
            take(f"{name}.feedforward.up", block.up)
            take(f"{name}.feedforward.down", block.down)
            for part, layer in block.mixer.named_children():
                take(f"{name}.{block.kind}.{part}", layer)
            for part, gradient in block.mixer.gradients():
                out[f"{name}.{block.kind}.{part}"] = gradient
        return out

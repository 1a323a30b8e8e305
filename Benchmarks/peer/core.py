"""The imagination core in PyTorch, with Orrery's weights.

Each mathematical form that could be fast is written out; the comparison tries them and the best counts.
"""

import torch
import torch.nn.functional as F
from torch import nn

from layers import linear, norm


class Core(nn.Module):
    """The imagination core. `form`: step by step ("steps"), or all that is not recurrent for all steps at
    once ("whole"); the five heads are one batched product either way."""

    def __init__(self, weights, form):
        super().__init__()
        self.form = form
        self.action = linear(weights, "action")
        self.cell = nn.GRUCell(256, 256)
        # Gates stand in the same order (reset, update, candidate); the axes are exchanged.
        self.cell.weight_ih.data = weights["cell.input.weight"].T.contiguous()
        self.cell.weight_hh.data = weights["cell.recurrent.weight"].T.contiguous()
        self.cell.bias_ih.data = weights["cell.input.bias"].clone()
        self.cell.bias_hh.data = weights["cell.recurrent.bias"].clone()
        self.norm = norm(weights, "norm")

        def stack(layer, part):
            return torch.stack([weights[f"heads.{m}.layers.{layer}.{part}"] for m in range(5)])

        # The first layers of all heads read the same state: one product of five times the width.
        self.w1 = nn.Parameter(stack(0, "weight").permute(1, 0, 2).reshape(256, 5 * 256).T.contiguous())
        self.b1 = nn.Parameter(stack(0, "bias").reshape(5 * 256))
        self.w2 = nn.Parameter(stack(1, "weight").contiguous())
        self.b2 = nn.Parameter(stack(1, "bias")[:, None].contiguous())

    def gradients(self):
        """Gradients under Orrery's names and in its layout."""
        out = {
            "action.weight": self.action.weight.grad.T, "action.bias": self.action.bias.grad,
            "cell.input.weight": self.cell.weight_ih.grad.T, "cell.input.bias": self.cell.bias_ih.grad,
            "cell.recurrent.weight": self.cell.weight_hh.grad.T,
            "cell.recurrent.bias": self.cell.bias_hh.grad, "norm.weight": self.norm.weight.grad,
        }
        for m in range(5):
            rows = slice(256 * m, 256 * (m + 1))
            out[f"heads.{m}.layers.0.weight"] = self.w1.grad[rows].T
            out[f"heads.{m}.layers.0.bias"] = self.b1.grad[rows]
            out[f"heads.{m}.layers.1.weight"] = self.w2.grad[m]
            out[f"heads.{m}.layers.1.bias"] = self.b2.grad[m, 0]
        return out

    def predict(self, s):
        """[N, 256] to [5, N, 128]."""
        hidden = F.silu(F.linear(s, self.w1, self.b1)).view(-1, 5, 256).transpose(0, 1)
        return torch.baddbmm(self.b2, hidden, self.w2)

    def gates(self, x, u, s):
        xr, xz, xc = x.chunk(3, -1)
        ur, uz, uc = u.chunk(3, -1)
        c = torch.tanh(xc + torch.sigmoid(xr + ur) * uc)
        return c + torch.sigmoid(xz + uz) * (s - c)

    def imagine(self, s, actions):
        """s [N, 256], actions [H, N, 10] to [5, H·N, 128]."""
        states = []
        if self.form == "steps":
            for a in actions.unbind(0):
                s = self.norm(self.cell(F.silu(self.action(a)), s))
                states.append(self.predict(s))
            return torch.stack(states, 1).flatten(1, 2)
        x = F.linear(F.silu(self.action(actions)), self.cell.weight_ih, self.cell.bias_ih)
        for now in x.unbind(0):
            u = F.linear(s, self.cell.weight_hh, self.cell.bias_hh)
            s = self.norm(self.gates(now, u, s).to(s.dtype))
            states.append(s)
        return self.predict(torch.cat(states))

    def costs(self, s, actions, goal):
        horizon, samples = actions.shape[:2]
        z = self.imagine(s, actions).float()
        mean = z.mean(0)
        cost = (mean - goal).square() + (z - mean).square().mean(0)
        return cost.sum(-1).view(horizon, samples).sum(0)

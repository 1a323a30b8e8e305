"""PyTorch from nothing to a first plan: loads the core at the path given, and plans once in eager mode."""

import sys

import torch
from safetensors.torch import load_file

from core import Core

torch.set_num_threads(2)
core = Core(load_file(sys.argv[1]), "whole").eval().requires_grad_(False)
samples, horizon = 64, 8
state, goal = torch.randn(1, 256).expand(samples, -1).contiguous(), torch.randn(128)
mean, deviation = torch.zeros(horizon, 1, 10), torch.ones(horizon, 1, 10)
with torch.inference_mode():
    for _ in range(3):
        actions = mean + deviation * torch.randn(horizon, samples, 10)
        best = actions.index_select(1, core.costs(state, actions, goal).topk(10, largest=False).indices)
        deviation, mean = torch.var_mean(best, 1, correction=0, keepdim=True)
        deviation = deviation.sqrt()
print(float(mean[0, 0, 0]), flush=True)

"""Layers in PyTorch with Orrery's weights."""

import torch.nn.functional as F
from torch import nn


def linear(weights, name):
    """A layer from Orrery's [inputs, outputs]."""
    weight = weights[name + ".weight"]
    layer = nn.Linear(*weight.shape, bias=name + ".bias" in weights)
    layer.weight.data = weight.T.contiguous()
    if layer.bias is not None:
        layer.bias.data = weights[name + ".bias"].clone()
    return layer


class Norm(nn.RMSNorm):
    """With the weight in the precision of what comes: under autocast the fused norm is refused otherwise."""

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.eps)


def norm(weights, name):
    layer = Norm(weights[name + ".weight"].shape[0], eps=1e-5)
    layer.weight.data = weights[name + ".weight"].clone()
    return layer

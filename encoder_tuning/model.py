"""The encoder in PyTorch, with a pair of thin matrices beside each matrix (LoRA, Hu et al. 2021).

The same network as `triage.risk_gate.build_encoder` makes in ONNX: BERT with layer norm after each block.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from triage.risk_gate.encoder import POOLED_LAYERS
from triage.risk_gate.wheel_weights import WheelWeights

MATRICES = {"q": 1, "k": 1, "v": 1, "ao": 1, "fi": 4, "fo": 1}  # outputs, in hidden sizes
MASKED = -1e4


class AdaptedLinear(nn.Module):
    """A frozen matrix plus `scale` times the product of two thin trained ones."""

    def __init__(self, matrix: np.ndarray, bias: np.ndarray, rank: int, scale: float) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.tensor(matrix), requires_grad=False)
        self.bias = nn.Parameter(torch.tensor(bias), requires_grad=False)
        self.down = nn.Parameter(torch.randn(rank, matrix.shape[1]) / math.sqrt(matrix.shape[1]))
        self.up = nn.Parameter(torch.zeros(matrix.shape[0], rank))
        self.scale = scale

    def forward(self, states: Tensor) -> Tensor:
        added = functional.linear(functional.linear(states, self.down), self.up)
        return functional.linear(states, self.matrix, self.bias) + added * self.scale


class Layer(nn.Module):
    """Attention, then feed-forward, each followed by its norm."""

    def __init__(self, weights: WheelWeights, number: int, rank: int, scale: float, dropout: float) -> None:
        super().__init__()
        shape, name = weights.shape, f"l{number}"
        self.heads, self.width, self.dropout = shape.heads, shape.hidden // shape.heads, dropout
        self.matrices = nn.ModuleDict(
            {
                tag: AdaptedLinear(
                    weights.dense(f"{name}.{tag}.w", shape.hidden * size).copy(),
                    weights.plain(f"{name}.{tag}.b").copy(),
                    rank,
                    scale,
                )
                for tag, size in MATRICES.items()
            }
        )
        self.attended = frozen_norm(weights, f"{name}.aln")
        self.fed = frozen_norm(weights, f"{name}.oln")

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        states = self.attended(states + self._dropped(self._attention(states, mask)))
        wide = functional.gelu(self.matrices["fi"](states))
        return self.fed(states + self._dropped(self.matrices["fo"](wide)))

    def _attention(self, states: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (self._split(self.matrices[tag](states)) for tag in "qkv")
        # The plain product: PyTorch's fused attention is slower than it on a CPU at this width.
        scores = query @ key.transpose(-1, -2) / math.sqrt(self.width) + mask
        mixed = torch.softmax(scores, -1).to(value.dtype) @ value
        return self.matrices["ao"](mixed.transpose(1, 2).flatten(2))

    def _split(self, states: Tensor) -> Tensor:
        return states.unflatten(-1, (self.heads, self.width)).transpose(1, 2)

    def _dropped(self, states: Tensor) -> Tensor:
        return functional.dropout(states, self.dropout, self.training)


class AdaptedEncoder(nn.Module):
    """Rows of the pieces in, means of the pooled layers out: (texts, layers * hidden), each part of length 1."""

    def __init__(self, weights: WheelWeights, rank: int, scale: float, dropout: float) -> None:
        super().__init__()
        hidden = weights.shape.hidden
        kind = weights.plain("emb.type").reshape(-1, hidden)[0]
        self.register_buffer("positions", torch.tensor(weights.plain("emb.pos").reshape(-1, hidden) + kind))
        self.norm = frozen_norm(weights, "emb.ln")
        self.layers = nn.ModuleList(
            Layer(weights, number, rank, scale, dropout) for number in range(weights.shape.layers)
        )
        self.dropout = dropout

    def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
        longest = rows.shape[1]
        inside = torch.arange(longest)[None] < lengths[:, None]
        mask = torch.zeros(len(rows), 1, 1, longest).masked_fill(~inside[:, None, None, :], MASKED)
        states = functional.dropout(self.norm(rows + self.positions[:longest]), self.dropout, self.training)
        counted = inside[:, :, None].to(states.dtype)
        means = []
        for number, layer in enumerate(self.layers):
            states = layer(states, mask)
            if number in POOLED_LAYERS:
                mean = (states * counted).sum(1) / counted.sum(1)
                means.append(functional.normalize(mean.float(), dim=-1))
        return torch.cat(means, -1)

    def pairs(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """What was learnt: for each matrix, `down` (rank, inputs) and `up` (outputs, rank) with the scale in it."""
        return {
            f"l{number}.{tag}": (linear.down.detach().numpy(), (linear.up * linear.scale).detach().numpy())
            for number, layer in enumerate(self.layers)
            for tag, linear in layer.matrices.items()
        }


@dataclass(frozen=True)
class Outputs:
    """How many logits each head has, in the order in which they are laid out."""

    groups: int
    subtopics: int
    kinds: int

    def split(self, logits: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Risk (texts,), imminence (texts,), groups, subtopics, kinds."""
        risk, imminent, groups, subtopics, kinds = logits.split([1, 1, self.groups, self.subtopics, self.kinds], -1)
        return risk[:, 0], imminent[:, 0], groups, subtopics, kinds


class TunedReader(nn.Module):
    """The encoder and one linear layer for everything that is learnt at once."""

    def __init__(self, encoder: AdaptedEncoder, size: int, outputs: Outputs, dropout: float) -> None:
        super().__init__()
        self.encoder, self.outputs, self.dropout = encoder, outputs, dropout
        self.register_buffer("centre", torch.zeros(size))
        self.register_buffer("spread", torch.ones(size))
        self.head = nn.Linear(size, 2 + outputs.groups + outputs.subtopics + outputs.kinds)
        nn.init.zeros_(self.head.bias)
        nn.init.normal_(self.head.weight, std=0.02)

    def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
        scaled = (self.encoder(rows, lengths) - self.centre) * self.spread
        return self.head(functional.dropout(scaled, self.dropout, self.training)).float()


def frozen_norm(weights: WheelWeights, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(weights.shape.hidden, eps=weights.shape.epsilon)
    norm.weight.data = torch.tensor(weights.plain(f"{name}.w").copy())
    norm.bias.data = torch.tensor(weights.plain(f"{name}.b").copy())
    return norm.requires_grad_(False)

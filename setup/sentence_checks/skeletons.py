"""Sentences made on one template: the same function words around other content words.

A slot stands for one content word or for several that follow each other: "où prendre des sacs de sable" and
"où aller chercher des sacs de sel" have the skeleton "ou _ des _ de _". Source of the list of function words: the
closed classes of French grammar, with their joual, texted and English forms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import yaml

from setup.sentence_checks.lines import LabelledLine, Refusal
from triage.risk_gate.folding import fold_word

FUNCTION_WORDS = Path(__file__).parent / "function_words_fr.yml"
SLOT = "_"
FEWEST_WORDS = 6
MOST = 2


def read_function_words(path: Path = FUNCTION_WORDS) -> frozenset[str]:
    """Folded. Raises ValueError when an entry is not a word."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = [word for group in data["mots"].values() for word in group]
    if not all(isinstance(word, str) and word.isalpha() for word in words):
        raise ValueError(f"{path.name} : chaque entrée est un mot, entre guillemets si YAML y lit autre chose")
    return frozenset(fold_word(word) for word in words)


def skeleton(words: Sequence[str], function_words: Collection[str]) -> str:
    shape = [word if word in function_words else SLOT for word in words]
    # A template is filled with "ma soeur" as with "ma petite soeur".
    return " ".join(word for word, before in zip(shape, ["", *shape], strict=False) if (word, before) != (SLOT, SLOT))


def check_skeletons(lines: Sequence[LabelledLine], function_words: Collection[str]) -> list[Refusal]:
    """A refusal for each line after the second of a family, with the places of the first two."""
    families: dict[str, list[LabelledLine]] = defaultdict(list)
    for line in lines:
        if len(line.words) >= FEWEST_WORDS:
            families[skeleton(line.words, function_words)].append(line)
    refusals = []
    for shape, family in families.items():
        known = ", ".join(str(line.place) for line in family[:MOST])
        reason = f"même gabarit que {known} : « {shape} »"
        refusals += [Refusal(line.place, reason) for line in family[MOST:]]
    return refusals

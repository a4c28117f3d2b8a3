"""Turns nlu_data/sentences into the YAML that Rasa trains on.

Run from the root of the repository, in Rasa's Python: `bot/.venv/bin/python bot/generate_training.py`.
Writes var/rasa/nlu.json, and var/rasa/digest: the fingerprint of everything that a model depends on.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Set

import yaml

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = ROOT / "nlu_data" / "sentences"
SUBTOPICS = ROOT / "nlu_data" / "subtopics.yml"
TALK = "talk"
BUILD = ROOT / "var" / "rasa"
TRAINED_ON = (
    ROOT / "bot" / "config.yml",
    ROOT / "bot" / "domain",
    ROOT / "bot" / "components",
    ROOT / "bot" / "train.py",
    ROOT / "nlu_data" / "rules",
    ROOT / "nlu_data" / "territories",
    ROOT / "nlu_data" / "particulars_fr.yml",
    ROOT / "requirements" / "bot.txt",
    ROOT / "var" / "models" / "risk" / "encoder.json",
)


@dataclass(frozen=True)
class TrainingSentence:
    """One text, as Rasa sees it; `risk` lets the classifier weigh it."""

    text: str
    risk: bool


class SentenceRefused(Exception):
    """A line of the sentence files cannot be used; the message names the file and the line, not the text."""


def read_subtopics(path: Path = SUBTOPICS) -> Set[str]:
    """The closed list, as `group/name`."""
    groups: Dict[str, List[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {f"{group}/{name}" for group, names in groups.items() for name in names}


def read_training_sentences(folder: Path, subtopics: Set[str]) -> Dict[str, List[TrainingSentence]]:
    """The distinct sentences of split `train`, in file order, by subtopic.

    Ordinary talk is left out: all of one subtopic, it would drown the others.

    Raises SentenceRefused for a line that is not a JSON object with a known subtopic.
    """
    sentences: Dict[str, Dict[TrainingSentence, None]] = defaultdict(dict)
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                sentence = json.loads(line)
                subtopic, split = sentence["subtopic"], sentence["split"]
                is_talk = sentence.get("sample") == TALK
                kept = TrainingSentence(plain_text(sentence["text"]), bool(sentence["risk"]))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise SentenceRefused(f"{path.name}:{number}: unreadable line") from error
            if subtopic not in subtopics:
                raise SentenceRefused(f"{path.name}:{number}: unknown subtopic")
            if split == "train" and not is_talk:
                sentences[subtopic][kept] = None
    return {subtopic: list(sentences[subtopic]) for subtopic in sorted(sentences)}


def plain_text(text: str) -> str:
    """One line, without what Rasa would read as an entity annotation or as a command."""
    joined = " ".join(text.split()).lstrip("/ ")
    return joined.replace("](", "] (").replace("]{", "] {")


def rasa_document(sentences: Dict[str, List[TrainingSentence]]) -> str:
    """Rasa's training data: each subtopic is a retrieval intent, each example says whether it is a risk.

    In Rasa's JSON, not its YAML, which takes it three minutes to read and check.
    """
    examples = [example(subtopic, kept) for subtopic, group in sentences.items() for kept in group]
    return json.dumps({"rasa_nlu_data": {"common_examples": examples}}, ensure_ascii=False, indent=0)


def example(subtopic: str, sentence: TrainingSentence) -> Dict[str, object]:
    """One sentence as Rasa's reader of JSON takes it."""
    return {"text": sentence.text, "intent": subtopic, "example_metadata": {"risk": sentence.risk}}


def digest(document: str) -> str:
    """SHA-256 of the training sentences, the pipeline, the domain, the rules and the locked libraries."""
    total = hashlib.sha256(document.encode())
    for entry in TRAINED_ON:
        for path in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if path.is_file() and path.suffix in {".yml", ".py", ".txt", ".csv", ".json"}:
                total.update(str(path.relative_to(ROOT)).encode())
                total.update(path.read_bytes())
    return total.hexdigest()


def generate() -> str:
    """Write the training file and its digest; returns the digest."""
    sentences = read_training_sentences(SENTENCES, read_subtopics())
    if not sentences:
        raise SentenceRefused("nlu_data/sentences has no training sentence")
    document = rasa_document(sentences)
    fingerprint = digest(document)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "nlu.json").write_text(document, encoding="utf-8")
    (BUILD / "digest").write_text(fingerprint + "\n", encoding="ascii")
    count = sum(len(group) for group in sentences.values())
    sys.stdout.write(f"{count} sentences in {len(sentences)} subtopics\n")
    return fingerprint


if __name__ == "__main__":
    try:
        generate()
    except SentenceRefused as refusal:
        sys.exit(str(refusal))

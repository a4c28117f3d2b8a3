"""Trains several pipelines on the same sentences and measures each on the calibration authors (`make ablate`).

Run from anywhere, in Rasa's Python: `bot/.venv/bin/python bot/ablate.py [NAME ...]`. Writes docs/results/ablation.json;
variants that are not named keep the figures that the file has. It takes about two minutes a variant, the stock
recipe a quarter of an hour: it is run when the pipeline is in question, not by the tests.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, List

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import yaml
from sklearn.metrics import f1_score

from bot.generate_training import ROOT, SENTENCES, TALK, generate, plain_text

CONFIG = ROOT / "bot" / "config.yml"
RESULTS = ROOT / "docs" / "results" / "ablation.json"
BUILD = ROOT / "var" / "rasa" / "ablation"
SPLIT = "calibration"
CLASSIFIER = "bot.components.subtopic_classifier.SubtopicClassifier"
VECTORS = "bot.components.sentence_vectors.SentenceVectors"
DANGER = ("suicide", "automutilation", "violence_subie", "violence_autrui")
DANGERS = {"crise/" + name for name in (*DANGER, "personne_vulnerable", "medical", "etat_mental", "danger_physique")}
STOCK_EPOCHS = 10
# Rasa's own classifiers see the part before a slash only: for them each subtopic is an intent of its own.
FLAT = "+"

Pipeline = List[Dict[str, Any]]


def stock() -> Pipeline:
    """What Rasa proposes for French with spaCy, DIET and its two transformer layers, one intent a subtopic.

    `epochs` is 10 instead of 100, so that the run ends within the hour: a turn of its two transformer layers over these
    sentences takes one to two minutes.
    """
    return [
        {"name": "SpacyNLP", "model": "fr_core_news_md"},
        {"name": "SpacyTokenizer"},
        {"name": "SpacyFeaturizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": STOCK_EPOCHS, "constrain_similarities": True, "entity_recognition": False},
    ]


WORDS = {"name": "CountVectorsFeaturizer", "strip_accents": "unicode", "min_ngram": 1, "max_ngram": 2}
LETTERS = {**WORDS, "analyzer": "char_wb", "min_ngram": 2, "max_ngram": 5}
SPACY_VECTOR = {"name": "SpacyFeaturizer", "pooling": "mean"}


def shipped() -> Pipeline:
    """The pipeline of bot/config.yml."""
    return list(yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["pipeline"])


def with_features(*features: Dict[str, Any]) -> Pipeline:
    """The shipped pipeline with these instead of the encoder's vectors."""
    whole = shipped()
    place = next(at for at, component in enumerate(whole) if component["name"] == VECTORS)
    return [*whole[:place], *(dict(feature) for feature in features), *whole[place + 1 :]]


def without_spacy(pipeline: Pipeline) -> Pipeline:
    plain = [component for component in pipeline if not component["name"].startswith("Spacy")]
    return [{"name": "WhitespaceTokenizer"}, *plain]


def variants() -> Dict[str, Pipeline]:
    """By name, in the order of the table."""
    whole = shipped()
    encoder = next(component for component in whole if component["name"] == VECTORS)
    return {
        "stock_french": stock(),
        "spacy_vector_words": with_features(SPACY_VECTOR, WORDS),
        "spacy_vector_words_letters": with_features(SPACY_VECTOR, WORDS, LETTERS),
        "encoder_words_letters": with_features(WORDS, LETTERS, encoder),
        "encoder_spacy_vector": with_features(SPACY_VECTOR, encoder),
        "shipped": whole,
        "shipped_without_spacy": without_spacy(whole),
    }


def measured_sentences() -> List[Dict[str, Any]]:
    """The calibration sentences, without ordinary talk: the bot is not trained on it."""
    lines = [
        json.loads(line)
        for path in sorted(SENTENCES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return [line for line in lines if line["split"] == SPLIT and line.get("sample") != TALK]


def measure(name: str, pipeline: Pipeline) -> Dict[str, Any]:
    """Train, read every measured sentence, and return the line of the table."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    config = {"recipe": "default.v1", "assistant_id": "relais-ablation", "language": "fr", "pipeline": pipeline}
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    started = time.monotonic()
    model = train_nlu(str(folder / "config.yml"), str(training_file(folder, pipeline)), str(folder), name)
    if model is None:
        raise RuntimeError(f"{name}: Rasa gave no model")
    trained = time.monotonic() - started
    rows = measured_sentences()
    agent = Agent.load(str(model))
    asyncio.run(agent.parse_message(rows[0]["text"]))
    times, read = [], []
    for row in rows:
        begun = time.perf_counter()
        read.append(asyncio.run(agent.parse_message(plain_text(row["text"]))))
        times.append((time.perf_counter() - begun) * 1000)
    return {"name": name, "seconds_to_train": round(trained), **figures(rows, read), **milliseconds(times)}


def training_file(folder: Path, pipeline: Pipeline) -> Path:
    """The sentences as the classifier of this pipeline can read their labels."""
    generated = ROOT / "var" / "rasa" / "nlu.json"
    if any(component["name"] == CLASSIFIER for component in pipeline):
        return generated
    document = json.loads(generated.read_text(encoding="utf-8"))
    for example in document["rasa_nlu_data"]["common_examples"]:
        example["intent"] = example["intent"].replace("/", FLAT)
    flat = folder / "nlu.json"
    flat.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return flat


def figures(rows: List[Dict[str, Any]], read: List[Dict[str, Any]]) -> Dict[str, Any]:
    best = [best_subtopic(answer) for answer in read]
    truth = [row["subtopic"] for row in rows]
    safe = [at for at, row in enumerate(rows) if not row["risk"]]
    danger = [at for at, row in enumerate(rows) if row["risk"]]

    def types(names: List[str], places: List[int]) -> List[str]:
        return [type_of(names[at]) for at in places]

    every = list(range(len(rows)))
    return {
        "sentences": len(rows),
        "type_macro_f1": score(types(truth, every), types(best, every)),
        "type_macro_f1_harmless": score(types(truth, safe), types(best, safe)),
        "subtopic_macro_f1": score(truth, best),
        "subtopic_right_harmless": round(sum(truth[at] == best[at] for at in safe) / len(safe), 4),
        "risk_recall": round(sum(best[at] in DANGERS for at in danger) / len(danger), 4),
        "risk_false_alarms": round(sum(best[at] in DANGERS for at in safe) / len(safe), 4),
    }


def best_subtopic(answer: Dict[str, Any]) -> str:
    """Of our classifier or of Rasa's own: the best `group/name`."""
    ranking = answer.get("subtopic_ranking")
    if ranking:
        return str(ranking[0]["name"])
    return str(answer["intent"]["name"]).replace(FLAT, "/")


def type_of(subtopic: str) -> str:
    group = subtopic.split("/")[0]
    return "information" if group == "conversation" else group


def score(truth: List[str], read: List[str]) -> float:
    return round(float(f1_score(truth, read, average="macro", zero_division=0)), 4)


def milliseconds(times: List[float]) -> Dict[str, float]:
    return {"milliseconds_median": round(statistics.median(times), 1)}


def main(names: List[str]) -> int:
    generate()
    known = variants()
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write("unknown variant: {}; there are {}\n".format(", ".join(unknown), ", ".join(known)))
        return 2
    lines: Dict[str, Dict[str, Any]] = defaultdict(dict)
    if RESULTS.exists():
        lines.update({line["name"]: line for line in json.loads(RESULTS.read_text(encoding="utf-8"))["variants"]})
    for name in names or list(known):
        lines[name] = measure(name, known[name])
        sys.stdout.write(json.dumps(lines[name]) + "\n")
        sys.stdout.flush()
        ordered = [lines[known_name] for known_name in known if known_name in lines]
        report = {"split": SPLIT, "stock_epochs": STOCK_EPOCHS, "variants": ordered}
        RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))

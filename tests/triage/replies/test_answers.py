"""The answers as they are shipped, with the directory as it is shipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from triage.directory.resources import Directory
from triage.interventions.texts import NOT_VALIDATED
from triage.interventions.types import Channel
from triage.replies.build import Replies

ROOT = Path(__file__).parents[3]
GROUPS_TO_A_PERSON = {"crise"}
TO_A_PERSON = {"conversation/personne"}
MOST_WORDS = 25
MOST_SENTENCES = 6
OUR_OWN_LINE = "info_social"


def every_subtopic() -> list[str]:
    groups = yaml.safe_load((ROOT / "nlu_data" / "subtopics.yml").read_text(encoding="utf-8"))
    return [f"{group}/{name}" for group, names in groups.items() for name in names]


def reaches_a_person(subtopic: str) -> bool:
    return subtopic in TO_A_PERSON or subtopic.split("/")[0] in GROUPS_TO_A_PERSON


ANSWERED = [subtopic for subtopic in every_subtopic() if not reaches_a_person(subtopic)]
REPLIES = Replies.load(subtopics=ANSWERED)
DIRECTORY = Directory.load()


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def words(sentence: str) -> list[str]:
    return [part for part in re.split(r"[\s'’]+", sentence) if any(map(str.isalnum, part))]


def complete(subtopic: str, channel: Channel) -> str:
    resources = DIRECTORY.offered(REPLIES.resource_ids(subtopic))
    return REPLIES.build(subtopic, resources, channel)


def test_the_answers_are_not_presented_as_validated() -> None:
    assert REPLIES.statut == NOT_VALIDATED


@pytest.mark.parametrize("subtopic", every_subtopic())
def test_an_answer_for_each_subtopic_unless_a_person_takes_it(subtopic: str) -> None:
    assert REPLIES.has(subtopic) is not reaches_a_person(subtopic)


@pytest.mark.parametrize("subtopic", ANSWERED)
def test_every_resource_named_exists_and_is_offered_everywhere(subtopic: str) -> None:
    ids = REPLIES.resource_ids(subtopic)
    assert [one.id for one in DIRECTORY.offered(ids)] == list(ids)


@pytest.mark.parametrize("subtopic", ANSWERED)
def test_nobody_is_sent_back_to_the_line_they_are_on(subtopic: str) -> None:
    assert OUR_OWN_LINE not in REPLIES.resource_ids(subtopic)
    assert "option 2" not in complete(subtopic, Channel.CHAT)


@pytest.mark.parametrize("subtopic", ANSWERED)
def test_read_by_somebody_tired(subtopic: str) -> None:
    said = sentences(REPLIES.build(subtopic, [], Channel.CHAT))
    assert len(said) <= MOST_SENTENCES
    too_long = [sentence for sentence in said if len(words(sentence)) > MOST_WORDS]
    assert not too_long


@pytest.mark.parametrize("subtopic", ANSWERED)
def test_heard_without_a_digit_and_shorter_than_read(subtopic: str) -> None:
    assert not re.search(r"\d", complete(subtopic, Channel.PHONE))
    if not subtopic.startswith("conversation/"):
        read, heard = (REPLIES.build(subtopic, [], channel) for channel in (Channel.CHAT, Channel.PHONE))
        assert len(heard) < len(read)


@pytest.mark.parametrize("subtopic", ANSWERED)
def test_the_door_to_a_person_is_open(subtopic: str) -> None:
    text = REPLIES.build(subtopic, [], Channel.CHAT)
    assert "“a person”" in text if subtopic == "conversation/anglais" else "une personne" in text
    assert re.search(r"le zéro|press zero", REPLIES.build(subtopic, [], Channel.PHONE))


@pytest.mark.parametrize("subtopic", [one for one in ANSWERED if one.startswith("securite_civile/")])
@pytest.mark.parametrize(("channel", "emergency"), [(Channel.CHAT, "911"), (Channel.PHONE, "neuf, un, un")])
def test_those_struck_are_offered_a_person_first(subtopic: str, channel: Channel, emergency: str) -> None:
    said = REPLIES.build(subtopic, [], channel)
    assert said.startswith("Si vous êtes vous-même touché, voulez-vous parler à une personne?")
    assert emergency in said
    assert "municipalité" in said


@pytest.mark.parametrize("subtopic", ANSWERED)
@pytest.mark.parametrize("channel", Channel)
def test_nothing_promises_a_time(subtopic: str, channel: Channel) -> None:
    promised = r"(?i)\bbientôt\b|\bdans quelques (minutes|instants)\b|\btout de suite\b|\bimmédiatement\b"
    assert not re.search(promised, REPLIES.build(subtopic, [], channel))

"""The JSON of the web door. It carries no risk level, no kind, no name: only what the visitor may see."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from triage.record.tables import Author


class ChatState(StrEnum):
    """Who holds the conversation, as the visitor is told."""

    BOT = "bot"
    WAITING = "waiting"
    WITH_PERSON = "with_person"
    INTERVENANT_IN_DOUBT = "intervenant_in_doubt"
    CLOSED = "closed"


class OutsideNumber(BaseModel):
    """A number to call; `href` is a `tel:` or `sms:` address."""

    label: str
    number: str
    href: str


class TurnOut(BaseModel):
    """One thing said. Number 0 is the greeting, which belongs to no contact yet."""

    number: int
    author: Author
    text: str
    at: datetime
    client_id: str | None = None


class StateOut(BaseModel):
    """`numbers` are those of the danger when `at_risk`, else the outside numbers."""

    state: ChatState
    at_risk: bool
    numbers: list[OutsideNumber]


class SessionOut(BaseModel):
    token: str
    turns: list[TurnOut]
    state: StateOut


class AnswerOut(BaseModel):
    """`number` is that of the person's own turn; `turns` are that turn and what was said since."""

    number: int
    turns: list[TurnOut]
    state: StateOut


class TurnsOut(BaseModel):
    turns: list[TurnOut]
    state: StateOut


class TextsOut(BaseModel):
    """The words of the widget; `demo` is filled in demo mode only and must be shown first."""

    page: dict[str, str]
    numbers: list[OutsideNumber]
    demo: str | None


class RefusalOut(BaseModel):
    """Every refusal carries numbers: nobody is left with none to call."""

    error: str
    message: str
    numbers: list[OutsideNumber]

"""A person who keeps their place and is called back: the promise, and each try to keep it.

Only below risk. The handoff stays open and in its order: nothing but a person ends it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from foundation.sessions import WriteSession
from triage.handoff.callback_rules import CallbackRules, callback_rules
from triage.handoff.ladder import GARDE
from triage.handoff.service import MACHINE, QUEUE_TOPIC, Actor, change, require_owner
from triage.handoff.states import AttemptResult, HandoffEventKind, HandoffState
from triage.handoff.tables import Handoff, StepTaken
from triage.signals import RiskLevel


class NoCallback(Exception):
    """No callback can be promised: at risk, already with an intervenant, or no longer waiting."""


def may_be_called_back(handoff: Handoff) -> bool:
    """Whether the promise of a callback is possible: waiting, on line, and below risk."""
    below_risk = not handoff.level.at_least(RiskLevel.RISK) and not handoff.queue_class.is_risk
    waits = handoff.state is HandoffState.WAITING and handoff.owner_id is None and handoff.person_left_at is None
    return below_risk and waits


def is_due(handoff: Handoff, now: datetime) -> bool:
    """False for a callback that is to be tried later; true for anybody else."""
    later = handoff.state is HandoffState.CALLBACK and handoff.callback_due_at is not None
    return not later or handoff.callback_due_at is None or handoff.callback_due_at <= now


async def set_callback(session: WriteSession, handoff: Handoff, now: datetime, due_at: datetime | None = None) -> None:
    """Promise a call and keep the place; without `due_at`, when their turn comes.

    One act: the state, the due time and the event. From here on the person may hang up, and is not lost.
    Raises NoCallback, and ChangedMeanwhile when somebody took them in the same moment.
    """
    if not may_be_called_back(handoff):
        raise NoCallback(handoff.id)
    due_at = due_at or now
    changes: dict[str, Any] = {
        "state": HandoffState.CALLBACK,
        "callback_due_at": due_at,
        "callback_attempts": 0,
        "person_left_at": now,
        "recall_possible": True,
        "recall_safe": None,
        "offered_to": None,
        "offered_until": None,
        "round": handoff.round + 1,
    }
    await change(session, handoff, HandoffEventKind.CALLBACK_SET, MACHINE, now, changes, {"due_at": due_at.isoformat()})


async def note_attempt(
    session: WriteSession,
    handoff: Handoff,
    *,
    actor: Actor,
    result: AttemptResult,
    now: datetime,
    rules: CallbackRules | None = None,
) -> None:
    """What came of the owner's call to somebody who is not on line. Raises NotYours.

    A callback that did not join the person waits again, due later; at risk they stay with whoever called, who
    alone disposes of them. A garde clinique is told after some tries in vain, and at once at risk or when the
    call was not safe.
    """
    require_owner(handoff, actor)
    rules = rules or callback_rules()
    attempts, at_risk = handoff.callback_attempts + 1, handoff.level.at_least(RiskLevel.RISK)
    changes: dict[str, Any] = {"callback_attempts": attempts}
    detail = {"result": result.value, "to": handoff.state.value}
    if result is AttemptResult.NOT_SAFE:
        changes["recall_safe"] = False
    promised = handoff.callback_due_at is not None and handoff.person_left_at is not None
    if result is not AttemptResult.REACHED and promised and not at_risk:
        due_at = now + rules.retry_after
        changes |= _waits_again(handoff, due_at)
        detail |= {"to": HandoffState.CALLBACK.value, "due_at": due_at.isoformat()}
    await change(session, handoff, HandoffEventKind.ATTEMPTED, actor.id, now, changes, detail)
    if result is AttemptResult.REACHED:
        return
    if at_risk or result is AttemptResult.NOT_SAFE or attempts >= rules.attempts_before_garde:
        await _tell_garde(session, handoff, now)


def _waits_again(handoff: Handoff, due_at: datetime) -> dict[str, Any]:
    return {
        "state": HandoffState.CALLBACK,
        "owner_id": None,
        "claimed_at": None,
        "callback_due_at": due_at,
        "round": handoff.round + 1,
    }


async def _tell_garde(session: WriteSession, handoff: Handoff, now: datetime) -> None:
    """The ladder's rung of the garde clinique, at once, unless this round has climbed it."""
    if await session.get(StepTaken, (handoff.id, GARDE, handoff.round)) is not None:
        return
    session.add(StepTaken(handoff_id=handoff.id, step=GARDE, round=handoff.round, at=now))
    await change(session, handoff, HandoffEventKind.ESCALATED, MACHINE, now, {}, {"step": GARDE})
    session.announce(QUEUE_TOPIC, GARDE, handoff.id)

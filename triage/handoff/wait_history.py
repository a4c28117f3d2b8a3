"""How long people like this one have waited: a range that was measured, rounded outward, or nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import func, select

from foundation.sessions import ReadSession, Sessions
from triage.handoff.states import HandoffEventKind, QueueClass
from triage.handoff.tables import Handoff, HandoffEvent

WAIT_RANGES_FILE = Path(__file__).parent / "wait_ranges.yml"
ZONE = ZoneInfo("America/Toronto")
KEPT = timedelta(minutes=1)
HOURS_OF_DAY = 24


class WaitRangesError(ValueError):
    """The file of the wait ranges is not usable; the sentence says where."""


@dataclass(frozen=True, slots=True)
class WaitScale:
    """Which waits are looked at, and the bounds in minutes that may be said."""

    days: int
    hours_near: int
    least_measures: int
    quantiles: tuple[float, float]
    minutes: tuple[int, ...]

    @classmethod
    def load(cls, path: Path = WAIT_RANGES_FILE) -> WaitScale:
        """Raises WaitRangesError."""
        try:
            content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            low, high = (float(share) for share in content["quantiles"])
            scale = cls(
                days=int(content["jours"]),
                hours_near=int(content["heures_autour"]),
                least_measures=int(content["mesures_au_moins"]),
                quantiles=(low, high),
                minutes=tuple(int(minutes) for minutes in content["echelle_minutes"]),
            )
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise WaitRangesError(f"{path.name} : illisible ({type(error).__name__}).") from error
        if not 0 < low < high < 1:
            raise WaitRangesError(f"{path.name} : « quantiles » monte, entre 0 et 1.")
        if not scale.minutes or min(scale.minutes) < 1 or list(scale.minutes) != sorted(set(scale.minutes)):
            raise WaitRangesError(f"{path.name} : « echelle_minutes » monte à partir de 1.")
        if scale.least_measures < 30 or scale.days < 1 or not 0 <= scale.hours_near < HOURS_OF_DAY // 2:
            raise WaitRangesError(f"{path.name} : au moins 30 mesures, un jour, et de 0 à 11 heures autour.")
        return scale


@cache
def wait_scale() -> WaitScale:
    """The scale in force. Raises WaitRangesError."""
    return WaitScale.load()


@dataclass(frozen=True, slots=True)
class WaitRange:
    """Minutes, both bounds of the scale. Without `least`: less than `most`; without `most`: more than `least`."""

    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class MeasuredWait:
    """One wait that ended with an intervenant."""

    opened_at: datetime
    lasted: timedelta


def range_of(waits: Sequence[MeasuredWait], now: datetime, scale: WaitScale) -> WaitRange | None:
    """The range of the waits begun near this hour of the day in Québec; None when too few were measured.

    Those who hung up before are not in it: their wait has no end that was measured.
    """
    near = sorted(
        wait.lasted.total_seconds() / 60
        for wait in waits
        if _hours_apart(wait.opened_at, now) <= scale.hours_near and wait.lasted >= timedelta(0)
    )
    if len(near) < scale.least_measures:
        return None
    low, high = (_quantile(near, share) for share in scale.quantiles)
    least = max((step for step in scale.minutes if step <= low), default=None)
    most = min((step for step in scale.minutes if step >= high), default=None)
    return None if least is None and most is None else WaitRange(least, most)


def still_true(found: WaitRange | None, waited: timedelta) -> WaitRange | None:
    """Nothing is said to somebody who has already waited as long as its upper bound: it would be false for them."""
    if found is None or found.most is None or waited < timedelta(minutes=found.most):
        return found
    return None


def _hours_apart(one: datetime, other: datetime) -> int:
    apart = abs(one.astimezone(ZONE).hour - other.astimezone(ZONE).hour)
    return min(apart, HOURS_OF_DAY - apart)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


async def measured_waits(
    session: ReadSession, queue_class: QueueClass, now: datetime, scale: WaitScale
) -> list[MeasuredWait]:
    """From the opening to the first claim, for one class of the queue."""
    first_claim = func.min(HandoffEvent.at, type_=HandoffEvent.at.type)
    found = (
        select(Handoff.opened_at, first_claim)
        .join(HandoffEvent, HandoffEvent.handoff_id == Handoff.id)
        .where(
            Handoff.queue_class == queue_class,
            Handoff.opened_at >= now - timedelta(days=scale.days),
            HandoffEvent.kind == HandoffEventKind.CLAIMED,
        )
        .group_by(Handoff.id, Handoff.opened_at)
    )
    rows = (await session.execute(found)).all()
    return [MeasuredWait(opened_at, claimed_at - opened_at) for opened_at, claimed_at in rows]


class WaitHistory:
    """The range of each class, looked up once a minute by this process."""

    def __init__(self, sessions: Sessions, scale: WaitScale) -> None:
        self.sessions = sessions
        self.scale = scale
        self._kept: dict[QueueClass, tuple[datetime, WaitRange | None]] = {}

    async def range_now(self, queue_class: QueueClass, now: datetime) -> WaitRange | None:
        kept = self._kept.get(queue_class)
        if kept is not None and timedelta(0) <= now - kept[0] < KEPT:
            return kept[1]
        async with self.sessions.read() as session:
            waits = await measured_waits(session, queue_class, now, self.scale)
        found = range_of(waits, now, self.scale)
        self._kept[queue_class] = (now, found)
        return found

"""A wait range is measured, near this hour, with enough people in it, and rounded outward: or nothing is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import ManualClock
from triage.handoff import service
from triage.handoff.service import Actor
from triage.handoff.states import HandoffReason, QueueClass, Role
from triage.handoff.wait_history import (
    WAIT_RANGES_FILE,
    MeasuredWait,
    WaitRange,
    WaitRangesError,
    WaitScale,
    measured_waits,
    range_of,
    still_true,
)
from triage.interventions.types import Channel, Language, Line
from triage.services import Services
from triage.signals import RiskLevel

NOON_IN_QUEBEC = datetime(2026, 7, 15, 16, 0, tzinfo=UTC)
SCALE = WaitScale(days=28, hours_near=2, least_measures=30, quantiles=(0.5, 0.9), minutes=(2, 5, 10, 30))
ANNE = Actor("anne", Role.INTERVENANT)


def waits(*minutes: float, at: datetime = NOON_IN_QUEBEC) -> list[MeasuredWait]:
    return [MeasuredWait(at, timedelta(minutes=lasted)) for lasted in minutes]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ([3.0] * 20 + [8.0] * 20, WaitRange(2, 10)),
        ([0.5] * 40, WaitRange(None, 2)),
        ([45.0] * 40, WaitRange(30, None)),
        ([5.0] * 40, WaitRange(5, 5)),
        ([1.0] * 40 + [90.0] * 40, None),
    ],
)
def test_from_the_median_to_nine_in_ten(minutes: list[float], said: WaitRange | None) -> None:
    assert range_of(waits(*minutes), NOON_IN_QUEBEC, SCALE) == said


def test_fewer_than_thirty_say_nothing() -> None:
    assert range_of(waits(*[3.0] * 29), NOON_IN_QUEBEC, SCALE) is None
    assert range_of(waits(*[3.0] * 30), NOON_IN_QUEBEC, SCALE) == WaitRange(2, 5)


@pytest.mark.parametrize(("hours", "counted"), [(0, True), (2, True), (-2, True), (3, False), (22, True), (12, False)])
def test_only_hours_near_this_one_in_quebec_count(hours: int, counted: bool) -> None:
    begun = NOON_IN_QUEBEC - timedelta(days=3) + timedelta(hours=hours)
    found = range_of(waits(*[3.0] * 30, at=begun), NOON_IN_QUEBEC, SCALE)
    assert (found is not None) is counted


def test_the_hour_is_the_one_of_the_clock_on_the_wall_on_both_sides_of_a_change() -> None:
    """Noon in Québec is 16 h UTC in summer and 17 h UTC in winter."""
    narrow = WaitScale(28, 0, 30, (0.5, 0.9), (2, 5, 10))
    after_the_change = datetime(2026, 11, 10, 17, 0, tzinfo=UTC)
    before_the_change = datetime(2026, 10, 25, 16, 0, tzinfo=UTC)
    assert range_of(waits(*[3.0] * 30, at=before_the_change), after_the_change, narrow) == WaitRange(2, 5)


@given(st.lists(st.floats(0, 300), min_size=30, max_size=80))
def test_the_range_always_holds_what_it_was_measured_from(minutes: list[float]) -> None:
    found = range_of(waits(*minutes), NOON_IN_QUEBEC, SCALE)
    if found is None:
        return
    ordered = sorted(timedelta(minutes=lasted).total_seconds() / 60 for lasted in minutes)
    half, most = ordered[(len(ordered) + 1) // 2 - 1], ordered[-(-len(ordered) * 9 // 10) - 1]
    assert found.least is None or found.least <= half
    assert found.most is None or found.most >= most


def test_nothing_false_is_said_to_who_has_waited_as_long() -> None:
    assert still_true(WaitRange(2, 10), timedelta(minutes=9)) == WaitRange(2, 10)
    assert still_true(WaitRange(2, 10), timedelta(minutes=10)) is None
    assert still_true(WaitRange(30, None), timedelta(hours=2)) == WaitRange(30, None)
    assert still_true(None, timedelta(0)) is None


async def taken_after(services: Services, minutes: float, opened: datetime, level: RiskLevel = RiskLevel.NONE) -> str:
    async with services.sessions.write() as session:
        contact = await services.record.open_contact(
            session, line=Line.INFO_SOCIAL, channel=Channel.CHAT, language=Language.FRENCH, now=opened
        )
        handoff = await service.open_handoff(
            session,
            contact_id=contact.id,
            line=Line.INFO_SOCIAL,
            channel=Channel.CHAT,
            level=level,
            reason=HandoffReason.ASKED,
            now=opened,
        )
        await service.claim(session, handoff.id, ANNE, opened + timedelta(minutes=minutes))
        return handoff.id


async def test_the_first_claim_of_the_same_class_counts_on_both_databases(services_on_both: Services) -> None:
    services, now = services_on_both, services_on_both.clock.now()
    first = await taken_after(services, 4, now - timedelta(days=1))
    await taken_after(services, 5, now - timedelta(days=29))
    await taken_after(services, 6, now - timedelta(days=1), RiskLevel.RISK)
    async with services.sessions.write() as session:
        handoff = await service.get(session, first)
        await service.release(session, handoff, actor_id=ANNE.id, cause="let_go", now=now)
        await service.claim(session, first, ANNE, now)
    async with services.sessions.read() as session:
        found = await measured_waits(session, QueueClass.FALLBACK, now, SCALE)
    assert found == [MeasuredWait(now - timedelta(days=1), timedelta(minutes=4))]


async def test_it_is_looked_up_once_a_minute(services: Services, clock: ManualClock) -> None:
    opened = clock.now() - timedelta(days=1)
    assert await services.waits.range_now(QueueClass.FALLBACK, clock.now()) is None
    for _ in range(30):
        await taken_after(services, 3, opened)
    clock.advance(59)
    assert await services.waits.range_now(QueueClass.FALLBACK, clock.now()) is None
    clock.advance(2)
    assert await services.waits.range_now(QueueClass.FALLBACK, clock.now()) == WaitRange(2, 5)


@pytest.mark.parametrize(
    ("line", "wrong", "named"),
    [
        ("quantiles: [0.5, 0.9]", "quantiles: [0.9, 0.5]", "quantiles"),
        ("mesures_au_moins: 30", "mesures_au_moins: 3", "30 mesures"),
        ("echelle_minutes: [2, 5", "echelle_minutes: [5, 2", "echelle_minutes"),
        ("jours: 28", "", "illisible"),
    ],
)
def test_an_unusable_scale_is_refused(tmp_path: Path, line: str, wrong: str, named: str) -> None:
    content = WAIT_RANGES_FILE.read_text(encoding="utf-8")
    assert line in content
    path = tmp_path / "wait_ranges.yml"
    path.write_text(content.replace(line, wrong), encoding="utf-8")
    with pytest.raises(WaitRangesError, match=named):
        WaitScale.load(path)

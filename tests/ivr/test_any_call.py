"""Any calls at all, with anything that can fail, in this process and over real signed HTTP.

Keys, words, silences, hang-ups, requests lost, doubled, late and out of order, 5xx, a lost turn, database or gate, the
service killed at any step; intervenants who take, let go and close meanwhile. `make fuzz-phone` walks much longer.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.processes import RISK_MODEL
from tests.fixtures.require import missing
from tests.ivr.stateful.call_machine import CallMachine
from tests.ivr.stateful.faults import Fault
from tests.ivr.stateful.http_world import OverHttpMachine
from tests.ivr.stateful.service_machine import InProcessMachine
from tests.ivr.stateful.walking import walk

STEPS = 5_000
STEPS_OVER_HTTP = 500
SEED = 811
# The walk draws them: of all, so many kinds are met in so many steps, whatever the service answers.
FAULTS_MET = 8
FAULTS_MET_OVER_HTTP = 1


@pytest.fixture(params=[InProcessMachine, OverHttpMachine], ids=["in_process", "over_http"])
def machine(request: pytest.FixtureRequest) -> Iterator[type[CallMachine]]:
    chosen: type[CallMachine] = request.param
    if chosen is OverHttpMachine and not RISK_MODEL.exists():
        missing("modèle de risque", "le modèle de risque n'est pas entraîné (make setup)")
    yield chosen
    chosen.close_world()


def test_any_calls(machine: type[CallMachine]) -> None:
    """What is asserted is in the machines; here, that the walk met what it is for."""
    in_process = machine is InProcessMachine
    steps = STEPS if in_process else STEPS_OVER_HTTP
    tally = walk(machine, steps=steps, seed_used=SEED)
    print(tally.summary("appels", SEED))
    assert tally.steps >= steps
    faults = {Fault(name) for name in tally.faults}
    assert {Fault.DATABASE, Fault.KILLED, Fault.DEAD} <= faults or not in_process
    assert len(faults) >= (FAULTS_MET if in_process else FAULTS_MET_OVER_HTTP)
    met = {"menu", "file, à risque", "raccroché, à risque"} | ({"conversation", "dehors"} if in_process else set())
    assert met <= set(tally.situations)

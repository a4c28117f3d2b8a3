"""The heart, put together once at start: what every door is given."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from foundation.clock import Clock, SystemClock
from foundation.database import create_engine
from foundation.live_events import LiveEvents
from foundation.sessions import Sessions
from foundation.settings import Settings
from triage.conversation import Conversation
from triage.directory.resources import Directory
from triage.handoff.wait_history import WaitHistory, wait_scale
from triage.interventions.texts import Texts
from triage.leaving import Leaving
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.rasa_client import RasaRouter
from triage.nlu_route.route import Router
from triage.record.service import ContactRecord
from triage.replies.build import Replies
from triage.risk_gate.gate import RiskGate
from triage.staff_desk import StaffDesk
from triage.voice_desk import VoiceDesk
from triage.voice_port import CallPort


@dataclass(slots=True)
class Services:
    settings: Settings
    clock: Clock
    events: LiveEvents
    sessions: Sessions
    record: ContactRecord
    gate: RiskGate
    router: Router
    texts: Texts
    conversation: Conversation
    leaving: Leaving
    desk: StaffDesk
    voice_desk: VoiceDesk
    waits: WaitHistory

    async def close(self) -> None:
        await self.sessions.engine.dispose()


def build_services(
    settings: Settings,
    *,
    http: httpx.AsyncClient,
    voice: CallPort,
    clock: Clock | None = None,
    router: Router | None = None,
    gate: RiskGate | None = None,
) -> Services:
    """Everything from the settings. Raises RiskModelMissing, TextFileError, SecretKeyError: start-up refuses."""
    clock = clock or SystemClock()
    events = LiveEvents()
    sessions = Sessions(create_engine(settings.database_url), events)
    record = ContactRecord(settings.key_ring)
    gate = gate or RiskGate.load(settings.risk_model)
    router = router or RasaRouter(
        settings.rasa_url, settings.rasa_token.get_secret_value(), http, ConfidenceThresholds.load()
    )
    texts, replies, directory = Texts.load(), Replies.load(), Directory.load()
    conversation = Conversation(
        sessions=sessions,
        record=record,
        gate=gate,
        router=router,
        replies=replies,
        directory=directory,
        texts=texts,
        clock=clock,
    )
    desk = StaffDesk(sessions, record, clock, voice)
    return Services(
        settings=settings,
        clock=clock,
        events=events,
        sessions=sessions,
        record=record,
        gate=gate,
        router=router,
        texts=texts,
        conversation=conversation,
        leaving=Leaving(sessions, record, clock),
        desk=desk,
        voice_desk=VoiceDesk(sessions, record, clock, desk, voice),
        waits=WaitHistory(sessions, wait_scale()),
    )

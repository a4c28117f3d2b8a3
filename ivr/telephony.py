"""The telephone, put together once at start: Twilio outside demo mode, a simulated network in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from foundation.settings import Settings
from ivr.answering_texts import load_answering_texts
from ivr.legs.clock import LegsClock
from ivr.legs.numbers import never_dialled
from ivr.menu_texts import load_menu_texts
from ivr.partner_codes import partner_codes
from ivr.reconcile import Reconciling
from ivr.recordings import load_recordings
from ivr.rest_side import TwilioRest
from ivr.simulated.exchange import Exchange
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.rest import SimulatedRest
from ivr.voice import TwilioVoice
from ivr.waiting_texts import load_waiting_texts
from triage.handoff.clock_work import Step
from triage.services import Services

ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 (compared with, never listened on)


@dataclass(slots=True)
class Telephony:
    """`voice` is for `build_services`; `attach` gives the services back; `network` and `exchange` are demo only."""

    settings: Settings
    rest: TwilioRest
    voice: TwilioVoice
    network: SimulatedNetwork | None
    exchange: Exchange | None = field(default=None)
    reconciling: Reconciling | None = field(default=None)
    legs: LegsClock | None = field(default=None)

    def attach(self, services: Services) -> tuple[Step, ...]:
        """Connect the telephone with the heart: the steps that the clock takes for it."""
        self.voice.attach(services)
        if self.network is not None:
            http = httpx.AsyncClient()
            self.exchange = Exchange(services, self.network, http, local_origin(self.settings))
        self.reconciling = Reconciling(services, self.rest)
        self.legs = LegsClock(services, self.rest)
        return self.reconciling, self.legs

    async def close(self) -> None:
        for step in (self.reconciling, self.legs):
            if step is not None:
                await step.close()
        if self.exchange is not None:
            await self.exchange.close()


def build_telephony(settings: Settings) -> Telephony:
    """Read the texts and prepare the client. Raises TextFileError: start-up refuses an unusable file."""
    load_menu_texts()
    load_answering_texts()
    never_dialled()
    load_waiting_texts()
    partner_codes()
    load_recordings()
    network = SimulatedNetwork() if settings.demo else None
    rest = TwilioRest(settings, SimulatedRest(network) if network else None)
    return Telephony(settings, rest, TwilioVoice(settings, rest), network)


def local_origin(settings: Settings) -> str:
    """Where this process listens, seen from itself."""
    host = "127.0.0.1" if settings.host in ANY_ADDRESS else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"

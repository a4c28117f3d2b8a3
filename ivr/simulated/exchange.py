"""The simulated phones of a demonstration: opened from the page or the terminal, living in the service."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass

import httpx

from ivr.simulated.dialling import serve
from ivr.simulated.heard import HangUp, Happening, Heard, Key, Silence, Speech
from ivr.simulated.network import OutsidePhone, SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.standing import Standing, standing_of
from ivr.simulated.text_link import TextLink
from ivr.simulated.webhooks import SignedRequests
from triage.interventions.types import Line
from triage.services import Services

PHONES_AT_MOST = 30
FORGOTTEN_SECONDS = 60.0
WATCH_SECONDS = 10.0
SPOKEN_CHARACTERS = 4000
# Simulated seconds are real ones.
PACE = 1.0


class TooManyPhones(Exception):
    """Every simulated phone is in use."""


class UnknownPhone(KeyError):
    """No simulated phone bears this id."""


@dataclass(slots=True)
class _OpenPhone:
    phone: SimulatedPhone
    seen_at: float
    watch: asyncio.Task[None]


class Exchange:
    """Opens phones and finds them again. A phone that nobody looks at any more hangs up by itself."""

    def __init__(
        self, services: Services, network: SimulatedNetwork, http: httpx.AsyncClient, origin: str | None = None
    ) -> None:
        self.services = services
        self.network = network
        self.http = http
        self.origin = origin
        self.link = TextLink(services)
        self.dialling = serve(network, self._requests(), PACE)
        self._open: dict[str, _OpenPhone] = {}

    async def open(self, line: Line) -> str:
        """Dial a line: the phone's id. Raises TooManyPhones, and KeyError for a line without a number."""
        settings = self.services.settings
        self._open = {id_: one for id_, one in self._open.items() if not (one.phone.over and one.watch.done())}
        if len(self._open) >= PHONES_AT_MOST:
            raise TooManyPhones
        number = {name: number for number, name in settings.lines.items()}[line.value]
        phone = SimulatedPhone(self.network, self._requests(), number, line_name=line.value, pace=PACE, link=self.link)
        phone_id = secrets.token_urlsafe(18)
        phone.start()
        watch = asyncio.create_task(self._hang_up_when_forgotten(phone_id))
        self._open[phone_id] = _OpenPhone(phone, _now(), watch)
        return phone_id

    def _requests(self) -> SignedRequests:
        settings = self.services.settings
        return SignedRequests(self.http, settings.public_url, settings.twilio_auth_tokens[0], self.origin)

    def phone(self, phone_id: str) -> SimulatedPhone:
        """The phone, seen now. Raises UnknownPhone."""
        found = self._open.get(phone_id)
        if found is None:
            raise UnknownPhone(phone_id)
        found.seen_at = _now()
        return found.phone

    def act(self, phone_id: str, act: str, value: str) -> None:
        """Press, speak, stay silent or hang up. Raises UnknownPhone, ValueError for another act."""
        happening = _happening(act, value)
        phone = self.phone(phone_id)
        if not phone.over:
            phone.does(happening)

    def standing(self, phone_id: str) -> Standing:
        """Raises UnknownPhone."""
        return standing_of(self.phone(phone_id))

    def outside_numbers(self) -> dict[str, OutsidePhone]:
        """The numbers that the lines may dial, and what each one does."""
        settings = self.services.settings
        numbers = [number for line in settings.fallback_numbers.values() for number in line]
        numbers += [settings.info_sante_number, settings.gap_number]
        network = self.network
        return {number: network.outside.get(number, network.others_outside) for number in numbers if number}

    def outside_does(self, number: str, behaviour: OutsidePhone) -> None:
        """From its next ring. Every other number than the lines' own when it is empty; KeyError for any other."""
        if not number:
            self.network.others_outside = behaviour
        elif number in self.outside_numbers():
            self.network.outside[number] = behaviour
        else:
            raise KeyError(number)

    async def heard(self, phone_id: str, after: int, wait_seconds: float) -> tuple[list[Heard], bool]:
        """What was heard past the first `after` things, and whether the call is over; waits a little for news."""
        phone = self.phone(phone_id)
        if len(phone.heard) <= after and not phone.over:
            phone.changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await phone.changed.wait()
        return phone.heard[after:], phone.over

    async def close(self) -> None:
        for one in self._open.values():
            one.watch.cancel()
            await one.phone.close()
        await self.dialling.close()
        await self.http.aclose()

    async def _hang_up_when_forgotten(self, phone_id: str) -> None:
        """A page closed without hanging up must not leave a ghost in the queue; its log stays a little longer."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            one = self._open[phone_id]
            if _now() - one.seen_at > FORGOTTEN_SECONDS:
                if not one.phone.over:
                    one.phone.does(HangUp())
                return


def _now() -> float:
    return asyncio.get_running_loop().time()


def _happening(act: str, value: str) -> Happening:
    match act:
        case "key" if len(value) == 1 and value in "0123456789*#":
            return Key(value)
        case "speech":
            return Speech(value[:SPOKEN_CHARACTERS])
        case "silence":
            return Silence()
        case "hang_up":
            return HangUp()
    raise ValueError("not something that one does with a telephone")

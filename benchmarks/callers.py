"""The callers: each one calls, thinks, acts, hangs up, and calls again until the time is over.

Their telephones are the simulated ones, which sign and obey the documents. What is said is also sent to
Rasa's own channel, a moment earlier or later, so that both sides meet the same machine.
"""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from benchmarks.figures import Timed, TurnOfCall
from benchmarks.plan import THINKING_SECONDS, Act, Sentences, Turn, plan_call
from benchmarks.servers import Servers
from benchmarks.stopwatch import RASA_PATH, SPEECH_FIELD, Stopwatch
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.webhooks import SECONDS, SignedRequests

# A connection for each request, on both sides: one that is kept may be closed by the server just as it is used.
LIMITS = httpx.Limits(max_keepalive_connections=0)
CALLER_NUMBERS = 10_000


@dataclass(slots=True)
class Measured:
    """Every request, side by side, and the calls that did not go to their end."""

    ours: list[Timed] = field(default_factory=list)
    rasa: list[Timed] = field(default_factory=list)
    broken_calls: list[str] = field(default_factory=list)
    calls: int = 0
    most_at_once: int = 0


class Callers:
    """`most` callers at the same time; what they measure is in `measured`."""

    def __init__(self, servers: Servers, sentences: Sentences, seed: int) -> None:
        self.measured = Measured()
        self._servers = servers
        self._sentences = sentences
        self._seed = seed
        self._network = SimulatedNetwork()
        self._wire = httpx.AsyncHTTPTransport(limits=LIMITS)
        self._numbers = itertools.count()
        self._on_line = 0

    async def warm_up(self) -> None:
        """One call of each side that is not measured: what is loaded at the first request is loaded here."""
        turns = tuple(Turn(Act.SPEAK, words, 0.1) for words in self._sentences.harmless[:2])
        await self._call(next(self._numbers), turns, float("inf"))
        self.measured = Measured()

    async def call_for(self, seconds: float, most: int) -> None:
        """The callers come in over the first moments; at the end each one hangs up."""
        end = asyncio.get_running_loop().time() + seconds
        step = THINKING_SECONDS[1] / most
        await asyncio.gather(*(self._one_after_the_other(index * step, end) for index in range(most)))

    async def close(self) -> None:
        await self._wire.aclose()

    async def _one_after_the_other(self, after: float, end: float) -> None:
        await asyncio.sleep(after)
        while True:
            number = next(self._numbers)
            self.measured.calls += 1
            self._on_line += 1
            self.measured.most_at_once = max(self.measured.most_at_once, self._on_line)
            problem = await self._call(number, plan_call(self._seed, number, self._sentences), end)
            self._on_line -= 1
            if problem is not None:
                self.measured.broken_calls.append(problem)
                # When nothing answers any more, nobody calls again at once, a thousand times.
                await asyncio.sleep(THINKING_SECONDS[0])
            if asyncio.get_running_loop().time() + THINKING_SECONDS[1] > end:
                # Too late to say anything in another call, which would only come in and hang up.
                return

    async def _call(self, number: int, turns: tuple[Turn, ...], end: float) -> str | None:
        """One call, from its first ring to its hang-up: why it did not go well, None when it did."""
        # A number of its own: Rasa's channel knows a conversation by the caller's number alone.
        caller_number = f"+1819555{number % CALLER_NUMBERS:04d}"
        watch = Stopwatch(self._wire, self.measured.ours)
        requests = SignedRequests(_client(watch), self._servers.service_url, self._servers.token)
        phone = SimulatedPhone(self._network, requests, self._servers.called_number, caller_number)
        twins: list[asyncio.Task[None]] = []
        try:
            await phone.dial()
            for index, turn in enumerate(turns):
                if phone.over or asyncio.get_running_loop().time() + turn.thinking > end:
                    break
                watch.turn = (number, index)
                if turn.act is Act.SPEAK:
                    twins.append(asyncio.create_task(self._say_to_rasa(turn, caller_number, watch.turn)))
                await asyncio.sleep(turn.thinking)
                await _act(phone, turn)
            await phone.hang_up()
            await phone.settle()
        except Exception as error:
            # Whatever it is, the call counts as broken and the others go on.
            await phone.close()
            return f"{type(error).__name__}: {error}"
        finally:
            await asyncio.gather(*twins)
            self._network.forget(phone.sid)
        if phone.ended_by_line:
            return "the line hung up"
        return "; ".join(map(str, phone.problems)) or None

    async def _say_to_rasa(self, turn: Turn, caller_number: str, about: TurnOfCall) -> None:
        """The same words, in the fields that the channel reads; a failure is in the book already."""
        watch = Stopwatch(self._wire, self.measured.rasa)
        watch.turn = about
        fields = {"From": caller_number, SPEECH_FIELD: turn.words, "CallStatus": "in-progress"}
        await asyncio.sleep(turn.thinking + turn.apart)
        with suppress(httpx.HTTPError):
            await _client(watch).post(self._servers.rasa_url + RASA_PATH, data=fields, timeout=SECONDS)


def _client(watch: Stopwatch) -> httpx.AsyncClient:
    """On the wire that all share and `close` closes; a proxy of the machine has no part in this."""
    return httpx.AsyncClient(transport=watch, trust_env=False)


async def _act(phone: SimulatedPhone, turn: Turn) -> None:
    match turn.act:
        case Act.KEY:
            await phone.press(turn.words)
        case Act.SPEAK:
            await phone.speak(turn.words)
        case Act.STAY_SILENT:
            await phone.stay_silent()

"""A service that answers what the test wrote, and a network that works for it: the telephone alone is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request, Response
from twilio.rest import Client

from ivr.simulated.dialling import serve
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.rest import SimulatedRest
from ivr.simulated.webhooks import SignedRequests

PUBLIC = "http://relais.test"
TOKEN = "scripted-token"
LINE = "+18005550811"
STAFF = "+18195550170"


def document(content: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'


def conference(name: str = "room", **attributes: str) -> str:
    """A `<Dial>` into a conference that tells of itself, and asks `/ivr/after` at its end."""
    given = {
        "statusCallback": f"{PUBLIC}/ivr/conference",
        "statusCallbackEvent": "start end join leave",
        "waitUrl": "",
    } | attributes
    written = " ".join(f'{key}="{value}"' for key, value in given.items())
    return f'<Dial action="{PUBLIC}/ivr/after"><Conference {written}>{name}</Conference></Dial>'


@dataclass
class Asked:
    """One request that reached the service."""

    path: str
    fields: dict[str, str]
    token: str


@dataclass
class ScriptedService:
    """`answers` by path: a document, or a status; a list is answered in order, its last one again and again."""

    network: SimulatedNetwork
    rest: SimulatedRest
    client: Client
    requests: SignedRequests
    answers: dict[str, list[str | int]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    phones: list[SimulatedPhone] = field(default_factory=list)

    def on(self, path: str, *answers: str | int) -> None:
        self.answers[path] = [document(one) if isinstance(one, str) else one for one in answers]

    def phone(self, **options: object) -> SimulatedPhone:
        phone = SimulatedPhone(self.network, self.requests, LINE, **options)  # type: ignore[arg-type]
        self.phones.append(phone)
        return phone

    def fields_of(self, path: str) -> list[dict[str, str]]:
        return [one.fields for one in self.asked if one.path == path]

    def events(self, path: str = "/ivr/conference") -> list[str]:
        return [fields["StatusCallbackEvent"] for fields in self.fields_of(path)]

    def statuses(self, path: str = "/ivr/leg-status") -> list[str]:
        return [fields["CallStatus"] for fields in self.fields_of(path)]

    async def answer(self, request: Request) -> Response:
        body = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        fields = dict(request.query_params) | body
        path = request.url.path
        self.asked.append(Asked(path, fields, request.headers.get("i-twilio-idempotency-token", "")))
        prepared = self.answers.get(path, [])
        given = (prepared.pop(0) if len(prepared) > 1 else prepared[0]) if prepared else document("")
        if isinstance(given, int):
            return Response(status_code=given)
        return Response(given, media_type="text/xml")


@asynccontextmanager
async def scripted_service() -> AsyncIterator[ScriptedService]:
    network = SimulatedNetwork()
    app = FastAPI()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        requests, rest = SignedRequests(http, PUBLIC, TOKEN), SimulatedRest(network)
        client = Client("AC" + "0" * 32, TOKEN, http_client=rest)
        service = ScriptedService(network, rest, client, requests)
        app.add_api_route("/{path:path}", service.answer, methods=["GET", "POST"])
        dialling = serve(network, requests)
        yield service
        for phone in service.phones:
            await phone.close()
        await dialling.close()

"""How each member of the staff answers: the browser, their own telephone, or, in the demonstration, by text."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from foundation.sessions import ReadSession
from foundation.settings import Settings
from ivr.legs.numbers import dialled_number
from ivr.tables import StaffPhone
from triage.services import Services
from triage.voice_port import AnswerWay, SoftphoneToken, VoiceUnavailable

PURPOSE = "staff_phone"
TOKEN_LASTS = timedelta(minutes=15)
SHOWN_DIGITS = 2


async def way_of(services: Services, staff_id: str) -> AnswerWay | None:
    """None when they have not chosen, outside the demonstration: no telephone reaches them."""
    async with services.sessions.read() as session:
        row = await session.get(StaffPhone, staff_id)
    if row is not None:
        return row.way
    return AnswerWay.SIMULATED if services.settings.demo else None


async def ways_chosen(session: ReadSession) -> dict[str, AnswerWay]:
    """How each member of the staff who chose answers, by their id."""
    return {row.staff_id: row.way for row in (await session.execute(select(StaffPhone))).scalars()}


async def own_number(services: Services, staff_id: str) -> str | None:
    """The number of their own telephone, as E.164, or None."""
    async with services.sessions.read() as session:
        row = await session.get(StaffPhone, staff_id)
    if row is None or row.number is None:
        return None
    return services.settings.key_ring.open_for_service(PURPOSE, staff_id, row.number)


async def choose_way(services: Services, staff_id: str, way: AnswerWay, number: str | None) -> None:
    """Raises RefusedNumber, VoiceUnavailable (a way that does not exist here)."""
    settings = services.settings
    if way is AnswerWay.SIMULATED and not settings.demo:
        raise VoiceUnavailable("simulated telephones are for the demonstration")
    if way is AnswerWay.SOFTPHONE and not settings.demo and not browsers_can_call(settings):
        raise VoiceUnavailable("browsers are not set up as telephones")
    sealed = None
    if way is AnswerWay.OWN_PHONE:
        own = dialled_number(settings, number or "")
        sealed = settings.key_ring.seal_for_service(PURPOSE, staff_id, own)
    async with services.sessions.write() as session:
        row = await session.get(StaffPhone, staff_id)
        if row is None:
            session.add(StaffPhone(staff_id=staff_id, way=way, number=sealed))
        else:
            row.way, row.number = way, sealed


def last_digits(number: str) -> str:
    return number[-SHOWN_DIGITS:]


def browsers_can_call(settings: Settings) -> bool:
    """A browser's pass is signed with the API key, never with the account's token."""
    key, secret = settings.twilio_api_key.get_secret_value(), settings.twilio_api_secret.get_secret_value()
    return bool(settings.twilio_account_sid and settings.twilio_app_sid and key and secret)


def softphone_token(services: Services, staff_id: str) -> SoftphoneToken | None:
    """A browser's pass: it may call this service, and nothing else may call it. Made without the network."""
    settings = services.settings
    if settings.demo or not browsers_can_call(settings):
        return None
    token = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key.get_secret_value(),
        settings.twilio_api_secret.get_secret_value(),
        identity=staff_id,
        ttl=int(TOKEN_LASTS.total_seconds()),
    )
    token.add_grant(VoiceGrant(outgoing_application_sid=settings.twilio_app_sid, incoming_allow=False))
    return SoftphoneToken(str(token.to_jwt()), services.clock.now() + TOKEN_LASTS)

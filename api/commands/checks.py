"""What `relais doctor` looks at. Each check gives sentences: what is wrong and what to do. None: all is well."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from sqlalchemy import make_url

from api.commands.database import open_sessions
from api.commands.migrations import is_at_head
from api.commands.signature_check import tokens_verify
from api.signed_texts import unsigned_texts
from console import accounts
from foundation.settings import Settings, problems_of
from ivr.answering_texts import load_answering_texts
from ivr.legs.numbers import never_dialled
from ivr.legs.staff_phones import browsers_can_call, ways_chosen
from ivr.menu_texts import menu_texts
from triage.directory.resources import Directory
from triage.handoff.ladder import Ladder
from triage.handoff.states import Role
from triage.interventions.texts import Texts
from triage.interventions.types import Language
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.rasa_client import RasaRouter
from triage.record import audit
from triage.replies.build import Replies
from triage.risk_gate.gate import RiskGate
from triage.voice_port import AnswerWay

type Check = Callable[[Settings], Awaitable[list[str]]]

PLAIN_RISK = "je veux mourir"
TAKES_PEOPLE = (Role.INTERVENANT, Role.GARDE_CLINIQUE)


async def settings_are_safe(settings: Settings) -> list[str]:
    """The same refusals as start-up: secrets, tokens, lines, numbers that would turn in a circle."""
    return problems_of(settings)


async def database_is_at_head(settings: Settings) -> list[str]:
    if _is_missing_file(settings):
        return ["le fichier SQLite n'existe pas; « alembic upgrade head » le crée."]
    async with open_sessions(settings) as sessions, sessions.engine.connect() as connection:
        at_head = await connection.run_sync(is_at_head)
    return [] if at_head else ["les migrations ne sont pas toutes faites; « alembic upgrade head » les fait."]


async def somebody_can_answer(settings: Settings) -> list[str]:
    """At least one open account of each role that takes people."""
    if _is_missing_file(settings):
        return ["aucun compte : la base n'existe pas."]
    async with open_sessions(settings) as sessions, sessions.read() as session:
        users = await accounts.all_users(session)
    active = {user.role for user in users if user.active and (settings.demo or not accounts.is_of_demo(user.login))}
    missing = [role.value for role in TAKES_PEOPLE if role not in active]
    return [f"aucun compte actif : {', '.join(missing)}; « relais users add » en ajoute."] if missing else []


async def demo_accounts_are_closed(settings: Settings) -> list[str]:
    """The console refuses them outside demo mode; one that is open says that a demonstration's data went live."""
    if settings.demo or _is_missing_file(settings):
        return []
    async with open_sessions(settings) as sessions, sessions.read() as session:
        logins = [user.login for user in await accounts.all_users(session) if user.active]
    return [
        f"compte de démonstration encore actif : {login}; « relais users disable {login} » le ferme."
        for login in logins
        if accounts.is_of_demo(login)
    ]


async def gate_reads(settings: Settings) -> list[str]:
    """The model is there and reads the plainest of dangers, in the time that a turn gives it."""
    gate = await asyncio.to_thread(RiskGate.load, settings.risk_model)
    await gate.read_within(PLAIN_RISK)
    reading = await gate.read_within(PLAIN_RISK)
    if reading.is_fault:
        return ["le filtre de risque ne lit pas à temps : la machine est trop lente ou trop chargée."]
    return [] if reading.is_risk else ["le filtre de risque ne voit pas un danger évident; « make train » le refait."]


async def rasa_answers(settings: Settings) -> list[str]:
    async with httpx.AsyncClient(trust_env=False) as http:
        token = settings.rasa_token.get_secret_value()
        router = RasaRouter(settings.rasa_url, token, http, ConfidenceThresholds.load())
        ready = await router.is_ready()
    return [] if ready else ["Rasa ne répond pas à RELAIS_RASA_URL, ou refuse RELAIS_RASA_TOKEN, ou n'a pas de modèle."]


async def texts_are_whole(_settings: Settings) -> list[str]:
    """Each loader refuses a file that lacks something; what it says is what must be mended."""
    Texts.load()
    Replies.load()
    Directory.load()
    Ladder.load()
    for language in Language:
        menu_texts(language)
    load_answering_texts()
    never_dialled()
    return []


async def texts_are_signed(settings: Settings) -> list[str]:
    """Outside demo mode, a clinician has signed every text."""
    return unsigned_texts(settings)


async def telephones_ring(settings: Settings) -> list[str]:
    """Outside demo mode a call can be taken by whoever chose how to answer, and by nobody else."""
    if settings.demo or _is_missing_file(settings):
        return []
    async with open_sessions(settings) as sessions, sessions.read() as session:
        staff = {user.id for user in await accounts.all_users(session) if user.active and user.role in TAKES_PEOPLE}
        ways = [way for staff_id, way in (await ways_chosen(session)).items() if staff_id in staff]
    if not ways:
        return ["personne n'a choisi comment répondre aux appels; « Mon téléphone », dans la console, le demande."]
    if AnswerWay.SOFTPHONE in ways and not browsers_can_call(settings):
        return ["des intervenants répondent par le navigateur, et RELAIS_TWILIO_APP_SID ou la clé d'API manque."]
    return []


async def audit_is_whole(settings: Settings) -> list[str]:
    """The chain of the audit lines has no line changed or taken out."""
    if _is_missing_file(settings):
        return []
    async with open_sessions(settings) as sessions, sessions.read() as session:
        broken = await audit.first_broken_line(session)
    return [f"la ligne d'audit {broken} ne suit pas de la précédente : elle a été changée."] if broken else []


def _is_missing_file(settings: Settings) -> bool:
    """Looking at a SQLite file that is not there would create it."""
    url = make_url(settings.database_url)
    return url.drivername.startswith("sqlite") and not Path(url.database or "").is_file()


CHECKS: dict[str, Check] = {
    "réglages": settings_are_safe,
    "base de données": database_is_at_head,
    "comptes": somebody_can_answer,
    "comptes de démonstration": demo_accounts_are_closed,
    "filtre de risque": gate_reads,
    "signature de Twilio": tokens_verify,
    "Rasa": rasa_answers,
    "textes entiers": texts_are_whole,
    "textes signés": texts_are_signed,
    "téléphones": telephones_ring,
    "audit": audit_is_whole,
}

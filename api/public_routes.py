"""The routes that ask for no role, no signature and no token of ours, each with its reason.

Any other route demands one; a test reads all the routes and refuses one that is neither.
"""

from __future__ import annotations

VISITOR = "a visitor, known by the token of their own session, which the route itself asks for"
PAGE = "a page or a file that holds nothing of anybody"
DEMO = "demo mode only: a simulated phone that anyone trying the demonstration may pick up"

PUBLIC: dict[tuple[str, str], str] = {
    ("GET", "/healthz"): "the process says it is alive; nothing is read",
    ("GET", "/readyz"): "states of the parts only",
    ("GET", "/metrics"): "counts only; to be kept inside by the proxy",
    ("GET", "/openapi.json"): "the shape of the interface",
    ("GET", "/ivr/fallback.xml"): "must answer when nothing else does; numbers to call only",
    ("GET", "/ivr/audio/{path:path}"): "recorded sentences and music, the same for everybody",
    ("GET", "/chat/texts"): PAGE,
    ("POST", "/chat/sessions"): "anybody may come to talk; limited by address",
    ("POST", "/chat/messages"): VISITOR,
    ("POST", "/chat/person"): VISITOR,
    ("POST", "/chat/leave"): VISITOR,
    ("GET", "/chat/turns"): VISITOR,
    ("GET", "/chat/stream"): VISITOR,
    **{
        (method, "/chat/{address:path}"): "no such address: a refusal with the outside numbers"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
    ("GET", "/widget/{name}"): PAGE,
    ("GET", "/clavardage"): PAGE,
    ("GET", "/clavardage/{line}"): PAGE,
    ("GET", "/console/connexion"): "the sign-in page",
    ("POST", "/console/connexion"): "the sign-in itself; limited by login and address",
    ("GET", "/console/static/{path:path}"): PAGE,
    ("GET", "/demo"): PAGE,
    ("GET", "/demo/telephone"): PAGE,
    ("GET", "/demo/telephone/phone.css"): PAGE,
    ("GET", "/demo/telephone/phone.js"): PAGE,
    ("POST", "/demo/telephone/calls"): DEMO,
    ("POST", "/demo/telephone/outside"): DEMO,
    ("GET", "/demo/telephone/calls/{phone_id}/heard"): DEMO,
    ("POST", "/demo/telephone/calls/{phone_id}/acts"): DEMO,
}

"""The form of what Twilio's REST side answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from twilio.http.response import Response


def answer(content: Mapping[str, object], status: int = 200) -> Response:
    return Response(status, json.dumps(content))


def refusal(status: int, code: int, message: str) -> Response:
    """`code` is Twilio's own. Source: https://www.twilio.com/docs/api/errors"""
    return answer({"code": code, "message": message, "status": status}, status)


def page(key: str, rows: Sequence[Mapping[str, object]]) -> Response:
    return answer({key: list(rows), "page": 0, "page_size": 50, "next_page_uri": None, "uri": ""})


def is_true(value: object) -> bool:
    """Twilio's library writes a boolean as a word."""
    return str(value).lower() == "true"


NOT_FOUND = refusal(404, 20404, "not found")

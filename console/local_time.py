"""Hours as people in Québec read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Toronto")
NO_BREAK = "\u00a0"  # no line breaks inside an hour


def hour(moment: datetime) -> str:
    """« 14 h 05 »."""
    local = moment.astimezone(ZONE)
    return f"{local.hour}{NO_BREAK}h{NO_BREAK}{local.minute:02d}"


def day_and_hour(moment: datetime, now: datetime) -> str:
    """« 14 h 05 » today, else « 2026-01-14, 14 h 05 »."""
    local = moment.astimezone(ZONE)
    if local.date() == now.astimezone(ZONE).date():
        return hour(moment)
    return f"{local.date().isoformat()}, {hour(moment)}"


def waited(wait: timedelta) -> str:
    """« 0:45 », « 12:03 », « 1 h 04 »."""
    seconds = max(0, int(wait.total_seconds()))
    if seconds >= 3600:
        return f"{seconds // 3600}{NO_BREAK}h{NO_BREAK}{seconds % 3600 // 60:02d}"
    return f"{seconds // 60}:{seconds % 60:02d}"

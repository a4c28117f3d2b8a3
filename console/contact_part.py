"""The whole place of a contact: its head, its call if it is by phone, its conversation, what may be done."""

from __future__ import annotations

from console.call_view import call_panel
from console.contact_view import contact_view
from console.pages import WORDS, html
from console.staff_sessions import Staff
from triage.services import Services


async def contact_html(services: Services, staff: Staff, contact_id: str) -> str:
    """Reading it leaves its audit line. Raises NotYours, UnknownContact."""
    view = await contact_view(services, staff, contact_id, WORDS)
    call = await call_panel(services, staff, contact_id, WORDS)
    return html("contact.html", view=view, call=call)

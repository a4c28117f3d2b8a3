"""What the web door keeps of a visitor: which contact their token opens, and when they last gave a sign."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, EnumText, UtcDateTime
from triage.interventions.types import Line


class VisitorSession(Base):
    """One open page. `contact_id` stays empty until the first message: an opened page is not a contact."""

    __tablename__ = "visitor_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    line: Mapped[Line] = mapped_column(EnumText(Line))
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

"""Why a leg ended."""

from __future__ import annotations

from enum import StrEnum


class LegCause(StrEnum):
    NO_ANSWER = "no_answer"  # rang in vain, or a mailbox that pressed nothing
    BUSY = "busy"
    FAILED = "failed"
    HUNG_UP = "hung_up"
    ENDED_BY_STAFF = "ended_by_staff"
    HANDED_OVER = "handed_over"
    REACHED = "reached"  # the person called back was reached: it is their own call from here on
    NOT_NEEDED = "not_needed"  # the person left, or the contact is with somebody else


# Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
OF_STATUS = {
    "busy": LegCause.BUSY,
    "failed": LegCause.FAILED,
    "no-answer": LegCause.NO_ANSWER,
    "canceled": LegCause.NO_ANSWER,
}

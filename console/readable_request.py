"""What a form of the console holds is text that any page can show and any database can keep.

A form may name its own charset, and some (UTF-7) decode to half a character, which no page could then be
sent with: one such message would close its contact to everybody.
"""

from __future__ import annotations

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

NULL = "\0"


def readable(text: str) -> str:
    """Two halves of a character become it; a half alone, and NUL, become U+FFFD."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace(NULL, "\ufffd")


def names_nothing(request: Request) -> bool:
    """True when the address holds NUL: no file and no id does, and neither PostgreSQL nor a disk takes it."""
    return NULL in request.scope["path"] or b"%00" in request.scope["query_string"]


class ReadableRequest(Request):
    """A request whose form is `readable`. It takes no file: the console asks for none."""

    _readable: FormData | None = None

    async def form(self, **_limits: object) -> FormData:  # type: ignore[override]
        """Raises HTTPException 400 for a form that cannot be read."""
        if self._readable is None:
            try:
                given = await super().form(max_files=0)
            except UnicodeError:
                raise HTTPException(400) from None
            pairs = given.multi_items()
            self._readable = FormData([(readable(name), readable(str(text))) for name, text in pairs])
        return self._readable

"""The visitor's token: 256 random bits, kept by us only as a hash, carried in a header and nowhere else."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32
LONGEST_HEADER = 200


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """SHA-256 in hexadecimal; the token is random, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def token_in(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header, or None."""
    if not authorization or len(authorization) > LONGEST_HEADER:
        return None
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None

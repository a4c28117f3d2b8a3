"""Encryption at rest: one data key a contact, wrapped by the service's secret keys.

A value is sealed with AES-256-GCM (NIST SP 800-38D) and bound to its table, column and row, so that
a value copied elsewhere does not open. A destroyed data key would take everything sealed with it.
Phone numbers are compared through HMAC-SHA-256 with a key of their own, derived by HKDF (RFC 5869).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from itertools import pairwise

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VALUE_VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class SecretKeyError(ValueError):
    """RELAIS_SECRET_KEYS is not usable; the sentence says why, never the key."""


class CannotOpen(Exception):
    """A sealed value does not open: another key, another place, or damage."""


class KeyDestroyed(Exception):
    """The data key of this contact was erased: its texts are gone for good."""


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """A keyed hash and the name of the key that made it."""

    digest: bytes
    generation: str


def _seal(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VALUE_VERSION + nonce + AESGCM(key).encrypt(nonce, plain, place)


def _open(key: bytes, sealed: bytes, place: bytes) -> bytes:
    if sealed[:1] != VALUE_VERSION:
        raise CannotOpen("unknown version of a sealed value")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, place)
    except InvalidTag as error:
        raise CannotOpen("a sealed value does not open in this place") from error


class ContactCipher:
    """Seals and opens the values of one contact."""

    def __init__(self, data_key: bytes) -> None:
        self._key = data_key

    def seal(self, table: str, column: str, row: str, text: str) -> bytes:
        return _seal(self._key, text.encode("utf-8", "surrogatepass"), _place(table, column, row))

    def open(self, table: str, column: str, row: str, sealed: bytes) -> str:
        return _open(self._key, sealed, _place(table, column, row)).decode("utf-8", "surrogatepass")


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}\x1f{column}\x1f{row}".encode()


class KeyRing:
    """The service's secret keys: the first wraps, all unwrap."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise SecretKeyError("RELAIS_SECRET_KEYS est vide : donnez au moins une clé « nom:base64 ».")
        self._keys = keys
        self._first = next(iter(keys))

    @classmethod
    def parse(cls, setting: str) -> KeyRing:
        """Read `name:base64,name:base64` (32 bytes each). Raises SecretKeyError."""
        keys: dict[str, bytes] = {}
        for position, part in enumerate(filter(None, (p.strip() for p in setting.split(","))), start=1):
            name, separator, encoded = part.partition(":")
            if not separator or not name:
                raise SecretKeyError(f"RELAIS_SECRET_KEYS, clé {position} : écrivez « nom:base64 ».")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise SecretKeyError(f"RELAIS_SECRET_KEYS, clé {position} : base64 illisible.") from error
            if len(key) != KEY_BYTES:
                raise SecretKeyError(f"RELAIS_SECRET_KEYS, clé {position} : 32 octets attendus.")
            steps = {(after - before) % 256 for before, after in pairwise(key)}
            if len(set(key)) < 8 or len(steps) < 8:
                raise SecretKeyError(f"RELAIS_SECRET_KEYS, clé {position} : clé trop simple, tirez-la au hasard.")
            keys[name] = key
        return cls(keys)

    def new_wrapped_data_key(self, contact_id: str) -> bytes:
        sealed = _seal(self._keys[self._first], os.urandom(KEY_BYTES), _place("contact", "data_key", contact_id))
        return self._first.encode() + b":" + sealed

    def cipher(self, contact_id: str, wrapped: bytes | None) -> ContactCipher:
        """The cipher of a contact. Raises KeyDestroyed, CannotOpen."""
        if wrapped is None:
            raise KeyDestroyed(contact_id)
        name, _, sealed = wrapped.partition(b":")
        key = self._keys.get(name.decode("ascii", "replace"))
        if key is None:
            raise CannotOpen("the secret key that wrapped this contact is no longer given")
        return ContactCipher(_open(key, sealed, _place("contact", "data_key", contact_id)))

    def hash_number(self, number: str) -> KeyedHash:
        return KeyedHash(self._hash(self._first, number), self._first)

    def hashes_of_number(self, number: str) -> list[KeyedHash]:
        """One hash a key: to find what was stored before a rotation."""
        return [KeyedHash(self._hash(name, number), name) for name in self._keys]

    def seal_for_service(self, purpose: str, row: str, text: str) -> bytes:
        """Seal a value that belongs to no contact (a stored answer to a webhook)."""
        sealed = _seal(self._keys[self._first], text.encode(), _place("service", purpose, row))
        return self._first.encode() + b":" + sealed

    def open_for_service(self, purpose: str, row: str, value: bytes) -> str:
        name, _, sealed = value.partition(b":")
        key = self._keys.get(name.decode("ascii", "replace"))
        if key is None:
            raise CannotOpen("the secret key of this value is no longer given")
        return _open(key, sealed, _place("service", purpose, row)).decode()

    def _hash(self, name: str, number: str) -> bytes:
        derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"relais phone hash").derive(self._keys[name])
        return hmac.new(derived, number.encode(), hashlib.sha256).digest()

"""Sealed values open only with their key and in their place."""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.crypto import CannotOpen, KeyDestroyed, KeyRing, SecretKeyError

COUNTING = "k1:" + base64.b64encode(bytes(range(32))).decode()


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


@given(text=st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    ring = KeyRing.parse(key("k1"))
    cipher = ring.cipher("c", ring.new_wrapped_data_key("c"))
    assert cipher.open("turn", "text", "1", cipher.seal("turn", "text", "1", text)) == text


@pytest.mark.parametrize("place", [("turn", "text", "2"), ("turn", "quote", "1"), ("risk_signal", "text", "1")])
def test_a_value_moved_elsewhere_does_not_open(place: tuple[str, str, str]) -> None:
    ring = KeyRing.parse(key("k1"))
    cipher = ring.cipher("c", ring.new_wrapped_data_key("c"))
    sealed = cipher.seal("turn", "text", "1", "secret")
    with pytest.raises(CannotOpen):
        cipher.open(*place, sealed)


def test_the_first_key_writes_and_all_read() -> None:
    old = key("old")
    before = KeyRing.parse(old)
    wrapped = before.new_wrapped_data_key("c")
    sealed = before.cipher("c", wrapped).seal("turn", "text", "1", "bonjour")
    after = KeyRing.parse(f"{key('new')},{old}")
    assert after.cipher("c", wrapped).open("turn", "text", "1", sealed) == "bonjour"
    assert after.new_wrapped_data_key("c").startswith(b"new:")
    assert before.hash_number("+18195550000") in after.hashes_of_number("+18195550000")


def test_a_data_key_of_another_contact_does_not_open() -> None:
    ring = KeyRing.parse(key("k1"))
    with pytest.raises(CannotOpen):
        ring.cipher("other", ring.new_wrapped_data_key("c"))


def test_a_destroyed_key_is_gone() -> None:
    with pytest.raises(KeyDestroyed):
        KeyRing.parse(key("k1")).cipher("c", None)


@pytest.mark.parametrize(
    "setting", ["", "nokey", "k1:%%%", "k1:YWJj", "k1:" + base64.b64encode(b"a" * 32).decode(), COUNTING]
)
def test_an_unusable_key_is_refused_without_being_shown(setting: str) -> None:
    with pytest.raises(SecretKeyError) as caught:
        KeyRing.parse(setting)
    assert "YWJj" not in str(caught.value)

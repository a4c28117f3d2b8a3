"""A call in the terminal: the same trial phone as the page's, driven from the keyboard."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

import httpx

from foundation.settings import Settings
from ivr.simulated.page_texts import page_texts
from ivr.telephony import local_origin
from triage.interventions.types import Line

WITH_WORDS = frozenset({"voix", "intervenant", "autre", "soi", "alerte"})
KEYS = "0123456789*#"


def run_terminal_phone(
    settings: Settings,
    line: str,
    keyboard: TextIO | None = None,
    screen: TextIO | None = None,
    http: httpx.Client | None = None,
) -> int:
    """Call a line of the service that runs on this machine, in demo mode. Returns the exit status.

    A line of one key is pressed, an empty line is a silence, « raccrocher » or the end of input hangs up,
    anything else is said.
    """
    keyboard, screen = keyboard or sys.stdin, screen or sys.stdout
    texts = page_texts()
    if line not in set(Line):
        return _sorry(screen, texts["terminal"]["ligne_inconnue"].format(choix=", ".join(Line)))
    origin = local_origin(settings)
    with http or httpx.Client(base_url=origin, timeout=20.0) as client:
        try:
            response = client.post("/demo/telephone/calls", json={"line": line})
            response.raise_for_status()
        except httpx.HTTPError:
            return _sorry(screen, texts["terminal"]["sans_service"].format(adresse=origin))
        _write(screen, texts["terminal"]["aide"])
        _Conversation(client, f"/demo/telephone/calls/{response.json()['call']}", screen).run(keyboard)
    return 0


class _Conversation:
    """What is heard is written as it comes, while the keyboard is read."""

    def __init__(self, client: httpx.Client, call: str, screen: TextIO) -> None:
        self.client = client
        self.call = call
        self.screen = screen
        self.over = threading.Event()

    def run(self, keyboard: TextIO) -> None:
        listener = threading.Thread(target=self._listen, daemon=True)
        listener.start()
        hang_up = page_texts()["terminal"]["mot_raccrocher"]
        for typed in iter(keyboard.readline, ""):
            if self.over.is_set() or typed.strip().lower() == hang_up:
                break
            self._act(*_act_of(typed.strip()))
        if not self.over.is_set():
            self._act("hang_up", "")
        listener.join(timeout=20.0)

    def _act(self, act: str, value: str) -> None:
        try:
            self.client.post(f"{self.call}/acts", json={"act": act, "value": value})
        except httpx.HTTPError:
            _write(self.screen, page_texts()["erreur"])

    def _listen(self) -> None:
        labels, after = page_texts()["genres"], 0
        while not self.over.is_set():
            try:
                news = self.client.get(f"{self.call}/heard", params={"after": after}).raise_for_status().json()
            except httpx.HTTPError:
                _write(self.screen, page_texts()["erreur"])
                break
            for thing in news["heard"]:
                label = labels[thing["kind"]]
                cut = f" {page_texts()['coupe']}" if thing.get("cut") else ""
                words = f"{label} : {thing['text']}{cut}"
                _write(self.screen, words if thing["kind"] in WITH_WORDS else f"[{label}]")
            after = news["next"]
            if news["over"] and not news["heard"]:
                break
        self.over.set()


def _act_of(typed: str) -> tuple[str, str]:
    if not typed:
        return "silence", ""
    return ("key", typed) if len(typed) == 1 and typed in KEYS else ("speech", typed)


def _write(screen: TextIO, text: str) -> None:
    screen.write(text + "\n")
    screen.flush()


def _sorry(screen: TextIO, text: str) -> int:
    _write(screen, text)
    return 1

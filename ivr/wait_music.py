"""The music of the wait, made of sine waves by this file: nobody else has rights on it.

Four soft chords that come and go, 8 kHz, mono, 16 bits: what a telephone carries. The file is the same bytes each
time. Run: `.venv/bin/python -m ivr.wait_music`.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

FILE = Path(__file__).parent / "audio" / "wait.wav"
RATE = 8000
CHORD_SECONDS = 3.0
FADE_SECONDS = 1.0
# Well below speech, so that the sentences stay louder than the music.
LOUDNESS = 0.16
# In hertz: F major, C, D minor, B flat, each in a low and open position.
CHORDS = (
    (174.61, 261.63, 349.23, 440.00),
    (196.00, 261.63, 329.63, 392.00),
    (146.83, 220.00, 293.66, 349.23),
    (174.61, 233.08, 293.66, 466.16),
)


def samples() -> list[int]:
    """Each chord fades in and out, and the last ends in silence: the loop has no seam."""
    length, made = int(CHORD_SECONDS * RATE), []
    for chord in CHORDS:
        for position in range(length):
            seconds = position / RATE
            made.append(round(32767 * LOUDNESS * _swell(seconds) * _tone(chord, seconds)))
    return made


def _swell(seconds: float) -> float:
    edge = min(seconds, CHORD_SECONDS - seconds, FADE_SECONDS) / FADE_SECONDS
    return math.sin(edge * math.pi / 2) ** 2


def _tone(chord: tuple[float, ...], seconds: float) -> float:
    """Between -1 and 1: the notes of a chord, each with a faint octave."""
    notes = (math.sin(2 * math.pi * hertz * seconds) + 0.2 * math.sin(4 * math.pi * hertz * seconds) for hertz in chord)
    return sum(notes) / (1.2 * len(chord))


def main() -> None:
    made = samples()
    with wave.open(str(FILE), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(made)}h", *made))


if __name__ == "__main__":
    main()

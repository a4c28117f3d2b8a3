"""Copy the JavaScript libraries from node_modules to where the console serves them: `python -m console.vendor`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVED = Path(__file__).resolve().parent / "static" / "vendor"
LIBRARIES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "sse.min.js": "htmx-ext-sse/dist/sse.min.js",
    "idiomorph-ext.min.js": "idiomorph/dist/idiomorph-ext.min.js",
    "twilio.min.js": "@twilio/voice-sdk/dist/twilio.min.js",
}


def copy_libraries(node_modules: Path = ROOT / "node_modules", served: Path = SERVED) -> None:
    """Raises FileNotFoundError when `npm ci` has not been run."""
    served.mkdir(parents=True, exist_ok=True)
    for name, source in LIBRARIES.items():
        shutil.copyfile(node_modules / source, served / name)


if __name__ == "__main__":
    try:
        copy_libraries()
    except FileNotFoundError as error:
        sys.exit(f"Bibliothèque absente ({error.filename}) : lancez d'abord « npm ci ».")

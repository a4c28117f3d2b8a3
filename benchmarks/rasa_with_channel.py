"""Starts Rasa as the product does, but with the bench's channels. Runs in Rasa's Python (3.10)."""

from __future__ import annotations

import runpy
import sys

from setup.rasa_server import arguments

CREDENTIALS = "benchmarks/credentials.yml"


def bench_arguments() -> list[str]:
    """The product's command line; only the file of the channels is another."""
    words = arguments()
    words[words.index("--credentials") + 1] = CREDENTIALS
    return words


if __name__ == "__main__":
    # Added here, inside the process: the token stays out of the list of processes.
    sys.argv = bench_arguments()
    runpy.run_module("rasa", run_name="__main__")

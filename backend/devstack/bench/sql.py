"""The recorded statements, run by pgbench: what PostgreSQL alone could do with them on this machine."""

import re
import subprocess
from pathlib import Path

from backend.devstack import postgres_wheel as wheel
from backend.devstack.bench.shop import Failed

CLIENTS = 8
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_LATEST_SECONDS = 300


def served(buyers: int) -> int:
    """How many of a queue take part: not the first, who was recorded, and each client serves as many."""
    return (buyers - 1) // CLIENTS * CLIENTS


def run(*, script: Path, url: str, buyers: int) -> float:
    """Transactions per second by 8 clients, each buyer once. Raises Failed."""
    turns = str(served(buyers) // CLIENTS)
    words = ["-n", "-f", str(script), "-c", str(CLIENTS), "-t", turns, "-D", "turn=-1", "-j", "1"]
    done = subprocess.run(
        [str(wheel.programs() / "pgbench"), *words, url],
        capture_output=True,
        text=True,
        timeout=_LATEST_SECONDS,
        check=False,
    )
    rate = _RATE.search(done.stdout)
    if done.returncode != 0 or rate is None or "failed transactions: 0 " not in done.stdout:
        raise Failed(f"pgbench failed on {script.name}:\n{done.stderr}\n{done.stdout}")
    return float(rate[1])

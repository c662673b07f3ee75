"""The recorded statements, run by pgbench: what PostgreSQL alone could do with them on this machine."""

import re
import resource
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from backend.devstack import postgres_wheel as wheel
from backend.devstack.bench.shop import Failed

CLIENTS = 8
READ_SCRIPTS = 100  # pgbench takes 128 at most
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_LATEST_SECONDS = 300


class Alone(NamedTuple):
    """Transactions per second, and what pgbench itself took meanwhile, in parts of one core."""

    rate: float
    load_cpu: float


def run_queue(*, script: Path, url: str, first: int, buyers: int) -> Alone:
    """By 8 clients, each buyer once, from the first on. Raises Failed."""
    turns = str(buyers // CLIENTS)
    return _run([script], url, ["-t", turns, "-D", "turn=-1", "-D", f"first={first}"])


def run_reads(*, scripts: Sequence[Path], url: str, seconds: float) -> Alone:
    """One of the scripts at random each time, by 8 clients. Raises Failed."""
    return _run(scripts, url, ["-T", str(max(1, round(seconds)))])


def _run(scripts: Sequence[Path], url: str, words: list[str]) -> Alone:
    files = [word for script in scripts for word in ("-f", str(script))]
    began_at, before = time.perf_counter(), _of_children()
    done = subprocess.run(
        [str(wheel.programs() / "pgbench"), "-n", *files, "-c", str(CLIENTS), "-j", "1", *words, url],
        capture_output=True,
        text=True,
        timeout=_LATEST_SECONDS,
        check=False,
    )
    load_cpu = (_of_children() - before) / (time.perf_counter() - began_at)
    rate = _RATE.search(done.stdout)
    if done.returncode != 0 or rate is None or "failed transactions: 0 " not in done.stdout:
        raise Failed(f"pgbench failed on {scripts[0].name}:\n{done.stderr[-2000:]}\n{done.stdout[-2000:]}")
    return Alone(float(rate[1]), load_cpu)


def _of_children() -> float:
    """Processor time of those that have ended, in seconds: of this process, only pgbench ends meanwhile."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

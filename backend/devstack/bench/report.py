"""The bench's result for programs: a JSON file for each run, so that two commits can be compared."""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backend.devstack import environment
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.row import Row
from backend.devstack.bench.table import machine

FOLDER = "bench"  # in the data folder


@dataclass(frozen=True)
class Report:
    """What stood in one run's file. `load` is the machine's before the run."""

    at: str
    commit: str
    about: str
    machine: str
    load: float
    rows: list[Row]


def folder() -> Path:
    """Where the runs are kept."""
    return environment.data_folder(environment.given()) / FOLDER


def write(rows: Sequence[Row], *, about: str, load: float, file: Path | None) -> Path:
    """To `file`, else to one named by time and commit, which is returned."""
    at, commit = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), _commit()
    found = file or folder() / f"{at.replace(':', '')}-{commit}.json"
    found.parent.mkdir(parents=True, exist_ok=True)
    report = Report(at, commit, about, machine(), load, list(rows))
    found.write_text(json.dumps(asdict(report), indent=2) + "\n")
    return found


def read(file: Path) -> Report:
    """Raises OSError, ValueError, TypeError for a file that is none of ours."""
    values = json.loads(file.read_text())
    return Report(**{**values, "rows": [_row(row) for row in values["rows"]]})


def find(word: str) -> Path:
    """By its path, or by a commit's beginning: the newest of it. Raises FileNotFoundError."""
    if Path(word).is_file():
        return Path(word)
    found = sorted(folder().glob(f"*-{word}*.json"))
    if not found:
        raise FileNotFoundError(f"no run of {word} in {folder()}")
    return found[-1]


def newest(count: int) -> list[Path]:
    """The last ones, the oldest of them first. Raises FileNotFoundError."""
    found = sorted(folder().glob("*.json"))[-count:]
    if len(found) < count:
        raise FileNotFoundError(f"{count} runs are needed, {len(found)} are in {folder()}")
    return found


def load_of_machine() -> float:
    """What it had to do in the last minute."""
    return os.getloadavg()[0]


def _row(values: dict[str, Any]) -> Row:
    return Row(**{**values, "delays": Delays(**values["delays"])})


def _commit() -> str:
    """Short, with a mark when files were changed since; `none` outside a checkout."""
    words = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(words, cwd=environment.ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "none"

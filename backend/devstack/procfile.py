"""`Procfile`: `name: command` a line, as Heroku, foreman and honcho read it."""

import re
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")


class Program(NamedTuple):
    name: str
    # For sh, so that $PORT and the like are filled in.
    command: str


class ProcfileFailed(RuntimeError):
    """A line that names no process."""


def read(file: Path) -> list[Program]:
    """Raises ProcfileFailed with the line's number."""
    programs = []
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ProcfileFailed(f"{file.name}, line {number}: write name: command")
        programs.append(Program(*found.groups()))
    return programs

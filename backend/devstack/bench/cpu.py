"""How much of the processor processes have had."""

import os
import platform
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Used(NamedTuple):
    """`ended` is what children used that are gone."""

    parent: int
    seconds: float
    ended: float


def seconds_of(pid: int) -> float:
    """User and system time since its start, without its children. Raises OSError when it is gone."""
    if platform.system() == "Linux":
        return _used(pid).seconds
    found = _by_ps().get(pid)
    if found is None:
        raise ProcessLookupError(pid)
    return found.seconds


def of_trees(pids: Mapping[str, int]) -> dict[str, float]:
    """The same of each process with all its descendants, those that have ended too."""
    table = _all()
    return {
        name: sum(table[one].seconds + table[one].ended for one in _tree(pid, table))
        for name, pid in pids.items()
    }


def tree(pid: int) -> list[int]:
    """The process and its descendants, as far as they live."""
    return _tree(pid, _all())


def _tree(pid: int, table: dict[int, Used]) -> list[int]:
    children = defaultdict(list)
    for child, used in table.items():
        children[used.parent].append(child)
    found = [pid] if pid in table else []
    for one in found:
        found += children[one]
    return found


def _all() -> dict[int, Used]:
    if platform.system() != "Linux":
        return _by_ps()
    table = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile
            table[int(folder.name)] = _used(int(folder.name))
    return table


def _used(pid: int) -> Used:
    # The name, in brackets, may hold spaces: count from behind it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, ended = (sum(map(int, fields[place : place + 2])) / os.sysconf("SC_CLK_TCK") for place in (11, 13))
    return Used(int(fields[1]), own, ended)


def _by_ps() -> dict[int, Used]:
    words = ["ps", "-ax", "-o", "pid=,ppid=,time="]
    answer = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    rows = (line.split() for line in answer.splitlines())
    return {int(pid): Used(int(parent), _seconds(clock), 0) for pid, parent, clock in rows}


def _seconds(clock: str) -> float:
    """From `[days-]hours:minutes:seconds` or `minutes:seconds.hundredths`."""
    days, _, time = clock.rpartition("-")
    total = 0.0
    for part in time.split(":"):
        total = total * 60 + float(part)
    return total + 86_400 * int(days or 0)

"""How much of the processor a process has had."""

import os
import platform
import subprocess
from pathlib import Path


def seconds_of(pid: int) -> float:
    """User and system time since its start, without its children. Raises OSError when it is gone."""
    if platform.system() != "Linux":
        return _by_ps(pid)
    # The name, in brackets, may hold spaces: count from behind it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _by_ps(pid: int) -> float:
    """From `[days-]hours:minutes:seconds` or `minutes:seconds.hundredths`."""
    answer = subprocess.run(
        ["ps", "-p", str(pid), "-o", "time="], capture_output=True, text=True, check=False
    ).stdout.strip()
    if not answer:
        raise ProcessLookupError(pid)
    days, _, clock = answer.rpartition("-")
    total = 0.0
    for part in clock.split(":"):
        total = total * 60 + float(part)
    return total + 86_400 * int(days or 0)

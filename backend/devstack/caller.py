"""The make that runs us: it passes on a SIGTERM that is sent to it alone, but not a SIGINT.

Ctrl-C in a terminal reaches every process of the job. `kill -INT` of make's own id reaches make, which then
waits for us forever. Linux shows that it happened: make gives up its handler for the signal, which it has
from its start, unless it was started to ignore it.
"""

import asyncio
import os
import platform
import signal
from pathlib import Path

_LOOK_EVERY_SECONDS = 0.5
_SIGINT_BIT = 1 << (signal.SIGINT - 1)


async def wait_until_gone() -> None:
    """Returns when the make that runs us was interrupted or is dead; never without a make."""
    pid = os.getppid()
    if not _is_make(pid):
        await asyncio.Event().wait()
    while os.getppid() == pid and _minds_interrupt(pid):
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _is_make(pid: int) -> bool:
    if platform.system() != "Linux":
        return False
    return Path(f"/proc/{pid}/comm").read_text().strip() in {"make", "gmake"}


def _minds_interrupt(pid: int) -> bool:
    """Whether it catches the signal, or ignores it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    minded = [line.split()[1] for line in lines if line.startswith(("SigCgt:", "SigIgn:"))]
    return any(int(mask, 16) & _SIGINT_BIT for mask in minded)

"""Run a command that does not outlive the process that started it.

`python tether.py PARENT SIGNAL USER COMMAND…` asks the kernel for SIGNAL when PARENT dies, becomes USER
(an id, or -) and turns into COMMAND. It is a script of its own because code between fork and exec is
unsafe in a process with threads. macOS has no such service: there a stack that was killed with SIGKILL
leaves its servers for the next start to clear away.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def command(*arguments: str, signal: int, user: int | None = None) -> list[str]:
    """The command line that runs `arguments` tied to the calling process."""
    words = [str(os.getpid()), str(int(signal)), "-" if user is None else str(user)]
    # -I -S: this file imports nothing of ours, and should start fast.
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *words, *arguments]


def main(parent: str, signal: str, user: str, *arguments: str) -> None:
    if user != "-":
        _become(uid=int(user))
    # After the change of user, which would clear it again.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that started this one is gone")
    os.execvp(arguments[0], arguments)  # noqa: S606


def _become(*, uid: int) -> None:
    os.setgroups([])
    os.setgid(pwd.getpwuid(uid).pw_gid)
    os.setuid(uid)


if __name__ == "__main__":
    main(*sys.argv[1:])

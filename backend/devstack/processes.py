"""Find, wait for and stop processes of this machine."""

import platform
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

_PAUSE = 0.02


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether `condition` came true within `seconds`; it is looked at once more after them."""
    deadline = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() > deadline
        if condition():
            return True
        if is_last:
            return False
        time.sleep(_PAUSE)


def stop(process: subprocess.Popen[bytes], *, first: signal.Signals, grace: float) -> None:
    """Ask with `first`, insist after `grace` seconds. Returns when the process is gone."""
    if process.poll() is None:
        process.send_signal(first)
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def command_of(pid: int) -> str:
    """The command line of a process, empty when there is no such process."""
    if platform.system() == "Linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps(pid, "command=")


def birth_of(pid: int) -> str:
    """When a process began, in the system's own words; with its id it names one process for good."""
    if platform.system() == "Linux":
        try:
            # The name, in brackets, may hold spaces: count from behind it.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        # A zombie is gone; only nobody has asked for its exit status yet.
        return "" if fields[0] == "Z" else fields[19]
    return _ps(pid, "lstart=")


def ending(code: int) -> str:
    """An exit status in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _ps(pid: int, column: str) -> str:
    answer = subprocess.run(["ps", "-p", str(pid), "-o", column], capture_output=True, text=True, check=False)
    return answer.stdout.strip()

"""`python install.py run|dev`: the pinned packages into .venv, with progress, and only when they changed.

Runs on the bare Python of the machine: the standard library only, and nothing of ours.
"""

import hashlib
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
_IS_TERMINAL = sys.stdout.isatty()


def main(name: str) -> None:
    """Raises SystemExit with one line when it cannot be done."""
    if sys.version_info < (3, 12):  # noqa: UP036
        sys.exit(f"shopwire: this is Python {sys.version.split()[0]}; 3.12 or newer is needed")
    requirements = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f".installed-{name}"
    if not _is_usable():
        _make_environment()
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    _install(requirements)
    stamp.write_text(digest)


def _is_usable() -> bool:
    """An environment whose Python is gone or too old counts as none."""
    question = "import sys, pip; sys.exit(sys.version_info < (3, 12))"
    try:
        return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_environment() -> None:
    print("shopwire: making .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if made.returncode != 0:
        sys.exit("shopwire: python -m venv failed (Debian and Ubuntu: apt install python3-venv)")


def _install(requirements: Path) -> None:
    count = len(re.findall(r"^[A-Za-z0-9].*==", requirements.read_text(), re.MULTILINE))
    # Bytecode is written when a module is first used: compiling all of it now would take longer.
    flags = [
        "--require-hashes",
        "--no-deps",
        "--no-compile",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
    ]
    with Progress(count) as progress:
        pip = subprocess.Popen(
            [PYTHON, "-m", "pip", "install", *flags, "-r", requirements],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in pip.stdout or ():
            progress.read(line.strip())
    if pip.wait() != 0:
        sys.exit("shopwire: pip failed:\n" + "\n".join(progress.tail))


class Progress(threading.Thread):
    """A line that moves on a terminal, and a line every few seconds anywhere else."""

    def __init__(self, count: int) -> None:
        super().__init__(daemon=True)
        self.tail: list[str] = []
        self._count = count
        self._seen = 0
        self._doing = "asking for packages"
        self._began_at = time.monotonic()
        self._is_over = threading.Event()

    def __enter__(self) -> "Progress":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._is_over.set()
        self.join()

    def read(self, line: str) -> None:
        self.tail = [*self.tail[-14:], line]
        found = re.match(
            r"(?:Collecting|Processing|Requirement already satisfied:|Ignoring) (?:\S*/)?([\w.]+)", line
        )
        if found:
            self._seen += 1
            self._doing = found[1]
        elif line.startswith("Installing collected packages"):
            self._doing = "unpacking"

    def run(self) -> None:
        while not self._is_over.wait(0.2 if _IS_TERMINAL else 5):
            self._show()
        self._doing = "done"
        self._show(end="\n")

    def _show(self, end: str = "") -> None:
        seconds = time.monotonic() - self._began_at
        line = f"shopwire: installing packages {self._seen}/{self._count}, {seconds:.0f} s: {self._doing}"
        print(f"\r\x1b[K{line}" if _IS_TERMINAL else line, end=end if _IS_TERMINAL else "\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

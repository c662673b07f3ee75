"""The terminal of `make run`: one line at a time, each with the name of the process that wrote it."""

import os
import sys

_COLORS = (36, 33, 32, 35, 34, 96, 93, 92)
OWN_NAME = "shopwire"


class Console:
    def __init__(self, names: list[str]) -> None:
        self._width = max(len(name) for name in (OWN_NAME, *names))
        self._colors = dict(zip(names, _COLORS * len(names), strict=False))
        self._is_colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def show(self, name: str, line: str) -> None:
        try:
            print(f"{self._prefix(name)} {line}", flush=True)
        except OSError:
            # Whoever read is gone (`make run | head`); the run still has to end in order.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def say(self, line: str) -> None:
        """A word of the supervisor itself."""
        self.show(OWN_NAME, line)

    def _prefix(self, name: str) -> str:
        text = f"{name:<{self._width}} |"
        return f"\x1b[{self._colors.get(name, 1)}m{text}\x1b[0m" if self._is_colored else text

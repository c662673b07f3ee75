"""While `make bench` loads its shop: what it says meanwhile, and what it says when it can't."""

import os
import sys
from pathlib import Path

import pytest

from backend.devstack import processes
from backend.devstack.bench import shop
from backend.devstack.bench.shop import Failed
from backend.devstack.console import Console


class Heard(Console):
    """What it was told, and what it does at a line."""

    def __init__(self, *, stops_at: str = "") -> None:
        super().__init__([])
        self.lines: list[str] = []
        self._stops_at = stops_at

    def say(self, line: str) -> None:
        self.lines.append(line)
        if line.startswith(self._stops_at or "never"):
            raise KeyboardInterrupt


def load(folder: Path, program: str, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "module", lambda *words: [sys.executable, "-c", program, *words])
    shop._prepare(folder, ["--products", "60"], settings={"PATH": os.environ["PATH"]}, console=console)


def test_each_line_of_the_loading_program_is_said_as_it_comes(tmp_path, monkeypatch):
    # It goes on only after its first line was heard.
    program = f"""
import pathlib, sys, time
heard = pathlib.Path({str(tmp_path / "heard")!r})
print("copying products", flush=True)
for _ in range(500):
    if heard.exists(): break
    time.sleep(0.01)
print(heard.exists(), *sys.argv[1:])
"""
    console = Heard()
    say = console.say
    monkeypatch.setattr(console, "say", lambda line: (say(line), (tmp_path / "heard").touch()))

    load(tmp_path, program, console, monkeypatch)

    assert console.lines == ["copying products", f"True prepare {tmp_path} --products 60"]


def test_why_nothing_could_be_loaded_is_told(tmp_path, monkeypatch):
    with pytest.raises(Failed, match=r"the data could not be loaded:\nno room"):
        load(tmp_path, "import sys; sys.exit('no room')", Heard(), monkeypatch)


def test_loading_that_is_interrupted_ends(tmp_path, monkeypatch):
    program = "import os, signal; print(f'pid {os.getpid()}', flush=True); signal.pause()"
    console = Heard(stops_at="pid")

    with pytest.raises(KeyboardInterrupt):
        load(tmp_path, program, console, monkeypatch)

    pid = int(console.lines[0].split()[1])
    assert processes.command_of(pid) == ""

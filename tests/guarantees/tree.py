"""A copy of the shop in which mechanisms are taken out and put back."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.guarantees.promise import Edit

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".data", "__pycache__", ".*_cache", ".hypothesis")


class Stale(Exception):
    """The list names text that is not in the file, or not once."""


def copy(to: Path) -> Path:
    """The shop as it lies here, without its data and caches."""
    shutil.copytree(ROOT, to, ignore=LEFT_OUT)
    (to / ".venv").symlink_to(sys.prefix)  # where `make run` looks for its programs
    return to


@contextmanager
def without(edits: Sequence[Edit], *, tree: Path) -> Iterator[None]:
    """The tree with the edits made, until the block ends. Raises Stale, and SyntaxError for a bad edit."""
    before = {edit.file: (tree / edit.file).read_text() for edit in edits}
    try:
        for edit in edits:
            path = tree / edit.file
            text = edited(edit, path.read_text())
            if path.suffix == ".py":
                compile(text, edit.file, "exec")
            path.write_text(text)
        yield
    finally:
        for name, text in before.items():
            (tree / name).write_text(text)


def edited(edit: Edit, text: str) -> str:
    """The text with the edit made. Raises Stale."""
    count = text.count(edit.old)
    if count != 1 or edit.old == edit.new:
        raise Stale(f"{edit.file}: this is there {count} times, not once:\n{edit.old}")
    return text.replace(edit.old, edit.new)

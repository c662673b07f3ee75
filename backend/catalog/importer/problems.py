"""What the importer could not use: where, and why."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One refused row; `line` counts the lines of the file from 1, the header."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Unreadable(Exception):
    """The file as a whole can't be read; the text says what to do."""


class BadRow(Exception):
    """One row can't be used; the text is the reason."""


class Unusable(Exception):
    """A product can't be made of its rows."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("; ".join(map(str, self.problems)))

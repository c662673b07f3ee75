"""The tables of docs/guarantees.md, made of the list and of what `make prove --record` saw."""

from collections.abc import Iterator

from tests.guarantees import seen
from tests.guarantees.promise import Break, Promise
from tests.guarantees.promises import CHAPTERS
from tests.guarantees.tree import ROOT

PAGE = ROOT / "docs" / "guarantees.md"
BEGIN = "<!-- made by python -m tests.guarantees.page -->\n"
END = "<!-- end -->\n"
HEAD = "| | promise | kept by | taken out | then fails | how |\n|---|---|---|---|---|---|\n"


def tables() -> str:
    """A heading and a table for each chapter."""
    return "".join(_chapter(str(chapter.__doc__), chapter.PROMISES) for chapter in CHAPTERS)


def written(page: str) -> str:
    """The page with the tables of now between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{tables()}\n{END}{rest.partition(END)[2]}"


def _chapter(title: str, promises: list[Promise]) -> str:
    lines = [line for promise in promises for line in _lines(promise)]
    return f"\n### {title.rstrip('.')}\n\n{HEAD}{''.join(lines)}"


def _lines(promise: Promise) -> Iterator[str]:
    """One line for each break; a promise that is told already is not repeated."""
    told = [promise.key, promise.says, promise.kept_by]
    for one in promise.breaks:
        yield _line(*told, one.out, _tests(one), seen.words(promise, one))
        told = ["", "", ""]
    if not promise.breaks:
        yield _line(*told, f"not taken out: {promise.why_not}", _tests(promise), "")


def _tests(where: Break | Promise) -> str:
    return "<br>".join(f"`{test.removeprefix('tests/')}`" for test in where.tests)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '\\|') for cell in cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))

"""How the tests failed when the mechanisms were last taken out: seen.json, which `--record` writes."""

import json
import re
from collections.abc import Mapping

from tests.guarantees.promise import Break, Promise
from tests.guarantees.promises import ALL
from tests.guarantees.tree import ROOT

FILE = ROOT / "tests" / "guarantees" / "seen.json"
LONGEST = 110
# Ids are new in each run; the page is not to change with them.
_IDS = re.compile(r"\b(?:[a-z]+_)?[0-9a-f]{6,}(?:-[0-9a-f]{4,})*\b|0x[0-9a-f]+|ORD-\d+-\w+")


def words(promise: Promise, one: Break) -> str:
    """What the tests said, a line each, in the order in which they are named; empty if nobody has looked."""
    said = _all().get(_name(promise, one), {})
    return "<br>".join(f"`{said[test]}`" for test in one.tests if test in said)


def record(failed: Mapping[tuple[Promise, Break], Mapping[str, str]]) -> None:
    """Keep how they failed, beside what was seen of others before; what is not on the list any more goes."""
    now = {
        _name(*pair): {test: _short(line) for test, line in lines.items()} for pair, lines in failed.items()
    }
    listed = {_name(promise, one) for promise in ALL for one in promise.breaks}
    kept = {name: lines for name, lines in {**_all(), **now}.items() if name in listed}
    FILE.write_text(json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _all() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def _name(promise: Promise, one: Break) -> str:
    return f"{promise.key} without {one.out}"


def _short(line: str) -> str:
    """One line, without its ids, fit for a table."""
    text = _IDS.sub("…", line.removeprefix("AssertionError: ")).replace("`", "'")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
